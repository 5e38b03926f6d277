using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    // Uploads in parts.
    public unsafe partial class Bucket
    {
        /// <summary>
        /// InitiateMultipartUpload: begins an upload; <see cref="OssResponse.UploadId"/> is its id. Headers become those
        /// of the object. What is never completed or aborted is stored and billed as parts.
        /// </summary>
        public virtual OssResponse InitiateMultipartUpload(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_initiate_multipart_upload, key, nameof(key), options, cancellationToken);

        /// <summary>As <see cref="InitiateMultipartUpload"/>, on another thread.</summary>
        public virtual Task<OssResponse> InitiateMultipartUploadAsync(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => InitiateMultipartUpload(key, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// UploadPart: stores <paramref name="data"/> as part <paramref name="number"/>, 1 to 10000; 100 KB to 5 GB, the
        /// last one also less. Keep what comes back for <see cref="CompleteMultipartUpload"/>.
        /// </summary>
        public virtual UploadedPart UploadPart(
            string key,
            string uploadId,
            int number,
            byte[] data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            UploadPart(key, uploadId, number, Segment(data), options, cancellationToken);

        /// <summary>
        /// As <see cref="UploadPart(string, string, int, byte[], CallOptions, CancellationToken)"/>, on another thread.
        /// </summary>
        public virtual Task<UploadedPart> UploadPartAsync(
            string key,
            string uploadId,
            int number,
            byte[] data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(uploadId, nameof(uploadId));
            Require.NotNull(data, nameof(data));
            return Run(() => UploadPart(key, uploadId, number, data, options, cancellationToken), cancellationToken);
        }

        /// <summary>UploadPart of a part of an array.</summary>
        public virtual UploadedPart UploadPart(
            string key,
            string uploadId,
            int number,
            ArraySegment<byte> data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* idText = Utf8.Required(uploadId, nameof(uploadId)))
            fixed (byte* bytes = Segment(data).Array)
            using (var call = new Call(handle, options, cancellationToken))
            {
                var length = (UIntPtr)(uint)data.Count;
                call.Check(Native.oss_upload_part(
                    call.Owner, keyText, idText, number, bytes + data.Offset, length, call.Pointer));
                return new UploadedPart(number, call.Answer(), data.Count);
            }
        }

        /// <summary>
        /// As <see cref="UploadPart(string, string, int, ArraySegment{byte}, CallOptions, CancellationToken)"/>, on
        /// another thread.
        /// </summary>
        public virtual Task<UploadedPart> UploadPartAsync(
            string key,
            string uploadId,
            int number,
            ArraySegment<byte> data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(uploadId, nameof(uploadId));
            return Run(() => UploadPart(key, uploadId, number, data, options, cancellationToken), cancellationToken);
        }

        /// <summary>UploadPart of what is left of <paramref name="source"/>, which stays open.</summary>
        public virtual UploadedPart UploadPart(
            string key,
            string uploadId,
            int number,
            Stream source,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            UploadPart(key, uploadId, number, source, Rest(source), options, cancellationToken);

        /// <summary>
        /// UploadPart of <paramref name="length"/> bytes, or -1 if unknown, that <paramref name="source"/> yields.
        /// </summary>
        public virtual UploadedPart UploadPart(
            string key,
            string uploadId,
            int number,
            Stream source,
            long length,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            UploadStream(key, uploadId, number, source, length, options, cancellationToken, false);

        /// <summary>
        /// As <see cref="UploadPart(string, string, int, Stream, CallOptions, CancellationToken)"/>, on another thread;
        /// reads with <see cref="Stream.ReadAsync(byte[], int, int, CancellationToken)"/>.
        /// </summary>
        public virtual Task<UploadedPart> UploadPartAsync(
            string key,
            string uploadId,
            int number,
            Stream source,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(uploadId, nameof(uploadId));
            Require.NotNull(source, nameof(source));
            return UploadPartAsync(key, uploadId, number, source, Rest(source), options, cancellationToken);
        }

        /// <summary>
        /// As <see cref="UploadPart(string, string, int, Stream, long, CallOptions, CancellationToken)"/>, on another
        /// thread; reads with <see cref="Stream.ReadAsync(byte[], int, int, CancellationToken)"/>.
        /// </summary>
        public virtual Task<UploadedPart> UploadPartAsync(
            string key,
            string uploadId,
            int number,
            Stream source,
            long length,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(uploadId, nameof(uploadId));
            Require.NotNull(source, nameof(source));
            return Run(() => UploadStream(key, uploadId, number, source, length, options, cancellationToken, true), cancellationToken);
        }

        /// <summary>
        /// UploadPart of <paramref name="length"/> bytes of the file at <paramref name="path"/>, from <paramref
        /// name="offset"/> on.
        /// </summary>
        public virtual UploadedPart UploadPartFile(
            string key,
            string uploadId,
            int number,
            string path,
            long offset,
            long length,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* idText = Utf8.Required(uploadId, nameof(uploadId)))
            fixed (byte* pathText = Utf8.Required(path, nameof(path)))
            using (var call = new Call(handle, options, cancellationToken))
            {
                call.Of(path).Check(Native.oss_upload_part_file(
                    call.Owner, keyText, idText, number, pathText, offset, length, call.Pointer));
                return new UploadedPart(number, call.Answer(), length);
            }
        }

        /// <summary>As <see cref="UploadPartFile"/>, on another thread.</summary>
        public virtual Task<UploadedPart> UploadPartFileAsync(
            string key,
            string uploadId,
            int number,
            string path,
            long offset,
            long length,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(uploadId, nameof(uploadId));
            Require.Text(path, nameof(path));
            return Run(() => UploadPartFile(key, uploadId, number, path, offset, length, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// UploadPartCopy: makes part <paramref name="number"/> a copy of an object, or of <see cref="CallOptions.Range"/>
        /// of it. The source as for <see cref="CopyObject"/>.
        /// </summary>
        public virtual UploadedPart UploadPartCopy(
            string key,
            string uploadId,
            int number,
            string sourceKey,
            string? sourceBucket = null,
            string? sourceVersionId = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* idText = Utf8.Required(uploadId, nameof(uploadId)))
            fixed (byte* bucketText = Utf8.Optional(sourceBucket, nameof(sourceBucket)))
            fixed (byte* sourceText = Utf8.Required(sourceKey, nameof(sourceKey)))
            fixed (byte* versionText = Utf8.Optional(sourceVersionId, nameof(sourceVersionId)))
            using (var call = new Call(handle, options, cancellationToken))
            {
                call.Check(Native.oss_upload_part_copy(
                    call.Owner, keyText, idText, number, bucketText, sourceText, versionText, call.Pointer));
                return new UploadedPart(number, call.Answer(), null);
            }
        }

        /// <summary>As <see cref="UploadPartCopy"/>, on another thread.</summary>
        public virtual Task<UploadedPart> UploadPartCopyAsync(
            string key,
            string uploadId,
            int number,
            string sourceKey,
            string? sourceBucket = null,
            string? sourceVersionId = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(uploadId, nameof(uploadId));
            Require.CopySource(sourceKey, sourceBucket, sourceVersionId);
            return Run(() => UploadPartCopy(key, uploadId, number, sourceKey, sourceBucket, sourceVersionId, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// CompleteMultipartUpload: makes <paramref name="parts"/>, in ascending order of their numbers, the object, and
        /// compares its CRC-64 if all of them have theirs; null for all parts that were uploaded. Never repeated: after a
        /// lost answer <see cref="HeadObject"/> tells whether it happened.
        /// </summary>
        public virtual OssResponse CompleteMultipartUpload(
            string key,
            string uploadId,
            IEnumerable<UploadedPart>? parts = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            parts = parts == null ? null : Blocking.ListOf(parts);
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* idText = Utf8.Required(uploadId, nameof(uploadId)))
            using (var call = new Call(handle, options, cancellationToken))
            {
                int index = 0;
                foreach (UploadedPart part in parts ?? new UploadedPart[0])
                {
                    Require.NotNull(part, $"{nameof(parts)}[{index++}]");
                    call.Part(part);
                }
                call.Check(Native.oss_complete_multipart_upload(call.Owner, keyText, idText, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="CompleteMultipartUpload"/>, on another thread.</summary>
        public virtual Task<OssResponse> CompleteMultipartUploadAsync(
            string key,
            string uploadId,
            IEnumerable<UploadedPart>? parts = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(uploadId, nameof(uploadId));
            return Run(() => CompleteMultipartUpload(key, uploadId, parts, options, cancellationToken), cancellationToken);
        }

        /// <summary>AbortMultipartUpload: ends an upload and deletes its parts.</summary>
        public virtual OssResponse AbortMultipartUpload(
            string key,
            string uploadId,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_abort_multipart_upload, key, nameof(key), uploadId, nameof(uploadId), options, cancellationToken);

        /// <summary>As <see cref="AbortMultipartUpload"/>, on another thread.</summary>
        public virtual Task<OssResponse> AbortMultipartUploadAsync(
            string key,
            string uploadId,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(uploadId, nameof(uploadId));
            return Run(() => AbortMultipartUpload(key, uploadId, options, cancellationToken), cancellationToken);
        }

        private UploadedPart UploadStream(
            string key,
            string uploadId,
            int number,
            Stream source,
            long length,
            CallOptions? options,
            CancellationToken cancellationToken,
            bool async)
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* idText = Utf8.Required(uploadId, nameof(uploadId)))
            using (var call = new Call(handle, options, cancellationToken, Source(source), async, nameof(UploadPart)).Rewindable())
            {
                call.Check(Native.oss_upload_part_stream(
                    call.Owner, keyText, idText, number, length, Callbacks.Read, call.User, call.Pointer));
                return new UploadedPart(number, call.Answer(), call.Count);
            }
        }
    }
}
