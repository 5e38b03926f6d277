/* ossctl: see ossctl.h for the parts, and `ossctl --help` for what it does. */
#include "ossctl.h"

int main(int argc, char **argv)
{
    const struct command *command;
    char **arguments;
    int count, code;
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        help(NULL);
        return argc < 2 ? EXIT_USAGE : EXIT_DONE;
    }
    if (strcmp(argv[1], "help") == 0) {
        command = argc > 2 ? find_command(argv[2]) : NULL;
        if (argc > 2 && !command) {
            complain("there is no command \"%s\"; see ossctl --help", argv[2]);
            return EXIT_USAGE;
        }
        help(command);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("ossctl %s\n", oss_version());
        return EXIT_DONE;
    }
    command = find_command(argv[1]);
    if (!command) {
        complain("there is no command \"%s\"; see ossctl --help", argv[1]);
        return EXIT_USAGE;
    }
    arguments = malloc((size_t)argc * sizeof *arguments);
    if (!arguments) {
        complain("there is no memory");
        return EXIT_FAILED;
    }
    code = read_options(command->bit, argc - 2, argv + 2, arguments, &count);
    if (code < 0) {
        help(command);
        free(arguments);
        return EXIT_DONE;
    }
    if (code == EXIT_DONE)
        code = start();
    if (code == EXIT_DONE)
        code = command->run(count, arguments);
    end_progress();
    stop();
    free(arguments);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        complain("standard output: writing failed");
        return code == EXIT_DONE ? EXIT_LOCAL : code;
    }
    return code;
}
