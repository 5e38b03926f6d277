using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Alioss;

/// <summary>
/// The C# runner of the conformance scenarios: reads commands, carries them out with the library's public interface, prints
/// what came of it. See tests/conformance/README.md.
/// </summary>
internal static class Program
{
    private static readonly UTF8Encoding Utf8 = new UTF8Encoding(false);

    private static readonly Dictionary<string, IDisposable> Handles = new Dictionary<string, IDisposable>();
    private static readonly List<string[]> Inputs = new List<string[]>();
    private static OssOptions options = new OssOptions();

    private static int Main()
    {
        var input = new BufferedStream(Console.OpenStandardInput());
        var output = Console.OpenStandardOutput();
        string line;
        while ((line = ReadLine(input)) != null)
        {
            string answer;
            try
            {
                answer = Obey(Array.ConvertAll(line.Split(' '), Decode));
            }
            catch (UnsupportedException)
            {
                answer = "unsupported";
            }
            catch (UnrepresentableException)
            {
                answer = "unrepresentable";
            }
            byte[] bytes = Utf8.GetBytes(answer + "\n");
            output.Write(bytes, 0, bytes.Length);
            output.Flush();
        }
        Forget();
        return 0;
    }

    /// <summary>Lines are ASCII; one may hold a body of many megabytes.</summary>
    private static string ReadLine(Stream input)
    {
        var line = new MemoryStream();
        for (;;)
        {
            int next = input.ReadByte();
            if (next == '\n' || next < 0)
            {
                return next < 0 && line.Length == 0 ? null : Utf8.GetString(line.ToArray());
            }
            line.WriteByte((byte)next);
        }
    }

    private static string Decode(string word)
    {
        if (word == "%")
        {
            return "";
        }
        var bytes = new MemoryStream();
        for (int at = 0; at < word.Length; at++)
        {
            if (word[at] == '%')
            {
                bytes.WriteByte(byte.Parse(word.Substring(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                at += 2;
            }
            else
            {
                bytes.WriteByte((byte)word[at]);
            }
        }
        return Utf8.GetString(bytes.ToArray());
    }

    private static string Word(string[] words, int index)
    {
        if (index >= words.Length)
        {
            throw new UnsupportedException();
        }
        return words[index];
    }

    /// <summary>A word that stands for null when it is empty.</summary>
    private static string WordOrNull(string[] words, int index)
    {
        string word = Word(words, index);
        return word.Length == 0 ? null : word;
    }

    private static long Number(string[] words, int index)
    {
        long number;
        if (!long.TryParse(Word(words, index), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number))
        {
            throw new UnrepresentableException();
        }
        return number;
    }

    private static int Integer(string[] words, int index)
    {
        long number = Number(words, index);
        if (number < int.MinValue || number > int.MaxValue)
        {
            throw new UnrepresentableException();
        }
        return (int)number;
    }

    private static TimeSpan Milliseconds(string[] words, int index)
    {
        long number = Number(words, index);
        if (number > long.MaxValue / TimeSpan.TicksPerMillisecond || number < long.MinValue / TimeSpan.TicksPerMillisecond)
        {
            throw new UnrepresentableException();
        }
        return TimeSpan.FromTicks(number * TimeSpan.TicksPerMillisecond);
    }

    private static string Obey(string[] words)
    {
        switch (Word(words, 0))
        {
            case "hello":
                return "ok 1 " + (Type.GetType("Mono.Runtime") != null ? "csharp-mono" : "csharp-coreclr");
            case "scenario":
                Forget();
                return "ok";
            case "env":
                if (words.Length > 2)
                {
                    setenv(Terminated(words[1]), Terminated(words[2]), 1);
                }
                else
                {
                    unsetenv(Terminated(Word(words, 1)));
                }
                return "ok";
            case "config":
                options = new OssOptions();
                return "ok";
            case "option":
                SetOption(words);
                return "ok";
            case "session":
            case "bucket":
            case "service":
                return Open(words);
            case "free":
                if (!Handles.ContainsKey(Word(words, 1)))
                {
                    throw new UnsupportedException();
                }
                Free(words[1]);
                return "ok";
            case "header":
            case "query":
            case "range":
            case "timeout_ms":
            case "cancel_after_ms":
            case "progress":
            case "progress_stop":
            case "want":
            case "error_detail":
                Inputs.Add(words);
                return "ok";
            default:
                try
                {
                    return words[0] == "threads" ? Threads(words) : new Operation(words, Inputs).Run().Print();
                }
                finally
                {
                    Inputs.Clear();
                }
        }
    }

    private static void Free(string name)
    {
        IDisposable handle;
        if (Handles.TryGetValue(name, out handle))
        {
            handle.Dispose();
            Handles.Remove(name);
        }
    }

    private static void Forget()
    {
        foreach (IDisposable handle in Handles.Values)
        {
            handle.Dispose();
        }
        Handles.Clear();
        Inputs.Clear();
        options = new OssOptions();
    }

    private static void SetOption(string[] words)
    {
        string value = Word(words, 2);
        bool on = value != "0";
        switch (words[1])
        {
            case "endpoint": options.Endpoint = value; break;
            case "region": options.Region = value; break;
            case "cloudbox_id": options.CloudboxId = value; break;
            case "ca_file": options.CaFile = value; break;
            case "ca_pem": options.CaPem = value; break;
            case "proxy": options.Proxy = value; break;
            case "app_name": options.AppName = value; break;
            case "signature_version": options.SignatureVersion = Integer(words, 2); break;
            case "cname": options.Cname = on; break;
            case "path_style": options.PathStyle = on; break;
            case "internal_endpoint": options.InternalEndpoint = on; break;
            case "accelerate_endpoint": options.AccelerateEndpoint = on; break;
            case "dual_stack": options.DualStack = on; break;
            case "insecure_skip_verify": options.InsecureSkipVerify = on; break;
            case "proxy_from_env": options.ProxyFromEnv = on; break;
            case "crc64": options.Crc64 = on; break;
            case "clock_skew_correction": options.ClockSkewCorrection = on; break;
            case "pool_size": options.PoolSize = Integer(words, 2); break;
            case "retry": options.Retry = Integer(words, 2); break;
            case "traffic_limit": options.TrafficLimit = Number(words, 2); break;
            case "connect_timeout_ms": options.ConnectTimeout = Milliseconds(words, 2); break;
            case "read_timeout_ms": options.ReadTimeout = Milliseconds(words, 2); break;
            case "total_timeout_ms": options.TotalTimeout = Milliseconds(words, 2); break;
            case "tls_versions":
                options.TlsMin = Tls(value);
                options.TlsMax = Tls(Word(words, 3));
                break;
            case "keys":
                options.Credentials = Credentials.Static(value, Word(words, 3), words.Length > 4 ? words[4] : null);
                break;
            case "credentials": options.Credentials = Provider(words); break;
            case "session":
                if (!Handles.ContainsKey(value))
                {
                    throw new UnsupportedException();
                }
                options.Session = (Session)Handles[value];
                break;
            case "additional_signed_header": options.AdditionalSignedHeaders.Add(value); break;
            case "user_header": options.UserHeaders[value] = Word(words, 3); break;
            case "resolve": options.Resolve[value] = Word(words, 3); break;
            default: throw new UnsupportedException();
        }
    }

    private static TlsVersion Tls(string text)
    {
        string[] parts = text.Split('.');
        return (TlsVersion)(10 * Integer(parts, 0) + Integer(parts, 1));
    }

    private static Credentials Provider(string[] words)
    {
        Func<int, AccessKeys> keys = first =>
            new AccessKeys(Word(words, first), Word(words, first + 1), words.Length > first + 2 ? words[first + 2] : null);
        switch (words[2])
        {
            case "environment":
                return Credentials.Environment;
            case "anonymous":
                return Credentials.Anonymous;
            case "static":
                return Credentials.Static(Word(words, 3), Word(words, 4), words.Length > 5 ? words[5] : null);
            case "callback":
                AccessKeys given = keys(3);
                return Credentials.Callback(() => given);
            case "callback-fails":
                return Credentials.Callback(() => { throw new StopException(); });
            case "callback-alternates":
                var pair = new[]
                {
                    new AccessKeys(Word(words, 3), Word(words, 4)),
                    new AccessKeys(Word(words, 5), Word(words, 6)),
                };
                int calls = 0;
                return Credentials.Callback(() => pair[(Interlocked.Increment(ref calls) - 1) % 2]);
            default:
                throw new UnsupportedException();
        }
    }

    private static string Open(string[] words)
    {
        string name = Word(words, 1);
        var fields = new Fields("result");
        try
        {
            IDisposable made;
            switch (words[0])
            {
                case "session": made = new Session(options); break;
                case "bucket": made = new Bucket(options, Word(words, 2)); break;
                default: made = new Service(options); break;
            }
            Free(name);
            Handles[name] = made;
            fields.Number("opened", 1);
        }
        catch (OssException error)
        {
            Free(name);
            fields.Number("opened", 0);
            fields.Text("error", error.Message);
        }
        return fields.ToString();
    }

    private static string Threads(string[] words)
    {
        int count = Integer(words, 1);
        int times = Integer(words, 2);
        var command = new string[words.Length - 3];
        Array.Copy(words, 3, command, 0, command.Length);
        var inputs = Inputs.ToArray();
        var start = new Barrier(count);
        var done = new List<Operation>();
        Exception refusal = null;
        var threads = new Thread[count];
        for (int index = 0; index < count; index++)
        {
            threads[index] = new Thread(() =>
            {
                start.SignalAndWait();
                for (int turn = 0; turn < times; turn++)
                {
                    var operation = new Operation(command, inputs);
                    try
                    {
                        operation.Run();
                    }
                    catch (Exception exception)
                    {
                        refusal = exception;
                    }
                    operation.Dispose();
                    lock (done)
                    {
                        done.Add(operation);
                    }
                }
            });
            threads[index].Start();
        }
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
        if (refusal != null)
        {
            throw refusal;
        }
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        long bytes = 0;
        OssException failure = null;
        foreach (Operation operation in done)
        {
            int seen;
            counts.TryGetValue(operation.Status, out seen);
            counts[operation.Status] = seen + 1;
            bytes += operation.Bytes;
            failure = operation.Failure ?? failure;
        }
        var fields = new Fields("result");
        fields.Text("status", Operation.StatusName(failure));
        if (failure != null)
        {
            fields.Text("error", failure.Message);
        }
        fields.Number("bytes", bytes);
        foreach (KeyValuePair<string, int> pair in counts)
        {
            fields.Number("count." + pair.Key, pair.Value);
        }
        return fields.ToString();
    }

    /// <summary>One operation with the inputs prepared for it.</summary>
    private sealed class Operation : IDisposable
    {
        private readonly string[] words;
        private readonly IList<string[]> inputs;
        private readonly CallOptions call = new CallOptions();
        private readonly CancellationTokenSource cancel = new CancellationTokenSource();
        private readonly Reporter reporter = new Reporter();
        private readonly Fields entries = new Fields("");
        private readonly Receiver receiver = new Receiver();
        private OssResponse response;
        private ObjectStream stream;

        internal Operation(string[] words, IList<string[]> inputs)
        {
            this.words = words;
            this.inputs = inputs;
        }

        internal OssException Failure { get; private set; }

        internal string Status => StatusName(Failure);

        internal long Bytes => receiver.Count;

        internal static string StatusName(OssException failure)
        {
            var name = new StringBuilder("OSS");
            foreach (char letter in (failure == null ? OssStatus.Ok : failure.Status).ToString())
            {
                name.Append(char.IsUpper(letter) ? "_" + letter : char.ToUpperInvariant(letter).ToString());
            }
            return failure == null ? "OSS_OK" : name.ToString();
        }

        internal Operation Run()
        {
            foreach (string[] input in inputs)
            {
                switch (input[0])
                {
                    case "header": call.Headers[Word(input, 1)] = Word(input, 2); break;
                    case "query": call.Query[Word(input, 1)] = input.Length > 2 ? input[2] : null; break;
                    case "range": call.Range = ByteRange.Between(Number(input, 1), Number(input, 2)); break;
                    case "timeout_ms": call.Timeout = Milliseconds(input, 1); break;
                    case "progress": call.Progress = reporter; break;
                    case "progress_stop":
                        call.Progress = reporter;
                        reporter.StopAt = Number(input, 1);
                        break;
                }
            }
            foreach (string[] input in inputs)
            {
                if (input[0] == "cancel_after_ms")
                {
                    if (Integer(input, 1) == 0)
                    {
                        cancel.Cancel();
                    }
                    else
                    {
                        cancel.CancelAfter(Integer(input, 1));
                    }
                }
            }
            try
            {
                Perform();
            }
            catch (Exception exception) when (OssException.Of(exception) != null)
            {
                Failure = OssException.Of(exception);
            }
            return this;
        }

        private T Handle<T>() where T : class
        {
            IDisposable handle;
            lock (Handles)
            {
                Handles.TryGetValue(Word(words, 1), out handle);
            }
            return handle as T ?? throw new UnsupportedException();
        }

        private void Perform()
        {
            CancellationToken token = cancel.Token;
            switch (words[0])
            {
                case "list_buckets":
                    foreach (BucketEntry entry in Handle<Service>().ListBuckets(WordOrNull(words, 2), call, token))
                    {
                        Print(entry);
                    }
                    return;
                case "service_invoke":
                    response = Handle<Service>().Invoke(Word(words, 2), Body(words, 3), call, token);
                    receiver.Take(response.Body);
                    return;
            }
            var bucket = Handle<Bucket>();
            switch (words[0])
            {
                case "put_object":
                    response = bucket.PutObject(Word(words, 2), Body(words, 3), call, token);
                    break;
                case "put_object_file":
                    response = bucket.PutObjectFile(Word(words, 2), Word(words, 3), call, token);
                    break;
                case "put_object_stream":
                    var source = new Source(Body(words, 4), words[4].StartsWith("stop:", StringComparison.Ordinal));
                    response = bucket.PutObject(Word(words, 2), source, Number(words, 3), call, token);
                    break;
                case "get_object":
                    Read(bucket.GetObject(Word(words, 2), call, token), long.MaxValue);
                    break;
                case "get_object_part":
                    Read(bucket.GetObject(Word(words, 2), call, token), Number(words, 3));
                    break;
                case "get_object_to_buffer":
                    var buffer = new byte[Integer(words, 3)];
                    int length = bucket.GetObjectToBuffer(
                        Word(words, 2), new ArraySegment<byte>(buffer), out response, call, token);
                    receiver.Take(buffer, 0, length);
                    break;
                case "get_object_to_file":
                    response = bucket.GetObjectToFile(Word(words, 2), Word(words, 3), call, token);
                    break;
                case "get_object_to_stream":
                    receiver.StopAt = words.Length > 3 ? Number(words, 3) : long.MaxValue;
                    response = bucket.GetObjectToStream(Word(words, 2), receiver, call, token);
                    receiver.Take(new byte[0]);
                    break;
                case "head_object":
                    response = bucket.HeadObject(Word(words, 2), call, token);
                    break;
                case "get_object_meta":
                    response = bucket.GetObjectMeta(Word(words, 2), call, token);
                    break;
                case "delete_object":
                    response = bucket.DeleteObject(Word(words, 2), call, token);
                    break;
                case "put_bucket":
                    response = bucket.PutBucket(call, token);
                    break;
                case "delete_bucket":
                    response = bucket.DeleteBucket(call, token);
                    break;
                case "list_objects_v2":
                    foreach (ObjectEntry entry in bucket.ListObjectsV2(
                        WordOrNull(words, 2), WordOrNull(words, 3), call, token))
                    {
                        Print(entry);
                    }
                    break;
                case "invoke":
                    response = bucket.Invoke(Word(words, 2), WordOrNull(words, 3), Body(words, 4), call, token);
                    receiver.Take(response.Body);
                    break;
                default:
                    throw new UnsupportedException();
            }
        }

        private void Read(ObjectStream opened, long enough)
        {
            stream = opened;
            var buffer = new byte[64 * 1024];
            int got = 1;
            while (receiver.Count < enough && (got = stream.Read(buffer, 0, buffer.Length)) > 0)
            {
                receiver.Take(buffer, 0, got);
            }
            receiver.Take(new byte[0]);
            response = stream.Response;
        }

        private void Print(ObjectEntry entry)
        {
            entries.Text("entry", (entry.IsPrefix ? "prefix," : "object,") + entry.Size + "," + entry.Key);
            entries.Time("entry.time", entry.LastModified);
            entries.Text("entry.etag", entry.ETag);
            entries.Text("entry.storage_class", entry.StorageClass);
            entries.Text("entry.object_type", entry.Type);
            entries.Text("entry.restore_info", entry.RestoreInfo);
            entries.Text("entry.owner_id", entry.OwnerId);
            entries.Text("entry.owner_name", entry.OwnerName);
        }

        private void Print(BucketEntry entry)
        {
            entries.Text("entry", "bucket,-1," + entry.Name);
            entries.Time("entry.time", entry.CreationDate);
            entries.Text("entry.storage_class", entry.StorageClass);
            entries.Text("entry.region", entry.Region);
            entries.Text("entry.location", entry.Location);
            entries.Text("entry.extranet_endpoint", entry.ExtranetEndpoint);
            entries.Text("entry.intranet_endpoint", entry.IntranetEndpoint);
        }

        internal string Print()
        {
            var fields = new Fields("result");
            fields.Text("status", Status);
            if (Failure != null)
            {
                fields.Text("error", Failure.Message);
                fields.Positive("http_status", Failure.HttpStatus);
                fields.Text("request_id", Failure.RequestId);
                fields.Text("code", Failure.Code);
                fields.Text("message", Failure.ServiceMessage);
                fields.Text("host_id", Failure.HostId);
                fields.Text("ec", Failure.EC);
                fields.Number("retryable", Failure.Retryable ? 1 : 0);
                fields.Positive("attempts", Failure.Attempts);
                foreach (string name in Named("error_detail"))
                {
                    fields.Text("error_detail." + name, Failure.Detail(name));
                }
            }
            else if (response != null)
            {
                fields.Positive("http_status", response.HttpStatus);
                fields.Text("request_id", response.RequestId);
                fields.Text("etag", response.ETag);
                fields.Text("version_id", response.VersionId);
                if (response.Crc64.HasValue)
                {
                    fields.Text("crc64", response.Crc64.Value.ToString(CultureInfo.InvariantCulture));
                }
                if (response.ContentLength.HasValue)
                {
                    fields.Number("content_length", response.ContentLength.Value);
                }
                fields.Time("last_modified", response.LastModified);
                foreach (string name in Named("want"))
                {
                    fields.Text("header." + name, response.Header(name));
                }
            }
            receiver.Print(fields);
            reporter.Print(fields);
            Dispose();
            return fields.ToString() + entries;
        }

        private IEnumerable<string> Named(string what)
        {
            foreach (string[] input in inputs)
            {
                if (input[0] == what)
                {
                    yield return input[1];
                }
            }
        }

        public void Dispose()
        {
            if (stream != null)
            {
                stream.Dispose();
            }
            else if (response != null)
            {
                response.Dispose();
            }
            cancel.Dispose();
        }
    }

    private static byte[] Body(string[] words, int index)
    {
        string[] parts = Word(words, index).Split(new[] { ':' }, 2);
        if (parts[0] == "text")
        {
            return Utf8.GetBytes(parts[1]);
        }
        var bytes = new byte[Integer(parts, 1)];
        for (int at = 0; at < bytes.Length; at++)
        {
            bytes[at] = (byte)(at % 251);
        }
        return bytes;
    }

    private static byte[] Terminated(string text) => Utf8.GetBytes(text + "\0");

    [DllImport("libc")]
    private static extern int setenv(byte[] name, byte[] value, int overwrite);

    [DllImport("libc")]
    private static extern int unsetenv(byte[] name);

    private sealed class UnsupportedException : Exception
    {
    }

    private sealed class UnrepresentableException : Exception
    {
    }

    /// <summary>A callback gives up.</summary>
    private sealed class StopException : Exception
    {
    }

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
