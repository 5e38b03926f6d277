//! How the program gets onto a machine: the script that makes a release, and `cargo install` from a folder and from a
//! repository. All three build without optimization here, which is what takes the time of a release.

#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> PathBuf {
    let server = Path::new(env!("CARGO_MANIFEST_DIR"));
    server.join("../..").canonicalize().unwrap()
}

fn place() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("installed")
}

/// A home for cargo with all that the usual one has, but for copies of repositories: those would stay there.
fn home() -> PathBuf {
    let usual = std::env::var_os("CARGO_HOME").map_or_else(
        || Path::new(&std::env::var_os("HOME").unwrap()).join(".cargo"),
        PathBuf::from,
    );
    let home = place().join("home");
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(&home).unwrap();
    for entry in fs::read_dir(usual).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "git" {
            std::os::unix::fs::symlink(entry.path(), home.join(entry.file_name())).unwrap();
        }
    }
    home
}

/// Runs to its end; gives what it wrote.
fn run(command: &mut Command) -> String {
    let output = command
        .current_dir(root())
        .env("CARGO_TARGET_DIR", place())
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Runs without the program that loads libraries, and without any library.
fn assert_static(binary: &Path) {
    let headers = run(Command::new("readelf").args(["-lW"]).arg(binary));
    assert!(!headers.contains("INTERP"), "{headers}");
    assert!(headers.contains("LOAD"), "{headers}");
}

#[test]
fn a_script_makes_one_static_binary_and_cargo_installs_the_program() {
    let said = run(Command::new("tests/server/release.sh").env_remove("RUSTFLAGS"));
    let binary = PathBuf::from(said.trim());
    assert_static(&binary);
    let version = format!("oss-local {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(run(Command::new(&binary).arg("--version")), version);

    // For the same platform most of what they need is there already.
    let target = binary.parent().unwrap().parent().unwrap().file_name();
    let target = target.unwrap().to_str().unwrap();
    let home = home();
    let from_repository = format!("file://{}", root().display());
    for source in [
        &["--path", "tests/server"][..],
        &["--git", &from_repository, "oss-local"],
    ] {
        let into = place().join("root");
        let _ = fs::remove_dir_all(&into);
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(["install", "--quiet", "--locked", "--target", target])
            .args(source)
            .arg("--root")
            .arg(&into)
            .env("CARGO_HOME", &home)
            .env(format!("CC_{}", target.replace('-', "_")), "gcc");
        run(&mut cargo);
        let installed = into.join("bin/oss-local");
        assert_eq!(run(Command::new(installed).arg("--version")), version);
    }
}
