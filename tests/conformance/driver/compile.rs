//! Building the runners that need a compiler, each once.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;

use crate::support::platform::{command, platform};
use crate::support::{SANITIZED, WARNINGS, compile_rust, joined, library, root, rpath, tool};

/// The Rust runner.
pub fn rust() -> Vec<OsString> {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        let program = library().directory.join("conformance-rust");
        compile_rust("tests/conformance/rust/main.rs", &program);
        program
    });
    vec![program.into()]
}

/// The C runner over `oss.h`.
pub fn c() -> Vec<OsString> {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| native("CC", "cc", "gcc", "c", "c", &["-std=c99"]));
    command(program.clone())
}

/// The same, with all options through `oss_options.h`.
pub fn c_options() -> Vec<OsString> {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let flags = ["-std=c99", "-DWITH_OSS_OPTIONS"];
    let program = PROGRAM.get_or_init(|| native("CC", "cc", "gcc", "c-options", "c", &flags));
    command(program.clone())
}

/// The C++ runner over `oss.hpp`. It goes through all of it, so it is compiled to notice every wrong access.
pub fn cpp() -> Vec<OsString> {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let flags = [&["-std=c++17"][..], &SANITIZED].concat();
    let program = PROGRAM.get_or_init(|| native("CXX", "c++", "g++", "cpp", "cpp", &flags));
    vec![program.into()]
}

/// The same by the other compiler, and in another standard.
pub fn cpp_clang() -> Vec<OsString> {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let flags = [
        &["-std=c++20", "-DRUNNER_NAME=\"cpp-clang\""][..],
        &SANITIZED,
    ]
    .concat();
    let program =
        PROGRAM.get_or_init(|| native("CLANGXX", "clang++", "clang", "cpp-clang", "cpp", &flags));
    vec![program.into()]
}

/// Compiles all files in `tests/conformance/c` whose names end in `extension`.
fn native(
    variable: &str,
    fallback: &str,
    package: &str,
    name: &str,
    extension: &str,
    flags: &[&str],
) -> PathBuf {
    let library = library();
    let program = library.directory.join(format!("conformance-{name}"));
    let command = std::env::var(variable).unwrap_or_default();
    let mut command = command.split_whitespace();
    let compiler = match platform() {
        Some(platform) => &platform.compiler,
        None => command.next().unwrap_or(fallback),
    };
    let mut arguments: Vec<OsString> = command.map(OsString::from).collect();
    arguments.extend(words(&WARNINGS));
    arguments.extend(words(&["-g", "-O1", "-pthread"]));
    arguments.extend(words(flags));
    arguments.push(joined("-I", root().join("include")));
    arguments.push(joined("-I", root().join("bindings/c")));
    arguments.extend(sources(extension));
    arguments.push("-o".into());
    arguments.push(program.clone().into());
    match platform() {
        Some(platform) => arguments.extend_from_slice(&platform.link),
        None => {
            arguments.push(joined("-L", library.directory.clone()));
            arguments.push("-lalioss".into());
            arguments.push(rpath());
        }
    }
    tool(compiler, package, &arguments);
    program
}

fn sources(extension: &str) -> Vec<OsString> {
    let directory = std::fs::read_dir(root().join("tests/conformance/c")).unwrap();
    let paths = directory.map(|entry| entry.unwrap().path());
    let wanted = paths.filter(|path| path.extension() == Some(extension.as_ref()));
    wanted.map(PathBuf::into_os_string).collect()
}

fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}
