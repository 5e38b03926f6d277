# Carries out the portfile of bindings/c/packages/vcpkg without vcpkg: its functions do here what they do there, for a release.

set(VCPKG_LIBRARY_LINKAGE dynamic)
set(CURRENT_PACKAGES_DIR "${OUT}/package")

function(run)
    execute_process(COMMAND ${ARGV} RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
    if(NOT status EQUAL 0)
        message(FATAL_ERROR "${ARGV}: ${said}")
    endif()
endfunction()

function(vcpkg_cmake_configure)
    cmake_parse_arguments(given "" "SOURCE_PATH" "OPTIONS" ${ARGN})
    run("${CMAKE_COMMAND}" -S "${given_SOURCE_PATH}" -B "${OUT}/build" -DCMAKE_INSTALL_LIBDIR=lib
        "-DALIOSS_CARGO_TARGET_DIR=${CARGO_DIRECTORY}" ${given_OPTIONS})
endfunction()

function(vcpkg_cmake_install)
    run("${CMAKE_COMMAND}" --build "${OUT}/build")
    run("${CMAKE_COMMAND}" --install "${OUT}/build" --prefix "${CURRENT_PACKAGES_DIR}")
endfunction()

function(vcpkg_cmake_config_fixup)
    cmake_parse_arguments(given "" "CONFIG_PATH" "" ${ARGN})
    file(COPY "${CURRENT_PACKAGES_DIR}/${given_CONFIG_PATH}/" DESTINATION "${CURRENT_PACKAGES_DIR}/share/alioss")
    file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/${given_CONFIG_PATH}")
endfunction()

function(vcpkg_fixup_pkgconfig)
endfunction()

function(vcpkg_install_copyright)
    cmake_parse_arguments(given "" "" "FILE_LIST" ${ARGN})
    configure_file("${given_FILE_LIST}" "${CURRENT_PACKAGES_DIR}/share/alioss/copyright" COPYONLY)
endfunction()

include("${RECIPE}/portfile.cmake")
