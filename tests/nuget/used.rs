//! Programs that have the packages from a folder, built and published.

use super::*;

/// A new program that has the packages from the folder where they were packed.
fn new_program(directory: &Path, name: &str, major: u32) -> PathBuf {
    let program = directory.join(name);
    std::fs::create_dir_all(&program).unwrap();
    let project = format!(
        "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><OutputType>Exe</OutputType>\
         <TargetFramework>net{major}.0</TargetFramework><InvariantGlobalization>true</InvariantGlobalization>\
         <UseAppHost>false</UseAppHost><RestorePackagesPath>packages</RestorePackagesPath>\
         <RestoreAdditionalProjectSources>../packages</RestoreAdditionalProjectSources></PropertyGroup><ItemGroup>\
         <PackageReference Include=\"Alioss\" Version=\"0.1.0\" /></ItemGroup></Project>"
    );
    std::fs::write(program.join("Consumer.csproj"), project).unwrap();
    std::fs::write(program.join("Program.cs"), PROGRAM).unwrap();
    program
}

/// Builds `program` with more arguments; the directory with what was built.
fn build(program: &Path, more: &[&str]) -> PathBuf {
    let mut arguments = vec![
        "build",
        "--configuration",
        "Release",
        "--output",
        "out",
        "-p:UseSharedCompilation=false",
    ];
    arguments.extend(more);
    let output = dotnet(program, &arguments);
    assert!(output.status.success(), "{}", says(&output));
    program.join("out")
}

/// That program, built for whatever machine.
fn consumer(directory: &Path, major: u32) -> PathBuf {
    let program = new_program(directory, "consumer", major);
    build(&program, &[])
}

#[test]
fn a_new_program_has_the_packages_from_a_folder() {
    let (Some((directory, _)), Some(major)) = (packages(), sdk()) else {
        return;
    };
    let out = consumer(directory, major);
    let server = server();
    let mut variables = environment(&server, Scheme::Http);
    variables.extend(std::env::vars().filter(|(name, _)| name.starts_with("DOTNET_")));
    let program = out.join("Consumer.dll").to_string_lossy().into_owned();
    let said = succeed(&["dotnet"], &[&program], &variables);
    assert_eq!(said, "Hello, package!\nhello.txt 15\n");

    // Without the native library it says for which platform it is missing, and where it was looked for.
    std::fs::remove_dir_all(out.join("runtimes")).unwrap();
    let said = succeed(&["dotnet"], &[&program], &variables);
    let places = [
        "linux-x64".to_owned(),
        out.join("libalioss.so").to_string_lossy().into_owned(),
        out.join("runtimes/linux-x64/native/libalioss.so")
            .to_string_lossy()
            .into_owned(),
    ];
    for place in &places {
        assert!(said.contains(place.as_str()), "no {place} in {said}");
    }
}

/// The web application of the examples with the packages from that folder. What ASP.NET has is not asked of a registry.
#[test]
fn a_web_application_has_both_packages_from_a_folder() {
    let (Some((directory, _)), Some(major)) = (packages(), sdk()) else {
        return;
    };
    if major < 10 {
        support::not_checked(
            "a web application with the packages: only .NET 10 leaves out what the framework has",
        );
        return;
    }
    let program = directory.join("web");
    copy(&root().join("examples/csharp/aspnet"), &program);
    // What a whole SDK knows of ASP.NET; one without it does not know what that has.
    let known = "<Project><PropertyGroup><AllowMissingPrunePackageData>true</AllowMissingPrunePackageData>\
                 </PropertyGroup><ItemGroup><PrunePackageReference \
                 Include=\"Microsoft.Extensions.Configuration.Abstractions\" Version=\"10.0.0\" /></ItemGroup></Project>";
    std::fs::write(program.join("Directory.Build.props"), known).unwrap();
    let out = build(
        &program,
        &[
            "-warnaserror",
            "-p:UseAppHost=false",
            "-p:Package=0.1.0",
            "-p:RestorePackagesPath=packages",
            "-p:RestoreAdditionalProjectSources=../packages",
        ],
    );
    for file in [
        "Alioss.dll",
        "Alioss.Extensions.dll",
        "runtimes/linux-x64/native/libalioss.so",
    ] {
        assert!(out.join(file).is_file(), "no {file}");
    }
    let asked = text(&out.join("AspNet.runtimeconfig.json"));
    assert!(asked.contains("Microsoft.AspNetCore.App"), "{asked}");
    let twice = out.join("Microsoft.Extensions.Configuration.Abstractions.dll");
    assert!(!twice.is_file(), "{}", twice.display());
}

/// The platforms that have a folder in `runtimes`, with the file in it.
fn platforms_in(runtimes: &Path) -> Vec<(String, PathBuf)> {
    let folders = std::fs::read_dir(runtimes)
        .unwrap()
        .map(|entry| entry.unwrap());
    let folders = folders.filter(|entry| entry.file_type().unwrap().is_dir());
    let mut platforms: Vec<_> = folders
        .map(|entry| {
            let mut files = std::fs::read_dir(entry.path().join("native")).unwrap();
            let file = files.next().unwrap().unwrap().path();
            (entry.file_name().into_string().unwrap(), file)
        })
        .collect();
    platforms.sort();
    platforms
}

#[test]
fn a_program_published_for_a_platform_has_the_library_of_that_one() {
    let (Some((directory, _)), Some(major)) = (packages(), sdk()) else {
        return;
    };
    let program = new_program(directory, "published", major);
    let package = unpacked(directory, "Alioss.0.1.0.nupkg").join("runtimes");
    let platforms = platforms_in(&directory.join("bindings/csharp/runtimes"));
    let names = |all: &[(String, PathBuf)]| all.iter().map(|(name, _)| name.clone()).collect();
    let (given, packed): (Vec<String>, Vec<String>) =
        (names(&platforms), names(&platforms_in(&package)));
    assert_eq!(given, packed);
    for (platform, library) in platforms {
        let arguments = [
            "publish",
            "--configuration",
            "Release",
            "--runtime",
            &platform,
            "--self-contained",
            "false",
            "--output",
            &platform,
            "-p:UseSharedCompilation=false",
        ];
        let output = dotnet(&program, &arguments);
        assert!(output.status.success(), "{platform}: {}", says(&output));
        let out = program.join(&platform);
        let published = out.join(library.file_name().unwrap());
        let (wanted, got) = (std::fs::read(&library), std::fs::read(&published));
        assert!(
            got.unwrap_or_default() == wanted.unwrap(),
            "{platform}: {}",
            published.display()
        );
        // And that one alone.
        let natives = std::fs::read_dir(&out)
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        let natives = natives.filter(|name| {
            [
                "libalioss.so",
                "libalioss.dylib",
                "libalioss.dll",
                "runtimes",
            ]
            .iter()
            .any(|one| name == one)
        });
        assert_eq!(natives.count(), 1, "{platform}");
    }
}
