//! Rules of lifecycles: objects, versions and uploads that end, and objects that change their class.
//!
//! A day is as long as the caller says. The age of an object is exact; the service rounds it up to midnight.

use std::sync::Arc;

use serde::Serialize;

use crate::clock;
use crate::handlers::STORAGE_CLASSES;
use crate::server::Shared;
use crate::store::{Bucket, Version};
use crate::xml::{self, Node};

pub const DAY_MS: i64 = 86_400_000;

/// One thing that a rule did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Done {
    pub bucket: String,
    pub key: String,
    pub version_id: String,
    /// The ID of the rule.
    pub rule: String,
    /// `expired`, `removed`, `aborted`, or the new storage class.
    pub action: String,
}

/// What is to be done with a version or an upload.
enum Step {
    /// The current version ends: it goes away, or a delete marker hides it.
    Expire(Arc<Version>),
    /// This version goes away for good.
    Remove(Arc<Version>),
    Move(Arc<Version>, String),
    /// Key and id.
    Abort(String, String),
}

/// Carries out all rules of all buckets, as of this time.
pub fn run(shared: &Shared, now_ms: i64, day_ms: i64) -> Vec<Done> {
    let mut done = Vec::new();
    for bucket in shared.store.buckets() {
        let document = bucket.lock().settings.documents.get("lifecycle").cloned();
        let Some(root) = document.and_then(|text| xml::parse(text.as_bytes()).ok()) else {
            continue;
        };
        for node in root
            .all("Rule")
            .filter(|rule| rule.get("Status") == Some("Enabled"))
        {
            let rule = Rule {
                node,
                now_ms,
                day_ms,
            };
            for step in rule.steps(&bucket) {
                done.extend(perform(shared, &bucket, &rule, step));
            }
        }
    }
    done
}

struct Rule<'a> {
    node: &'a Node,
    now_ms: i64,
    day_ms: i64,
}

impl Rule<'_> {
    /// Whether the time has come that an action names, for something of this age.
    fn is_due(&self, action: &Node, days: &str, from_ms: i64) -> bool {
        if let Some(days) = action.get(days).and_then(|days| days.parse::<i64>().ok()) {
            return self.now_ms >= from_ms.saturating_add(days.saturating_mul(self.day_ms));
        }
        let date = |name: &str| action.get(name).and_then(clock::parse_iso);
        if let Some(before) = date("CreatedBeforeDate") {
            return from_ms < before && self.now_ms >= before;
        }
        date("Date").is_some_and(|date| self.now_ms >= date)
    }

    fn has_key(&self, key: &str) -> bool {
        let without = self
            .node
            .child("Filter")
            .into_iter()
            .flat_map(|filter| filter.all("Not"));
        let excluded = without
            .filter(|not| not.child("Tag").is_none())
            .any(|not| key.starts_with(not.get("Prefix").unwrap_or_default()));
        key.starts_with(self.node.get("Prefix").unwrap_or_default()) && !excluded
    }

    fn has(&self, version: &Version) -> bool {
        let tagged = |tag: &Node| {
            version.tags.iter().any(|(key, value)| {
                tag.get("Key") == Some(key) && tag.get("Value").unwrap_or_default() == value
            })
        };
        let filter = self.node.child("Filter");
        let size = |name: &str| {
            filter
                .and_then(|filter| filter.get(name))
                .and_then(|size| size.parse::<u64>().ok())
        };
        let excluded = filter
            .into_iter()
            .flat_map(|filter| filter.all("Not"))
            .any(|not| {
                not.child("Tag").is_some_and(tagged)
                    && version
                        .key
                        .starts_with(not.get("Prefix").unwrap_or_default())
            });
        self.has_key(&version.key)
            && self.node.all("Tag").all(tagged)
            && size("ObjectSizeGreaterThan").is_none_or(|size| version.size > size)
            && size("ObjectSizeLessThan").is_none_or(|size| version.size < size)
            && !excluded
    }

    fn steps(&self, bucket: &Bucket) -> Vec<Step> {
        let state = bucket.lock();
        let mut steps = Vec::new();
        for versions in state.objects.values() {
            self.step_of_current(versions, &mut steps);
            for pair in versions.windows(2) {
                // What is not current any more is so since the next one came.
                steps.extend(self.step_of_old(&pair[1], pair[0].modified_ms));
            }
        }
        if let Some(action) = self.node.child("AbortMultipartUpload") {
            for ((key, id), upload) in &state.uploads {
                if self.has_key(key) && self.is_due(action, "Days", upload.initiated_ms) {
                    steps.push(Step::Abort(key.clone(), id.clone()));
                }
            }
        }
        steps
    }

    fn step_of_current(&self, versions: &[Arc<Version>], steps: &mut Vec<Step>) {
        let Some(current) = versions.first() else {
            return;
        };
        let expiration = self.node.child("Expiration");
        if current.is_marker() {
            let lonely = versions.len() == 1 && self.has_key(&current.key);
            let wanted = expiration
                .is_some_and(|action| action.get("ExpiredObjectDeleteMarker") == Some("true"));
            if lonely && wanted {
                steps.push(Step::Remove(Arc::clone(current)));
            }
            return;
        }
        if !self.has(current) {
            return;
        }
        let from = current.modified_ms;
        if expiration.is_some_and(|action| self.is_due(action, "Days", from)) {
            steps.push(Step::Expire(Arc::clone(current)));
        } else {
            steps.extend(self.transition(current, "Transition", "Days", from));
        }
    }

    fn step_of_old(&self, version: &Arc<Version>, since_ms: i64) -> Option<Step> {
        if !self.has(version) {
            return None;
        }
        let ends = self
            .node
            .child("NoncurrentVersionExpiration")
            .is_some_and(|action| self.is_due(action, "NoncurrentDays", since_ms));
        if ends {
            return Some(Step::Remove(Arc::clone(version)));
        }
        if version.is_marker() {
            return None;
        }
        self.transition(
            version,
            "NoncurrentVersionTransition",
            "NoncurrentDays",
            since_ms,
        )
    }

    /// To the coldest class that is due, if that is colder than the present one. Times of access are not known here.
    fn transition(
        &self,
        version: &Arc<Version>,
        name: &str,
        days: &str,
        from_ms: i64,
    ) -> Option<Step> {
        let rank = |class: &str| STORAGE_CLASSES.iter().position(|known| *known == class);
        let class = self
            .node
            .all(name)
            .filter(|action| action.get("IsAccessTime") != Some("true"))
            .filter(|action| self.is_due(action, days, from_ms))
            .filter_map(|action| action.get("StorageClass"))
            .max_by_key(|class| rank(class))?;
        (rank(class) > rank(&version.storage_class))
            .then(|| Step::Move(Arc::clone(version), class.to_owned()))
    }
}

/// What is locked, or has changed meanwhile, stays.
fn perform(shared: &Shared, bucket: &Bucket, rule: &Rule<'_>, step: Step) -> Option<Done> {
    let store = &shared.store;
    let is_current = |version: &Arc<Version>| {
        let state = bucket.lock();
        state
            .current(&version.key)
            .is_some_and(|now| Arc::ptr_eq(now, version))
    };
    let (key, id, action) = match step {
        Step::Expire(version) if is_current(&version) => {
            store.delete(bucket, &version.key, None, rule.now_ms).ok()?;
            (
                version.key.clone(),
                version.id.clone(),
                "expired".to_owned(),
            )
        }
        Step::Expire(_) => return None,
        Step::Remove(version) => {
            store
                .delete(bucket, &version.key, Some(&version.id), rule.now_ms)
                .ok()?;
            (
                version.key.clone(),
                version.id.clone(),
                "removed".to_owned(),
            )
        }
        Step::Move(version, class) => {
            let change = |version: &mut Version, _: &_| {
                version.storage_class.clone_from(&class);
                version.restored = None;
                Ok(())
            };
            store
                .update(bucket, &version.key, Some(&version.id), change)
                .ok()?;
            (version.key.clone(), version.id.clone(), class)
        }
        Step::Abort(key, id) => {
            store.abort_upload(bucket, &key, &id).ok()?;
            (key, id, "aborted".to_owned())
        }
    };
    Some(Done {
        bucket: bucket.name.clone(),
        key,
        version_id: id,
        rule: rule.node.get("ID").unwrap_or_default().to_owned(),
        action,
    })
}
