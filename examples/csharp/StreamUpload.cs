// Uploads a stream whose length nobody knows beforehand: a file, compressed on the way. Argument: the file. Needs
// OSS_ENDPOINT, OSS_REGION, OSS_BUCKET, OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.
using System;
using System.IO;
using System.IO.Compression;
using System.IO.Pipes;
using System.Threading;
using System.Threading.Tasks;
using Alioss;

internal static class StreamUpload
{
    private static int Main(string[] arguments)
    {
        return Run(arguments[0]).GetAwaiter().GetResult();
    }

    private static async Task<int> Run(string path)
    {
        var options = new OssOptions
        {
            Endpoint = Environment.GetEnvironmentVariable("OSS_ENDPOINT"),
            Region = Environment.GetEnvironmentVariable("OSS_REGION"),
        };
        using (var cancel = new CancellationTokenSource(TimeSpan.FromMinutes(10)))
        using (var bucket = new Bucket(options, Environment.GetEnvironmentVariable("OSS_BUCKET")))
        {
            await bucket.PutBucketAsync();
            var target = new AnonymousPipeServerStream(PipeDirection.Out);
            Task compress = Task.Run(() =>
            {
                using (target)
                using (var gzip = new GZipStream(target, CompressionLevel.Fastest))
                using (var file = File.OpenRead(path))
                {
                    file.CopyTo(gzip);
                }
            });
            var headers = new CallOptions { Headers = { ["x-oss-meta-name"] = Path.GetFileName(path) } };
            using (var source = new AnonymousPipeClientStream(PipeDirection.In, target.ClientSafePipeHandle))
            {
                var response = await bucket.PutObjectAsync("compressed.gz", source, headers, cancel.Token);
                Console.WriteLine("stored, CRC-64 " + response.Crc64 + ", request id " + response.RequestId);
            }
            await compress;

            // Read back the same way, without ever holding it as a whole.
            using (var gzip = new GZipStream(await bucket.GetObjectAsync("compressed.gz"), CompressionMode.Decompress))
            {
                long length = 0;
                var buffer = new byte[65536];
                int got;
                while ((got = await gzip.ReadAsync(buffer, 0, buffer.Length)) > 0)
                {
                    length += got;
                }
                Console.WriteLine(length + " bytes came back");
            }
            return 0;
        }
    }
}
