//! What settings of buckets may say, as the service documents it.

mod support;

use oss_local::{Options, Server};
use support::*;

/// Puts each document, and compares the code of the refusal, which is empty where there is none.
fn judge(name: &str, rows: &[(String, &str)]) {
    let server = Server::start(Options {
        https_addr: None,
        threads: 1,
        ..Options::default()
    })
    .unwrap();
    let client = Client::new(&server, "bucket");
    for (body, code) in rows {
        let answer = client.send("PUT", "", &[(name, "")], &[], body.as_bytes());
        assert_eq!(answer.code(), *code, "{body}");
        assert_eq!(answer.status == 200, code.is_empty(), "{body}");
    }
}

#[test]
fn rules_of_cors_are_as_documented() {
    let rule = |inner: &str| format!("<CORSRule>{inner}</CORSRule>");
    let rules = |rules: &str| format!("<CORSConfiguration>{rules}</CORSConfiguration>");
    let origin = "<AllowedOrigin>*</AllowedOrigin>";
    let needed = format!("{origin}<AllowedMethod>GET</AllowedMethod>");
    let with = |more: &str| rules(&rule(&format!("{needed}{more}")));
    let method = |name: &str| {
        rules(&rule(&format!(
            "{origin}<AllowedMethod>{name}</AllowedMethod>"
        )))
    };
    judge(
        "cors",
        &[
            (rules(&rule(&needed).repeat(20)), ""),
            (rules(&rule(&needed).repeat(21)), "MalformedXML"),
            (rules(""), "MalformedXML"),
            (rules(&rule(origin)), "MalformedXML"),
            (
                with("<AllowedOrigin>http://*.example.com</AllowedOrigin>"),
                "",
            ),
            (
                with("<AllowedOrigin>*.*</AllowedOrigin>"),
                "InvalidArgument",
            ),
            (with("<AllowedHeader>x-*</AllowedHeader>"), ""),
            (
                with("<AllowedHeader>*a*</AllowedHeader>"),
                "InvalidArgument",
            ),
            (
                with("<AllowedHeader>a&amp;b</AllowedHeader>"),
                "InvalidArgument",
            ),
            (with("<ExposeHeader>x-oss-test</ExposeHeader>"), ""),
            (with("<ExposeHeader>*</ExposeHeader>"), "InvalidArgument"),
            (
                with("<ExposeHeader>x-oss-*</ExposeHeader>"),
                "InvalidArgument",
            ),
            (method("HEAD"), ""),
            (method("get"), "InvalidArgument"),
            (method("PATCH"), "InvalidArgument"),
            (method(""), "InvalidArgument"),
            (with("<MaxAgeSeconds>0</MaxAgeSeconds>"), ""),
            (with("<MaxAgeSeconds>999999999</MaxAgeSeconds>"), ""),
            (
                with("<MaxAgeSeconds>1000000000</MaxAgeSeconds>"),
                "InvalidArgument",
            ),
            (with("<MaxAgeSeconds>-1</MaxAgeSeconds>"), "InvalidArgument"),
            (with("<MaxAgeSeconds>+1</MaxAgeSeconds>"), "InvalidArgument"),
            (
                with("<MaxAgeSeconds>1</MaxAgeSeconds><MaxAgeSeconds>2</MaxAgeSeconds>"),
                "MalformedXML",
            ),
        ],
    );
}

#[test]
fn an_action_of_a_lifecycle_is_due_at_one_midnight_or_after_days() {
    let rule = |inner: &str| {
        format!(
            "<LifecycleConfiguration><Rule><Prefix>a</Prefix><Status>Enabled</Status>{inner}</Rule></LifecycleConfiguration>"
        )
    };
    let midnight = "2030-01-01T00:00:00.000Z";
    let before = |date: &str| format!("<CreatedBeforeDate>{date}</CreatedBeforeDate>");
    let both = format!("<Days>1</Days>{}", before(midnight));
    let expires = |inner: &str| rule(&format!("<Expiration>{inner}</Expiration>"));
    let aborts = |inner: &str| {
        rule(&format!(
            "<AbortMultipartUpload>{inner}</AbortMultipartUpload>"
        ))
    };
    let moves = |inner: &str| {
        rule(&format!(
            "<Transition>{inner}<StorageClass>IA</StorageClass></Transition>"
        ))
    };
    let marker = "<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>";
    let mut rows = vec![
        (expires(&format!("<Date>{midnight}</Date>")), ""),
        (
            expires("<Date>2030-01-01T01:00:00.000Z</Date>"),
            "InvalidArgument",
        ),
        (
            expires(&format!("<Days>1</Days><Date>{midnight}</Date>")),
            "MalformedXML",
        ),
        (
            expires(&format!("<Date>{midnight}</Date>{}", before(midnight))),
            "MalformedXML",
        ),
        (expires(marker), ""),
        (expires(&format!("{marker}<Days>1</Days>")), "MalformedXML"),
        (
            expires("<ExpiredObjectDeleteMarker>false</ExpiredObjectDeleteMarker><Days>1</Days>"),
            "",
        ),
        (
            expires("<ExpiredObjectDeleteMarker>false</ExpiredObjectDeleteMarker>"),
            "MalformedXML",
        ),
    ];
    for action in [&expires as &dyn Fn(&str) -> String, &moves, &aborts] {
        rows.extend([
            (action("<Days>1</Days>"), ""),
            (action(&before(midnight)), ""),
            (action(&before("2030-01-01T00:00:00Z")), ""),
            (
                action(&before("2030-01-01T01:00:00.000Z")),
                "InvalidArgument",
            ),
            (
                action(&before("2030-01-01T00:00:00.001Z")),
                "InvalidArgument",
            ),
            (action(&before("2030-01-01")), "InvalidArgument"),
            (action(&both), "MalformedXML"),
            (action(""), "MalformedXML"),
        ]);
    }
    judge("lifecycle", &rows);
}

#[test]
fn a_website_has_something_to_show() {
    let website = |inner: &str| format!("<WebsiteConfiguration>{inner}</WebsiteConfiguration>");
    let error = |status: &str| {
        website(&format!(
            "<ErrorDocument><Key>e</Key><HttpStatus>{status}</HttpStatus></ErrorDocument>"
        ))
    };
    let index = |kind: &str| {
        website(&format!(
            "<IndexDocument><Suffix>i</Suffix><Type>{kind}</Type></IndexDocument>"
        ))
    };
    judge(
        "website",
        &[
            (website(""), "MalformedXML"),
            (error("404"), ""),
            (error("200"), ""),
            (error("302"), "InvalidArgument"),
            (error("test"), "InvalidArgument"),
            (index("2"), ""),
            (index("3"), "InvalidArgument"),
        ],
    );
}

#[test]
fn policies_of_buckets_are_about_them() {
    let policy = |statement: &str| format!("{{\"Version\":\"1\",\"Statement\":[{statement}]}}");
    let about = |resource: &str| {
        policy(&format!(
            r#"{{"Effect":"Deny","Principal":["1"],"Action":["oss:GetObject"],"Resource":["{resource}"]}}"#
        ))
    };
    let effect = |effect: &str| {
        policy(&format!(
            r#"{{"Effect":{effect},"Action":"oss:*","Resource":"acs:oss:*:*:bucket"}}"#
        ))
    };
    let wrong = "InvalidPolicyDocument";
    judge(
        "policy",
        &[
            (effect("\"Deny\""), ""),
            (effect("\"Maybe\""), wrong),
            (effect("\"deny\""), wrong),
            (effect("null"), wrong),
            (about("acs:oss:*:*:bucket/*"), ""),
            (about("acs:oss:*:*:bucket/dir/k"), ""),
            (about("acs:oss:*:*:bucket*"), ""),
            (about("acs:oss:*:*:buck?t/*"), ""),
            (about("acs:oss:*:*:*"), ""),
            (about("acs:oss:*:1234567890:*/*"), ""),
            (about("acs:oss:*:*:*/user1/*"), ""),
            (about("*"), ""),
            (about("acs:oss:*:*:other"), wrong),
            (about("acs:oss:*:*:other/*"), wrong),
            (about("acs:oss:*:*:bucket2/*"), wrong),
            (about("acs:oss:*:*:buck"), wrong),
            (about("acs:oss:*:*:other*"), wrong),
            (about("bucket"), wrong),
            (about("").replace("[\"\"]", "[]"), wrong),
            (policy(""), wrong),
            (policy(r#"{"Effect":"Deny","Resource":"*"}"#), wrong),
            (about("*").replace("\"1\",\"State", "\"2\",\"State"), wrong),
            (about("*").replace("\"1\",\"State", "1,\"State"), wrong),
            ("{}".to_owned(), wrong),
            ("[]".to_owned(), wrong),
        ],
    );
}
