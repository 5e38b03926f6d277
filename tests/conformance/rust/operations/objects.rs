//! Objects and their data.

use alioss::{Body, Bucket, ObjectIdentifier};

use super::{Ask, Done};
use crate::Refusal::Unsupported;
use crate::bodies::Receiver;
use crate::entries;
use crate::outcome::Outcome;

pub fn operate(bucket: &Bucket, ask: &Ask<'_>, outcome: &mut Outcome) -> Done {
    let options = ask.options;
    let key = || ask.word(2);
    Ok(match ask.word(0)? {
        "put_object" => outcome.answered(bucket.put_object(key()?, &ask.body(3)?, options)),
        "put_object_file" => {
            outcome.answered(bucket.put_object_file(key()?, ask.word(3)?, options))
        }
        "put_object_stream" => {
            let body = Body::Stream {
                length: ask.length(3)?,
                reader: &mut ask.source(4)?,
            };
            outcome.answered(bucket.put_object(key()?, body, options))
        }
        "append_object" => {
            let body = ask.body(4)?;
            outcome.answered(bucket.append_object(key()?, ask.number(3)?, &body, options))
        }
        "append_object_stream" => {
            let body = Body::Stream {
                length: ask.length(4)?,
                reader: &mut ask.source(5)?,
            };
            outcome.answered(bucket.append_object(key()?, ask.number(3)?, body, options))
        }
        "seal_append_object" => {
            outcome.answered(bucket.seal_append_object(key()?, ask.number(3)?, options))
        }
        "get_object" => match ask.watch.prefetch() {
            Some(transfer) => outcome.open(
                bucket.prefetch_object(key()?, &transfer, options),
                u64::MAX,
            ),
            None => outcome.open(bucket.get_object(key()?, options), u64::MAX),
        },
        "get_object_part" => outcome.open(bucket.get_object(key()?, options), ask.number(3)?),
        "get_object_to_buffer" => {
            let mut buffer = vec![0; ask.number(3)?];
            let got = bucket.get_object_to_buffer(key()?, &mut buffer, options);
            got.map(|(response, length)| {
                outcome.response = Some(response);
                outcome.receive(&buffer[..length]);
            })
        }
        "get_object_to_file" => {
            outcome.answered(bucket.get_object_to_file(key()?, ask.word(3)?, options))
        }
        "get_object_to_stream" => {
            let stop = ask.words.get(3).map(|_| ask.number(3)).transpose()?;
            let mut receiver = Receiver { outcome, stop };
            let got = bucket.get_object_to_writer(key()?, &mut receiver, options);
            got.map(|response| {
                outcome.response = Some(response);
                outcome.receive(&[]);
            })
        }
        "head_object" => outcome.answered(bucket.head_object(key()?, options)),
        "get_object_meta" => outcome.answered(bucket.get_object_meta(key()?, options)),
        "delete_object" => outcome.answered(bucket.delete_object(key()?, options)),
        "object_exists" => outcome.told(bucket.object_exists(key()?, options)),
        "copy_object" => outcome.answered(bucket.copy_object(key()?, ask.copy_source(3)?, options)),
        "delete_multiple_objects" => {
            let keys = ask.words.get(3..).ok_or(Unsupported)?;
            let objects: Vec<ObjectIdentifier<'_>> =
                keys.iter().map(|key| key.as_str().into()).collect();
            let done = bucket.delete_multiple_objects(&objects, ask.word(2)? == "1", options);
            done.and_then(|(response, deleted)| {
                outcome.list(deleted.into_iter().map(Ok), entries::deleted)?;
                outcome.answered(Ok(response))
            })
        }
        "select_object" => outcome.open(
            bucket.select_object(key()?, ask.word(3)?, options),
            u64::MAX,
        ),
        "create_select_object_meta" => {
            let made = bucket.create_select_object_meta(key()?, options);
            made.and_then(|(response, meta)| {
                outcome.more.number("splits", meta.splits);
                outcome.more.number("rows", meta.rows);
                let columns = Some(meta.columns).filter(|&columns| columns > 0);
                outcome.more.known("columns", columns);
                outcome.answered(Ok(response))
            })
        }
        _ => return Err(Unsupported),
    })
}
