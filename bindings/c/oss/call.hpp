// What a request is sent with, and what comes back.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_CALL_HPP
#define OSS_CALL_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "abi.hpp"
#include "callbacks.hpp"
#include "directory.hpp"
#include "handle.hpp"
#include "oss.h"
#include "result.hpp"
#include "text.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {

namespace detail {

using progress_fn = std::function<bool(std::int64_t done, std::int64_t total)>;
using rewind_fn = std::function<bool()>;
using outcome_fn = std::function<bool(const oss_outcome *)>;
using filter_fn = std::function<bool(const char *)>;

// A function that a call holds, and where what it throws waits.
template <class Function>
struct held;
template <class... Given>
struct held<std::function<bool(Given...)>> {
    std::function<bool(Given...)> function;
    thrown &failed;

    // As an oss_progress_fn, an oss_rewind_fn or an oss_outcome_fn.
    static int run(void *user, Given... given) noexcept {
        auto &self = *static_cast<held *>(user);
        return self.failed.shield(1, [&] { return self.function(given...) ? 0 : 1; });
    }
    // As an oss_filter_fn.
    static int judge(void *user, Given... given) noexcept {
        auto &self = *static_cast<held *>(user);
        return self.failed.shield(-1, [&] { return self.function(given...) ? 1 : 0; });
    }
};

// What a writer has of the call that it was opened with, whatever that one is used for afterwards.
struct writing {
    std::shared_ptr<held<progress_fn>> of_call; // none if there was none
    thrown failed;
    caught first; // what was thrown first: the writer fails for that up to its end
    held<progress_fn> progress{[this](std::int64_t done, std::int64_t total) { return of_call->function(done, total); }, failed};

    writing() = default;
    writing(const writing &) = delete;
    writing &operator=(const writing &) = delete;
};

// What a call is made of. A running request holds it, so a callback may let go of the call.
struct call_state {
    std::mutex mutex; // for what stands up to `refused`
    bool running = false;
    std::uint64_t requests = 0;
    kept_failure refused; // the first input that came while it was running: the library knows nothing of that
    functions kept;       // of whom the last request was sent to, who may be asked again while its answer is read
    thrown failed;
    std::shared_ptr<held<progress_fn>> progress;
    std::shared_ptr<held<rewind_fn>> rewind;
    std::shared_ptr<held<outcome_fn>> on_outcome;
    std::shared_ptr<held<filter_fn>> filter;
    std::unique_ptr<oss_call, free_handle> handle{oss_call_new()}; // last, so that it goes first

    call_state() = default;
    call_state(const call_state &) = delete;
    call_state &operator=(const call_state &) = delete;
    ~call_state() {
        // Once the handle is freed, a new call may be at the same place, and what waits there is that one's.
        kept.take(handle.get());
    }
};

// A call that has been marked as running: up to here, whatever is thrown meanwhile.
class in_use {
public:
    explicit in_use(call_state &state) noexcept : state_(state) {}
    in_use(const in_use &) = delete;
    in_use &operator=(const in_use &) = delete;
    ~in_use() {
        const std::lock_guard<std::mutex> lock(state_.mutex);
        state_.running = false;
    }

private:
    call_state &state_;
};

} // namespace detail

// One request and its answer: what goes in stays until reset(), what comes out until the next request. Copies are the same
// call, so one can be handed to whom may cancel() it. Do not capture it by value in a function that it holds.
class call {
public:
    using progress_fn = detail::progress_fn;
    using rewind_fn = detail::rewind_fn;
    using outcome_fn = std::function<bool(const outcome &)>;
    using filter_fn = std::function<bool(const std::string &name)>;

    call() : state_(new detail::call_state) {}

    // Going in; oss.h says what each means, and how long it stays. What the library refuses is reported by the operation: a
    // range, a part, a field and the like by one, all else up to reset(). What is set while the call is running is not set,
    // which is reported by the next operation.
    call header(const oss::text &name, const oss::text &value) { return set(oss_call_set_header, name.get(), value.get()); }
    call query(const oss::text &name, const oss::text &value = nullptr) {
        return set(oss_call_set_query, name.get(), value.get());
    }
    call range(std::int64_t first, std::int64_t last = -1) { return set(oss_call_set_range, first, last); }
    call timeout(std::chrono::milliseconds limit) { return set(oss_call_set_timeout_ms, std::int64_t{limit.count()}); }
    call connect_timeout(std::chrono::milliseconds limit) {
        return set(oss_call_set_connect_timeout_ms, std::int64_t{limit.count()});
    }
    call read_timeout(std::chrono::milliseconds limit) {
        return set(oss_call_set_read_timeout_ms, std::int64_t{limit.count()});
    }
    // An element of the XML document that is sent, such as "Rule[0].Expiration.Days"; nullptr takes it out.
    call field(const oss::text &path, const oss::text &value) { return set(oss_call_set_field, path.get(), value.get()); }
    // Has the service call back when an upload is stored; both are JSON texts. The answer is then in body().
    call callback(const oss::text &json, const oss::text &variables = nullptr) {
        return set(oss_call_set_upload_callback, json.get(), variables.get_or_null());
    }
    // For bucket::append_object(): the CRC-64 of what is there already.
    call initial_crc64(std::uint64_t value) { return set(oss_call_set_initial_crc64, value); }
    // For bucket::complete_multipart_upload(): a part, in ascending order; its size and CRC-64 if they are known.
    call part(int number, const oss::text &etag, std::int64_t size = -1, std::uint64_t crc64 = 0) {
        return set(oss_call_add_part, number, etag.get(), size, crc64);
    }

    // The object that is stored: its headers.
    call content_type(const oss::text &value) { return set(oss_call_set_content_type, value.get()); }
    call cache_control(const oss::text &value) { return set(oss_call_set_cache_control, value.get()); }
    call content_disposition(const oss::text &value) { return set(oss_call_set_content_disposition, value.get()); }
    call object_acl(const oss::text &acl) { return set(oss_call_set_object_acl, acl.get()); }
    call bucket_acl(const oss::text &acl) { return set(oss_call_set_bucket_acl, acl.get()); }
    call storage_class(const oss::text &name) { return set(oss_call_set_storage_class, name.get()); }
    call metadata(const oss::text &name, const oss::text &value) {
        return set(oss_call_set_metadata, name.get(), value.get());
    }
    call tag(const oss::text &name, const oss::text &value) { return set(oss_call_add_tag, name.get(), value.get()); }
    call server_side_encryption(const oss::text &algorithm, const oss::text &key_id = nullptr) {
        return set(oss_call_set_server_side_encryption, algorithm.get(), key_id.get_or_null());
    }
    call forbid_overwrite(bool on = true) { return set(oss_call_set_forbid_overwrite, on ? 1 : 0); }
    call traffic_limit(std::int64_t bits_per_second) { return set(oss_call_set_traffic_limit, bits_per_second); }
    // Sends headers even if they look like a misspelt one of the service, such as "x-oss-acl" for an object.
    call insist(bool on = true) { return set(oss_call_set_insist, on ? 1 : 0); }

    // Conditions; times in seconds since 1970 UTC.
    call if_match(const oss::text &etag) { return set(oss_call_set_if_match, etag.get()); }
    call if_none_match(const oss::text &etag) { return set(oss_call_set_if_none_match, etag.get()); }
    call if_modified_since(std::int64_t time) { return set(oss_call_set_if_modified_since, time); }
    call if_unmodified_since(std::int64_t time) { return set(oss_call_set_if_unmodified_since, time); }

    // Transfers of large files, copies and writers: bytes per part, parts at the same time, and where records are.
    call part_size(std::int64_t bytes) { return set(oss_call_set_part_size, bytes); }
    call workers(int count) { return set(oss_call_set_workers, count); }
    call record_directory(const oss::text &path) { return set(oss_call_set_record_directory, path.get()); }
    call no_record() { return set(oss_call_set_no_record); }
    // Has bucket::get_object() and the like hold that many parts, each fetched by a thread of its own; 0: off.
    call prefetch(int parts) { return set(oss_call_set_prefetch, parts); }

    // Told of `done` and `total` bytes (-1: unknown); false stops the transfer. nullptr ends it.
    call progress(progress_fn function) {
        return hold(&detail::call_state::progress, std::move(function), oss_call_set_progress, progress_run);
    }
    // Lets an upload from a function begin again, so that it is repeated after a failure as others are; false if that cannot
    // be. Streams that can seek need none. nullptr ends it.
    call rewind(rewind_fn function) {
        return hold(&detail::call_state::rewind, std::move(function), oss_call_set_rewind, rewind_run);
    }
    // Told of each file of bucket::upload_directory(), download_directory() and delete_prefix(); false stops the rest. nullptr
    // ends it.
    call on_outcome(outcome_fn function) {
        detail::outcome_fn told;
        if (function)
            told = [wanted = std::move(function)](const oss_outcome *one) { return wanted(outcome(*one)); };
        return hold(&detail::call_state::on_outcome, std::move(told), oss_call_set_outcome, outcome_run);
    }
    // Asked for each name below a directory, such as "a/b", or "d/" for one of a directory, whether it is to be looked at, also
    // for deleting. nullptr ends it.
    call filter(filter_fn function) {
        detail::filter_fn asked;
        if (function)
            asked = [wanted = std::move(function)](const char *name) { return wanted(std::string(name)); };
        return hold(&detail::call_state::filter, std::move(asked), oss_call_set_filter, filter_judge);
    }

    // Ends the running request, or the next one; from any thread.
    void cancel() const noexcept { oss_call_cancel(get()); }
    // Makes it as good as new. OSS_BUSY, and nothing changes, while it is running.
    oss_status reset() {
        if (!state_)
            return OSS_INVALID_ARGUMENT;
        const std::lock_guard<std::mutex> lock(state_->mutex);
        const oss_status status = state_->running ? OSS_BUSY : oss_call_reset(get());
        if (status == OSS_OK) {
            state_->progress.reset();
            state_->rewind.reset();
            state_->on_outcome.reset();
            state_->filter.reset();
            state_->refused = {};
            state_->kept = {};
        }
        return status;
    }

    // Coming out. Texts are empty if there is none.
    int http_status() const noexcept { return oss_call_http_status(get()); }
    std::string request_id() const { return given(oss_call_request_id(get())); }
    int attempts() const noexcept { return oss_call_attempts(get()); }
    // Whether the bytes were compared with the service's checksum.
    bool verified() const noexcept { return oss_call_verified(get()) == 1; }
    std::string response_header(const oss::text &name) const {
        return given(oss_call_response_header(get(), name.get()));
    }
    // Number `index` of all headers, name (in lower case) and value; after the last, both are empty.
    std::pair<std::string, std::string> response_header_at(std::size_t index) const {
        const char *name = nullptr;
        const char *value = oss_call_response_header_at(get(), index, &name);
        return {given(name), given(value)};
    }
    std::string error_detail(const oss::text &name) const { return given(oss_call_error_detail(get(), name.get())); }
    // Number `index` of the elements of the service's error document; after the last, both are empty.
    std::pair<std::string, std::string> error_detail_at(std::size_t index) const {
        const char *name = nullptr;
        const char *value = oss_call_error_detail_at(get(), index, &name);
        return {given(name), given(value)};
    }
    std::string etag() const { return given(oss_call_etag(get())); }
    std::string version_id() const { return given(oss_call_version_id(get())); }
    std::uint64_t crc64() const noexcept { return oss_call_crc64(get()); }
    std::int64_t content_length() const noexcept { return oss_call_content_length(get()); }
    std::int64_t last_modified() const noexcept { return oss_call_last_modified(get()); }
    std::string body() const {
        std::size_t size = 0;
        const void *data = oss_call_body(get(), &size);
        return data == nullptr ? std::string() : std::string(static_cast<const char *>(data), size);
    }

    // An element of the XML document in the answer, such as "Rule[0].Expiration.Days"; empty if there is none.
    std::string text(const oss::text &path) const { return given(oss_call_text(get(), path.get())); }
    // How many elements have the last name of `path`.
    std::size_t count(const oss::text &path) const noexcept { return oss_call_count(get(), path.get()); }
    // Where bucket::append_object() goes on; -1 if the answer does not tell.
    std::int64_t next_append_position() const noexcept { return oss_call_next_append_position(get()); }

    // What became of the files of bucket::upload_directory() and the like, also if it failed.
    outcome_report report() const { return outcome_report(get()); }

    // Reads on after bucket::get_object() and the like: how many bytes; 0 at the end, when length and checksum have been found
    // right.
    result<std::size_t> read(void *buffer, std::size_t capacity) const {
        std::size_t size = 0;
        const auto step = [&](oss_call *c) {
            const std::int64_t got = oss_call_read(c, buffer, capacity);
            size = got < 0 ? 0 : static_cast<std::size_t>(got);
            return got < 0 ? static_cast<oss_status>(-got) : OSS_OK;
        };
        return carry_on(any_request, step, [&] { return size; });
    }

    // The same to the end.
    result<std::string> read_all() const {
        std::string all;
        return carry_on(any_request, [&](oss_call *c) { return read_to_end(c, all); }, [&] { return std::move(all); });
    }

    // For functions of oss.h; NULL after it was moved from.
    oss_call *get() const noexcept { return state_ ? state_->handle.get() : nullptr; }

private:
    friend class bucket;
    friend class service;
    friend class listing;
    friend class writer;

    static constexpr std::uint64_t any_request = 0;

    // How C calls what is held.
    static constexpr auto *progress_run = detail::held<detail::progress_fn>::run;
    static constexpr auto *rewind_run = detail::held<detail::rewind_fn>::run;
    static constexpr auto *outcome_run = detail::held<detail::outcome_fn>::run;
    static constexpr auto *filter_judge = detail::held<detail::filter_fn>::judge;

    static std::string given(const char *text) { return text == nullptr ? "" : text; }

    static oss_status read_to_end(oss_call *c, std::string &all) {
        // At most so much on the service's word alone.
        constexpr std::int64_t trusted = 64 * 1024 * 1024, least = 64 * 1024;
        const std::int64_t announced = oss_call_content_length(c);
        for (std::size_t filled = 0;;) {
            if (filled == all.size())
                all.resize(filled != 0      ? 2 * filled
                           : announced >= 0 ? static_cast<std::size_t>(announced < trusted ? announced + 1 : trusted)
                                            : static_cast<std::size_t>(least));
            const std::int64_t got = oss_call_read(c, &all[filled], all.size() - filled);
            if (got < 0)
                return static_cast<oss_status>(-got);
            filled += static_cast<std::size_t>(got);
            if (got == 0) {
                all.resize(filled);
                return OSS_OK;
            }
        }
    }

    template <class Function, class... Given>
    call set(Function *function, Given... given) {
        return change([&](oss_call *c) { return function(c, given...); });
    }
    template <class Change>
    call change(const Change &change) {
        if (state_) {
            const std::lock_guard<std::mutex> lock(state_->mutex);
            // What else the library refuses it remembers itself.
            if ((state_->running || change(get()) == OSS_BUSY) && !state_->refused)
                state_->refused = detail::failed(OSS_BUSY, "`call` was in use when something was set, which it does not have");
        }
        return *this; // without a state it is refused as an argument
    }

    // Has the library call a function of the program, and keeps it in `place`.
    template <class Function, class Setter, class Called>
    call hold(std::shared_ptr<detail::held<Function>> detail::call_state::*place, Function function, Setter *setter,
              Called *called) {
        return change([&](oss_call *c) {
            std::shared_ptr<detail::held<Function>> given;
            if (function)
                given.reset(new detail::held<Function>{std::move(function), state_->failed});
            const oss_status status = setter(c, given ? called : nullptr, given.get());
            if (status == OSS_OK)
                (*state_).*place = std::move(given); // the library does not know the earlier one any more
            return status;
        });
    }

    // Runs an operation that may begin `source` again, if it can, instead of what rewind() has set.
    template <class Source, class Operation>
    oss_status rewinding(Source &source, const Operation &operation) const {
        using held = detail::held<rewind_fn>;
        held given{[&source] { return source.rewind(); }, state_->failed};
        if (source.can_rewind())
            oss_call_set_rewind(get(), held::run, &given);
        const oss_status status = operation();
        held *const earlier = state_->rewind.get();
        oss_call_set_rewind(get(), earlier != nullptr ? held::run : nullptr, earlier);
        return status;
    }

    // Opens a writer, which is told of progress by what it has itself: it may outlive what this call holds.
    template <class Open>
    oss_writer *giving_progress(detail::writing &own, const Open &open) const {
        own.of_call = state_->progress;
        if (!own.of_call)
            return open();
        oss_call_set_progress(get(), progress_run, &own.progress);
        oss_writer *const opened = open();
        oss_call_set_progress(get(), progress_run, own.of_call.get());
        return opened;
    }

    // Every part of the failure of the last request.
    oss::failure why(oss_status status) const {
        oss::failure why = detail::failed(status, given(oss_call_error(get())));
        if (why.text.empty())
            why.text = oss_last_error();
        why.http_status = http_status();
        why.code = given(oss_call_code(get()));
        why.message = given(oss_call_message(get()));
        why.request_id = request_id();
        why.host_id = given(oss_call_host_id(get()));
        why.ec = given(oss_call_ec(get()));
        why.retryable = oss_call_retryable(get()) != 0;
        why.attempts = attempts();
        why.os_error = oss_call_os_error(get());
        why.body = body();
        return why;
    }

    // Runs an operation that asks `kept` for what it needs, unless an input could not be set, which is told once. `value` takes
    // what it gives from the answer; until it has, others are told that the call is in use.
    template <class Operation, class Value = detail::nothing>
    detail::result_with<Value> run(const detail::functions &kept, const Operation &operation, const Value &value = {}) const {
        const auto start = [&](detail::call_state &state) -> result<> {
            if (state.refused) {
                const detail::kept_failure why = state.refused;
                state.refused = {};
                // Is refused as well, and uses up what is for one request.
                [[maybe_unused]] const oss_status used_up = oss_head_object(nullptr, nullptr, get());
                return why.get();
            }
            state.requests++;
            state.kept = kept;
            kept.take(get()); // what threads that read ahead for an earlier request left
            return {};
        };
        return begin(start, operation, value);
    }

    // Runs what ends a writer, whose threads may have left something already.
    template <class Operation>
    result<> run_end(const detail::functions &kept, const Operation &operation) const {
        const auto start = [&](detail::call_state &state) -> result<> {
            state.requests++;
            state.kept = kept;
            return {};
        };
        return begin(start, operation, detail::nothing());
    }

    // Goes on with what request number `request` began; `value` as above.
    template <class Step, class Value>
    detail::result_with<Value> carry_on(std::uint64_t request, const Step &step, const Value &value) const {
        const auto start = [&](const detail::call_state &state) -> result<> {
            if (request != any_request && request != state.requests)
                return detail::failed(OSS_INVALID_ARGUMENT, "`call` has been used for another request since this listing");
            return {};
        };
        return begin(start, step, value);
    }

    template <class Start, class Operation, class Value>
    detail::result_with<Value> begin(const Start &start, const Operation &operation, const Value &value) const {
        const call running(*this); // a callback may let go of this one
        if (!state_)
            return detail::failed(OSS_INVALID_ARGUMENT, "`call` was moved from; make a new one");
        if (!state_->handle) // to the library that would mean: without a call
            return detail::failed(OSS_NO_MEMORY, "`call`: there was no memory for it");
        {
            const std::lock_guard<std::mutex> lock(state_->mutex);
            if (state_->running)
                return detail::failed(OSS_BUSY, "`call` is in use: by another thread, or by the request whose callback this is");
            if (auto started = start(*state_); !started)
                return started.kept();
            state_->running = true;
        }
        const detail::in_use held(*running.state_);
        return detail::then(running.finish(operation(get())), value);
    }

    // What a callback threw is the cause of a failure. What is done stays done: what a function of the call threw when it was told
    // so came too late. One for keys or time fails the call in any case.
    result<> finish(oss_status status) const {
        detail::caught thrown = state_->failed.take();
        if (status == OSS_OK)
            thrown = {};
        const detail::functions &kept = state_->kept;
        if (detail::caught other = kept.take_for(status, get()); !thrown)
            thrown = std::move(other);
        if (status == OSS_OK && !thrown)
            return {};
        oss::failure why = status != OSS_OK ? this->why(status) : detail::failed(OSS_CANCELLED, "a callback threw");
        thrown.give_to(why);
        return why;
    }

    std::shared_ptr<detail::call_state> state_;
};

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
