// Which oss.hpp this is: a program may hold files compiled with and without exceptions, and with several versions of these
// headers. Their classes differ, so each kind has a namespace of its own, which nobody has to write.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_ABI_HPP
#define OSS_ABI_HPP

#include "oss.h"

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define OSS_HPP_EXCEPTIONS 1
#define OSS_HPP_KIND throwing
#else
#define OSS_HPP_EXCEPTIONS 0
#define OSS_HPP_KIND aborting
#endif

#define OSS_HPP_JOINED(major, minor, patch, kind) v##major##_##minor##_##patch##_##kind
#define OSS_HPP_JOIN(major, minor, patch, kind) OSS_HPP_JOINED(major, minor, patch, kind)
#define OSS_HPP_ABI OSS_HPP_JOIN(OSS_VERSION_MAJOR, OSS_VERSION_MINOR, OSS_VERSION_PATCH, OSS_HPP_KIND)

#endif
