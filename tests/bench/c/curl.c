/*
 * libcurl as its documentation shows it: one easy handle per thread, kept alive. No signature and no checksum.
 */
#include "driver.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct worker {
    const struct plan *plan;
    CURL *easy;
    struct curl_slist *headers;
    char *buffer;
    size_t at, size;
    int file; /* -1: the body is in memory */
};

static size_t give(char *out, size_t one, size_t many, void *opaque)
{
    struct worker *worker = opaque;
    if (worker->file >= 0) {
        ssize_t got = read(worker->file, out, one * many);
        return got < 0 ? CURL_READFUNC_ABORT : (size_t)got;
    }
    size_t rest = worker->size - worker->at;
    size_t take = rest < one * many ? rest : one * many;
    memcpy(out, worker->plan->body + worker->at, take);
    worker->at += take;
    return take;
}

static size_t keep(char *data, size_t one, size_t many, void *opaque)
{
    struct worker *worker = opaque;
    if (one * many > worker->size - worker->at)
        return 0;
    memcpy(worker->buffer + worker->at, data, one * many);
    worker->at += one * many;
    return one * many;
}

static size_t discard(char *data, size_t one, size_t many, void *opaque)
{
    (void)data;
    ((struct worker *)opaque)->at += one * many;
    return one * many;
}

void client_start(const struct plan *plan)
{
    (void)plan;
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

void *worker_new(const struct plan *plan, char *buffer)
{
    struct worker *worker = calloc(1, sizeof *worker);
    worker->plan = plan;
    worker->buffer = buffer;
    worker->easy = curl_easy_init();
    /* Without this, libcurl asks whether large bodies are welcome and waits for the answer. */
    worker->headers = curl_slist_append(NULL, "Expect:");
    curl_easy_setopt(worker->easy, CURLOPT_HTTPHEADER, worker->headers);
    curl_easy_setopt(worker->easy, CURLOPT_NOSIGNAL, 1L);
    if (plan->ca)
        curl_easy_setopt(worker->easy, CURLOPT_CAINFO, plan->ca);
    curl_easy_setopt(worker->easy, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(worker->easy, CURLOPT_READDATA, worker);
    curl_easy_setopt(worker->easy, CURLOPT_WRITEDATA, worker);
    return worker;
}

int worker_run(void *opaque, enum operation operation, size_t size)
{
    struct worker *worker = opaque;
    char url[128];
    snprintf(url, sizeof url, "%s/bench/%zu", worker->plan->url, size);
    int upload = operation == PUT || operation == PUT_FILE;
    worker->at = 0;
    worker->size = size;
    worker->file = operation == PUT_FILE ? open(worker->plan->file, O_RDONLY | O_CLOEXEC) : -1;
    curl_easy_setopt(worker->easy, CURLOPT_URL, url);
    curl_easy_setopt(worker->easy, CURLOPT_WRITEFUNCTION, operation == GET ? keep : discard);
    if (upload) {
        curl_easy_setopt(worker->easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(worker->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
    } else {
        curl_easy_setopt(worker->easy, CURLOPT_HTTPGET, 1L);
    }
    CURLcode code = curl_easy_perform(worker->easy);
    long status = 0;
    curl_easy_getinfo(worker->easy, CURLINFO_RESPONSE_CODE, &status);
    if (worker->file >= 0)
        close(worker->file);
    if (code != CURLE_OK)
        fprintf(stderr, "curl: %s\n", curl_easy_strerror(code));
    return code != CURLE_OK || status != 200 || (!upload && worker->at != size);
}

void worker_free(void *opaque)
{
    struct worker *worker = opaque;
    curl_easy_cleanup(worker->easy);
    curl_slist_free_all(worker->headers);
    free(worker);
}
