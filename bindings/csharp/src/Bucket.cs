using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    /// <summary>A bucket and the way to it. Never changes: use one from any number of threads at once.</summary>
    /// <remarks>
    /// <para>Calls throw <see cref="OssException"/> when they fail; <see cref="OperationCanceledException"/> when their token
    /// is cancelled, within 250 ms, wherever they wait (but for a stream of yours that does not return);
    /// <see cref="ArgumentNullException"/> for a null that is not allowed; <see cref="ObjectDisposedException"/> after
    /// <see cref="Dispose"/>. What a stream or callback of yours throws ends the call and comes back unchanged;
    /// <see cref="OssException.Of"/> then says how the call ended.</para>
    /// <para>The asynchronous forms do the same on a thread that belongs to the library, one for each call that runs.</para>
    /// <para>Keys are 1 to 1023 bytes of UTF-8 and do not begin with "/" or "\\".</para>
    /// </remarks>
    public sealed unsafe class Bucket : IDisposable
    {
        private readonly BucketHandle handle;

        /// <summary>Opens the bucket <paramref name="name"/> without talking to it yet.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="options"/> or <paramref name="name"/> is null.</exception>
        /// <exception cref="OssException">An option or the name is unusable; the message says which.</exception>
        public Bucket(OssOptions options, string name)
        {
            var nameText = Utf8.Required(name, nameof(name));
            using (var config = new Config(options))
            {
                fixed (byte* pointer = nameText)
                {
                    handle = config.Opened(Native.oss_bucket_new(config.Handle, pointer));
                }
            }
            Name = name;
        }

        /// <summary>Its name.</summary>
        public string Name { get; }

        /// <summary>Lets go of the bucket; calls in progress finish undisturbed.</summary>
        public void Dispose() => handle.Dispose();

        /// <summary>
        /// PutObject: stores <paramref name="data"/>, up to 5 GB, as <paramref name="key"/>. Content-Type is guessed from
        /// the key unless the options have one.
        /// </summary>
        public OssResponse PutObject(
            string key,
            byte[] data,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            if (data == null)
            {
                throw new ArgumentNullException(nameof(data));
            }
            return PutObject(key, new ArraySegment<byte>(data), options, token);
        }

        /// <summary>As <see cref="PutObject(string, byte[], CallOptions, CancellationToken)"/>, on another thread.</summary>
        public Task<OssResponse> PutObjectAsync(
            string key,
            byte[] data,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => PutObject(key, data, options, token), token);

        /// <summary>PutObject of a part of an array.</summary>
        public OssResponse PutObject(
            string key,
            ArraySegment<byte> data,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            if (data.Array == null)
            {
                throw new ArgumentNullException(nameof(data));
            }
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* bytes = data.Array)
            using (var call = new Call(handle, options, token))
            {
                var length = (UIntPtr)(uint)data.Count;
                call.Check(Native.oss_put_object(call.Owner, keyText, bytes + data.Offset, length, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="PutObject(string, ArraySegment{byte}, CallOptions, CancellationToken)"/>, on another thread.</summary>
        public Task<OssResponse> PutObjectAsync(
            string key,
            ArraySegment<byte> data,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => PutObject(key, data, options, token), token);

        /// <summary>PutObject from the file at <paramref name="path"/>, up to 5 GB.</summary>
        public OssResponse PutObjectFile(
            string key,
            string path,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* pathText = Utf8.Required(path, nameof(path)))
            using (var call = new Call(handle, options, token))
            {
                call.Check(Native.oss_put_object_file(call.Owner, keyText, pathText, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="PutObjectFile"/>, on another thread.</summary>
        public Task<OssResponse> PutObjectFileAsync(
            string key,
            string path,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => PutObjectFile(key, path, options, token), token);

        /// <summary>
        /// PutObject of what is left of <paramref name="source"/>, up to 5 GB: with its length if the stream can seek, else in
        /// chunks. Repeated on failure only as long as nothing was read. The stream stays open.
        /// </summary>
        public OssResponse PutObject(
            string key,
            Stream source,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            PutObject(key, source, Rest(source), options, token);

        /// <summary>
        /// PutObject of <paramref name="length"/> bytes, or -1 if unknown, that <paramref name="source"/> yields. With a
        /// length the stream is asked once more after the last byte and must then be at its end.
        /// </summary>
        public OssResponse PutObject(
            string key,
            Stream source,
            long length,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            PutStream(key, source, length, options, token, false);

        /// <summary>
        /// As <see cref="PutObject(string, Stream, CallOptions, CancellationToken)"/>, on another thread; reads with
        /// <see cref="Stream.ReadAsync(byte[], int, int, CancellationToken)"/>.
        /// </summary>
        public Task<OssResponse> PutObjectAsync(
            string key,
            Stream source,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            PutObjectAsync(key, source, Rest(source), options, token);

        /// <summary>
        /// As <see cref="PutObject(string, Stream, long, CallOptions, CancellationToken)"/>, on another thread; reads with
        /// <see cref="Stream.ReadAsync(byte[], int, int, CancellationToken)"/>.
        /// </summary>
        public Task<OssResponse> PutObjectAsync(
            string key,
            Stream source,
            long length,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => PutStream(key, source, length, options, token, true), token);

        /// <summary>
        /// GetObject: the object as a stream, read as it arrives. <paramref name="token"/> ends the reading as well. Dispose
        /// the stream: until then it keeps a connection.
        /// </summary>
        public ObjectStream GetObject(
            string key,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            using (var call = new Call(handle, options, token))
            {
                call.Check(Native.oss_get_object(call.Owner, keyText, call.Pointer));
                call.Handle.Keep(handle);
                var progress = call.TakeProgress();
                return new ObjectStream(call.Handle, token, call.Release(), progress);
            }
        }

        /// <summary>As <see cref="GetObject"/>, on another thread.</summary>
        public Task<ObjectStream> GetObjectAsync(
            string key,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => GetObject(key, options, token), token);

        /// <summary>
        /// GetObject into <paramref name="buffer"/>; how many bytes came. A larger object is
        /// <see cref="OssStatus.InvalidArgument"/>.
        /// </summary>
        public int GetObjectToBuffer(
            string key,
            ArraySegment<byte> buffer,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            OssResponse response;
            int length = GetObjectToBuffer(key, buffer, out response, options, token);
            response.Dispose();
            return length;
        }

        /// <summary>GetObject into <paramref name="buffer"/>, with the headers of the answer.</summary>
        public int GetObjectToBuffer(
            string key,
            ArraySegment<byte> buffer,
            out OssResponse response,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            if (buffer.Array == null)
            {
                throw new ArgumentNullException(nameof(buffer));
            }
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* bytes = buffer.Array)
            using (var call = new Call(handle, options, token))
            {
                UIntPtr length;
                var room = (UIntPtr)(uint)buffer.Count;
                call.Check(Native.oss_get_object_to_buffer(
                    call.Owner, keyText, bytes + buffer.Offset, room, &length, call.Pointer));
                response = call.Answer();
                return (int)length;
            }
        }

        /// <summary>As <see cref="GetObjectToBuffer(string, ArraySegment{byte}, CallOptions, CancellationToken)"/>, on another thread.</summary>
        public Task<int> GetObjectToBufferAsync(
            string key,
            ArraySegment<byte> buffer,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => GetObjectToBuffer(key, buffer, options, token), token);

        /// <summary>GetObject into the file at <paramref name="path"/>, which appears whole or not at all.</summary>
        public OssResponse GetObjectToFile(
            string key,
            string path,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* pathText = Utf8.Required(path, nameof(path)))
            using (var call = new Call(handle, options, token))
            {
                call.Check(Native.oss_get_object_to_file(call.Owner, keyText, pathText, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="GetObjectToFile"/>, on another thread.</summary>
        public Task<OssResponse> GetObjectToFileAsync(
            string key,
            string path,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => GetObjectToFile(key, path, options, token), token);

        /// <summary>
        /// GetObject into <paramref name="target"/>, piece by piece. Unless this returns, what was written is not the object.
        /// The stream stays open.
        /// </summary>
        public OssResponse GetObjectToStream(
            string key,
            Stream target,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            GetToStream(key, target, options, token, false);

        /// <summary>
        /// As <see cref="GetObjectToStream"/>, on another thread; writes with
        /// <see cref="Stream.WriteAsync(byte[], int, int, CancellationToken)"/>.
        /// </summary>
        public Task<OssResponse> GetObjectToStreamAsync(
            string key,
            Stream target,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => GetToStream(key, target, options, token, true), token);

        /// <summary>HeadObject: the headers of the object without its body.</summary>
        public OssResponse HeadObject(
            string key,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            using (var call = new Call(handle, options, token))
            {
                call.Check(Native.oss_head_object(call.Owner, keyText, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="HeadObject"/>, on another thread.</summary>
        public Task<OssResponse> HeadObjectAsync(
            string key,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => HeadObject(key, options, token), token);

        /// <summary>GetObjectMeta: ETag, size and time of the object; cheaper than HeadObject.</summary>
        public OssResponse GetObjectMeta(
            string key,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            using (var call = new Call(handle, options, token))
            {
                call.Check(Native.oss_get_object_meta(call.Owner, keyText, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="GetObjectMeta"/>, on another thread.</summary>
        public Task<OssResponse> GetObjectMetaAsync(
            string key,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => GetObjectMeta(key, options, token), token);

        /// <summary>DeleteObject. Deleting what is not there is a success, as with the service.</summary>
        public OssResponse DeleteObject(
            string key,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            using (var call = new Call(handle, options, token))
            {
                call.Check(Native.oss_delete_object(call.Owner, keyText, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="DeleteObject"/>, on another thread.</summary>
        public Task<OssResponse> DeleteObjectAsync(
            string key,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => DeleteObject(key, options, token), token);

        /// <summary>
        /// ListObjectsV2: the objects whose keys begin with <paramref name="prefix"/>, in key order; keys that hold
        /// <paramref name="delimiter"/> behind it are folded into one entry. Both may be null. Asks the service when it is
        /// enumerated, page by page, and anew each time.
        /// </summary>
        public IEnumerable<ObjectEntry> ListObjectsV2(
            string prefix = null,
            string delimiter = null,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Listing(prefix, delimiter, options, token);

        /// <summary>As <see cref="ListObjectsV2"/>, on another thread; the whole list in memory.</summary>
        public Task<IReadOnlyList<ObjectEntry>> ListObjectsV2Async(
            string prefix = null,
            string delimiter = null,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Listing(prefix, delimiter, options, token).ToListAsync();

#if NET
        /// <summary>As <see cref="ListObjectsV2"/>, fetched on another thread while it is enumerated.</summary>
        public IAsyncEnumerable<ObjectEntry> EnumerateObjectsV2Async(
            string prefix = null,
            string delimiter = null,
            CallOptions options = null,
            CancellationToken token = default) =>
            Listing(prefix, delimiter, options, token).Stream();
#endif

        /// <summary>
        /// PutBucket: creates the bucket. Its ACL comes as header <c>["x-oss-acl"]</c>; creating one's own bucket again is a
        /// success.
        /// </summary>
        public OssResponse PutBucket(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            using (var call = new Call(handle, options, token))
            {
                call.Check(Native.oss_put_bucket(call.Owner, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="PutBucket"/>, on another thread.</summary>
        public Task<OssResponse> PutBucketAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => PutBucket(options, token), token);

        /// <summary>DeleteBucket: the bucket has to be empty.</summary>
        public OssResponse DeleteBucket(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            using (var call = new Call(handle, options, token))
            {
                call.Check(Native.oss_delete_bucket(call.Owner, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="DeleteBucket"/>, on another thread.</summary>
        public Task<OssResponse> DeleteBucketAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => DeleteBucket(options, token), token);

        /// <summary>
        /// Sends a signed request of your own and collects the answer, up to 64 MiB: <paramref name="method"/> is GET, HEAD,
        /// PUT, POST, DELETE or OPTIONS; <paramref name="key"/> is null at bucket level, <paramref name="body"/> may be null;
        /// sub-resources and headers come from <paramref name="options"/>.
        /// </summary>
        public OssResponse Invoke(
            string method,
            string key,
            byte[] body = null,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            fixed (byte* methodText = Utf8.Required(method, nameof(method)))
            fixed (byte* keyText = Utf8.Optional(key, nameof(key)))
            fixed (byte* bytes = body)
            using (var call = new Call(handle, options, token))
            {
                var length = (UIntPtr)(uint)(body == null ? 0 : body.Length);
                call.Check(Native.oss_invoke(call.Owner, methodText, keyText, bytes, length, call.Pointer));
                return call.Answer().Weighed();
            }
        }

        /// <summary>As <see cref="Invoke"/>, on another thread.</summary>
        public Task<OssResponse> InvokeAsync(
            string method,
            string key,
            byte[] body = null,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => Invoke(method, key, body, options, token), token);

        private static long Rest(Stream source) => source != null && source.CanSeek ? source.Length - source.Position : -1;

        private OssResponse PutStream(
            string key, Stream source, long length, CallOptions options, CancellationToken token, bool async)
        {
            if (source == null)
            {
                throw new ArgumentNullException(nameof(source));
            }
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            using (var call = new Call(handle, options, token, source, async))
            {
                call.Check(Native.oss_put_object_stream(call.Owner, keyText, length, Callbacks.Read, call.User, call.Pointer));
                return call.Answer();
            }
        }

        private OssResponse GetToStream(
            string key, Stream target, CallOptions options, CancellationToken token, bool async)
        {
            if (target == null)
            {
                throw new ArgumentNullException(nameof(target));
            }
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            using (var call = new Call(handle, options, token, target, async))
            {
                call.Check(Native.oss_get_object_to_stream(call.Owner, keyText, Callbacks.Write, call.User, call.Pointer));
                return call.Answer();
            }
        }

        private Listing<ObjectEntry> Listing(string prefix, string delimiter, CallOptions options, CancellationToken token)
        {
            var prefixText = Utf8.Optional(prefix, nameof(prefix));
            var delimiterText = Utf8.Optional(delimiter, nameof(delimiter));
            return new Listing<ObjectEntry>(
                cancel =>
                {
                    var call = new Call(handle, options, cancel);
                    try
                    {
                        call.Handle.Keep(handle);
                        fixed (byte* prefixPointer = prefixText)
                        fixed (byte* delimiterPointer = delimiterText)
                        {
                            call.Check(Native.oss_list_objects_v2(
                                call.Owner, prefixPointer, delimiterPointer, call.Pointer));
                        }
                        return call;
                    }
                    catch
                    {
                        call.Dispose();
                        throw;
                    }
                },
                entry => new ObjectEntry(entry),
                token);
        }
    }
}
