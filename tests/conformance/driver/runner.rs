//! A runner's process and the conversation with it.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::wire::{decode, encode};

/// What a runner answers.
#[derive(Debug)]
pub enum Answer {
    Ok,
    Result(Vec<(String, String)>),
    Unsupported,
    Unrepresentable,
}

pub struct Process {
    name: &'static str,
    child: Child,
    input: Option<ChildStdin>,
    output: Receiver<String>,
    stderr: PathBuf,
    /// What was said in this scenario.
    conversation: String,
}

impl Process {
    pub fn start(name: &'static str, command: &[OsString]) -> Process {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let stderr = std::env::temp_dir().join(format!(
            "conformance-{}-{number}.stderr",
            std::process::id()
        ));
        let mut child = Command::new(&command[0])
            .args(&command[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&stderr).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let input = child.stdin.take();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            for line in lines {
                let text = line.unwrap_or_else(|error| format!("{error}"));
                if sender.send(text).is_err() {
                    break;
                }
            }
        });
        Process {
            name,
            child,
            input,
            output,
            stderr,
            conversation: String::new(),
        }
    }

    pub fn name(&self) -> &str {
        self.name
    }

    pub fn forget(&mut self) {
        self.conversation.clear();
    }

    /// Whether this is the runner it should be, and not, say, the right program on another runtime.
    pub fn greet(&mut self, patience: Duration) -> Result<(), String> {
        let expected = format!("ok 1 {}", self.name);
        match self.exchange(&["hello".to_owned()], patience)? {
            answer if answer == expected => Ok(()),
            other => Err(format!("hello: {other:?} instead of {expected:?}")),
        }
    }

    pub fn ask(&mut self, words: &[String], patience: Duration) -> Result<Answer, String> {
        parse(&self.exchange(words, patience)?)
    }

    fn exchange(&mut self, words: &[String], patience: Duration) -> Result<String, String> {
        let encoded: Vec<String> = words.iter().map(|word| encode(word)).collect();
        let line = encoded.join(" ");
        // What each scenario begins with tells nothing, and certificates would fill the report.
        let is_unset = words[0] == "env" && words.len() == 2;
        if !is_unset {
            let _ = writeln!(self.conversation, "> {}", &line[..line.len().min(300)]);
        }
        let input = self.input.as_mut().ok_or("the runner has been stopped")?;
        input
            .write_all(format!("{line}\n").as_bytes())
            .and_then(|()| input.flush())
            .map_err(|error| format!("the runner does not listen any more: {error}"))?;
        let answer = self.output.recv_timeout(patience).map_err(|_| {
            format!("the runner did not answer within {patience:?}, or ended without an answer")
        })?;
        if answer != "ok" {
            let _ = writeln!(self.conversation, "< {answer}");
        }
        Ok(answer)
    }

    pub fn conversation(&self) -> String {
        let said = std::fs::read(&self.stderr).unwrap_or_default();
        let said = String::from_utf8_lossy(&said);
        format!("{}{said}", self.conversation)
    }

    /// Ends the input and waits; the runner has to end with success.
    pub fn finish(mut self, patience: Duration) -> Result<(), String> {
        drop(self.input.take());
        let end = Instant::now() + patience;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(20)),
                ended => {
                    return Err(format!(
                        "at the end of its input the runner ended with {ended:?}\n{}",
                        self.conversation()
                    ));
                }
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(&self.stderr);
    }
}

fn parse(line: &str) -> Result<Answer, String> {
    let mut words = line.split(' ');
    match words.next() {
        Some("ok") => Ok(Answer::Ok),
        Some("result") => words
            .map(|word| {
                let (name, value) = word.split_once('=').ok_or(format!("{word:?} has no ="))?;
                Ok((decode(name)?, decode(value)?))
            })
            .collect::<Result<_, String>>()
            .map(Answer::Result),
        Some("unsupported") => Ok(Answer::Unsupported),
        Some("unrepresentable") => Ok(Answer::Unrepresentable),
        _ => Err(format!("{line:?} is no answer")),
    }
}
