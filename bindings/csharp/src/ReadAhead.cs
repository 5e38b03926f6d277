using System;
using System.Diagnostics;
using System.IO;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    /// <summary>
    /// The body of an answer with a buffer that a thread of the library fills while another takes from it. Only one thread
    /// at a time reads from the library: it holds <see cref="reading"/>. The filled part of the ring belongs to who takes,
    /// the rest to who fills; the numbers that say which is which belong to the lock.
    /// </summary>
    /// <remarks>
    /// To wake a thread costs more than to read from the network what it was woken for. So a thread that fills goes on
    /// until the ring is nearly full, and begins only when it is nearly empty; and who waits for a fast network sleeps until
    /// there is much to take, or until <see cref="HeldBack"/> finds that it takes long. Who takes lays hold of much at once,
    /// and then needs no lock for small pieces of it.
    /// </remarks>
    internal sealed class ReadAhead : IDisposable
    {
        private const int Most = Buffers.ReadAheadSize;

        /// <summary>What is taken at a time.</summary>
        private const int Batch = 64 * 1024;

        private static readonly Action<object?> CancelAction = state => ((ReadAhead)state!).Cancel();

        private readonly object gate = new object();
        private readonly CallHandle? call;
        private readonly Stream? content;
        private readonly CancellationToken token;
        private readonly OssResponse? response;
        private readonly int capacity;
        private byte[]? ring;
        private int head;
        private int used;
        private bool reading;
        private bool over;
        private volatile bool disposed;
        private Exception? failure;

        /// <summary>Whether all reading has been ended, and what tells those who wait for something else meanwhile.</summary>
        private bool isEnded;
        private CancellationTokenSource? ended;

        /// <summary>
        /// The batch that is being taken: how long it is, part of what is used, how much of it has gone, and the ring, whose
        /// bytes nobody else touches until the next batch.
        /// </summary>
        private int batch;
        private int gone;
        private byte[]? batchRing;
        private TaskCompletionSource<bool>? waiter;
        private FillWork? filling;

        /// <summary>Whether the last wait for bytes was so short that it would have been worth waiting for more.</summary>
        private bool fast;
        private long waitingSince;

        /// <summary>Belongs to <see cref="HeldBack"/>.</summary>
        internal bool IsWatched;

        /// <summary>Reads the body of a call, which from now on belongs to this.</summary>
        internal ReadAhead(CallHandle call, CancellationToken token, long length, OssResponse response)
        {
            this.call = call;
            this.token = token;
            this.response = response;
            // One byte more than there is, so that the same fill finds the end.
            capacity = length < 0 ? Most : (int)Math.Min(length + 1, Most);
        }

        /// <summary>Reads a stream instead.</summary>
        internal ReadAhead(Stream content)
        {
            this.content = content;
            capacity = Most;
        }

        /// <summary>Waits for at least one byte; 0 at the end.</summary>
        internal unsafe int Read(
            byte* target, int count, CancellationToken cancellationToken = default(CancellationToken))
        {
            int taken;
            if (TakeFromBatch(target, count, out taken))
            {
                return taken;
            }
            lock (gate)
            {
                int got;
                while (!Ready(target, count, cancellationToken, out got))
                {
                    if (!reading)
                    {
                        reading = true;
                        got = -1;
                        break;
                    }
                    Monitor.Wait(gate);
                }
                if (got >= 0)
                {
                    return got;
                }
            }
            // Nothing is buffered, so it goes where it is wanted at once.
            int direct = ReadNow(target, count);
            lock (gate)
            {
                EndReading();
                if (direct < 0)
                {
                    Throw(cancellationToken);
                }
                return direct;
            }
        }

        /// <summary>
        /// Takes what is buffered; false if there is nothing yet, and then a task that ends when it is worth another try.
        /// </summary>
        internal unsafe bool TryTake(
            byte* target, int count, CancellationToken cancellationToken, out int got, out Task? more)
        {
            bool fill;
            bool ready;
            more = null;
            if (TakeFromBatch(target, count, out got))
            {
                return true;
            }
            lock (gate)
            {
                ready = Ready(target, count, cancellationToken, out got);
                fill = !reading && !over && failure == null && used <= capacity / 4;
                reading |= fill;
                if (!ready)
                {
                    waiter = waiter ?? new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
                    more = waiter.Task;
                    waitingSince = Stopwatch.GetTimestamp();
                }
            }
            if (!ready && fast)
            {
                HeldBack.Watch(this);
            }
            if (fill)
            {
                StartFilling();
            }
            return ready;
        }

        /// <summary>Says that <see cref="Fill"/> follows.</summary>
        internal void Reserve() => reading = true;

        /// <summary>Fills the buffer until it is nearly full or the body is over; on the calling thread.</summary>
        internal unsafe void Fill()
        {
            lock (gate)
            {
                ring = ring ?? (capacity == Most ? Buffers.TakeReadAhead() : new byte[capacity]);
            }
            for (;;)
            {
                int tail;
                int room;
                lock (gate)
                {
                    tail = (head + used) % capacity;
                    room = Math.Min(capacity - used, capacity - tail);
                    bool full = room == 0 || (capacity == Most && used > Most / 4 * 3);
                    if (disposed || over || failure != null || full)
                    {
                        EndReading();
                        return;
                    }
                }
                int got;
                fixed (byte* pointer = ring)
                {
                    got = ReadNow(pointer + tail, room);
                }
                lock (gate)
                {
                    used += disposed ? 0 : Math.Max(got, 0);
                    Tell();
                }
            }
        }

        /// <summary>Ends all reading once <paramref name="cancellationToken"/> is cancelled, until that is disposed.</summary>
        internal CancellationTokenRegistration CancelBy(CancellationToken cancellationToken) =>
            cancellationToken.CanBeCanceled
                ? cancellationToken.Register(CancelAction, this)
                : default(CancellationTokenRegistration);

        /// <summary>
        /// The same for the token that the body was asked for with, which else ends only a read that is under way.
        /// </summary>
        internal CancellationTokenRegistration CancelByOwn() => CancelBy(token);

        /// <summary>Cancelled once all reading is ended, by a token or a disposal.</summary>
        internal CancellationToken Ended
        {
            get
            {
                lock (gate)
                {
                    ended = ended ?? new CancellationTokenSource();
                    if (isEnded)
                    {
                        ended.Cancel();
                    }
                    return ended.Token;
                }
            }
        }

        public void Dispose()
        {
            lock (gate)
            {
                // First, so that who waits is told of the disposal, not of what that ends.
                disposed = true;
                used = 0;
                Recycle();
                Tell();
            }
            Cancel();
            // Whoever reads has a reference of its own.
            call?.Dispose();
            content?.Dispose();
        }

        private void StartFilling()
        {
            try
            {
                // Whoever reads is alone, so one is enough.
                Blocking.Enter(filling = filling ?? new FillWork(this));
            }
            catch (Exception exception)
            {
                lock (gate)
                {
                    failure = exception;
                    EndReading();
                }
            }
        }

        /// <summary>Has who waits take what there is, however little that is.</summary>
        internal void Hurry()
        {
            lock (gate)
            {
                if (waiter != null)
                {
                    fast = false;
                    Tell();
                }
            }
        }

        /// <summary>Copies what is left of the batch; false if that is nothing.</summary>
        private unsafe bool TakeFromBatch(byte* target, int count, out int got)
        {
            got = Math.Min(count, batch - gone);
            if (got <= 0 || disposed)
            {
                return false;
            }
            Marshal.Copy(batchRing!, head + gone, (IntPtr)target, got);
            Volatile.Write(ref gone, gone + got);
            return true;
        }

        /// <summary>
        /// Copies from the buffer, or says that there is no more; false if it is just empty. Within the gate, and only when
        /// the batch before is gone.
        /// </summary>
        private unsafe bool Ready(byte* target, int count, CancellationToken cancellationToken, out int got)
        {
            got = 0;
            head = (head + batch) % capacity;
            used -= disposed ? 0 : batch;
            batch = gone = 0;
            batchRing = null;
            Recycle();
            if (disposed)
            {
                throw new ObjectDisposedException(typeof(ObjectStream).FullName);
            }
            if (used == 0)
            {
                if (failure != null)
                {
                    Throw(cancellationToken);
                }
                return over;
            }
            batch = Math.Min(Math.Min(used, capacity - head), Batch);
            batchRing = ring;
            TakeFromBatch(target, count, out got);
            return true;
        }

        /// <summary>One read of the library; -1 if it failed, for the reason in <see cref="failure"/>.</summary>
        private unsafe int ReadNow(byte* target, int count)
        {
            try
            {
                long got = call == null ? ReadContent(target, count) : ReadCall(call, target, count);
                if (got == 0)
                {
                    End();
                }
                return (int)got;
            }
            catch (Exception exception)
            {
                lock (gate)
                {
                    failure = exception;
                }
                return -1;
            }
        }

        private unsafe long ReadCall(CallHandle handle, byte* target, int count)
        {
            bool held = false;
            try
            {
                handle.DangerousAddRef(ref held);
                long got;
                using (CancelBy(token))
                {
                    got = Native.oss_call_read(handle.DangerousGetHandle(), target, (UIntPtr)(uint)count);
                }
                if (got < 0)
                {
                    var error = OssException.From((int)-got, handle);
                    Thrown.Throw(handle.DangerousGetHandle(), error);
                    throw error;
                }
                return got;
            }
            finally
            {
                if (held)
                {
                    handle.DangerousRelease();
                }
            }
        }

        private unsafe int ReadContent(byte* target, int count)
        {
            var bytes = new byte[Math.Min(count, Buffers.Size)];
            int got = content!.Read(bytes, 0, bytes.Length);
            Marshal.Copy(bytes, 0, (IntPtr)target, got);
            return got;
        }

        /// <summary>All is read and found right: the library need not know of it any longer.</summary>
        private void End()
        {
            if (call != null)
            {
                response!.Verified = Native.oss_call_verified(call) != 0;
                call.Dispose();
            }
            lock (gate)
            {
                over = true;
            }
        }

        private void Cancel()
        {
            CancellationTokenSource? waits;
            lock (gate)
            {
                isEnded = true;
                waits = ended;
            }
            waits?.Cancel();
            try
            {
                if (call != null)
                {
                    Native.oss_call_cancel(call);
                }
            }
            catch (ObjectDisposedException)
            {
                // Nothing is left to be cancelled.
            }
            // What stands in line does not read yet, and may stand there for long.
            var inLine = Volatile.Read(ref filling);
            if (inLine == null || !Blocking.Leave(inLine))
            {
                return;
            }
            lock (gate)
            {
                failure = OssException.Plain((int)OssStatus.Cancelled, "the read was cancelled before it began");
                EndReading();
            }
        }

        /// <summary>Whoever has read lets others. Within the gate.</summary>
        private void EndReading()
        {
            reading = false;
            Recycle();
            Tell();
        }

        /// <summary>Says that something has changed. Within the gate.</summary>
        private void Tell()
        {
            Monitor.PulseAll(gate);
            if (waiter == null)
            {
                return;
            }
            int wanted = fast ? capacity / 4 * 3 : 1;
            if (used >= wanted || over || disposed || failure != null || !reading)
            {
                fast = Stopwatch.GetTimestamp() - waitingSince < Stopwatch.Frequency / 1000;
                waiter.SetResult(true);
                waiter = null;
            }
        }

        /// <summary>
        /// Lets others have the buffer when nothing comes any more; after a disposal a fill may still write into it. Within the
        /// gate.
        /// </summary>
        private void Recycle()
        {
            if (ring != null && used == 0 && (over || (disposed && !reading)))
            {
                // After a disposal in the middle somebody may still be copying out of it.
                if (Volatile.Read(ref gone) >= batch)
                {
                    Buffers.GiveReadAhead(ring);
                }
                ring = null;
            }
        }

        /// <summary>The exception for <paramref name="error"/>, of a read or copy with that token.</summary>
        internal Exception Failure(OssException error, CancellationToken cancellationToken) =>
            Call.Failure(error, cancellationToken.IsCancellationRequested ? cancellationToken : token);

        private void Throw(CancellationToken cancellationToken)
        {
            if (disposed)
            {
                throw new ObjectDisposedException(typeof(ObjectStream).FullName);
            }
            var error = failure as OssException;
            if (error != null)
            {
                throw Failure(error, cancellationToken);
            }
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(failure!).Throw();
        }

        /// <summary>Fills on a thread of the library.</summary>
        private sealed class FillWork : Blocking.Work
        {
            private readonly ReadAhead owner;

            internal FillWork(ReadAhead owner)
            {
                this.owner = owner;
            }

            internal override void Do() => owner.Fill();
        }
    }
}
