//! All objects whose keys begin alike are deleted, page by page.

use std::collections::HashMap;

use super::report::{Ledger, OnOutcome, Outcome, OutcomeKind, PartlyDone, Report};
use super::{Common, What};
use crate::error::{Error, Kind, Result};
use crate::names;
use crate::operations::{
    Bucket, DeletedObject, ListObjectVersions, ListObjectsV2, ObjectIdentifier,
};
use crate::request::Options;

/// Objects of one request.
const PAGE: usize = 1000;

/// How [`delete_prefix`](crate::Bucket::delete_prefix) goes about it.
#[derive(Clone, Copy, Default)]
pub struct DeletePrefix<'a> {
    whole_bucket: bool,
    versions: bool,
    on_outcome: Option<&'a OnOutcome<'a>>,
}

impl<'a> DeletePrefix<'a> {
    /// The latest versions of what a prefix that is not empty names.
    pub fn new() -> DeletePrefix<'a> {
        DeletePrefix::default()
    }

    /// Allows an empty prefix, which is every object of the bucket.
    pub fn whole_bucket(mut self) -> Self {
        self.whole_bucket = true;
        self
    }

    /// Deletes all versions and delete markers for good. Otherwise a bucket with versioning only gets delete markers.
    pub fn versions(mut self) -> Self {
        self.versions = true;
        self
    }

    /// Tells `on_outcome` of each object, on the calling thread; `false` stops the rest.
    pub fn on_outcome(mut self, on_outcome: &'a OnOutcome<'a>) -> Self {
        self.on_outcome = Some(on_outcome);
        self
    }
}

impl Bucket {
    /// Deletes every object whose key begins with `prefix`, 1000 in a request, however many there are. The prefix is a piece
    /// of text: `log` is also `logs/a` and `log2`; end it with `/` for what lies in a directory. An empty one, which is the
    /// whole bucket, is an error unless [`DeletePrefix::whole_bucket`] allows it.
    ///
    /// An object that cannot be deleted does not stop the others; then the result is an error with the report. Cancellation
    /// and timeout of `options` are of the whole, and end it after any page.
    pub fn delete_prefix(
        &self,
        prefix: &str,
        how: &DeletePrefix<'_>,
        options: &Options<'_>,
    ) -> Result<Report, PartlyDone> {
        if prefix.is_empty() && !how.whole_bucket {
            return Err(PartlyDone::from(Error::unusable(
                "prefix",
                "it is empty, which would delete every object of the bucket; allow that with `whole_bucket` \
                 (OSS_DELETE_WHOLE_BUCKET in C) if it is meant",
            )));
        }
        let common = Common::new(&self.client, What::Other("delete_prefix"), options)?;
        let ledger = Ledger::new(how.on_outcome, false);
        let ended = match how.versions {
            true => self.delete_versions(prefix, &common, &ledger),
            false => self.delete_latest(prefix, &common, &ledger),
        };
        ledger.close(ended, "")
    }

    fn delete_latest(&self, prefix: &str, common: &Common, ledger: &Ledger<'_>) -> Result<()> {
        let mut pager = self.object_pager(ListObjectsV2 {
            prefix: prefix.to_owned(),
            max_keys: Some(PAGE as u32),
            ..ListObjectsV2::default()
        });
        let options = common.plain_options();
        in_pages(self, common, ledger, || {
            let object = pager.next_item(&options)?;
            Ok(object.map(|object| Doomed::new(object.key, object.size)))
        })
    }

    fn delete_versions(&self, prefix: &str, common: &Common, ledger: &Ledger<'_>) -> Result<()> {
        let mut pager = self.version_pager(ListObjectVersions {
            prefix: prefix.to_owned(),
            max_keys: Some(PAGE as u32),
            ..ListObjectVersions::default()
        });
        let options = common.plain_options();
        in_pages(self, common, ledger, || {
            let version = pager.next_item(&options)?;
            Ok(version.map(|version| Doomed {
                version_id: version.version_id,
                ..Doomed::new(version.object.key, version.object.size)
            }))
        })
    }
}

/// What is to be deleted.
pub(super) struct Doomed {
    pub key: String,
    pub version_id: String,
    pub size: u64,
}

impl Doomed {
    pub fn new(key: String, size: u64) -> Doomed {
        Doomed {
            key,
            version_id: String::new(),
            size,
        }
    }

    fn outcome(&self, kind: OutcomeKind) -> Outcome {
        let mut outcome = Outcome::new(kind, self.key.as_str(), self.size);
        outcome.version_id.clone_from(&self.version_id);
        outcome
    }
}

/// Deletes all that `next` gives.
pub(super) fn in_pages(
    bucket: &Bucket,
    common: &Common,
    ledger: &Ledger<'_>,
    mut next: impl FnMut() -> Result<Option<Doomed>>,
) -> Result<()> {
    loop {
        let mut page = Vec::new();
        while page.len() < PAGE {
            match next()? {
                Some(doomed) => page.push(doomed),
                None => break,
            }
        }
        if page.is_empty() {
            return Ok(());
        }
        common.check()?;
        delete_page(bucket, common, ledger, &page)?;
    }
}

fn delete_page(
    bucket: &Bucket,
    common: &Common,
    ledger: &Ledger<'_>,
    page: &[Doomed],
) -> Result<()> {
    // A key that cannot be sent must not keep the others from being deleted.
    let refusals: Vec<Option<Error>> = page
        .iter()
        .map(|doomed| names::check_object_key(&doomed.key).err())
        .collect();
    let objects: Vec<ObjectIdentifier<'_>> = page
        .iter()
        .zip(&refusals)
        .filter(|(_, refusal)| refusal.is_none())
        .map(|(doomed, _)| ObjectIdentifier {
            key: &doomed.key,
            version_id: (!doomed.version_id.is_empty()).then_some(&doomed.version_id),
        })
        .collect();
    let options = common.plain_options();
    let listed = match objects.is_empty() {
        true => Vec::new(),
        false => bucket.delete_multiple_objects(&objects, false, &options)?.1,
    };
    let said: HashMap<(&str, &str), &DeletedObject> = listed
        .iter()
        .map(|deleted| ((deleted.key.as_str(), deleted.version_id.as_str()), deleted))
        .collect();
    let unnamed = DeletedObject::default();
    // All of it has happened, even if the caller wants no more after the first.
    let mut goes_on = Ok(());
    for (doomed, refusal) in page.iter().zip(refusals) {
        let found = said.get(&(doomed.key.as_str(), doomed.version_id.as_str()));
        let found = found.copied().unwrap_or(&unnamed);
        let failure = match refusal {
            None if found.is_deleted => None,
            None => Some(not_deleted(found)),
            refusal => refusal,
        };
        goes_on = goes_on.and(ledger.add(match failure {
            None => doomed.outcome(OutcomeKind::Deleted),
            Some(failure) => doomed.outcome(OutcomeKind::Failed).because(failure),
        }));
    }
    goes_on
}

/// Why the service did not delete an object.
fn not_deleted(said: &DeletedObject) -> Error {
    let kind = match said.code.as_str() {
        "AccessDenied" => Kind::Denied,
        "InternalError" => Kind::Server,
        _ => Kind::Conflict,
    };
    let why = match (said.code.as_str(), said.message.as_str()) {
        ("", "") => "the service does not say why".to_owned(),
        ("", message) => message.to_owned(),
        (code, message) => format!("{code}: {message}"),
    };
    Error::new(kind, format!("it was not deleted: {why}"))
}
