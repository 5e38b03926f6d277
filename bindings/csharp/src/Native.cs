using System;
using System.Runtime.InteropServices;

namespace Alioss
{
    /// <summary>
    /// The C API, include/oss.h, function by function. Only integers, pointers and safe handles cross, so nothing is
    /// marshalled. Whatever may call back takes plain pointers, whose handles <see cref="Call"/> holds meanwhile: the
    /// collector of Mono can lose sight of what the marshalling code itself holds once a callback has run.
    /// </summary>
    internal static unsafe class Native
    {
        // Not "alioss": Windows, where capital letters do not count, would take the assembly for it.
        private const string Library = "libalioss";
        private const CallingConvention C = CallingConvention.Cdecl;

        // Version and errors.
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_version();
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_version_number();
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern ulong oss_crc64(ulong before, byte* data, UIntPtr len);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern ulong oss_crc64_combine(ulong first, ulong second, ulong secondLen);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_has(byte* feature);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_last_error();
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_status_name(int status);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_set_log(IntPtr function, IntPtr user, int level);

        // Configuration.
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern ConfigHandle oss_config_new();
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern void oss_config_free(IntPtr config);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_config_error(ConfigHandle config);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_status(ConfigHandle config);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_endpoint(ConfigHandle config, byte* endpoint);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_region(ConfigHandle config, byte* region);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_signature_version(ConfigHandle config, int version);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_cname(ConfigHandle config, int on);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_path_style(ConfigHandle config, int on);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_internal_endpoint(ConfigHandle config, int on);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_accelerate_endpoint(ConfigHandle config, int on);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_dual_stack(ConfigHandle config, int on);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_cloudbox_id(ConfigHandle config, byte* id);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_add_signed_header(ConfigHandle config, byte* name);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_keys(ConfigHandle config, byte* id, byte* secret, byte* token);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_credentials(ConfigHandle config, CredentialsHandle credentials);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_credentials_callback(
            ConfigHandle config, IntPtr function, IntPtr user);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_session(ConfigHandle config, SessionHandle session);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_pool_size(ConfigHandle config, long connections);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_connect_timeout_ms(ConfigHandle config, long milliseconds);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_read_timeout_ms(ConfigHandle config, long milliseconds);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_total_timeout_ms(ConfigHandle config, long milliseconds);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_tls_versions(ConfigHandle config, int min, int max);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_ca_file(ConfigHandle config, byte* path);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_ca_pem(ConfigHandle config, byte* pem, UIntPtr len);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_insecure_skip_verify(ConfigHandle config, int on);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_proxy(ConfigHandle config, byte* url);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_proxy_from_env(ConfigHandle config, int on);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_app_name(ConfigHandle config, byte* name);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_crc64(ConfigHandle config, int on);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_file_sync(ConfigHandle config, int on);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_attempts(ConfigHandle config, int attempts);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_backoff_ms(ConfigHandle config, long baseMs, long capMs);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_clock(ConfigHandle config, IntPtr function, IntPtr user);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_clock_skew_correction(ConfigHandle config, int on);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_add_user_header(ConfigHandle config, byte* name, byte* value);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_add_resolve(ConfigHandle config, byte* host, byte* address);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_traffic_limit(ConfigHandle config, long bitsPerSecond);

        // Credentials.
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern CredentialsHandle oss_credentials_anonymous();
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern void oss_credentials_free(IntPtr credentials);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern CredentialsHandle oss_credentials_from(byte* provider);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern UIntPtr oss_credentials_name(CredentialsHandle credentials, byte* buffer, UIntPtr size);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_keys_set(IntPtr keys, byte* id, byte* secret, byte* token);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_keys_set_expiration(IntPtr keys, long seconds);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_keys_refused(IntPtr keys);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern long oss_keys_timeout_ms(IntPtr keys);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_config_set_credentials_from(ConfigHandle config, byte* provider);

        // Session, bucket, service.
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern SessionHandle oss_session_new(ConfigHandle config);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern void oss_session_free(IntPtr session);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern BucketHandle oss_bucket_new(ConfigHandle config, byte* name);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern void oss_bucket_free(IntPtr bucket);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_bucket_name(BucketHandle bucket);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_bucket_endpoint(BucketHandle bucket);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern ServiceHandle oss_service_new(ConfigHandle config);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern void oss_service_free(IntPtr service);

        // Call.
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern CallHandle oss_call_new();
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern void oss_call_free(IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_header(CallHandle call, byte* name, byte* value);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_query(CallHandle call, byte* name, byte* value);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_metadata(CallHandle call, byte* name, byte* value);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_add_tag(CallHandle call, byte* name, byte* value);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_content_type(CallHandle call, byte* contentType);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_cache_control(CallHandle call, byte* cacheControl);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_content_disposition(CallHandle call, byte* disposition);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_object_acl(CallHandle call, byte* acl);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_bucket_acl(CallHandle call, byte* acl);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_storage_class(CallHandle call, byte* storageClass);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_server_side_encryption(CallHandle call, byte* algorithm, byte* keyId);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_forbid_overwrite(CallHandle call, int on);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_if_match(CallHandle call, byte* etag);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_if_none_match(CallHandle call, byte* etag);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_if_modified_since(CallHandle call, long time);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_if_unmodified_since(CallHandle call, long time);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_traffic_limit(CallHandle call, long bitsPerSecond);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_connect_timeout_ms(CallHandle call, long milliseconds);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_read_timeout_ms(CallHandle call, long milliseconds);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_rewind(CallHandle call, IntPtr function, IntPtr user);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_verified(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_insist(CallHandle call, int on);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_field(CallHandle call, byte* path, byte* value);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_upload_callback(CallHandle call, byte* callback, byte* variables);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_initial_crc64(CallHandle call, ulong crc);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_add_part(CallHandle call, int number, byte* etag, long size, ulong crc);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_range(CallHandle call, long first, long last);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_progress(CallHandle call, IntPtr function, IntPtr user);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_timeout_ms(CallHandle call, long milliseconds);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_outcome(CallHandle call, IntPtr function, IntPtr user);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_filter(CallHandle call, IntPtr function, IntPtr user);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern IntPtr oss_current_call();
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_cancel(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_status(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_error(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_http_status(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_code(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_message(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_request_id(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_host_id(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_ec(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_error_detail(CallHandle call, byte* name);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_error_detail_at(CallHandle call, UIntPtr index, byte** name);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_retryable(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_attempts(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_os_error(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_response_headers(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern ulong oss_call_crc64(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern long oss_call_content_length(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern long oss_call_last_modified(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_body(CallHandle call, UIntPtr* len);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_text(CallHandle call, byte* path);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern UIntPtr oss_call_count(CallHandle call, byte* path);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_symlink_target(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_upload_id(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_url(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern byte* oss_call_signed_at(CallHandle call, UIntPtr index, byte** name);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern long oss_call_expiration(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern long oss_call_read(IntPtr call, byte* buffer, UIntPtr capacity);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_next(IntPtr call, Entry** entry);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_next_is_ready(CallHandle call);

        // Objects.
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_put_object(IntPtr bucket, byte* key, byte* data, UIntPtr len, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_put_object_file(IntPtr bucket, byte* key, byte* path, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_put_object_stream(
            IntPtr bucket, byte* key, long len, IntPtr read, IntPtr user, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_get_object(IntPtr bucket, byte* key, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_get_object_to_buffer(
            IntPtr bucket, byte* key, byte* buffer, UIntPtr capacity, UIntPtr* len, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_get_object_to_file(IntPtr bucket, byte* key, byte* path, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_get_object_to_stream(
            IntPtr bucket, byte* key, IntPtr write, IntPtr user, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_head_object(IntPtr bucket, byte* key, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_get_object_meta(IntPtr bucket, byte* key, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_delete_object(IntPtr bucket, byte* key, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_object_exists(IntPtr bucket, byte* key, int* exists, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_copy_object(
            IntPtr bucket, byte* key, byte* sourceBucket, byte* sourceKey, byte* sourceVersionId, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_append_object(
            IntPtr bucket, byte* key, long position, byte* data, UIntPtr len, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_append_object_stream(
            IntPtr bucket, byte* key, long position, long len, IntPtr read, IntPtr user, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_seal_append_object(IntPtr bucket, byte* key, long position, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_delete_multiple_objects(
            IntPtr bucket, byte** keys, byte** versionIds, UIntPtr count, int quiet, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_put_object_acl(IntPtr bucket, byte* key, byte* acl, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_get_object_acl(IntPtr bucket, byte* key, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_put_symlink(IntPtr bucket, byte* key, byte* target, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_get_symlink(IntPtr bucket, byte* key, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_put_object_tagging(
            IntPtr bucket, byte* key, byte** names, byte** values, UIntPtr count, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_get_object_tagging(IntPtr bucket, byte* key, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_delete_object_tagging(IntPtr bucket, byte* key, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_restore_object(IntPtr bucket, byte* key, int days, byte* tier, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_clean_restored_object(IntPtr bucket, byte* key, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_process_object(IntPtr bucket, byte* key, byte* process, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_async_process_object(IntPtr bucket, byte* key, byte* process, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_select_object(IntPtr bucket, byte* key, byte* expression, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_create_select_object_meta(
            IntPtr bucket, byte* key, uint* splits, ulong* rows, uint* columns, IntPtr call);

        // Multipart uploads.
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_initiate_multipart_upload(IntPtr bucket, byte* key, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_upload_part(
            IntPtr bucket, byte* key, byte* uploadId, int number, byte* data, UIntPtr len, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_upload_part_file(
            IntPtr bucket, byte* key, byte* uploadId, int number, byte* path, long offset, long len, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_upload_part_stream(
            IntPtr bucket, byte* key, byte* uploadId, int number, long len, IntPtr read, IntPtr user, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_upload_part_copy(
            IntPtr bucket, byte* key, byte* uploadId, int number, byte* sourceBucket, byte* sourceKey,
            byte* sourceVersionId, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_complete_multipart_upload(IntPtr bucket, byte* key, byte* uploadId, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_abort_multipart_upload(IntPtr bucket, byte* key, byte* uploadId, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_list_parts(IntPtr bucket, byte* key, byte* uploadId, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_list_multipart_uploads(
            IntPtr bucket, byte* prefix, byte* delimiter, IntPtr call);

        // Transfers.
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_part_size(CallHandle call, long bytes);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_workers(CallHandle call, int workers);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_record_directory(CallHandle call, byte* directory);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_no_record(CallHandle call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_upload_file(IntPtr bucket, byte* key, byte* path, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_abort_upload_file(IntPtr bucket, byte* key, byte* path, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_download_file(IntPtr bucket, byte* key, byte* path, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_abort_download_file(IntPtr bucket, byte* key, byte* path, IntPtr call);

        // Directories and prefixes.
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_upload_directory(
            IntPtr bucket, byte* prefix, byte* directory, int flags, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_download_directory(
            IntPtr bucket, byte* prefix, byte* directory, int flags, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_delete_prefix(IntPtr bucket, byte* prefix, int flags, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern long oss_call_outcome_count(CallHandle call, int kind);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern long oss_call_outcome_bytes(CallHandle call, int kind);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern Outcome* oss_call_outcome_at(CallHandle call, UIntPtr index);

        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_call_set_prefetch(CallHandle call, int parts);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_copy_large_object(
            IntPtr bucket, byte* key, byte* sourceBucket, byte* sourceKey, byte* sourceVersionId, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_abort_copy_large_object(
            IntPtr bucket, byte* key, byte* sourceBucket, byte* sourceKey, byte* sourceVersionId, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_abort_uploads_before(
            IntPtr bucket, byte* prefix, long seconds, long* aborted, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_list_uploads_before(IntPtr bucket, byte* prefix, long seconds, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern WriterHandle oss_writer_open(IntPtr bucket, byte* key, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_writer_write(IntPtr writer, byte* data, UIntPtr len);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_writer_finish(IntPtr writer, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_writer_abort(IntPtr writer);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_writer_failure(WriterHandle writer, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern void oss_writer_free(IntPtr writer);

        // Presigned requests.
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_presign(IntPtr bucket, byte* method, byte* key, long expires, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_post_policy(IntPtr bucket, long expires, byte* conditions, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_put_object_by_url(
            IntPtr bucket, byte* url, byte* data, UIntPtr len, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_get_object_by_url(IntPtr bucket, byte* url, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_get_object_by_url_to_file(IntPtr bucket, byte* url, byte* path, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_head_object_by_url(IntPtr bucket, byte* url, IntPtr call);

        // Buckets, service, everything else.
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_put_bucket(IntPtr bucket, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_delete_bucket(IntPtr bucket, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_get_bucket_info(IntPtr bucket, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_get_bucket_stat(IntPtr bucket, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_get_bucket_location(IntPtr bucket, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_get_bucket_acl(IntPtr bucket, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_put_bucket_acl(IntPtr bucket, byte* acl, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_bucket_exists(IntPtr bucket, int* exists, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_list_objects_v2(IntPtr bucket, byte* prefix, byte* delimiter, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_list_objects(IntPtr bucket, byte* prefix, byte* delimiter, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_list_object_versions(IntPtr bucket, byte* prefix, byte* delimiter, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_invoke(
            IntPtr bucket, byte* operation, byte* key, byte* body, UIntPtr len, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_service_invoke(
            IntPtr service, byte* operation, byte* body, UIntPtr len, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_list_buckets(IntPtr service, byte* prefix, IntPtr call);
        [DllImport(Library, CallingConvention = C, ExactSpelling = true)]
        internal static extern int oss_describe_regions(IntPtr service, IntPtr call);

        /// <summary>oss_outcome: lent by the library, and longer in later versions, so only ever read through a pointer.</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal struct Outcome
        {
            internal int Kind;
            internal byte* Key;
            internal byte* VersionId;
            internal byte* Path;
            internal long Size;
            internal int Status;
            internal byte* Reason;
            internal byte* ETag;
            internal long LastModified;
            internal long FileModifiedNs;
            internal long FileChangedNs;
            internal ulong FileDevice;
            internal ulong FileNumber;
        }

        /// <summary>oss_entry: lent by the library, and longer in later versions, so only ever read through a pointer.</summary>
        [StructLayout(LayoutKind.Sequential)]
        internal struct Entry
        {
            internal int Kind;
            internal byte* Name;
            internal long Size;
            internal long Time;
            internal byte* ETag;
            internal byte* StorageClass;
            internal byte* ObjectType;
            internal byte* RestoreInfo;
            internal byte* OwnerId;
            internal byte* OwnerName;
            internal byte* Region;
            internal byte* Location;
            internal byte* ExtranetEndpoint;
            internal byte* IntranetEndpoint;
            internal byte* VersionId;
            internal int IsLatest;
            internal int PartNumber;
            internal byte* UploadId;
            internal ulong Crc64;
            internal byte* DeleteMarkerVersionId;
            internal byte* Code;
            internal byte* Message;
        }

        internal const int EntryPrefix = 2;
        internal const int EntryDeleteMarker = 5;
        internal const int EntryDeleted = 8;
    }
}
