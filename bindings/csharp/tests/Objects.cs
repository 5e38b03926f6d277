using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Threading;
using Alioss;
using static Harness;

/// <summary>What operations do when all goes well.</summary>
internal static class Objects
{
    internal static void BytesComeBack()
    {
        using (var bucket = Bucket())
        {
            foreach (int length in new[] { 0, 1, 1024, 300000 })
            {
                string key = Key();
                byte[] data = Pattern(length);
                var put = bucket.PutObject(key, data);
                Equal(200, put.HttpStatus);
                Check(put.RequestId.Length > 0 && put.ETag.StartsWith("\""), "answer");
                Equal(1, put.Attempts);
                SameBytes(data, ReadAll(bucket.GetObject(key)));
            }
            string part = Key();
            bucket.PutObject(part, new ArraySegment<byte>(Pattern(100), 10, 5));
            SameBytes(new byte[] { 10, 11, 12, 13, 14 }, ReadAll(bucket.GetObject(part)));
            bucket.PutObject(part, new ArraySegment<byte>(new byte[3], 3, 0));
            SameBytes(new byte[0], ReadAll(bucket.GetObject(part)));
        }
    }

    internal static void FilesComeBack()
    {
        string source = Path.GetTempFileName();
        string target = source + "-é";
        try
        {
            File.WriteAllBytes(source, Pattern(200000));
            using (var bucket = Bucket())
            {
                string key = Key();
                bucket.PutObjectFile(key, source);
                var response = bucket.GetObjectToFile(key, target);
                Equal(200000L, response.ContentLength.Value);
                SameBytes(Pattern(200000), File.ReadAllBytes(target));
                bucket.PutObjectFileAsync(key, target).Wait();
                bucket.GetObjectToFileAsync(key, source).Wait();
                SameBytes(Pattern(200000), File.ReadAllBytes(source));
                Fails(OssStatus.Io, () => bucket.PutObjectFile(key, "/nowhere/file"));
                Fails(OssStatus.Io, () => bucket.GetObjectToFile(key, "/nowhere/file"));
            }
        }
        finally
        {
            File.Delete(source);
            File.Delete(target);
        }
    }

    internal static void StreamsOfAllKindsAreSent()
    {
        using (var bucket = Bucket())
        {
            byte[] data = Pattern(500000);
            string key = Key();
            bucket.PutObject(key, new MemoryStream(data));
            SameBytes(data, ReadAll(bucket.GetObject(key)));
            Check(Requests(key)[0].Contains("\"content-length\",\"500000\""), "no length");

            // From where the stream is, not from its beginning.
            key = Key();
            bucket.PutObject(key, new MemoryStream(data) { Position = 499990 });
            SameBytes(data.Skip(499990).ToArray(), ReadAll(bucket.GetObject(key)));

            // In chunks, and in dribs.
            key = Key();
            var source = new MemoryStream(data);
            bucket.PutObject(key, new Custom { OnRead = (b, o, n) => source.Read(b, o, Math.Min(n, 7001)) });
            SameBytes(data, ReadAll(bucket.GetObject(key)));
            Check(Requests(key)[0].Contains("\"transfer-encoding\",\"chunked\""), "not chunked");

            // With a length that the stream does not know.
            key = Key();
            source.Position = 0;
            bucket.PutObject(key, new Custom { OnRead = source.Read }, data.Length);
            SameBytes(data, ReadAll(bucket.GetObject(key)));
            Check(Requests(key)[0].Contains("\"content-length\",\"500000\""), "no length");

            key = Key();
            bucket.PutObject(key, new MemoryStream());
            SameBytes(new byte[0], ReadAll(bucket.GetObject(key)));
        }
    }

    internal static void WrongLengthsAreRefused()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            Fails(OssStatus.Io, () => bucket.PutObject(key, new MemoryStream(Pattern(10)), 11));
            Fails(OssStatus.InvalidArgument, () => bucket.PutObject(key, new MemoryStream(Pattern(10)), -2));
            Fails(OssStatus.NotFound, () => bucket.HeadObject(key));
            // Just as many bytes as were announced; the rest stays in the stream.
            var longer = new MemoryStream(Pattern(10));
            bucket.PutObject(key, longer, 9);
            Equal(9L, longer.Position);
            Equal(9L, bucket.HeadObject(key).ContentLength);
        }
    }

    internal static void DownloadIsAStream()
    {
        using (var bucket = Bucket())
        {
            byte[] data = Pattern(300000);
            string key = Key(".txt");
            bucket.PutObject(key, data);
            var stream = bucket.GetObject(key);
            Check(stream.CanRead && !stream.CanSeek && !stream.CanWrite, "abilities");
            Equal(300000L, stream.Length);
            Equal("text/plain", stream.Response.Header("Content-Type"));
            Equal(200, stream.Response.HttpStatus);
            Equal(0, stream.ReadByte());
            Equal(1, stream.ReadByte());
            var rest = new byte[300010];
            int have = 2;
            int got;
            while ((got = stream.Read(rest, have, Math.Min(70001, rest.Length - have))) > 0)
            {
                have += got;
                Equal((long)have, stream.Position);
            }
            Equal(300000, have);
            Equal(0, stream.Read(rest, 0, 1), "read past the end");
            Equal(0, stream.Read(rest, 0, 0), "read of nothing");
            Throws<ArgumentOutOfRangeException>(() => stream.Read(rest, 1, rest.Length));
            Throws<ArgumentNullException>(() => stream.Read(null, 0, 1));
            Throws<NotSupportedException>(() => stream.Seek(0, SeekOrigin.Begin));
            stream.Dispose();
            stream.Dispose();
            Check(!stream.CanRead, "readable after Dispose");
            Throws<ObjectDisposedException>(() => stream.Read(rest, 0, 1));

            // Left in the middle.
            using (var part = bucket.GetObject(key))
            {
                Equal(0, part.ReadByte());
            }
            using (var asynchronous = bucket.GetObjectAsync(key).Result)
            {
                var copy = new MemoryStream();
                asynchronous.CopyToAsync(copy).Wait();
                SameBytes(data, copy.ToArray());
            }
        }
    }

    internal static void DownloadsGoWhereTheyAreTold()
    {
        using (var bucket = Bucket())
        {
            byte[] data = Pattern(250000);
            string key = Key();
            bucket.PutObject(key, data);
            var target = new MemoryStream();
            var response = bucket.GetObjectToStream(key, target);
            Equal(250000L, response.ContentLength.Value);
            SameBytes(data, target.ToArray());
            target.SetLength(0);
            bucket.GetObjectToStreamAsync(key, target).Wait();
            SameBytes(data, target.ToArray());

            var buffer = new byte[250020];
            Equal(250000, bucket.GetObjectToBuffer(key, new ArraySegment<byte>(buffer, 10, 250005)));
            SameBytes(data, buffer.Skip(10).Take(250000).ToArray());
            Check(buffer.Take(10).Concat(buffer.Skip(250010)).All(b => b == 0), "wrote outside of the segment");
            Equal(250000, bucket.GetObjectToBufferAsync(key, new ArraySegment<byte>(buffer)).Result);
            bucket.GetObjectToBuffer(key, new ArraySegment<byte>(buffer), out response);
            Check(response.ETag != null, "no ETag");
            Fails(OssStatus.InvalidArgument, () => bucket.GetObjectToBuffer(key, new ArraySegment<byte>(buffer, 0, 249999)));
        }
    }

    internal static void RangesAreParts()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(100));
            Func<ByteRange, byte[]> part = range => ReadAll(bucket.GetObject(key, new CallOptions { Range = range }));
            SameBytes(new byte[] { 3, 4, 5 }, part(ByteRange.Between(3, 5)));
            SameBytes(new byte[] { 98, 99 }, part(ByteRange.From(98)));
            SameBytes(new byte[] { 99 }, part(ByteRange.Suffix(1)));
            foreach (long first in new[] { -1, -3, long.MinValue })
            {
                Equal("first", Throws<ArgumentOutOfRangeException>(() => ByteRange.From(first)).ParamName);
                Equal("first", Throws<ArgumentOutOfRangeException>(() => ByteRange.Between(first, -1)).ParamName);
                Equal("first", Throws<ArgumentOutOfRangeException>(() => ByteRange.Between(first, 5)).ParamName);
            }
            Equal("last", Throws<ArgumentOutOfRangeException>(() => ByteRange.Between(5, 3)).ParamName);
            Equal("last", Throws<ArgumentOutOfRangeException>(() => ByteRange.Between(7, -1)).ParamName);
            Fails(OssStatus.InvalidArgument, () => ByteRange.Between(7, -1));
            Throws<ArgumentOutOfRangeException>(() => ByteRange.Suffix(0));
            Equal(206, bucket.GetObject(key, new CallOptions { Range = ByteRange.From(1) }).Response.HttpStatus);
        }
    }

    internal static void HeadersTellAboutObjects()
    {
        using (var bucket = Bucket())
        {
            string key = Key(".json");
            var before = DateTimeOffset.UtcNow.AddSeconds(-5);
            var put = bucket.PutObject(key, Pattern(77), new CallOptions { Headers = { ["x-oss-meta-colour"] = "grün" } });
            foreach (var answer in new[] { bucket.HeadObject(key), bucket.HeadObjectAsync(key).Result })
            {
                Equal(77L, answer.ContentLength.Value);
                Equal(put.ETag, answer.ETag);
                Equal(put.Crc64.Value, answer.Crc64.Value);
                Check(answer.LastModified > before && answer.LastModified < before.AddMinutes(1), "time");
                Equal("application/json", answer.Header("content-type"));
                Equal("grün", answer.Header("X-OSS-Meta-Colour"));
                Equal(null, answer.Header("x-oss-meta-size"));
                Equal(null, answer.VersionId);
                Equal(0, answer.Body.Length);
            }
            Equal(77L, bucket.GetObjectMeta(key).ContentLength.Value);
            Equal(put.ETag, bucket.GetObjectMetaAsync(key).Result.ETag);
            bucket.DeleteObject(key);
            bucket.DeleteObjectAsync(key).Wait();
            Fails(OssStatus.NotFound, () => bucket.HeadObject(key));
        }
    }

    /// <summary>What the process holds, in MiB.</summary>
    private static long Resident()
    {
        string line = File.ReadLines("/proc/self/status").First(one => one.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(new[] { ' ', '\t' }, StringSplitOptions.RemoveEmptyEntries)[1]) / 1024;
    }

    internal static void AnswersNeedNoDisposal()
    {
        string key = Key();
        OssResponse head, info;
        using (var bucket = Bucket())
        {
            bucket.PutObject(key, Pattern(77));
            Action<int> many = count =>
            {
                for (int turn = 0; turn < count; turn++)
                {
                    bucket.HeadObject(key);
                }
            };
            many(1000);
            long before = Resident();
            many(12000);
            long grown = Resident() - before;
            Check(grown < 20, "12000 answers that were thrown away hold " + grown + " MiB");
            head = bucket.HeadObject(key);
            info = bucket.GetBucketInfo();
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Equal(77L, head.ContentLength.Value);
        Equal(24, head.RequestId.Length);
        Equal(Crc64.HashToUInt64(Pattern(77)), head.Crc64.Value);
        Equal(head.ETag, head.Headers["ETag"]);
        Equal("csharp-tests", info.Text("Bucket.Name"));
        Equal(1, info.Count("Bucket"));
    }

    internal static void ListingsAreEnumerable()
    {
        using (var bucket = Bucket())
        {
            string root = Key("/");
            foreach (string name in new[] { "a", "b/1", "b/2", "c", "d/x/y", "é" })
            {
                bucket.PutObject(root + name, Encoding.UTF8.GetBytes(name));
            }
            var all = bucket.ListObjectsV2(root);
            Equal("a b/1 b/2 c d/x/y é", string.Join(" ", all.Select(entry => entry.Key.Substring(root.Length))));
            // Anew, page by page.
            var paged = bucket.ListObjectsV2(root, null, new CallOptions { Query = { ["max-keys"] = "2" } });
            int before = Requests("list-type").Count;
            Equal(6, paged.Count());
            Equal(before + 3, Requests("list-type").Count, "pages");
            Equal(6, paged.Count());
            // As much as is asked for.
            before = Requests("list-type").Count;
            Equal(root + "a", paged.First().Key);
            Equal(before + 1, Requests("list-type").Count, "pages of one entry");

            var folded = bucket.ListObjectsV2(root, "/").ToList();
            Equal("a b/ c d/ é", string.Join(" ", folded.Select(entry => entry.Key.Substring(root.Length))));
            var prefix = folded[1];
            Check(prefix.IsPrefix && prefix.Size == -1 && prefix.ETag == null && prefix.LastModified == null, "prefix");
            var first = folded[0];
            Check(!first.IsPrefix && first.Size == 1 && first.ETag.StartsWith("\"") && first.LastModified.HasValue, "object");
            Equal("Standard", first.StorageClass);
            Equal("Normal", first.Type);
            Equal(null, first.OwnerId);
            var owned = bucket.ListObjectsV2(root, null, new CallOptions { Query = { ["fetch-owner"] = "true" } });
            Check(owned.First().OwnerId.Length > 0, "owner");
            Equal(0, bucket.ListObjectsV2(root + "nothing").Count());
            Equal(6, bucket.ListObjectsV2Async(root).ToListAsync().Result.Count);
            using (var enumerator = all.GetEnumerator())
            {
                while (enumerator.MoveNext())
                {
                }
                Check(!enumerator.MoveNext(), "goes on after the end");
            }
        }
    }

    internal static void ListingsFailWhereTheyFail()
    {
        using (var missing = new Bucket(Options(), "no-such-bucket-here"))
        using (var bucket = Bucket())
        {
            Fails(OssStatus.NotFound, () => missing.ListObjectsV2().ToList());
            var listing = bucket.ListObjectsV2(null, null, new CallOptions { Query = { ["max-keys"] = "1" } });
            bucket.PutObject(Key(), Pattern(1));
            bucket.PutObject(Key(), Pattern(1));
            using (var enumerator = listing.GetEnumerator())
            {
                Check(enumerator.MoveNext(), "no entry");
                Admin("POST", "/_local/rules", "{\"query_contains\":\"list-type\",\"action\":{\"type\":\"status\",\"status\":403,\"code\":\"AccessDenied\"}}");
                Fails(OssStatus.Denied, () => enumerator.MoveNext());
                Check(!enumerator.MoveNext(), "goes on after a failure");
            }
        }
    }

    internal static void BucketsComeAndGo()
    {
        string name = "csharp-" + (OnMono ? "mono" : "core") + "-comes-and-goes";
        using (var bucket = new Bucket(Options(), name))
        using (var service = new Service(Options()))
        {
            Equal(name, bucket.Name);
            bucket.PutBucket();
            bucket.PutBucketAsync(new CallOptions { Headers = { ["x-oss-acl"] = "private" } }).Wait();
            var entry = service.ListBuckets(name).Single();
            Equal(name, entry.Name);
            Equal("cn-hangzhou", entry.Region);
            Equal("oss-cn-hangzhou", entry.Location);
            Equal("oss-cn-hangzhou.aliyuncs.com", entry.ExtranetEndpoint);
            Equal("oss-cn-hangzhou-internal.aliyuncs.com", entry.IntranetEndpoint);
            Check(entry.CreationDate.HasValue && entry.StorageClass == "Standard", "entry");
            Check(service.ListBucketsAsync().ToListAsync().Result.Any(other => other.Name == "csharp-tests"), "all buckets");
            bucket.PutObject("a", Pattern(1));
            var error = Fails(OssStatus.Conflict, () => bucket.DeleteBucket());
            Equal("BucketNotEmpty", error.Code);
            bucket.DeleteObject("a");
            bucket.DeleteBucketAsync().Wait();
            Equal(0, service.ListBuckets(name).Count());
        }
    }

    internal static void AnythingCanBeInvoked()
    {
        using (var bucket = Bucket())
        using (var service = new Service(Options()))
        {
            string key = Key();
            bucket.Invoke("PUT", key, Pattern(3));
            SameBytes(Pattern(3), bucket.Invoke("GET", key).Body);
            SameBytes(Pattern(3), bucket.InvokeAsync("GET", key).Result.Body);
            string listing = Encoding.UTF8.GetString(
                bucket.Invoke("GET", null, null, new CallOptions { Query = { ["list-type"] = "2", ["prefix"] = key } }).Body);
            Check(listing.Contains("<Key>" + key + "</Key>"), listing);
            Check(Encoding.UTF8.GetString(service.Invoke("GET").Body).Contains("csharp-tests"), "buckets");
            Check(service.InvokeAsync("GET").Result.Body.Length > 0, "buckets");
            Fails(OssStatus.InvalidArgument, () => bucket.Invoke("BREW", key));
            // A query parameter without a value.
            Check(bucket.Invoke("GET", key, null, new CallOptions { Query = { ["nothing"] = null } }).Body.Length == 3, "query");
            Check(Requests(key + "?nothing\"").Count == 1, "a name without a value");
        }
    }

    internal static void KeysAreExact()
    {
        string root = Key("/");
        string[] names =
        {
            "中文/名字.txt", "emoji-\U0001F600", "a//b", "a/./b", "a/../b", "a b+c%20d%2F", "?x=y&z#frag", "é", "e\u0301", "\u0001\u007F",
            "'\"<>&", "ÿ\uFFFD\uFEFF", "\U0010FFFF", new string('長', 300),
        };
        using (var bucket = Bucket())
        {
            foreach (string name in names)
            {
                bucket.PutObject(root + name, Encoding.UTF8.GetBytes(name));
            }
            foreach (string name in names)
            {
                Equal(name, Encoding.UTF8.GetString(ReadAll(bucket.GetObject(root + name))));
            }
            var listed = new HashSet<string>(bucket.ListObjectsV2(root).Select(entry => entry.Key));
            Equal(names.Length, listed.Count, "number of keys");
            foreach (string name in names)
            {
                Check(listed.Contains(root + name), "no " + name);
            }
            foreach (string bad in new[] { "", "/a", "\\a", new string('x', 1024), new string('長', 342), "a\0b", "\uD800", "x\uDC00" })
            {
                Fails(OssStatus.InvalidArgument, () => bucket.PutObject(bad, Pattern(1)));
            }
        }
    }

    internal static void ProgressIsReported()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            var seen = new List<TransferProgress>();
            var threads = new HashSet<int>();
            var options = new CallOptions
            {
                Progress = new Reports(report =>
                {
                    seen.Add(report);
                    threads.Add(Thread.CurrentThread.ManagedThreadId);
                }),
            };
            Action<long?> check = total =>
            {
                Check(seen.Count > 1, "too few reports");
                Check(seen.Zip(seen.Skip(1), (a, b) => a.Done <= b.Done).All(rises => rises), "goes back");
                Equal(1000000L, seen.Last().Done);
                Equal(total, seen.Last().Total);
                Check(threads.SetEquals(new[] { Thread.CurrentThread.ManagedThreadId }), "another thread");
                seen.Clear();
            };
            bucket.PutObject(key, Pattern(1000000), options);
            check(1000000);
            bucket.PutObject(key, new Custom { OnRead = new MemoryStream(Pattern(1000000)).Read }, options);
            check(null);
            bucket.GetObjectToStream(key, Stream.Null, options);
            check(1000000);
            ReadAll(bucket.GetObject(key, options));
            check(1000000);
        }
    }
}
