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
        internal static readonly Dictionary<IntPtr, ExceptionDispatchInfo> OfKeys =
            new Dictionary<IntPtr, ExceptionDispatchInfo>();

        internal static readonly Dictionary<IntPtr, ExceptionDispatchInfo> OfClocks =
            new Dictionary<IntPtr, ExceptionDispatchInfo>();

        private static readonly object Gate = new object();

        /// <summary>How many wait: calls look here without a lock.</summary>
        private static volatile int count;

        /// <summary>
        /// Keeps, with those of its kind, what was last thrown for the call that this thread works for: after what was thrown
        /// before, it went on.
        /// </summary>
        internal static void Keep(Exception exception, Dictionary<IntPtr, ExceptionDispatchInfo> kind)
        {
            var call = Native.oss_current_call();
            lock (Gate)
            {
                if (call == IntPtr.Zero)
                {
                    return;
                }
                count += kind.ContainsKey(call) ? 0 : 1;
                kind[call] = ExceptionDispatchInfo.Capture(exception);
            }
        }

        /// <summary>Throws what was thrown for a call that ended with <paramref name="error"/>, if anything was.</summary>
        internal static void Throw(IntPtr call, OssException error)
        {
            var thrown = TakeFor(call, error);
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
            lock (Gate)
            {
                var ofKeys = TakeFrom(OfKeys, call);
                var ofClocks = TakeFrom(OfClocks, call);
                return ofKeys ?? ofClocks;
            }
        }

        /// <summary>
        /// The same for a call that ended with <paramref name="error"/>, or well. What a function for keys threw counts only
        /// where there are no keys: with those that were still good the call has gone on, and may have failed for something
        /// else.
        /// </summary>
        internal static ExceptionDispatchInfo? TakeFor(IntPtr call, OssException? error)
        {
            if (error != null && error.Status == OssStatus.Credentials)
            {
                return Take(call);
            }
            if (count == 0)
            {
                return null;
            }
            lock (Gate)
            {
                return TakeFrom(OfClocks, call);
            }
        }

        private static ExceptionDispatchInfo? TakeFrom(Dictionary<IntPtr, ExceptionDispatchInfo> kind, IntPtr call)
        {
            ExceptionDispatchInfo? thrown;
            if (kind.TryGetValue(call, out thrown))
            {
                kind.Remove(call);
                count--;
            }
            return thrown;
        }
    }
}
