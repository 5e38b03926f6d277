// The three files of the program, by the flags they are compiled with.

#include "mixed.hpp"

#include <cstdlib>
#include <fstream>

#include <oss.hpp>

#if !OSS_HPP_RTTI
#define NAME without_types
#elif OSS_HPP_EXCEPTIONS
#define NAME with_exceptions
#else
#define NAME without_exceptions
#endif

std::string NAME(const char *name) {
    const auto config = oss::config().endpoint(std::getenv("OSS_ENDPOINT")).region(std::getenv("OSS_REGION"));
    const auto bucket = oss::bucket::open(config, name).value();
    bucket.put_bucket().value();
    oss::call call;
    std::int64_t done = 0;
    call.progress([&](std::int64_t now, std::int64_t) {
        done = now;
        return true;
    });
    bucket.put_object("key", "content", call).value();
    std::string said = bucket.get_object_to_string("key").value() + " " + std::to_string(done);
    for (const auto &entry : bucket.list_objects_v2().value())
        said += " " + entry.name;
    auto failed = bucket.head_object("missing");
    auto moved = std::move(failed);
    // Only who has RTTI can see that it is one of a file that is not open.
    std::ifstream closed;
    std::istream &stream = closed;
    if (bucket.put_object_stream("closed", -1, stream).ok() && OSS_HPP_RTTI)
        said += " stored";
    return said + " " + oss_status_name(moved.failure().status);
}
