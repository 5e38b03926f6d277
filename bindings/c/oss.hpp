// alioss for C++17 and later: oss.h with handles that clean up after themselves.
//
// SPDX-License-Identifier: Apache-2.0
//
//     auto bucket = oss::bucket::open(oss::config().endpoint("https://oss-cn-hangzhou.aliyuncs.com"), "examplebucket").value();
//     bucket.put_object("a.txt", "hi").value();
//     for (const oss_entry &entry : bucket.list_objects_v2("photos/").value())
//         std::cout << entry.name << '\n';
//
// Results     Whatever can fail returns a result: true if it worked. value() gives what it holds, or throws oss::error with
//             every part of the failure; failure() gives those parts without an exception. Compiles with -fno-exceptions too:
//             then value() of a failure ends the program.
// Texts       const char *, std::string and std::string_view, in UTF-8; an empty optional text is none.
// Calls       oss::call carries what a request is sent with, and afterwards what came back; give one where that matters.
// Callbacks   Run on the calling thread during the call. What they throw comes out of value() unchanged.
// Threads     As in oss.h: buckets, services and sessions any number; a config and a call one at a time; call::cancel() any.
// Cost        Inline forwarding; a string_view is copied to get its NUL.

#ifndef OSS_HPP
#define OSS_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <istream>
#include <iterator>
#include <memory>
#include <new>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "oss.h"

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define OSS_HPP_EXCEPTIONS 1
#else
#define OSS_HPP_EXCEPTIONS 0
#endif

namespace oss {

// A name or a value on its way to the library: refers to a NUL-terminated text, and copies one that is not.
class text {
public:
    text(std::nullptr_t) noexcept {}
    text(const char *given) noexcept : pointer_(given) {}
    text(const std::string &given) { refer(given, given.c_str()); }
    text(std::string_view given) { refer(given, nullptr); }
    text(const text &) = delete;
    text &operator=(const text &) = delete;

    // NULL for none.
    const char *get() const noexcept { return pointer_; }
    // NULL for an empty one, too.
    const char *get_or_null() const noexcept { return pointer_ != nullptr && *pointer_ != '\0' ? pointer_ : nullptr; }

private:
    void refer(std::string_view given, const char *terminated) {
        if (given.find('\0') != std::string_view::npos) {
            // C would see the text end there. Written like this it is no UTF-8, which the library reports by name and position.
            for (char byte : given)
                byte == '\0' ? large_.append("\xC0\x80", 2) : large_.append(1, byte);
            pointer_ = large_.c_str();
        } else if (terminated != nullptr) {
            pointer_ = terminated;
        } else if (given.size() < sizeof small_) {
            if (!given.empty())
                std::memcpy(small_, given.data(), given.size());
            small_[given.size()] = '\0';
            pointer_ = small_;
        } else {
            large_.assign(given);
            pointer_ = large_.c_str();
        }
    }

    const char *pointer_ = nullptr;
    std::string large_;
    char small_[256];
};

// Bytes that live elsewhere: from a text, or from any container of bytes.
class bytes {
public:
    bytes() noexcept = default;
    bytes(const void *data, std::size_t size) noexcept : data_(data), size_(size) {}
    bytes(const char *given) noexcept : data_(given), size_(given == nullptr ? 0 : std::strlen(given)) {}
    template <class Container, class = std::enable_if_t<sizeof(*std::declval<const Container &>().data()) == 1>>
    bytes(const Container &given) noexcept : data_(given.data()), size_(given.size()) {}

    const void *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

private:
    const void *data_ = nullptr;
    std::size_t size_ = 0;
};

// Why something failed.
struct failure {
    oss_status status = OSS_OK;
    std::string text;       // in words; always there
    int http_status = 0;    // 0: no answer
    std::string code;       // "NoSuchKey"
    std::string message;    // the service's words
    std::string request_id;
    std::string host_id;
    std::string ec;         // "0026-00000001"
    bool retryable = false;
    int attempts = 0;
    std::string body;       // the first 4 KiB of the answer
#if OSS_HPP_EXCEPTIONS
    std::exception_ptr cause; // what a callback threw
#endif
};

// A failure as an exception.
class error : public std::runtime_error {
public:
    explicit error(oss::failure why)
        : std::runtime_error(why.text), why_(std::make_shared<const oss::failure>(std::move(why))) {}

    const oss::failure &why() const noexcept { return *why_; }
    oss_status status() const noexcept { return why_->status; }
    int http_status() const noexcept { return why_->http_status; }
    const std::string &code() const noexcept { return why_->code; }
    const std::string &request_id() const noexcept { return why_->request_id; }

private:
    std::shared_ptr<const oss::failure> why_; // copying an exception must not throw
};

namespace detail {

[[noreturn]] inline void raise(failure why) {
#if OSS_HPP_EXCEPTIONS
    if (why.cause)
        std::rethrow_exception(why.cause);
    throw error(std::move(why));
#else
    std::fprintf(stderr, "oss: value() of a failure: %s\n", why.text.c_str());
    std::abort();
#endif
}

#if OSS_HPP_EXCEPTIONS
// What a callback threw on this thread, until the call that ran it has returned.
inline thread_local std::exception_ptr thrown;
#endif

// Runs a callback; `otherwise` if it throws.
template <class Result, class Body>
Result shielded(Result otherwise, const Body &body) noexcept {
#if OSS_HPP_EXCEPTIONS
    try {
        return body();
    } catch (...) {
        thrown = std::current_exception();
        return otherwise;
    }
#else
    (void)otherwise;
    return body();
#endif
}

struct free_handle {
    void operator()(oss_config *handle) const noexcept { oss_config_free(handle); }
    void operator()(oss_credentials *handle) const noexcept { oss_credentials_free(handle); }
    void operator()(oss_session *handle) const noexcept { oss_session_free(handle); }
    void operator()(oss_bucket *handle) const noexcept { oss_bucket_free(handle); }
    void operator()(oss_service *handle) const noexcept { oss_service_free(handle); }
    void operator()(oss_call *handle) const noexcept { oss_call_free(handle); }
};

template <class Handle>
using unique = std::unique_ptr<Handle, free_handle>;

// What handles keep alive: the functions that give credentials.
using keep = std::shared_ptr<const void>;

inline std::unique_ptr<failure> failed(oss_status status, const char *text) {
    auto why = std::make_unique<failure>();
    why->status = status;
    why->text = text;
#if OSS_HPP_EXCEPTIONS
    why->cause = std::exchange(thrown, nullptr);
#endif
    return why;
}

} // namespace detail

// What came of something that can fail.
template <class T = void>
class [[nodiscard]] result {
public:
    result(T value) : value_(std::move(value)) {}
    result(std::unique_ptr<oss::failure> why) : failure_(std::move(why)) {}
    result(result &&other) noexcept : failure_(std::move(other.failure_)) {
        if (!failure_)
            ::new (static_cast<void *>(&value_)) T(std::move(other.value_));
    }
    result &operator=(result &&) = delete;
    ~result() {
        if (!failure_)
            value_.~T();
    }

    explicit operator bool() const noexcept { return !failure_; }
    // Only of a success.
    T &operator*() noexcept { return value_; }
    T *operator->() noexcept { return &value_; }
    // Only of a failure.
    const oss::failure &failure() const noexcept { return *failure_; }

    // What it holds; throws oss::error if that is a failure.
    T value() && {
        if (failure_)
            detail::raise(std::move(*failure_));
        return std::move(value_);
    }
    T &value() & {
        if (failure_)
            detail::raise(*failure_);
        return value_;
    }

private:
    std::unique_ptr<oss::failure> failure_;
    union {
        T value_;
    };
};

template <>
class [[nodiscard]] result<void> {
public:
    result() noexcept = default;
    result(std::unique_ptr<oss::failure> why) noexcept : failure_(std::move(why)) {}

    explicit operator bool() const noexcept { return !failure_; }
    // Only of a failure.
    const oss::failure &failure() const noexcept { return *failure_; }
    // Throws oss::error if it is a failure.
    void value() const {
        if (failure_)
            detail::raise(*failure_);
    }

private:
    std::unique_ptr<oss::failure> failure_;
};

inline const char *version() noexcept { return oss_version(); }

// One request and its answer: what goes in stays until reset(), what comes out until the next request.
class call {
public:
    using progress_fn = std::function<bool(std::int64_t done, std::int64_t total)>;

    call() : handle_(oss_call_new()) {}

    // Going in. What the library refuses is reported by the operation.
    call &header(const text &name, const text &value) & {
        return note(oss_call_header(get(), name.get(), value.get()));
    }
    call &query(const text &name, const text &value = nullptr) & {
        return note(oss_call_query(get(), name.get(), value.get()));
    }
    call &range(std::int64_t first, std::int64_t last = -1) & { return note(oss_call_range(get(), first, last)); }
    call &timeout(std::chrono::milliseconds limit) & { return note(oss_call_timeout_ms(get(), limit.count())); }
    // Told of `done` and `total` bytes (-1: unknown); false stops the transfer.
    call &progress(progress_fn function) & {
        progress_ = std::make_unique<progress_fn>(std::move(function));
        return note(oss_call_progress(get(), *progress_ ? report : nullptr, progress_.get()));
    }
    call &&header(const text &name, const text &value) && { return std::move(header(name, value)); }
    call &&query(const text &name, const text &value = nullptr) && { return std::move(query(name, value)); }
    call &&range(std::int64_t first, std::int64_t last = -1) && { return std::move(range(first, last)); }
    call &&timeout(std::chrono::milliseconds limit) && { return std::move(timeout(limit)); }
    call &&progress(progress_fn function) && { return std::move(progress(std::move(function))); }

    // Ends the running request, or the next one; from any thread.
    void cancel() const noexcept { oss_call_cancel(get()); }
    void reset() {
        oss_call_reset(get());
        progress_.reset();
        refused_.reset();
        keep_.reset();
    }

    // Coming out; lent until the next request. Texts are empty if there is none.
    int http_status() const noexcept { return oss_call_http_status(get()); }
    std::string_view request_id() const noexcept { return view(oss_call_request_id(get())); }
    int attempts() const noexcept { return oss_call_attempts(get()); }
    std::string_view response_header(const text &name) const noexcept {
        return view(oss_call_response_header(get(), name.get()));
    }
    // Number `index` of all headers, name (in lower case) and value; behind the last, both are empty.
    std::pair<std::string_view, std::string_view> response_header_at(std::size_t index) const noexcept {
        const char *name = nullptr;
        const char *value = oss_call_response_header_at(get(), index, &name);
        return {view(name), view(value)};
    }
    std::string_view error_detail(const text &name) const noexcept {
        return view(oss_call_error_detail(get(), name.get()));
    }
    std::string_view etag() const noexcept { return view(oss_call_etag(get())); }
    std::string_view version_id() const noexcept { return view(oss_call_version_id(get())); }
    std::uint64_t crc64() const noexcept { return oss_call_crc64(get()); }
    std::int64_t content_length() const noexcept { return oss_call_content_length(get()); }
    std::int64_t last_modified() const noexcept { return oss_call_last_modified(get()); }
    std::string_view body() const noexcept {
        std::size_t size = 0;
        const void *data = oss_call_body(get(), &size);
        return data == nullptr ? std::string_view() : std::string_view(static_cast<const char *>(data), size);
    }

    // Reads on after bucket::get_object(): how many bytes; 0 at the end, when length and CRC-64 have been found right.
    result<std::size_t> read(void *buffer, std::size_t capacity) const {
        const std::int64_t got = oss_call_read(get(), buffer, capacity);
        if (got < 0)
            return why(static_cast<oss_status>(-got));
        return static_cast<std::size_t>(got);
    }

    // The next entry of a listing, lent until the call is used again; nullptr after the last one.
    result<const oss_entry *> next() const {
        const oss_entry *entry = nullptr;
        const oss_status status = oss_call_next(get(), &entry);
        if (status != OSS_OK)
            return why(status);
        return entry;
    }

    oss_call *get() const noexcept { return handle_.get(); }

private:
    friend class bucket;
    friend class service;

    static std::string_view view(const char *text) noexcept { return text == nullptr ? "" : text; }

    static int report(void *user, std::int64_t done, std::int64_t total) noexcept {
        return detail::shielded(1, [&] { return (*static_cast<progress_fn *>(user))(done, total) ? 0 : 1; });
    }

    call &note(oss_status status) {
        if (status != OSS_OK && !refused_)
            refused_ = detail::failed(status, oss_last_error());
        return *this;
    }

    // Every part of the failure of the last request.
    std::unique_ptr<failure> why(oss_status status) const {
        auto why = detail::failed(status, oss_call_error(get()));
        why->http_status = http_status();
        why->code = oss_call_code(get());
        why->message = oss_call_message(get());
        why->request_id = request_id();
        why->host_id = oss_call_host_id(get());
        why->ec = oss_call_ec(get());
        why->retryable = oss_call_retryable(get()) != 0;
        why->attempts = attempts();
        why->body = body();
        return why;
    }

    // Runs an operation, unless an input was refused.
    template <class Operation>
    result<> run(const detail::keep &keep, const Operation &operation) const {
        if (refused_)
            return std::make_unique<failure>(*refused_);
        keep_ = keep;
#if OSS_HPP_EXCEPTIONS
        detail::thrown = nullptr;
#endif
        const oss_status status = operation(get());
        if (status != OSS_OK)
            return why(status);
        return {};
    }

    // In this order, so that the handle goes first.
    mutable detail::keep keep_;
    std::unique_ptr<progress_fn> progress_;
    std::unique_ptr<failure> refused_;
    detail::unique<oss_call> handle_;
};

// The entries of a listing, fetched page by page. Once through: with next(), or with a range-for, which throws oss::error
// when a page cannot be fetched.
class listing {
public:
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = oss_entry;
        using difference_type = std::ptrdiff_t;
        using pointer = const oss_entry *;
        using reference = const oss_entry &;

        iterator() noexcept = default;
        reference operator*() const noexcept { return *entry_; }
        pointer operator->() const noexcept { return entry_; }
        iterator &operator++() {
            entry_ = call_->next().value();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator &one, const iterator &other) noexcept { return one.entry_ == other.entry_; }
        friend bool operator!=(const iterator &one, const iterator &other) noexcept { return one.entry_ != other.entry_; }

    private:
        friend class listing;
        explicit iterator(const call *call) : call_(call) { ++*this; }
        const call *call_ = nullptr;
        const oss_entry *entry_ = nullptr;
    };

    explicit listing(call call) : call_(std::move(call)) {}

    // Lent until the next step; nullptr after the last entry.
    result<const oss_entry *> next() const { return call_.next(); }
    iterator begin() const { return iterator(&call_); }
    iterator end() const noexcept { return {}; }

private:
    call call_;
};

// Access keys, with a token if they are temporary.
struct keys {
    std::string id;
    std::string secret;
    std::string token;
};

// Where credentials come from.
class credentials {
public:
    using function = std::function<keys()>;

    static credentials environment() { return credentials(oss_credentials_environment()); }
    static credentials anonymous() { return credentials(oss_credentials_anonymous()); }
    // Always the same.
    static result<credentials> fixed(const text &id, const text &secret, const text &token = nullptr) {
        oss_credentials *handle = oss_credentials_static(id.get(), secret.get(), token.get_or_null());
        if (handle == nullptr)
            return detail::failed(OSS_INVALID_ARGUMENT, oss_last_error());
        return credentials(handle);
    }
    // Asks `give` before every attempt, by several threads at once if several work.
    static credentials callback(function give) {
        auto kept = std::make_shared<function>(std::move(give));
        credentials made(oss_credentials_callback(ask, kept.get()));
        made.keep_ = std::move(kept);
        return made;
    }

    oss_credentials *get() const noexcept { return handle_.get(); }

private:
    friend class config;
    explicit credentials(oss_credentials *handle) noexcept : handle_(handle) {}

    static int ask(void *user, oss_keys *target) noexcept {
        return detail::shielded(1, [&] {
            const keys given = (*static_cast<function *>(user))();
            const text id(given.id), secret(given.secret), token(given.token);
            return oss_keys_set(target, id.get(), secret.get(), token.get_or_null()) == OSS_OK ? 0 : 1;
        });
    }

    detail::keep keep_;
    detail::unique<oss_credentials> handle_;
};

enum class tls_version : int { v1_2 = OSS_TLS_1_2, v1_3 = OSS_TLS_1_3 };

class session;

// How to reach the service; oss.h says what each option means. The first bad value makes open() fail with its message.
class config {
public:
    config() : handle_(oss_config_new()) {}

    config &endpoint(const text &endpoint) { return oss_config_endpoint(get(), endpoint.get()), *this; }
    config &region(const text &region) { return oss_config_region(get(), region.get()), *this; }
    config &signature_version(int version) { return oss_config_signature_version(get(), version), *this; }
    config &cname(bool on = true) { return oss_config_cname(get(), on), *this; }
    config &path_style(bool on = true) { return oss_config_path_style(get(), on), *this; }
    config &internal_endpoint(bool on = true) { return oss_config_internal_endpoint(get(), on), *this; }
    config &accelerate_endpoint(bool on = true) { return oss_config_accelerate_endpoint(get(), on), *this; }
    config &dual_stack(bool on = true) { return oss_config_dual_stack(get(), on), *this; }
    config &cloudbox_id(const text &id) { return oss_config_cloudbox_id(get(), id.get()), *this; }
    config &additional_signed_header(const text &name) {
        return oss_config_additional_signed_header(get(), name.get()), *this;
    }
    config &keys(const text &id, const text &secret, const text &token = nullptr) {
        return oss_config_keys(get(), id.get(), secret.get(), token.get_or_null()), *this;
    }
    config &credentials(const oss::credentials &credentials) {
        keep_ = credentials.keep_;
        return oss_config_credentials(get(), credentials.get()), *this;
    }
    config &session(const oss::session &session);
    config &pool_size(std::int64_t connections) { return oss_config_pool_size(get(), connections), *this; }
    config &connect_timeout(std::chrono::milliseconds limit) {
        return oss_config_connect_timeout_ms(get(), limit.count()), *this;
    }
    config &read_timeout(std::chrono::milliseconds limit) {
        return oss_config_read_timeout_ms(get(), limit.count()), *this;
    }
    config &total_timeout(std::chrono::milliseconds limit) {
        return oss_config_total_timeout_ms(get(), limit.count()), *this;
    }
    config &tls_versions(tls_version min, tls_version max) {
        return oss_config_tls_versions(get(), static_cast<int>(min), static_cast<int>(max)), *this;
    }
    config &ca_file(const text &path) { return oss_config_ca_file(get(), path.get()), *this; }
    config &ca_pem(const bytes &pem) { return oss_config_ca_pem(get(), pem.data(), pem.size()), *this; }
    config &insecure_skip_verify(bool on = true) { return oss_config_insecure_skip_verify(get(), on), *this; }
    config &proxy(const text &url) { return oss_config_proxy(get(), url.get()), *this; }
    config &proxy_from_env(bool on = true) { return oss_config_proxy_from_env(get(), on), *this; }
    config &app_name(const text &name) { return oss_config_app_name(get(), name.get()), *this; }
    config &crc64(bool on) { return oss_config_crc64(get(), on), *this; }
    config &retry(int attempts) { return oss_config_retry(get(), attempts), *this; }
    config &clock_skew_correction(bool on) { return oss_config_clock_skew_correction(get(), on), *this; }
    config &user_header(const text &name, const text &value) {
        return oss_config_user_header(get(), name.get(), value.get()), *this;
    }
    config &resolve(const text &host, const text &address) {
        return oss_config_resolve(get(), host.get(), address.get()), *this;
    }
    config &traffic_limit(std::int64_t bits_per_second) {
        return oss_config_traffic_limit(get(), bits_per_second), *this;
    }

    // Why it cannot be used; "" if all is well.
    std::string error() const { return oss_config_error(get()); }

    oss_config *get() const noexcept { return handle_.get(); }

private:
    friend class session;
    friend class bucket;
    friend class service;

    std::unique_ptr<failure> why() const { return detail::failed(oss_config_status(get()), oss_config_error(get())); }

    detail::keep keep_;
    detail::unique<oss_config> handle_;
};

// A pool of connections, to be shared by buckets and services.
class session {
public:
    static result<session> open(const config &config) {
        oss_session *handle = oss_session_new(config.get());
        if (handle == nullptr)
            return config.why();
        return session(handle);
    }

    oss_session *get() const noexcept { return handle_.get(); }

private:
    explicit session(oss_session *handle) noexcept : handle_(handle) {}
    detail::unique<oss_session> handle_;
};

inline config &config::session(const oss::session &session) { return oss_config_session(get(), session.get()), *this; }

// A bucket and the way to it.
class bucket {
public:
    // Talks to nobody yet.
    static result<bucket> open(const config &config, const text &name) {
        oss_bucket *handle = oss_bucket_new(config.get(), name.get());
        if (handle == nullptr)
            return config.why();
        return bucket(handle, config.keep_);
    }

    result<> put_object(const text &key, const bytes &data, const call &call = {}) const {
        return call.run(keep_, [&](oss_call *c) { return oss_put_object(get(), key.get(), data.data(), data.size(), c); });
    }
    result<> put_object_file(const text &key, const text &path, const call &call = {}) const {
        return call.run(keep_, [&](oss_call *c) { return oss_put_object_file(get(), key.get(), path.get(), c); });
    }
    // `length` bytes, or -1 if unknown, from `read(char *buffer, std::size_t capacity)`, which returns how many it gave, 0 at
    // the end and a negative number to give up.
    template <class Read, class = std::enable_if_t<std::is_invocable_v<Read &, char *, std::size_t>>>
    result<> put_object_stream(const text &key, std::int64_t length, Read &&read, const call &call = {}) const {
        using function = std::remove_reference_t<Read>;
        const oss_read_fn trampoline = [](void *user, std::uint8_t *buffer, std::size_t capacity) noexcept {
            return detail::shielded(std::int64_t{-1}, [&] {
                auto &source = *static_cast<function *>(user);
                return static_cast<std::int64_t>(source(reinterpret_cast<char *>(buffer), capacity));
            });
        };
        return call.run(keep_, [&](oss_call *c) {
            return oss_put_object_stream(get(), key.get(), length, trampoline, pointer(read), c);
        });
    }
    result<> put_object_stream(const text &key, std::int64_t length, std::istream &source, const call &call = {}) const {
        const auto read = [&source](char *buffer, std::size_t capacity) -> std::int64_t {
            source.read(buffer, static_cast<std::streamsize>(capacity));
            return source.bad() ? -1 : static_cast<std::int64_t>(source.gcount());
        };
        return put_object_stream(key, length, read, call);
    }

    // Then fetch the body with call.read().
    result<> get_object(const text &key, const call &call) const {
        return call.run(keep_, [&](oss_call *c) { return oss_get_object(get(), key.get(), c); });
    }
    result<std::string> get_object_to_string(const text &key, const call &call = {}) const {
        auto asked = get_object(key, call);
        if (!asked)
            return std::make_unique<failure>(asked.failure());
        // At most so much on the service's word alone.
        constexpr std::int64_t trusted = 64 * 1024 * 1024, least = 64 * 1024;
        const std::int64_t announced = call.content_length();
        std::string body;
        for (std::size_t filled = 0;;) {
            if (filled == body.size())
                body.resize(filled != 0      ? 2 * filled
                            : announced >= 0 ? static_cast<std::size_t>(announced < trusted ? announced + 1 : trusted)
                                             : static_cast<std::size_t>(least));
            auto got = call.read(&body[filled], body.size() - filled);
            if (!got)
                return std::make_unique<failure>(got.failure());
            filled += *got;
            if (*got == 0) {
                body.resize(filled);
                return body;
            }
        }
    }
    // How many bytes came.
    result<std::size_t> get_object_to_buffer(const text &key, void *buffer, std::size_t capacity,
                                             const call &call = {}) const {
        std::size_t size = 0;
        auto done = call.run(keep_, [&](oss_call *c) {
            return oss_get_object_to_buffer(get(), key.get(), buffer, capacity, &size, c);
        });
        if (!done)
            return std::make_unique<failure>(done.failure());
        return size;
    }
    // The file appears whole or not at all.
    result<> get_object_to_file(const text &key, const text &path, const call &call = {}) const {
        return call.run(keep_, [&](oss_call *c) { return oss_get_object_to_file(get(), key.get(), path.get(), c); });
    }
    // Piece by piece into `write(std::string_view)`, which returns false to give up. Unless this succeeds, what was written
    // is not the object.
    template <class Write, class = std::enable_if_t<std::is_invocable_r_v<bool, Write &, std::string_view>>>
    result<> get_object_to_stream(const text &key, Write &&write, const call &call = {}) const {
        using function = std::remove_reference_t<Write>;
        const oss_write_fn trampoline = [](void *user, const std::uint8_t *data, std::size_t size) noexcept {
            return detail::shielded(1, [&] {
                auto &target = *static_cast<function *>(user);
                return target(std::string_view(reinterpret_cast<const char *>(data), size)) ? 0 : 1;
            });
        };
        return call.run(keep_, [&](oss_call *c) {
            return oss_get_object_to_stream(get(), key.get(), trampoline, pointer(write), c);
        });
    }
    result<> get_object_to_stream(const text &key, std::ostream &target, const call &call = {}) const {
        const auto write = [&target](std::string_view piece) {
            return static_cast<bool>(target.write(piece.data(), static_cast<std::streamsize>(piece.size())));
        };
        return get_object_to_stream(key, write, call);
    }

    result<> head_object(const text &key, const call &call = {}) const {
        return call.run(keep_, [&](oss_call *c) { return oss_head_object(get(), key.get(), c); });
    }
    result<> get_object_meta(const text &key, const call &call = {}) const {
        return call.run(keep_, [&](oss_call *c) { return oss_get_object_meta(get(), key.get(), c); });
    }
    result<> delete_object(const text &key, const call &call = {}) const {
        return call.run(keep_, [&](oss_call *c) { return oss_delete_object(get(), key.get(), c); });
    }
    result<> put_bucket(const call &call = {}) const {
        return call.run(keep_, [&](oss_call *c) { return oss_put_bucket(get(), c); });
    }
    result<> delete_bucket(const call &call = {}) const {
        return call.run(keep_, [&](oss_call *c) { return oss_delete_bucket(get(), c); });
    }
    // Takes the call over, because the listing goes on with it.
    result<listing> list_objects_v2(const text &prefix = nullptr, const text &delimiter = nullptr, call call = {}) const {
        auto begun = call.run(keep_, [&](oss_call *c) {
            return oss_list_objects_v2(get(), prefix.get_or_null(), delimiter.get_or_null(), c);
        });
        if (!begun)
            return std::make_unique<failure>(begun.failure());
        return listing(std::move(call));
    }
    // A request of your own; its answer lies in call.body(). `key` is empty at bucket level.
    result<> invoke(const text &method, const text &key, const bytes &body, const call &call) const {
        return call.run(keep_, [&](oss_call *c) {
            return oss_invoke(get(), method.get(), key.get_or_null(), body.data(), body.size(), c);
        });
    }

    oss_bucket *get() const noexcept { return handle_.get(); }

private:
    bucket(oss_bucket *handle, detail::keep keep) noexcept : keep_(std::move(keep)), handle_(handle) {}

    template <class Function>
    static void *pointer(Function &function) noexcept {
        return const_cast<void *>(static_cast<const void *>(std::addressof(function)));
    }

    detail::keep keep_;
    detail::unique<oss_bucket> handle_;
};

// The service itself: what is not about one bucket.
class service {
public:
    // Talks to nobody yet.
    static result<service> open(const config &config) {
        oss_service *handle = oss_service_new(config.get());
        if (handle == nullptr)
            return config.why();
        return service(handle, config.keep_);
    }

    // Takes the call over, because the listing goes on with it.
    result<listing> list_buckets(const text &prefix = nullptr, call call = {}) const {
        auto begun =
            call.run(keep_, [&](oss_call *c) { return oss_list_buckets(get(), prefix.get_or_null(), c); });
        if (!begun)
            return std::make_unique<failure>(begun.failure());
        return listing(std::move(call));
    }
    // A request of your own; its answer lies in call.body().
    result<> invoke(const text &method, const bytes &body, const call &call) const {
        return call.run(keep_, [&](oss_call *c) {
            return oss_service_invoke(get(), method.get(), body.data(), body.size(), c);
        });
    }

    oss_service *get() const noexcept { return handle_.get(); }

private:
    service(oss_service *handle, detail::keep keep) noexcept : keep_(std::move(keep)), handle_(handle) {}

    detail::keep keep_;
    detail::unique<oss_service> handle_;
};

} // namespace oss

#endif
