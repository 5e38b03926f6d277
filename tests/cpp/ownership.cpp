// What oss.hpp gives belongs to who got it, and what was moved from is refused. Compiled with sanitizers, with and without
// exceptions.
//
//     ownership BUCKET

#include "check.hpp"

#include <future>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace {

template <class T>
oss::result<T> fail() {
    oss::failure why;
    why.status = OSS_IO;
    why.text = "a text that is too long to be kept inside of the string itself";
    return why;
}

template <class T>
bool has_failed(const oss::result<T> &done) {
    return !done.ok() && done.failure().status == OSS_IO && contains(done.failure().text, "too long");
}

// A failed result goes wherever values go. One that was moved from is still a failure.
template <class T>
void failures_can_be_moved() {
    oss::result<T> first = fail<T>();
    oss::result<T> second = std::move(first);
    CHECK(has_failed(second) && !first.ok());
    std::vector<oss::result<T>> many;
    for (int i = 0; i < 5; i++)
        many.push_back(fail<T>());
    for (const auto &one : many)
        CHECK(has_failed(one));
    second = std::move(many[3]);
    CHECK(has_failed(second));
    CHECK(has_failed(std::async(std::launch::async, fail<T>).get()));
    const auto one_of_two = [](bool which) {
        oss::result<T> one = fail<T>(), other = fail<T>();
        if (which)
            return one;
        return other;
    };
    CHECK(has_failed(one_of_two(true)) && has_failed(one_of_two(false)));
}

// So does a success, and over a failure.
template <class T>
void successes_can_be_moved(T value) {
    oss::result<T> first(std::move(value));
    oss::result<T> second = std::move(first);
    CHECK(second.ok());
    oss::result<T> third = fail<T>();
    third = std::move(second);
    CHECK(third.ok());
    third = fail<T>();
    CHECK(has_failed(third));
    failures_can_be_moved<T>();
}

void results(const oss::bucket &bucket) {
    successes_can_be_moved<bool>(true);
    successes_can_be_moved<std::size_t>(1);
    successes_can_be_moved<std::int64_t>(-1);
    successes_can_be_moved<std::string>("a text that is too long to be kept inside of the string itself");
    successes_can_be_moved<oss::names_and_values>({{"name", "value"}});
    successes_can_be_moved<oss::presigned>({"https://...", {{"name", "value"}}, 1});
    successes_can_be_moved<oss::post_form>({"https://...", {{"name", "value"}}, 1});
    successes_can_be_moved<oss::select_meta>({});
    successes_can_be_moved<std::optional<oss::entry>>(oss::entry());
    successes_can_be_moved<oss::credentials>(oss::credentials::anonymous());
    successes_can_be_moved<oss::bucket>(bucket);
    successes_can_be_moved<oss::session>(oss::session::open(oss::config()).value());
    successes_can_be_moved<oss::service>(oss::service::open(configure()).value());
    successes_can_be_moved<oss::listing>(bucket.list_objects_v2().value());
    failures_can_be_moved<void>();

    const auto constant = bucket.get_bucket_location();
    CHECK(*constant == "oss-cn-hangzhou" && constant->size() == 15 && constant.value() == "oss-cn-hangzhou");
    const std::string &outlives = *bucket.get_bucket_location();
    const oss::failure &why = bucket.head_object("missing").failure();
    CHECK(outlives == "oss-cn-hangzhou" && why.http_status == 404);
}

void entries(const oss::bucket &bucket) {
    for (const char *key : {"many/a", "many/b", "many/c", "many/d/e"})
        bucket.put_object(key, "content").value();
    std::vector<oss::entry> all;
    const auto page_by_page = [] { return oss::call().query("max-keys", "1"); };
    for (const oss::entry &entry : bucket.list_objects_v2("many/", "/", page_by_page()).value())
        all.push_back(entry);
    CHECK(all.size() == 4);
    CHECK(all[0].name == "many/a" && all[0].size == 7 && all[0].etag.size() > 30 && all[0].kind == oss::entry_kind::object);
    CHECK(all[3].name == "many/d/" && all[3].kind == oss::entry_kind::prefix && all[3].etag.empty() && all[3].size == -1);

    // A reference to an entry, and an iterator, outlive the listing.
    const oss::entry &first = *bucket.list_objects_v2("many/").value().begin();
    CHECK(first.name == "many/a");
    auto iterator = bucket.list_objects_v2("many/", "", page_by_page()).value().begin();
    CHECK((++iterator)->name == "many/b");
    std::size_t count = 0;
    for (auto &entry : *bucket.list_objects_v2("many/"))
        count += entry.name.empty() ? 0 : 1;
    CHECK(count == 4);

    // Without exceptions, step by step.
    const auto listing = bucket.list_objects_v2("many/").value();
    count = 0;
    for (;;) {
        const auto next = listing.next();
        CHECK(next.ok());
        if (!*next)
            break;
        count++;
    }
    CHECK(count == 4);
}

// A listing goes on with its call; with another request in between it does not mix the two up.
void listings_know_their_call(const oss::bucket &bucket) {
    oss::call call;
    const auto listing = bucket.list_objects_v2("many/", "", call).value();
    CHECK(listing.next().ok());
    const auto other = bucket.list_objects_v2("other/", "", call).value();
    CHECK(contains(FAILS(OSS_INVALID_ARGUMENT, listing.next()).text, "another request"));
    CHECK(other.next().ok());
}

void moved_from(const oss::bucket &given) {
    oss::call call = oss::call().header("x-oss-meta-a", "b");
    const oss::call kept = std::move(call);
    CHECK(contains(FAILS(OSS_INVALID_ARGUMENT, given.put_object("moved", "", call)).text, "call"));
    call.header("name", "value").progress(nullptr);
    call.cancel();
    CHECK(call.reset() == OSS_INVALID_ARGUMENT && call.etag().empty() && call.http_status() == 0);
    char byte = 0;
    FAILS(OSS_INVALID_ARGUMENT, call.read(&byte, 1));
    FAILS(OSS_INVALID_ARGUMENT, given.list_objects_v2("", "", call));
    given.put_object("moved", "", kept).value();

    oss::bucket bucket = given;
    const oss::bucket other = std::move(bucket);
    CHECK(contains(FAILS(OSS_INVALID_ARGUMENT, bucket.put_object("moved", "")).text, "bucket"));
    other.head_object("moved").value();

    oss::config config = configure();
    const oss::config same = std::move(config);
    config.region("cn-hangzhou");
    CHECK(contains(FAILS(OSS_INVALID_ARGUMENT, oss::bucket::open(config, "name")).text, "config"));
    CHECK(contains(config.error(), "config"));

    oss::credentials credentials = oss::credentials::anonymous();
    CHECK(credentials.name() == "anonymous");
    CHECK(oss::credentials::from("assume-role:acs:ram::1:role/r;base=chain").value().name() == "assume-role with chain");
    const oss::credentials still = std::move(credentials);
    FAILS(OSS_INVALID_ARGUMENT, oss::bucket::open(configure().credentials(credentials), "name"));
    oss::session session = oss::session::open(oss::config()).value();
    const oss::session there = std::move(session);
    FAILS(OSS_INVALID_ARGUMENT, oss::bucket::open(configure().session(session), "name"));

    oss::listing listing = given.list_objects_v2("many/").value();
    const oss::listing rest = std::move(listing);
    FAILS(OSS_INVALID_ARGUMENT, listing.next());
    CHECK(listing.begin() == listing.end() && rest.next().ok());
}

std::string text_of(std::size_t size) { return std::string(size, 'x'); }

// What is made of something that goes away has it.
void arguments(const oss::bucket &bucket) {
    bucket.put_object("from", text_of(1000)).value();
    const oss::copy_source source(std::string("from"), std::string(""), text_of(0));
    bucket.copy_object("to", source).value();
    bucket.copy_object("to", {"from"}).value();

    const oss::text key(text_of(500)), short_key(text_of(5));
    const oss::bytes body(text_of(1000)), numbers(std::vector<unsigned char>(3, 7));
    const oss::bytes empty = nullptr;
    bucket.put_object(key, body).value();
    CHECK(bucket.get_object_to_string(key).value() == text_of(1000));
    bucket.put_object(short_key, numbers).value();
    CHECK(bucket.get_object_to_string("xxxxx").value() == "\7\7\7");
    bucket.put_object("empty", empty).value();

    // An array is never read past its end, NUL or not.
    const char unfinished[3] = {'a', 'b', 'c'};
    bucket.put_object(unfinished, unfinished).value();
    CHECK(bucket.get_object_to_string("abc").value() == "abc");
    // Nor is a body cut at a NUL that may be a part of it.
    const char picture[8] = {'\x89', 'P', 'N', 'G', '\0', 'x', 'y', 'z'};
    FAILS(OSS_INVALID_ARGUMENT, bucket.put_object("picture", picture));
    FAILS(OSS_INVALID_ARGUMENT, bucket.put_object("picture", "a\0b"));
    CHECK(!bucket.object_exists("picture").value());
    bucket.put_object("picture", {picture, sizeof picture}).value();
    CHECK(bucket.get_object_to_string("picture").value() == std::string(picture, sizeof picture));
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "abc");
    CHECK(bucket.object_exists(buffer).value());
    bucket.put_object("buffer", std::string_view(buffer)).value();
    CHECK(bucket.get_object_to_string("buffer").value() == "abc");
}

// What getters give stays when the call goes on.
void answers(const oss::bucket &bucket) {
    oss::call call;
    bucket.put_object("answers", "first", call).value();
    const auto etag = call.etag(), request = call.request_id();
    const auto body = bucket.get_object_to_string("answers", call).value();
    bucket.put_object("answers", "second", call).value();
    CHECK(etag.size() > 30 && etag != call.etag() && request != call.request_id() && body == "first");
}

// What is set is sent, and what came is told.
void everyday_headers(const oss::bucket &bucket, const char *name) {
    const std::string body = "content of an object";
    oss::call call = oss::call().content_type("text/x-test").cache_control("no-cache").content_disposition("inline");
    call.metadata("Author", "me").tag("a b", "c=d").storage_class(OSS_STORAGE_CLASS_STANDARD).object_acl(OSS_ACL_PRIVATE);
    call.server_side_encryption("AES256").traffic_limit(819200).connect_timeout(std::chrono::seconds(5));
    call.read_timeout(std::chrono::seconds(5)).timeout(std::chrono::minutes(1)).forbid_overwrite();
    bucket.put_object("everyday", body, call).value();
    CHECK(call.verified() && call.crc64() == oss::crc64()(body).value());
    FAILS(OSS_EXISTS, bucket.put_object("everyday", body, call));
    bucket.head_object("everyday", call = oss::call()).value();
    CHECK(call.response_header("content-type") == "text/x-test" && call.response_header("x-oss-meta-author") == "me");
    CHECK(bucket.get_object_tagging("everyday").value() == oss::names_and_values({{"a b", "c=d"}}));
    FAILS(OSS_PRECONDITION_FAILED, bucket.get_object("everyday", oss::call().if_match("\"none\"")));
    FAILS(OSS_NOT_MODIFIED, bucket.get_object("everyday", oss::call().if_none_match(call.etag())));
    FAILS(OSS_NOT_MODIFIED, bucket.get_object("everyday", oss::call().if_modified_since(call.last_modified())));
    FAILS(OSS_PRECONDITION_FAILED, bucket.get_object("everyday", oss::call().if_unmodified_since(1)));
    CHECK(bucket.name() == name && bucket.endpoint() == std::getenv("OSS_ENDPOINT"));

    const auto other = oss::bucket::open(configure().keys(std::getenv("OSS_ACCESS_KEY_ID"), "wrong"), name).value();
    FAILS(OSS_DENIED, other.head_object("everyday", call));
    FAILS(OSS_DENIED, other.get_object("everyday", call));
    CHECK(!call.error_detail_at(0).first.empty() && call.error_detail_at(100).first.empty());
    CHECK(call.error_detail(call.error_detail_at(0).first) == call.error_detail_at(0).second);

    const auto first = oss::crc64()("content "), second = oss::crc64()("of an")(" object");
    CHECK((first + second).value() == oss::crc64()(body).value() && (first + second).size() == body.size());
}

// A header that looks misspelt is sent to who insists.
void insists(const oss::bucket &bucket) {
    oss::call call = oss::call().header("x-oss-acl", "private");
    CHECK(contains(FAILS(OSS_INVALID_ARGUMENT, bucket.put_object("insists", "content", call)).text, "x-oss-acl"));
    bucket.put_object("insists", "content", call.insist()).value();
    FAILS(OSS_INVALID_ARGUMENT, bucket.put_object("insists", "content", call.insist(false)));
}

void misuse_by_threads(const oss::bucket &bucket) {
    oss::call call;
    std::promise<void> started, ended;
    call.progress([&](std::int64_t, std::int64_t) {
        started.set_value();
        ended.get_future().wait();
        return true;
    });
    std::thread other([&] { bucket.put_object("threads", "content", call).value(); });
    started.get_future().wait();
    FAILS(OSS_BUSY, bucket.head_object("threads", call));
    CHECK(call.reset() == OSS_BUSY);
    ended.set_value();
    other.join();
    CHECK(call.reset() == OSS_OK && bucket.head_object("threads", call).ok());
}

} // namespace

int main(int argc, char **argv) {
    CHECK(argc == 2);
    const auto bucket = create_bucket(argv[1]);
    results(bucket);
    entries(bucket);
    listings_know_their_call(bucket);
    moved_from(bucket);
    arguments(bucket);
    answers(bucket);
    everyday_headers(bucket, argv[1]);
    insists(bucket);
    CHECK(oss::version_number() == OSS_VERSION_NUMBER);
    misuse_by_threads(bucket);
    return 0;
}
