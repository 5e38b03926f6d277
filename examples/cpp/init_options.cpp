// Every init option, with its default beside it. Stores an object with them.
//
//     c++ -std=c++17 init_options.cpp -lalioss -o init_options && ./init_options
//
// Reads OSS_ENDPOINT, OSS_REGION, OSS_BUCKET and, for test servers, OSS_CA_FILE from the environment.

#include <oss.hpp>

#include <cstdlib>
#include <iostream>

using namespace std::chrono_literals;

int main() try {
    // Connections, TLS and the proxy belong to a session, which buckets may share. Without one each has its own.
    oss::config connections;
    connections
        .pool_size(20)                                              // idle connections kept per host; default 10
        .tls_versions(oss::tls_version::v1_2, oss::tls_version::v1_3); // that is the default
    if (const char *ca_file = std::getenv("OSS_CA_FILE"))
        connections.ca_file(ca_file);                 // trust only these roots; default: Mozilla's and the system's
    //  .ca_pem(text)                                 // the same from memory
    //  .insecure_skip_verify()                       // accept any certificate; never outside a laboratory
    //  .proxy("http://user:password@host:port")      // default none
    //  .proxy_from_env()                             // take it from HTTPS_PROXY and so on
    //  .resolve("*.example.com", "10.0.0.7")         // instead of DNS
    auto session = oss::session::open(connections).value();

    oss::config config;
    config.session(session)
        .internal_endpoint(false)             // with only a region: the endpoint inside Alibaba Cloud,
        .accelerate_endpoint(false)           // ... the accelerated one,
        .dual_stack(false)                    // ... the one with IPv6
        .cname(false)                         // the endpoint is a domain bound to the bucket
        .path_style(false)                    // the bucket goes into the path; automatic for IP addresses
        .signature_version(4)                 // default 4; 1 for old private installations
        .additional_signed_header("content-disposition")
        .credentials(oss::credentials::environment()) // that is the default
        .connect_timeout(5s)                  // default 60 s: TCP, proxy and TLS together
        .read_timeout(30s)                    // default 60 s without a byte moving
        .total_timeout(10min)                 // default none: a call with its repetitions
        .attempts(5)                             // default 3 attempts at most
        .clock_skew_correction(true)          // that is the default: the clock is corrected by the service's
        .crc64(true)                          // that is the default: content is compared with its checksum
        .traffic_limit(100'000'000)           // bit/s for each upload and download; default none
        .app_name("init-options")             // ends the User-Agent
        .user_header("x-oss-meta-from", "example");
    if (const char *endpoint = std::getenv("OSS_ENDPOINT"))
        config.endpoint(endpoint);            // [http[s]://]host[:port]; default: the region's public endpoint
    if (const char *region = std::getenv("OSS_REGION"))
        config.region(region);                // default: as the endpoint names it
    //  .keys(id, secret, token)              // instead of the environment
    //  .cloudbox_id("cb-...")
    auto bucket = oss::bucket::open(config, std::getenv("OSS_BUCKET")).value();

    oss::call call;
    bucket.put_object("options.txt", "hello", call).value();
    bucket.head_object("options.txt", call).value();
    std::cout << "stored, x-oss-meta-from: " << call.response_header("x-oss-meta-from") << '\n';
    return 0;
} catch (const oss::error &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
