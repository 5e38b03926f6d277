// Creates a bucket, stores, lists, fetches and deletes an object.
//
//     c++ -std=c++17 quickstart.cpp -lalioss -o quickstart && ./quickstart
//
// Reads OSS_ENDPOINT, OSS_REGION, OSS_BUCKET and, for test servers, OSS_CA_FILE from the environment; the library itself reads
// OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.

#include <oss.hpp>

#include <cstdlib>
#include <iostream>

int main() try {
    oss::config config;
    if (const char *endpoint = std::getenv("OSS_ENDPOINT"))
        config.endpoint(endpoint);
    if (const char *region = std::getenv("OSS_REGION"))
        config.region(region);
    if (const char *ca_file = std::getenv("OSS_CA_FILE"))
        config.ca_file(ca_file);

    // value() gives what a result holds, or throws oss::error.
    auto bucket = oss::bucket::open(config, std::getenv("OSS_BUCKET")).value();
    if (bucket.bucket_exists().value()) { // it is deleted at the end, so it must not be somebody's
        std::cerr << "the bucket of OSS_BUCKET exists; name one that is free\n";
        return 1;
    }
    bucket.put_bucket().value();

    // A call carries what a request is sent with, and afterwards the answer.
    oss::call call;
    call.header("Content-Type", "text/plain; charset=utf-8").header("x-oss-meta-author", "me");
    bucket.put_object("notes/hello.txt", "Hello, OSS!\n", call).value();
    std::cout << "stored, ETag " << call.etag() << ", request id " << call.request_id() << '\n';

    for (const oss::entry &entry : bucket.list_objects_v2("notes/").value())
        std::cout << "  " << entry.name << ' ' << entry.size << " bytes\n";

    std::cout << bucket.get_object_to_string("notes/hello.txt").value();

    // Without exceptions: look at the result.
    if (auto missing = bucket.head_object("notes/missing.txt"); !missing)
        std::cout << "missing.txt: " << missing.failure().code << ", " << missing.failure().http_status << '\n';

    bucket.delete_object("notes/hello.txt").value();
    bucket.delete_bucket().value();
    return 0;
} catch (const oss::error &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
