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
          path(given(from.path)), size(from.size), status(from.status), reason(given(from.reason)) {}

    outcome_kind kind = outcome_kind::transferred;
    std::string key;
    std::string version_id; // that was deleted
    std::string path;       // the local file
    std::int64_t size = 0;  // bytes; 0 if that is not known
    oss_status status = OSS_OK; // why it was skipped or failed
    std::string reason;         // the same in words

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
