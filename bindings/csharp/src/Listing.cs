using System;
using System.Collections;
using System.Collections.Generic;
using System.Threading;

namespace Alioss
{
    /// <summary>A listing that begins anew whenever it is enumerated; pages are fetched as they are needed.</summary>
    internal sealed class Listing<T> : IEnumerable<T> where T : class
    {
        private readonly Func<CancellationToken, Call> open;
        private readonly Reader read;
        private readonly CancellationToken cancellationToken;

        internal Listing(Func<CancellationToken, Call> open, Reader read, CancellationToken cancellationToken)
        {
            this.open = open;
            this.read = read;
            this.cancellationToken = cancellationToken;
        }

        internal unsafe delegate T Reader(Native.Entry* entry);

        public IEnumerator<T> GetEnumerator() => new Enumerator(this, cancellationToken);

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        /// <summary>The same, fetched on another thread.</summary>
        internal AsyncListing<T> Asynchronous() =>
            new AsyncListing<T>(cancel => new Enumerator(this, cancel), cancellationToken);

        private sealed class Enumerator : IEnumerator<T>, IPaged
        {
            private readonly Listing<T> listing;
            private readonly CancellationToken cancellationToken;
            private OneAtATime turn;
            private Call? call;
            private bool over;
            private volatile bool disposed;

            internal Enumerator(Listing<T> listing, CancellationToken cancellationToken)
            {
                this.listing = listing;
                this.cancellationToken = cancellationToken;
            }

            public T Current { get; private set; } = null!;

            object? IEnumerator.Current => Current;

            public bool IsReady => over || (call != null && Native.oss_call_next_is_ready(call.Handle) != 0);

            public bool MoveNext()
            {
                // In the middle of another step it is not over, whatever that says.
                turn.Enter();
                try
                {
                    return !over && Step();
                }
                finally
                {
                    turn.Leave();
                }
            }

            private unsafe bool Step()
            {
                over = true;
                Current = null!;
                if (call == null)
                {
                    call = listing.open(cancellationToken);
                    if (disposed)
                    {
                        // Meanwhile.
                        call.Dispose();
                        return false;
                    }
                }
                call.BeginUse();
                try
                {
                    Native.Entry* entry = call.Next();
                    if (entry == null)
                    {
                        return false;
                    }
                    Current = listing.read(entry);
                    over = disposed;
                    return true;
                }
                catch (OperationCanceledException) when (disposed)
                {
                    return false;
                }
                finally
                {
                    call.EndUse();
                }
            }

            public void Reset()
            {
                throw new NotSupportedException();
            }

            public void Dispose()
            {
                over = disposed = true;
                if (call != null)
                {
                    call.Dispose();
                }
            }
        }
    }
}
