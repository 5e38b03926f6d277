using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    /// <summary>
    /// The body of an object, or the rows that SelectObject found, as they arrive: forward only, for one thread at a time.
    /// Length and CRC-64 have been found right when <see cref="Stream.Read(byte[], int, int)"/> returns 0; when it throws,
    /// what came before is not the object. Keeps a connection until its end or <see cref="Stream.Dispose()"/>.
    /// </summary>
    /// <remarks>
    /// Asynchronous reads are served from up to 256 KiB that a thread of the library has read ahead; they wait only when
    /// there is nothing of it left. Headers are there at once: <see cref="Response"/>. A read that begins while another read
    /// or a <see cref="CopyToAsync"/> has not ended throws an <see cref="InvalidOperationException"/> and takes nothing.
    /// </remarks>
    public sealed class ObjectStream : Stream
    {
        private readonly ReadAhead source;
        private readonly IProgress<TransferProgress>? progress;
        private readonly long length;
        private readonly Observation? observation;
        private readonly TimeLimit? limit;
        private OneAtATime turn;
        private long position;
        private Task<int>? lastRead;
        private volatile bool disposed;

        /// <summary>A stream of your own content, for tests of programs that use this library.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="content"/> is null.</exception>
        public ObjectStream(Stream content, OssResponse? response = null)
        {
            source = new ReadAhead(content ?? throw new ArgumentNullException(nameof(content)));
            length = content.CanSeek ? content.Length - content.Position : -1;
            Response = response ?? new OssResponse();
        }

        internal ObjectStream(
            CallHandle call,
            CancellationToken token,
            IProgress<TransferProgress>? progress,
            long length,
            Observation? observation,
            TimeLimit? limit)
        {
            Response = new OssResponse(call);
            source = new ReadAhead(call, token, length, Response);
            this.progress = progress;
            this.length = length;
            this.observation = observation;
            this.limit = limit;
        }

        /// <summary>Status and headers of the answer.</summary>
        public OssResponse Response { get; }

        /// <summary>True until the stream is disposed.</summary>
        public override bool CanRead => !disposed;

        /// <summary>False.</summary>
        public override bool CanSeek => false;

        /// <summary>False.</summary>
        public override bool CanWrite => false;

        /// <summary>Bytes that the answer announced.</summary>
        /// <exception cref="NotSupportedException">It announced none.</exception>
        public override long Length
        {
            get
            {
                if (length < 0)
                {
                    throw new NotSupportedException("the answer does not say how long it is");
                }
                return length;
            }
        }

        /// <summary>Bytes read so far. Cannot be set.</summary>
        /// <exception cref="NotSupportedException">It is set.</exception>
        public override long Position
        {
            get { return position; }
            set { throw new NotSupportedException(); }
        }

        /// <summary>
        /// Waits for at least one byte and takes up to <paramref name="count"/>; 0 at the end, when all has been found right.
        /// </summary>
        /// <exception cref="OssException">The body broke off, or is not what was stored.</exception>
        /// <exception cref="OperationCanceledException">The token that the stream was asked for with was cancelled.</exception>
        public override unsafe int Read(byte[] buffer, int offset, int count)
        {
            Check(buffer, offset, count);
            fixed (byte* pointer = buffer)
            {
                return count == 0 ? 0 : ReadNow(pointer + offset, count);
            }
        }

        /// <summary>As <see cref="Read(byte[], int, int)"/>, without blocking. Cancelling a wait ends the stream.</summary>
        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            Check(buffer, offset, count);
            if (cancellationToken.IsCancellationRequested)
            {
                return Task.FromCanceled<int>(cancellationToken);
            }
            int got = 0;
            Task? more;
            if (count > 0 && !TryTake(buffer, offset, count, false, cancellationToken, out got, out more))
            {
                return ReadLater(more!, buffer, offset, count, cancellationToken);
            }
            if (count > 0)
            {
                Report(got);
            }
            var last = lastRead;
            return last != null && last.Result == got ? last : lastRead = Task.FromResult(got);
        }

        private async Task<int> ReadLater(
            Task more, byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            int got;
            using (source.CancelBy(cancellationToken))
            using (source.CancelByOwn())
            {
                Task? still = more;
                do
                {
                    await still!.ConfigureAwait(false);
                }
                while (!TryTake(buffer, offset, count, true, cancellationToken, out got, out still));
            }
            return Report(got);
        }

        private unsafe bool TryTake(
            byte[] buffer, int offset, int count, bool waited, CancellationToken token, out int got, out Task? more)
        {
            fixed (byte* pointer = buffer)
            {
                return TryTake(pointer + offset, count, waited, token, out got, out more);
            }
        }

#if NET
        /// <summary>As <see cref="Read(byte[], int, int)"/>.</summary>
        public override unsafe int Read(Span<byte> buffer)
        {
            Check();
            fixed (byte* pointer = buffer)
            {
                return buffer.Length == 0 ? 0 : ReadNow(pointer, buffer.Length);
            }
        }

        /// <summary>As <see cref="Read(byte[], int, int)"/>, without blocking. Cancelling a wait ends the stream.</summary>
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Check();
            if (cancellationToken.IsCancellationRequested)
            {
                return ValueTask.FromCanceled<int>(cancellationToken);
            }
            int got = 0;
            Task? more;
            if (buffer.Length > 0 && !TryTake(buffer, false, cancellationToken, out got, out more))
            {
                return new ValueTask<int>(ReadLater(more!, buffer, cancellationToken));
            }
            return new ValueTask<int>(buffer.Length > 0 ? Report(got) : 0);
        }

        private async Task<int> ReadLater(Task more, Memory<byte> buffer, CancellationToken cancellationToken)
        {
            int got;
            using (source.CancelBy(cancellationToken))
            using (source.CancelByOwn())
            {
                Task? still = more;
                do
                {
                    await still!.ConfigureAwait(false);
                }
                while (!TryTake(buffer, true, cancellationToken, out got, out still));
            }
            return Report(got);
        }

        private unsafe bool TryTake(
            Memory<byte> buffer, bool waited, CancellationToken token, out int got, out Task? more)
        {
            fixed (byte* pointer = buffer.Span)
            {
                return TryTake(pointer, buffer.Length, waited, token, out got, out more);
            }
        }
#endif

        /// <summary>
        /// Takes what there is. If that is nothing, the caller has to wait and try again, and nobody else may read meanwhile.
        /// </summary>
        private unsafe bool TryTake(
            byte* target, int count, bool waited, CancellationToken token, out int got, out Task? more)
        {
            if (!waited)
            {
                turn.Enter();
            }
            bool waits = false;
            try
            {
                waits = !source.TryTake(target, count, token, out got, out more);
                if (!waits)
                {
                    Count(got);
                }
                return !waits;
            }
            finally
            {
                if (!waits)
                {
                    turn.Leave();
                }
            }
        }

        private unsafe int ReadNow(byte* target, int count)
        {
            int got;
            turn.Enter();
            try
            {
                got = source.Read(target, count);
                Count(got);
            }
            finally
            {
                turn.Leave();
            }
            return Report(got);
        }

        /// <summary>
        /// Writes the rest to <paramref name="destination"/> with its asynchronous methods, on one thread of the library. A write
        /// that has not ended when the copy is cancelled, the time of the call over or this stream disposed keeps its buffer.
        /// </summary>
        /// <exception cref="NotSupportedException">The destination cannot be written to; nothing was taken.</exception>
        /// <exception cref="ObjectDisposedException">This stream or the destination is disposed.</exception>
        public override Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            Check();
            if (destination == null)
            {
                throw new ArgumentNullException(nameof(destination));
            }
            if (bufferSize < 1)
            {
                throw new ArgumentOutOfRangeException(nameof(bufferSize), bufferSize, "at least 1 byte");
            }
            // Before anything is taken, which would be lost.
            if (!destination.CanWrite)
            {
                throw destination.CanRead
                    ? (Exception)new NotSupportedException("the destination cannot be written to")
                    : new ObjectDisposedException(destination.GetType().FullName);
            }
            turn.Enter();
            return CopyLater(destination, cancellationToken);
        }

        private async Task CopyLater(Stream destination, CancellationToken cancellationToken)
        {
            try
            {
                await Blocking.Run(() => CopyOn(destination, true, cancellationToken), cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                turn.Leave();
            }
        }

        /// <summary>Does nothing.</summary>
        public override void Flush()
        {
        }

        /// <summary>Not supported.</summary>
        public override long Seek(long offset, SeekOrigin origin)
        {
            throw new NotSupportedException();
        }

        /// <summary>Not supported.</summary>
        public override void SetLength(long value)
        {
            throw new NotSupportedException();
        }

        /// <summary>Not supported.</summary>
        public override void Write(byte[] buffer, int offset, int count)
        {
            throw new NotSupportedException();
        }

        /// <summary>Itself, about to <see cref="ReadOn"/>.</summary>
        internal ObjectStream Reserved()
        {
            source.Reserve();
            return this;
        }

        /// <summary>Reads ahead, so that the first reads need not wait for another thread.</summary>
        internal void ReadOn() => source.Fill();

        /// <summary>Ends the download, wherever it is; a read that another thread is in fails.</summary>
        protected override void Dispose(bool disposing)
        {
            if (disposing && !disposed)
            {
                disposed = true;
                source.Dispose();
                observation?.AddBytes(position);
            }
            base.Dispose(disposing);
        }

        /// <summary>Writes the rest to <paramref name="destination"/>, on this thread, while nobody else reads.</summary>
        internal unsafe bool CopyOn(Stream destination, bool async, CancellationToken cancellationToken)
        {
            var buffer = Buffers.Take();
            using (source.CancelBy(cancellationToken))
            using (source.CancelByOwn())
            {
                for (;;)
                {
                    int got;
                    fixed (byte* pointer = buffer)
                    {
                        got = source.Read(pointer, buffer.Length, cancellationToken);
                    }
                    Count(got);
                    Report(got);
                    if (got == 0)
                    {
                        break;
                    }
                    using (Blocking.Outside())
                    {
                        if (async)
                        {
                            Await(destination.WriteAsync(buffer, 0, got, cancellationToken), cancellationToken);
                        }
                        else
                        {
                            destination.Write(buffer, 0, got);
                        }
                    }
                }
            }
            // Not after an exception: then a write may still be under way.
            Buffers.Give(buffer);
            return true;
        }

        /// <summary>Waits for a destination, until the download ends.</summary>
        private void Await(Task write, CancellationToken cancellationToken)
        {
            if (write != null && write.IsCompleted)
            {
                write.GetAwaiter().GetResult();
                return;
            }
            var ended = source.Ended;
            try
            {
                if (!Blocking.TryWait(write!, ended, limit))
                {
                    throw OssException.Plain((int)OssStatus.Timeout, limit!.Words);
                }
            }
            catch (OperationCanceledException exception) when (exception.CancellationToken == ended)
            {
                Check();
                throw source.Failure(OssException.Of(exception)!, cancellationToken);
            }
        }

        private void Count(int got)
        {
            position += got;
            if (got == 0)
            {
                observation?.AddBytes(position);
            }
        }

        /// <summary>Tells the progress, when others may read again.</summary>
        private int Report(int got)
        {
            if (progress != null && got > 0)
            {
                using (Blocking.Outside())
                {
                    progress.Report(new TransferProgress(position, length));
                }
            }
            return got;
        }

        private void Check()
        {
            if (disposed)
            {
                throw new ObjectDisposedException(typeof(ObjectStream).FullName);
            }
        }

        private void Check(byte[] buffer, int offset, int count)
        {
            Check();
            Require.Piece(buffer, offset, count);
        }
    }
}
