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

#include "oss.h"
#include "result.hpp"
#include "text.hpp"

namespace oss {

// Access keys, with a token if they are temporary.
struct keys {
    std::string id;
    std::string secret;
    std::string token;
    // When they expire, in seconds since 1970 UTC; 0 if that is not known.
    std::int64_t expiration = 0;
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
        auto kept = std::make_shared<function>(std::move(give));
        credentials made(oss_credentials_callback(ask, kept.get(), nullptr));
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
            if (oss_keys_set(target, id.get(), secret.get(), token.get_or_null()) != OSS_OK)
                return 1;
            return given.expiration == 0 || oss_keys_set_expiration(target, given.expiration) == OSS_OK ? 0 : 1;
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

    config &endpoint(const text &endpoint) { return oss_config_set_endpoint(get(), endpoint.get()), *this; }
    config &region(const text &region) { return oss_config_set_region(get(), region.get()), *this; }
    config &signature_version(int version) { return oss_config_set_signature_version(get(), version), *this; }
    config &cname(bool on = true) { return oss_config_set_cname(get(), on), *this; }
    config &path_style(bool on = true) { return oss_config_set_path_style(get(), on), *this; }
    config &internal_endpoint(bool on = true) { return oss_config_set_internal_endpoint(get(), on), *this; }
    config &accelerate_endpoint(bool on = true) { return oss_config_set_accelerate_endpoint(get(), on), *this; }
    config &dual_stack(bool on = true) { return oss_config_set_dual_stack(get(), on), *this; }
    config &cloudbox_id(const text &id) { return oss_config_set_cloudbox_id(get(), id.get()), *this; }
    config &additional_signed_header(const text &name) {
        return oss_config_add_signed_header(get(), name.get()), *this;
    }
    config &keys(const text &id, const text &secret, const text &token = nullptr) {
        return oss_config_set_keys(get(), id.get(), secret.get(), token.get_or_null()), *this;
    }
    config &credentials_from(const text &provider) {
        oss_config_set_credentials_from(get(), provider.get());
        return *this;
    }
    config &credentials(const oss::credentials &credentials) {
        keep_ = credentials.keep_;
        return oss_config_set_credentials(get(), credentials.get()), *this;
    }
    config &session(const oss::session &session);
    config &pool_size(std::int64_t connections) { return oss_config_set_pool_size(get(), connections), *this; }
    config &connect_timeout(std::chrono::milliseconds limit) {
        return oss_config_set_connect_timeout_ms(get(), limit.count()), *this;
    }
    config &read_timeout(std::chrono::milliseconds limit) {
        return oss_config_set_read_timeout_ms(get(), limit.count()), *this;
    }
    config &total_timeout(std::chrono::milliseconds limit) {
        return oss_config_set_total_timeout_ms(get(), limit.count()), *this;
    }
    config &tls_versions(tls_version min, tls_version max) {
        return oss_config_set_tls_versions(get(), static_cast<int>(min), static_cast<int>(max)), *this;
    }
    config &ca_file(const text &path) { return oss_config_set_ca_file(get(), path.get()), *this; }
    config &ca_pem(const bytes &pem) { return oss_config_set_ca_pem(get(), pem.data(), pem.size()), *this; }
    config &insecure_skip_verify(bool on = true) { return oss_config_set_insecure_skip_verify(get(), on), *this; }
    config &proxy(const text &url) { return oss_config_set_proxy(get(), url.get()), *this; }
    config &proxy_from_env(bool on = true) { return oss_config_set_proxy_from_env(get(), on), *this; }
    config &app_name(const text &name) { return oss_config_set_app_name(get(), name.get()), *this; }
    config &crc64(bool on) { return oss_config_set_crc64(get(), on), *this; }
    config &file_sync(bool on) { return oss_config_set_file_sync(get(), on), *this; }
    config &attempts(int attempts) { return oss_config_set_attempts(get(), attempts), *this; }
    config &clock_skew_correction(bool on) { return oss_config_set_clock_skew_correction(get(), on), *this; }
    config &user_header(const text &name, const text &value) {
        return oss_config_add_user_header(get(), name.get(), value.get()), *this;
    }
    config &resolve(const text &host, const text &address) {
        return oss_config_add_resolve(get(), host.get(), address.get()), *this;
    }
    config &traffic_limit(std::int64_t bits_per_second) {
        return oss_config_set_traffic_limit(get(), bits_per_second), *this;
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

inline config &config::session(const oss::session &session) { return oss_config_set_session(get(), session.get()), *this; }

} // namespace oss

#endif
