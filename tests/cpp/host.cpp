// Loads a plugin, runs it and unloads it; then it must be gone.
//
//     host PLUGIN

#include <dlfcn.h>

#include <iostream>

int main(int argc, char **argv) {
    void *plugin = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : nullptr;
    void *symbol = plugin == nullptr ? nullptr : dlsym(plugin, "plugin_run");
    if (symbol == nullptr) {
        std::cerr << (argc == 2 ? dlerror() : "usage: host PLUGIN") << '\n';
        return 1;
    }
    if (const int failed = reinterpret_cast<int (*)()>(symbol)(); failed != 0) {
        std::cerr << "the plugin failed: " << failed << '\n';
        return 1;
    }
    if (dlclose(plugin) != 0 || dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) != nullptr) {
        std::cerr << "the plugin is still there\n";
        return 1;
    }
    return 0;
}
