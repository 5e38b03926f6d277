// How to reach the service, with which keys, over which connections.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_CONFIG_HPP
#define OSS_CONFIG_HPP

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "abi.hpp"
#include "callbacks.hpp"
#include "handle.hpp"
#include "oss.h"
#include "result.hpp"
#include "text.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {

// Where credentials come from.
class credentials {
public:
    using function = std::function<keys()>;
    using provider_function = std::function<keys(const keys_request &)>;

    static credentials environment() { return credentials(oss_credentials_environment()); }
    static credentials anonymous() { return credentials(oss_credentials_anonymous()); }
    // Always the same.
    static result<credentials> fixed(const text &id, const text &secret, const text &token = nullptr) {
        oss_credentials *handle = oss_credentials_static(id.get(), secret.get(), token.get_or_null());
        if (handle == nullptr)
            return detail::failed(OSS_INVALID_ARGUMENT, oss_last_error());
        return credentials(handle);
    }
    // A provider by its text, such as "ecs-ram-role" or "assume-role:acs:ram::1:role/r;duration=900"; see
    // oss_credentials_from().
    static result<credentials> from(const text &provider) {
        oss_credentials *handle = oss_credentials_from(provider.get());
        if (handle == nullptr)
            return detail::failed(OSS_INVALID_ARGUMENT, oss_last_error());
        return credentials(handle);
    }
    // Asks `give` before every attempt, by several threads at once if several work; keys with an expiration are kept until
    // shortly before.
    static credentials callback(function give) {
        if (!give) // the library says what is wrong with NULL when it is set
            return credentials(nullptr);
        return provider([give = std::move(give)](const keys_request &) { return give(); });
    }
    // The same for a function that wants to know why it is asked, and how much time it has.
    static credentials provider(provider_function give) {
        if (!give)
            return credentials(nullptr);
        detail::functions kept;
        kept.credentials.reset(new detail::credentials_function(std::move(give)));
        oss_credentials *handle = oss_credentials_callback(detail::credentials_function::ask, kept.credentials.get(), nullptr);
        return credentials(handle, std::move(kept));
    }

    // What the provider is called; for a chain also which provider it has found: "chain: uri".
    std::string name() const {
        std::string text(oss_credentials_name(get(), nullptr, 0), '\0');
        std::size_t length = oss_credentials_name(get(), &text[0], text.size() + 1);
        text.resize(length < text.size() ? length : text.size());
        return text;
    }

    oss_credentials *get() const noexcept { return handle_.get(); }

private:
    friend class config;
    explicit credentials(oss_credentials *handle, detail::functions kept = {}) : handle_(handle, std::move(kept)) {}
    detail::shared<oss_credentials> handle_;
};

enum class tls_version : int { v1_2 = OSS_TLS_1_2, v1_3 = OSS_TLS_1_3 };

class session;

// How to reach the service; oss.h says what each option means. The first bad value makes open() fail with its message. Copies
// are the same configuration, so that
//
//     const auto config = oss::config().endpoint("https://oss-cn-hangzhou.aliyuncs.com").app_name("camera-7");
//
// makes one of them, and config.region("cn-hangzhou") changes one that is there.
class config {
public:
    config() : handle_(oss_config_new()) {}

    config endpoint(const text &value) { return set(oss_config_set_endpoint, value.get()); }
    config region(const text &value) { return set(oss_config_set_region, value.get()); }
    config signature_version(int version) { return set(oss_config_set_signature_version, version); }
    config cname(bool on = true) { return set(oss_config_set_cname, on ? 1 : 0); }
    config path_style(bool on = true) { return set(oss_config_set_path_style, on ? 1 : 0); }
    config internal_endpoint(bool on = true) { return set(oss_config_set_internal_endpoint, on ? 1 : 0); }
    config accelerate_endpoint(bool on = true) { return set(oss_config_set_accelerate_endpoint, on ? 1 : 0); }
    config dual_stack(bool on = true) { return set(oss_config_set_dual_stack, on ? 1 : 0); }
    config cloudbox_id(const text &id) { return set(oss_config_set_cloudbox_id, id.get()); }
    config additional_signed_header(const text &name) { return set(oss_config_add_signed_header, name.get()); }
    // Of keys(), credentials_from() and credentials() the last that is called counts.
    config keys(const text &id, const text &secret, const text &token = nullptr) {
        return set(oss_config_set_keys, id.get(), secret.get(), token.get_or_null());
    }
    config credentials_from(const text &provider) { return set(oss_config_set_credentials_from, provider.get()); }
    config credentials(const oss::credentials &source) {
        detail::functions kept = handle_.kept();
        kept.credentials = source.handle_.kept().credentials;
        handle_.keep(std::move(kept));
        return set(oss_config_set_credentials, source.get());
    }
    config session(const oss::session &pool);
    config pool_size(std::int64_t connections) { return set(oss_config_set_pool_size, connections); }
    config connect_timeout(std::chrono::milliseconds limit) {
        return set(oss_config_set_connect_timeout_ms, std::int64_t{limit.count()});
    }
    config read_timeout(std::chrono::milliseconds limit) {
        return set(oss_config_set_read_timeout_ms, std::int64_t{limit.count()});
    }
    config total_timeout(std::chrono::milliseconds limit) {
        return set(oss_config_set_total_timeout_ms, std::int64_t{limit.count()});
    }
    config tls_versions(tls_version min, tls_version max) {
        return set(oss_config_set_tls_versions, static_cast<int>(min), static_cast<int>(max));
    }
    config ca_file(const text &path) { return set(oss_config_set_ca_file, path.get()); }
    config ca_pem(const bytes &pem) { return set(oss_config_set_ca_pem, pem.data(), pem.size()); }
    config insecure_skip_verify(bool on = true) { return set(oss_config_set_insecure_skip_verify, on ? 1 : 0); }
    config proxy(const text &url) { return set(oss_config_set_proxy, url.get()); }
    config proxy_from_env(bool on = true) { return set(oss_config_set_proxy_from_env, on ? 1 : 0); }
    config app_name(const text &name) { return set(oss_config_set_app_name, name.get()); }
    config crc64(bool on) { return set(oss_config_set_crc64, on ? 1 : 0); }
    config file_sync(bool on) { return set(oss_config_set_file_sync, on ? 1 : 0); }
    config attempts(int count) { return set(oss_config_set_attempts, count); }
    // Waits between attempts: random, up to a bound that is `base` at first and doubles up to `cap`; 0 for the default.
    config backoff(std::chrono::milliseconds base, std::chrono::milliseconds cap) {
        return set(oss_config_set_backoff_ms, std::int64_t{base.count()}, std::int64_t{cap.count()});
    }
    // Takes the time from `now` instead of the system's clock, by several threads at once if several work; nullptr ends that.
    config clock(std::function<std::chrono::system_clock::time_point()> now) {
        detail::functions kept = handle_.kept();
        kept.clock.reset(now ? new detail::clock_function(std::move(now)) : nullptr);
        detail::clock_function *const user = kept.clock.get();
        set(oss_config_set_clock, user != nullptr ? detail::clock_function::ask : nullptr, static_cast<void *>(user));
        handle_.keep(std::move(kept)); // the earlier one goes when nobody asks it any more
        return *this;
    }
    config clock_skew_correction(bool on) { return set(oss_config_set_clock_skew_correction, on ? 1 : 0); }
    config user_header(const text &name, const text &value) {
        return set(oss_config_add_user_header, name.get(), value.get());
    }
    config resolve(const text &host, const text &address) {
        return set(oss_config_add_resolve, host.get(), address.get());
    }
    config traffic_limit(std::int64_t bits_per_second) { return set(oss_config_set_traffic_limit, bits_per_second); }

    // Why it cannot be used; "" if all is well.
    std::string error() const { return get() == nullptr ? why().text : oss_config_error(get()); }

    oss_config *get() const noexcept { return handle_.get(); }

private:
    friend class session;
    friend class bucket;
    friend class service;

    // The first bad value is remembered, so its status need not be looked at here.
    template <class Function, class... Given>
    config set(Function *function, Given... given) {
        static_cast<void>(function(get(), given...));
        return *this;
    }

    failure why() const {
        if (get() == nullptr)
            return detail::failed(OSS_INVALID_ARGUMENT, "`config` was moved from; make a new one");
        return detail::failed(oss_config_status(get()), oss_config_error(get()));
    }
    detail::functions kept() const { return handle_.kept(); }

    detail::shared<oss_config> handle_;
};

// A pool of connections, to be shared by buckets and services.
class session {
public:
    static result<session> open(const config &config) {
        oss_session *handle = oss_session_new(config.get());
        if (handle == nullptr)
            return config.why();
        return session(handle, config.kept());
    }

    oss_session *get() const noexcept { return handle_.get(); }

private:
    friend class config;
    explicit session(oss_session *handle, detail::functions kept) : handle_(handle, std::move(kept)) {}
    detail::shared<oss_session> handle_;
};

inline config config::session(const oss::session &pool) {
    detail::functions kept = handle_.kept();
    kept.session_clock = pool.handle_.kept().clock;
    handle_.keep(std::move(kept));
    return set(oss_config_set_session, pool.get());
}

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
