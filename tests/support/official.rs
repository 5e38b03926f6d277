//! What makes the programs in `tests/official` ready: packages of registries, compilers.

use std::path::PathBuf;
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
