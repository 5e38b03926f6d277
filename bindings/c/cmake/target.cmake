# Which Rust target is built for: the one that ALIOSS_TARGET names, or else the one that the C compiler makes code for. What does
# not go together, or is not certain, is refused before anything is built: a library for another machine is found out late.
#
# In:  ALIOSS_TARGET, ALIOSS_CARGO, the C compiler and the system that CMake knows
# Out: cargo_target            the target, empty for this machine
#      target_format           what binutils call its object files, empty if that is not known
#      target_libc             "gnu", "musl" or empty: the C library of the target
#      compiler_libc           the same of the C compiler
#      compiler_serves_cargo   the C compiler is not the one of this machine, so that cargo takes it for the target
#      machine_flags           what the C compiler has to be given to be that

# One name for all generations of a processor, and for what CMake, Conan and vcpkg call it; empty if it is not known.
function(alioss_processor name result)
    string(TOLOWER "${name}" name)
    set(known "")
    if(name MATCHES "^(x86_64|amd64|x64)$")
        set(known x86_64)
    elseif(name MATCHES "^(i[3-6]86|x86)$")
        set(known x86)
    elseif(name MATCHES "^(aarch64|arm64|armv8(\\.[0-9]+)?)$")
        set(known aarch64)
    elseif(name MATCHES "^(arm|armhf|armel|armv[4-8].*)$")
        set(known arm)
    elseif(name MATCHES "^riscv64")
        set(known riscv64)
    elseif(name MATCHES "^(powerpc64le|ppc64le)$")
        set(known ppc64le)
    elseif(name MATCHES "^(s390x|loongarch64)$")
        set(known "${name}")
    endif()
    set(${result} "${known}" PARENT_SCOPE)
endfunction()

# Takes a target apart: its processor, with what ARM has in registers, and its C library. Both are empty if it is not known.
function(alioss_split target machine libc)
    set(${machine} "" PARENT_SCOPE)
    set(${libc} "" PARENT_SCOPE)
    if(target MATCHES "^([^-]+)-([^-]+-)?linux-(gnu|musl)(eabihf|eabi)?$")
        set(${libc} "${CMAKE_MATCH_3}" PARENT_SCOPE)
        set(abi "${CMAKE_MATCH_4}")
        alioss_processor("${CMAKE_MATCH_1}" processor)
        if(processor)
            set(${machine} "${processor}${abi}" PARENT_SCOPE)
        endif()
    endif()
endfunction()

# ---- what the C compiler makes code for ----

# What else than its name says which machine and which C library that is.
set(machine_flags)
foreach(pair IN ITEMS COMPILER_TARGET=TARGET COMPILER_EXTERNAL_TOOLCHAIN=EXTERNAL_TOOLCHAIN)
    string(REGEX MATCH "(.*)=(.*)" pair "${pair}")
    if(CMAKE_C_${CMAKE_MATCH_1} AND CMAKE_C_COMPILE_OPTIONS_${CMAKE_MATCH_2})
        list(APPEND machine_flags "${CMAKE_C_COMPILE_OPTIONS_${CMAKE_MATCH_2}}${CMAKE_C_${CMAKE_MATCH_1}}")
    endif()
endforeach()
if(CMAKE_SYSROOT)
    list(APPEND machine_flags "--sysroot=${CMAKE_SYSROOT}")
endif()
string(REGEX MATCHALL " (-m|--?target[= ]|--sysroot[= ]|--gcc-toolchain=)[^ ]+" given_flags
    " ${CMAKE_C_COMPILER_ARG1} ${CMAKE_C_FLAGS}")
string(REPLACE ";" " " given_flags "${given_flags}")
separate_arguments(given_flags UNIX_COMMAND "${given_flags}")
list(APPEND machine_flags ${given_flags})

separate_arguments(all_flags UNIX_COMMAND "${CMAKE_C_COMPILER_ARG1} ${CMAKE_C_FLAGS}")
execute_process(
    COMMAND "${CMAKE_C_COMPILER}" ${all_flags} ${machine_flags} -E "${CMAKE_CURRENT_LIST_DIR}/machine.c"
    OUTPUT_VARIABLE machine ERROR_QUIET)
foreach(part IN ITEMS processor libc abi)
    set(compiler_${part} "")
    if(machine MATCHES "alioss_${part} = \"([a-z0-9_]*)\"")
        set(compiler_${part} "${CMAKE_MATCH_1}")
    endif()
endforeach()
set(compiler_target "")
if(compiler_processor AND compiler_libc AND (NOT CMAKE_CROSSCOMPILING OR CMAKE_SYSTEM_NAME STREQUAL "Linux"))
    set(compiler_target "${compiler_processor}-unknown-linux-${compiler_libc}${compiler_abi}")
endif()
alioss_split("${compiler_target}" compiler_machine ignored)

# ---- whether that is this machine ----

execute_process(COMMAND "${ALIOSS_CARGO}" -vV OUTPUT_VARIABLE cargo_version ERROR_QUIET)
set(cargo_host "")
if(cargo_version MATCHES "\nhost: ([^\n]+)")
    set(cargo_host "${CMAKE_MATCH_1}")
endif()
alioss_split("${cargo_host}" host_machine host_libc)
set(compiler_is_here ON)
if(CMAKE_CROSSCOMPILING OR (host_machine AND NOT "${compiler_machine} ${compiler_libc}" STREQUAL "${host_machine} ${host_libc}"))
    set(compiler_is_here OFF)
endif()

# ---- the target ----

set(cargo_target "${ALIOSS_TARGET}")
if(NOT cargo_target AND NOT compiler_is_here)
    set(name_it "name the Rust target, one of those that \"rustc --print target-list\" prints")
    if(NOT compiler_target)
        message(FATAL_ERROR "ALIOSS_TARGET: the C compiler ${CMAKE_C_COMPILER} is not for this machine (${cargo_host}), and it is not "
            "certain which Rust target it is for (CMAKE_SYSTEM_NAME ${CMAKE_SYSTEM_NAME}, CMAKE_SYSTEM_PROCESSOR "
            "\"${CMAKE_SYSTEM_PROCESSOR}\"): ${name_it}")
    endif()
    alioss_processor("${CMAKE_SYSTEM_PROCESSOR}" wanted)
    alioss_processor("${compiler_processor}" compiled)
    if(CMAKE_CROSSCOMPILING AND wanted AND NOT wanted STREQUAL compiled)
        message(FATAL_ERROR "ALIOSS_TARGET: CMAKE_SYSTEM_PROCESSOR is ${CMAKE_SYSTEM_PROCESSOR}, and the C compiler "
            "${CMAKE_C_COMPILER} is for ${compiler_target}: set CMAKE_C_COMPILER to one for that processor, or ${name_it}")
    endif()
    set(cargo_target "${compiler_target}")
    message(STATUS "Rust target, that of the C compiler: ${cargo_target}")
endif()
alioss_split("${cargo_target}" target_machine target_libc)
if(NOT cargo_target)
    set(target_machine "${host_machine}")
    set(target_libc "${host_libc}")
elseif(target_machine AND compiler_machine AND NOT target_machine STREQUAL compiler_machine AND NOT compiler_is_here)
    message(FATAL_ERROR "ALIOSS_TARGET: it is ${ALIOSS_TARGET}, and the C compiler ${CMAKE_C_COMPILER} is for ${compiler_target}: "
        "leave ALIOSS_TARGET out to build for that, or set CMAKE_C_COMPILER")
endif()
set(compiler_serves_cargo OFF)
if(cargo_target AND NOT compiler_is_here)
    set(compiler_serves_cargo ON)
endif()

set(target_format "")
foreach(format IN ITEMS x86_64=elf64-x86-64 aarch64=elf64-littleaarch64 arm=elf32-littlearm riscv64=elf64-littleriscv
        s390x=elf64-s390 ppc64le=elf64-powerpcle loongarch64=elf64-loongarch)
    string(REGEX MATCH "(.*)=(.*)" format "${format}")
    if(target_machine MATCHES "^${CMAKE_MATCH_1}(eabi|eabihf)?$")
        string(REGEX REPLACE ".*=" "" target_format "${format}")
    endif()
endforeach()
