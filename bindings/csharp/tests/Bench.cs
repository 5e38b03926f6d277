using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>
/// What calls cost this process: "bench" and the names of the measures, or all of them. For each: time on the clock, CPU
/// time of the process and bytes allocated, for one operation, the best of several rounds.
/// </summary>
internal static class Bench
{
    private static readonly string Lines = string.Concat(Enumerable.Range(0, 20000).Select(
        number => "line " + number + " of a text with lines of usual length\n"));

    internal static void Run(string[] names)
    {
        using (var bucket = Bucket())
        {
            bucket.PutObject("bench-1k", Pattern(1024));
            if (names.Contains("memory"))
            {
                // Alone, before there are large arrays.
                Memory(bucket);
                return;
            }
            bucket.PutObject("bench-1m", Pattern(1 << 20));
            bucket.PutObject("bench-64m", Pattern(64 << 20));
            bucket.PutObject("bench-lines", System.Text.Encoding.ASCII.GetBytes(Lines));
            var buffer = new byte[4096];
            Measure(names, "put-4k", 3000, () => bucket.PutObject("bench", buffer));
            Measure(names, "put-4k-async", 3000, () => bucket.PutObjectAsync("bench", buffer).Wait());
            Measure(names, "head", 3000, () => bucket.HeadObject("bench-1k"));
            Measure(names, "head-async", 3000, async () => await bucket.HeadObjectAsync("bench-1k"));
            Measure(names, "get-1k", 2000, () => Drain(bucket.GetObject("bench-1k"), buffer));
            Measure(names, "get-1k-async", 2000, async () => await DrainAsync(await bucket.GetObjectAsync("bench-1k"), buffer));
            Measure(names, "get-1m-4k", 40, () => Drain(bucket.GetObject("bench-1m"), buffer));
            Measure(names, "get-1m-4k-async", 40, async () => await DrainAsync(await bucket.GetObjectAsync("bench-1m"), buffer));
            Measure(names, "lines", 30, () => ReadLines(bucket.GetObject("bench-lines")));
            Measure(names, "lines-async", 30, async () => await ReadLinesAsync(await bucket.GetObjectAsync("bench-lines")));
            Measure(names, "get-64m", 2, () => Copy(bucket.GetObject("bench-64m")));
            Measure(names, "get-64m-async", 2, async () => await CopyAsync(await bucket.GetObjectAsync("bench-64m")));
        }
    }

    private static void Drain(Stream stream, byte[] buffer)
    {
        using (stream)
        {
            while (stream.Read(buffer, 0, buffer.Length) > 0)
            {
            }
        }
    }

    private static async Task DrainAsync(Stream stream, byte[] buffer)
    {
        using (stream)
        {
            while (await stream.ReadAsync(buffer, 0, buffer.Length).ConfigureAwait(false) > 0)
            {
            }
        }
    }

    private static void ReadLines(Stream stream)
    {
        using (var reader = new StreamReader(stream))
        {
            while (reader.ReadLine() != null)
            {
            }
        }
    }

    private static async Task ReadLinesAsync(Stream stream)
    {
        using (var reader = new StreamReader(stream))
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) != null)
            {
            }
        }
    }

    private static void Copy(Stream stream)
    {
        using (stream)
        {
            stream.CopyTo(Stream.Null);
        }
    }

    private static async Task CopyAsync(Stream stream)
    {
        using (stream)
        {
            await stream.CopyToAsync(Stream.Null).ConfigureAwait(false);
        }
    }

    private static void Measure(string[] names, string name, int count, Func<Task> action) =>
        Measure(names, name, count, () => action().GetAwaiter().GetResult());

    private static void Measure(string[] names, string name, int count, Action action)
    {
        if (names.Length > 0 && !names.Contains(name))
        {
            return;
        }
        double bestWall = double.MaxValue, bestCpu = double.MaxValue;
        long allocated = 0;
        for (int round = 0; round < 5; round++)
        {
            long bytes = Allocated();
            var cpu = Cpu();
            var watch = Stopwatch.StartNew();
            for (int turn = 0; turn < count; turn++)
            {
                action();
            }
            bestWall = Math.Min(bestWall, watch.Elapsed.TotalMilliseconds * 1000 / count);
            bestCpu = Math.Min(bestCpu, (Cpu() - cpu).TotalMilliseconds * 1000 / count);
            allocated = (Allocated() - bytes) / count;
        }
        Console.WriteLine("{0,-16} {1,10:F1} us {2,10:F1} us CPU {3,10} bytes", name, bestWall, bestCpu, allocated);
    }

    /// <summary>How the process grows while answers are thrown away undisposed.</summary>
    private static void Memory(Bucket bucket)
    {
        for (int turn = 0; turn <= 250000; turn++)
        {
            bucket.HeadObject("bench-1k");
            if (turn % 50000 == 0)
            {
                using (var process = Process.GetCurrentProcess())
                {
                    Console.WriteLine("{0,7} answers: {1} MiB", turn, process.WorkingSet64 >> 20);
                }
            }
        }
    }

    private static TimeSpan Cpu()
    {
        using (var process = Process.GetCurrentProcess())
        {
            return process.TotalProcessorTime;
        }
    }

#if NET
    private static long Allocated() => GC.GetTotalAllocatedBytes(true);
#else
    private static long Allocated() => 0;
#endif
}
