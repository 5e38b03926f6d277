// The CRC-64 with which objects are compared, of data that a program has elsewhere.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_CRC64_HPP
#define OSS_CRC64_HPP

#include <cstdint>

#include "abi.hpp"
#include "oss.h"
#include "text.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {

// Takes bytes piece by piece, as a function object; value() is then what call::crc64() says of an object with these bytes.
class crc64 {
public:
    crc64 &operator()(const bytes &piece) noexcept {
        value_ = oss_crc64(value_, piece.data(), piece.size());
        size_ += piece.size();
        return *this;
    }
    // Of one block after another.
    friend crc64 operator+(const crc64 &first, const crc64 &second) noexcept {
        crc64 both;
        both.value_ = oss_crc64_combine(first.value_, second.value_, second.size_);
        both.size_ = first.size_ + second.size_;
        return both;
    }

    std::uint64_t value() const noexcept { return value_; }
    std::uint64_t size() const noexcept { return size_; } // in bytes

private:
    std::uint64_t value_ = 0;
    std::uint64_t size_ = 0;
};

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
