//! Logs of access: a line for each request to a bucket that has logging on, kept until it is delivered as an object.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use crate::answer::Answer;
use crate::clock;
use crate::errors::Result;
use crate::exchange::Exchange;
use crate::server::Shared;
use crate::store::checksum::Sums;
use crate::store::{Kind, Version};
use crate::xml;

/// Characters of a field; longer ones are cut, since many lines may wait.
const LONGEST_FIELD: usize = 4096;

/// Lines by bucket, oldest first.
#[derive(Debug, Default)]
pub struct Logs(Mutex<BTreeMap<String, VecDeque<String>>>);

impl Logs {
    /// So many lines wait for one bucket; after that the oldest are lost.
    const WAITING: usize = 100_000;

    /// Remembers a request, if its bucket wants that.
    pub fn note(
        &self,
        exchange: &Exchange,
        answer: &Answer,
        code: Option<&str>,
        milliseconds: u128,
    ) {
        let Ok(bucket) = exchange.bucket() else {
            return;
        };
        let (wanted, owner) = {
            let state = bucket.lock();
            let document = state.settings.documents.get("logging");
            let wanted = document.is_some_and(|text| text.contains("<LoggingEnabled>"));
            (wanted, state.settings.owner.clone())
        };
        if !wanted {
            return;
        }
        let line = line(exchange, answer, code, milliseconds, &owner);
        let mut logs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = logs.entry(bucket.name.clone()).or_default();
        if lines.len() == Self::WAITING {
            lines.pop_front();
        }
        lines.push_back(line);
    }

    pub fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    fn take(&self) -> BTreeMap<String, VecDeque<String>> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A line with the fields of the service, in its order; what is not known is a hyphen.
fn line(
    exchange: &Exchange,
    answer: &Answer,
    code: Option<&str>,
    milliseconds: u128,
    owner: &str,
) -> String {
    let head = &exchange.head;
    let or_hyphen = |text: &str| {
        if text.is_empty() {
            "-".to_owned()
        } else {
            let text: String = text.chars().take(LONGEST_FIELD).collect();
            text.replace(['"', '\r', '\n'], " ")
        }
    };
    let header = |name: &str| or_hyphen(&head.header(name).unwrap_or_default());
    let account = or_hyphen(exchange.identity.account().unwrap_or_default());
    let key = or_hyphen(&crate::percent::encode(&exchange.key));
    let target = or_hyphen(&String::from_utf8_lossy(&head.target));
    format!(
        "{} - - [{}] \"{} {target} HTTP/1.1\" {} {} {milliseconds} \"{}\" \"{}\" \"{}\" \"{}\" \"true\" \"{account}\" \"{}\" \"{}\" \"{key}\" - {milliseconds} \"{}\" {} \"{owner}\" - \"-\"\n",
        exchange.client,
        clock::http_date(exchange.now_ms),
        head.method,
        answer.status,
        answer.len(),
        header("referer"),
        header("user-agent"),
        or_hyphen(&head.host),
        exchange.request_id,
        exchange.operation,
        exchange.bucket_name(),
        code.unwrap_or("-"),
        exchange.body.received,
    )
}

/// Stores what waits as objects; says where, as `bucket/key`.
pub fn deliver(shared: &Shared, now_ms: i64) -> Result<Vec<String>> {
    let mut delivered = Vec::new();
    let mut failed = None;
    for (source, lines) in shared.logs.take() {
        let Ok(bucket) = shared.store.bucket(&source) else {
            continue;
        };
        let document = bucket.lock().settings.documents.get("logging").cloned();
        let root = document.and_then(|text| xml::parse(text.as_bytes()).ok());
        let Some(to) = root.as_ref().and_then(|root| root.child("LoggingEnabled")) else {
            continue;
        };
        let Ok(target) = shared
            .store
            .bucket(to.get("TargetBucket").unwrap_or_default())
        else {
            continue;
        };
        let stamp = clock::iso_date(now_ms)[..19].replace(['T', ':'], "-");
        let prefix = to.get("TargetPrefix").unwrap_or_default();
        let key = format!("{prefix}{source}{stamp}-{}", crate::random_hex(4));
        let text: String = lines.into_iter().collect();
        match store(shared, &target, &key, text, now_ms) {
            Ok(()) => delivered.push(format!("{}/{key}", target.name)),
            // Those of the other buckets are delivered all the same.
            Err(error) => failed = Some(error),
        }
    }
    failed.map_or(Ok(delivered), Err)
}

fn store(
    shared: &Shared,
    bucket: &crate::store::Bucket,
    key: &str,
    text: String,
    now_ms: i64,
) -> Result<()> {
    let mut version = Version::new(key, Kind::Normal, now_ms);
    let mut sums = Sums::new(true);
    sums.update(text.as_bytes());
    let mut sink = shared.store.sink()?;
    sink.write(text.into_bytes().into())?;
    let summed = sums.finish();
    version.size = summed.len;
    version.etag = summed.etag();
    version.crc = summed.crc;
    version.md5 = summed.md5.map(crate::base64);
    version.body = sink.finish()?;
    shared.store.put(bucket, version, |_| Ok(()))?;
    Ok(())
}
