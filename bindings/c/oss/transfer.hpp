// Values that operations take and give.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_TRANSFER_HPP
#define OSS_TRANSFER_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "abi.hpp"
#include "oss.h"
#include "text.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {

using names_and_values = std::vector<std::pair<std::string, std::string>>;

// What is copied: by default the latest version of an object in the same bucket.
struct copy_source {
    copy_source(const text &key_, const text &bucket_ = nullptr, const text &version_id_ = nullptr)
        : key(key_.copy()), bucket(bucket_.copy()), version_id(version_id_.copy()) {}

    std::string key;
    std::string bucket;
    std::string version_id;
};

// A request that anybody can send until it expires, in seconds since 1970 UTC.
struct presigned {
    std::string url;
    names_and_values headers; // to be sent along as they are
    std::int64_t expiration = 0;
};

// A form that anybody can upload an object with until it expires.
struct post_form {
    std::string url;
    names_and_values fields; // besides "key" and, as the last one, "file"
    std::int64_t expiration = 0;
};

// What was counted in an object for SQL; no columns for JSON.
struct select_meta {
    std::uint32_t splits = 0;
    std::uint64_t rows = 0;
    std::uint32_t columns = 0;
};

// An object to delete, or one version of it.
struct object_identifier {
    object_identifier(const char *key_) : object_identifier(text(key_)) {}
    object_identifier(std::string_view key_) : key(key_) {}
    object_identifier(std::string key_, std::string version_id_ = {})
        : key(std::move(key_)), version_id(std::move(version_id_)) {}

    std::string key;
    std::string version_id;

private:
    explicit object_identifier(const text &key_) : key(key_.copy()) {}
};

namespace detail {

// Texts in a row, as C takes them.
class texts {
public:
    void add(const std::string &given) { pointers_.push_back(kept_.emplace_back(given).get()); }
    void add_or_null(const std::string &given) { pointers_.push_back(kept_.emplace_back(given).get_or_null()); }
    const char *const *data() const noexcept { return pointers_.data(); }

private:
    std::deque<text> kept_;
    std::vector<const char *> pointers_;
};

} // namespace detail

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
