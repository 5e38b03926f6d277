//! Which machine the package is built for: the C compiler says it where it is certain, and what does not go together is refused
//! before anything is built. Nothing is built here either.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::support::package::{configure, define};
use crate::support::scratch;

const CLANG: [&str; 4] = [
    "-DCMAKE_C_COMPILER=clang",
    "-DCMAKE_C_COMPILER_TARGET=aarch64-linux-gnu",
    // Programs could not be linked by the linker of this machine.
    "-DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY",
    "-DALIOSS_PRELINK=OFF",
];

/// What cargo will be called with, one word each.
fn settings(build: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(build.join("settings")).unwrap();
    text.trim().split(';').map(str::to_owned).collect()
}

fn cached(build: &Path, name: &str) -> String {
    let text = std::fs::read_to_string(build.join("CMakeCache.txt")).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with(&format!("{name}:")))
        .unwrap();
    line.split_once('=').unwrap().1.to_owned()
}

/// A C compiler that is this machine's, with arguments before all others.
fn compiler(directory: &Path, arguments: &str) -> PathBuf {
    program(directory, &format!("exec cc {arguments} \"$@\""))
}

fn program(directory: &Path, command: &str) -> PathBuf {
    let file = directory.join("program");
    std::fs::write(&file, format!("#!/bin/sh\n{command}\n")).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    file
}

/// A C compiler for musl, as far as it can be asked: the header that tells it stands in for its own.
fn compiler_for_musl(directory: &Path) -> PathBuf {
    let include = directory.join("include/sys");
    std::fs::create_dir_all(&include).unwrap();
    std::fs::write(include.join("types.h"), "#define __DEFINED_size_t\n").unwrap();
    let include = directory.join("include");
    compiler(directory, &format!("-nostdinc -I{}", include.display()))
}

#[test]
fn the_target_is_that_of_the_c_compiler() {
    let rows: [(&[&str], &[&str]); 6] = [
        (&[], &[]),
        (
            &["-DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc"],
            &["--target", "aarch64-unknown-linux-gnu"],
        ),
        (
            &[
                "-DCMAKE_SYSTEM_NAME=Linux",
                "-DCMAKE_SYSTEM_PROCESSOR=arm64",
                "-DCMAKE_C_COMPILER=aarch64-linux-gnu-gcc",
            ],
            &["--target", "aarch64-unknown-linux-gnu"],
        ),
        (
            &[
                "-DCMAKE_SYSTEM_NAME=Linux",
                "-DCMAKE_SYSTEM_PROCESSOR=armv7",
                "-DCMAKE_C_COMPILER=arm-linux-gnueabihf-gcc",
                "-DCMAKE_C_FLAGS=-O2 -mfpu=neon",
            ],
            &[
                "--target",
                "armv7-unknown-linux-gnueabihf",
                "link-arg=-mfpu=neon",
                "CFLAGS_armv7_unknown_linux_gnueabihf=-mfpu=neon ",
            ],
        ),
        (
            &CLANG,
            &[
                "--target",
                "aarch64-unknown-linux-gnu",
                "link-arg=--target=aarch64-linux-gnu",
                "CFLAGS_aarch64_unknown_linux_gnu=--target=aarch64-linux-gnu ",
            ],
        ),
        // Without a compiler for it: cargo has to know a linker.
        (
            &[
                "-DALIOSS_TARGET=s390x-unknown-linux-gnu",
                "-DALIOSS_PRELINK=OFF",
            ],
            &["--target", "s390x-unknown-linux-gnu"],
        ),
    ];
    for (definitions, expected) in rows {
        let build = scratch("machines");
        configure(&build, definitions, &[]).unwrap();
        let settings = settings(&build);
        for word in expected {
            assert!(
                settings.iter().any(|one| one == word),
                "{definitions:?}: no {word} in {settings:?}"
            );
        }
        let has_target = settings.iter().any(|word| word == "--target");
        assert_eq!(has_target, !expected.is_empty(), "{definitions:?}");
        let compiler = definitions
            .iter()
            .find_map(|one| one.strip_prefix("-DCMAKE_C_COMPILER="));
        let served = settings.iter().any(|word| word.contains("_LINKER="));
        assert_eq!(served, compiler.is_some(), "{definitions:?}");
    }
}

/// Cargo's own variable, which would make it build in another place than CMake looks.
#[test]
fn the_target_may_be_that_of_cargo() {
    let build = scratch("machines-cargo");
    let target = "s390x-unknown-linux-gnu";
    configure(
        &build,
        &["-DALIOSS_PRELINK=OFF"],
        &[("CARGO_BUILD_TARGET", target)],
    )
    .unwrap();
    assert_eq!(cached(&build, "ALIOSS_TARGET"), target);
    assert!(settings(&build).contains(&"--unset=CARGO_BUILD_TARGET".to_owned()));
}

#[test]
fn for_musl_there_is_a_shared_library_if_the_c_compiler_is_for_musl() {
    let target = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    let compiler = define(
        "CMAKE_C_COMPILER",
        compiler_for_musl(&scratch("machines-musl-compiler")),
    );
    let option = "-Ctarget-feature=-crt-static";
    let build = scratch("machines-musl");
    configure(&build, &[&compiler], &[]).unwrap();
    let config = format!("target.{target}.rustflags='{option}'");
    for word in [&target, &config, "cdylib,staticlib"] {
        assert!(
            settings(&build).iter().any(|one| one == word),
            "{word}: {:?}",
            settings(&build)
        );
    }
    // Cargo takes no other flags where this variable is set.
    let build = scratch("machines-musl-flags");
    configure(&build, &[&compiler], &[("RUSTFLAGS", "-Copt-level=1")]).unwrap();
    let flags = format!("RUSTFLAGS=-Copt-level=1 {option}");
    assert!(settings(&build).contains(&flags), "{:?}", settings(&build));

    let build = scratch("machines-musl-archive");
    configure(&build, &[define("ALIOSS_TARGET", &target)], &[]).unwrap();
    assert_eq!(cached(&build, "ALIOSS_SHARED"), "OFF");
    assert!(
        settings(&build).contains(&"staticlib".to_owned()),
        "{:?}",
        settings(&build)
    );
}

/// Each row: definitions, and what CMake says of them.
#[test]
fn what_would_be_a_library_for_another_machine_is_refused() {
    let unknown = compiler(
        &scratch("machines-compiler"),
        "-U__x86_64__ -U__aarch64__ -D__mips__",
    );
    let unknown = format!("-DCMAKE_C_COMPILER={}", unknown.display());
    let linux = "-DCMAKE_SYSTEM_NAME=Linux";
    let linker = program(
        &scratch("machines-linker"),
        "echo --force-group-allocation supported targets: another",
    );
    let linker = format!("-DCMAKE_LINKER={}", linker.display());
    let this_machine = format!(" of {}-unknown-linux-", std::env::consts::ARCH);
    let rows: [(&[&str], &str); 8] = [
        (&[&linker], &this_machine),
        (
            &[
                linux,
                "-DCMAKE_SYSTEM_PROCESSOR=armv8.3",
                "-DCMAKE_C_COMPILER=arm-linux-gnueabihf-gcc",
            ],
            "-gcc is for armv7-unknown-linux-gnueabihf: set CMAKE_C_COMPILER to one for that processor, or name the Rust target",
        ),
        (
            &[linux, "-DCMAKE_SYSTEM_PROCESSOR=s390x"],
            "ALIOSS_TARGET: CMAKE_SYSTEM_PROCESSOR is s390x, and the C compiler",
        ),
        (
            &[&unknown],
            "and it is not certain which Rust target it is for (CMAKE_SYSTEM_NAME Linux,",
        ),
        (
            &["-DCMAKE_SYSTEM_NAME=Generic"],
            "and it is not certain which Rust target it is for (CMAKE_SYSTEM_NAME Generic,",
        ),
        (
            &[
                "-DALIOSS_TARGET=aarch64-unknown-linux-gnu",
                "-DCMAKE_C_COMPILER=arm-linux-gnueabihf-gcc",
            ],
            "-gcc is for armv7-unknown-linux-gnueabihf: leave ALIOSS_TARGET out to build for that, or set CMAKE_C_COMPILER",
        ),
        (
            &[
                "-DALIOSS_TARGET=armv7-unknown-linux-musleabihf",
                "-DALIOSS_SHARED=ON",
            ],
            "ALIOSS_SHARED: for musl the shared library needs a C compiler for musl, and",
        ),
        (
            &["-DALIOSS_TARGET=s390x-unknown-linux-gnu"],
            "which does not know elf64-s390 of s390x-unknown-linux-gnu: set it to the one for that, or turn ALIOSS_PRELINK off",
        ),
    ];
    for (definitions, reason) in rows {
        let said = configure(&scratch("machines-refused"), definitions, &[]).unwrap_err();
        assert!(said.contains(reason), "{definitions:?}: {said}");
    }
}
