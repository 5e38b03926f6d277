// alioss for C++17 and later: oss.h with handles that clean up after themselves.
//
// SPDX-License-Identifier: Apache-2.0
//
//     auto bucket = oss::bucket::open(oss::config().endpoint("https://oss-cn-hangzhou.aliyuncs.com"), "examplebucket").value();
//     bucket.put_object("a.txt", "hi").value();
//     for (const oss::entry &entry : bucket.list_objects_v2("photos/").value())
//         std::cout << entry.name << '\n';
//
// Results     Whatever can fail returns a result: true if it worked (ok() of a yes or no). value() and * give what it holds, or
//             throw oss::error with every part of the failure; failure() gives those parts without an exception. Compiles with
//             -fno-exceptions too: then value() of a failure ends the program. One program may hold files of both kinds.
// Handles     bucket, service, session, credentials, config, call and listing are handles: copies of one are the same thing,
//             which goes with the last of them. One that was moved from is refused with OSS_INVALID_ARGUMENT.
// Texts       const char *, std::string and std::string_view in, in UTF-8; an empty optional text is none. std::string out:
//             nothing is lent.
// Calls       oss::call carries what a request is sent with, and afterwards what came back; give one where that matters.
// Callbacks   Run on the calling thread during the call, those for keys and time also on the workers of transfers. What they throw
//             comes out of value() unchanged.
// Threads     As in oss.h: buckets, services and sessions any number; a config and a call one at a time, and a call that is
//             running says OSS_BUSY; call::cancel() any.
// Cost        Inline forwarding; a string_view is copied to get its NUL, and so is what comes back.

#ifndef OSS_HPP
#define OSS_HPP

#include "oss/bucket.hpp"
#include "oss/call.hpp"
#include "oss/config.hpp"
#include "oss/crc64.hpp"
#include "oss/directory.hpp"
#include "oss/lifecycle.hpp"
#include "oss/listing.hpp"
#include "oss/result.hpp"
#include "oss/service.hpp"
#include "oss/settings.hpp"
#include "oss/text.hpp"
#include "oss/transfer.hpp"
#include "oss/website.hpp"
#include "oss/writer.hpp"

#endif
