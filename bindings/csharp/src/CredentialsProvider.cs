using System;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    /// <summary>Why a <see cref="CredentialsProvider"/> is asked.</summary>
    public sealed class KeysRequest
    {
        internal KeysRequest(bool refused) => Refused = refused;

        /// <summary>
        /// Whether the service has refused the keys given before, as unknown or expired: others are needed.
        /// </summary>
        public bool Refused { get; }
    }

    /// <summary>
    /// Has keys from wherever a program gets them. May be used by several threads at once, for any number of buckets; see
    /// <see cref="Credentials.Provider"/>.
    /// </summary>
    public abstract class CredentialsProvider
    {
        /// <summary>
        /// The keys to sign with. Asked before every attempt to send a request, or, for keys with an
        /// <see cref="AccessKeys.Expiration"/>, by one request shortly before they end or when the service has refused
        /// them; that request waits for the answer. The token is cancelled when the request is cancelled or its time is
        /// over; then nobody waits any more. What this throws fails the call and comes back unchanged.
        /// </summary>
        public abstract Task<AccessKeys> GetKeysAsync(KeysRequest request, CancellationToken cancellationToken);

        /// <summary>The same for a request that is blocked until the answer is there.</summary>
        internal virtual AccessKeys GetKeys(IntPtr keys)
        {
            const int LookMs = 50;
            var request = new KeysRequest(Native.oss_keys_refused(keys) != 0);
            // Never disposed: who is not waited for any more may still look at its token.
            var over = new CancellationTokenSource();
            // On another thread: the synchronization context of this one may have to wait for this very call.
            var task = Task.Run(() => GetKeysAsync(request, over.Token)
                ?? throw new InvalidOperationException("GetKeysAsync of the credentials provider returned null, not a task"));
            while (Task.WaitAny(new Task[] { task }, LookMs) < 0)
            {
                if (Native.oss_keys_timeout_ms(keys) == 0)
                {
                    over.Cancel();
                    throw new OperationCanceledException(over.Token);
                }
            }
            return task.GetAwaiter().GetResult();
        }
    }

    /// <summary>A function that has keys at once.</summary>
    internal sealed class FunctionProvider : CredentialsProvider
    {
        private readonly Func<AccessKeys> function;

        internal FunctionProvider(Func<AccessKeys> function) => this.function = function;

        public override Task<AccessKeys> GetKeysAsync(KeysRequest request, CancellationToken cancellationToken) =>
            Task.FromResult(function());

        /// <summary>On the thread of the call, as it is promised.</summary>
        internal override AccessKeys GetKeys(IntPtr keys) => function();
    }
}
