//! Operations on buckets.

use super::Bucket;
use super::list::{ListObjectsV2, ListedObject, Pager};
use crate::error::Result;
use crate::request::{Body, Method, Options, Request, Response};

impl Bucket {
    /// PutBucket: creates the bucket. ACL comes as header `x-oss-acl`; creating one's own bucket again is a success.
    pub fn put_bucket(&self, options: &Options<'_>) -> Result<Response> {
        let request = Request::new("PutBucket", Method::Put, None);
        self.client.call_with(&request, Body::Bytes(&[]), options)
    }

    /// DeleteBucket: the bucket has to be empty.
    pub fn delete_bucket(&self, options: &Options<'_>) -> Result<Response> {
        let request = Request::new("DeleteBucket", Method::Delete, None);
        self.client.call(&request, options)
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
}
