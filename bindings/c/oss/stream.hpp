// Functions and standard streams as sources and targets of data, in the terms of oss.h.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_STREAM_HPP
#define OSS_STREAM_HPP

#include <cstddef>
#include <cstdint>
#include <istream>
#include <ostream>
#include <streambuf>
#include <string_view>
#include <type_traits>

#include "abi.hpp"
#include "callbacks.hpp"
#include "oss.h"
#include "result.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {
namespace detail {

template <class Read>
using if_reads = std::enable_if_t<std::is_invocable_v<Read &, char *, std::size_t>>;
template <class Write>
using if_writes = std::enable_if_t<std::is_invocable_r_v<bool, Write &, std::string_view>>;

// A function of the program on its way through C, and where what it throws waits.
template <class Function>
struct passed {
    Function &function;
    thrown &failed;

    // As an oss_read_fn.
    static std::int64_t read(void *user, std::uint8_t *buffer, std::size_t capacity) noexcept {
        auto &self = *static_cast<passed *>(user);
        return self.failed.shield(std::int64_t{-1}, [&] {
            return static_cast<std::int64_t>(self.function(reinterpret_cast<char *>(buffer), capacity));
        });
    }
    // As an oss_write_fn.
    static int write(void *user, const std::uint8_t *data, std::size_t size) noexcept {
        auto &self = *static_cast<passed *>(user);
        return self.failed.shield(1, [&] {
            return self.function(std::string_view(reinterpret_cast<const char *>(data), size)) ? 0 : 1;
        });
    }
};

// Turns off the exceptions of a stream, whose end is none to us, and on again.
class quiet {
public:
    explicit quiet(std::ios &stream) : stream_(stream), mask_(stream.exceptions()) {
        stream_.exceptions(std::ios::goodbit);
    }
    quiet(const quiet &) = delete;
    quiet &operator=(const quiet &) = delete;
    ~quiet() {
#if OSS_HPP_EXCEPTIONS
        try {
            stream_.exceptions(mask_);
        } catch (...) { // it is set all the same
        }
#else
        stream_.exceptions(mask_);
#endif
    }

private:
    std::ios &stream_;
    std::ios::iostate mask_;
};

// A std::istream as a source.
class istream_source {
public:
    explicit istream_source(std::istream &stream)
        : stream_(stream), quiet_(stream),
          start_(is_usable() ? stream.rdbuf()->pubseekoff(0, std::ios::cur, std::ios::in) : std::streampos(-1)) {}

    // Not a file that could not be opened: that would be stored as an empty object.
    bool is_usable() const { return !stream_.fail() && stream_.rdbuf() != nullptr; }
    static failure unusable() {
        return failed(OSS_IO, "`source`: the stream has failed before, such as a file that could not be opened; nothing was sent");
    }

    std::int64_t operator()(char *buffer, std::size_t capacity) {
        stream_.read(buffer, static_cast<std::streamsize>(capacity));
        const std::int64_t got = stream_.gcount();
        given_ += got;
        return stream_.bad() ? -1 : got;
    }

    bool can_rewind() const { return start_ != std::streampos(-1); }
    // To where it stood at first. A buffer that takes what it gives from another may have that one's positions: they have to
    // have followed what was given, and to be what they are set to, or other bytes would come.
    bool rewind() {
        stream_.clear();
        std::streambuf &buffer = *stream_.rdbuf();
        if (buffer.pubseekoff(0, std::ios::cur, std::ios::in) - start_ != given_ ||
            buffer.pubseekpos(start_, std::ios::in) != start_ || buffer.pubseekoff(0, std::ios::cur, std::ios::in) != start_)
            return false;
        given_ = 0;
        return true;
    }

private:
    std::istream &stream_;
    quiet quiet_;
    std::streampos start_;
    std::streamoff given_ = 0; // since it stood there
};

// A std::ostream as a target.
class ostream_target {
public:
    explicit ostream_target(std::ostream &stream) : stream_(stream), quiet_(stream) {}

    bool is_usable() const { return !stream_.fail() && stream_.rdbuf() != nullptr; }
    static failure unusable() {
        return failed(OSS_IO, "`target`: the stream has failed before, such as a file that could not be opened; nothing was sent");
    }

    bool operator()(std::string_view piece) {
        return static_cast<bool>(stream_.write(piece.data(), static_cast<std::streamsize>(piece.size())));
    }

    // What is still in its buffer can fail as well.
    bool flush() { return static_cast<bool>(stream_.flush()); }

private:
    std::ostream &stream_;
    quiet quiet_;
};

} // namespace detail
} // namespace OSS_HPP_ABI
} // namespace oss

#endif
