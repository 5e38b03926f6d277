// Large files, copies and objects that are written piece by piece. Compiled with sanitizers, with and without exceptions.
//
//     transfers BUCKET DIRECTORY

#include "check.hpp"

#include <atomic>
#include <chrono>
#include <fstream>
#include <stdexcept>
#include <string>

namespace {

std::string content(std::size_t size) {
    std::string all(size, ' ');
    for (std::size_t at = 0; at < size; at++)
        all[at] = static_cast<char>(at * 7 % 251);
    return all;
}

oss::call in_parts(int workers) { return oss::call().part_size(102400).workers(workers); }

bool has(const oss::bucket &bucket, const char *key, const std::string &data) {
    auto got = bucket.get_object_to_string(key);
    return got.ok() && *got == data;
}

void files(const oss::bucket &bucket, const std::string &directory) {
    const std::string data = content(500017), in = directory + "/in", out = directory + "/out";
    std::ofstream(in, std::ios::binary) << data;
    std::int64_t last = 0;
    oss::call call = in_parts(3).progress([&](std::int64_t done, std::int64_t) {
        last = done;
        return true;
    });
    CHECK(bucket.upload_file("file", in, call).ok() && call.verified());
    CHECK(last == static_cast<std::int64_t>(data.size()));
    CHECK(bucket.download_file("file", out, call).ok() && call.verified());
    CHECK(has(bucket, "file", data));
    CHECK(bucket.abort_upload_file("file", in, in_parts(3).record_directory(directory)).ok());
    CHECK(bucket.abort_download_file("file", out, in_parts(3)).ok());
    CHECK(bucket.copy_large_object("copy", {"file"}, in_parts(3).no_record()).ok());
    CHECK(bucket.abort_copy_large_object("copy", {"file"}).ok());
    CHECK(has(bucket, "copy", data));
    auto ahead = bucket.get_object_to_string("file", in_parts(1).prefetch(3));
    CHECK(ahead.ok() && *ahead == data);
}

void writers(const oss::bucket &bucket) {
    const std::string data = content(500017);
    for (const int workers : {1, 3}) {
        oss::call call = in_parts(workers);
        auto opened = bucket.open_writer("written", call);
        CHECK(opened.ok());
        const oss::writer writer = *opened;
        oss::writer_stream out(writer);
        out << data.substr(0, 300000) << data[300000];
        out.write(data.data() + 300001, static_cast<std::streamsize>(data.size() - 300001));
        CHECK(out.good() && writer.finish().ok() && call.verified());
        CHECK(has(bucket, "written", data));
        const auto late = writer.write("x");
        CHECK(!late.ok() && contains(late.failure().text, "finished"));
        out << 'x';
        CHECK(out.bad());

        CHECK(bucket.open_writer("aborted", in_parts(workers)).ok()); // and goes away
        auto aborted = bucket.open_writer("aborted", in_parts(workers));
        CHECK(aborted.ok() && aborted->write(data).ok() && aborted->abort().ok() && !aborted->finish().ok());
        auto exists = bucket.object_exists("aborted");
        CHECK(exists.ok() && !exists.value());
    }
    const auto bad = bucket.open_writer("/bad");
    CHECK(!bad.ok() && bad.failure().status == OSS_INVALID_ARGUMENT);
}

void left_behind(const oss::bucket &bucket) {
    using namespace std::chrono_literals;
    CHECK(bucket.initiate_multipart_upload("left").ok());
    auto old = bucket.list_uploads_before("", 1h);
    CHECK(old.ok() && old->begin() == old->end());
    auto aborted = bucket.abort_uploads_before("left", 0s);
    CHECK(aborted.ok() && *aborted == 1);
}

#if OSS_HPP_EXCEPTIONS
// What a progress function throws comes out of the writer; what keys throw on a thread of the library comes out nowhere, and
// is not mistaken for that of a later call.
void exceptions(const oss::bucket &bucket, const std::string &name) {
    auto call = in_parts(1).progress([](std::int64_t, std::int64_t) -> bool { throw std::runtime_error("enough"); });
    auto writer = bucket.open_writer("thrown", call).value();
    const auto done = writer.write(content(500000));
    CHECK(!done.ok());
    try {
        done.value();
        CHECK(false);
    } catch (const std::runtime_error &error) {
        CHECK(std::string(error.what()) == "enough");
    }
    std::atomic<int> asked{0};
    auto config = configure().credentials(oss::credentials::callback([&asked]() -> oss::keys {
        if (++asked > 3)
            throw std::runtime_error("no keys");
        return {"local-access-key-id", "local-access-key-secret", "", 0};
    }));
    const auto limited = oss::bucket::open(config, name).value();
    auto failing = limited.open_writer("no-keys", in_parts(3)).value();
    CHECK(!failing.write(content(900000)).ok() || !failing.finish().ok());
}
#endif

} // namespace

int main(int argc, char **argv) {
    CHECK(argc == 3);
    const std::string name = argv[1], directory = argv[2];
    auto opened = oss::bucket::open(configure(), name);
    CHECK(opened.ok());
    const oss::bucket bucket = *opened;
    CHECK(bucket.put_bucket().ok());
    files(bucket, directory);
    writers(bucket);
    left_behind(bucket);
#if OSS_HPP_EXCEPTIONS
    exceptions(bucket, name);
#endif
    return 0;
}
