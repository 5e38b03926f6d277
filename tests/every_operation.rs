//! Every row of the table of operations against the local server, signed with V4 and with V1: the request is formed, routed to
//! the operation of that name, accepted, and its answer is what the table says. Rows for what has no meaning on one machine
//! have to be refused as not implemented, which still shows that they were signed right.

mod support;

use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use alioss::{
    Bucket, Content, Kind, Level, OPERATIONS, Operation, Options, Response, Result, Service,
    SignatureVersion, Value, find_operation,
};
use oss_local::Server;

/// What the local server does not do: what needs the cloud behind it.
const NOT_HERE: [&str; 23] = [
    "ProcessObject",
    "AsyncProcessObject",
    "DoMetaQuery",
    "DoMetaQueryAction",
    "DoDataPipeLineAction",
    "WriteGetObjectResponse",
    "GetUserQosInfo",
    "PutBucketRequesterQosInfo",
    "GetBucketRequesterQosInfo",
    "ListBucketRequesterQosInfos",
    "DeleteBucketRequesterQosInfo",
    "ListResourcePools",
    "GetResourcePoolInfo",
    "ListResourcePoolBuckets",
    "PutResourcePoolRequesterQosInfo",
    "GetResourcePoolRequesterQosInfo",
    "ListResourcePoolRequesterQosInfos",
    "DeleteResourcePoolRequesterQosInfo",
    "PutAsyncFetchTask",
    "GetAsyncFetchTask",
    "CreateDirectory",
    "RenameObject",
    "DeleteDirectory",
];

const KEY: &str = "dir/a b+\u{4e2d}.csv";

#[test]
fn every_operation_with_v4() {
    walk(SignatureVersion::V4);
}

#[test]
fn every_operation_with_v1() {
    walk(SignatureVersion::V1);
}

fn walk(version: SignatureVersion) {
    let options = oss_local::Options {
        restore_delay: Duration::ZERO,
        ..oss_local::Options::default()
    };
    let server = support::start(options);
    let mut problems = Vec::new();
    for (number, operation) in OPERATIONS.iter().enumerate() {
        let place = Place::new(&server, version, number);
        let judged = place.prepare(operation.name).and_then(|()| {
            server.clear_requests();
            let body = place.body(operation);
            let options = place.options(operation)?;
            server.clear_requests();
            let outcome = place.send(operation, &body, &options);
            judge(operation, &server, outcome)
        });
        if let Err(problem) = judged {
            problems.push(format!("{}: {problem}", operation.name));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn judge(operation: &Operation, server: &Server, outcome: Result<Response>) -> Judged {
    let requests = server.requests();
    let [request] = requests.as_slice() else {
        return Err(format!("{} requests: {outcome:?}", requests.len()));
    };
    let seen = (request.method.as_str(), request.operation.as_str());
    if seen != (operation.method.as_str(), operation.name) {
        return Err(format!("the server saw {seen:?}"));
    }
    let response = match outcome {
        Ok(response) => response,
        Err(error) if NOT_HERE.contains(&operation.name) => {
            let refused = (error.kind(), error.code());
            return match refused == (Kind::Unsupported, "NotImplemented") {
                true => Ok(()),
                false => Err(error.to_string()),
            };
        }
        Err(error) => return Err(error.to_string()),
    };
    if NOT_HERE.contains(&operation.name) {
        return Err("is implemented after all".to_owned());
    }
    if !operation.success.contains(&response.status()) {
        return Err(format!("status {}", response.status()));
    }
    match operation.answer {
        Content::Xml(root) => match response.document() {
            Ok(document) if document.root() == root => Ok(()),
            other => Err(format!("{other:?} instead of <{root}>")),
        },
        Content::Json => serde_json::from_slice::<serde_json::Value>(response.body())
            .map(drop)
            .map_err(|error| error.to_string()),
        Content::Bytes | Content::Text if response.body().is_empty() => {
            Err("an empty body".to_owned())
        }
        Content::Nothing if !response.body().is_empty() => Err("an unexpected body".to_owned()),
        _ => Ok(()),
    }
}

type Judged<T = ()> = std::result::Result<T, String>;

/// A bucket of its own for each row, so that rows do not disturb each other.
struct Place {
    bucket: Bucket,
    service: Service,
    name: String,
}

impl Place {
    fn new(server: &Server, version: SignatureVersion, number: usize) -> Place {
        let mut config = support::config(&server.endpoint());
        config.signature_version(version).attempts(1);
        let name = format!("row-{number}");
        Place {
            bucket: Bucket::new(&config, &name).unwrap(),
            service: Service::new(&config).unwrap(),
            name,
        }
    }

    /// Brings about what the operation needs.
    fn prepare(&self, name: &str) -> Judged {
        if name == "PutBucket" {
            return Ok(());
        }
        self.bucket.put_bucket(&Options::new()).unwrap();
        let fresh = ["AppendObject", "SealAppendObject", "DeleteBucket"];
        if !fresh.contains(&name) {
            let class = match name {
                "RestoreObject" | "CleanRestoredObject" => "ColdArchive",
                _ => "Standard",
            };
            let options = Options::new().header("x-oss-storage-class", class);
            self.bucket.put_object(KEY, "a,1\nb,2\n", &options).unwrap();
        }
        if name.ends_with("VodPlaylist") {
            let piece = format!("{KEY}/1.ts");
            self.bucket.put_object(&piece, "", &Options::new()).unwrap();
        }
        for earlier in earlier(name) {
            if !NOT_HERE.contains(&earlier) {
                let operation = find_operation(earlier).unwrap();
                let (body, options) = (self.body(operation), self.options(operation)?);
                self.send(operation, &body, &options)
                    .map_err(|error| format!("before, {error}"))?;
            }
        }
        Ok(())
    }

    /// A value for each parameter and header that the operation needs.
    fn options(&self, operation: &Operation) -> Judged<Options<'static>> {
        let mut options = Options::new();
        for (name, value) in operation.parameters() {
            if value == Value::Given {
                let value = self.parameter(operation.name, name)?;
                options = options.query(name, Some(value.leak()));
            }
        }
        for name in operation.headers {
            options = options.header(*name, self.header(name));
        }
        Ok(match operation.name {
            "PutSymlink" => options.header("x-oss-symlink-target", "other"),
            "PostObject" => {
                options.header("Content-Type", "multipart/form-data; boundary=frontier")
            }
            "CompleteMultipartUpload" => options.header("x-oss-complete-all", "yes"),
            _ => options,
        })
    }

    fn send(&self, operation: &Operation, body: &[u8], options: &Options<'_>) -> Result<Response> {
        match operation.name {
            // Their frames are read by functions of their own.
            "SelectObject" => return self.select(options),
            "CreateSelectObjectMeta" => {
                let (response, meta) = self.bucket.create_select_object_meta(KEY, options)?;
                assert_eq!((meta.rows, meta.columns), (2, 2));
                return Ok(response);
            }
            _ => {}
        }
        match operation.level {
            Level::Service => self.service.invoke(operation.name, body, options),
            Level::Bucket => self.bucket.invoke(operation.name, None, body, options),
            Level::Object => {
                let playlist = format!("{KEY}/list.m3u8");
                let key = match operation.name {
                    "PostVodPlaylist" => playlist.as_str(),
                    _ => KEY,
                };
                self.bucket.invoke(operation.name, Some(key), body, options)
            }
        }
    }

    fn select(&self, options: &Options<'_>) -> Result<Response> {
        let all = "select * from ossobject";
        let mut select = self.bucket.select_object(KEY, all, options)?;
        let mut rows = [0; 100];
        let got = select.read(&mut rows)?;
        assert_eq!(&rows[..got], b"a,1\nb,2\n");
        assert_eq!(select.read(&mut rows)?, 0);
        Ok(select.response().clone())
    }

    fn parameter(&self, operation: &str, name: &str) -> Judged<String> {
        let value = match name {
            "position" if operation == "SealAppendObject" => "6",
            "position" => "0",
            "partNumber" => "1",
            "uploadId" => return self.ask("ListMultipartUploads", "Upload.UploadId"),
            "wormId" => return self.ask("GetBucketWorm", "WormId"),
            "x-oss-redundancy-transition-taskid" => {
                return self.ask(TASKS, "BucketDataRedundancyTransition.TaskId");
            }
            "inventoryId" => return Ok(INVENTORY_ID.to_owned()),
            "rule-id" => return self.ask("GetBucketReplication", "Rule.ID"),
            "x-oss-target-redundancy-type" => "ZRS",
            "x-oss-access-point-name" => "ap-01",
            "x-oss-process" if operation == "CreateSelectObjectMeta" => "csv/meta",
            "x-oss-process" => "csv/select",
            "cname" => "img.example.com",
            "action" => "listDatasets",
            "status" => "enabled",
            "startTime" => return Ok((seconds_now() - 60).to_string()),
            "endTime" => return Ok((seconds_now() + 60).to_string()),
            _ => "value",
        };
        Ok(value.to_owned())
    }

    fn header(&self, name: &str) -> String {
        let value = match name {
            "x-oss-acl" | "x-oss-object-acl" => "private",
            "x-oss-copy-source" => return format!("/{}/dir/a%20b%2B%E4%B8%AD.csv", self.name),
            "x-oss-access-point-name" => "ap-01",
            "x-oss-access-point-for-object-process-name" => "fc-ap-01",
            "Origin" => "http://example.com",
            "Access-Control-Request-Method" => "PUT",
            "x-oss-fwd-status" => "200",
            _ => "value",
        };
        value.to_owned()
    }

    fn body(&self, operation: &Operation) -> Vec<u8> {
        match operation.name {
            "PostObject" => return self.form(),
            "CompleteMultipartUpload" => return Vec::new(),
            "ExtendBucketWorm" => return LONGER_WORM.into(),
            "PutBucketCors" => return CORS.into(),
            "PutBucketLifecycle" => return LIFECYCLE.into(),
            "PutLiveChannel" => return LIVE_CHANNEL.into(),
            "PutBucketStorageCapacity" => return CAPACITY.into(),
            "PutBucketLogging" => {
                let body = String::from_utf8(sample("PutBucketLogging")).unwrap();
                return body.replace("log-bucket", &self.name).into_bytes();
            }
            "PutBucketTags" | "PutObjectTagging" => return TAGGING.into(),
            "PutObjectLegalHold" => return LEGAL_HOLD.into(),
            _ => {}
        }
        match operation.body {
            Content::Nothing => Vec::new(),
            Content::Json => POLICY.replace("BUCKET", &self.name).into_bytes(),
            Content::Text => b"x-oss-process=image/info".to_vec(),
            Content::Xml(root) if !has_sample(operation.name) => {
                format!("<{root}></{root}>").into_bytes()
            }
            Content::Xml(_) => sample(operation.name),
            Content::Bytes | Content::Frames => b"c,3\nd4".to_vec(),
        }
    }

    /// A form that the service accepts.
    fn form(&self) -> Vec<u8> {
        let policy = self
            .bucket
            .post_policy(Duration::from_secs(60), "", &Options::new())
            .unwrap();
        let mut fields = policy.fields;
        fields.push(("key".into(), "form.txt".into()));
        fields.push(("success_action_status".into(), "201".into()));
        let mut body = String::new();
        for (name, value) in fields {
            body += &format!(
                "--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
        }
        body += "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nhello\r\n--frontier--\r\n";
        body.into_bytes()
    }

    /// What an earlier operation left, as another one tells it.
    fn ask(&self, operation: &str, path: &str) -> Judged<String> {
        let missing = |why: String| format!("{operation} does not tell {path}: {why}");
        let answer = self.bucket.invoke(operation, None, b"", &Options::new());
        let document = answer.and_then(|answer| answer.document());
        let document = document.map_err(|error| missing(error.to_string()))?;
        let text = document.text(path);
        text.map(str::to_owned)
            .ok_or_else(|| missing(document.to_text()))
    }
}

fn seconds_now() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap().as_secs()
}

/// What has to have happened before.
fn earlier(name: &str) -> Vec<&'static str> {
    match name {
        "SealAppendObject" => return vec!["AppendObject"],
        "UploadPart" | "UploadPartCopy" | "AbortMultipartUpload" | "ListParts" => {
            return vec!["InitiateMultipartUpload"];
        }
        "CompleteMultipartUpload" => return vec!["InitiateMultipartUpload", "UploadPart"],
        "CleanRestoredObject" => return vec!["RestoreObject"],
        "ListBucketInventory" => return vec!["PutBucketInventory"],
        "GetLiveChannelInfo"
        | "GetLiveChannelStat"
        | "GetLiveChannelHistory"
        | "PutLiveChannelStatus"
        | "PostVodPlaylist"
        | "GetVodPlaylist" => return vec!["PutLiveChannel"],
        "AbortBucketWorm" | "CompleteBucketWorm" | "GetBucketWorm" => {
            return vec!["InitiateBucketWorm"];
        }
        "ExtendBucketWorm" => return vec!["InitiateBucketWorm", "CompleteBucketWorm"],
        "PutCname" | "GetCnameToken" => return vec!["CreateCnameToken"],
        "DeleteCname" => return vec!["CreateCnameToken", "PutCname"],
        "GetMetaQueryStatus" | "CloseMetaQuery" => return vec!["OpenMetaQuery"],
        "OptionObject" => return vec!["PutBucketCors"],
        "GetBucketReplicationProgress" | "PutBucketRtc" => return vec!["PutBucketReplication"],
        "GetBucketPolicyStatus" => return vec!["PutBucketPolicy"],
        "PutObjectRetention" | "GetObjectRetention" => {
            let mut earlier = vec![
                "PutBucketVersioning",
                "PutBucketObjectWormConfiguration",
                "PutObject",
            ];
            if name == "GetObjectRetention" {
                earlier.push("PutObjectRetention");
            }
            return earlier;
        }
        _ => {}
    }
    let parts = name
        .strip_prefix("Get")
        .or(name.strip_prefix("Delete"))
        .unwrap_or_default();
    let makers = ["Put", "Create"].map(|verb| format!("{verb}{parts}"));
    let mut earlier = Vec::new();
    // A policy belongs to an access point.
    for (part, maker) in [
        ("ForObjectProcess", "CreateAccessPointForObjectProcess"),
        ("AccessPointP", "CreateAccessPoint"),
    ] {
        if name.contains(part) && !name.contains("CreateAccess") && earlier.is_empty() {
            earlier.push(maker);
        }
    }
    let known = makers.iter().filter_map(|maker| find_operation(maker));
    earlier.extend(known.map(|operation| operation.name));
    let mut seen = HashSet::new();
    earlier.retain(|maker| *maker != "PutBucket" && *maker != "PutObject" && seen.insert(*maker));
    earlier
}

const TASKS: &str = "ListBucketDataRedundancyTransition";

const INVENTORY_ID: &str = "report1";

// The sample has all fields there are, and the service takes no rule with all of them.
const LIFECYCLE: &str = "<LifecycleConfiguration><Rule><ID>rule</ID><Prefix>a</Prefix><Status>Enabled</Status>\
    <Expiration><Days>30</Days></Expiration></Rule></LifecycleConfiguration>";
const CAPACITY: &str = "<BucketUserQos><StorageCapacity>10</StorageCapacity></BucketUserQos>";
const LIVE_CHANNEL: &str =
    "<LiveChannelConfiguration><Target><Type>HLS</Type></Target></LiveChannelConfiguration>";
const CORS: &str = "<CORSConfiguration><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>\
     </CORSRule></CORSConfiguration>";

const TAGGING: &str =
    "<Tagging><TagSet><Tag><Key>k1</Key><Value>v1</Value></Tag></TagSet></Tagging>";

const LEGAL_HOLD: &str = "<LegalHold><Status>ON</Status></LegalHold>";

const LONGER_WORM: &str = "<ExtendWormConfiguration><RetentionPeriodInDays>9999</RetentionPeriodInDays></ExtendWormConfiguration>";

const POLICY: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject"],"Principal":["27737962156157xxxx"],"Resource":["acs:oss:*:*:BUCKET/*"]}]}"#;

fn sample_path(name: &str) -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/xml");
    folder.join(format!("{name}.request.xml"))
}

fn has_sample(name: &str) -> bool {
    sample_path(name).exists()
}

fn sample(name: &str) -> Vec<u8> {
    let path = sample_path(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
