// A web application of ASP.NET: PUT /KEY stores what is sent as an object, GET /KEY answers with it. Both are streamed, so
// memory stays constant however large they are, and who goes away is cancelled. Options are in the section Alioss of its
// configuration, in appsettings.json or as variables such as Alioss__Region and Alioss__Endpoint; the bucket is Bucket. Keys
// come from OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET unless that section says otherwise.
using System.Threading;
using Alioss;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddAlioss(builder.Configuration.GetSection("Alioss"));
builder.Services.AddAliossBucket(builder.Configuration["Bucket"] ?? "examplebucket");
var app = builder.Build();

app.MapPut("/{**key}", async (string key, HttpRequest request, Bucket bucket, CancellationToken cancellationToken) =>
{
    var options = new CallOptions { ContentType = request.ContentType };
    // Without a length, -1, it goes in chunks.
    var stored = await bucket.PutObjectAsync(key, request.Body, request.ContentLength ?? -1, options, cancellationToken);
    return Results.Json(new { etag = stored.ETag, verified = stored.Verified }, statusCode: 201);
});

app.MapGet("/{**key}", async (string key, Bucket bucket, CancellationToken cancellationToken) =>
{
    try
    {
        var stream = await bucket.GetObjectAsync(key, cancellationToken);
        return Results.Stream(stream, stream.Response.Header("content-type"), lastModified: stream.Response.LastModified);
    }
    catch (OssException error) when (error.Status == OssStatus.NotFound)
    {
        return Results.NotFound();
    }
});

app.Run();
