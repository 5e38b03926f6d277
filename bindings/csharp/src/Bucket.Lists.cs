using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    // Listings.
    public unsafe partial class Bucket
    {
        /// <summary>
        /// ListObjectsV2: the objects whose keys begin with <paramref name="prefix"/>, in key order; keys that hold
        /// <paramref name="delimiter"/> after it are folded into one entry. Both may be null. Asks the service when it is
        /// enumerated, page by page, and anew each time. Where to begin and how long pages are: query "start-after" and
        /// "max-keys".
        /// </summary>
        public virtual IEnumerable<ObjectEntry> ListObjectsV2(
            string? prefix = null,
            string? delimiter = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            ListObjectsV2Lazily(prefix, delimiter, options, cancellationToken);

        /// <summary>As <see cref="ListObjectsV2"/>, fetched on another thread while it is enumerated by <c>await foreach</c>.</summary>
        public virtual AsyncListing<ObjectEntry> ListObjectsV2Async(
            string? prefix = null,
            string? delimiter = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            ListObjectsV2Lazily(prefix, delimiter, options, cancellationToken).Asynchronous();

        /// <summary>
        /// ListObjects: as <see cref="ListObjectsV2"/>, by the older operation; begins after the query "marker".
        /// </summary>
        public virtual IEnumerable<ObjectEntry> ListObjects(
            string? prefix = null,
            string? delimiter = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            ListObjectsLazily(prefix, delimiter, options, cancellationToken);

        /// <summary>As <see cref="ListObjects"/>, fetched on another thread while it is enumerated by <c>await foreach</c>.</summary>
        public virtual AsyncListing<ObjectEntry> ListObjectsAsync(
            string? prefix = null,
            string? delimiter = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            ListObjectsLazily(prefix, delimiter, options, cancellationToken).Asynchronous();

        /// <summary>
        /// ListObjectVersions: as <see cref="ListObjectsV2"/>, but all versions, with delete markers, of one key the
        /// newest first; begins after the query "key-marker" and "version-id-marker".
        /// </summary>
        public virtual IEnumerable<ObjectEntry> ListObjectVersions(
            string? prefix = null,
            string? delimiter = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            ListObjectVersionsLazily(prefix, delimiter, options, cancellationToken);

        /// <summary>As <see cref="ListObjectVersions"/>, fetched on another thread while it is enumerated by <c>await foreach</c>.</summary>
        public virtual AsyncListing<ObjectEntry> ListObjectVersionsAsync(
            string? prefix = null,
            string? delimiter = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            ListObjectVersionsLazily(prefix, delimiter, options, cancellationToken).Asynchronous();

        /// <summary>
        /// ListMultipartUploads: as <see cref="ListObjectsV2"/>, but the uploads that were neither completed nor aborted;
        /// begins after the query "key-marker" and "upload-id-marker".
        /// </summary>
        public virtual IEnumerable<UploadEntry> ListMultipartUploads(
            string? prefix = null,
            string? delimiter = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            ListMultipartUploadsLazily(prefix, delimiter, options, cancellationToken);

        /// <summary>As <see cref="ListMultipartUploads"/>, fetched on another thread while it is enumerated by <c>await foreach</c>.</summary>
        public virtual AsyncListing<UploadEntry> ListMultipartUploadsAsync(
            string? prefix = null,
            string? delimiter = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            ListMultipartUploadsLazily(prefix, delimiter, options, cancellationToken).Asynchronous();

        /// <summary>
        /// ListParts: the parts of an upload in the order of their numbers, as <see cref="CompleteMultipartUpload"/> takes
        /// them; begins after the query "part-number-marker".
        /// </summary>
        public virtual IEnumerable<UploadedPart> ListParts(
            string key,
            string uploadId,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            ListPartsLazily(key, uploadId, options, cancellationToken);

        /// <summary>As <see cref="ListParts"/>, fetched on another thread while it is enumerated by <c>await foreach</c>.</summary>
        public virtual AsyncListing<UploadedPart> ListPartsAsync(
            string key,
            string uploadId,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            ListPartsLazily(key, uploadId, options, cancellationToken).Asynchronous();

        private Listing<ObjectEntry> ListObjectsV2Lazily(
            string? prefix, string? delimiter, CallOptions? options, CancellationToken cancellationToken) =>
            Under(Native.oss_list_objects_v2, prefix, delimiter, entry => new ObjectEntry(entry), options, cancellationToken);

        private Listing<ObjectEntry> ListObjectsLazily(
            string? prefix, string? delimiter, CallOptions? options, CancellationToken cancellationToken) =>
            Under(Native.oss_list_objects, prefix, delimiter, entry => new ObjectEntry(entry), options, cancellationToken);

        private Listing<ObjectEntry> ListObjectVersionsLazily(
            string? prefix, string? delimiter, CallOptions? options, CancellationToken cancellationToken) =>
            Under(Native.oss_list_object_versions, prefix, delimiter, entry => new ObjectEntry(entry), options, cancellationToken);

        private Listing<UploadEntry> ListMultipartUploadsLazily(
            string? prefix, string? delimiter, CallOptions? options, CancellationToken cancellationToken) =>
            Under(Native.oss_list_multipart_uploads, prefix, delimiter, entry => new UploadEntry(entry), options, cancellationToken);

        private Listing<UploadedPart> ListPartsLazily(
            string key, string uploadId, CallOptions? options, CancellationToken cancellationToken) =>
            Lazily(
                Native.oss_list_parts,
                Utf8.Required(key, nameof(key)),
                Utf8.Required(uploadId, nameof(uploadId)),
                entry => new UploadedPart(entry),
                options,
                cancellationToken);

        private Listing<T> Under<T>(
            TextsFunction function,
            string? prefix,
            string? delimiter,
            Listing<T>.Reader read,
            CallOptions? options,
            CancellationToken cancellationToken,
            [CallerMemberName] string operation = "")
            where T : class =>
            Lazily(
                function,
                Utf8.Optional(prefix, nameof(prefix)),
                Utf8.Optional(delimiter, nameof(delimiter)),
                read,
                options,
                cancellationToken,
                operation);

        private Listing<T> Lazily<T>(
            TextsFunction function,
            byte[]? first,
            byte[]? second,
            Listing<T>.Reader read,
            CallOptions? options,
            CancellationToken cancellationToken,
            [CallerMemberName] string operation = "")
            where T : class =>
            new Listing<T>(
                cancel =>
                {
                    var call = new Call(handle, options, cancel, operation: operation.Replace("Lazily", ""));
                    try
                    {
                        call.Handle.Keep(handle);
                        fixed (byte* firstText = first)
                        fixed (byte* secondText = second)
                        {
                            call.Check(function(call.Owner, firstText, secondText, call.Pointer));
                        }
                        call.Observation?.Detach();
                        return call;
                    }
                    catch
                    {
                        call.Dispose();
                        throw;
                    }
                },
                read,
                cancellationToken);
    }
}
