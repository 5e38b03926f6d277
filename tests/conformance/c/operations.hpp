// The operations, by what they are about; each function tells whether there is one of that name.

#ifndef RUNNER_OPERATIONS_HPP
#define RUNNER_OPERATIONS_HPP

#include <chrono>
#include <sstream>
#include <string>
#include <vector>

#include <oss.hpp>

#include "outcome.hpp"
#include "words.hpp"

// Reads the body that a call has opened, until `enough` bytes have come.
inline void read(outcome &got, std::int64_t enough = INT64_MAX) {
    std::vector<char> buffer(64 * 1024);
    while (got.bytes < enough) {
        auto size = got.call.read(buffer.data(), buffer.size());
        if (!size) {
            got.failure = size.failure();
            return;
        }
        if (*size == 0)
            break;
        got.receive({buffer.data(), *size});
    }
    got.receive({});
}

inline bool on_put(const words &c, const oss::bucket &bucket, outcome &got) {
    const std::string &name = word(c, 0), &key = word(c, 2);
    if (name == "put_object") {
        checked(bucket.put_object(key, source(word(c, 3)).all(), got.call));
    } else if (name == "put_object_file") {
        checked(bucket.put_object_file(key, word(c, 3), got.call));
    } else if (name == "put_object_stream") {
        source body(word(c, 4));
        if (word(c, 4).substr(0, 5) == "text:") {
            one_way stream(body.all());
            checked(bucket.put_object_stream(key, number(c, 3), stream, got.call));
        } else {
            checked(bucket.put_object_stream(key, number(c, 3), body, got.call));
        }
    } else if (name == "append_object") {
        checked(bucket.append_object(key, number(c, 3), source(word(c, 4)).all(), got.call));
    } else if (name == "append_object_stream") {
        source body(word(c, 5));
        if (word(c, 5).substr(0, 5) == "text:") {
            one_way stream(body.all());
            checked(bucket.append_object_stream(key, number(c, 3), number(c, 4), stream, got.call));
        } else {
            checked(bucket.append_object_stream(key, number(c, 3), number(c, 4), body, got.call));
        }
    } else if (name == "seal_append_object") {
        checked(bucket.seal_append_object(key, number(c, 3), got.call));
    } else {
        return false;
    }
    return true;
}

inline bool on_get(const words &c, const oss::bucket &bucket, outcome &got) {
    const std::string &name = word(c, 0), &key = word(c, 2);
    if (name == "get_object" || name == "get_object_part") {
        checked(bucket.get_object(key, got.call));
        read(got, name == "get_object" ? INT64_MAX : number(c, 3));
    } else if (name == "get_object_to_buffer") {
        std::vector<char> buffer(static_cast<std::size_t>(number(c, 3)));
        const std::size_t size = checked(bucket.get_object_to_buffer(key, buffer.data(), buffer.size(), got.call));
        got.receive({buffer.data(), size});
    } else if (name == "get_object_to_file") {
        checked(bucket.get_object_to_file(key, word(c, 3), got.call));
    } else if (name == "get_object_to_stream" && c.size() > 3) {
        const std::int64_t stop = number(c, 3);
        const auto write = [&got, stop](std::string_view piece) {
            got.receive(piece);
            return got.bytes < stop;
        };
        checked(bucket.get_object_to_stream(key, write, got.call));
    } else if (name == "get_object_to_stream") {
        std::ostringstream stream;
        auto done = bucket.get_object_to_stream(key, stream, got.call);
        if (done || !stream.str().empty())
            got.receive(stream.str());
        checked(std::move(done));
    } else {
        return false;
    }
    return true;
}

inline bool on_select(const words &c, const oss::bucket &bucket, outcome &got) {
    const std::string &name = word(c, 0), &key = word(c, 2);
    if (name == "select_object") {
        checked(bucket.select_object(key, word(c, 3), got.call));
        read(got);
    } else if (name == "create_select_object_meta") {
        const oss::select_meta meta = checked(bucket.create_select_object_meta(key, got.call));
        got.more.number("splits", meta.splits);
        got.more.number("rows", meta.rows);
        got.more.known("columns", meta.columns, meta.columns != 0);
    } else {
        return false;
    }
    return true;
}

inline bool on_object(const words &c, const oss::bucket &bucket, outcome &got) {
    const std::string &name = word(c, 0), &key = c.size() > 2 ? c[2] : c[1];
    if (name == "head_object") {
        checked(bucket.head_object(key, got.call));
    } else if (name == "get_object_meta") {
        checked(bucket.get_object_meta(key, got.call));
    } else if (name == "delete_object") {
        checked(bucket.delete_object(key, got.call));
    } else if (name == "object_exists") {
        got.more.number("exists", checked(bucket.object_exists(key, got.call)) ? 1 : 0);
    } else if (name == "copy_object") {
        checked(bucket.copy_object(key, {word(c, 4), word(c, 3), word(c, 5)}, got.call));
    } else if (name == "delete_multiple_objects") {
        list(checked(bucket.delete_multiple_objects({c.begin() + 3, c.end()}, key == "1", got.call)), got);
    } else {
        return c.size() > 2 && (on_put(c, bucket, got) || on_get(c, bucket, got) || on_select(c, bucket, got));
    }
    return true;
}

inline bool on_settings(const words &c, const oss::bucket &bucket, outcome &got) {
    const std::string &name = word(c, 0), &key = c.size() > 2 ? c[2] : c[1];
    if (name == "put_object_acl") {
        checked(bucket.put_object_acl(key, word(c, 3), got.call));
    } else if (name == "get_object_acl") {
        checked(bucket.get_object_acl(key, got.call));
    } else if (name == "put_symlink") {
        checked(bucket.put_symlink(key, word(c, 3), got.call));
    } else if (name == "get_symlink") {
        got.more.text("symlink_target", checked(bucket.get_symlink(key, got.call)));
    } else if (name == "put_object_tagging") {
        oss::names_and_values tags;
        for (std::size_t index = 3; index + 1 < c.size(); index += 2)
            tags.emplace_back(c[index], c[index + 1]);
        checked(bucket.put_object_tagging(key, tags, got.call));
    } else if (name == "get_object_tagging") {
        const auto tags = checked(bucket.get_object_tagging(key, got.call));
        for (const auto &[tag, value] : tags)
            if (tag.empty())
                throw std::logic_error("a tag without a name, and the value " + value);
    } else if (name == "delete_object_tagging") {
        checked(bucket.delete_object_tagging(key, got.call));
    } else if (name == "restore_object") {
        checked(bucket.restore_object(key, small_number(c, 3), word(c, 4), got.call));
    } else if (name == "clean_restored_object") {
        checked(bucket.clean_restored_object(key, got.call));
    } else if (name == "process_object") {
        got.receive(checked(bucket.process_object(key, word(c, 3), got.call)));
    } else if (name == "async_process_object") {
        got.receive(checked(bucket.async_process_object(key, word(c, 3), got.call)));
    } else {
        return false;
    }
    return true;
}

inline bool on_part(const words &c, const oss::bucket &bucket, outcome &got) {
    const std::string &name = word(c, 0);
    if (name == "upload_part") {
        checked(bucket.upload_part(word(c, 2), word(c, 3), small_number(c, 4), source(word(c, 5)).all(), got.call));
    } else if (name == "upload_part_stream") {
        source body(word(c, 6));
        const int part = small_number(c, 4);
        if (word(c, 6).substr(0, 5) == "text:") {
            one_way stream(body.all());
            checked(bucket.upload_part_stream(word(c, 2), word(c, 3), part, number(c, 5), stream, got.call));
        } else {
            checked(bucket.upload_part_stream(word(c, 2), word(c, 3), part, number(c, 5), body, got.call));
        }
    } else if (name == "upload_part_file") {
        checked(bucket.upload_part_file(word(c, 2), word(c, 3), small_number(c, 4), word(c, 5), number(c, 6),
                                        number(c, 7), got.call));
    } else if (name == "upload_part_copy") {
        checked(bucket.upload_part_copy(word(c, 2), word(c, 3), small_number(c, 4),
                                        {word(c, 6), word(c, 5), word(c, 7)}, got.call));
    } else {
        return false;
    }
    return true;
}

inline bool on_upload(const words &c, const oss::bucket &bucket, outcome &got) {
    const std::string &name = word(c, 0);
    if (name == "initiate_multipart_upload") {
        got.more.text("upload_id", checked(bucket.initiate_multipart_upload(word(c, 2), got.call)));
    } else if (name == "complete_multipart_upload") {
        checked(bucket.complete_multipart_upload(word(c, 2), word(c, 3), got.call));
    } else if (name == "abort_multipart_upload") {
        checked(bucket.abort_multipart_upload(word(c, 2), word(c, 3), got.call));
    } else if (name == "list_parts") {
        list(checked(bucket.list_parts(word(c, 2), word(c, 3), got.call)), got);
    } else if (name == "list_multipart_uploads") {
        list(checked(bucket.list_multipart_uploads(word(c, 2), word(c, 3), got.call)), got);
    } else {
        return on_part(c, bucket, got);
    }
    return true;
}

// A URL or a form, and what goes with it.
template <class Signed>
void print_signed(outcome &got, const Signed &made, const oss::names_and_values &along) {
    got.more.text("url", made.url);
    for (const auto &[name, value] : along)
        got.more.text("signed." + name, value);
    got.more.number("expiration", made.expiration);
}

inline bool on_url(const words &c, const oss::bucket &bucket, outcome &got) {
    const std::string &name = word(c, 0);
    if (name == "presign") {
        const std::chrono::seconds expires(number(c, 4));
        const auto made = checked(bucket.presign(word(c, 2), word(c, 3), expires, got.call));
        print_signed(got, made, made.headers);
    } else if (name == "post_policy") {
        const auto made = checked(bucket.post_policy(std::chrono::seconds(number(c, 2)), word(c, 3), got.call));
        print_signed(got, made, made.fields);
    } else if (name == "put_object_by_url") {
        checked(bucket.put_object_by_url(word(c, 2), source(word(c, 3)).all(), got.call));
    } else if (name == "get_object_by_url") {
        checked(bucket.get_object_by_url(word(c, 2), got.call));
        read(got);
    } else if (name == "get_object_by_url_to_file") {
        checked(bucket.get_object_by_url_to_file(word(c, 2), word(c, 3), got.call));
    } else if (name == "head_object_by_url") {
        checked(bucket.head_object_by_url(word(c, 2), got.call));
    } else {
        return false;
    }
    return true;
}

inline bool on_listing(const words &c, const oss::bucket &bucket, outcome &got) {
    const std::string &name = word(c, 0);
    if (name == "list_objects_v2")
        list(checked(bucket.list_objects_v2(word(c, 2), word(c, 3), got.call)), got);
    else if (name == "list_objects")
        list(checked(bucket.list_objects(word(c, 2), word(c, 3), got.call)), got);
    else if (name == "list_object_versions")
        list(checked(bucket.list_object_versions(word(c, 2), word(c, 3), got.call)), got);
    else
        return false;
    return true;
}

inline bool on_bucket(const words &c, const oss::bucket &bucket, outcome &got) {
    const std::string &name = word(c, 0);
    if (name == "put_bucket") {
        bucket.put_bucket(got.call).value();
    } else if (name == "delete_bucket") {
        bucket.delete_bucket(got.call).value();
    } else if (name == "bucket_exists") {
        got.more.number("exists", checked(bucket.bucket_exists(got.call)) ? 1 : 0);
    } else if (name == "get_bucket_info") {
        checked(bucket.get_bucket_info(got.call));
    } else if (name == "get_bucket_stat") {
        checked(bucket.get_bucket_stat(got.call));
    } else if (name == "get_bucket_location") {
        checked(bucket.get_bucket_location(got.call));
    } else if (name == "get_bucket_acl") {
        checked(bucket.get_bucket_acl(got.call));
    } else if (name == "put_bucket_acl") {
        checked(bucket.put_bucket_acl(word(c, 2), got.call));
    } else if (name == "invoke") {
        checked(bucket.invoke(word(c, 2), word(c, 3), source(word(c, 4)).all(), got.call));
        got.receive(got.call.body());
    } else {
        return on_listing(c, bucket, got);
    }
    return true;
}

inline void on_service(const words &c, const oss::service &service, outcome &got) {
    const std::string &name = word(c, 0);
    if (name == "list_buckets") {
        list(checked(service.list_buckets(word(c, 2), got.call)), got);
    } else if (name == "describe_regions") {
        checked(service.describe_regions(got.call));
    } else if (name == "service_invoke") {
        checked(service.invoke(word(c, 2), source(word(c, 3)).all(), got.call));
        got.receive(got.call.body());
    } else {
        throw unsupported();
    }
}

#endif
