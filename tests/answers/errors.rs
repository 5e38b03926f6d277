//! What is said of a refusal: all that can be read of it, and what is known besides.

use super::*;

#[test]
fn what_can_be_read_of_an_error_is_read() {
    for (body, code, message) in [
        ("<Error><Code>AccessDenied</Code>", "AccessDenied", ""),
        (
            "<Error><Message>no</Message><Code>AccessDenied</Code><Key>a\u{1}b</Key></Error>",
            "AccessDenied",
            "no",
        ),
        (
            "<Error><Code>AccessDenied</Code><Message>a&nbsp;b</Message></Error>",
            "AccessDenied",
            "a&nbsp;b",
        ),
        (
            "{\"Error\":{\"Code\":\"AccessDenied\",\"Message\":\"no\",\"EC\":\"0003-00000001\"}}",
            "AccessDenied",
            "no",
        ),
        (
            "{\"Error\":{\"Code\":\"AccessDenied\",\"Mes",
            "AccessDenied",
            "",
        ),
    ] {
        let peer = always(answer("403 Forbidden", "", body));
        let error = bucket(&peer).get_bucket_info(&Options::new()).unwrap_err();
        let service = error.service().unwrap();
        assert_eq!(
            (error.kind(), error.code(), service.message.as_str()),
            (Kind::Denied, code, message),
            "{body}"
        );
    }
    let peer = always(answer(
        "403 Forbidden",
        "x-oss-error-type: SignatureExpired\r\n",
        "{\"message\":\"old\"}",
    ));
    let error = bucket(&peer).get_bucket_info(&Options::new()).unwrap_err();
    assert_eq!(
        (error.code(), error.service().unwrap().message.as_str()),
        ("SignatureExpired", "old")
    );
}

#[test]
fn errors_say_what_is_at_hand() {
    for (status, code, more, kind, words) in [
        (
            "403 Forbidden",
            "InvalidObjectState",
            "",
            Kind::Conflict,
            "restore it first",
        ),
        (
            "403 Forbidden",
            "AccessDenied",
            "<Endpoint>oss-cn-beijing.aliyuncs.com</Endpoint>",
            Kind::Denied,
            "oss-cn-beijing.aliyuncs.com",
        ),
        (
            "400 Bad Request",
            "ObjectAlreadyExists",
            "",
            Kind::Exists,
            "400",
        ),
        (
            "403 Forbidden",
            "WORMConfigurationLocked",
            "",
            Kind::Conflict,
            "403",
        ),
    ] {
        let body = format!("<Error><Code>{code}</Code><Message>m</Message>{more}</Error>");
        let peer = always(answer(status, "", &body));
        let error = bucket(&peer)
            .get_object("a", &Options::new())
            .err()
            .unwrap();
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn another_signature_is_explained() {
    let mut differing = String::new();
    for (version, name, theirs, words) in [
        (
            SignatureVersion::V4,
            "CanonicalRequest",
            "DELETE\n/examplebucket/b\n",
            "line 2 of CanonicalRequest differs: \"/examplebucket/a\" here, \"/examplebucket/b\" at the service",
        ),
        (
            SignatureVersion::V4,
            "ServerCanonicalRequest",
            "PUT",
            "line 1 of ServerCanonicalRequest differs: \"DELETE\" here, \"PUT\" at the service",
        ),
        (
            SignatureVersion::V1,
            "StringToSign",
            "DELETE\n\ntext/plain",
            "line 3 of StringToSign differs: \"\" here, \"text/plain\" at the service",
        ),
        (SignatureVersion::V1, "Elsewhere", "x", ""),
    ] {
        let more = format!("<{name}>{theirs}</{name}>");
        let peer = always(refusal("403 Forbidden", "SignatureDoesNotMatch", &more));
        let mut config = config(&peer);
        config.signature_version(version);
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        let error = bucket.delete_object("a", &Options::new()).unwrap_err();
        assert_eq!(error.kind(), Kind::Denied);
        assert!(error.to_string().contains(words), "{error}");
        differing = error.to_string();
    }
    assert!(!differing.contains("line"), "{differing}");
}

#[test]
fn the_same_text_with_another_signature_means_another_secret() {
    let server = oss_local::Server::start(oss_local::Options::default()).unwrap();
    for version in [SignatureVersion::V1, SignatureVersion::V4] {
        let mut config = Config::new();
        config
            .endpoint(&server.endpoint())
            .region("cn-hangzhou")
            .signature_version(version)
            .keys(
                oss_local::ACCESS_KEY_ID,
                "not the secret".replace(' ', "-").as_str(),
                Some("a-token"),
            );
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        let error = bucket.get_bucket_acl(&Options::new()).unwrap_err();
        assert!(!error.to_string().contains("a-token"), "{error}");
        let mut config = Config::new();
        config
            .endpoint(&server.endpoint())
            .region("cn-hangzhou")
            .signature_version(version)
            .keys(oss_local::ACCESS_KEY_ID, "not-the-secret", None);
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        let error = bucket.get_bucket_acl(&Options::new()).unwrap_err();
        assert_eq!(error.code(), "SignatureDoesNotMatch", "{error}");
        assert!(
            error
                .to_string()
                .contains("the access key secret is not the one"),
            "{error}"
        );
    }
}
