// What a request is sent with, and what comes back.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_CALL_HPP
#define OSS_CALL_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "oss.h"
#include "result.hpp"
#include "text.hpp"

namespace oss {

// One request and its answer: what goes in stays until reset(), what comes out until the next request.
class call {
public:
    using progress_fn = std::function<bool(std::int64_t done, std::int64_t total)>;

    call() : handle_(oss_call_new()) {}

    // Going in. What the library refuses is reported by the operation.
    call &header(const oss::text &name, const oss::text &value) & {
        return note(oss_call_set_header(get(), name.get(), value.get()));
    }
    call &query(const oss::text &name, const oss::text &value = nullptr) & {
        return note(oss_call_set_query(get(), name.get(), value.get()));
    }
    call &range(std::int64_t first, std::int64_t last = -1) & { return note(oss_call_set_range(get(), first, last)); }
    call &timeout(std::chrono::milliseconds limit) & { return note(oss_call_set_timeout_ms(get(), limit.count())); }
    // An element of the XML document that is sent, such as "Rule[0].Expiration.Days"; nullptr takes it out.
    call &field(const oss::text &path, const oss::text &value) & {
        return note(oss_call_set_field(get(), path.get(), value.get()));
    }
    // Has the service call back when an upload is stored; both are JSON texts. The answer is then in body().
    call &callback(const oss::text &callback, const oss::text &variables = nullptr) & {
        return note(oss_call_set_upload_callback(get(), callback.get(), variables.get_or_null()));
    }
    // For bucket::append_object(): the CRC-64 of what is there already.
    call &initial_crc64(std::uint64_t crc64) & { return note(oss_call_set_initial_crc64(get(), crc64)); }
    // For bucket::complete_multipart_upload(): a part, in ascending order; its size and CRC-64 if they are known.
    call &part(int number, const oss::text &etag, std::int64_t size = -1, std::uint64_t crc64 = 0) & {
        return note(oss_call_add_part(get(), number, etag.get(), size, crc64));
    }
    // Told of `done` and `total` bytes (-1: unknown); false stops the transfer.
    call &progress(progress_fn function) & {
        progress_ = std::make_unique<progress_fn>(std::move(function));
        return note(oss_call_set_progress(get(), *progress_ ? report : nullptr, progress_.get()));
    }
    call &&header(const oss::text &name, const oss::text &value) && { return std::move(header(name, value)); }
    call &&query(const oss::text &name, const oss::text &value = nullptr) && { return std::move(query(name, value)); }
    call &&range(std::int64_t first, std::int64_t last = -1) && { return std::move(range(first, last)); }
    call &&timeout(std::chrono::milliseconds limit) && { return std::move(timeout(limit)); }
    call &&field(const oss::text &path, const oss::text &value) && { return std::move(field(path, value)); }
    call &&callback(const oss::text &callback, const oss::text &variables = nullptr) && {
        return std::move(this->callback(callback, variables));
    }
    call &&initial_crc64(std::uint64_t crc64) && { return std::move(initial_crc64(crc64)); }
    call &&part(int number, const oss::text &etag, std::int64_t size = -1, std::uint64_t crc64 = 0) && {
        return std::move(part(number, etag, size, crc64));
    }
    call &&progress(progress_fn function) && { return std::move(progress(std::move(function))); }

    // Ends the running request, or the next one; from any thread.
    void cancel() const noexcept { oss_call_cancel(get()); }
    void reset() {
        oss_call_reset(get());
        progress_.reset();
        refused_.reset();
        keep_.reset();
    }

    // Coming out; lent until the next request. Texts are empty if there is none.
    int http_status() const noexcept { return oss_call_http_status(get()); }
    std::string_view request_id() const noexcept { return view(oss_call_request_id(get())); }
    int attempts() const noexcept { return oss_call_attempts(get()); }
    std::string_view response_header(const oss::text &name) const noexcept {
        return view(oss_call_response_header(get(), name.get()));
    }
    // Number `index` of all headers, name (in lower case) and value; after the last, both are empty.
    std::pair<std::string_view, std::string_view> response_header_at(std::size_t index) const noexcept {
        const char *name = nullptr;
        const char *value = oss_call_response_header_at(get(), index, &name);
        return {view(name), view(value)};
    }
    std::string_view error_detail(const oss::text &name) const noexcept {
        return view(oss_call_error_detail(get(), name.get()));
    }
    std::string_view etag() const noexcept { return view(oss_call_etag(get())); }
    std::string_view version_id() const noexcept { return view(oss_call_version_id(get())); }
    std::uint64_t crc64() const noexcept { return oss_call_crc64(get()); }
    std::int64_t content_length() const noexcept { return oss_call_content_length(get()); }
    std::int64_t last_modified() const noexcept { return oss_call_last_modified(get()); }
    std::string_view body() const noexcept {
        std::size_t size = 0;
        const void *data = oss_call_body(get(), &size);
        return data == nullptr ? std::string_view() : std::string_view(static_cast<const char *>(data), size);
    }

    // An element of the XML document in the answer, such as "Rule[0].Expiration.Days"; empty if there is none.
    std::string_view text(const oss::text &path) const noexcept { return view(oss_call_text(get(), path.get())); }
    // How many elements have the last name of `path`.
    std::size_t count(const oss::text &path) const noexcept { return oss_call_count(get(), path.get()); }
    // Where bucket::append_object() goes on; -1 if the answer does not tell.
    std::int64_t next_append_position() const noexcept { return oss_call_next_append_position(get()); }

    // Reads on after bucket::get_object() and the like: how many bytes; 0 at the end, when length and checksum have been found
    // right.
    result<std::size_t> read(void *buffer, std::size_t capacity) const {
        const std::int64_t got = oss_call_read(get(), buffer, capacity);
        if (got < 0)
            return why(static_cast<oss_status>(-got));
        return static_cast<std::size_t>(got);
    }

    // The same to the end.
    result<std::string> read_all() const {
        // At most so much on the service's word alone.
        constexpr std::int64_t trusted = 64 * 1024 * 1024, least = 64 * 1024;
        const std::int64_t announced = content_length();
        std::string body;
        for (std::size_t filled = 0;;) {
            if (filled == body.size())
                body.resize(filled != 0      ? 2 * filled
                            : announced >= 0 ? static_cast<std::size_t>(announced < trusted ? announced + 1 : trusted)
                                             : static_cast<std::size_t>(least));
            auto got = read(&body[filled], body.size() - filled);
            if (!got)
                return detail::same_failure(got);
            filled += *got;
            if (*got == 0) {
                body.resize(filled);
                return body;
            }
        }
    }

    // The next entry of a listing, lent until the call is used again; nullptr after the last one.
    result<const oss_entry *> next() const {
        const oss_entry *entry = nullptr;
        const oss_status status = oss_call_next(get(), &entry);
        if (status != OSS_OK)
            return why(status);
        return entry;
    }

    oss_call *get() const noexcept { return handle_.get(); }

private:
    friend class bucket;
    friend class service;

    static std::string_view view(const char *text) noexcept { return text == nullptr ? "" : text; }

    static int report(void *user, std::int64_t done, std::int64_t total) noexcept {
        return detail::shielded(1, [&] { return (*static_cast<progress_fn *>(user))(done, total) ? 0 : 1; });
    }

    call &note(oss_status status) {
        if (status != OSS_OK && !refused_)
            refused_ = detail::failed(status, oss_last_error());
        return *this;
    }

    // Every part of the failure of the last request.
    std::unique_ptr<failure> why(oss_status status) const {
        auto why = detail::failed(status, oss_call_error(get()));
        why->http_status = http_status();
        why->code = oss_call_code(get());
        why->message = oss_call_message(get());
        why->request_id = request_id();
        why->host_id = oss_call_host_id(get());
        why->ec = oss_call_ec(get());
        why->retryable = oss_call_retryable(get()) != 0;
        why->attempts = attempts();
        why->body = body();
        return why;
    }

    // Runs an operation, unless an input was refused.
    template <class Operation>
    result<> run(const detail::keep &keep, const Operation &operation) const {
        if (refused_)
            return std::make_unique<failure>(*refused_);
        keep_ = keep;
#if OSS_HPP_EXCEPTIONS
        detail::thrown = nullptr;
#endif
        const oss_status status = operation(get());
        if (status != OSS_OK)
            return why(status);
        return {};
    }

    // In this order, so that the handle goes first.
    mutable detail::keep keep_;
    std::unique_ptr<progress_fn> progress_;
    std::unique_ptr<failure> refused_;
    detail::unique<oss_call> handle_;
};

// The entries of a listing, fetched page by page. Once through: with next(), or with a range-for, which throws oss::error
// when a page cannot be fetched.
class listing {
public:
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = oss_entry;
        using difference_type = std::ptrdiff_t;
        using pointer = const oss_entry *;
        using reference = const oss_entry &;

        iterator() noexcept = default;
        reference operator*() const noexcept { return *entry_; }
        pointer operator->() const noexcept { return entry_; }
        iterator &operator++() {
            entry_ = call_->next().value();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator &one, const iterator &other) noexcept { return one.entry_ == other.entry_; }
        friend bool operator!=(const iterator &one, const iterator &other) noexcept { return one.entry_ != other.entry_; }

    private:
        friend class listing;
        explicit iterator(const call *call) : call_(call) { ++*this; }
        const call *call_ = nullptr;
        const oss_entry *entry_ = nullptr;
    };

    explicit listing(call call) : call_(std::move(call)) {}

    // Lent until the next step; nullptr after the last entry.
    result<const oss_entry *> next() const { return call_.next(); }
    iterator begin() const { return iterator(&call_); }
    iterator end() const noexcept { return {}; }

private:
    call call_;
};

} // namespace oss

#endif
