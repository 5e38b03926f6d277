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
    public sealed unsafe class ObjectStream : Stream
    {
        private readonly CallHandle call;
        private readonly CancellationToken token;
        private readonly CancellationTokenRegistration registration;
        private readonly IProgress<TransferProgress> progress;
        private readonly long length;
        private long position;
        private volatile bool disposed;

        internal ObjectStream(
            CallHandle call,
            CancellationToken token,
            CancellationTokenRegistration registration,
            IProgress<TransferProgress> progress,
            long length)
        {
            this.call = call;
            this.token = token;
            this.registration = registration;
            this.progress = progress;
            this.length = length;
            Response = new OssResponse(call);
        }

        /// <summary>Status and headers of the answer. Not to be used after the stream is disposed.</summary>
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
        public override int Read(byte[] buffer, int offset, int count)
        {
            Check(buffer, offset, count);
            if (count == 0)
            {
                return 0;
            }
            fixed (byte* pointer = buffer)
            {
                return Read(pointer + offset, count, token);
            }
        }

        /// <summary>As <see cref="Read(byte[], int, int)"/>, on another thread. Cancelling ends the stream.</summary>
        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            Check(buffer, offset, count);
            return count == 0
                ? Task.FromResult(0)
                : Blocking.Run(() => ReadCancellable(buffer, offset, count, cancellationToken), cancellationToken);
        }

#if NET
        /// <summary>As <see cref="Read(byte[], int, int)"/>.</summary>
        public override int Read(Span<byte> buffer)
        {
            if (disposed)
            {
                throw new ObjectDisposedException(nameof(ObjectStream));
            }
            if (buffer.Length == 0)
            {
                return 0;
            }
            fixed (byte* pointer = buffer)
            {
                return Read(pointer, buffer.Length, token);
            }
        }

        /// <summary>As <see cref="Read(byte[], int, int)"/>, on another thread. Cancelling ends the stream.</summary>
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (disposed)
            {
                throw new ObjectDisposedException(nameof(ObjectStream));
            }
            return buffer.Length == 0
                ? new ValueTask<int>(0)
                : new ValueTask<int>(Blocking.Run(
                    () =>
                    {
                        using (var pin = buffer.Pin())
                        using (cancellationToken.Register(Cancel))
                        {
                            return Read((byte*)pin.Pointer, buffer.Length, cancellationToken);
                        }
                    },
                    cancellationToken));
        }
#endif

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

        /// <summary>Ends the download, wherever it is; a read that another thread is in fails.</summary>
        protected override void Dispose(bool disposing)
        {
            if (disposing && !disposed)
            {
                disposed = true;
                Cancel();
                registration.Dispose();
                lock (call)
                {
                    call.Dispose();
                }
            }
            base.Dispose(disposing);
        }

        private void Cancel()
        {
            try
            {
                Native.oss_call_cancel(call);
            }
            catch (ObjectDisposedException)
            {
                // Nothing is left to be cancelled.
            }
        }

        private int ReadCancellable(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            using (cancellationToken.Register(Cancel))
            {
                fixed (byte* pointer = buffer)
                {
                    return Read(pointer + offset, count, cancellationToken);
                }
            }
        }

        private int Read(byte* buffer, int count, CancellationToken cancellationToken)
        {
            long got;
            lock (call)
            {
                bool held = false;
                try
                {
                    call.DangerousAddRef(ref held);
                    got = Native.oss_call_read(call.DangerousGetHandle(), buffer, (UIntPtr)(uint)count);
                }
                finally
                {
                    if (held)
                    {
                        call.DangerousRelease();
                    }
                }
                if (got < 0)
                {
                    if (disposed)
                    {
                        throw new ObjectDisposedException(nameof(ObjectStream));
                    }
                    var error = OssException.From((int)-got, call);
                    throw Call.Failure(error, cancellationToken.IsCancellationRequested ? cancellationToken : token);
                }
            }
            position += got;
            if (progress != null && got > 0)
            {
                progress.Report(new TransferProgress(position, length));
            }
            return (int)got;
        }

        private void Check(byte[] buffer, int offset, int count)
        {
            if (disposed)
            {
                throw new ObjectDisposedException(nameof(ObjectStream));
            }
            if (buffer == null)
            {
                throw new ArgumentNullException(nameof(buffer));
            }
            if (offset < 0 || count < 0 || count > buffer.Length - offset)
            {
                throw new ArgumentOutOfRangeException(nameof(count), "offset and count reach outside of the buffer");
            }
        }
    }
}
