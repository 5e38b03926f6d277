//! Packages for Debian: made the same wherever they are made, installed, used and purged.

use super::*;

/// debian/rules runs a script for the licenses.
#[test]
fn debian_has_what_its_rules_run() {
    let read = |path: PathBuf| std::fs::read_to_string(path).unwrap();
    let control = read(root().join("debian/control"));
    let needed = control
        .lines()
        .find_map(|line| line.strip_prefix("Build-Depends: "));
    let needed: Vec<&str> = needed.unwrap().split(", ").collect();
    let script = read(recipes().join("inventory"));
    assert!(
        script.starts_with("#!/usr/bin/env python3\n"),
        "{script:.40}"
    );
    assert!(needed.contains(&"python3"), "{needed:?}");
}

/// How many files are below a directory.
fn count_files(directory: &Path) -> usize {
    let found = tool(
        "find",
        "findutils",
        &[directory.to_str().unwrap(), "-type", "f"],
    );
    found.lines().count()
}

/// Makes the Debian packages from a copy of the sources; the directory that they are in, and their files.
fn debian_packages(name: &str) -> (PathBuf, [String; 4]) {
    let directory = scratch(name);
    let sources = directory.join("alioss");
    copy_sources(&sources);
    let build = [
        "dpkg-buildpackage",
        "--build=binary",
        "--no-sign",
        "--no-check-builddeps",
    ];
    run_in(&sources, &[("ALIOSS_STAGE", stage())], &build);
    let architecture = tool("dpkg-architecture", "dpkg-dev", &["-qDEB_HOST_ARCH"]);
    let files = PACKAGES.map(|name| format!("{name}_{VERSION}_{}.deb", architecture.trim()));
    (directory, files)
}

#[test]
fn debian_packages_are_the_same_wherever_they_are_made() {
    let (one, files) = debian_packages("debian-one");
    let (two, _) = debian_packages("debian-elsewhere");
    for file in files {
        let [one, two] = [&one, &two].map(|directory| std::fs::read(directory.join(&file)));
        assert!(one.unwrap() == two.unwrap(), "{file} differs");
    }
}

#[test]
fn debian_packages_are_clean_installed_used_and_purged() {
    let (directory, files) = debian_packages("debian");
    // A first version closes no report.
    let lintian = [
        "lintian",
        "--fail-on",
        "error,warning",
        "--suppress-tags",
        "initial-upload-closes-no-bugs",
    ];
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    run_in(&directory, &[], &[&lintian[..], &names].concat());

    for name in &names {
        let content = run_in(&directory, &[], &["dpkg-deb", "--contents", name]);
        assert!(
            content.contains("/licenses.txt.gz\n"),
            "{name} has code without its licenses: {content}"
        );
    }

    // Into a system of its own, which has nothing else.
    let system = directory.join("system");
    std::fs::create_dir_all(system.join("var/lib/dpkg/info")).unwrap();
    std::fs::create_dir_all(system.join("var/lib/dpkg/updates")).unwrap();
    std::fs::write(system.join("var/lib/dpkg/status"), "").unwrap();
    let at = format!("--root={}", system.display());
    let dpkg = [
        "dpkg",
        &at,
        "--force-depends",
        "--force-not-root",
        "--force-script-chrootless",
    ];
    run_in(
        &directory,
        &[],
        &[&dpkg[..], &["--install"], &names].concat(),
    );
    let libdir = system.join("usr/lib").join(multiarch());
    use_library(&libdir, &directory);
    for program in ["ossctl", "oss-local"] {
        let said = succeed(&[system.join("usr/bin").join(program)], &["--version"], &[]);
        assert_eq!(said.trim(), format!("{program} {VERSION}"));
    }
    assert!(count_files(&system.join("usr")) > 40);
    run_in(
        &directory,
        &[],
        &[&dpkg[..], &["--purge"], &PACKAGES].concat(),
    );
    let usr = system.join("usr");
    assert!(
        !usr.exists() || count_files(&usr) == 0,
        "something was left"
    );
}
