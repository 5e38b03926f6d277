#include "mixed.hpp"

#include <iostream>

int main() {
    std::cout << with_exceptions("with-exceptions") << '\n' << without_exceptions("without-exceptions") << '\n';
}
