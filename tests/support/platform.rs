//! Another platform than this one, for which `tests/platforms` has built the library: it says by variables how programs
//! get that library and how they are run.
//!
//! | variable | |
//! |---|---|
//! | `ALIOSS_PLATFORM` | how the library calls it, `linux/aarch64`; unless it is set there is no other platform |
//! | `ALIOSS_PLATFORM_CC` | the C compiler |
//! | `ALIOSS_PLATFORM_LINK` | what links a program with the library, in words |
//! | `ALIOSS_PLATFORM_RUN` | what goes before a program to run it, in words; may be empty |

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;

pub struct Platform {
    pub os: String,
    pub arch: String,
    pub compiler: String,
    pub link: Vec<OsString>,
    run: Vec<OsString>,
}

/// The other platform, if the tests are for one.
pub fn platform() -> Option<&'static Platform> {
    static PLATFORM: OnceLock<Option<Platform>> = OnceLock::new();
    PLATFORM.get_or_init(given).as_ref()
}

fn given() -> Option<Platform> {
    let name = std::env::var("ALIOSS_PLATFORM").ok()?;
    let (os, arch) = name
        .split_once('/')
        .expect("ALIOSS_PLATFORM is not OS/ARCH");
    let words = |name| {
        let text = std::env::var(name).unwrap_or_default();
        text.split_whitespace().map(OsString::from).collect()
    };
    Some(Platform {
        os: os.to_owned(),
        arch: arch.to_owned(),
        compiler: std::env::var("ALIOSS_PLATFORM_CC").expect("ALIOSS_PLATFORM_CC is not set"),
        link: words("ALIOSS_PLATFORM_LINK"),
        run: words("ALIOSS_PLATFORM_RUN"),
    })
}

/// The operating system of the platform of the tests.
pub fn os() -> &'static str {
    platform().map_or(std::env::consts::OS, |other| &other.os)
}

/// The platform of the tests, as the library calls it.
pub fn name() -> String {
    let arch = platform().map_or(std::env::consts::ARCH, |other| &other.arch);
    format!("{}/{arch}", os())
}

/// The words that run a program that was compiled for the platform of the tests.
pub fn command(program: PathBuf) -> Vec<OsString> {
    let mut words = platform().map_or(Vec::new(), |platform| platform.run.clone());
    let mut program = program.into_os_string();
    if platform().is_some_and(|platform| platform.os == "windows") {
        program.push(".exe"); // as the compiler called it
    }
    words.push(program);
    words
}

/// What a program says, with the paths in it as this machine has them: Wine calls the root of all directories `Z:\`, and
/// separates names as Windows does.
pub fn with_own_paths(said: String) -> String {
    if os() == "windows" && said.contains("Z:\\") {
        return said.replace("Z:\\", "/").replace('\\', "/");
    }
    said
}
