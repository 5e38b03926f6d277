//! What the tests share that talk to the library the way a C program does: the built library, the C compiler, the local
//! server, and running programs.
// Each test binary uses its part of this.
#![allow(dead_code)]

pub mod official;
pub mod package;
pub mod platform;

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use alioss::{Bucket, Config};
use oss_local::{ACCESS_KEY_ID, ACCESS_KEY_SECRET, Options, Server};

/// The C compilers' environment variables, with what is tried without them and the package to install.
const CC: (&str, &str, &str) = ("CC", "cc", "gcc");
const CXX: (&str, &str, &str) = ("CXX", "c++", "g++");

/// What the archive needs besides itself, as `rustc --print native-static-libs` says; modern C libraries hold most of it.
pub const STATIC_LIBRARIES: [&str; 5] = ["-lgcc_s", "-lpthread", "-lm", "-ldl", "-lc"];

/// The root of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A directory that is this test's own.
pub fn scratch(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.{name}", executable_name()));
    match std::fs::remove_dir_all(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            panic!("{}: {error}", path.display())
        }
        _ => std::fs::create_dir_all(&path).unwrap(),
    }
    path
}

fn executable_name() -> String {
    let path = std::env::current_exe().unwrap();
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    name.rsplit_once('-')
        .map_or(name.clone(), |(name, _hash)| name.to_owned())
}

/// The library as C programs link it.
pub struct Library {
    /// The directory with `libalioss.so` and the name it is loaded by.
    pub directory: PathBuf,
    pub shared: PathBuf,
    pub archive: PathBuf,
}

/// The library that cargo built for this very test: all crate types of the package lie beside the test's executable.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let executable = std::env::current_exe().unwrap();
        let built = executable.parent().unwrap();
        let (shared, archive) = (built.join("libalioss.so"), built.join("libalioss.a"));
        for file in [&shared, &archive] {
            assert!(
                file.is_file(),
                "cargo has not built {}; does [lib] in Cargo.toml still have its crate-type?",
                file.display()
            );
        }
        let directory = scratch("lib");
        for name in ["libalioss.so", "libalioss.so.0"] {
            std::os::unix::fs::symlink(&shared, directory.join(name)).unwrap();
        }
        Library {
            directory,
            shared,
            archive,
        }
    })
}

/// How a program gets the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Linking {
    Shared,
    Static,
}

/// The compiler for sources of this name, and its words: `CC="ccache gcc"` is two.
fn compiler(source: &Path) -> (Vec<String>, &'static str) {
    if let Some(platform) = platform::platform() {
        return (vec![platform.compiler.clone()], "of that platform");
    }
    let cplusplus = source.extension() == Some(OsStr::new("cpp"));
    let (variable, fallback, package) = if cplusplus { CXX } else { CC };
    let command = std::env::var(variable).unwrap_or_default();
    let words: Vec<String> = command.split_whitespace().map(str::to_owned).collect();
    match words.is_empty() {
        true => (vec![fallback.to_owned()], package),
        false => (words, package),
    }
}

/// Whether a program of this name can be run.
pub fn is_installed(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .output()
        .is_ok_and(|output| output.status.success())
}

/// Says that something is not checked: not by a macro, whose words are kept back from those who run the tests. tests/run
/// repeats it.
pub fn not_checked(what: &str) {
    let said = format!("\nNOT CHECKED: {what}\n");
    std::io::stderr().write_all(said.as_bytes()).unwrap();
}

/// Runs a tool of the system; panics with the name of its package if there is none, and with its output if it fails.
pub fn tool(program: &str, package: &str, arguments: &[impl AsRef<OsStr>]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .env("LC_ALL", "C")
        .output()
        .unwrap_or_else(|error| {
            panic!("cannot run {program}: {error}; install the package {package}")
        });
    assert!(
        output.status.success(),
        "{program} {:?} failed:\n{}{}",
        arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The flags that every C and C++ source of this repository compiles with.
pub const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// The flags with which a program ends at its first wrong access, undefined operation or leak. Without optimization it is
/// compiled in less time.
pub const SANITIZED: [&str; 3] = [
    "-O0",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
];

/// Compiles `source` (a path below the root of the package) and links it with the library; the program's path. Compiles
/// each program once.
pub fn compile(source: &str, standard: &str, linking: Linking) -> PathBuf {
    type Key = (String, String, Linking);
    static PROGRAMS: Mutex<Option<HashMap<Key, Arc<OnceLock<PathBuf>>>>> = Mutex::new(None);
    let key = (source.to_owned(), standard.to_owned(), linking);
    let program = PROGRAMS
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get_or_insert_default()
        .entry(key)
        .or_default()
        .clone();
    program
        .get_or_init(|| compile_file(&root().join(source), standard, linking, &[]))
        .clone()
}

/// As [`compile`], for any file, with more directories of headers.
pub fn compile_file(
    path: &Path,
    standard: &str,
    linking: Linking,
    includes: &[PathBuf],
) -> PathBuf {
    let library = library();
    let stem = path.file_stem().unwrap().to_string_lossy();
    let name = format!("{stem}.{standard}.{linking:?}").to_lowercase();
    let program = library.directory.join(name);
    let (words, package) = compiler(path);
    let mut arguments: Vec<OsString> = words[1..].iter().map(OsString::from).collect();
    arguments.push(format!("-std={standard}").into());
    arguments.extend(WARNINGS.map(OsString::from));
    arguments.extend(["-g", "-pthread", "-I"].map(OsString::from));
    arguments.push(root().join("include").into());
    arguments.extend(includes.iter().map(|directory| joined("-I", directory)));
    arguments.push(path.into());
    arguments.push("-o".into());
    arguments.push(program.clone().into());
    if let Some(platform) = platform::platform() {
        arguments.extend_from_slice(&platform.link);
        tool(&words[0], package, &arguments);
        return program;
    }
    match linking {
        Linking::Shared => {
            let directory = library.directory.display();
            arguments.push(format!("-L{directory}").into());
            arguments.push("-lalioss".into());
            arguments.push(rpath());
        }
        Linking::Static => {
            arguments.push(library.archive.clone().into());
            arguments.extend(STATIC_LIBRARIES.map(OsString::from));
        }
    }
    tool(&words[0], package, &arguments);
    program
}

/// Compiles a Rust program (a path below the root of the package) and links it with the crate as cargo built it for this
/// very test.
pub fn compile_rust(source: &str, program: &Path) {
    let built = library().shared.parent().unwrap();
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".to_owned());
    let flags = ["--edition", "2024", "-D", "warnings", "-O", "-o"];
    let mut arguments: Vec<OsString> = flags.map(OsString::from).into();
    arguments.push(program.into());
    arguments.push("--extern".into());
    arguments.push(joined("alioss=", built.join("libalioss.rlib")));
    arguments.push("-L".into());
    arguments.push(joined("dependency=", built));
    arguments.push(root().join(source).into());
    tool(&rustc, "rustc", &arguments);
}

/// Compiles functions of C that stand in for those of the system, into `directory`; the variable that has programs load them.
pub fn preload(source: &str, directory: &Path) -> (String, String) {
    let source = root().join(source);
    let library = directory.join("preload.so");
    let flags = ["-shared", "-fPIC", "-o"].map(OsStr::new);
    let files = [library.as_os_str(), source.as_os_str()];
    tool("cc", "gcc", &[&flags[..], &files].concat());
    ("LD_PRELOAD".to_owned(), library.display().to_string())
}

/// Has a program load the library of this test. The older kind of path goes before LD_LIBRARY_PATH, in which cargo names
/// `target/debug` too, where a library of another day may lie.
pub fn rpath() -> OsString {
    joined("-Wl,--disable-new-dtags,-rpath,", &library().directory)
}

/// A flag and a path in one word.
pub fn joined(flag: &str, path: impl AsRef<Path>) -> OsString {
    let mut word = OsString::from(flag);
    word.push(path.as_ref());
    word
}

/// Compiles `source` without linking; panics with whatever the compiler has to say.
pub fn check_syntax(compiler: &str, package: &str, standard: &str, source: &Path) {
    let mut arguments = vec![OsString::from(format!("-std={standard}"))];
    arguments.extend(["-fsyntax-only", "-I"].map(OsString::from));
    arguments.push(root().join("include").into());
    arguments.extend(WARNINGS.map(OsString::from));
    arguments.push(source.into());
    tool(compiler, package, &arguments);
}

/// How a program reaches the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    Http,
    Https,
}

/// The schemes there are.
pub const SCHEMES: [Scheme; 2] = [Scheme::Http, Scheme::Https];

/// A server of the test's own.
pub fn server() -> Server {
    start(Options::default())
}

/// A server with these options.
pub fn start(options: Options) -> Server {
    Server::start(options).expect("the local server does not start")
}

/// What reaches the server at `endpoint` with keys that it knows.
pub fn config(endpoint: &str) -> Config {
    let mut config = Config::new();
    config
        .endpoint(endpoint)
        .region("cn-hangzhou")
        .keys(ACCESS_KEY_ID, ACCESS_KEY_SECRET, None);
    config
}

/// A new bucket that is reached like this.
pub fn new_bucket(config: &Config) -> Bucket {
    let bucket = Bucket::new(config, "examplebucket").unwrap();
    bucket.put_bucket(&alioss::Options::new()).unwrap();
    bucket
}

/// The environment that the programs under `tests/c` read; see `tests/c/check.h`.
pub fn environment(server: &Server, scheme: Scheme) -> Vec<(String, String)> {
    let endpoint = match scheme {
        Scheme::Http => server.endpoint(),
        Scheme::Https => server.https_endpoint(),
    };
    let mut variables = vec![
        ("OSS_ENDPOINT".to_owned(), endpoint),
        ("OSS_REGION".to_owned(), "cn-hangzhou".to_owned()),
        ("OSS_ACCESS_KEY_ID".to_owned(), ACCESS_KEY_ID.to_owned()),
        (
            "OSS_ACCESS_KEY_SECRET".to_owned(),
            ACCESS_KEY_SECRET.to_owned(),
        ),
    ];
    if scheme == Scheme::Https {
        let path = server.ca_file().to_string_lossy().into_owned();
        variables.push(("OSS_CA_FILE".to_owned(), path));
    }
    variables
}

/// Runs a program with exactly these variables, besides the few that a system needs.
pub fn run(
    command: &[impl AsRef<OsStr>],
    arguments: &[&str],
    environment: &[(String, String)],
) -> Output {
    let system = ["PATH", "HOME", "TMPDIR"];
    let (program, before) = command.split_first().expect("a command has a program");
    let program = program.as_ref();
    Command::new(program)
        .args(before)
        .args(arguments)
        .env_clear()
        .envs(std::env::vars_os().filter(|(name, _)| system.iter().any(|known| name == known)))
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap_or_else(|error| panic!("cannot run {}: {error}", program.to_string_lossy()))
}

/// Runs a program as [`run`] does, and panics with all it said unless it ends with 0; what it printed.
pub fn succeed(
    command: &[impl AsRef<OsStr>],
    arguments: &[&str],
    environment: &[(String, String)],
) -> String {
    let output = run(command, arguments, environment);
    let mut report = String::new();
    for word in command.iter().map(AsRef::as_ref) {
        let _ = write!(report, "{} ", word.to_string_lossy());
    }
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{report}{} ended with {}\n{stdout}{}",
        arguments.join(" "),
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    stdout
}

/// Words to put before a program so that valgrind finds every wrong access and every leak in it.
pub fn valgrind(scheme: Scheme) -> Vec<OsString> {
    assert!(
        is_installed("valgrind"),
        "cannot run valgrind; install the package valgrind"
    );
    let mut words = vec![
        "valgrind",
        "--quiet",
        "--trace-children=yes",
        "--leak-check=full",
        "--show-leak-kinds=definite,indirect,possible",
        "--errors-for-leak-kinds=definite,indirect,possible",
        "--error-exitcode=97",
    ];
    // The assembly of ring's AES-GCM computes its tags in a way that valgrind takes for uninitialised. With TLS, uses of
    // uninitialised values are therefore not looked for; wrong accesses and leaks still are, and HTTP shows the rest.
    if scheme == Scheme::Https {
        words.push("--undef-value-errors=no");
    }
    let known = root().join("tests/c/valgrind.supp");
    let mut words: Vec<OsString> = words.into_iter().map(OsString::from).collect();
    words.push(format!("--suppressions={}", known.display()).into());
    words
}

/// The program that gives every function impossible arguments.
pub fn null_arguments() -> String {
    ["null_args.c", "null_everyday.h", "null_operations.h"]
        .map(|name| std::fs::read_to_string(root().join("tests/c").join(name)).unwrap())
        .concat()
}

/// Where the links of a page lead, without those into the web and the place on the other page.
pub fn links(page: &str) -> impl Iterator<Item = &str> {
    let targets = page.split("](").skip(1);
    targets
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://"))
        .map(|target| target.split('#').next().unwrap_or_default())
}

/// The pieces of code in one language that a page (a path below the root of the package) shows, in their order.
pub fn snippets(page: &str, language: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(page)).unwrap();
    let (begin, end) = (format!("\n```{language}\n"), "\n```\n");
    text.split(&begin)
        .skip(1)
        .map(|rest| {
            let code = rest.split_once(end).map(|(code, _)| code);
            format!(
                "{}\n",
                code.unwrap_or_else(|| panic!("{page}: a snippet does not end"))
            )
        })
        .collect()
}

/// How many threads of transfers this process has. One that was joined is listed for a moment more, and is not counted: the
/// kernel marks it (`PF_EXITING`, bit 2 of field 9 of its `stat`) before it wakes who waits for it.
pub fn transfer_threads() -> usize {
    const EXITING: u64 = 0x4;
    let lives = |stat: &str| {
        let (before, after) = stat.rsplit_once(')')?;
        let flags: u64 = after.split_ascii_whitespace().nth(6)?.parse().ok()?;
        (before.ends_with("(alioss-transfer") && flags & EXITING == 0).then_some(())
    };
    std::fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("stat")).ok())
        .filter_map(|stat| lives(&stat))
        .count()
}
