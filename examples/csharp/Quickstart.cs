// Stores a text, reads it back, lists, deletes. Needs OSS_ENDPOINT, OSS_REGION, OSS_BUCKET, OSS_ACCESS_KEY_ID and
// OSS_ACCESS_KEY_SECRET.
using System;
using System.IO;
using System.Text;
using Alioss;

internal static class Quickstart
{
    private static int Main()
    {
        var options = new OssOptions
        {
            Endpoint = Environment.GetEnvironmentVariable("OSS_ENDPOINT"),
            Region = Environment.GetEnvironmentVariable("OSS_REGION"),
        };
        try
        {
            using (var bucket = new Bucket(options, Environment.GetEnvironmentVariable("OSS_BUCKET")))
            {
                if (bucket.BucketExists())
                {
                    // It is deleted at the end, so it must not be somebody's.
                    Console.Error.WriteLine("the bucket of OSS_BUCKET exists; name one that is free");
                    return 1;
                }
                bucket.PutBucket();
                bucket.PutObject("hello.txt", Encoding.UTF8.GetBytes("Hello, OSS!"));
                using (var reader = new StreamReader(bucket.GetObject("hello.txt")))
                {
                    Console.WriteLine(reader.ReadToEnd());
                }
                foreach (ObjectEntry entry in bucket.ListObjectsV2())
                {
                    Console.WriteLine(entry.Key + ": " + entry.Size + " bytes, " + entry.StorageClass);
                }
                bucket.DeleteObject("hello.txt");
                bucket.DeleteBucket();
            }
            return 0;
        }
        catch (OssException error)
        {
            Console.Error.WriteLine(error.Status + ": " + error.Message);
            return 1;
        }
    }
}
