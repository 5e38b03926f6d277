using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Alioss;

/// <summary>
/// The C# runner of the conformance scenarios: reads commands, carries them out with the library's public interface, prints
/// what came of it. See tests/conformance/README.md.
/// </summary>
internal static partial class Program
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

    private static ulong Unsigned(string[] words, int index)
    {
        ulong number;
        if (!ulong.TryParse(Word(words, index), NumberStyles.None, CultureInfo.InvariantCulture, out number))
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

    private static TimeSpan Seconds(string[] words, int index)
    {
        long number = Number(words, index);
        if (number > long.MaxValue / TimeSpan.TicksPerSecond || number < long.MinValue / TimeSpan.TicksPerSecond)
        {
            throw new UnrepresentableException();
        }
        return TimeSpan.FromTicks(number * TimeSpan.TicksPerSecond);
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
                // .NET has a copy, which is what counts for keys; C's is for what else the library reads.
                Environment.SetEnvironmentVariable(Word(words, 1), words.Length > 2 ? words[2] : null);
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
            case "field":
            case "text":
            case "count":
            case "initial_crc64":
            case "callback":
            case "part":
            case "part_size":
            case "workers":
            case "prefetch":
            case "record_directory":
            case "no_record":
            case "outcome_stop":
            case "filter_out":
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
            case "file_sync": options.FileSync = on; break;
            case "attempts": options.Attempts = Integer(words, 2); break;
            case "backoff_ms":
                options.BackoffBase = Milliseconds(words, 2);
                options.BackoffCap = Milliseconds(words, 3);
                break;
            case "clock":
                int ahead = Integer(words, 2);
                options.Clock = () => DateTimeOffset.UtcNow.AddSeconds(ahead);
                break;
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
            case "from":
                return Credentials.From(Word(words, 3));
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
            case "callback-until-refused":
                return Credentials.Provider(new PairProvider(words, 3, null));
            case "callback-expires":
                return Credentials.Provider(new PairProvider(words, 4, Integer(words, 3)));
            default:
                throw new UnsupportedException();
        }
    }

    /// <summary>The second pair once the service has refused the first one; or both in turn, with an expiry.</summary>
    private sealed class PairProvider : CredentialsProvider
    {
        private readonly string[] words;
        private readonly int first;
        private readonly int? seconds;
        private int calls;

        internal PairProvider(string[] words, int first, int? seconds)
        {
            this.words = words;
            this.first = first;
            this.seconds = seconds;
        }

        public override async Task<AccessKeys> GetKeysAsync(KeysRequest request, CancellationToken cancellationToken)
        {
            await Task.Delay(1, cancellationToken);
            int call = Interlocked.Increment(ref calls) - 1;
            int pair = seconds == null ? (request.Refused ? 1 : 0) : call % 2;
            var keys = new AccessKeys(Word(words, first + 2 * pair), Word(words, first + 2 * pair + 1));
            if (seconds != null)
            {
                keys.Expiration = DateTimeOffset.UtcNow.AddSeconds(seconds.Value);
            }
            return keys;
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
        catch (Exception error) when (OssException.Of(error) != null)
        {
            Free(name);
            fields.Number("opened", 0);
            fields.Text("error", OssException.Of(error).Message);
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
}
