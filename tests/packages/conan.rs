//! The recipe for Conan: used by its test package, and for another machine.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::support::{scratch, tool};
use crate::{inventory, python, recipes, run_in};

#[test]
fn the_recipe_for_conan_makes_a_package_that_a_project_uses() {
    let directory = scratch("conan");
    let test_package = directory.join("test_package");
    std::fs::create_dir(&test_package).unwrap();
    for file in std::fs::read_dir(recipes().join("test_package")).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), test_package.join(file.file_name())).unwrap();
    }
    let Some(python) = python() else {
        return;
    };
    let (conan, home) = (python.join("conan"), directory.join("home"));
    let conan = conan.to_str().unwrap();
    let cargo = Path::new(env!("CARGO_TARGET_TMPDIR")).join("package-cargo");
    let variables = [
        ("CONAN_HOME", home.as_path()),
        ("ALIOSS_CARGO_TARGET_DIR", &cargo),
    ];
    run_in(&directory, &variables, &[conan, "profile", "detect"]);
    for shared in ["True", "False"] {
        let recipe = recipes();
        let option = format!("alioss/*:shared={shared}");
        let create = [
            conan,
            "create",
            recipe.to_str().unwrap(),
            "--no-remote",
            "-o",
            &option,
        ];
        let test = ["-tf", test_package.to_str().unwrap()];
        // It fails unless the program of the test package finds the library that its header belongs to.
        run_in(&directory, &variables, &[&create[..], &test].concat());
    }
}

/// A cargo that knows its host and what is in the lock file, compiles for the target that it is given as far as the machine
/// of what it makes tells, and has no Rust in it. It finds what it needs in the environment, as cargo does.
const QUICK_CARGO: &str = r#"#!/bin/sh
case $1 in -vV | metadata) PATH=RUST:$PATH exec cargo "$@" ;; esac
compiler=cc machine=
while [ $# -gt 0 ]; do
    case $1 in
    --target-dir) directory=$2 ;;
    --target) machine=/$2 compiler=$(printenv "CC_$(echo "$2" | tr - _)") ;;
    esac
    shift
done
out=$directory$machine/release
mkdir -p "$out" && echo 'int oss;' >"$out/oss.c" && "$compiler" -shared -o "$out/libalioss.so" "$out/oss.c"
"#;

/// Makes that cargo in `directory/rust`, with a rustc beside it, and in `directory/path` a cargo and a rustc that fail, which are
/// not to be used.
fn quick_cargo(directory: &Path) {
    let rust = tool("rustc", "rustc", &["--print", "sysroot"]);
    let rust = Path::new(rust.trim()).join("bin");
    let quick = QUICK_CARGO.replace("RUST", rust.to_str().unwrap());
    let fails = "#!/bin/sh\necho this is the \"$0\" of PATH >&2\nexit 1\n";
    for (file, text) in [
        ("rust/cargo-of-the-test", quick.as_str()),
        ("path/cargo", fails),
        ("path/rustc", fails),
    ] {
        let file = directory.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    }
    std::os::unix::fs::symlink(rust.join("rustc"), directory.join("rust/rustc")).unwrap();
}

/// Runs `conan create` of a shared library with that cargo; whether it worked, and what it said with one space between words.
fn create(conan: &Path, directory: &Path, more: &[&str]) -> (bool, String) {
    let cargo = directory.join("rust/cargo-of-the-test");
    let cargo = format!(
        "tools.cmake.cmaketoolchain:extra_variables={{'ALIOSS_CARGO': '{}'}}",
        cargo.display()
    );
    let mut path = directory.join("path").into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap());
    let output = Command::new(conan)
        .arg("create")
        .arg(recipes())
        .args([
            "--no-remote",
            "-tf",
            "",
            "-c",
            &cargo,
            "-o",
            "alioss/*:shared=True",
        ])
        .args(more)
        .env("CONAN_HOME", directory.join("home"))
        .env("PATH", path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    (output.status.success(), said)
}

/// Conan knows which machine it builds for, and CMake takes that of the compiler. The licenses are those of what is linked in
/// for that machine, as the cargo that built it says.
#[test]
fn the_recipe_for_conan_builds_for_the_machine_of_its_profile() {
    let Some(python) = python() else {
        return;
    };
    let directory = scratch("conan-cross");
    quick_cargo(&directory);
    let home = directory.join("home");
    let variables = [("CONAN_HOME", home.as_path())];
    let conan = python.join("conan");
    let detect = [conan.to_str().unwrap(), "profile", "detect"];
    run_in(&directory, &variables, &detect);
    let arm = ["-s", "arch=armv7hf"];
    let compiler = "tools.build:compiler_executables={'c': 'arm-linux-gnueabihf-gcc'}";
    let more = [&arm[..], &["-c", compiler]].concat();
    let (done, said) = create(&conan, &directory, &more);
    assert!(done, "{said}");
    let find = [
        "find",
        home.to_str().unwrap(),
        "-path",
        "*/p/lib/*.so.*.*.*",
    ];
    let library = run_in(&directory, &[], &find);
    let header = tool("readelf", "binutils", &["-h", library.trim()]);
    assert!(header.contains(" ARM\n"), "{library}: {header}");
    let licenses = Path::new(library.trim()).ancestors().nth(2).unwrap();
    let licenses = std::fs::read_to_string(licenses.join("licenses/licenses.txt")).unwrap();
    assert!(licenses.contains("\nring "), "{licenses:.200}");
    // A crate that is linked in on the other machines only.
    let crates_here = inventory("licenses");
    assert!(crates_here.contains("\ncpufeatures "), "{crates_here:.600}");
    assert!(!licenses.contains("\ncpufeatures "), "{licenses:.600}");

    // With the compiler of this machine, and for a system that the recipe does not know.
    for (settings, reason) in [
        (arm, "ALIOSS_TARGET: CMAKE_SYSTEM_PROCESSOR is"),
        (
            ["-s", "os=FreeBSD"],
            "os: it is FreeBSD, and the recipe knows Linux only",
        ),
    ] {
        let (done, said) = create(&conan, &directory, &settings);
        assert!(!done && said.contains(reason), "{settings:?}: {said}");
    }
}
