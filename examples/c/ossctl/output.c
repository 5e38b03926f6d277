/* What people and programs read: lines, JSON, and how far a transfer is. */
#include "ossctl.h"

#include <stdarg.h>
#include <time.h>
#include <unistd.h>

int stdout_is_data;

void print_text(FILE *to, const char *text)
{
    const unsigned char *byte;
    /* What an object is called must not steer the terminal. */
    for (byte = (const unsigned char *)text; *byte; byte++)
        if (*byte < ' ' || *byte == 127)
            fprintf(to, "\\x%02x", *byte);
        else
            putc(*byte, to);
}

void print_size(FILE *to, int64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    double size = (double)bytes;
    int unit = 0;
    if (!options.human) {
        fprintf(to, "%lld", (long long)bytes);
        return;
    }
    for (; size >= 1024 && unit < 5; unit++)
        size /= 1024;
    fprintf(to, unit ? "%.1f %s" : "%.0f %s", size, units[unit]);
}

void print_time(FILE *to, int64_t time)
{
    char text[32] = "-";
    const time_t seconds = (time_t)time;
    struct tm parts;
    if (time >= 0 && gmtime_r(&seconds, &parts))
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    fputs(text, to);
}

/* However long it is, to be freed; NULL if there is no memory. */
static char *formatted(const char *format, va_list values)
{
    va_list again;
    char *text;
    int length;
    va_copy(again, values);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text)
        vsnprintf(text, (size_t)length + 1, format, values);
    return text;
}

static void line(FILE *to, const char *before, const char *text)
{
    hide_progress();
    fputs(before, to);
    print_text(to, text);
    putc('\n', to);
}

int complain(int code, const char *format, ...)
{
    va_list values;
    char *text;
    va_start(values, format);
    text = formatted(format, values);
    va_end(values);
    if (options.json) {
        json_to(stderr);
        json_begin();
        json_text("error", text ? text : format);
        json_number("exit_code", code);
        json_end();
        json_to(stdout);
    } else {
        line(stderr, "ossctl: ", text ? text : format);
    }
    free(text);
    return code;
}

void say(const char *format, ...)
{
    va_list values;
    char *text;
    if (options.json || options.quiet)
        return;
    va_start(values, format);
    text = formatted(format, values);
    va_end(values);
    line(stdout_is_data ? stderr : stdout, "", text ? text : format);
    free(text);
}

/* ---- JSON ---- */

static int json_count;
static FILE *json_out;

void json_to(FILE *to)
{
    json_out = to;
}

void json_begin(void)
{
    hide_progress();
    json_count = 0;
    if (!json_out)
        json_out = stdout;
    putc('{', json_out);
}

/* How many bytes the character at `at` has in UTF-8; 0 if it is none. */
static int character(const unsigned char *at)
{
    int more = at[0] < 0x80 ? 0 : at[0] >= 0xc2 && at[0] < 0xe0 ? 1 : (at[0] & 0xf0) == 0xe0 ? 2
             : at[0] >= 0xf0 && at[0] < 0xf5 ? 3 : -1;
    int i;
    for (i = 1; i <= more; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] >= 0xa0) || (at[0] == 0xf0 && at[1] < 0x90)
        || (at[0] == 0xf4 && at[1] >= 0x90))
        return 0;
    return more + 1;
}

static void json_string(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    putc('"', json_out);
    while (*at) {
        int length = character(at);
        if (length == 0) {
            fputs("\\ufffd", json_out); /* a path need not be UTF-8 */
            length = 1;
        } else if (*at == '"' || *at == '\\') {
            fprintf(json_out, "\\%c", *at);
        } else if (*at < ' ' || *at == 127) {
            fprintf(json_out, "\\u%04x", *at);
        } else {
            fwrite(at, 1, (size_t)length, json_out);
        }
        at += length;
    }
    putc('"', json_out);
}

static void json_name(const char *name)
{
    if (json_count++)
        putc(',', json_out);
    json_string(name);
    putc(':', json_out);
}

void json_text(const char *name, const char *value)
{
    if (!value)
        return;
    json_name(name);
    json_string(value);
}

void json_number(const char *name, int64_t value)
{
    json_name(name);
    fprintf(json_out, "%lld", (long long)value);
}

void json_end(void)
{
    fputs("}\n", json_out);
    fflush(json_out);
}

/* ---- progress ---- */

static struct {
    const char *label;
    double began, shown;
    int64_t first; /* what was there already does not count for the rate */
    int64_t done;
    int is_shown, is_terminal, is_visible;
} progress;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void hide_progress(void)
{
    if (progress.is_visible)
        fputs("\r\033[K", stderr);
    progress.is_visible = 0;
}

static void print_human(int64_t bytes)
{
    const int human = options.human;
    options.human = 1;
    print_size(stderr, bytes);
    options.human = human;
}

/* "[=====     ]  50 %, 5 MiB of 10 MiB, 1 MiB/s, 0:05 left" */
static void draw(int64_t done, int64_t total, double time)
{
    const double elapsed = time - progress.began;
    const double rate = elapsed > 0 ? (double)(done - progress.first) / elapsed : 0;
    int i;
    print_text(stderr, progress.label);
    fputs(": ", stderr);
    if (total > 0) {
        const int filled = (int)(done * 20 / total);
        if (progress.is_terminal) {
            putc('[', stderr);
            for (i = 0; i < 20; i++)
                putc(i < filled ? '=' : ' ', stderr);
            fputs("] ", stderr);
        }
        fprintf(stderr, "%3d %%, ", (int)(done * 100 / total));
    }
    print_human(done);
    if (total > 0) {
        fputs(" of ", stderr);
        print_human(total);
    }
    fputs(", ", stderr);
    print_human((int64_t)rate);
    fputs("/s", stderr);
    if (total > 0 && rate > 0) {
        const long long left = (long long)((double)(total - done) / rate);
        if (left >= 3600)
            fprintf(stderr, ", %lld:%02lld:%02lld left", left / 3600, left / 60 % 60, left % 60);
        else
            fprintf(stderr, ", %lld:%02lld left", left / 60, left % 60);
    }
}

/* A bar that moves on a terminal; elsewhere a line now and then, as in logs. */
static int show(void *user, int64_t done, int64_t total)
{
    const double time = now();
    (void)user;
    progress.done = done;
    if (!progress.is_shown)
        return 0;
    if (progress.first < 0) {
        progress.first = done;
        progress.began = time;
        progress.shown = progress.is_terminal ? 0 : time;
    }
    if (time - progress.shown < (progress.is_terminal ? 0.1 : 10))
        return 0;
    progress.shown = time;
    hide_progress();
    draw(done, total, time);
    progress.is_visible = progress.is_terminal;
    if (!progress.is_terminal)
        putc('\n', stderr);
    fflush(stderr);
    return 0;
}

void watch_progress(const char *label)
{
    progress.label = label;
    progress.first = -1;
    progress.done = 0;
    progress.is_shown = !options.quiet && !options.json;
    progress.is_terminal = isatty(STDERR_FILENO);
    oss_call_set_progress(call, show, NULL);
}

void step_progress(int64_t done, int64_t total)
{
    if (progress.is_shown)
        show(NULL, done, total);
}

int64_t progress_done(void)
{
    return progress.done;
}

void end_progress(void)
{
    hide_progress();
    fflush(stderr);
}
