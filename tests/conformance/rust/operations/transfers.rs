//! Large files, copies, objects of unknown length, and whole directories.

use std::io::{Read, Write};
use std::time::Duration;

use alioss::{Bucket, DeletePrefix, DirectoryTransfer, Outcome as FileOutcome, Transfer};

use super::{Ask, Done};
use crate::Refusal::{self, Unsupported};
use crate::entries;
use crate::outcome::Outcome;
use crate::words::{Words, number, word};

/// What inputs say about transfers.
#[derive(Default)]
pub struct Watch {
    transfer: Transfer,
    prefetch: Option<usize>,
    stops: bool,
    left_out: Option<String>,
}

impl Watch {
    pub fn take(&mut self, input: &Words) -> Result<(), Refusal> {
        let transfer = self.transfer.clone();
        match word(input, 0)? {
            "part_size" => self.transfer = transfer.part_size(number(input, 1)?),
            "workers" => self.transfer = transfer.workers(number(input, 1)?),
            "record_directory" => self.transfer = transfer.record_directory(word(input, 1)?),
            "no_record" => self.transfer = transfer.without_record(),
            "prefetch" => self.prefetch = Some(number(input, 1)?),
            "outcome_stop" => self.stops = true,
            _ => self.left_out = Some(word(input, 1)?.to_owned()),
        }
        Ok(())
    }

    /// How an object is read ahead; `None` if not at all.
    pub fn prefetch(&self) -> Option<Transfer> {
        let parts = self.prefetch.filter(|&parts| parts != 0)?;
        Some(self.transfer.clone().workers(parts))
    }
}

pub fn operate(bucket: &Bucket, ask: &Ask<'_>, outcome: &mut Outcome) -> Done {
    let (options, transfer) = (ask.options, &ask.watch.transfer);
    let key = || ask.word(2);
    Ok(match ask.word(0)? {
        "upload_file" => {
            outcome.answered(bucket.upload_file(key()?, ask.word(3)?, transfer, options))
        }
        "abort_upload_file" => {
            bucket.abort_upload_file(key()?, ask.word(3)?, transfer, options)
        }
        "download_file" => {
            outcome.answered(bucket.download_file(key()?, ask.word(3)?, transfer, options))
        }
        "abort_download_file" => {
            bucket.abort_download_file(key()?, ask.word(3)?, transfer, options)
        }
        "copy_large_object" => {
            let source = ask.copy_source(3)?;
            outcome.answered(bucket.copy_large_object(key()?, source, transfer, options))
        }
        "abort_copy_large_object" => {
            bucket.abort_copy_large_object(key()?, ask.copy_source(3)?, transfer, options)
        }
        "write_object" => write(bucket, ask, outcome)?,
        "list_uploads_before" => {
            let age = Duration::from_secs(ask.number(3)?);
            let listed = bucket.list_uploads_before(key()?, age, options);
            listed.and_then(|entries| outcome.list(entries, entries::upload))
        }
        "abort_uploads_before" => {
            let age = Duration::from_secs(ask.number(3)?);
            let counts = bucket.abort_uploads_before(key()?, age, options);
            counts.map(|counts| outcome.more.number("aborted", counts.aborted))
        }
        _ => return many(bucket, ask, outcome),
    })
}

/// What is about many files.
fn many(bucket: &Bucket, ask: &Ask<'_>, outcome: &mut Outcome) -> Done {
    let (options, watch) = (ask.options, ask.watch);
    let told = |_: &FileOutcome| !watch.stops;
    let wanted = |name: &str| watch.left_out.as_deref() != Some(name);
    let name = ask.word(0)?;
    if name == "delete_prefix" {
        let flags: u32 = ask.number(3)?;
        let mut how = DeletePrefix::new().on_outcome(&told);
        if flags & 1 != 0 {
            how = how.whole_bucket();
        }
        if flags & 2 != 0 {
            how = how.versions();
        }
        return Ok(outcome.reported(bucket.delete_prefix(ask.word(2)?, &how, options)));
    }
    if !["upload_directory", "download_directory"].contains(&name) {
        return Err(Unsupported);
    }
    let (prefix, directory) = (ask.word(2)?, ask.word(3)?);
    let how = directory_transfer(ask.number(4)?)
        .transfer(watch.transfer.clone())
        .on_outcome(&told)
        .filter(&wanted);
    let done = match name {
        "upload_directory" => bucket.upload_directory(prefix, directory, &how, options),
        _ => bucket.download_directory(prefix, directory, &how, options),
    };
    Ok(outcome.reported(done))
}

/// The flags of the C API.
fn directory_transfer<'a>(flags: u32) -> DirectoryTransfer<'a> {
    let mut how = DirectoryTransfer::new();
    for bit in 0..8 {
        if flags & (1 << bit) == 0 {
            continue;
        }
        how = match bit {
            0 => how.delete(),
            1 => how.delete_from_empty(),
            2 => how.overwrite(),
            3 => how.compare_content(),
            4 => how.follow_links(),
            5 => how.stop_at_failure(),
            6 => how.markers(),
            _ => how.dry_run(),
        };
    }
    how
}

/// Writes a body in pieces, whatever becomes of them; one that gives up at its end is given up.
fn write(bucket: &Bucket, ask: &Ask<'_>, outcome: &mut Outcome) -> Done {
    let (mut source, piece) = (ask.source(4)?, ask.number(3)?);
    let opened = bucket.writer(ask.word(2)?, &ask.watch.transfer, ask.options);
    let mut writer = match opened {
        Ok(writer) => writer,
        Err(error) => return Ok(Err(error)),
    };
    let mut buffer = vec![0; piece];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => return Ok(outcome.answered(writer.finish())),
            Ok(got) => {
                let _ = writer.write_all(&buffer[..got]);
            }
            Err(_) => return Ok(writer.abort()),
        }
    }
}
