//! What the tests of the official clients in C, C#, Java and JavaScript compare: texts of refusals, elements that are
//! there without a value, and what comes first of two things that are wrong.

mod support;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Digest;
use oss_local::{Credential, Options, Server};
use support::*;

fn start() -> Server {
    Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap()
}

fn message(answer: &Answer) -> String {
    elements(&answer.text(), "Message").concat()
}

#[test]
fn refusals_say_what_clients_compare() {
    let server = start();
    let client = Client::new(&server, "bucket");
    client.put("k", b"1");
    let begun = client.send("POST", "m", &[("uploads", "")], &[], b"");
    let id = elements(&begun.text(), "UploadId").remove(0);
    let upload = [("uploadId", id.as_str())];
    for number in ["1", "2"] {
        let part = [("partNumber", number), ("uploadId", id.as_str())];
        assert_eq!(client.send("PUT", "m", &part, &[], b"1").status, 200);
    }
    let parts = |numbers: [u32; 2], etag: &str| {
        let part = |n: u32| format!("<Part><PartNumber>{n}</PartNumber><ETag>{etag}</ETag></Part>");
        let list: String = numbers.map(part).concat();
        let body = format!("<CompleteMultipartUpload>{list}</CompleteMultipartUpload>");
        client.send("POST", "m", &upload, &[], body.as_bytes())
    };
    let class =
        b"<CreateBucketConfiguration><StorageClass>IA</StorageClass></CreateBucketConfiguration>";
    let elsewhere = b"<CreateBucketConfiguration><LocationConstraint>oss-ap-southeast-1</LocationConstraint></CreateBucketConfiguration>";
    let nowhere = b"<BucketLoggingStatus><LoggingEnabled><TargetBucket>nowhere</TargetBucket></LoggingEnabled></BucketLoggingStatus>";
    let get = |name: &str| client.send("GET", "", &[(name, "")], &[], b"");
    let other = Client::of(&server, "other");
    let long = "k".repeat(1024);
    let rows = [
        (
            client.send("DELETE", "", &[], &[], b""),
            409,
            "BucketNotEmpty",
            "The bucket has objects. Please delete them first.",
        ),
        (
            client.send("PUT", "", &[], &[], class),
            409,
            "BucketAlreadyExists",
            "Cannot modify existing bucket's storage class.",
        ),
        (
            other.send("PUT", "", &[], &[], elsewhere),
            400,
            "InvalidLocationConstraint",
            "The specified location-constraint is not valid",
        ),
        (
            parts([2, 1], "C4CA4238A0B923820DCC509A6F75849B"),
            400,
            "InvalidPartOrder",
            "The list of parts was not in ascending order. Parts list must specified in order by part number.",
        ),
        (
            parts([1, 2], "0"),
            400,
            "InvalidPart",
            "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.",
        ),
        (
            get("lifecycle"),
            404,
            "NoSuchLifecycle",
            "No Row found in Lifecycle Table.",
        ),
        (
            get("website"),
            404,
            "NoSuchWebsiteConfiguration",
            "The specified bucket does not have a website configuration.",
        ),
        (
            get("replication"),
            404,
            "NoSuchReplicationConfiguration",
            "The bucket you specified does not have replication configuration.",
        ),
        (
            client.send("PUT", "", &[("logging", "")], &[], nowhere),
            400,
            "InvalidTargetBucketForLogging",
            "put bucket log requester is not target bucket owner.",
        ),
        (
            client.send("GET", &long, &[], &[], b""),
            400,
            "InvalidObjectName",
            "The Length of Object name must be less than 1024.",
        ),
        (
            client.send("GET", "/k", &[], &[], b""),
            400,
            "InvalidObjectName",
            "The specified object is not valid.",
        ),
        (
            client.send("PUT", "k", &[], &[("content-md5", "x")], b"1"),
            400,
            "InvalidDigest",
            "The Content-MD5 you specified was invalid.",
        ),
        (
            client.send("POST", "k", &[("append", "")], &[], b"1"),
            400,
            "MissingArgument",
            "Missing Some Required Arguments.",
        ),
        (
            client.send("GET", "k", &[], &[("range", "bytes=-0")], b""),
            416,
            "InvalidRange",
            "The requested range cannot be satisfied.",
        ),
    ];
    for (answer, status, code, text) in rows {
        let found = (answer.status, answer.code(), message(&answer));
        assert_eq!(found, (status, code.to_owned(), text.to_owned()));
    }
}

#[test]
fn what_is_not_set_is_there_without_a_value() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let set = |query: Pairs<'_>, body: &str| {
        let set = client.send("PUT", "", query, &[], body.as_bytes());
        assert_eq!(set.status, 200, "{}", set.text());
    };
    let get = |query: Pairs<'_>| client.send("GET", "", query, &[], b"").text();
    assert!(get(&[("logging", "")]).contains("<LoggingEnabled></LoggingEnabled>"));
    set(
        &[("logging", "")],
        "<BucketLoggingStatus><LoggingEnabled><TargetBucket>bucket</TargetBucket></LoggingEnabled></BucketLoggingStatus>",
    );
    assert_eq!(elements(&get(&[("logging", "")]), "TargetPrefix"), [""]);

    let by = |algorithm: &str| {
        format!(
            "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>{algorithm}</SSEAlgorithm>\
            <KMSMasterKeyID></KMSMasterKeyID></ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>"
        )
    };
    let none: [&str; 0] = [];
    for (algorithm, in_info) in [("AES256", &none[..]), ("KMS", &[""])] {
        set(&[("encryption", "")], &by(algorithm));
        assert_eq!(
            elements(&get(&[("encryption", "")]), "KMSMasterKeyID"),
            none
        );
        assert_eq!(
            elements(&get(&[("bucketInfo", "")]), "KMSMasterKeyID"),
            in_info
        );
    }

    let begun = client.send("POST", "m", &[("uploads", "")], &[], b"");
    let id = elements(&begun.text(), "UploadId").remove(0);
    let parts = client
        .send("GET", "m", &[("uploadId", &id)], &[], b"")
        .text();
    assert_eq!(elements(&parts, "NextPartNumberMarker"), [""], "{parts}");

    let inventory = "<InventoryConfiguration><Id>i</Id><IsEnabled>true</IsEnabled><Destination><OSSBucketDestination><Format>CSV</Format>\
        <Bucket>acs:oss:::bucket</Bucket></OSSBucketDestination></Destination><Schedule><Frequency>Daily</Frequency></Schedule>\
        <IncludedObjectVersions>All</IncludedObjectVersions></InventoryConfiguration>";
    let query = [("inventory", ""), ("inventoryId", "i")];
    set(&query, inventory);
    let kept = get(&query);
    assert!(
        kept.contains("<Filter><Prefix></Prefix></Filter>")
            && kept.contains("<OptionalFields></OptionalFields>"),
        "{kept}"
    );
}

#[test]
fn inventories_and_websites_are_complete_or_refused() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let inventory = |schedule: &str, versions: &str, format: &str, bucket: &str, enabled: &str| {
        format!(
            "<InventoryConfiguration><Id>i</Id><IsEnabled>{enabled}</IsEnabled><Destination><OSSBucketDestination><Format>{format}</Format>\
            <Bucket>{bucket}</Bucket></OSSBucketDestination></Destination><Schedule><Frequency>{schedule}</Frequency></Schedule>\
            <IncludedObjectVersions>{versions}</IncludedObjectVersions></InventoryConfiguration>"
        )
    };
    for body in [
        inventory("Hourly", "All", "CSV", "acs:oss:::bucket", "true"),
        inventory("Daily", "Some", "CSV", "acs:oss:::bucket", "true"),
        inventory("Daily", "All", "TXT", "acs:oss:::bucket", "true"),
        inventory("Daily", "All", "CSV", "", "true"),
        inventory("Daily", "All", "CSV", "acs:oss:::bucket", "maybe"),
        "<InventoryConfiguration><Id>i</Id></InventoryConfiguration>".to_owned(),
    ] {
        let query = [("inventory", ""), ("inventoryId", "i")];
        let set = client.send("PUT", "", &query, &[], body.as_bytes());
        assert_eq!(
            (set.status, set.code().as_str()),
            (400, "MalformedXML"),
            "{body}"
        );
    }
    let mirror = |code: u32| {
        format!(
            "<RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Condition><HttpErrorCodeReturnedEquals>{code}</HttpErrorCodeReturnedEquals></Condition>\
            <Redirect><RedirectType>Mirror</RedirectType><PassQueryString>true</PassQueryString></Redirect></RoutingRule></RoutingRules>"
        )
    };
    let rows = [
        (
            "<IndexDocument><Suffix></Suffix></IndexDocument>".to_owned(),
            "InvalidArgument",
        ),
        (
            "<IndexDocument></IndexDocument>".to_owned(),
            "InvalidArgument",
        ),
        (
            "<IndexDocument><Suffix>/i</Suffix></IndexDocument>".to_owned(),
            "InvalidArgument",
        ),
        (
            "<ErrorDocument><Key></Key></ErrorDocument>".to_owned(),
            "InvalidArgument",
        ),
        (mirror(403), "InvalidArgument"),
        (mirror(404), ""),
    ];
    for (inner, code) in rows {
        let body = format!("<WebsiteConfiguration>{inner}</WebsiteConfiguration>");
        let set = client.send("PUT", "", &[("website", "")], &[], body.as_bytes());
        assert_eq!(set.code(), code, "{body}");
    }
    let kept = client.send("GET", "", &[("website", "")], &[], b"").text();
    for (name, value) in [
        ("PassQueryString", "true"),
        ("MirrorPassQueryString", "true"),
        ("MirrorPassOriginalSlashes", "false"),
        ("MirrorFollowRedirect", "true"),
    ] {
        assert_eq!(elements(&kept, name), [value], "{kept}");
    }
}

#[test]
fn who_looks_for_a_bucket_learns_its_region() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let region = |method: &str, query: Pairs<'_>| {
        let answer = client.send(method, "", query, &[], b"");
        answer.header("x-oss-bucket-region").map(str::to_owned)
    };
    assert_eq!(region("HEAD", &[]).as_deref(), Some("oss-cn-hangzhou"));
    assert_eq!(region("GET", &[]), None);
    assert_eq!(region("HEAD", &[("acl", "")]), None);
}

#[test]
fn permanent_keys_have_no_token() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let token = [("x-oss-security-token", "wrong")];
    let refused = client.send("GET", "k", &[], &token, b"");
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "InvalidAccessKeyId")
    );
}

#[test]
fn an_acl_is_for_the_owner_of_the_name() {
    let server = Server::start(Options {
        https_addr: None,
        credentials: vec![
            Credential::new("one", "1"),
            Credential::new("two", "2").of_account("second"),
        ],
        ..Options::default()
    })
    .unwrap();
    let as_account = |id: &'static str, secret: &'static str| Client {
        id,
        secret,
        ..Client::of(&server, "bucket")
    };
    let (owner, other) = (as_account("one", "1"), as_account("two", "2"));
    owner.send("PUT", "", &[], &[("x-oss-acl", "public-read")], b"");
    let set = |client: &Client<'_>, headers: Pairs<'_>| {
        client.send("PUT", "", &[("acl", "")], headers, b"")
    };
    assert_eq!(set(&owner, &[]).status, 200);
    let acl = owner.send("GET", "", &[("acl", "")], &[], b"").text();
    assert_eq!(elements(&acl, "Grant"), ["public-read"]);
    let refused = set(&other, &[("x-oss-acl", "private")]);
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (409, "BucketAlreadyExists")
    );
}

#[test]
fn what_no_xml_can_hold_is_encoded_if_a_header_says_so() {
    let server = start();
    let client = Client::new(&server, "bucket");
    client.put("a\u{1}", b"1");
    let body = b"<Delete><Object><Key>a%01</Key></Object><Object><Key>b</Key></Object></Delete>";
    let sum = STANDARD.encode(md5::Md5::digest(body));
    let headers = [("encoding-type", "url"), ("content-md5", sum.as_str())];
    let deleted = client.send("POST", "", &[("delete", "")], &headers, body);
    assert_eq!(
        elements(&deleted.text(), "EncodingType"),
        ["url"],
        "{}",
        deleted.text()
    );
}

#[test]
fn parts_that_are_copied_say_how_they_are_encrypted() {
    const BY: &str = "x-oss-server-side-encryption";
    let server = start();
    let client = Client::new(&server, "bucket");
    client.put("k", b"1");
    let begun = client.send("POST", "m", &[("uploads", "")], &[(BY, "AES256")], b"");
    let id = elements(&begun.text(), "UploadId").remove(0);
    let part = [("partNumber", "1"), ("uploadId", id.as_str())];
    let copied = client.send(
        "PUT",
        "m",
        &part,
        &[("x-oss-copy-source", "/bucket/k")],
        b"",
    );
    assert_eq!((copied.status, copied.header(BY)), (200, Some("AES256")));
}

#[test]
fn headers_without_a_value_say_nothing() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let put = client.send(
        "PUT",
        "k",
        &[],
        &[("x-oss-object-acl", ""), ("x-oss-storage-class", "")],
        b"1",
    );
    assert_eq!(put.status, 200, "{}", put.text());
    let set = client.send("PUT", "k", &[("acl", "")], &[("x-oss-object-acl", "")], b"");
    assert_eq!(set.code(), "MissingArgument");
}

#[test]
fn a_value_of_a_tag_needs_its_key() {
    let server = start();
    let listed = Client::of(&server, "").send("GET", "", &[("tag-value", "v")], &[], b"");
    assert_eq!(
        (listed.status, listed.code().as_str()),
        (400, "InvalidArgument")
    );
}

#[test]
fn an_acceleration_can_be_removed() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let body = b"<TransferAccelerationConfiguration><Enabled>true</Enabled></TransferAccelerationConfiguration>";
    let send = |method: &str, body: &[u8]| {
        client.send(method, "", &[("transferAcceleration", "")], &[], body)
    };
    assert_eq!(send("PUT", body).status, 200);
    assert_eq!(send("DELETE", b"").status, 204);
    assert_eq!(
        send("GET", b"").code(),
        "NoSuchTransferAccelerationConfiguration"
    );
    // The bucket itself is still there.
    assert_eq!(client.put("k", b"1").status, 200);
}

#[test]
fn callbacks_that_cannot_be_are_refused_before_the_upload() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let put = |callback: &str, variables: Option<&str>| {
        let callback = STANDARD.encode(callback);
        let variables = variables.map(|text| STANDARD.encode(text));
        let mut headers = vec![("x-oss-callback", callback.as_str())];
        headers.extend(
            variables
                .as_deref()
                .map(|text| ("x-oss-callback-var", text)),
        );
        client.send("PUT", "k", &[], &headers, b"1")
    };
    let long = format!(r#"{{"x:v":"{}"}}"#, "A".repeat(6000));
    let rows = [
        (r#"{"callbackUrl":"my","callbackBody":"b"}"#, None),
        (r#"{"callbackUrl":"my.com:test","callbackBody":"b"}"#, None),
        (
            r#"{"callbackUrl":"1.a;2.a;3.a;4.a;5.a;6.a","callbackBody":"b"}"#,
            None,
        ),
        (r#"{"callbackUrl":"127.0.0.1","callbackBody":""}"#, None),
        (
            r#"{"callbackUrl":"127.0.0.1","callbackBody":"bucket=${bucket}&object=$(object)"}"#,
            None,
        ),
        (
            r#"{"callbackUrl":"127.0.0.1","callbackBody":"b"}"#,
            Some(long.as_str()),
        ),
    ];
    for (callback, variables) in rows {
        let refused = put(callback, variables);
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (400, "InvalidArgument"),
            "{callback}"
        );
        assert_eq!(client.get("k").status, 404, "{callback}");
    }
    // Nobody answers there: the object is stored, and the client hears of it as from a gateway.
    let failed = put(
        r#"{"callbackUrl":"http://no.such.host/","callbackBody":"b"}"#,
        None,
    );
    let found = (failed.status, failed.code(), message(&failed));
    assert_eq!(
        found,
        (
            203,
            "CallbackFailed".to_owned(),
            "Error status : 502.".to_owned()
        )
    );
    assert_eq!(client.get("k").body, b"1");
}

#[test]
fn versions_have_ids_as_long_as_those_of_the_service() {
    let server = start();
    let client = Client::new(&server, "bucket");
    let on = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    client.send("PUT", "", &[("versioning", "")], &[], on);
    let put = client.put("k", b"1");
    assert_eq!(put.header("x-oss-version-id").unwrap().len(), 64);
}
