//! Objects and their versions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::body::Body;
use super::{Bucket, State, Store};
use crate::errors::{ApiError, Result};
use crate::handlers::worm;
use crate::upkeep::DAY_MS;
use crate::xml;

/// The version id of objects that were stored without versioning.
pub const NULL: &str = "null";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Normal,
    Appendable,
    Multipart,
    Symlink,
    DeleteMarker,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Kind::Normal => "Normal",
            Kind::Appendable => "Appendable",
            Kind::Multipart => "Multipart",
            Kind::Symlink => "Symlink",
            Kind::DeleteMarker => "DeleteMarker",
        }
    }
}

/// Rows and columns of an object of so many bytes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Counted {
    pub json: bool,
    pub size: u64,
    pub rows: u64,
    pub columns: u32,
}

/// One version of an object.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Version {
    pub key: String,
    pub id: String,
    /// Order of creation.
    pub sequence: u64,
    /// Order of changes; decides between two records of one version after a crash.
    pub revision: u64,
    /// Name of its record on disk: random, so that a key can never become part of a path.
    pub record: String,
    pub kind: Kind,
    pub size: u64,
    /// Without quotes.
    pub etag: String,
    pub crc: u64,
    /// Base64, when the body was summed as a whole.
    pub md5: Option<String>,
    pub modified_ms: i64,
    pub storage_class: String,
    /// `default` follows the bucket.
    pub acl: String,
    /// Content headers, encryption headers and `x-oss-meta-*`, lower-case.
    pub headers: Vec<(String, String)>,
    #[serde(default)]
    pub tags: Vec<(String, String)>,
    #[serde(default)]
    pub symlink_target: Option<String>,
    #[serde(default)]
    pub sealed_ms: Option<i64>,
    /// From when to when a restored copy of an archived object can be read.
    #[serde(default)]
    pub restored: Option<(i64, i64)>,
    /// Mode and date.
    #[serde(default)]
    pub retention: Option<(String, String)>,
    #[serde(default)]
    pub legal_hold: bool,
    /// What CreateSelectObjectMeta found.
    #[serde(default)]
    pub counted: Option<Counted>,
    #[serde(skip)]
    pub body: Body,
}

impl Version {
    pub fn new(key: &str, kind: Kind, now_ms: i64) -> Version {
        Version {
            key: key.to_owned(),
            id: NULL.to_owned(),
            sequence: 0,
            revision: 0,
            record: String::new(),
            kind,
            size: 0,
            etag: String::new(),
            crc: 0,
            md5: None,
            modified_ms: now_ms,
            storage_class: "Standard".to_owned(),
            acl: "default".to_owned(),
            headers: Vec::new(),
            tags: Vec::new(),
            symlink_target: None,
            sealed_ms: None,
            restored: None,
            retention: None,
            legal_hold: false,
            counted: None,
            body: Body::default(),
        }
    }

    pub fn is_marker(&self) -> bool {
        self.kind == Kind::DeleteMarker
    }

    /// Is in an archive, and not restored.
    fn is_frozen(&self, now_ms: i64) -> bool {
        matches!(
            self.storage_class.as_str(),
            "Archive" | "ColdArchive" | "DeepColdArchive"
        ) && !self
            .restored
            .is_some_and(|(from, until)| (from..until).contains(&now_ms))
    }

    /// Under a legal hold or a retention period.
    pub fn is_locked(&self, now_ms: i64) -> bool {
        let until = self
            .retention
            .as_ref()
            .and_then(|(_, until)| crate::clock::parse_iso(until));
        self.legal_hold || until.is_some_and(|until| until > now_ms)
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// What a deletion did.
#[derive(Debug, Default)]
pub struct Deleted {
    /// The version that went away, or the marker that was added.
    pub version_id: Option<String>,
    pub marker: bool,
}

impl State {
    /// The current version, unless it is a delete marker.
    pub fn current(&self, key: &str) -> Option<&Arc<Version>> {
        self.objects
            .get(key)?
            .first()
            .filter(|version| !version.is_marker())
    }

    /// What has the bytes of a version: itself, or the object that a symbolic link leads to.
    pub fn target_of(&self, version: &Arc<Version>) -> Result<Arc<Version>> {
        let Some(key) = &version.symlink_target else {
            return Ok(Arc::clone(version));
        };
        let target = self.current(key).ok_or_else(|| {
            let message = "The target of the symbolic link does not exist.";
            ApiError::new(404, "SymlinkTargetNotExist", message).detail("Key", key)
        })?;
        if target.kind == Kind::Symlink {
            let message = "The target of a symbolic link must not be a symbolic link.";
            return Err(ApiError::new(400, "InvalidTargetType", message).detail("Key", key));
        }
        Ok(Arc::clone(target))
    }

    /// A version by its id, or the current one.
    pub fn find(&self, key: &str, id: Option<&str>) -> Result<Arc<Version>> {
        let Some(id) = id else {
            let newest = self.objects.get(key).and_then(|versions| versions.first());
            return match newest {
                Some(version) if version.is_marker() => Err(ApiError::no_such_key(key)
                    .header("x-oss-delete-marker", "true")
                    .header("x-oss-version-id", &version.id)),
                Some(version) => Ok(Arc::clone(version)),
                None => Err(ApiError::no_such_key(key)),
            };
        };
        let versions = self.objects.get(key).map(Vec::as_slice).unwrap_or_default();
        versions
            .iter()
            .find(|version| version.id == id)
            .cloned()
            .ok_or_else(|| ApiError::no_such_version(key, id))
    }

    /// Whether a version may be neither deleted nor replaced: it is locked itself, or younger than the retention policy of
    /// the bucket demands.
    pub fn is_protected(&self, version: &Version, now_ms: i64) -> bool {
        version.is_locked(now_ms) || !version.is_marker() && self.is_retained(version, now_ms)
    }

    fn is_retained(&self, version: &Version, now_ms: i64) -> bool {
        let document = self.settings.documents.get("worm");
        let Some(policy) = document.and_then(|text| xml::parse(text.as_bytes()).ok()) else {
            return false;
        };
        let days = policy
            .get("RetentionPeriodInDays")
            .and_then(|days| days.parse().ok())
            .unwrap_or(0);
        let until = version
            .modified_ms
            .saturating_add(DAY_MS.saturating_mul(days));
        worm::is_in_force(&policy, now_ms) && now_ms < until
    }

    /// Whether a version has to be restored before it can be read.
    pub fn is_frozen(&self, version: &Version, now_ms: i64) -> bool {
        let direct = self
            .settings
            .documents
            .get("bucketArchiveDirectRead")
            .is_some_and(|text| text.contains("<Enabled>true</Enabled>"));
        version.is_frozen(now_ms) && !(direct && version.storage_class == "Archive")
    }

    /// The id to report for a version; buckets that never had versioning report none.
    pub fn reported_id(&self, version: &Version) -> Option<String> {
        self.settings
            .versioning
            .as_ref()
            .map(|_| version.id.clone())
    }
}

impl Store {
    /// Stores a version as the current one. `check` sees the state under the same lock.
    pub fn put(
        &self,
        bucket: &Bucket,
        mut version: Version,
        check: impl FnOnce(&State) -> Result<()>,
    ) -> Result<(Arc<Version>, Option<String>)> {
        let mut state = bucket.lock_alive()?;
        check(&state)?;
        let versioned = state.settings.versioning.as_deref() == Some("Enabled");
        version.id = if versioned {
            new_version_id()
        } else {
            NULL.to_owned()
        };
        let version = self.save_new(bucket, version)?;
        let list = state.objects.entry(version.key.clone()).or_default();
        let mut replaced = Vec::new();
        if !versioned {
            list.retain(|old| {
                let stays = old.id != NULL;
                if !stays {
                    replaced.push(Arc::clone(old));
                }
                stays
            });
        }
        list.insert(0, Arc::clone(&version));
        let id = state.reported_id(&version);
        drop(state);
        self.forget(bucket, &replaced);
        Ok((version, id))
    }

    /// Puts another form of a version in its place; for changes of metadata, and for appends.
    pub fn update(
        &self,
        bucket: &Bucket,
        key: &str,
        id: Option<&str>,
        change: impl FnOnce(&mut Version, &State) -> Result<()>,
    ) -> Result<(Arc<Version>, Option<String>)> {
        let mut state = bucket.lock_alive()?;
        let old = state.find(key, id)?;
        let mut version = (*old).clone();
        change(&mut version, &state)?;
        let version = self.save_new(bucket, version)?;
        if let Some(place) = state
            .objects
            .get_mut(key)
            .and_then(|list| list.iter_mut().find(|known| Arc::ptr_eq(known, &old)))
        {
            *place = Arc::clone(&version);
        }
        let reported = state.reported_id(&version);
        drop(state);
        self.forget(bucket, &[old]);
        Ok((version, reported))
    }

    /// Deletes a version, or the object as far as versioning lets it. Deleting what is not there is fine.
    pub fn delete(
        &self,
        bucket: &Bucket,
        key: &str,
        id: Option<&str>,
        now_ms: i64,
    ) -> Result<Deleted> {
        let mut state = bucket.lock_alive()?;
        let versioning = state.settings.versioning.clone();
        let doomed = |version: &Version| match (id, versioning.as_deref()) {
            (Some(id), _) => version.id == id,
            (None, Some("Enabled")) => false,
            (None, _) => version.id == NULL,
        };
        let list = state
            .objects
            .get(key)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let gone: Vec<_> = list
            .iter()
            .filter(|version| doomed(version))
            .cloned()
            .collect();
        let mut gone_now = gone.iter();
        if let Some(held) = gone_now.find(|version| state.is_protected(version, now_ms)) {
            return Err(ApiError::immutable(&held.key));
        }
        let mut deleted = Deleted {
            // Where there never were versions, none is named.
            version_id: id
                .filter(|id| versioning.is_some() || *id != NULL)
                .map(str::to_owned),
            marker: gone.iter().any(|version| version.is_marker()),
        };
        let mut marker = None;
        if id.is_none() && versioning.is_some() {
            let mut version = Version::new(key, Kind::DeleteMarker, now_ms);
            if versioning.as_deref() == Some("Enabled") {
                version.id = new_version_id();
            }
            deleted = Deleted {
                version_id: Some(version.id.clone()),
                marker: true,
            };
            marker = Some(self.save_new(bucket, version)?);
        }
        let list = state.objects.entry(key.to_owned()).or_default();
        list.retain(|version| !doomed(version));
        if let Some(marker) = marker {
            list.insert(0, marker);
        }
        if list.is_empty() {
            state.objects.remove(key);
        }
        drop(state);
        self.forget(bucket, &gone);
        Ok(deleted)
    }

    fn save_new(&self, bucket: &Bucket, mut version: Version) -> Result<Arc<Version>> {
        version.revision = self.next_sequence();
        if version.sequence == 0 {
            version.sequence = version.revision;
        }
        version.record = crate::random_hex(16);
        version.body.keep();
        if let Some(disk) = &self.disk
            && let Err(error) = disk.save_version(&bucket.name, &version)
        {
            version.body.release();
            return Err(error.into());
        }
        Ok(Arc::new(version))
    }

    fn forget(&self, bucket: &Bucket, versions: &[Arc<Version>]) {
        for version in versions {
            if let Some(disk) = &self.disk {
                disk.remove_version(&bucket.name, &version.record);
            }
            version.body.release();
        }
    }
}

fn new_version_id() -> String {
    format!("CAEQ{}", crate::random_hex(30))
}
