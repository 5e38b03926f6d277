using System;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>Streams of a program's own that do not come to an end, and heed no token: asynchronous calls end nevertheless.</summary>
internal static class Stuck
{
    /// <summary>How long a call may take to end; on a busy machine it is long.</summary>
    private const int Patience = 60000;

    internal static void CancelledCallsLeaveReads()
    {
        using (var bucket = Bucket())
        using (var released = new ManualResetEventSlim())
        {
            string key = Key();
            string id = bucket.InitiateMultipartUpload(key).UploadId;
            try
            {
                Func<Stream, CancellationToken, Task>[] calls =
                {
                    (stream, token) => bucket.PutObjectAsync(key, stream, null, token),
                    (stream, token) => bucket.PutObjectAsync(key, stream, 1000000, null, token),
                    (stream, token) => bucket.AppendObjectAsync(key, 0, stream, null, token),
                    (stream, token) => bucket.UploadPartAsync(key, id, 1, stream, null, token),
                };
                foreach (var call in calls)
                {
                    var never = new StuckStream();
                    EndsByToken(never.Entered, token => call(never, token));
                    // One that has only a method that blocks, of which .NET makes an asynchronous one.
                    var blocks = new StuckStream(released);
                    EndsByToken(blocks.Entered, token => call(blocks, token));
                }
            }
            finally
            {
                released.Set();
            }
            // Nothing was stored.
            bucket.AbortMultipartUpload(key, id);
            Check(!bucket.ObjectExists(key), "it is there");
        }
    }

    internal static void CancelledCallsLeavePipes()
    {
        string path = Path.Combine(Path.GetTempPath(), "alioss-" + Guid.NewGuid().ToString("N"));
        Equal(0, mkfifo(path, Convert.ToUInt32("600", 8)), "mkfifo");
        try
        {
            using (var bucket = Bucket())
            using (var pipe = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 1))
            using (var other = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 1))
            {
                string key = Key();
                using (var entered = new ManualResetEventSlim())
                {
                    // The pipe itself says nothing of that.
                    using (new Timer(state => entered.Set(), null, 300, Timeout.Infinite))
                    {
                        EndsByToken(entered, token => bucket.PutObjectAsync(key, pipe, -1, null, token));
                    }
                }
                // Lets the read go that nobody waits for.
                other.WriteByte(1);
                other.Flush();
                Check(!bucket.ObjectExists(key), "it is there");
                bucket.PutObject(key, Pattern(1000));
                SameBytes(Pattern(1000), ReadAll(bucket.GetObject(key)));
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    internal static void CancelledCallsLeaveWrites()
    {
        using (var bucket = Bucket())
        using (var released = new ManualResetEventSlim())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(1000000));
            var headers = new CallOptions { HeadersReceived = response => { } };
            try
            {
                Func<Stream, CancellationToken, Task>[] calls =
                {
                    (stream, token) => bucket.GetObjectToStreamAsync(key, stream, null, token),
                    (stream, token) => bucket.GetObjectToStreamAsync(key, stream, headers, token),
                    (stream, token) => CopyAsync(bucket.GetObject(key), stream, token),
                    (stream, token) => CopyAsync(bucket.GetObject(key, null, token), stream, CancellationToken.None),
                };
                foreach (var call in calls)
                {
                    var never = new StuckStream();
                    EndsByToken(never.Entered, token => call(never, token));
                    var blocks = new StuckStream(released);
                    EndsByToken(blocks.Entered, token => call(blocks, token));
                }
            }
            finally
            {
                released.Set();
            }
            // A disposal ends a copy, too.
            var target = new StuckStream();
            var source = bucket.GetObject(key);
            var copy = source.CopyToAsync(target);
            Check(target.Entered.Wait(Patience), "not begun");
            source.Dispose();
            Ended(copy);
            Throws<ObjectDisposedException>(() => Failures.Wait(copy));
        }
    }

    internal static void TimeIsOverWhileStreamsAreStuck()
    {
        string key = Key();
        var brief = Options();
        brief.TotalTimeout = TimeSpan.FromSeconds(2);
        var options = new CallOptions { Timeout = TimeSpan.FromSeconds(2) };
        using (var bucket = Bucket())
        using (var briefly = Bucket(brief))
        {
            bucket.PutObject(key, Pattern(1000000));
            Task[] ofCalls =
            {
                bucket.PutObjectAsync(Key(), new StuckStream(), options),
                bucket.GetObjectToStreamAsync(key, new StuckStream(), options),
            };
            Task[] ofBuckets =
            {
                briefly.PutObjectAsync(Key(), new StuckStream()),
                OpenAndCopyAsync(briefly, key, new StuckStream()),
            };
            Array.ForEach(ofCalls, call => EndsByTime("timeout", call));
            Array.ForEach(ofBuckets, call => EndsByTime("total_timeout", call));
            // A limit of the call counts in place of that of the bucket, and one without end is none here.
            using (var source = new CancellationTokenSource())
            {
                var endless = new StuckStream();
                var free = new CallOptions { Timeout = Timeout.InfiniteTimeSpan };
                var call = briefly.PutObjectAsync(Key(), endless, free, source.Token);
                Check(endless.Entered.Wait(Patience), "not begun");
                Check(!call.Wait(3000), "ended");
                source.Cancel();
                Ended(call);
            }
        }
    }

    internal static void LateStreamsDoNoHarm()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(300000));
            var reads = new StuckStream();
            EndsByToken(reads.Entered, token => bucket.PutObjectAsync(Key(), reads, null, token));
            var writes = new[] { new StuckStream(), new StuckStream() };
            EndsByToken(writes[0].Entered, token => bucket.GetObjectToStreamAsync(key, writes[0], null, token));
            EndsByToken(writes[1].Entered, token => CopyAsync(bucket.GetObject(key), writes[1], token));
            var kept = writes.Select(write => (byte[])write.Lent.Clone()).ToArray();
            for (int turn = 0; turn < 8; turn++)
            {
                Array.Clear(reads.Lent, 0, reads.Lent.Length);
                string other = Key();
                Task.WaitAll(Enumerable.Range(0, 3).Select(number => Move(bucket, other + number)).ToArray());
            }
            // They read into, and write from, what was theirs all the time.
            Check(reads.Lent.All(octet => octet == 0), "somebody used the buffer of a read");
            SameBytes(kept[0], writes[0].Lent);
            SameBytes(kept[1], writes[1].Lent);
            reads.Late.SetResult(1000);
            writes[0].Late.SetResult(0);
            writes[1].Late.SetCanceled();
            Failures.Wait(Move(bucket, Key()));
        }
    }

    internal static void LateExceptionsAreObserved()
    {
        int unobserved = 0;
        EventHandler<UnobservedTaskExceptionEventArgs> counts = (sender, about) =>
            unobserved += about.Exception.ToString().Contains("thrown late") ? 1 : 0;
        TaskScheduler.UnobservedTaskException += counts;
        try
        {
            using (var bucket = Bucket())
            {
                string key = Key();
                bucket.PutObject(key, Pattern(1000));
                var thread = new Thread(() =>
                {
                    for (int turn = 0; turn < 5; turn++)
                    {
                        ThrowLate(stream => token => bucket.PutObjectAsync(Key(), stream, null, token));
                        ThrowLate(stream => token => bucket.GetObjectToStreamAsync(key, stream, null, token));
                    }
                });
                thread.Start();
                thread.Join();
            }
            for (int turn = 0; turn < 5; turn++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
            Equal(0, unobserved, "exceptions that nobody observed");
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= counts;
        }
    }

    internal static void StreamsThatHeedTheirTokenSayHowTheyEnd()
    {
        using (var bucket = Bucket())
        {
            // They are given a moment, which may be too short on a busy machine.
            Check(Enumerable.Range(0, 20).Any(turn => EndsWithItsOwnException(bucket)), "the stream was not waited for");
        }
    }

    internal static void CountsThatCannotBeAreNamed()
    {
        using (var bucket = Bucket())
        {
            foreach (int count in new[] { -1, int.MinValue, int.MaxValue })
            {
                var bad = new Custom { OnRead = (b, o, n) => count, OnReadAsync = (b, o, n, t) => Task.FromResult(count) };
                Action<Action> named = call =>
                {
                    string message = Throws<IOException>(call).Message;
                    Check(message.StartsWith("the stream returned " + count + " for a buffer of", StringComparison.Ordinal), message);
                };
                named(() => Failures.Wait(bucket.PutObjectAsync(Key(), bad)));
                // On newer runtimes the stream is asked for the bytes of a span, and looks at the count itself if it only knows arrays.
                named(() => bucket.PutObject(Key(), new Miscounting(count)));
            }
        }
    }

    private static bool EndsWithItsOwnException(Bucket bucket)
    {
        using (var source = new CancellationTokenSource())
        using (var entered = new ManualResetEventSlim())
        {
            var mine = new InvalidDataException("mine");
            var heeds = new Custom
            {
                OnReadAsync = (b, o, n, token) =>
                {
                    var result = new TaskCompletionSource<int>();
                    token.Register(() => result.TrySetException(mine));
                    entered.Set();
                    return result.Task;
                },
            };
            var call = bucket.PutObjectAsync(Key(), heeds, null, source.Token);
            Check(entered.Wait(Patience), "not begun");
            source.Cancel();
            Ended(call);
            return ReferenceEquals(mine, Throws<Exception>(() => Failures.Wait(call)));
        }
    }

    /// <summary>Has a call given up, whose stream throws after that.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThrowLate(Func<Stream, Func<CancellationToken, Task>> call)
    {
        var stream = new StuckStream();
        EndsByToken(stream.Entered, call(stream));
        stream.Late.SetException(new InvalidDataException("thrown late"));
    }

    /// <summary>There and back, with buffers of the library in between.</summary>
    private static async Task Move(Bucket bucket, string key)
    {
        var source = new MemoryStream(Pattern(200000));
        await bucket.PutObjectAsync(key, new Custom
        {
            OnReadAsync = async (b, o, n, t) =>
            {
                await Task.Yield();
                return source.Read(b, o, n);
            },
        });
        var copies = new[] { new MemoryStream(), new MemoryStream() };
        await bucket.GetObjectToStreamAsync(key, copies[0]);
        await OpenAndCopyAsync(bucket, key, copies[1]);
        SameBytes(Pattern(200000), copies[0].ToArray());
        SameBytes(Pattern(200000), copies[1].ToArray());
    }

    private static async Task OpenAndCopyAsync(Bucket bucket, string key, Stream target) =>
        await CopyAsync(await bucket.GetObjectAsync(key), target, CancellationToken.None);

    private static async Task CopyAsync(ObjectStream source, Stream target, CancellationToken token)
    {
        using (source)
        {
            await source.CopyToAsync(target, 81920, token);
        }
    }

    /// <summary>Cancels a call once its stream is used, and waits for its end.</summary>
    private static void EndsByToken(ManualResetEventSlim entered, Func<CancellationToken, Task> begin)
    {
        using (var source = new CancellationTokenSource())
        {
            var call = begin(source.Token);
            Check(entered.Wait(Patience), "not begun: " + call.Exception);
            source.Cancel();
            Ended(call);
            var error = Throws<OperationCanceledException>(() => Failures.Wait(call));
            Equal(source.Token, error.CancellationToken, "token");
            Check(call.IsCanceled, "the task is not cancelled");
            Equal(OssStatus.Cancelled, OssException.Of(error).Status);
        }
    }

    private static void EndsByTime(string option, Task call)
    {
        Ended(call);
        var error = Fails(OssStatus.Timeout, () => Failures.Wait(call));
        Equal("the call took longer than " + option + " (2s)", error.Message, "as the library says it");
        Check(!error.Retryable, "retryable");
    }

    private static void Ended(Task call) =>
        Check(Task.WaitAny(new[] { call }, Patience) == 0, "the call waits for its stream");

    [DllImport("libc")]
    private static extern int mkfifo(string path, uint mode);

    /// <summary>One whose reads and writes take as long as its user likes.</summary>
    private sealed class StuckStream : Stream
    {
        internal readonly ManualResetEventSlim Entered = new ManualResetEventSlim();
        internal readonly TaskCompletionSource<int> Late = new TaskCompletionSource<int>();
        internal byte[] Lent;

        /// <summary>If it blocks: until when.</summary>
        private readonly ManualResetEventSlim released;

        internal StuckStream(ManualResetEventSlim released = null)
        {
            this.released = released;
        }

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

        public override int Read(byte[] buffer, int offset, int count)
        {
            Entered.Set();
            released.Wait();
            return 0;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken token) =>
            released != null ? base.ReadAsync(buffer, offset, count, token) : Enter(buffer);

        public override void Write(byte[] buffer, int offset, int count) => Read(buffer, offset, count);

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken token) =>
            released != null ? base.WriteAsync(buffer, offset, count, token) : Enter(buffer);

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        private Task<int> Enter(byte[] buffer)
        {
            Lent = buffer;
            Entered.Set();
            return Late.Task;
        }
    }

    /// <summary>One that says that it has read more than there is room for, or less than nothing.</summary>
    private sealed class Miscounting : MemoryStream
    {
        private readonly int count;

        internal Miscounting(int count) : base(new byte[10])
        {
            this.count = count;
        }

        public override int Read(byte[] buffer, int offset, int size) => count;

#if NET
        public override int Read(Span<byte> buffer) => count;
#endif
    }
}
