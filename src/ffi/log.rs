//! The log callback.

use std::ffi::{CString, c_char, c_int, c_void};
use std::sync::RwLock;

use super::status::oss_status;
use super::support::{User, status};
use crate::error::{Error, Kind};

/// Receives a line of the log. `level` is 1 for errors to 5 for details. Called
/// on the thread the line comes from, by several threads at once if several
/// work; it must not throw, longjmp, or call oss_set_log().
pub type oss_log_fn =
    Option<unsafe extern "C-unwind" fn(user: *mut c_void, level: c_int, line: *const c_char)>;

#[derive(Clone, Copy)]
struct Sink {
    function: unsafe extern "C-unwind" fn(*mut c_void, c_int, *const c_char),
    user: User,
}

struct Logger(RwLock<Option<Sink>>);

/// The one thing that is global: a log has one reader per process.
static LOGGER: Logger = Logger(RwLock::new(None));

impl log::Log for Logger {
    /// Only our own lines: those of the libraries below may show headers.
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.target().starts_with("alioss")
    }

    fn log(&self, record: &log::Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let sink = self.0.read().ok().and_then(|sink| *sink);
        if let (Some(sink), Ok(line)) = (sink, CString::new(record.args().to_string())) {
            let level = record.level() as c_int;
            // SAFETY: the caller of oss_set_log() vouches for the function and for `user`.
            unsafe { (sink.function)(sink.user.0, level, line.as_ptr()) };
        }
    }

    fn flush(&self) {}
}

/// Sends the log of the whole process to `function`: lines up to `level`, 1
/// (errors) to 5 (details); 0 or NULL ends it. Secrets are never logged. Until
/// then the library logs nothing and prints nothing ever.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_set_log(
    function: oss_log_fn,
    user: *mut c_void,
    level: c_int,
) -> oss_status {
    status(|| {
        let filter = match level {
            0 => log::LevelFilter::Off,
            1 => log::LevelFilter::Error,
            2 => log::LevelFilter::Warn,
            3 => log::LevelFilter::Info,
            4 => log::LevelFilter::Debug,
            5 => log::LevelFilter::Trace,
            _ => {
                return Err(Error::invalid(format!(
                    "`level`: {level} is out of range; allowed are 0 to 5"
                )));
            }
        };
        let user = User(user);
        let mut sink = LOGGER
            .0
            .write()
            .map_err(|_| Error::new(Kind::Bug, "the log callback is lost"))?;
        *sink = function.map(|function| Sink { function, user });
        // The second time the logger is set already, which is just as well.
        let _ = log::set_logger(&LOGGER);
        log::set_max_level(if sink.is_some() {
            filter
        } else {
            log::LevelFilter::Off
        });
        Ok(())
    })
}
