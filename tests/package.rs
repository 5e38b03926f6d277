//! The CMake package of `bindings/c`: built, installed, moved elsewhere, and used by a project from outside in every way
//! there is; the headers it installs, compiled by all compilers and standards they are for; and the examples of both, with
//! those in Rust, which do the same.

#[path = "package/directories.rs"]
mod directories;
#[path = "package/machines.rs"]
mod machines;
mod support;

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use alioss::{Bucket, Config, Options};
use oss_local::{ACCESS_KEY_ID, ACCESS_KEY_SECRET, Action, Rule, Server};
use support::package::{binding, cargo_directory, cmake, define, install, pkg_config, words};
use support::{Scheme, check_syntax, environment, root, scratch, server, succeed, tool};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The name that the library is loaded by: before 1.0 a minor version may break programs.
const SONAME: &str = match env!("CARGO_PKG_VERSION_MAJOR").as_bytes() {
    b"0" => concat!("libalioss.so.0.", env!("CARGO_PKG_VERSION_MINOR")),
    _ => concat!("libalioss.so.", env!("CARGO_PKG_VERSION_MAJOR")),
};

/// Compiles the project's programs with what pkg-config says.
fn compile(directory: &Path, flags: &[OsString]) -> [PathBuf; 2] {
    [("cc", "gcc", "app.c"), ("c++", "g++", "app.cpp")].map(|(compiler, package, source)| {
        let program = directory.join(source.replace('.', "-"));
        let mut arguments = vec![binding().join("tests/outside").join(source).into()];
        arguments.push("-o".into());
        arguments.push(program.clone().into());
        arguments.extend_from_slice(flags);
        tool(compiler, package, &arguments);
        program
    })
}

/// The programs that the project's CMakeLists.txt builds: shared and static, C and C++.
fn programs(build: &Path) -> [PathBuf; 4] {
    ["c-alioss", "cpp-alioss", "c-static", "cpp-static"].map(|name| build.join(name))
}

/// Runs a program of the project against a server of its own.
fn check_program(program: &Path, library_path: Option<&Path>) {
    let server = server();
    let mut variables = environment(&server, Scheme::Http);
    variables.push(("OSS_BUCKET".to_owned(), "outside".to_owned()));
    if let Some(path) = library_path {
        let path = path.to_str().unwrap().to_owned();
        variables.push(("LD_LIBRARY_PATH".to_owned(), path));
    }
    let said = succeed(&[program], &[], &variables);
    assert_eq!(said, format!("alioss {VERSION}: hello\n"));
}

/// Whether a program needs the shared library, by the name it is loaded by.
fn is_linked_dynamically(program: &Path) -> bool {
    let dynamic = tool("readelf", "binutils", &[Path::new("-dW"), program]);
    let needed = dynamic.lines().filter(|line| line.contains("(NEEDED)"));
    let alioss: Vec<&str> = needed.filter(|line| line.contains("alioss")).collect();
    for line in &alioss {
        assert!(line.ends_with(&format!("[{SONAME}]")), "{line}");
    }
    !alioss.is_empty()
}

/// The global symbols that a library defines.
fn symbols(library: &Path, dynamic: bool) -> Vec<String> {
    let mut arguments = words(&["--extern-only", "--defined-only", "--format=posix"]);
    if dynamic {
        arguments.push("--dynamic".into());
    }
    arguments.push(library.into());
    let listed = tool("nm", "binutils", &arguments);
    let mut names: Vec<String> = listed
        .lines()
        .filter(|line| !line.ends_with(':'))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

fn ledger() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("tests/symbols.txt")).unwrap();
    let mut names: Vec<String> = text
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| word.starts_with("oss_"))
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

#[test]
fn installs_and_serves_projects_from_outside() {
    let outside = binding().join("tests/outside");
    let prefix = install("prefix", &[]);
    let libdir = prefix.join("lib");

    // What is installed.
    let mut headers = vec![
        ("oss.h".to_owned(), root().join("include/oss.h")),
        ("oss_options.h".to_owned(), binding().join("oss_options.h")),
        ("oss.hpp".to_owned(), binding().join("oss.hpp")),
    ];
    headers.extend(parts_of_oss_hpp().map(|name| {
        let source = binding().join(&name);
        (name, source)
    }));
    for (name, source) in headers {
        let installed = std::fs::read(prefix.join("include").join(&name)).unwrap();
        assert!(
            installed == std::fs::read(source).unwrap(),
            "{name} differs"
        );
    }
    let link = |name: &str| std::fs::read_link(libdir.join(name)).unwrap();
    let file = format!("libalioss.so.{VERSION}");
    assert_eq!(link("libalioss.so"), Path::new(SONAME));
    assert_eq!(link(SONAME), Path::new(&file));
    let shared = libdir.join(&file);
    let dynamic = tool("readelf", "binutils", &[Path::new("-dW"), &shared]);
    assert!(
        dynamic.contains(&format!("soname: [{SONAME}]")),
        "{dynamic}"
    );
    assert_eq!(symbols(&shared, true), ledger());
    // Nothing of Rust shows in the archive either, so that it can be linked beside another one.
    assert_eq!(symbols(&libdir.join("libalioss.a"), false), ledger());

    // The command line program, which runs from anywhere, and its completion.
    let said = succeed(&[prefix.join("bin/ossctl")], &["--version"], &[]);
    assert_eq!(said, format!("ossctl {VERSION}\n"));
    let completion = prefix.join("share/bash-completion/completions/ossctl");
    assert!(
        std::fs::read_to_string(completion)
            .unwrap()
            .contains("complete -F _ossctl ossctl")
    );

    // pkg-config, shared.
    let directory = scratch("pkg-config");
    let flags = pkg_config(&libdir, &["--cflags", "--libs"]);
    for program in compile(&directory, &flags) {
        assert!(is_linked_dynamically(&program));
        check_program(&program, Some(&libdir));
    }

    // find_package, both libraries. The prefix is where it was moved to.
    let build = scratch("find-package");
    cmake(&outside, &build, &[define("CMAKE_PREFIX_PATH", &prefix)]);
    for program in programs(&build) {
        let name = program.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(is_linked_dynamically(&program), name.ends_with("-alioss"));
        check_program(&program, None);
    }

    // A version that is not this one.
    let refused = Command::new("cmake")
        .arg("-S")
        .arg(&outside)
        .arg("-B")
        .arg(scratch("other-version"))
        .arg(define("CMAKE_PREFIX_PATH", &prefix))
        .arg("-DWANTED_VERSION=0.99")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("alioss"),
        "{said}"
    );
}

/// An installation with the archive alone, in another library directory, for `pkg-config --static`.
#[test]
fn installs_the_archive_alone() {
    let archive_only = [
        "-DALIOSS_SHARED=OFF",
        "-DCMAKE_INSTALL_LIBDIR=lib/some/where",
    ];
    let prefix = install("static-prefix", &words(&archive_only));
    let libdir = prefix.join("lib/some/where");
    let shared = std::fs::read_dir(&libdir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .find(|name| name.contains(".so"));
    assert_eq!(shared, None);
    let directory = scratch("pkg-config-static");
    let flags = pkg_config(&libdir, &["--static", "--cflags", "--libs"]);
    for program in compile(&directory, &flags) {
        assert!(!is_linked_dynamically(&program));
        check_program(&program, None);
    }
}

/// A project that takes the directory in, as FetchContent does.
#[test]
fn can_be_a_part_of_another_project() {
    let build = scratch("add-subdirectory");
    let definitions = [define("ALIOSS_SOURCE", binding()), cargo_directory()];
    cmake(&binding().join("tests/outside"), &build, &definitions);
    for program in programs(&build) {
        check_program(&program, None);
    }
}

/// The headers that `oss.hpp` is made of, as paths below `bindings/c`.
fn parts_of_oss_hpp() -> impl Iterator<Item = String> {
    let parts = std::fs::read_dir(binding().join("oss")).unwrap();
    parts.map(|part| format!("oss/{}", part.unwrap().file_name().to_string_lossy()))
}

/// As warnings are errors here, so that no project that includes the headers gets any.
#[test]
fn headers_compile_alone_and_twice() {
    let directory = scratch("headers");
    let parts: Vec<String> = parts_of_oss_hpp().collect();
    let parts = parts
        .iter()
        .map(|part| (part.as_str(), "cpp", &["c++17"][..]));
    let headers = [
        ("oss_options.h", "c", &["c99", "c11", "c17", "c2x"][..]),
        ("oss_options.h", "cpp", &["c++11", "c++17", "c++20"][..]),
        ("oss.hpp", "cpp", &["c++17", "c++20"][..]),
    ];
    for (header, suffix, standards) in headers.into_iter().chain(parts) {
        for times in [1, 2] {
            let name = header.replace('/', "-");
            let source = directory.join(format!("{times}-{name}.{suffix}"));
            let include = binding().join(header);
            let line = format!("#include \"{}\"\n", include.display());
            let text = format!("{}int unit;\n", line.repeat(times));
            std::fs::write(&source, text).unwrap();
            for standard in standards {
                for (c, cxx) in [("gcc", "g++"), ("clang", "clang++")] {
                    let compiler = if suffix == "c" { c } else { cxx };
                    let package = if cxx == "g++" { compiler } else { "clang" };
                    check_syntax(compiler, package, standard, &source);
                }
            }
        }
    }
}

/// Compiles an example with all warnings.
fn example(source: &str) -> PathBuf {
    let program = scratch(&source.replace('/', "-")).join("program");
    let path = format!("examples/{source}");
    match source.ends_with(".rs") {
        true => support::compile_rust(&path, &program),
        false => compile_native(&path, &program),
    }
    program
}

/// Compiles C or C++ in two standards, of which the last is what runs.
fn compile_native(source: &str, program: &Path) {
    let library = support::library();
    let (compilers, standards) = match source.ends_with(".c") {
        true => ([("clang", "clang"), ("cc", "gcc")], &["c17", "c99"][..]),
        false => (
            [("clang++", "clang"), ("c++", "g++")],
            &["c++20", "c++17"][..],
        ),
    };
    for (compiler, package) in compilers {
        for standard in standards {
            let mut arguments = words(&[&format!("-std={standard}"), "-pthread", "-g"]);
            arguments.extend(words(&support::WARNINGS));
            for directory in [root().join("include"), binding()] {
                arguments.push("-I".into());
                arguments.push(directory.into());
            }
            arguments.push(root().join(source).into());
            arguments.push("-o".into());
            arguments.push(program.into());
            arguments.push("-L".into());
            arguments.push(library.directory.clone().into());
            arguments.push("-lalioss".into());
            arguments.push(support::rpath());
            tool(compiler, package, &arguments);
        }
    }
}

/// Variables for an example that uses `bucket`, which exists; over HTTPS, as users would.
fn variables(server: &Server, bucket: &str) -> Vec<(String, String)> {
    let mut variables = environment(server, Scheme::Https);
    variables.push(("OSS_BUCKET".to_owned(), bucket.to_owned()));
    open(server, bucket).put_bucket(&Options::new()).unwrap();
    variables
}

/// The way to a bucket for what the examples find and leave there.
fn open(server: &Server, bucket: &str) -> Bucket {
    let mut config = Config::new();
    config
        .endpoint(&server.endpoint())
        .region(server.region())
        .keys(ACCESS_KEY_ID, ACCESS_KEY_SECRET, None);
    Bucket::new(&config, bucket).unwrap()
}

fn content(server: &Server, bucket: &str, key: &str) -> Vec<u8> {
    let mut body = Vec::new();
    let mut object = open(server, bucket)
        .get_object(key, &Options::new())
        .unwrap();
    object.read_to_end(&mut body).unwrap();
    body
}

#[test]
fn quickstart_examples() {
    for source in ["cpp/quickstart.cpp", "rust/quickstart.rs"] {
        let server = server();
        let mut variables = environment(&server, Scheme::Https);
        variables.push(("OSS_BUCKET".to_owned(), "quickstart".to_owned()));
        let said = succeed(&[example(source)], &[], &variables);
        for expected in [
            "notes/hello.txt 12 bytes",
            "Hello, OSS!",
            "missing.txt: NoSuchKey, 404",
        ] {
            assert!(said.contains(expected), "{source}: {said}");
        }
        let seen: Vec<String> = server.requests().into_iter().map(|r| r.operation).collect();
        // A bucket that exists is left alone.
        let expected = [
            "GetBucketAcl",
            "PutBucket",
            "PutObject",
            "ListObjectsV2",
            "GetObject",
            "HeadObject",
            "DeleteObject",
            "DeleteBucket",
        ];
        assert_eq!(seen, expected, "{source}");
    }
}

#[test]
fn operations_example() {
    let server = server();
    let variables = variables(&server, "operations");
    let said = succeed(&[example("cpp/operations.cpp")], &[], &variables);
    let expected = "in oss-cn-hangzhou, private\n\
        tour/big has 450000 bytes in 3 parts\n\
        tag project = tour\ntag keep = no\nACL private\nthe link leads to tour/big\n\
        3 rows, older than 30: ann\n\
        23 bytes by a presigned URL\na form of 5 fields and more\n\
        1 rule, expires after 1 day\n\
        deleted tour/big\ndeleted tour/copy\ndeleted tour/link\ndeleted tour/people.csv\n\
        is there: false\n";
    assert_eq!(said, expected);
}

#[test]
fn init_options_examples() {
    for source in [
        "c/init_options.c",
        "cpp/init_options.cpp",
        "rust/init_options.rs",
    ] {
        let server = server();
        let variables = variables(&server, "options");
        server.clear_requests();
        let said = succeed(&[example(source)], &[], &variables);
        assert_eq!(said, "stored, x-oss-meta-from: example\n", "{source}");
        let seen = server.requests();
        let put = &seen[0];
        let agent = put.header("user-agent").unwrap_or_default();
        assert!(agent.ends_with("/init-options"), "{source}: {agent}");
        assert_eq!(
            put.header("x-oss-traffic-limit"),
            Some("100000000"),
            "{source}"
        );
        assert_eq!(seen.len(), 2, "{source}");
        // The session was used, and one connection was enough.
        assert_eq!(seen[0].connection, seen[1].connection, "{source}");
    }
}

#[test]
fn stream_upload_examples() {
    for source in [
        "c/stream_upload.c",
        "cpp/stream_upload.cpp",
        "rust/stream_upload.rs",
    ] {
        let server = server();
        let variables = variables(&server, "streams");
        let body: Vec<u8> = (0..1_000_000).map(|index| (index % 253) as u8).collect();
        let mut child = Command::new(example(source))
            .arg("from/stdin.bin")
            .envs(variables)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(&body).unwrap();
        drop(input);
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{source}");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            said.starts_with("from/stdin.bin: 1000000 bytes, CRC-64 "),
            "{source}: {said}"
        );
        assert!(
            content(&server, "streams", "from/stdin.bin") == body,
            "{source}"
        );
    }
}

#[test]
fn download_progress_examples() {
    for source in [
        "c/download_progress.c",
        "cpp/download_progress.cpp",
        "rust/download_progress.rs",
    ] {
        let program = example(source);
        let server = server();
        let variables = variables(&server, "downloads");
        let body: Vec<u8> = (0..2_000_000).map(|index| (index % 253) as u8).collect();
        let bucket = open(&server, "downloads");
        bucket.put_object("a.bin", &body, &Options::new()).unwrap();
        let directory = scratch("downloads");
        let file = directory.join("a.bin");
        let path = file.to_str().unwrap();
        // All but the first have their own time limit as third argument.
        let limit = |seconds| {
            if source.starts_with("c/") {
                None
            } else {
                Some(seconds)
            }
        };

        let mut arguments = vec!["a.bin", path];
        arguments.extend(limit("60"));
        let said = succeed(&[&program], &arguments, &variables);
        assert!(
            said.contains("100 %  2000000 of 2000000 bytes"),
            "{source}: {said}"
        );
        assert!(said.ends_with("is there\n"), "{source}: {said}");
        assert!(std::fs::read(&file).unwrap() == body, "{source}");
        std::fs::remove_file(&file).unwrap();

        // A connection that goes silent, and somebody who does not want to wait.
        server.inject(
            Rule::new(Action::StallResponse {
                after_bytes: 1_500_000,
            })
            .method("GET"),
        );
        let mut arguments = vec!["a.bin", path];
        arguments.extend(limit("2"));
        let mut child = Command::new(&program)
            .args(arguments)
            .envs(variables)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        assert!(first.contains("of 2000000 bytes"), "{source}: {first}");
        if limit("").is_none() {
            let interrupt = ["-s", "INT", &child.id().to_string()].map(str::to_owned);
            tool("kill", "procps", &interrupt);
        }
        let began = Instant::now();
        let last = lines.map(Result::unwrap).last().unwrap();
        assert_eq!(last, "stopped, nothing is left", "{source}");
        assert!(!child.wait().unwrap().success(), "{source}");
        assert!(began.elapsed() < Duration::from_secs(30), "{source}");
        let left = std::fs::read_dir(&directory).unwrap().count();
        assert_eq!(left, 0, "{source}: something was left");
    }
}
