//! What makes the programs in `tests/official` ready: packages of registries, compilers.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::root;

pub fn programs() -> PathBuf {
    root().join("tests/official")
}

/// Runs one step, and gives what it wrote; panics with all it said unless it ends well.
pub fn prepare(command: &mut Command, needs: &str) -> String {
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}; it needs {needs}"));
    assert!(
        output.status.success(),
        "{command:?} ended with {}; it needs {needs}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The program in Go in that folder, built.
pub fn build_go(folder: &str) -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("official-{folder}"));
    let mut build = Command::new("go");
    build
        .current_dir(programs().join(folder))
        .args(["build", "-mod=readonly", "-buildvcs=false", "-o"])
        .arg(&program)
        .env("GOTOOLCHAIN", "local")
        .env_remove("GOFLAGS");
    let needs = "Go 1.23 or newer (Debian: golang-go) and a way to the module proxy";
    prepare(&mut build, needs);
    program
}
