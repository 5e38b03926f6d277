using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Alioss;

/// <summary>What the tests share: the server, its faults, assertions.</summary>
internal static class Harness
{
    internal const string Id = "local-access-key-id";
    internal const string Secret = "local-access-key-secret";

    internal static readonly bool OnMono = Type.GetType("Mono.Runtime") != null;
    internal static readonly string Endpoint = Variable("OSS_ENDPOINT");
    internal static readonly string HttpsEndpoint = Variable("OSS_HTTPS_ENDPOINT");
    internal static readonly string CaFile = Variable("OSS_CA_FILE");

    private static readonly string Run = Guid.NewGuid().ToString("N").Substring(0, 8);

    private static int keys;

    internal static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException("set " + name);

    /// <summary>Options for the local server.</summary>
    internal static OssOptions Options() => new OssOptions
    {
        Endpoint = Endpoint,
        Region = "cn-hangzhou",
        Credentials = Credentials.Static(Id, Secret),
    };

    /// <summary>The bucket that most tests use.</summary>
    internal static Bucket Bucket(OssOptions options = null) => new Bucket(options ?? Options(), "csharp-tests");

    /// <summary>A key of its own for each test.</summary>
    internal static string Key(string suffix = "") =>
        "key-" + Run + "-" + Interlocked.Increment(ref keys) + "-" + suffix;

    internal static byte[] Pattern(int length)
    {
        var bytes = new byte[length];
        for (int at = 0; at < length; at++)
        {
            bytes[at] = (byte)(at % 251);
        }
        return bytes;
    }

    /// <summary>Talks to the server itself, past the library; the body of its answer.</summary>
    internal static string Admin(string method, string path, string body = "")
    {
        var uri = new Uri(Endpoint);
        using (var client = new TcpClient(uri.Host, uri.Port))
        using (var stream = client.GetStream())
        {
            byte[] request = Encoding.UTF8.GetBytes(
                method + " " + path + " HTTP/1.1\r\nHost: " + uri.Authority + "\r\nConnection: close\r\nContent-Length: "
                + Encoding.UTF8.GetByteCount(body) + "\r\n\r\n" + body);
            stream.Write(request, 0, request.Length);
            string answer = new StreamReader(stream, Encoding.UTF8).ReadToEnd();
            Check(answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), answer);
            return answer.Substring(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4);
        }
    }

    /// <summary>
    /// Has the server misbehave towards requests for keys that begin with <paramref name="prefix"/>; with single quotes for
    /// double ones.
    /// </summary>
    internal static void Fault(string prefix, string action, int times = 1) =>
        Admin("POST", "/_local/rules", ("{'key_prefix':'" + prefix + "','times':" + times + ",'action':" + action + "}").Replace('\'', '"'));

    /// <summary>The requests that the server saw whose target holds <paramref name="part"/>, as JSON objects.</summary>
    internal static List<string> Requests(string part)
    {
        var found = new List<string>();
        foreach (string record in Admin("GET", "/_local/requests").Split(new[] { "},{" }, StringSplitOptions.None))
        {
            if (record.Contains(part))
            {
                found.Add(record);
            }
        }
        return found;
    }

    internal static void Check(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException("wrong: " + what);
        }
    }

    internal static void Equal<T>(T expected, T actual, string what = "value")
    {
        Check(
            EqualityComparer<T>.Default.Equals(expected, actual),
            what + " is " + (actual == null ? "null" : actual.ToString()) + ", expected "
            + (expected == null ? "null" : expected.ToString()));
    }

    /// <summary>
    /// That what these make and forget is not kept. On threads of their own, so that no stack holds a leftover reference; some
    /// of many may be, as Mono scans conservatively.
    /// </summary>
    internal static void LetsGo(string what, params Func<WeakReference>[] uses)
    {
        var forgotten = new List<WeakReference>();
        foreach (var use in uses)
        {
            var thread = new Thread(() =>
            {
                for (int turn = 0; turn < 10; turn++)
                {
                    forgotten.Add(use());
                }
            });
            thread.Start();
            thread.Join();
        }
        for (int turn = 0; turn < 20 && forgotten.Count(reference => reference.IsAlive) > 2; turn++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(10);
        }
        Check(forgotten.Count(reference => reference.IsAlive) <= 2, what + " are kept: " + forgotten.Count(r => r.IsAlive));
    }

    internal static void SameBytes(byte[] expected, byte[] actual)
    {
        Equal(expected.Length, actual.Length, "length");
        for (int at = 0; at < expected.Length; at++)
        {
            if (expected[at] != actual[at])
            {
                throw new InvalidOperationException("byte " + at + " differs");
            }
        }
    }

    internal static T Throws<T>(Action action) where T : Exception
    {
        try
        {
            action();
        }
        catch (T expected)
        {
            return expected;
        }
        throw new InvalidOperationException("no " + typeof(T).Name + " was thrown");
    }

    /// <summary>An OssException with this status.</summary>
    internal static OssException Fails(OssStatus status, Action action)
    {
        var thrown = Throws<Exception>(action);
        var error = OssException.Of(thrown);
        Check(error != null, "not an exception of the library: " + thrown);
        // A mistake of the program is what .NET calls one.
        bool isMistake = status == OssStatus.InvalidArgument && error.HttpStatus == 0;
        Equal(isMistake, thrown is ArgumentException, "argument exception (" + thrown + ")");
        Equal(status, error.Status, "status (" + error.Message + ")");
        return error;
    }

    internal static byte[] ReadAll(Stream stream)
    {
        using (stream)
        {
            var all = new MemoryStream();
            stream.CopyTo(all);
            return all.ToArray();
        }
    }

    /// <summary>
    /// Runs <paramref name="action"/>, which blocks, and cancels it after a while; it has to end with a cancellation within
    /// 250 ms. On a busy machine a thread may get its turn too late, so the best of ten counts.
    /// </summary>
    internal static void EndsInTime(Action<CancellationToken> action)
    {
        long best = long.MaxValue;
        for (int turn = 0; turn < 10 && best > 250; turn++)
        {
            using (var source = new CancellationTokenSource())
            {
                var watch = new Stopwatch();
                var timer = new Thread(() =>
                {
                    Thread.Sleep(300);
                    watch.Start();
                    source.Cancel();
                });
                timer.Start();
                OperationCanceledException error;
                long took;
                try
                {
                    error = Throws<OperationCanceledException>(() => action(source.Token));
                    took = watch.ElapsedMilliseconds;
                }
                finally
                {
                    timer.Join();
                }
                Check(source.IsCancellationRequested, "it was not the token that ended it");
                Equal(source.Token, error.CancellationToken, "token");
                best = Math.Min(best, took);
            }
        }
        Check(best <= 250, "cancelling took " + best + " ms");
    }

    /// <summary>What getenv() in the library sees; .NET keeps variables of its own.</summary>
    internal static void SetEnvironment(string name, string value)
    {
        byte[] nameText = Encoding.UTF8.GetBytes(name + "\0");
        if (value == null)
        {
            unsetenv(nameText);
        }
        else
        {
            setenv(nameText, Encoding.UTF8.GetBytes(value + "\0"), 1);
        }
    }

    [DllImport("libc")]
    private static extern int setenv(byte[] name, byte[] value, int overwrite);

    [DllImport("libc")]
    private static extern int unsetenv(byte[] name);
}

/// <summary>A stream of a program's own, with what it does on each read and write.</summary>
internal sealed class Custom : Stream
{
    internal Func<byte[], int, int, int> OnRead = (buffer, offset, count) => throw new NotSupportedException("Read");
    internal Func<byte[], int, int, CancellationToken, System.Threading.Tasks.Task<int>> OnReadAsync;
    internal Action<byte[], int, int> OnWrite = (buffer, offset, count) => throw new NotSupportedException("Write");
    internal Func<byte[], int, int, System.Threading.Tasks.Task> OnWriteAsync;

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

    public override int Read(byte[] buffer, int offset, int count) => OnRead(buffer, offset, count);

    public override System.Threading.Tasks.Task<int> ReadAsync(
        byte[] buffer, int offset, int count, CancellationToken token) =>
        OnReadAsync == null ? base.ReadAsync(buffer, offset, count, token) : OnReadAsync(buffer, offset, count, token);

    public override void Write(byte[] buffer, int offset, int count) => OnWrite(buffer, offset, count);

    public override System.Threading.Tasks.Task WriteAsync(
        byte[] buffer, int offset, int count, CancellationToken token) =>
        OnWriteAsync == null ? base.WriteAsync(buffer, offset, count, token) : OnWriteAsync(buffer, offset, count);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

/// <summary>Reports to a function, at once and on the same thread.</summary>
internal sealed class Reports : IProgress<TransferProgress>
{
    private readonly Action<TransferProgress> action;

    internal Reports(Action<TransferProgress> action)
    {
        this.action = action;
    }

    public void Report(TransferProgress value) => action(value);
}
