using System;
using System.Collections.Generic;
using System.Runtime.ExceptionServices;

namespace Alioss
{
    /// <summary>
    /// What callbacks threw that know no call, those for keys and time: on the thread of a call or on one of its workers. It
    /// waits here for that call.
    /// </summary>
    internal static class Thrown
    {
        private static readonly Dictionary<IntPtr, ExceptionDispatchInfo> All =
            new Dictionary<IntPtr, ExceptionDispatchInfo>();

        /// <summary>How many wait: calls look here without a lock.</summary>
        private static volatile int count;

        /// <summary>Keeps what was first thrown for the call that this thread works for.</summary>
        internal static void Keep(Exception exception)
        {
            var call = Native.oss_current_call();
            lock (All)
            {
                if (call != IntPtr.Zero && !All.ContainsKey(call))
                {
                    All.Add(call, ExceptionDispatchInfo.Capture(exception));
                    count = All.Count;
                }
            }
        }

        /// <summary>Throws what was thrown for a call that ended with <paramref name="error"/>, if anything was.</summary>
        internal static void Throw(IntPtr call, OssException error)
        {
            var thrown = Take(call);
            if (thrown != null)
            {
                OssException.Remember(thrown.SourceException, error);
                thrown.Throw();
            }
        }

        /// <summary>What was thrown for a call since the last time; null if nothing was.</summary>
        internal static ExceptionDispatchInfo? Take(IntPtr call)
        {
            if (count == 0)
            {
                return null;
            }
            lock (All)
            {
                ExceptionDispatchInfo? thrown;
                if (All.TryGetValue(call, out thrown))
                {
                    All.Remove(call);
                    count = All.Count;
                }
                return thrown;
            }
        }
    }
}
