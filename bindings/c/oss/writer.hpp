// Objects that are written piece by piece.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_WRITER_HPP
#define OSS_WRITER_HPP

#include <memory>
#include <ostream>
#include <streambuf>
#include <string_view>
#include <utility>

#include "abi.hpp"
#include "call.hpp"
#include "callbacks.hpp"
#include "handle.hpp"
#include "oss.h"
#include "result.hpp"
#include "text.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {

// An object that is being written, of any length; from bucket::open_writer(). Nothing is stored unless finish() succeeds: the first
// failure is kept, and a writer that goes away before is aborted. Copies are the same writer. One thread at a time.
class writer {
public:
    result<> write(const bytes &data) const {
        return after(oss_writer_write(get(), data.data(), data.size()));
    }
    // Stores the object; the answer is in the call that the writer was opened with.
    result<> finish() const {
        auto done = with_.run_end(handle_.kept(), [&](oss_call *c) { return oss_writer_finish(get(), c); });
        if (done || !first_ || !*first_)
            return done;
        failure why = done.failure();
        first_->give_to(why);
        return why;
    }
    // Stores nothing, and deletes what was sent.
    result<> abort() const { return after(oss_writer_abort(get())); }

    // For functions of oss.h; NULL after it was moved from.
    oss_writer *get() const noexcept { return handle_.get(); }

private:
    friend class bucket;

    writer(oss_writer *handle, detail::functions kept, const call &with)
        : with_(with), handle_(handle, std::move(kept)), first_(new detail::caught) {}

    result<> after(oss_status status) const {
        if (status == OSS_OK)
            return {};
        failure why = detail::failed(status, oss_last_error());
        if (!with_.state_ || !first_)
            return why;
        if (detail::caught one = with_.state_->failed.take(); one && !*first_)
            *first_ = std::move(one);
        if (detail::caught one = handle_.kept().take(with_.get()); one && !*first_)
            *first_ = std::move(one);
        first_->give_to(why);
        return why;
    }

    call with_; // first, so that it goes last: it has the progress function
    detail::shared<oss_writer> handle_;
    std::shared_ptr<detail::caught> first_; // what a callback threw; the writer fails for that up to its end
};

// A std::ostream into a writer, which still has to be finished: that gives the first failure.
//
//     oss::writer_stream out(writer);
//     out << "hello" << std::endl;
//     writer.finish().value();
class writer_stream : private std::streambuf, public std::ostream {
public:
    explicit writer_stream(writer target) : std::ostream(static_cast<std::streambuf *>(this)), target_(std::move(target)) {}

private:
    std::streamsize xsputn(const char *data, std::streamsize size) override {
        const std::string_view piece(data, static_cast<std::size_t>(size));
        return target_.write(piece) ? size : 0;
    }
    std::streambuf::int_type overflow(std::streambuf::int_type c) override {
        using traits = std::streambuf::traits_type;
        if (traits::eq_int_type(c, traits::eof()))
            return traits::not_eof(c);
        const char one = traits::to_char_type(c);
        return xsputn(&one, 1) == 1 ? c : traits::eof();
    }

    writer target_;
};

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
