// A bucket and all that can be done with it and its objects; oss.h says what each operation means.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_BUCKET_HPP
#define OSS_BUCKET_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "abi.hpp"
#include "call.hpp"
#include "config.hpp"
#include "directory.hpp"
#include "fields.hpp"
#include "handle.hpp"
#include "lifecycle.hpp"
#include "listing.hpp"
#include "oss.h"
#include "result.hpp"
#include "settings.hpp"
#include "stream.hpp"
#include "text.hpp"
#include "transfer.hpp"
#include "website.hpp"
#include "writer.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {

// A bucket and the way to it. What takes a call has its answer there; what gives a value takes it from there.
class bucket {
public:
    // Talks to nobody yet.
    static result<bucket> open(const config &config, const text &name) {
        oss_bucket *handle = oss_bucket_new(config.get(), name.get());
        if (handle == nullptr)
            return config.why();
        return bucket(handle, config.kept());
    }

    std::string name() const { return oss_bucket_name(get()); }
    // Where the service is, such as "https://oss-cn-hangzhou.aliyuncs.com".
    std::string endpoint() const { return oss_bucket_endpoint(get()); }

    // ---- objects ----

    result<> put_object(const text &key, const bytes &data, call with = {}) const {
        return run(with, oss_put_object, key.get(), data.data(), data.size());
    }
    result<> put_object_file(const text &key, const text &path, call with = {}) const {
        return run(with, oss_put_object_file, key.get(), path.get());
    }
    // `length` bytes, or -1 if unknown, from `read(char *buffer, std::size_t capacity)`, which returns how many it gave, 0 at
    // the end and a negative number to give up.
    template <class Read, class = detail::if_reads<Read>>
    result<> put_object_stream(const text &key, std::int64_t length, Read &&read, call with = {}) const {
        return from(read, with, [&](auto fill, void *user, oss_call *c) {
            return oss_put_object_stream(get(), key.get(), length, fill, user, c);
        });
    }
    // A stream that can seek is sent again from where it stood if that is needed.
    template <class Stream, class = detail::if_istream<Stream>>
    result<> put_object_stream(const text &key, std::int64_t length, Stream &source, call with = {}) const {
        return from_stream(source, [&](auto &read) { return put_object_stream(key, length, read, with); });
    }
    // Gives where to go on.
    result<std::int64_t> append_object(const text &key, std::int64_t position, const bytes &data,
                                       call with = {}) const {
        return run_giving(with, next_position{with}, oss_append_object, key.get(), position, data.data(), data.size());
    }
    template <class Read, class = detail::if_reads<Read>>
    result<std::int64_t> append_object_stream(const text &key, std::int64_t position, std::int64_t length, Read &&read,
                                              call with = {}) const {
        const auto send = [&](auto fill, void *user, oss_call *c) {
            return oss_append_object_stream(get(), key.get(), position, length, fill, user, c);
        };
        return from(read, with, send, next_position{with});
    }
    template <class Stream, class = detail::if_istream<Stream>>
    result<std::int64_t> append_object_stream(const text &key, std::int64_t position, std::int64_t length,
                                              Stream &source, call with = {}) const {
        return from_stream(source,
                           [&](auto &read) { return append_object_stream(key, position, length, read, with); });
    }
    result<> seal_append_object(const text &key, std::int64_t position, call with = {}) const {
        return run(with, oss_seal_append_object, key.get(), position);
    }

    // Then fetch the body with call::read().
    result<> get_object(const text &key, call with) const { return run(with, oss_get_object, key.get()); }
    result<std::string> get_object_to_string(const text &key, call with = {}) const {
        return collected(with, oss_get_object, key.get());
    }
    // How many bytes came.
    result<std::size_t> get_object_to_buffer(const text &key, void *buffer, std::size_t capacity,
                                             call with = {}) const {
        std::size_t size = 0;
        return detail::then(run(with, oss_get_object_to_buffer, key.get(), buffer, capacity, &size), [&] { return size; });
    }
    // The file appears whole or not at all.
    result<> get_object_to_file(const text &key, const text &path, call with = {}) const {
        return run(with, oss_get_object_to_file, key.get(), path.get());
    }
    // Piece by piece into `write(std::string_view)`, which returns false to give up. Unless this succeeds, what was written
    // is not the object.
    template <class Write, class = detail::if_writes<Write>>
    result<> get_object_to_stream(const text &key, Write &&write, call with = {}) const {
        return with.run(kept(), [&](oss_call *c) {
            using passed = detail::passed<std::remove_reference_t<Write>>;
            passed given{write, with.state_->failed};
            return oss_get_object_to_stream(get(), key.get(), passed::write, &given, c);
        });
    }
    template <class Stream, class = detail::if_ostream<Stream>>
    result<> get_object_to_stream(const text &key, Stream &target, call with = {}) const {
        detail::ostream_target write(target);
        if (write.unusable())
            return write.unusable();
        const auto done = write.explained(get_object_to_stream(key, write, with));
        if (done && !write.flush())
            return detail::failed(OSS_IO, "`target`: what the stream still held could not be written");
        return done;
    }

    result<> head_object(const text &key, call with = {}) const { return run(with, oss_head_object, key.get()); }
    result<> get_object_meta(const text &key, call with = {}) const {
        return run(with, oss_get_object_meta, key.get());
    }
    // value() is the answer.
    result<bool> object_exists(const text &key, call with = {}) const {
        int exists = 0;
        return detail::then(run(with, oss_object_exists, key.get(), &exists), [&] { return exists != 0; });
    }
    // copy_object("b.txt", {"a.txt"}), copy_object("b.txt", {"a.txt", "otherbucket", "version"})
    result<> copy_object(const text &key, const copy_source &source, call with = {}) const {
        return run(with, oss_copy_object, key.get(), text(source.bucket).get_or_null(), text(source.key).get(),
                   text(source.version_id).get_or_null());
    }
    result<> delete_object(const text &key, call with = {}) const {
        return run(with, oss_delete_object, key.get());
    }
    // 1 to 1000 of them; gives what was deleted, or if it is to be quiet, what could not be.
    result<listing> delete_multiple_objects(const std::vector<object_identifier> &objects, bool quiet = false,
                                            call with = {}) const {
        detail::texts keys, versions;
        for (const auto &object : objects) {
            keys.add(object.key);
            versions.add_or_null(object.version_id);
        }
        return entries(with, oss_delete_multiple_objects, keys.data(), versions.data(), objects.size(), quiet ? 1 : 0);
    }

    // ---- what belongs to an object ----

    result<> put_object_acl(const text &key, const text &acl, call with = {}) const {
        return run(with, oss_put_object_acl, key.get(), acl.get());
    }
    result<access_control_policy> get_object_acl(const text &key, call with = {}) const {
        return run_giving(with, document<access_control_policy>{with}, oss_get_object_acl, key.get());
    }
    result<> put_symlink(const text &key, const text &target, call with = {}) const {
        return run(with, oss_put_symlink, key.get(), target.get());
    }
    // Where the link leads.
    result<std::string> get_symlink(const text &key, call with = {}) const {
        const auto target = [&] { return call::given(oss_call_symlink_target(with.get())); };
        return run_giving(with, target, oss_get_symlink, key.get());
    }
    // Replaces all tags.
    result<> put_object_tagging(const text &key, const names_and_values &tags, call with = {}) const {
        detail::texts names, values;
        for (const auto &[name, value] : tags) {
            names.add(name);
            values.add(value);
        }
        return run(with, oss_put_object_tagging, key.get(), names.data(), values.data(), tags.size());
    }
    result<names_and_values> get_object_tagging(const text &key, call with = {}) const {
        return run_giving(with, tags_of{with}, oss_get_object_tagging, key.get());
    }
    result<> delete_object_tagging(const text &key, call with = {}) const {
        return run(with, oss_delete_object_tagging, key.get());
    }
    // For `days` days, at the speed `tier`, or as the service decides. HTTP status 202: begun; 200: it is readable already.
    result<> restore_object(const text &key, std::int32_t days = 0, const text &tier = nullptr,
                            call with = {}) const {
        return run(with, oss_restore_object, key.get(), days, tier.get_or_null());
    }
    result<> clean_restored_object(const text &key, call with = {}) const {
        return run(with, oss_clean_restored_object, key.get());
    }
    // Gives a JSON text.
    result<std::string> process_object(const text &key, const text &process, call with = {}) const {
        return run_giving(with, body_of{with}, oss_process_object, key.get(), process.get());
    }
    result<std::string> async_process_object(const text &key, const text &process, call with = {}) const {
        return run_giving(with, body_of{with}, oss_async_process_object, key.get(), process.get());
    }
    // Then read the rows with call::read(). Fields of the call set the rest, such as "InputSerialization.CSV.FileHeaderInfo".
    result<> select_object(const text &key, const text &expression, call with) const {
        return run(with, oss_select_object, key.get(), expression.get());
    }
    result<std::string> select_object_to_string(const text &key, const text &expression, call with = {}) const {
        return collected(with, oss_select_object, key.get(), expression.get());
    }
    result<select_meta> create_select_object_meta(const text &key, call with = {}) const {
        select_meta meta;
        auto done = run(with, oss_create_select_object_meta, key.get(), &meta.splits, &meta.rows, &meta.columns);
        return detail::then(done, [&] { return meta; });
    }

    // ---- large files ----

    // In parts; after a failure or a kill the same call goes on where it stopped.
    result<> upload_file(const text &key, const text &path, call with = {}) const {
        return run(with, oss_upload_file, key.get(), path.get());
    }
    result<> abort_upload_file(const text &key, const text &path, call with = {}) const {
        return run(with, oss_abort_upload_file, key.get(), path.get());
    }
    result<> download_file(const text &key, const text &path, call with = {}) const {
        return run(with, oss_download_file, key.get(), path.get());
    }
    result<> abort_download_file(const text &key, const text &path, call with = {}) const {
        return run(with, oss_abort_download_file, key.get(), path.get());
    }
    // As copy_object(), of any size.
    result<> copy_large_object(const text &key, const copy_source &source, call with = {}) const {
        return run(with, oss_copy_large_object, key.get(), text(source.bucket).get_or_null(), text(source.key).get(),
                   text(source.version_id).get_or_null());
    }
    result<> abort_copy_large_object(const text &key, const copy_source &source, call with = {}) const {
        return run(with, oss_abort_copy_large_object, key.get(), text(source.bucket).get_or_null(),
                   text(source.key).get(), text(source.version_id).get_or_null());
    }
    // Sends nothing yet.
    result<writer> open_writer(const text &key, call with = {}) const {
        oss_writer *handle = nullptr;
        const std::shared_ptr<detail::writing> own(new detail::writing);
        const auto opened = with.run(kept(), [&](oss_call *c) {
            handle = with.giving_progress(*own, [&] { return oss_writer_open(get(), key.get(), c); });
            return handle != nullptr ? OSS_OK : oss_call_status(c);
        });
        return detail::then(opened, [&] { return writer(handle, kept(), with, own); });
    }
    // What is in a directory, and below it, becomes what is below a prefix; `flags` are OSS_DIRECTORY_*, joined with |. After a
    // failure or a kill the same call goes on where it stopped. Gives what became of the files; call::report() has it also if
    // this fails, call::on_outcome() tells of each, call::filter() leaves some out.
    result<outcome_report> upload_directory(const text &prefix, const text &directory, int flags = 0,
                                            call with = {}) const {
        return run_giving(with, report_of{with}, oss_upload_directory, prefix.get(), directory.get(), flags);
    }
    // The other way round.
    result<outcome_report> download_directory(const text &prefix, const text &directory, int flags = 0,
                                              call with = {}) const {
        return run_giving(with, report_of{with}, oss_download_directory, prefix.get(), directory.get(), flags);
    }
    // Every object whose key begins with `prefix`; `flags` are OSS_DELETE_*. The report as above.
    result<outcome_report> delete_prefix(const text &prefix, int flags = 0, call with = {}) const {
        return run_giving(with, report_of{with}, oss_delete_prefix, prefix.get(), flags);
    }
    // Multipart uploads that began so long ago or earlier, by the service's clock.
    result<listing> list_uploads_before(const text &prefix, std::chrono::seconds age, call with = {}) const {
        return entries(with, oss_list_uploads_before, prefix.get_or_null(), std::int64_t{age.count()});
    }
    // Gives how many were aborted.
    result<std::int64_t> abort_uploads_before(const text &prefix, std::chrono::seconds age, call with = {}) const {
        std::int64_t aborted = 0;
        return detail::then(run(with, oss_abort_uploads_before, prefix.get_or_null(), std::int64_t{age.count()}, &aborted),
                            [&] { return aborted; });
    }

    // ---- multipart uploads ----

    // Gives the upload id.
    result<std::string> initiate_multipart_upload(const text &key, call with = {}) const {
        const auto upload_id = [&] { return call::given(oss_call_upload_id(with.get())); };
        return run_giving(with, upload_id, oss_initiate_multipart_upload, key.get());
    }
    // Keep call.etag() and call.crc64() for call::part().
    result<> upload_part(const text &key, const text &upload_id, int number, const bytes &data,
                         call with = {}) const {
        return run(with, oss_upload_part, key.get(), upload_id.get(), number, data.data(), data.size());
    }
    result<> upload_part_file(const text &key, const text &upload_id, int number, const text &path, std::int64_t offset,
                              std::int64_t length, call with = {}) const {
        return run(with, oss_upload_part_file, key.get(), upload_id.get(), number, path.get(), offset, length);
    }
    template <class Read, class = detail::if_reads<Read>>
    result<> upload_part_stream(const text &key, const text &upload_id, int number, std::int64_t length, Read &&read,
                                call with = {}) const {
        return from(read, with, [&](auto fill, void *user, oss_call *c) {
            return oss_upload_part_stream(get(), key.get(), upload_id.get(), number, length, fill, user, c);
        });
    }
    template <class Stream, class = detail::if_istream<Stream>>
    result<> upload_part_stream(const text &key, const text &upload_id, int number, std::int64_t length, Stream &source,
                                call with = {}) const {
        return from_stream(source,
                           [&](auto &read) { return upload_part_stream(key, upload_id, number, length, read, with); });
    }
    // All of the source, or the range of the call.
    result<> upload_part_copy(const text &key, const text &upload_id, int number, const copy_source &source,
                              call with = {}) const {
        return run(with, oss_upload_part_copy, key.get(), upload_id.get(), number, text(source.bucket).get_or_null(),
                   text(source.key).get(), text(source.version_id).get_or_null());
    }
    // Of the parts of the call, or of all that were uploaded if it has none.
    result<> complete_multipart_upload(const text &key, const text &upload_id, call with = {}) const {
        return run(with, oss_complete_multipart_upload, key.get(), upload_id.get());
    }
    result<> abort_multipart_upload(const text &key, const text &upload_id, call with = {}) const {
        return run(with, oss_abort_multipart_upload, key.get(), upload_id.get());
    }

    // ---- for others ----

    // The query of the call is part of it, and its headers are for whoever sends it; an empty key is the bucket. Sends nothing.
    result<presigned> presign(const text &method, const text &key, std::chrono::seconds expires,
                              call with = {}) const {
        return run_giving(with, for_others<presigned>{with}, oss_presign, method.get(), key.get_or_null(),
                          std::int64_t{expires.count()});
    }
    // Under `conditions`, a JSON array such as [["starts-with","$key","user/"]], or none. Sends nothing.
    result<post_form> post_policy(std::chrono::seconds expires, const text &conditions = nullptr,
                                  call with = {}) const {
        return run_giving(with, for_others<post_form>{with}, oss_post_policy, std::int64_t{expires.count()},
                          conditions.get_or_null());
    }
    // Of this bucket only the connections and settings are used; the call has to have the signed headers.
    result<> put_object_by_url(const text &url, const bytes &data, call with = {}) const {
        return run(with, oss_put_object_by_url, url.get(), data.data(), data.size());
    }
    result<> get_object_by_url(const text &url, call with) const {
        return run(with, oss_get_object_by_url, url.get());
    }
    result<std::string> get_object_by_url_to_string(const text &url, call with = {}) const {
        return collected(with, oss_get_object_by_url, url.get());
    }
    result<> get_object_by_url_to_file(const text &url, const text &path, call with = {}) const {
        return run(with, oss_get_object_by_url_to_file, url.get(), path.get());
    }
    result<> head_object_by_url(const text &url, call with = {}) const {
        return run(with, oss_head_object_by_url, url.get());
    }

    // ---- the bucket ----

    // Fields of the call set "StorageClass" and "DataRedundancyType".
    result<> put_bucket(call with = {}) const { return run(with, oss_put_bucket); }
    result<> delete_bucket(call with = {}) const { return run(with, oss_delete_bucket); }
    // value() is the answer.
    result<bool> bucket_exists(call with = {}) const {
        int exists = 0;
        return detail::then(run(with, oss_bucket_exists, &exists), [&] { return exists != 0; });
    }
    // call::text() has "Bucket.StorageClass" and so on.
    result<> get_bucket_info(call with) const { return run(with, oss_get_bucket_info); }
    // call::text() has "Storage", "ObjectCount" and so on.
    result<> get_bucket_stat(call with) const { return run(with, oss_get_bucket_stat); }
    result<std::string> get_bucket_location(call with = {}) const {
        return run_giving(with, text_of{with}, oss_get_bucket_location);
    }
    result<access_control_policy> get_bucket_acl(call with = {}) const {
        return run_giving(with, document<access_control_policy>{with}, oss_get_bucket_acl);
    }
    result<> put_bucket_acl(const text &acl, call with = {}) const {
        return run(with, oss_put_bucket_acl, acl.get());
    }

    // ---- settings of the bucket; get_...() of what is not set is mostly OSS_NOT_FOUND ----

    // What becomes of the objects in time.
    result<> put_bucket_lifecycle(const lifecycle_configuration &value, call with = {}) const {
        return put_document("PutBucketLifecycle", value, with);
    }
    result<lifecycle_configuration> get_bucket_lifecycle(call with = {}) const {
        return get_document<lifecycle_configuration>("GetBucketLifecycle", with);
    }
    result<> delete_bucket_lifecycle(call with = {}) const {
        return invoke("DeleteBucketLifecycle", nullptr, nullptr, with);
    }
    // From where browsers may use the bucket.
    result<> put_bucket_cors(const cors_configuration &value, call with = {}) const {
        return put_document("PutBucketCors", value, with);
    }
    result<cors_configuration> get_bucket_cors(call with = {}) const {
        return get_document<cors_configuration>("GetBucketCors", with);
    }
    result<> delete_bucket_cors(call with = {}) const {
        return invoke("DeleteBucketCors", nullptr, nullptr, with);
    }
    // The bucket as a website.
    result<> put_bucket_website(const website_configuration &value, call with = {}) const {
        return put_document("PutBucketWebsite", value, with);
    }
    result<website_configuration> get_bucket_website(call with = {}) const {
        return get_document<website_configuration>("GetBucketWebsite", with);
    }
    result<> delete_bucket_website(call with = {}) const {
        return invoke("DeleteBucketWebsite", nullptr, nullptr, with);
    }
    // From which pages the bucket may be used.
    result<> put_bucket_referer(const referer_configuration &value, call with = {}) const {
        return put_document("PutBucketReferer", value, with);
    }
    result<referer_configuration> get_bucket_referer(call with = {}) const {
        return get_document<referer_configuration>("GetBucketReferer", with);
    }
    // Where the access log goes.
    result<> put_bucket_logging(const logging_configuration &value, call with = {}) const {
        return put_document("PutBucketLogging", value, with);
    }
    result<logging_configuration> get_bucket_logging(call with = {}) const {
        return get_document<logging_configuration>("GetBucketLogging", with);
    }
    result<> delete_bucket_logging(call with = {}) const {
        return invoke("DeleteBucketLogging", nullptr, nullptr, with);
    }
    // How new objects are encrypted.
    result<> put_bucket_encryption(const encryption_configuration &value, call with = {}) const {
        return put_document("PutBucketEncryption", value, with);
    }
    result<encryption_configuration> get_bucket_encryption(call with = {}) const {
        return get_document<encryption_configuration>("GetBucketEncryption", with);
    }
    result<> delete_bucket_encryption(call with = {}) const {
        return invoke("DeleteBucketEncryption", nullptr, nullptr, with);
    }
    // Whether versions are kept.
    result<> put_bucket_versioning(const versioning_configuration &value, call with = {}) const {
        return put_document("PutBucketVersioning", value, with);
    }
    result<versioning_configuration> get_bucket_versioning(call with = {}) const {
        return get_document<versioning_configuration>("GetBucketVersioning", with);
    }
    // Up to 20 tags.
    result<> put_bucket_tags(const names_and_values &tags, call with = {}) const {
        tagging all;
        for (const auto &[key, value] : tags)
            all.tags.push_back({key, value});
        return put_document("PutBucketTags", all, with);
    }
    result<names_and_values> get_bucket_tags(call with = {}) const {
        return invoked("GetBucketTags", with, tags_of{with});
    }
    result<> delete_bucket_tags(call with = {}) const {
        return invoke("DeleteBucketTags", nullptr, nullptr, with);
    }
    // Who may do what with the bucket, as a JSON text; call::text() reads it by path: "Statement[0].Action[0]".
    result<> put_bucket_policy(const bytes &json, call with = {}) const {
        return invoke("PutBucketPolicy", nullptr, json, with);
    }
    result<std::string> get_bucket_policy(call with = {}) const {
        return invoked("GetBucketPolicy", with, body_of{with});
    }
    result<> delete_bucket_policy(call with = {}) const {
        return invoke("DeleteBucketPolicy", nullptr, nullptr, with);
    }

    // ---- listings, which go on with the call: another request with it ends them ----

    result<listing> list_objects_v2(const text &prefix = nullptr, const text &delimiter = nullptr, call with = {}) const {
        return list(oss_list_objects_v2, prefix, delimiter, with);
    }
    result<listing> list_objects(const text &prefix = nullptr, const text &delimiter = nullptr, call with = {}) const {
        return list(oss_list_objects, prefix, delimiter, with);
    }
    result<listing> list_object_versions(const text &prefix = nullptr, const text &delimiter = nullptr,
                                         call with = {}) const {
        return list(oss_list_object_versions, prefix, delimiter, with);
    }
    result<listing> list_multipart_uploads(const text &prefix = nullptr, const text &delimiter = nullptr,
                                           call with = {}) const {
        return list(oss_list_multipart_uploads, prefix, delimiter, with);
    }
    result<listing> list_parts(const text &key, const text &upload_id, call with = {}) const {
        return entries(with, oss_list_parts, key.get(), upload_id.get());
    }

    // Any operation by its official name, such as "PutBucketLifecycle"; `key` is empty at bucket level. The answer lies in
    // with.body() and with.text().
    result<> invoke(const text &operation, const text &key, const bytes &body, call with) const {
        return run(with, oss_invoke, operation.get(), key.get_or_null(), body.data(), body.size());
    }

    oss_bucket *get() const noexcept { return handle_.get(); }

private:
    bucket(oss_bucket *handle, detail::functions kept) : handle_(handle, std::move(kept)) {}

    detail::functions kept() const { return handle_.kept(); }

    // Runs a function of oss.h with what stands between the bucket and the call.
    template <class Function, class... Given>
    result<> run(const call &with, Function *function, Given... given) const {
        return with.run(kept(), [&](oss_call *c) { return function(get(), given..., c); });
    }
    // The same, for what `value` takes from the answer.
    template <class Value, class Function, class... Given>
    detail::result_with<Value> run_giving(const call &with, const Value &value, Function *function, Given... given) const {
        return with.run(kept(), [&](oss_call *c) { return function(get(), given..., c); }, value);
    }
    // The same, for the whole body.
    template <class Function, class... Given>
    result<std::string> collected(const call &with, Function *function, Given... given) const {
        std::string all;
        const auto fetch = [&](oss_call *c) {
            const oss_status opened = function(get(), given..., c);
            return opened == OSS_OK ? call::read_to_end(c, all) : opened;
        };
        return with.run(kept(), fetch, [&] { return std::move(all); });
    }
    template <class Function, class... Given>
    result<listing> entries(const call &with, Function *function, Given... given) const {
        return run_giving(with, [&] { return listing(with); }, function, given...);
    }
    template <class Function>
    result<listing> list(Function *function, const text &prefix, const text &delimiter, const call &with) const {
        return entries(with, function, prefix.get_or_null(), delimiter.get_or_null());
    }
    // Runs `send` with a function of the program as an oss_read_fn and its `user`.
    template <class Read, class Send, class Value = detail::nothing>
    detail::result_with<Value> from(Read &read, const call &with, const Send &send, const Value &value = {}) const {
        const auto operation = [&](oss_call *c) {
            detail::passed<Read> given{read, with.state_->failed};
            if constexpr (std::is_same_v<Read, detail::istream_source>)
                return with.rewinding(read, [&] { return send(detail::passed<Read>::read, &given, c); });
            else
                return send(detail::passed<Read>::read, &given, c);
        };
        return with.run(kept(), operation, value);
    }
    template <class Stream, class Send>
    static auto from_stream(Stream &source, const Send &send) -> decltype(send(std::declval<detail::istream_source &>())) {
        detail::istream_source read(source);
        if (read.unusable())
            return read.unusable();
        return read.explained(send(read));
    }

    template <class Document>
    result<> put_document(const char *operation, const Document &value, call with) const {
        detail::field_writer write(with);
        Document::map(value, write);
        const std::string name = Document::root();
        return invoke(operation, nullptr, "<" + name + "></" + name + ">", with);
    }
    template <class Document>
    result<Document> get_document(const char *operation, const call &with) const {
        return invoked(operation, with, document<Document>{with});
    }
    template <class Value>
    detail::result_with<Value> invoked(const char *operation, const call &with, const Value &value) const {
        const char *const no_key = nullptr, *const no_body = nullptr;
        return run_giving(with, value, oss_invoke, operation, no_key, no_body, std::size_t{0});
    }

    // ---- what is taken from an answer while the call is still in use ----

    struct body_of {
        const call &with;
        std::string operator()() const { return with.body(); }
    };
    struct text_of {
        const call &with;
        std::string operator()() const { return with.text(""); }
    };
    struct next_position {
        const call &with;
        std::int64_t operator()() const { return with.next_append_position(); }
    };
    struct report_of {
        const call &with;
        outcome_report operator()() const { return with.report(); }
    };
    template <class Document>
    struct document {
        const call &with;
        result<Document> operator()() const {
            Document value;
            detail::field_reader read(with);
            Document::map(value, read);
            if (read.failure())
                return read.failure();
            return value;
        }
    };
    struct tags_of {
        const call &with;
        names_and_values operator()() const {
            tagging all;
            detail::field_reader read(with);
            tagging::map(all, read);
            names_and_values tags;
            for (auto &one : all.tags)
                tags.emplace_back(std::move(one.key), std::move(one.value));
            return tags;
        }
    };
    template <class Signed>
    struct for_others {
        const call &with;
        Signed operator()() const {
            names_and_values along;
            const char *name = nullptr;
            while (const char *value = oss_call_signed_at(with.get(), along.size(), &name))
                along.emplace_back(call::given(name), value);
            return {call::given(oss_call_url(with.get())), std::move(along), oss_call_expiration(with.get())};
        }
    };

    detail::shared<oss_bucket> handle_;
};

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
