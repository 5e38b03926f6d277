// Functions and standard streams as sources and targets of data, in the terms of oss.h.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_STREAM_HPP
#define OSS_STREAM_HPP

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <ios>
#include <istream>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

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
template <class Stream>
using if_istream = std::enable_if_t<std::is_convertible_v<Stream &, std::istream &>>;
template <class Stream>
using if_ostream = std::enable_if_t<std::is_convertible_v<Stream &, std::ostream &>>;

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

// The file that a stream is of, if so. A program without RTTI sees it by the type of the stream only.
template <class Stream>
std::filebuf *file_of(Stream &stream) {
    std::streambuf *const buffer = static_cast<const std::ios &>(stream).rdbuf();
    if constexpr (std::is_base_of_v<std::ifstream, Stream> || std::is_base_of_v<std::ofstream, Stream> ||
                  std::is_base_of_v<std::fstream, Stream>) {
        if (stream.rdbuf() == buffer)
            return stream.rdbuf();
    }
#if OSS_HPP_RTTI
    return dynamic_cast<std::filebuf *>(buffer);
#else
    return nullptr;
#endif
}

// A stream, and why it cannot do what it has to. One that has failed, or a file that is not open, would give or take nothing
// and say no word of it.
template <class Stream>
class watched {
public:
    // Instead of a request.
    kept_failure unusable() const { return problem_.empty() ? kept_failure() : failed(OSS_IO, problem_ + "; nothing was sent"); }
    // Of a request, to which it was a callback that gave up.
    template <class T>
    result<T> explained(result<T> done) const {
        if (problem_.empty() || done.ok() || done.failure().status != OSS_CANCELLED || caught::of(done.failure()))
            return done;
        failure why = done.failure();
        why.status = OSS_IO;
        why.text = problem_;
        return why;
    }

protected:
    watched(Stream &stream, const std::filebuf *file, const char *parameter)
        : stream_(stream), quiet_(stream), parameter_(parameter) {
        if (stream_.fail() || stream_.rdbuf() == nullptr)
            note("the stream has failed before, such as a file that could not be opened");
        else if (file != nullptr && !file->is_open())
            note("the stream is of a file that is not open");
        else
            stream_.clear(); // the end that it may have come to is one of reading, and of a position that it may have left
    }
    ~watched() = default;

    void note(const char *problem) { problem_ = std::string("`") + parameter_ + "`: " + problem; }
    bool has_problem() const noexcept { return !problem_.empty(); }

    Stream &stream_;

private:
    quiet quiet_;
    const char *parameter_;
    std::string problem_;
};

// A std::istream as a source.
class istream_source : public watched<std::istream> {
public:
    template <class Stream>
    explicit istream_source(Stream &stream) : istream_source(stream, file_of(stream)) {}

    std::int64_t operator()(char *buffer, std::size_t capacity) {
        stream_.read(buffer, static_cast<std::streamsize>(capacity));
        const std::int64_t got = stream_.gcount();
        given_ += got;
        if (stream_.bad())
            note("reading from the stream failed");
        else if (stream_.eof())
            look_at_the_end();
        return has_problem() ? -1 : got;
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
    istream_source(std::istream &stream, std::filebuf *file) : watched(stream, file, "source"), file_(file) {
        if (has_problem())
            return;
        start_ = stream.rdbuf()->pubseekoff(0, std::ios::cur, std::ios::in);
        if (file_ == nullptr)
            return;
        if (file_->in_avail() == -1) // some libraries know
            note("nothing can be read from the stream, such as from a file that is open for writing only");
        else if (can_rewind())
            end_ = end_of_file(start_);
    }

    // Where a file ends that stands at `position`, and goes on from there; -1 if nobody knows.
    std::streamoff end_of_file(std::streampos position) {
        const std::streamoff end = file_->pubseekoff(0, std::ios::end, std::ios::in);
        if (end != -1 && file_->pubseekpos(position, std::ios::in) != position)
            note("the stream cannot go back to where it stood");
        return end;
    }
    // A file may end before what it held at first: it is open for writing only, or somebody has cut it.
    void look_at_the_end() {
        if (end_ <= std::streamoff(start_))
            return;
        if (given_ == 0)
            note("nothing could be read from the stream, although its file is not empty: is it open for reading?");
        else if (end_of_file(file_->pubseekoff(0, std::ios::cur, std::ios::in)) < end_)
            note("the file of the stream was cut while it was sent");
    }

    std::filebuf *file_;
    std::streampos start_{std::streamoff(-1)};
    std::streamoff end_ = -1;  // of a file, when it stood there
    std::streamoff given_ = 0; // since then
};

// A std::ostream as a target.
class ostream_target : public watched<std::ostream> {
public:
    template <class Stream>
    explicit ostream_target(Stream &stream) : watched(stream, file_of(stream), "target") {}

    bool operator()(std::string_view piece) {
        const bool written = static_cast<bool>(stream_.write(piece.data(), static_cast<std::streamsize>(piece.size())));
        if (!written)
            note("writing to the stream failed");
        return written;
    }

    // What is still in its buffer can fail as well.
    bool flush() { return static_cast<bool>(stream_.flush()); }
};

} // namespace detail
} // namespace OSS_HPP_ABI
} // namespace oss

#endif
