//! Presigned URLs and signed forms.

use std::time::Duration;

use alioss::{Bucket, Method, Timestamp};

use super::{Ask, Done};
use crate::Refusal::{Unrepresentable, Unsupported};
use crate::outcome::Outcome;

pub fn operate(bucket: &Bucket, ask: &Ask<'_>, outcome: &mut Outcome) -> Done {
    let options = ask.options;
    let url = ask.word(2)?;
    Ok(match ask.word(0)? {
        "presign" => {
            let method = Method::parse(url).ok_or(Unrepresentable)?;
            let expires = Duration::from_secs(ask.number(4)?);
            let signed = bucket.presign(method, ask.optional(3)?, expires, options);
            signed.map(|it| tell(outcome, &it.url, &it.headers, it.expiration))
        }
        "post_policy" => {
            let expires = Duration::from_secs(ask.number(2)?);
            let signed = bucket.post_policy(expires, ask.word(3)?, options);
            signed.map(|it| tell(outcome, &it.url, &it.fields, it.expiration))
        }
        "put_object_by_url" => {
            outcome.answered(bucket.put_object_by_url(url, &ask.body(3)?, options))
        }
        "get_object_by_url" => outcome.open(bucket.get_object_by_url(url, options), u64::MAX),
        "get_object_by_url_to_file" => {
            outcome.answered(bucket.get_object_by_url_to_file(url, ask.word(3)?, options))
        }
        "head_object_by_url" => outcome.answered(bucket.head_object_by_url(url, options)),
        _ => return Err(Unsupported),
    })
}

/// What was signed.
fn tell(outcome: &mut Outcome, url: &str, along: &[(String, String)], expiration: Timestamp) {
    let fields = &mut outcome.more;
    fields.text("url", url);
    for (name, value) in along {
        fields.text(&format!("signed.{name}"), value);
    }
    fields.number("expiration", expiration.0);
}
