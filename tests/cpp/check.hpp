// What the C++ test programs share: checks that end the program, and the way to the server that the environment names.

#ifndef CHECK_HPP
#define CHECK_HPP

#include <cstdio>
#include <cstdlib>
#include <string>

#include <oss.hpp>

// Ends the program unless the condition holds.
#define CHECK(condition) check_that(condition, __FILE__, __LINE__, #condition)
// Ends the program unless the result is a failure with that status; gives the failure.
#define FAILS(expected, result) check_fails(expected, (result), __FILE__, __LINE__, #result)

inline void check_that(bool holds, const char *file, int line, const char *what) {
    if (holds)
        return;
    std::fprintf(stderr, "%s:%d: %s does not hold (last error: %s)\n", file, line, what, oss_last_error());
    std::exit(1);
}

template <class T>
oss::failure check_fails(oss_status expected, const oss::result<T> &done, const char *file, int line, const char *what) {
    const oss_status status = done.ok() ? OSS_OK : done.failure().status;
    if (status == expected)
        return done.failure();
    std::fprintf(stderr, "%s:%d: %s is %s instead of %s: %s\n", file, line, what, oss_status_name(status),
                 oss_status_name(expected), done.ok() ? "" : done.failure().text.c_str());
    std::exit(1);
}

inline oss::config configure() {
    oss::config config = oss::config().endpoint(std::getenv("OSS_ENDPOINT")).region(std::getenv("OSS_REGION"));
    if (const char *ca_file = std::getenv("OSS_CA_FILE"))
        config.ca_file(ca_file);
    return config;
}

inline oss::bucket create_bucket(const char *name) {
    auto bucket = oss::bucket::open(configure(), name).value();
    bucket.put_bucket().value();
    return bucket;
}

inline bool contains(const std::string &text, const char *piece) { return text.find(piece) != std::string::npos; }

#endif
