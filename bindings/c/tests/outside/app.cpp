// Stores a string and fetches it back; OSS_ENDPOINT, OSS_REGION and OSS_BUCKET say where.

#include <cstdlib>
#include <iostream>

#include <oss.hpp>

int main() try {
    oss::config config;
    config.endpoint(std::getenv("OSS_ENDPOINT")).region(std::getenv("OSS_REGION")).app_name("outside-cpp");
    auto bucket = oss::bucket::open(config, std::getenv("OSS_BUCKET")).value();
    bucket.put_bucket().value();
    bucket.put_object("a.txt", "hello").value();
    const std::string body = bucket.get_object_to_string("a.txt").value();
    std::cout << "alioss " << oss::version() << ": " << body << '\n';
    return body == "hello" ? 0 : 1;
} catch (const oss::error &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
