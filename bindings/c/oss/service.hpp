// The service itself: what is not about one bucket.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_SERVICE_HPP
#define OSS_SERVICE_HPP

#include <utility>

#include "abi.hpp"
#include "call.hpp"
#include "config.hpp"
#include "handle.hpp"
#include "listing.hpp"
#include "oss.h"
#include "result.hpp"
#include "text.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {

// The service itself: what is not about one bucket.
class service {
public:
    // Talks to nobody yet.
    static result<service> open(const config &config) {
        oss_service *handle = oss_service_new(config.get());
        if (handle == nullptr)
            return config.why();
        return service(handle, config.kept());
    }

    // Another request with the call ends the listing.
    result<listing> list_buckets(const text &prefix = nullptr, call with = {}) const {
        const auto list = [&](oss_call *c) { return oss_list_buckets(get(), prefix.get_or_null(), c); };
        return with.run(handle_.kept(), list, [&] { return listing(with); });
    }
    // call::count() of "RegionInfo", call::text() of "RegionInfo[0].Region" and so on.
    result<> describe_regions(call with) const {
        return with.run(handle_.kept(), [&](oss_call *c) { return oss_describe_regions(get(), c); });
    }
    // Any operation by its official name; see bucket::invoke().
    result<> invoke(const text &operation, const bytes &body, call with) const {
        return with.run(handle_.kept(), [&](oss_call *c) {
            return oss_service_invoke(get(), operation.get(), body.data(), body.size(), c);
        });
    }

    oss_service *get() const noexcept { return handle_.get(); }

private:
    service(oss_service *handle, detail::functions kept) : handle_(handle, std::move(kept)) {}

    detail::shared<oss_service> handle_;
};

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
