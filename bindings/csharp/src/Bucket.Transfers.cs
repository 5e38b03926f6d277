using System;
using System.Collections.Generic;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    // Large files in parts, several of them under way at the same time, that can be resumed.
    public partial class Bucket
    {
        /// <summary>
        /// Stores the file at <paramref name="path"/>, up to 48.8 TB, in parts of <see cref="CallOptions.PartSize"/>. After a
        /// failure or a kill the same call goes on where it stopped; a record beside the file says how far it is. Headers,
        /// timeout, progress and cancelling are of the whole. <see cref="OssStatus.Busy"/> if another transfer is using the
        /// record.
        /// </summary>
        public virtual unsafe OssResponse UploadFile(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_upload_file, key, nameof(key), path, nameof(path), options, cancellationToken);

        /// <summary>As <see cref="UploadFile"/>, on another thread.</summary>
        public virtual Task<OssResponse> UploadFileAsync(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(path, nameof(path));
            return Run(() => UploadFile(key, path, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// Gives up what <see cref="UploadFile"/> with the same arguments did not finish: deletes the parts that were sent,
        /// and the record. Nothing to give up is a success.
        /// </summary>
        public virtual unsafe void AbortUploadFile(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_abort_upload_file, key, nameof(key), path, nameof(path), options, cancellationToken);

        /// <summary>As <see cref="AbortUploadFile"/>, on another thread.</summary>
        public virtual Task AbortUploadFileAsync(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(path, nameof(path));
            return Run(() => Done(() => AbortUploadFile(key, path, options, cancellationToken)), cancellationToken);
        }

        /// <summary>
        /// GetObject into the file at <paramref name="path"/> in parts; the file appears whole or not at all. After a failure
        /// or a kill the same call goes on where it stopped. <see cref="OssStatus.Conflict"/> if the object changes
        /// meanwhile, <see cref="OssStatus.Busy"/> if another transfer is using the record.
        /// </summary>
        public virtual unsafe OssResponse DownloadFile(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_download_file, key, nameof(key), path, nameof(path), options, cancellationToken);

        /// <summary>As <see cref="DownloadFile"/>, on another thread.</summary>
        public virtual Task<OssResponse> DownloadFileAsync(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(path, nameof(path));
            return Run(() => DownloadFile(key, path, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// Removes what <see cref="DownloadFile"/> with the same arguments did not finish. Sends nothing. Nothing to remove
        /// is a success.
        /// </summary>
        public virtual unsafe void AbortDownloadFile(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_abort_download_file, key, nameof(key), path, nameof(path), options, cancellationToken);

        /// <summary>As <see cref="AbortDownloadFile"/>, on another thread.</summary>
        public virtual Task AbortDownloadFileAsync(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(path, nameof(path));
            return Run(() => Done(() => AbortDownloadFile(key, path, options, cancellationToken)), cancellationToken);
        }

        /// <summary>
        /// A stream to write an object with whose length is not known. What fits into one part is stored by one request, more
        /// in parts of <see cref="CallOptions.PartSize"/> by <see cref="CallOptions.Workers"/>. The object is there only after
        /// <see cref="ObjectWriteStream.Complete"/>. Sends nothing yet.
        /// </summary>
        public virtual unsafe ObjectWriteStream OpenWrite(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            {
                var call = new Call(handle, options, cancellationToken);
                call.Observation?.Detach();
                try
                {
                    var writer = Native.oss_writer_open(call.Owner, keyText, call.Pointer);
                    call.Check(writer.IsInvalid ? Native.oss_call_status(call.Handle) : 0);
                    writer.Keep(handle);
                    writer.Keep(call.UserHandle);
                    return new ObjectWriteStream(call, writer);
                }
                catch
                {
                    call.Dispose();
                    throw;
                }
            }
        }

        /// <summary>
        /// Makes <paramref name="key"/> a copy of an object of up to 48.8 TB, within the service and in parts if it is large;
        /// the source as for <see cref="CopyObject"/>. Goes on where it stopped only with
        /// <see cref="CallOptions.RecordDirectory"/>. <see cref="OssStatus.Conflict"/> if the source changes meanwhile.
        /// </summary>
        public virtual unsafe OssResponse CopyLargeObject(
            string key,
            string sourceKey,
            string? sourceBucket = null,
            string? sourceVersionId = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Copying(Native.oss_copy_large_object, key, sourceKey, sourceBucket, sourceVersionId, options, cancellationToken);

        /// <summary>As <see cref="CopyLargeObject"/>, on another thread.</summary>
        public virtual Task<OssResponse> CopyLargeObjectAsync(
            string key,
            string sourceKey,
            string? sourceBucket = null,
            string? sourceVersionId = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.CopySource(sourceKey, sourceBucket, sourceVersionId);
            return Run(
                () => CopyLargeObject(key, sourceKey, sourceBucket, sourceVersionId, options, cancellationToken),
                cancellationToken);
        }

        /// <summary>Gives up what <see cref="CopyLargeObject"/> with the same arguments did not finish.</summary>
        public virtual unsafe void AbortCopyLargeObject(
            string key,
            string sourceKey,
            string? sourceBucket = null,
            string? sourceVersionId = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Copying(
                Native.oss_abort_copy_large_object, key, sourceKey, sourceBucket, sourceVersionId, options, cancellationToken);

        /// <summary>As <see cref="AbortCopyLargeObject"/>, on another thread.</summary>
        public virtual Task AbortCopyLargeObjectAsync(
            string key,
            string sourceKey,
            string? sourceBucket = null,
            string? sourceVersionId = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.CopySource(sourceKey, sourceBucket, sourceVersionId);
            return Run(
                () => Done(
                    () => AbortCopyLargeObject(key, sourceKey, sourceBucket, sourceVersionId, options, cancellationToken)),
                cancellationToken);
        }

        /// <summary>
        /// The uploads in parts of keys that begin with <paramref name="prefix"/>, null for all, that began this long ago or
        /// earlier, by the service's clock. Asks the service when it is enumerated.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="age"/> is negative.</exception>
        public virtual IEnumerable<UploadEntry> ListUploadsBefore(
            string? prefix,
            TimeSpan age,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            ListUploadsBeforeLazily(prefix, age, options, cancellationToken);

        /// <summary>As <see cref="ListUploadsBefore"/>, fetched on another thread while it is enumerated by <c>await foreach</c>.</summary>
        public virtual AsyncListing<UploadEntry> ListUploadsBeforeAsync(
            string? prefix,
            TimeSpan age,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            ListUploadsBeforeLazily(prefix, age, options, cancellationToken).Asynchronous();

        /// <summary>
        /// Aborts those uploads, whose parts are stored and billed as long as nobody does; how many were. Choose an age that
        /// no running transfer reaches.
        /// </summary>
        public virtual unsafe long AbortUploadsBefore(
            string? prefix,
            TimeSpan age,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* prefixText = Utf8.Optional(prefix, nameof(prefix)))
            using (var call = new Call(handle, options, cancellationToken))
            {
                long aborted;
                call.Check(Native.oss_abort_uploads_before(call.Owner, prefixText, Require.Age(age), &aborted, call.Pointer));
                return aborted;
            }
        }

        /// <summary>As <see cref="AbortUploadsBefore"/>, on another thread.</summary>
        public virtual Task<long> AbortUploadsBeforeAsync(
            string? prefix,
            TimeSpan age,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.OptionalText(prefix, nameof(prefix));
            Require.Age(age);
            return Run(() => AbortUploadsBefore(prefix, age, options, cancellationToken), cancellationToken);
        }

        private unsafe Listing<UploadEntry> ListUploadsBeforeLazily(
            string? prefix, TimeSpan age, CallOptions? options, CancellationToken cancellationToken)
        {
            long seconds = Require.Age(age);
            return Under(
                (bucket, first, ignored, call) => Native.oss_list_uploads_before(bucket, first, seconds, call),
                prefix,
                null,
                entry => new UploadEntry(entry),
                options,
                cancellationToken);
        }

        private unsafe delegate int CopyFunction(
            IntPtr bucket, byte* key, byte* sourceBucket, byte* sourceKey, byte* sourceVersionId, IntPtr call);

        private unsafe OssResponse Copying(
            CopyFunction function,
            string key,
            string sourceKey,
            string? sourceBucket,
            string? sourceVersionId,
            CallOptions? options,
            CancellationToken cancellationToken,
            [CallerMemberName] string? operation = null)
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* bucketText = Utf8.Optional(sourceBucket, nameof(sourceBucket)))
            fixed (byte* sourceText = Utf8.Required(sourceKey, nameof(sourceKey)))
            fixed (byte* versionText = Utf8.Optional(sourceVersionId, nameof(sourceVersionId)))
            using (var call = new Call(handle, options, cancellationToken, operation: operation))
            {
                call.Check(function(call.Owner, keyText, bucketText, sourceText, versionText, call.Pointer));
                return call.Answer();
            }
        }

        private static bool Done(System.Action action)
        {
            action();
            return true;
        }
    }
}
