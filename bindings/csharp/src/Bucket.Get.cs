using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    // Downloads.
    public unsafe partial class Bucket
    {
        /// <summary>
        /// GetObject: the object as a stream, read as it arrives. <paramref name="cancellationToken"/> ends the reading as well. Dispose
        /// the stream: until then it keeps a connection.
        /// </summary>
        public virtual ObjectStream GetObject(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var limit = TimeLimit.Start(options, handle);
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            using (var call = new Call(handle, options, cancellationToken))
            {
                call.Check(Native.oss_get_object(call.Owner, keyText, call.Pointer));
                return Opened(call, cancellationToken, Native.oss_call_content_length(call.Handle), limit);
            }
        }

        /// <summary>As <see cref="GetObject"/>, on another thread.</summary>
        public virtual Task<ObjectStream> GetObjectAsync(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Opening(() => GetObject(key, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// GetObject into <paramref name="buffer"/>; how many bytes came. A larger object is
        /// <see cref="OssStatus.InvalidArgument"/>.
        /// </summary>
        public virtual int GetObjectToBuffer(
            string key,
            ArraySegment<byte> buffer,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            OssResponse response;
            return GetObjectToBuffer(key, buffer, out response, options, cancellationToken);
        }

        /// <summary>GetObject into <paramref name="buffer"/>, with the headers of the answer.</summary>
        public virtual int GetObjectToBuffer(
            string key,
            ArraySegment<byte> buffer,
            out OssResponse response,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            if (buffer.Array == null)
            {
                throw new ArgumentNullException(nameof(buffer));
            }
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* bytes = buffer.Array)
            using (var call = new Call(handle, options, cancellationToken))
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
        public virtual Task<int> GetObjectToBufferAsync(
            string key,
            ArraySegment<byte> buffer,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => GetObjectToBuffer(key, buffer, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetObject into the file at <paramref name="path"/>, which appears whole or not at all.</summary>
        public virtual OssResponse GetObjectToFile(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_get_object_to_file, key, nameof(key), path, nameof(path), options, cancellationToken);

        /// <summary>As <see cref="GetObjectToFile"/>, on another thread.</summary>
        public virtual Task<OssResponse> GetObjectToFileAsync(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(path, nameof(path));
            return Run(() => GetObjectToFile(key, path, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// GetObject into <paramref name="target"/>, piece by piece. Unless this returns, what was written is not the object.
        /// The stream stays open.
        /// </summary>
        public virtual OssResponse GetObjectToStream(
            string key,
            Stream target,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            GetToStream(key, target, options, cancellationToken, false);

        /// <summary>
        /// As <see cref="GetObjectToStream"/>, on another thread; writes with
        /// <see cref="Stream.WriteAsync(byte[], int, int, CancellationToken)"/>.
        /// </summary>
        public virtual Task<OssResponse> GetObjectToStreamAsync(
            string key,
            Stream target,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.NotNull(target, nameof(target));
            return Run(() => GetToStream(key, target, options, cancellationToken, true), cancellationToken);
        }

        /// <summary>HeadObject: the headers of the object without its body.</summary>
        public virtual OssResponse HeadObject(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_head_object, key, nameof(key), options, cancellationToken);

        /// <summary>As <see cref="HeadObject"/>, on another thread.</summary>
        public virtual Task<OssResponse> HeadObjectAsync(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => HeadObject(key, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetObjectMeta: ETag, size and time of the object; cheaper than HeadObject.</summary>
        public virtual OssResponse GetObjectMeta(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_get_object_meta, key, nameof(key), options, cancellationToken);

        /// <summary>As <see cref="GetObjectMeta"/>, on another thread.</summary>
        public virtual Task<OssResponse> GetObjectMetaAsync(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => GetObjectMeta(key, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// Whether the object exists, by GetObjectMeta. Only the service's word that it does not is a false; a refusal, a
        /// missing bucket and a network failure are exceptions.
        /// </summary>
        public virtual bool ObjectExists(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            using (var call = new Call(handle, options, cancellationToken))
            {
                int exists;
                call.Check(Native.oss_object_exists(call.Owner, keyText, &exists, call.Pointer));
                return exists != 0;
            }
        }

        /// <summary>As <see cref="ObjectExists"/>, on another thread.</summary>
        public virtual Task<bool> ObjectExistsAsync(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => ObjectExists(key, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// SelectObject: what the SQL text <paramref name="expression"/> finds in a CSV or JSON object, as a stream of its
        /// rows. <see cref="CallOptions.Fields"/> set the rest, such as <c>["InputSerialization.CSV.FileHeaderInfo"] =
        /// "Use"</c> (delimiters as they are, not in base64). It is CSV unless there is a field below
        /// "InputSerialization.JSON".
        /// </summary>
        public virtual ObjectStream SelectObject(
            string key,
            string expression,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var limit = TimeLimit.Start(options, handle);
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* expressionText = Utf8.Required(expression, nameof(expression)))
            using (var call = new Call(handle, options, cancellationToken))
            {
                // From the first row on: it is not about what is sent, the expression.
                call.TakeProgress();
                call.Check(Native.oss_select_object(call.Owner, keyText, expressionText, call.Pointer));
                return Opened(call, cancellationToken, -1, limit);
            }
        }

        /// <summary>As <see cref="SelectObject"/>, on another thread.</summary>
        public virtual Task<ObjectStream> SelectObjectAsync(
            string key,
            string expression,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(expression, nameof(expression));
            return Opening(() => SelectObject(key, expression, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// CreateSelectObjectMeta: has the rows of a CSV or JSON object counted. Fields as for <see cref="SelectObject"/>.
        /// </summary>
        public virtual SelectObjectMeta CreateSelectObjectMeta(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            using (var call = new Call(handle, options, cancellationToken))
            {
                uint splits;
                ulong rows;
                uint columns;
                call.Check(Native.oss_create_select_object_meta(call.Owner, keyText, &splits, &rows, &columns, call.Pointer));
                return new SelectObjectMeta(splits, checked((long)rows), columns, call.Answer());
            }
        }

        /// <summary>As <see cref="CreateSelectObjectMeta"/>, on another thread.</summary>
        public virtual Task<SelectObjectMeta> CreateSelectObjectMetaAsync(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => CreateSelectObjectMeta(key, options, cancellationToken), cancellationToken);
        }

        /// <summary>Opens a stream on another thread, which also begins to read it.</summary>
        private Task<ObjectStream> Opening(Func<ObjectStream> open, CancellationToken cancellationToken) =>
            Run(() => open().Reserved(), cancellationToken, stream => stream.ReadOn());

        /// <summary>The body of an answer, whose stream from now on owns the call.</summary>
        private ObjectStream Opened(Call call, CancellationToken cancellationToken, long length, TimeLimit? limit)
        {
            call.Handle.Keep(handle);
            var progress = call.TakeProgress();
            return new ObjectStream(call.Release(), cancellationToken, progress, length, call.Observation, limit);
        }

        private OssResponse GetToStream(
            string key, Stream target, CallOptions? options, CancellationToken cancellationToken, bool async)
        {
            if (target == null)
            {
                throw new ArgumentNullException(nameof(target));
            }
            if (options?.HeadersReceived != null)
            {
                return GetWithHeaders(key, target, options, cancellationToken, async);
            }
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            using (var call = new Call(handle, options, cancellationToken, target, async, nameof(GetObjectToStream)))
            {
                call.Check(Native.oss_get_object_to_stream(call.Owner, keyText, Callbacks.Write, call.User, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>The same with a look at the headers in between.</summary>
        private OssResponse GetWithHeaders(
            string key, Stream target, CallOptions options, CancellationToken cancellationToken, bool async)
        {
            using (var stream = GetObject(key, options, cancellationToken))
            {
                using (Blocking.Outside())
                {
                    options.HeadersReceived!.Invoke(stream.Response);
                }
                stream.CopyOn(target, async, cancellationToken);
                return stream.Response;
            }
        }
    }
}
