# Builds alioss for vcpkg. cargo and python3 have to be there: vcpkg has no Rust.
#
# As an overlay, from a clone: vcpkg install alioss --overlay-ports=bindings/c/packages/vcpkg. A registry of one's own replaces
# SOURCE_PATH by vcpkg_from_git() with its address and a commit.

get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../../.." ABSOLUTE)

string(COMPARE EQUAL "${VCPKG_LIBRARY_LINKAGE}" dynamic shared)
string(COMPARE EQUAL "${VCPKG_LIBRARY_LINKAGE}" static static)
vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}/bindings/c"
    OPTIONS -DALIOSS_SHARED=${shared} -DALIOSS_STATIC=${static} -DALIOSS_OSSCTL=OFF
        -DALIOSS_LICENSES=share/alioss)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/alioss)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
