// A plugin that uses oss.hpp, for a program that loads and unloads it. The symbols of templates and inline functions must not
// be such that the loader keeps it for ever.

#include <cstdlib>
#include <sstream>
#include <stdexcept>

#include <oss.hpp>

namespace {

oss::config configure() {
    const auto give = [] { return oss::keys{std::getenv("OSS_ACCESS_KEY_ID"), std::getenv("OSS_ACCESS_KEY_SECRET"), ""}; };
    const auto session = oss::session::open(oss::config().pool_size(2)).value();
    return oss::config()
        .endpoint(std::getenv("OSS_ENDPOINT"))
        .region(std::getenv("OSS_REGION"))
        .session(session)
        .credentials(oss::credentials::callback(give));
}

void objects(const oss::bucket &bucket) {
    oss::call call;
    call.progress([](std::int64_t, std::int64_t) { return true; }).header("x-oss-meta-a", "b");
    bucket.put_object("a", std::string("content"), call).value();
    std::istringstream source("content");
    std::ostringstream target;
    bucket.put_object_stream("b", -1, source, call).value();
    bucket.get_object_to_stream("b", target, call).value();
    bucket.copy_object("c", {"a"}).value();
    bucket.put_object_tagging("a", {{"name", "value"}}).value();
    bucket.get_object_tagging("a").value();
    for (const oss::entry &entry : bucket.list_objects_v2().value())
        if (entry.name.empty())
            throw std::runtime_error("an entry without a name");
    bucket.delete_multiple_objects({"a", "b", "c"}).value();
    bucket.presign("GET", "a", std::chrono::minutes(1)).value();
}

void failures(const oss::bucket &bucket) {
    const auto thrown = oss::call().progress([](std::int64_t, std::int64_t) -> bool { throw std::runtime_error("stop"); });
    try {
        bucket.put_object("a", "content", thrown).value();
    } catch (const std::runtime_error &) {
        bucket.head_object("a").value(); // throws oss::error
    }
}

} // namespace

// 0 if all went as it should.
extern "C" int plugin_run();
extern "C" int plugin_run() try {
    const auto bucket = oss::bucket::open(configure(), "plugin").value();
    bucket.put_bucket().value();
    objects(bucket);
    failures(bucket);
    return 1;
} catch (const oss::error &error) {
    return error.http_status() == 404 ? 0 : 2;
}
