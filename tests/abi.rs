//! What the shared library shows to the linker: exactly the functions of the header, each in the ledger `tests/symbols.txt`
//! with the version that brought it, and no need of anything but the C library.

mod support;

use std::collections::BTreeSet;

use support::{Linking, compile, library, null_arguments, root, tool};

const BINUTILS: &str = "binutils";

/// The lines of the ledger: function and version.
fn ledger() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join("tests/symbols.txt")).unwrap();
    text.lines()
        .map(|line| {
            let (name, version) = line
                .split_once(' ')
                .unwrap_or_else(|| panic!("tests/symbols.txt: {line:?} is not \"name version\""));
            (name.to_owned(), version.to_owned())
        })
        .collect()
}

fn names() -> BTreeSet<String> {
    ledger().into_iter().map(|(name, _)| name).collect()
}

/// Compares two sets so that a failure shows only what differs.
fn assert_same(what: &str, left: &BTreeSet<String>, right: &BTreeSet<String>) {
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| -> Vec<String> {
        a.difference(b).cloned().collect()
    };
    let (missing, surplus) = (only(right, left), only(left, right));
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "{what} and tests/symbols.txt differ: {surplus:?} is not in the ledger, {missing:?} is only there"
    );
}

fn number(version: &str) -> Vec<u64> {
    version
        .split('.')
        .map(|part| {
            part.parse()
                .unwrap_or_else(|_| panic!("{version:?} is no version"))
        })
        .collect()
}

#[test]
fn ledger_is_in_order() {
    let ledger = ledger();
    assert!(!ledger.is_empty());
    for pair in ledger.windows(2) {
        assert!(pair[0].0 < pair[1].0, "{:?} is out of order", pair[1].0);
    }
    for (name, version) in &ledger {
        assert!(name.starts_with("oss_"), "{name:?}");
        assert!(
            number(version) <= number(env!("CARGO_PKG_VERSION")),
            "{name} comes from the future: {version}"
        );
    }
}

#[test]
fn header_declares_what_the_ledger_lists() {
    let header = std::fs::read_to_string(root().join("include/oss.h")).unwrap();
    // Declarations begin with OSS_API and name the function before the first parenthesis.
    let declared: BTreeSet<String> = header
        .lines()
        .filter(|line| line.starts_with("OSS_API "))
        .filter_map(|line| line.split_once('(').map(|(before, _)| before))
        .filter_map(|before| before.rsplit([' ', '*']).next())
        .map(str::to_owned)
        .collect();
    assert_same("include/oss.h", &declared, &names());
}

#[test]
fn library_exports_what_the_ledger_lists() {
    let shared = library().shared.as_os_str();
    let table = tool(
        "nm",
        BINUTILS,
        &["-D".as_ref(), "--defined-only".as_ref(), shared],
    );
    let exported: BTreeSet<String> = table
        .lines()
        .filter_map(|line| line.split_whitespace().nth(2))
        .map(str::to_owned)
        .collect();
    assert_same("the shared library", &exported, &names());
}

/// A program that calls every function finds them all in the archive.
#[test]
fn archive_defines_what_the_ledger_lists() {
    let source = null_arguments();
    for name in names() {
        assert!(source.contains(&format!("{name}(")), "{name} is not called");
    }
    compile("tests/c/null_args.c", "c99", Linking::Static);
}

#[test]
fn library_needs_only_the_c_library() {
    let shared = library().shared.as_os_str();
    let table = tool("readelf", BINUTILS, &["-d".as_ref(), shared]);
    let needed: Vec<&str> = table
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .filter_map(|line| line.split_once('[')?.1.split_once(']'))
        .map(|(name, _)| name)
        .collect();
    assert!(!needed.is_empty(), "readelf shows nothing:\n{table}");
    for name in needed {
        // `ld-linux-x86-64.so.2` and the like is the C library's own loader.
        let stem = name.split(".so").next().unwrap_or(name);
        assert!(
            stem.starts_with("ld-linux")
                || ["libc", "libm", "libgcc_s", "libpthread", "libdl", "librt"].contains(&stem),
            "the library needs {name}"
        );
    }
}

/// Small machines (MIPS32, ARMv5) have no 64-bit atomics.
#[test]
fn sources_need_no_64_bit_atomics() {
    let mut folders = vec![root().join("src")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for name in ["AtomicI64", "AtomicU64"] {
                assert!(!text.contains(name), "{} uses {name}", path.display());
            }
            seen += usize::from(text.contains("AtomicBool"));
        }
    }
    assert!(seen > 0, "no source with an atomic was read at all");
}

/// What is left out leaves no crate behind that only it needs; tests/features.rs builds without it.
#[test]
fn parts_that_are_left_out_bring_no_crates() {
    let tree = |features: &[&str]| {
        let output = std::process::Command::new(env!("CARGO"))
            .args(["tree", "--edges", "normal", "--package", "alioss"])
            .args(features)
            .current_dir(root())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let (whole, least) = (tree(&[]), tree(&["--no-default-features"]));
    assert!(least.contains(" socket2 v"), "{least}");
    for name in ["ring", "rustls", "sha1", "ureq", "webpki-roots"] {
        let name = format!(" {name} v");
        assert!(
            whole.contains(&name) && !least.contains(&name),
            "{name}: {least}"
        );
    }
}
