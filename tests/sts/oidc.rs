//! Roles for an OIDC token: its file is read anew, and nothing is signed.

use super::*;

/// The text of an OIDC provider with the token in `file`.
fn oidc(sts: &Peer, file: &std::path::Path) -> String {
    format!(
        "oidc-role:{ROLE};provider-arn=acs:ram::1234567890123456:oidc-provider/ack;token-file={};sts-endpoint=127.0.0.1:{}",
        file.display(),
        sts.port()
    )
}

#[test]
fn an_oidc_token_is_read_anew_and_exchanged_without_a_signature() {
    let file = folder("sts_oidc").join("token");
    std::fs::write(&file, "first.jwt\n").unwrap();
    let (sts, seen) = sts(|number, _| keys(number, 2));
    let (store, tokens) = oss();
    let provider = Recipe::parse(&oidc(&sts, &file)).unwrap().build().unwrap();
    let bucket = bucket(&store, provider);
    put(&bucket).unwrap();
    std::fs::write(&file, "second.jwt").unwrap();
    std::thread::sleep(Duration::from_millis(2100));
    put(&bucket).unwrap();
    assert_eq!(*tokens.lock().unwrap(), ["token1", "token2"]);
    let seen = seen.lock().unwrap();
    for (asked, token) in seen.iter().zip(["first.jwt", "second.jwt"]) {
        assert_eq!(asked.get("Action"), "AssumeRoleWithOIDC");
        assert_eq!(asked.form["OIDCToken"], token);
        assert_eq!(
            asked.get("OIDCProviderArn"),
            "acs:ram::1234567890123456:oidc-provider/ack"
        );
        for absent in ["Signature", "SignatureMethod", "AccessKeyId"] {
            assert_eq!(asked.get(absent), "", "{absent}");
        }
    }
}

#[cfg(unix)]
#[test]
fn the_name_of_a_token_file_is_any_bytes() {
    use std::os::unix::ffi::OsStrExt;
    let file = folder("sts_oidc_name").join(std::ffi::OsStr::from_bytes(b"t\xffken"));
    std::fs::write(&file, "first.jwt").unwrap();
    let (sts, seen) = sts(|number, _| keys(number, 3600));
    let (store, _) = oss();
    let text = oidc(&sts, std::path::Path::new("/nonexistent"));
    let mut recipe = Recipe::parse(&text).unwrap();
    recipe.token_file(&file).unwrap();
    put(&bucket(&store, recipe.build().unwrap())).unwrap();
    assert_eq!(seen.lock().unwrap()[0].form["OIDCToken"], "first.jwt");
    let other = Recipe::parse("anonymous").unwrap().token_file(&file);
    let error = other.unwrap_err().to_string();
    assert!(
        error.contains("anonymous has no option \"token-file\"; it has none"),
        "{error}"
    );
}

#[test]
fn an_oidc_token_that_cannot_be_one_is_not_sent() {
    let folder = folder("sts_oidc_bad");
    let (sts, seen) = sts(|_, _| keys(1, 3600));
    let (store, _) = oss();
    for (name, content, words) in [
        ("missing", None, "No such file"),
        ("empty", Some(String::new()), "is not 4 to 20000 printable"),
        (
            "large",
            Some("a".repeat(20_001)),
            "is not 4 to 20000 printable",
        ),
        (
            "lines",
            Some("hush one\nhush two".into()),
            "is not 4 to 20000 printable",
        ),
    ] {
        let file = folder.join(name);
        if let Some(content) = content {
            std::fs::write(&file, content).unwrap();
        }
        let provider = Recipe::parse(&oidc(&sts, &file)).unwrap().build().unwrap();
        let error = put(&bucket(&store, provider)).unwrap_err().to_string();
        assert!(
            error.contains(words) && error.contains(name),
            "{name}: {error}"
        );
        assert!(!error.contains("hush"), "{error}");
    }
    assert!(seen.lock().unwrap().is_empty());
}
