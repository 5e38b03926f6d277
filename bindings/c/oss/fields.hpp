// Structs as documents: each names its fields once, in map(), with the paths that call::field() and call::text() take, and
// here they are written or read.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_FIELDS_HPP
#define OSS_FIELDS_HPP

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "abi.hpp"
#include "call.hpp"
#include "oss.h"
#include "result.hpp"
#include "text.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {
namespace detail {

// Sets the fields of a struct in a call. What is empty is not sent.
class field_writer {
public:
    explicit field_writer(call into, std::string before = {}) : into_(std::move(into)), before_(std::move(before)) {}

    // One that is sent in any case.
    void required(const char *name, const std::string &value) { into_.field(before_ + name, value); }
    void element(const char *name) { into_.field(before_ + name, ""); }

    void operator()(const char *name, const std::string &value) {
        if (!value.empty())
            required(name, value);
    }
    void operator()(const char *name, std::optional<bool> value) {
        if (value)
            required(name, *value ? "true" : "false");
    }
    void operator()(const char *name, std::optional<std::int64_t> value) {
        if (!value)
            return;
        char digits[24];
        std::snprintf(digits, sizeof digits, "%lld", static_cast<long long>(*value));
        required(name, digits);
    }
    template <class Struct>
    void operator()(const char *name, const std::optional<Struct> &value) {
        if (value)
            write(name, *value);
    }
    template <class Item>
    void operator()(const char *name, const std::vector<Item> &values) {
        for (std::size_t index = 0; index < values.size(); index++)
            write(numbered(name, index), values[index]);
    }

private:
    void write(const std::string &name, const std::string &value) { required(name.c_str(), value); }
    template <class Struct>
    void write(const std::string &name, const Struct &value) {
        element(name.c_str());
        field_writer inside(into_, before_ + name + ".");
        Struct::map(value, inside);
    }

    call into_;
    std::string before_;
};

// Fills the fields of a struct from the answer in a call.
class field_reader {
public:
    explicit field_reader(const call &from, std::string before = {}) : from_(from), before_(std::move(before)) {}

    void required(const char *name, std::string &value) { value = from_.text(before_ + name); }
    void element(const char *) {}

    void operator()(const char *name, std::string &value) { required(name, value); }
    void operator()(const char *name, std::optional<bool> &value) {
        const std::string given = from_.text(before_ + name);
        const bool yes = given == "true" || given == "True" || given == "TRUE";
        if (yes || given == "false" || given == "False" || given == "FALSE")
            value = yes;
        else if (!given.empty())
            refuse(name, given, "true or false");
    }
    void operator()(const char *name, std::optional<std::int64_t> &value) {
        const std::string given = from_.text(before_ + name);
        if (given.empty())
            return;
        char *end = nullptr;
        errno = 0;
        const long long number = std::strtoll(given.c_str(), &end, 10);
        if (errno == 0 && *end == '\0')
            value = number;
        else
            refuse(name, given, "a number");
    }
    template <class Struct>
    void operator()(const char *name, std::optional<Struct> &value) {
        if (oss_call_text(from_.get(), (before_ + name).c_str()) != nullptr)
            read(name, value.emplace());
    }
    template <class Item>
    void operator()(const char *name, std::vector<Item> &values) {
        values.resize(from_.count(before_ + name));
        for (std::size_t index = 0; index < values.size(); index++)
            read(numbered(name, index), values[index]);
    }

    // Why a field could not be read, if so.
    const kept_failure &failure() const { return failure_; }

private:
    void read(const std::string &name, std::string &value) { required(name.c_str(), value); }
    template <class Struct>
    void read(const std::string &name, Struct &value) {
        field_reader inside(from_, before_ + name + ".");
        Struct::map(value, inside);
        if (inside.failure_ && !failure_)
            failure_ = inside.failure_;
    }
    void refuse(const char *name, const std::string &given, const char *allowed) {
        if (!failure_)
            failure_ = failed(OSS_BAD_RESPONSE, "`" + before_ + name + "`: \"" + given + "\" is not " + allowed);
    }

    const call &from_;
    std::string before_;
    kept_failure failure_;
};

} // namespace detail
} // namespace OSS_HPP_ABI
} // namespace oss

#endif
