// Names, values and bytes on their way to the library. They refer to what lives on, and own what does not.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_TEXT_HPP
#define OSS_TEXT_HPP

#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "abi.hpp"

namespace oss {
inline namespace OSS_HPP_ABI {

namespace detail {

// For what is exactly a pointer to characters, as an array is not.
template <class Given>
using if_pointer = std::enable_if_t<std::is_same_v<Given, const char *> || std::is_same_v<Given, char *>, int>;

// How long a text in an array is, whether a NUL ends it or the array does.
inline std::size_t length(const char *given, std::size_t capacity) noexcept {
    const void *end = std::memchr(given, '\0', capacity);
    return end == nullptr ? capacity : static_cast<std::size_t>(static_cast<const char *>(end) - given);
}

// "Rule[3]": one of several elements, in a path. (std::to_string() would leave symbols that keep a plugin from being unloaded.)
inline std::string numbered(const char *name, std::size_t index) {
    char number[24];
    std::snprintf(number, sizeof number, "[%zu]", index);
    return std::string(name) + number;
}

} // namespace detail

// A name or a value on its way to the library: refers to a NUL-terminated text, and copies one that is not, or that goes away.
class text {
public:
    text(std::nullptr_t) noexcept {}
    template <class Given, detail::if_pointer<Given> = 0>
    text(const Given &given) noexcept : pointer_(given) {}
    template <std::size_t Capacity>
    text(const char (&given)[Capacity]) {
        const std::string_view all(given, detail::length(given, Capacity));
        refer(all, all.size() < Capacity ? given : nullptr);
    }
    text(const std::string &given) { refer(given, given.c_str()); }
    text(std::string &&given) {
        if (given.find('\0') != std::string::npos) {
            refer(given, nullptr);
        } else {
            large_ = std::move(given);
            pointer_ = large_.c_str();
        }
    }
    text(std::string_view given) { refer(given, nullptr); }
    text(const text &) = delete;
    text &operator=(const text &) = delete;

    // NULL for none.
    const char *get() const noexcept { return pointer_; }
    // NULL for an empty one, too.
    const char *get_or_null() const noexcept { return pointer_ != nullptr && *pointer_ != '\0' ? pointer_ : nullptr; }
    // A copy; empty for none.
    std::string copy() const { return pointer_ == nullptr ? std::string() : std::string(pointer_); }

private:
    void refer(std::string_view given, const char *terminated) {
        if (given.find('\0') != std::string_view::npos) {
            // C would see the text end there. Written like this it is not UTF-8, which the library reports by name and
            // position.
            std::string written;
            for (char byte : given)
                byte == '\0' ? written.append("\xC0\x80", 2) : written.append(1, byte);
            large_ = std::move(written);
            pointer_ = large_.c_str();
        } else if (terminated != nullptr) {
            pointer_ = terminated;
        } else if (given.size() < sizeof small_) {
            if (!given.empty())
                std::memcpy(small_, given.data(), given.size());
            small_[given.size()] = '\0';
            pointer_ = small_;
        } else {
            large_.assign(given);
            pointer_ = large_.c_str();
        }
    }

    const char *pointer_ = nullptr;
    std::string large_;
    char small_[256];
};

// Bytes from a text or from any container of bytes: refers to one that lives on, takes over one that goes away.
class bytes {
    template <class Container>
    using if_container = std::enable_if_t<sizeof(*std::declval<const Container &>().data()) == 1>;

public:
    bytes() noexcept = default;
    bytes(std::nullptr_t) noexcept {}
    bytes(const void *data, std::size_t size) noexcept : data_(data), size_(size) {}
    template <class Given, detail::if_pointer<Given> = 0>
    bytes(const Given &given) noexcept : data_(given), size_(given == nullptr ? 0 : std::strlen(given)) {}
    // A literal: without a NUL but for that at its end. Where others are, nobody knows where the text ends, or whether it is
    // one: that is refused as NULL with a length. Say bytes(given, size), or std::string_view(given) up to the first NUL.
    template <std::size_t Capacity>
    bytes(const char (&given)[Capacity]) noexcept : data_(given), size_(detail::length(given, Capacity)) {
        if (size_ + 1 < Capacity) {
            data_ = nullptr;
            size_ = Capacity;
        }
    }
    // A buffer: how much of it? Say bytes(buffer, size), or std::string_view(buffer) up to its NUL.
    template <std::size_t Capacity>
    bytes(char (&given)[Capacity]) = delete;
    bytes(std::string_view given) noexcept : data_(given.data()), size_(given.size()) {}
    bytes(const std::string &given) noexcept : data_(given.data()), size_(given.size()) {}
    bytes(std::string &&given) : bytes(std::move(given), owned()) {}
    template <class Container, class = if_container<Container>>
    bytes(const Container &given) noexcept : data_(given.data()), size_(given.size()) {}
    template <class Container, class = std::enable_if_t<!std::is_lvalue_reference_v<Container>>,
              class = if_container<Container>>
    bytes(Container &&given) : bytes(std::move(given), owned()) {}

    const void *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

private:
    struct owned {};
    template <class Container>
    bytes(Container &&given, owned) {
        const std::shared_ptr<const Container> kept(new Container(std::move(given)));
        data_ = kept->data();
        size_ = kept->size();
        kept_ = kept;
    }

    const void *data_ = nullptr;
    std::size_t size_ = 0;
    std::shared_ptr<const void> kept_;
};

} // namespace OSS_HPP_ABI
} // namespace oss

#endif
