/* Every init option, with its default beside it, in one expression (oss_options.h). Stores an object with them.
 *
 *     cc -std=c99 init_options.c -lalioss -o init_options && ./init_options
 *
 * Reads OSS_ENDPOINT, OSS_REGION, OSS_BUCKET and, for test servers, OSS_CA_FILE from the environment; the library itself
 * reads OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and OSS_SESSION_TOKEN.
 */
#include <oss_options.h>

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    /* Connections, TLS and the proxy belong to a session, which buckets may share. Without one each has its own. */
    oss_session *session = oss_open_session(&(oss_options){
        .pool_size = 20,                  /* idle connections kept per host; default 10; .no_pool = 1 keeps none */
        .tls_min = OSS_TLS_1_2,           /* default TLS 1.2 */
        .tls_max = OSS_TLS_1_3,           /* default TLS 1.3 */
        .ca_file = getenv("OSS_CA_FILE"), /* trust only these roots; default: Mozilla's and the system's */
        .ca_pem = NULL,                   /* the same from memory */
        .insecure_skip_verify = 0,        /* accept any certificate; never outside a laboratory */
        .proxy = NULL,                    /* "http://user:password@host:port" */
        .proxy_from_env = 0,              /* take it from HTTPS_PROXY and so on */
        .resolve = NULL,                  /* {{"*.example.com", "10.0.0.7"}, {NULL, NULL}}: instead of DNS */
    });

    const oss_options options = {
        .session = session,
        .bucket = getenv("OSS_BUCKET"),

        .endpoint = getenv("OSS_ENDPOINT"), /* [http[s]://]host[:port]; default: the region's public endpoint */
        .region = getenv("OSS_REGION"),     /* default: as the endpoint names it */
        .internal_endpoint = 0,             /* with only a region: the endpoint inside Alibaba Cloud, */
        .accelerate_endpoint = 0,           /* ... the accelerated one, */
        .dual_stack = 0,                    /* ... the one with IPv6 */
        .cname = 0,                         /* the endpoint is a domain bound to the bucket */
        .path_style = 0,                    /* the bucket goes into the path; automatic for IP addresses */
        .cloudbox_id = NULL,                /* "cb-..." */
        .signature_version = 4,             /* default 4; 1 for old private installations */
        .additional_signed_headers = (const char *const[]){"content-disposition", NULL},

        .access_key_id = NULL, /* default: the environment, for every request anew */
        .access_key_secret = NULL,
        .security_token = NULL,
        .credentials = NULL,          /* oss_credentials_anonymous() and others */
        .credentials_callback = NULL, /* a function of your own */

        .connect_timeout_ms = 5000,    /* default 60 s: TCP, proxy and TLS together */
        .read_timeout_ms = 30000,      /* default 60 s without a byte moving */
        .total_timeout_ms = 600000,    /* default none: a call with its repetitions */
        .attempts = 5,                    /* default 3 attempts at most */
        .no_clock_skew_correction = 0, /* default: the clock is corrected by the service's */
        .no_crc64 = 0,                 /* default: content is compared with its checksum */
        .traffic_limit = 100000000,    /* bit/s for each upload and download; default none */
        .app_name = "init-options",    /* ends the User-Agent */
        .user_headers = (const oss_options_pair[]){{"x-oss-meta-from", "example"}, {NULL, NULL}},
    };
    oss_bucket *bucket = oss_open(&options);
    if (bucket == NULL) {
        fprintf(stderr, "%s\n", oss_last_error());
        return 1;
    }

    oss_call *call = oss_call_new();
    oss_status status = oss_put_object(bucket, "options.txt", "hello", 5, call);
    if (status == OSS_OK)
        status = oss_head_object(bucket, "options.txt", call);
    if (status == OSS_OK)
        printf("stored, x-oss-meta-from: %s\n", oss_call_response_header(call, "x-oss-meta-from"));
    else
        fprintf(stderr, "%s\n", oss_call_error(call));

    oss_call_free(call);
    oss_bucket_free(bucket);
    oss_session_free(session);
    return status == OSS_OK ? 0 : 1;
}
