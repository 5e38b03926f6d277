//! The C# binding on Mono and on CoreCLR: `bindings/csharp/build.sh` compiles the library, its tests, the conformance
//! runner, the examples and what the page shows, and each runtime runs them against the local server.

mod peer;
mod support;
#[path = "csharp/trimmed.rs"]
mod trimmed;
#[path = "csharp/web_app.rs"]
mod web_app;

// This test uses its part of the driver.
#[allow(dead_code)]
#[path = "conformance/driver/mod.rs"]
mod driver;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use driver::Runner;
use support::{Scheme, environment, library, root, scratch, server, succeed};

const RUNTIMES: [&str; 2] = ["run-mono", "run-coreclr"];

const RUNNERS: [Runner; 2] = [
    Runner {
        name: "csharp-mono",
        command: || conformance("run-mono"),
    },
    Runner {
        name: "csharp-coreclr",
        command: || conformance("run-coreclr"),
    },
];

/// The directory with the compiled programs and the launchers.
fn built() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let directory = scratch("csharp");
        let script = root().join("bindings/csharp/build.sh");
        let output = Command::new(&script)
            .arg(&directory)
            .arg(&library().shared)
            .arg(page_as_program(&directory))
            .output()
            .unwrap_or_else(|error| panic!("cannot run {}: {error}", script.display()));
        assert!(
            output.status.success(),
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        directory
    })
}

/// Where the film and the photo of the page lie: below the directory of the programs.
const PAGES_DIRECTORY: &str = "/home/me/";

/// A program of what the page shows, written below a directory. Each piece is a method.
fn page_as_program(directory: &Path) -> PathBuf {
    let pieces = support::snippets("bindings/csharp/README.md", "csharp");
    assert_eq!(pieces.len(), 5);
    let (mut methods, mut calls) = (String::new(), String::new());
    for (index, piece) in pieces.iter().enumerate() {
        let piece = piece
            .replace("using Alioss;\n", "")
            .replace(
                "Region = ",
                "Endpoint = Environment.GetEnvironmentVariable(\"OSS_ENDPOINT\"), Region = ",
            )
            .replace(PAGES_DIRECTORY, &format!("{}/", directory.display()));
        // The first makes the bucket that the others have.
        let bucket = if index == 0 { "_" } else { "bucket" };
        methods += &format!("static void Piece{index}(Bucket {bucket})\n{{\n{piece}}}\n");
        calls += &format!("Piece{index}(bucket);\n");
    }
    let file = directory.join("Page.cs");
    let program = format!(
        "using System;\nusing System.Collections.Generic;\nusing System.Text;\nusing Alioss;\n\
         internal static class Page\n{{\n{methods}static void Main()\n{{\n\
         var options = new OssOptions {{ Endpoint = Environment.GetEnvironmentVariable(\"OSS_ENDPOINT\"), \
         Region = \"cn-hangzhou\" }};\n\
         using (var bucket = new Bucket(options, \"examplebucket\"))\n{{\nbucket.PutBucket();\n\
         bucket.Invoke(\"PutBucketCors\", null, null, new CallOptions {{ Fields = {{ \
         [\"CORSRule.AllowedOrigin\"] = \"*\", [\"CORSRule.AllowedMethod\"] = \"GET\" }} }});\n{calls}}}\n}}\n}}\n"
    );
    std::fs::write(&file, program).unwrap();
    std::fs::write(directory.join("photo.jpg"), "photo\n").unwrap();
    std::fs::write(directory.join("film.mp4"), vec![7; 1_500_000]).unwrap();
    file
}

#[test]
fn pieces_of_the_page() {
    let words = [
        "photo\n",
        "verified: True, the same: True\n",
        "logs: 30 days\n",
        "payer: Requester\n",
    ];
    example("Page", Scheme::Http, &[], &words);
}

/// The runner of the conformance scenarios.
fn conformance(runtime: &str) -> Vec<OsString> {
    vec![built().join(runtime).into(), "Conformance".into()]
}

#[test]
fn conformance_on_mono() {
    driver::run_all(&RUNNERS, "csharp-mono");
}

#[test]
fn conformance_on_coreclr() {
    driver::run_all(&RUNNERS, "csharp-coreclr");
}

#[test]
fn conformance_of_defaults_that_take_a_minute() {
    driver::run_slow(&RUNNERS);
}

/// The classes that hold the binding's own tests.
const CLASSES: [&str; 21] = [
    "Everyday",
    "Failures",
    "Objects",
    "LocalFiles",
    "Operations",
    "Multipart",
    "Directories",
    "Providers",
    "Settings",
    "Concurrency",
    "Threads",
    "Stuck",
    "Domains",
    "Reads",
    "Idiom",
    "Listings",
    "Seeking",
    "Reentry",
    "Writers",
    "Surface",
    "Observed",
];

/// The binding's own tests; the program says how many there are.
fn passes_its_tests(runtime: &str) {
    let server = server();
    let mut variables = environment(&server, Scheme::Http);
    variables.push(("OSS_HTTPS_ENDPOINT".to_owned(), server.https_endpoint()));
    let ca_file = server.ca_file().to_string_lossy().into_owned();
    variables.push(("OSS_CA_FILE".to_owned(), ca_file));
    // The library reads these itself; the tests set them where they want them.
    variables.retain(|(name, _)| !name.starts_with("OSS_ACCESS_KEY"));
    let said = succeed(&[built().join(runtime)], &["Tests"], &variables);
    print!("{said}");
    let source = std::fs::read_to_string(root().join("bindings/csharp/tests/Program.cs")).unwrap();
    let (always, modern) = source
        .split_once("#if NET")
        .expect("tests for newer runtimes come last");
    let count = |text: &str| {
        text.lines()
            .filter(|line| {
                let name = line.trim().trim_end_matches(',');
                line.starts_with("        ")
                    && line.ends_with(',')
                    && name.split_once('.').is_some_and(|(class, test)| {
                        CLASSES.contains(&class) && test.chars().all(char::is_alphanumeric)
                    })
            })
            .count()
    };
    let least = count(always);
    assert!(least > 35, "{least} tests");
    let passed = [least, least + count(modern)];
    assert!(
        passed
            .iter()
            .any(|passed| said.ends_with(&format!(": {passed} passed, 0 failed\n"))),
        "not all {passed:?} tests were run"
    );
}

#[test]
fn tests_on_mono() {
    passes_its_tests("run-mono");
}

#[test]
fn tests_on_coreclr() {
    passes_its_tests("run-coreclr");
}

/// Runs an example on both runtimes, over both schemes where it takes a CA; what it says has to hold all of `words`.
fn example(name: &str, scheme: Scheme, arguments: &[&str], words: &[&str]) {
    for runtime in RUNTIMES {
        let server = server();
        let mut variables = environment(&server, scheme);
        variables.push(("OSS_BUCKET".to_owned(), "examplebucket".to_owned()));
        let mut all = vec![name];
        all.extend(arguments);
        let said = succeed(&[built().join(runtime)], &all, &variables);
        for word in words {
            assert!(
                said.contains(word),
                "{runtime} {name}: no {word:?} in\n{said}"
            );
        }
    }
}

#[test]
fn quickstart() {
    let words = ["Hello, OSS!", "hello.txt: 11 bytes, Standard"];
    example("Quickstart", Scheme::Http, &[], &words);
}

#[test]
fn init_options() {
    let words = [
        "request id ",
        "InvalidArgument: `attempts`: 1000 is out of range",
    ];
    example("InitOptions", Scheme::Https, &[], &words);
}

#[test]
fn stream_upload() {
    let file = scratch("stream-upload").join("numbers.txt");
    let text: String = (0..100_000).map(|number| format!("{number}\n")).collect();
    std::fs::write(&file, &text).unwrap();
    let length = format!("{} bytes came back", text.len());
    let words = ["stored, CRC-64 ", &length];
    example(
        "StreamUpload",
        Scheme::Http,
        &[file.to_str().unwrap()],
        &words,
    );
}

#[test]
fn download_progress() {
    let directory = scratch("download-progress");
    let content: Vec<u8> = (0..1_000_000u32).map(|index| (index % 251) as u8).collect();
    for runtime in RUNTIMES {
        let server = server();
        let mut config = alioss::Config::new();
        config.endpoint(&server.endpoint()).region("cn-hangzhou");
        config.keys(oss_local::ACCESS_KEY_ID, oss_local::ACCESS_KEY_SECRET, None);
        let bucket = alioss::Bucket::new(&config, "examplebucket").unwrap();
        let options = alioss::Options::new();
        bucket.put_bucket(&options).unwrap();
        bucket.put_object("large", &content, &options).unwrap();
        let mut variables = environment(&server, Scheme::Http);
        variables.push(("OSS_BUCKET".to_owned(), "examplebucket".to_owned()));
        let file = directory.join(runtime);
        let arguments = ["DownloadProgress", "large", file.to_str().unwrap()];
        let said = succeed(&[built().join(runtime)], &arguments, &variables);
        assert!(said.ends_with("[####################] 100 %\n"), "{said}");
        assert_eq!(std::fs::read(&file).unwrap(), content);
        // What fails is said, and the exit status says that it did.
        let arguments = ["DownloadProgress", "missing", file.to_str().unwrap()];
        let output = support::run(&[built().join(runtime)], &arguments, &variables);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(
            said.starts_with("NotFound: ") && said.contains("NoSuchKey"),
            "{said}"
        );
    }
}

/// All C# sources below a directory as one text.
fn sources(directory: &str) -> String {
    std::fs::read_dir(root().join(directory))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "cs"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

/// A header without its comments, which mention functions too.
fn without_comments(header: &str) -> String {
    header
        .lines()
        .filter(|line| !line.trim_start().starts_with("//") && !line.starts_with(" *"))
        .map(|line| format!("{line}\n"))
        .collect()
}

/// Functions with the number of their parameters: each name that begins with `oss_`, up to the closing parenthesis.
fn functions(text: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for (at, _) in text.match_indices("oss_") {
        let rest = &text[at..];
        let Some(open) = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_') else {
            continue;
        };
        if text[..at].ends_with([' ', '*']) && rest[open..].starts_with('(') {
            let Some(close) = rest.find(");") else {
                continue;
            };
            let parameters = rest[open + 1..close].trim();
            let count = match parameters {
                "" | "void" => 0,
                _ => parameters.matches(',').count() + 1,
            };
            found.insert(rest[..open].to_owned(), count);
        }
    }
    found
}

/// What the C# declarations say is what the header says.
#[test]
fn declarations_match_the_header() {
    let header = std::fs::read_to_string(root().join("include/oss.h")).unwrap();
    let code = without_comments(&header);
    let native = std::fs::read_to_string(root().join("bindings/csharp/src/Native.cs")).unwrap();
    let (declared, exist) = (functions(&native), functions(&code));
    assert!(declared.len() > 140, "only {} are declared", declared.len());
    for (name, parameters) in &declared {
        assert_eq!(exist.get(name), Some(parameters), "{name}");
    }

    let statuses =
        std::fs::read_to_string(root().join("bindings/csharp/src/OssStatus.cs")).unwrap();
    let mut checked = 0;
    for line in header
        .lines()
        .filter_map(|line| line.strip_prefix("#define OSS_"))
    {
        // Statuses are numbers; texts and macros are not.
        let Some((name, number)) = line
            .split_once(' ')
            .filter(|(_, value)| value.parse::<i32>().is_ok())
        else {
            continue;
        };
        if ["VERSION", "TLS", "ENTRY", "OUTCOME", "DIRECTORY", "DELETE"]
            .iter()
            .any(|part| name.starts_with(part))
        {
            continue;
        }
        let camel: String = name
            .split('_')
            .map(|word| format!("{}{}", &word[..1], word[1..].to_lowercase()))
            .collect();
        assert!(
            statuses.contains(&format!(" {camel} = {number},")),
            "no {camel} = {number}"
        );
        checked += 1;
    }
    assert!(checked > 20, "{checked}");
}

/// Every option of the header is one of the binding, and every P/Invoke is blittable.
#[test]
fn nothing_is_left_out() {
    let native = std::fs::read_to_string(root().join("bindings/csharp/src/Native.cs")).unwrap();
    let all = sources("bindings/csharp/src");
    let header = std::fs::read_to_string(root().join("include/oss.h")).unwrap();
    let code = without_comments(&header);
    // What .NET does by other means: headers from one text, new calls instead of old ones made new, enumerations with
    // names, a credentials object by its callback and keys, the environment that it sees itself, providers by their texts, a
    // CRC-64 that tells none from 0, options that cannot be given twice, documents that it reads itself.
    let needless = [
        "oss_call_reset",
        "oss_config_refuse_both",
        "oss_status_name",
        "oss_credentials_static",
        "oss_credentials_callback",
        "oss_credentials_environment",
        "oss_credentials_set",
        "oss_credentials_ecs_ram_role",
        "oss_credentials_oidc_role",
        "oss_credentials_assume_role",
        "oss_credentials_process",
        "oss_credentials_uri",
        "oss_credentials_profile",
        "oss_credentials_chain",
        "oss_call_crc64",
        "oss_call_element_at",
        "oss_call_response_header",
        "oss_call_response_header_at",
        "oss_call_etag",
        "oss_call_version_id",
        "oss_call_next_append_position",
    ];
    for name in functions(&code)
        .keys()
        .filter(|name| !needless.contains(&name.as_str()))
    {
        let used = all.matches(&format!("Native.{name}")).count();
        assert!(used > 0, "the binding has no {name}");
    }
    let blittable = "int long ulong void int* uint* long* ulong* IntPtr UIntPtr UIntPtr* byte* byte** Entry** Outcome* ConfigHandle \
                     CredentialsHandle SessionHandle BucketHandle ServiceHandle CallHandle WriterHandle";
    let mut types = 0;
    for declaration in native.split(" extern ").skip(1) {
        let (declaration, _) = declaration.split_once(");").unwrap();
        let (head, parameters) = declaration.split_once('(').unwrap();
        let parameters = parameters
            .split(',')
            .map(str::trim)
            .filter(|p| !p.is_empty());
        for typed in std::iter::once(head).chain(parameters) {
            let kind = typed.split(' ').next().unwrap();
            assert!(
                blittable.split_whitespace().any(|known| known == kind),
                "{kind} in {declaration}"
            );
            types += 1;
        }
    }
    assert!(types > 200, "{types}");
}

/// Who reads a signature sees all of it.
#[test]
fn signatures_fit_on_the_screen() {
    let beginnings = ["public ", "internal ", "private ", "protected ", "["];
    let mut signatures = 0;
    for directory in [
        "bindings/csharp/src",
        "bindings/csharp/extensions/src",
        "bindings/csharp/extensions/tests",
        "bindings/csharp/tests",
        "bindings/csharp/conformance",
        "examples/csharp",
    ] {
        let text = sources(directory);
        for line in text.lines() {
            if beginnings
                .iter()
                .any(|word| line.trim_start().starts_with(word))
            {
                assert!(line.chars().count() <= 120, "{directory}: {line}");
                signatures += 1;
            }
        }
    }
    assert!(signatures > 500, "{signatures}");
}

/// Dependency injection and logging are for the .NET of an SDK; with older runtimes there is no package for them.
#[test]
fn extensions() {
    if !built().join("net").is_dir() {
        support::not_checked("Alioss.Extensions: there is no .NET SDK of 8 or later");
        return;
    }
    let server = server();
    let variables = environment(&server, Scheme::Http);
    let said = succeed(
        &[built().join("run-coreclr")],
        &["ExtensionsTests"],
        &variables,
    );
    assert!(
        said.ends_with("Extensions: 13 passed, 0 failed\n"),
        "{said}"
    );
}
