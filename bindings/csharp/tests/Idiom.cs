using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>What users of .NET expect of any library: its exceptions, tokens, texts, streams that seek, stand-ins for tests.</summary>
internal static class Idiom
{
    internal static void MistakesShowAtTheCall()
    {
        using (var bucket = Bucket())
        {
            // None of these gets as far as a task.
            Equal("key", Throws<ArgumentNullException>(() => { bucket.HeadObjectAsync(null); }).ParamName);
            Equal("data", Throws<ArgumentNullException>(() => { bucket.PutObjectAsync("a", (byte[])null); }).ParamName);
            Equal("source", Throws<ArgumentNullException>(() => { bucket.PutObjectAsync("a", (Stream)null); }).ParamName);
            Throws<ArgumentException>(() => { bucket.UploadFileAsync("a\0b", "file"); });
            var error = Throws<ArgumentException>(() => bucket.HeadObject("/a"));
            Equal(OssStatus.InvalidArgument, OssException.Of(error).Status);
            Equal("key", error.ParamName);
            bucket.Dispose();
            Equal("Alioss.Bucket", Throws<ObjectDisposedException>(() => bucket.HeadObject("a")).ObjectName);
        }
        var options = Options();
        options.Attempts = 1000;
        Equal("attempts", Throws<ArgumentException>(() => Bucket(options)).ParamName);
    }

    internal static void TokensAreInReach()
    {
        var token = new CancellationToken(true);
        using (var bucket = Bucket())
        {
            Check(bucket.HeadObjectAsync("a", token).IsCanceled, "head");
            Check(bucket.PutObjectAsync("a", Pattern(1), token).IsCanceled, "put");
            Check(bucket.InvokeAsync("GetBucketInfo", token).IsCanceled, "invoke");
            Check(bucket.ListObjectsV2Async(token).ToListAsync().IsCanceled, "list");
        }
        // Wherever there is a token it is the last and has the usual name.
        foreach (Type type in typeof(Bucket).Assembly.GetExportedTypes())
        {
            foreach (MethodInfo method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            {
                var parameters = method.GetParameters();
                int at = Array.FindIndex(parameters, one => one.ParameterType == typeof(CancellationToken));
                if (at >= 0)
                {
                    Equal(parameters.Length - 1, at, method.ToString());
                    Equal("cancellationToken", parameters[at].Name, method.ToString());
                }
            }
        }
    }

    internal static void TextsAndAddressesAreTaken()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, "Grüße");
            SameBytes(Encoding.UTF8.GetBytes("Grüße"), ReadAll(bucket.GetObject(key)));
            bucket.PutObjectAsync(key, "Grüße", Encoding.Unicode).Wait();
            var signed = bucket.Presign("GET", key, TimeSpan.FromMinutes(1));
            SameBytes(Encoding.Unicode.GetBytes("Grüße"), ReadAll(bucket.GetObjectByUrl(signed.Uri)));
            // A time without end is one.
            var options = new CallOptions { Timeout = Timeout.InfiniteTimeSpan, ReadTimeout = Timeout.InfiniteTimeSpan };
            bucket.HeadObject(key, options);
        }
        var endless = Options();
        endless.TotalTimeout = endless.ConnectTimeout = endless.ReadTimeout = Timeout.InfiniteTimeSpan;
        using (var bucket = Bucket(endless))
        {
            Check(bucket.BucketExists(), "no bucket");
        }
    }

    internal static void AddressesAreTakenAsTheyAreSigned()
    {
        using (var bucket = Bucket())
        {
            foreach (string end in new[] { "a/../b", "a/./b", "/..", "a//b", "%2e%2e/b", "ü b?c#d" })
            {
                string key = Key("/" + end);
                bucket.PutObject(key, Pattern(10));
                var signed = bucket.Presign("GET", key, TimeSpan.FromMinutes(1));
                Equal(signed.Url, signed.Uri.OriginalString);
#if NET
                Equal(signed.Url, signed.Uri.AbsoluteUri);
                // An ordinary one wherever that leads to the same: the other kind has no components and is equal to none.
                bool isOrdinary = new Uri(signed.Url).AbsoluteUri == signed.Url;
                Equal(!end.Contains("/."), isOrdinary, end);
                Equal(isOrdinary, signed.Uri.Equals(new Uri(signed.Url)), end);
                if (isOrdinary)
                {
                    Equal(signed.Url, signed.Uri.GetComponents(UriComponents.AbsoluteUri, UriFormat.UriEscaped));
                }
#endif
                SameBytes(Pattern(10), ReadAll(bucket.GetObjectByUrl(signed.Uri)));
                // Also as others make it of the text.
                SameBytes(Pattern(10), ReadAll(bucket.GetObjectByUrl(new Uri(signed.Url))));
                bucket.PutObjectByUrl(new Uri(bucket.Presign("PUT", key, TimeSpan.FromMinutes(1)).Url), Pattern(20));
                Equal(20L, bucket.HeadObjectByUrl(bucket.Presign("HEAD", key, TimeSpan.FromMinutes(1)).Uri).ContentLength);
            }
            var relative = new Uri("/a", UriKind.Relative);
            Equal("url", Throws<ArgumentException>(() => bucket.PutObjectByUrl(relative, Pattern(1))).ParamName);
            Equal("url", Throws<ArgumentException>(() => bucket.GetObjectByUrl(relative)).ParamName);
            Equal("url", Throws<ArgumentException>(() => bucket.HeadObjectByUrl(relative)).ParamName);
        }
    }

    internal static void TimesWithoutEndAreSigned()
    {
        var options = Options();
        options.SignatureVersion = 1;
        using (var bucket = Bucket(options))
        {
            Equal(9999, bucket.Presign("GET", "a", TimeSpan.MaxValue).Expiration.Year);
            Equal(9999, bucket.PostPolicy(TimeSpan.FromDays(3000000)).Expiration.Year);
        }
    }

    internal static void ParametersHaveTheirOwnNames()
    {
        using (var bucket = Bucket())
        {
            var minus = TimeSpan.FromSeconds(-1);
            Equal("age", Throws<ArgumentOutOfRangeException>(() => bucket.ListUploadsBefore(null, minus).ToList()).ParamName);
            Equal("age", Throws<ArgumentOutOfRangeException>(() => bucket.AbortUploadsBefore(null, minus)).ParamName);
            Equal("age", Throws<ArgumentOutOfRangeException>(() => { bucket.AbortUploadsBeforeAsync(null, minus); }).ParamName);
            var early = new DateTimeOffset(1960, 1, 1, 0, 0, 0, TimeSpan.Zero);
            var since = Throws<ArgumentException>(() => bucket.HeadObject("a", new CallOptions { IfModifiedSince = early }));
            Equal("IfModifiedSince", since.ParamName);
            since = Throws<ArgumentException>(() => bucket.HeadObject("a", new CallOptions { IfUnmodifiedSince = early }));
            Equal("IfUnmodifiedSince", since.ParamName);
        }
    }

    internal static void KeysThatThisProgramSetsAreSeen()
    {
        var options = Options();
        options.Credentials = null;
        Action<string, string> set = Environment.SetEnvironmentVariable;
        try
        {
            set("OSS_ACCESS_KEY_ID", Id);
            set("OSS_ACCESS_KEY_SECRET", Secret);
            using (var bucket = Bucket(options))
            {
                Check(bucket.BucketExists(), "no bucket");
            }
            options.Credentials = Credentials.Environment;
            using (var bucket = Bucket(options))
            {
                Check(bucket.BucketExists(), "no bucket");
            }
            options.Credentials = null;
            set("OSS_CREDENTIALS", "no-such-provider");
            Throws<ArgumentException>(() => Bucket(options));
        }
        finally
        {
            set("OSS_ACCESS_KEY_ID", null);
            set("OSS_ACCESS_KEY_SECRET", null);
            set("OSS_CREDENTIALS", null);
        }
    }

    /// <summary>What the program was started with is there for C, whatever the program makes of it.</summary>
    internal static void KeysThatThisProgramRemovesAreNotUsed()
    {
        Action<string, string> set = Environment.SetEnvironmentVariable;
        Action<string, string> misses = (text, name) =>
        {
            var options = Options();
            options.Credentials = text == null ? null : text == "" ? Credentials.Environment : Credentials.From(text);
            using (var bucket = Bucket(options))
            {
                var error = Fails(OssStatus.Credentials, () => bucket.BucketExists());
                Check(error.Message.StartsWith("the environment variable " + name + " is not set; set it, "), error.Message);
                Check(error.Attempts == 0, "sent");
                Fails(OssStatus.Credentials, () => Failures.Wait(bucket.HeadObjectAsync("key")));
            }
        };
        try
        {
            foreach (string variables in new[] { "OSS_ACCESS_KEY_", "ALIBABA_CLOUD_ACCESS_KEY_" })
            {
                SetEnvironment(variables + "ID", Id);
                SetEnvironment(variables + "SECRET", Secret);
                set(variables + "ID", null);
                set(variables + "SECRET", null);
            }
            foreach (string text in new[] { null, "", "environment", "environment:oss" })
            {
                misses(text, "OSS_ACCESS_KEY_ID");
            }
            misses("environment:alibaba-cloud", "ALIBABA_CLOUD_ACCESS_KEY_ID");
            set("OSS_ACCESS_KEY_ID", Id);
            misses(null, "OSS_ACCESS_KEY_SECRET");
            misses("", "OSS_ACCESS_KEY_SECRET");

            set("ALIBABA_CLOUD_ACCESS_KEY_ID", Id);
            set("ALIBABA_CLOUD_ACCESS_KEY_SECRET", Secret);
            var given = Options();
            given.Credentials = Credentials.From("environment:alibaba-cloud");
            using (var bucket = Bucket(given))
            {
                Check(bucket.BucketExists() && given.Credentials.Name != null, "no bucket");
            }
        }
        finally
        {
            foreach (string variables in new[] { "OSS_ACCESS_KEY_", "ALIBABA_CLOUD_ACCESS_KEY_" })
            {
                foreach (string part in new[] { "ID", "SECRET" })
                {
                    SetEnvironment(variables + part, null);
                    set(variables + part, null);
                }
            }
        }
    }

    internal static void StreamsSeek()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            byte[] data = Pattern(1000000);
            bucket.PutObject(key, data);
            using (var stream = bucket.OpenRead(key))
            using (var same = bucket.OpenReadAsync(key).Result)
            {
                Check(stream.CanSeek && stream.CanRead && !stream.CanWrite, "cannot");
                Equal(1000000L, stream.Length);
                var random = new Random(1);
                var one = new byte[5000];
                for (int turn = 0; turn < 30; turn++)
                {
                    int at = turn % 3 == 0 ? (int)Math.Min(stream.Position + random.Next(2000), 999999) : random.Next(1000000);
                    stream.Seek(at, SeekOrigin.Begin);
                    same.Seek(at - 1000000, SeekOrigin.End);
                    int got = stream.Read(one, 0, one.Length);
                    SameBytes(data.Skip(at).Take(got).ToArray(), one.Take(got).ToArray());
                    got = same.ReadAsync(one, 0, one.Length).Result;
                    SameBytes(data.Skip(at).Take(got).ToArray(), one.Take(got).ToArray());
                    Equal(at + got, (int)same.Position);
                }
                Equal(1000000L, stream.Seek(0, SeekOrigin.End));
                Equal(0, stream.Read(one, 0, 1));
                // What replaced it is another object.
                bucket.PutObject(key, Pattern(10));
                stream.Position = 500000;
                Fails(OssStatus.PreconditionFailed, () => stream.Read(one, 0, 1));
            }
        }
    }

    private sealed class StandIn : Bucket
    {
        public override Task<OssResponse> HeadObjectAsync(
            string key, CallOptions options, CancellationToken cancellationToken) =>
            Task.FromResult(new OssResponse(200, new Dictionary<string, string> { ["etag"] = "\"" + key + "\"" }));

        public override AsyncListing<ObjectEntry> ListObjectsV2Async(
            string prefix, string delimiter, CallOptions options, CancellationToken cancellationToken) =>
            new AsyncListing<ObjectEntry>(new[] { new ObjectEntry { Key = prefix + "1", Size = 5 } });
    }

    internal static void WritersCanBeStoodInFor()
    {
        var target = new MemoryStream();
        using (var writer = new ObjectWriteStream(target, new OssResponse(201)))
        {
            writer.Write(Pattern(200000), 0, 100000);
            writer.WriteAsync(Pattern(200000), 100000, 100000).Wait();
            Equal(201, writer.CompleteAsync().Result.HttpStatus);
        }
        SameBytes(Pattern(200000), target.ToArray());
        new ObjectWriteStream(target).Dispose();
    }

    internal static void BucketsCanBeStoodInFor()
    {
        using (Bucket bucket = new StandIn())
        {
            Equal("\"a\"", bucket.HeadObjectAsync("a").Result.ETag);
            Equal("b/1", bucket.ListObjectsV2Async("b/").ToListAsync().Result.Single().Key);
            Throws<ObjectDisposedException>(() => bucket.HeadObject("a"));
        }
    }

    internal static void FilesGoInParts()
    {
        string directory = Path.Combine(Path.GetTempPath(), "alioss-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(directory);
        try
        {
            using (var bucket = Bucket())
            {
                string key = Key(), from = Path.Combine(directory, "from"), to = Path.Combine(directory, "to");
                File.WriteAllBytes(from, Pattern(450000));
                var options = new CallOptions { PartSize = 102400, Workers = 2, RecordDirectory = directory };
                // What fails in the middle is gone on with.
                Admin("POST", "/_local/rules", ("{'operation':'UploadPart','query_contains':'partNumber=4','times':9,"
                    + "'action':{'type':'status','status':403}}").Replace('\'', '"'));
                Fails(OssStatus.Denied, () => bucket.UploadFile(key, from, options));
                Admin("DELETE", "/_local/rules");
                Check(Directory.GetFiles(directory).Length == 2, "no record");
                Admin("DELETE", "/_local/requests");
                Check(bucket.UploadFileAsync(key, from, options).Result.Verified, "not verified");
                Check(Requests("partNumber=1&").Count == 0, "the first part was sent again");
                Check(bucket.DownloadFileAsync(key, to, options).Result.HttpStatus >= 200, "no status");
                SameBytes(Pattern(450000), File.ReadAllBytes(to));
                bucket.AbortUploadFile(key, from, options);
                bucket.AbortUploadFileAsync(key, from, options).Wait();
                bucket.AbortDownloadFile(key, to, options);
                bucket.AbortDownloadFileAsync(key, to, options).Wait();
                Equal(2, Directory.GetFiles(directory).Length, "files");
                options.NoRecord = true;
                bucket.UploadFile(key, from, options);
                Fails(OssStatus.InvalidArgument, () => bucket.UploadFile(key, from, new CallOptions { PartSize = 1 }));
            }
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    internal static void ObjectsAreWritten()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            byte[] data = Pattern(450000);
            var options = new CallOptions { PartSize = 102400, ContentType = "text/x-a", Metadata = { ["a"] = "b" } };
            using (var writer = bucket.OpenWrite(key, options))
            {
                for (int at = 0; at < data.Length; at += 30000)
                {
                    if (at % 20000 == 0)
                    {
                        writer.Write(data, at, 30000);
                    }
                    else
                    {
                        writer.WriteAsync(data, at, 30000).Wait();
                    }
                }
                Equal(450000L, writer.Position);
                Check(writer.CompleteAsync().Result.Verified, "not verified");
                Throws<InvalidOperationException>(() => writer.Write(data, 0, 1));
            }
            SameBytes(data, ReadAll(bucket.GetObject(key, new CallOptions { Prefetch = 3, PartSize = 102400 })));
            var head = bucket.HeadObject(key);
            Equal("text/x-a b", head.Header("content-type") + " " + head.Header("x-oss-meta-a"));
            // What is not completed is not there.
            var half = bucket.OpenWrite(key + "-half", options);
            half.Write(data, 0, 250000);
            half.Dispose();
            Throws<ObjectDisposedException>(() => half.Write(data, 0, 1));
            Check(!bucket.ObjectExists(key + "-half"), "half an object");
            Equal(0, bucket.ListMultipartUploads(key).Count());
            Fails(OssStatus.InvalidArgument, () => bucket.OpenWrite("/"));
            // Waiting for the service can be cancelled.
            Fault(key + "-slow", "{'type':'delay','ms':20000}", 9);
            EndsInTime(token =>
            {
                using (var slow = bucket.OpenWrite(key + "-slow", null, token))
                {
                    slow.Write(data, 0, 10);
                    slow.Complete();
                }
            });
            EndsInTime(token =>
            {
                using (var slow = bucket.OpenWrite(key + "-slow"))
                {
                    slow.Write(data, 0, 10);
                    Failures.Wait(slow.CompleteAsync(token));
                }
            });
            Admin("DELETE", "/_local/rules");
        }
    }

    internal static void WritersSayAllOfTheirFailures()
    {
        using (var bucket = Bucket())
        {
            var options = new CallOptions { PartSize = 102400, Workers = 1 };
            byte[] data = Pattern(350000);
            string key = Key();
            Refuse(key, "UploadPart");
            using (var writer = bucket.OpenWrite(key, options))
            {
                IsRefusal(Fails(OssStatus.Denied, () => Fill(writer, data)));
                // Nor can it be completed, for the same reason.
                IsRefusal(Fails(OssStatus.Denied, () => writer.Complete()));
            }
            Refuse(key, "CompleteMultipartUpload");
            using (var writer = bucket.OpenWrite(key, options))
            {
                writer.Write(data, 0, data.Length);
                IsRefusal(Fails(OssStatus.Denied, () => Failures.Wait(writer.CompleteAsync())));
            }
            // What cannot be deleted is said by Abort, and not by Dispose.
            foreach (var abort in new Action<ObjectWriteStream>[] { w => w.Abort(), w => Failures.Wait(w.AbortAsync()) })
            {
                Refuse(key, "AbortMultipartUpload");
                var writer = bucket.OpenWrite(key, options);
                writer.Write(data, 0, data.Length);
                IsRefusal(Fails(OssStatus.Denied, () => abort(writer)));
                abort(writer);
                Throws<ObjectDisposedException>(() => writer.Write(data, 0, 1));
            }
            Equal(2, bucket.ListMultipartUploads(key).Count());
            Equal(2L, bucket.AbortUploadsBefore(key, TimeSpan.Zero));
            using (var writer = bucket.OpenWrite(key, options))
            {
                writer.Write(data, 0, data.Length);
                writer.Abort();
            }
            Equal(0, bucket.ListMultipartUploads(key).Count());
            Check(!bucket.ObjectExists(key), "an object");
        }
    }

    private static void Refuse(string key, string operation)
    {
        string rule = "{'key_prefix':'" + key + "','operation':'" + operation
            + "','times':1,'action':{'type':'status','status':403,'code':'AccessDenied'}}";
        Admin("POST", "/_local/rules", rule.Replace('\'', '"'));
    }

    private static void IsRefusal(OssException refusal)
    {
        Equal("AccessDenied 403 1", refusal.Code + " " + refusal.HttpStatus + " " + refusal.Attempts);
        Check(refusal.RequestId.Length > 0 && refusal.Body.Length > 0, "no request id, or no body");
    }

    private static void Fill(Stream stream, byte[] data)
    {
        for (int turn = 0; turn < 9; turn++)
        {
            stream.Write(data, 0, data.Length);
        }
    }

    internal static void LargeObjectsAreCopied()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(450000), new CallOptions { Metadata = { ["a"] = "b" } });
            var options = new CallOptions { PartSize = 102400 };
            bucket.CopyLargeObject(key + "-1", key, null, null, options);
            bucket.CopyLargeObjectAsync(key + "-2", key, "csharp-tests", null, options).Wait();
            bucket.AbortCopyLargeObject(key + "-2", key, null, null, options);
            bucket.AbortCopyLargeObjectAsync(key + "-2", key, null, null, options).Wait();
            SameBytes(Pattern(450000), ReadAll(bucket.GetObject(key + "-1")));
            Equal("b", bucket.HeadObject(key + "-2").Header("x-oss-meta-a"));
            bucket.InitiateMultipartUpload(key + "-left");
            bucket.InitiateMultipartUpload(key + "-behind");
            Equal(2, bucket.ListUploadsBefore(key, TimeSpan.Zero).Count());
            Equal(2, bucket.ListUploadsBeforeAsync(key, TimeSpan.Zero).ToListAsync().Result.Count);
            Equal(0, bucket.ListUploadsBefore(key, TimeSpan.FromDays(1)).Count());
            Equal(0L, bucket.AbortUploadsBeforeAsync(key, TimeSpan.FromDays(1)).Result);
            Equal(2L, bucket.AbortUploadsBefore(key, TimeSpan.Zero));
        }
    }

#if NET
    internal static void SpansAreTaken()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            byte[] data = Pattern(300);
            bucket.PutObject(key, (ReadOnlySpan<byte>)data.AsSpan(10, 20));
            SameBytes(data.Skip(10).Take(20).ToArray(), ReadAll(bucket.GetObject(key)));
            bucket.PutObjectAsync(key, (ReadOnlyMemory<byte>)data.AsMemory(20, 30)).Wait();
            SameBytes(data.Skip(20).Take(30).ToArray(), ReadAll(bucket.GetObject(key)));
            bucket.AppendObject(key + "-a", 0, (ReadOnlySpan<byte>)data.AsSpan(0, 5));
            bucket.AppendObjectAsync(key + "-a", 5, (ReadOnlyMemory<byte>)data.AsMemory(5, 5)).Wait();
            SameBytes(data.Take(10).ToArray(), ReadAll(bucket.GetObject(key + "-a")));
            string id = bucket.InitiateMultipartUpload(key).UploadId;
            var parts = new[]
            {
                bucket.UploadPartAsync(key, id, 1, (ReadOnlyMemory<byte>)Pattern(102400).AsMemory()).Result,
                bucket.UploadPart(key, id, 2, (ReadOnlySpan<byte>)data.AsSpan(0, 7)),
            };
            bucket.CompleteMultipartUpload(key, id, parts);
            Equal(102407L, bucket.HeadObject(key).ContentLength.Value);
        }
    }
#endif
}
