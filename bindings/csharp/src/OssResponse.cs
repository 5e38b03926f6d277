using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Alioss
{
    /// <summary>
    /// A good answer: a copy of what it says, to be kept as long as you like and thrown away without ceremony. Any thread
    /// may use it.
    /// </summary>
    public class OssResponse
    {
        private static readonly byte[] Nothing = new byte[0];

        private readonly HeaderBlock headers;
        private readonly CallHandle? document;
        private readonly long lastModified = -1;
        private readonly byte[]? body;

        /// <summary>
        /// An answer of your own, for tests of programs that use this library: with these headers, and as
        /// <see cref="Body"/> this <paramref name="body"/>, of which <see cref="Text"/> and <see cref="Count"/> read XML.
        /// Both may be null for none.
        /// </summary>
        public OssResponse(
            int httpStatus = 200,
            IEnumerable<KeyValuePair<string, string>>? headers = null,
            byte[]? body = null)
        {
            HttpStatus = httpStatus;
            Attempts = 1;
            this.headers = HeaderBlock.Of(headers);
            this.body = body ?? Nothing;
            DateTimeOffset time;
            if (DateTimeOffset.TryParse(
                Header("last-modified"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time))
            {
                lastModified = time.ToUnixTimeSeconds();
            }
            SymlinkTarget = Uri.UnescapeDataString(Header("x-oss-symlink-target") ?? "");
            SymlinkTarget = SymlinkTarget.Length == 0 ? null : SymlinkTarget;
        }

        /// <summary>
        /// Copies what <paramref name="call"/> got. A document in the answer stays with the library, which reads its
        /// elements; then the collector is told how much that is, and it owns the handle. Else the handle is free to go.
        /// </summary>
        internal unsafe OssResponse(CallHandle call)
        {
            HttpStatus = Native.oss_call_http_status(call);
            Attempts = Native.oss_call_attempts(call);
            Verified = Native.oss_call_verified(call) != 0;
            headers = HeaderBlock.Of(call);
            if (headers.Has("last-modified"))
            {
                lastModified = Native.oss_call_last_modified(call);
            }
            if (headers.Has("x-oss-symlink-target"))
            {
                SymlinkTarget = Utf8.Text(Native.oss_call_symlink_target(call));
            }
            UIntPtr length = UIntPtr.Zero;
            if (Native.oss_call_body(call, &length) != null)
            {
                document = call;
                call.AddPressure((long)length);
            }
            else
            {
                body = Nothing;
            }
            GC.KeepAlive(call);
        }

        /// <summary>HTTP status, 200 to 299.</summary>
        public int HttpStatus { get; }

        /// <summary>Id of the request; "" if the answer has none.</summary>
        public string RequestId => Header("x-oss-request-id") ?? "";

        /// <summary>
        /// Whether the bytes of an upload or download were compared with the service's CRC-64. A range cannot be; its length
        /// is. Of a download that is a stream it is known at its end.
        /// </summary>
        public bool Verified { get; internal set; }

        /// <summary>ETag of the object with its quotes; null if the answer has none.</summary>
        public string? ETag => Header("etag");

        /// <summary>Version of the object; null if the bucket keeps none.</summary>
        public string? VersionId => Header("x-oss-version-id");

        /// <summary>CRC-64 of the whole object as the service computed it; null if the answer has none.</summary>
        public ulong? Crc64
        {
            get
            {
                ulong crc;
                string text = (Header("x-oss-hash-crc64ecma") ?? "").Trim();
                bool known = ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out crc);
                return known ? crc : (ulong?)null;
            }
        }

        /// <summary>
        /// Content-Length in bytes: of the object for HeadObject, of the answer otherwise; null if the answer has none.
        /// </summary>
        public long? ContentLength => Number("content-length");

        /// <summary>When the object was last modified, to the second; null if the answer does not say.</summary>
        public DateTimeOffset? LastModified =>
            lastModified < 0 ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeSeconds(lastModified);

        /// <summary>Where AppendObject goes on, which is the size of the object; null if the answer does not tell.</summary>
        public long? NextAppendPosition => Number("x-oss-next-append-position");

        /// <summary>Where the link of GetSymlink leads, a key of the same bucket; null if the answer does not tell.</summary>
        public string? SymlinkTarget { get; }

        /// <summary>The upload id of InitiateMultipartUpload; null if the answer has none.</summary>
        public unsafe string? UploadId
        {
            get
            {
                if (document == null)
                {
                    return Text("UploadId");
                }
                lock (document)
                {
                    return Copied(Native.oss_call_upload_id(document));
                }
            }
        }

        /// <summary>How many times the request was sent.</summary>
        public int Attempts { get; }

        /// <summary>The body of the answer; empty for downloads, whose body goes where it was asked to go. A copy.</summary>
        public unsafe byte[] Body
        {
            get
            {
                if (document == null)
                {
                    return body ?? Nothing;
                }
                lock (document)
                {
                    UIntPtr length;
                    byte* lent = Native.oss_call_body(document, &length);
                    var copy = new byte[(int)length];
                    Marshal.Copy((IntPtr)lent, copy, 0, copy.Length);
                    GC.KeepAlive(document);
                    return copy;
                }
            }
        }

        /// <summary>A header of the answer by name, whatever its case; null if it has none.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
        public string? Header(string name) => headers.Find(name ?? throw new ArgumentNullException(nameof(name)));

        /// <summary>
        /// The text of an element of the XML document or JSON text in the answer, such as "Rule[0].Expiration.Days", the
        /// root not named; "" if it holds only other elements, null if there is none.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="path"/> is null.</exception>
        public unsafe string? Text(string path)
        {
            var text = Utf8.Required(path, nameof(path));
            if (document == null)
            {
                return Own()?.Get(path);
            }
            fixed (byte* pointer = text)
            {
                lock (document)
                {
                    return Copied(Native.oss_call_text(document, pointer));
                }
            }
        }

        /// <summary>
        /// How many elements of the document in the answer have the last name of <paramref name="path"/>, such as "Rule" or
        /// "Rule[0].Transition".
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="path"/> is null.</exception>
        public unsafe int Count(string path)
        {
            var text = Utf8.Required(path, nameof(path));
            if (document == null)
            {
                return Own()?.Count(path) ?? 0;
            }
            fixed (byte* pointer = text)
            {
                lock (document)
                {
                    int count = (int)Native.oss_call_count(document, pointer);
                    GC.KeepAlive(document);
                    return count;
                }
            }
        }

        /// <summary>All headers of the answer, with names in lower case; of those of the same name, the first.</summary>
        public IReadOnlyDictionary<string, string> Headers => headers.ToDictionary();

        /// <summary>Whether it owns the handle of the call.</summary>
        internal bool HasDocument => document != null;

        private unsafe string? Copied(byte* text)
        {
            string? copy = Utf8.Text(text);
            GC.KeepAlive(document);
            return copy;
        }

        /// <summary>The document of an answer that a test made.</summary>
        private Document? Own() => body == null || body.Length == 0 ? null : Document.Parse(body);

        private long? Number(string name)
        {
            long number;
            bool known = long.TryParse(Header(name), NumberStyles.None, CultureInfo.InvariantCulture, out number);
            return known ? number : (long?)null;
        }
    }

    /// <summary>
    /// Headers in one piece of memory, as most are never asked for: for each its name in lower case, a colon, a space, its
    /// value and a line feed.
    /// </summary>
    internal struct HeaderBlock
    {
        private readonly byte[] block;

        private HeaderBlock(byte[] block)
        {
            this.block = block;
        }

        internal static unsafe HeaderBlock Of(CallHandle call)
        {
            byte* text = Native.oss_call_response_headers(call);
            var block = new byte[text == null ? 0 : Utf8.Length(text)];
            if (block.Length > 0)
            {
                Marshal.Copy((IntPtr)text, block, 0, block.Length);
            }
            GC.KeepAlive(call);
            return new HeaderBlock(block);
        }

        internal static HeaderBlock Of(IEnumerable<KeyValuePair<string, string>>? headers)
        {
            var text = new StringBuilder();
            foreach (KeyValuePair<string, string> header in headers ?? new KeyValuePair<string, string>[0])
            {
                text.Append(header.Key.ToLowerInvariant()).Append(": ").Append(header.Value).Append('\n');
            }
            return new HeaderBlock(Encoding.UTF8.GetBytes(text.ToString()));
        }

        /// <summary>The first value of a name, whatever its case; null if there is none.</summary>
        internal string? Find(string name)
        {
            int at = Where(name);
            if (at < 0)
            {
                return null;
            }
            int value = at + name.Length + 2;
            return Encoding.UTF8.GetString(block, value, Array.IndexOf(block, (byte)'\n', at) - value);
        }

        /// <summary>Whether there is one, without making a text of it.</summary>
        internal bool Has(string name) => Where(name) >= 0;

        /// <summary>Where the first line of a name begins; -1 if there is none.</summary>
        private int Where(string name)
        {
            for (int at = 0; at < block.Length; at = Array.IndexOf(block, (byte)'\n', at) + 1)
            {
                if (Matches(at, name))
                {
                    return at;
                }
            }
            return -1;
        }

        internal IReadOnlyDictionary<string, string> ToDictionary()
        {
            var all = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (string line in Encoding.UTF8.GetString(block).Split('\n'))
            {
                int colon = line.IndexOf(": ", StringComparison.Ordinal);
                if (colon > 0 && !all.ContainsKey(line.Substring(0, colon)))
                {
                    all.Add(line.Substring(0, colon), line.Substring(colon + 2));
                }
            }
            return all;
        }

        /// <summary>Whether the line that begins there has that name.</summary>
        private bool Matches(int at, string name)
        {
            if (block.Length - at < name.Length + 2 || block[at + name.Length] != ':')
            {
                return false;
            }
            for (int index = 0; index < name.Length; index++)
            {
                char letter = name[index];
                char lower = letter >= 'A' && letter <= 'Z' ? (char)(letter + 32) : letter;
                if (block[at + index] != lower)
                {
                    return false;
                }
            }
            return true;
        }
    }
}
