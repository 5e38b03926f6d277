using System;
using System.Collections;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>The threads that asynchronous calls run on.</summary>
internal static class Threads
{
    private static readonly Type Blocking = typeof(Bucket).Assembly.GetType("Alioss.Blocking");

    private static FieldInfo Field(string name) =>
        Blocking.GetField(name, BindingFlags.NonPublic | BindingFlags.Static);

    private static int Idle()
    {
        lock (Field("Gate").GetValue(null))
        {
            return ((ICollection)Field("Idle").GetValue(null)).Count;
        }
    }

    /// <summary>Runs <paramref name="action"/> with another value of a field of the pool.</summary>
    private static void With(string field, object value, Action action)
    {
        var before = Field(field).GetValue(null);
        Field(field).SetValue(null, value);
        try
        {
            action();
        }
        finally
        {
            Field(field).SetValue(null, before);
        }
    }

    private static void WithMaxThreads(int count, Action action)
    {
        int before = Oss.MaxThreads;
        Oss.MaxThreads = count;
        try
        {
            action();
        }
        finally
        {
            Oss.MaxThreads = before;
        }
    }

    /// <summary>Runs an action while there is one thread only, which works.</summary>
    internal static void WhileAllAreBusy(Action action) => WithMaxThreads(1, () => WhileOneIsBusy(action));

    private static void WhileOneIsBusy(Action action)
    {
        using (var entered = new ManualResetEventSlim())
        using (var release = new ManualResetEventSlim())
        {
            Func<bool> work = () =>
            {
                entered.Set();
                release.Wait();
                return true;
            };
            var run = Blocking.GetMethod("Run", BindingFlags.NonPublic | BindingFlags.Static).MakeGenericMethod(typeof(bool));
            var busy = (Task)run.Invoke(null, new object[] { work, CancellationToken.None, null });
            entered.Wait();
            try
            {
                action();
            }
            finally
            {
                release.Set();
            }
            busy.Wait();
        }
    }

    internal static void WhatCannotStartDoesNotRun()
    {
        using (var bucket = Bucket())
        {
            string root = Key("/");
            Action<Thread> fails = thread => throw new OutOfMemoryException("no thread");
            With("start", fails, () =>
            {
                for (int turn = 0; turn < 10; turn++)
                {
                    Throws<OutOfMemoryException>(() => Failures.Wait(bucket.PutObjectAsync(root + turn, Pattern(1))));
                }
            });
            // Threads that can start now find nothing of it.
            bucket.PutObjectAsync(root + "good", Pattern(1)).Wait();
            Equal(1, bucket.ListObjectsV2(root).Count());
            Equal(1, Requests(root.TrimEnd('/')).Count(request => request.Contains("PUT")), "uploads");
        }
    }

    internal static void CallsWaitInLine()
    {
        Equal(256, Oss.MaxThreads);
        Throws<ArgumentOutOfRangeException>(() => Oss.MaxThreads = 0);
        using (var bucket = Bucket())
        using (var end = new CancellationTokenSource())
        {
            string root = Key("/");
            WithMaxThreads(2, () =>
            {
                Fault(root + "slow", "{'type':'delay','ms':20000}", 9);
                var slow = Enumerable.Range(0, 2).Select(number => bucket.PutObjectAsync(root + "slow" + number, Pattern(1), null, end.Token)).ToList();
                EndsInTime(token => Failures.Wait(bucket.PutObjectAsync(root + "third", Pattern(1), null, token)));
                var fourth = bucket.PutObjectAsync(root + "fourth", Pattern(1));
                Check(!fourth.Wait(200), "a third thread has done it");
                end.Cancel();
                fourth.Wait();
                slow.ForEach(call => Throws<OperationCanceledException>(() => Failures.Wait(call)));
            });
            Equal(0, Requests("third").Count, "requests that were cancelled in line");
        }
    }

    internal static void WaitingForYourStreamTakesNoPlace()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(1000));
            WithMaxThreads(1, () =>
            {
                var inner = new MemoryStream();
                bool read = false;
                var source = new Custom
                {
                    OnReadAsync = async (b, o, n, t) =>
                    {
                        await Task.Yield();
                        if (!read)
                        {
                            await bucket.GetObjectToStreamAsync(key, inner);
                            inner.Position = 0;
                            read = true;
                        }
                        return inner.Read(b, o, n);
                    },
                };
                Check(bucket.PutObjectAsync(key + "-copy", source).Wait(30000), "both wait for each other");
                SameBytes(Pattern(1000), ReadAll(bucket.GetObject(key + "-copy")));
            });
        }
    }

    /// <summary>Reads what is there, then waits for what stands in line; until the token ends it.</summary>
    private static void ReadInLine(Bucket bucket, string key, CancellationToken ofStream, CancellationToken ofRead)
    {
        using (var stream = bucket.GetObjectAsync(key, ofStream).GetAwaiter().GetResult())
        {
            WhileOneIsBusy(() =>
            {
                var buffer = new byte[4096];
                while (true)
                {
                    var read = stream.ReadAsync(buffer, 0, buffer.Length, ofRead);
                    Check(Task.WaitAny(new Task[] { read }, 20000) == 0, "a read in line was not cancelled");
                    Check(read.GetAwaiter().GetResult() > 0, "the end");
                }
            });
        }
    }

    /// <summary>Bytes from a stream that works only on the thread which reads it.</summary>
    private static Stream Blocks(Action before)
    {
        var inner = new MemoryStream(Pattern(10));
        Func<byte[], int, int, int> read = (b, o, n) =>
        {
            before();
            return inner.Read(b, o, n);
        };
        return new Custom { OnReadAsync = (b, o, n, t) => Task.FromResult(read(b, o, n)) };
    }

    internal static void CallbacksMayWaitForOtherCalls()
    {
        using (var other = Bucket())
        {
            string key = Key();
            other.PutObject(key, Pattern(300000));
            int called = 0;
            Action wait = () =>
            {
                Interlocked.Increment(ref called);
                other.HeadObjectAsync(key).Wait();
                // Also where that begins on another thread.
                Task.Run(() => other.HeadObjectAsync(key)).Wait();
            };
            var given = Options();
            given.Credentials = Credentials.Callback(() =>
            {
                wait();
                return new AccessKeys(Id, Secret) { Expiration = DateTimeOffset.UtcNow.AddHours(1) };
            });
            var reports = new CallOptions { Progress = new Reports(report => wait()), PartSize = 102400, Workers = 2, NoRecord = true };
            string path = Path.GetTempFileName();
            File.WriteAllBytes(path, Pattern(300000));
            try
            {
                using (var bucket = Bucket(given))
                {
                    var uses = new Func<Task>[]
                    {
                        () => bucket.HeadObjectAsync(key),
                        () => other.PutObjectAsync(key + "-a", Pattern(10), reports),
                        () => other.PutObjectAsync(key + "-a", Blocks(wait)),
                        () => other.GetObjectToStreamAsync(key, new Custom { OnWriteAsync = (b, o, n) => { wait(); return Task.FromResult(true); } }),
                        () => other.GetObjectToStreamAsync(key, Stream.Null, new CallOptions { HeadersReceived = answer => wait() }),
                        () => other.DeleteMultipleObjectsAsync(new[] { key + "-none" }.Select(one => { wait(); return one; })),
                        () => Completed(other, key + "-c", wait),
                        // These have threads of the library below.
                        () => other.UploadFileAsync(key + "-b", path, reports),
                        () => other.DeletePrefixAsync(key + "-", new DeletePrefixOptions { Outcomes = new Outcomes(wait) }),
                    };
                    WithMaxThreads(1, () =>
                    {
                        for (int use = 0; use < uses.Length; use++)
                        {
                            called = 0;
                            Check(uses[use]().Wait(30000), "use " + use + " waits for its callback, and that for it");
                            Check(called > 0, "use " + use + " has no callback");
                        }
                    });
                }
            }
            finally
            {
                File.Delete(path);
            }
        }
    }

    private static Task Completed(Bucket bucket, string key, Action wait)
    {
        string id = bucket.InitiateMultipartUpload(key).UploadId;
        var part = bucket.UploadPart(key, id, 1, Pattern(10));
        return bucket.CompleteMultipartUploadAsync(key, id, new[] { part }.Select(one => { wait(); return one; }));
    }

    private sealed class Outcomes : IProgress<TransferOutcome>
    {
        private readonly Action action;

        internal Outcomes(Action action)
        {
            this.action = action;
        }

        public void Report(TransferOutcome value) => action();
    }

    /// <summary>All others wait for the keys, also those in line.</summary>
    internal static void ProvidersMayWaitForOtherCalls()
    {
        using (var other = Bucket())
        {
            string key = Key();
            other.PutObject(key, Pattern(10));
            foreach (DateTimeOffset? end in new DateTimeOffset?[] { DateTimeOffset.UtcNow.AddHours(1), null })
            {
                var options = Options();
                options.Credentials = Providers.From(async () =>
                {
                    await Task.Yield();
                    await other.HeadObjectAsync(key);
                    return new AccessKeys(Id, Secret) { Expiration = end };
                });
                using (var bucket = Bucket(options))
                {
                    WithMaxThreads(3, () =>
                    {
                        var all = Enumerable.Range(0, 20).Select(number => bucket.HeadObjectAsync(key)).ToArray();
                        Check(Task.WaitAll(all, 30000), "calls and their provider wait for each other");
                    });
                }
            }
        }
    }

    internal static void ReadsInLineCanBeCancelled()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(1 << 20));
            WithMaxThreads(1, () =>
            {
                EndsInTime(token => ReadInLine(bucket, key, CancellationToken.None, token));
                EndsInTime(token => ReadInLine(bucket, key, token, CancellationToken.None));
            });
        }
    }

    /// <summary>
    /// Cancels a task once the server has the request for <paramref name="seen"/>, at once if that is null, and waits for it;
    /// what is thrown, by either way of waiting.
    /// </summary>
    private static Exception Cancelled(Func<CancellationToken, Task> begin, bool awaits, string seen = null)
    {
        using (var source = new CancellationTokenSource())
        {
            // What was seen before is of another turn.
            Admin("DELETE", "/_local/requests");
            var task = begin(source.Token);
            var until = DateTime.UtcNow.AddSeconds(15);
            while (seen != null && Requests(seen).Count == 0)
            {
                Check(DateTime.UtcNow < until && !task.IsCompleted, "no request for " + seen);
                Thread.Sleep(5);
            }
            source.Cancel();
            var thrown = Throws<Exception>(() =>
            {
                if (awaits)
                {
                    task.GetAwaiter().GetResult();
                }
                else
                {
                    task.Wait();
                }
            });
            Check(task.IsCanceled, "the task is " + task.Status);
            return thrown;
        }
    }

    private static ObjectWriteStream Written(Bucket bucket, string key)
    {
        var writer = bucket.OpenWrite(key);
        writer.Write(Pattern(10), 0, 10);
        return writer;
    }

    /// <summary>What was done before is known also of a task that was cancelled, which itself keeps no exception.</summary>
    internal static void CancelledTasksSayWhy()
    {
        string directory = Path.Combine(Path.GetTempPath(), "alioss-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "a"), "a");
        File.WriteAllText(Path.Combine(directory, "b"), "b");
        try
        {
            using (var bucket = Bucket())
            {
                string key = Key();
                Fault(key + "/b", "{'type':'delay','ms':20000}", 99);
                Fault(key + "-slow", "{'type':'delay','ms':20000}", 99);
                foreach (bool awaits in new[] { true, false })
                {
                    var error = OssException.Of(Cancelled(token => bucket.HeadObjectAsync(key + "-slow", token), awaits, key + "-slow"));
                    Check(error != null && error.Status == OssStatus.Cancelled && error.Attempts == 1, "HeadObject: " + error);
                    var one = new CallOptions { Workers = 1 };
                    error = OssException.Of(Cancelled(token => bucket.UploadDirectoryAsync(key, directory, null, one, token), awaits, key + "/b"));
                    Check(error != null && error.Report != null, "UploadDirectory: " + error);
                    // What did not begin says that.
                    error = OssException.Of(Cancelled(token => bucket.HeadObjectAsync(key, new CancellationToken(true)), awaits));
                    Check(error != null && error.Status == OssStatus.Cancelled && error.Attempts == 0, "not begun: " + error);
                    WhileAllAreBusy(
                        () => error = OssException.Of(Cancelled(token => bucket.HeadObjectAsync(key, token), awaits)));
                    Check(error != null && error.Status == OssStatus.Cancelled && error.Attempts == 0, "in line: " + error);
                }
                // Of what is itself made of several calls, and of the exception that has another token's name.
                foreach (Func<CancellationToken, Task> begin in new Func<CancellationToken, Task>[]
                {
                    token => bucket.OpenReadAsync(key + "-slow", token),
                    token => Written(bucket, key + "-slow").CompleteAsync(token),
                })
                {
                    var error = OssException.Of(Cancelled(begin, true, key + "-slow"));
                    Check(error != null && error.Status == OssStatus.Cancelled && error.Attempts == 1, "several: " + error);
                }
            }
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    internal static void IdleThreadsLeave()
    {
        using (var bucket = Bucket())
        {
            string root = Key("/");
            With("idleTime", TimeSpan.FromMilliseconds(300), () =>
            {
                Fault(root, "{'type':'gather','requests':8}", 8);
                Task.WaitAll(Enumerable.Range(0, 8).Select(number => bucket.PutObjectAsync(root + number, Pattern(1))).ToArray());
                // One call after the other needs one thread: the one that idled last.
                var until = DateTime.UtcNow.AddSeconds(20);
                while (Idle() > 1 && DateTime.UtcNow < until)
                {
                    bucket.HeadObjectAsync(root + "0").Wait();
                    Thread.Sleep(10);
                }
                Check(Idle() <= 1, Idle() + " threads are still there");
            });
        }
    }
}
