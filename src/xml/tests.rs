use super::*;

#[test]
fn walks_and_joins_text() {
    let document = b"\xef\xbb\xbf<?xml version=\"1.0\"?>\n<!-- c --><r xmlns=\"u\">\n <n:a x='1>2'> b&amp;&#x4E2d;<![CDATA[<]]>\r\n</n:a><e/>t<f/></r>\n";
    let mut reader = Reader::new(document).unwrap();
    assert_eq!(reader.child().unwrap(), Some("r"));
    assert_eq!(reader.child().unwrap(), Some("a"));
    assert_eq!(reader.text().unwrap(), " b&\u{4e2d}<\n");
    assert_eq!(reader.child().unwrap(), Some("e"));
    assert_eq!(reader.text().unwrap(), "");
    assert_eq!(reader.next().unwrap(), Some(Event::Text("t".into())));
    assert_eq!(reader.next().unwrap(), Some(Event::Start("f")));
    assert_eq!(reader.next().unwrap(), Some(Event::End));
    assert_eq!(reader.next().unwrap(), Some(Event::End));
    assert_eq!(reader.next().unwrap(), None);
}

#[test]
fn text_skips_what_is_inside() {
    let mut reader = Reader::new(b"<r><a>1<b>2<c/></b>3</a><d/></r>").unwrap();
    reader.child().unwrap();
    reader.child().unwrap();
    assert_eq!(reader.text().unwrap(), "13");
    assert_eq!(reader.child().unwrap(), Some("d"));
    reader.skip().unwrap();
    assert_eq!(reader.child().unwrap(), None);
}

#[test]
fn refuses_what_is_not_one_whole_document() {
    for document in [
        "",
        " ",
        "text",
        "<a>",
        "<a></b>",
        "</a>",
        "<a/><b/>",
        "<a/>x",
        "x<a/>",
        "<a/>&amp;",
        "<a>&b;</a>",
        "<a>&#0;</a>",
        "<a>&#x1F;</a>",
        "<a>&#x110000;</a>",
        "<a>&#+65;</a>",
        "<a>&</a>",
        "<a>&amp</a>",
        "<a>\x01</a>",
        "<a>\u{ffff}</a>",
        "<!DOCTYPE a><a/>",
        "<!doctype a><a/>",
        "<a><!DOCTYPE a></a>",
        "<",
        "<>",
        "</>",
        "<></>",
        "< a/>",
        "<1/>",
        "<a",
        "<a x='",
        "<!",
        "<!-",
        "<!--",
        "<!-->",
        "<!--->",
        "<?",
        "<?>",
        "<??>",
        "<a><![CDATA[</a>",
        "<a><!ELEMENT></a>",
        "\u{feff}\u{feff}<a/>",
        "<a/>\u{feff}",
        "<:/>",
        "<a:/>",
        "<a><b></a></b>",
    ] {
        assert!(parse(document.as_bytes()).is_err(), "{document:?}");
    }
    assert!(parse(b"<a>\xff</a>").is_err());
    assert!(parse(b"<a/> <!-- c --> <?p?>\n").is_ok());
}

#[test]
fn refuses_what_is_too_large() {
    let nested = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
    assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
    assert!(parse(nested(MAX_DEPTH + 1).as_bytes()).is_err());
    let wide = |count: usize| format!("<r>{}</r>", "<a/>".repeat(count - 1));
    assert!(parse(wide(MAX_ELEMENTS).as_bytes()).is_ok());
    assert!(parse(wide(MAX_ELEMENTS + 1).as_bytes()).is_err());
    let long = format!("<a>{}</a>", " ".repeat(MAX_BYTES));
    assert!(parse(long.as_bytes()).is_err());
}

#[test]
fn values_name_their_element() {
    let root = parse(b"<r><n> 18446744073709551615 </n><b>TRUE</b><t>2024-05-17T08:09:10.000Z</t><e/><x>+1</x></r>").unwrap();
    assert_eq!(root.u64_of("n").unwrap(), Some(u64::MAX));
    assert_eq!(root.bool_of("b").unwrap(), Some(true));
    assert_eq!(root.timestamp_of("t"), Some(Timestamp(1_715_933_350)));
    assert_eq!(root.timestamp_of("x"), None);
    assert_eq!(root.u64_of("e").unwrap(), None);
    assert_eq!(root.i64_of("missing").unwrap(), None);
    assert_eq!(root.children_named("x").count(), 1);
    for error in [
        root.u64_of("x").unwrap_err(),
        root.bool_of("x").unwrap_err(),
    ] {
        assert_eq!(error.kind(), Kind::BadResponse);
        assert!(error.message().starts_with("x in the answer"), "{error}");
    }
    assert!(root.i64_of("n").is_err());
}

#[test]
fn error_documents_keep_everything() {
    let error = parse_error(
        b"<Error><Code>C</Code><Message>\n m \n</Message><EC>1</EC><Detail><ServerTime>t</ServerTime></Detail>
          <Inner><Code>D</Code></Inner><Empty/><Detail>x</Detail></Error>",
    )
    .unwrap();
    assert_eq!(
        (
            error.code.as_str(),
            error.message.as_str(),
            error.ec.as_str()
        ),
        ("C", "m", "1")
    );
    let details: Vec<_> = error
        .details
        .iter()
        .map(|(n, t)| (n.as_str(), t.as_str()))
        .collect();
    assert_eq!(
        details,
        [
            ("ServerTime", "t"),
            ("Inner.Code", "D"),
            ("Empty", ""),
            ("Detail", "x")
        ]
    );
    for body in [
        "",
        "Error",
        "<Other><Code>C</Code></Other>",
        "<html><br></html>",
        "<!DOCTYPE Error><Error><Code>C</Code></Error>",
    ] {
        assert_eq!(parse_error(body.as_bytes()), None, "{body}");
    }
}

#[test]
fn of_a_broken_error_document_what_ends_before_the_fault_counts() {
    let deep = format!("<Error><Code>C</Code>{}", "<a>".repeat(100_000));
    for (body, code, message) in [
        ("<Error/>", "", ""),
        ("<Error><Code> </Code></Error>", "", ""),
        ("<Error><Code>Access", "", ""),
        ("<Error><Code>C</Code>", "C", ""),
        ("<Error><Code>C</Code><Message>m</Messag", "C", ""),
        ("<Error><Message>m</Message><Code>C</Code><Key>", "C", "m"),
        (
            "\u{feff}<!-- a --><?b?><Error><Code>C</Code></Error>",
            "C",
            "",
        ),
        (
            "<Error><Code>C</Code><Message>a&nbsp;b & c</Message></Error>",
            "C",
            "a&nbsp;b & c",
        ),
        (
            "<Error><Key>a\u{1}&#2;b</Key><Code>C</Code></Error>",
            "C",
            "",
        ),
        ("<Error><Code>X</Message></Error>", "", ""),
        (
            "<Error><Code>C</Code></Error><Error><Code>D</Code></Error>",
            "C",
            "",
        ),
        (&deep, "C", ""),
    ] {
        let error = parse_error(body.as_bytes()).unwrap_or_else(|| panic!("{body}"));
        let read = (error.code.as_str(), error.message.as_str());
        assert_eq!(read, (code, message), "{body}");
    }
    let error = parse_error(b"<Error><Message>\xff</Message><Code>C</Code></Error>").unwrap();
    assert_eq!(
        (error.code.as_str(), error.message.as_str()),
        ("C", "\u{fffd}")
    );
}

#[test]
fn writes_what_it_reads() {
    let text = "a<b>&\"'\r\n\t\u{4e2d}]]>";
    let mut document = String::new();
    element(&mut document, "Key", text);
    assert!(document.starts_with("<Key>a&lt;b&gt;&amp;"), "{document}");
    assert_eq!(parse(document.as_bytes()).unwrap().text, text);
}

#[test]
fn writes_forbidden_characters_as_references() {
    let mut out = String::new();
    escape(&mut out, "a\x01\u{ffff}b\t");
    assert_eq!(out, "a&#x1;&#xFFFF;b\t");
}
