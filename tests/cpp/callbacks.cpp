// Functions of the program that the library calls: what they throw, what they do to their own call, and streams. Compiled with
// sanitizers.
//
//     callbacks BUCKET DIRECTORY
//
// The server answers the first request for each key that begins with "again/" with 503.

#include "check.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <streambuf>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

struct thrown {
    int number;
};

// What `done` throws; 0 if it throws nothing.
template <class T>
int number_thrown_by(const oss::result<T> &done) {
    try {
        static_cast<void>(done.value());
    } catch (const thrown &caught) {
        return caught.number;
    }
    return 0;
}

// Thrown where it happened, even where nothing is transferred, and nowhere else.
void exceptions(const oss::bucket &bucket, const std::string &directory) {
    const auto progress = [](int number) {
        return oss::call().progress([number](std::int64_t, std::int64_t) -> bool { throw thrown{number}; });
    };
    CHECK(number_thrown_by(bucket.put_object("thrown", "", progress(1))) == 1);
    std::istringstream nothing("");
    CHECK(number_thrown_by(bucket.put_object_stream("thrown", -1, nothing, progress(2))) == 2);
    CHECK(number_thrown_by(bucket.put_object("thrown", "content", progress(3))) == 3);
    FAILS(OSS_NOT_FOUND, bucket.head_object("thrown")); // and nothing was stored

    bucket.put_object("there", "content").value();
    CHECK(number_thrown_by(bucket.get_object_to_file("there", directory + "/target", progress(5))) == 5);
    std::ostringstream target;
    CHECK(number_thrown_by(bucket.get_object_to_stream("there", target, progress(6))) == 6);
    const auto write = [](std::string_view) -> bool { throw thrown{7}; };
    CHECK(number_thrown_by(bucket.get_object_to_stream("there", write)) == 7);
    const auto read = [](char *, std::size_t) -> std::int64_t { throw thrown{8}; };
    CHECK(number_thrown_by(bucket.put_object_stream("thrown", -1, read)) == 8);
    CHECK(number_thrown_by(bucket.put_object_stream("thrown", 5, read)) == 8);
    CHECK(number_thrown_by(bucket.append_object_stream("thrown", 0, -1, read)) == 8);

    const auto some = [](char *buffer, std::size_t) { return *buffer = 'a', 1; };
    const auto rewind = oss::call().rewind([]() -> bool { throw thrown{9}; });
    CHECK(number_thrown_by(bucket.put_object_stream("again/thrown", 3, some, rewind)) == 9);
}

// A stop before the first byte of an empty object stops as well.
void stops(const oss::bucket &bucket) {
    const auto stop = [] { return oss::call().progress([](std::int64_t, std::int64_t) { return false; }); };
    FAILS(OSS_CANCELLED, bucket.put_object("stopped", "", stop()));
    for (const std::int64_t length : {0, -1}) {
        std::istringstream nothing("");
        FAILS(OSS_CANCELLED, bucket.put_object_stream("stopped", length, nothing, stop()));
    }
    CHECK(!bucket.object_exists("stopped").value());
}

// Keys are asked for by one thread at a time, and others that wait share its failure; but what was thrown comes out in the
// thread that threw it.
void credentials_of_threads(const char *name) {
    static thread_local int mine = 0;
    std::atomic<int> number{0}, caught{0};
    const auto give = [&]() -> oss::keys {
        mine = ++number;
        throw thrown{mine};
    };
    const auto bucket = oss::bucket::open(configure().credentials(oss::credentials::callback(give)), name).value();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++)
        threads.emplace_back([&] {
            for (int turn = 0; turn < 20; turn++) {
                mine = 0;
                const auto done = bucket.head_object("key");
                CHECK(done.failure().status == OSS_CREDENTIALS);
                if (mine == 0)
                    continue; // another thread has asked
                CHECK(number_thrown_by(done) == mine);
                caught++;
            }
        });
    for (auto &thread : threads)
        thread.join();
    CHECK(caught == number && number > 0);
}

// Keys that are due are still good for a while: a function that has no others ends no request. What a callback of the request
// throws still does.
void renewals_that_fail(const char *name, const std::string &directory) {
    std::atomic<int> asked{0};
    std::chrono::seconds ahead{0};
    const auto now = [&ahead] { return std::chrono::system_clock::now() + ahead; };
    const auto give = [&]() -> oss::keys {
        if (++asked > 1)
            throw thrown{asked};
        const auto end = std::chrono::system_clock::now() + std::chrono::seconds(100);
        return oss::keys{std::getenv("OSS_ACCESS_KEY_ID"), std::getenv("OSS_ACCESS_KEY_SECRET"), "",
                         std::int64_t{std::chrono::duration_cast<std::chrono::seconds>(end.time_since_epoch()).count()}};
    };
    const auto config = configure().clock(now).credentials(oss::credentials::callback(give));
    const auto bucket = oss::bucket::open(config, name).value();
    bucket.put_object("renewed/a", "content").value();
    ahead = std::chrono::seconds(88);
    bucket.head_object("renewed/a").value();
    CHECK(asked == 2);
    CHECK(bucket.download_directory("renewed", directory + "/renewed").value().transferred.files == 1);
    const auto stop = oss::call().progress([](std::int64_t, std::int64_t) -> bool { throw thrown{-1}; });
    CHECK(number_thrown_by(bucket.put_object("renewed/b", "content", stop)) == -1);
    // A request that fails for something else later is not said to have failed for them.
    for (const int before = asked; asked == before;) { // between two renewals that fail there is a pause
        const auto missing = bucket.head_object("renewed/missing");
        CHECK(missing.failure().status == OSS_NOT_FOUND && !missing.failure().cause);
    }
}

// A callback of a running call cannot change that call, and may let go of it.
void callbacks_and_their_call(const oss::bucket &bucket) {
    auto kept = std::make_shared<std::string>("something that the function needs");
    oss::call call;
    int reports = 0;
    call.progress([&call, &reports, kept](std::int64_t, std::int64_t) {
        CHECK(call.reset() == OSS_BUSY);
        call.progress(nullptr);
        call.progress([](std::int64_t, std::int64_t) { return false; });
        CHECK(kept->size() == 33);
        reports++;
        return true;
    });
    bucket.put_object("busy", "content", call).value();
    CHECK(reports > 0);
    // What could not be set is not forgotten: the next request would go out without it.
    FAILS(OSS_BUSY, bucket.put_object("busy", "content", call));
    CHECK(call.reset() == OSS_OK && kept.use_count() == 1);
    bucket.put_object("busy", "content", call).value();

    std::optional<oss::call> held(oss::call{});
    held->progress([&held, kept](std::int64_t, std::int64_t) {
        held.reset();
        return kept->size() == 33;
    });
    bucket.put_object("let-go", "content", *held).value();
    CHECK(!held && kept.use_count() == 1);

    oss::call inner;
    inner.progress([&](std::int64_t, std::int64_t) {
        FAILS(OSS_BUSY, bucket.head_object("busy", inner));
        return true;
    });
    bucket.put_object("nested", "content", inner).value();
}

// The same in what goes on with the call after its request: reading, its answer, its report, and beginning a stream again.
void callbacks_that_let_go(const oss::bucket &bucket, const std::string &directory) {
    std::optional<oss::call> held;
    const auto letting_go = [&]() -> oss::call & {
        held.emplace();
        held->progress([&](std::int64_t, std::int64_t) {
            held.reset();
            return true;
        });
        return *held;
    };
    std::istringstream source("content");
    bucket.put_object_stream("let-go", -1, source, letting_go()).value();
    CHECK(!held);
    std::istringstream appended("content");
    CHECK(bucket.append_object_stream("let-go-appended", 0, 7, appended, letting_go()).value() == 7);
    CHECK(bucket.append_object("let-go-appended", 7, "more", letting_go()).value() == 11);
    CHECK(!held);
    const std::string large(300000, 'x');
    bucket.put_object("let-go-large", large).value();
    CHECK(bucket.get_object_to_string("let-go-large", letting_go()).value() == large);
    CHECK(!held);
    bucket.get_object("let-go-large", letting_go()).value();
    CHECK(held->read_all().value() == large && !held);
    held.emplace();
    held->on_outcome([&](const oss::outcome &) {
        held.reset();
        return true;
    });
    CHECK(bucket.download_directory("let-go-large", directory + "/let-go", 0, *held).ok());
    bucket.put_object("let-go-directory/a", "content").value();
    CHECK(bucket.download_directory("let-go-directory", directory + "/let-go", 0, *held).value().transferred.files == 1);
    CHECK(!held);
}

// A writer has the progress function of its call as long as it lives, whatever that is used for.
void writers_and_their_call(const oss::bucket &bucket) {
    const std::string data(250000, 'x');
    const auto none = [](oss::call &call) { CHECK(call.reset() == OSS_OK); };
    const auto null = [](oss::call &call) { call.progress(nullptr); };
    int others = 0;
    const auto other = [&](oss::call &call) {
        call.progress([&](std::int64_t, std::int64_t) {
            others++;
            return true;
        });
    };
    const std::vector<std::function<void(oss::call &)>> uses{none, null, other};
    for (const auto &use : uses) {
        auto kept = std::make_shared<std::string>("something that the function needs");
        auto call = oss::call().part_size(102400).workers(1);
        std::int64_t reported = 0;
        call.progress([&reported, kept](std::int64_t done, std::int64_t) {
            CHECK(kept->size() == 33);
            reported = done;
            return true;
        });
        {
            const auto writer = bucket.open_writer("reused", call).value();
            use(call);
            CHECK(kept.use_count() == 2);
            writer.write(data).value();
            CHECK(reported == 204800);
            call.header("x-oss-meta-of", "another request");
            bucket.put_object("other", "content", call).value();
            writer.finish().value();
            CHECK(reported == 250000);
        }
        CHECK(bucket.get_object_to_string("reused").value() == data);
        CHECK(call.reset() == OSS_OK && kept.use_count() == 1);
    }
    CHECK(others > 0);

    // Neither gets what the other one's function throws.
    auto call = oss::call().part_size(102400).workers(1);
    call.progress([](std::int64_t, std::int64_t) -> bool { throw thrown{1}; });
    const auto writer = bucket.open_writer("reused", call).value();
    call.progress([](std::int64_t, std::int64_t) -> bool { throw thrown{2}; });
    CHECK(number_thrown_by(bucket.put_object("other", "content", call)) == 2);
    CHECK(number_thrown_by(writer.write(data)) == 1);
    call.progress(nullptr);
    bucket.put_object("other", "content", call).value();
    CHECK(number_thrown_by(writer.write(data)) == 1 && number_thrown_by(writer.finish()) == 1);
    bucket.put_object("other", "content", call).value();

    // The function may let go of the writer that it is called by, and of its call.
    std::optional<oss::writer> held;
    std::optional<oss::call> of_held(oss::call().part_size(102400).workers(1));
    of_held->progress([&](std::int64_t, std::int64_t) {
        held.reset();
        of_held.reset();
        return true;
    });
    held = bucket.open_writer("let-go-written", *of_held).value();
    held->write(data).value();
    CHECK(!held && !of_held && !bucket.object_exists("let-go-written").value());
}

// What belongs to one request is used up by one, also if it is refused; the rest stays up to reset().
void inputs_that_are_refused(const oss::bucket &bucket) {
    bucket.put_object("refused", "content").value();
    oss::call call;
    call.range(5, 3);
    CHECK(contains(FAILS(OSS_INVALID_ARGUMENT, bucket.get_object_to_string("refused", call)).text, "5 to 3"));
    CHECK(bucket.get_object_to_string("refused", call).value() == "content");
    call.part(0, "etag").part(-1, "etag");
    FAILS(OSS_INVALID_ARGUMENT, bucket.put_object("refused", "content", call));
    bucket.put_object("refused", "content", call).value();
    call.range(0, 1).header("a b", "c");
    for (int turn = 0; turn < 2; turn++)
        CHECK(contains(FAILS(OSS_INVALID_ARGUMENT, bucket.get_object_to_string("refused", call)).text, "a b"));
    CHECK(call.reset() == OSS_OK && bucket.get_object_to_string("refused", call).value() == "content");

    // What came while it was running is told once, with what is for one request.
    call.progress([&](std::int64_t, std::int64_t) {
        call.content_type("text/x-late");
        return true;
    });
    CHECK(bucket.get_object_to_string("refused", call).value() == "content");
    call.progress(nullptr).range(0, 1);
    CHECK(contains(FAILS(OSS_BUSY, bucket.get_object_to_string("refused", call)).text, "in use"));
    CHECK(bucket.get_object_to_string("refused", call).value() == "content");
}

void failed_streams(const oss::bucket &bucket, const std::string &directory) {
    bucket.put_object("old", "old content").value();
    std::ifstream missing(directory + "/missing");
    const auto tell = FAILS(OSS_IO, bucket.put_object_stream("old", -1, missing));
    CHECK(contains(tell.text, "source") && tell.attempts == 0);
    FAILS(OSS_IO, bucket.put_object_stream("old", 0, missing));
    FAILS(OSS_IO, bucket.append_object_stream("old", 0, -1, missing));
    FAILS(OSS_IO, bucket.upload_part_stream("old", "id", 1, -1, missing));
    std::istream none(nullptr);
    FAILS(OSS_IO, bucket.put_object_stream("old", -1, none));
    std::istringstream read("some words");
    std::string word;
    while (read >> word) {
    }
    FAILS(OSS_IO, bucket.put_object_stream("old", -1, read));
    CHECK(bucket.get_object_to_string("old").value() == "old content");

    std::ofstream nowhere(directory + "/missing/file");
    CHECK(contains(FAILS(OSS_IO, bucket.get_object_to_stream("old", nowhere)).text, "target"));
    bucket.put_object("nothing", "").value();
    FAILS(OSS_IO, bucket.get_object_to_stream("nothing", nowhere));
    std::ofstream full("/dev/full");
    CHECK(contains(FAILS(OSS_IO, bucket.get_object_to_stream("old", full)).text, "target"));
}

// Streams that can seek are sent again without being asked; from where they stood.
void streams_begin_again(const oss::bucket &bucket, const std::string &directory) {
    const std::string path = directory + "/source";
    std::ofstream(path) << "HEAD" << std::string(300000, 'x');
    for (const std::int64_t length : {std::int64_t{-1}, std::int64_t{300000}}) {
        const std::string key = "again/file" + std::to_string(length);
        std::ifstream file(path, std::ios::binary);
        file.exceptions(std::ios::badbit | std::ios::failbit | std::ios::eofbit);
        file.ignore(4);
        oss::call call;
        bucket.put_object_stream(key, length, file, call).value();
        CHECK(call.attempts() == 2);
        CHECK(bucket.get_object_to_string(key).value() == std::string(300000, 'x'));
        CHECK(file.exceptions() == (std::ios::badbit | std::ios::failbit | std::ios::eofbit));
    }
    std::istringstream memory("content");
    oss::call call;
    bucket.put_object_stream("again/memory", -1, memory, call).value();
    CHECK(call.attempts() == 2 && bucket.get_object_to_string("again/memory").value() == "content");

    // A function can, if it says how; and that stays until reset().
    std::size_t at = 0;
    const std::string body = "0123456789";
    const auto read = [&](char *buffer, std::size_t capacity) {
        const std::size_t size = body.copy(buffer, capacity < 3 ? capacity : 3, at);
        at += size;
        return static_cast<std::int64_t>(size);
    };
    call.rewind([&] {
        at = 0;
        return true;
    });
    for (const char *key : {"again/one", "again/two"}) {
        at = 0;
        bucket.put_object_stream(key, -1, read, call).value();
        CHECK(call.attempts() == 2 && bucket.get_object_to_string(key).value() == body);
    }
    at = 0;
    CHECK(call.reset() == OSS_OK);
    FAILS(OSS_THROTTLED, bucket.put_object_stream("again/three", -1, read, call));
    CHECK(call.attempts() == 1);
}

// What it gives comes from `inner`, and where it stands has nothing to do with that.
class elsewhere : public std::streambuf {
public:
    elsewhere(std::string inner, std::streamoff at) : inner_(std::move(inner)), at_(at) {}

protected:
    int_type underflow() override {
        if (given_ == inner_.size())
            return traits_type::eof();
        const std::size_t size = std::min<std::size_t>(4096, inner_.size() - given_);
        setg(&inner_[given_], &inner_[given_], &inner_[given_] + size);
        given_ += size;
        return traits_type::to_int_type(*gptr());
    }
    pos_type seekoff(off_type, std::ios::seekdir, std::ios::openmode) override { return at_; }
    pos_type seekpos(pos_type to, std::ios::openmode) override { return to; }

private:
    std::string inner_;
    std::streamoff at_;
    std::size_t given_ = 0;
};

// They are sent once: what was read would not come again.
void streams_that_stand_elsewhere(const oss::bucket &bucket) {
    const std::string content(300000, 'x');
    int number = 0;
    for (const std::streamoff at : {0, 7, 300000})
        for (const std::int64_t length : {std::int64_t{-1}, std::int64_t{300000}}) {
            const std::string key = "again/elsewhere" + std::to_string(number++);
            elsewhere buffer(content, at);
            std::istream source(&buffer);
            oss::call call;
            FAILS(OSS_THROTTLED, bucket.put_object_stream(key, length, source, call));
            CHECK(call.attempts() == 1 && !bucket.object_exists(key).value());
        }
}

} // namespace

int main(int argc, char **argv) {
    CHECK(argc == 3);
    const auto bucket = create_bucket(argv[1]);
    exceptions(bucket, argv[2]);
    stops(bucket);
    credentials_of_threads(argv[1]);
    renewals_that_fail(argv[1], argv[2]);
    callbacks_and_their_call(bucket);
    callbacks_that_let_go(bucket, argv[2]);
    writers_and_their_call(bucket);
    inputs_that_are_refused(bucket);
    failed_streams(bucket, argv[2]);
    streams_begin_again(bucket, argv[2]);
    streams_that_stand_elsewhere(bucket);
    return 0;
}
