//! The Rust runner of the conformance scenarios: reads commands, carries them out with the crate, prints what came of it.
//! See ../README.md.

mod bodies;
mod entries;
mod operations;
mod options;
mod outcome;
mod perform;
mod words;

use std::collections::HashMap;
use std::io::{self, BufRead};

use alioss::{Bucket, Config, Service, Session};

use words::{Fields, Words, decode, word};

/// Why a command has no result.
enum Refusal {
    Unsupported,
    Unrepresentable,
}

use Refusal::{Unrepresentable, Unsupported};

/// What a scenario has prepared.
#[derive(Default)]
struct Stage {
    options: Vec<Words>,
    inputs: Vec<Words>,
    sessions: HashMap<String, Session>,
    buckets: HashMap<String, Bucket>,
    services: HashMap<String, Service>,
}

#[allow(unsafe_code, reason = "the variables of a process are not its own")]
fn set_variable(name: &str, value: Option<&str>) {
    // SAFETY: all threads of earlier commands have ended.
    unsafe {
        match value {
            Some(value) => std::env::set_var(name, value),
            None => std::env::remove_var(name),
        }
    }
}

impl Stage {
    fn obey(&mut self, words: Words) -> Result<String, Refusal> {
        let ok = Ok("ok".to_owned());
        match word(&words, 0)? {
            "hello" => Ok("ok 1 rust".to_owned()),
            "scenario" => {
                *self = Stage::default();
                ok
            }
            "env" => {
                set_variable(word(&words, 1)?, words.get(2).map(|value| value.as_ref()));
                ok
            }
            "config" => {
                self.options.clear();
                ok
            }
            "option" => {
                // Whether it can be said at all shows at once.
                self.apply(&mut Config::new(), &words)?;
                self.options.push(words);
                ok
            }
            "session" | "bucket" | "service" => self.open(&words),
            "free" => {
                let name = word(&words, 1)?;
                let freed = [
                    self.sessions.remove(name).is_some(),
                    self.buckets.remove(name).is_some(),
                    self.services.remove(name).is_some(),
                ];
                if freed.contains(&true) {
                    ok
                } else {
                    Err(Unsupported)
                }
            }
            "header" | "query" | "range" | "timeout_ms" | "cancel_after_ms" | "progress"
            | "progress_stop" | "want" | "error_detail" | "field" | "text" | "count"
            | "initial_crc64" | "callback" | "part" | "part_size" | "workers" | "prefetch"
            | "record_directory" | "no_record" | "outcome_stop" | "filter_out" => {
                self.inputs.push(words);
                ok
            }
            "threads" => {
                let answer = self.threads(&words);
                self.inputs.clear();
                answer
            }
            _ => {
                let answer = self.perform(&words).map(|outcome| outcome.print());
                self.inputs.clear();
                answer
            }
        }
    }

    fn open(&mut self, words: &[String]) -> Result<String, Refusal> {
        let (kind, name) = (word(words, 0)?, word(words, 1)?.to_owned());
        let config = self.config()?;
        self.sessions.remove(&name);
        self.buckets.remove(&name);
        self.services.remove(&name);
        let opened = match kind {
            "session" => Session::new(&config).map(|made| {
                self.sessions.insert(name, made);
            }),
            "bucket" => Bucket::new(&config, word(words, 2)?).map(|made| {
                self.buckets.insert(name, made);
            }),
            _ => Service::new(&config).map(|made| {
                self.services.insert(name, made);
            }),
        };
        let mut fields = Fields::default();
        fields.number("opened", i32::from(opened.is_ok()));
        if let Err(error) = opened {
            fields.text("error", &error.to_string());
        }
        Ok(format!("result{}", fields.0))
    }
}

fn main() {
    let mut stage = Stage::default();
    for line in io::stdin().lock().lines() {
        let line = line.expect("the input can be read");
        let words = line.split(' ').map(decode).collect();
        let answer = stage.obey(words).unwrap_or_else(|refusal| {
            match refusal {
                Unsupported => "unsupported",
                Unrepresentable => "unrepresentable",
            }
            .to_owned()
        });
        println!("{answer}");
    }
}
