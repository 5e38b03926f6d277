using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    /// <summary>
    /// A listing to be gone through with <c>await foreach</c>. It asks the service when it is enumerated, page by page, on
    /// another thread, and anew each time. For modern .NET it is an <c>IAsyncEnumerable</c>; for .NET Standard 2.0 it has the
    /// same methods, so <c>await foreach</c> takes it without any further package.
    /// </summary>
    public sealed class AsyncListing<T>
#if NET
        : IAsyncEnumerable<T>
#endif
        where T : class
    {
        private readonly Func<CancellationToken, IEnumerator<T>> open;
        private readonly CancellationToken token;

        /// <summary>These entries, for tests of programs that use this library.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="entries"/> is null.</exception>
        public AsyncListing(IEnumerable<T> entries)
        {
            if (entries == null)
            {
                throw new ArgumentNullException(nameof(entries));
            }
            open = ignored => entries.GetEnumerator();
        }

        internal AsyncListing(Func<CancellationToken, IEnumerator<T>> open, CancellationToken token)
        {
            this.open = open;
            this.token = token;
        }

        /// <summary>What <c>await foreach</c> calls. The token ends the listing, as does the one it was asked for with.</summary>
        public Enumerator GetAsyncEnumerator(CancellationToken cancellationToken = default(CancellationToken)) =>
            new Enumerator(open, token, cancellationToken);

#if NET
        IAsyncEnumerator<T> IAsyncEnumerable<T>.GetAsyncEnumerator(CancellationToken cancellationToken) =>
            GetAsyncEnumerator(cancellationToken);
#endif

        /// <summary>The whole list in memory.</summary>
        public async Task<IReadOnlyList<T>> ToListAsync(
            CancellationToken cancellationToken = default(CancellationToken))
        {
            using (var tokens = new TokenPair(token, cancellationToken))
            {
                return await tokens.Run(() => All(tokens.Token)).ConfigureAwait(false);
            }
        }

        private List<T> All(CancellationToken both)
        {
            using (var enumerator = open(both))
            {
                var all = new List<T>();
                while (enumerator.MoveNext())
                {
                    all.Add(enumerator.Current);
                }
                return all;
            }
        }

#if NETSTANDARD
#pragma warning disable CA1001 // It is disposed of as await foreach does that; an interface for it is only in later versions.
#endif
        /// <summary>Where an <c>await foreach</c> is. For one thread at a time.</summary>
        public sealed class Enumerator
#if NET
            : IAsyncEnumerator<T>
#endif
        {
            private static readonly Task<bool> Yes = Task.FromResult(true);
            private static readonly Task<bool> No = Task.FromResult(false);

            private readonly TokenPair tokens;
            private readonly IEnumerator<T> inner;
            private readonly List<T> page = new List<T>();
            private Task<bool> turning = No;
            private int next;
            private bool over;

            internal Enumerator(
                Func<CancellationToken, IEnumerator<T>> open, CancellationToken first, CancellationToken second)
            {
                tokens = new TokenPair(first, second);
                try
                {
                    inner = open(tokens.Token);
                }
                catch
                {
                    tokens.Dispose();
                    throw;
                }
            }

            /// <summary>The entry that <see cref="MoveNextAsync"/> went to.</summary>
            public T Current { get; private set; } = null!;

            /// <summary>
            /// Goes to the next entry; false after the last one. Waits only for a new page, and asks for none before the last one
            /// is used up. If a page cannot be fetched, that is the end: the entries before it are right, but they are not all.
            /// </summary>
            /// <exception cref="OssException">A page could not be fetched.</exception>
            /// <exception cref="OperationCanceledException">A token was cancelled. The exception has that one.</exception>
            /// <exception cref="InvalidOperationException">The last call has not ended yet.</exception>
            public Task<bool> MoveNextAsync()
            {
                if (!turning.IsCompleted)
                {
                    throw new InvalidOperationException("the last MoveNextAsync has not ended yet");
                }
                if (Step())
                {
                    return Yes;
                }
                return over ? No : turning = Turn();
            }

#if NET
            ValueTask<bool> IAsyncEnumerator<T>.MoveNextAsync() => new ValueTask<bool>(MoveNextAsync());

            ValueTask IAsyncDisposable.DisposeAsync() => new ValueTask(DisposeAsync());
#endif

            /// <summary>Ends the listing where it is, once a call of <see cref="MoveNextAsync"/> that runs has ended.</summary>
            public async Task DisposeAsync()
            {
                try
                {
                    await turning.ConfigureAwait(false);
                }
                catch (Exception)
                {
                    // Whoever called it has it.
                }
                over = true;
                page.Clear();
                inner.Dispose();
                tokens.Dispose();
            }

            /// <summary>Goes on in the page; false at its end.</summary>
            private bool Step()
            {
                if (next >= page.Count)
                {
                    return false;
                }
                Current = page[next++];
                return true;
            }

            private async Task<bool> Turn()
            {
                page.Clear();
                next = 0;
                over = true; // unless that works
                over = await tokens.Run(Fetch).ConfigureAwait(false);
                return Step();
            }

            /// <summary>Takes what a page has; whether that was the last.</summary>
            private bool Fetch()
            {
                do
                {
                    if (!inner.MoveNext())
                    {
                        return true;
                    }
                    page.Add(inner.Current);
                }
                while (inner is IPaged paged && paged.IsReady);
                return false;
            }
        }
    }

    /// <summary>What comes page by page.</summary>
    internal interface IPaged
    {
        /// <summary>Whether the next entry, or that there is none, is known without asking for a page.</summary>
        bool IsReady { get; }
    }
}
