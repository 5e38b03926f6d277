// Words on the line, the fields of an answer, and bodies that are sent.

#ifndef RUNNER_WORDS_HPP
#define RUNNER_WORDS_HPP

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <istream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using words = std::vector<std::string>;

struct unsupported {};

inline const std::string &word(const words &list, std::size_t index) {
    if (index >= list.size())
        throw unsupported();
    return list[index];
}

inline std::int64_t number(const words &list, std::size_t index) { return std::stoll(word(list, index)); }

inline std::uint64_t unsigned_number(const words &list, std::size_t index) { return std::stoull(word(list, index)); }

inline int small_number(const words &list, std::size_t index) { return static_cast<int>(number(list, index)); }

inline std::chrono::milliseconds milliseconds(const words &list, std::size_t index) {
    return std::chrono::milliseconds(number(list, index));
}

inline words parse(const std::string &line) {
    words list;
    std::istringstream stream(line);
    for (std::string piece; stream >> piece;) {
        std::string decoded;
        for (std::size_t at = 0; at < piece.size(); at++) {
            if (piece[at] != '%') {
                decoded += piece[at];
            } else if (at + 2 < piece.size()) {
                decoded += static_cast<char>(std::stoi(piece.substr(at + 1, 2), nullptr, 16));
                at += 2;
            }
        }
        list.push_back(decoded);
    }
    return list;
}

class fields {
public:
    void bytes(std::string_view name, std::string_view value) {
        text_ += ' ';
        text_ += name;
        text_ += '=';
        for (const char byte : value) {
            char escaped[4];
            if (byte > 0x20 && byte < 0x7f && byte != '%') {
                text_ += byte;
            } else {
                std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned char>(byte));
                text_ += escaped;
            }
        }
    }
    void text(std::string_view name, std::string_view value) {
        if (!value.empty())
            bytes(name, value);
    }
    template <class Number>
    void number(std::string_view name, Number value) {
        bytes(name, std::to_string(value));
    }
    // Of numbers that are there.
    template <class Number>
    void known(std::string_view name, Number value, bool is_there) {
        if (is_there)
            number(name, value);
    }
    void append(const fields &other) { text_ += other.text_; }
    std::string result() const { return "result" + text_; }

private:
    std::string text_;
};

// A stream that cannot begin again, as one from a pipe.
class one_way : public std::istream {
public:
    explicit one_way(const std::string &bytes) : std::istream(&buffer_), buffer_(bytes) {}

private:
    struct buffer : std::stringbuf {
        using std::stringbuf::stringbuf;
        pos_type seekoff(off_type, std::ios::seekdir, std::ios::openmode) override { return pos_type(off_type(-1)); }
        pos_type seekpos(pos_type, std::ios::openmode) override { return pos_type(off_type(-1)); }
    };
    buffer buffer_;
};

// A body as a source of bytes.
class source {
public:
    explicit source(const std::string &name) {
        const auto colon = name.find(':');
        if (colon == std::string::npos)
            throw unsupported();
        const std::string kind = name.substr(0, colon), rest = name.substr(colon + 1);
        gives_up_ = kind == "stop";
        if (kind == "text") {
            bytes_ = rest;
        } else {
            bytes_.resize(std::stoul(rest));
            for (std::size_t at = 0; at < bytes_.size(); at++)
                bytes_[at] = static_cast<char>(at % 251);
        }
    }

    std::int64_t operator()(char *buffer, std::size_t capacity) {
        const std::size_t got = std::min(capacity, bytes_.size() - at_);
        std::copy_n(bytes_.data() + at_, got, buffer);
        at_ += got;
        return got == 0 && gives_up_ ? -1 : static_cast<std::int64_t>(got);
    }
    const std::string &all() const { return bytes_; }

private:
    std::string bytes_;
    std::size_t at_ = 0;
    bool gives_up_ = false;
};

#endif
