//! Operations on the service as a whole.

use super::Service;
use super::list::{ListBuckets, ListedBucket, Pager};
use crate::error::Result;
use crate::request::Options;

impl Service {
    /// ListBuckets: the buckets of the account, fetched page by page as the iterator moves.
    pub fn list_buckets<'a>(
        &self,
        list: ListBuckets,
        options: &'a Options<'a>,
    ) -> impl Iterator<Item = Result<ListedBucket>> + use<'a> {
        self.bucket_pager(list).iterate(options)
    }

    pub(crate) fn bucket_pager(&self, list: ListBuckets) -> Pager<ListBuckets> {
        Pager::new(&self.client, list)
    }
}
