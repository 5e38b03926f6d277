//! Answers that say two things, or that are about something else than was asked for.

use super::*;
use alioss::{ListObjects, ListedUpload};

#[test]
fn two_opinions_prove_nothing() {
    let none = &Options::new();
    for (name, first, second) in [
        ("x-oss-hash-crc64ecma", "1", "2"),
        ("ETag", "\"A\"", "\"B\""),
        ("x-oss-version-id", "A", "B"),
        ("Last-Modified", "Fri, 01 Jan 2021 00:00:00 GMT", "never"),
        ("Content-Range", "bytes 2-4/11", "bytes 3-5/11"),
        ("x-oss-next-append-position", "2", "3"),
        ("x-oss-symlink-target", "a", "b"),
    ] {
        let words = format!("the answer has two different {name}");
        let say = |second: &str| {
            let both = format!("{name}: {first}\r\nx-a: b\r\n{name}: {second}\r\n");
            bucket(&always(good(&both, "")))
        };
        let peer = say(second);
        assert_bad(peer.head_object("a", none), name, &words);
        assert_bad(peer.get_object("a", none), name, &words);
        assert_bad(peer.put_object("a", "", none), name, &words);
        let repeated = say(first).head_object("a", none).unwrap();
        assert_eq!(repeated.header(name), Some(first));
    }
    let append = "x-oss-next-append-position: 2\r\nx-oss-next-append-position: 7\r\n";
    let appended = bucket(&always(good(append, ""))).append_object("a", 0, "ab", none);
    assert_bad(appended, "append", "two different");
    let part = "content-range: bytes 2-4/11\r\nContent-Range: bytes 3-5/11\r\n";
    let part = good(part, "llo").replacen("200 OK", "206 Partial Content", 1);
    let options = Options::new().range(Range::Bytes(2, 4));
    let got = bucket(&always(part)).get_object("a", &options);
    assert_bad(got, "range", "two different Content-Range");
}

#[test]
fn a_link_leads_to_a_key_or_is_an_error() {
    let none = &Options::new();
    let linked = |target: &'static [u8]| {
        let peer = Peer::start(move |mut stream| {
            while read_request(&mut stream).is_some() {
                let head = good("x-oss-symlink-target: @\r\n", "");
                let (before, after) = head.split_once('@').unwrap();
                for part in [before.as_bytes(), target, after.as_bytes()] {
                    stream.write_all(part).unwrap();
                }
            }
        });
        let bucket = bucket(&peer);
        let named = bucket.get_symlink("a", none);
        let invoked = bucket.invoke("GetSymlink", Some("a"), b"", none);
        assert_eq!(named.is_ok(), invoked.is_ok(), "{target:?}");
        named.map(|response| response.symlink_target().unwrap().unwrap())
    };
    for (target, words) in [
        (&b"\xe9"[..], "x-oss-symlink-target is not UTF-8"),
        (b"a%2", "encoded text"),
        (b"a%zz", "encoded text"),
        (b"%E9%00", "not UTF-8"),
    ] {
        assert_bad(linked(target), words, words);
    }
    assert_eq!(linked(b"%EF%BF%BD%20b").unwrap(), "\u{fffd} b");
    assert_eq!(linked("中".as_bytes()).unwrap(), "中");
}

/// The keys of a listing with that document.
fn keys(prefix: &str, body: &str) -> Result<Vec<String>> {
    let list = ListObjects {
        prefix: prefix.to_owned(),
        ..ListObjects::default()
    };
    let body =
        format!("<ListBucketResult>{body}<IsTruncated>false</IsTruncated></ListBucketResult>");
    let none = Options::new();
    let bucket = bucket(&always(good("", &body)));
    let entries: Result<Vec<_>> = bucket.list_objects(list, &none).collect();
    Ok(entries?
        .iter()
        .map(|entry| entry.name().to_owned())
        .collect())
}

#[test]
fn how_names_are_encoded_is_known_or_an_error() {
    let listing = |encoding: &str| {
        let body = format!(
            "<EncodingType>{encoding}</EncodingType><Contents><Key>a%20b</Key><Size>1</Size></Contents>"
        );
        keys("", &body)
    };
    let none = &Options::new();
    let deleted = |encoding: &str| {
        let body = format!(
            "<DeleteResult><EncodingType>{encoding}</EncodingType><Deleted><Key>a%20b</Key></Deleted></DeleteResult>"
        );
        let bucket = bucket(&always(good("", &body)));
        let deleted = bucket.delete_multiple_objects(&["a b".into()], false, none);
        deleted.map(|(_, deleted)| vec![deleted[0].key.clone()])
    };
    for (encoding, key) in [
        ("url", "a b"),
        (" url ", "a b"),
        ("\nURL\n", "a b"),
        ("", "a%20b"),
        (" ", "a%20b"),
    ] {
        assert_eq!(listing(encoding).unwrap(), [key], "{encoding:?}");
        assert_eq!(deleted(encoding).unwrap(), [key], "{encoding:?}");
    }
    for encoding in ["base64", "url2", "none"] {
        let words = format!("EncodingType in the answer is {encoding:?}, not url");
        assert_bad(listing(encoding), encoding, &words);
        assert_bad(deleted(encoding), encoding, &words);
    }
}

#[test]
fn ids_have_no_spaces_around_them() {
    let none = &Options::new();
    let begun = always(good(
        "",
        "<InitiateMultipartUploadResult><UploadId>\n  0004B9 \n</UploadId></InitiateMultipartUploadResult>",
    ));
    let (_, id) = bucket(&begun).initiate_multipart_upload("a", none).unwrap();
    assert_eq!(id, "0004B9");
    let listed = always(good(
        "",
        "<ListMultipartUploadsResult><Upload><Key>a</Key><UploadId> 1\n</UploadId></Upload>\
         <IsTruncated>false</IsTruncated></ListMultipartUploadsResult>",
    ));
    let bucket = bucket(&listed);
    let mut uploads = bucket.list_multipart_uploads(ListMultipartUploads::default(), none);
    match uploads.next().unwrap().unwrap() {
        ListedUpload::Upload { upload_id, .. } => assert_eq!(upload_id, "1"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_listing_has_what_begins_with_its_prefix() {
    let words = "does not begin like that";
    let key = |key: &str| format!("<Contents><Key>{key}</Key><Size>1</Size></Contents>");
    assert_eq!(keys("pp/", &key("pp/a")).unwrap(), ["pp/a"]);
    assert_bad(keys("pp/", &key("zz")), "key", words);
    let folded = "<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes>";
    assert_bad(keys("pp/", folded), "prefix", words);
    // Where the query says it better.
    let page = format!(
        "<ListBucketResult>{}<IsTruncated>false</IsTruncated></ListBucketResult>",
        key("zz")
    );
    let bucket = bucket(&always(good("", &page)));
    let list = |prefix: &str| ListObjectsV2 {
        prefix: prefix.to_owned(),
        ..ListObjectsV2::default()
    };
    let listed = |prefix: &str, given| {
        let options = Options::new().query("prefix", Some(given));
        let listed = bucket.list_objects_v2(list(prefix), &options);
        listed.collect::<Result<Vec<_>>>()
    };
    assert_eq!(listed("", "z").unwrap().len(), 1);
    assert_bad(listed("", "pp/"), "query", words);
}

#[test]
fn uploads_of_other_keys_are_not_aborted() {
    let body = "<ListMultipartUploadsResult><Upload><Key>zz</Key><UploadId>U</UploadId>\
        <Initiated>2010-05-17T08:09:10.000Z</Initiated></Upload><IsTruncated>false</IsTruncated>\
        </ListMultipartUploadsResult>";
    let (peer, seen) = answering(|_| good("date: Fri, 01 Jan 2021 00:00:00 GMT\r\n", body));
    let hour = std::time::Duration::from_secs(3600);
    let none = &Options::new();
    let aborted = bucket(&peer).abort_uploads_before("pp/", hour, none);
    assert_bad(aborted, "abort", "\"pp/\" has \"zz\"");
    let listed = bucket(&peer).list_uploads_before("pp/", hour, none);
    assert_bad(listed, "list", "\"pp/\" has \"zz\"");
    assert!(seen.lock().unwrap().iter().all(|r| r.starts_with("get ")));
}

#[test]
fn an_answer_about_another_key_is_none() {
    let none = &Options::new();
    let say = |root: &str, key: &str, more: &str| {
        let bucket_name = "<Bucket>by-another-name</Bucket>";
        let body = format!("<{root}>{bucket_name}{key}{more}<UploadId>U</UploadId></{root}>");
        bucket(&always(good("", &body)))
    };
    let encoded = "<EncodingType>url</EncodingType>";
    for (asked, said, is_right) in [
        ("a", "<Key>a</Key>".to_owned(), true),
        ("a", String::new(), true),
        ("a", "<Key/>".to_owned(), true),
        ("a", "<Key>\n a\n</Key>".to_owned(), true),
        ("a", "<Key>other</Key>".to_owned(), false),
        ("a", "<Key>A</Key>".to_owned(), false),
        ("a b", "<Key>a%20b</Key>".to_owned(), false),
        ("a b", format!("{encoded}<Key>a%20b</Key>"), true),
        ("a%20b", format!("{encoded}<Key>a%20b</Key>"), false),
        ("a", format!("{encoded}<Key>%zz</Key>"), false),
        ("a\r\nb\rc", "<Key>a\r\nb\rc</Key>".to_owned(), true),
        ("a\r\nb\rc", format!("{encoded}<Key>a%0Ab%0Ac</Key>"), false),
    ] {
        let what = format!("{asked:?} {said:?}");
        let check = |result: Result<()>| match is_right {
            true => result.expect(&what),
            false => {
                let error = result.expect_err(&what);
                assert_eq!(error.kind(), Kind::BadResponse, "{what}: {error}");
            }
        };
        let peer = say("InitiateMultipartUploadResult", &said, "");
        check(peer.initiate_multipart_upload(asked, none).map(drop));
        check(
            peer.invoke("InitiateMultipartUpload", Some(asked), b"", none)
                .map(drop),
        );
        let peer = say("CompleteMultipartUploadResult", &said, "");
        check(
            peer.complete_multipart_upload(asked, "U", &[], none)
                .map(drop),
        );
        let peer = say("ListPartsResult", &said, "<IsTruncated>false</IsTruncated>");
        let list = |upload_id: &str| ListParts {
            key: asked.to_owned(),
            upload_id: upload_id.to_owned(),
            ..ListParts::default()
        };
        let parts: Result<Vec<_>> = peer.list_parts(list("U"), none).collect();
        check(parts.map(drop));
        let parts: Result<Vec<_>> = peer.list_parts(list("V"), none).collect();
        assert_eq!(parts.unwrap_err().kind(), Kind::BadResponse, "{what}");
    }
}
