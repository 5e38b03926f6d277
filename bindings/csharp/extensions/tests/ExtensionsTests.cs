using System;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using Alioss;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Level = Microsoft.Extensions.Logging.LogLevel;

/// <summary>
/// Tests of Alioss.Extensions, against the local OSS server that the variable OSS_ENDPOINT leads to. The last line says
/// how many passed.
/// </summary>
internal static class ExtensionsTests
{
    private static readonly string Endpoint = Environment.GetEnvironmentVariable("OSS_ENDPOINT");

    private static readonly Action[] Tests =
    {
        BucketsAreServices, PairsAreOptions, EmptyListsAreNoMistake, WrongPairsAreNamed, SectionsAreOptions, WrongSectionsAreNamed, EveryOptionHasAName,
        NothingIsTheDefault, KeysAreGivenOnce, SessionsOfTheApplicationAreTaken,
        OptionsOfTheApplicationAreTaken, LinesAreLogged, FactoriesShareBuckets,
    };

    private static int Main()
    {
        int failed = 0;
        foreach (Action test in Tests)
        {
            try
            {
                test();
                Console.WriteLine("ok " + test.Method.Name);
            }
            catch (Exception exception)
            {
                failed++;
                Console.WriteLine("FAILED " + test.Method.Name + ": " + exception);
            }
        }
        Console.WriteLine("Extensions: " + (Tests.Length - failed) + " passed, " + failed + " failed");
        return failed == 0 ? 0 : 1;
    }

    private static void Equal<T>(T expected, T actual)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new InvalidOperationException("is " + actual + ", expected " + expected);
        }
    }

    private static T Throws<T>(Action action) where T : Exception
    {
        try
        {
            action();
        }
        catch (T expected)
        {
            return expected;
        }
        throw new InvalidOperationException("no " + typeof(T).Name + " was thrown");
    }

    private static Dictionary<string, string> Pairs(params string[] texts) =>
        texts.Select(text => text.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair.Length == 2 ? pair[1] : null);

    private static Dictionary<string, string> Here() => Pairs(
        "endpoint=" + Endpoint,
        "region=cn-hangzhou",
        "AccessKeyId=" + Environment.GetEnvironmentVariable("OSS_ACCESS_KEY_ID"),
        "AccessKeySecret=" + Environment.GetEnvironmentVariable("OSS_ACCESS_KEY_SECRET"));

    private static void BucketsAreServices()
    {
        var services = new ServiceCollection();
        services.AddAlioss(Here()).AddAliossBucket("extensions-one").AddAliossBucket("extensions-two");
        Bucket bucket;
        using (var provider = services.BuildServiceProvider(true))
        {
            bucket = provider.GetRequiredService<Bucket>();
            Equal("extensions-one", bucket.Name);
            Equal(bucket, provider.GetRequiredKeyedService<Bucket>("extensions-one"));
            Equal("extensions-two", provider.GetRequiredKeyedService<Bucket>("extensions-two").Name);
            bucket.PutBucket();
            bucket.PutObject("hello.txt", "Hello, OSS!");
            Equal(11L, bucket.HeadObject("hello.txt").ContentLength);
            Equal(1, provider.GetRequiredService<Service>().ListBuckets("extensions-one").Count());
        }
        // The application ends, and with it its buckets.
        Throws<ObjectDisposedException>(() => bucket.HeadObject("hello.txt"));
    }

    private static OssOptions Bound(params string[] texts)
    {
        var services = new ServiceCollection();
        services.AddAlioss(Pairs(texts));
        using (var provider = services.BuildServiceProvider())
        {
            return provider.GetRequiredService<IOptions<OssOptions>>().Value;
        }
    }

    private static void PairsAreOptions()
    {
        var options = Bound(
            "Region=cn-beijing", "attempts=7", "PoolSize=3", "READTIMEOUT=00:00:20", "TotalTimeout=0:01", "TlsMin=tls13",
            "PathStyle=true", "TrafficLimit=819200", "UserHeaders", "UserHeaders:x-oss-meta-a=b:c",
            "AdditionalSignedHeaders", "AdditionalSignedHeaders:0=host", "Credentials=anonymous");
        Equal("cn-beijing 7 3", options.Region + " " + options.Attempts + " " + options.PoolSize);
        Equal(TimeSpan.FromSeconds(20), options.ReadTimeout);
        Equal(TimeSpan.FromMinutes(1), options.TotalTimeout.Value);
        Equal(TlsVersion.Tls13, options.TlsMin.Value);
        Equal(true, options.PathStyle);
        Equal(819200L, options.TrafficLimit.Value);
        Equal("b:c", options.UserHeaders["x-oss-meta-a"]);
        Equal("host", options.AdditionalSignedHeaders.Single());
        Equal(true, options.Credentials != null);
    }

    /// <summary>Configurations have a text with nothing in it, or null, where a file has an empty array.</summary>
    private static void EmptyListsAreNoMistake()
    {
        foreach (string name in new[] { "AdditionalSignedHeaders", "UserHeaders", "resolve" })
        {
            foreach (string nothing in new[] { "=", "" })
            {
                var options = Bound(name + nothing);
                Equal(0, options.AdditionalSignedHeaders.Count + options.UserHeaders.Count + options.Resolve.Count);
                Bound(Configured("Alioss:" + name + nothing, "Alioss:Region=cn-beijing").GetSection("Alioss"));
            }
        }
    }

    private static void WrongPairsAreNamed()
    {
        foreach (string wrong in new[]
        {
            "Atempts=7", "Attempts=seven", "Attempts=99999999999", "ReadTimeout=soon", "TlsMin=ssl3", "Clock=now", "Session=a",
            "PathStyle=maybe", "UserHeaders=a", "Region:a=b",
        })
        {
            string name = wrong.Split('=')[0];
            var error = Throws<ArgumentException>(() => Bound(wrong));
            Equal(name, error.ParamName);
            Equal(true, error.Message.Contains("`" + name + "`") && error.Message.Contains("allowed"));
        }
        var half = Throws<ArgumentException>(() => Bound("AccessKeyId=id"));
        Equal("AccessKeySecret", half.ParamName);
        half = Throws<ArgumentException>(() => Bound("AccessKeySecret=s3cr3t"));
        Equal("AccessKeyId", half.ParamName);
        Equal(false, half.ToString().Contains("s3cr3t"));
    }

    private static IConfigurationRoot Configured(params string[] texts) =>
        new ConfigurationBuilder().AddInMemoryCollection(Pairs(texts)).Build();

    private static OssOptions Bound(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        services.AddAlioss(configuration);
        using (var provider = services.BuildServiceProvider())
        {
            return provider.GetRequiredService<IOptions<OssOptions>>().Value;
        }
    }

    private static void SectionsAreOptions()
    {
        var configuration = Configured(
            "Alioss:Region=cn-beijing", "Alioss:attempts=7", "Alioss:ReadTimeout=00:00:20", "Alioss:Resolve:a.example=127.0.0.1",
            "Alioss:UserHeaders:x-oss-meta-a=b:c", "Alioss:AdditionalSignedHeaders:0=host",
            "Alioss:AdditionalSignedHeaders:1=range", "Alioss:AccessKeyId=id", "Alioss:AccessKeySecret=secret", "Other:Region=mars");
        var options = Bound(configuration.GetSection("Alioss"));
        Equal("cn-beijing 7", options.Region + " " + options.Attempts);
        Equal(TimeSpan.FromSeconds(20), options.ReadTimeout);
        Equal("127.0.0.1", options.Resolve["a.example"]);
        Equal("b:c", options.UserHeaders["x-oss-meta-a"]);
        Equal("host range", string.Join(" ", options.AdditionalSignedHeaders.OrderBy(name => name)));
        Equal(true, options.Credentials != null);
        // A whole configuration, and one that there is nothing of.
        Equal("mars", Bound(Configured("Region=mars")).Region);
        Equal(null, Bound(configuration.GetSection("Nothing")).Region);

        // What it says once the options are first needed counts.
        var services = new ServiceCollection();
        services.AddAlioss(configuration.GetSection("Alioss")).AddAliossBucket("extensions-one");
        configuration["Alioss:Region"] = "cn-shanghai";
        using (var provider = services.BuildServiceProvider())
        {
            Equal("https://oss-cn-shanghai.aliyuncs.com", provider.GetRequiredService<Bucket>().Endpoint);
        }
    }

    private static void WrongSectionsAreNamed()
    {
        foreach (string wrong in new[] { "Atempts=7", "Attempts=seven", "UserHeaders=a", "TlsMax=1", "A:B:C=1" })
        {
            string name = "My:Alioss:" + wrong.Split('=')[0];
            var error = Throws<ArgumentException>(() => Bound(Configured("My:Alioss:" + wrong).GetSection("My:Alioss")));
            Equal(name, error.ParamName);
            Equal(true, error.Message.Contains("`" + name + "`") && error.Message.Contains("allowed"));
        }
        var half = Throws<ArgumentException>(() => Bound(Configured("Alioss:SecurityToken=s3cr3t").GetSection("Alioss")));
        Equal("Alioss:AccessKeyId", half.ParamName);
        Equal(false, half.ToString().Contains("s3cr3t"));
        Equal("Alioss", Throws<ArgumentException>(() => Bound(Configured("Alioss=cn-beijing").GetSection("Alioss"))).ParamName);
        Equal("configuration", Throws<ArgumentNullException>(() => Bound((IConfiguration)null)).ParamName);
    }

    /// <summary>What is not a text: a function, and a session, which is shared anyway.</summary>
    private static readonly string[] NoTexts = { nameof(OssOptions.Clock), nameof(OssOptions.Session) };

    private static void EveryOptionHasAName()
    {
        var samples = new Dictionary<Type, string>
        {
            [typeof(string)] = "anonymous", [typeof(Credentials)] = "anonymous",
            [typeof(int)] = "17", [typeof(long)] = "1700000", [typeof(TimeSpan)] = "00:00:17",
            [typeof(TlsVersion)] = "Tls13",
        };
        foreach (PropertyInfo property in typeof(OssOptions).GetProperties())
        {
            if (NoTexts.Contains(property.Name))
            {
                continue;
            }
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            object before = property.GetValue(new OssOptions());
            string given = type == typeof(bool) ? (!(bool)before).ToString() : property.CanWrite ? samples[type] : "value";
            object after = property.GetValue(Bound(property.Name + (property.CanWrite ? "=" : ":0=") + given));
            bool isSet = property.CanWrite ? !Equals(before, after) : ((System.Collections.IEnumerable)after).Cast<object>().Any();
            Equal(true, isSet);
        }
    }

    /// <summary>Where null is the default, a text with nothing in it stands for that.</summary>
    private static void NothingIsTheDefault()
    {
        foreach (PropertyInfo property in typeof(OssOptions).GetProperties().Where(one => !NoTexts.Contains(one.Name)))
        {
            object before = property.GetValue(new OssOptions());
            if (before == null)
            {
                Equal(null, property.GetValue(Bound(property.Name + "=")));
                // What a file says is taken back by a variable of the environment.
                Equal(null, property.GetValue(Bound(Configured("A:" + property.Name + "=").GetSection("A"))));
            }
            else if (property.CanWrite)
            {
                Equal(property.Name, Throws<ArgumentException>(() => Bound(property.Name + "=")).ParamName);
            }
            else
            {
                Equal(false, ((System.Collections.IEnumerable)property.GetValue(Bound(property.Name + "="))).Cast<object>().Any());
            }
        }
    }

    private static void KeysAreGivenOnce()
    {
        var both = Throws<ArgumentException>(() => Bound("AccessKeyId=id", "AccessKeySecret=s3cr3t", "credentials=anonymous"));
        Equal("credentials", both.ParamName);
        Equal(false, both.ToString().Contains("s3cr3t"));
        Equal(true, Bound("AccessKeyId=id", "AccessKeySecret=s3cr3t", "Credentials=").Credentials != null);
        // Keys with nothing in them, as a variable of the environment takes them back, are not given.
        var none = new[] { "AccessKeyId=", "AccessKeySecret=", "SecurityToken=" };
        Equal(null, Bound(none).Credentials);
        Equal("ecs-ram-role", Bound(none.Append("Credentials=ecs-ram-role").ToArray()).Credentials.Name);
        Equal("AccessKeySecret", Throws<ArgumentException>(() => Bound("AccessKeyId=id", "AccessKeySecret=")).ParamName);
        foreach (string wrong in new[] { "Tls12,Tls13", "13", "12", "0", "Tls12 Tls13" })
        {
            Equal("TlsMin", Throws<ArgumentException>(() => Bound("TlsMin=" + wrong)).ParamName);
        }
    }

    private static void SessionsOfTheApplicationAreTaken()
    {
        using (var session = new Session(new OssOptions { Region = "cn-hangzhou", Credentials = Credentials.Anonymous }))
        {
            var options = new OssOptions { Region = "cn-hangzhou", Credentials = Credentials.Anonymous, Session = session };
            using (var factory = new BucketFactory(options))
            {
                Equal("extensions-one", factory.GetBucket("extensions-one").Name);
                Equal("name", Throws<ArgumentNullException>(() => factory.GetBucket(null)).ParamName);
            }
            // What belongs to a session is not dropped without a word.
            options.Resolve["a.example"] = "127.0.0.1";
            using (var factory = new BucketFactory(options))
            {
                Equal("resolve", Throws<ArgumentException>(() => factory.GetBucket("extensions-one")).ParamName);
            }
        }
    }

    private static void OptionsOfTheApplicationAreTaken()
    {
        var services = new ServiceCollection();
        services.AddAlioss(options => options.Region = "cn-shanghai").AddAliossBucket("extensions-three");
        services.Configure<OssOptions>(options => options.Credentials = Credentials.Anonymous);
        using (var provider = services.BuildServiceProvider())
        {
            Equal("https://oss-cn-shanghai.aliyuncs.com", provider.GetRequiredService<Bucket>().Endpoint);
        }
        services.Configure<OssOptions>(options => options.Attempts = 1000);
        using (var provider = services.BuildServiceProvider())
        {
            Equal("attempts", Throws<ArgumentException>(() => provider.GetRequiredService<Bucket>()).ParamName);
        }
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        internal readonly List<string> All = new List<string>();

        public ILogger CreateLogger(string categoryName)
        {
            Equal("Alioss", categoryName);
            return this;
        }

        public IDisposable BeginScope<TState>(TState state) => null;

        public bool IsEnabled(Level level) => true;

        public void Log<TState>(
            Level level, EventId id, TState state, Exception exception, Func<TState, Exception, string> formatter)
        {
            lock (All)
            {
                All.Add(level + " " + formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }

    private static int Logged(Level least)
    {
        var lines = new Lines();
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(lines).SetMinimumLevel(least));
        services.AddAlioss(Here()).AddAliossBucket("extensions-one");
        using (var provider = services.BuildServiceProvider())
        {
            provider.GetRequiredService<Bucket>().HeadObject("hello.txt");
        }
        int count = lines.All.Count;
        // Nothing is logged once the application is over.
        using (var bucket = new Bucket(new OssOptions { Region = "cn-hangzhou", Endpoint = Endpoint }, "extensions-one"))
        {
            bucket.HeadObject("hello.txt");
        }
        Equal(count, lines.All.Count);
        Equal(false, lines.All.Any(line => line.Contains(Environment.GetEnvironmentVariable("OSS_ACCESS_KEY_SECRET"))));
        return count;
    }

    private static void LinesAreLogged()
    {
        Equal(true, Logged(Level.Trace) > 0);
        Equal(0, Logged(Level.None));
    }

    private static void FactoriesShareBuckets()
    {
        var factory = new BucketFactory(new OssOptions
        {
            Region = "cn-hangzhou", Credentials = Credentials.Anonymous, PoolSize = 2, UserHeaders = { ["x-oss-meta-a"] = "b" },
        });
        Equal(factory.GetBucket("extensions-one"), factory.GetBucket("extensions-one"));
        factory.Dispose();
        factory.Dispose();
        Throws<ObjectDisposedException>(() => factory.GetBucket("extensions-one"));
    }
}
