using System;
using System.Diagnostics;
using System.Globalization;
using System.Threading;

namespace Alioss
{
    /// <summary>
    /// When the time of a call is over, for waits that the library knows nothing of: those for a stream of the caller's. It
    /// begins a moment before the library's own.
    /// </summary>
    internal sealed class TimeLimit
    {
        private readonly Stopwatch running = Stopwatch.StartNew();
        private readonly string option;
        private readonly long milliseconds;

        private TimeLimit(string option, TimeSpan time)
        {
            this.option = option;
            milliseconds = Config.Milliseconds(time);
        }

        /// <summary>How long a wait may be.</summary>
        internal int LeftMs => (int)Math.Max(0, Math.Min(milliseconds - running.ElapsedMilliseconds, int.MaxValue));

        /// <summary>What a call that ends by it fails of, in the words of the library.</summary>
        internal string Words => $"the call took longer than {option} ({InWords(milliseconds)})";

        private static string InWords(long milliseconds) =>
            milliseconds < 1000
                ? milliseconds + "ms"
                : (milliseconds / 1000m).ToString("0.###", CultureInfo.InvariantCulture) + "s";

        /// <summary>The limit of a call that begins now; null if it has none.</summary>
        internal static TimeLimit? Start(CallOptions? options, Handle owner)
        {
            if (options != null && options.Timeout.HasValue)
            {
                return new TimeLimit("timeout", options.Timeout.Value);
            }
            var whole = owner.TotalTimeout;
            return whole.HasValue && whole != Timeout.InfiniteTimeSpan ? new TimeLimit("total_timeout", whole.Value) : null;
        }
    }
}
