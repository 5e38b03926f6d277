// What came of something: what it gives, or every part of the failure, as an exception if wanted.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_RESULT_HPP
#define OSS_RESULT_HPP

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "oss.h"

#if defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define OSS_HPP_EXCEPTIONS 1
#else
#define OSS_HPP_EXCEPTIONS 0
#endif

namespace oss {

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

// The failure of one thing as that of another.
template <class Result>
std::unique_ptr<failure> same_failure(const Result &failed) {
    return std::make_unique<failure>(failed.failure());
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

    bool ok() const noexcept { return !failure_; }
    explicit operator bool() const noexcept {
        static_assert(!std::is_same_v<T, bool>, "is it about success or about the answer? ask ok() or value()");
        return ok();
    }
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

    bool ok() const noexcept { return !failure_; }
    explicit operator bool() const noexcept { return ok(); }
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

namespace detail {

// What `value` makes of a success.
template <class Value>
auto then(const result<> &done, const Value &value) -> result<decltype(value())> {
    if (!done)
        return same_failure(done);
    return value();
}

} // namespace detail

inline const char *version() noexcept { return oss_version(); }

} // namespace oss

#endif
