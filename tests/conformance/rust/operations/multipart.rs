//! Multipart uploads.

use alioss::{Body, Bucket, ListMultipartUploads, ListParts};

use super::{Ask, Done};
use crate::Refusal::Unsupported;
use crate::entries;
use crate::outcome::Outcome;

pub fn operate(bucket: &Bucket, ask: &Ask<'_>, outcome: &mut Outcome) -> Done {
    let options = ask.options;
    let (key, upload) = (ask.word(2)?, || ask.word(3));
    Ok(match ask.word(0)? {
        "initiate_multipart_upload" => {
            let begun = bucket.initiate_multipart_upload(key, options);
            begun.and_then(|(response, upload_id)| {
                outcome.more.text("upload_id", &upload_id);
                outcome.answered(Ok(response))
            })
        }
        "upload_part" => {
            let (number, body) = (ask.number(4)?, ask.body(5)?);
            outcome.answered(bucket.upload_part(key, upload()?, number, &body, options))
        }
        "upload_part_stream" => {
            let body = Body::Stream {
                length: ask.length(5)?,
                reader: &mut ask.source(6)?,
            };
            outcome.answered(bucket.upload_part(key, upload()?, ask.number(4)?, body, options))
        }
        "upload_part_file" => outcome.answered(bucket.upload_part_file(
            key,
            upload()?,
            ask.number(4)?,
            ask.word(5)?,
            ask.number(6)?,
            ask.number(7)?,
            options,
        )),
        "upload_part_copy" => {
            let (number, source) = (ask.number(4)?, ask.copy_source(5)?);
            outcome.answered(bucket.upload_part_copy(key, upload()?, number, source, options))
        }
        "complete_multipart_upload" => {
            outcome.answered(bucket.complete_multipart_upload(key, upload()?, ask.parts, options))
        }
        "abort_multipart_upload" => {
            outcome.answered(bucket.abort_multipart_upload(key, upload()?, options))
        }
        "list_parts" => {
            let list = ListParts {
                key: key.to_owned(),
                upload_id: upload()?.to_owned(),
                ..ListParts::default()
            };
            outcome.list(bucket.list_parts(list, options), entries::part)
        }
        "list_multipart_uploads" => {
            let list = ListMultipartUploads {
                prefix: key.to_owned(),
                delimiter: ask.word(3)?.to_owned(),
                ..ListMultipartUploads::default()
            };
            outcome.list(
                bucket.list_multipart_uploads(list, options),
                entries::upload,
            )
        }
        _ => return Err(Unsupported),
    })
}
