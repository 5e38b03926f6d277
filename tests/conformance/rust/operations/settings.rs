//! What belongs to an object besides its data.

use alioss::Bucket;

use super::{Ask, Done};
use crate::Refusal::Unsupported;
use crate::outcome::Outcome;

pub fn operate(bucket: &Bucket, ask: &Ask<'_>, outcome: &mut Outcome) -> Done {
    let options = ask.options;
    let key = ask.word(2)?;
    Ok(match ask.word(0)? {
        "put_object_acl" => outcome.answered(bucket.put_object_acl(key, ask.word(3)?, options)),
        "get_object_acl" => outcome.answered(bucket.get_object_acl(key, options)),
        "put_symlink" => outcome.answered(bucket.put_symlink(key, ask.word(3)?, options)),
        "get_symlink" => outcome.answered(bucket.get_symlink(key, options)),
        "put_object_tagging" => {
            let pairs = ask.words.get(3..).unwrap_or_default().chunks_exact(2);
            let tags: Vec<(&str, &str)> = pairs
                .map(|pair| (pair[0].as_str(), pair[1].as_str()))
                .collect();
            outcome.answered(bucket.put_object_tagging(key, &tags, options))
        }
        "get_object_tagging" => outcome.answered(bucket.get_object_tagging(key, options)),
        "delete_object_tagging" => outcome.answered(bucket.delete_object_tagging(key, options)),
        "restore_object" => {
            let days = Some(ask.number(3)?).filter(|&days| days != 0);
            outcome.answered(bucket.restore_object(key, days, ask.optional(4)?, options))
        }
        "clean_restored_object" => outcome.answered(bucket.clean_restored_object(key, options)),
        "process_object" => outcome.collected(bucket.process_object(key, ask.word(3)?, options)),
        "async_process_object" => {
            outcome.collected(bucket.async_process_object(key, ask.word(3)?, options))
        }
        _ => return Err(Unsupported),
    })
}
