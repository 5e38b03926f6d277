using System;
using System.Threading;

namespace Alioss
{
    /// <summary>
    /// Lets one method at a time work with a stream or listing. Who comes meanwhile, on another thread or in a callback of the
    /// method that works, is refused: it would take or overwrite bytes that the other one uses. To be kept in a field that is
    /// not read-only.
    /// </summary>
    internal struct OneAtATime
    {
        private int taken;

        /// <summary>Whether a method works.</summary>
        internal bool IsTaken => Volatile.Read(ref taken) != 0;

        /// <summary>The refusal.</summary>
        internal static InvalidOperationException Busy =>
            new InvalidOperationException("it is in use: by another thread, or by the method that runs this callback");

        /// <summary>Whether nobody worked; then the caller does, until <see cref="Leave"/>.</summary>
        internal bool TryEnter() => Interlocked.CompareExchange(ref taken, 1, 0) == 0;

        /// <exception cref="InvalidOperationException">Another method works.</exception>
        internal void Enter()
        {
            if (!TryEnter())
            {
                throw Busy;
            }
        }

        internal void Leave() => Volatile.Write(ref taken, 0);
    }
}
