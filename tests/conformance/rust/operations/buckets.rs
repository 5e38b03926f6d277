//! Buckets, their listings, and any operation by its name.

use alioss::{Bucket, ListObjectVersions, ListObjects, ListObjectsV2};

use super::{Ask, Done};
use crate::Refusal::Unsupported;
use crate::entries;
use crate::outcome::Outcome;

pub fn operate(bucket: &Bucket, ask: &Ask<'_>, outcome: &mut Outcome) -> Done {
    let options = ask.options;
    let text = |index: usize| ask.word(index).map(str::to_owned);
    Ok(match ask.word(0)? {
        "put_bucket" => outcome.answered(bucket.put_bucket(options)),
        "delete_bucket" => outcome.answered(bucket.delete_bucket(options)),
        "bucket_exists" => outcome.told(bucket.bucket_exists(options)),
        "get_bucket_info" => outcome.answered(bucket.get_bucket_info(options)),
        "get_bucket_stat" => outcome.answered(bucket.get_bucket_stat(options)),
        "get_bucket_location" => outcome.answered(bucket.get_bucket_location(options)),
        "get_bucket_acl" => outcome.answered(bucket.get_bucket_acl(options)),
        "put_bucket_acl" => outcome.answered(bucket.put_bucket_acl(ask.word(2)?, options)),
        "list_objects_v2" => {
            let list = ListObjectsV2 {
                prefix: text(2)?,
                delimiter: text(3)?,
                ..ListObjectsV2::default()
            };
            outcome.list(bucket.list_objects_v2(list, options), entries::object)
        }
        "list_objects" => {
            let list = ListObjects {
                prefix: text(2)?,
                delimiter: text(3)?,
                ..ListObjects::default()
            };
            outcome.list(bucket.list_objects(list, options), entries::object)
        }
        "list_object_versions" => {
            let list = ListObjectVersions {
                prefix: text(2)?,
                delimiter: text(3)?,
                ..ListObjectVersions::default()
            };
            outcome.list(bucket.list_object_versions(list, options), entries::version)
        }
        "invoke" => {
            let (key, body) = (ask.optional(3)?, ask.body(4)?);
            outcome.collected(bucket.invoke(ask.word(2)?, key, &body, options))
        }
        _ => return Err(Unsupported),
    })
}
