//! What the pages show works as it is printed: every piece of C and C++ is compiled and run against the local server.
//! `tests/go.rs` and `tests/csharp.rs` do the same for their languages.

mod support;

use std::path::{Path, PathBuf};

use oss_local::{Options, Server};
use support::{
    Linking, Scheme, compile_file, environment, links, root, scratch, snippets, start, succeed,
};

/// Where the pages expect the server, as `cargo run -p oss-local` starts it.
const ADDRESS: &str = "localhost:9000";

/// The server at the address that the pages name; somebody else's may be there already, then at another.
fn server() -> Server {
    let options = Options {
        http_addr: "127.0.0.1:9000".parse().unwrap(),
        ..Options::default()
    };
    Server::start(options).unwrap_or_else(|_| start(Options::default()))
}

/// Compiles a program and runs it; what it prints.
fn run(code: &str, name: &str, standard: &str, server: &Server, directory: &Path) -> String {
    let source = directory.join(name);
    let code = code
        .replace(ADDRESS, &format!("localhost:{}", server.http_port()))
        .replace("\"/tmp/", &format!("\"{}/", directory.display()));
    std::fs::write(&source, code).unwrap();
    let includes: [PathBuf; 1] = [root().join("bindings/c")];
    let program = compile_file(&source, standard, Linking::Shared, &includes);
    succeed(&[program], &[], &environment(server, Scheme::Http))
}

fn first_program() -> String {
    let mut snippets = snippets("README.md", "c");
    snippets.remove(0)
}

/// The first program with `pieces` after the upload, as the pages say.
fn continued(pieces: &[String]) -> String {
    let end = "    oss_call_free(call);\n";
    let program = first_program();
    assert_eq!(program.matches(end).count(), 1, "{program}");
    // Indented like what is around it, else compilers take that for a mistake.
    let pieces: String = pieces
        .concat()
        .lines()
        .map(|line| format!("    {line}\n"))
        .collect();
    let program = program.replace(end, &format!("{pieces}{end}"));
    format!("#define _POSIX_C_SOURCE 200809L\n#include <stdlib.h>\n#include <string.h>\n{program}")
}

#[test]
fn the_first_program_says_what_it_did() {
    let (server, directory) = (server(), scratch("first"));
    for _ in 0..2 {
        let said = run(&first_program(), "first.c", "c99", &server, &directory);
        assert!(said.starts_with("stored hello.txt: ETag \""), "{said}");
        assert!(!said.trim_end().ends_with("request id"), "{said}");
    }
}

#[test]
fn the_pieces_of_the_readme_go_on_in_it() {
    let (server, directory) = (server(), scratch("pieces"));
    let pieces = snippets("README.md", "c");
    let said = run(
        &continued(&pieces[1..]),
        "pieces.c",
        "c99",
        &server,
        &directory,
    );
    for words in ["NoSuchKey, request id ", "\nhello.txt\n"] {
        assert!(said.contains(words), "no {words:?} in {said}");
    }
}

#[test]
fn the_pieces_of_c_work_one_by_one() {
    let (server, directory) = (server(), scratch("c"));
    std::fs::write(directory.join("big.bin"), vec![7; 250_000]).unwrap();
    std::fs::create_dir(directory.join("data")).unwrap();
    std::fs::write(directory.join("data/a"), "a").unwrap();
    let pieces = snippets("bindings/c/README.md", "c");
    assert_eq!(pieces.len(), 7);
    let words = [
        "x-oss-signature=",
        "",
        "",
        "a.txt is deleted\nb.txt is deleted\n",
        "1 sent, 0 unchanged, 0 deleted\n",
        "NoSuchLifecycle",
        "1 rule, 30 days\n",
    ];
    for (index, (piece, words)) in pieces.iter().zip(words).enumerate() {
        let name = format!("piece{index}.c");
        let said = run(
            &continued(std::slice::from_ref(piece)),
            &name,
            "c99",
            &server,
            &directory,
        );
        assert!(said.contains(words), "no {words:?} in {said}");
    }
    let config = support::config(&server.endpoint());
    let bucket = alioss::Bucket::new(&config, "examplebucket").unwrap();
    let stored = |key| {
        bucket
            .head_object(key, &alioss::Options::new())
            .unwrap()
            .content_length()
    };
    assert_eq!(stored("big.bin"), Some(250_000));
    assert_eq!(stored("app.log"), Some(8));
}

#[test]
fn the_program_in_cplusplus_works() {
    let (server, directory) = (server(), scratch("cpp"));
    let programs = snippets("bindings/c/README.md", "cpp");
    assert_eq!(programs.len(), 1);
    let said = run(&programs[0], "program.cpp", "c++17", &server, &directory);
    assert_eq!(
        said,
        "logs/today.txt\nall is well\nlogs/yesterday.txt: NoSuchKey\nversioning: Enabled\n"
    );
}

#[test]
fn the_readme_is_short() {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    assert!(
        text.lines().count() <= 200,
        "{} lines",
        text.lines().count()
    );
}

/// Pages name files that exist.
#[test]
fn links_lead_somewhere() {
    let pages = [
        "README.md",
        "CONTRIBUTING.md",
        "bindings/README.md",
        "bindings/MIGRATING.md",
        "bindings/c/README.md",
        "bindings/go/README.md",
        "bindings/csharp/README.md",
        "tests/README.md",
        "tests/conformance/README.md",
    ];
    for page in pages {
        let path = root().join(page);
        let text = std::fs::read_to_string(&path).unwrap();
        for file in links(&text) {
            assert!(path.parent().unwrap().join(file).exists(), "{page}: {file}");
        }
    }
}
