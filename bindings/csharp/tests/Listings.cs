using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>Listings by <c>await foreach</c>: when pages are fetched, how they fail and how they are cancelled.</summary>
internal static class Listings
{
    private const string Pages = "list-type";

    /// <summary>Makes objects, and lists them by pages of two.</summary>
    private static AsyncListing<ObjectEntry> InPairs(
        Bucket bucket, string root, int count, CancellationToken token = default(CancellationToken))
    {
        for (int number = 0; number < count; number++)
        {
            bucket.PutObject(root + number, Pattern(1));
        }
        return bucket.ListObjectsV2Async(root, null, new CallOptions { Query = { ["max-keys"] = "2" } }, token);
    }

    private static bool Next(AsyncListing<ObjectEntry>.Enumerator enumerator) =>
        enumerator.MoveNextAsync().GetAwaiter().GetResult();

    private static void FailPage(string action, int times = 1) =>
        Admin("POST", "/_local/rules", ("{'query_contains':'list-type','times':" + times + ",'action':" + action + "}").Replace('\'', '"'));

    internal static void PagesAreFetchedAsTheyAreNeeded()
    {
        using (var bucket = Bucket())
        {
            var enumerator = InPairs(bucket, Key("/"), 5).GetAsyncEnumerator();
            Equal(0, Requests(Pages).Count, "pages before the first entry");
            foreach (int pages in new[] { 1, 1, 2, 2, 3 })
            {
                Check(Next(enumerator), "no entry");
                Equal(pages, Requests(Pages).Count, "pages");
            }
            Check(!Next(enumerator) && !Next(enumerator), "goes on after the end");
            Equal(3, Requests(Pages).Count, "pages");
            enumerator.DisposeAsync().Wait();

            // Of what is broken off nothing more is fetched.
            enumerator = InPairs(bucket, Key("/"), 5).GetAsyncEnumerator();
            Check(Next(enumerator), "no entry");
            enumerator.DisposeAsync().Wait();
            enumerator.DisposeAsync().Wait();
            Check(!Next(enumerator), "goes on after disposal");
            Equal(4, Requests(Pages).Count, "pages");
        }
    }

    internal static void WhatCameBeforeAFailureIsDelivered()
    {
        using (var bucket = Bucket())
        {
            var enumerator = InPairs(bucket, Key("/"), 5).GetAsyncEnumerator();
            Check(Next(enumerator), "no entry");
            FailPage("{'type':'status','status':403,'code':'AccessDenied'}");
            Check(Next(enumerator), "the entry before the failure is lost");
            Fails(OssStatus.Denied, () => Next(enumerator));
            Check(!Next(enumerator), "goes on after a failure");
            enumerator.DisposeAsync().Wait();
        }
    }

    internal static void TokensOfListingsAreTold()
    {
        using (var bucket = Bucket())
        using (var never = new CancellationTokenSource())
        {
            string root = Key("/");
            InPairs(bucket, root, 3);
            Func<bool, CancellationToken, AsyncListing<ObjectEntry>> ask = (first, token) =>
                bucket.ListObjectsV2Async(root, null, null, first ? token : never.Token);
            foreach (bool first in new[] { true, false })
            {
                // While the service thinks, and while it waits in line.
                FailPage("{'type':'delay','ms':20000}", 99);
                EndsInTime(token => IsCanceledBy(token, ask(first, token).ToListAsync(first ? never.Token : token)));
                FailPage("{'type':'delay','ms':20000}", 99);
                EndsInTime(token => IsCanceledBy(token, ask(first, token).GetAsyncEnumerator(first ? never.Token : token).MoveNextAsync()));
                Threads.WhileAllAreBusy(() =>
                {
                    EndsInTime(token => IsCanceledBy(token, ask(first, token).ToListAsync(first ? never.Token : token)));
                    EndsInTime(token => IsCanceledBy(token, ask(first, token).GetAsyncEnumerator(first ? never.Token : token).MoveNextAsync()));
                });
                Admin("DELETE", "/_local/rules");
            }
        }
    }

    /// <summary>Waits for a task, which has to be cancelled, not failed; throws as it does.</summary>
    private static void IsCanceledBy(CancellationToken token, Task task)
    {
        try
        {
            task.GetAwaiter().GetResult();
        }
        finally
        {
            Check(!token.IsCancellationRequested || task.IsCanceled, "the task has failed: " + task.Status);
        }
    }

    internal static void EnumeratorsAreForOneAtATime()
    {
        using (var bucket = Bucket())
        {
            string root = Key("/");
            var enumerator = InPairs(bucket, root, 3).GetAsyncEnumerator();
            FailPage("{'type':'delay','ms':500}");
            var running = enumerator.MoveNextAsync();
            Throws<InvalidOperationException>(() => enumerator.MoveNextAsync());
            // Waits for it.
            enumerator.DisposeAsync().Wait();
            Check(running.Result, "no entry");
            Check(!Next(enumerator), "goes on after disposal");
        }
    }
}
