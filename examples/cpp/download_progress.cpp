// Fetches an object into a file, shows how far it is, and stops when it takes too long, even when the connection has gone
// silent. The file appears whole or not at all.
//
//     c++ -std=c++17 -pthread download_progress.cpp -lalioss -o download_progress
//     ./download_progress KEY FILE SECONDS
//
// Reads OSS_ENDPOINT, OSS_REGION, OSS_BUCKET and, for test servers, OSS_CA_FILE from the environment.

#include <oss.hpp>

#include <cstdlib>
#include <future>
#include <iostream>

int main(int argc, char **argv) try {
    if (argc != 4) {
        std::cerr << "usage: " << argv[0] << " KEY FILE SECONDS\n";
        return 2;
    }
    oss::config config;
    if (const char *endpoint = std::getenv("OSS_ENDPOINT"))
        config.endpoint(endpoint);
    if (const char *region = std::getenv("OSS_REGION"))
        config.region(region);
    if (const char *ca_file = std::getenv("OSS_CA_FILE"))
        config.ca_file(ca_file);
    auto bucket = oss::bucket::open(config, std::getenv("OSS_BUCKET")).value();

    std::int64_t shown = -1;
    oss::call call;
    // To return false would stop the transfer as well.
    call.progress([&shown](std::int64_t done, std::int64_t total) {
        const std::int64_t percent = total > 0 ? 100 * done / total : 100;
        if (percent / 10 > shown / 10 || done == total) {
            shown = percent;
            std::cout << percent << " %  " << done << " of " << total << " bytes" << std::endl;
        }
        return true;
    });

    auto download = std::async(std::launch::async, [&] { return bucket.get_object_to_file(argv[1], argv[2], call); });
    if (download.wait_for(std::chrono::seconds(std::atoi(argv[3]))) == std::future_status::timeout)
        call.cancel(); // from any thread; the download ends within 250 ms
    const auto done = download.get();
    if (!done && done.failure().status == OSS_CANCELLED) {
        std::cout << "stopped, nothing is left\n";
        return 1;
    }
    done.value();
    std::cout << argv[2] << " is there\n";
    return 0;
} catch (const oss::error &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
