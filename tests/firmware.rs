//! What firmware is promised: one line of CMake builds the profile `smallest` for this machine and for another one, its library
//! stays below the sizes that bindings/c/README.md names, and programs from outside use what is installed.

mod support;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use support::package::{binding, cmake, configure, define, install, pkg_config, words};
use support::{Scheme, environment, root, scratch, server, succeed, tool};

/// How much more than recorded is taken for noise of other compilers.
const MARGIN: f64 = 1.03;

/// What a camera needs, as CMake has lists.
const CAMERA: &str = "-DALIOSS_FEATURES=tls;builtin-roots";

/// The machine of cameras, and its C compiler, which serves cargo, too.
const ARM: &str = "-DALIOSS_TARGET=armv7-unknown-linux-gnueabihf";
const ARM_COMPILER: &str = "-DCMAKE_C_COMPILER=arm-linux-gnueabihf-gcc";

/// The library in the least flash, installed. Its builds are kept from run to run.
fn installed(name: &str, definitions: &[&str]) -> PathBuf {
    let cargo = Path::new(env!("CARGO_TARGET_TMPDIR")).join("firmware-cargo");
    let mut all = words(&["-DALIOSS_PROFILE=smallest"]);
    all.push(define("ALIOSS_CARGO_TARGET_DIR", cargo));
    all.extend(words(definitions));
    install(name, &all)
}

/// `most` is the goal that no change may cross; `recorded` is what the library had (rustc 1.95).
fn check_size(prefix: &Path, recorded: u64, most: u64) {
    let file = prefix.join("lib/libalioss.so");
    let size = file.metadata().unwrap().len();
    println!("{}: {size} bytes, recorded {recorded}", file.display());
    let most = most.min((recorded as f64 * MARGIN) as u64);
    assert!(
        size <= most,
        "libalioss.so has {size} bytes; {most} are allowed, and {recorded} were recorded. If what was added is worth it, \
         record it in tests/firmware.rs and measure anew: tests/sizes"
    );
}

/// A program of C with what is installed, its arguments after the source.
fn compile(compiler: &str, source: &str, program: &Path, prefix: &Path, more: &[OsString]) {
    let mut arguments = words(&["-std=gnu99", "-pthread"]);
    arguments.push(root().join(source).into());
    for directory in [prefix.join("include"), root().join("tests/c")] {
        arguments.extend(["-I".into(), directory.into()]);
    }
    arguments.extend(["-o".into(), program.into()]);
    arguments.extend_from_slice(more);
    tool(compiler, "gcc", &arguments);
}

fn check_camera(command: &[OsString]) {
    let server = server();
    for scheme in [Scheme::Http, Scheme::Https] {
        let said = succeed(command, &[], &environment(&server, scheme));
        assert_eq!(said, "done\n", "{scheme:?} {command:?}");
    }
}

#[test]
fn a_line_of_cmake_builds_the_library_of_a_camera_in_1_5_mb() {
    let prefix = installed("camera", &[CAMERA]);
    check_size(&prefix, 1_458_256, 1_500_000);

    // Shared and static, in C and C++.
    let build = scratch("firmware-outside");
    let outside = binding().join("tests/outside");
    cmake(&outside, &build, &[define("CMAKE_PREFIX_PATH", &prefix)]);
    let server = server();
    for program in ["c-alioss", "c-static", "cpp-alioss", "cpp-static"] {
        let mut variables = environment(&server, Scheme::Http);
        variables.push(("OSS_BUCKET".to_owned(), "outside".to_owned()));
        let said = succeed(&[build.join(program)], &[], &variables);
        assert!(said.ends_with(": hello\n"), "{program}: {said}");
    }
    let program = scratch("firmware-camera").join("camera");
    let flags = pkg_config(&prefix.join("lib"), &["--static", "--libs"]);
    let mut archive = words(&["-static", "-s"]);
    archive.push(prefix.join("lib/libalioss.a").into());
    archive.extend(flags.into_iter().filter(|flag| flag != "-lalioss"));
    compile("cc", "tests/small/camera.c", &program, &prefix, &archive);
    check_camera(&[program.into()]);
}

#[test]
fn without_tls_it_has_0_6_mb() {
    let prefix = installed("without-tls", &["-DALIOSS_FEATURES="]);
    check_size(&prefix, 581_808, 600_000);
}

#[test]
fn for_armv7_it_has_1_2_mb_and_runs() {
    let prefix = installed("armv7", &[CAMERA, ARM, ARM_COMPILER]);
    check_size(&prefix, 1_074_752, 1_200_000);
    let program = scratch("firmware-armv7").join("camera");
    let mut archive = words(&["-static", "-s"]);
    archive.push(prefix.join("lib/libalioss.a").into());
    archive.extend(words(&["-lpthread", "-ldl", "-lm"]));
    let compiler = "arm-linux-gnueabihf-gcc";
    compile(
        compiler,
        "tests/small/camera.c",
        &program,
        &prefix,
        &archive,
    );
    check_camera(&["qemu-arm".into(), program.into()]);
}

/// Each row: definitions that do not go together, and what CMake says of them.
#[test]
fn what_cannot_be_built_is_refused_with_its_reason() {
    for (definitions, reason) in [
        (
            &["-DALIOSS_PROFILE=tiny"][..],
            "ALIOSS_PROFILE: there is no \"tiny\"; it may be release, small or smallest",
        ),
        (
            &[CAMERA, "-DALIOSS_OSSCTL=ON"],
            "ALIOSS_OSSCTL: the program needs all parts of the library",
        ),
        (
            &["-DALIOSS_FEATURES=tls;wings"],
            "ALIOSS_FEATURES: there is no \"wings\"; there are builtin-roots, credentials, documents, proxy, select, tls, \
             transfers, v1",
        ),
    ] {
        let said = configure(&scratch("firmware-refused"), definitions, &[]).unwrap_err();
        assert!(said.contains(reason), "{definitions:?}: {said}");
    }
}
