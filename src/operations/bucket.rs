//! Operations on buckets.

use super::list::{
    ListObjectVersions, ListObjects, ListObjectsV2, ListedObject, ListedVersion, Pager,
};
use super::object::is_missing;
use super::settings::{BUCKET_ACLS, checked_acl};
use super::{Bucket, request};
use crate::error::Result;
use crate::request::{Options, Response};

impl Bucket {
    /// PutBucket: creates the bucket. Fields of `options` set `StorageClass` and `DataRedundancyType`, header `x-oss-acl` the
    /// ACL. Creating one's own bucket again is a success.
    pub fn put_bucket(&self, options: &Options<'_>) -> Result<Response> {
        self.call(request!("PutBucket", None), options)
    }

    /// DeleteBucket: the bucket has to be empty.
    pub fn delete_bucket(&self, options: &Options<'_>) -> Result<Response> {
        self.call(request!("DeleteBucket", None), options)
    }

    /// GetBucketInfo: the document has everything below `Bucket`, such as `Bucket.StorageClass`.
    pub fn get_bucket_info(&self, options: &Options<'_>) -> Result<Response> {
        self.call(request!("GetBucketInfo", None), options)
    }

    /// GetBucketStat: the document has `Storage` in bytes, `ObjectCount` and so on.
    pub fn get_bucket_stat(&self, options: &Options<'_>) -> Result<Response> {
        self.call(request!("GetBucketStat", None), options)
    }

    /// GetBucketLocation: the text of the document's root, such as `oss-cn-hangzhou`.
    pub fn get_bucket_location(&self, options: &Options<'_>) -> Result<Response> {
        self.call(request!("GetBucketLocation", None), options)
    }

    /// GetBucketAcl: the ACL is at `AccessControlList.Grant` of the document.
    pub fn get_bucket_acl(&self, options: &Options<'_>) -> Result<Response> {
        self.call(request!("GetBucketAcl", None), options)
    }

    /// PutBucketAcl: `acl` is `private`, `public-read` or `public-read-write`.
    pub fn put_bucket_acl(&self, acl: &str, options: &Options<'_>) -> Result<Response> {
        let mut request = request!("PutBucketAcl", None);
        request.header("x-oss-acl", checked_acl(acl, &BUCKET_ACLS)?);
        self.call(request, options)
    }

    /// Whether the bucket exists, by GetBucketAcl. Only the service's word that it does not is a no; a bucket of somebody
    /// else is an error.
    pub fn bucket_exists(&self, options: &Options<'_>) -> Result<bool> {
        match self.get_bucket_acl(options) {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error, &["NoSuchBucket"]) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// ListObjectsV2: the objects of the bucket in the order of their keys, fetched page by page as the iterator moves.
    pub fn list_objects_v2<'a>(
        &self,
        list: ListObjectsV2,
        options: &'a Options<'a>,
    ) -> impl Iterator<Item = Result<ListedObject>> + use<'a> {
        self.object_pager(list).iterate(options)
    }

    pub(crate) fn object_pager(&self, list: ListObjectsV2) -> Pager<ListObjectsV2> {
        Pager::new(&self.client, list)
    }

    /// ListObjects: as ListObjectsV2, by the older operation.
    pub fn list_objects<'a>(
        &self,
        list: ListObjects,
        options: &'a Options<'a>,
    ) -> impl Iterator<Item = Result<ListedObject>> + use<'a> {
        self.object_v1_pager(list).iterate(options)
    }

    pub(crate) fn object_v1_pager(&self, list: ListObjects) -> Pager<ListObjects> {
        Pager::new(&self.client, list)
    }

    /// ListObjectVersions: the versions of all objects, with delete markers, fetched page by page as the iterator moves.
    pub fn list_object_versions<'a>(
        &self,
        list: ListObjectVersions,
        options: &'a Options<'a>,
    ) -> impl Iterator<Item = Result<ListedVersion>> + use<'a> {
        self.version_pager(list).iterate(options)
    }

    pub(crate) fn version_pager(&self, list: ListObjectVersions) -> Pager<ListObjectVersions> {
        Pager::new(&self.client, list)
    }
}
