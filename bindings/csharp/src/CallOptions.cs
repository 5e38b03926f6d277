using System;
using System.Collections;
using System.Collections.Generic;

namespace Alioss
{
    /// <summary>How far a transfer is.</summary>
    public struct TransferProgress
    {
        internal TransferProgress(long done, long total)
        {
            Done = done;
            Total = total < 0 ? (long?)null : total;
        }

        /// <summary>Bytes moved so far.</summary>
        public long Done { get; }

        /// <summary>Bytes in all; null if unknown.</summary>
        public long? Total { get; }
    }

    /// <summary>A part of an object, in bytes, counted from 0.</summary>
    public struct ByteRange
    {
        private ByteRange(long first, long last)
        {
            First = first;
            Last = last;
        }

        internal long First { get; }

        internal long Last { get; }

        /// <summary>From byte <paramref name="first"/> to byte <paramref name="last"/>, both included.</summary>
        /// <exception cref="ArgumentOutOfRangeException">
        /// <paramref name="first"/> is negative, or <paramref name="last"/> is less.
        /// </exception>
        public static ByteRange Between(long first, long last)
        {
            if (last < CheckedFirst(first))
            {
                throw OssException.OutOfRange(
                    nameof(last), last, $"`last`: {first} to {last} is not a range; allowed is the first byte and more");
            }
            return new ByteRange(first, last);
        }

        /// <summary>From byte <paramref name="first"/> to the end.</summary>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="first"/> is negative.</exception>
        public static ByteRange From(long first) => new ByteRange(CheckedFirst(first), -1);

        /// <summary>The last <paramref name="count"/> bytes, 1 or more.</summary>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
        public static ByteRange Suffix(long count)
        {
            if (count < 1)
            {
                throw OssException.OutOfRange(nameof(count), count, $"`count`: {count} is out of range; allowed are 1 byte and more");
            }
            return new ByteRange(-count, -1);
        }

        /// <summary>In the library's terms a negative one means the last bytes.</summary>
        private static long CheckedFirst(long first) =>
            first >= 0
                ? first
                : throw OssException.OutOfRange(
                    nameof(first), first, $"`first`: {first} is negative; allowed are 0 and more, and the last bytes are a Suffix");
    }

    /// <summary>
    /// Elements of the XML document that an operation sends, such as <c>["Rule[0].Expiration.Days"] = "30"</c>; a null value
    /// takes the element out. Missing elements are made, in the order of this list; an index may be one after the last.
    /// </summary>
    public sealed class DocumentFields : IEnumerable<KeyValuePair<string, string?>>
    {
        private readonly List<KeyValuePair<string, string?>> all = new List<KeyValuePair<string, string?>>();

        /// <summary>The same as <see cref="Add"/>.</summary>
        public string? this[string path]
        {
            set { Add(path, value); }
        }

        /// <summary>Sets the element at <paramref name="path"/> after those added before.</summary>
        public void Add(string path, string? value) => all.Add(new KeyValuePair<string, string?>(path, value));

        /// <summary>Paths and values in their order.</summary>
        public IEnumerator<KeyValuePair<string, string?>> GetEnumerator() => all.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    /// <summary>
    /// Settings of one call. Nearly every option of an OSS operation is a header or a query parameter. May be used for any
    /// number of calls at once, as long as nobody changes it meanwhile.
    /// </summary>
    public sealed class CallOptions
    {
        /// <summary>Request headers, such as <c>["x-oss-object-acl"] = "private"</c>.</summary>
        public IDictionary<string, string> Headers { get; } =
            new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

        /// <summary>
        /// Sends <see cref="Headers"/> even if they look like a misspelt one of the service, such as <c>x-oss-acl</c> for an
        /// object. Default false: that is an error, because the service ignores headers that it does not know.
        /// </summary>
        public bool Insist { get; set; }

        /// <summary>
        /// Query parameters, such as <c>["versionId"] = "CAEQ..."</c>; a null value stands for a name without a value, as in
        /// <c>["acl"] = null</c>. They are escaped when they are sent.
        /// </summary>
        public IDictionary<string, string?> Query { get; } = new Dictionary<string, string?>();

        /// <summary>Type of the object. Null, the default: guessed from the key.</summary>
        public string? ContentType { get; set; }

        /// <summary>How long others may keep a copy, such as <c>max-age=3600</c>. Null, the default: not said.</summary>
        public string? CacheControl { get; set; }

        /// <summary>Whether browsers show the object or save it, such as <c>attachment</c>. Null, the default: not said.</summary>
        public string? ContentDisposition { get; set; }

        /// <summary>Access to the object that is stored; see <see cref="Acls"/>. Null, the default: that of its bucket.</summary>
        public string? ObjectAcl { get; set; }

        /// <summary>Access to the bucket that is made; see <see cref="Acls"/>. Null, the default: private.</summary>
        public string? BucketAcl { get; set; }

        /// <summary>Class of the object; see <see cref="StorageClasses"/>. Null, the default: that of its bucket.</summary>
        public string? StorageClass { get; set; }

        /// <summary>User metadata of the object, by names without <c>x-oss-meta-</c>.</summary>
        public IDictionary<string, string> Metadata { get; } =
            new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

        /// <summary>Tags of the object, up to 10; escaped as needed.</summary>
        public IDictionary<string, string> Tags { get; } = new Dictionary<string, string>();

        /// <summary>How the service encrypts the object; see <see cref="Encryptions"/>. Null, the default: as its bucket says.</summary>
        public string? ServerSideEncryption { get; set; }

        /// <summary>Which key of the Key Management Service it uses. Null, the default: its own.</summary>
        public string? ServerSideEncryptionKeyId { get; set; }

        /// <summary>Uploads fail with <see cref="OssStatus.Exists"/> if the key is in use. Default false.</summary>
        public bool ForbidOverwrite { get; set; }

        /// <summary>Only if the object has this ETag, quotes included.</summary>
        public string? IfMatch { get; set; }

        /// <summary>Only if the object does not have this ETag, quotes included.</summary>
        public string? IfNoneMatch { get; set; }

        /// <summary>Only if the object has changed since.</summary>
        public DateTimeOffset? IfModifiedSince { get; set; }

        /// <summary>Only if the object has not changed since.</summary>
        public DateTimeOffset? IfUnmodifiedSince { get; set; }

        /// <summary>
        /// Limits the bandwidth in bit/s, 819200 to 838860800. Null, the default: <see cref="OssOptions.TrafficLimit"/>.
        /// </summary>
        public long? TrafficLimit { get; set; }

        /// <summary>
        /// Elements of the document that the operation sends: they change the one that is given, or make a new one.
        /// </summary>
        public DocumentFields Fields { get; } = new DocumentFields();

        /// <summary>
        /// Has the service call back when an upload is stored; a JSON text, such as
        /// <c>{"callbackUrl":"http://...","callbackBody":"..."}</c>. The answer of the callback is then
        /// <see cref="OssResponse.Body"/>; if it fails, the upload is stored and HTTP status 203 the error.
        /// </summary>
        public string? Callback { get; set; }

        /// <summary>Variables for <see cref="Callback"/>, such as <c>{"x:a":"b"}</c>; null, the default, for none.</summary>
        public string? CallbackVariables { get; set; }

        /// <summary>
        /// CRC-64 of what an appendable object holds already, so that AppendObject compares the whole object: that of the
        /// last append. Not needed at position 0.
        /// </summary>
        public ulong? InitialCrc64 { get; set; }

        /// <summary>The part of the object that a download asks for; null, the default, for all of it.</summary>
        public ByteRange? Range { get; set; }

        /// <summary>
        /// Limit for the call with its repetitions and the reading of its answer, 1 ms to 7 days; instead of
        /// <see cref="OssOptions.TotalTimeout"/>. Null, the default: that one. Times are rounded up to milliseconds. Like a token it
        /// ends an asynchronous call that waits for a stream of yours: see <see cref="Bucket"/>.
        /// </summary>
        public TimeSpan? Timeout { get; set; }

        /// <summary>Limit for connecting, 1 ms to 7 days. Null, the default: <see cref="OssOptions.ConnectTimeout"/>.</summary>
        public TimeSpan? ConnectTimeout { get; set; }

        /// <summary>
        /// Limit for no byte moving, 1 ms to 7 days. Null, the default: <see cref="OssOptions.ReadTimeout"/>.
        /// </summary>
        public TimeSpan? ReadTimeout { get; set; }

        /// <summary>
        /// Bytes per part of <see cref="Bucket.UploadFile"/> and <see cref="Bucket.DownloadFile"/>, 102400 to 5368709120. Null,
        /// the default: 8 MiB, and more for files of more than 80 GB.
        /// </summary>
        public long? PartSize { get; set; }

        /// <summary>How many of their parts are under way at the same time, 1 to 64. Null: the default, 3.</summary>
        public int? Workers { get; set; }

        /// <summary>
        /// Has GetObject fetch as many parts ahead, each by a thread and a connection of its own, for links that one
        /// connection does not fill: 2 to 64, 0 for off. Null: the default, off.
        /// </summary>
        public int? Prefetch { get; set; }

        /// <summary>Where they keep their records. Null, the default: beside the local file.</summary>
        public string? RecordDirectory { get; set; }

        /// <summary>
        /// Has them keep no records: what fails begins from the start the next time. To delete what was sent takes up to 10 s, or
        /// 2 s if it was cancelled or timed out. Default false.
        /// </summary>
        public bool NoRecord { get; set; }

        /// <summary>
        /// Told status and headers of a download that is written to a stream of yours, before the first of its bytes is; on
        /// the thread that writes them. What it throws ends the call and comes back unchanged.
        /// </summary>
        public Action<OssResponse>? HeadersReceived { get; set; }

        /// <summary>
        /// Told about the bytes of an upload or download, on the thread that moves them. What it throws ends the call and
        /// comes back unchanged. (<see cref="Progress{T}"/> passes reports on to another thread, where they may be late.)
        /// </summary>
        public IProgress<TransferProgress>? Progress { get; set; }

        /// <summary>A copy, to be changed on its own. The lists in it are the same ones.</summary>
        internal CallOptions Clone() => (CallOptions)MemberwiseClone();
    }
}
