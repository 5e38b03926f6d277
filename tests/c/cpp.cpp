// The header in C++11: owners that free by themselves, lambdas as callbacks.
//
//     cpp BUCKET
#include "check.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

template <typename T, void (*Free)(T *)>
struct Freer {
    void operator()(T *pointer) const { Free(pointer); }
};

using Config = std::unique_ptr<oss_config, Freer<oss_config, oss_config_free>>;
using Bucket = std::unique_ptr<oss_bucket, Freer<oss_bucket, oss_bucket_free>>;
using Call = std::unique_ptr<oss_call, Freer<oss_call, oss_call_free>>;

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    Config config(configure());
    Bucket bucket(create_bucket(config.get(), argv[1]));
    Call call(oss_call_new());
    CHECK(bucket && call);

    const std::string content("C++\0content", 11);
    int reports = 0;
    oss_progress_fn count = [](void *user, int64_t, int64_t) {
        ++*static_cast<int *>(user);
        return 0;
    };
    OK(oss_call_set_progress(call.get(), count, &reports));
    OK(oss_put_object(bucket.get(), "key", content.data(), content.size(), call.get()));
    CHECK(reports > 0);

    std::string copy;
    OK(oss_get_object_to_stream(
        bucket.get(), "key",
        [](void *user, const uint8_t *data, size_t len) {
            static_cast<std::string *>(user)->append(reinterpret_cast<const char *>(data), len);
            return 0;
        },
        &copy, nullptr));
    CHECK(copy == content);

    std::vector<std::string> names;
    const oss_entry *entry = nullptr;
    OK(oss_list_objects_v2(bucket.get(), nullptr, nullptr, call.get()));
    while (oss_call_next(call.get(), &entry) == OSS_OK && entry)
        names.push_back(entry->name);
    CHECK(names == std::vector<std::string>{"key"});
    return 0;
}
