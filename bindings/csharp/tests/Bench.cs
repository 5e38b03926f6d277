using System;
using System.Diagnostics;
using System.Linq;
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
                Memory(bucket, names.Contains("nothing") ? int.Parse(names.Last()) : 0);
                return;
            }
            bucket.PutObject("bench-1m", Pattern(1 << 20));
            bucket.PutObject("bench-64m", Pattern(64 << 20));
            bucket.PutObject("bench-lines", System.Text.Encoding.ASCII.GetBytes(Lines));
            var buffer = new byte[4096];
            Measure.Run(names, "put-4k", 3000, () => bucket.PutObject("bench", buffer));
            Measure.Run(names, "put-4k-async", 3000, () => bucket.PutObjectAsync("bench", buffer).Wait());
            Measure.Run(names, "head", 3000, () => bucket.HeadObject("bench-1k"));
            Measure.Run(names, "head-async", 3000, async () => await bucket.HeadObjectAsync("bench-1k"));
            Measure.Run(names, "get-1k", 2000, () => Measure.Drain(bucket.GetObject("bench-1k"), buffer));
            Measure.Run(names, "get-1k-async", 2000, async () => await Measure.DrainAsync(await bucket.GetObjectAsync("bench-1k"), buffer));
            Measure.Run(names, "get-1m-4k", 40, () => Measure.Drain(bucket.GetObject("bench-1m"), buffer));
            Measure.Run(names, "get-1m-4k-async", 40, async () => await Measure.DrainAsync(await bucket.GetObjectAsync("bench-1m"), buffer));
            Measure.Run(names, "lines", 30, () => Measure.ReadLines(bucket.GetObject("bench-lines")));
            Measure.Run(names, "lines-async", 30, async () => await Measure.ReadLinesAsync(await bucket.GetObjectAsync("bench-lines")));
            Measure.Run(names, "get-64m", 2, () => Measure.Copy(bucket.GetObject("bench-64m")));
            Measure.Run(names, "get-64m-async", 2, async () => await Measure.CopyAsync(await bucket.GetObjectAsync("bench-64m")));
        }
    }

    /// <summary>
    /// How the process grows while answers are thrown away undisposed, and what is left when the collector has run.
    /// "memory nothing 650" makes arrays of so many bytes instead, which shows how far the collector lets a program go.
    /// </summary>
    private static void Memory(Bucket bucket, int arrays)
    {
#if NET
        long before = GC.GetAllocatedBytesForCurrentThread();
        bucket.HeadObject("bench-1k");
        long first = GC.GetAllocatedBytesForCurrentThread();
        bucket.HeadObject("bench-1k");
        Console.WriteLine("{0} bytes for the first, {1} for each", first - before, GC.GetAllocatedBytesForCurrentThread() - first);
#endif
        for (int turn = 0; turn <= 250000; turn++)
        {
            if (arrays > 0)
            {
                GC.KeepAlive(new byte[arrays]);
            }
            else
            {
                bucket.HeadObject("bench-1k");
            }
            if (turn % 50000 == 0)
            {
                using (var process = Process.GetCurrentProcess())
                {
                    Console.WriteLine("{0,7} answers: {1} MiB", turn, process.WorkingSet64 >> 20);
                }
            }
        }
        int collections = GC.CollectionCount(0);
        Console.WriteLine("{0} collections; left: {1} KiB", collections, GC.GetTotalMemory(true) >> 10);
    }
}
