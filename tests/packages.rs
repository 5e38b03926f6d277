//! What is given away: Debian packages, an archive with checksums, a bill of materials, recipes for package managers. Each is
//! used from outside, and all have the version of `Cargo.toml`. The library that they hold is built once, by `bindings/c`.

#[path = "packages/conan.rs"]
mod conan;
#[path = "packages/debian.rs"]
mod debian;
mod support;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use support::package::{binding, install, pkg_config, words};
use support::{Scheme, environment, not_checked, root, scratch, server, succeed, tool};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The packages that are made for Debian.
const PACKAGES: [&str; 4] = ["libalioss-dev", "libalioss0.1", "oss-local", "ossctl"];

fn recipes() -> PathBuf {
    binding().join("packages")
}

fn inventory(way: &str) -> String {
    tool(
        recipes().join("inventory").to_str().unwrap(),
        "python3",
        &[way],
    )
}

/// Runs a command in a directory and with variables; what it printed.
fn run_in(directory: &Path, variables: &[(&str, &Path)], command: &[&str]) -> String {
    let output = Command::new(command[0])
        .args(&command[1..])
        .current_dir(directory)
        .envs(variables.iter().copied())
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap_or_else(|error| panic!("cannot run {}: {error}", command[0]));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{said}{errors}");
    said
}

/// Debian's name for what this machine is.
fn multiarch() -> String {
    let name = tool("dpkg-architecture", "dpkg-dev", &["-qDEB_HOST_MULTIARCH"]);
    name.trim().to_owned()
}

/// A prefix with the library as Debian places it, ossctl and oss-local.
fn stage() -> &'static Path {
    static STAGE: OnceLock<PathBuf> = OnceLock::new();
    STAGE.get_or_init(|| {
        let libraries = format!("-DCMAKE_INSTALL_LIBDIR=lib/{}", multiarch());
        let stage = install("stage", &words(&[&libraries]));
        let target = std::env::current_exe().unwrap();
        let target = target.ancestors().nth(3).unwrap().to_owned();
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        let build = ["build", "--quiet", "--locked", "-p", "oss-local"];
        run_in(
            root(),
            &[("CARGO_TARGET_DIR", &target)],
            &[&[cargo.as_str()][..], &build].concat(),
        );
        std::fs::copy(target.join("debug/oss-local"), stage.join("bin/oss-local")).unwrap();
        stage
    })
}

/// The sources, elsewhere.
fn copy_sources(to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let copy = "tar --exclude=./target --exclude=./.git -C \"$FROM\" -c . | tar -x";
    run_in(to, &[("FROM", root())], &["sh", "-c", copy]);
}

/// Compiles a program with what pkg-config says of the package below `libdir`, and runs it against a server.
fn use_library(libdir: &Path, directory: &Path) {
    let program = directory.join("app");
    let mut arguments: Vec<OsString> = vec![binding().join("tests/outside/app.c").into()];
    arguments.push("-o".into());
    arguments.push(program.clone().into());
    arguments.extend(pkg_config(libdir, &["--cflags", "--libs"]));
    tool("cc", "gcc", &arguments);
    let server = server();
    let mut variables = environment(&server, Scheme::Http);
    variables.push(("OSS_BUCKET".to_owned(), "outside".to_owned()));
    variables.push(("LD_LIBRARY_PATH".to_owned(), libdir.display().to_string()));
    let said = succeed(&[program], &[], &variables);
    assert_eq!(said, format!("alioss {VERSION}: hello\n"));
}

/// Whether pip failed because it cannot reach the index of packages, by what it says.
fn is_out_of_reach(said: &str) -> bool {
    [
        "NewConnectionError",
        "NameResolutionError",
        "ConnectTimeoutError",
        "ReadTimeoutError",
        "ProxyError",
        "ProtocolError",
        "SSLError",
        "HTTP error 403",
        "HTTP error 50",
    ]
    .iter()
    .any(|reason| said.contains(reason))
}

/// Conan and what knows the schema of bills of materials, installed with more variables; the error is why the index of
/// packages cannot be reached.
fn install_python(place: &Path, variables: &[(&str, &str)]) -> Result<(), String> {
    let packages = root().join("tests/packages/python.txt");
    let done = place.join("packages.txt");
    if std::fs::read(&done).ok() == Some(std::fs::read(&packages).unwrap()) {
        return Ok(());
    }
    let _ = std::fs::remove_dir_all(place);
    let arguments = ["-m", "venv", place.to_str().unwrap()];
    tool("python3", "python3-venv", &arguments);
    let output = Command::new(place.join("bin/pip"))
        .args(["install", "--quiet", "-r", packages.to_str().unwrap()])
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        assert!(is_out_of_reach(&said), "pip fails: {said}");
        return Err(said);
    }
    std::fs::copy(&packages, &done).unwrap();
    Ok(())
}

/// The directory of these programs, kept from run to run; None, which is said, where the index cannot be reached.
fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let made = PYTHON.get_or_init(|| {
        let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages-python");
        match install_python(&place, &[]) {
            Ok(()) => Some(place.join("bin")),
            Err(reason) => {
                let what = "the recipe for Conan and the schema of the bill of materials";
                not_checked(&format!(
                    "{what}: pip reaches no index of packages: {reason}"
                ));
                None
            }
        }
    });
    made.as_deref()
}

#[test]
fn an_index_of_packages_that_cannot_be_reached_is_no_other_failure() {
    // Nobody listens there.
    let variables = [
        ("PIP_INDEX_URL", "http://127.0.0.1:1/simple"),
        ("PIP_RETRIES", "1"),
        ("NO_PROXY", "*"),
        ("no_proxy", "*"),
    ];
    let place = scratch("packages-out-of-reach").join("python");
    let reason = install_python(&place, &variables).unwrap_err();
    assert!(reason.contains("Connection refused"), "{reason}");
    assert!(!is_out_of_reach(
        "ERROR: No matching distribution found for conan==0.0.0"
    ));
}

#[test]
fn an_archive_has_all_that_is_needed_and_the_same_bytes_each_time() {
    let directory = scratch("archive");
    let release = recipes().join("release");
    let made = ["one", "two"].map(|name| {
        let out = directory.join(name);
        let epoch = Path::new("1700000000");
        let variables = [("ALIOSS_STAGE", stage()), ("SOURCE_DATE_EPOCH", epoch)];
        let said = run_in(
            &directory,
            &variables,
            &[release.to_str().unwrap(), out.to_str().unwrap()],
        );
        run_in(
            &out,
            &[],
            &["sha256sum", "--check", "--quiet", "SHA256SUMS"],
        );
        PathBuf::from(said.trim())
    });
    assert!(std::fs::read(&made[0]).unwrap() == std::fs::read(&made[1]).unwrap());
    run_in(&directory, &[], &["tar", "-xzf", made[0].to_str().unwrap()]);
    let name = made[0].file_name().unwrap().to_str().unwrap();
    let unpacked = directory.join(name.strip_suffix(".tar.gz").unwrap());
    assert!(name.starts_with(&format!("alioss-{VERSION}-")), "{name}");
    for file in [
        "LICENSE",
        "CHANGELOG.md",
        "licenses.txt",
        "sbom.cdx.json",
        "include/oss.h",
        "bin/ossctl",
    ] {
        assert!(unpacked.join(file).is_file(), "{file} is missing");
    }
    use_library(&unpacked.join("lib").join(multiarch()), &directory);
}

#[test]
fn the_bill_of_materials_names_what_is_linked_in_and_nothing_else() {
    let text = inventory("sbom");
    assert_eq!(text, inventory("sbom"));
    let bom: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&bom["bomFormat"], &bom["specVersion"]),
        (&"CycloneDX".into(), &"1.5".into())
    );
    assert_eq!(bom["metadata"]["component"]["version"], VERSION);
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let components = bom["components"].as_array().unwrap();
    let named = |name: &str| components.iter().find(|one| one["name"] == name);
    for name in ["rustls", "ring", "httparse", "webpki-roots"] {
        let one = named(name).unwrap_or_else(|| panic!("{name} is missing"));
        let checksum = one["hashes"][0]["content"].as_str().unwrap();
        let entry = format!("name = {:?}\nversion = {}\n", name, one["version"]);
        let (_, rest) = lock.split_once(&entry).unwrap();
        assert!(
            rest.split("\n\n").next().unwrap().contains(checksum),
            "{name}"
        );
    }
    for name in ["cbindgen", "cc", "rcgen", "serde_json", "oss-local"] {
        assert!(named(name).is_none(), "{name} is not linked in");
    }
    // Each has a license whose text is there; that of the standard library is the same as many others have.
    let licenses = inventory("licenses");
    for one in components.iter().filter(|one| one["name"] != "std") {
        let name = format!(
            "{} {}",
            one["name"].as_str().unwrap(),
            one["version"].as_str().unwrap()
        );
        assert!(
            licenses.contains(&format!("\n{name}: ")),
            "{name} is not listed"
        );
        assert!(
            licenses.contains(&format!("{name} (")),
            "{name} has no text"
        );
    }
}

#[test]
fn the_bill_of_materials_is_one_by_its_schema() {
    let directory = scratch("schema");
    std::fs::write(directory.join("sbom.json"), inventory("sbom")).unwrap();
    let program = root().join("tests/packages/valid_sbom.py");
    let check = format!("\"$PYTHON/python\" {} <", program.display());
    let Some(python) = python() else {
        return;
    };
    let variables = [("PYTHON", python)];
    run_in(
        &directory,
        &variables,
        &["sh", "-c", &format!("{check} sbom.json")],
    );
    // And it would notice.
    std::fs::write(
        directory.join("wrong.json"),
        "{\"bomFormat\": \"CycloneDX\"}",
    )
    .unwrap();
    let refuse = format!("! {check} wrong.json 2>/dev/null");
    run_in(&directory, &variables, &["sh", "-c", &refuse]);
}

/// The recipe for vcpkg, carried out with functions of CMake that stand in for those of vcpkg.
#[test]
fn the_recipe_for_vcpkg_installs_the_library() {
    let directory = scratch("vcpkg");
    let variables = [
        ("RECIPE", recipes().join("vcpkg")),
        ("SOURCES", root().to_owned()),
        ("OUT", directory.clone()),
        (
            "CARGO_DIRECTORY",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("package-cargo"),
        ),
    ];
    let mut arguments: Vec<String> = variables
        .iter()
        .map(|(name, path)| format!("-D{name}={}", path.display()))
        .collect();
    arguments.push("-P".to_owned());
    arguments.push(
        root()
            .join("tests/packages/vcpkg.cmake")
            .display()
            .to_string(),
    );
    tool("cmake", "cmake", &arguments);
    let package = directory.join("package");
    assert!(package.join("share/alioss/copyright").is_file());
    let licenses = std::fs::read_to_string(package.join("share/alioss/licenses.txt")).unwrap();
    assert!(licenses.contains("\nring "), "{licenses:.200}");
    assert!(package.join("share/alioss/alioss-config.cmake").is_file());
    use_library(&package.join("lib"), &directory);
}

/// cargo-c takes only a package with the feature `capi` for a library of C. Its headers are those that CMake installs.
#[test]
fn cargo_c_finds_the_library_and_all_headers() {
    let manifest = root().join("Cargo.toml");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut arguments = words(&["metadata", "--no-deps", "--format-version=1"]);
    arguments.extend(["--manifest-path".into(), manifest.into()]);
    let metadata: Value = serde_json::from_str(&tool(&cargo, "cargo", &arguments)).unwrap();
    let mut packages = metadata["packages"].as_array().unwrap().iter();
    let package = packages
        .find(|package| package["name"] == "alioss")
        .unwrap();
    assert_eq!(package["features"]["capi"], serde_json::json!([]));

    let assets = &package["metadata"]["capi"]["install"]["include"]["asset"];
    for (files, to) in [
        ("include/oss.h", ""),
        ("bindings/c/oss_options.h", ""),
        ("bindings/c/oss.hpp", ""),
        ("bindings/c/oss/*.hpp", "oss"),
    ] {
        let asset = serde_json::json!({"from": files, "to": to});
        assert!(assets.as_array().unwrap().contains(&asset), "{files}");
    }
    // As many as CMake knows: a header that is new there is new here.
    let recipe = std::fs::read_to_string(binding().join("CMakeLists.txt")).unwrap();
    let list = recipe.split_once("set(alioss_headers\n").unwrap().1;
    let list = list.split_once(')').unwrap().0;
    assert_eq!(list.split_whitespace().count(), 3, "{list}");
    let others = std::fs::read_dir(binding().join("oss")).unwrap();
    for other in others {
        let path = other.unwrap().path();
        assert_eq!(path.extension(), Some("hpp".as_ref()), "{path:?}");
    }
}

#[test]
fn all_packages_have_one_version() {
    let read = |name: &str| std::fs::read_to_string(root().join(name)).unwrap();
    let vcpkg: Value = serde_json::from_str(&read("bindings/c/packages/vcpkg/vcpkg.json")).unwrap();
    assert_eq!(vcpkg["version"], VERSION);
    for (file, line) in [
        (
            "tests/server/Cargo.toml",
            format!("version = \"{VERSION}\""),
        ),
        ("debian/changelog", format!("alioss ({VERSION}) ")),
        ("CHANGELOG.md", format!("## {VERSION}")),
        (
            "bindings/csharp/Alioss.csproj",
            format!("<Version>{VERSION}</Version>"),
        ),
    ] {
        let text = read(file);
        let first = text
            .lines()
            .find(|one| one.contains(line.trim_end_matches(VERSION)) || one.contains(&line));
        assert!(
            first.is_some_and(|one| one.contains(&line)),
            "{file} does not have {line:?}"
        );
    }
    // The name that Debian's package has follows from it, as that of the library.
    let [major, minor, _] = VERSION.split('.').collect::<Vec<_>>()[..] else {
        panic!("{VERSION}");
    };
    let compatible = if major == "0" {
        format!("0.{minor}")
    } else {
        major.to_owned()
    };
    assert!(read("debian/control").contains(&format!("Package: libalioss{compatible}\n")));
}
