using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    /// <summary>
    /// Runs what blocks on threads of its own, so that the thread pool, which grows slowly and serves everybody else, does
    /// not wait for the network. Threads wait a while for more work, then end.
    /// </summary>
    internal static class Blocking
    {
        private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);
        private static readonly object Gate = new object();
        private static readonly List<Action> Waiting = new List<Action>();
        private static int idle;

        /// <summary>
        /// Runs <paramref name="work"/>, which has to obey <paramref name="token"/> itself, and does not even begin once
        /// that is cancelled.
        /// </summary>
        internal static Task<T> Run<T>(Func<T> work, CancellationToken token)
        {
            if (token.IsCancellationRequested)
            {
                return Task.FromCanceled<T>(token);
            }
            var source = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            var context = ExecutionContext.Capture();
            ContextCallback body = ignored => Complete(source, work, token);
            Start(() =>
            {
                if (context == null)
                {
                    body(null);
                }
                else
                {
                    ExecutionContext.Run(context, body, null);
                }
            });
            return source.Task;
        }

        private static void Complete<T>(TaskCompletionSource<T> source, Func<T> work, CancellationToken token)
        {
            try
            {
                source.SetResult(work());
            }
            catch (OperationCanceledException exception)
            {
                if (token.IsCancellationRequested && exception.CancellationToken == token)
                {
                    source.TrySetCanceled(token);
                }
                else
                {
                    source.SetException(exception);
                }
            }
            catch (Exception exception)
            {
                source.SetException(exception);
            }
        }

        private static void Start(Action work)
        {
            lock (Gate)
            {
                Waiting.Add(work);
                if (idle >= Waiting.Count)
                {
                    Monitor.Pulse(Gate);
                    return;
                }
            }
            new Thread(Work) { IsBackground = true, Name = "alioss" }.Start();
        }

        private static void Work()
        {
            for (;;)
            {
                Action work;
                lock (Gate)
                {
                    idle++;
                    try
                    {
                        while (Waiting.Count == 0)
                        {
                            if (!Monitor.Wait(Gate, IdleTime) && Waiting.Count == 0)
                            {
                                return;
                            }
                        }
                    }
                    finally
                    {
                        idle--;
                    }
                    work = Waiting[0];
                    Waiting.RemoveAt(0);
                }
                work();
            }
        }
    }
}
