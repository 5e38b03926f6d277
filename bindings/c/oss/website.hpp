// A bucket as a website, as structs.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_WEBSITE_HPP
#define OSS_WEBSITE_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "abi.hpp"
#include "others.hpp"
#include "settings.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {

// The page for what ends with a slash.
struct index_document {
    std::string suffix; // Its name, such as "index.html".
    std::optional<bool> support_sub_dir; // Whether directories have one as well.
    // What happens for a directory without a slash: 0 redirects, 1 is an error, 2 serves the page.
    std::optional<std::int64_t> type;
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each.required("Suffix", self.suffix);
        each("SupportSubDir", self.support_sub_dir);
        each("Type", self.type);
        each.others(self.others);
    }
};

// The page for what is not there.
struct error_document {
    std::string key; // Its key.
    std::optional<std::int64_t> http_status; // Its status, 404 or 200.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each.required("Key", self.key);
        each("HttpStatus", self.http_status);
        each.others(self.others);
    }
};

// A header that a request has to have.
struct header_condition {
    std::string key; // Its name.
    std::string equals; // Its value.
    std::string starts_with; // What its value begins with.
    std::string ends_with; // What its value ends with.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("Key", self.key);
        each("Equals", self.equals);
        each("StartsWith", self.starts_with);
        each("EndsWith", self.ends_with);
        each.others(self.others);
    }
};

// When a request is sent on.
struct routing_condition {
    std::string key_prefix_equals; // The key begins with this.
    std::string key_suffix_equals; // The key ends with this.
    std::optional<std::int64_t> http_error_code_returned_equals; // The answer has this status.
    std::vector<header_condition> include_headers; // The request has these headers.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("KeyPrefixEquals", self.key_prefix_equals);
        each("KeySuffixEquals", self.key_suffix_equals);
        each("HttpErrorCodeReturnedEquals", self.http_error_code_returned_equals);
        each("IncludeHeader", self.include_headers);
        each.others(self.others);
    }
};

// Which headers an origin gets.
struct mirror_headers {
    std::optional<bool> pass_all; // All.
    std::vector<std::string> pass; // These.
    std::vector<std::string> remove; // Not these.
    std::vector<tag> set; // These with these values.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("PassAll", self.pass_all);
        each("Pass", self.pass);
        each("Remove", self.remove);
        each("Set", self.set);
        each.others(self.others);
    }
};

// How requests to an origin are signed.
struct mirror_auth {
    std::string auth_type; // The method, such as "S3V4".
    std::string region; // The region.
    std::string access_key_id; // Id of the key.
    std::string access_key_secret; // The secret, which does not come back.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("AuthType", self.auth_type);
        each("Region", self.region);
        each("AccessKeyId", self.access_key_id);
        each("AccessKeySecret", self.access_key_secret);
        each.others(self.others);
    }
};

// One more origin of a mirror.
struct mirror_alternate {
    std::optional<std::int64_t> number; // The order in which it is asked.
    std::string url; // Where it is.
    std::string vpc_id; // Its VPC.
    std::string dst_region; // Its region.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("MirrorMultiAlternateNumber", self.number);
        each("MirrorMultiAlternateURL", self.url);
        each("MirrorMultiAlternateVpcId", self.vpc_id);
        each("MirrorMultiAlternateDstRegion", self.dst_region);
        each.others(self.others);
    }
};

// Where a request is sent on, or what it is mirrored from.
struct routing_redirect {
    std::string redirect_type; // "Mirror", "External", "AliCDN" or "Internal".
    std::string protocol; // "http" or "https".
    std::string host_name; // The host that is redirected to.
    std::optional<std::int64_t> http_redirect_code; // The status of a redirect.
    std::optional<bool> pass_query_string; // Whether the query is kept.
    std::string replace_key_with; // The key, in which ${key} stands for the old one.
    std::optional<bool> enable_replace_prefix; // Whether the prefix of the condition is replaced.
    std::string replace_key_prefix_with; // What replaces it.
    std::string mirror_url; // The origin of a mirror.
    std::string mirror_url_slave; // The origin that stands in for it.
    std::string mirror_url_probe; // What is asked to see whether the origin is well.
    std::optional<bool> mirror_pass_query_string; // Whether the origin gets the query.
    std::optional<bool> mirror_follow_redirect; // Whether its redirects are followed.
    std::optional<bool> mirror_check_md5; // Whether its Content-MD5 is checked.
    std::optional<bool> mirror_sni; // Whether it is told its name in TLS.
    std::optional<oss::mirror_headers> mirror_headers; // Which headers it gets.
    std::optional<oss::mirror_auth> mirror_auth; // How requests to it are signed.
    std::optional<bool> mirror_pass_original_slashes; // Whether it gets slashes as they came.
    std::optional<std::int64_t> mirror_async_status; // The status while it is fetched from.
    std::optional<bool> mirror_allow_video_snapshot; // Whether video snapshots are mirrored.
    std::optional<bool> mirror_allow_get_image_info; // Whether image information is.
    std::optional<bool> mirror_allow_head_object; // Whether HEAD is.
    std::optional<bool> mirror_save_oss_meta; // Whether its x-oss-meta-* are stored.
    std::optional<bool> mirror_user_last_modified; // Whether its Last-Modified is stored.
    std::optional<bool> mirror_switch_all_errors; // Whether any error of it makes the next one be asked.
    std::optional<bool> mirror_proxy_pass; // Whether nothing is stored.
    std::optional<bool> mirror_using_role; // Whether a role is used.
    std::string mirror_role; // The role.
    std::optional<bool> mirror_is_express_tunnel; // Whether it is reached by an express tunnel.
    std::string mirror_tunnel_id; // The tunnel.
    std::string mirror_dst_region; // Its region.
    std::string mirror_dst_vpc_id; // Its VPC.
    std::string mirror_dst_slave_vpc_id; // The VPC of the one that stands in.
    std::string transparent_mirror_response_codes; // Statuses of it that are passed on.
    std::vector<tag> mirror_taggings; // Headers of it that become tags.
    std::vector<mirror_alternate> mirror_multi_alternates; // Further origins.
    std::vector<tag> mirror_return_headers; // Headers of the answer.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("RedirectType", self.redirect_type);
        each("Protocol", self.protocol);
        each("HostName", self.host_name);
        each("HttpRedirectCode", self.http_redirect_code);
        each("PassQueryString", self.pass_query_string);
        each("ReplaceKeyWith", self.replace_key_with);
        each("EnableReplacePrefix", self.enable_replace_prefix);
        each("ReplaceKeyPrefixWith", self.replace_key_prefix_with);
        each("MirrorURL", self.mirror_url);
        each("MirrorURLSlave", self.mirror_url_slave);
        each("MirrorURLProbe", self.mirror_url_probe);
        each("MirrorPassQueryString", self.mirror_pass_query_string);
        each("MirrorFollowRedirect", self.mirror_follow_redirect);
        each("MirrorCheckMd5", self.mirror_check_md5);
        each("MirrorSNI", self.mirror_sni);
        each("MirrorHeaders", self.mirror_headers);
        each("MirrorAuth", self.mirror_auth);
        each("MirrorPassOriginalSlashes", self.mirror_pass_original_slashes);
        each("MirrorAsyncStatus", self.mirror_async_status);
        each("MirrorAllowVideoSnapshot", self.mirror_allow_video_snapshot);
        each("MirrorAllowGetImageInfo", self.mirror_allow_get_image_info);
        each("MirrorAllowHeadObject", self.mirror_allow_head_object);
        each("MirrorSaveOssMeta", self.mirror_save_oss_meta);
        each("MirrorUserLastModified", self.mirror_user_last_modified);
        each("MirrorSwitchAllErrors", self.mirror_switch_all_errors);
        each("MirrorProxyPass", self.mirror_proxy_pass);
        each("MirrorUsingRole", self.mirror_using_role);
        each("MirrorRole", self.mirror_role);
        each("MirrorIsExpressTunnel", self.mirror_is_express_tunnel);
        each("MirrorTunnelId", self.mirror_tunnel_id);
        each("MirrorDstRegion", self.mirror_dst_region);
        each("MirrorDstVpcId", self.mirror_dst_vpc_id);
        each("MirrorDstSlaveVpcId", self.mirror_dst_slave_vpc_id);
        each("TransparentMirrorResponseCodes", self.transparent_mirror_response_codes);
        each("MirrorTaggings.Taggings", self.mirror_taggings);
        each("MirrorMultiAlternates.MirrorMultiAlternate", self.mirror_multi_alternates);
        each("MirrorReturnHeaders.ReturnHeader", self.mirror_return_headers);
        each.others(self.others);
    }
};

// When and where a request is sent on.
struct routing_rule {
    std::optional<std::int64_t> rule_number; // The order in which rules are tried.
    std::optional<routing_condition> condition; // When.
    std::optional<routing_redirect> redirect; // Where to.
    std::string lua_script; // A script that decides.
    other_elements others{}; // What has no field here: sent back as it came.

    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("RuleNumber", self.rule_number);
        each("Condition", self.condition);
        each("Redirect", self.redirect);
        each("LuaConfig.Script", self.lua_script);
        each.others(self.others);
    }
};

// How a bucket serves as a web site.
struct website_configuration {
    std::optional<oss::index_document> index_document; // The page for what ends with a slash.
    std::optional<oss::error_document> error_document; // The page for what is not there.
    std::vector<routing_rule> routing_rules; // Redirects and mirrors.
    other_elements others{}; // What has no field here: sent back as it came.

    static const char *root() noexcept { return "WebsiteConfiguration"; }
    template <class Self, class Each>
    static void map(Self &self, Each &each) {
        each("IndexDocument", self.index_document);
        each("ErrorDocument", self.error_document);
        each("RoutingRules.RoutingRule", self.routing_rules);
        each.others(self.others);
    }
};

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
