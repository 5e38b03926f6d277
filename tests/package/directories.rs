//! Where the package is installed to, when its directories are given in full.

use std::ffi::OsString;
use std::path::Path;

use crate::support::package::{binding, define, pkg_config, words};
use crate::support::{scratch, tool};
use crate::{SONAME, VERSION};

/// Directories that are given in full. Where the files lie is asked, so nothing is built: any files stand for the libraries.
#[test]
fn directories_may_be_given_in_full() {
    let scratch = scratch("in-full");
    for (name, library, include) in [
        ("inside", "inside/usr/lib64", "inside/usr/include/x"),
        ("outside", "outside/lib64", "outside/dev/include"),
        ("libraries", "libraries/lib64", "libraries/usr/include"),
        ("headers", "headers/usr/lib", "headers/dev/include"),
    ] {
        let (build, prefix) = (
            scratch.join(name).join("build"),
            scratch.join(name).join("usr"),
        );
        let (library, include) = (scratch.join(library), scratch.join(include));
        let mut arguments: Vec<OsString> = vec![
            "-S".into(),
            binding().into(),
            "-B".into(),
            build.clone().into(),
        ];
        arguments.extend(words(&["-DALIOSS_CARGO=/bin/true", "-DALIOSS_OSSCTL=OFF"]));
        arguments.push(define("CMAKE_INSTALL_PREFIX", &prefix));
        arguments.push(define("CMAKE_INSTALL_LIBDIR", &library));
        arguments.push(define("CMAKE_INSTALL_INCLUDEDIR", &include));
        tool("cmake", "cmake", &arguments);
        let file = format!("libalioss.so.{VERSION}");
        for product in ["libalioss.so", "libalioss.a", SONAME, &file] {
            std::fs::write(build.join(product), "").unwrap();
        }
        tool(
            "cmake",
            "cmake",
            &[OsString::from("--install"), build.into()],
        );
        finds_its_files(&library, &scratch.join(name));
    }
}

/// That pkg-config and CMake lead to the header and to the library, wherever both are.
fn finds_its_files(libdir: &Path, scratch: &Path) {
    for flag in pkg_config(libdir, &["--cflags", "--libs"]) {
        let flag = flag.into_string().unwrap();
        let file = match flag.split_at(2) {
            ("-I", directory) => Path::new(directory).join("oss.h"),
            ("-L", directory) => Path::new(directory).join("libalioss.so"),
            _ => continue,
        };
        assert!(file.is_file(), "{flag} in {}", libdir.display());
    }
    let project = scratch.join("project");
    std::fs::create_dir(&project).unwrap();
    let text = "cmake_minimum_required(VERSION 3.17)\nproject(outside LANGUAGES C)\n\
                find_package(alioss REQUIRED CONFIG)\n\
                get_target_property(library alioss::alioss IMPORTED_LOCATION)\n\
                if(NOT EXISTS \"${library}\" OR NOT EXISTS \"${alioss_INCLUDE_DIR}/oss.h\")\n\
                message(FATAL_ERROR \"${library} ${alioss_INCLUDE_DIR}\")\nendif()\n";
    std::fs::write(project.join("CMakeLists.txt"), text).unwrap();
    let package = define("alioss_DIR", libdir.join("cmake/alioss"));
    let mut arguments: Vec<OsString> = vec!["-S".into(), project.clone().into(), "-B".into()];
    arguments.extend([project.join("build").into(), package]);
    tool("cmake", "cmake", &arguments);
}
