// Large files, copies and objects that are written piece by piece. Compiled with sanitizers, with and without exceptions.
//
//     transfers BUCKET DIRECTORY

#include "check.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
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

        const auto nowhere = oss::bucket::open(configure(), "missing-bucket").value();
        auto lost = nowhere.open_writer("lost", in_parts(workers));
        CHECK(lost.ok());
        const auto refused = lost->write(data);
        CHECK(refused.failure().code == "NoSuchBucket" && refused.failure().http_status == 404);
        CHECK(!refused.failure().request_id.empty() && refused.failure().attempts == 1);
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

void directories(const oss::bucket &bucket, const std::string &directory) {
    const std::string in = directory + "/tree", out = directory + "/tree-back";
    std::filesystem::create_directories(in + "/d/no");
    for (const char *name : {"/a", "/d/b", "/d/no/c"})
        std::ofstream(in + name) << name;
    std::filesystem::create_symlink("a", in + "/link");
    std::string told;
    oss::call call = in_parts(3);
    call.on_outcome([&](const oss::outcome &one) {
        told += one.key + " ";
        if (one.kind == oss::outcome_kind::transferred) {
            CHECK(one.file_number != 0 && one.file_modified_ns > 0 && one.file_changed_ns >= one.file_modified_ns);
            CHECK(one.etag.size() > 2 && one.last_modified == -1 && one.size == std::int64_t(one.path.size() - in.size()));
        }
        return true;
    });
    call.filter([](const std::string &name) { return name != "d/no/"; });
    auto sent = bucket.upload_directory("p", in, 0, call);
    CHECK(sent.ok() && sent->transferred.files == 2 && sent->transferred.bytes == 6 && sent->skipped.files == 1);
    CHECK(contains(told, "p/a ") && contains(told, "p/d/b ") && !contains(told, "no"));
    CHECK(sent->problems.size() == 1);
    const oss::outcome &link = sent->problems[0];
    CHECK(link.kind == oss::outcome_kind::skipped && link.key == "p/link" && link.path == in + "/link");
    CHECK(link.status == OSS_UNSUPPORTED && contains(link.reason, "symbolic link") && link.version_id.empty());
    CHECK(call.on_outcome(nullptr).filter(nullptr).reset() == OSS_OK);

    CHECK(bucket.put_object("p/../evil", "x").ok());
    const auto got = bucket.download_directory("p", out, OSS_DIRECTORY_DELETE, call);
    CHECK(!got.ok() && got.failure().status == OSS_INVALID_ARGUMENT);
    oss::outcome_report report = call.report(); // also of a failure
    CHECK(report.transferred.files == 2 && report.failed.files == 1 && report.problems[0].key == "p/../evil");
    CHECK(bucket.delete_object("p/../evil").ok());
    auto again = bucket.download_directory("p", out, OSS_DIRECTORY_COMPARE_CONTENT, call);
    CHECK(again.ok() && again->unchanged.files == 2);

    call.on_outcome([](const oss::outcome &) { return false; });
    auto stopped = bucket.delete_prefix("p", 0, call);
    CHECK(!stopped.ok() && stopped.failure().status == OSS_CANCELLED && call.report().deleted.files > 0);
    CHECK(call.reset() == OSS_OK);
    CHECK(!bucket.delete_prefix("", 0, call).ok());
    CHECK(bucket.put_object("p", "x").ok());
    auto deleted = bucket.delete_prefix("p", OSS_DELETE_VERSIONS, call);
    CHECK(deleted.ok() && deleted->deleted.files == 1);
}

#if OSS_HPP_EXCEPTIONS
// The message of what comes out of a failure; "" if nothing was thrown by a callback.
template <class T>
std::string thrown_by(const oss::result<T> &done) {
    CHECK(!done.ok());
    try {
        if (done.failure().cause)
            std::rethrow_exception(done.failure().cause);
    } catch (const std::runtime_error &error) {
        return error.what();
    }
    return "";
}

// What a callback of a directory throws ends the transfer, and comes out.
void exceptions_of_directories(const oss::bucket &bucket, const std::string &directory) {
    const std::string in = directory + "/tree";
    oss::call call;
    int asked = 0;
    call.on_outcome([](const oss::outcome &) -> bool { throw std::runtime_error("told"); });
    CHECK(thrown_by(bucket.upload_directory("q", in, 0, call)) == "told");
    CHECK(bucket.put_object("q/d/b", "x").ok());
    CHECK(thrown_by(bucket.delete_prefix("q", 0, call)) == "told");
    call.on_outcome(nullptr).filter([&](const std::string &) -> bool {
        asked++;
        throw std::runtime_error("asked");
    });
    CHECK(thrown_by(bucket.upload_directory("q", in, OSS_DIRECTORY_DELETE, call)) == "asked");
    CHECK(asked == 1);
    CHECK(bucket.upload_directory("q", in, 0, call.filter(nullptr)).ok());
}

// What a progress function throws comes out of the writer.
void exceptions(const oss::bucket &bucket) {
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
}

// What a progress function throws when all is done changes nothing: the object is there.
void too_late(const oss::bucket &bucket, int workers) {
    const std::string data = content(350000);
    int told = 0;
    auto call = in_parts(workers).progress([&](std::int64_t done, std::int64_t total) -> bool {
        if (done != total)
            return true;
        told++;
        throw std::runtime_error("too late");
    });
    for (const std::size_t size : {std::size_t{5}, data.size()}) {
        auto writer = bucket.open_writer("late", call).value();
        writer.write({data.data(), size}).value();
        CHECK(writer.finish().ok() && told > 0);
        CHECK(bucket.get_object_to_string("late").value() == data.substr(0, size));
        told = 0;
    }
    CHECK(bucket.copy_large_object("copied", {"late"}, oss::call(call).part_size(500000)).ok() && told == 1);
    CHECK(bucket.get_object_to_string("copied").value() == data);
    // Before the service has answered nobody knows: that is the failure.
    CHECK(thrown_by(bucket.put_object("late", data, call)) == "too late");
}

// What a function for keys or time throws on a worker comes out of the transfer that the worker was for, and not out of a later
// one with the same call.
void exceptions_of_workers(const oss::bucket &bucket, const std::string &name, const std::string &directory) {
    const std::string in = directory + "/in", out = directory + "/out", data = content(900000);
    std::ofstream(in, std::ios::binary) << data;
    CHECK(bucket.put_object("large", data).ok());
    std::atomic<int> left{0};
    const auto count = [&left](const char *what) {
        if (--left < 0)
            throw std::runtime_error(what);
    };
    auto config = configure().credentials(oss::credentials::callback([&]() -> oss::keys {
        count("no keys");
        return {"local-access-key-id", "local-access-key-secret", "", 0};
    }));
    const auto limited = oss::bucket::open(config, name).value();
    oss::call call = in_parts(3);
    const auto fails = [&](const auto &transfer) {
        left = 4;
        CHECK(thrown_by(transfer()) == "no keys");
        left = 1;
        CHECK(limited.head_object("large", call).ok());
    };
    fails([&] { return limited.upload_file("a", in, call); });
    fails([&] { return limited.download_file("large", out, call); });
    fails([&] { return limited.copy_large_object("a", {"large"}, call); });
    fails([&] { return limited.upload_directory("p", directory, OSS_DIRECTORY_OVERWRITE, call); });
    fails([&] {
        const auto writer = limited.open_writer("a", call).value();
        if (const auto written = writer.write(data); !written.ok())
            CHECK(thrown_by(written) == "no keys");
        CHECK(thrown_by(writer.finish()) == "no keys");
        return writer.finish();
    });
    call.prefetch(3);
    fails([&]() -> oss::result<std::string> { return limited.get_object_to_string("large", call); });
    // Nobody reads what they threw, and then the call goes away.
    left = 4;
    CHECK(limited.get_object("large", oss::call().part_size(102400).prefetch(3)).ok());

    auto clock = configure().clock([&] {
        count("no time");
        return std::chrono::system_clock::now();
    });
    left = 1000;
    const auto timed = oss::bucket::open(clock, name).value();
    left = 4;
    CHECK(thrown_by(timed.upload_file("a", in, in_parts(3).no_record())) == "no time");
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
    directories(bucket, directory);
#if OSS_HPP_EXCEPTIONS
    exceptions(bucket);
    too_late(bucket, 1);
    too_late(bucket, 3);
    exceptions_of_directories(bucket, directory);
    exceptions_of_workers(bucket, name, directory);
#endif
    return 0;
}
