// The service itself: what is not about one bucket.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_SERVICE_HPP
#define OSS_SERVICE_HPP

#include <memory>
#include <utility>

#include "call.hpp"
#include "config.hpp"
#include "oss.h"
#include "result.hpp"
#include "text.hpp"

namespace oss {

// The service itself: what is not about one bucket.
class service {
public:
    // Talks to nobody yet.
    static result<service> open(const config &config) {
        oss_service *handle = oss_service_new(config.get());
        if (handle == nullptr)
            return config.why();
        return service(handle, config.keep_);
    }

    // Takes the call over, because the listing goes on with it.
    result<listing> list_buckets(const text &prefix = nullptr, call call = {}) const {
        auto begun = call.run(keep_, [&](oss_call *c) { return oss_list_buckets(get(), prefix.get_or_null(), c); });
        return detail::then(begun, [&] { return listing(std::move(call)); });
    }
    // call.count() of "RegionInfo", call.text() of "RegionInfo[0].Region" and so on.
    result<> describe_regions(const call &call) const {
        return call.run(keep_, [&](oss_call *c) { return oss_describe_regions(get(), c); });
    }
    // Any operation by its official name; see bucket::invoke().
    result<> invoke(const text &operation, const bytes &body, const call &call) const {
        return call.run(keep_, [&](oss_call *c) {
            return oss_service_invoke(get(), operation.get(), body.data(), body.size(), c);
        });
    }

    oss_service *get() const noexcept { return handle_.get(); }

private:
    service(oss_service *handle, detail::keep keep) noexcept : keep_(std::move(keep)), handle_(handle) {}

    detail::keep keep_;
    detail::unique<oss_service> handle_;
};

} // namespace oss

#endif
