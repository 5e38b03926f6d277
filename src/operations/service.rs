//! Operations on the service as a whole.

use super::list::{ListBuckets, ListedBucket, Pager};
use super::{Service, request, send};
use crate::error::Result;
use crate::request::{Body, Options, Response};

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

    /// DescribeRegions: the document has `RegionInfo[0].Region`, `RegionInfo[0].InternetEndpoint` and so on. The parameter
    /// `regions` of `options` names one region.
    pub fn describe_regions(&self, options: &Options<'_>) -> Result<Response> {
        let request = request!("DescribeRegions", None);
        send(&self.client, request, Body::Empty, options)
    }
}
