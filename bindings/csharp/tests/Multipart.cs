using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using Alioss;
using static Harness;

/// <summary>Uploads in parts.</summary>
internal static class Multipart
{
    private const int Size = 100 * 1024;

    internal static void PartsBecomeAnObject()
    {
        string path = Path.GetTempFileName();
        using (var bucket = Bucket())
        {
            byte[] data = Pattern(5 * Size);
            File.WriteAllBytes(path, data);
            string key = Key("é.txt");
            string id = bucket.InitiateMultipartUpload(key, new CallOptions { Headers = { ["x-oss-meta-a"] = "b" } }).UploadId;
            var parts = new List<UploadedPart>
            {
                bucket.UploadPart(key, id, 1, new ArraySegment<byte>(data, 0, Size)),
                bucket.UploadPart(key, id, 2, new MemoryStream(data, Size, Size)),
                bucket.UploadPartFile(key, id, 3, path, 2 * Size, Size),
            };
            // Of unknown length, and read asynchronously; the size is known afterwards.
            var source = new MemoryStream(data, 3 * Size, Size);
            parts.Add(bucket.UploadPartAsync(key, id, 4, new Custom { OnReadAsync = source.ReadAsync }).Result);
            parts.Add(bucket.UploadPartAsync(key, id, 5, data.Skip(4 * Size).ToArray()).Result);
            Check(parts.All(part => part.Size == Size && part.Crc64.HasValue && part.Response.HttpStatus == 200), "parts");
            Check(parts.Select(part => part.Number).SequenceEqual(new[] { 1, 2, 3, 4, 5 }), "numbers");
            var done = bucket.CompleteMultipartUpload(key, id, parts);
            Check(done.Crc64.HasValue && done.Text("Key") == key, "answer");
            SameBytes(data, ReadAll(bucket.GetObject(key)));
            Equal("b", bucket.HeadObject(key).Header("x-oss-meta-a"));
            Equal("NoSuchUpload", Fails(OssStatus.NotFound, () => bucket.CompleteMultipartUpload(key, id, parts)).Code);
        }
        File.Delete(path);
    }

    internal static void PartsAreCopied()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            byte[] data = Pattern(3 * Size);
            bucket.PutObject(key + "-source", data);
            string id = bucket.InitiateMultipartUploadAsync(key).Result.UploadId;
            var first = new CallOptions { Range = ByteRange.Between(0, Size - 1) };
            var rest = new CallOptions { Range = ByteRange.Between(Size, (3 * Size) - 1) };
            var parts = new List<UploadedPart>
            {
                bucket.UploadPartCopy(key, id, 1, key + "-source", null, null, first),
                bucket.UploadPartCopyAsync(key, id, 2, key + "-source", bucket.Name, null, rest).Result,
            };
            Check(parts.All(part => part.ETag.Length > 2 && part.Size == null), "parts");
            bucket.CompleteMultipartUpload(key, id, parts);
            SameBytes(data, ReadAll(bucket.GetObject(key)));
            Fails(OssStatus.NotFound, () => bucket.UploadPartCopy(key, id, 1, key + "-missing"));
        }
    }

    internal static void UploadsAreListed()
    {
        Operations.InBucket("uploads", bucket =>
        {
            string a = bucket.InitiateMultipartUpload("a").UploadId;
            string b = bucket.InitiateMultipartUpload("b/1").UploadId;
            bucket.InitiateMultipartUpload("b/2");
            var pages = new CallOptions { Query = { ["max-uploads"] = "1" } };
            Equal("a,b/", string.Join(",", bucket.ListMultipartUploads(null, "/", pages)), "uploads");
            var upload = bucket.ListMultipartUploadsAsync("b/1").ToListAsync().Result.Single();
            Check(upload.UploadId == b && upload.Initiated.HasValue && !upload.IsPrefix, "upload");
            for (int number = 1; number <= 3; number++)
            {
                bucket.UploadPart("a", a, number, Pattern(Size + number));
            }
            var parts = bucket.ListParts("a", a, new CallOptions { Query = { ["max-parts"] = "2" } }).ToList();
            Equal("1,2,3", string.Join(",", parts.Select(part => part.Number)), "numbers");
            Check(parts.All(part => part.Size == Size + part.Number && part.LastModified.HasValue), "parts");
            // What is listed can be completed; so can all that was uploaded.
            bucket.CompleteMultipartUpload("a", a, parts);
            Equal((3L * Size) + 6, bucket.HeadObject("a").ContentLength.Value);
            bucket.UploadPart("b/1", b, 7, Pattern(5));
            bucket.CompleteMultipartUploadAsync("b/1", b).Wait();
            SameBytes(Pattern(5), ReadAll(bucket.GetObject("b/1")));
            Fails(OssStatus.NotFound, () => bucket.ListParts("a", a).ToList());
            Equal("b/2", bucket.ListMultipartUploads().Single().Key);
        });
    }

    internal static void WrongPartsAreRefused()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            string id = bucket.InitiateMultipartUpload(key).UploadId;
            var part = bucket.UploadPart(key, id, 1, Pattern(Size));
            Fails(OssStatus.InvalidArgument, () => bucket.UploadPart(key, id, 0, Pattern(1)));
            Fails(OssStatus.InvalidArgument, () => bucket.UploadPart(key, id, 10001, new MemoryStream()));
            Fails(OssStatus.Io, () => bucket.UploadPart(key, id, 2, new MemoryStream(Pattern(10)), 11));
            Fails(OssStatus.Io, () => bucket.UploadPartFile(key, id, 2, "/nowhere/file", 0, 1));
            var second = new UploadedPart(2, part.ETag, part.Size, part.Crc64);
            Fails(OssStatus.InvalidArgument, () => bucket.CompleteMultipartUpload(key, id, new[] { second, part }));
            Equal("InvalidPart", Throws<OssException>(() => bucket.CompleteMultipartUpload(key, id, new[] { part, second })).Code);
            Equal("etag", Throws<ArgumentNullException>(() => new UploadedPart(1, null)).ParamName);
            // The object is there, but it is not what these parts are said to be.
            var wrong = new UploadedPart(1, part.ETag, Size, part.Crc64 + 1);
            Fails(OssStatus.ChecksumMismatch, () => bucket.CompleteMultipartUpload(key, id, new[] { wrong }));
            Check(bucket.ObjectExists(key), "not completed");
        }
    }

    internal static void UploadsAreAborted()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            string id = bucket.InitiateMultipartUpload(key).UploadId;
            bucket.UploadPart(key, id, 1, Pattern(Size));
            bucket.AbortMultipartUpload(key, id);
            Fails(OssStatus.NotFound, () => bucket.UploadPart(key, id, 2, Pattern(Size)));
            Fails(OssStatus.NotFound, () => Failures.Wait(bucket.AbortMultipartUploadAsync(key, id)));
            Fails(OssStatus.NotFound, () => bucket.HeadObject(key));
        }
    }

    internal static void PartsCanBeCancelled()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            string id = bucket.InitiateMultipartUpload(key).UploadId;
            var token = new CancellationToken(true);
            Admin("DELETE", "/_local/requests");
            Action<Action> cancelled = action => Equal(token, Throws<OperationCanceledException>(action).CancellationToken);
            cancelled(() => bucket.InitiateMultipartUpload(key, null, token));
            cancelled(() => bucket.UploadPart(key, id, 1, Pattern(1), null, token));
            cancelled(() => bucket.UploadPart(key, id, 1, new MemoryStream(), null, token));
            cancelled(() => bucket.UploadPartFile(key, id, 1, CaFile, 0, 1, null, token));
            cancelled(() => bucket.UploadPartCopy(key, id, 1, key, null, null, null, token));
            cancelled(() => bucket.CompleteMultipartUpload(key, id, null, null, token));
            cancelled(() => bucket.AbortMultipartUpload(key, id, null, token));
            cancelled(() => bucket.ListParts(key, id, null, token).ToList());
            cancelled(() => bucket.ListMultipartUploads(key, null, null, token).ToList());
            Equal(0, Requests(key).Count);
            Fault(key, "{'type':'stall_request','after_bytes':1000}", 99);
            EndsInTime(source => bucket.UploadPart(key, id, 1, new byte[50000000], null, source));
            var forever = new Custom { OnReadAsync = (b, o, n, t) => System.Threading.Tasks.Task.Delay(20000, t).ContinueWith(task => 0, t) };
            EndsInTime(source => Failures.Wait(bucket.UploadPartAsync(key, id, 1, forever, null, source)));
            Admin("DELETE", "/_local/rules");
            bucket.AbortMultipartUpload(key, id);
        }
    }

    internal static void PartsMakeProgress()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            string id = bucket.InitiateMultipartUpload(key).UploadId;
            long last = 0;
            var options = new CallOptions { Progress = new Reports(report => last = report.Done) };
            bucket.UploadPart(key, id, 1, new MemoryStream(Pattern(Size)), options);
            Equal((long)Size, last);
            var thrown = new InvalidDataException("mine");
            var bad = new Custom { OnRead = (b, o, n) => throw thrown };
            Check(ReferenceEquals(thrown, Throws<InvalidDataException>(() => bucket.UploadPart(key, id, 2, bad))), "another");
            Check(ReferenceEquals(thrown, Throws<InvalidDataException>(() => bucket.AppendObject(Key(), 0, bad))), "another");
            bucket.AbortMultipartUpload(key, id);
        }
    }

#if NET
    internal static void ModernListingsWork()
    {
        Operations.InBucket("modern", bucket => Failures.Wait(ModernListings(bucket)));
    }

    private static async System.Threading.Tasks.Task ModernListings(Bucket bucket)
    {
        await bucket.PutBucketVersioningAsync(new VersioningConfiguration { Status = "Enabled" });
        await bucket.PutObjectAsync("a", Pattern(1));
        await bucket.DeleteObjectAsync("a");
        string id = (await bucket.InitiateMultipartUploadAsync("b")).UploadId;
        await bucket.UploadPartAsync("b", id, 3, Pattern(1));
        await foreach (ObjectEntry entry in bucket.ListObjectsAsync())
        {
            Check(false, entry + " is listed");
        }
        int versions = 0;
        await foreach (ObjectEntry entry in bucket.ListObjectVersionsAsync("a"))
        {
            versions += entry.IsDeleteMarker ? 10 : 1;
        }
        Equal(11, versions);
        string seen = "";
        await foreach (UploadEntry upload in bucket.ListMultipartUploadsAsync())
        {
            await foreach (UploadedPart part in bucket.ListPartsAsync(upload.Key, upload.UploadId))
            {
                seen += upload.Key + part.Number;
            }
        }
        Equal("b3", seen);
    }
#endif
}
