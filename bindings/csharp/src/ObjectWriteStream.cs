using System;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    /// <summary>
    /// An object that is written piece by piece, in parts as they fill up: forward only, for one thread at a time. It is
    /// there only if <see cref="Complete"/> or <see cref="CompleteAsync"/> returns; disposed before that, it is given up and
    /// what was sent of it deleted, so that an exception on the way stores no half object.
    /// </summary>
    /// <remarks>
    /// The first failure ends the object: all that writes or completes it afterwards throws that again. To delete what was sent
    /// takes up to 10 s then, or 2 s if it was cancelled or timed out. A method that is called
    /// while another one works, which may be by the handler of its progress, throws an <see cref="InvalidOperationException"/>
    /// and changes nothing; only <see cref="Abort"/> and <see cref="Stream.Dispose()"/> may be called at any time.
    /// </remarks>
    public sealed class ObjectWriteStream : Stream
    {
        private static readonly Action<object?> CancelAction = state => ((ObjectWriteStream)state!).Cancel();

        private readonly Call? call;
        private readonly WriterHandle? writer;
        private readonly Stream? target;
        private readonly OssResponse? response;
        private readonly byte[] pending = Buffers.Take();
        private OneAtATime turn;
        private int used;
        private long position;
        private volatile bool disposed;
        private bool completed;
        private bool aborted;

        /// <summary>What went wrong first; null if all is well.</summary>
        private ExceptionDispatchInfo? failure;

        /// <summary>
        /// One that writes to <paramref name="target"/>, for tests of programs that use this library;
        /// <see cref="Complete"/> returns <paramref name="response"/>. The target stays open.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="target"/> is null.</exception>
        public ObjectWriteStream(Stream target, OssResponse? response = null)
        {
            this.target = target ?? throw new ArgumentNullException(nameof(target));
            this.response = response ?? new OssResponse();
        }

        internal ObjectWriteStream(Call call, WriterHandle writer)
        {
            this.call = call;
            this.writer = writer;
            call.LetGo();
        }

        /// <summary>False.</summary>
        public override bool CanRead => false;

        /// <summary>False.</summary>
        public override bool CanSeek => false;

        /// <summary>True until the object is complete or the stream disposed.</summary>
        public override bool CanWrite => !disposed && !completed;

        /// <summary>Bytes written so far.</summary>
        public override long Length => position;

        /// <summary>Bytes written so far. Cannot be set.</summary>
        /// <exception cref="NotSupportedException">It is set.</exception>
        public override long Position
        {
            get { return position; }
            set { throw new NotSupportedException(); }
        }

        /// <summary>Takes the bytes; sends a part when it is full.</summary>
        /// <exception cref="OssException">A part could not be sent. The object cannot be completed any more.</exception>
        /// <exception cref="InvalidOperationException">The stream is in use, or the object complete.</exception>
        public override void Write(byte[] buffer, int offset, int count)
        {
            Check(buffer, offset, count);
            Enter();
            try
            {
                WriteNow(buffer, offset, count);
            }
            finally
            {
                turn.Leave();
            }
        }

        /// <summary>
        /// As <see cref="Write"/>, on another thread if something has to be sent. Cancelling gives the object up, even if the
        /// token was cancelled before: without these bytes it must not be complete.
        /// </summary>
        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            Check(buffer, offset, count);
            Enter();
            if (count < pending.Length - used && failure == null && !cancellationToken.IsCancellationRequested)
            {
                Take(buffer, offset, count);
                turn.Leave();
                return Task.FromResult(true);
            }
            return WorkLater(
                () =>
                {
                    WriteNow(buffer, offset, count);
                    return true;
                },
                cancellationToken);
        }

        /// <summary>Stores the object, which is compared with its CRC-64, and says what the service answered.</summary>
        /// <exception cref="OssException">It could not be stored; nothing is.</exception>
        /// <exception cref="InvalidOperationException">The stream is in use, or the object complete.</exception>
        public OssResponse Complete()
        {
            Enter();
            try
            {
                return CompleteNow();
            }
            finally
            {
                turn.Leave();
            }
        }

        /// <summary>
        /// As <see cref="Complete"/>, on another thread. Cancelling gives the object up, even if the token was cancelled before.
        /// </summary>
        public Task<OssResponse> CompleteAsync(CancellationToken cancellationToken = default(CancellationToken))
        {
            Enter();
            return WorkLater(CompleteNow, cancellationToken);
        }

        /// <summary>
        /// Gives the object up unless it is complete, and disposes of the stream; unlike <see cref="Stream.Dispose()"/> it says
        /// so if what was sent cannot be deleted. <see cref="Bucket.AbortUploadsBefore"/> can do it later.
        /// </summary>
        /// <exception cref="OssException">What was sent of the object is still there.</exception>
        public void Abort()
        {
            bool idle = turn.TryEnter();
            try
            {
                if (idle && !disposed && !completed && call != null)
                {
                    aborted = true;
                    AbortWriter();
                }
            }
            finally
            {
                if (idle)
                {
                    turn.Leave();
                }
                Dispose();
            }
        }

        private void AbortWriter()
        {
            call!.BeginUse();
            try
            {
                call.CheckWriter(Use((pointer, ignored) => Native.oss_writer_abort(pointer), IntPtr.Zero), writer!);
            }
            finally
            {
                call.EndUse();
            }
        }

        /// <summary>As <see cref="Abort"/>, on another thread.</summary>
        public Task AbortAsync(CancellationToken cancellationToken = default(CancellationToken)) =>
            Blocking.Run(
                () => Cancellable(cancellationToken, () =>
                {
                    Abort();
                    return true;
                }),
                cancellationToken);

#if NET
        /// <summary>Gives the object up unless it is complete, on another thread.</summary>
        public override async ValueTask DisposeAsync()
        {
            if (!disposed && !completed && writer != null)
            {
                await Blocking.Run(GiveUp, CancellationToken.None).ConfigureAwait(false);
            }
            await base.DisposeAsync().ConfigureAwait(false);
        }

        private bool GiveUp()
        {
            Dispose();
            return true;
        }
#endif

        /// <summary>Does nothing: parts are sent when they are full.</summary>
        /// <exception cref="InvalidOperationException">The stream is in use.</exception>
        public override void Flush()
        {
            if (turn.IsTaken && !disposed)
            {
                throw OneAtATime.Busy;
            }
        }

        /// <summary>Not supported.</summary>
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        /// <summary>Not supported.</summary>
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        /// <summary>Not supported.</summary>
        public override void SetLength(long value) => throw new NotSupportedException();

        /// <summary>
        /// Gives the object up unless it is complete. In the handler of its own progress this ends the method that reports it
        /// with an <see cref="ObjectDisposedException"/>.
        /// </summary>
        protected override void Dispose(bool disposing)
        {
            if (disposing && !disposed)
            {
                disposed = true;
                // For good: nobody works with it any more.
                bool idle = turn.TryEnter();
                if (idle && !completed && !aborted && writer != null)
                {
                    // What cannot be deleted now is a matter of AbortUploadsBefore.
                    Use((pointer, ignored) => Native.oss_writer_abort(pointer), IntPtr.Zero);
                }
                if (!completed)
                {
                    call?.GiveUp();
                }
                // In a callback of its own, and while another thread uses it, both go only when that is over.
                writer?.Dispose();
                call?.Dispose();
                if (idle)
                {
                    Buffers.Give(pending);
                }
            }
            base.Dispose(disposing);
        }

        private T Cancellable<T>(CancellationToken cancellationToken, Func<T> action)
        {
            using (cancellationToken.Register(CancelAction, this))
            {
                try
                {
                    return action();
                }
                catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
                {
                    throw new OperationCanceledException(exception.Message, OssException.Of(exception), cancellationToken);
                }
            }
        }

        private void Cancel()
        {
            try
            {
                if (call != null)
                {
                    Native.oss_call_cancel(call.Handle);
                }
            }
            catch (ObjectDisposedException)
            {
                // Nothing is left to be cancelled.
            }
        }

        /// <summary>Has the caller work, and nobody else before it leaves.</summary>
        private void Enter()
        {
            if (!turn.TryEnter())
            {
                Check();
                throw OneAtATime.Busy;
            }
            if (disposed || completed)
            {
                turn.Leave();
                Check();
            }
        }

        /// <summary>Does the work of who has entered on another thread, and leaves.</summary>
        private async Task<T> WorkLater<T>(Func<T> work, CancellationToken cancellationToken)
        {
            try
            {
                return await Blocking.Run(() => Cancellable(cancellationToken, work), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // If the work did not even begin: what it had to do is missing.
                Fail(exception is OperationCanceledException
                    ? new OperationCanceledException(
                        "the object was given up when an operation of it was cancelled", OssException.Of(exception), cancellationToken)
                    : exception);
                throw;
            }
            finally
            {
                turn.Leave();
            }
        }

        private void WriteNow(byte[] buffer, int offset, int count)
        {
            try
            {
                CheckNotDisposed(); // while it stood in line
                failure?.Throw();
                while (count > 0)
                {
                    int taken = Take(buffer, offset, count);
                    offset += taken;
                    count -= taken;
                    if (used == pending.Length)
                    {
                        Send();
                    }
                }
            }
            catch (Exception exception)
            {
                Fail(exception);
                throw;
            }
        }

        private OssResponse CompleteNow()
        {
            try
            {
                CheckNotDisposed(); // while it stood in line
                failure?.Throw();
                Send();
                var answer = call != null ? Finish(call) : response!;
                completed = true;
                return answer;
            }
            catch (Exception exception)
            {
                Fail(exception);
                throw;
            }
        }

        private OssResponse Finish(Call opened)
        {
            opened.BeginUse();
            try
            {
                int status = Use(Native.oss_writer_finish, opened.Pointer);
                CheckNotEnded(status);
                opened.Check(status);
                return opened.Answer();
            }
            finally
            {
                opened.EndUse();
            }
        }

        /// <summary>Ends the object, unless something has before.</summary>
        private void Fail(Exception exception) => failure = failure ?? ExceptionDispatchInfo.Capture(exception);

        private int Take(byte[] from, int offset, int count)
        {
            int taken = Math.Min(count, pending.Length - used);
            Buffer.BlockCopy(from, offset, pending, used, taken);
            used += taken;
            position += taken;
            return taken;
        }

        private unsafe void Send()
        {
            if (call == null)
            {
                target!.Write(pending, 0, used);
                used = 0;
                return;
            }
            call.BeginUse();
            try
            {
                fixed (byte* pointer = pending)
                {
                    byte* data = pointer;
                    int status = Use((handle, ignored) => Native.oss_writer_write(handle, data, (UIntPtr)(uint)used), IntPtr.Zero);
                    CheckNotEnded(status);
                    call.CheckWriter(status, writer!);
                    used = 0;
                }
            }
            finally
            {
                call.EndUse();
            }
        }

        private delegate int WriterFunction(IntPtr writer, IntPtr call);

        private int Use(WriterFunction function, IntPtr other)
        {
            bool held = false;
            try
            {
                writer!.DangerousAddRef(ref held);
                return function(writer.DangerousGetHandle(), other);
            }
            finally
            {
                if (held)
                {
                    writer!.DangerousRelease();
                }
            }
        }

        /// <summary>Whether a disposal has ended what failed.</summary>
        private void CheckNotEnded(int status)
        {
            if (status != (int)OssStatus.Ok)
            {
                CheckNotDisposed();
            }
        }

        private void CheckNotDisposed()
        {
            if (disposed)
            {
                throw new ObjectDisposedException(typeof(ObjectWriteStream).FullName);
            }
        }

        private void Check()
        {
            CheckNotDisposed();
            if (completed)
            {
                throw new InvalidOperationException("the object is complete");
            }
        }

        private void Check(byte[] buffer, int offset, int count)
        {
            Check();
            Require.Piece(buffer, offset, count);
        }
    }
}
