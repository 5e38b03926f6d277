// One program of three files, of which one is compiled without exceptions, and one without RTTI.

#ifndef MIXED_HPP
#define MIXED_HPP

#include <string>

// Each stores, reads and fails by its own oss.hpp, and says what came of it.
std::string with_exceptions(const char *bucket);
std::string without_exceptions(const char *bucket);
std::string without_types(const char *bucket);

#endif
