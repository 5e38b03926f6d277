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
        public Task<IReadOnlyList<T>> ToListAsync(CancellationToken cancellationToken = default(CancellationToken))
        {
            var linked = CancellationTokenSource.CreateLinkedTokenSource(token, cancellationToken);
            return Blocking.Run<IReadOnlyList<T>>(() => All(linked), token.IsCancellationRequested ? token : cancellationToken);
        }

        private List<T> All(CancellationTokenSource linked)
        {
            using (linked)
            using (var enumerator = open(linked.Token))
            {
                var all = new List<T>();
                while (enumerator.MoveNext())
                {
                    all.Add(enumerator.Current);
                }
                return all;
            }
        }

        /// <summary>Where an <c>await foreach</c> is.</summary>
        public sealed class Enumerator
#if NET
            : IAsyncEnumerator<T>
#endif
        {
            private const int Most = 1000;

            private static readonly Task<bool> Yes = Task.FromResult(true);
            private static readonly Task<bool> No = Task.FromResult(false);

            private readonly CancellationTokenSource linked;
            private readonly IEnumerator<T> inner;
            private readonly List<T> batch = new List<T>();
            private int next;
            private bool over;

            internal Enumerator(
                Func<CancellationToken, IEnumerator<T>> open, CancellationToken first, CancellationToken second)
            {
                linked = CancellationTokenSource.CreateLinkedTokenSource(first, second);
                inner = open(linked.Token);
            }

            /// <summary>The entry that <see cref="MoveNextAsync"/> went to.</summary>
            public T Current { get; private set; } = null!;

            /// <summary>Goes to the next entry; false after the last one. Waits only for a new page.</summary>
            public Task<bool> MoveNextAsync()
            {
                if (next < batch.Count)
                {
                    Current = batch[next++];
                    return Yes;
                }
                return over ? No : Refill();
            }

#if NET
            ValueTask<bool> IAsyncEnumerator<T>.MoveNextAsync() =>
                next < batch.Count ? new ValueTask<bool>(Yes.Result && MoveNextAsync().Result) : new ValueTask<bool>(MoveNextAsync());

            ValueTask IAsyncDisposable.DisposeAsync() => new ValueTask(DisposeAsync());
#endif

            /// <summary>Ends the listing where it is.</summary>
            public Task DisposeAsync()
            {
                over = true;
                inner.Dispose();
                linked.Dispose();
                return Yes;
            }

            private async Task<bool> Refill()
            {
                batch.Clear();
                next = 0;
                over = await Blocking.Run(Fetch, linked.Token).ConfigureAwait(false);
                return await MoveNextAsync().ConfigureAwait(false);
            }

            /// <summary>Takes what a page has; whether that was the last.</summary>
            private bool Fetch()
            {
                while (batch.Count < Most)
                {
                    if (!inner.MoveNext())
                    {
                        return true;
                    }
                    batch.Add(inner.Current);
                }
                return false;
            }
        }
    }
}
