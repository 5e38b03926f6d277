//! `oss.hpp` and what it promises beyond `oss.h`: nothing that compiles and dangles, no warnings, however the files of a program
//! are compiled. The programs below `tests/cpp` run with sanitizers, and so do the conformance runners in C++.

mod support;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use oss_local::{Action, Rule, Server, Status};
use support::{
    SANITIZED, Scheme, WARNINGS, environment, joined, library, root, rpath, scratch, server,
    succeed, tool,
};

/// The compilers, with the packages to install.
const COMPILERS: [(&str, &str); 2] = [("g++", "g++"), ("clang++", "clang")];
const STANDARDS: [&str; 3] = ["-std=c++17", "-std=c++20", "-std=c++2b"];
const EXCEPTIONS: [&str; 2] = ["-fexceptions", "-fno-exceptions"];

/// Runs a compiler on a source below `tests/cpp`, with all warnings as errors.
fn compile(compiler: &str, flags: &[&str], source: &str, after: &[OsString]) {
    let package = COMPILERS
        .into_iter()
        .find_map(|(name, package)| (name == compiler).then_some(package));
    let mut arguments: Vec<OsString> = WARNINGS.map(OsString::from).into();
    arguments.extend(["-Wshadow", "-Wconversion", "-pthread"].map(OsString::from));
    if compiler == "g++" {
        arguments.push("-Wuseless-cast".into());
    }
    arguments.extend(flags.iter().map(OsString::from));
    arguments.push(joined("-I", root().join("include")));
    arguments.push(joined("-I", root().join("bindings/c")));
    arguments.push(root().join("tests/cpp").join(source).into());
    arguments.extend_from_slice(after);
    tool(compiler, package.unwrap_or(compiler), &arguments);
}

/// `-o FILE`
fn output(file: &Path) -> Vec<OsString> {
    vec!["-o".into(), file.into()]
}

/// What links a program with the library of this test.
fn linked() -> Vec<OsString> {
    vec![
        joined("-L", &library().directory),
        "-lalioss".into(),
        rpath(),
    ]
}

/// A program of one source that notices its wrong accesses.
fn sanitized(compiler: &str, flags: &[&str], source: &str, name: &str) -> PathBuf {
    let program = scratch(name).join("program");
    let flags = [flags, &SANITIZED[..], &["-g"][..]].concat();
    compile(
        compiler,
        &flags,
        source,
        &[output(&program), linked()].concat(),
    );
    program
}

/// Runs a program that takes a bucket, and `more`.
fn run(program: &Path, server: &Server, more: &[&str]) {
    let arguments = [&["examplebucket"][..], more].concat();
    succeed(&[program], &arguments, &environment(server, Scheme::Http));
}

/// Designated initialisers of `oss_options.h` are there from C++20 on.
#[test]
fn compiles_without_warnings_in_every_standard() {
    let check = |compiler, flags: [&str; 2]| {
        compile(compiler, &flags, "rules.cpp", &["-fsyntax-only".into()])
    };
    for standard in STANDARDS {
        for exceptions in EXCEPTIONS {
            check("g++", [standard, exceptions]);
        }
    }
    check("clang++", ["-std=c++17", "-fno-exceptions"]);
    check("clang++", ["-std=c++2b", "-fexceptions"]);
    check("g++", ["-std=c++17", "-fno-rtti"]);
}

#[test]
fn what_it_gives_belongs_to_who_got_it() {
    for (compiler, flags) in [
        ("g++", ["-std=c++17", "-fno-exceptions"]),
        ("clang++", ["-std=c++20", "-fexceptions"]),
    ] {
        let name = format!("ownership-{compiler}");
        let program = sanitized(compiler, &flags, "ownership.cpp", &name);
        run(&program, &server(), &[]);
    }
}

#[test]
fn callbacks_throw_where_they_stand_and_streams_begin_again() {
    for (compiler, standard) in [("g++", "-std=c++2b"), ("clang++", "-std=c++17")] {
        let name = format!("callbacks-{compiler}");
        let program = sanitized(compiler, &[standard], "callbacks.cpp", &name);
        let server = server();
        for key in [
            "thrown",
            "file-1",
            "file300000",
            "memory",
            "one",
            "two",
            "three",
            "elsewhere0",
            "elsewhere1",
            "elsewhere2",
            "elsewhere3",
            "elsewhere4",
            "elsewhere5",
        ] {
            let unavailable = Action::Status(Status::new(503, "ServiceUnavailable"));
            let rule = Rule::new(unavailable).key_prefix(format!("again/{key}"));
            server.inject(rule.method("PUT"));
        }
        let directory = scratch(&format!("files-{compiler}"));
        run(&program, &server, &[directory.to_str().unwrap()]);
    }
}

#[test]
fn what_is_given_is_taken_before_another_thread_has_the_call() {
    for (compiler, flags) in [
        ("g++", ["-std=c++17", "-fno-exceptions"]),
        ("clang++", ["-std=c++20", "-fexceptions"]),
    ] {
        let name = format!("answers-{compiler}");
        let program = sanitized(compiler, &flags, "answers.cpp", &name);
        let directory = scratch(&format!("answers-files-{compiler}"));
        run(&program, &server(), &[directory.to_str().unwrap()]);
    }
}

#[test]
fn streams_that_cannot_give_or_take_their_bytes_are_failures() {
    for (compiler, flags) in [
        ("g++", ["-std=c++17", "-fno-exceptions", "-fno-rtti"]),
        ("clang++", ["-std=c++20", "-fexceptions", "-frtti"]),
    ] {
        let name = format!("streams-{compiler}");
        let program = sanitized(compiler, &flags, "streams.cpp", &name);
        let directory = scratch(&format!("streams-files-{compiler}"));
        run(&program, &server(), &[directory.to_str().unwrap()]);
    }
}

#[test]
fn large_files_and_streams_are_transferred_in_parts() {
    for (compiler, flags) in [
        ("g++", ["-std=c++17", "-fno-exceptions"]),
        ("clang++", ["-std=c++20", "-fexceptions"]),
    ] {
        let name = format!("transfers-{compiler}");
        let program = sanitized(compiler, &flags, "transfers.cpp", &name);
        let directory = scratch(&format!("transfers-files-{compiler}"));
        run(&program, &server(), &[directory.to_str().unwrap()]);
    }
}

#[test]
fn settings_of_a_bucket_are_structs() {
    let program = sanitized("g++", &["-std=c++17"], "settings.cpp", "settings");
    run(&program, &server(), &[]);
}

/// Files with and without exceptions and RTTI: by the order in which they are linked, the linker takes shared functions from one or
/// from another.
#[test]
fn files_of_all_kinds_make_one_program() {
    let directory = scratch("mixed");
    let kinds = [
        ["-fexceptions", "-frtti"],
        ["-fno-exceptions", "-frtti"],
        ["-fexceptions", "-fno-rtti"],
    ];
    let objects: Vec<PathBuf> = kinds
        .into_iter()
        .map(|kind| {
            let object = directory.join(format!("file{}.o", kind.concat()));
            let flags = [&["-std=c++17", "-O0", "-c"][..], &kind].concat();
            compile("g++", &flags, "mixed_file.cpp", &output(&object));
            object
        })
        .collect();
    for order in [[0, 1, 2], [1, 0, 2], [2, 0, 1]] {
        let program = directory.join(format!("program{order:?}"));
        let mut after: Vec<OsString> = order
            .iter()
            .map(|index| objects[*index].clone().into())
            .collect();
        after.extend([output(&program), linked()].concat());
        compile("g++", &["-std=c++17"], "mixed_main.cpp", &after);
        let said = succeed(&[&program], &[], &environment(&server(), Scheme::Http));
        let line = "content 7 key OSS_NOT_FOUND\n";
        assert_eq!(said, line.repeat(3), "{order:?}");
    }
}

/// A plugin that uses it goes when it is unloaded: symbols of the kind "unique" would keep it for ever.
#[test]
fn a_plugin_can_be_unloaded() {
    let directory = scratch("plugin");
    let host = directory.join("host");
    let after = [output(&host), vec!["-ldl".into()]].concat();
    compile("g++", &["-std=c++17"], "host.cpp", &after);
    for optimization in ["-O0", "-O2"] {
        let plugin = directory.join(format!("plugin{optimization}.so"));
        let flags = ["-std=c++17", optimization, "-shared", "-fPIC"];
        let after = [output(&plugin), linked()].concat();
        compile("g++", &flags, "plugin.cpp", &after);
        let symbols = tool("nm", "binutils", &[Path::new("-C"), &plugin]);
        let unique: Vec<&str> = symbols
            .lines()
            .filter(|line| line.contains(" u "))
            .collect();
        assert!(unique.is_empty(), "{optimization}: {unique:#?}");
        succeed(
            &[&host, &plugin],
            &[],
            &environment(&server(), Scheme::Http),
        );
    }
}
