//! What a call was given and cannot apply is refused, and of what says the same the better word wins.

use super::*;

#[test]
fn of_one_header_the_better_word_wins() {
    let (peer, seen) = in_turn(&[answer("200 OK", "", "")]);
    let mut config = config(&peer);
    config
        .user_header("Content-Type", "text/x-mine")
        .user_header("x-oss-object-acl", "private");
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    bucket.put_object("a.txt", "", &Options::new()).unwrap();
    let call = Options::new().header("content-type", "text/x-call");
    bucket.put_object("a.txt", "", &call).unwrap();
    bucket
        .put_object_acl("a", "public-read", &Options::new())
        .unwrap();
    let plain = self::bucket(&peer);
    plain.put_object("a.txt", "", &Options::new()).unwrap();
    let seen = seen.lock().unwrap();
    for (request, expected) in seen.iter().zip([
        "content-type: text/x-mine\r\n",
        "content-type: text/x-call\r\n",
        "x-oss-object-acl: public-read\r\n",
        "content-type: text/plain\r\n",
    ]) {
        assert!(request.contains(expected), "{request}");
        let name = expected.split(' ').next().unwrap();
        assert_eq!(request.matches(name).count(), 1, "{request}");
    }
}

#[test]
fn what_cannot_apply_is_refused() {
    let peer = always(answer("200 OK", "", ""));
    let bucket = bucket(&peer);
    let range = Options::new().range(alioss::Range::Bytes(0, 1));
    let crc = Options::new().initial_crc64(1);
    let field = Options::new().field("a", Some("b"));
    let acl = Options::new().header("x-oss-acl", "private");
    let metadata = "m".repeat(8193);
    let long = Options::new().header("x-oss-meta-a", metadata.as_str());
    let presign = |options: &Options<'_>| {
        let url = bucket.presign(Method::Get, Some("a"), Duration::from_secs(9), options);
        url.map(drop)
    };
    let put = |options: &Options<'_>| bucket.put_object("a", "", options).map(drop);
    for (result, words) in [
        (put(&range), "`range`: PutObject takes none"),
        (
            bucket.head_object("a", &range).map(drop),
            "`range`: HeadObject takes none",
        ),
        (presign(&range), "`range`: GET takes none"),
        (
            presign(&field),
            "`field`: a presigned URL carries no document",
        ),
        (put(&crc), "`initial_crc64`: PutObject takes none"),
        (put(&acl), "\"x-oss-object-acl\" is probably meant"),
        (
            put(&long),
            "`header`: the user metadata (x-oss-meta-*) has 8194 bytes; allowed are 8192",
        ),
    ] {
        let error = result.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (Kind::InvalidArgument, 0),
            "{error}"
        );
        assert!(error.to_string().contains(words), "{error}");
    }
    put(&acl.insist()).unwrap();
    for (name, option) in [
        ("content-length", "additional_signed_header"),
        ("Transfer-Encoding", "additional_signed_header"),
    ] {
        let mut config = config(&peer);
        config.additional_signed_header(name);
        let error = Bucket::new(&config, "examplebucket").unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with(&format!("`{option}`: {name:?}")),
            "{error}"
        );
    }
    for name in ["Content-MD5", "range"] {
        let mut config = config(&peer);
        config.user_header(name, "x");
        let error = Bucket::new(&config, "examplebucket").unwrap_err();
        assert!(error.to_string().starts_with("`user_header`: "), "{error}");
    }
}
