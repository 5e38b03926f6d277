//! `include/oss.h` is what cbindgen makes of `src/ffi`. `UPDATE=1 cargo test --test header` rewrites it.

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of the C API in reading order, which is the order of their `mod` lines.
fn sources() -> Vec<PathBuf> {
    let folder = root().join("src/ffi");
    std::fs::read_to_string(folder.join("mod.rs"))
        .unwrap()
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .map(|name| folder.join(name).with_extension("rs"))
        .collect()
}

fn generate() -> String {
    let config = cbindgen::Config::from_file(root().join("src/ffi/cbindgen.toml")).unwrap();
    let mut builder = cbindgen::Builder::new().with_config(config);
    for source in sources() {
        builder = builder.with_src(source);
    }
    let mut header = Vec::new();
    builder.generate().unwrap().write(&mut header);
    String::from_utf8(header).unwrap()
}

#[test]
fn header_is_up_to_date() {
    let path = root().join("include/oss.h");
    let generated = generate();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &generated).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        generated == checked_in,
        "include/oss.h differs from src/ffi; `UPDATE=1 cargo test --test header` rewrites it"
    );
}

#[test]
fn header_has_the_version_of_the_package() {
    let header = std::fs::read_to_string(root().join("include/oss.h")).unwrap();
    for (part, value) in [
        ("MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        ("MINOR", env!("CARGO_PKG_VERSION_MINOR")),
        ("PATCH", env!("CARGO_PKG_VERSION_PATCH")),
    ] {
        let line = format!("#define OSS_VERSION_{part} {value}\n");
        assert!(header.contains(&line), "no {line:?} in include/oss.h");
    }
}
