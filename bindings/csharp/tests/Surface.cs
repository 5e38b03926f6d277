using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Reflection;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>What holds for all public methods of buckets and services, found by reflection, so that a new one is looked at too.</summary>
internal static class Surface
{
    private const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static IEnumerable<MethodInfo> Methods() =>
        new[] { typeof(Bucket), typeof(Service) }.SelectMany(type => type.GetMethods(Public)).Where(one => !one.IsSpecialName);

    private static IEnumerable<MethodInfo> AsyncMethods() =>
        Methods().Where(one => one.Name.EndsWith("Async", StringComparison.Ordinal));

    private static string Show(MethodInfo method) =>
        method.DeclaringType.Name + "." + method.Name + "("
        + string.Join(", ", method.GetParameters().Select(one => one.ParameterType.Name + " " + one.Name)) + ")";

    private static void None(IEnumerable<string> wrong, string what)
    {
        var all = wrong.Distinct().ToList();
        Check(all.Count == 0, what + ":\n" + string.Join("\n", all));
    }

    internal static void TokensFollowWhatHasToBeGiven()
    {
        Check(AsyncMethods().Count() > 150, AsyncMethods().Count() + " asynchronous methods");
        var wrong = new List<string>();
        foreach (MethodInfo method in AsyncMethods())
        {
            var parameters = method.GetParameters();
            if (parameters.Length == 0 || parameters.Last().ParameterType != typeof(CancellationToken))
            {
                wrong.Add(Show(method) + " takes no token");
                continue;
            }
            var needed = parameters.Where(one => !one.HasDefaultValue).Select(one => one.ParameterType).ToList();
            if (needed.LastOrDefault() != typeof(CancellationToken))
            {
                needed.Add(typeof(CancellationToken));
            }
            if (method.DeclaringType.GetMethod(method.Name, Public, null, needed.ToArray(), null) == null)
            {
                wrong.Add(Show(method) + " has no form of " + string.Join(", ", needed.Select(one => one.Name)));
            }
        }
        None(wrong, "a token is out of reach");
    }

    internal static void EverySynchronousMethodHasAnAsynchronousOne()
    {
        var names = new HashSet<string>(AsyncMethods().Select(one => one.DeclaringType.Name + one.Name));
        // What needs neither network nor file, or is a stream that has both forms itself.
        string[] needless = { "Dispose", "OpenWrite", "ToString", "Equals", "GetHashCode" };
        None(
            Methods().Where(one => !one.Name.EndsWith("Async", StringComparison.Ordinal) && !needless.Contains(one.Name)
                && !names.Contains(one.DeclaringType.Name + one.Name + "Async")).Select(Show),
            "no asynchronous form");
    }

    /// <summary>What a method returns, without what stands around it.</summary>
    private static Type Result(Type type)
    {
        while (type.IsGenericType)
        {
            type = type.GetGenericArguments()[0];
        }
        return type;
    }

    internal static void ResultsCanBeMade()
    {
        var results = Methods().Select(one => Result(one.ReturnType)).Where(one => one.Assembly == typeof(Bucket).Assembly)
            .Distinct().ToList();
        Check(results.Count > 15, results.Count + " results");
        None(results.Where(one => one.GetConstructors().Length == 0).Select(one => one.Name), "without a public constructor");
    }

    private static object Sample(Type type)
    {
        if (type == typeof(string))
        {
            return "a";
        }
        if (type == typeof(byte[]))
        {
            return new byte[1];
        }
        if (type == typeof(Stream))
        {
            return new MemoryStream();
        }
        if (type == typeof(Uri))
        {
            return new Uri("http://127.0.0.1/a");
        }
        if (type == typeof(Encoding))
        {
            return Encoding.UTF8;
        }
        if (type == typeof(ArraySegment<byte>))
        {
            return new ArraySegment<byte>(new byte[1]);
        }
        if (type.IsValueType || typeof(Delegate).IsAssignableFrom(type))
        {
            return type.IsValueType ? Activator.CreateInstance(type) : null;
        }
        if (type.IsGenericType)
        {
            return Array.CreateInstance(type.GetGenericArguments()[0], 0);
        }
        return Activator.CreateInstance(type);
    }

    private static bool IsTask(MethodInfo method) => typeof(Task).IsAssignableFrom(method.ReturnType);

    /// <summary>What a call of a method throws before it returns a task; null if it returns one.</summary>
    private static Exception Thrown(object target, MethodInfo method, object[] arguments)
    {
        try
        {
            var task = method.Invoke(target, arguments) as Task;
            if (task != null)
            {
                // Nobody is to miss what it fails with.
                task.ContinueWith(ended => ended.Exception, TaskScheduler.Default);
            }
            return null;
        }
        catch (TargetInvocationException exception)
        {
            return exception.InnerException;
        }
    }

    /// <summary>Samples for all parameters; the token is cancelled, so that nothing is sent.</summary>
    private static object[] Arguments(MethodInfo method) =>
        method.GetParameters().Select(one => one.ParameterType == typeof(CancellationToken) ? new CancellationToken(true)
            : one.HasDefaultValue ? null : Sample(one.ParameterType)).ToArray();

    private static object Target(MethodInfo method, Bucket bucket, Service service) =>
        method.DeclaringType == typeof(Bucket) ? (object)bucket : service;

    /// <summary>Methods with a parameter, by its place, that is text.</summary>
    private static void EachText(Action<MethodInfo, int> action)
    {
        int texts = 0;
        foreach (MethodInfo method in AsyncMethods())
        {
            var parameters = method.GetParameters();
            for (int at = 0; at < parameters.Length; at++)
            {
                if (parameters[at].ParameterType == typeof(string) && parameters[at].Name != "text")
                {
                    texts++;
                    action(method, at);
                }
            }
        }
        Check(texts > 150, texts + " texts");
    }

    internal static void TextsThatCannotBeAreRefusedAtTheCall()
    {
        var wrong = new List<string>();
        using (var bucket = Bucket())
        using (var service = new Service(Options()))
        {
            EachText((method, at) =>
            {
                foreach (string bad in new[] { "a\0b", "a\ud800" })
                {
                    var arguments = Arguments(method);
                    arguments[at] = bad;
                    var thrown = Thrown(Target(method, bucket, service), method, arguments) as ArgumentException;
                    string name = method.GetParameters()[at].Name;
                    if (thrown == null || thrown.ParamName != name)
                    {
                        wrong.Add(Show(method) + ": " + name + (thrown == null ? "" : " (" + thrown.ParamName + ")"));
                    }
                }
            });
        }
        None(wrong, "a text with a NUL or half a surrogate pair is not refused at the call");
    }

    internal static void WhatIsDisposedSaysSoAtTheCall()
    {
        var bucket = Bucket();
        var service = new Service(Options());
        bucket.Dispose();
        service.Dispose();
        None(
            AsyncMethods().Where(IsTask)
                .Where(one => !(Thrown(Target(one, bucket, service), one, Arguments(one)) is ObjectDisposedException))
                .Select(Show),
            "no ObjectDisposedException at the call");
    }

#if NET
    /// <summary>Also where a distribution has named it after itself.</summary>
    internal static void PlatformsAreCalledAsInPackages()
    {
        var portable = typeof(Bucket).Assembly.GetType("Alioss.Loader")
            .GetMethod("Portable", BindingFlags.NonPublic | BindingFlags.Static);
        foreach (string pair in new[]
        {
            "linux-x64 linux-x64", "ubuntu.24.04-x64 linux-x64", "fedora.41-arm64 linux-arm64", "linux-musl-x64 linux-musl-x64",
            "alpine.3.20-arm64 linux-musl-arm64",
        })
        {
            Equal(pair.Split(' ')[1], (string)portable.Invoke(null, new object[] { pair.Split(' ')[0] }));
        }
    }

    internal static void NullsAreRefusedAtTheCall()
    {
        var wrong = new List<string>();
        int nulls = 0;
        var context = new NullabilityInfoContext();
        using (var bucket = Bucket())
        using (var service = new Service(Options()))
        {
            foreach (MethodInfo method in AsyncMethods())
            {
                foreach (ParameterInfo parameter in method.GetParameters())
                {
                    if (parameter.ParameterType.IsValueType || context.Create(parameter).WriteState != NullabilityState.NotNull)
                    {
                        continue;
                    }
                    nulls++;
                    var arguments = Arguments(method);
                    arguments[parameter.Position] = null;
                    var thrown = Thrown(Target(method, bucket, service), method, arguments) as ArgumentNullException;
                    if (thrown == null || thrown.ParamName != parameter.Name)
                    {
                        wrong.Add(Show(method) + ": " + parameter.Name);
                    }
                }
            }
        }
        Check(nulls > 150, nulls + " parameters");
        None(wrong, "null is not refused at the call");
    }
#endif
}
