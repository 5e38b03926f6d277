using System;
#if !NET
using System.Collections.Generic;
using Alioss;
#endif
using static Harness;

/// <summary>Application domains that end before the process does, which Mono and .NET Framework have.</summary>
internal static class Domains
{
    internal static void DomainsMayEnd()
    {
#if !NET
        if (!OnMono)
        {
            return;
        }
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(300000));
            foreach (string leaves in new[] { "a writer", "a stream", "the log" })
            {
                var domain = AppDomain.CreateDomain(leaves);
                var other = (Leaves)domain.CreateInstanceAndUnwrap(typeof(Leaves).Assembly.FullName, typeof(Leaves).FullName);
                other.Behind(leaves, key);
                AppDomain.Unload(domain);
                // Whatever it has left: the process goes on, and calls with it.
                Equal(300000L, bucket.HeadObject(key).ContentLength);
            }
        }
#endif
    }
}

#if !NET
/// <summary>Lives in another domain, and leaves something there.</summary>
public sealed class Leaves : MarshalByRefObject
{
    /// <summary>Kept until the domain ends.</summary>
    private static readonly List<object> Left = new List<object>();

    /// <summary>Leaves what has this name.</summary>
    public void Behind(string what, string key)
    {
        var bucket = Bucket();
        switch (what)
        {
            case "a writer":
                var writer = bucket.OpenWrite(key + "-other");
                writer.Write(Pattern(10), 0, 10);
                Left.Add(writer);
                break;
            case "a stream":
                var stream = bucket.GetObject(key, new CallOptions { Prefetch = 2, PartSize = 102400 });
                stream.Read(new byte[10], 0, 10);
                Left.Add(stream);
                break;
            default:
                Oss.SetLog((level, line) => { }, LogLevel.Trace);
                bucket.HeadObject(key);
                break;
        }
    }
}
#endif
