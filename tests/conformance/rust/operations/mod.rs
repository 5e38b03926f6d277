//! The operations, by what they are about.

mod buckets;
mod multipart;
mod objects;
mod settings;
mod transfers;
mod urls;

pub use transfers::Watch;

use std::str::FromStr;

use alioss::{Bucket, CopySource, ListBuckets, Options, Service, UploadedPart};

use crate::Refusal::{self, Unrepresentable, Unsupported};
use crate::bodies::{self, Source};
use crate::entries;
use crate::outcome::Outcome;
use crate::words::{number, word};

/// What came of an operation, if it could be carried out.
pub type Done = Result<alioss::Result<()>, Refusal>;

/// An operation and all that goes into it.
pub struct Ask<'a> {
    pub words: &'a [String],
    pub options: &'a Options<'a>,
    pub parts: &'a [UploadedPart],
    pub watch: &'a Watch,
}

impl<'a> Ask<'a> {
    pub fn word(&self, index: usize) -> Result<&'a str, Refusal> {
        word(self.words, index)
    }

    /// A word that may be empty, which is none.
    pub fn optional(&self, index: usize) -> Result<Option<&'a str>, Refusal> {
        Ok(Some(self.word(index)?).filter(|word| !word.is_empty()))
    }

    pub fn number<T: FromStr>(&self, index: usize) -> Result<T, Refusal> {
        number(self.words, index)
    }

    /// A length; -1 is an unknown one.
    pub fn length(&self, index: usize) -> Result<Option<u64>, Refusal> {
        let length: i64 = self.number(index)?;
        match u64::try_from(length) {
            Ok(length) => Ok(Some(length)),
            Err(_) if length == -1 => Ok(None),
            Err(_) => Err(Unrepresentable),
        }
    }

    pub fn body(&self, index: usize) -> Result<Vec<u8>, Refusal> {
        bodies::body(self.word(index)?)
    }

    pub fn source(&self, index: usize) -> Result<Source, Refusal> {
        bodies::source(self.word(index)?)
    }

    /// BUCKET KEY VERSION
    pub fn copy_source(&self, index: usize) -> Result<CopySource<'a>, Refusal> {
        Ok(CopySource {
            bucket: self.optional(index)?,
            key: self.word(index + 1)?,
            version_id: self.optional(index + 2)?,
        })
    }
}

pub fn on_bucket(bucket: &Bucket, ask: &Ask<'_>, outcome: &mut Outcome) -> Done {
    for group in [
        objects::operate,
        settings::operate,
        transfers::operate,
        multipart::operate,
        urls::operate,
        buckets::operate,
    ] {
        match group(bucket, ask, outcome) {
            Err(Unsupported) => {}
            done => return done,
        }
    }
    Err(Unsupported)
}

pub fn on_service(service: &Service, ask: &Ask<'_>, outcome: &mut Outcome) -> Done {
    let options = ask.options;
    Ok(match ask.word(0)? {
        "list_buckets" => {
            let list = ListBuckets {
                prefix: ask.word(2)?.to_owned(),
                ..ListBuckets::default()
            };
            outcome.list(service.list_buckets(list, options), entries::bucket)
        }
        "describe_regions" => outcome.answered(service.describe_regions(options)),
        "service_invoke" => outcome.collected(service.invoke(ask.word(2)?, &ask.body(3)?, options)),
        _ => return Err(Unsupported),
    })
}
