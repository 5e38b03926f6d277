// What an operation brought, and how it is printed.

#ifndef RUNNER_OUTCOME_HPP
#define RUNNER_OUTCOME_HPP

#include <cstdint>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <oss.hpp>

#include "words.hpp"

// What an operation brought.
struct outcome {
    oss::call call;
    std::optional<oss::failure> failure;
    std::uint64_t fnv = 14695981039346656037u;
    std::int64_t bytes = 0;
    std::string start;
    bool has_body = false;
    bool wants_body = false; // that of an answer which need not have one
    std::optional<std::pair<std::int64_t, std::int64_t>> progress;
    fields more, entries;
    std::vector<words> asked; // inputs that ask for parts of the answer

    void receive(std::string_view data) {
        has_body = true;
        for (const char byte : data)
            fnv = (fnv ^ static_cast<unsigned char>(byte)) * 1099511628211u;
        bytes += static_cast<std::int64_t>(data.size());
        if (bytes <= 1000)
            start += data;
    }

    const char *status() const { return oss_status_name(failure ? failure->status : OSS_OK); }

    std::string print() const {
        fields out;
        out.text("status", status());
        if (failure) {
            out.text("error", failure->text);
            if (failure->http_status != 0)
                out.number("http_status", failure->http_status);
            out.text("code", failure->code);
            out.text("message", failure->message);
            out.text("request_id", failure->request_id);
            out.text("host_id", failure->host_id);
            out.text("ec", failure->ec);
            out.number("retryable", failure->retryable ? 1 : 0);
            if (failure->attempts > 0)
                out.number("attempts", failure->attempts);
            for (const auto &name : wanted("error_detail"))
                out.text("error_detail." + name, call.error_detail(name));
        } else if (call.get() != nullptr) {
            print_answer(out);
        }
        if (!failure)
            out.append(more);
        if (has_body) {
            char hash[17];
            std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(fnv));
            out.number("bytes", bytes);
            out.text("fnv", hash);
            if (bytes <= 1000)
                out.bytes("body", start);
        }
        if (progress)
            out.text("progress", std::to_string(progress->first) + "/" + std::to_string(progress->second));
        out.append(entries);
        return out.result();
    }

private:
    // What the inputs of this name ask for.
    words wanted(std::string_view name) const {
        words all;
        for (const auto &input : asked)
            if (input[0] == name)
                all.push_back(word(input, 1));
        return all;
    }

    void print_answer(fields &out) const {
        out.known("http_status", call.http_status(), call.http_status() != 0);
        out.text("request_id", call.request_id());
        out.text("etag", call.etag());
        out.text("version_id", call.version_id());
        out.known("crc64", call.crc64(), call.crc64() != 0);
        out.known("content_length", call.content_length(), call.content_length() >= 0);
        out.known("last_modified", call.last_modified(), call.last_modified() >= 0);
        out.known("next_append_position", call.next_append_position(), call.next_append_position() >= 0);
        for (const auto &name : wanted("want"))
            out.text("header." + name, call.response_header(name));
        for (const auto &path : wanted("text"))
            out.text("text." + path, call.text(path));
        for (const auto &path : wanted("count"))
            out.number("count." + path, call.count(path));
    }
};

// The value, or the failure as an exception; but what a callback threw has to come out of value() as it was thrown.
template <class T>
T checked(oss::result<T> done) {
    if (!done.ok() && done.failure().cause) {
        const oss::failure why = done.failure();
        try {
            done.value();
        } catch (const std::runtime_error &thrown) {
            if (std::string(thrown.what()) == "no keys today")
                throw oss::error(why);
        }
        throw std::logic_error("value() lost the exception of a callback");
    }
    return std::move(done).value();
}

inline void list(const oss::listing &listing, outcome &got) {
    static const char *const kinds[] = {"",        "object",        "prefix", "bucket",
                                        "version", "delete_marker", "upload", "part", "deleted", "not_deleted"};
    for (const oss::entry &entry : listing) {
        fields &out = got.entries;
        const std::string kind = kinds[static_cast<int>(entry.kind)];
        out.text("entry", kind + "," + std::to_string(entry.size) + "," + entry.name);
        out.known("entry.time", entry.time, entry.time >= 0);
        out.text("entry.etag", entry.etag);
        out.text("entry.storage_class", entry.storage_class);
        out.text("entry.object_type", entry.object_type);
        out.text("entry.restore_info", entry.restore_info);
        out.text("entry.owner_id", entry.owner_id);
        out.text("entry.owner_name", entry.owner_name);
        out.text("entry.region", entry.region);
        out.text("entry.location", entry.location);
        out.text("entry.extranet_endpoint", entry.extranet_endpoint);
        out.text("entry.intranet_endpoint", entry.intranet_endpoint);
        out.text("entry.version_id", entry.version_id);
        out.known("entry.is_latest", 1, entry.is_latest);
        out.known("entry.part_number", entry.part_number, entry.part_number != 0);
        out.text("entry.upload_id", entry.upload_id);
        out.known("entry.crc64", entry.crc64, entry.crc64 != 0);
        out.text("entry.delete_marker_version_id", entry.delete_marker_version_id);
        out.text("entry.code", entry.code);
        out.text("entry.message", entry.message);
    }
}

#endif
