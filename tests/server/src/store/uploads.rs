//! Multipart uploads that are under way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::body::Body;
use super::{Bucket, State, Store, Version};
use crate::errors::{ApiError, Result};

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Upload {
    pub id: String,
    pub initiated_ms: i64,
    /// What the object will be, but for its bytes.
    pub template: Version,
    /// Parts must come in order.
    #[serde(default)]
    pub sequential: bool,
    /// Somebody is completing it.
    #[serde(skip)]
    claimed: bool,
    #[serde(skip)]
    pub parts: BTreeMap<u32, Part>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Part {
    pub number: u32,
    pub size: u64,
    pub etag: String,
    pub crc: u64,
    pub modified_ms: i64,
    #[serde(skip)]
    pub body: Body,
}

fn find<'a>(state: &'a mut State, key: &str, id: &str) -> Result<&'a mut Upload> {
    state
        .uploads
        .get_mut(&(key.to_owned(), id.to_owned()))
        .filter(|upload| !upload.claimed)
        .ok_or_else(|| ApiError::no_such_upload(id))
}

impl Store {
    pub fn start_upload(
        &self,
        bucket: &Bucket,
        template: Version,
        sequential: bool,
        now_ms: i64,
    ) -> Result<String> {
        let id = crate::random_hex(16).to_ascii_uppercase();
        let upload = Upload {
            id: id.clone(),
            initiated_ms: now_ms,
            template,
            sequential,
            claimed: false,
            parts: BTreeMap::new(),
        };
        let mut state = bucket.lock_alive()?;
        if let Some(disk) = &self.disk {
            disk.save_upload(&bucket.name, &upload)?;
        }
        state
            .uploads
            .insert((upload.template.key.clone(), id.clone()), upload);
        Ok(id)
    }

    /// Looks at an upload while nobody changes it. It is not copied: it may have 10,000 parts.
    pub fn with_upload<T>(
        &self,
        bucket: &Bucket,
        key: &str,
        id: &str,
        look: impl FnOnce(&Upload) -> Result<T>,
    ) -> Result<T> {
        look(find(&mut bucket.lock(), key, id)?)
    }

    pub fn put_part(&self, bucket: &Bucket, key: &str, id: &str, part: Part) -> Result<()> {
        let mut state = bucket.lock_alive()?;
        let upload = find(&mut state, key, id)?;
        part.body.keep();
        if let Some(disk) = &self.disk
            && let Err(error) = disk.save_part(&bucket.name, id, &part)
        {
            part.body.release();
            return Err(error.into());
        }
        if let Some(old) = upload.parts.insert(part.number, part) {
            old.body.release();
        }
        Ok(())
    }

    /// Takes an upload for completion, so that nobody else completes or changes it meanwhile.
    pub fn claim_upload(&self, bucket: &Bucket, key: &str, id: &str) -> Result<Upload> {
        let mut state = bucket.lock_alive()?;
        let upload = find(&mut state, key, id)?;
        upload.claimed = true;
        Ok(upload.clone())
    }

    /// The completion came to nothing.
    pub fn return_upload(&self, bucket: &Bucket, key: &str, id: &str) {
        if let Some(upload) = bucket
            .lock()
            .uploads
            .get_mut(&(key.to_owned(), id.to_owned()))
        {
            upload.claimed = false;
        }
    }

    /// Gives an upload up, unless somebody is completing it: then it is as good as gone.
    pub fn abort_upload(&self, bucket: &Bucket, key: &str, id: &str) -> Result<()> {
        let mut state = bucket.lock_alive()?;
        find(&mut state, key, id)?;
        self.end(bucket, &mut state, key, id);
        Ok(())
    }

    /// Ends an upload that was claimed, because its object is there now.
    pub fn end_upload(&self, bucket: &Bucket, key: &str, id: &str) {
        self.end(bucket, &mut bucket.lock(), key, id);
    }

    fn end(&self, bucket: &Bucket, state: &mut State, key: &str, id: &str) {
        let Some(upload) = state.uploads.remove(&(key.to_owned(), id.to_owned())) else {
            return;
        };
        if let Some(disk) = &self.disk {
            disk.remove_upload(&bucket.name, id);
        }
        for part in upload.parts.values() {
            part.body.release();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Kind, Settings};

    #[test]
    fn an_upload_that_is_being_completed_cannot_be_aborted() {
        let store = Store::memory(None);
        let settings = Settings {
            name: "bucket".to_owned(),
            owner: "owner".to_owned(),
            created_ms: 0,
            acl: "private".to_owned(),
            storage_class: "Standard".to_owned(),
            redundancy: "LRS".to_owned(),
            versioning: None,
            documents: BTreeMap::new(),
        };
        store.create_bucket(settings, None).unwrap();
        let bucket = store.bucket("bucket").unwrap();
        let template = Version::new("key", Kind::Multipart, 0);
        let id = store.start_upload(&bucket, template, false, 0).unwrap();
        store.claim_upload(&bucket, "key", &id).unwrap();
        let aborted = store.abort_upload(&bucket, "key", &id);
        assert_eq!(aborted.unwrap_err().code, "NoSuchUpload");
        store.return_upload(&bucket, "key", &id);
        store.abort_upload(&bucket, "key", &id).unwrap();
        assert!(bucket.lock().uploads.is_empty());
    }
}
