//! The CMake package of `bindings/c`, built and installed for the tests that use it from outside.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{root, scratch, tool};

pub fn binding() -> PathBuf {
    root().join("bindings/c")
}

/// `-DNAME=VALUE`
pub fn define(name: &str, value: impl AsRef<Path>) -> OsString {
    let mut argument = OsString::from(format!("-D{name}="));
    argument.push(value.as_ref());
    argument
}

pub fn words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

/// Where cargo builds for the package; kept from run to run, because link-time optimization takes minutes.
pub fn cargo_directory() -> OsString {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package-cargo");
    define("ALIOSS_CARGO_TARGET_DIR", path)
}

/// Configures and builds `source` in `build`.
pub fn cmake(source: &Path, build: &Path, definitions: &[OsString]) {
    let mut arguments = words(&["-S"]);
    arguments.push(source.into());
    arguments.push("-B".into());
    arguments.push(build.into());
    arguments.extend_from_slice(definitions);
    tool("cmake", "cmake", &arguments);
    tool("cmake", "cmake", &[OsString::from("--build"), build.into()]);
}

/// Configures the package in `build` and builds nothing; the error is what CMake says, its words with one space between.
pub fn configure(
    build: &Path,
    definitions: &[impl AsRef<OsStr>],
    variables: &[(&str, &str)],
) -> Result<(), String> {
    let output = Command::new("cmake")
        .arg("-S")
        .arg(binding())
        .arg("-B")
        .arg(build)
        .args(definitions)
        .env_remove("CARGO_BUILD_TARGET")
        .env_remove("RUSTFLAGS")
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(said.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Builds and installs the package, and moves it away from where it was installed; nothing in it may know that place.
pub fn install(name: &str, definitions: &[OsString]) -> PathBuf {
    let directory = scratch(name);
    let (build, installed) = (directory.join("build"), directory.join("installed"));
    let mut all = vec![cargo_directory()];
    if let Some(cargo) = std::env::var_os("CARGO") {
        all.push(define("ALIOSS_CARGO", cargo));
    }
    all.extend_from_slice(definitions);
    cmake(&binding(), &build, &all);
    let mut arguments = words(&["--install"]);
    arguments.push(build.into());
    arguments.push("--prefix".into());
    arguments.push(installed.clone().into());
    tool("cmake", "cmake", &arguments);
    let moved = directory.join("moved");
    std::fs::rename(installed, &moved).unwrap();
    moved
}

/// What pkg-config says about the package below `libdir`.
pub fn pkg_config(libdir: &Path, arguments: &[&str]) -> Vec<OsString> {
    let output = Command::new("pkg-config")
        .args(arguments)
        .arg("alioss")
        .env("PKG_CONFIG_PATH", libdir.join("pkgconfig"))
        .output()
        .unwrap_or_else(|error| {
            panic!("cannot run pkg-config: {error}; install the package pkg-config")
        });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "pkg-config: {errors}");
    let said = String::from_utf8(output.stdout).unwrap();
    said.split_whitespace().map(OsString::from).collect()
}
