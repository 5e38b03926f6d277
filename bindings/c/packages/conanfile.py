"""Builds alioss for Conan 2, from a clone: conan create bindings/c/packages. cargo has to be there: Conan has no Rust."""

import os
import pathlib
import re
import sys

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy


class Alioss(ConanFile):
    name = "alioss"
    description = "Client library for Alibaba Cloud Object Storage Service (OSS)"
    license = "Apache-2.0"
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"shared": [True, False]}
    default_options = {"shared": True}

    @property
    def _clone(self):
        return pathlib.Path(self.recipe_folder).parents[2]

    def set_version(self):
        manifest = (self._clone / "Cargo.toml").read_text()
        self.version = re.search('^version = "(.*)"$', manifest, re.MULTILINE).group(1)

    def configure(self):
        # It is C, whatever made it.
        self.settings.rm_safe("compiler.cppstd")
        self.settings.rm_safe("compiler.libcxx")

    def validate(self):
        # CMake derives the Rust target from the C compiler, and refuses what does not go with `arch`.
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration(f"os: it is {self.settings.os}, and the recipe knows Linux only")

    def export_sources(self):
        for pattern in ("Cargo.*", "LICENSE", "README.md", "src/*", "include/*", "bindings/c/*", "examples/*", "tests/bench/*",
                        "tests/server/*"):
            copy(self, pattern, self._clone, self.export_sources_folder)

    def layout(self):
        cmake_layout(self, src_folder=".")

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["ALIOSS_SHARED"] = bool(self.options.shared)
        toolchain.cache_variables["ALIOSS_STATIC"] = not self.options.shared
        toolchain.cache_variables["ALIOSS_OSSCTL"] = False
        toolchain.cache_variables["ALIOSS_LICENSES"] = "licenses"
        toolchain.cache_variables["ALIOSS_PYTHON"] = sys.executable
        # Builds that share cargo's work.
        if "ALIOSS_CARGO_TARGET_DIR" in os.environ:
            toolchain.cache_variables["ALIOSS_CARGO_TARGET_DIR"] = os.environ["ALIOSS_CARGO_TARGET_DIR"]
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure(build_script_folder="bindings/c")
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, pathlib.Path(self.package_folder, "licenses"))

    def package_info(self):
        self.cpp_info.libs = ["alioss"]
        self.cpp_info.set_property("cmake_target_name", "alioss::alioss")
        self.cpp_info.set_property("pkg_config_name", "alioss")
        if not self.options.shared:
            self.cpp_info.system_libs = ["util", "rt", "pthread", "m", "dl"]
