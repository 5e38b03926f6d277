// Elements of a document that a struct has no field for.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_OTHERS_HPP
#define OSS_OTHERS_HPP

#include <string>
#include <utility>
#include <vector>

#include "abi.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {
namespace detail {
class field_writer;
class field_reader;
} // namespace detail

// What came inside of a struct and has no field in it, and fields that came empty: sent back as it came, so that settings which
// are read, changed and put back lose nothing.
class other_elements {
public:
    bool empty() const noexcept { return all_.empty(); }
    // Forgets them: they are not sent back.
    void clear() noexcept { all_.clear(); }

private:
    friend class detail::field_writer;
    friend class detail::field_reader;

    // Paths below the struct, without the index of a first element, and texts; in the order of the document.
    std::vector<std::pair<std::string, std::string>> all_;
};

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
