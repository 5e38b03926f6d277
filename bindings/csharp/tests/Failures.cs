using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>Options, credentials, errors, and what callbacks throw.</summary>
internal static class Failures
{
    internal static void LibraryIntroducesItself()
    {
        Equal("0.1.0", Oss.Version);
        Check(Oss.Has("tls"), "no TLS");
        Check(!Oss.Has("teleport"), "teleport");
    }

    internal static void OptionsHaveTheirDefaults()
    {
        var options = new OssOptions();
        Check(options.Endpoint == null && options.Region == null && options.Credentials == null && options.Session == null, "null");
        Equal(4, options.SignatureVersion);
        Check(!(options.Cname || options.PathStyle || options.InternalEndpoint || options.AccelerateEndpoint || options.DualStack), "off");
        Check(!(options.InsecureSkipVerify || options.ProxyFromEnv), "off");
        Check(options.Crc64 && options.ClockSkewCorrection, "on");
        Equal(TimeSpan.FromSeconds(60), options.ConnectTimeout);
        Equal(TimeSpan.FromSeconds(60), options.ReadTimeout);
        Equal(3, options.Attempts);
        Check(options.TotalTimeout == null && options.PoolSize == null && options.TrafficLimit == null, "none");
        Check(options.TlsMin == null && options.TlsMax == null, "none");
    }

    internal static void BadOptionsAreNamed()
    {
        Action<string, Action<OssOptions>> refused = (name, change) =>
        {
            var options = Options();
            change(options);
            OssException error;
            try
            {
                Bucket(options).Dispose();
                throw new InvalidOperationException(name + " was not refused");
            }
            catch (Exception thrown) when (OssException.Of(thrown) != null)
            {
                error = OssException.Of(thrown);
                Equal(error.Status == OssStatus.InvalidArgument, thrown is ArgumentException, name);
            }
            Check(error.Message.Contains("`" + name + "`"), error.Message);
            Equal(name == "ca_file" ? OssStatus.Io : OssStatus.InvalidArgument, error.Status, name);
            Check(!error.Message.Contains(Secret), "shows the secret");
        };
        refused("endpoint", o => o.Endpoint = "http://host/path");
        refused("region", o => o.Region = "CN HANGZHOU");
        refused("signature_version", o => o.SignatureVersion = 2);
        refused("cloudbox_id", o => o.CloudboxId = "box!");
        refused("additional_signed_header", o => o.AdditionalSignedHeaders.Add("a b"));
        refused("pool_size", o => o.PoolSize = -1);
        refused("pool_size", o => o.PoolSize = 10001);
        refused("connect_timeout", o => o.ConnectTimeout = TimeSpan.Zero);
        // What is negative is not rounded to 0, which may be the default.
        foreach (long ticks in new[] { -1, -TimeSpan.TicksPerMillisecond / 2, long.MinValue, long.MaxValue })
        {
            refused("connect_timeout", o => o.ConnectTimeout = TimeSpan.FromTicks(ticks));
            refused("backoff", o => o.BackoffBase = TimeSpan.FromTicks(ticks));
            refused("backoff", o => o.BackoffCap = TimeSpan.FromTicks(ticks));
        }
        // Half a millisecond of a base is a whole one, not the default of 200, which would fit under that cap.
        refused("backoff", o => { o.BackoffBase = TimeSpan.FromMilliseconds(2).Add(TimeSpan.FromTicks(1)); o.BackoffCap = TimeSpan.FromMilliseconds(2); });
        refused("app_name", o => o.AppName = "a\0");
        refused("proxy", o => o.Proxy = "a\0");
        refused("read_timeout", o => o.ReadTimeout = TimeSpan.FromDays(8));
        refused("total_timeout", o => o.TotalTimeout = TimeSpan.FromSeconds(-1));
        // Null is the default, and nothing else is.
        refused("backoff_base", o => o.BackoffBase = TimeSpan.Zero);
        refused("backoff_base", o => { o.BackoffBase = TimeSpan.Zero; o.BackoffCap = TimeSpan.FromSeconds(1); });
        refused("backoff_cap", o => o.BackoffCap = TimeSpan.Zero);
        foreach (int version in new[] { 0, 11, 99 })
        {
            refused("tls_versions", o => o.TlsMin = (TlsVersion)version);
            refused("tls_versions", o => o.TlsMax = (TlsVersion)version);
        }
        refused("tls_versions", o => { o.TlsMin = TlsVersion.Tls13; o.TlsMax = TlsVersion.Tls12; });
        refused("ca_file", o => o.CaFile = "/nowhere/ca.pem");
        refused("ca_pem", o => o.CaPem = "no certificate");
        refused("proxy", o => o.Proxy = "ftp://host");
        refused("app_name", o => o.AppName = "a\nb");
        refused("attempts", o => o.Attempts = 101);
        refused("user_header", o => o.UserHeaders["host"] = "elsewhere");
        refused("resolve", o => o.Resolve["host"] = "no address");
        refused("traffic_limit", o => o.TrafficLimit = 1);
        // The first bad value counts.
        refused("region", o => { o.Region = "A"; o.Attempts = 0; });
        Fails(OssStatus.InvalidArgument, () => new Bucket(Options(), "No Bucket"));
        Fails(OssStatus.InvalidArgument, () => new Bucket(new OssOptions(), "abc"));
        var cname = Options();
        cname.Cname = true;
        Fails(OssStatus.InvalidArgument, () => new Service(cname));
        Fails(OssStatus.InvalidArgument, () => new Session(new OssOptions { PoolSize = -1 }));
    }

    internal static void GoodOptionsReachTheWire()
    {
        var options = Options();
        options.AppName = "camera-7";
        options.UserHeaders["x-camera"] = "seven";
        options.AdditionalSignedHeaders.Add("x-camera");
        options.TrafficLimit = 819200;
        options.PoolSize = 0;
        options.ConnectTimeout = TimeSpan.FromMilliseconds(0.5 + 5000);
        options.BackoffBase = TimeSpan.FromTicks(1);
        options.TotalTimeout = TimeSpan.FromMinutes(1);
        string key = Key();
        using (var bucket = Bucket(options))
        {
            bucket.PutObject(key, Pattern(1));
        }
        string seen = Requests(key).Single();
        Check(seen.Contains("/camera-7\""), seen);
        Check(seen.Contains("[\"x-camera\",\"seven\"]"), seen);
        Check(seen.Contains("AdditionalHeaders=") && seen.Contains("x-camera,Signature="), seen);
        Check(seen.Contains("[\"x-oss-traffic-limit\",\"819200\"]"), seen);

        options = Options();
        options.SignatureVersion = 1;
        key = Key();
        using (var bucket = Bucket(options))
        {
            bucket.PutObject(key, Pattern(1));
        }
        Check(Requests(key).Single().Contains("[\"authorization\",\"OSS " + Id), "V1");
    }

    internal static void HttpsIsChecked()
    {
        var options = Options();
        options.Endpoint = HttpsEndpoint;
        options.Attempts = 1;
        string key = Key();
        using (var bucket = Bucket(options))
        {
            Fails(OssStatus.Network, () => bucket.PutObject(key, Pattern(1)));
        }
        options.CaFile = CaFile;
        options.TlsMin = TlsVersion.Tls13;
        using (var bucket = Bucket(options))
        {
            bucket.PutObject(key, Pattern(100000));
            SameBytes(Pattern(100000), ReadAll(bucket.GetObject(key)));
        }
        Check(Requests(key).All(record => record.Contains("TLSv1.3")), "not TLS 1.3");
        options = Options();
        options.Endpoint = HttpsEndpoint;
        options.CaPem = File.ReadAllText(CaFile);
        options.TlsMax = TlsVersion.Tls12;
        using (var bucket = Bucket(options))
        {
            bucket.HeadObject(key);
        }
        Check(Requests(key).Last().Contains("TLSv1.2"), "not TLS 1.2");
        options = Options();
        options.Endpoint = HttpsEndpoint;
        options.InsecureSkipVerify = true;
        using (var bucket = Bucket(options))
        {
            bucket.HeadObject(key);
        }
    }

    internal static void SessionsAreShared()
    {
        string key = Key();
        var own = Options();
        own.PoolSize = 5;
        var session = new Session(own);
        var options = Options();
        options.Session = session;
        using (var first = Bucket(options))
        using (var second = Bucket(options))
        {
            session.Dispose();
            first.PutObject(key, Pattern(1));
            second.PutObject(key, Pattern(1));
            second.HeadObject(key);
        }
        Func<string, string> connection = record =>
        {
            int at = record.IndexOf("\"connection\":", StringComparison.Ordinal) + 13;
            return record.Substring(at, record.IndexOf(',', at) - at);
        };
        Equal(1, Requests(key).Select(connection).Distinct().Count(), "connections");
        Throws<ObjectDisposedException>(() => Bucket(options));
        options.Session = new Session(Options());
        options.PoolSize = 1;
        var error = Fails(OssStatus.InvalidArgument, () => Bucket(options));
        Check(error.Message.Contains("`pool_size` belongs to the session"), error.Message);
    }

    internal static void ErrorsHaveEveryPart()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            var error = Fails(OssStatus.NotFound, () => bucket.GetObject(key));
            Equal(404, error.HttpStatus);
            Equal("NoSuchKey", error.Code);
            Equal("The specified key does not exist.", error.ServiceMessage);
            Equal(24, error.RequestId.Length);
            Check(error.HostId.Length > 0, "host");
            Equal("0026-00000001", error.EC);
            Equal(1, error.Attempts);
            Check(!error.Retryable, "retryable");
            Check(Encoding.UTF8.GetString(error.Body).Contains("<Code>NoSuchKey</Code>"), "body");
            Equal(key, error.Detail("Key"));
            Equal(null, error.Detail("NoSuchElement"));
            Check(error.Message.Contains("NoSuchKey") && error.Message.Contains(error.RequestId), error.Message);
            Check(error is IOException, "no IOException");
            GC.Collect();
            Equal(key, error.Detail("Key"));

            // What fails before anything is sent has the rest empty.
            error = Fails(OssStatus.InvalidArgument, () => bucket.GetObject(""));
            Check(error.HttpStatus == 0 && error.Code == "" && error.ServiceMessage == "" && error.RequestId == "", "not empty");
            Check(error.HostId == "" && error.EC == "" && error.Attempts == 0 && error.Body.Length == 0, "not empty");

            error = Throws<OssException>(() => Wait(bucket.HeadObjectAsync(key)));
            Equal("NoSuchKey", error.Code);
            Equal(error, OssException.Of(error));
            Equal(null, OssException.Of(new Exception()));
        }
    }

    internal static void BadInputsAreRefused()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            Action<CallOptions> refused = options =>
            {
                var error = Fails(OssStatus.InvalidArgument, () => bucket.PutObject(key, Pattern(1), options));
                Check(error.Message.Length > 10, "no words: " + error.Message);
            };
            refused(new CallOptions { Headers = { ["x"] = "a\r\nb: c" } });
            refused(new CallOptions { Headers = { ["host"] = "a" } });
            refused(new CallOptions { Headers = { ["x"] = "a\0" } });
            refused(new CallOptions { Query = { [""] = "a" } });
            refused(new CallOptions { Timeout = TimeSpan.Zero });
            refused(new CallOptions { Timeout = TimeSpan.FromTicks(-1) });
            refused(new CallOptions { ConnectTimeout = TimeSpan.MaxValue });
            refused(new CallOptions { Timeout = TimeSpan.FromMilliseconds(-2) });
            Throws<ArgumentNullException>(() => bucket.PutObject(key, Pattern(1), new CallOptions { Headers = { ["x"] = null } }));
            Equal(0, Requests("/" + key).Count);
        }
    }

    internal static void NullIsNamed()
    {
        using (var bucket = Bucket())
        using (var service = new Service(Options()))
        {
            Action<string, Action> named = (name, action) =>
                Equal(name, Throws<ArgumentNullException>(action).ParamName);
            named("options", () => new Bucket(null, "abc"));
            named("name", () => new Bucket(Options(), null));
            named("options", () => new Service(null));
            named("options", () => new Session(null));
            named("key", () => bucket.PutObject(null, Pattern(1)));
            named("data", () => bucket.PutObject("a", (byte[])null));
            named("data", () => bucket.PutObject("a", default(ArraySegment<byte>)));
            named("source", () => bucket.PutObject("a", (Stream)null));
            named("path", () => bucket.PutObjectFile("a", null));
            named("key", () => bucket.GetObject(null));
            named("path", () => bucket.GetObjectToFile("a", null));
            named("target", () => bucket.GetObjectToStream("a", null));
            named("buffer", () => bucket.GetObjectToBuffer("a", default(ArraySegment<byte>)));
            named("key", () => bucket.HeadObject(null));
            named("key", () => bucket.GetObjectMeta(null));
            named("key", () => bucket.DeleteObject(null));
            named("operation", () => bucket.Invoke(null, "a"));
            named("operation", () => service.Invoke(null));
            named("key", () => bucket.ObjectExists(null));
            named("sourceKey", () => bucket.CopyObject("a", null));
            named("data", () => bucket.AppendObject("a", 0, (byte[])null));
            named("source", () => bucket.AppendObject("a", 0, (Stream)null));
            named("keys", () => bucket.DeleteMultipleObjects((string[])null));
            named("objects", () => bucket.DeleteMultipleObjects((ObjectVersion[])null));
            named("acl", () => bucket.PutObjectAcl("a", null));
            named("target", () => bucket.PutSymlink("a", null));
            named("tags", () => bucket.PutObjectTagging("a", null));
            named("process", () => bucket.ProcessObject("a", null));
            named("expression", () => bucket.SelectObject("a", null));
            named("uploadId", () => bucket.AbortMultipartUpload("a", null));
            named("uploadId", () => bucket.ListParts("a", null));
            named("source", () => bucket.UploadPart("a", "b", 1, (Stream)null));
            named("data", () => bucket.UploadPart("a", "b", 1, (byte[])null));
            named("method", () => bucket.Presign(null, "a", TimeSpan.FromSeconds(1)));
            named("url", () => bucket.GetObjectByUrl((string)null));
            named("acl", () => bucket.PutBucketAcl(null));
            named("id", () => Credentials.Static(null, "a"));
            named("secret", () => new AccessKeys("a", null));
            named("callback", () => Credentials.Callback(null));
            named("feature", () => Oss.Has(null));
            named("key", () => Wait(bucket.HeadObjectAsync(null)));
        }
    }

    internal static void RetriesAreCounted()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            Fault(key, "{'type':'status','status':503,'code':'ServiceUnavailable'}", 2);
            Equal(3, bucket.PutObject(key, Pattern(10)).Attempts);
        }
        var options = Options();
        options.Attempts = 1;
        using (var bucket = Bucket(options))
        {
            string key = Key();
            Fault(key, "{'type':'status','status':503,'code':'ServiceUnavailable'}");
            var error = Fails(OssStatus.Throttled, () => bucket.PutObject(key, Pattern(10)));
            Check(error.Retryable && error.Attempts == 1 && error.HttpStatus == 503, "parts");
        }
    }

    internal static void BrokenDownloadsAreErrors()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(100000));
            Fault(key, "{'type':'corrupt_body','at':5}");
            Fails(OssStatus.ChecksumMismatch, () => ReadAll(bucket.GetObject(key)));
            // Once is made up for; again and again without a byte is not.
            Fault(key, "{'type':'cut_body','after_bytes':50000}");
            SameBytes(Pattern(100000), ReadAll(bucket.GetObject(key)));
            Fault(key, "{'type':'cut_body','after_bytes':0}", 99);
            var stream = bucket.GetObject(key);
            var error = Fails(OssStatus.Truncated, () => stream.CopyTo(Stream.Null));
            Equal(null, error.Detail("Key"));
            stream.Dispose();
            Equal(null, error.Detail("Key"));
            string path = Path.GetTempFileName();
            File.Delete(path);
            Fails(OssStatus.Truncated, () => bucket.GetObjectToFile(key, path));
            Check(!File.Exists(path), "something is left");
            Admin("DELETE", "/_local/rules");
        }
    }

    internal static void CallsTimeOut()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            Fault(key, "{'type':'delay','ms':3000}");
            Fails(OssStatus.Timeout, () => bucket.PutObject(key, Pattern(1), new CallOptions { Timeout = TimeSpan.FromMilliseconds(300) }));
        }
        var options = Options();
        options.ReadTimeout = TimeSpan.FromMilliseconds(200);
        options.Attempts = 1;
        using (var bucket = Bucket(options))
        {
            string key = Key();
            Fault(key, "{'type':'delay','ms':3000}");
            Fails(OssStatus.Timeout, () => bucket.PutObject(key, Pattern(1)));
        }
    }

    internal static void CredentialsComeFromAnywhere()
    {
        string key = Key();
        Func<Credentials, Bucket> with = credentials =>
        {
            var options = Options();
            options.Credentials = credentials;
            return Bucket(options);
        };
        using (var bucket = with(Credentials.Callback(() => new AccessKeys(Id, Secret))))
        {
            bucket.PutObject(key, Pattern(1));
        }
        using (var bucket = with(Credentials.Callback(
            () => new AccessKeys("STS.local-access-key-id", "local-sts-access-key-secret", "local-security-token"))))
        {
            bucket.HeadObject(key);
        }
        using (var bucket = with(Credentials.Static(
            "STS.local-access-key-id", "local-sts-access-key-secret", "local-security-token")))
        {
            bucket.HeadObject(key);
        }
        using (var bucket = with(Credentials.Static(Id, "wrong")))
        {
            var error = Fails(OssStatus.Denied, () => bucket.GetObject(key));
            Equal("SignatureDoesNotMatch", error.Code);
            Check(error.Detail("StringToSign") != null, "detail");
            Check(error.Details().Any(detail => detail.Key == "StringToSign" && detail.Value == error.Detail("StringToSign")), "details");
        }
        using (var bucket = with(Credentials.Anonymous))
        {
            Fails(OssStatus.Denied, () => bucket.HeadObject(key));
            Check(!Requests(key).Last().Contains("\"authorization\""), "signed");
        }
        foreach (var environment in new[] { null, Credentials.Environment })
        {
            Environment.SetEnvironmentVariable("OSS_ACCESS_KEY_ID", Id);
            Environment.SetEnvironmentVariable("OSS_ACCESS_KEY_SECRET", Secret);
            using (var bucket = with(environment))
            {
                // Read when the bucket was made.
                Environment.SetEnvironmentVariable("OSS_ACCESS_KEY_SECRET", null);
                bucket.HeadObject(key);
            }
            using (var bucket = with(environment))
            {
                var error = Fails(OssStatus.Credentials, () => bucket.HeadObject(key));
                Check(error.Message.Contains("OSS_ACCESS_KEY_SECRET"), error.Message);
            }
            Environment.SetEnvironmentVariable("OSS_ACCESS_KEY_ID", null);
        }
        Check(!new AccessKeys("id", "hidden").ToString().Contains("hidden"), "shows the secret");
        Fails(OssStatus.InvalidArgument, () => with(Credentials.Static("a\nb", "c")));
    }

    private sealed class Mine : Exception
    {
    }

    /// <summary>Waits for a task and throws what it threw.</summary>
    internal static void Wait(Task task) => task.GetAwaiter().GetResult();

    internal static void CallbackExceptionsComeBackUnchanged()
    {
        string key = Key();
        var mine = new Mine();
        Action<Action> unchanged = action => Check(ReferenceEquals(mine, Throws<Mine>(action)), "another exception");
        var throwing = new CallOptions { Progress = new Reports(report => { throw mine; }) };
        var bad = new Custom { OnRead = (b, o, n) => throw mine, OnWrite = (b, o, n) => throw mine };
        using (var bucket = Bucket())
        {
            bucket.PutObject(key, Pattern(300000));
            unchanged(() => bucket.PutObject(Key(), bad));
            Equal(OssStatus.Cancelled, OssException.Of(mine).Status);
            unchanged(() => bucket.PutObject(Key(), bad, 10));
            unchanged(() => bucket.GetObjectToStream(key, bad));
            Check(OssException.Of(mine).Message.Contains("write"), OssException.Of(mine).Message);
            unchanged(() => bucket.PutObject(Key(), Pattern(300000), throwing));
            unchanged(() => bucket.GetObjectToStream(key, Stream.Null, throwing));
            unchanged(() => ReadAll(bucket.GetObject(key, throwing)));
            unchanged(() => Wait(bucket.PutObjectAsync(Key(), bad)));
            unchanged(() => Wait(bucket.GetObjectToStreamAsync(key, bad)));
            unchanged(() => Wait(bucket.PutObjectAsync(Key(), Pattern(300000), throwing)));
            var late = new Custom
            {
                OnReadAsync = async (b, o, n, t) =>
                {
                    await Task.Delay(20);
                    throw mine;
                },
            };
            unchanged(() => Wait(bucket.PutObjectAsync(Key(), late)));
            // One that looks like cancelling is not mistaken for it.
            var foreign = new OperationCanceledException("mine");
            var looksLike = new Custom { OnRead = (b, o, n) => throw foreign };
            Check(ReferenceEquals(foreign, Throws<OperationCanceledException>(() => bucket.PutObject(Key(), looksLike))), "another");
            var task = bucket.PutObjectAsync(Key(), looksLike);
            Check(ReferenceEquals(foreign, Throws<OperationCanceledException>(() => Wait(task))), "another");
            Check(task.IsFaulted, "cancelled");
            // All is well again.
            bucket.HeadObject(key);
        }
        var options = Options();
        bool fail = true;
        options.Credentials = Credentials.Callback(() =>
        {
            if (fail)
            {
                throw mine;
            }
            return new AccessKeys(Id, Secret);
        });
        using (var bucket = Bucket(options))
        {
            unchanged(() => bucket.HeadObject(key));
            Equal(OssStatus.Credentials, OssException.Of(mine).Status);
            unchanged(() => Wait(bucket.HeadObjectAsync(key)));
            unchanged(() => bucket.ListObjectsV2(key).ToList());
            // It is asked again with each request.
            fail = false;
            bucket.HeadObject(key);
        }
        options.Credentials = Credentials.Callback(() => null);
        using (var bucket = Bucket(options))
        {
            Throws<InvalidOperationException>(() => bucket.HeadObject(key));
        }
    }

    internal static void CallbacksMayMakeCalls()
    {
        using (var inner = Bucket())
        {
            string key = Key();
            inner.PutObject(key, Pattern(200000));
            int asked = 0;
            var options = Options();
            options.Credentials = Credentials.Callback(() =>
            {
                asked++;
                Fails(OssStatus.NotFound, () => inner.HeadObject("no-such-key"));
                inner.HeadObject(key);
                return new AccessKeys(Id, Secret);
            });
            using (var outer = Bucket(options))
            {
                // From one object to another through a stream of the same library.
                using (var source = inner.GetObject(key))
                {
                    outer.PutObject(key + "-copy", source, source.Length);
                }
                SameBytes(Pattern(200000), ReadAll(outer.GetObject(key + "-copy")));
            }
            Equal(2, asked);
        }
    }

    internal static void TheLogIsHeard()
    {
        var lines = new List<string>();
        Oss.SetLog(
            (level, line) =>
            {
                lock (lines)
                {
                    lines.Add(level + " " + line);
                }
                throw new Mine();
            },
            LogLevel.Trace);
        try
        {
            using (var bucket = Bucket())
            {
                string key = Key();
                Fault(key, "{'type':'status','status':503,'code':'ServiceUnavailable'}");
                bucket.PutObject(key, Pattern(1));
                Check(lines.Count > 0, "nothing was logged");
                Check(!lines.Any(line => line.Contains(Secret)), "logs the secret");
                Oss.SetLog(null, LogLevel.Trace);
                int before = lines.Count;
                Fault(key, "{'type':'status','status':503,'code':'ServiceUnavailable'}");
                bucket.PutObject(key, Pattern(1));
                Equal(before, lines.Count, "lines");
            }
            var level6 = Fails(OssStatus.InvalidArgument, () => Oss.SetLog((level, line) => { }, (LogLevel)6));
            Check(level6.Message.StartsWith("`level`: 6 "), level6.Message);
        }
        finally
        {
            Oss.SetLog(null, LogLevel.Off);
        }
    }
}
