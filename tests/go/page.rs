//! The page of the Go binding, and the module as somebody else has it.

use super::*;

/// A program of what the page shows. Each piece is a function, which ends where something fails.
fn page_as_program(endpoint: &str) -> String {
    let pieces = support::snippets("bindings/go/README.md", "go");
    assert_eq!(pieces.len(), 6);
    let mut program = String::from(
        "package main\n\nimport (\n\t\"context\"\n\t\"fmt\"\n\t\"io\"\n\t\"log\"\n\t\"strings\"\n\t\"time\"\n\n\
         \toss \"alioss/bindings/go\"\n)\n\n",
    );
    let mut calls = String::new();
    for (index, piece) in pieces.iter().enumerate() {
        // The first makes the bucket that the others have.
        let bucket = if index == 0 { "_" } else { "bucket" };
        program += &format!(
            "func piece{index}(ctx context.Context, {bucket} *oss.Bucket) (err error) {{\n"
        );
        let mut assigns = false;
        for line in piece.lines().filter(|line| !line.starts_with("import ")) {
            program += &line.replace("Region: ", &format!("Endpoint: \"{endpoint}\", Region: "));
            program += "\n";
            if !line.starts_with(['\t', '}']) {
                assigns = line.contains("err = ") || line.contains("err := ");
            }
            if assigns && line.ends_with(')') {
                program += "if err != nil { return err }\n";
                assigns = false;
            }
        }
        program += "return err\n}\n\n";
        calls += &format!(
            "if err := piece{index}(context.Background(), bucket); err != nil {{ log.Fatal({index}, err) }}\n"
        );
    }
    program
        + &format!(
            "func main() {{\nbucket, err := oss.NewBucket(\"examplebucket\", \
             oss.Options{{Endpoint: \"{endpoint}\", Region: \"cn-hangzhou\"}})\n\
             if err != nil {{ log.Fatal(err) }}\n_, _ = io.Discard, time.Second\n{calls}}}\n"
        )
}

#[test]
fn go_pieces_of_the_page() {
    let _turn = alone();
    let server = server();
    let bucket =
        alioss::Bucket::new(&support::config(&server.endpoint()), "examplebucket").unwrap();
    bucket.put_bucket(&Default::default()).unwrap();
    let directory = scratch("page");
    std::fs::write(
        directory.join("main.go"),
        page_as_program(&server.endpoint()),
    )
    .unwrap();
    let module = format!(
        "module page\n\ngo 1.23\n\nrequire alioss/bindings/go v0.0.0\n\nreplace alioss/bindings/go => {}\n",
        binding().display()
    );
    std::fs::write(directory.join("go.mod"), module).unwrap();
    succeed(go("go", &directory).args(["build", "-o", "page", "."]));
    let said = succeed(&mut examples_command(&directory.join("page"), &server));
    assert_eq!(
        said,
        "greeting.txt 5 <nil>\ntrue 1\nthe same: true\npayer: Requester\n"
    );
}

/// What the page of a module links to, unless it is on the web, has to be in the module.
fn check_links(module: &Path) {
    let page = std::fs::read_to_string(module.join("README.md")).unwrap();
    for file in support::links(&page) {
        assert!(
            !file.starts_with("..") && module.join(file).exists(),
            "the page links to {file}, which is not in the module"
        );
    }
}

/// The module that brings the library along, as its users get it: from a proxy, with one tag, without cargo or pkg-config.
#[test]
fn go_module_from_outside() {
    const MODULE: &str = "example.com/alioss";
    let _turn = alone();
    let directory = scratch("module");
    // A version is one content for ever: go keeps the list of its files outside of the module cache, by the path alone.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let version = format!("v0.1.0-{}", now.as_nanos());
    let version = version.as_str();
    // Where tests/package.rs builds: link-time optimization takes minutes.
    let cargo = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package-cargo");
    let release = |arguments: &[&str]| {
        let mut command = Command::new(binding().join("release"));
        command
            .args(arguments)
            .env("ALIOSS_CARGO_TARGET_DIR", &cargo);
        command
    };
    let made = directory.to_str().unwrap();
    for (wrong, reason) in [
        ([MODULE, "0.1.0", made], "is not a version of Go"),
        (["alioss", version, made], "is not a path that go get"),
    ] {
        let output = release(&wrong).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(reason), "{said}");
    }
    succeed(&mut release(&[MODULE, version, made]));
    check_links(&directory.join("module"));
    // What is linked in is given away, too.
    let licenses = std::fs::read_to_string(directory.join("module/licenses.txt")).unwrap();
    assert!(licenses.contains("\nrustls "), "{licenses:.200}");

    let outside = directory.join("outside");
    std::fs::create_dir(&outside).unwrap();
    let example = examples().join("quickstart/main.go");
    let source = std::fs::read_to_string(example).unwrap();
    std::fs::write(
        outside.join("main.go"),
        source.replace("alioss/bindings/go", MODULE),
    )
    .unwrap();
    std::fs::write(outside.join("go.mod"), "module outside\n\ngo 1.23\n").unwrap();
    let outside_go = |arguments: &[&str]| {
        let mut command = go("go", &outside);
        command
            .args(arguments)
            .env("GOPROXY", format!("file://{made}/proxy"))
            .env("GONOSUMDB", MODULE)
            .env("GOMODCACHE", directory.join("cache"))
            .env("GOFLAGS", "-modcacherw")
            .env("PKG_CONFIG", "/bin/false")
            .env_remove("PKG_CONFIG_PATH");
        succeed(&mut command)
    };
    outside_go(&["get", &format!("{MODULE}@{version}")]);
    outside_go(&["build", "-tags", "bundled", "-o", "fetched", "."]);
    outside_go(&["mod", "vendor"]);
    outside_go(&[
        "build",
        "-mod=vendor",
        "-tags",
        "bundled",
        "-o",
        "vendored",
        ".",
    ]);

    let server = server();
    let bucket = alioss::Bucket::new(&support::config(&server.endpoint()), "go-examples").unwrap();
    bucket.put_bucket(&Default::default()).unwrap();
    for program in ["fetched", "vendored"] {
        let said = succeed(&mut examples_command(&outside.join(program), &server));
        assert!(said.ends_with("fetched hello\n"), "{said}");
    }
}
