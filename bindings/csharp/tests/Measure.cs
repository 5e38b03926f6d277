using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading.Tasks;

/// <summary>Measures an operation many times, and what is done with streams meanwhile.</summary>
internal static class Measure
{
    internal static void Drain(Stream stream, byte[] buffer)
    {
        using (stream)
        {
            while (stream.Read(buffer, 0, buffer.Length) > 0)
            {
            }
        }
    }

    internal static async Task DrainAsync(Stream stream, byte[] buffer)
    {
        using (stream)
        {
            while (await stream.ReadAsync(buffer, 0, buffer.Length).ConfigureAwait(false) > 0)
            {
            }
        }
    }

    internal static void ReadLines(Stream stream)
    {
        using (var reader = new StreamReader(stream))
        {
            while (reader.ReadLine() != null)
            {
            }
        }
    }

    internal static async Task ReadLinesAsync(Stream stream)
    {
        using (var reader = new StreamReader(stream))
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) != null)
            {
            }
        }
    }

    internal static void Copy(Stream stream)
    {
        using (stream)
        {
            stream.CopyTo(Stream.Null);
        }
    }

    internal static async Task CopyAsync(Stream stream)
    {
        using (stream)
        {
            await stream.CopyToAsync(Stream.Null).ConfigureAwait(false);
        }
    }

    internal static void Run(string[] names, string name, int count, Func<Task> action) =>
        Run(names, name, count, () => action().GetAwaiter().GetResult());

    internal static void Run(string[] names, string name, int count, Action action)
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
