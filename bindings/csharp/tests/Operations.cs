using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>What else is done with objects, presigned requests, and buckets.</summary>
internal static class Operations
{
    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>A bucket of its own for a test, gone afterwards with all its versions.</summary>
    internal static void InBucket(string suffix, Action<Bucket> test)
    {
        using (var bucket = new Bucket(Options(), "csharp-" + (OnMono ? "mono-" : "core-") + suffix))
        {
            bucket.PutBucket();
            try
            {
                test(bucket);
            }
            finally
            {
                foreach (UploadEntry upload in bucket.ListMultipartUploads())
                {
                    bucket.AbortMultipartUpload(upload.Key, upload.UploadId);
                }
                var all = bucket.ListObjectVersions().Select(entry => new ObjectVersion(entry.Key, entry.VersionId)).ToList();
                if (all.Count > 0)
                {
                    bucket.DeleteMultipleObjects(all);
                }
                bucket.DeleteBucket();
            }
        }
    }

    internal static void ExistenceIsTold()
    {
        using (var bucket = Bucket())
        using (var missing = new Bucket(Options(), "no-such-bucket-here"))
        {
            string key = Key();
            Check(!bucket.ObjectExists(key), "there before it is put");
            bucket.PutObject(key, Pattern(1));
            Check(bucket.ObjectExists(key) && bucket.ObjectExistsAsync(key).Result, "not there");
            Check(bucket.BucketExists() && bucket.BucketExistsAsync().Result, "no bucket");
            Check(!missing.BucketExists(), "a bucket");
            // A missing bucket is not a missing object, and a refusal is neither.
            Equal("NoSuchBucket", Fails(OssStatus.NotFound, () => missing.ObjectExists(key)).Code);
            Fault(key, "{'type':'status','status':403,'code':'AccessDenied'}");
            Fails(OssStatus.Denied, () => bucket.ObjectExists(key));
        }
    }

    internal static void ObjectsAreCopied()
    {
        InBucket("copy", other =>
        {
            using (var bucket = Bucket())
            {
                string key = Key("é +%");
                bucket.PutObject(key, Pattern(1000));
                var copy = bucket.CopyObject(key + "-2", key);
                Check(copy.Text("ETag") != null && copy.Crc64.HasValue, "answer");
                SameBytes(Pattern(1000), ReadAll(bucket.GetObject(key + "-2")));
                var renamed = new CallOptions { Headers = { ["x-oss-metadata-directive"] = "REPLACE", ["x-oss-meta-a"] = "b" } };
                Failures.Wait(other.CopyObjectAsync("copied", key, bucket.Name, null, renamed));
                Equal("b", other.HeadObject("copied").Header("x-oss-meta-a"));
                other.PutBucketVersioning(new VersioningConfiguration { Status = "Enabled" });
                string version = other.PutObject("copied", Pattern(1)).VersionId;
                other.PutObject("copied", Pattern(2));
                other.CopyObject("old", "copied", null, version);
                Equal(1L, other.HeadObject("old").ContentLength.Value);
                Equal("NoSuchKey", Fails(OssStatus.NotFound, () => bucket.CopyObject(key, key + "-missing")).Code);
            }
        });
    }

    internal static void ObjectsGrow()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            byte[] data = Pattern(300000);
            var first = bucket.AppendObject(key, 0, new ArraySegment<byte>(data, 0, 100));
            Equal(100L, first.NextAppendPosition.Value);
            var second = bucket.AppendObject(
                key, 100, new MemoryStream(data, 100, 200000), new CallOptions { InitialCrc64 = first.Crc64 });
            Equal(200100L, second.NextAppendPosition.Value);
            // The CRC-64 of another beginning does not fit, and what was appended is there all the same.
            var wrong = new CallOptions { InitialCrc64 = 1 };
            Fails(OssStatus.ChecksumMismatch, () => bucket.AppendObject(key, 200100, new ArraySegment<byte>(data, 200100, 10), wrong));
            var rest = new MemoryStream(data, 200110, data.Length - 200110);
            Equal(300000L, bucket.AppendObjectAsync(key, 200110, new Custom { OnReadAsync = rest.ReadAsync }).Result.NextAppendPosition.Value);
            SameBytes(data, ReadAll(bucket.GetObject(key)));
            var error = Fails(OssStatus.Conflict, () => bucket.AppendObject(key, 5, data));
            Equal("PositionNotEqualToLength", error.Code);
            Fails(OssStatus.InvalidArgument, () => bucket.AppendObject(key, -1, data));
            Check(bucket.HeadObject(key).NextAppendPosition == 300000, "size");
            bucket.SealAppendObject(key, 300000);
            Fails(OssStatus.Conflict, () => bucket.AppendObject(key, 300000, data));
            Fails(OssStatus.NotFound, () => Failures.Wait(bucket.SealAppendObjectAsync(Key(), 0)));
        }
    }

    internal static void ManyAreDeletedAtOnce()
    {
        InBucket("delete", bucket =>
        {
            string[] keys = Enumerable.Range(0, 30).Select(number => "é&<" + number).ToArray();
            foreach (string key in keys)
            {
                bucket.PutObject(key, Pattern(1));
            }
            var deleted = bucket.DeleteMultipleObjects(keys.Take(10));
            Check(deleted.Entries.Select(entry => entry.Key).SequenceEqual(keys.Take(10)), "others were deleted");
            Equal(200, deleted.Response.HttpStatus);
            Equal(0, bucket.DeleteMultipleObjectsAsync(keys.Take(20), true).Result.Entries.Count, "quiet");
            Equal(10, bucket.ListObjects().Count());
            bucket.PutBucketVersioning(new VersioningConfiguration { Status = "Enabled" });
            string version = bucket.PutObject("versioned", Pattern(1)).VersionId;
            var marker = bucket.DeleteMultipleObjects(new[] { "versioned" }).Entries.Single();
            Check(marker.DeleteMarkerVersionId != null && marker.VersionId == null, "no marker");
            var gone = bucket.DeleteMultipleObjects(new[] { new ObjectVersion("versioned", version) }).Entries.Single();
            Equal(version, gone.VersionId);
            Fails(OssStatus.InvalidArgument, () => bucket.DeleteMultipleObjects(new string[0]));
            Fails(OssStatus.InvalidArgument, () => bucket.DeleteMultipleObjects(new[] { "a\0" }));
            Equal("key", Throws<ArgumentNullException>(() => bucket.DeleteMultipleObjects(new string[] { null })).ParamName);
        });
    }

    internal static void VersionsAreListed()
    {
        InBucket("versions", bucket =>
        {
            bucket.PutBucketVersioning(new VersioningConfiguration { Status = "Enabled" });
            string first = bucket.PutObject("a", Pattern(1)).VersionId;
            string second = bucket.PutObject("a", Pattern(2)).VersionId;
            bucket.DeleteObject("a");
            bucket.PutObject("b/c", Pattern(3));
            var all = bucket.ListObjectVersions(null, "/", new CallOptions { Query = { ["max-keys"] = "1" } }).ToList();
            Equal("a,a,a,b/", string.Join(",", all), "keys");
            Check(all[0].IsDeleteMarker && all[0].IsLatest && all[0].Size == -1, "marker");
            Check(all[1].VersionId == second && !all[1].IsLatest && !all[1].IsDeleteMarker && all[1].Size == 2, "second");
            Check(all[2].VersionId == first && all[3].IsPrefix, "first");
            Equal(4, bucket.ListObjectVersionsAsync().ToListAsync().Result.Count);
            Equal("b/c", bucket.ListObjects().Single().Key);
            Equal("b/", bucket.ListObjectsAsync(null, "/").ToListAsync().Result.Single().Key);
            Equal(null, bucket.ListObjects().Single().VersionId);
            Equal(1L, bucket.HeadObject("a", new CallOptions { Query = { ["versionId"] = first } }).ContentLength.Value);
        });
        using (var missing = new Bucket(Options(), "no-such-bucket-here"))
        {
            Fails(OssStatus.NotFound, () => missing.ListObjectVersions().ToList());
            Fails(OssStatus.NotFound, () => missing.ListObjects().ToList());
        }
    }

    internal static void ObjectsHaveAclLinkAndTags()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(5));
            Equal("default", bucket.GetObjectAcl(key).Grant);
            bucket.PutObjectAcl(key, "public-read");
            var policy = bucket.GetObjectAclAsync(key).Result;
            Equal("public-read", policy.Grant);
            Check(policy.OwnerId.Length > 0 && policy.Response.RequestId.Length > 0, "owner");
            Fails(OssStatus.InvalidArgument, () => bucket.PutObjectAcl(key, "everybody"));

            bucket.PutSymlink(key + "-link", key);
            Equal(key, bucket.GetSymlink(key + "-link").SymlinkTarget);
            SameBytes(Pattern(5), ReadAll(bucket.GetObject(key + "-link")));
            Equal(null, bucket.HeadObject(key).SymlinkTarget);
            Fails(OssStatus.NotFound, () => Failures.Wait(bucket.GetSymlinkAsync(key + "-missing")));

            bucket.PutObjectTagging(key, new Dictionary<string, string> { ["a"] = "1", ["b"] = "" });
            var tagging = bucket.GetObjectTagging(key);
            Equal("a=1;b=", string.Join(";", tagging.Tags.Select(tag => tag.Key + "=" + tag.Value)), "tags");
            Equal(2, tagging.Response.Count("TagSet.Tag"));
            Equal("1", tagging.Response.Text("TagSet.Tag[0].Value"));
            Equal(null, tagging.Response.Text("TagSet.Tag[2].Value"));
            bucket.DeleteObjectTagging(key);
            Equal(0, bucket.GetObjectTaggingAsync(key).Result.Tags.Count);
            var eleven = Enumerable.Range(0, 11).Select(number => new KeyValuePair<string, string>("k" + number, "v"));
            Check(Throws<OssException>(() => bucket.PutObjectTagging(key, eleven)).Status != OssStatus.Ok, "eleven tags");
        }
    }

    internal static void ArchivesAreRestored()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(5), new CallOptions { Headers = { ["x-oss-storage-class"] = "ColdArchive" } });
            Fails(OssStatus.Conflict, () => bucket.GetObject(key));
            Equal(202, bucket.RestoreObject(key, 3, "Expedited").HttpStatus);
            Check(Requests(key).Last().Contains("RestoreObject"), "operation");
            bucket.PutObject(key, Pattern(5));
            Fails(OssStatus.BadRequest, () => Failures.Wait(bucket.RestoreObjectAsync(key)));
            Fails(OssStatus.BadRequest, () => bucket.CleanRestoredObject(key));
            Fails(OssStatus.InvalidArgument, () => bucket.RestoreObject(key, -1));
        }
    }

    internal static void ProcessingIsAsked()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(5));
            // The local server has no image processing; what it is asked for is what counts.
            Fails(OssStatus.Unsupported, () => bucket.ProcessObject(key, "image/resize,w_100|sys/saveas,o_YQ"));
            Fails(OssStatus.Unsupported, () => Failures.Wait(bucket.AsyncProcessObjectAsync(key, "video/convert")));
            Check(Requests(key).Any(record => record.Contains("\"ProcessObject\"")), "ProcessObject");
            Check(Requests(key).Any(record => record.Contains("\"AsyncProcessObject\"")), "AsyncProcessObject");
        }
    }

    internal static void RowsAreSelected()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Bytes("name,size\na,1\nb,2\nc,3\n"));
            var csv = new CallOptions { Fields = { ["InputSerialization.CSV.FileHeaderInfo"] = "Use" } };
            using (var rows = bucket.SelectObject(key, "select name from ossobject where cast(size as int) > 1", csv))
            {
                Throws<NotSupportedException>(() => rows.Length.ToString());
                Equal("b\nc\n", new StreamReader(rows).ReadToEnd());
                Equal(206, rows.Response.HttpStatus);
            }
            Equal("a,1\n", Text(ReadAll(bucket.SelectObjectAsync(key, "select * from ossobject limit 1", csv).Result)));
            var meta = bucket.CreateSelectObjectMeta(key);
            Check(meta.Splits == 1 && meta.Rows == 4 && meta.Columns == 2, "meta");
            bucket.PutObject(key, Bytes("{\"a\":1}\n{\"a\":2}\n"));
            var json = new CallOptions { Fields = { { "InputSerialization.JSON.Type", "LINES" } } };
            Equal("{\"a\":2}\n", Text(ReadAll(bucket.SelectObject(key, "select * from ossobject s where s.a > 1", json))).Replace(" ", ""));
            meta = bucket.CreateSelectObjectMetaAsync(key, json).Result;
            Check(meta.Rows == 2 && meta.Columns == 0, "JSON meta");
            Throws<OssException>(() => ReadAll(bucket.SelectObject(key, "no SQL", csv)));
            Fails(OssStatus.NotFound, () => bucket.SelectObject(key + "-missing", "select * from ossobject", csv));
        }
    }

    internal static void UploadsCallBack()
    {
        using (var listener = new Receiver())
        using (var bucket = Bucket())
        {
            var options = new CallOptions
            {
                Callback = "{\"callbackUrl\":\"" + listener.Url + "\",\"callbackBody\":\"size=${size}&who=${x:who}\"}",
                CallbackVariables = "{\"x:who\":\"me\"}",
            };
            string key = Key();
            listener.Answer = "{\"Status\":\"OK\"}";
            Equal("{\"Status\":\"OK\"}", Text(bucket.PutObject(key, Pattern(5), options).Body));
            Check(listener.Seen.Contains("size=5&who=me"), listener.Seen);
            listener.Answer = null;
            var error = Throws<OssException>(() => bucket.PutObject(key, Pattern(6), options));
            Equal(203, error.HttpStatus);
            Equal(6L, bucket.HeadObject(key).ContentLength.Value);
            var variables = new CallOptions { CallbackVariables = "{}" };
            Equal("Callback", Throws<ArgumentNullException>(() => bucket.PutObject(key, Pattern(1), variables)).ParamName);
            Fails(OssStatus.InvalidArgument, () => bucket.PutObject(key, Pattern(1), new CallOptions { Callback = "a\0" }));
        }
    }

    internal static void AnybodySendsWhatIsSigned()
    {
        var nobody = Options();
        nobody.Credentials = Credentials.Anonymous;
        using (var bucket = Bucket())
        using (var stranger = Bucket(nobody))
        {
            string key = Key("é");
            var header = new CallOptions { Headers = { ["Content-Type"] = "text/x-test" } };
            var put = bucket.Presign("PUT", key, TimeSpan.FromMinutes(1), header);
            Equal("text/x-test", put.Headers["content-type"]);
            Check(Math.Abs((put.Expiration - DateTimeOffset.UtcNow).TotalSeconds - 60) < 30, "expiration");
            Check(stranger.PutObjectByUrl(put.Url, Pattern(1000), header).Crc64.HasValue, "CRC");
            Fails(OssStatus.Denied, () => stranger.PutObjectByUrl(put.Url, Pattern(1000)));
            var get = bucket.PresignAsync("GET", key, TimeSpan.FromMinutes(1)).Result;
            Equal(0, get.Headers.Count);
            SameBytes(Pattern(1000), ReadAll(stranger.GetObjectByUrl(get.Url)));
            SameBytes(Pattern(1000), ReadAll(stranger.GetObjectByUrlAsync(get.Url).Result));
            string path = Path.GetTempFileName();
            stranger.GetObjectByUrlToFile(get.Url, path);
            SameBytes(Pattern(1000), File.ReadAllBytes(path));
            File.Delete(path);
            var head = bucket.Presign("HEAD", key, TimeSpan.FromMinutes(1));
            Equal("text/x-test", stranger.HeadObjectByUrlAsync(head.Url).Result.Header("Content-Type"));
            Fails(OssStatus.Denied, () => stranger.GetObjectByUrl(get.Url.Replace("%C3%A9", "e")));
            Fails(OssStatus.InvalidArgument, () => bucket.Presign("GET", key, TimeSpan.FromDays(8)));
            Fails(OssStatus.InvalidArgument, () => bucket.Presign("GET", key, TimeSpan.Zero));
            Fails(OssStatus.InvalidArgument, () => stranger.GetObjectByUrl("no url"));
            var listed = bucket.Presign("GET", null, TimeSpan.FromSeconds(0.5), new CallOptions { Query = { ["prefix"] = key } });
            Check(listed.Url.Contains("prefix=") && listed.Url.Contains("expires=1&"), listed.Url);
        }
    }

    internal static void FormsAreSigned()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            var form = bucket.PostPolicy(TimeSpan.FromMinutes(1), "[[\"starts-with\",\"$key\",\"" + key + "\"]]");
            Check(form.Fields.ContainsKey("policy") && form.Fields.ContainsKey("x-oss-signature"), "fields");
            Check(form.Expiration > DateTimeOffset.UtcNow, "expiration");
            Check(Post(form, key + "-posted").StartsWith("HTTP/1.1 204", StringComparison.Ordinal), "refused");
            Equal("posted", Text(ReadAll(bucket.GetObject(key + "-posted"))));
            Check(Post(form, "elsewhere").StartsWith("HTTP/1.1 403", StringComparison.Ordinal), "not refused");
            Check(bucket.PostPolicyAsync(TimeSpan.FromMinutes(1)).Result.Url.Contains("csharp-tests"), "url");
            Fails(OssStatus.InvalidArgument, () => bucket.PostPolicy(TimeSpan.FromMinutes(1), "no JSON"));
        }
    }

    /// <summary>Sends the form as a browser would; the answer.</summary>
    private static string Post(PostForm form, string key)
    {
        var uri = new Uri(form.Url);
        var body = new StringBuilder();
        foreach (var field in form.Fields.Concat(new[] { new KeyValuePair<string, string>("key", key) }))
        {
            body.Append("--xyz\r\nContent-Disposition: form-data; name=\"" + field.Key + "\"\r\n\r\n" + field.Value + "\r\n");
        }
        body.Append("--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nposted\r\n--xyz--\r\n");
        using (var client = new TcpClient(uri.Host, uri.Port))
        using (var stream = client.GetStream())
        {
            byte[] request = Bytes("POST " + uri.PathAndQuery + " HTTP/1.1\r\nHost: " + uri.Authority
                + "\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=xyz\r\nContent-Length: "
                + body.Length + "\r\n\r\n" + body);
            stream.Write(request, 0, request.Length);
            return new StreamReader(stream).ReadToEnd();
        }
    }

    internal static void BucketsTellAboutThemselves()
    {
        using (var service = new Service(Options()))
        {
            Equal("cn-hangzhou", service.DescribeRegions(new CallOptions { Query = { ["regions"] = "oss-cn-hangzhou" } })
                .Text("RegionInfo[0].Region").Replace("oss-", ""));
            Check(service.DescribeRegionsAsync().Result.Count("RegionInfo") > 1, "regions");
        }
        using (var bucket = new Bucket(Options(), "csharp-" + (OnMono ? "mono" : "core") + "-described"))
        {
            bucket.PutBucket("IA", "ZRS", "public-read");
            var info = bucket.GetBucketInfo();
            Equal("IA", info.Text("Bucket.StorageClass"));
            Equal("ZRS", info.Text("Bucket.DataRedundancyType"));
            Equal("", info.Text("Bucket"));
            Equal("public-read", bucket.GetBucketAcl().Grant);
            bucket.PutBucketAclAsync("private").Wait();
            Equal("private", bucket.GetBucketAclAsync().Result.Grant);
            Fails(OssStatus.InvalidArgument, () => bucket.PutBucketAcl("mine"));
            bucket.PutObject("a", Pattern(7));
            Equal("1", bucket.GetBucketStatAsync().Result.Text("ObjectCount"));
            Equal("oss-cn-hangzhou", bucket.GetBucketLocation().Text(""));
            bucket.DeleteObject("a");
            bucket.DeleteBucket();
            Fails(OssStatus.NotFound, () => bucket.GetBucketInfo());
            Fails(OssStatus.NotFound, () => bucket.GetBucketAcl());
            Fails(OssStatus.InvalidArgument, () => bucket.PutBucket("IA\0", null, null));
        }
    }

    /// <summary>Every operation heeds its token, at once and on another thread.</summary>
    internal static void EveryOperationCanBeCancelled()
    {
        using (var bucket = Bucket())
        using (var service = new Service(Options()))
        {
            string key = Key();
            var token = new CancellationToken(true);
            var minute = TimeSpan.FromMinutes(1);
            string url = bucket.Presign("GET", key, minute).Url;
            Action<Action> cancelled = action => Equal(token, Throws<OperationCanceledException>(action).CancellationToken);
            cancelled(() => bucket.ObjectExists(key, null, token));
            cancelled(() => bucket.CopyObject(key, key, null, null, null, token));
            cancelled(() => bucket.AppendObject(key, 0, Pattern(1), null, token));
            cancelled(() => bucket.AppendObject(key, 0, new MemoryStream(), null, token));
            cancelled(() => bucket.SealAppendObject(key, 0, null, token));
            cancelled(() => bucket.DeleteMultipleObjects(new[] { key }, false, null, token));
            cancelled(() => bucket.PutObjectAcl(key, "private", null, token));
            cancelled(() => bucket.GetObjectAcl(key, null, token));
            cancelled(() => bucket.PutObjectTagging(key, new Dictionary<string, string>(), null, token));
            cancelled(() => bucket.RestoreObject(key, 0, null, null, token));
            cancelled(() => bucket.SelectObject(key, "select", null, token));
            cancelled(() => bucket.CreateSelectObjectMeta(key, null, token));
            cancelled(() => bucket.PutObjectByUrl(url, Pattern(1), null, token));
            cancelled(() => bucket.GetObjectByUrl(url, null, token));
            cancelled(() => bucket.ListObjectVersions(key, null, null, token).ToList());
            cancelled(() => bucket.ListObjects(key, null, null, token).ToList());
            cancelled(() => bucket.BucketExists(null, token));
            cancelled(() => bucket.GetBucketInfo(null, token));
            cancelled(() => bucket.PutBucket("IA", null, null, null, token));
            cancelled(() => service.DescribeRegions(null, token));
            Check(bucket.GetSymlinkAsync(key, null, token).IsCanceled, "not cancelled");
            Equal(0, Requests(key).Count);
            Fault(key, "{'type':'delay','ms':20000}", 99);
            EndsInTime(source => bucket.ObjectExists(key, null, source));
            EndsInTime(source => Failures.Wait(bucket.GetObjectTaggingAsync(key, null, source)));
            EndsInTime(source => bucket.AppendObject(key, 0, new MemoryStream(Pattern(10)), null, source));
            EndsInTime(source => Failures.Wait(bucket.GetObjectByUrlAsync(url, null, source)));
        }
    }

    /// <summary>Takes callbacks of the service, one after the other.</summary>
    private sealed class Receiver : IDisposable
    {
        private readonly TcpListener listener = new TcpListener(System.Net.IPAddress.Loopback, 0);

        private readonly Thread thread;
        private volatile bool stopped;

        internal Receiver()
        {
            listener.Start();
            thread = new Thread(Serve) { IsBackground = true };
            thread.Start();
        }

        private int Port => ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;

        internal string Url => "http://127.0.0.1:" + Port + "/";

        /// <summary>JSON to answer with; null for a failure.</summary>
        internal volatile string Answer;

        internal volatile string Seen = "";

        /// <summary>Calls itself: closing alone does not wake what waits for a call on .NET Core 3.1.</summary>
        public void Dispose()
        {
            stopped = true;
            new TcpClient("127.0.0.1", Port).Dispose();
            thread.Join();
            listener.Stop();
        }

        private void Serve()
        {
            while (!stopped)
            {
                using (var client = listener.AcceptTcpClient())
                using (var stream = client.GetStream())
                {
                    if (!stopped)
                    {
                        Serve(stream);
                    }
                }
            }
        }

        private void Serve(Stream stream)
        {
            Seen = Request(stream);
            string body = Answer ?? "no";
            byte[] answer = Bytes("HTTP/1.1 " + (Answer == null ? "500 No" : "200 OK")
                + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " + body.Length
                + "\r\n\r\n" + body);
            stream.Write(answer, 0, answer.Length);
        }

        private static string Request(Stream stream)
        {
            var reader = new StreamReader(stream);
            int length = 0;
            string line;
            while (!string.IsNullOrEmpty(line = reader.ReadLine()))
            {
                if (line.StartsWith("content-length:", StringComparison.OrdinalIgnoreCase))
                {
                    length = int.Parse(line.Substring(15));
                }
            }
            var body = new char[length];
            int got = reader.ReadBlock(body, 0, length);
            return new string(body, 0, got);
        }
    }
}
