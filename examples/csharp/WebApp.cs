// A minimal web application: PUT /KEY stores what is sent as an object, GET /KEY answers with it. Both are streamed, so
// memory stays constant however large they are. Who goes away, takes too long, or is there when the program ends, is
// cancelled, and half an upload stores nothing. Argument: where to listen, such as http://127.0.0.1:8080/. Ends when its
// input does. Needs OSS_ENDPOINT, OSS_REGION, OSS_BUCKET, OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.
using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Threading;
using System.Threading.Tasks;
using Alioss;

internal static class WebApp
{
    private static int Main(string[] arguments)
    {
        Run(arguments[0]).GetAwaiter().GetResult();
        return 0;
    }

    private static async Task Run(string address)
    {
        var options = new OssOptions
        {
            Endpoint = Environment.GetEnvironmentVariable("OSS_ENDPOINT"),
            Region = Environment.GetEnvironmentVariable("OSS_REGION"),
        };
        using (var stop = new CancellationTokenSource())
        using (var bucket = new Bucket(options, Environment.GetEnvironmentVariable("OSS_BUCKET")))
        using (var listener = new HttpListener())
        {
            await bucket.PutBucketAsync(stop.Token);
            listener.Prefixes.Add(address);
            listener.Start();
            Console.WriteLine("listening at " + address);
            var serving = new List<Task>();
            Task end = Task.Run(() => Console.In.ReadToEnd());
            for (;;)
            {
                Task<HttpListenerContext> next = listener.GetContextAsync();
                if (await Task.WhenAny(next, end) == end)
                {
                    break;
                }
                serving.RemoveAll(one => one.IsCompleted);
                serving.Add(Serve(bucket, await next, stop.Token));
            }
            stop.Cancel();
            await Task.WhenAll(serving);
        }
    }

    private static async Task Serve(Bucket bucket, HttpListenerContext context, CancellationToken stop)
    {
        using (var cancel = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            cancel.CancelAfter(TimeSpan.FromMinutes(10));
            try
            {
                string key = Uri.UnescapeDataString(context.Request.Url.AbsolutePath.Substring(1));
                if (context.Request.HttpMethod == "PUT")
                {
                    await Store(bucket, key, context, cancel.Token);
                }
                else
                {
                    await Answer(bucket, key, context, cancel.Token);
                }
                context.Response.Close();
            }
            catch (Exception error) when (OssException.Of(error) != null && !cancel.IsCancellationRequested)
            {
                Fail(context, OssException.Of(error));
            }
            catch (Exception error)
                when (error is OperationCanceledException || error is IOException || error is HttpListenerException)
            {
                Console.WriteLine("cancelled: " + error.GetType().Name);
                context.Response.Abort();
            }
        }
    }

    private static async Task Store(Bucket bucket, string key, HttpListenerContext context, CancellationToken cancel)
    {
        var request = context.Request;
        var options = new CallOptions { ContentType = request.ContentType };
        // Without a length, -1, it goes in chunks.
        var stored = await bucket.PutObjectAsync(key, request.InputStream, request.ContentLength64, options, cancel);
        context.Response.StatusCode = 201;
        context.Response.Headers["ETag"] = stored.ETag;
    }

    private static async Task Answer(Bucket bucket, string key, HttpListenerContext context, CancellationToken cancel)
    {
        using (var stream = await bucket.GetObjectAsync(key, cancel))
        {
            context.Response.ContentType = stream.Response.Header("content-type");
            context.Response.Headers["ETag"] = stream.Response.ETag;
            context.Response.ContentLength64 = stream.Length;
            await stream.CopyToAsync(context.Response.OutputStream, 65536, cancel);
        }
    }

    /// <summary>What the service or the library said; a client that is gone does not want to know.</summary>
    private static void Fail(HttpListenerContext context, OssException error)
    {
        try
        {
            Console.WriteLine(error.Status + ": " + error.Message);
            context.Response.StatusCode = error.Status == OssStatus.NotFound ? 404
                : error.Status == OssStatus.InvalidArgument ? 400 : 502;
            context.Response.Close();
        }
        catch (Exception gone) when (gone is InvalidOperationException || gone is HttpListenerException)
        {
            // The headers were sent already, so all that can be said is that this was not all.
            context.Response.Abort();
        }
    }
}
