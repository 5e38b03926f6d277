// Downloads an object to a file and shows how far it is; Ctrl-C cancels, and then no file is left. Arguments: key and
// file. Needs OSS_ENDPOINT, OSS_REGION, OSS_BUCKET, OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.
using System;
using System.Threading;
using Alioss;

internal static class DownloadProgress
{
    private sealed class Bar : IProgress<TransferProgress>
    {
        private long shown = -1;

        public void Report(TransferProgress value)
        {
            long percent = value.Total > 0 ? value.Done * 100 / value.Total.Value : 100;
            if (percent != shown)
            {
                shown = percent;
                Console.Write("\r[" + new string('#', (int)percent / 5).PadRight(20) + "] " + percent + " %");
            }
        }
    }

    private static int Main(string[] arguments)
    {
        var options = new OssOptions
        {
            Endpoint = Environment.GetEnvironmentVariable("OSS_ENDPOINT"),
            Region = Environment.GetEnvironmentVariable("OSS_REGION"),
        };
        using (var cancel = new CancellationTokenSource())
        using (var bucket = new Bucket(options, Environment.GetEnvironmentVariable("OSS_BUCKET")))
        {
            Console.CancelKeyPress += (sender, key) =>
            {
                key.Cancel = true;
                cancel.Cancel();
            };
            try
            {
                bucket.GetObjectToFile(arguments[0], arguments[1], new CallOptions { Progress = new Bar() }, cancel.Token);
                Console.WriteLine();
                return 0;
            }
            catch (OperationCanceledException)
            {
                Console.Error.WriteLine("cancelled");
                return 2;
            }
            catch (OssException error)
            {
                Console.Error.WriteLine(error.Status + ": " + error.Message);
                return 1;
            }
        }
    }
}
