using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading;
using Alioss;
using static Harness;

/// <summary>Whole directories, prefixes, and what workers of transfers throw.</summary>
internal static class Directories
{
    private sealed class Told : IProgress<TransferOutcome>
    {
        internal readonly List<TransferOutcome> All = new List<TransferOutcome>();
        internal Exception Throw;

        public void Report(TransferOutcome value)
        {
            All.Add(value);
            if (Throw != null)
            {
                throw Throw;
            }
        }
    }

    [DllImport("libc")]
    private static extern int symlink(byte[] target, byte[] path);

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text + "\0");

    /// <summary>A directory for a test, with files "a", "d/b" and "large", and a link.</summary>
    private static void WithTree(Action<string> action)
    {
        string directory = Path.Combine(Path.GetTempPath(), "alioss-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(Path.Combine(directory, "in", "d"));
        File.WriteAllText(Path.Combine(directory, "in", "a"), "aa");
        File.WriteAllText(Path.Combine(directory, "in", "d", "b"), "bbb");
        File.WriteAllBytes(Path.Combine(directory, "in", "large"), Pattern(900000));
        Equal(0, symlink(Text("a"), Text(Path.Combine(directory, "in", "link"))));
        try
        {
            action(directory);
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    private static CallOptions InParts() => new CallOptions { PartSize = 102400, Workers = 3 };

    private static string Counts(TransferReport report) =>
        string.Join(
            " ",
            new[] { report.Transferred, report.Unchanged, report.Skipped, report.Failed, report.Deleted }
                .Select(count => count.Files));

    internal static void DirectoriesGoThereAndBack()
    {
        WithTree(directory =>
        {
            string from = Path.Combine(directory, "in");
            string to = Path.Combine(directory, "out");
            string prefix = Key();
            using (var bucket = Bucket())
            {
                var told = new Told();
                long last = 0;
                var options = InParts();
                options.Progress = new Reports(one => last = one.Done);
                var how = new DirectoryOptions { Filter = name => name != "a", Outcomes = told };
                var report = bucket.UploadDirectory(prefix, from, how, options);
                Equal("2 0 1 0 0", Counts(report));
                Equal(900003L, report.Transferred.Bytes);
                Equal(900003L, last);
                Equal(3, told.All.Count);
                foreach (var sent in told.All.Where(one => one.Kind == OutcomeKind.Transferred))
                {
                    var now = new FileInfo(sent.Path);
                    Equal(now.Length, sent.Size);
                    // Mono tells whole microseconds.
                    Check((now.LastWriteTimeUtc - sent.FileModified.Value).Duration().Ticks < 10, sent.FileModified.ToString());
                    Check(sent.FileChanged >= sent.FileModified && sent.FileNumber != 0, sent.FileChanged.ToString());
                    Check(sent.ETag != null && sent.LastModified == null, sent.ETag);
                }
                var link = report.Problems.Single();
                Check(link.Kind == OutcomeKind.Skipped && link.Key == prefix + "/link", link.ToString());
                Check(link.Path == Path.Combine(from, "link") && link.VersionId == null, link.Path);
                Check(link.Status == OssStatus.Unsupported && link.Reason.Contains("symbolic link"), link.Reason);
                Equal("1 2 1 0 0", Counts(bucket.UploadDirectoryAsync(prefix + "/", from).Result));
                told.All.Clear();
                how = new DirectoryOptions { Outcomes = told };
                Equal("3 0 0 0 0", Counts(bucket.DownloadDirectory(prefix, to, how, InParts())));
                var head = bucket.HeadObject(told.All[0].Key);
                Equal(head.ETag, told.All[0].ETag);
                Equal(head.LastModified, told.All[0].LastModified);
                Check(told.All[0].FileModified == null && told.All[0].FileChanged == null, "a file was read");
                SameBytes(Pattern(900000), File.ReadAllBytes(Path.Combine(to, "large")));
                Equal("bbb", File.ReadAllText(Path.Combine(to, "d", "b")));
                how = new DirectoryOptions { CompareContent = true };
                Equal("0 3 0 0 0", Counts(bucket.DownloadDirectoryAsync(prefix, to, how).Result));
                File.Delete(Path.Combine(to, "a"));
                how = new DirectoryOptions { Delete = true, DryRun = true };
                Equal("0 2 0 0 1", Counts(bucket.UploadDirectory(prefix, to, how)));
                how.DryRun = false;
                Equal("0 2 0 0 1", Counts(bucket.UploadDirectory(prefix, to, how)));
                Check(bucket.UploadDirectoryAsync(prefix, to, new CancellationToken(true)).IsCanceled, "not cancelled");
                Check(bucket.DownloadDirectoryAsync(prefix, to, new CancellationToken(true)).IsCanceled, "not cancelled");
                Check(bucket.DeletePrefixAsync(prefix, new CancellationToken(true)).IsCanceled, "not cancelled");
                Throws<ArgumentNullException>(() => { bucket.UploadDirectoryAsync(null, to); });
                Throws<ArgumentNullException>(() => bucket.DownloadDirectory(prefix, null));
            }
        });
    }

    internal static void WhatFailsIsInTheReport()
    {
        WithTree(directory =>
        {
            string to = Path.Combine(directory, "out");
            string prefix = Key();
            using (var bucket = Bucket())
            {
                bucket.PutObject(prefix + "/a", "x");
                bucket.PutObject(prefix + "/../evil", "x");
                var error = Throws<OssException>(() => bucket.DownloadDirectory(prefix, to));
                Equal(OssStatus.InvalidArgument, error.Status);
                Equal("1 0 0 1 0", Counts(error.Report));
                Equal(prefix + "/../evil", error.Report.Problems.Single().Key);
                Equal(1, Directory.GetFileSystemEntries(to).Length);
                var both = new DirectoryOptions { Overwrite = true, Delete = true };
                Equal("overwrite", Throws<ArgumentException>(() => bucket.UploadDirectory(prefix, to, both)).ParamName);
                var source = new CancellationTokenSource();
                var stop = new DirectoryOptions
                {
                    Filter = name =>
                    {
                        source.Cancel();
                        return true;
                    },
                };
                var cancelled = Throws<OperationCanceledException>(
                    () => bucket.UploadDirectory(prefix, Path.Combine(directory, "in"), stop, null, source.Token));
                Equal(source.Token, cancelled.CancellationToken);
                Check(OssException.Of(cancelled).Report != null, "no report");
            }
        });
    }

    internal static void PrefixesAreDeleted()
    {
        Operations.InBucket("prefixes", bucket =>
        {
            foreach (string key in new[] { "log", "log2", "logs/a", "other" })
            {
                bucket.PutObject(key, "x");
            }
            var told = new Told();
            var report = bucket.DeletePrefix("log", new DeletePrefixOptions { Outcomes = told });
            Equal("0 0 0 0 3", Counts(report));
            Equal(3L, report.Deleted.Bytes);
            Equal("log log2 logs/a", string.Join(" ", told.All.Select(one => one.Key)));
            Throws<ArgumentException>(() => bucket.DeletePrefix(""));
            var all = new DeletePrefixOptions { WholeBucket = true, Versions = true };
            Equal("0 0 0 0 1", Counts(bucket.DeletePrefixAsync("", all).Result));
        });
    }

    internal static void CallbacksEndTheTransfer()
    {
        WithTree(directory =>
        {
            string from = Path.Combine(directory, "in");
            string prefix = Key();
            var mine = new InvalidDataException("mine");
            using (var bucket = Bucket())
            {
                var told = new Told { Throw = mine };
                var how = new DirectoryOptions { Outcomes = told };
                Action<Action> throws = action =>
                {
                    Check(ReferenceEquals(mine, Throws<InvalidDataException>(action)), "another");
                    Equal(OssStatus.Cancelled, OssException.Of(mine).Status);
                    Check(OssException.Of(mine).Report != null, "no report");
                };
                throws(() => bucket.UploadDirectory(prefix, from, how));
                throws(() => Failures.Wait(bucket.UploadDirectoryAsync(prefix, from, how)));
                Equal(2, told.All.Count);
                bucket.PutObject(prefix + "/x", "x");
                throws(() => bucket.DeletePrefix(prefix, new DeletePrefixOptions { Outcomes = told }));
                bucket.PutObject(prefix + "/x", "x");
                int asked = 0;
                how = new DirectoryOptions
                {
                    Delete = true,
                    Filter = name =>
                    {
                        asked++;
                        throw mine;
                    },
                };
                throws(() => bucket.UploadDirectory(prefix, from, how));
                Equal(1, asked);
                Check(bucket.ObjectExists(prefix + "/x"), "deleted");
            }
        });
    }

    internal static void WorkersSayWhyTheyFailed()
    {
        WithTree(directory =>
        {
            string from = Path.Combine(directory, "in", "large");
            var mine = new InvalidDataException("mine");
            int left = 0;
            string key = Key();
            var options = Options();
            options.Credentials = Credentials.Callback(() =>
            {
                if (Interlocked.Decrement(ref left) < 0)
                {
                    throw mine;
                }
                return new AccessKeys(Id, Secret);
            });
            using (var plain = Bucket())
            using (var bucket = Bucket(options))
            {
                plain.PutObject(key, Pattern(900000));
                Action<Action> throws = action =>
                {
                    left = 4;
                    Check(ReferenceEquals(mine, Throws<InvalidDataException>(action)), "another");
                    Equal(OssStatus.Credentials, OssException.Of(mine).Status);
                    left = 1;
                    bucket.HeadObject(key);
                };
                throws(() => bucket.UploadFile(key + "-a", from, InParts()));
                throws(() => bucket.DownloadFile(key, from + "-back", InParts()));
                throws(() => bucket.CopyLargeObject(key + "-a", key, null, null, InParts()));
                var all = new DirectoryOptions { Overwrite = true };
                throws(() => bucket.UploadDirectory(key + "-d", directory, all, InParts()));
                throws(() =>
                {
                    using (var writer = bucket.OpenWrite(key + "-a", InParts()))
                    {
                        Check(ReferenceEquals(mine, Throws<InvalidDataException>(() => Fill(writer))), "another");
                        writer.Complete();
                    }
                });
                var ahead = InParts();
                ahead.Prefetch = 3;
                throws(() =>
                {
                    using (var content = bucket.GetObject(key, ahead))
                    {
                        ReadAll(content);
                    }
                });
                // Nobody reads to where it fails.
                left = 4;
                bucket.GetObject(key, ahead).Dispose();
            }
        });
    }

    /// <summary>Writes until that fails.</summary>
    private static void Fill(ObjectWriteStream writer)
    {
        for (int turn = 0; turn < 100; turn++)
        {
            writer.Write(Pattern(300000), 0, 300000);
        }
    }
}
