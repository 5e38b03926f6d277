//! What names are legal, and who may do what.

use std::sync::PoisonError;

use serde_json::Value;

use super::Identity;
use super::bucket_policy::{self, Question, Verdict};
use super::referer;
use crate::address;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::store::{Bucket, Settings, State};

/// Bucket and key of a request, by the naming rules. Sets the key.
pub fn check_names(exchange: &mut Exchange) -> Result<()> {
    if let Some(bucket) = &exchange.head.place.bucket
        && !address::is_bucket_name(bucket)
    {
        return Err(ApiError::new(
            400,
            "InvalidBucketName",
            "The specified bucket is not valid.",
        )
        .detail("BucketName", bucket));
    }
    if let Some(key) = &exchange.head.place.key {
        let valid = address::object_key(key).ok_or_else(|| {
            // Whoever only looks is told that there is no such thing.
            if exchange.head.method == "HEAD" && key.starts_with(b"/") {
                return ApiError::no_such_key(&String::from_utf8_lossy(key));
            }
            ApiError::object_name(&String::from_utf8_lossy(key))
        })?;
        exchange.key = valid.to_owned();
    }
    Ok(())
}

/// Operations whose right has another name than they have.
const ACTIONS: &[(&str, &str)] = &[
    ("HeadObject", "GetObject"),
    ("GetObjectMeta", "GetObject"),
    ("GetSymlink", "GetObject"),
    ("SelectObject", "GetObject"),
    ("CreateSelectObjectMeta", "GetObject"),
    ("ListObjectsV2", "ListObjects"),
    ("CopyObject", "PutObject"),
    ("AppendObject", "PutObject"),
    ("PostObject", "PutObject"),
    ("PutSymlink", "PutObject"),
    ("InitiateMultipartUpload", "PutObject"),
    ("UploadPart", "PutObject"),
    ("UploadPartCopy", "PutObject"),
    ("CompleteMultipartUpload", "PutObject"),
    ("DeleteMultipleObjects", "DeleteObject"),
    ("GetBucketTags", "GetBucketTagging"),
    ("PutBucketTags", "PutBucketTagging"),
    ("DeleteBucketTags", "DeleteBucketTagging"),
];

/// What strangers may do with an object or a bucket that can be read, or written, by all.
const READS: [&str; 4] = [
    "GetObject",
    "ListObjects",
    "GetObjectTagging",
    "GetObjectAcl",
];
const WRITES: [&str; 5] = [
    "PutObject",
    "DeleteObject",
    "AbortMultipartUpload",
    "ListParts",
    "ListMultipartUploads",
];

/// How the owner gets out of a policy that denies everything.
const UNDENIABLE: [&str; 3] = ["GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"];

/// Whether who sends the request may do what it asks for: the owner, or whom a policy or an ACL lets in.
pub fn check_access(exchange: &Exchange) -> Result<()> {
    // Preflights are for everybody, forms bring their own proof, keys of a list are judged one by one, and a bucket that
    // is not there has no owner.
    match exchange.operation {
        "OptionObject" | "PostObject" | "DeleteMultipleObjects" => return Ok(()),
        "PutBucket" if !exchange.is_signed() => return Err(anonymous()),
        _ => {}
    }
    let action = ACTIONS
        .iter()
        .find(|(operation, _)| *operation == exchange.operation)
        .map_or(exchange.operation, |(_, action)| action);
    if exchange.operation == "PutBucket" || exchange.head.place.bucket.is_none() {
        return if exchange.is_signed() {
            check_session(exchange, None, action, "")
        } else {
            Err(anonymous())
        };
    }
    let bucket = match exchange.bucket() {
        Ok(bucket) => bucket,
        // The operation says so.
        Err(_) if exchange.is_signed() => return check_session(exchange, None, action, ""),
        Err(error) => return Err(error),
    };
    if action == "GetObject" {
        referer::check(exchange, &bucket.lock())?;
    }
    check(exchange, &bucket, action, &exchange.key)
}

fn anonymous() -> ApiError {
    ApiError::denied("Anonymous access is forbidden for this operation.").ec("0003-00000001")
}

/// Whether the sender has this right on a bucket or one of its objects.
pub fn check(exchange: &Exchange, bucket: &Bucket, action: &str, key: &str) -> Result<()> {
    let state = bucket.lock();
    check_session(exchange, Some(&state), action, key)?;
    let id = exchange.version_id();
    let account = exchange.identity.account();
    let owns = account == Some(state.settings.owner.as_str());
    let closed = is_closed(exchange, &state);
    let verdict = policy_of(&state).map_or(Verdict::Silent, |policy| {
        let verdict = bucket_policy::judge(&policy, &question(exchange, Some(&state), action, key));
        match verdict {
            Verdict::Allow if closed && bucket_policy::is_public(&policy) => Verdict::Silent,
            verdict => verdict,
        }
    });
    if verdict == Verdict::Deny && !(owns && UNDENIABLE.contains(&action)) {
        return Err(ApiError::denied("Access denied by bucket policy.").ec("0003-00000201"));
    }
    if owns {
        return Ok(());
    }
    let by_acl = !closed
        && (READS.contains(&action) && may_read(&state, key, id.as_deref())
            || WRITES.contains(&action) && may_write(&state, key));
    if verdict != Verdict::Allow && !by_acl {
        // A PUT that would make a bucket, if there were none of that name.
        if action == "PutBucketAcl" && exchange.is_signed() {
            return Err(ApiError::bucket_already_exists(&state.settings.name));
        }
        let what = if key.is_empty() { "bucket" } else { "object" };
        return Err(ApiError::denied(format!(
            "You have no right to access this {what} because of bucket acl."
        ))
        .ec("0003-00000001"));
    }
    check_payer(exchange, &state)
}

/// Keys that were given out with a policy may do what it allows, of what their account may do.
fn check_session(
    exchange: &Exchange,
    state: Option<&State>,
    action: &str,
    key: &str,
) -> Result<()> {
    let Identity::Session { policy, .. } = &exchange.identity else {
        return Ok(());
    };
    let question = Question {
        of_session: true,
        ..question(exchange, state, action, key)
    };
    if bucket_policy::judge(policy, &question) == Verdict::Allow {
        return Ok(());
    }
    Err(ApiError::denied("Access denied by authorizer's policy.").ec("0003-00000301"))
}

/// Where requesters pay, they have to say that they will.
fn check_payer(exchange: &Exchange, state: &State) -> Result<()> {
    let requester_pays = state
        .settings
        .documents
        .get("requestPayment")
        .is_some_and(|document| document.contains("<Payer>Requester</Payer>"));
    let says = exchange
        .head
        .header("x-oss-request-payer")
        .or_else(|| exchange.head.query.get("x-oss-request-payer"));
    if !requester_pays || exchange.is_signed() && says.as_deref() == Some("requester") {
        return Ok(());
    }
    Err(ApiError::denied("Access denied for requester pay bucket.").ec("0003-00000704"))
}

fn policy_of(state: &State) -> Option<Value> {
    let text = state.settings.documents.get("policy")?;
    serde_json::from_str(text).ok()
}

/// Whether the bucket or the account forbids all access for the public.
pub fn is_closed(exchange: &Exchange, state: &State) -> bool {
    is_blocked(exchange, &state.settings)
}

/// The same of a bucket that may be about to be made.
pub fn is_blocked(exchange: &Exchange, settings: &Settings) -> bool {
    let blocks = |document: &str| document.contains("<BlockPublicAccess>true</BlockPublicAccess>");
    let account = exchange
        .shared
        .public_access_block
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    account.as_deref().is_some_and(blocks)
        || settings
            .documents
            .get("publicAccessBlock")
            .is_some_and(|document| blocks(document))
}

fn question<'a>(
    exchange: &'a Exchange,
    state: Option<&'a State>,
    action: &'a str,
    key: &str,
) -> Question<'a> {
    let mut facts = vec![
        ("acs:SourceIp".to_owned(), exchange.client.to_string()),
        (
            "acs:SecureTransport".to_owned(),
            exchange.secure.to_string(),
        ),
        (
            "acs:CurrentTime".to_owned(),
            clock::iso_date(exchange.now_ms),
        ),
    ];
    let mut add = |name: &str, value: Option<String>| {
        facts.extend(value.map(|value| (name.to_owned(), value)));
    };
    let header = |name: &str| exchange.head.header(name).map(|value| value.into_owned());
    add("acs:UserAgent", header("user-agent"));
    add("acs:Referer", header("referer"));
    add("oss:Prefix", exchange.query("prefix"));
    add("oss:Delimiter", exchange.query("delimiter"));
    add("oss:x-oss-acl", header("x-oss-acl"));
    add("oss:x-oss-object-acl", header("x-oss-object-acl"));
    if let Some(version) = state.and_then(|state| state.current(key)) {
        for (name, value) in &version.tags {
            let name = format!("oss:ExistingObjectTag/{name}");
            facts.push((name, value.clone()));
        }
    }
    let account = exchange.identity.account();
    let bucket = match state {
        Some(state) => &state.settings.name,
        None => exchange.bucket_name(),
    };
    Question {
        action,
        resource: match (bucket, key) {
            ("", _) => "*".to_owned(),
            (bucket, "") => bucket.to_owned(),
            (bucket, key) => format!("{bucket}/{key}"),
        },
        region: &exchange.shared.region,
        owner: match state {
            Some(state) => &state.settings.owner,
            None => account.unwrap_or_default(),
        },
        account,
        of_session: false,
        facts,
    }
}

fn acl<'a>(state: &'a State, key: &str, id: Option<&str>) -> std::borrow::Cow<'a, str> {
    match state.find(key, id) {
        Ok(version) if version.acl != "default" => version.acl.clone().into(),
        _ => state.settings.acl.as_str().into(),
    }
}

fn may_read(state: &State, key: &str, id: Option<&str>) -> bool {
    acl(state, key, id).starts_with("public-read")
}

fn may_write(state: &State, key: &str) -> bool {
    acl(state, key, None) == "public-read-write"
}
