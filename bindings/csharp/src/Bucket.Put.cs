using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    // Uploads in one piece.
    public unsafe partial class Bucket
    {
        /// <summary>
        /// PutObject: stores <paramref name="data"/>, up to 5 GB, as <paramref name="key"/>. Content-Type is guessed from
        /// the key unless the options have one.
        /// </summary>
        public virtual OssResponse PutObject(
            string key,
            byte[] data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            PutObject(key, Segment(data), options, cancellationToken);

        /// <summary>As <see cref="PutObject(string, byte[], CallOptions, CancellationToken)"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutObjectAsync(
            string key,
            byte[] data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.NotNull(data, nameof(data));
            return Run(() => PutObject(key, data, options, cancellationToken), cancellationToken);
        }

        /// <summary>PutObject of a part of an array.</summary>
        public virtual OssResponse PutObject(
            string key,
            ArraySegment<byte> data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* bytes = Segment(data).Array)
            using (var call = new Call(handle, options, cancellationToken))
            {
                var length = (UIntPtr)(uint)data.Count;
                call.Check(Native.oss_put_object(call.Owner, keyText, bytes + data.Offset, length, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="PutObject(string, ArraySegment{byte}, CallOptions, CancellationToken)"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutObjectAsync(
            string key,
            ArraySegment<byte> data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => PutObject(key, data, options, cancellationToken), cancellationToken);
        }

        /// <summary>PutObject from the file at <paramref name="path"/>, up to 5 GB.</summary>
        public virtual OssResponse PutObjectFile(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_put_object_file, key, nameof(key), path, nameof(path), options, cancellationToken);

        /// <summary>As <see cref="PutObjectFile"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutObjectFileAsync(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(path, nameof(path));
            return Run(() => PutObjectFile(key, path, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// PutObject of what is left of <paramref name="source"/>, up to 5 GB: with its length if the stream can seek, else in
        /// chunks. One that can seek is repeated on failure like any other upload, from where it stood; another only as long
        /// as nothing was read. The stream stays open.
        /// </summary>
        public virtual OssResponse PutObject(
            string key,
            Stream source,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            PutObject(key, source, Rest(source), options, cancellationToken);

        /// <summary>
        /// PutObject of what <paramref name="source"/> yields: just <paramref name="length"/> bytes, or -1 for all up to its
        /// end.
        /// </summary>
        public virtual OssResponse PutObject(
            string key,
            Stream source,
            long length,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            PutStream(key, source, length, options, cancellationToken, false);

        /// <summary>
        /// As <see cref="PutObject(string, Stream, CallOptions, CancellationToken)"/>, on another thread; reads with
        /// <see cref="Stream.ReadAsync(byte[], int, int, CancellationToken)"/>.
        /// </summary>
        public virtual Task<OssResponse> PutObjectAsync(
            string key,
            Stream source,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.NotNull(source, nameof(source));
            return PutObjectAsync(key, source, Rest(source), options, cancellationToken);
        }

        /// <summary>
        /// As <see cref="PutObject(string, Stream, long, CallOptions, CancellationToken)"/>, on another thread; reads with
        /// <see cref="Stream.ReadAsync(byte[], int, int, CancellationToken)"/>.
        /// </summary>
        public virtual Task<OssResponse> PutObjectAsync(
            string key,
            Stream source,
            long length,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.NotNull(source, nameof(source));
            return Run(() => PutStream(key, source, length, options, cancellationToken, true), cancellationToken);
        }

        /// <summary>
        /// AppendObject: adds <paramref name="data"/> to an appendable object whose size has to be <paramref
        /// name="position"/>; 0 makes it. Go on at <see cref="OssResponse.NextAppendPosition"/>. Never repeated: after a
        /// lost answer <see cref="HeadObject"/> tells whether it happened.
        /// </summary>
        public virtual OssResponse AppendObject(
            string key,
            long position,
            byte[] data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            AppendObject(key, position, Segment(data), options, cancellationToken);

        /// <summary>
        /// As <see cref="AppendObject(string, long, byte[], CallOptions, CancellationToken)"/>, on another thread.
        /// </summary>
        public virtual Task<OssResponse> AppendObjectAsync(
            string key,
            long position,
            byte[] data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.NotNull(data, nameof(data));
            return Run(() => AppendObject(key, position, data, options, cancellationToken), cancellationToken);
        }

        /// <summary>AppendObject of a part of an array.</summary>
        public virtual OssResponse AppendObject(
            string key,
            long position,
            ArraySegment<byte> data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* bytes = Segment(data).Array)
            using (var call = new Call(handle, options, cancellationToken))
            {
                var length = (UIntPtr)(uint)data.Count;
                call.Check(Native.oss_append_object(call.Owner, keyText, position, bytes + data.Offset, length, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>
        /// As <see cref="AppendObject(string, long, ArraySegment{byte}, CallOptions, CancellationToken)"/>, on another
        /// thread.
        /// </summary>
        public virtual Task<OssResponse> AppendObjectAsync(
            string key,
            long position,
            ArraySegment<byte> data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => AppendObject(key, position, data, options, cancellationToken), cancellationToken);
        }

        /// <summary>AppendObject of what is left of <paramref name="source"/>, which stays open.</summary>
        public virtual OssResponse AppendObject(
            string key,
            long position,
            Stream source,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            AppendObject(key, position, source, Rest(source), options, cancellationToken);

        /// <summary>
        /// AppendObject of <paramref name="length"/> bytes, or -1 if unknown, that <paramref name="source"/> yields.
        /// </summary>
        public virtual OssResponse AppendObject(
            string key,
            long position,
            Stream source,
            long length,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            AppendStream(key, position, source, length, options, cancellationToken, false);

        /// <summary>
        /// As <see cref="AppendObject(string, long, Stream, CallOptions, CancellationToken)"/>, on another thread; reads
        /// with <see cref="Stream.ReadAsync(byte[], int, int, CancellationToken)"/>.
        /// </summary>
        public virtual Task<OssResponse> AppendObjectAsync(
            string key,
            long position,
            Stream source,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.NotNull(source, nameof(source));
            return AppendObjectAsync(key, position, source, Rest(source), options, cancellationToken);
        }

        /// <summary>
        /// As <see cref="AppendObject(string, long, Stream, long, CallOptions, CancellationToken)"/>, on another thread;
        /// reads with <see cref="Stream.ReadAsync(byte[], int, int, CancellationToken)"/>.
        /// </summary>
        public virtual Task<OssResponse> AppendObjectAsync(
            string key,
            long position,
            Stream source,
            long length,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.NotNull(source, nameof(source));
            return Run(() => AppendStream(key, position, source, length, options, cancellationToken, true), cancellationToken);
        }

        /// <summary>SealAppendObject: nothing can be appended any more; <paramref name="position"/> is the size.</summary>
        public virtual OssResponse SealAppendObject(
            string key,
            long position,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            using (var call = new Call(handle, options, cancellationToken))
            {
                call.Check(Native.oss_seal_append_object(call.Owner, keyText, position, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="SealAppendObject"/>, on another thread.</summary>
        public virtual Task<OssResponse> SealAppendObjectAsync(
            string key,
            long position,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => SealAppendObject(key, position, options, cancellationToken), cancellationToken);
        }

        private OssResponse PutStream(
            string key, Stream source, long length, CallOptions? options, CancellationToken cancellationToken, bool async)
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            using (var call = new Call(handle, options, cancellationToken, Source(source), async, nameof(PutObject)).Rewindable())
            {
                call.Check(Native.oss_put_object_stream(call.Owner, keyText, length, Callbacks.Read, call.User, call.Pointer));
                return call.Answer();
            }
        }

        private OssResponse AppendStream(
            string key, long position, Stream source, long length, CallOptions? options, CancellationToken cancellationToken, bool async)
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            using (var call = new Call(handle, options, cancellationToken, Source(source), async, nameof(AppendObject)).Rewindable())
            {
                call.Check(Native.oss_append_object_stream(
                    call.Owner, keyText, position, length, Callbacks.Read, call.User, call.Pointer));
                return call.Answer();
            }
        }
    }
}
