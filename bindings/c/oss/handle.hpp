// Handles of oss.h that free themselves. Copies of one are the same thing; it goes with the last of them.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_HANDLE_HPP
#define OSS_HANDLE_HPP

#include <memory>
#include <utility>

#include "abi.hpp"
#include "callbacks.hpp"
#include "oss.h"

namespace oss {
inline namespace OSS_HPP_ABI {
namespace detail {

struct free_handle {
    void operator()(oss_config *handle) const noexcept { oss_config_free(handle); }
    void operator()(oss_credentials *handle) const noexcept { oss_credentials_free(handle); }
    void operator()(oss_session *handle) const noexcept { oss_session_free(handle); }
    void operator()(oss_bucket *handle) const noexcept { oss_bucket_free(handle); }
    void operator()(oss_service *handle) const noexcept { oss_service_free(handle); }
    void operator()(oss_call *handle) const noexcept { oss_call_free(handle); }
    void operator()(oss_writer *handle) const noexcept { oss_writer_free(handle); }
};

// A handle with the functions that it may have called, which outlive it.
template <class Handle>
class shared {
public:
    explicit shared(Handle *handle, functions kept = {}) : all_(new both{std::move(kept), owner(handle)}) {}

    // NULL after it was moved from; the library refuses that by name.
    Handle *get() const noexcept { return all_ ? all_->handle.get() : nullptr; }
    functions kept() const { return all_ ? all_->kept : functions(); }
    void keep(functions kept) {
        if (all_)
            all_->kept = std::move(kept);
    }

private:
    using owner = std::unique_ptr<Handle, free_handle>;
    struct both {
        functions kept; // first, so that it goes last
        owner handle;
    };
    std::shared_ptr<both> all_;
};

} // namespace detail
} // namespace OSS_HPP_ABI
} // namespace oss

#endif
