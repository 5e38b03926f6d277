// What becomes of the objects of a bucket in time, as structs. Times are texts such as "2030-12-31T00:00:00.000Z".
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_LIFECYCLE_HPP
#define OSS_LIFECYCLE_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "abi.hpp"
#include "others.hpp"
#include "settings.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {

// Objects that a rule leaves alone.
struct lifecycle_exemption {
    std::string prefix; // What their keys begin with.
    std::optional<oss::tag> tag; // The tag that they have.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each.required("Prefix", self.prefix);
        each("Tag", self.tag);
        each.others(self.others);
    }
};

// Which objects a rule leaves alone.
struct lifecycle_filter {
    std::optional<std::int64_t> object_size_greater_than; // Those that are not larger than this, in bytes.
    std::optional<std::int64_t> object_size_less_than; // Those that are not smaller than this, in bytes.
    std::vector<lifecycle_exemption> exempt; // Those with a prefix or tag.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("ObjectSizeGreaterThan", self.object_size_greater_than);
        each("ObjectSizeLessThan", self.object_size_less_than);
        each("Not", self.exempt);
        each.others(self.others);
    }
};

// When objects are deleted.
struct lifecycle_expiration {
    std::optional<std::int64_t> days; // So many days after they were last modified.
    std::string created_before_date; // If they were last modified before.
    std::optional<bool> expired_object_delete_marker; // Whether delete markers go of which no version is left.
    std::string date; // As `created_before_date`, in old rules.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("Days", self.days);
        each("CreatedBeforeDate", self.created_before_date);
        each("ExpiredObjectDeleteMarker", self.expired_object_delete_marker);
        each("Date", self.date);
        each.others(self.others);
    }
};

// When objects change their class.
struct lifecycle_transition {
    std::optional<std::int64_t> days; // So many days after they were last modified or accessed.
    std::string created_before_date; // If they were last modified before.
    std::string storage_class; // The class they then have.
    std::optional<bool> is_access_time; // Whether days count from the last access.
    std::optional<bool> return_to_std_when_visit; // Whether an access makes them Standard again.
    std::optional<bool> allow_small_file; // Whether objects below 64 KB do too.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("Days", self.days);
        each("CreatedBeforeDate", self.created_before_date);
        each("StorageClass", self.storage_class);
        each("IsAccessTime", self.is_access_time);
        each("ReturnToStdWhenVisit", self.return_to_std_when_visit);
        each("AllowSmallFile", self.allow_small_file);
        each.others(self.others);
    }
};

// When uploads are aborted that nobody completed.
struct lifecycle_abort {
    std::optional<std::int64_t> days; // So many days after they began.
    std::string created_before_date; // If they began before.
    std::string date; // As `created_before_date`, in old rules.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("Days", self.days);
        each("CreatedBeforeDate", self.created_before_date);
        each("Date", self.date);
        each.others(self.others);
    }
};

// When old versions are deleted.
struct noncurrent_version_expiration {
    std::optional<std::int64_t> noncurrent_days; // So many days after they became old.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("NoncurrentDays", self.noncurrent_days);
        each.others(self.others);
    }
};

// When old versions change their class.
struct noncurrent_version_transition {
    std::optional<std::int64_t> noncurrent_days; // So many days after they became old.
    std::string storage_class; // The class they then have.
    std::optional<bool> is_access_time; // Whether days count from the last access.
    std::optional<bool> return_to_std_when_visit; // Whether an access makes them Standard again.
    std::optional<bool> allow_small_file; // Whether objects below 64 KB do too.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("NoncurrentDays", self.noncurrent_days);
        each("StorageClass", self.storage_class);
        each("IsAccessTime", self.is_access_time);
        each("ReturnToStdWhenVisit", self.return_to_std_when_visit);
        each("AllowSmallFile", self.allow_small_file);
        each.others(self.others);
    }
};

// What becomes of some of the objects.
struct lifecycle_rule {
    std::string id; // Its name; the service gives it one if it is empty.
    std::string prefix; // What the keys begin with; "" for all.
    std::string status; // "Enabled" or "Disabled".
    std::vector<tag> tags; // Tags that the objects have to have.
    std::optional<lifecycle_filter> filter; // Objects that are left alone.
    std::optional<lifecycle_expiration> expiration; // When they are deleted.
    std::vector<lifecycle_transition> transitions; // When they change their class.
    std::optional<lifecycle_abort> abort_multipart_upload; // When uploads are aborted.
    std::optional<oss::noncurrent_version_expiration> noncurrent_version_expiration; // When old versions are deleted.
    std::vector<noncurrent_version_transition> noncurrent_version_transitions; // When old versions change their class.
    // Since when accesses are known, in seconds since 1970; the service sets it.
    std::optional<std::int64_t> atime_base;
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("ID", self.id);
        each.required("Prefix", self.prefix);
        each.required("Status", self.status);
        each("Tag", self.tags);
        each("Filter", self.filter);
        each("Expiration", self.expiration);
        each("Transition", self.transitions);
        each("AbortMultipartUpload", self.abort_multipart_upload);
        each("NoncurrentVersionExpiration", self.noncurrent_version_expiration);
        each("NoncurrentVersionTransition", self.noncurrent_version_transitions);
        each("AtimeBase", self.atime_base);
        each.others(self.others);
    }
};

// What becomes of the objects of a bucket in time.
struct lifecycle_configuration {
    std::vector<lifecycle_rule> rules; // The rules, up to 1000.
    other_elements others{}; // What has no field here: sent back as it came.

    static const char *root() noexcept { return "LifecycleConfiguration"; }
    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("Rule", self.rules);
        each.others(self.others);
    }
};

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
