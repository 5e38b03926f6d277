// The init options: what is commonly set, a shared session, and what a bad value looks like. Needs OSS_ENDPOINT,
// OSS_REGION, OSS_BUCKET, OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET; OSS_CA_FILE for a private CA.
using System;
using Alioss;

internal static class InitOptions
{
    private static int Main()
    {
        // Pool, TLS, proxy and name settings belong to the session, which any number of buckets share.
        var shared = new OssOptions
        {
            PoolSize = 32,
            TlsMin = TlsVersion.Tls12,
            CaFile = Environment.GetEnvironmentVariable("OSS_CA_FILE"),
        };
        using (var session = new Session(shared))
        {
            var options = new OssOptions
            {
                Endpoint = Environment.GetEnvironmentVariable("OSS_ENDPOINT"),
                Region = Environment.GetEnvironmentVariable("OSS_REGION"),
                Session = session,
                // Asked before every request: keys that change are picked up.
                Credentials = Credentials.Callback(() => new AccessKeys(
                    Environment.GetEnvironmentVariable("OSS_ACCESS_KEY_ID"),
                    Environment.GetEnvironmentVariable("OSS_ACCESS_KEY_SECRET"))),
                ConnectTimeout = TimeSpan.FromSeconds(5),
                ReadTimeout = TimeSpan.FromSeconds(30),
                TotalTimeout = TimeSpan.FromMinutes(10),
                Attempts = 5,
                AppName = "init-options/1.0",
                UserHeaders = { ["x-oss-request-payer"] = "requester" },
            };
            using (var bucket = new Bucket(options, Environment.GetEnvironmentVariable("OSS_BUCKET")))
            {
                Console.WriteLine("request id " + bucket.PutBucket().RequestId);
            }
            try
            {
                options.Attempts = 1000;
                new Bucket(options, "examplebucket").Dispose();
                return 1;
            }
            catch (ArgumentException error)
            {
                Console.WriteLine(OssException.Of(error).Status + ": " + OssException.Of(error).Message);
            }
        }
        return 0;
    }
}
