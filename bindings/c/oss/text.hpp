// Names, values and bytes on their way to the library.
//
// SPDX-License-Identifier: Apache-2.0

#ifndef OSS_TEXT_HPP
#define OSS_TEXT_HPP

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace oss {

// A name or a value on its way to the library: refers to a NUL-terminated text, and copies one that is not.
class text {
public:
    text(std::nullptr_t) noexcept {}
    text(const char *given) noexcept : pointer_(given) {}
    text(const std::string &given) { refer(given, given.c_str()); }
    text(std::string_view given) { refer(given, nullptr); }
    text(const text &) = delete;
    text &operator=(const text &) = delete;

    // NULL for none.
    const char *get() const noexcept { return pointer_; }
    // NULL for an empty one, too.
    const char *get_or_null() const noexcept { return pointer_ != nullptr && *pointer_ != '\0' ? pointer_ : nullptr; }

private:
    void refer(std::string_view given, const char *terminated) {
        if (given.find('\0') != std::string_view::npos) {
            // C would see the text end there. Written like this it is no UTF-8, which the library reports by name and position.
            for (char byte : given)
                byte == '\0' ? large_.append("\xC0\x80", 2) : large_.append(1, byte);
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

// Bytes that live elsewhere: from a text, or from any container of bytes.
class bytes {
public:
    bytes() noexcept = default;
    bytes(const void *data, std::size_t size) noexcept : data_(data), size_(size) {}
    bytes(const char *given) noexcept : data_(given), size_(given == nullptr ? 0 : std::strlen(given)) {}
    template <class Container, class = std::enable_if_t<sizeof(*std::declval<const Container &>().data()) == 1>>
    bytes(const Container &given) noexcept : data_(given.data()), size_(given.size()) {}

    const void *data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }

private:
    const void *data_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace oss

#endif
