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
        const writer running(*this); // a callback may let go of this one
        return running.after(oss_writer_write(get(), data.data(), data.size()));
    }
    // Stores the object; the answer is in the call that the writer was opened with. Once it is stored this succeeds: what the
    // progress function returns or throws when it is told so comes too late, and is dropped.
    result<> finish() const {
        const writer running(*this);
        oss_status stored = OSS_BUSY; // if it does not get so far
        const auto done = running.with_.run_end(
            handle_.kept(), [&](oss_call *c) { return stored = oss_writer_finish(running.get(), c); });
        if (!running.own_)
            return done;
        detail::caught last = running.own_->failed.take();
        if (stored == OSS_OK)
            return {};
        running.keep(std::move(last));
        if (!done)
            running.keep(detail::caught::of(done.failure()));
        if (!running.own_->first)
            return done;
        return running.thrown(done ? detail::failed(OSS_CANCELLED, "a callback threw") : done.failure());
    }
    // Stores nothing, and deletes what was sent.
    result<> abort() const {
        const writer running(*this);
        return running.after(oss_writer_abort(get()));
    }

    // For functions of oss.h; NULL after it was moved from.
    oss_writer *get() const noexcept { return handle_.get(); }

private:
    friend class bucket;

    writer(oss_writer *handle, detail::functions kept, const call &with, std::shared_ptr<detail::writing> own)
        : own_(std::move(own)), with_(with), handle_(handle, std::move(kept)) {}

    result<> after(oss_status status) const {
        if (status == OSS_OK)
            return {};
        failure why = detail::failed(status, oss_last_error());
        const call told; // that of the writer may be used for another request by now
        if (oss_writer_failure(get(), told.get()) == status)
            why = told.why(status);
        if (!own_)
            return why;
        keep(own_->failed.take());
        keep(handle_.kept().take_for(status, with_.get()));
        return thrown(std::move(why));
    }

    // Keeps what a callback threw, and makes what was kept the cause of a failure.
    void keep(detail::caught one) const {
        if (one && !own_->first)
            own_->first = std::move(one);
    }
    failure thrown(failure why) const {
        own_->first.give_to(why);
        return why;
    }

    std::shared_ptr<detail::writing> own_; // first, so that it goes last: the handle may have it called
    call with_;
    detail::shared<oss_writer> handle_;
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
