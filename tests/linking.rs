//! The installed library, linked in the ways that break: beside another archive made with Rust, without any shared library, and
//! for another system.

mod support;

use std::ffi::OsString;
use std::path::Path;

use support::package::{binding, install, pkg_config, words};
use support::{Scheme, environment, root, run, scratch, server, succeed, tool};

/// What links a program with the archive, as it is installed.
fn static_flags(name: &str) -> Vec<OsString> {
    let prefix = install(name, &words(&["-DALIOSS_SHARED=OFF"]));
    pkg_config(&prefix.join("lib"), &["--static", "--cflags", "--libs"])
}

/// Both have the standard library of Rust in them. Whichever comes first, each has to find its own, and its own way to handle
/// panics; what is printed would be the message of a panic.
#[test]
fn two_rust_archives_make_one_program_in_both_orders() {
    let directory = scratch("two-archives");
    let second = directory.join("libsecond.a");
    let mut arguments = words(&[
        "--edition=2024",
        "--crate-type=staticlib",
        "-Cpanic=unwind",
        "-o",
    ]);
    arguments.push(second.clone().into());
    arguments.push(root().join("tests/linking/second.rs").into());
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    tool(&rustc, "rustc", &arguments);

    let alioss = static_flags("two-archives-prefix");
    let second = vec![second.into_os_string()];
    for (name, archives) in [
        (
            "alioss-first",
            [alioss.clone(), second.clone(), alioss.clone()],
        ),
        ("second-first", [second.clone(), alioss.clone(), second]),
    ] {
        let program = directory.join(name);
        let mut arguments = words(&["-o"]);
        arguments.push(program.clone().into());
        arguments.push(root().join("tests/linking/two_archives.c").into());
        arguments.extend(archives.concat());
        tool("cc", "gcc", &arguments);
        let output = run(&[&program], &[], &[]);
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(said, "alioss: OSS_BUG, second: 1\n", "{name}: {output:?}");
        assert!(output.status.success(), "{name}: {output:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{name}");
    }
}

#[test]
fn a_program_can_be_static_as_a_whole() {
    let flags = static_flags("all-static-prefix");
    let directory = scratch("all-static");
    for (compiler, package, source) in [("cc", "gcc", "app.c"), ("c++", "g++", "app.cpp")] {
        let program = directory.join(compiler);
        let mut arguments = words(&["-static", "-o"]);
        arguments.push(program.clone().into());
        arguments.push(binding().join("tests/outside").join(source).into());
        arguments.extend_from_slice(&flags);
        tool(compiler, package, &arguments);
        let headers = tool("readelf", "binutils", &[Path::new("-lW"), &program]);
        assert!(!headers.contains("INTERP"), "{headers}");
        let server = server();
        let mut variables = environment(&server, Scheme::Http);
        variables.push(("OSS_BUCKET".to_owned(), "static".to_owned()));
        let said = succeed(&[&program], &[], &variables);
        assert!(said.ends_with(": hello\n"), "{said}");
    }
}

/// Nothing runs here; what a Windows program needs is at least there, and has no warnings.
#[test]
fn windows_compiles() {
    let target = "x86_64-pc-windows-gnu";
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let library = tool(
        &rustc,
        "rustc",
        &["--print", "target-libdir", "--target", target],
    );
    assert!(
        Path::new(library.trim()).is_dir(),
        "the target is missing; run: rustup target add {target}"
    );
    // The cryptography of ring is partly in C.
    tool(
        "x86_64-w64-mingw32-gcc",
        "gcc-mingw-w64-x86-64",
        &["--version"],
    );
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut arguments = words(&["check", "--lib", "--quiet", "--locked", "--target", target]);
    arguments.push("--manifest-path".into());
    arguments.push(root().join("Cargo.toml").into());
    arguments.push("--target-dir".into());
    arguments.push(
        Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("windows")
            .into(),
    );
    arguments.extend(words(&["--config", "build.rustflags=[\"-Dwarnings\"]"]));
    tool(&cargo, "cargo", &arguments);
}
