//! A program of which the linker of the .NET SDK has left what is used: the library, its extensions and what they need work
//! as the whole does. The framework stays whole, as packages with that of a platform are not for tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Scheme, built, environment, scratch, server, succeed, support};

/// The linker, which building for .NET 8 has brought along with the analyzers for trimming.
fn linker() -> Option<PathBuf> {
    let packages = std::env::var_os("NUGET_PACKAGES").map(PathBuf::from);
    let packages = packages.or_else(|| Some(std::env::home_dir()?.join(".nuget/packages")))?;
    let versions = std::fs::read_dir(packages.join("microsoft.net.illink.tasks")).ok()?;
    let tools =
        versions.flat_map(|version| std::fs::read_dir(version.ok()?.path().join("tools")).ok());
    let mut found = tools
        .flatten()
        .filter_map(|directory| Some(directory.ok()?.path().join("illink.dll")));
    found.find(|file| file.is_file())
}

/// Where the newest framework of the `dotnet` on PATH lies: `Microsoft.NETCore.App VERSION [DIRECTORY]`.
fn framework() -> Option<PathBuf> {
    let output = Command::new("dotnet")
        .arg("--list-runtimes")
        .output()
        .ok()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = said
        .lines()
        .rfind(|line| line.starts_with("Microsoft.NETCore.App "))?;
    let (name, directory) = line.split_once(" [")?;
    Some(Path::new(directory.trim_end_matches(']')).join(name.split(' ').nth(1)?))
}

#[test]
fn trimmed_programs_work() {
    let whole = built().join("net");
    let (Some(linker), Some(framework), true) = (linker(), framework(), whole.is_dir()) else {
        support::not_checked(
            "trimmed programs: there is no .NET SDK of 8 or later with its linker",
        );
        return;
    };
    let trimmed = scratch("csharp-trimmed");
    let output = Command::new("dotnet")
        .args(["exec", "--roll-forward", "Major"])
        .arg(linker)
        .arg("-a")
        .arg(whole.join("ExtensionsTests.dll"))
        .arg("entrypoint")
        .arg("-d")
        .arg(&whole)
        .arg("-d")
        .arg(&framework)
        .args(["--trim-mode", "link", "--action", "link", "-out"])
        .arg(&trimmed)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    // It also warns of the framework's own code, which is made to be trimmed together with what packages say of it.
    let warnings = said.lines().filter(|line| line.contains("Alioss"));
    assert_eq!(warnings.collect::<Vec<_>>(), [""; 0]);
    for entry in std::fs::read_dir(&trimmed).unwrap() {
        let path = entry.unwrap().path();
        if framework.join(path.file_name().unwrap()).is_file() {
            std::fs::remove_file(path).unwrap();
        }
    }
    let size = |directory: &Path| {
        std::fs::metadata(directory.join("Alioss.dll"))
            .unwrap()
            .len()
    };
    assert!(size(&trimmed) < size(&whole) / 2, "nothing is trimmed");
    for file in ["ExtensionsTests.runtimeconfig.json", "libalioss.so"] {
        std::fs::copy(whole.join(file), trimmed.join(file)).unwrap();
    }
    let server = server();
    let mut variables = environment(&server, Scheme::Http);
    variables.extend(std::env::vars().filter(|(name, _)| name.starts_with("DOTNET_")));
    let program = trimmed.join("ExtensionsTests.dll");
    let said = succeed(&["dotnet"], &[program.to_str().unwrap()], &variables);
    assert!(said.ends_with(" passed, 0 failed\n"), "{said}");
}
