// What became of the files of a directory, and of the objects of a prefix.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_DIRECTORY_HPP
#define OSS_DIRECTORY_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "abi.hpp"
#include "oss.h"

namespace oss {
inline namespace OSS_HPP_ABI {

// What became of a file or an object; later versions may know more.
enum class outcome_kind : int {
    transferred = OSS_OUTCOME_TRANSFERRED,
    unchanged = OSS_OUTCOME_UNCHANGED,
    skipped = OSS_OUTCOME_SKIPPED,
    failed = OSS_OUTCOME_FAILED,
    deleted = OSS_OUTCOME_DELETED,
};

// One of them; the fields are those of oss_outcome in oss.h. Its texts are its own; empty if there is none.
struct outcome {
    outcome() = default;
    explicit outcome(const oss_outcome &from)
        : kind(static_cast<outcome_kind>(from.kind)), key(given(from.key)), version_id(given(from.version_id)),
          path(given(from.path)), size(from.size), status(from.status), reason(given(from.reason)),
          etag(given(from.etag)), last_modified(from.last_modified), file_modified_ns(from.file_modified_ns),
          file_changed_ns(from.file_changed_ns), file_device(from.file_device), file_number(from.file_number) {}

    outcome_kind kind = outcome_kind::transferred;
    std::string key;
    std::string version_id; // that was deleted
    std::string path;       // the local file
    std::int64_t size = 0;  // bytes; 0 if that is not known; of an upload, what the file had then
    oss_status status = OSS_OK; // why it was skipped or failed
    std::string reason;         // the same in words
    std::string etag;           // of the object that was stored, fetched or the same already
    std::int64_t last_modified = -1; // of one that was fetched or the same already, in seconds since 1970
    // The file just before it was uploaded: to be compared before it is removed, see oss.h.
    std::int64_t file_modified_ns = 0;
    std::int64_t file_changed_ns = 0;
    std::uint64_t file_device = 0;
    std::uint64_t file_number = 0;

private:
    static std::string given(const char *text) { return text == nullptr ? "" : text; }
};

// So many files, with so many bytes in all.
struct outcome_count {
    std::int64_t files = 0;
    std::int64_t bytes = 0;
};

// What became of all of them.
struct outcome_report {
    outcome_report() = default;
    explicit outcome_report(const oss_call *call)
        : transferred(count(call, OSS_OUTCOME_TRANSFERRED)), unchanged(count(call, OSS_OUTCOME_UNCHANGED)),
          skipped(count(call, OSS_OUTCOME_SKIPPED)), failed(count(call, OSS_OUTCOME_FAILED)),
          deleted(count(call, OSS_OUTCOME_DELETED)) {
        for (std::size_t index = 0; const oss_outcome *one = oss_call_outcome_at(call, index); index++)
            problems.emplace_back(*one);
    }

    outcome_count transferred;
    outcome_count unchanged;
    outcome_count skipped;
    outcome_count failed;
    outcome_count deleted;
    std::vector<outcome> problems; // what was skipped or failed, the first 1000 of each

private:
    static outcome_count count(const oss_call *call, int kind) {
        return {oss_call_outcome_count(call, kind), oss_call_outcome_bytes(call, kind)};
    }
};

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
