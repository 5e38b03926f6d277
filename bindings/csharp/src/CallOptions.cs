using System;
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
        public static ByteRange Between(long first, long last) => new ByteRange(first, last);

        /// <summary>From byte <paramref name="first"/> to the end.</summary>
        public static ByteRange From(long first) => new ByteRange(first, -1);

        /// <summary>The last <paramref name="count"/> bytes, 1 or more.</summary>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
        public static ByteRange Suffix(long count)
        {
            if (count < 1)
            {
                throw new ArgumentOutOfRangeException(nameof(count), count, "at least 1 byte has to be asked for");
            }
            return new ByteRange(-count, -1);
        }
    }

    /// <summary>
    /// Settings of one call. Nearly every option of an OSS operation is a header or a query parameter. May be used for any
    /// number of calls at once, as long as nobody changes it meanwhile.
    /// </summary>
    public sealed class CallOptions
    {
        /// <summary>Request headers, such as <c>["x-oss-object-acl"] = "private"</c>.</summary>
        public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

        /// <summary>
        /// Query parameters, such as <c>["versionId"] = "CAEQ..."</c>; a null value stands for a name without a value, as in
        /// <c>["acl"] = null</c>. They are escaped when they are sent.
        /// </summary>
        public IDictionary<string, string> Query { get; } = new Dictionary<string, string>();

        /// <summary>The part of the object that a download asks for; null, the default, for all of it.</summary>
        public ByteRange? Range { get; set; }

        /// <summary>
        /// Limit for the call with its repetitions and the reading of its answer, 1 ms to 7 days; instead of
        /// <see cref="OssOptions.TotalTimeout"/>. Null, the default: that one.
        /// </summary>
        public TimeSpan? Timeout { get; set; }

        /// <summary>
        /// Told about the bytes of an upload or download, on the thread that moves them. What it throws ends the call and
        /// comes back unchanged. (<see cref="Progress{T}"/> passes reports on to another thread, where they may be late.)
        /// </summary>
        public IProgress<TransferProgress> Progress { get; set; }
    }
}
