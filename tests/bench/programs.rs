//! What is measured: the library as users get it (release, stripped), and a program in C for each client.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A client that the benchmark knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    /// This library over its C API.
    Ours,
    /// A raw loop over libcurl.
    Curl,
    /// Alibaba Cloud's own C SDK, where there is one.
    Sdk,
    /// Canned bytes over a bare socket.
    Floor,
}

/// What a compiler has to be told to build against Alibaba Cloud's C SDK: `-I` for its headers and APR's, its library, and
/// those that it needs.
const SDK_FLAGS: &str = "BENCH_C_SDK";

impl Client {
    /// Those that can run here.
    pub fn all() -> Vec<Client> {
        let sdk = std::env::var_os(SDK_FLAGS).map(|_| Client::Sdk);
        let others = [Client::Ours, Client::Curl, Client::Floor];
        others.into_iter().chain(sdk).collect()
    }

    /// How tables and the chart call it.
    pub fn name(self) -> &'static str {
        match self {
            Client::Ours => "alioss",
            Client::Curl => "libcurl",
            Client::Sdk => "official C SDK",
            Client::Floor => "bare socket",
        }
    }

    fn source(self) -> &'static str {
        match self {
            Client::Ours => "ours",
            Client::Curl => "curl",
            Client::Sdk => "sdk",
            Client::Floor => "floor",
        }
    }
}

/// The compiled programs.
pub struct Programs {
    directory: PathBuf,
    library: PathBuf,
}

impl Programs {
    /// Builds the library and the programs of `clients` below `directory`.
    pub fn build(directory: &Path, clients: &[Client]) -> Programs {
        std::fs::create_dir_all(directory).unwrap();
        let library = directory.join("libalioss.so.0");
        // A copy: the original is replaced whenever somebody builds the package.
        let built = build_library();
        let _ = std::fs::remove_file(&library);
        std::fs::copy(&built, &library).unwrap();
        let programs = Programs {
            directory: directory.to_owned(),
            library,
        };
        for &client in clients {
            programs.compile(client, false);
            programs.compile(client, true);
        }
        programs
    }

    /// The program of a client; the one that counts allocations is a little slower.
    pub fn path(&self, client: Client, counts_allocations: bool) -> PathBuf {
        let suffix = if counts_allocations {
            "-allocations"
        } else {
            ""
        };
        self.directory.join(format!("{}{suffix}", client.source()))
    }

    /// Bytes of the stripped shared library.
    pub fn library_size(&self) -> u64 {
        std::fs::metadata(&self.library).unwrap().len()
    }

    /// Bytes of the shared libraries that a client's program loads, without those of the C library.
    pub fn closure_size(&self, client: Client) -> u64 {
        let mut command = Command::new("ldd");
        command.arg(self.path(client, false));
        let (said, _) = succeed(&mut command, "install the package libc-bin");
        let of_libc = [
            "/libc.so",
            "/ld-linux",
            "/libm.so",
            "/libpthread.so",
            "/libdl.so",
        ];
        said.lines()
            .filter_map(|line| line.split_whitespace().find(|word| word.starts_with('/')))
            .filter(|path| !of_libc.iter().any(|part| path.contains(part)))
            .map(|path| std::fs::metadata(path).unwrap().len())
            .sum()
    }

    fn compile(&self, client: Client, counts_allocations: bool) {
        let sources = root().join("tests/bench/c");
        let mut arguments: Vec<OsString> = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror"]
            .map(OsString::from)
            .into();
        arguments.push("-I".into());
        arguments.push(root().join("include").into());
        arguments.push(sources.join("driver.c").into());
        arguments.push(sources.join(client.source()).with_extension("c").into());
        if counts_allocations {
            arguments.push(sources.join("allocations.c").into());
        }
        match client {
            Client::Ours => {
                arguments.push(self.library.clone().into());
                arguments.push(format!("-Wl,-rpath,{}", self.directory.display()).into());
            }
            Client::Curl => arguments.push("-lcurl".into()),
            Client::Sdk => {
                let flags = std::env::var(SDK_FLAGS).unwrap_or_default();
                arguments.extend(flags.split_whitespace().map(OsString::from));
            }
            Client::Floor => {}
        }
        arguments.push("-lpthread".into());
        arguments.push("-o".into());
        arguments.push(self.path(client, counts_allocations).into());
        let mut command = Command::new("cc");
        command.args(arguments);
        let hint = match client {
            Client::Curl => "install the packages gcc and libcurl4-openssl-dev",
            Client::Sdk => "BENCH_C_SDK has to hold the flags to build against the C SDK",
            _ => "install the package gcc",
        };
        succeed(&mut command, hint);
    }
}

/// The root of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Builds the shared library with the command of `bindings/c/CMakeLists.txt`, word by word, in the directory that the tests of
/// that package use: link-time optimization takes a minute, and so it is done once for all.
fn build_library() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package-cargo");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["rustc", "--release", "--lib", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .args(["--crate-type", "cdylib,staticlib", "--locked", "--"])
        .args(["-C", "link-arg=-Wl,-soname,libalioss.so.0"]);
    succeed(&mut command, "the library has to build in release mode");
    target.join("release/libalioss.so")
}

/// Runs `command`; panics with all it said, and `hint`, if it fails. What it printed, and what it reported as errors.
pub fn succeed(command: &mut Command, hint: &str) -> (String, String) {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; {hint}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success(),
        "{command:?} failed; {hint}\n{said}{errors}"
    );
    (said, errors)
}
