using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>Providers of keys that a program writes itself.</summary>
internal static class Providers
{
    private sealed class Scripted : CredentialsProvider
    {
        internal Func<KeysRequest, CancellationToken, Task<AccessKeys>> Give;
        internal int Asked;

        public override Task<AccessKeys> GetKeysAsync(KeysRequest request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref Asked);
            return Give(request, cancellationToken);
        }
    }

    internal static Credentials From(Func<Task<AccessKeys>> give) =>
        Credentials.Provider(new Scripted { Give = (request, token) => give() });

    internal static void KeysThatCannotBeAreNamed()
    {
        Func<AccessKeys, Exception> refused = keys =>
        {
            var options = Options();
            options.Credentials = Credentials.Callback(() => keys);
            using (var bucket = Bucket(options))
            {
                return Throws<Exception>(() => bucket.HeadObject(Key()));
            }
        };
        foreach (DateTimeOffset end in new[] { default(DateTimeOffset), DateTimeOffset.FromUnixTimeSeconds(0), DateTimeOffset.FromUnixTimeSeconds(-1) })
        {
            var thrown = refused(new AccessKeys(Id, Secret) { Expiration = end });
            Equal("Expiration", ((ArgumentOutOfRangeException)thrown).ParamName);
            Equal(OssStatus.Credentials, OssException.Of(thrown).Status);
        }
        Check(refused(new AccessKeys("", Secret)).Message.Contains("id is empty"), "no reason");
    }

    private static Bucket With(Scripted provider)
    {
        var options = Options();
        options.Credentials = Credentials.Provider(provider);
        return Bucket(options);
    }

    internal static void ProvidersMayBeAsynchronous()
    {
        var provider = new Scripted
        {
            Give = async (request, token) =>
            {
                await Task.Delay(20, token);
                return new AccessKeys(Id, Secret) { Expiration = DateTimeOffset.UtcNow.AddHours(1) };
            },
        };
        string key = Key();
        using (var bucket = With(provider))
        {
            bucket.PutObject(key, Pattern(10));
            Failures.Wait(bucket.HeadObjectAsync(key));
            bucket.HeadObject(key);
        }
        // Keys with an expiration are kept.
        Equal(1, provider.Asked);
    }

    internal static void ProvidersAreToldWhenTheirKeysAreRefused()
    {
        var provider = new Scripted
        {
            Give = (request, token) => Task.FromResult(request.Refused ? new AccessKeys(Id, Secret) : new AccessKeys("nobody", "nothing")),
        };
        using (var bucket = With(provider))
        {
            bucket.PutObject(Key(), Pattern(10));
        }
        Equal(2, provider.Asked);
    }

    internal static void ProvidersAreNotWaitedForLongerThanTheRequest()
    {
        var never = new Scripted { Give = (request, token) => new TaskCompletionSource<AccessKeys>().Task };
        using (var bucket = With(never))
        using (var source = new CancellationTokenSource())
        {
            source.CancelAfter(100);
            Throws<OperationCanceledException>(() => bucket.HeadObject("key", null, source.Token));
            Fails(OssStatus.Timeout, () => bucket.HeadObject("key", new CallOptions { Timeout = TimeSpan.FromMilliseconds(100) }));
        }
        CancellationToken seen = default(CancellationToken);
        var obedient = new Scripted
        {
            Give = async (request, token) =>
            {
                seen = token;
                await Task.Delay(-1, token);
                return null;
            },
        };
        using (var bucket = With(obedient))
        {
            Fails(OssStatus.Timeout, () => bucket.HeadObject("key", new CallOptions { Timeout = TimeSpan.FromSeconds(2) }));
        }
        Check(seen.IsCancellationRequested, "not told");
    }

    internal static void ProvidersByTextHaveNames()
    {
        Equal("assume-role with chain", Credentials.From("assume-role:acs:ram::1:role/r;base=chain").Name);
        Equal("environment", Credentials.From("environment").Name);
        Equal(null, Credentials.From("nobody").Name);
        Equal(null, Credentials.Anonymous.Name);
        var options = Options();
        options.Credentials = Credentials.From("nobody");
        Fails(OssStatus.InvalidArgument, () => Bucket(options));
    }

    internal static void NullInPlaceOfATaskIsSaid()
    {
        using (var bucket = With(new Scripted { Give = (request, token) => null }))
        {
            var error = Throws<InvalidOperationException>(() => bucket.HeadObject("key"));
            Equal("GetKeysAsync of the credentials provider returned null, not a task", error.Message);
            Throws<InvalidOperationException>(() => Failures.Wait(bucket.HeadObjectAsync("key")));
        }
        // Streams are asked likewise.
        using (var bucket = Bucket())
        {
            var source = new Custom { OnReadAsync = (b, o, n, t) => null };
            var error = Throws<InvalidOperationException>(() => Failures.Wait(bucket.PutObjectAsync(Key(), source)));
            Equal("an asynchronous method of a stream returned null, not a task", error.Message);
        }
    }

    internal static void WhatProvidersThrowComesBackUnchanged()
    {
        var mine = new InvalidOperationException("mine");
        var provider = new Scripted
        {
            Give = async (request, token) =>
            {
                await Task.Yield();
                throw mine;
            },
        };
        using (var bucket = With(provider))
        {
            Check(ReferenceEquals(mine, Throws<InvalidOperationException>(() => bucket.HeadObject("key"))), "another");
            Check(ReferenceEquals(mine, Throws<InvalidOperationException>(() => Failures.Wait(bucket.HeadObjectAsync("key")))), "another");
        }
        Throws<ArgumentNullException>(() => Credentials.Provider(null));
    }

    internal static void RenewalsThatFailEndNoCallWithGoodKeys()
    {
        var ahead = TimeSpan.Zero;
        var options = Options();
        options.Clock = () => DateTimeOffset.UtcNow + ahead;
        var provider = new Scripted();
        provider.Give = async (request, token) =>
        {
            await Task.Yield();
            if (provider.Asked > 1)
            {
                throw new InvalidOperationException("no more keys");
            }
            return new AccessKeys(Id, Secret) { Expiration = DateTimeOffset.UtcNow.AddSeconds(100) };
        };
        options.Credentials = Credentials.Provider(provider);
        string key = Key("/"), directory = Path.Combine(Path.GetTempPath(), "alioss-" + Guid.NewGuid().ToString("N"));
        using (var bucket = Bucket(options))
        {
            bucket.PutObject(key + "a", Pattern(10));
            // They are due, but good for a while yet.
            ahead = TimeSpan.FromSeconds(88);
            Equal(10L, bucket.HeadObject(key + "a").ContentLength.Value);
            Equal(2, provider.Asked);
            try
            {
                Equal(1L, bucket.DownloadDirectory(key, directory).Transferred.Files);
                Equal(1, Directory.GetFiles(directory).Length);
            }
            finally
            {
                Directory.Delete(directory, true);
            }
            // What a callback of the call itself throws ends it all the same.
            var mine = new InvalidOperationException("mine");
            var throwing = new CallOptions { Progress = new Reports(report => { throw mine; }) };
            var thrown = Throws<InvalidOperationException>(() => bucket.PutObject(key + "b", Pattern(10), throwing));
            Check(ReferenceEquals(mine, thrown), "another");
            // And so does what a clock throws, which the service may have corrected.
            var time = new InvalidDataException("no time");
            options.Credentials = Credentials.Static(Id, Secret);
            options.Clock = () => { throw time; };
            using (var timeless = Bucket(options))
            {
                Check(ReferenceEquals(time, Throws<InvalidDataException>(() => timeless.HeadObject(key + "a"))), "another");
            }
        }
    }

    /// <summary>A renewal that fails while keys are good is not why a call fails for something else later.</summary>
    internal static void RenewalsThatFailAreNotBlamed()
    {
        var ahead = TimeSpan.Zero;
        var options = Options();
        options.Clock = () => DateTimeOffset.UtcNow + ahead;
        int asked = 0;
        options.Credentials = Credentials.Callback(() =>
        {
            if (++asked > 1)
            {
                throw new InvalidOperationException("renewal " + asked);
            }
            return new AccessKeys(Id, Secret) { Expiration = DateTimeOffset.UtcNow.AddSeconds(100) };
        });
        string key = Key("/");
        using (var bucket = Bucket(options))
        {
            bucket.PutObject(key + "a", Pattern(10));
            bucket.PutObject(key + "b", Pattern(10));
            ahead = TimeSpan.FromSeconds(88);
            // Between two failures there is a pause: again, until the function has been asked.
            UntilAsked(() => asked, () => Fails(OssStatus.NotFound, () => bucket.HeadObject(key + "missing")));
            UntilAsked(() => asked, () =>
            {
                using (var source = new CancellationTokenSource())
                {
                    Throws<OperationCanceledException>(() =>
                    {
                        var pages = new CallOptions { Query = { ["max-keys"] = "1" } };
                        foreach (var entry in bucket.ListObjectsV2(key, null, pages, source.Token))
                        {
                            source.Cancel();
                        }
                    });
                }
            });
            // And now there are none.
            ahead = TimeSpan.FromSeconds(200);
            Exception last = null;
            UntilAsked(() => asked, () =>
            {
                try
                {
                    bucket.HeadObject(key + "a");
                }
                catch (Exception exception)
                {
                    last = exception;
                }
            });
            Equal("renewal 4", last.Message);
        }
    }

    private static void UntilAsked(Func<int> asked, Action action)
    {
        for (int before = asked(); asked() == before;)
        {
            action();
        }
    }
}
