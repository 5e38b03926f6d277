// What compiles and what does not. Nothing here is run; it is compiled in every standard, with and without exceptions, with
// all warnings as errors.

#include <array>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <oss.hpp>
#include <oss_options.h>

namespace {

// ---- bytes and texts ----

template <class Given>
constexpr bool is_bytes = std::is_constructible_v<oss::bytes, Given>;
template <class Given>
constexpr bool is_text = std::is_constructible_v<oss::text, Given>;

static_assert(!is_bytes<char (&)[4096]>, "how much of a buffer is meant?");
static_assert(is_bytes<const char (&)[6]>, "a literal");
static_assert(is_bytes<const char *> && is_bytes<char *> && is_bytes<std::string_view> && is_bytes<std::nullptr_t>);
static_assert(is_bytes<std::string &> && is_bytes<const std::string &> && is_bytes<std::string>);
static_assert(is_bytes<std::vector<std::uint8_t> &> && is_bytes<const std::array<char, 3> &>);
static_assert(is_bytes<std::vector<std::uint8_t>> && is_bytes<const std::vector<std::uint8_t>>);
static_assert(!is_bytes<std::vector<int> &> && !is_bytes<int>);
static_assert(is_text<char (&)[64]> && is_text<const char (&)[6]> && is_text<const char *> && is_text<char *>);
static_assert(is_text<std::string &> && is_text<std::string> && is_text<std::string_view> && is_text<std::nullptr_t>);
static_assert(!std::is_copy_constructible_v<oss::text>);

// ---- what is given, and not lent ----

template <class Result>
using starred = decltype(*std::declval<Result>());
static_assert(std::is_same_v<starred<oss::result<std::string>>, std::string>, "not a reference into what goes away");
static_assert(std::is_same_v<starred<oss::result<std::string> &>, std::string &>);
static_assert(std::is_same_v<starred<const oss::result<std::string> &>, const std::string &>);
static_assert(std::is_same_v<decltype(std::declval<oss::result<>>().failure()), oss::failure>);
static_assert(std::is_same_v<decltype(std::declval<oss::result<> &>().failure()), const oss::failure &>);
static_assert(std::is_same_v<decltype(std::declval<oss::call>().etag()), std::string>);

template <class Result, class = void>
struct has_arrow : std::false_type {};
template <class Result>
struct has_arrow<Result, std::void_t<decltype(std::declval<Result>().operator->())>> : std::true_type {};
static_assert(has_arrow<oss::result<oss::presigned> &>::value && has_arrow<const oss::result<oss::presigned> &>::value);
static_assert(!has_arrow<oss::result<oss::presigned>>::value, "const auto &url = bucket.presign(...)->url");

// Setters give the thing itself, so that a name for what they give names nothing that has gone.
static_assert(std::is_same_v<decltype(std::declval<oss::config>().region("")), oss::config>);
static_assert(std::is_same_v<decltype(std::declval<oss::call>().range(0)), oss::call>);
static_assert(std::is_same_v<std::iterator_traits<oss::listing::iterator>::value_type, oss::entry>);
static_assert(!std::is_convertible_v<oss::entry, oss_entry>);

// ---- handles ----

template <class Handle>
constexpr bool is_handle = std::is_copy_constructible_v<Handle> && std::is_nothrow_move_constructible_v<Handle> &&
                           std::is_nothrow_move_assignable_v<Handle>;
static_assert(is_handle<oss::config> && is_handle<oss::credentials> && is_handle<oss::session> && is_handle<oss::bucket>);
static_assert(is_handle<oss::service> && is_handle<oss::call> && is_handle<oss::listing>);
static_assert(std::is_nothrow_copy_constructible_v<oss::error>);

} // namespace

// One expression, with names of their own and as arguments.
oss::result<oss::bucket> in_one_expression(const std::string &region);
oss::result<oss::bucket> in_one_expression(const std::string &region) {
    const oss::config config = oss::config().endpoint("localhost:9000").region(region).attempts(5).app_name("rules");
    const oss::call call = oss::call().header("x-oss-meta-a", "b").timeout(std::chrono::seconds(5));
    if (auto bucket = oss::bucket::open(oss::config().endpoint("localhost").region(region), "name"))
        static_cast<void>((*bucket).put_object("key", "content", call));
    return oss::bucket::open(config, "name");
}

#if __cplusplus >= 202002L
oss_bucket *with_options();
oss_bucket *with_options() {
    const oss_options options{.bucket = "name", .endpoint = "localhost:9000", .read_timeout_ms = 30000};
    oss_session *session = oss_open_session({.pool_size = 5});
    oss_session_free(session);
    oss_service_free(oss_open_service({.region = "cn-hangzhou"}));
    return session != nullptr ? oss_open(&options) : oss_open({.bucket = "name", .region = "cn-hangzhou"});
}
#endif

int main() { return 0; }
