using System;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    /// <summary>
    /// Two tokens as one, for what knows only one. What they end says which of the two it was: that of the caller, not the
    /// one in between, by which nobody could tell whose it is.
    /// </summary>
    internal sealed class TokenPair : IDisposable
    {
        private readonly CancellationToken first;
        private readonly CancellationToken second;
        private readonly CancellationTokenSource? linked;

        /// <summary>If both are cancelled, it was <paramref name="second"/>.</summary>
        internal TokenPair(CancellationToken first, CancellationToken second)
        {
            this.first = first;
            this.second = second;
            if (first.CanBeCanceled && second.CanBeCanceled && first != second)
            {
                linked = CancellationTokenSource.CreateLinkedTokenSource(first, second);
                Token = linked.Token;
            }
            else
            {
                Token = first.CanBeCanceled ? first : second;
            }
        }

        /// <summary>Is cancelled as soon as one of the two is. It can be asked for that also after disposal.</summary>
        internal CancellationToken Token { get; }

        /// <summary>Runs what obeys the token on another thread.</summary>
        internal async Task<T> Run<T>(Func<T> work)
        {
            try
            {
                return await Blocking.Run(work, Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException exception) when (IsBy(exception))
            {
                throw Named(exception);
            }
        }

        public void Dispose() => linked?.Dispose();

        private bool IsBy(OperationCanceledException exception) =>
            linked != null && exception.CancellationToken == Token && Token.IsCancellationRequested;

        private OperationCanceledException Named(OperationCanceledException exception) =>
            new OperationCanceledException(
                exception.Message, OssException.Of(exception), second.IsCancellationRequested ? second : first);
    }
}
