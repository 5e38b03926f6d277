//! The log callback.

use std::cell::Cell;
use std::convert::Infallible;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::fmt::{self, Write as _};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::guard;
use super::status::oss_status;
use super::support::{User, status};
use crate::error::{Error, Kind, Result};
use crate::process::PerProcess;

/// Receives a line of the log. `level` is 1 for errors to 5 for details. Called
/// on the thread the line comes from, by several threads at once if several
/// work; it must not throw, longjmp, or call oss_set_log().
pub type oss_log_fn =
    Option<unsafe extern "C-unwind" fn(user: *mut c_void, level: c_int, line: *const c_char)>;

struct Sink {
    function: unsafe extern "C-unwind" fn(*mut c_void, c_int, *const c_char),
    user: User,
}

/// The one thing that is global: a log has one reader per process.
static LOGGER: Logger = Logger {
    sink: AtomicPtr::new(ptr::null_mut()),
    gate: PerProcess::new(),
};

struct Logger {
    /// Made by `Box`; a child of `fork` has its parent's.
    sink: AtomicPtr<Sink>,
    /// Threads in the log function read it; whoever changes the sink writes, and so waits until they are out.
    gate: PerProcess<RwLock<()>>,
}

thread_local! {
    /// This thread runs the log function. What it does there is not logged.
    static LOGGING: Cell<bool> = const { Cell::new(false) };
}

impl Logger {
    fn gate(&self) -> Arc<RwLock<()>> {
        match self
            .gate
            .get_or_try(|| Ok::<_, Infallible>(RwLock::new(())))
        {
            Ok(gate) => gate,
            Err(never) => match never {},
        }
    }

    /// Changes the sink, when nobody is in the log function any more.
    fn set(&self, sink: Option<Sink>) {
        let gate = self.gate();
        let alone = gate.write().unwrap_or_else(PoisonError::into_inner);
        let new = sink.map_or(ptr::null_mut(), |sink| Box::into_raw(Box::new(sink)));
        let old = self.sink.swap(new, Ordering::AcqRel);
        if !old.is_null() {
            // SAFETY: made above, and nobody uses it: they would hold the gate.
            drop(unsafe { Box::from_raw(old) });
        }
        drop(alone);
    }

    /// Gives a line to the sink, if there is one.
    fn write(&self, level: c_int, line: &CStr) {
        let gate = self.gate();
        let _inside = gate.read().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: what is there lives as long as the gate is held.
        if let Some(sink) = unsafe { self.sink.load(Ordering::Acquire).as_ref() } {
            // SAFETY: the caller of oss_set_log() vouches for the function and for `user`.
            guard::callback(|| unsafe { (sink.function)(sink.user.0, level, line.as_ptr()) });
        }
    }
}

impl log::Log for Logger {
    /// Only our own lines: those of the libraries below may show headers.
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target().starts_with("alioss")
    }

    fn log(&self, record: &log::Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let mut line = Line::default();
        if line.write_fmt(*record.args()).is_err() {
            return;
        }
        let Some(line) = line.end() else {
            return;
        };
        let was_logging = LOGGING.try_with(|logging| logging.replace(true));
        if was_logging == Ok(false) {
            self.write(record.level() as c_int, line);
            let _ = LOGGING.try_with(|logging| logging.set(false));
        }
    }

    fn flush(&self) {}
}

/// A line while it is written. Only a long one asks for memory.
struct Line {
    short: [u8; SHORT],
    /// Bytes in `short`, as long as `long` is empty.
    length: usize,
    long: Vec<u8>,
}

const SHORT: usize = 256;

impl Default for Line {
    fn default() -> Line {
        Line {
            short: [0; SHORT],
            length: 0,
            long: Vec::new(),
        }
    }
}

impl Line {
    /// The line as C has it.
    fn end(&mut self) -> Option<&CStr> {
        self.push("\0");
        let short = self.short.get(..self.length).unwrap_or_default();
        let bytes = if self.long.is_empty() {
            short
        } else {
            &self.long
        };
        CStr::from_bytes_with_nul(bytes).ok()
    }
}

impl Line {
    fn push(&mut self, text: &str) {
        let end = self.length + text.len();
        match self.short.get_mut(self.length..end) {
            Some(place) if self.long.is_empty() => {
                place.copy_from_slice(text.as_bytes());
                self.length = end;
            }
            _ => {
                if self.long.is_empty() {
                    let short = self.short.get(..self.length).unwrap_or_default();
                    self.long.extend_from_slice(short);
                }
                self.long.extend_from_slice(text.as_bytes());
            }
        }
    }
}

/// What others wrote may hold the ends of lines: escaped, they cannot begin a line of their own.
impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(char::is_control) {
            let (plain, after) = rest.split_at(at);
            self.push(plain);
            let mut after = after.chars();
            if let Some(control) = after.next() {
                let mut bytes = [0; 4];
                for c in control.escape_debug() {
                    self.push(c.encode_utf8(&mut bytes));
                }
            }
            rest = after.as_str();
        }
        self.push(rest);
        Ok(())
    }
}

/// Sends the log of the whole process to `function`: lines up to `level`, 1
/// (errors) to 5 (details); 0 or NULL ends it. Returns when no thread runs the
/// function before any more: `user` can be freed then. In the log function it
/// is #OSS_BUSY. Secrets are never logged.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_set_log(
    function: oss_log_fn,
    user: *mut c_void,
    level: c_int,
) -> oss_status {
    status(|| {
        let filter = filter(level)?;
        if LOGGING.try_with(Cell::get).unwrap_or(false) {
            return Err(Error::new(
                Kind::Busy,
                "oss_set_log() cannot be called in the log function, which it waits for",
            ));
        }
        let user = User(user);
        let sink = function.map(|function| Sink { function, user });
        // No new lines while those on their way are waited for.
        log::set_max_level(log::LevelFilter::Off);
        let filter = match sink {
            Some(_) => filter,
            None => log::LevelFilter::Off,
        };
        LOGGER.set(sink);
        install();
        log::set_max_level(filter);
        Ok(())
    })
}

fn filter(level: c_int) -> Result<log::LevelFilter> {
    Ok(match level {
        0 => log::LevelFilter::Off,
        1 => log::LevelFilter::Error,
        2 => log::LevelFilter::Warn,
        3 => log::LevelFilter::Info,
        4 => log::LevelFilter::Debug,
        5 => log::LevelFilter::Trace,
        _ => {
            return Err(Error::refused(
                "level",
                format_args!("{level} is out of range"),
                "0 to 5",
            ));
        }
    })
}

/// Makes ours the log of the `log` crate, once. In a Rust program that has its own log already, that one stays.
fn install() {
    static DONE: AtomicBool = AtomicBool::new(false);
    if !DONE.swap(true, Ordering::Relaxed) {
        let _ = log::set_logger(&LOGGER);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_wrote_begins_no_line_of_its_own() {
        let mut line = Line::default();
        line.write_str("it says a\r\nERROR forged\0\u{1b}[2J\u{85}\u{e9}")
            .unwrap();
        let expected = "it says a\\r\\nERROR forged\\0\\u{1b}[2J\\u{85}\u{e9}";
        assert_eq!(line.end().unwrap().to_bytes(), expected.as_bytes());
    }

    #[test]
    fn lines_of_any_length_end_for_c() {
        for length in [0, 1, SHORT - 2, SHORT - 1, SHORT, SHORT + 1, 5000] {
            let mut line = Line::default();
            for _ in 0..length {
                line.write_str("x").unwrap();
            }
            assert_eq!(line.end().unwrap().to_bytes().len(), length);
        }
        let mut line = Line::default();
        line.write_str("short").unwrap();
        line.write_str(&"y".repeat(SHORT)).unwrap();
        line.write_str("end").unwrap();
        let expected = format!("short{}end", "y".repeat(SHORT));
        assert_eq!(line.end().unwrap().to_bytes(), expected.as_bytes());
    }
}
