//! Documents: what is read of the answers of others, and what is refused.

use super::*;

/// The generic reading: whether a document is accepted, and what an error document says. Typed readings have their own
/// tests, beside the operations.
#[test]
fn xml_documents() {
    run("xml_parse", |case| {
        let file = Path::new(case.text("file"));
        let (beside, above) = (
            case.directory.join(file),
            case.directory.join("..").join(file),
        );
        let bytes = fs::read(&beside)
            .or_else(|_| fs::read(above))
            .map_err(|error| error.to_string())?;
        let answer = Answer::of(file, bytes, case);
        let document = xml::parse(&answer.body);
        let error = xml::parse_error(&answer.body);
        match case.expect("kind").as_str().unwrap() {
            "result" if answer.is_json => ensure(document.is_err(), "JSON taken for XML"),
            "result" => {
                let root = document.map_err(|error| error.to_string())?;
                ensure(error.is_none() && root.name != "Error", "an error document")?;
                reads_the_same(&answer.body, &root)
            }
            "client error" => check_client_error(case.id(), document),
            "service error" => {
                let error = error.ok_or("no error document")?;
                case.same("code", &error.code)?;
                case.same("message", &error.message)?;
                let or_header = |text: String, name: &str| {
                    if text.is_empty() {
                        answer.header(name)
                    } else {
                        text
                    }
                };
                case.same("ec", &or_header(error.ec, "x-oss-ec"))?;
                case.same(
                    "request_id",
                    &or_header(error.request_id, "x-oss-request-id"),
                )
            }
            "service error, body not usable" => {
                // The official libraries give up where something can be read.
                let readable = match case.id() {
                    "xml-049" => "X",
                    "xml-052" => "NoSuchKey",
                    "xml-054" => "A",
                    _ => "",
                };
                same("code", readable, &error.unwrap_or_default().code)
            }
            "not modified" => ensure(answer.body.is_empty(), "a body"),
            kind => Err(format!("what is {kind:?}?")),
        }
    });
}

/// Answers that are no error documents but cannot be used either; each is refused where its fault is found.
fn check_client_error(id: &str, document: alioss::Result<xml::Element>) -> Result<(), String> {
    let unreadable = ["xml-043", "xml-053"];
    if unreadable.contains(&id) {
        return ensure(document.is_err(), "accepted");
    }
    let root = document.map_err(|error| error.to_string())?;
    let contents = root.child("Contents").cloned().unwrap_or_default();
    match id {
        "xml-038" => ensure(contents.i64_of("Size").is_err(), "a size beyond 63 bits"),
        "xml-056" => same("root", "Error", &root.name),
        "xml-057" => ensure(
            escape::decode(contents.text_of("Key")).is_err(),
            "a broken escape",
        ),
        "xml-058" => {
            ensure(root.u64_of("MaxKeys").is_err(), "a negative number")?;
            ensure(
                root.bool_of("IsTruncated").is_err(),
                "neither true nor false",
            )?;
            ensure(contents.u64_of("Size").is_err(), "a huge number")?;
            ensure(contents.timestamp_of("LastModified").is_none(), "no time")
        }
        "xml-059" => same(
            "NextMarker",
            root.text_of("Marker"),
            root.text_of("NextMarker"),
        ),
        _ => Err("unknown: say here where it is refused".to_owned()),
    }
}

/// Walking step by step finds the same elements as reading at once.
fn reads_the_same(body: &[u8], root: &xml::Element) -> Result<(), String> {
    let mut reader = xml::Reader::new(body).map_err(|error| error.to_string())?;
    let mut names = Vec::new();
    while let Some(event) = reader.next().map_err(|error| error.to_string())? {
        if let xml::Event::Start(name) = event {
            names.push(name.to_owned());
        }
    }
    fn collect(element: &xml::Element, names: &mut Vec<String>) {
        names.push(element.name.clone());
        element
            .children
            .iter()
            .for_each(|child| collect(child, names));
    }
    let mut expected = Vec::new();
    collect(root, &mut expected);
    same("elements", &expected.join(" "), &names.join(" "))
}

/// A sample answer: a body with the headers of the case, or a whole HTTP answer as text.
struct Answer {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    is_json: bool,
}

impl Answer {
    fn of(file: &Path, bytes: Vec<u8>, case: &Case) -> Answer {
        let mut answer = Answer {
            headers: Vec::new(),
            body: bytes,
            is_json: false,
        };
        if file.extension().is_some_and(|extension| extension == "txt") {
            let text = String::from_utf8(answer.body).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let headers = head
                .lines()
                .skip(1)
                .filter_map(|line| line.split_once(": "));
            answer.headers = headers
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            answer.body = body.trim_start().as_bytes().to_vec();
            if answer.body.is_empty() {
                // Answers to HEAD carry the document in a header.
                answer.body = STANDARD
                    .decode(answer.header("x-oss-err"))
                    .unwrap_or_default();
            }
        } else {
            let headers = case.input("headers").as_object().unwrap().iter();
            answer.headers = headers
                .map(|(name, value)| (name.to_lowercase(), value.as_str().unwrap().to_owned()))
                .collect();
        }
        answer.is_json = answer.header("content-type").contains("json");
        answer
    }

    fn header(&self, name: &str) -> String {
        let found = self.headers.iter().find(|header| header.0 == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }
}
