//! Keys that a program of the user's prints as JSON.
//!
//! The program is started without a shell. Its output comes through a socket pair, so that a wait for it can end in time,
//! and is wiped after reading; what it prints to standard error is not looked at.

use std::fmt;
use std::sync::Arc;

use super::keys::{self, PASCAL, Pair, SNAKE, Secrets};
use super::{Asking, Credentials, CredentialsProvider};
use crate::error::{Error, Kind, Result};

/// Runs a program that prints `{"AccessKeyId", "AccessKeySecret", "SecurityToken", "Expiration"}`, or the same as the
/// Alibaba Cloud CLI wants it: `{"mode", "access_key_id", "access_key_secret", "sts_token", "expiration"}`,
/// where the mode is `AK`, whose token is not used, or `StsToken`.
#[derive(Clone)]
pub struct Process {
    program: String,
    #[cfg_attr(not(unix), expect(dead_code, reason = "programs are run on Unix only"))]
    arguments: Vec<String>,
}

impl Process {
    /// `command` is an absolute path and arguments, quoted as for a POSIX shell; no shell runs it.
    pub fn new(command: &str) -> Result<Process> {
        let mut words = split(command)?.into_iter();
        let program = words.next().unwrap_or_default();
        if !std::path::Path::new(&program).is_absolute() {
            // A shell would take NAME=secret in front of the program.
            let shown = program.split('=').next().unwrap_or_default();
            return Err(Error::unusable(
                "command",
                format_args!(
                    "the program {:?} is not an absolute path, such as /usr/local/bin/keys",
                    keys::printable(shown)
                ),
            ));
        }
        Ok(Process {
            program,
            arguments: words.collect(),
        })
    }

    fn error(&self, why: impl std::fmt::Display) -> Error {
        Error::new(
            Kind::Credentials,
            format!("credentials from process: {} {why}", self.program),
        )
    }
}

/// Without the arguments, which may be secret.
impl fmt::Debug for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Process")
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

impl CredentialsProvider for Process {
    fn credentials(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        let output = run::output(self, asking)?;
        let what = format!("credentials from process: the output of {}", self.program);
        let text = Secrets::parse(&output, &what)?;
        let names = match text.text(SNAKE.id) {
            Some(_) => &SNAKE,
            None => &PASCAL,
        };
        let mode = text.text("mode");
        let pair = match mode.map(str::to_ascii_lowercase).as_deref() {
            None => Pair::Unsaid,
            Some("ak") => Pair::ById,
            Some("ststoken") => Pair::Temporary,
            Some(other) => {
                let other = keys::printable(other);
                return Err(self.error(format_args!(
                    "printed the mode {other:?}; supported are AK and StsToken"
                )));
            }
        };
        let keys = text.profile_keys("", names, pair, &what)?;
        Ok(Some(Arc::new(keys)))
    }

    fn name(&self) -> String {
        "process".into()
    }
}

/// The words of a command as a POSIX shell splits them, without anything else that a shell does.
fn split(command: &str) -> Result<Vec<String>> {
    let unclosed = |what: &str| {
        Error::invalid(format!(
            "`command` ends inside {what}; close it, or put a backslash before it"
        ))
    };
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = command.chars();
    while let Some(c) = rest.next() {
        match c {
            ' ' | '\t' | '\n' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match rest.next() {
                        Some('\'') => break,
                        Some(c) => word.push(c),
                        None => return Err(unclosed("single quotes")),
                    }
                }
            }
            '"' => quoted(&mut rest, word.get_or_insert_default())
                .ok_or_else(|| unclosed("double quotes"))?,
            '\\' => match rest.next() {
                Some('\n') => {}
                Some(c) => word.get_or_insert_default().push(c),
                None => return Err(unclosed("a backslash")),
            },
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

/// What stands inside double quotes, where a backslash keeps its meaning only before some.
fn quoted(rest: &mut std::str::Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match rest.next()? {
            '"' => return Some(()),
            '\\' => match rest.next()? {
                '\n' => {}
                c @ ('"' | '\\' | '$' | '`') => word.push(c),
                c => word.extend(['\\', c]),
            },
            c => word.push(c),
        }
    }
}

#[cfg(unix)]
mod run {
    use std::io::{ErrorKind, Read};
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    use zeroize::Zeroizing;

    use super::Process;
    use crate::credentials::Asking;
    use crate::descriptor::above_standard;
    use crate::error::Result;
    use crate::ffi::os::kill_group;

    const TIMEOUT: Duration = Duration::from_secs(60);
    const MAX_OUTPUT: usize = 64 * 1024;
    const SLICE: Duration = Duration::from_millis(50);

    /// A program that does not outlive this call.
    struct Running(Child);

    impl Running {
        fn has_ended(&mut self) -> bool {
            !matches!(self.0.try_wait(), Ok(None))
        }
    }

    impl Drop for Running {
        fn drop(&mut self) {
            // Not if somebody else in this process has collected it: its number may belong to another program by now.
            if !self.has_ended() {
                kill_group(&self.0);
                let _ = self.0.wait();
            }
        }
    }

    pub(super) fn output(process: &Process, asking: &Asking<'_>) -> Result<Zeroizing<Vec<u8>>> {
        let failed = |cause: std::io::Error| process.error(format!("cannot be run: {cause}"));
        let (ours, theirs) = UnixStream::pair().map_err(failed)?;
        let mut ours = above_standard(ours).map_err(failed)?;
        let theirs = above_standard(theirs).map_err(failed)?;
        ours.set_read_timeout(Some(SLICE)).map_err(failed)?;
        let mut running = Command::new(&process.program)
            .args(&process.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::from(OwnedFd::from(theirs)))
            .stderr(Stdio::null())
            // What it starts itself is killed with it.
            .process_group(0)
            .spawn()
            .map(Running)
            .map_err(failed)?;
        let end = Instant::now() + TIMEOUT;
        let check = || {
            asking.check()?;
            if Instant::now() < end {
                return Ok(());
            }
            Err(process.error(format!("did not end within {TIMEOUT:?}, and was killed")))
        };
        let output = read(&mut ours, &mut running, process, &check)?;
        loop {
            match running.0.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(output),
                Ok(Some(status)) => return Err(process.error(format!("ended with {status}"))),
                Ok(None) => {
                    check()?;
                    std::thread::sleep(Duration::from_millis(2));
                }
                // The program of the caller's collects its children itself: the output has to do.
                Err(_) => return Ok(output),
            }
        }
    }

    fn read(
        from: &mut UnixStream,
        running: &mut Running,
        process: &Process,
        check: &dyn Fn() -> Result<()>,
    ) -> Result<Zeroizing<Vec<u8>>> {
        let mut output = Zeroizing::new(vec![0; MAX_OUTPUT + 1]);
        let (mut filled, mut ended) = (0, false);
        loop {
            match from.read(output.get_mut(filled..).unwrap_or_default()) {
                Ok(0) if filled > MAX_OUTPUT => {
                    return Err(process.error(format!("printed more than {MAX_OUTPUT} bytes")));
                }
                Ok(0) => break,
                Ok(got) => filled += got,
                // What it has left running may keep the output open, and says nothing that is waited for.
                Err(error) if ended && is_pause(&error) => break,
                Err(error) if is_pause(&error) => ended = running.has_ended(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(process.error(format!("cannot be read: {error}"))),
            }
            check()?;
        }
        output.truncate(filled);
        Ok(output)
    }

    fn is_pause(error: &std::io::Error) -> bool {
        matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
    }
}

#[cfg(not(unix))]
mod run {
    use zeroize::Zeroizing;

    use super::Process;
    use crate::credentials::Asking;
    use crate::error::{Error, Kind, Result};

    pub(super) fn output(process: &Process, _: &Asking<'_>) -> Result<Zeroizing<Vec<u8>>> {
        Err(Error::new(
            Kind::Unsupported,
            process.error("cannot be run on this system").to_string(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_split_as_a_shell_does() {
        for (command, words) in [
            ("/bin/keys", &["/bin/keys"][..]),
            (" /bin/keys  a\tb ", &["/bin/keys", "a", "b"]),
            ("/bin/keys 'a b' \"c d\"", &["/bin/keys", "a b", "c d"]),
            ("/bin/keys '' \"\"", &["/bin/keys", "", ""]),
            ("/bin/my\\ keys a'b'c", &["/bin/my keys", "abc"]),
            (r#"/k "\a\$\"\\" '\n'"#, &["/k", r#"\a$"\"#, r"\n"]),
            (
                "/k $(rm) `x` $HOME *",
                &["/k", "$(rm)", "`x`", "$HOME", "*"],
            ),
        ] {
            assert_eq!(split(command).unwrap(), words, "{command}");
        }
        for command in ["/k 'a", "/k \"a", "/k a\\", "/k \"a\\"] {
            let error = split(command).unwrap_err().to_string();
            assert!(error.starts_with("`command` ends inside"), "{error}");
        }
    }

    #[test]
    fn a_program_is_an_absolute_path() {
        for command in ["", "keys", "./keys", "'' a"] {
            let error = Process::new(command).unwrap_err().to_string();
            assert!(error.contains("is not an absolute path"), "{error}");
        }
    }
}
