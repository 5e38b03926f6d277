using System;
using System.IO;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    // The same operations for what .NET has besides arrays: texts, spans, addresses; and streams that can seek.
    public partial class Bucket
    {
        /// <summary>PutObject of a text in UTF-8.</summary>
        public OssResponse PutObject(
            string key,
            string text,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            PutObject(key, Encoded(text), options, cancellationToken);

        /// <summary>PutObject of a text in an encoding, which replaces what it cannot encode unless it is told otherwise.</summary>
        public OssResponse PutObject(
            string key,
            string text,
            Encoding encoding,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            PutObject(key, Encoded(text, encoding), options, cancellationToken);

        /// <summary>PutObject of a text in UTF-8, on another thread.</summary>
        public Task<OssResponse> PutObjectAsync(
            string key,
            string text,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            PutObjectAsync(key, Encoded(text), options, cancellationToken);

        /// <summary>PutObject of a text in an encoding, on another thread.</summary>
        public Task<OssResponse> PutObjectAsync(
            string key,
            string text,
            Encoding encoding,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            PutObjectAsync(key, Encoded(text, encoding), options, cancellationToken);

        /// <summary>PutObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> PutObjectAsync(string key, string text, CancellationToken cancellationToken) =>
            PutObjectAsync(key, text, options: null, cancellationToken: cancellationToken);

        /// <summary>PutObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> PutObjectAsync(
            string key, string text, Encoding encoding, CancellationToken cancellationToken) =>
            PutObjectAsync(key, text, encoding, options: null, cancellationToken: cancellationToken);

        /// <summary>
        /// The object as a stream that can seek, by HeadObject and GetObject: each seek asks for the rest of the same object
        /// from there, by a range and its ETag. <see cref="OssStatus.PreconditionFailed"/> if it was replaced meanwhile.
        /// Ranges cannot be compared with the checksum of the object. Dispose the stream.
        /// </summary>
        public virtual Stream OpenRead(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            new SeekableObject(this, key, options, HeadObject(key, options, cancellationToken), cancellationToken);

        /// <summary>As <see cref="OpenRead"/>, on another thread.</summary>
        public virtual Task<Stream> OpenReadAsync(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            SeekableObject.OpenAsync(this, Checked(key), options, cancellationToken);

        /// <summary>OpenReadAsync with nothing but a token.</summary>
        public Task<Stream> OpenReadAsync(string key, CancellationToken cancellationToken) =>
            OpenReadAsync(key, options: null, cancellationToken: cancellationToken);

        /// <summary>PutObject by a presigned address.</summary>
        public OssResponse PutObjectByUrl(
            Uri url,
            byte[] data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            PutObjectByUrl(Address(url), data, options, cancellationToken);

        /// <summary>GetObject by a presigned address, as a stream that is to be disposed.</summary>
        public ObjectStream GetObjectByUrl(
            Uri url,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            GetObjectByUrl(Address(url), options, cancellationToken);

        /// <summary>HeadObject by a presigned address.</summary>
        public OssResponse HeadObjectByUrl(
            Uri url,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            HeadObjectByUrl(Address(url), options, cancellationToken);

#if NET
        /// <summary>PutObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> PutObjectAsync(
            string key, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
            PutObjectAsync(key, data, options: null, cancellationToken: cancellationToken);

        /// <summary>AppendObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> AppendObjectAsync(
            string key, long position, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
            AppendObjectAsync(key, position, data, options: null, cancellationToken: cancellationToken);

        /// <summary>UploadPartAsync with nothing but a token.</summary>
        public Task<UploadedPart> UploadPartAsync(
            string key, string uploadId, int number, ReadOnlyMemory<byte> data, CancellationToken cancellationToken) =>
            UploadPartAsync(key, uploadId, number, data, options: null, cancellationToken: cancellationToken);

        /// <summary>PutObject of a span.</summary>
        public virtual unsafe OssResponse PutObject(
            string key, ReadOnlySpan<byte> data, CallOptions? options = null, CancellationToken cancellationToken = default)
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* bytes = data)
            using (var call = new Call(handle, options, cancellationToken))
            {
                call.Check(Native.oss_put_object(call.Owner, keyText, bytes, (UIntPtr)(uint)data.Length, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>PutObject of memory that nobody may change until it is done, on another thread.</summary>
        public virtual Task<OssResponse> PutObjectAsync(
            string key, ReadOnlyMemory<byte> data, CallOptions? options = null, CancellationToken cancellationToken = default)
        {
            Require.Text(key, nameof(key));
            return Run(() => PutObject(key, data.Span, options, cancellationToken), cancellationToken);
        }

        /// <summary>AppendObject of a span.</summary>
        public virtual unsafe OssResponse AppendObject(
            string key,
            long position,
            ReadOnlySpan<byte> data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* bytes = data)
            using (var call = new Call(handle, options, cancellationToken))
            {
                var length = (UIntPtr)(uint)data.Length;
                call.Check(Native.oss_append_object(call.Owner, keyText, position, bytes, length, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>AppendObject of memory that nobody may change until it is done, on another thread.</summary>
        public virtual Task<OssResponse> AppendObjectAsync(
            string key,
            long position,
            ReadOnlyMemory<byte> data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            Require.Text(key, nameof(key));
            return Run(() => AppendObject(key, position, data.Span, options, cancellationToken), cancellationToken);
        }

        /// <summary>UploadPart of a span.</summary>
        public virtual unsafe UploadedPart UploadPart(
            string key,
            string uploadId,
            int number,
            ReadOnlySpan<byte> data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* idText = Utf8.Required(uploadId, nameof(uploadId)))
            fixed (byte* bytes = data)
            using (var call = new Call(handle, options, cancellationToken))
            {
                var length = (UIntPtr)(uint)data.Length;
                call.Check(Native.oss_upload_part(call.Owner, keyText, idText, number, bytes, length, call.Pointer));
                return new UploadedPart(number, call.Answer(), data.Length);
            }
        }

        /// <summary>UploadPart of memory that nobody may change until it is done, on another thread.</summary>
        public virtual Task<UploadedPart> UploadPartAsync(
            string key,
            string uploadId,
            int number,
            ReadOnlyMemory<byte> data,
            CallOptions? options = null,
            CancellationToken cancellationToken = default)
        {
            Require.Text(key, nameof(key));
            Require.Text(uploadId, nameof(uploadId));
            return Run(
                () => UploadPart(key, uploadId, number, data.Span, options, cancellationToken), cancellationToken);
        }
#endif

        private string Checked(string key)
        {
            Require.Text(key, nameof(key));
            handle.CheckOpen();
            return key;
        }

        private static byte[] Encoded(string text)
        {
            Require.NotNull(text, nameof(text));
            return Utf8.Bytes(text, nameof(text));
        }

        private static byte[] Encoded(string text, Encoding encoding)
        {
            Require.NotNull(text, nameof(text));
            Require.NotNull(encoding, nameof(encoding));
            return encoding.GetBytes(text);
        }

        private static string Address(Uri url)
        {
            Require.NotNull(url, nameof(url));
            if (!url.IsAbsoluteUri)
            {
                throw new ArgumentException($"`url`: \"{url}\" is relative; allowed is the whole of what was signed", nameof(url));
            }
            // As it was signed: what AbsoluteUri says has no segments of dots any more.
            string text = url.OriginalString;
            foreach (char one in text)
            {
                if (one <= ' ' || one > '~')
                {
                    return url.AbsoluteUri;
                }
            }
            return text;
        }
    }
}
