using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>Callbacks that use what they are called by.</summary>
internal static class Reentry
{
    internal static void TheLogIsNotSetByItsHandler()
    {
        OssException refused = null;
        int heard = 0;
        Oss.SetLog(
            (level, line) =>
            {
                Interlocked.Increment(ref heard);
                refused = refused ?? OssException.Of(Throws<OssException>(() => Oss.SetLog((l, t) => { }, LogLevel.Info)));
            },
            LogLevel.Trace);
        try
        {
            using (var bucket = Bucket())
            {
                bucket.BucketExists();
                Equal(OssStatus.Busy, refused.Status, refused.Message);
                // It goes where it went.
                int before = heard;
                bucket.BucketExists();
                Check(heard > before, "the log is lost");
            }
        }
        finally
        {
            Oss.SetLog(null, LogLevel.Off);
        }
    }

    private static CallOptions InParts(Action<TransferProgress> report = null) =>
        new CallOptions { PartSize = 102400, Workers = 1, Progress = report == null ? null : new Reports(report) };

    private static void IsGone(Bucket bucket, string key)
    {
        Check(!bucket.ObjectExists(key), "the object is there");
        Check(!bucket.ListMultipartUploads(key).Any(), "what was sent is left");
    }

    internal static void WritersMayBeDisposedByTheirProgress()
    {
        using (var bucket = Bucket())
        {
            foreach (Action<ObjectWriteStream> end in new Action<ObjectWriteStream>[] { s => s.Dispose(), s => s.Abort() })
            {
                for (int turn = 0; turn < 10; turn++)
                {
                    string key = Key();
                    ObjectWriteStream stream = null;
                    int told = 0;
                    stream = bucket.OpenWrite(key, InParts(report => { told++; end(stream); }));
                    Throws<ObjectDisposedException>(() => stream.Write(Pattern(1000000), 0, 1000000));
                    Check(told > 0, "no progress");
                    Throws<ObjectDisposedException>(() => stream.Write(Pattern(1), 0, 1));
                    stream.Dispose();
                    IsGone(bucket, key);
                    // And while it is completed.
                    stream = bucket.OpenWrite(key, InParts(report => { GC.Collect(); end(stream); }));
                    stream.Write(Pattern(1000), 0, 1000);
                    try
                    {
                        stream.Complete();
                        Check(bucket.ObjectExists(key), "what is complete is not there");
                    }
                    catch (ObjectDisposedException)
                    {
                        IsGone(bucket, key);
                    }
                }
            }
        }
    }

    internal static void WritersMayBeDisposedWhileTheyAreUsed()
    {
        using (var bucket = Bucket())
        using (var entered = new ManualResetEventSlim())
        using (var release = new ManualResetEventSlim())
        {
            string key = Key();
            var stream = bucket.OpenWrite(key, InParts(report => { entered.Set(); release.Wait(); }));
            var writing = stream.WriteAsync(Pattern(1000000), 0, 1000000);
            entered.Wait();
            stream.Dispose();
            release.Set();
            Throws<ObjectDisposedException>(() => writing.GetAwaiter().GetResult());
            IsGone(bucket, key);
        }
    }

    internal static void ListingsMayBeDisposedByWhatTheyAsk()
    {
        string root = Key("/");
        IEnumerator<ObjectEntry> enumerator = null;
        int left = -1;
        var options = Options();
        options.Credentials = Credentials.Callback(() =>
        {
            if (left-- == 0)
            {
                enumerator.Dispose();
                GC.Collect();
            }
            return new AccessKeys(Id, Secret);
        });
        using (var bucket = Bucket(options))
        {
            for (int number = 0; number < 3; number++)
            {
                bucket.PutObject(root + number, Pattern(1));
            }
            for (int pages = 0; pages < 3; pages++)
            {
                using (enumerator = bucket.ListObjectsV2(root, null, new CallOptions { Query = { ["max-keys"] = "1" } }).GetEnumerator())
                {
                    left = pages;
                    for (int number = 0; number < pages; number++)
                    {
                        Check(enumerator.MoveNext(), "no entry");
                    }
                    enumerator.MoveNext();
                    Equal(-1, left, "disposals to come");
                    Check(!enumerator.MoveNext(), "goes on after disposal");
                }
            }
        }
    }

    /// <summary>Though its progress refers to it.</summary>
    internal static void WhatIsForgottenDoesNotKeepItself()
    {
        string root = Key("/");
        using (var bucket = Bucket())
        {
            bucket.PutObject(root + "a", Pattern(1));
            LetsGo(
                "what is forgotten",
                () =>
                {
                    ObjectWriteStream stream = null;
                    stream = bucket.OpenWrite(root, InParts(report => GC.KeepAlive(stream)));
                    stream.Write(Pattern(300000), 0, 300000);
                    return new WeakReference(stream);
                },
                () =>
                {
                    IEnumerator<ObjectEntry> entries = null;
                    entries = bucket.ListObjectsV2(root, null, InParts(report => GC.KeepAlive(entries))).GetEnumerator();
                    Check(entries.MoveNext(), "no entry");
                    return new WeakReference(entries);
                });
            // Of the writers nothing is left at the service either; Mono may still keep some.
            for (int turn = 0; turn < 200 && bucket.ListMultipartUploads(root).Count() > 2; turn++)
            {
                GC.Collect();
                Thread.Sleep(50);
            }
            Check(bucket.ListMultipartUploads(root).Count() <= 2, "what was sent is left");
        }
    }

    internal static void ForgottenStreamsHoldUpNoFinalizer()
    {
        var options = Options();
        bool isOver = false;
        using (var asked = new AutoResetEvent(false))
        using (var release = new ManualResetEventSlim())
        {
            options.Credentials = Credentials.Callback(() =>
            {
                if (Volatile.Read(ref isOver))
                {
                    asked.Set();
                    release.Wait();
                }
                return new AccessKeys(Id, Secret);
            });
            using (var bucket = Bucket(options))
            {
                string key = Key();
                bucket.PutObject(key, Pattern(5000000));
                var reading = new Thread(() =>
                {
                    var stream = bucket.GetObject(key, new CallOptions { Prefetch = 2, PartSize = 102400 });
                    Volatile.Write(ref isOver, true);
                    // Until a thread that reads ahead waits for keys, and whoever ends the stream for that thread. What is there
                    // already lasts for longer than that takes.
                    while (!asked.WaitOne(1000) && stream.Read(new byte[51200], 0, 51200) > 0)
                    {
                    }
                });
                reading.Start();
                bool isForgotten = reading.Join(60000);
                var collecting = new Thread(() =>
                {
                    for (int turn = 0; turn < 5; turn++)
                    {
                        GC.Collect();
                        GC.WaitForPendingFinalizers();
                    }
                });
                collecting.Start();
                bool collected = collecting.Join(60000);
                release.Set();
                Check(isForgotten, "the stream waits for what nobody reads ahead");
                Check(collected, "all finalizers wait for threads that read ahead");
            }
        }
    }

    internal static void ForgottenWritersHoldUpNoFinalizer()
    {
        using (var bucket = Bucket())
        {
            string root = Key("/");
            Admin("POST", "/_local/rules", "{\"operation\":\"AbortMultipartUpload\",\"times\":99,\"action\":{\"type\":\"delay\",\"ms\":8000}}");
            var collecting = new Thread(() => LetsGo("writers", () =>
            {
                var stream = bucket.OpenWrite(root, InParts());
                stream.Write(Pattern(300000), 0, 300000);
                return new WeakReference(stream);
            }));
            collecting.Start();
            Check(collecting.Join(60000), "all finalizers wait for the network");
        }
    }
}
