// Structs as documents: each names its fields once, in map(), with the paths that call::field() and call::text() take, and
// here they are written or read.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_FIELDS_HPP
#define OSS_FIELDS_HPP

#include <algorithm>
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
#include "others.hpp"
#include "result.hpp"
#include "text.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {
namespace detail {

// Sets the fields of a struct in a call. What is empty is not sent, unless it came like that.
class field_writer {
public:
    explicit field_writer(call into, std::string before = {}) : into_(std::move(into)), before_(std::move(before)) {}

    // One that is sent in any case.
    void required(const char *name, const std::string &value) {
        into_.field(before_ + name, value);
        written_.push_back(name);
    }
    void element(const char *name) { required(name, ""); }
    // What the struct has no fields for. Called last.
    void others(const other_elements &kept) {
        for (const auto &[path, value] : kept.all_)
            if (!is_written(path))
                into_.field(before_ + path, value);
    }

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

    // Whether a field of the struct was sent there, or inside of there.
    bool is_written(const std::string &path) const {
        return std::any_of(written_.begin(), written_.end(), [&](const std::string &one) {
            return one == path || one.compare(0, path.size() + 1, path + '.') == 0;
        });
    }

    call into_;
    std::string before_;
    std::vector<std::string> written_;
};

// Fills the fields of a struct from the answer in a call.
class field_reader {
public:
    explicit field_reader(const call &from, std::string before = {}) : from_(from), before_(std::move(before)) {}

    void required(const char *name, std::string &value) {
        know(name, kind::field);
        value = from_.text(before_ + name);
    }
    void element(const char *name) { know(name, kind::container); }
    // What the struct has no fields for. Called last.
    void others(other_elements &kept) { collect({}, kept); }

    void operator()(const char *name, std::string &value) {
        know(name, kind::unless_empty);
        value = from_.text(before_ + name);
    }
    void operator()(const char *name, std::optional<bool> &value) {
        know(name, kind::unless_empty);
        const std::string given = from_.text(before_ + name);
        const bool yes = given == "true" || given == "True" || given == "TRUE";
        if (yes || given == "false" || given == "False" || given == "FALSE")
            value = yes;
        else if (!given.empty())
            refuse(name, given, "true or false");
    }
    void operator()(const char *name, std::optional<std::int64_t> &value) {
        know(name, kind::unless_empty);
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
        know(name, kind::field);
        if (is_there(before_ + name))
            read(name, value.emplace());
    }
    template <class Item>
    void operator()(const char *name, std::vector<Item> &values) {
        know(name, kind::list);
        values.resize(from_.count(before_ + name));
        for (std::size_t index = 0; index < values.size(); index++)
            read(numbered(name, index), values[index]);
    }

    // Why a field could not be read, if so.
    const kept_failure &failure() const { return failure_; }

private:
    // What is known of an element: it is a field, one that is not sent if it is empty, one of a list, or holds fields.
    enum class kind { field, unless_empty, list, container };
    struct known {
        std::string name;
        kind what;
    };

    void know(const char *name, kind what) { known_.push_back({name, what}); }
    bool is_there(const std::string &path) const { return oss_call_text(from_.get(), path.c_str()) != nullptr; }

    void read(const std::string &name, std::string &value) { value = from_.text(before_ + name); }
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

    // Calls each(path) for every element in the one at `outer`, "" for the struct itself; how many those are.
    template <class Each>
    std::size_t for_each_in(const std::string &outer, const Each &each) const {
        std::string all = before_ + outer;
        if (outer.empty() && !all.empty())
            all.pop_back(); // the dot
        std::size_t index = 0;
        while (const char *name = oss_call_element_at(from_.get(), all.c_str(), index++)) {
            std::string path = outer.empty() ? name : outer + "." + name;
            if (path.size() > 3 && path.compare(path.size() - 3, 3, "[0]") == 0)
                path.resize(path.size() - 3);
            each(path);
        }
        return index - 1;
    }
    std::size_t collect(const std::string &outer, other_elements &kept) const {
        return for_each_in(outer, [&](const std::string &path) { collect_one(path, kept); });
    }
    // Keeps an element that is unknown, or known and empty where the struct would not send it.
    void collect_one(const std::string &path, other_elements &kept) const {
        const std::string of_list = path.back() == ']' ? path.substr(0, path.rfind('[')) : path;
        bool holds_fields = false, is_sent = false;
        for (const known &one : known_) {
            if (one.what == kind::list && one.name == of_list)
                return;
            if (one.name == path && one.what == kind::unless_empty && from_.text(before_ + path).empty())
                kept.all_.emplace_back(path, std::string());
            if (one.name == path && one.what != kind::container)
                return;
            is_sent = is_sent || one.name == path;
            holds_fields = holds_fields || one.name.compare(0, path.size() + 1, path + '.') == 0;
        }
        if (!holds_fields)
            return keep(path, kept);
        if (collect(path, kept) == 0 && !is_sent)
            kept.all_.emplace_back(path, std::string());
    }
    // Keeps an element with all that is in it.
    void keep(const std::string &path, other_elements &kept) const {
        kept.all_.emplace_back(path, from_.text(before_ + path));
        for_each_in(path, [&](const std::string &inside) { keep(inside, kept); });
    }

    const call &from_;
    std::string before_;
    std::vector<known> known_;
    kept_failure failure_;
};

} // namespace detail
} // namespace OSS_HPP_ABI
} // namespace oss

#endif
