#include "mixed.hpp"

#include <iostream>

int main() {
    std::cout << with_exceptions("with-exceptions") << '\n';
    std::cout << without_exceptions("without-exceptions") << '\n';
    std::cout << without_types("without-types") << '\n';
}
