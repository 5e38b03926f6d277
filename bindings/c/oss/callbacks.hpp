// What stands between the callbacks of a program and the library: exceptions on their way around C, and what keeps functions
// alive as long as they may be called.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_CALLBACKS_HPP
#define OSS_CALLBACKS_HPP

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "abi.hpp"
#include "oss.h"
#include "result.hpp"
#include "text.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {

// Access keys, with a token if they are temporary.
struct keys {
    std::string id;
    std::string secret;
    std::string token;
    std::int64_t expiration = 0; // in seconds since 1970 UTC; 0: unknown
};

// Why a program is asked for keys, and how much time it has. Good only while the function runs.
class keys_request {
public:
    explicit keys_request(const oss_keys *handle) noexcept : handle_(handle) {}

    // The service has refused the keys given before, as unknown or expired: others are needed.
    bool refused() const noexcept { return oss_keys_refused(handle_) != 0; }
    // How long the request still has, as of now: zero if it is over or cancelled, negative if it has no timeout. A function
    // that waits looks here from time to time.
    std::chrono::milliseconds timeout() const noexcept { return std::chrono::milliseconds(oss_keys_timeout_ms(handle_)); }

private:
    const oss_keys *handle_;
};

namespace detail {

// An exception, or none; with exceptions turned off always none.
struct caught {
#if OSS_HPP_EXCEPTIONS
    explicit operator bool() const noexcept { return what != nullptr; }
    // Makes it the cause of a failure.
    void give_to(failure &why) const { why.cause = what; }
    static caught of(const failure &why) noexcept { return {why.cause}; }
    std::exception_ptr what;
#else
    explicit operator bool() const noexcept { return false; }
    void give_to(failure &) const noexcept {}
    static caught of(const failure &) noexcept { return {}; }
#endif
};

// Runs a callback; `otherwise` if it throws, and then `keep(caught)` gets what it threw.
template <class Result, class Body, class Keep>
Result shielded(Result otherwise, const Body &body, const Keep &keep) noexcept {
#if OSS_HPP_EXCEPTIONS
    try {
        return body();
    } catch (...) {
        keep(caught{std::current_exception()});
        return otherwise;
    }
#else
    (void)otherwise;
    (void)keep;
    return body();
#endif
}

// What the callbacks of a running call throw. They run on its thread, so this needs no lock.
class thrown {
public:
    template <class Result, class Body>
    Result shield(Result otherwise, const Body &body) noexcept {
        return shielded(otherwise, body, [&](caught one) {
            if (!first_)
                first_ = std::move(one);
        });
    }
    caught take() noexcept { return std::exchange(first_, {}); }

private:
    caught first_;
};

// What functions throw that know no call, on the thread of one or on its workers: it waits here for that call.
class thrown_by_calls {
public:
    template <class Result, class Body>
    Result shield(Result otherwise, const Body &body) noexcept {
        return shielded(otherwise, body, [&](caught one) {
            const std::lock_guard<std::mutex> lock(mutex_);
            const oss_call *mine = oss_current_call();
            if (const auto before = find(mine); before != all_.end())
                before->second = std::move(one);
            else
                all_.emplace_back(mine, std::move(one));
        });
    }
    // What was last thrown for this call since the last time: after what was thrown before, it went on.
    caught take(const oss_call *call) {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto mine = find(call);
        if (mine == all_.end())
            return {};
        caught one = std::move(mine->second);
        all_.erase(mine);
        return one;
    }

private:
    using of_calls = std::vector<std::pair<const oss_call *, caught>>;

    of_calls::iterator find(const oss_call *call) {
        return std::find_if(all_.begin(), all_.end(), [&](const auto &one) { return one.first == call; });
    }

    std::mutex mutex_;
    of_calls all_;
};

// A function that gives credentials.
struct credentials_function {
    explicit credentials_function(std::function<keys(const keys_request &)> given) : give(std::move(given)) {}

    static int ask(void *user, oss_keys *target) noexcept {
        auto &self = *static_cast<credentials_function *>(user);
        return self.failed.shield(1, [&] {
            const keys given = self.give(keys_request(target));
            const text id(given.id), secret(given.secret), token(given.token);
            if (oss_keys_set(target, id.get(), secret.get(), token.get_or_null()) != OSS_OK)
                return 1;
            return given.expiration == 0 || oss_keys_set_expiration(target, given.expiration) == OSS_OK ? 0 : 1;
        });
    }

    std::function<keys(const keys_request &)> give;
    thrown_by_calls failed;
};

// A function that tells the time.
struct clock_function {
    explicit clock_function(std::function<std::chrono::system_clock::time_point()> given) : now(std::move(given)) {}

    static std::int64_t ask(void *user) noexcept {
        auto &self = *static_cast<clock_function *>(user);
        return self.failed.shield(std::int64_t{0}, [&] {
            return std::int64_t{std::chrono::duration_cast<std::chrono::seconds>(self.now().time_since_epoch()).count()};
        });
    }

    std::function<std::chrono::system_clock::time_point()> now;
    thrown_by_calls failed;
};

// The functions that a handle may have called as long as it lives.
struct functions {
    std::shared_ptr<credentials_function> credentials;
    std::shared_ptr<clock_function> clock;
    std::shared_ptr<clock_function> session_clock;

    // What any of them threw for this call.
    caught take(const oss_call *call) const {
        caught one;
        take_from(credentials, call, one);
        take_from(clock, call, one);
        take_from(session_clock, call, one);
        return one;
    }
    // The same, if it is what this status is about. What a function for keys threw counts only where there are no keys: with
    // those that were still good the call has gone on, and may have failed for something else.
    caught take_for(oss_status status, const oss_call *call) const {
        if (status == OSS_CREDENTIALS)
            return take(call);
        caught one;
        take_from(clock, call, one);
        take_from(session_clock, call, one);
        return one;
    }

private:
    template <class Function>
    static void take_from(const std::shared_ptr<Function> &function, const oss_call *call, caught &one) {
        if (!function)
            return;
        if (caught other = function->failed.take(call); !one)
            one = std::move(other);
    }
};

} // namespace detail

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
