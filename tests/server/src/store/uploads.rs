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

    pub fn upload(&self, bucket: &Bucket, key: &str, id: &str) -> Result<Upload> {
        find(&mut bucket.lock(), key, id).cloned()
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

    /// Ends an upload: aborted, or because its object is there now.
    pub fn end_upload(&self, bucket: &Bucket, key: &str, id: &str) -> Result<()> {
        let mut state = bucket.lock_alive()?;
        let upload = state
            .uploads
            .remove(&(key.to_owned(), id.to_owned()))
            .ok_or_else(|| ApiError::no_such_upload(id))?;
        if let Some(disk) = &self.disk {
            disk.remove_upload(&bucket.name, id);
        }
        for part in upload.parts.values() {
            part.body.release();
        }
        Ok(())
    }
}
