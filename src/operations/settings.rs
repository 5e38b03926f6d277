//! Operations on what belongs to an object besides its data: ACL, link target, tags, restoring, processing.

use super::object::encoded_key;
use super::{Bucket, request};
use crate::error::{Error, Result};
use crate::request::{Body, Options, Response};
use crate::xml;

/// What the service takes as the ACL of an object.
const OBJECT_ACLS: [&str; 4] = ["default", "private", "public-read", "public-read-write"];

/// What the service takes as the ACL of a bucket.
pub(super) const BUCKET_ACLS: [&str; 3] = ["private", "public-read", "public-read-write"];

/// `acl`, if it is one of `allowed`.
pub(super) fn checked_acl<'a>(acl: &'a str, allowed: &[&str]) -> Result<&'a str> {
    if allowed.contains(&acl) {
        return Ok(acl);
    }
    Err(Error::unusable(
        "acl",
        format_args!("{acl:?} is not one of {}", allowed.join(", ")),
    ))
}

impl Bucket {
    /// PutObjectAcl: `acl` is `default`, `private`, `public-read` or `public-read-write`.
    pub fn put_object_acl(&self, key: &str, acl: &str, options: &Options<'_>) -> Result<Response> {
        let mut request = request!("PutObjectAcl", key);
        request.header("x-oss-object-acl", checked_acl(acl, &OBJECT_ACLS)?);
        self.call(request, options)
    }

    /// GetObjectAcl: the ACL is at `AccessControlList.Grant` of the document.
    pub fn get_object_acl(&self, key: &str, options: &Options<'_>) -> Result<Response> {
        self.call(request!("GetObjectAcl", key), options)
    }

    /// PutSymlink: makes `key` a link to `target`, a key of the same bucket.
    pub fn put_symlink(&self, key: &str, target: &str, options: &Options<'_>) -> Result<Response> {
        let mut request = request!("PutSymlink", key);
        request.header("x-oss-symlink-target", encoded_key("target", target)?);
        self.call(request, options)
    }

    /// GetSymlink: where the link leads is [`Response::symlink_target`].
    pub fn get_symlink(&self, key: &str, options: &Options<'_>) -> Result<Response> {
        self.call(request!("GetSymlink", key), options)
    }

    /// PutObjectTagging: replaces all tags of the object, names and values, by up to 10.
    pub fn put_object_tagging(
        &self,
        key: &str,
        tags: &[(&str, &str)],
        options: &Options<'_>,
    ) -> Result<Response> {
        let mut body = String::from("<Tagging><TagSet>");
        for (name, value) in tags {
            body += "<Tag>";
            xml::element(&mut body, "Key", name);
            xml::element(&mut body, "Value", value);
            body += "</Tag>";
        }
        body += "</TagSet></Tagging>";
        let request = request!("PutObjectTagging", key);
        self.call_with(request, Body::from(body.as_str()), options)
    }

    /// GetObjectTagging: the tags are at `TagSet.Tag[0].Key`, `TagSet.Tag[0].Value` and so on of the document.
    pub fn get_object_tagging(&self, key: &str, options: &Options<'_>) -> Result<Response> {
        self.call(request!("GetObjectTagging", key), options)
    }

    /// DeleteObjectTagging: takes off all tags.
    pub fn delete_object_tagging(&self, key: &str, options: &Options<'_>) -> Result<Response> {
        self.call(request!("DeleteObjectTagging", key), options)
    }

    /// RestoreObject: has an archived object made readable, for `days` days and at the speed `tier` (`Expedited`, `Standard`
    /// or `Bulk`, for the cold classes), or as the service decides. Status 202: begun; 200: it is readable already.
    pub fn restore_object(
        &self,
        key: &str,
        days: Option<u32>,
        tier: Option<&str>,
        options: &Options<'_>,
    ) -> Result<Response> {
        let request = request!("RestoreObject", key);
        let Some(days) = days else {
            if tier.is_some() {
                return Err(Error::invalid("`tier` goes with `days`, which are missing"));
            }
            return self.call(request, options);
        };
        let mut body = String::from("<RestoreRequest>");
        xml::element(&mut body, "Days", &days.to_string());
        if let Some(tier) = tier {
            body += "<JobParameters>";
            xml::element(&mut body, "Tier", tier);
            body += "</JobParameters>";
        }
        body += "</RestoreRequest>";
        self.call_with(request, Body::from(body.as_str()), options)
    }

    /// CleanRestoredObject: ends the time in which a restored object is readable.
    pub fn clean_restored_object(&self, key: &str, options: &Options<'_>) -> Result<Response> {
        self.call(request!("CleanRestoredObject", key), options)
    }

    /// ProcessObject: `process` is what to do, such as `image/resize,w_100|sys/saveas,o_...`. The body of the response is a
    /// JSON text.
    pub fn process_object(
        &self,
        key: &str,
        process: &str,
        options: &Options<'_>,
    ) -> Result<Response> {
        let body = format!("x-oss-process={process}");
        let request = request!("ProcessObject", key);
        self.call_with(request, Body::from(body.as_str()), options)
    }

    /// AsyncProcessObject: as ProcessObject, but the answer is only the id of the task.
    pub fn async_process_object(
        &self,
        key: &str,
        process: &str,
        options: &Options<'_>,
    ) -> Result<Response> {
        let body = format!("x-oss-async-process={process}");
        let request = request!("AsyncProcessObject", key);
        self.call_with(request, Body::from(body.as_str()), options)
    }
}
