/* Files on Windows: names that are none, files that are replaced, protected or in use, long paths, names beyond ASCII.
 *
 *     windows DIRECTORY
 */
#include <io.h>
#include <windows.h>
#undef TEXT

#include "check.h"

static oss_bucket *bucket;
static oss_call *call;
static const char *directory;

static char *path_of(const char *name)
{
    static char path[2048];
    snprintf(path, sizeof path, "%s\\%s", directory, name);
    return path;
}

static void write_file(const char *name, const char *content)
{
    FILE *file = fopen(path_of(name), "wb");
    CHECK(file && fputs(content, file) >= 0 && fclose(file) == 0);
}

static const char *content_of(const char *name)
{
    static char content[64];
    FILE *file = fopen(path_of(name), "rb");
    size_t got = file ? fread(content, 1, sizeof content - 1, file) : 0;
    content[got] = '\0';
    if (file)
        fclose(file);
    return file ? content : NULL;
}

/* How many files the directory has, besides "." and "..". */
static int count_files(void)
{
    struct _finddata_t found;
    intptr_t search = _findfirst(path_of("*"), &found);
    int count = -2;
    CHECK(search != -1);
    do
        count++;
    while (_findnext(search, &found) == 0);
    _findclose(search);
    return count;
}

static void names_that_are_none_are_refused(void)
{
    static const char *const names[] = {"CON", "nul.txt", "aux", "Com1.log", "a:b", "a.", "a ", "a?b"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        STATUS(OSS_INVALID_ARGUMENT, oss_get_object_to_file(bucket, "a", path_of(names[i]), call));
        SAYS("cannot name a file: ", oss_call_error(call));
        STATUS(OSS_INVALID_ARGUMENT, oss_download_file(bucket, "a", path_of(names[i]), call));
        STATUS(OSS_INVALID_ARGUMENT, oss_put_object_file(bucket, "b", path_of(names[i]), call));
        STATUS(OSS_INVALID_ARGUMENT, oss_upload_file(bucket, "b", path_of(names[i]), call));
    }
    NUMBER(0, count_files());
}

static void files_are_replaced(void)
{
    write_file("out", "old, and longer than the new one");
    OK(oss_get_object_to_file(bucket, "a", path_of("out"), call));
    TEXT("of a", content_of("out"));
    write_file("out", "old, and longer than the new one");
    OK(oss_download_file(bucket, "a", path_of("out"), call));
    TEXT("of a", content_of("out"));
    /* What a program left that died. */
    write_file(".out.alioss-part", "left");
    OK(oss_get_object_to_file(bucket, "a", path_of("out"), call));
    NUMBER(1, count_files());
}

static void a_file_that_is_in_use_stays(void)
{
    HANDLE held;
    write_file("out", "old");
    held = CreateFileA(path_of("out"), GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(held != INVALID_HANDLE_VALUE);
    STATUS(OSS_IO, oss_get_object_to_file(bucket, "a", path_of("out"), call));
    STATUS(OSS_IO, oss_put_object_file(bucket, "b", path_of("out"), call));
    CloseHandle(held);
    TEXT("old", content_of("out"));
    NUMBER(1, count_files());
    OK(oss_get_object_to_file(bucket, "a", path_of("out"), call));
    TEXT("of a", content_of("out"));
}

static void a_protected_file_stays(void)
{
    write_file("out", "old");
    CHECK(SetFileAttributesA(path_of("out"), FILE_ATTRIBUTE_READONLY));
    STATUS(OSS_IO, oss_get_object_to_file(bucket, "a", path_of("out"), call));
    SAYS("it is read-only", oss_call_error(call));
    CHECK(SetFileAttributesA(path_of("out"), FILE_ATTRIBUTE_NORMAL));
    TEXT("old", content_of("out"));
    CHECK(remove(path_of("out")) == 0);
    NUMBER(0, count_files());
}

/* Another one that wants the same while a transfer is at work. */
static int want_the_same(void *user, int64_t done, int64_t total)
{
    oss_call *other;
    if (done == total)
        return 0;
    other = oss_call_new();
    OK(oss_call_set_part_size(other, 102400));
    *(oss_status *)user = oss_download_file(bucket, "large", path_of("large"), other);
    oss_call_free(other);
    return 0;
}

static void one_transfer_at_a_time(void)
{
    static char large[300000];
    oss_status second = OSS_OK;
    OK(oss_put_object(bucket, "large", large, sizeof large, call));
    OK(oss_call_set_part_size(call, 102400));
    OK(oss_call_set_progress(call, want_the_same, &second));
    OK(oss_download_file(bucket, "large", path_of("large"), call));
    NUMBER(OSS_BUSY, second);
    OK(oss_call_reset(call));
    OK(oss_upload_file(bucket, "again", path_of("large"), call));
    CHECK(remove(path_of("large")) == 0);
    NUMBER(0, count_files());
}

static void long_paths_and_all_characters(void)
{
    char path[2048];
    size_t end = (size_t)snprintf(path, sizeof path, "%s", directory);
    HANDLE found;
    WIN32_FIND_DATAW data;
    wchar_t pattern[1024];
    OK(oss_get_object_to_file(bucket, "a", path_of("\xe8\xb7\xaf.txt"), call));
    mbstowcs(pattern, path_of("*.txt"), 1024);
    found = FindFirstFileW(pattern, &data);
    CHECK(found != INVALID_HANDLE_VALUE && wcscmp(data.cFileName, L"\x8def.txt") == 0);
    FindClose(found);
    /* Longer than MAX_PATH, made by the library itself. */
    OK(oss_put_object(bucket, "deep/" "0123456789012345678901234567890123456789012345678901234567890123456789/"
                              "0123456789012345678901234567890123456789012345678901234567890123456789/"
                              "0123456789012345678901234567890123456789012345678901234567890123456789/x",
                      "deep", 4, call));
    snprintf(path + end, sizeof path - end, "\\down");
    OK(oss_download_directory(bucket, "deep", path, 0, call));
    NUMBER(1, oss_call_outcome_count(call, OSS_OUTCOME_TRANSFERRED));
    /* What an earlier run has put there may be of the same second, and so the same. */
    OK(oss_delete_prefix(bucket, "up", 0, call));
    OK(oss_upload_directory(bucket, "up", path, 0, call));
    NUMBER(1, oss_call_outcome_count(call, OSS_OUTCOME_TRANSFERRED));
}

static void keys_that_no_file_can_have_are_told(void)
{
    static const char *const keys[] = {"n/CON", "n/a:b", "n/fine", "n/A", "n/a"};
    char path[2048];
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        OK(oss_put_object(bucket, keys[i], "x", 1, call));
    snprintf(path, sizeof path, "%s\\names", directory);
    CHECK(oss_download_directory(bucket, "n", path, 0, call) != OSS_OK);
    NUMBER(2, oss_call_outcome_count(call, OSS_OUTCOME_TRANSFERRED));
    NUMBER(3, oss_call_outcome_count(call, OSS_OUTCOME_FAILED));
    TEXT("x", content_of("names\\fine"));
}

int main(int argc, char **argv)
{
    CHECK(argc == 2);
    directory = argv[1];
    bucket = create_bucket(configure(), "windows");
    call = oss_call_new();
    OK(oss_put_object(bucket, "a", "of a", 4, call));
    names_that_are_none_are_refused();
    files_are_replaced();
    a_file_that_is_in_use_stays();
    a_protected_file_stays();
    one_transfer_at_a_time();
    long_paths_and_all_characters();
    keys_that_no_file_can_have_are_told();
    puts("files are right");
    return 0;
}
