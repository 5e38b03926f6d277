// Sources and targets of data in the terms of oss.h, and what is signed for others to transfer.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_TRANSFER_HPP
#define OSS_TRANSFER_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "oss.h"
#include "result.hpp"
#include "text.hpp"

namespace oss {

using names_and_values = std::vector<std::pair<std::string, std::string>>;

// What is copied: by default the latest version of an object in the same bucket.
struct copy_source {
    text key;
    text bucket = nullptr;
    text version_id = nullptr;
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
    object_identifier(const char *key) : key(key) {}
    object_identifier(std::string_view key) : key(key) {}
    object_identifier(std::string key, std::string version_id = {})
        : key(std::move(key)), version_id(std::move(version_id)) {}

    std::string key;
    std::string version_id;
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

template <class Read>
using if_reads = std::enable_if_t<std::is_invocable_v<Read &, char *, std::size_t>>;
template <class Write>
using if_writes = std::enable_if_t<std::is_invocable_r_v<bool, Write &, std::string_view>>;

template <class Function>
void *pointer(Function &function) noexcept {
    return const_cast<void *>(static_cast<const void *>(std::addressof(function)));
}

// What `user` points to as an oss_read_fn.
template <class Read>
std::int64_t read_from(void *user, std::uint8_t *buffer, std::size_t capacity) noexcept {
    return shielded(std::int64_t{-1}, [&] {
        auto &source = *static_cast<std::remove_reference_t<Read> *>(user);
        return static_cast<std::int64_t>(source(reinterpret_cast<char *>(buffer), capacity));
    });
}

// What `user` points to as an oss_write_fn.
template <class Write>
int write_to(void *user, const std::uint8_t *data, std::size_t size) noexcept {
    return shielded(1, [&] {
        auto &target = *static_cast<std::remove_reference_t<Write> *>(user);
        return target(std::string_view(reinterpret_cast<const char *>(data), size)) ? 0 : 1;
    });
}

inline auto reader(std::istream &source) {
    return [&source](char *buffer, std::size_t capacity) -> std::int64_t {
        source.read(buffer, static_cast<std::streamsize>(capacity));
        return source.bad() ? -1 : static_cast<std::int64_t>(source.gcount());
    };
}

inline auto writer(std::ostream &target) {
    return [&target](std::string_view piece) {
        return static_cast<bool>(target.write(piece.data(), static_cast<std::streamsize>(piece.size())));
    };
}

} // namespace detail

} // namespace oss

#endif
