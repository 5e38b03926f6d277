//! The NuGet packages of the C# binding: what is in them, what says so when something is missing, and a new program that
//! has them from a folder. They are packed from a clone of their own, as a release is.

mod peer;
mod support;
#[path = "nuget/used.rs"]
mod used;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use support::{Scheme, environment, library, root, scratch, server, succeed};

const ADDRESS: &str = "https://github.com/example/alioss";

/// Major version of the .NET SDK on PATH, if it is one that builds the project files.
fn sdk() -> Option<u32> {
    let output = Command::new("dotnet").arg("--version").output().ok()?;
    let version = String::from_utf8_lossy(&output.stdout).into_owned();
    let major = version.split('.').next()?.parse().ok()?;
    if major < 8 {
        return None;
    }
    Some(major)
}

/// Runs `dotnet` without leaving a process behind, nor the empty directories that it makes for temporary files.
fn dotnet(directory: &Path, arguments: &[&str]) -> Output {
    let temporary = directory.join("tmp");
    std::fs::create_dir_all(&temporary).unwrap();
    Command::new("dotnet")
        .env("TMPDIR", temporary)
        .args(arguments)
        .current_dir(directory)
        .envs([
            ("DOTNET_CLI_TELEMETRY_OPTOUT", "1"),
            ("DOTNET_NOLOGO", "1"),
            ("MSBUILDDISABLENODEREUSE", "1"),
            ("DOTNET_CLI_USE_MSBUILD_SERVER", "0"),
            ("CI", "true"),
        ])
        .output()
        .unwrap()
}

fn says(output: &Output) -> String {
    let (stdout, stderr) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(stdout),
        String::from_utf8_lossy(stderr)
    )
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let names = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
    let output = Command::new("git")
        .args(names)
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", says(&output));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (name, target) = (entry.file_name(), to.join(entry.file_name()));
        if ["bin", "obj"].iter().any(|made| name == **made) {
            continue;
        }
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// A clone that has the binding alone, without native libraries, and the commit it stands at.
fn cloned(name: &str) -> (PathBuf, String) {
    let directory = scratch(name);
    let binding = directory.join("bindings/csharp");
    copy(&root().join("bindings/csharp"), &binding);
    for entry in std::fs::read_dir(binding.join("runtimes")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            std::fs::remove_dir_all(path).unwrap();
        }
    }
    git(&directory, &["init", "--quiet"]);
    git(
        &directory,
        &["remote", "add", "origin", &format!("{ADDRESS}.git")],
    );
    git(&directory, &["add", "."]);
    // The same commit wherever it is made.
    let date = "2026-01-01T00:00:00Z";
    let commit = Command::new("git")
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.com",
            "commit",
            "--quiet",
            "-m",
            "a",
        ])
        .env("GIT_COMMITTER_DATE", date)
        .env("GIT_AUTHOR_DATE", date)
        .current_dir(&directory)
        .status()
        .unwrap();
    assert!(commit.success());
    let commit = git(&directory, &["rev-parse", "HEAD"]);
    (directory, commit)
}

fn pack(directory: &Path, project: &str) -> Output {
    let arguments = [
        "pack",
        project,
        "--configuration",
        "Release",
        "--output",
        "packages",
        "-warnaserror",
        "-p:UseSharedCompilation=false",
    ];
    dotnet(directory, &arguments)
}

const PROJECTS: [&str; 2] = [
    "bindings/csharp/Alioss.csproj",
    "bindings/csharp/extensions/Alioss.Extensions.csproj",
];

/// What `tests/platforms --runtimes` has made, if that is said: a folder `RID/native` for each platform.
fn other_platforms() -> Option<PathBuf> {
    std::env::var_os("ALIOSS_RUNTIMES").map(PathBuf::from)
}

/// Two that there always are, if need be as a text that only packages carry: nothing runs it here.
const OTHERS: [(&str, &str); 2] = [
    ("linux-arm64", "libalioss.so"),
    ("win-x64", "libalioss.dll"),
];

/// A clone with the native library of this machine and of other platforms, and packages of these projects in its folder
/// `packages`.
fn packed(name: &str, projects: &[&str]) -> (PathBuf, String) {
    let (directory, commit) = cloned(name);
    let runtimes = directory.join("bindings/csharp/runtimes");
    if let Some(others) = other_platforms() {
        copy(&others, &runtimes);
    }
    for (platform, file) in OTHERS {
        let native = runtimes.join(platform).join("native");
        if !native.is_dir() {
            std::fs::create_dir_all(&native).unwrap();
            std::fs::write(native.join(file), platform).unwrap();
        }
    }
    let native = runtimes.join("linux-x64/native");
    std::fs::create_dir_all(&native).unwrap();
    std::fs::copy(&library().shared, native.join("libalioss.so")).unwrap();
    for project in projects {
        let output = pack(&directory, project);
        assert!(output.status.success(), "{}", says(&output));
    }
    (directory, commit)
}

/// The packages that most of the tests look at; None without an SDK, which is said.
fn packages() -> Option<&'static (PathBuf, String)> {
    static PACKED: OnceLock<Option<(PathBuf, String)>> = OnceLock::new();
    let made = PACKED.get_or_init(|| sdk().map(|_| packed("nuget", &PROJECTS)));
    if made.is_none() {
        support::not_checked("the NuGet packages: there is no .NET SDK of 8 or later");
    }
    made.as_ref()
}

/// What is in a package, unpacked beside it; for each who asks elsewhere, as tests run side by side.
fn unpacked(directory: &Path, package: &str) -> PathBuf {
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    let number = ASKED.fetch_add(1, Ordering::Relaxed).to_string();
    let to = directory.join("unpacked").join(number).join(package);
    let from = directory.join("packages").join(package);
    let words: Vec<OsString> = vec![
        "-m".into(),
        "zipfile".into(),
        "-e".into(),
        from.into(),
        to.clone().into(),
    ];
    support::tool("python3", "python3", &words);
    to
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn packing_without_native_libraries_or_with_wrong_names_says_what_to_do() {
    if sdk().is_none() {
        support::not_checked("packing for NuGet: there is no .NET SDK of 8 or later");
        return;
    }
    let (directory, _) = cloned("nuget-without");
    let output = pack(&directory, PROJECTS[0]);
    let said = says(&output);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("no native library is in"), "{said}");
    assert!(
        said.contains("runtimes/README.md says under which names"),
        "{said}"
    );
    let native = directory.join("bindings/csharp/runtimes/win-x64/native");
    std::fs::create_dir_all(&native).unwrap();
    std::fs::write(native.join("alioss.dll"), "").unwrap();
    let said = says(&pack(&directory, PROJECTS[0]));
    assert!(said.contains("call it libalioss.dll"), "{said}");
    assert!(!directory.join("packages").is_dir(), "there is a package");
}

#[test]
fn what_is_not_checked_without_an_sdk_is_said_aloud() {
    for test in [
        "packing_without_native_libraries_or_with_wrong_names_says_what_to_do",
        "symbols_lead_to_the_sources",
    ] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact"])
            .env("PATH", scratch("nuget-no-sdk"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}", says(&output));
        assert!(said.contains("\nNOT CHECKED: "), "{test}: {said}");
    }
}

#[test]
fn packages_have_what_people_look_for() {
    let Some((directory, commit)) = packages() else {
        return;
    };
    let main = unpacked(directory, "Alioss.0.1.0.nupkg");
    for file in [
        "lib/net8.0/Alioss.dll",
        "lib/net8.0/Alioss.xml",
        "lib/netstandard2.0/Alioss.dll",
        "lib/netstandard2.0/Alioss.xml",
        "runtimes/linux-x64/native/libalioss.so",
        "icon.png",
        "PACKAGE.md",
    ] {
        assert!(main.join(file).is_file(), "no {file}");
    }
    let nuspec = text(&main.join("Alioss.nuspec"));
    for word in [
        "<license type=\"expression\">Apache-2.0</license>",
        "<readme>PACKAGE.md</readme>",
        "<icon>icon.png</icon>",
        &format!("url=\"{ADDRESS}.git\""),
        &format!("commit=\"{commit}\""),
    ] {
        assert!(nuspec.contains(word), "no {word} in {nuspec}");
    }
    // The library needs no package of its own.
    assert!(!nuspec.contains("<dependency "), "{nuspec}");
    let extensions = unpacked(directory, "Alioss.Extensions.0.1.0.nupkg");
    let nuspec = text(&extensions.join("Alioss.Extensions.nuspec"));
    for word in [
        "<dependency id=\"Alioss\" version=\"0.1.0\"",
        "<dependency id=\"Microsoft.Extensions.Configuration.Abstractions\" version=\"8.0.0\"",
        "<dependency id=\"Microsoft.Extensions.DependencyInjection.Abstractions\" version=\"8.0.2\"",
        "<dependency id=\"Microsoft.Extensions.Logging.Abstractions\" version=\"8.0.2\"",
        "<dependency id=\"Microsoft.Extensions.Options\" version=\"8.0.2\"",
        &format!("url=\"{ADDRESS}.git\" commit=\"{commit}\""),
        "<readme>PACKAGE.md</readme>",
        "<icon>icon.png</icon>",
    ] {
        assert!(nuspec.contains(word), "no {word} in {nuspec}");
    }
    // A program need not be one of ASP.NET, although it is compiled against that.
    assert!(!nuspec.contains("frameworkReference"), "{nuspec}");
    for file in [
        "lib/net8.0/Alioss.Extensions.dll",
        "lib/net8.0/Alioss.Extensions.xml",
        "lib/netstandard2.0/Alioss.Extensions.dll",
        "icon.png",
        "PACKAGE.md",
    ] {
        assert!(extensions.join(file).is_file(), "no {file}");
    }
}

#[test]
fn symbols_lead_to_the_sources() {
    let Some((directory, commit)) = packages() else {
        return;
    };
    for name in ["Alioss", "Alioss.Extensions"] {
        let symbols = unpacked(directory, &format!("{name}.0.1.0.snupkg"));
        for target in ["net8.0", "netstandard2.0"] {
            let bytes = std::fs::read(symbols.join(format!("lib/{target}/{name}.pdb"))).unwrap();
            let link = format!("raw.githubusercontent.com/example/alioss/{commit}/*");
            let found = bytes
                .windows(link.len())
                .any(|window| window == link.as_bytes());
            assert!(found, "{name} for {target} has no link to its sources");
        }
    }
}

#[test]
fn the_same_sources_make_the_same_libraries_elsewhere() {
    let Some((directory, _)) = packages() else {
        return;
    };
    let (other, _) = packed("nuget-elsewhere", &PROJECTS[..1]);
    let package = "Alioss.0.1.0.nupkg";
    let (one, two) = (unpacked(directory, package), unpacked(&other, package));
    assert_ne!(unpacked(directory, package), one);
    for target in ["net8.0", "netstandard2.0"] {
        let file = format!("lib/{target}/Alioss.dll");
        let (one, two) = (
            std::fs::read(one.join(&file)),
            std::fs::read(two.join(&file)),
        );
        assert!(one.unwrap() == two.unwrap(), "{file} differs");
    }
}

/// Who reads them on the page of the package has no repository around them.
#[test]
fn pages_of_packages_have_no_dead_links() {
    for page in [
        "bindings/csharp/PACKAGE.md",
        "bindings/csharp/extensions/PACKAGE.md",
    ] {
        let page = text(&root().join(page));
        for (at, _) in page.match_indices("](") {
            assert!(page[at + 2..].starts_with("https://"), "{}", &page[at..]);
        }
    }
}

const PROGRAM: &str = r#"
using System;
using Alioss;

try
{
    var options = new OssOptions { Endpoint = Environment.GetEnvironmentVariable("OSS_ENDPOINT"), Region = "cn-hangzhou" };
    using var bucket = new Bucket(options, "examplebucket");
    await bucket.PutBucketAsync();
    await bucket.PutObjectAsync("hello.txt", "Hello, package!");
    await using (var stream = await bucket.GetObjectAsync("hello.txt"))
    {
        await stream.CopyToAsync(Console.OpenStandardOutput());
    }
    Console.WriteLine();
    await foreach (var entry in bucket.ListObjectsV2Async())
    {
        Console.WriteLine(entry.Key + " " + entry.Size);
    }
}
catch (DllNotFoundException error)
{
    Console.WriteLine(error.Message);
}
"#;
