// Listings, and the entries in them.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_LISTING_HPP
#define OSS_LISTING_HPP

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "abi.hpp"
#include "call.hpp"
#include "oss.h"
#include "result.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {

// What an entry is; later versions may know more.
enum class entry_kind : int {
    object = OSS_ENTRY_OBJECT,
    prefix = OSS_ENTRY_PREFIX,
    bucket = OSS_ENTRY_BUCKET,
    version = OSS_ENTRY_VERSION,
    delete_marker = OSS_ENTRY_DELETE_MARKER,
    upload = OSS_ENTRY_UPLOAD,
    part = OSS_ENTRY_PART,
    deleted = OSS_ENTRY_DELETED,
    not_deleted = OSS_ENTRY_NOT_DELETED,
};

// What a listing lists; the fields are those of oss_entry in oss.h. Its texts are its own; empty if there is none.
struct entry {
    entry() = default;
    explicit entry(const oss_entry &from)
        : kind(static_cast<entry_kind>(from.kind)), name(given(from.name)), size(from.size), time(from.time),
          etag(given(from.etag)), storage_class(given(from.storage_class)), object_type(given(from.object_type)),
          restore_info(given(from.restore_info)), owner_id(given(from.owner_id)), owner_name(given(from.owner_name)),
          region(given(from.region)), location(given(from.location)), extranet_endpoint(given(from.extranet_endpoint)),
          intranet_endpoint(given(from.intranet_endpoint)), version_id(given(from.version_id)),
          is_latest(from.is_latest != 0), part_number(from.part_number), upload_id(given(from.upload_id)),
          crc64(from.crc64), delete_marker_version_id(given(from.delete_marker_version_id)), code(given(from.code)),
          message(given(from.message)) {}

    entry_kind kind = entry_kind::object;
    std::string name;       // key, prefix or bucket
    std::int64_t size = -1; // bytes; -1: it has none
    std::int64_t time = -1; // seconds since 1970 UTC; -1: unknown
    std::string etag;
    std::string storage_class;
    std::string object_type;
    std::string restore_info;
    std::string owner_id;
    std::string owner_name;
    std::string region;
    std::string location;
    std::string extranet_endpoint;
    std::string intranet_endpoint;
    std::string version_id;
    bool is_latest = false;
    int part_number = 0;
    std::string upload_id;
    std::uint64_t crc64 = 0; // 0: unknown
    std::string delete_marker_version_id;
    std::string code;    // why it could not be deleted: the service's error code
    std::string message; // the same in words

private:
    static std::string given(const char *text) { return text == nullptr ? "" : text; }
};

// The entries of a listing, fetched page by page. Once through: with next(), or with a range-for, which throws oss::error
// when a page cannot be fetched; next() then asks for that page again. Copies are the same listing.
class listing {
    struct state {
        call with;
        std::uint64_t request;
        std::optional<entry> current;
    };

public:
    // Where in the listing it is. All iterators of one are at the same place.
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = entry;
        using difference_type = std::ptrdiff_t;
        using pointer = const entry *;
        using reference = const entry;

        iterator() noexcept = default;
        // The entry itself, so that a reference to it outlives the iterator. It is const for `auto &` to take it.
        const entry operator*() const { return state_->current.value(); }
        const entry *operator->() const { return &state_->current.value(); }
        iterator &operator++() {
            state_->current = listing(state_).next().value();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator &one, const iterator &other) noexcept {
            return one.is_at_end() ? other.is_at_end() : one.state_ == other.state_;
        }
        friend bool operator!=(const iterator &one, const iterator &other) noexcept { return !(one == other); }

    private:
        friend class listing;
        explicit iterator(std::shared_ptr<state> all) : state_(std::move(all)) {}
        bool is_at_end() const noexcept { return !state_ || !state_->current; }
        std::shared_ptr<state> state_;
    };

    // The next entry, or none after the last one.
    result<std::optional<entry>> next() const {
        if (!state_)
            return detail::failed(OSS_INVALID_ARGUMENT, "`listing` was moved from");
        const auto all = state_; // a callback may let go of this one
        const oss_entry *found = nullptr;
        const auto step = [&](oss_call *c) { return oss_call_next(c, &found); };
        return all->with.carry_on(all->request, step, [&] {
            return found == nullptr ? std::optional<entry>() : std::optional<entry>(entry(*found));
        });
    }
    iterator begin() const {
        iterator first(state_);
        if (state_)
            ++first;
        return first;
    }
    iterator end() const noexcept { return {}; }

private:
    friend class bucket;
    friend class service;
    // Of the request that is just being answered.
    explicit listing(const call &with) : state_(new state{with, with.state_->requests, {}}) {}
    explicit listing(std::shared_ptr<state> all) noexcept : state_(std::move(all)) {}

    std::shared_ptr<state> state_;
};

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
