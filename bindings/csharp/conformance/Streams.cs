using System;
using System.Globalization;
using System.IO;
using System.Text;
using Alioss;

internal static partial class Program
{
    /// <summary>The fields of a result.</summary>
    private sealed class Fields
    {
        private readonly StringBuilder text;

        internal Fields(string first)
        {
            text = new StringBuilder(first);
        }

        internal void Bytes(string name, byte[] value)
        {
            text.Append(' ').Append(name).Append('=');
            foreach (byte letter in value)
            {
                if (letter > 0x20 && letter < 0x7F && letter != '%')
                {
                    text.Append((char)letter);
                }
                else
                {
                    text.Append('%').Append(letter.ToString("X2", CultureInfo.InvariantCulture));
                }
            }
        }

        internal void Text(string name, string value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                Bytes(name, Utf8.GetBytes(value));
            }
        }

        internal void Number(string name, long value) => Text(name, value.ToString(CultureInfo.InvariantCulture));

        internal void Unsigned(string name, ulong? value)
        {
            if (value.HasValue)
            {
                Text(name, value.Value.ToString(CultureInfo.InvariantCulture));
            }
        }

        internal void Positive(string name, long value)
        {
            if (value > 0)
            {
                Number(name, value);
            }
        }

        internal void Time(string name, DateTimeOffset? value)
        {
            if (value.HasValue)
            {
                Number(name, value.Value.ToUnixTimeSeconds());
            }
        }

        public override string ToString() => text.ToString();
    }

    private sealed class Reporter : IProgress<TransferProgress>
    {
        private TransferProgress? last;

        internal long StopAt { get; set; } = long.MaxValue;

        public void Report(TransferProgress value)
        {
            last = value;
            if (value.Done >= StopAt)
            {
                throw new StopException();
            }
        }

        internal void Print(Fields fields)
        {
            if (last.HasValue)
            {
                fields.Text("progress", last.Value.Done + "/" + last.Value.Total.GetValueOrDefault(-1));
            }
        }
    }

    /// <summary>A body to send that cannot seek and may give up at its end.</summary>
    private sealed class Source : ForwardStream
    {
        private readonly MemoryStream bytes;
        private readonly bool givesUp;

        internal Source(byte[] bytes, bool givesUp)
        {
            this.bytes = new MemoryStream(bytes);
            this.givesUp = givesUp;
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int got = bytes.Read(buffer, offset, count);
            if (got == 0 && givesUp)
            {
                throw new StopException();
            }
            return got;
        }
    }

    /// <summary>Takes what is received, for its length and checksum, and may give up.</summary>
    private sealed class Receiver : ForwardStream
    {
        private readonly MemoryStream beginning = new MemoryStream();
        private ulong fnv = 14695981039346656037;
        private bool any;

        internal bool IsEmpty => !any;

        internal long Count { get; private set; }

        internal long StopAt { get; set; } = long.MaxValue;

        internal void Take(byte[] bytes) => Take(bytes, 0, bytes.Length);

        internal void Take(byte[] bytes, int offset, int count)
        {
            any = true;
            for (int at = offset; at < offset + count; at++)
            {
                fnv = unchecked((fnv ^ bytes[at]) * 1099511628211);
            }
            Count += count;
            if (Count <= 1000)
            {
                beginning.Write(bytes, offset, count);
            }
        }

        public override void Write(byte[] buffer, int offset, int count)
        {
            Take(buffer, offset, count);
            if (Count >= StopAt)
            {
                throw new StopException();
            }
        }

        internal void Print(Fields fields)
        {
            if (!any)
            {
                return;
            }
            fields.Number("bytes", Count);
            fields.Text("fnv", fnv.ToString("x16", CultureInfo.InvariantCulture));
            if (Count <= 1000)
            {
                fields.Bytes("body", beginning.ToArray());
            }
        }
    }

    private abstract class ForwardStream : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get { throw new NotSupportedException(); }
            set { throw new NotSupportedException(); }
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
