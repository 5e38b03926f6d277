//! Buckets and objects.
//!
//! The index lives in memory, ordered by key bytes; with a directory, every change is written beside the bodies first.
//! Locks are held for changes of the index only, never while the bytes of a body move.

pub mod body;
pub mod checksum;
pub mod directory;
mod disk;
mod space;
pub mod uploads;
pub mod version;

use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

use crate::errors::{ApiError, Result};
use body::Sink;
use directory::Directory;
use disk::Disk;
use space::Space;
use uploads::Upload;
pub use version::{Counted, Kind, Version};

/// The settings of a bucket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Settings {
    pub name: String,
    /// The account that made it.
    #[serde(default = "default_owner")]
    pub owner: String,
    pub created_ms: i64,
    pub acl: String,
    pub storage_class: String,
    pub redundancy: String,
    /// `Enabled` or `Suspended`, once it was set.
    #[serde(default)]
    pub versioning: Option<String>,
    /// All other configurations by a name of ours, as the client sent them.
    #[serde(default)]
    pub documents: BTreeMap<String, String>,
}

fn default_owner() -> String {
    crate::options::OWNER.to_owned()
}

#[derive(Debug)]
pub struct State {
    pub settings: Settings,
    /// Versions of each key, newest first; never empty.
    pub objects: BTreeMap<String, Vec<Arc<Version>>>,
    /// By key and upload id, in listing order.
    pub uploads: BTreeMap<(String, String), Upload>,
    deleted: bool,
}

#[derive(Debug)]
pub struct Bucket {
    pub name: String,
    state: Mutex<State>,
}

impl Bucket {
    fn new(settings: Settings) -> Bucket {
        let state = State {
            settings: settings.clone(),
            objects: BTreeMap::new(),
            uploads: BTreeMap::new(),
            deleted: false,
        };
        Bucket {
            name: settings.name,
            state: Mutex::new(state),
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For changes: a bucket that was deleted meanwhile takes none.
    pub fn lock_alive(&self) -> Result<MutexGuard<'_, State>> {
        let state = self.lock();
        if state.deleted {
            Err(ApiError::no_such_bucket(&self.name))
        } else {
            Ok(state)
        }
    }
}

#[derive(Debug)]
pub struct Store {
    disk: Option<Disk>,
    space: Space,
    buckets: RwLock<BTreeMap<String, Arc<Bucket>>>,
    sequence: AtomicU64,
}

impl Store {
    /// `most` bounds the bytes of all bodies.
    pub fn memory(most: Option<u64>) -> Store {
        Store {
            disk: None,
            space: Space::new(most),
            buckets: RwLock::default(),
            sequence: AtomicU64::new(1),
        }
    }

    /// Also returns what is wrong in the directory, in words.
    pub fn open(directory: Directory) -> io::Result<(Store, Vec<String>)> {
        let (disk, buckets, last, notices) = Disk::open(directory)?;
        let buckets = buckets
            .into_iter()
            .map(|bucket| (bucket.name.clone(), Arc::new(bucket)))
            .collect();
        let store = Store {
            disk: Some(disk),
            space: Space::default(),
            buckets: RwLock::new(buckets),
            sequence: AtomicU64::new(last + 1),
        };
        Ok((store, notices))
    }

    pub fn sink(&self) -> io::Result<Sink> {
        match &self.disk {
            None => Ok(Sink::memory(self.space.clone())),
            Some(disk) => Sink::file(&disk.tmp, &disk.bodies),
        }
    }

    fn next_sequence(&self) -> u64 {
        self.sequence.fetch_add(1, Ordering::Relaxed)
    }

    pub fn bucket(&self, name: &str) -> Result<Arc<Bucket>> {
        let buckets = self.buckets.read().unwrap_or_else(PoisonError::into_inner);
        buckets
            .get(name)
            .cloned()
            .ok_or_else(|| ApiError::no_such_bucket(name))
    }

    pub fn buckets(&self) -> Vec<Arc<Bucket>> {
        self.buckets
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .values()
            .cloned()
            .collect()
    }

    /// Makes a bucket. If it is there already and of the same kind and owner, it is only given the ACL, if any.
    pub fn create_bucket(&self, settings: Settings, acl: Option<String>) -> Result<()> {
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get(&settings.name) {
            let bucket = Arc::clone(bucket);
            drop(buckets);
            let old = bucket.lock().settings.clone();
            if old.owner != settings.owner || old.redundancy != settings.redundancy {
                return Err(ApiError::bucket_already_exists(&settings.name));
            }
            if old.storage_class != settings.storage_class {
                let message = "Cannot modify existing bucket's storage class.";
                return Err(ApiError::new(409, "BucketAlreadyExists", message)
                    .detail("BucketName", &settings.name)
                    .ec("0015-00000104"));
            }
            return match acl {
                Some(acl) => self.change_settings(&bucket, |settings| settings.acl = acl),
                None => Ok(()),
            };
        }
        if let Some(disk) = &self.disk {
            disk.save_settings(&settings)?;
        }
        buckets.insert(settings.name.clone(), Arc::new(Bucket::new(settings)));
        Ok(())
    }

    /// Removes all buckets with all that is in them.
    pub fn reset(&self) -> io::Result<()> {
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        while let Some((name, bucket)) = buckets.pop_first() {
            let mut state = bucket.lock();
            state.deleted = true;
            if let Some(disk) = &self.disk {
                disk.remove_bucket(&name)?;
            }
            for version in std::mem::take(&mut state.objects).values().flatten() {
                version.body.release();
            }
            for upload in std::mem::take(&mut state.uploads).values() {
                upload.parts.values().for_each(|part| part.body.release());
            }
        }
        Ok(())
    }

    pub fn delete_bucket(&self, name: &str) -> Result<()> {
        let mut buckets = self.buckets.write().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets
            .get(name)
            .cloned()
            .ok_or_else(|| ApiError::no_such_bucket(name))?;
        let mut state = bucket.lock();
        if !state.objects.is_empty() || !state.uploads.is_empty() {
            return Err(ApiError::new(
                409,
                "BucketNotEmpty",
                "The bucket has objects. Please delete them first.",
            )
            .detail("BucketName", name)
            .ec("0015-00000301"));
        }
        if let Some(disk) = &self.disk {
            disk.remove_bucket(name)?;
        }
        state.deleted = true;
        drop(state);
        buckets.remove(name);
        Ok(())
    }

    pub fn change_settings(
        &self,
        bucket: &Bucket,
        change: impl FnOnce(&mut Settings),
    ) -> Result<()> {
        let mut state = bucket.lock_alive()?;
        let mut settings = state.settings.clone();
        change(&mut settings);
        if let Some(disk) = &self.disk {
            disk.save_settings(&settings)?;
        }
        state.settings = settings;
        Ok(())
    }
}
