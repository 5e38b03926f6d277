//! The main job on a fresh machine, from beginning to end: `cargo run --example demo`.
//!
//! Compiles `examples/c/quickstart.c` with the system's C compiler against the library that cargo has just built, makes a
//! few files, and lets the program store, list, fetch, compare and delete them over HTTPS. It talks to a local server in
//! this process, which checks signatures as the service does; or, with OSS_ENDPOINT, OSS_BUCKET, OSS_ACCESS_KEY_ID and
//! OSS_ACCESS_KEY_SECRET (and OSS_REGION, if the endpoint does not name it) in the environment, to that service.

use std::error::Error;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    match demo() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn demo() -> Result<()> {
    let began = Instant::now();
    let directory = Scratch::new()?;
    let program = compile(&directory.0)?;
    let files = make_files(&directory.0)?;

    let mut quickstart = Command::new(&program);
    quickstart.args(&files);
    // Lives until the program is done.
    let server = match std::env::var_os("OSS_ENDPOINT") {
        Some(endpoint) => {
            println!("talking to {}", endpoint.to_string_lossy());
            None
        }
        None => Some(start_server(&mut quickstart)?),
    };

    println!();
    let started = Instant::now();
    let status = quickstart
        .status()
        .map_err(|error| format!("cannot run {}: {error}", program.display()))?;
    println!();
    if !status.success() {
        return Err(format!("quickstart ended with {status}").into());
    }
    println!("quickstart took {:.1} s", started.elapsed().as_secs_f64());
    if let Some(server) = server {
        let requests = server.requests();
        let encrypted = requests.iter().filter(|r| r.tls_version.is_some()).count();
        let mut connections: Vec<u64> = requests.iter().map(|r| r.connection).collect();
        connections.dedup();
        println!(
            "the server saw {} requests, {encrypted} of them over TLS, on {} connection(s)",
            requests.len(),
            connections.len()
        );
    }
    println!("all is well after {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

/// Compiles the C program as anybody would.
fn compile(directory: &Path) -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let library = library_directory()?;
    let program = directory.join("quickstart");
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    let mut words = compiler.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or("cc"));
    command
        .args(words)
        .args(["-std=c99", "-Wall", "-Wextra", "-O2", "-I"])
        .arg(root.join("include"))
        .arg(root.join("examples/c/quickstart.c"))
        .arg("-L")
        .arg(&library)
        .arg(format!("-Wl,-rpath,{}", library.display()))
        .args(["-lalioss", "-o"])
        .arg(&program);
    println!("{}", show(&command));
    let status = command.status().map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!(
            "there is no C compiler {compiler:?}; install one (on Debian and Ubuntu: apt-get install gcc libc6-dev) \
             or name yours in CC"
        ),
        _ => format!("cannot run {compiler}: {error}"),
    })?;
    match status.success() {
        true => Ok(program),
        false => Err(format!("{compiler} ended with {status}").into()),
    }
}

/// Where cargo has put `libalioss.so`: in the folder beside the one of this program.
fn library_directory() -> Result<PathBuf> {
    let executable = std::env::current_exe()?;
    let profile = executable.parent().and_then(Path::parent);
    let directory = profile
        .ok_or("this program lies in no folder")?
        .join("deps");
    let library = directory.join("libalioss.so");
    match library.is_file() {
        true => Ok(directory),
        false => Err(format!(
            "there is no {}; run `cargo build` before",
            library.display()
        )
        .into()),
    }
}

fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}

/// A short text, an empty file, and one that takes a moment.
fn make_files(directory: &Path) -> Result<Vec<PathBuf>> {
    const LARGE: usize = 96 * 1024 * 1024;
    let names = ["hello.txt", "empty.bin", "large.bin"];
    let paths = names.map(|name| directory.join(name));
    fs::write(&paths[0], "Hello from the other side of a socket.\n")?;
    fs::write(&paths[1], "")?;
    let mut large = BufWriter::new(File::create(&paths[2])?);
    let mut state: u64 = 1;
    for _ in 0..LARGE / 8 {
        // Any sequence without repetition does; this is xorshift.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        large.write_all(&state.to_le_bytes())?;
    }
    large.flush()?;
    println!("made {}, the last of {} MiB", names.join(", "), LARGE >> 20);
    Ok(paths.to_vec())
}

/// A server of our own; `quickstart` learns how to reach it.
fn start_server(quickstart: &mut Command) -> Result<oss_local::Server> {
    let server = oss_local::Server::start(oss_local::Options::default())?;
    quickstart
        .env("OSS_ENDPOINT", server.https_endpoint())
        .env("OSS_REGION", "cn-hangzhou")
        .env("OSS_BUCKET", "alioss-demo")
        .env("OSS_CA_FILE", server.ca_file())
        .env("OSS_ACCESS_KEY_ID", oss_local::ACCESS_KEY_ID)
        .env("OSS_ACCESS_KEY_SECRET", oss_local::ACCESS_KEY_SECRET)
        .env_remove("OSS_SESSION_TOKEN");
    println!(
        "started a local server at {}; set OSS_ENDPOINT, OSS_BUCKET and keys to use another",
        server.https_endpoint()
    );
    Ok(server)
}

/// A directory that goes away with the program.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Scratch> {
        let path = std::env::temp_dir().join(format!("alioss-demo-{}", std::process::id()));
        fs::create_dir_all(&path)?;
        Ok(Scratch(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
