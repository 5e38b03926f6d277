using System;
using System.Collections.Generic;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Alioss
{
    /// <summary>
    /// A good answer. Holds on to a little memory of the library, which is given back by <see cref="Dispose"/> or by the
    /// garbage collector, whichever comes first. Any thread may use it.
    /// </summary>
    public sealed unsafe class OssResponse : IDisposable
    {
        private readonly CallHandle call;
        private byte[] body;

        internal OssResponse(CallHandle call)
        {
            this.call = call;
        }

        /// <summary>HTTP status, 200 to 299.</summary>
        public int HttpStatus
        {
            get { lock (call) { return Native.oss_call_http_status(call); } }
        }

        /// <summary>Id of the request; "" if the answer has none.</summary>
        public string RequestId
        {
            get { lock (call) { return Lent(Native.oss_call_request_id(call)); } }
        }

        /// <summary>
        /// Whether the bytes of an upload or download were compared with the service's CRC-64. A range cannot be; its length is.
        /// </summary>
        public bool Verified
        {
            get { lock (call) { return Native.oss_call_verified(call) != 0; } }
        }

        /// <summary>ETag of the object with its quotes; null if the answer has none.</summary>
        public string ETag
        {
            get { lock (call) { return Lent(Native.oss_call_etag(call)); } }
        }

        /// <summary>Version of the object; null if the bucket keeps none.</summary>
        public string VersionId
        {
            get { lock (call) { return Lent(Native.oss_call_version_id(call)); } }
        }

        /// <summary>CRC-64 of the whole object as the service computed it; null if the answer has none.</summary>
        public ulong? Crc64
        {
            get
            {
                ulong crc;
                return ulong.TryParse(Header("x-oss-hash-crc64ecma"), NumberStyles.None, CultureInfo.InvariantCulture, out crc)
                    ? crc
                    : (ulong?)null;
            }
        }

        /// <summary>
        /// Content-Length in bytes: of the object for HeadObject, of the answer otherwise; null if the answer has none.
        /// </summary>
        public long? ContentLength
        {
            get
            {
                lock (call)
                {
                    long length = Native.oss_call_content_length(call);
                    return length < 0 ? (long?)null : length;
                }
            }
        }

        /// <summary>When the object was last modified, to the second; null if the answer does not say.</summary>
        public DateTimeOffset? LastModified
        {
            get
            {
                lock (call)
                {
                    long seconds = Native.oss_call_last_modified(call);
                    return seconds < 0 ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeSeconds(seconds);
                }
            }
        }

        /// <summary>Where AppendObject goes on, which is the size of the object; null if the answer does not tell.</summary>
        public long? NextAppendPosition
        {
            get
            {
                lock (call)
                {
                    long position = Native.oss_call_next_append_position(call);
                    return position < 0 ? (long?)null : position;
                }
            }
        }

        /// <summary>Where the link of GetSymlink leads, a key of the same bucket; null if the answer does not tell.</summary>
        public string SymlinkTarget
        {
            get { lock (call) { return Lent(Native.oss_call_symlink_target(call)); } }
        }

        /// <summary>The upload id of InitiateMultipartUpload; null if the answer has none.</summary>
        public string UploadId
        {
            get { lock (call) { return Lent(Native.oss_call_upload_id(call)); } }
        }

        /// <summary>How many times the request was sent.</summary>
        public int Attempts
        {
            get { lock (call) { return Native.oss_call_attempts(call); } }
        }

        /// <summary>The body of the answer; empty for downloads, whose body goes where it was asked to go.</summary>
        public byte[] Body
        {
            get
            {
                lock (call)
                {
                    if (body == null)
                    {
                        UIntPtr length;
                        byte* lent = Native.oss_call_body(call, &length);
                        body = new byte[lent == null ? 0 : (int)length];
                        if (lent != null)
                        {
                            Marshal.Copy((IntPtr)lent, body, 0, body.Length);
                        }
                        GC.KeepAlive(call);
                    }
                    return body;
                }
            }
        }

        /// <summary>A header of the answer by name, whatever its case; null if it has none.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
        public string Header(string name)
        {
            fixed (byte* pointer = Utf8.Required(name, nameof(name)))
            {
                lock (call)
                {
                    return Lent(Native.oss_call_response_header(call, pointer));
                }
            }
        }

        /// <summary>
        /// The text of an element of the XML document in the answer, such as "Rule[0].Expiration.Days", the root not named;
        /// "" if it holds only other elements, null if there is none.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="path"/> is null.</exception>
        public string Text(string path)
        {
            fixed (byte* pointer = Utf8.Required(path, nameof(path)))
            {
                lock (call)
                {
                    return Lent(Native.oss_call_text(call, pointer));
                }
            }
        }

        /// <summary>
        /// How many elements of the XML document in the answer have the last name of <paramref name="path"/>, such as "Rule"
        /// or "Rule[0].Transition".
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="path"/> is null.</exception>
        public int Count(string path)
        {
            fixed (byte* pointer = Utf8.Required(path, nameof(path)))
            {
                lock (call)
                {
                    int count = (int)Native.oss_call_count(call, pointer);
                    GC.KeepAlive(call);
                    return count;
                }
            }
        }

        /// <summary>All headers of the answer, with names in lower case; of those of the same name, the first.</summary>
        public IReadOnlyDictionary<string, string> Headers
        {
            get
            {
                var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                lock (call)
                {
                    for (uint index = 0; ; index++)
                    {
                        byte* name;
                        string value = Lent(Native.oss_call_response_header_at(call, (UIntPtr)index, &name));
                        if (value == null)
                        {
                            return headers;
                        }
                        string key = Lent(name);
                        if (!headers.ContainsKey(key))
                        {
                            headers.Add(key, value);
                        }
                    }
                }
            }
        }

        /// <summary>
        /// Gives the memory back now. Reading any property afterwards throws <see cref="ObjectDisposedException"/>.
        /// </summary>
        public void Dispose()
        {
            lock (call)
            {
                call.Dispose();
            }
        }

        /// <summary>Tells the collector how much an answer holds.</summary>
        internal OssResponse WithMemoryPressure()
        {
            UIntPtr length;
            if (Native.oss_call_body(call, &length) != null)
            {
                call.AddPressure((long)length);
            }
            return this;
        }

        /// <summary>What a request that was signed has to send along.</summary>
        internal IReadOnlyDictionary<string, string> Signed()
        {
            var signed = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            for (uint index = 0; ; index++)
            {
                byte* name;
                string value = Lent(Native.oss_call_signed_at(call, (UIntPtr)index, &name));
                if (value == null)
                {
                    return signed;
                }
                signed[Lent(name)] = value;
            }
        }

        /// <summary>The URL that was signed, or where to send the form.</summary>
        internal string Url => Lent(Native.oss_call_url(call));

        /// <summary>When what was signed ends.</summary>
        internal DateTimeOffset Expiration => DateTimeOffset.FromUnixTimeSeconds(Native.oss_call_expiration(call));

        private string Lent(byte* text)
        {
            string copy = Utf8.Text(text);
            GC.KeepAlive(call);
            return copy;
        }
    }
}
