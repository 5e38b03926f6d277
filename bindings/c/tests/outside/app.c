/* Stores a string and fetches it back; OSS_ENDPOINT, OSS_REGION and OSS_BUCKET say where. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <oss_options.h>

int main(void) {
    char buffer[16];
    size_t len = 0;
    oss_bucket *bucket = oss_open(&(oss_options){
        .endpoint = getenv("OSS_ENDPOINT"),
        .region = getenv("OSS_REGION"),
        .bucket = getenv("OSS_BUCKET"),
        .app_name = "outside-c",
    });
    if (bucket == NULL || oss_put_bucket(bucket, NULL) != OSS_OK ||
        oss_put_object(bucket, "a.txt", "hello", 5, NULL) != OSS_OK ||
        oss_get_object_to_buffer(bucket, "a.txt", buffer, sizeof buffer, &len, NULL) != OSS_OK) {
        fprintf(stderr, "%s\n", oss_last_error());
        return 1;
    }
    oss_bucket_free(bucket);
    printf("alioss %s: %.*s\n", oss_version(), (int)len, buffer);
    return len == 5 && memcmp(buffer, "hello", 5) == 0 ? 0 : 1;
}
