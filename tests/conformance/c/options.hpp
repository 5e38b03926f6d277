// Options, and the configuration that they make.

#ifndef RUNNER_OPTIONS_HPP
#define RUNNER_OPTIONS_HPP

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include <oss.hpp>

#include "words.hpp"

template <class Handle>
const Handle &find(const std::map<std::string, Handle> &handles, const std::string &name) {
    const auto found = handles.find(name);
    if (found == handles.end())
        throw unsupported();
    return found->second;
}

inline void credentials(oss::config &config, const words &option) {
    const std::string &kind = word(option, 2);
    const auto given = [&option](std::size_t first) {
        return oss::keys{word(option, first), word(option, first + 1), option.size() > first + 2 ? option[first + 2] : ""};
    };
    if (kind == "environment") {
        config.credentials(oss::credentials::environment());
    } else if (kind == "anonymous") {
        config.credentials(oss::credentials::anonymous());
    } else if (kind == "static") {
        const oss::keys keys = given(3);
        config.credentials(oss::credentials::fixed(keys.id, keys.secret, keys.token).value());
    } else if (kind == "from") {
        config.credentials_from(word(option, 3));
    } else if (kind == "callback") {
        config.credentials(oss::credentials::callback([keys = given(3)] { return keys; }));
    } else if (kind == "callback-fails") {
        config.credentials(oss::credentials::callback([]() -> oss::keys { throw std::runtime_error("no keys today"); }));
    } else if (kind == "callback-alternates") {
        auto calls = std::make_shared<std::atomic<int>>(0);
        oss::keys first = given(3), second = given(5);
        first.token.clear();
        config.credentials(oss::credentials::callback(
            [calls, first, second] { return (*calls)++ % 2 == 0 ? first : second; }));
    } else if (kind == "callback-until-refused") {
        oss::keys first = given(3), second = given(5);
        first.token.clear();
        config.credentials(oss::credentials::provider(
            [first, second](const oss::keys_request &request) { return request.refused() ? second : first; }));
    } else if (kind == "callback-expires") {
        auto calls = std::make_shared<std::atomic<int>>(0);
        oss::keys first = given(4), second = given(6);
        first.token.clear();
        config.credentials(oss::credentials::callback([calls, first, second, life = number(option, 3)] {
            oss::keys keys = (*calls)++ % 2 == 0 ? first : second;
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            keys.expiration = std::chrono::duration_cast<std::chrono::seconds>(now).count() + life;
            return keys;
        }));
    } else {
        throw unsupported();
    }
}

inline void apply(oss::config &config, const words &option, const std::map<std::string, oss::session> &sessions) {
    const std::string &name = word(option, 1), &value = word(option, 2);
    const bool on = value != "0";
    const auto version = [](const std::string &text) {
        const auto dot = text.find('.');
        return static_cast<oss::tls_version>(10 * std::stoi(text.substr(0, dot)) + std::stoi(text.substr(dot + 1)));
    };
    if (name == "endpoint") config.endpoint(value);
    else if (name == "region") config.region(value);
    else if (name == "cloudbox_id") config.cloudbox_id(value);
    else if (name == "ca_file") config.ca_file(value);
    else if (name == "ca_pem") config.ca_pem(value);
    else if (name == "proxy") config.proxy(value);
    else if (name == "app_name") config.app_name(value);
    else if (name == "signature_version") config.signature_version(static_cast<int>(number(option, 2)));
    else if (name == "cname") config.cname(on);
    else if (name == "path_style") config.path_style(on);
    else if (name == "internal_endpoint") config.internal_endpoint(on);
    else if (name == "accelerate_endpoint") config.accelerate_endpoint(on);
    else if (name == "dual_stack") config.dual_stack(on);
    else if (name == "insecure_skip_verify") config.insecure_skip_verify(on);
    else if (name == "proxy_from_env") config.proxy_from_env(on);
    else if (name == "crc64") config.crc64(on);
    else if (name == "clock_skew_correction") config.clock_skew_correction(on);
    else if (name == "pool_size") config.pool_size(number(option, 2));
    else if (name == "file_sync") config.file_sync(on);
    else if (name == "attempts") config.attempts(static_cast<int>(number(option, 2)));
    else if (name == "backoff_ms") config.backoff(milliseconds(option, 2), milliseconds(option, 3));
    else if (name == "clock")
        config.clock([ahead = std::chrono::seconds(number(option, 2))] { return std::chrono::system_clock::now() + ahead; });
    else if (name == "traffic_limit") config.traffic_limit(number(option, 2));
    else if (name == "connect_timeout_ms") config.connect_timeout(milliseconds(option, 2));
    else if (name == "read_timeout_ms") config.read_timeout(milliseconds(option, 2));
    else if (name == "total_timeout_ms") config.total_timeout(milliseconds(option, 2));
    else if (name == "tls_versions") config.tls_versions(version(value), version(word(option, 3)));
    else if (name == "keys") config.keys(value, word(option, 3), option.size() > 4 ? option[4] : "");
    else if (name == "additional_signed_header") config.additional_signed_header(value);
    else if (name == "user_header") config.user_header(value, word(option, 3));
    else if (name == "resolve") config.resolve(value, word(option, 3));
    else if (name == "session") config.session(find(sessions, value));
    else if (name == "credentials") credentials(config, option);
    else throw unsupported();
}

#endif
