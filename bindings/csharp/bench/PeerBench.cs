using System;
using System.IO;
using System.Threading.Tasks;
using AlibabaCloud.OSS.V2;
using AlibabaCloud.OSS.V2.Models;
using Provider = AlibabaCloud.OSS.V2.Credentials.EnvironmentVariableCredentialsProvider;

/// <summary>
/// The measures of <c>Tests bench</c> for the official SDK, whose calls are all asynchronous, on the same objects: run that
/// first. Arguments: names of measures, or all of them. Needs OSS_ENDPOINT, OSS_REGION, OSS_ACCESS_KEY_ID and
/// OSS_ACCESS_KEY_SECRET.
/// </summary>
internal static class PeerBench
{
    private const string Bucket = "csharp-tests";

    private static void Main(string[] names)
    {
        var configuration = Configuration.LoadDefault();
        configuration.CredentialsProvider = new Provider();
        configuration.Region = Environment.GetEnvironmentVariable("OSS_REGION");
        configuration.Endpoint = Environment.GetEnvironmentVariable("OSS_ENDPOINT");
        configuration.UsePathStyle = true;
        using (var client = new Client(configuration))
        {
            var buffer = new byte[4096];
            Measure.Run(names, "put-4k", 2000, () => client.PutObjectAsync(
                new PutObjectRequest { Bucket = Bucket, Key = "bench", Body = new MemoryStream(buffer) }));
            Measure.Run(names, "head", 2000, () => client.HeadObjectAsync(
                new HeadObjectRequest { Bucket = Bucket, Key = "bench-1k" }));
            Measure.Run(names, "get-1k", 2000, async () => await Measure.DrainAsync(await Get(client, "bench-1k"), buffer));
            Measure.Run(names, "get-1m-4k", 40, async () => await Measure.DrainAsync(await Get(client, "bench-1m"), buffer));
            Measure.Run(names, "lines", 30, async () => await Measure.ReadLinesAsync(await Get(client, "bench-lines")));
            Measure.Run(names, "get-64m", 2, async () => await Measure.CopyAsync(await Get(client, "bench-64m")));
        }
    }

    private static async Task<Stream> Get(Client client, string key)
    {
        var answer = await client.GetObjectAsync(new GetObjectRequest { Bucket = Bucket, Key = key }).ConfigureAwait(false);
        return answer.Body;
    }
}
