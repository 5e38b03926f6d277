using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    /// <summary>
    /// Runs what blocks on threads of its own, so that the thread pool, which grows slowly and serves everybody else, does
    /// not wait for the network. There are at most <see cref="MaxThreads"/>; further work waits in line. Of the threads that
    /// are idle the one that idled last is woken, so that the others end after a while.
    /// </summary>
    /// <remarks>
    /// A thread that runs a stream or callback of the caller's does not count meanwhile: what that waits for may itself need a
    /// thread from here. Nor does work wait in line that such a callback begins: those who stand there, and those who work, may
    /// be waiting for the callback. It has a line of its own, with as many threads.
    /// </remarks>
    internal static class Blocking
    {
        private static TimeSpan idleTime = TimeSpan.FromSeconds(10);
        private static readonly object Gate = new object();
        private static readonly Line Ordinary = new Line();
        private static readonly Line OfCallbacks = new Line();

        /// <summary>Whether what runs belongs to a callback of the caller's, also on other threads.</summary>
        private static readonly AsyncLocal<bool> InCallback = new AsyncLocal<bool>();
        private static readonly List<Worker> Idle = new List<Worker>();
        private static int maxThreads = 256;

        /// <summary>How long a stream is given to end by the token that it was passed.</summary>
        private const int HeedMs = 100;

        /// <summary>How a thread is started; tests have it fail.</summary>
        private static Action<Thread> start = StartThread;

        /// <summary>Among whose threads this one counts; null for threads of others, and while it is outside.</summary>
        [ThreadStatic]
        private static Line? counted;

        /// <summary>How many of these threads work at once at most, for each line.</summary>
        internal static int MaxThreads
        {
            get
            {
                lock (Gate)
                {
                    return maxThreads;
                }
            }

            set
            {
                lock (Gate)
                {
                    maxThreads = value;
                    while (TryServe())
                    {
                    }
                }
            }
        }

        /// <summary>
        /// Runs <paramref name="work"/>, which has to obey <paramref name="token"/> itself, and does not even begin once
        /// that is cancelled. <paramref name="after"/> is run on the same thread once the result is known.
        /// </summary>
        internal static Task<T> Run<T>(Func<T> work, CancellationToken token, Action<T>? after = null)
        {
            if (token.IsCancellationRequested)
            {
                var cancelled = Task.FromCanceled<T>(token);
                OssException.Remember(cancelled, NotBegun());
                return cancelled;
            }
            var made = new Work<T>(work, token, after);
            try
            {
                Enter(made);
            }
            catch (Exception exception)
            {
                return Task.FromException<T>(exception);
            }
            made.WatchToken();
            return made.Task;
        }

        /// <summary>
        /// Has this thread run what is the caller's, until the result is disposed; on any thread, and also within itself.
        /// </summary>
        internal static Away Outside()
        {
            var line = counted;
            if (line != null)
            {
                counted = null;
                lock (Gate)
                {
                    line.Busy--;
                    try
                    {
                        TryServe();
                    }
                    catch (Exception)
                    {
                        // There can be no other thread now: who waits in line has the next one that is free.
                    }
                }
            }
            bool isFirst = !InCallback.Value;
            if (isFirst)
            {
                InCallback.Value = true;
            }
            return new Away(line, isFirst);
        }

        /// <summary>The items of what is the caller's, which may have them from calls of this library.</summary>
        internal static List<T> ListOf<T>(IEnumerable<T> items)
        {
            using (Outside())
            {
                return new List<T>(items);
            }
        }

        /// <summary>
        /// Waits for what a stream of the caller's does; false if the time of the call is over before. Who is not waited for any
        /// more, which may be after any exception, goes on: what it was given is its own from then on.
        /// </summary>
        /// <exception cref="OperationCanceledException">The token was cancelled, and the stream does not heed it.</exception>
        internal static bool TryWait(Task task, CancellationToken token, TimeLimit? limit)
        {
            if (task == null)
            {
                throw new InvalidOperationException("an asynchronous method of a stream returned null, not a task");
            }
            if (!task.IsCompleted)
            {
                using (Outside())
                {
                    // Without an end there is nothing to look at meanwhile.
                    if ((token.CanBeCanceled || limit != null) && !EndsInTime(task, token, limit))
                    {
                        return false;
                    }
                    task.GetAwaiter().GetResult();
                }
            }
            task.GetAwaiter().GetResult();
            return true;
        }

        /// <summary>Whether a task ends, however it does, before the time of its call.</summary>
        private static bool EndsInTime(Task task, CancellationToken token, TimeLimit? limit)
        {
            try
            {
                if (task.Wait(limit == null ? Timeout.Infinite : limit.LeftMs, token))
                {
                    return true;
                }
            }
            catch (AggregateException)
            {
                return true;
            }
            catch (OperationCanceledException)
            {
                // A stream that heeds the token ends now, and says how.
                if (Task.WaitAny(new[] { task }, HeedMs) == 0)
                {
                    return true;
                }
                Forget(task);
                var error = OssException.Plain((int)OssStatus.Cancelled, "the call was cancelled while it waited for a stream");
                throw Call.Failure(error, token);
            }
            Forget(task);
            return false;
        }

        /// <summary>Lets a task end when it likes: nobody is told of what it throws.</summary>
        private static void Forget(Task task) =>
            task.ContinueWith(
                late => GC.KeepAlive(late.Exception),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);

        /// <summary>Starts a thread that keeps nothing of the context it is started in.</summary>
        private static void StartThread(Thread thread)
        {
#if NET
            thread.UnsafeStart();
#else
            thread.Start();
#endif
        }

        /// <summary>Puts work in line and sees to it that a thread does it; if none can be started, it is not in line.</summary>
        internal static void Enter(Work work)
        {
            lock (Gate)
            {
                work.Line = InCallback.Value ? OfCallbacks : Ordinary;
                work.Place = work.Line.Waiting.AddLast(work);
                try
                {
                    TryServe();
                }
                catch
                {
                    // Nobody waits for it any more, so nobody may do it.
                    TakeOut(work);
                    throw;
                }
            }
        }

        /// <summary>Takes work out of the line; whether it was still there. If so, nobody does it.</summary>
        internal static bool Leave(Work work)
        {
            lock (Gate)
            {
                return TakeOut(work);
            }
        }

        /// <summary>The same within the gate.</summary>
        private static bool TakeOut(Work work)
        {
            if (work.Place == null)
            {
                return false;
            }
            work.Line!.Waiting.Remove(work.Place);
            work.Place = null;
            return true;
        }

        /// <summary>Gives the first work in line a thread, if there is work and may be a thread. Within the gate.</summary>
        private static bool TryServe()
        {
            var line = NextLine();
            if (line == null)
            {
                return false;
            }
            if (Idle.Count > 0)
            {
                var worker = Idle[Idle.Count - 1];
                Idle.RemoveAt(Idle.Count - 1);
                worker.Wake(TakeFirst(line));
                return true;
            }
            var first = new Worker();
            start(new Thread(first.Loop) { IsBackground = true, Name = "alioss" });
            first.Wake(TakeFirst(line));
            return true;
        }

        /// <summary>A line in which work waits that may have a thread; null if there is none.</summary>
        private static Line? NextLine() => OfCallbacks.MayServe ? OfCallbacks : Ordinary.MayServe ? Ordinary : null;

        /// <summary>The first work in line, which has a thread from now on.</summary>
        private static Work TakeFirst(Line line)
        {
            var work = line.Waiting.First!.Value;
            TakeOut(work);
            line.Busy++;
            return work;
        }

        /// <summary>What was cancelled in line.</summary>
        private static OssException NotBegun() =>
            OssException.Plain((int)OssStatus.Cancelled, "the call was cancelled before it began");

        /// <summary>Work that waits for a thread, and how many threads have such work. Within the gate.</summary>
        internal sealed class Line
        {
            internal readonly LinkedList<Work> Waiting = new LinkedList<Work>();

            /// <summary>Threads that work, and are not outside.</summary>
            internal int Busy;

            internal bool MayServe => Waiting.Count > 0 && Busy < maxThreads;
        }

        /// <summary>Ends what <see cref="Outside"/> has begun.</summary>
        internal struct Away : IDisposable
        {
            private readonly Line? line;
            private readonly bool isFirst;

            internal Away(Line? line, bool isFirst)
            {
                this.line = line;
                this.isFirst = isFirst;
            }

            public void Dispose()
            {
                if (isFirst)
                {
                    InCallback.Value = false;
                }
                if (line != null)
                {
                    lock (Gate)
                    {
                        line.Busy++;
                    }
                    counted = line;
                }
            }
        }

        /// <summary>A thread with what it is to do next.</summary>
        private sealed class Worker : IDisposable
        {
            // Not a monitor: whoever is woken by one first waits for who wakes it to leave the lock.
            private readonly AutoResetEvent woken = new AutoResetEvent(false);
            private Work? next;

            internal void Wake(Work work)
            {
                Volatile.Write(ref next, work);
                woken.Set();
            }

            public void Dispose() => woken.Dispose();

            internal void Loop()
            {
                for (var work = Next(); work != null; work = Next())
                {
                    do
                    {
                        counted = work.Line;
                        work.Do();
                    }
                    while ((work = Another()) != null);
                }
                Dispose();
            }

            /// <summary>What is first in line, without a pause; null, and this thread idles.</summary>
            private Work? Another()
            {
                lock (Gate)
                {
                    counted!.Busy--;
                    counted = null;
                    var line = NextLine();
                    if (line != null)
                    {
                        return TakeFirst(line);
                    }
                    Idle.Add(this);
                    return null;
                }
            }

            /// <summary>Waits for work; null after a while without any.</summary>
            private Work? Next()
            {
                if (!woken.WaitOne(idleTime))
                {
                    lock (Gate)
                    {
                        // Who is no longer among the idle ones is being woken.
                        if (Volatile.Read(ref next) == null)
                        {
                            Idle.Remove(this);
                            return null;
                        }
                    }
                    woken.WaitOne();
                }
                var work = Volatile.Read(ref next);
                next = null;
                return work;
            }
        }

        /// <summary>Something to be done once.</summary>
        internal abstract class Work
        {
            /// <summary>Its place in line; null once it has left.</summary>
            internal LinkedListNode<Work>? Place;

            /// <summary>The line that it stands in, or has stood in.</summary>
            internal Line? Line;

            internal abstract void Do();
        }

        private sealed class Work<T> : Work
        {
            private static readonly Action<object?> CancelAction = state => ((Work<T>)state!).Cancel();
            private static readonly ContextCallback Body = state => ((Work<T>)state!).Complete();

            private readonly TaskCompletionSource<T> source =
                new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);

            private readonly Func<T> work;
            private readonly Action<T>? after;
            private readonly CancellationToken token;
            private readonly ExecutionContext? context = ExecutionContext.Capture();
            private CancellationTokenRegistration registration;

            internal Work(Func<T> work, CancellationToken token, Action<T>? after)
            {
                this.work = work;
                this.token = token;
                this.after = after;
            }

            internal Task<T> Task => source.Task;

            /// <summary>Lets a wait in line be cancelled.</summary>
            internal void WatchToken()
            {
                if (!token.CanBeCanceled || !IsWaiting(default(CancellationTokenRegistration)))
                {
                    return;
                }
                var made = token.Register(CancelAction, this);
                if (!IsWaiting(made))
                {
                    made.Dispose();
                }
            }

            internal override void Do()
            {
                if (context == null)
                {
                    Complete();
                }
                else
                {
                    ExecutionContext.Run(context, Body, this);
                }
            }

            /// <summary>Whether it is in line; then it has the registration of its token, and ends it.</summary>
            private bool IsWaiting(CancellationTokenRegistration made)
            {
                lock (Gate)
                {
                    if (Place == null)
                    {
                        return false;
                    }
                    registration = made;
                    return true;
                }
            }

            private void Cancel()
            {
                if (Leave(this))
                {
                    OssException.Remember(source.Task, NotBegun());
                    source.TrySetCanceled(token);
                }
            }

            private void Complete()
            {
                registration.Dispose();
                T result;
                try
                {
                    result = work();
                }
                catch (OperationCanceledException exception)
                    when (token.IsCancellationRequested && exception.CancellationToken == token)
                {
                    // Such a task keeps no exception.
                    OssException.Remember(source.Task, OssException.Of(exception));
                    source.TrySetCanceled(token);
                    return;
                }
                catch (Exception exception)
                {
                    source.SetException(exception);
                    return;
                }
                source.SetResult(result);
                after?.Invoke(result);
            }
        }
    }
}
