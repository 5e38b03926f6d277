// The C++ runner of the conformance scenarios: reads commands, carries them out with oss.hpp, prints what came of it. See
// ../README.md.

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <oss.hpp>

#include "operations.hpp"
#include "options.hpp"
#include "outcome.hpp"
#include "transfers.hpp"
#include "words.hpp"

#ifndef RUNNER_NAME
#define RUNNER_NAME "cpp"
#endif

namespace {

class stage {
public:
    std::string obey(const words &command) {
        const std::string &name = word(command, 0);
        static const words inputs = {"header", "query", "range", "timeout_ms", "cancel_after_ms",
                                     "progress", "progress_stop", "want", "error_detail",
                                     "field", "text", "count", "initial_crc64", "callback", "part",
                                     "part_size", "workers", "prefetch", "record_directory", "no_record",
                                     "outcome_stop", "filter_out"};
        if (name == "hello")
            return "ok 1 " RUNNER_NAME;
        if (name == "scenario") {
            *this = stage();
        } else if (name == "env") {
            command.size() > 2 ? setenv(command[1].c_str(), command[2].c_str(), 1) : unsetenv(word(command, 1).c_str());
        } else if (name == "config") {
            options_.clear();
        } else if (name == "option") {
            oss::config probe;
            apply(probe, command, sessions_); // throws if there is no such option
            options_.push_back(command);
        } else if (name == "session" || name == "bucket" || name == "service") {
            return open(command);
        } else if (name == "free") {
            const std::string &handle = word(command, 1);
            if (sessions_.erase(handle) + buckets_.erase(handle) + services_.erase(handle) == 0)
                throw unsupported();
        } else if (std::find(inputs.begin(), inputs.end(), name) != inputs.end()) {
            inputs_.push_back(command);
        } else {
            const words_guard clear{inputs_};
            return name == "threads" ? threads(command) : perform(command).print();
        }
        return "ok";
    }

private:
    struct words_guard {
        std::vector<words> &inputs;
        ~words_guard() { inputs.clear(); }
    };

    std::string open(const words &command) {
        const std::string &kind = word(command, 0), &name = word(command, 1);
        oss::config config;
        for (const auto &option : options_)
            apply(config, option, sessions_);
        sessions_.erase(name);
        buckets_.erase(name);
        services_.erase(name);
        fields out;
        try {
            if (kind == "session")
                sessions_.emplace(name, oss::session::open(config).value());
            else if (kind == "bucket")
                buckets_.emplace(name, oss::bucket::open(config, word(command, 2)).value());
            else
                services_.emplace(name, oss::service::open(config).value());
            out.number("opened", 1);
        } catch (const oss::error &error) {
            out.number("opened", 0);
            out.text("error", error.what());
        }
        return out.result();
    }

    // Carries out one operation with the inputs given.
    outcome perform(const words &command) const {
        outcome got;
        std::optional<std::int64_t> stop_at;
        std::optional<std::chrono::milliseconds> cancel_after;
        bool reports = false;
        for (const auto &input : inputs_) {
            const std::string &name = word(input, 0);
            if (name == "header") got.call.header(word(input, 1), word(input, 2));
            else if (name == "query") input.size() > 2 ? got.call.query(input[1], input[2]) : got.call.query(word(input, 1));
            else if (name == "range") got.call.range(number(input, 1), number(input, 2));
            else if (name == "timeout_ms") got.call.timeout(milliseconds(input, 1));
            else if (name == "cancel_after_ms") cancel_after = milliseconds(input, 1);
            else if (name == "field") input.size() > 2 ? got.call.field(input[1], input[2]) : got.call.field(word(input, 1), nullptr);
            else if (name == "initial_crc64") got.call.initial_crc64(unsigned_number(input, 1));
            else if (name == "callback") got.call.callback(word(input, 1), input.size() > 2 ? input[2] : "");
            else if (name == "part") got.call.part(small_number(input, 1), word(input, 2), number(input, 3), unsigned_number(input, 4));
            else if (name == "progress" || name == "progress_stop") reports = true;
            else if (!set_transfer(input, got.call)) got.asked.push_back(input);
            if (name == "callback")
                got.wants_body = true;
            if (name == "progress_stop")
                stop_at = number(input, 1);
        }
        if (reports) {
            got.call.progress([&got, stop_at](std::int64_t done, std::int64_t total) {
                got.progress = std::pair(done, total);
                return !stop_at || done < *stop_at;
            });
        }
        std::thread canceller;
        if (cancel_after && cancel_after->count() == 0) {
            got.call.cancel();
        } else if (cancel_after) {
            canceller = std::thread([call = got.call, pause = *cancel_after] {
                std::this_thread::sleep_for(pause);
                call.cancel();
            });
        }
        try {
            operate(command, got);
            if (got.wants_body)
                got.receive(got.call.body());
        } catch (const oss::error &error) {
            got.failure = error.why();
        }
        if (canceller.joinable())
            canceller.join();
        return got;
    }

    void operate(const words &command, outcome &got) const {
        const std::string &handle = word(command, 1);
        if (const auto service = services_.find(handle); service != services_.end()) {
            on_service(command, service->second, got);
            return;
        }
        const oss::bucket &bucket = find(buckets_, handle);
        const bool known = on_object(command, bucket, got) || on_settings(command, bucket, got) ||
                           on_transfer(command, bucket, got) || on_upload(command, bucket, got) || on_url(command, bucket, got) ||
                           on_bucket(command, bucket, got);
        if (!known)
            throw unsupported();
    }

    std::string threads(const words &command) const {
        const auto count = static_cast<std::size_t>(number(command, 1)), times = static_cast<std::size_t>(number(command, 2));
        const words operation(command.begin() + 3, command.end());
        std::mutex mutex;
        std::condition_variable all_there;
        std::size_t waiting = 0;
        bool known = true;
        std::map<std::string, int> counts;
        std::int64_t bytes = 0;
        std::optional<oss::failure> failure;
        std::vector<std::thread> threads;
        for (std::size_t index = 0; index < count; index++) {
            threads.emplace_back([&] {
                {
                    std::unique_lock lock(mutex);
                    if (++waiting == count)
                        all_there.notify_all();
                    all_there.wait(lock, [&] { return waiting == count; });
                }
                for (std::size_t turn = 0; turn < times; turn++) {
                    std::optional<outcome> got;
                    try {
                        got = perform(operation);
                    } catch (const unsupported &) {
                    }
                    const std::lock_guard lock(mutex);
                    known = known && got;
                    if (!got)
                        return;
                    counts[got->status()]++;
                    bytes += got->bytes;
                    if (got->failure)
                        failure = got->failure;
                }
            });
        }
        for (auto &thread : threads)
            thread.join();
        if (!known)
            throw unsupported();
        fields out;
        out.text("status", oss_status_name(failure ? failure->status : OSS_OK));
        if (failure)
            out.text("error", failure->text);
        out.number("bytes", bytes);
        for (const auto &[status, how_many] : counts)
            out.number("count." + status, how_many);
        return out.result();
    }

    std::vector<words> options_, inputs_;
    std::map<std::string, oss::session> sessions_;
    std::map<std::string, oss::bucket> buckets_;
    std::map<std::string, oss::service> services_;
};

} // namespace

int main() {
    stage all;
    for (std::string line; std::getline(std::cin, line);) {
        try {
            std::cout << all.obey(parse(line)) << std::endl;
        } catch (const unsupported &) {
            std::cout << "unsupported" << std::endl;
        }
    }
}
