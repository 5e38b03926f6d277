// What stands between the callbacks of a program and the library: exceptions on their way around C, and what keeps functions
// alive as long as they may be called.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_CALLBACKS_HPP
#define OSS_CALLBACKS_HPP

#include <algorithm>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "abi.hpp"
#include "oss.h"
#include "text.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {

// Access keys, with a token if they are temporary.
struct keys {
    std::string id;
    std::string secret;
    std::string token;
};

namespace detail {

// An exception, or none; with exceptions turned off always none.
struct caught {
#if OSS_HPP_EXCEPTIONS
    explicit operator bool() const noexcept { return what != nullptr; }
    std::exception_ptr what;
#else
    explicit operator bool() const noexcept { return false; }
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

// A function that gives credentials. Several threads may ask it at once, for calls it knows nothing about, so what it throws
// waits here for the call of the same thread.
class credentials_function {
public:
    explicit credentials_function(std::function<keys()> give) : give_(std::move(give)) {}

    static int ask(void *user, oss_keys *target) noexcept {
        auto &self = *static_cast<credentials_function *>(user);
        const auto give = [&] {
            const keys given = self.give_();
            const text id(given.id), secret(given.secret), token(given.token);
            return oss_keys_set(target, id.get(), secret.get(), token.get_or_null()) == OSS_OK ? 0 : 1;
        };
        return shielded(1, give, [&](caught one) { self.keep(std::move(one)); });
    }

    // What was thrown on this thread since the last time.
    caught take() {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto mine = find();
        if (mine == thrown_.end())
            return {};
        caught one = std::move(mine->second);
        thrown_.erase(mine);
        return one;
    }

private:
    using of_threads = std::vector<std::pair<std::thread::id, caught>>;

    void keep(caught one) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (const auto mine = find(); mine != thrown_.end())
            mine->second = std::move(one);
        else
            thrown_.emplace_back(std::this_thread::get_id(), std::move(one));
    }
    of_threads::iterator find() {
        const auto id = std::this_thread::get_id();
        return std::find_if(thrown_.begin(), thrown_.end(), [&](const auto &one) { return one.first == id; });
    }

    std::function<keys()> give_;
    std::mutex mutex_;
    of_threads thrown_;
};

// The functions that a handle may have called as long as it lives.
struct functions {
    std::shared_ptr<credentials_function> credentials;
};

} // namespace detail

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
