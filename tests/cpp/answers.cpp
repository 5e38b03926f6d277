// What an operation gives is taken from its answer before another thread can use the call for a request of its own. Compiled with
// sanitizers, with and without exceptions.
//
//     answers BUCKET DIRECTORY

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include <oss.h>

namespace {

std::function<void()> meanwhile; // done by somebody else whenever something is taken from an answer
int taken = 0;

template <class Function, class... Given>
auto watched(Function *function, Given... given) {
    if (const auto now = std::exchange(meanwhile, nullptr)) {
        now();
        taken++;
        meanwhile = now;
    }
    return function(given...);
}

} // namespace

#define oss_call_body(...) watched(oss_call_body, __VA_ARGS__)
#define oss_call_content_length(...) watched(oss_call_content_length, __VA_ARGS__)
#define oss_call_count(...) watched(oss_call_count, __VA_ARGS__)
#define oss_call_next_append_position(...) watched(oss_call_next_append_position, __VA_ARGS__)
#define oss_call_outcome_count(...) watched(oss_call_outcome_count, __VA_ARGS__)
#define oss_call_read(...) watched(oss_call_read, __VA_ARGS__)
#define oss_call_signed_at(...) watched(oss_call_signed_at, __VA_ARGS__)
#define oss_call_symlink_target(...) watched(oss_call_symlink_target, __VA_ARGS__)
#define oss_call_text(...) watched(oss_call_text, __VA_ARGS__)
#define oss_call_upload_id(...) watched(oss_call_upload_id, __VA_ARGS__)
#define oss_call_url(...) watched(oss_call_url, __VA_ARGS__)

#include "check.hpp"

namespace {

// What `operation` gives for a call, while another thread tries to use that one whenever something is taken from the answer.
template <class Operation>
auto undisturbed(const oss::bucket &bucket, const Operation &operation) {
    const oss::call call;
    taken = 0;
    meanwhile = [&] {
        std::thread other([&] { FAILS(OSS_BUSY, bucket.head_object("other", call)); });
        other.join();
    };
    auto given = operation(call);
    meanwhile = nullptr;
    CHECK(taken > 0);
    bucket.head_object("other", call).value(); // it can be used again
    return std::move(given).value();
}

void objects(const oss::bucket &bucket) {
    const std::string large(300000, 'x');
    bucket.put_object("large", large).value();
    bucket.put_object("rows", "a,b\nc,d\n").value();
    CHECK(undisturbed(bucket, [&](auto call) { return bucket.get_object_to_string("large", call); }) == large);
    CHECK(undisturbed(bucket, [&](auto call) {
        bucket.get_object("large", call).value();
        return call.read_all();
    }) == large);
    const auto select = [&](auto call) { return bucket.select_object_to_string("rows", "select _1 from ossobject", call); };
    CHECK(undisturbed(bucket, select) == "a\nc\n");
    const std::string url = bucket.presign("GET", "large", std::chrono::minutes(1)).value().url;
    CHECK(undisturbed(bucket, [&](auto call) { return bucket.get_object_by_url_to_string(url, call); }) == large);

    CHECK(undisturbed(bucket, [&](auto call) { return bucket.append_object("appended", 0, "seven x", call); }) == 7);
    std::istringstream more("more");
    CHECK(undisturbed(bucket, [&](auto call) { return bucket.append_object_stream("appended", 7, -1, more, call); }) == 11);
    bucket.put_symlink("link", "large").value();
    CHECK(undisturbed(bucket, [&](auto call) { return bucket.get_symlink("link", call); }) == "large");
    const oss::names_and_values tags{{"name", "value"}};
    bucket.put_object_tagging("large", tags).value();
    CHECK(undisturbed(bucket, [&](auto call) { return bucket.get_object_tagging("large", call); }) == tags);
    bucket.put_object_acl("large", OSS_ACL_PRIVATE).value();
    CHECK(undisturbed(bucket, [&](auto call) { return bucket.get_object_acl("large", call); }).grant == OSS_ACL_PRIVATE);
    const auto upload_id = undisturbed(bucket, [&](auto call) { return bucket.initiate_multipart_upload("parts", call); });
    bucket.abort_multipart_upload("parts", upload_id).value();
}

void settings(const oss::bucket &bucket) {
    CHECK(undisturbed(bucket, [&](auto call) { return bucket.get_bucket_location(call); }) == "oss-cn-hangzhou");
    const oss::names_and_values tags{{"name", "value"}};
    bucket.put_bucket_tags(tags).value();
    CHECK(undisturbed(bucket, [&](auto call) { return bucket.get_bucket_tags(call); }) == tags);
    const auto versioning = [&](auto call) { return bucket.get_bucket_versioning(call); };
    CHECK(undisturbed(bucket, versioning).status.empty());
    const std::string policy = R"({"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject"],)"
                               R"("Principal":["20214760404935xxxx"],"Resource":["acs:oss:*:*:examplebucket/*"]}]})";
    bucket.put_bucket_policy(policy).value();
    CHECK(undisturbed(bucket, [&](auto call) { return bucket.get_bucket_policy(call); }) == policy);
    bucket.delete_bucket_policy().value();
}

void others(const oss::bucket &bucket, const std::string &directory) {
    const auto presign = [&](auto call) { return bucket.presign("GET", "large", std::chrono::minutes(1), call); };
    CHECK(contains(undisturbed(bucket, presign).url, "/large?"));
    const auto policy = [&](auto call) { return bucket.post_policy(std::chrono::minutes(1), nullptr, call); };
    CHECK(!undisturbed(bucket, policy).fields.empty());
    std::filesystem::create_directories(directory);
    std::ofstream(directory + "/file") << "content";
    const auto upload = [&](auto call) { return bucket.upload_directory("up", directory, 0, call); };
    CHECK(undisturbed(bucket, upload).transferred.files == 1);
}

// Whatever two threads do with one call: each gets what is its own, or is told.
void one_call_in_two_threads(const oss::bucket &bucket) {
    const oss::call call;
    for (const char *key : {"a", "b"})
        bucket.put_object(key, key).value();
    const auto use = [&](const char *key) {
        for (int turn = 0; turn < 300; turn++) {
            const auto body = bucket.get_object_to_string(key, call);
            CHECK(body.ok() ? body.value() == key : body.failure().status == OSS_BUSY);
            const auto url = bucket.presign("GET", key, std::chrono::minutes(1), call);
            CHECK(url.ok() ? contains(url.value().url, (std::string("/") + key + "?").c_str())
                           : url.failure().status == OSS_BUSY);
            const auto listing = bucket.list_objects_v2(key, nullptr, call);
            if (!listing.ok())
                continue;
            const auto first = listing.value().next();
            CHECK(!first.ok() || (first.value() && first.value()->name == key));
        }
    };
    std::thread other(use, "a");
    use("b");
    other.join();
}

} // namespace

int main(int argc, char **argv) {
    CHECK(argc == 3);
    const auto bucket = create_bucket(argv[1]);
    bucket.put_object("other", "content").value();
    objects(bucket);
    settings(bucket);
    others(bucket, argv[2]);
    one_call_in_two_threads(bucket);
    return 0;
}
