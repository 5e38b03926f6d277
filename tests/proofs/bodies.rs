//! How much of an object an answer brings: the range that was asked for, of the object that was asked about, up to an end
//! that somebody vouches for.

use super::*;
use crate::peer::folder;

const ELEVEN: &str = "hello world";

/// What gets `body` with `content_range` for an answer.
fn part(content_range: &str, body: &str) -> Bucket {
    let range = format!("content-range: {content_range}\r\n");
    bucket(&always(good(&range, body).replacen(
        "200 OK",
        "206 Partial Content",
        1,
    )))
}

fn get(bucket: &Bucket, options: &Options<'_>) -> Result<String> {
    let mut buffer = [0; 20];
    let (_, got) = bucket.get_object_to_buffer("a", &mut buffer, options)?;
    Ok(String::from_utf8_lossy(&buffer[..got]).into_owned())
}

#[test]
fn a_range_of_an_object_whose_size_nobody_says_is_the_very_one_that_was_asked_for() {
    let (last, from, bytes) = (Range::Last(3), Range::From(5), Range::Bytes);
    for (asked, content_range, is_right) in [
        (bytes(0, 8), "bytes 0-2/*", false),
        (bytes(0, 8), "bytes 0-2/xyz", false),
        (bytes(0, 8), "bytes 0-2/", false),
        (bytes(0, 8), "bytes 0-2", false),
        (bytes(0, 8), "bytes 0-2/3", true),
        (bytes(0, 2), "bytes 0-2/*", true),
        (bytes(0, 2), "bytes 0-2/ * ", true),
        (bytes(0, 2), "bytes +0-+2/3", false),
        (bytes(0, 2), "bytes 0-2/+3", false),
        (bytes(0, 2), "bytes 0-2/2", false),
        (bytes(0, 2), "bytes 0-2/99999999999999999999", false),
        (bytes(0, 2), "Bytes 0-2/11", true),
        (bytes(0, 2), "chars 0-2/11", false),
        (last, "bytes 0-2/*", false),
        (last, "bytes 0-2/11", false),
        (last, "bytes 8-10/11", true),
        (last, "bytes 0-2/3", true),
        (from, "bytes 5-7/*", false),
        (from, "bytes 5-7/11", false),
        (from, "bytes 5-7/8", true),
    ] {
        let got = get(&part(content_range, "abc"), &Options::new().range(asked));
        match is_right {
            true => assert_eq!(got.unwrap(), "abc", "{asked:?} {content_range}"),
            false => assert_bad(got, content_range, "asked for the range"),
        }
    }
}

#[test]
fn a_part_is_the_one_that_a_header_asked_for_and_the_whole_answers_as_well() {
    for (header, content_range, is_right) in [
        ("bytes=0-", "bytes 6-10/11", false),
        ("bytes=0-", "bytes 0-4/11", false),
        ("bytes=0-", "bytes 0-4/*", false),
        ("bytes=0-", "bytes 0-4/5", true),
        ("bytes = 2-4", "bytes 7-10/11", false),
        ("bytes = 2-6", "bytes 2-6/11", true),
        ("Bytes=2-6", "bytes 2-6/11", true),
        ("bytes=0-1,4-5", "bytes 0-4/11", false),
        ("bytes=a-b", "bytes 0-4/11", false),
        ("chars=0-4", "bytes 0-4/11", false),
    ] {
        let options = Options::new().header("Range", header);
        let got = get(&part(content_range, "abcde"), &options);
        match is_right {
            true => assert_eq!(got.unwrap(), "abcde", "{header} {content_range}"),
            false => assert_bad(got, header, &format!("asked for the range {header}, but")),
        }
        if header != "bytes=2-6" {
            let whole = bucket(&always(good("", ELEVEN)));
            assert_eq!(get(&whole, &options).unwrap(), ELEVEN, "{header}");
        }
    }
    let options = Options::new()
        .header("range", "bytes=0-4")
        .header("if-range", "\"E\"");
    assert_bad(
        get(&part("bytes 1-5/11", "abcde"), &options),
        "if-range",
        "asked for",
    );
    let url = |bucket: &Bucket, options: &Options<'_>| {
        let minute = std::time::Duration::from_secs(60);
        let url = bucket.presign(alioss::Method::Get, Some("a"), minute, &Options::new())?;
        let mut out = Vec::new();
        let mut object = bucket.get_object_by_url(&url.url, options)?;
        std::io::Read::read_to_end(&mut object, &mut out).unwrap();
        Ok(out)
    };
    let options = Options::new().header("range", "bytes=2-4");
    assert_bad(url(&part("bytes 7-9/11", "abc"), &options), "url", "asked");
    assert_eq!(url(&part("bytes 2-4/11", "abc"), &options).unwrap(), b"abc");
}

/// An object whose HeadObject says 200,000 bytes, while its ranges say `size`, with more headers for both; the ranges bring
/// zeros.
fn ranged(size: u64, of_head: &'static str, of_parts: String) -> Peer {
    answering(move |request| {
        let range = request.lines().find_map(|l| l.strip_prefix("range: bytes="));
        let Some((first, last)) = range.and_then(|range| range.split_once('-')) else {
            return format!(
                "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\netag: \"X\"\r\n{of_head}content-length: 200000\r\n\r\n"
            );
        };
        let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
        let more =
            format!("etag: \"X\"\r\n{of_parts}content-range: bytes {first}-{last}/{size}\r\n");
        good(&more, &"\0".repeat(last - first + 1)).replacen("200 OK", "206 Partial", 1)
    })
    .0
}

/// Downloads the object in parts, into a file and ahead of who reads it: whether it was compared with its CRC-64.
fn in_parts(peer: &Peer, name: &str) -> [Result<bool>; 2] {
    let transfer = Transfer::new().part_size(100 << 10);
    let (bucket, none) = (bucket(peer), &Options::new());
    let path = folder(name).join("out");
    let file = bucket.download_file("a", &path, &transfer, none);
    assert_eq!(path.exists(), file.is_ok(), "{name}");
    let read = bucket
        .prefetch_object("a", &transfer, none)
        .and_then(|mut object| {
            let mut piece = vec![0; 70_000];
            while object.read(&mut piece)? > 0 {}
            Ok(object.response().verified())
        });
    [file.map(|response| response.verified()), read]
}

#[test]
fn parts_are_of_an_object_of_the_size_that_was_planned() {
    for got in in_parts(&ranged(300_000, "", String::new()), "other-size") {
        let error = got.unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict, "{error}");
        assert!(error.is_retryable());
    }
    for got in in_parts(&ranged(200_000, "", String::new()), "same-size") {
        assert!(!got.unwrap(), "there is nothing to compare it with");
    }
}

#[test]
fn the_whole_is_compared_with_what_its_parts_say_of_it() {
    let mut crc = alioss::internals::crc64::Crc64::new();
    crc.update(&vec![0; 200_000]);
    let right = format!("x-oss-hash-crc64ecma: {}\r\n", crc.value());
    for got in in_parts(&ranged(200_000, "", right.clone()), "right-crc") {
        assert!(got.unwrap());
    }
    let wrong = "x-oss-hash-crc64ecma: 1\r\n";
    for got in in_parts(&ranged(200_000, "", wrong.to_owned()), "wrong-crc") {
        assert_eq!(got.unwrap_err().kind(), Kind::ChecksumMismatch);
    }
    for got in in_parts(&ranged(200_000, wrong, right), "wrong-head") {
        assert_eq!(got.unwrap_err().kind(), Kind::ChecksumMismatch);
    }
}

/// Says `head` and `body`, and closes.
fn closing(head: &str, body: &'static str) -> Peer {
    let head = format!("HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\n{head}\r\n");
    Peer::start(move |mut stream| {
        read_request(&mut stream);
        let _ = stream.write_all(head.as_bytes());
        let _ = stream.write_all(body.as_bytes());
    })
}

#[test]
fn a_body_that_only_the_end_of_the_connection_ends_needs_a_checksum() {
    let words = "nothing says where the answer ends";
    let peer = closing("", "hello");
    let none = &Options::new();
    let folder = folder("no-end");
    let path = folder.join("out");
    std::fs::write(&path, "before").unwrap();
    let file = bucket(&peer).get_object_to_file("a", &path, none);
    assert_bad(file, "file", words);
    assert_eq!(std::fs::read(&path).unwrap(), b"before");
    assert_bad(get(&bucket(&peer), none), "buffer", words);
    assert_bad(get(&bucket(&closing("", "")), none), "nothing", words);
    let mut config = config(&peer);
    config.crc64(false);
    let off = Bucket::new(&config, "examplebucket").unwrap();
    assert_bad(get(&off, none), "crc64 off", words);
    let by_method = bucket(&peer).invoke("GET", Some("a"), b"", none);
    assert_bad(by_method, "GET", words);
    let playlist = Options::new().query("startTime", Some("1"));
    let playlist = playlist.query("endTime", Some("2"));
    let text = bucket(&peer).invoke("GetVodPlaylist", Some("a"), b"", &playlist);
    assert_bad(text, "GetVodPlaylist", words);
    let raw = closing("x-oss-select-output-raw: true\r\n", "1,2\n");
    let mut rows = bucket(&raw).select_object("a", "select 1", none).unwrap();
    let mut buffer = [0; 10];
    assert_eq!(rows.read(&mut buffer).unwrap(), 4);
    assert_bad(rows.read(&mut buffer), "rows", words);
    assert_bad(rows.read(&mut buffer), "rows again", words);
    // Documents show where they end, and that is all of them.
    let document = closing("", "<LocationConstraint>a</LocationConstraint>");
    let located = bucket(&document).invoke("GetBucketLocation", None, b"", none);
    located.unwrap();
}
