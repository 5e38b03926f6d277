// Streams that cannot give or take their bytes: no object is replaced by nothing, and the failure names the stream. Compiled with
// sanitizers, with and without exceptions and RTTI.
//
//     streams BUCKET DIRECTORY

#include "check.hpp"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iostream>
#include <sstream>
#include <string>
#include <utility>

namespace {

const std::string precious = "precious data";

// No upload takes the stream for an empty one.
template <class Stream>
oss::failure is_refused(const oss::bucket &bucket, Stream &source) {
    bucket.put_object("precious", precious).value();
    const auto why = FAILS(OSS_IO, bucket.put_object_stream("precious", -1, source));
    CHECK(contains(why.text, "`source`"));
    CHECK(bucket.get_object_to_string("precious").value() == precious);
    oss::call appended;
    bucket.head_object("appended", appended).value();
    FAILS(OSS_IO, bucket.append_object_stream("appended", appended.content_length(), -1, source));
    const auto upload_id = bucket.initiate_multipart_upload("precious").value();
    FAILS(OSS_IO, bucket.upload_part_stream("precious", upload_id, 1, -1, source));
    bucket.abort_multipart_upload("precious", upload_id).value();
    return why;
}

// What it refers to is known where the program has RTTI.
template <class Stream>
void is_refused_unsent(const oss::bucket &bucket, Stream &source) {
    const auto why = is_refused(bucket, source);
    CHECK(why.attempts == 0 && contains(why.text, "nothing was sent"));
    FAILS(OSS_IO, bucket.put_object_stream("precious", 0, source));
#if defined(__cpp_rtti)
    std::istream &any = source;
    is_refused(bucket, any);
    std::istream other(static_cast<std::ios &>(source).rdbuf());
    is_refused(bucket, other);
#endif
}

void files_that_are_not_open(const oss::bucket &bucket, const std::string &path) {
    std::ifstream never;
    is_refused_unsent(bucket, never);
    std::ifstream missing(path + ".missing");
    is_refused_unsent(bucket, missing);
    missing.clear();
    is_refused_unsent(bucket, missing);
    std::ifstream closed(path);
    closed.close();
    is_refused_unsent(bucket, closed);
    std::ifstream moved(path);
    std::ifstream now(std::move(moved));
    is_refused_unsent(bucket, moved);
    std::fstream both;
    is_refused_unsent(bucket, both);
    bucket.put_object_stream("precious", -1, now).value();
    CHECK(bucket.get_object_to_string("precious").value() == "content");
    // The buffer counts, not the file that the stream came with.
    never.std::ios::rdbuf(now.rdbuf());
    now.rdbuf()->pubseekpos(3);
    bucket.put_object_stream("precious", -1, never).value();
    CHECK(bucket.get_object_to_string("precious").value() == "tent");
}

void files_that_cannot_be_read(const oss::bucket &bucket, const std::string &path) {
    std::fstream writing(path, std::ios::out | std::ios::app);
    is_refused(bucket, writing);
    std::ifstream directory(std::filesystem::path(path).parent_path());
    if (directory.is_open())
        is_refused(bucket, directory);

    std::ofstream(path + ".cut") << std::string(3000000, 'x');
    std::ifstream cut(path + ".cut");
    oss::call call;
    call.progress([&](std::int64_t done, std::int64_t) {
        if (done > 0)
            std::filesystem::resize_file(path + ".cut", 1500000);
        return true;
    });
    bucket.put_object("precious", precious).value();
    CHECK(contains(FAILS(OSS_IO, bucket.put_object_stream("precious", -1, cut, call)).text, "cut"));
    CHECK(bucket.get_object_to_string("precious").value() == precious);
}

// Nothing is what these hold.
void empty_streams(const oss::bucket &bucket, const std::string &path) {
    const auto is_stored = [&](std::istream &source) {
        bucket.put_object("precious", precious).value();
        bucket.put_object_stream("precious", -1, source).value();
        CHECK(bucket.get_object_to_string("precious").value().empty());
    };
    std::ofstream(path + ".empty").flush();
    std::ifstream file(path + ".empty");
    CHECK(file.peek() == std::ifstream::traits_type::eof() && file.eof());
    is_stored(file);
    std::istringstream memory("");
    is_stored(memory);
    std::ifstream at_its_end(path);
    at_its_end.seekg(0, std::ios::end);
    is_stored(at_its_end);
}

// That a stream was read to its end before says nothing of where it stands now, nor of writing.
void ends_that_were_left(const oss::bucket &bucket, const std::string &path) {
    std::ifstream read(path);
    std::string line;
    std::getline(read, line);
    CHECK(read.eof() && !read.fail());
    read.rdbuf()->pubseekpos(0);
    bucket.put_object_stream("ends", -1, read).value();
    CHECK(bucket.get_object_to_string("ends").value() == "content");

    std::stringstream both("1234567");
    both >> line;
    CHECK(both.eof() && !both.fail());
    bucket.get_object_to_stream("ends", both).value();
    CHECK(both.str() == "content");
}

// Neither is a stream's failure one of a callback, nor the other way round.
void who_failed(const oss::bucket &bucket) {
    bucket.put_object("small", "content").value();
    bucket.put_object("large", std::string(300000, 'x')).value();
    const auto fails_at_once = [&](auto &target) {
        for (const char *key : {"small", "large"}) {
            const auto why = FAILS(OSS_IO, bucket.get_object_to_stream(key, target));
            CHECK(contains(why.text, "`target`") && contains(why.text, "nothing was sent") && why.attempts == 0);
        }
    };
    std::ofstream never;
    fails_at_once(never);
    std::fstream both;
    fails_at_once(both);
#if defined(__cpp_rtti)
    std::ostream &any = never;
    fails_at_once(any);
#endif
    for (const char *key : {"small", "large"}) {
        std::ofstream full("/dev/full");
        CHECK(contains(FAILS(OSS_IO, bucket.get_object_to_stream(key, full)).text, "`target`"));
    }

    FAILS(OSS_CANCELLED, bucket.put_object_stream("small", -1, [](char *, std::size_t) { return -1; }));
    FAILS(OSS_CANCELLED, bucket.get_object_to_stream("small", [](std::string_view) { return false; }));
    const auto stop = oss::call().progress([](std::int64_t, std::int64_t) { return false; });
    std::istringstream source("content");
    FAILS(OSS_CANCELLED, bucket.put_object_stream("small", -1, source, stop));
    std::ostringstream target;
    FAILS(OSS_CANCELLED, bucket.get_object_to_stream("small", target, stop));
}

} // namespace

int main(int argc, char **argv) {
    CHECK(argc == 3);
    const auto bucket = create_bucket(argv[1]);
    const std::string path = std::string(argv[2]) + "/file";
    std::ofstream(path) << "content";
    bucket.append_object("appended", 0, "begin").value();
    files_that_are_not_open(bucket, path);
    files_that_cannot_be_read(bucket, path);
    empty_streams(bucket, path);
    ends_that_were_left(bucket, path);
    who_failed(bucket);
    return 0;
}
