using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>Cancelling, threads, asynchronous calls, lifetimes.</summary>
internal static class Concurrency
{
    internal static void CancelledTokensSendNothing()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            var token = new CancellationToken(true);
            var error = Throws<OperationCanceledException>(() => bucket.PutObject(key, Pattern(1), null, token));
            Equal(token, error.CancellationToken);
            Equal(OssStatus.Cancelled, OssException.Of(error).Status);
            Check(bucket.PutObjectAsync(key, Pattern(1), null, token).IsCanceled, "not cancelled");
            Throws<OperationCanceledException>(() => bucket.ListObjectsV2(null, null, null, token).ToList());
            Throws<OperationCanceledException>(() => bucket.GetObject(key, null, token));
            Equal(0, Requests(key).Count);
        }
    }

    internal static void CancellingEndsWhatWaits()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(1000000));
            Action<string, Action<CancellationToken>> within = (action, call) =>
            {
                Fault(key, action, 99);
                EndsInTime(call);
                Admin("DELETE", "/_local/rules");
            };
            within("{'type':'delay','ms':20000}", token => bucket.HeadObject(key, null, token));
            within("{'type':'delay','ms':20000}", token => Failures.Wait(bucket.HeadObjectAsync(key, null, token)));
            within("{'type':'stall_response','after_bytes':1000}", token => bucket.GetObjectToStream(key, Stream.Null, null, token));
            within("{'type':'stall_response','after_bytes':1000}", token => Failures.Wait(bucket.GetObjectToStreamAsync(key, Stream.Null, null, token)));
            within("{'type':'stall_response','after_bytes':1000}", token =>
            {
                using (var stream = bucket.GetObject(key, null, token))
                {
                    stream.CopyTo(Stream.Null);
                }
            });
            within("{'type':'stall_response','after_bytes':1000}", token =>
            {
                using (var stream = bucket.GetObject(key))
                {
                    Failures.Wait(stream.CopyToAsync(Stream.Null, 81920, token));
                }
            });
            within("{'type':'stall_request','after_bytes':1000}", token => bucket.PutObject(key, new byte[50000000], null, token));
            // A source that waits on its own can be cancelled if it is asynchronous.
            EndsInTime(token => Failures.Wait(bucket.PutObjectAsync(
                Key(),
                new Custom
                {
                    OnReadAsync = async (b, o, n, t) =>
                    {
                        await Task.Delay(20000, t);
                        return 0;
                    },
                },
                null,
                token)));
            Admin("POST", "/_local/rules", "{\"query_contains\":\"list-type\",\"times\":9,\"action\":{\"type\":\"delay\",\"ms\":20000}}");
            EndsInTime(token => bucket.ListObjectsV2(null, null, null, token).ToList());
            Admin("DELETE", "/_local/rules");
            // And the bucket is as good as ever.
            Equal(1000000L, bucket.HeadObject(key).ContentLength.Value);
        }
    }

    internal static void ManyThreadsShareABucket()
    {
        using (var bucket = Bucket())
        {
            string root = Key("/");
            var failures = new ConcurrentQueue<Exception>();
            var threads = Enumerable.Range(0, 64).Select(number => new Thread(() =>
            {
                try
                {
                    for (int turn = 0; turn < 10; turn++)
                    {
                        byte[] data = Pattern(number * 100 + turn);
                        string key = root + number + "-" + turn;
                        bucket.PutObject(key, new MemoryStream(data));
                        SameBytes(data, ReadAll(bucket.GetObject(key)));
                        var error = Fails(OssStatus.NotFound, () => bucket.HeadObject(key + "-missing"));
                        Check(error.Message.Contains(error.RequestId), "another call's error");
                        error = Fails(OssStatus.NotFound, () => bucket.GetObject(key + "-missing"));
                        Equal(key + "-missing", error.Detail("Key"), "another call's error");
                    }
                }
                catch (Exception exception)
                {
                    failures.Enqueue(exception);
                }
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            if (!failures.IsEmpty)
            {
                throw new InvalidOperationException(failures.Count + " failed, such as " + failures.First());
            }
            Equal(640, bucket.ListObjectsV2(root).Count());
        }
    }

    internal static void AsyncCallsDoNotWaitForThePool()
    {
        using (var bucket = Bucket())
        {
            string root = Key("/");
            // No request is answered before all are there.
            Fault(root, "{'type':'gather','requests':64}", 64);
            var tasks = Enumerable.Range(0, 64).Select(number => bucket.PutObjectAsync(root + number, Pattern(100))).ToArray();
            Check(Task.WaitAll(tasks, 60000), "some wait for others to end");
            Check(tasks.All(task => task.Result.HttpStatus == 200), "failed");
        }
    }

    internal static void AsyncCallsNeedNoSynchronousStreams()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            var data = new MemoryStream(Pattern(300000));
            var source = new Custom
            {
                OnReadAsync = async (b, o, n, t) =>
                {
                    await Task.Yield();
                    return data.Read(b, o, n);
                },
            };
            bucket.PutObjectAsync(key, source).Wait();
            var copy = new MemoryStream();
            var target = new Custom
            {
                OnWriteAsync = async (b, o, n) =>
                {
                    await Task.Yield();
                    copy.Write(b, o, n);
                },
            };
            bucket.GetObjectToStreamAsync(key, target).Wait();
            SameBytes(Pattern(300000), copy.ToArray());
            Throws<NotSupportedException>(() => bucket.PutObject(key, source));
        }
    }

    private sealed class NeverPosts : SynchronizationContext
    {
        public override void Post(SendOrPostCallback callback, object state)
        {
            throw new InvalidOperationException("posted to the context");
        }
    }

    internal static void AsyncCallsKeepTheContext()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            var local = new AsyncLocal<string> { Value = "of the caller" };
            string seen = null;
            bool pool = true;
            var options = new CallOptions
            {
                Progress = new Reports(report =>
                {
                    seen = local.Value;
                    pool = Thread.CurrentThread.IsThreadPoolThread;
                }),
            };
            var before = SynchronizationContext.Current;
            SynchronizationContext.SetSynchronizationContext(new NeverPosts());
            try
            {
                // Blocking on it is no deadlock, as nothing goes back to the context.
                bucket.PutObjectAsync(key, Pattern(100000), options).Wait();
                bucket.GetObjectToStreamAsync(key, new MemoryStream(), options).Wait();
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(before);
            }
            Equal("of the caller", seen);
            Check(!pool, "on a thread of the pool");
        }
    }

    internal static void CollectingWhileCallsRun()
    {
        using (var bucket = Bucket())
        {
            string root = Key("/");
            bool over = false;
            var failures = new ConcurrentQueue<Exception>();
            var collector = new Thread(() =>
            {
                while (!Volatile.Read(ref over))
                {
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                }
            });
            collector.Start();
            var threads = Enumerable.Range(0, 4).Select(number => new Thread(() =>
            {
                try
                {
                    for (int turn = 0; turn < 50; turn++)
                    {
                        string key = root + number;
                        long reported = 0;
                        var options = new CallOptions { Progress = new Reports(report => reported = report.Done) };
                        var own = Options();
                        // Nothing but the library holds on to the callback.
                        own.Credentials = Credentials.Callback(() => new AccessKeys(new string(Id.ToCharArray()), Secret));
                        using (var mine = Bucket(own))
                        {
                            own = null;
                            mine.PutObject(key, new MemoryStream(Pattern(100000)), options);
                            Equal(100000L, reported);
                            // Neither stream nor answer is disposed.
                            var stream = mine.GetObject(key);
                            var copy = new MemoryStream();
                            stream.CopyTo(copy);
                            Equal(100000L, copy.Length);
                            Equal(24, bucket.HeadObject(key).RequestId.Length);
                            Equal(1, mine.ListObjectsV2(key).Count());
                        }
                    }
                }
                catch (Exception exception)
                {
                    failures.Enqueue(exception);
                }
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            Volatile.Write(ref over, true);
            collector.Join();
            if (!failures.IsEmpty)
            {
                throw new InvalidOperationException(failures.Count + " failed, such as " + failures.First());
            }
        }
    }

    private sealed class Box
    {
        internal readonly int Value;

        internal Box(int value)
        {
            Value = value;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Box NewBox(int value) => new Box(value);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static int Sum(Box a, Box b, Box c, Box d, Box e) => a.Value + b.Value + c.Value + d.Value + e.Value;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static byte[] Random(int seed)
    {
        var data = new byte[3000];
        new Random(seed).NextBytes(data);
        return data;
    }

    /// <summary>Young objects in as many registers as there are, and in the hands of the library, while callbacks run.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CallWithYoungObjects(Bucket bucket, string key, int seed)
    {
        Box a = NewBox(1), b = NewBox(2), c = NewBox(4), d = NewBox(8), e = NewBox(16);
        var target = new MemoryStream();
        var options = new CallOptions { Progress = new Reports(report => GC.KeepAlive(new byte[1000])) };
        bucket.PutObject(key, Random(seed), options);
        bucket.GetObjectToStream(key, target, options);
        Equal(31, Sum(a, b, c, d, e), "what the caller holds");
        SameBytes(Random(seed), target.ToArray());
        target.SetLength(0);
        bucket.PutObject(key, new MemoryStream(Random(seed + 1)), options);
        bucket.GetObjectToStream(key, target);
        Equal(31, Sum(a, b, c, d, e), "what the caller holds");
        SameBytes(Random(seed + 1), target.ToArray());
    }

    internal static void CollectingMovesNothingInUse()
    {
        var options = Options();
        options.Credentials = Credentials.Callback(() => new AccessKeys(string.Concat(Id), new string(Secret.ToCharArray())));
        using (var bucket = Bucket(options))
        {
            string root = Key("/");
            bool over = false;
            var failures = new ConcurrentQueue<Exception>();
            var collector = new Thread(() =>
            {
                while (!Volatile.Read(ref over))
                {
                    for (int turn = 0; turn < 10000; turn++)
                    {
                        GC.KeepAlive(new byte[100]);
                    }
                    GC.Collect(0);
                    Thread.Sleep(1);
                }
            });
            collector.Start();
            var threads = Enumerable.Range(0, 32).Select(number => new Thread(() =>
            {
                try
                {
                    for (int turn = 0; turn < 20; turn++)
                    {
                        CallWithYoungObjects(bucket, root + number, number * 1000 + turn);
                    }
                }
                catch (Exception exception)
                {
                    failures.Enqueue(exception);
                }
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            Volatile.Write(ref over, true);
            collector.Join();
            if (!failures.IsEmpty)
            {
                throw new InvalidOperationException(failures.Count + " failed, such as " + failures.First());
            }
        }
    }

    private static readonly CancellationTokenSource LongLived = new CancellationTokenSource();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference UseAndForget(bool dispose)
    {
        var token = new object();
        var options = Options();
        options.Credentials = Credentials.Callback(() => new AccessKeys(Id, token == null ? "" : Secret));
        var bucket = Bucket(options);
        bucket.PutObject("forgotten", Pattern(1));
        // A token that lives on holds neither of them.
        var entries = bucket.ListObjectsV2("forgotten", null, null, LongLived.Token).GetEnumerator();
        entries.MoveNext();
        bucket.GetObject("forgotten", null, LongLived.Token);
        if (dispose)
        {
            entries.Dispose();
            bucket.Dispose();
        }
        return new WeakReference(token);
    }

    internal static void CallbacksAreLetGo()
    {
        LetsGo("callbacks", () => UseAndForget(true), () => UseAndForget(false));
    }

    internal static void DisposeDisturbsNoCall()
    {
        string key = Key();
        var bucket = Bucket();
        bucket.PutObject(key, Pattern(100000));
        Fault(key, "{'type':'gather','requests':9}", 9);
        var tasks = Enumerable.Range(0, 8).Select(number => bucket.GetObjectToStreamAsync(key, new MemoryStream())).ToArray();
        // All of them wait at the server for a ninth.
        while (!Admin("GET", "/_local/rules").Contains("\"times\":1"))
        {
            Thread.Sleep(10);
        }
        Check(!tasks.Any(task => task.IsCompleted), "the calls were too fast to prove anything");
        bucket.Dispose();
        bucket.Dispose();
        using (var ninth = Bucket())
        {
            ninth.GetObjectToStream(key, new MemoryStream());
        }
        Task.WaitAll(tasks);
        Check(tasks.All(task => task.Result.ContentLength == 100000), "failed");
        Throws<ObjectDisposedException>(() => bucket.HeadObject(key));
        Throws<ObjectDisposedException>(() => Failures.Wait(bucket.HeadObjectAsync(key)));
        Throws<ObjectDisposedException>(() => bucket.ListObjectsV2().ToList());

        // Streams and listings go on without their bucket.
        var options = Options();
        options.Credentials = Credentials.Callback(() => new AccessKeys(Id, Secret));
        ObjectStream stream;
        IEnumerator<ObjectEntry> entries;
        using (var other = Bucket(options))
        {
            other.PutObject(key + "-2", Pattern(1));
            stream = other.GetObject(key);
            entries = other.ListObjectsV2(key, null, new CallOptions { Query = { ["max-keys"] = "1" } }).GetEnumerator();
            Check(entries.MoveNext(), "no entry");
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        SameBytes(Pattern(100000), ReadAll(stream));
        Check(entries.MoveNext(), "no second page");
        entries.Dispose();
        var service = new Service(Options());
        service.Dispose();
        Throws<ObjectDisposedException>(() => service.ListBuckets().ToList());
    }

    internal static void DisposeEndsAStream()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(100000));
            long best = long.MaxValue;
            for (int turn = 0; turn < 10 && best > 250; turn++)
            {
                Fault(key, "{'type':'stall_response','after_bytes':1000}");
                var stream = bucket.GetObject(key);
                Exception thrown = null;
                var reader = new Thread(() =>
                {
                    try
                    {
                        stream.CopyTo(Stream.Null);
                    }
                    catch (Exception exception)
                    {
                        thrown = exception;
                    }
                });
                reader.Start();
                Thread.Sleep(300);
                var watch = Stopwatch.StartNew();
                stream.Dispose();
                reader.Join();
                best = Math.Min(best, watch.ElapsedMilliseconds);
                Check(thrown is ObjectDisposedException, "threw " + thrown);
            }
            Check(best <= 250, "took " + best + " ms");
        }
    }

#if NET
    internal static void ModernFormsWork()
    {
        Failures.Wait(ModernForms());
    }

    private static async Task ModernForms()
    {
        using var bucket = Bucket();
        string root = Key("/");
        for (int number = 0; number < 5; number++)
        {
            await bucket.PutObjectAsync(root + number, Pattern(100000));
        }
        int seen = 0;
        await foreach (ObjectEntry entry in bucket.ListObjectsV2Async(root))
        {
            Equal(root + seen, entry.Key);
            seen++;
        }
        Equal(5, seen);
        using (var service = new Service(Options()))
        {
            seen = 0;
            await foreach (BucketEntry entry in service.ListBucketsAsync("csharp-tests"))
            {
                seen++;
            }
            Equal(1, seen);
        }
        await using var stream = await bucket.GetObjectAsync(root + "0");
        var all = new MemoryStream();
        var buffer = new byte[1000];
        all.Write(buffer, 0, stream.Read(buffer.AsSpan(0, 500)));
        int got;
        while ((got = await stream.ReadAsync(buffer.AsMemory())) > 0)
        {
            all.Write(buffer, 0, got);
        }
        SameBytes(Pattern(100000), all.ToArray());
    }
#endif
}
