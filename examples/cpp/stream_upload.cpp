// Stores what comes from standard input, however much that is: neither its length nor all of it is ever in memory.
//
//     c++ -std=c++17 stream_upload.cpp -lalioss -o stream_upload
//     tar c /etc | ./stream_upload backup.tar
//
// Reads OSS_ENDPOINT, OSS_REGION, OSS_BUCKET and, for test servers, OSS_CA_FILE from the environment.

#include <oss.hpp>

#include <cstdlib>
#include <iostream>

int main(int argc, char **argv) try {
    if (argc != 2) {
        std::cerr << "usage: " << argv[0] << " KEY < CONTENT\n";
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

    std::int64_t stored = 0;
    oss::call call;
    call.progress([&stored](std::int64_t done, std::int64_t) {
        stored = done;
        return true;
    });
    // Any std::istream will do, or a function that fills a buffer; -1: the length is unknown.
    bucket.put_object_stream(argv[1], -1, std::cin, call).value();
    std::cout << argv[1] << ": " << stored << " bytes, CRC-64 " << call.crc64() << '\n';
    return 0;
} catch (const oss::error &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
