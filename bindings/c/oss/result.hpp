// What came of something: what it gives, or every part of the failure, as an exception if wanted.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_RESULT_HPP
#define OSS_RESULT_HPP

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "abi.hpp"
#include "oss.h"

namespace oss {
inline namespace OSS_HPP_ABI {

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
    int os_error = 0;       // of the local file that failed: errno, on Windows GetLastError()
    std::string body;       // the first 4 KiB of the answer
#if OSS_HPP_EXCEPTIONS
    std::exception_ptr cause; // what a callback threw
#endif
};

// A failure as an exception.
class error : public std::runtime_error {
public:
    explicit error(const failure &given) : std::runtime_error(given.text), why_(new failure(given)) {}

    const failure &why() const noexcept { return *why_; }
    oss_status status() const noexcept { return why_->status; }
    int http_status() const noexcept { return why_->http_status; }
    const std::string &code() const noexcept { return why_->code; }
    const std::string &request_id() const noexcept { return why_->request_id; }

private:
    std::shared_ptr<const failure> why_; // copying an exception must not throw
};

namespace detail {

// Ends the program, or throws, because it asked a result for what it does not have.
[[noreturn]] inline void raise(const failure &why) {
#if OSS_HPP_EXCEPTIONS
    if (why.cause)
        std::rethrow_exception(why.cause);
    throw error(why);
#else
    std::fprintf(stderr, "oss: value() of a failure: %s\n", why.text.c_str());
    std::abort();
#endif
}

[[noreturn]] inline void no_failure() {
#if OSS_HPP_EXCEPTIONS
    throw std::logic_error("oss: failure() of a success");
#else
    std::fputs("oss: failure() of a success\n", stderr);
    std::abort();
#endif
}

// A failure, or none. Has no move: a result that was moved from must not turn from a failure into a success.
class kept_failure {
public:
    kept_failure() noexcept = default;
    kept_failure(failure why) : why_(new failure(std::move(why))) {}
    kept_failure(const kept_failure &) noexcept = default;
    kept_failure &operator=(const kept_failure &) noexcept = default;
    ~kept_failure() = default;

    explicit operator bool() const noexcept { return why_ != nullptr; }
    const failure &get() const {
        if (!why_)
            no_failure();
        return *why_;
    }

private:
    std::shared_ptr<const failure> why_;
};

inline failure failed(oss_status status, std::string text) {
    failure why;
    why.status = status;
    why.text = std::move(text);
    return why;
}

} // namespace detail

// What came of something that can fail. Nothing in it dangles: of a result that goes away the parts are given, not lent.
template <class T = void>
class [[nodiscard]] result {
    static_assert(std::is_object_v<T> && std::is_nothrow_move_constructible_v<T>);

public:
    result(T value) : value_(std::move(value)) {}
    result(oss::failure why) : why_(std::move(why)) {}
    result(const detail::kept_failure &why) : why_(why) {}

    bool ok() const noexcept { return value_.has_value(); }
    explicit operator bool() const noexcept {
        static_assert(!std::is_same_v<T, bool>, "is it about success or about the answer? ask ok() or value()");
        return ok();
    }

    // What it holds; throws oss::error if that is a failure.
    T &value() & { return checked(), *value_; }
    const T &value() const & { return checked(), *value_; }
    T value() && { return checked(), std::move(*value_); }
    void value() const && = delete;
    T &operator*() & { return value(); }
    const T &operator*() const & { return value(); }
    T operator*() && { return std::move(*this).value(); }
    void operator*() const && = delete;
    T *operator->() & { return &value(); }
    const T *operator->() const & { return &value(); }
    void operator->() const && = delete;

    // Why it failed; only of a failure.
    const oss::failure &failure() const & { return why_.get(); }
    oss::failure failure() const && { return why_.get(); }

private:
    void checked() const {
        if (!value_)
            detail::raise(why_.get());
    }

    std::optional<T> value_;
    detail::kept_failure why_; // where there is no value
};

template <>
class [[nodiscard]] result<void> {
public:
    result() noexcept = default;
    result(oss::failure why) : why_(std::move(why)) {}
    result(const detail::kept_failure &why) : why_(why) {} // none: a success

    bool ok() const noexcept { return !why_; }
    explicit operator bool() const noexcept { return ok(); }
    // Throws oss::error if it is a failure.
    void value() const {
        if (why_)
            detail::raise(why_.get());
    }

    // Why it failed; only of a failure.
    const oss::failure &failure() const & { return why_.get(); }
    oss::failure failure() const && { return why_.get(); }

    // For results of other types: the same failure.
    const detail::kept_failure &kept() const & { return why_; }

private:
    detail::kept_failure why_;
};

namespace detail {

// The result of what gives a T, which may be one already.
template <class T>
struct as_result {
    using type = result<T>;
};
template <class T>
struct as_result<result<T>> {
    using type = result<T>;
};
template <class Value>
using result_with = typename as_result<std::invoke_result_t<const Value &>>::type;

struct nothing {
    void operator()() const noexcept {}
};

// What `value` makes of a success.
template <class Value>
result_with<Value> then(const result<> &done, const Value &value) {
    if constexpr (std::is_same_v<Value, nothing>)
        return done;
    else if (!done)
        return done.kept();
    else
        return value();
}

} // namespace detail

inline const char *version() noexcept { return oss_version(); }
// The same as a number to compare with OSS_VERSION_NUMBER: 10203 is 1.2.3.
inline int version_number() noexcept { return oss_version_number(); }

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
