// The C++ runner of the conformance scenarios: reads commands, carries them out with oss.hpp, prints what came of it. See
// ../README.md.

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <oss.hpp>

namespace {

using words = std::vector<std::string>;

struct unsupported {};

const std::string &word(const words &list, std::size_t index) {
    if (index >= list.size())
        throw unsupported();
    return list[index];
}

std::int64_t number(const words &list, std::size_t index) { return std::stoll(word(list, index)); }

std::chrono::milliseconds milliseconds(const words &list, std::size_t index) {
    return std::chrono::milliseconds(number(list, index));
}

words parse(const std::string &line) {
    words list;
    std::istringstream stream(line);
    for (std::string piece; stream >> piece;) {
        std::string decoded;
        for (std::size_t at = 0; at < piece.size(); at++) {
            if (piece[at] != '%') {
                decoded += piece[at];
            } else if (at + 2 < piece.size()) {
                decoded += static_cast<char>(std::stoi(piece.substr(at + 1, 2), nullptr, 16));
                at += 2;
            }
        }
        list.push_back(decoded);
    }
    return list;
}

class fields {
public:
    void bytes(std::string_view name, std::string_view value) {
        text_ += ' ';
        text_ += name;
        text_ += '=';
        for (const char byte : value) {
            char escaped[4];
            if (byte > 0x20 && byte < 0x7f && byte != '%') {
                text_ += byte;
            } else {
                std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned char>(byte));
                text_ += escaped;
            }
        }
    }
    void text(std::string_view name, std::string_view value) {
        if (!value.empty())
            bytes(name, value);
    }
    void text(std::string_view name, const char *value) {
        if (value != nullptr)
            text(name, std::string_view(value));
    }
    template <class Number>
    void number(std::string_view name, Number value) {
        bytes(name, std::to_string(value));
    }
    void append(const fields &other) { text_ += other.text_; }
    std::string result() const { return "result" + text_; }

private:
    std::string text_;
};

// A body as a source of bytes.
class source {
public:
    explicit source(const std::string &name) {
        const auto colon = name.find(':');
        if (colon == std::string::npos)
            throw unsupported();
        const std::string kind = name.substr(0, colon), rest = name.substr(colon + 1);
        gives_up_ = kind == "stop";
        if (kind == "text") {
            bytes_ = rest;
        } else {
            bytes_.resize(std::stoul(rest));
            for (std::size_t at = 0; at < bytes_.size(); at++)
                bytes_[at] = static_cast<char>(at % 251);
        }
    }

    std::int64_t operator()(char *buffer, std::size_t capacity) {
        const std::size_t got = std::min(capacity, bytes_.size() - at_);
        std::copy_n(bytes_.data() + at_, got, buffer);
        at_ += got;
        return got == 0 && gives_up_ ? -1 : static_cast<std::int64_t>(got);
    }
    const std::string &all() const { return bytes_; }

private:
    std::string bytes_;
    std::size_t at_ = 0;
    bool gives_up_ = false;
};

// What an operation brought.
struct outcome {
    oss::call call;
    std::optional<oss::failure> failure;
    std::uint64_t fnv = 14695981039346656037u;
    std::int64_t bytes = 0;
    std::string start;
    bool has_body = false;
    std::optional<std::pair<std::int64_t, std::int64_t>> progress;
    fields entries;
    words wanted, details;

    void receive(std::string_view data) {
        has_body = true;
        for (const char byte : data)
            fnv = (fnv ^ static_cast<unsigned char>(byte)) * 1099511628211u;
        bytes += static_cast<std::int64_t>(data.size());
        if (bytes <= 1000)
            start += data;
    }

    const char *status() const { return oss_status_name(failure ? failure->status : OSS_OK); }

    std::string print() const {
        fields out;
        out.text("status", status());
        if (failure) {
            out.text("error", failure->text);
            if (failure->http_status != 0)
                out.number("http_status", failure->http_status);
            out.text("code", failure->code);
            out.text("message", failure->message);
            out.text("request_id", failure->request_id);
            out.text("host_id", failure->host_id);
            out.text("ec", failure->ec);
            out.number("retryable", failure->retryable ? 1 : 0);
            if (failure->attempts > 0)
                out.number("attempts", failure->attempts);
            for (const auto &name : details)
                out.text("error_detail." + name, call.error_detail(name));
        } else if (call.get() != nullptr) {
            if (call.http_status() != 0)
                out.number("http_status", call.http_status());
            out.text("request_id", call.request_id());
            out.text("etag", call.etag());
            out.text("version_id", call.version_id());
            if (call.crc64() != 0)
                out.number("crc64", call.crc64());
            if (call.content_length() >= 0)
                out.number("content_length", call.content_length());
            if (call.last_modified() >= 0)
                out.number("last_modified", call.last_modified());
            for (const auto &name : wanted)
                out.text("header." + name, call.response_header(name));
        }
        if (has_body) {
            char hash[17];
            std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(fnv));
            out.number("bytes", bytes);
            out.text("fnv", hash);
            if (bytes <= 1000)
                out.bytes("body", start);
        }
        if (progress)
            out.text("progress", std::to_string(progress->first) + "/" + std::to_string(progress->second));
        out.append(entries);
        return out.result();
    }
};

class stage {
public:
    std::string obey(const words &command) {
        const std::string &name = word(command, 0);
        static const words inputs = {"header", "query", "range", "timeout_ms", "cancel_after_ms",
                                     "progress", "progress_stop", "want", "error_detail"};
        if (name == "hello")
            return "ok 1 cpp";
        if (name == "scenario") {
            *this = stage();
        } else if (name == "env") {
            command.size() > 2 ? setenv(command[1].c_str(), command[2].c_str(), 1) : unsetenv(word(command, 1).c_str());
        } else if (name == "config") {
            options_.clear();
        } else if (name == "option") {
            oss::config probe;
            apply(probe, command); // throws if there is no such option
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

    void apply(oss::config &config, const words &option) const {
        const std::string &name = word(option, 1), &value = word(option, 2);
        const bool on = value != "0";
        const auto version = [](const std::string &text) {
            const auto dot = text.find('.');
            return static_cast<oss::tls_version>(10 * std::stoi(text.substr(0, dot)) + std::stoi(text.substr(dot + 1)));
        };
        if (name == "endpoint") config.endpoint(value);
        else if (name == "region") config.region(value);
        else if (name == "cloudbox_id") config.cloudbox_id(value);
        else if (name == "ca_file") config.ca_file(value);
        else if (name == "ca_pem") config.ca_pem(value);
        else if (name == "proxy") config.proxy(value);
        else if (name == "app_name") config.app_name(value);
        else if (name == "signature_version") config.signature_version(static_cast<int>(number(option, 2)));
        else if (name == "cname") config.cname(on);
        else if (name == "path_style") config.path_style(on);
        else if (name == "internal_endpoint") config.internal_endpoint(on);
        else if (name == "accelerate_endpoint") config.accelerate_endpoint(on);
        else if (name == "dual_stack") config.dual_stack(on);
        else if (name == "insecure_skip_verify") config.insecure_skip_verify(on);
        else if (name == "proxy_from_env") config.proxy_from_env(on);
        else if (name == "crc64") config.crc64(on);
        else if (name == "clock_skew_correction") config.clock_skew_correction(on);
        else if (name == "pool_size") config.pool_size(number(option, 2));
        else if (name == "retry") config.retry(static_cast<int>(number(option, 2)));
        else if (name == "traffic_limit") config.traffic_limit(number(option, 2));
        else if (name == "connect_timeout_ms") config.connect_timeout(milliseconds(option, 2));
        else if (name == "read_timeout_ms") config.read_timeout(milliseconds(option, 2));
        else if (name == "total_timeout_ms") config.total_timeout(milliseconds(option, 2));
        else if (name == "tls_versions") config.tls_versions(version(value), version(word(option, 3)));
        else if (name == "keys") config.keys(value, word(option, 3), option.size() > 4 ? option[4] : "");
        else if (name == "additional_signed_header") config.additional_signed_header(value);
        else if (name == "user_header") config.user_header(value, word(option, 3));
        else if (name == "resolve") config.resolve(value, word(option, 3));
        else if (name == "session") config.session(find(sessions_, value));
        else if (name == "credentials") credentials(config, option);
        else throw unsupported();
    }

    static void credentials(oss::config &config, const words &option) {
        const std::string &kind = word(option, 2);
        const auto given = [&option](std::size_t first) {
            return oss::keys{word(option, first), word(option, first + 1), option.size() > first + 2 ? option[first + 2] : ""};
        };
        if (kind == "environment") {
            config.credentials(oss::credentials::environment());
        } else if (kind == "anonymous") {
            config.credentials(oss::credentials::anonymous());
        } else if (kind == "static") {
            const oss::keys keys = given(3);
            config.credentials(oss::credentials::fixed(keys.id, keys.secret, keys.token).value());
        } else if (kind == "callback") {
            config.credentials(oss::credentials::callback([keys = given(3)] { return keys; }));
        } else if (kind == "callback-fails") {
            config.credentials(oss::credentials::callback([]() -> oss::keys { throw std::runtime_error("no keys today"); }));
        } else if (kind == "callback-alternates") {
            auto calls = std::make_shared<std::atomic<int>>(0);
            oss::keys first = given(3), second = given(5);
            first.token.clear();
            config.credentials(oss::credentials::callback(
                [calls, first, second] { return (*calls)++ % 2 == 0 ? first : second; }));
        } else {
            throw unsupported();
        }
    }

    template <class Handle>
    static const Handle &find(const std::map<std::string, Handle> &handles, const std::string &name) {
        const auto found = handles.find(name);
        if (found == handles.end())
            throw unsupported();
        return found->second;
    }

    std::string open(const words &command) {
        const std::string &kind = word(command, 0), &name = word(command, 1);
        oss::config config;
        for (const auto &option : options_)
            apply(config, option);
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
            else if (name == "want") got.wanted.push_back(word(input, 1));
            else if (name == "error_detail") got.details.push_back(word(input, 1));
            else reports = true;
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
            // The handle itself: a listing takes the object over.
            canceller = std::thread([handle = got.call.get(), pause = *cancel_after] {
                std::this_thread::sleep_for(pause);
                oss_call_cancel(handle);
            });
        }
        try {
            operate(command, got);
        } catch (const oss::error &error) {
            got.failure = error.why();
        }
        if (canceller.joinable())
            canceller.join();
        return got;
    }

    // The value, or the failure as an exception; but what a callback threw has to come out of value() as it was thrown.
    template <class T>
    static T checked(oss::result<T> done) {
        if (!done && done.failure().cause) {
            const oss::failure why = done.failure();
            try {
                done.value();
            } catch (const std::runtime_error &thrown) {
                if (std::string(thrown.what()) == "no keys today")
                    throw oss::error(why);
            }
            throw std::logic_error("value() lost the exception of a callback");
        }
        return std::move(done).value();
    }

    void operate(const words &command, outcome &got) const {
        const std::string &name = word(command, 0), &handle = word(command, 1), &key = command.size() > 2 ? command[2] : handle;
        oss::call &call = got.call;
        if (name == "list_buckets") {
            list(checked(find(services_, handle).list_buckets(key, std::move(call))), got);
            return;
        }
        if (name == "service_invoke") {
            checked(find(services_, handle).invoke(word(command, 2), source(word(command, 3)).all(), call));
            got.receive(call.body());
            return;
        }
        const oss::bucket &bucket = find(buckets_, handle);
        if (name == "put_object") {
            checked(bucket.put_object(key, source(word(command, 3)).all(), call));
        } else if (name == "put_object_file") {
            checked(bucket.put_object_file(key, word(command, 3), call));
        } else if (name == "put_object_stream") {
            source body(word(command, 4));
            if (word(command, 4).substr(0, 5) == "text:") {
                std::istringstream stream(body.all());
                checked(bucket.put_object_stream(key, number(command, 3), stream, call));
            } else {
                checked(bucket.put_object_stream(key, number(command, 3), body, call));
            }
        } else if (name == "get_object" || name == "get_object_part") {
            const std::int64_t enough = name == "get_object" ? INT64_MAX : number(command, 3);
            checked(bucket.get_object(key, call));
            std::vector<char> buffer(64 * 1024);
            while (got.bytes < enough) {
                auto size = call.read(buffer.data(), buffer.size());
                if (!size) {
                    got.failure = size.failure();
                    return;
                }
                if (*size == 0)
                    break;
                got.receive({buffer.data(), *size});
            }
            got.receive({});
        } else if (name == "get_object_to_buffer") {
            std::vector<char> buffer(static_cast<std::size_t>(number(command, 3)));
            const std::size_t size = checked(bucket.get_object_to_buffer(key, buffer.data(), buffer.size(), call));
            got.receive({buffer.data(), size});
        } else if (name == "get_object_to_file") {
            checked(bucket.get_object_to_file(key, word(command, 3), call));
        } else if (name == "get_object_to_stream" && command.size() > 3) {
            const std::int64_t stop = number(command, 3);
            const auto write = [&got, stop](std::string_view piece) {
                got.receive(piece);
                return got.bytes < stop;
            };
            checked(bucket.get_object_to_stream(key, write, call));
        } else if (name == "get_object_to_stream") {
            std::ostringstream stream;
            auto done = bucket.get_object_to_stream(key, stream, call);
            if (done || !stream.str().empty())
                got.receive(stream.str());
            checked(std::move(done));
        } else if (name == "head_object") {
            checked(bucket.head_object(key, call));
        } else if (name == "get_object_meta") {
            checked(bucket.get_object_meta(key, call));
        } else if (name == "delete_object") {
            checked(bucket.delete_object(key, call));
        } else if (name == "put_bucket") {
            bucket.put_bucket(call).value();
        } else if (name == "delete_bucket") {
            bucket.delete_bucket(call).value();
        } else if (name == "list_objects_v2") {
            list(checked(bucket.list_objects_v2(key, word(command, 3), std::move(call))), got);
        } else if (name == "invoke") {
            checked(bucket.invoke(word(command, 2), word(command, 3), source(word(command, 4)).all(), call));
            got.receive(call.body());
        } else {
            throw unsupported();
        }
    }

    static void list(const oss::listing &listing, outcome &got) {
        static const char *const kinds[] = {"", "object", "prefix", "bucket"};
        for (const oss_entry &entry : listing) {
            fields &out = got.entries;
            out.text("entry", std::string(kinds[entry.kind]) + "," + std::to_string(entry.size) + "," + entry.name);
            if (entry.time >= 0)
                out.number("entry.time", entry.time);
            out.text("entry.etag", entry.etag);
            out.text("entry.storage_class", entry.storage_class);
            out.text("entry.object_type", entry.object_type);
            out.text("entry.restore_info", entry.restore_info);
            out.text("entry.owner_id", entry.owner_id);
            out.text("entry.owner_name", entry.owner_name);
            out.text("entry.region", entry.region);
            out.text("entry.location", entry.location);
            out.text("entry.extranet_endpoint", entry.extranet_endpoint);
            out.text("entry.intranet_endpoint", entry.intranet_endpoint);
        }
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
