// Large files, copies, objects of unknown length, and whole directories.

#ifndef RUNNER_TRANSFERS_HPP
#define RUNNER_TRANSFERS_HPP

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <oss.hpp>

#include "outcome.hpp"
#include "words.hpp"

// Hands an input about transfers to a call; whether it is one.
inline bool set_transfer(const words &input, oss::call &call) {
    const std::string &name = word(input, 0);
    if (name == "part_size") call.part_size(number(input, 1));
    else if (name == "workers") call.workers(small_number(input, 1));
    else if (name == "prefetch") call.prefetch(small_number(input, 1));
    else if (name == "record_directory") call.record_directory(word(input, 1));
    else if (name == "no_record") call.no_record();
    else if (name == "outcome_stop") call.on_outcome([](const oss::outcome &) { return false; });
    else if (name == "filter_out") call.filter([out = word(input, 1)](const std::string &one) { return one != out; });
    else return false;
    return true;
}

// Writes a body in pieces, whatever becomes of them; one that gives up at its end is given up.
inline void write_object(const words &c, const oss::bucket &bucket, outcome &got) {
    source body(word(c, 4));
    std::vector<char> buffer(static_cast<std::size_t>(number(c, 3)));
    const oss::writer writer = checked(bucket.open_writer(word(c, 2), got.call));
    std::int64_t size = 0;
    while ((size = body(buffer.data(), buffer.size())) > 0)
        (void)writer.write({buffer.data(), static_cast<std::size_t>(size)});
    checked(size < 0 ? writer.abort() : writer.finish());
}

// What became of many files, also if that is a failure.
inline void report(oss::result<oss::outcome_report> done, outcome &got) {
    static const std::array<const char *, 6> kinds{"", "transferred", "unchanged", "skipped", "failed", "deleted"};
    const oss::outcome_report all = got.call.report();
    std::string counts;
    for (const auto &count : {all.transferred, all.unchanged, all.skipped, all.failed, all.deleted})
        counts += (counts.empty() ? "" : ",") + std::to_string(count.files);
    got.entries.text("outcomes", counts);
    for (const oss::outcome &one : all.problems) {
        const std::string kind = kinds.at(static_cast<std::size_t>(one.kind));
        got.entries.text("entry", kind + "," + std::to_string(one.size) + "," + one.key);
        got.entries.text("entry.path", one.path);
        got.entries.text("entry.status", oss_status_name(one.status));
        got.entries.text("entry.reason", one.reason);
    }
    if (done.ok() && done->problems.size() != all.problems.size())
        throw std::logic_error("two reports of one transfer differ");
    checked(std::move(done));
}

inline bool on_many(const words &c, const oss::bucket &bucket, outcome &got) {
    const std::string &name = word(c, 0);
    if (name == "upload_directory")
        report(bucket.upload_directory(word(c, 2), word(c, 3), small_number(c, 4), got.call), got);
    else if (name == "download_directory")
        report(bucket.download_directory(word(c, 2), word(c, 3), small_number(c, 4), got.call), got);
    else if (name == "delete_prefix")
        report(bucket.delete_prefix(word(c, 2), small_number(c, 3), got.call), got);
    else
        return false;
    return true;
}

inline bool on_transfer(const words &c, const oss::bucket &bucket, outcome &got) {
    const std::string &name = word(c, 0);
    const auto copied = [&] { return oss::copy_source(word(c, 4), word(c, 3), word(c, 5)); };
    const auto age = [&] { return std::chrono::seconds(number(c, 3)); };
    if (name == "upload_file")
        checked(bucket.upload_file(word(c, 2), word(c, 3), got.call));
    else if (name == "abort_upload_file")
        checked(bucket.abort_upload_file(word(c, 2), word(c, 3), got.call));
    else if (name == "download_file")
        checked(bucket.download_file(word(c, 2), word(c, 3), got.call));
    else if (name == "abort_download_file")
        checked(bucket.abort_download_file(word(c, 2), word(c, 3), got.call));
    else if (name == "copy_large_object")
        checked(bucket.copy_large_object(word(c, 2), copied(), got.call));
    else if (name == "abort_copy_large_object")
        checked(bucket.abort_copy_large_object(word(c, 2), copied(), got.call));
    else if (name == "write_object")
        write_object(c, bucket, got);
    else if (name == "list_uploads_before")
        list(checked(bucket.list_uploads_before(word(c, 2), age(), got.call)), got);
    else if (name == "abort_uploads_before")
        got.more.number("aborted", checked(bucket.abort_uploads_before(word(c, 2), age(), got.call)));
    else
        return on_many(c, bucket, got);
    return true;
}

#endif
