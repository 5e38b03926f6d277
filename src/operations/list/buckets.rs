//! Listings of buckets.

use super::{Listing, Marker, Page, add, add_count, text_of};
use crate::error::Result;
use crate::operation::Operation;
use crate::request::Request;
use crate::table::operation;
use crate::time::Timestamp;
use crate::xml::Element;

/// What ListBuckets is asked for. Empty texts and `None` are left out of the request.
#[derive(Clone, Debug, Default)]
pub struct ListBuckets {
    /// Only names that begin with this.
    pub prefix: String,
    /// Only names after this one.
    pub marker: String,
    /// Entries per page, 1..1000; the service takes 100 if `None`.
    pub max_keys: Option<u32>,
    /// Only buckets of this resource group.
    pub resource_group_id: String,
}

/// What ListBuckets says about a bucket. Texts that the service does not give are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedBucket {
    /// Its name.
    pub name: String,
    /// When it was created.
    pub creation_date: Option<Timestamp>,
    /// Such as `Standard`.
    pub storage_class: String,
    /// Such as `cn-hangzhou`.
    pub region: String,
    /// Such as `oss-cn-hangzhou`.
    pub location: String,
    /// Public endpoint.
    pub extranet_endpoint: String,
    /// Internal endpoint.
    pub intranet_endpoint: String,
    /// Resource group.
    pub resource_group_id: String,
}

impl Listing for ListBuckets {
    type Entry = ListedBucket;
    const OPERATION: &'static Operation = operation!("ListBuckets");
    const MAY_NOT_SAY: bool = true;
    const ENCODED: bool = false;

    fn prefix(&self) -> &str {
        &self.prefix
    }

    fn name(entry: &ListedBucket) -> &str {
        &entry.name
    }

    fn describe<'a>(&'a self, request: &mut Request<'a>, marker: Option<&'a Marker>) {
        let marker = marker.map_or(&self.marker, |marker| &marker.name);
        add(request, &[("prefix", &self.prefix), ("marker", marker)]);
        add_count(request, "max-keys", self.max_keys);
        if !self.resource_group_id.is_empty() {
            request.header("x-oss-resource-group-id", self.resource_group_id.as_str());
        }
    }

    fn page(&self, root: &Element) -> Result<Page<ListedBucket>> {
        let buckets = root
            .children_named("Buckets")
            .flat_map(|all| all.children_named("Bucket"));
        Ok(Page {
            entries: buckets.map(bucket).collect::<Result<_>>()?,
            next: Self::next(root, "NextMarker")?,
        })
    }
}

fn bucket(bucket: &Element) -> Result<ListedBucket> {
    let text = |name| bucket.text_of(name).to_owned();
    Ok(ListedBucket {
        name: text_of(bucket, "Name")?.to_owned(),
        creation_date: bucket.timestamp_of("CreationDate"),
        storage_class: text("StorageClass"),
        region: text("Region"),
        location: text("Location"),
        extranet_endpoint: text("ExtranetEndpoint"),
        intranet_endpoint: text("IntranetEndpoint"),
        resource_group_id: text("ResourceGroupId"),
    })
}
