using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>Streams for one at a time: what comes at the wrong moment is refused, and neither bytes nor failures get lost.</summary>
internal static class Writers
{
    private static readonly Dictionary<string, Action<ObjectWriteStream>> Uses =
        new Dictionary<string, Action<ObjectWriteStream>>
        {
            { "Write", writer => writer.Write(new byte[60000], 0, 60000) },
            { "short Write", writer => writer.Write(new byte[1], 0, 1) },
            { "WriteAsync", writer => Failures.Wait(writer.WriteAsync(new byte[60000], 0, 60000)) },
            { "short WriteAsync", writer => Failures.Wait(writer.WriteAsync(new byte[1], 0, 1)) },
            { "Flush", writer => writer.Flush() },
            { "Complete", writer => writer.Complete() },
            { "CompleteAsync", writer => Failures.Wait(writer.CompleteAsync()) },
        };

    private static void RefusesEverything(ObjectWriteStream writer)
    {
        foreach (var use in Uses)
        {
            string words = null;
            try
            {
                use.Value(writer);
            }
            catch (InvalidOperationException exception)
            {
                words = exception.Message;
            }
            Equal("it is in use: by another thread, or by the method that runs this callback", words, use.Key);
        }
    }

    internal static void WritersRefuseWhatTheirProgressWrites()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            byte[] data = Pattern(2000000);
            Fault(key, "{'type':'delay','ms':3}", 99);
            ObjectWriteStream writer = null;
            int told = 0;
            var options = new CallOptions
            {
                PartSize = 102400,
                Workers = 3,
                Progress = new Reports(report => { told++; RefusesEverything(writer); }),
            };
            using (writer = bucket.OpenWrite(key, options))
            {
                for (int at = 0; at < data.Length; at += 5000)
                {
                    writer.Write(data, at, 5000);
                }
                writer.Complete();
            }
            Check(told > 1, "no progress");
            SameBytes(data, ReadAll(bucket.GetObject(key)));
        }
    }

    internal static void WritersRefuseOthersUntilAWriteHasEnded()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            byte[] data = Pattern(200000);
            using (var writer = bucket.OpenWrite(key))
            {
                Task writing = null;
                Threads.WhileAllAreBusy(() =>
                {
                    writing = writer.WriteAsync(data, 0, 100000);
                    RefusesEverything(writer);
                });
                Failures.Wait(writing);
                writer.Write(data, 100000, 100000);
                Equal(200000L, writer.Position);
                Check(writer.Complete().Verified, "not verified");
            }
            SameBytes(data, ReadAll(bucket.GetObject(key)));
        }
    }

    internal static void WhatIsDisposedInLineIsNotWritten()
    {
        using (var bucket = Bucket())
        {
            var writer = bucket.OpenWrite(Key());
            var short1 = bucket.OpenWrite(Key());
            Task[] writing = null;
            Threads.WhileAllAreBusy(() =>
            {
                writing = new Task[] { writer.WriteAsync(Pattern(100000), 0, 100000), short1.CompleteAsync() };
                writer.Dispose();
                short1.Dispose();
            });
            foreach (var task in writing)
            {
                Throws<ObjectDisposedException>(() => Failures.Wait(task));
            }
        }
    }

    private static void IsGivenUp(Bucket bucket, string key, Action<ObjectWriteStream, CancellationTokenSource> cancel)
    {
        using (var writer = bucket.OpenWrite(key))
        using (var source = new CancellationTokenSource())
        {
            writer.Write(Pattern(6), 0, 6);
            cancel(writer, source);
            foreach (var use in Uses.Where(use => use.Key != "Flush"))
            {
                var error = Throws<OperationCanceledException>(() => use.Value(writer));
                Equal(source.Token, error.CancellationToken, use.Key + ": token");
                Equal("the object was given up when an operation of it was cancelled", error.Message, use.Key);
            }
        }
        Check(!bucket.ObjectExists(key), "an object without what was cancelled");
    }

    internal static void WhatIsCancelledBeforeItBeginsIsMissing()
    {
        using (var bucket = Bucket())
        {
            foreach (int length in new[] { 1, 100000 })
            {
                IsGivenUp(bucket, Key(), (writer, source) =>
                {
                    source.Cancel();
                    var task = writer.WriteAsync(Pattern(length), 0, length, source.Token);
                    Throws<OperationCanceledException>(() => Failures.Wait(task));
                    Equal(TaskStatus.Canceled, task.Status);
                });
            }
            // In line.
            IsGivenUp(bucket, Key(), (writer, source) => Threads.WhileAllAreBusy(() =>
            {
                var task = writer.WriteAsync(Pattern(100000), 0, 100000, source.Token);
                source.Cancel();
                Throws<OperationCanceledException>(() => Failures.Wait(task));
            }));
            IsGivenUp(bucket, Key(), (writer, source) => Threads.WhileAllAreBusy(() =>
            {
                var task = writer.CompleteAsync(source.Token);
                source.Cancel();
                Throws<OperationCanceledException>(() => Failures.Wait(task));
            }));
        }
    }

    internal static void FailuresOfWritersStay()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            foreach (Action<ObjectWriteStream> complete in new Action<ObjectWriteStream>[]
            {
                writer => writer.Complete(),
                writer => Failures.Wait(writer.CompleteAsync()),
            })
            {
                using (var writer = bucket.OpenWrite(key))
                {
                    writer.Write(Pattern(10), 0, 10);
                    Fault(key, "{'type':'status','status':403}");
                    var first = Fails(OssStatus.Denied, () => complete(writer));
                    foreach (var use in Uses.Where(use => use.Key != "Flush"))
                    {
                        Check(ReferenceEquals(first, Fails(OssStatus.Denied, () => use.Value(writer))), use.Key);
                    }
                }
                Check(!bucket.ObjectExists(key), "an object");
            }
        }
        // One that stands in does the same.
        var mine = new IOException("mine");
        var full = new ObjectWriteStream(new Custom { OnWrite = (buffer, offset, count) => throw mine });
        full.Write(Pattern(10), 0, 10);
        Check(ReferenceEquals(mine, Throws<IOException>(() => full.Complete())), "another exception");
        Check(ReferenceEquals(mine, Throws<IOException>(() => full.Write(Pattern(1), 0, 1))), "another exception");
    }

    private static void IsBusy(Action action) => Throws<InvalidOperationException>(action);

    internal static void StreamsAreReadByOneAtATime()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            byte[] data = Pattern(1 << 20), buffer = new byte[1 << 20];
            bucket.PutObject(key, data);
            // What waits has begun to read.
            var goOn = new ManualResetEventSlim();
            var slow = new ObjectStream(new Custom { OnRead = (b, o, n) => { goOn.Wait(); return 0; } });
            var read = slow.ReadAsync(buffer, 0, 10);
            IsBusy(() => slow.Read(buffer, 0, 10));
            IsBusy(() => slow.ReadAsync(buffer, 0, 10));
            IsBusy(() => slow.CopyToAsync(new MemoryStream()));
            goOn.Set();
            Equal(0, read.Result);
            Equal(0, slow.ReadAsync(buffer, 0, 10).Result);
            // So has a copy.
            using (var stream = bucket.GetObject(key))
            {
                var copy = new MemoryStream();
                var refused = new List<Type>();
                stream.CopyToAsync(new Custom
                {
                    OnWrite = (b, o, n) =>
                    {
                        refused.Add(Throws<InvalidOperationException>(() => stream.Read(buffer, 0, 10)).GetType());
                        copy.Write(b, o, n);
                    },
                }).Wait();
                Check(refused.Count > 0, "not refused");
                SameBytes(data, copy.ToArray());
            }
            // Where a stream stands is not changed under a read.
            Stream seeking = null;
            var options = new CallOptions { Progress = new Reports(report => { IsBusy(() => seeking.Position = 5); IsBusy(() => seeking.Read(buffer, 0, 1)); }) };
            using (seeking = bucket.OpenRead(key, options))
            {
                SameBytes(data, ReadAll(seeking));
            }
        }
    }

    internal static void ListingsAreForOneAtATime()
    {
        IEnumerator<ObjectEntry> enumerator = null;
        int asked = 0;
        var options = Options();
        options.Credentials = Credentials.Callback(() =>
        {
            if (enumerator != null)
            {
                asked++;
                IsBusy(() => enumerator.MoveNext());
            }
            return new AccessKeys(Id, Secret);
        });
        using (var bucket = Bucket(options))
        {
            string root = Key("/");
            bucket.PutObject(root + "1", Pattern(1));
            using (enumerator = bucket.ListObjectsV2(root).GetEnumerator())
            {
                Check(enumerator.MoveNext() && !enumerator.MoveNext(), "not one entry");
            }
            Equal(1, asked, "pages");
        }
    }
}
