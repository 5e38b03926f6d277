using System;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    // Requests that others send.
    public unsafe partial class Bucket
    {
        /// <summary>
        /// Signs a URL that lets anybody send <paramref name="method"/>, such as "GET", for <paramref name="key"/>, or
        /// null for the bucket, for the time <paramref name="expires"/>, with V4 up to 7 days. The query of the options is
        /// part of it, and their headers are for whoever sends it. Sends nothing.
        /// </summary>
        public virtual PresignedRequest Presign(
            string method,
            string? key,
            TimeSpan expires,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* methodText = Utf8.Required(method, nameof(method)))
            fixed (byte* keyText = Utf8.Optional(key, nameof(key)))
            using (var call = new Call(handle, options, cancellationToken, operation: null))
            {
                call.Check(Native.oss_presign(call.Owner, methodText, keyText, Config.Seconds(expires), call.Pointer));
                return new PresignedRequest(call.Handle);
            }
        }

        /// <summary>As <see cref="Presign"/>, on another thread.</summary>
        public virtual Task<PresignedRequest> PresignAsync(
            string method,
            string? key,
            TimeSpan expires,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(method, nameof(method));
            Require.OptionalText(key, nameof(key));
            return Run(() => Presign(method, key, expires, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// Signs a form that lets anybody upload an object (PostObject) for the time <paramref name="expires"/>, under
        /// <paramref name="conditions"/>, a JSON array such as <c>[["starts-with","$key","user/"]]</c>, or null. Sends
        /// nothing.
        /// </summary>
        public virtual PostForm PostPolicy(
            TimeSpan expires,
            string? conditions = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* conditionsText = Utf8.Optional(conditions, nameof(conditions)))
            using (var call = new Call(handle, options, cancellationToken, operation: null))
            {
                call.Check(Native.oss_post_policy(call.Owner, Config.Seconds(expires), conditionsText, call.Pointer));
                return new PostForm(call.Handle);
            }
        }

        /// <summary>As <see cref="PostPolicy"/>, on another thread.</summary>
        public virtual Task<PostForm> PostPolicyAsync(
            TimeSpan expires,
            string? conditions = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.OptionalText(conditions, nameof(conditions));
            return Run(() => PostPolicy(expires, conditions, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// PutObject by a presigned URL, compared with its CRC-64. Of the bucket only the connections and settings are
        /// used; the options have to have the headers that were signed.
        /// </summary>
        public virtual OssResponse PutObjectByUrl(
            string url,
            byte[] data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            PutObjectByUrl(url, Segment(data), options, cancellationToken);

        /// <summary>
        /// As <see cref="PutObjectByUrl(string, byte[], CallOptions, CancellationToken)"/>, on another thread.
        /// </summary>
        public virtual Task<OssResponse> PutObjectByUrlAsync(
            string url,
            byte[] data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(url, nameof(url));
            Require.NotNull(data, nameof(data));
            return Run(() => PutObjectByUrl(url, data, options, cancellationToken), cancellationToken);
        }

        /// <summary>PutObject of a part of an array by a presigned URL.</summary>
        public virtual OssResponse PutObjectByUrl(
            string url,
            ArraySegment<byte> data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* urlText = Utf8.Required(url, nameof(url)))
            fixed (byte* bytes = Segment(data).Array)
            using (var call = new Call(handle, options, cancellationToken))
            {
                var length = (UIntPtr)(uint)data.Count;
                call.Check(Native.oss_put_object_by_url(call.Owner, urlText, bytes + data.Offset, length, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>
        /// As <see cref="PutObjectByUrl(string, ArraySegment{byte}, CallOptions, CancellationToken)"/>, on another thread.
        /// </summary>
        public virtual Task<OssResponse> PutObjectByUrlAsync(
            string url,
            ArraySegment<byte> data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(url, nameof(url));
            return Run(() => PutObjectByUrl(url, data, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetObject by a presigned URL, as a stream that is to be disposed.</summary>
        public virtual ObjectStream GetObjectByUrl(
            string url,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var limit = TimeLimit.Start(options, handle);
            fixed (byte* urlText = Utf8.Required(url, nameof(url)))
            using (var call = new Call(handle, options, cancellationToken))
            {
                call.Check(Native.oss_get_object_by_url(call.Owner, urlText, call.Pointer));
                return Opened(call, cancellationToken, Native.oss_call_content_length(call.Handle), limit);
            }
        }

        /// <summary>As <see cref="GetObjectByUrl(string, CallOptions, CancellationToken)"/>, on another thread.</summary>
        public virtual Task<ObjectStream> GetObjectByUrlAsync(
            string url,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(url, nameof(url));
            return Opening(() => GetObjectByUrl(url, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// GetObject by a presigned URL into the file at <paramref name="path"/>, which appears whole or not at all.
        /// </summary>
        public virtual OssResponse GetObjectByUrlToFile(
            string url,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_get_object_by_url_to_file, url, nameof(url), path, nameof(path), options, cancellationToken);

        /// <summary>As <see cref="GetObjectByUrlToFile"/>, on another thread.</summary>
        public virtual Task<OssResponse> GetObjectByUrlToFileAsync(
            string url,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(url, nameof(url));
            Require.Text(path, nameof(path));
            return Run(() => GetObjectByUrlToFile(url, path, options, cancellationToken), cancellationToken);
        }

        /// <summary>HeadObject by a presigned URL.</summary>
        public virtual OssResponse HeadObjectByUrl(
            string url,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_head_object_by_url, url, nameof(url), options, cancellationToken);

        /// <summary>As <see cref="HeadObjectByUrl(string, CallOptions, CancellationToken)"/>, on another thread.</summary>
        public virtual Task<OssResponse> HeadObjectByUrlAsync(
            string url,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(url, nameof(url));
            return Run(() => HeadObjectByUrl(url, options, cancellationToken), cancellationToken);
        }
    }
}
