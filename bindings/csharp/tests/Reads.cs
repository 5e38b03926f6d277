using System;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>Reading of downloads as streams.</summary>
internal static class Reads
{
    internal static void ReadsWaitForLittle()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            byte[] data = Pattern(1 << 20);
            bucket.PutObject(key, data);
            var stream = bucket.GetObjectAsync(key).Result;
            var copy = new MemoryStream();
            var buffer = new byte[4096];
            int waits = 0, got;
            do
            {
                var read = stream.ReadAsync(buffer, 0, buffer.Length, CancellationToken.None);
                waits += read.IsCompleted ? 0 : 1;
                got = read.Result;
                copy.Write(buffer, 0, got);
            }
            while (got > 0);
            stream.Dispose();
            SameBytes(data, copy.ToArray());
            // Of at least 257 reads, which all waited for a thread of their own once.
            Check(waits < 130, waits + " reads waited");
        }
    }

    private static int ReadSome(ObjectStream stream, byte[] buffer, int way)
    {
        switch (way)
        {
            case 0:
                return stream.Read(buffer, 0, buffer.Length);
            case 1:
                return stream.ReadAsync(buffer, 0, buffer.Length).Result;
            default:
                int one = stream.ReadByte();
                buffer[0] = (byte)one;
                return one < 0 ? 0 : 1;
        }
    }

    internal static void AllWaysOfReadingGiveTheSame()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            foreach (int size in new[] { 0, 1, 4095, 81919, 81920, 81921, 700000 })
            {
                byte[] data = Pattern(size);
                bucket.PutObject(key, data);
                for (int seed = 0; seed < 6; seed++)
                {
                    var random = new Random(seed);
                    var stream = seed % 2 == 0 ? bucket.GetObject(key) : bucket.GetObjectAsync(key).Result;
                    using (stream)
                    {
                        var copy = new MemoryStream();
                        int got = -1;
                        for (int turn = 0; turn < 20 && got != 0; turn++)
                        {
                            var buffer = new byte[random.Next(1, 30000)];
                            got = ReadSome(stream, buffer, random.Next(3));
                            copy.Write(buffer, 0, got);
                        }
                        Equal(copy.Length, stream.Position, "position");
                        stream.CopyToAsync(copy).Wait();
                        SameBytes(data, copy.ToArray());
                        Equal(0, ReadSome(stream, new byte[1], 0));
                        Equal(0, ReadSome(stream, new byte[1], 1));
                        Check(stream.Response.Verified, "not verified");
                    }
                    Throws<ObjectDisposedException>(() => ReadSome(stream, new byte[1], 0));
                    Throws<ObjectDisposedException>(() => ReadSome(stream, new byte[1], 1));
                }
            }
        }
    }

    internal static void HeadersComeFirst()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(100000));
            Fault(key, "{'type':'stall_response','after_bytes':10}", 9);
            using (var stream = bucket.GetObjectAsync(key).Result)
            {
                Equal(100000L, stream.Response.ContentLength.Value);
                Equal(100000L, stream.Length);
            }
            foreach (bool async in new[] { false, true })
            {
                long length = -1;
                var options = new CallOptions
                {
                    HeadersReceived = response =>
                    {
                        length = response.ContentLength.Value;
                        throw new InvalidDataException("enough");
                    },
                };
                var target = new MemoryStream();
                Throws<InvalidDataException>(() =>
                {
                    if (async)
                    {
                        Failures.Wait(bucket.GetObjectToStreamAsync(key, target, options));
                    }
                    bucket.GetObjectToStream(key, target, options);
                });
                Equal(100000L, length);
                Equal(0L, target.Length);
            }
            Admin("DELETE", "/_local/rules");
            bool seen = false;
            var all = new MemoryStream();
            var answer = bucket.GetObjectToStream(key, all, new CallOptions { HeadersReceived = response => seen = true });
            Check(seen && answer.Verified, "no headers");
            SameBytes(Pattern(100000), all.ToArray());
        }
    }

    internal static void WaitsCanBeCancelled()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(100000));
            Fault(key, "{'type':'stall_response','after_bytes':1000}", 99);
            EndsInTime(token =>
            {
                using (var stream = bucket.GetObjectAsync(key).Result)
                {
                    var buffer = new byte[5000];
                    while (true)
                    {
                        int got;
                        try
                        {
                            got = stream.ReadAsync(buffer, 0, buffer.Length, token).GetAwaiter().GetResult();
                        }
                        catch (OperationCanceledException)
                        {
                            Throws<OperationCanceledException>(() => stream.Read(buffer, 0, 1));
                            throw;
                        }
                        Check(got > 0, "the end");
                    }
                }
            });
        }
    }

    internal static void WhatCameIsNotHeldBack()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            byte[] data = Pattern(3000000);
            bucket.PutObject(key, data);
            Fault(key, "{'type':'stall_response','after_bytes':2500001}", 9);
            using (var stream = bucket.GetObjectAsync(key).Result)
            {
                var copy = new MemoryStream();
                var buffer = new byte[4096];
                while (copy.Length < 2500001)
                {
                    // Fast at first, so a reader waits for much at once; then there is no more, and it gets the rest.
                    var read = stream.ReadAsync(buffer, 0, buffer.Length);
                    Check(read.Wait(30000), "held back after " + copy.Length + " bytes");
                    copy.Write(buffer, 0, read.Result);
                }
                SameBytes(data.Take(2500001).ToArray(), copy.ToArray());
            }
            Admin("DELETE", "/_local/rules");
        }
    }

    internal static void DisposingInTheMiddleSpoilsNoOtherStream()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            byte[] data = Pattern(1000000);
            bucket.PutObject(key, data);
            for (int turn = 0; turn < 40; turn++)
            {
                var left = bucket.GetObjectAsync(key).Result;
                var buffer = new byte[1000];
                for (int read = 0; read < turn; read++)
                {
                    left.ReadAsync(buffer, 0, buffer.Length).Wait();
                }
                var disposing = Task.Run(() => left.Dispose());
                var whole = bucket.GetObjectAsync(key).Result;
                var copy = new MemoryStream();
                int got;
                while ((got = whole.ReadAsync(buffer, 0, buffer.Length).Result) > 0)
                {
                    copy.Write(buffer, 0, got);
                }
                whole.Dispose();
                disposing.Wait();
                SameBytes(data, copy.ToArray());
            }
        }
    }

    /// <summary>Whether a thread of the library reads for this stream.</summary>
    private static bool IsBeingRead(ObjectStream stream)
    {
        const BindingFlags Hidden = BindingFlags.NonPublic | BindingFlags.Instance;
        var source = typeof(ObjectStream).GetField("source", Hidden).GetValue(stream);
        Thread.MemoryBarrier();
        return (bool)source.GetType().GetField("reading", Hidden).GetValue(source);
    }

    internal static void DisposingUnderAReadSpoilsNoOtherStream()
    {
        using (var entered = new ManualResetEventSlim())
        using (var release = new ManualResetEventSlim())
        {
            var late = new Custom
            {
                OnRead = (buffer, offset, count) =>
                {
                    entered.Set();
                    release.Wait();
                    for (int at = 0; at < count; at++)
                    {
                        buffer[offset + at] = 255;
                    }
                    return count;
                },
            };
            var left = new ObjectStream(late);
            var reading = left.ReadAsync(new byte[10], 0, 10);
            entered.Wait();
            left.Dispose();
            Throws<ObjectDisposedException>(() => Failures.Wait(reading));
            // It has buffered before the other one gives bytes that nobody wants any more.
            using (var whole = new ObjectStream(new MemoryStream(Pattern(200000))))
            {
                var copy = new MemoryStream();
                copy.WriteByte((byte)whole.ReadByte());
                var buffer = new byte[1000];
                copy.Write(buffer, 0, whole.ReadAsync(buffer, 0, buffer.Length).Result);
                release.Set();
                while (IsBeingRead(left))
                {
                    Thread.Sleep(1);
                }
                int got;
                while ((got = whole.ReadAsync(buffer, 0, buffer.Length).Result) > 0)
                {
                    copy.Write(buffer, 0, got);
                }
                SameBytes(Pattern(200000), copy.ToArray());
            }
        }
    }

    internal static void StreamsOfTests()
    {
        var response = new OssResponse(206, new System.Collections.Generic.Dictionary<string, string> { ["ETag"] = "\"x\"" });
        using (var stream = new ObjectStream(new MemoryStream(Pattern(200000)), response))
        {
            Equal("\"x\"", stream.Response.ETag);
            Equal(206, stream.Response.HttpStatus);
            Equal(200000L, stream.Length);
            var copy = new MemoryStream();
            copy.WriteByte((byte)stream.ReadByte());
            stream.CopyToAsync(copy).Wait();
            SameBytes(Pattern(200000), copy.ToArray());
        }
        var listed = new OssResponse(200, null, System.Text.Encoding.UTF8.GetBytes("<A><B>1</B><B>2</B></A>"));
        Equal("2", listed.Text("B[1]"));
        Equal(2, listed.Count("B"));
        Equal(null, listed.ETag);
    }

    internal static void CopiesLookAtTheirDestinationFirst()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(100000));
            var closed = new MemoryStream();
            closed.Dispose();
            using (var stream = bucket.GetObject(key))
            {
                Throws<NotSupportedException>(() => Failures.Wait(stream.CopyToAsync(new MemoryStream(new byte[1000000], false))));
                Throws<ObjectDisposedException>(() => Failures.Wait(stream.CopyToAsync(closed)));
                // Nothing is missing.
                var copy = new MemoryStream();
                Failures.Wait(stream.CopyToAsync(copy));
                SameBytes(Pattern(100000), copy.ToArray());
            }
        }
    }
}
