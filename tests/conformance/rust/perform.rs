//! Operations with their inputs, by one thread or by many.

use std::collections::BTreeMap;
use std::sync::{Barrier, Mutex};
use std::time::Duration;

use alioss::{Cancel, Options, Range, UploadedPart};

use crate::Refusal::{self, Unsupported};
use crate::Stage;
use crate::operations::{self, Ask, Watch};
use crate::outcome::{Outcome, status};
use crate::words::{Fields, Words, milliseconds, number, word};

impl Stage {
    /// Carries out one operation with the inputs given.
    pub fn perform(&self, words: &[String]) -> Result<Outcome, Refusal> {
        let mut outcome = Outcome::new();
        let cancel = Cancel::new();
        let mut options = Options::new().cancel(&cancel);
        let mut cancel_after = None;
        let report = Mutex::new(None);
        let mut stop_at = None;
        let mut parts = Vec::new();
        let mut watch = Watch::default();
        for input in &self.inputs {
            let first = || word(input, 1);
            options = match word(input, 0)? {
                "header" => options.header(first()?, word(input, 2)?),
                "query" => options.query(first()?, input.get(2).map(String::as_str)),
                "range" => {
                    let (first, last): (i64, i64) = (number(input, 1)?, number(input, 2)?);
                    options.range(match (u64::try_from(first), u64::try_from(last)) {
                        (Ok(first), Ok(last)) => Range::Bytes(first, last),
                        (Ok(first), Err(_)) => Range::From(first),
                        (Err(_), _) => Range::Last(first.unsigned_abs()),
                    })
                }
                "timeout_ms" => options.timeout(milliseconds(input, 1)?),
                "cancel_after_ms" => {
                    cancel_after = Some(milliseconds(input, 1)?);
                    options
                }
                "progress_stop" => {
                    stop_at = Some(number::<u64>(input, 1)?);
                    options
                }
                "field" => options.field(first()?, input.get(2).map(String::as_str)),
                "initial_crc64" => options.initial_crc64(number(input, 1)?),
                "callback" => {
                    let variables = input.get(2).map_or("", String::as_str);
                    outcome.wants_body = true;
                    options.callback(first()?, variables)
                }
                "part" => {
                    parts.push(part(input)?);
                    options
                }
                "part_size" | "workers" | "prefetch" | "record_directory" | "no_record"
                | "outcome_stop" | "filter_out" => {
                    watch.take(input)?;
                    options
                }
                "want" | "error_detail" | "text" | "count" => {
                    outcome.wanted.push(input.clone());
                    options
                }
                _ => options,
            };
        }
        let progress = |done: u64, total: Option<u64>| {
            *report.lock().unwrap() = Some((done, total));
            stop_at.is_none_or(|limit| done < limit)
        };
        let asks_for_progress = |input: &Words| input[0].starts_with("progress");
        if self.inputs.iter().any(asks_for_progress) {
            options = options.progress(&progress);
        }
        match cancel_after {
            Some(Duration::ZERO) => cancel.cancel(),
            Some(pause) => {
                let cancel = cancel.clone();
                std::thread::spawn(move || {
                    std::thread::sleep(pause);
                    cancel.cancel();
                });
            }
            None => {}
        }
        let ask = Ask {
            words,
            options: &options,
            parts: &parts,
            watch: &watch,
        };
        if let Err(error) = self.operate(&ask, &mut outcome)? {
            outcome.error = Some(error);
        }
        drop(options);
        outcome.progress = report.into_inner().unwrap();
        Ok(outcome)
    }

    fn operate(&self, ask: &Ask<'_>, outcome: &mut Outcome) -> operations::Done {
        let handle = ask.word(1)?;
        if let Some(service) = self.services.get(handle) {
            return operations::on_service(service, ask, outcome);
        }
        let bucket = self.buckets.get(handle).ok_or(Unsupported)?;
        operations::on_bucket(bucket, ask, outcome)
    }

    pub fn threads(&self, words: &[String]) -> Result<String, Refusal> {
        let (count, times): (usize, usize) = (number(words, 1)?, number(words, 2)?);
        let operation = words.get(3..).ok_or(Unsupported)?;
        let start = Barrier::new(count);
        let outcomes: Vec<Result<Outcome, Refusal>> = std::thread::scope(|scope| {
            let work = || {
                start.wait();
                (0..times)
                    .map(|_| self.perform(operation))
                    .collect::<Vec<_>>()
            };
            let threads: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().expect("a thread panicked"))
                .collect()
        });
        let (mut counts, mut bytes, mut failed) = (BTreeMap::new(), 0, None);
        for outcome in outcomes {
            let outcome = outcome?;
            *counts.entry(outcome.status()).or_insert(0) += 1;
            bytes += outcome.bytes;
            failed = outcome.error.or(failed);
        }
        let mut fields = Fields::default();
        fields.text("status", status(failed.as_ref()));
        if let Some(error) = failed {
            fields.text("error", &error.to_string());
        }
        fields.number("bytes", bytes);
        for (status, count) in counts {
            fields.number(&format!("count.{status}"), count);
        }
        Ok(format!("result{}", fields.0))
    }
}

/// A part as `part NUMBER ETAG SIZE CRC64` gives it.
fn part(input: &[String]) -> Result<UploadedPart, Refusal> {
    let content = match word(input, 3)? {
        "-1" => None,
        _ => Some((number(input, 3)?, number(input, 4)?)),
    };
    Ok(UploadedPart {
        number: number(input, 1)?,
        etag: word(input, 2)?.to_owned(),
        content,
    })
}
