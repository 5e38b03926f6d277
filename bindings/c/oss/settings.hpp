// Settings of a bucket as structs: access, CORS, logging, referers, encryption, versioning, tags. What is empty is not sent, unless
// it came empty. What a struct has no field for is set and read by path, by bucket::invoke() with call::field(), call::text(); what
// of that came is in `others`, and is sent back with the rest of the struct. Tags are pairs, and have nothing else.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_SETTINGS_HPP
#define OSS_SETTINGS_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "abi.hpp"
#include "others.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {

// A name with a value, on an object or a bucket.
struct tag {
    std::string key; // Its name.
    std::string value; // Its value.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each.required("Key", self.key);
        each.required("Value", self.value);
        each.others(self.others);
    }
};

// All tags of an object or a bucket.
struct tagging {
    std::vector<tag> tags;

    static const char *root() noexcept { return "Tagging"; }
    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("TagSet.Tag", self.tags);
    }
};

// Whose a bucket or an object is, and who may do what with it.
struct access_control_policy {
    std::string owner_id; // The account that owns it.
    std::string owner_name; // What the account calls itself.
    std::string grant; // OSS_ACL_PRIVATE and so on; OSS_ACL_DEFAULT for an object that has none of its own.

    static const char *root() noexcept { return "AccessControlPolicy"; }
    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("Owner.ID", self.owner_id);
        each("Owner.DisplayName", self.owner_name);
        each("AccessControlList.Grant", self.grant);
    }
};

// From where browsers may do what.
struct cors_rule {
    std::vector<std::string> allowed_origins; // Origins, with at most one "*".
    std::vector<std::string> allowed_methods; // Methods, such as "GET".
    std::vector<std::string> allowed_headers; // Request headers, with at most one "*".
    std::vector<std::string> expose_headers; // Headers of the answer that scripts may see.
    std::optional<std::int64_t> max_age_seconds; // How long browsers may remember this.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("AllowedOrigin", self.allowed_origins);
        each("AllowedMethod", self.allowed_methods);
        each("AllowedHeader", self.allowed_headers);
        each("ExposeHeader", self.expose_headers);
        each("MaxAgeSeconds", self.max_age_seconds);
        each.others(self.others);
    }
};

// From where browsers may use a bucket.
struct cors_configuration {
    std::vector<cors_rule> rules; // The rules, of which the first that fits counts.
    std::optional<bool> response_vary; // Whether answers carry "Vary: Origin".
    other_elements others{}; // What has no field here: sent back as it came.

    static const char *root() noexcept { return "CORSConfiguration"; }
    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("CORSRule", self.rules);
        each("ResponseVary", self.response_vary);
        each.others(self.others);
    }
};

// The target of an access log.
struct logging_enabled {
    std::string target_bucket; // The bucket that takes the log.
    std::string target_prefix; // What the keys of the log begin with.
    std::string logging_role; // The role that writes it.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each.required("TargetBucket", self.target_bucket);
        each.required("TargetPrefix", self.target_prefix);
        each("LoggingRole", self.logging_role);
        each.others(self.others);
    }
};

// Where the access log of a bucket goes; nowhere without a target.
struct logging_configuration {
    std::optional<oss::logging_enabled> logging_enabled; // The target; none for no log.
    other_elements others{}; // What has no field here: sent back as it came.

    static const char *root() noexcept { return "BucketLoggingStatus"; }
    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("LoggingEnabled", self.logging_enabled);
        each.others(self.others);
    }
};

// From which pages a bucket may be used.
struct referer_configuration {
    std::optional<bool> allow_empty_referer; // Whether requests without a Referer are let in.
    std::optional<bool> allow_truncate_query_string; // Whether the query of the Referer is left out of account.
    std::optional<bool> truncate_path; // Whether its path is.
    std::vector<std::string> referers; // Who is let in, with "*" and "?"; empty for everybody.
    std::vector<std::string> blacklist; // Who is not.
    other_elements others{}; // What has no field here: sent back as it came.

    static const char *root() noexcept { return "RefererConfiguration"; }
    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("AllowEmptyReferer", self.allow_empty_referer);
        each("AllowTruncateQueryString", self.allow_truncate_query_string);
        each("TruncatePath", self.truncate_path);
        each.element("RefererList");
        each("RefererList.Referer", self.referers);
        each("RefererBlacklist.Referer", self.blacklist);
        each.others(self.others);
    }
};

// How the service encrypts what a bucket stores.
struct encryption_configuration {
    std::string algorithm; // "AES256", "KMS" or "SM4".
    std::string kms_master_key_id; // The key of KMS, if it is your own.
    std::string kms_data_encryption; // "SM4", or none for AES-256.
    other_elements others{}; // What has no field here: sent back as it came.

    static const char *root() noexcept { return "ServerSideEncryptionRule"; }
    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("ApplyServerSideEncryptionByDefault.SSEAlgorithm", self.algorithm);
        each("ApplyServerSideEncryptionByDefault.KMSMasterKeyID", self.kms_master_key_id);
        each("ApplyServerSideEncryptionByDefault.KMSDataEncryption", self.kms_data_encryption);
        each.others(self.others);
    }
};

// Whether a bucket keeps versions.
struct versioning_configuration {
    std::string status; // "Enabled" or "Suspended"; empty if it never was.
    other_elements others{}; // What has no field here: sent back as it came.

    static const char *root() noexcept { return "VersioningConfiguration"; }
    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("Status", self.status);
        each.others(self.others);
    }
};

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
