/* ossctl: see ossctl.h for the parts, and `ossctl --help` for what it does. */
#include "ossctl.h"

#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

/* What is opened must not get the number of a standard stream that is closed: errors would be written into it. */
static void keep_standard_streams(void)
{
    int number;
    for (number = 0; number <= 2; number++)
        if (fcntl(number, F_GETFD) < 0 && open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY) != number)
            exit(EXIT_LOCAL);
}

static int show_help(const char *name)
{
    const struct command *command = name ? find_command(name) : NULL;
    if (name && !command)
        return complain(EXIT_USAGE, "there is no command \"%s\"; see ossctl --help", name);
    help(command);
    return EXIT_DONE;
}

static int run(const struct command *command, int argc, char **argv)
{
    char **arguments = calloc((size_t)argc + 1, sizeof *arguments);
    int count, code;
    if (!arguments)
        return complain(EXIT_FAILED, "there is no memory");
    code = read_options(command->bit, argc, argv, arguments, &count);
    if (code < 0) {
        help(command);
        code = EXIT_DONE;
    } else if (code == EXIT_DONE) {
        code = start();
        if (code == EXIT_DONE)
            code = command->run(count, arguments);
        end_progress();
        stop();
    }
    free(arguments);
    return code;
}

static int run_main(int argc, char **argv)
{
    const struct command *command;
    if (argc < 2) {
        help(NULL);
        return EXIT_USAGE;
    }
    options.json = asks_for_json(argc, argv);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return show_help(NULL);
    if (strcmp(argv[1], "help") == 0)
        return show_help(argc > 2 ? argv[2] : NULL);
    if (strcmp(argv[1], "--version") == 0) {
        printf("ossctl %s\n", oss_version());
        return EXIT_DONE;
    }
    command = find_command(argv[1]);
    return command ? run(command, argc - 2, argv + 2) : show_help(argv[1]);
}

int main(int argc, char **argv)
{
    int code;
    keep_standard_streams();
    setlocale(LC_CTYPE, "C.UTF-8"); /* keys are UTF-8, so that ? in a pattern is one character of it */
    code = run_main(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        complain(EXIT_LOCAL, "standard output: writing failed");
        return code == EXIT_DONE ? EXIT_LOCAL : code;
    }
    return code;
}
