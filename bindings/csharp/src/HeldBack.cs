using System.Collections.Generic;
using System.Threading;

namespace Alioss
{
    /// <summary>
    /// Looks every few milliseconds after readers that sleep until there is much to take, so that a network that has become
    /// slow does not keep from them what has come. One timer serves all, and it stands still while nobody sleeps.
    /// </summary>
    internal static class HeldBack
    {
        private const int Period = 5;

        private static readonly List<ReadAhead> Sleepers = new List<ReadAhead>();
        private static readonly Timer Clock = NewClock();
        private static bool runs;

        /// <summary>Has <paramref name="sleeper"/> hurry after a while, unless it is watched already.</summary>
        internal static void Watch(ReadAhead sleeper)
        {
            lock (Sleepers)
            {
                if (sleeper.IsWatched)
                {
                    return;
                }
                sleeper.IsWatched = true;
                Sleepers.Add(sleeper);
                if (!runs)
                {
                    runs = true;
                    Clock.Change(Period, Period);
                }
            }
        }

        /// <summary>A timer that keeps nothing of the context in which it was first needed.</summary>
        private static Timer NewClock()
        {
            if (ExecutionContext.IsFlowSuppressed())
            {
                return new Timer(_ => Tick(), null, Timeout.Infinite, Timeout.Infinite);
            }
            using (ExecutionContext.SuppressFlow())
            {
                return new Timer(_ => Tick(), null, Timeout.Infinite, Timeout.Infinite);
            }
        }

        private static void Tick()
        {
            ReadAhead[] late;
            lock (Sleepers)
            {
                late = Sleepers.ToArray();
                Sleepers.Clear();
                foreach (var sleeper in late)
                {
                    sleeper.IsWatched = false;
                }
                if (late.Length == 0 && runs)
                {
                    runs = false;
                    Clock.Change(Timeout.Infinite, Timeout.Infinite);
                }
            }
            foreach (var sleeper in late)
            {
                sleeper.Hurry();
            }
        }
    }
}
