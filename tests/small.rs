//! The library of firmware: the profile `small` with what a camera needs. How large it is, what it exports, what it says of
//! the parts that it lacks, and that it works on bare systems: without files, with a clock of 1970, little stack and memory,
//! and only the system calls that bindings/c/README.md lists.

mod support;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use support::package::words;
use support::{Scheme, environment, joined, preload, root, run, scratch, server, succeed, tool};

/// How much more than recorded is taken for noise of other compilers.
const MARGIN: f64 = 1.03;

/// A build: its features, and the bytes of `libalioss.so` that were recorded for it (x86-64, rustc 1.95).
struct Build {
    name: &'static str,
    features: &'static str,
    recorded: u64,
    built: OnceLock<()>,
}

static CAMERA: Build = Build {
    name: "camera",
    features: "builtin-roots,tls",
    recorded: 2_099_864,
    built: OnceLock::new(),
};

static WITHOUT_TLS: Build = Build {
    name: "without-tls",
    features: "",
    recorded: 1_037_728,
    built: OnceLock::new(),
};

/// The directory with `libalioss.so` and `libalioss.a` of that build. Each has a place of its own: cargo gives both files the
/// same name.
fn library(build: &Build) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("small-{}", build.name));
    let cargo = || {
        let mut arguments = words(&[
            "rustc",
            "--quiet",
            "--locked",
            "--profile",
            "small",
            "--lib",
        ]);
        arguments.extend(words(&[
            "--crate-type",
            "cdylib,staticlib",
            "--no-default-features",
        ]));
        arguments.extend(words(&["--features", build.features, "--manifest-path"]));
        arguments.push(root().join("Cargo.toml").into());
        arguments.push("--target-dir".into());
        arguments.push(target.clone().into());
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        tool(&cargo, "cargo", &arguments);
    };
    build.built.get_or_init(cargo);
    target.join("small")
}

/// `tests/small/camera.c` with that build, as a whole program or with the shared library.
fn camera(build: &Build, directory: &Path, is_static: bool) -> PathBuf {
    let library = library(build);
    let program = directory.join("camera");
    let mut arguments = words(&[
        "-std=gnu99",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-pthread",
        "-I",
    ]);
    arguments.push(root().join("include").into());
    arguments.push(joined("-I", root().join("tests/c")));
    arguments.push(root().join("tests/small/camera.c").into());
    arguments.push("-o".into());
    arguments.push(program.clone().into());
    if is_static {
        arguments.extend(words(&["-static", "-s"]));
        arguments.push(library.join("libalioss.a").into());
        arguments.extend(words(&["-lm"]));
    } else {
        arguments.push(joined("-L", &library));
        arguments.push("-lalioss".into());
        arguments.push(joined("-Wl,--disable-new-dtags,-rpath,", &library));
    }
    tool("cc", "gcc", &arguments);
    program
}

fn check_size(build: &Build) {
    let file = library(build).join("libalioss.so");
    let size = file.metadata().unwrap().len();
    println!("{}: {size} bytes, recorded {}", build.name, build.recorded);
    let most = (build.recorded as f64 * MARGIN) as u64;
    assert!(
        !cfg!(target_arch = "x86_64") || size <= most,
        "libalioss.so with the features {:?} has {size} bytes, and {} were recorded. If what was added is worth \
         it, record it in tests/small.rs and measure anew: tests/sizes",
        build.features,
        build.recorded
    );
}

#[test]
fn the_library_of_a_camera_does_not_grow() {
    check_size(&CAMERA);
}

#[test]
fn without_tls_it_is_smaller_still_and_https_is_refused() {
    check_size(&WITHOUT_TLS);
    let program = camera(&WITHOUT_TLS, &scratch("without-tls"), false);
    let server = server();
    for scheme in [Scheme::Http, Scheme::Https] {
        succeed(&[&program], &[], &environment(&server, scheme));
    }
}

/// The functions of a part that is left out are not there: programs that call them do not link, and cost no bytes.
#[test]
fn what_is_left_out_is_not_exported() {
    let file = library(&CAMERA).join("libalioss.so");
    let nm = tool(
        "nm",
        "binutils",
        &words_and(&["-D", "--defined-only"], &file),
    );
    let exported: BTreeSet<&str> = nm
        .lines()
        .filter_map(|line| line.split(' ').nth(2))
        .collect();
    let text = std::fs::read_to_string(root().join("tests/symbols.txt")).unwrap();
    let ledger = text.lines().filter_map(|line| line.split(' ').next());
    let left_out = left_out();
    let expected: BTreeSet<&str> = ledger.filter(|name| !left_out.contains(*name)).collect();
    assert_eq!(exported, expected);
    for name in [
        "oss_upload_file",
        "oss_invoke",
        "oss_select_object",
        "oss_writer_open",
    ] {
        assert!(left_out.contains(name), "{name}");
    }
}

/// The functions in the files of `src/ffi` that have a feature of their own.
fn left_out() -> BTreeSet<String> {
    let directory = root().join("src/ffi");
    let modules = std::fs::read_to_string(directory.join("mod.rs")).unwrap();
    let lines: Vec<&str> = modules.lines().collect();
    let mut names = BTreeSet::new();
    for pair in lines
        .windows(2)
        .filter(|pair| pair[0].starts_with("#[cfg(feature"))
    {
        let module = pair[1].trim_start_matches("mod ").trim_end_matches(';');
        let source = std::fs::read_to_string(directory.join(module).with_extension("rs")).unwrap();
        let functions = source.split("extern \"C\" fn ").skip(1);
        names.extend(functions.filter_map(|rest| Some(rest.split_once('(')?.0.to_owned())));
    }
    names
}

fn words_and(before: &[&str], path: &Path) -> Vec<OsString> {
    let mut arguments = words(before);
    arguments.push(path.into());
    arguments
}

fn now() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap().as_secs().to_string()
}

/// Each row: what is scarce, and the words that tell `camera.c`.
#[test]
fn it_works_with_little_stack_memory_and_few_system_calls() {
    let program = camera(&CAMERA, &scratch("scarce"), false);
    let server = server();
    for (scarce, word) in [
        ("nothing", None),
        ("stack: 48 KiB", Some("stack=49152")),
        ("memory: 64 MB", Some("memory=67108864")),
        ("system calls", Some("seccomp")),
    ] {
        let arguments: Vec<&str> = word.into_iter().collect();
        for scheme in [Scheme::Http, Scheme::Https] {
            println!("{scarce}, {scheme:?}");
            let said = succeed(&[&program], &arguments, &environment(&server, scheme));
            assert_eq!(said, "done\n", "{scarce}, {scheme:?}");
        }
    }
}

/// Nothing can be opened then, so that there is no CA either; the standard library would end in a panic.
#[test]
fn a_system_without_random_numbers_is_named() {
    let directory = scratch("no-random");
    let program = camera(&CAMERA, &directory, true);
    let variables = environment(&server(), Scheme::Http);
    assert_eq!(succeed(&[&program], &["no-random"], &variables), "done\n");
}

/// Over http the service's clock is taken after the first refusal; certificates need a time that is right.
#[test]
fn a_clock_of_1970_is_replaced_by_that_of_the_program() {
    let directory = scratch("clock");
    let program = camera(&CAMERA, &directory, false);
    let server = server();
    let clock = format!("clock={}", now());
    for (scheme, word) in [
        (Scheme::Http, None),
        (Scheme::Https, Some("1970")),
        (Scheme::Https, Some(clock.as_str())),
    ] {
        let mut variables = environment(&server, scheme);
        variables.push(preload("tests/small/clock.c", &directory));
        let arguments: Vec<&str> = word.into_iter().collect();
        let said = succeed(&[&program], &arguments, &variables);
        assert_eq!(said, "done\n", "{scheme:?} {word:?}");
    }
}

/// musl's old function, which Rust calls, fails then. What asks instead is compiled alone: that takes seconds.
#[test]
fn machines_of_32_bits_know_the_time_after_2038() {
    let directory = scratch("year-2039");
    let target = "i686-unknown-linux-musl";
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let manifest = root().join("Cargo.toml");
    let mut arguments = words_and(
        &["build", "--quiet", "--locked", "--manifest-path"],
        &manifest,
    );
    arguments.extend(words(&["-p", "libc", "--target", target, "--target-dir"]));
    arguments.push(directory.clone().into());
    tool(&cargo, "cargo", &arguments);
    let built = directory.join(target).join("debug/deps");
    let program = directory.join("program");
    let mut arguments = words(&[
        "--edition=2024",
        "--target",
        target,
        "-Clinker=rust-lld",
        "-L",
    ]);
    arguments.push(built.clone().into());
    // The standard library has one of that name, too.
    let is_libc = |file: &PathBuf| file.to_string_lossy().ends_with(".rlib");
    let files = std::fs::read_dir(&built).unwrap();
    let libc = files.map(|file| file.unwrap().path()).find(is_libc);
    arguments.extend(["--extern".into(), joined("libc=", libc.unwrap())]);
    arguments.extend(["-o".into(), program.clone().into()]);
    arguments.push(root().join("tests/small/year_2039.rs").into());
    tool(&rustc, "rustc", &arguments);
    // 2039, 2106 after the end of 32 bits without a sign, and today.
    for seconds in ["2195763475", "4320000000", "1800000000"] {
        let variables = [
            preload("tests/small/clock.c", &directory),
            ("CLOCK_SECONDS".to_owned(), seconds.to_owned()),
        ];
        let command: [OsString; 2] = ["qemu-i386".into(), program.clone().into()];
        let said = succeed(&command, &[], &variables);
        assert_eq!(said.trim(), seconds);
    }
}

/// A root that holds a program and a CA, and nothing else: no /etc, /proc, /dev, /tmp, no HOME, nothing that can be written.
#[test]
fn nothing_of_a_system_is_needed_but_the_kernel() {
    let directory = scratch("bare");
    let program = camera(&CAMERA, &directory, true);
    let headers = tool("readelf", "binutils", &words_and(&["-lW"], &program));
    assert!(!headers.contains("INTERP"), "{headers}");
    let server = server();
    std::fs::copy(server.ca_file(), directory.join("ca.pem")).unwrap();
    // Where the kernel gives namespaces to root alone, it has to be root.
    let mut unshare = words(&["--mount"]);
    if !is_root() {
        unshare.push("--map-root-user".into());
    }
    if !Command::new("unshare")
        .args(&unshare)
        .arg("true")
        .status()
        .unwrap()
        .success()
    {
        return support::not_checked(
            "a bare root, which needs root or namespaces of users (unshare --map-root-user fails)",
        );
    }
    let script = "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && exec chroot \"$0\" /camera";
    for scheme in [Scheme::Http, Scheme::Https] {
        let mut command: Vec<OsString> = vec!["unshare".into()];
        command.extend(unshare.iter().cloned());
        command.extend(words(&["env", "-u", "HOME", "sh", "-c", script]));
        command.push(directory.clone().into());
        let mut variables = environment(&server, scheme);
        for (name, value) in &mut variables {
            if name == "OSS_CA_FILE" {
                *value = "/ca.pem".to_owned();
            }
        }
        let output = run(&command, &[], &variables);
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said == "done\n",
            "{scheme:?}: {output:?}"
        );
    }
}

fn is_root() -> bool {
    tool("id", "coreutils", &["-u"]).trim() == "0"
}

/// What the library asks of libc and the compiler's runtime. One more may be one that another libc lacks.
#[test]
fn it_asks_nothing_of_libc_that_is_not_listed() {
    let file = library(&CAMERA).join("libalioss.so");
    let nm = tool(
        "nm",
        "binutils",
        &words_and(&["-D", "--undefined-only"], &file),
    );
    let name = |line: &str| {
        line.split_whitespace()
            .last()
            .unwrap_or_default()
            .split('@')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let asked: BTreeSet<String> = nm.lines().map(name).collect();
    let list = root().join("tests/small/libc.txt");
    if std::env::var_os("UPDATE").is_some() {
        let lines: String = asked.iter().map(|name| format!("{name}\n")).collect();
        std::fs::write(&list, lines).unwrap();
    }
    let text = std::fs::read_to_string(list).unwrap();
    let listed: BTreeSet<String> = text.lines().map(str::to_owned).collect();
    let new: Vec<&String> = asked.difference(&listed).collect();
    assert!(
        new.is_empty(),
        "not in tests/small/libc.txt: {new:?}; if they are worth it: UPDATE=1 cargo test --test small libc"
    );
}

/// The page names the calls that the filter lets through.
#[test]
fn the_page_lists_the_system_calls() {
    let source = std::fs::read_to_string(root().join("tests/small/seccomp.h")).unwrap();
    let own = source.find("/* the program's own").unwrap();
    let calls = source[..own].split("        ALLOW(").skip(1);
    let calls: Vec<&str> = calls
        .filter_map(|rest| Some(rest.split_once(')')?.0))
        .collect();
    assert!(calls.len() > 20, "{calls:?}");
    let page = std::fs::read_to_string(root().join("bindings/c/README.md")).unwrap();
    let list = format!("`{}`", calls.join("` `"));
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        line(&page).contains(&list),
        "bindings/c/README.md lacks this list: {list}"
    );
}
