using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>Streams that begin again, the headers of everyday, checksums, the caller's clock.</summary>
internal static class Everyday
{
    internal static void SeekableStreamsBeginAgain()
    {
        byte[] content = Pattern(300000);
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, content);
            using (var file = File.OpenRead(path))
            using (var bucket = Bucket())
            {
                foreach (Stream source in new Stream[] { new MemoryStream(content), file })
                {
                    foreach (string action in new[] { "{'type':'status','status':503,'code':'ServiceUnavailable'}", "{'type':'reset'}" })
                    {
                        string key = Key();
                        // Not from its beginning: it goes back to where it stood.
                        source.Position = 1000;
                        Fault(key, action);
                        OssResponse answer = bucket.PutObject(key, source);
                        Equal(2, answer.Attempts);
                        Check(answer.Verified, "not compared");
                        source.Position = 1000;
                        Fault(key, action);
                        Equal(2, bucket.PutObjectAsync(key, source).GetAwaiter().GetResult().Attempts);
                        var stored = new MemoryStream();
                        bucket.GetObjectToStream(key, stored);
                        Check(stored.ToArray().SequenceEqual(content.Skip(1000)), "other bytes");
                    }
                }
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Where it says that it stands has nothing to do with what it gives.</summary>
    private sealed class Elsewhere : MemoryStream
    {
        private readonly Func<long> says;

        internal Elsewhere(byte[] content, Func<long> says) : base(content)
        {
            this.says = says;
        }

        public override long Length => 300000 + says();

        public override long Position
        {
            get { return says(); }
            set { }
        }
    }

    internal static void StreamsThatStandElsewhereAreReadOnce()
    {
        byte[] content = Pattern(300000);
        using (var bucket = Bucket())
        {
            foreach (long says in new[] { 0L, 7L, 300000L })
            {
                foreach (long length in new[] { -1L, content.Length })
                {
                    string key = Key();
                    Func<Stream> source = () => new Elsewhere(content, () => says);
                    Fault(key, "{'type':'status','status':503,'code':'ServiceUnavailable'}");
                    Equal(1, Fails(OssStatus.Throttled, () => bucket.PutObject(key, source(), length)).Attempts);
                    Fault(key, "{'type':'status','status':503,'code':'ServiceUnavailable'}");
                    Equal(1, Fails(OssStatus.Throttled, () => Failures.Wait(bucket.PutObjectAsync(key, source(), length))).Attempts);
                    Check(!bucket.ObjectExists(key), "something is stored");
                    bucket.PutObject(key, source());
                    SameBytes(content, ReadAll(bucket.GetObject(key)));
                }
            }
        }
    }

    internal static void StreamsPastTheirEndAreEmpty()
    {
        using (var bucket = Bucket())
        {
            foreach (long position in new[] { 3L, 4L, 10L })
            {
                string key = Key();
                bucket.PutObject(key, Pattern(5));
                bucket.PutObject(key, new MemoryStream(new byte[3]) { Position = position });
                Equal(0L, bucket.HeadObject(key).ContentLength);
            }
        }
    }

    internal static void EverydayHeadersArrive()
    {
        var options = new CallOptions
        {
            ContentType = "text/x-a", CacheControl = "no-cache", ContentDisposition = "attachment", ObjectAcl = Acls.Private,
            StorageClass = StorageClasses.Ia, ServerSideEncryption = Encryptions.Aes256, ForbidOverwrite = true,
            TrafficLimit = 819200, ConnectTimeout = TimeSpan.FromSeconds(1), ReadTimeout = TimeSpan.FromMinutes(1),
            Metadata = { ["author"] = "me" }, Tags = { ["a b"] = "c=d" },
        };
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(10), options);
            string seen = Requests(key).Last();
            foreach (string header in new[]
            {
                "content-type\",\"text/x-a", "cache-control\",\"no-cache", "content-disposition\",\"attachment",
                "x-oss-object-acl\",\"private", "x-oss-storage-class\",\"IA", "x-oss-server-side-encryption\",\"AES256",
                "x-oss-forbid-overwrite\",\"true", "x-oss-traffic-limit\",\"819200", "x-oss-meta-author\",\"me",
                "x-oss-tagging\",\"a%20b=c%3Dd",
            })
            {
                Check(seen.Replace(" ", "").Contains(header), "no " + header + " in " + seen);
            }
            string etag = bucket.HeadObject(key).ETag;
            Equal(OssStatus.NotModified, StatusOf(bucket, key, new CallOptions { IfNoneMatch = etag }));
            Equal(OssStatus.PreconditionFailed, StatusOf(bucket, key, new CallOptions { IfMatch = "\"0\"" }));
            var past = new DateTimeOffset(1994, 11, 6, 8, 49, 37, TimeSpan.Zero);
            Equal(OssStatus.PreconditionFailed, StatusOf(bucket, key, new CallOptions { IfUnmodifiedSince = past }));
            Equal(OssStatus.Ok, StatusOf(bucket, key, new CallOptions { IfModifiedSince = past }));
            Equal(OssStatus.InvalidArgument, StatusOf(bucket, key, new CallOptions { ReadTimeout = TimeSpan.Zero }));
            Equal(OssStatus.InvalidArgument, StatusOf(bucket, key, new CallOptions { BucketAcl = "a\nb" }));
            var misspelt = new CallOptions { Headers = { ["x-oss-acl"] = Acls.Private } };
            Fails(OssStatus.InvalidArgument, () => bucket.PutObject(key + "b", Pattern(1), misspelt));
            misspelt.Insist = true;
            bucket.PutObject(key + "b", Pattern(1), misspelt);
        }
    }

    private static OssStatus StatusOf(Bucket bucket, string key, CallOptions options)
    {
        try
        {
            bucket.GetObjectToStream(key, Stream.Null, options);
            return OssStatus.Ok;
        }
        catch (Exception error) when (OssException.Of(error) != null)
        {
            return OssException.Of(error).Status;
        }
    }

    internal static void ChecksumsAreThoseOfTheService()
    {
        byte[] content = Pattern(100000);
        ulong service;
        using (var bucket = Bucket())
        {
            service = bucket.PutObject(Key(), content).Crc64.Value;
        }
        Equal(service, Crc64.HashToUInt64(content));
        var crc = new Crc64();
        crc.Append(new System.IO.MemoryStream(content));
        Equal(service, crc.GetCurrentHashAsUInt64());
        SameBytes(Crc64.Hash(content), crc.GetHashAndReset());
        Equal(0UL, crc.GetCurrentHashAsUInt64());
#if NET
        crc.Append(new ReadOnlySpan<byte>(content, 0, 1000));
        crc.Append(new ReadOnlySpan<byte>(content, 1000, content.Length - 1000));
        Equal(service, crc.GetCurrentHashAsUInt64());
#endif
        Throws<ArgumentNullException>(() => crc.Append((System.IO.Stream)null));
        Crc64 first = new Crc64(), second = new Crc64();
        first.Append(content, 0, 333);
        second.Append(content, 333, content.Length - 333);
        Equal(service, Crc64.Combine(first.GetCurrentHashAsUInt64(), second.GetCurrentHashAsUInt64(), (ulong)content.Length - 333));
        first.Append(content, 333, content.Length - 333);
        Equal(service, first.GetCurrentHashAsUInt64());
        Equal((byte)(service >> 56), first.GetCurrentHash()[0]);
        first.Reset();
        Equal(0UL, first.GetCurrentHashAsUInt64());
    }

    internal static void TheClockOutlivesTheSession()
    {
        int asked = 0;
        Func<DateTimeOffset> clock = () => { asked++; return DateTimeOffset.UtcNow; };
        OssOptions options = Options();
        using (var session = new Session(new OssOptions { Clock = clock }))
        {
            options.Session = session;
            options.Clock = clock;
        }
        Throws<ObjectDisposedException>(() => Bucket(options).Dispose());
        options.Session = new Session(new OssOptions { Clock = clock });
        using (var bucket = Bucket(options))
        {
            options.Session.Dispose();
            bucket.PutObject(Key(), Pattern(1));
            Equal(Endpoint, bucket.Endpoint);
            Equal("csharp-tests", bucket.Name);
        }
        Check(asked > 0, "nobody asked for the time");
    }
}
