// Which oss.hpp this is: a program may hold files compiled with and without exceptions and RTTI, and with several versions of
// these headers. Their classes differ, so each kind has a namespace of its own, which nobody has to write.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_ABI_HPP
#define OSS_ABI_HPP

#include "oss.h"

#if defined(__cpp_rtti) || defined(_CPPRTTI)
#define OSS_HPP_RTTI 1
#else
#define OSS_HPP_RTTI 0
#endif

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define OSS_HPP_EXCEPTIONS 1
#if OSS_HPP_RTTI
#define OSS_HPP_KIND throwing
#else
#define OSS_HPP_KIND throwing_untyped
#endif
#else
#define OSS_HPP_EXCEPTIONS 0
#if OSS_HPP_RTTI
#define OSS_HPP_KIND aborting
#else
#define OSS_HPP_KIND aborting_untyped
#endif
#endif

#define OSS_HPP_JOINED(major, minor, patch, kind) v##major##_##minor##_##patch##_##kind
#define OSS_HPP_JOIN(major, minor, patch, kind) OSS_HPP_JOINED(major, minor, patch, kind)
#define OSS_HPP_ABI OSS_HPP_JOIN(OSS_VERSION_MAJOR, OSS_VERSION_MINOR, OSS_VERSION_PATCH, OSS_HPP_KIND)

#endif
