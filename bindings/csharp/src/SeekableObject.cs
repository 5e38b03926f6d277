using System;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    /// <summary>
    /// An object as a stream that can seek: each seek begins another download where it leads to, of the same object, as
    /// every request has the ETag of the first answer in <c>If-Match</c>. Short ways ahead are read over.
    /// </summary>
    internal sealed class SeekableObject : Stream
    {
        private const int Near = 64 * 1024;

        private static readonly Action<object?> CancelAction = Cancel;

        private readonly Bucket bucket;
        private readonly string key;
        private readonly CallOptions? options;
        private readonly CancellationToken token;
        private readonly OssResponse head;
        private OneAtATime turn;
        private ObjectStream? current;

        /// <summary>What ends the download that is open or being opened: the token of that read, and disposal.</summary>
        private volatile CancellationTokenSource? tied;

        private long wanted;
        private volatile bool disposed;

        internal SeekableObject(
            Bucket bucket, string key, CallOptions? options, OssResponse head, CancellationToken token)
        {
            this.bucket = bucket;
            this.key = key;
            this.options = options;
            this.head = head;
            this.token = token;
            Length = head.ContentLength ?? throw new NotSupportedException("the answer does not say how long the object is");
        }

        internal static async Task<Stream> OpenAsync(
            Bucket bucket, string key, CallOptions? options, CancellationToken token)
        {
            var head = await bucket.HeadObjectAsync(key, options, token).ConfigureAwait(false);
            return new SeekableObject(bucket, key, options, head, token);
        }

        public override bool CanRead => !disposed;

        public override bool CanSeek => !disposed;

        public override bool CanWrite => false;

        public override long Length { get; }

        public override long Position
        {
            get { return wanted; }
            set { Seek(value, SeekOrigin.Begin); }
        }

        /// <summary>Where the download stands that is open.</summary>
        private long At { get; set; }

        public override long Seek(long offset, SeekOrigin origin)
        {
            Check();
            if (origin < SeekOrigin.Begin || origin > SeekOrigin.End)
            {
                throw new ArgumentException($"`origin`: {(int)origin} is none; allowed are 0 to 2", nameof(origin));
            }
            long from = origin == SeekOrigin.Begin ? 0 : origin == SeekOrigin.Current ? wanted : Length;
            if (offset > long.MaxValue - from)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(offset), offset, $"`offset`: {offset} after {from} is more than a position can be");
            }
            if (from + offset < 0)
            {
                throw new IOException($"`offset`: {from + offset} is before the beginning of the object");
            }
            // A read that runs would lead it back.
            turn.Enter();
            wanted = from + offset;
            turn.Leave();
            return from + offset;
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            Check(buffer, offset, count);
            turn.Enter();
            try
            {
                if (count == 0 || !Open())
                {
                    return 0;
                }
                while (At < wanted)
                {
                    var skipped = Buffers.Take();
                    Moved(current!.Read(skipped, 0, (int)Math.Min(wanted - At, skipped.Length)));
                    Buffers.Give(skipped);
                }
                int got = Moved(current!.Read(buffer, offset, count));
                wanted = At;
                return got;
            }
            catch (OperationCanceledException) when (disposed)
            {
                Drop();
                throw new ObjectDisposedException(typeof(Stream).FullName);
            }
            catch (OperationCanceledException exception) when (IsTied(exception))
            {
                throw Ended(exception, CancellationToken.None);
            }
            catch
            {
                Drop();
                throw;
            }
            finally
            {
                turn.Leave();
            }
        }

        public override async Task<int> ReadAsync(
            byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        {
            Check(buffer, offset, count);
            turn.Enter();
            try
            {
                if (count == 0 || !await OpenAsync(cancellationToken).ConfigureAwait(false))
                {
                    return 0;
                }
                while (At < wanted)
                {
                    var skipped = new byte[(int)Math.Min(wanted - At, Near)];
                    Moved(await current!.ReadAsync(skipped, 0, skipped.Length, cancellationToken).ConfigureAwait(false));
                }
                int got = Moved(await current!.ReadAsync(buffer, offset, count, cancellationToken).ConfigureAwait(false));
                wanted = At;
                return got;
            }
            catch (OperationCanceledException) when (disposed)
            {
                Drop();
                throw new ObjectDisposedException(typeof(Stream).FullName);
            }
            catch (OperationCanceledException exception) when (IsTied(exception))
            {
                throw Ended(exception, cancellationToken);
            }
            catch
            {
                Drop();
                throw;
            }
            finally
            {
                turn.Leave();
            }
        }

        public override void Flush()
        {
        }

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                disposed = true;
                Interlocked.MemoryBarrier();
                Cancel(tied);
                Drop();
            }
            base.Dispose(disposing);
        }

        /// <summary>Counts what came; before the end of the object something has to come.</summary>
        private int Moved(int got)
        {
            if (got == 0)
            {
                throw new EndOfStreamException($"the object ends at {At} and not, as it said, at {Length}");
            }
            At += got;
            return got;
        }

        /// <summary>Whether the download that is open leads to what is wanted.</summary>
        private bool IsOpen() => current != null && At <= wanted && wanted - At <= Near;

        private bool Open()
        {
            if (wanted >= Length)
            {
                return false;
            }
            if (!IsOpen())
            {
                Drop();
                Opened(bucket.GetObject(key, Wanted(), Tie()));
            }
            return true;
        }

        /// <summary>The same; the token of the read that needs it ends the opening, and nothing later.</summary>
        private async Task<bool> OpenAsync(CancellationToken ofRead)
        {
            if (wanted >= Length)
            {
                return false;
            }
            if (IsOpen())
            {
                return true;
            }
            Drop();
            ofRead.ThrowIfCancellationRequested();
            var both = Tie();
            using (ofRead.Register(CancelAction, tied))
            {
                Opened(await bucket.GetObjectAsync(key, Wanted(), both).ConfigureAwait(false));
            }
            return true;
        }

        /// <summary>A token for the next download, which also disposal cancels.</summary>
        private CancellationToken Tie()
        {
            var source = CancellationTokenSource.CreateLinkedTokenSource(token);
            var made = source.Token;
            tied = source;
            // Who disposes says so first, and then looks for what is to be ended.
            Interlocked.MemoryBarrier();
            Check();
            return made;
        }

        private void Opened(ObjectStream next)
        {
            if (disposed)
            {
                // Meanwhile.
                next.Dispose();
                Check();
            }
            current = next;
            At = wanted;
        }

        /// <summary>Ends the download that is open. The next read begins another one.</summary>
        private void Drop()
        {
            current?.Dispose();
            current = null;
            tied?.Dispose();
            tied = null;
        }

        /// <summary>By the token of a read. The stream may have been disposed meanwhile, and its source with it.</summary>
        private static void Cancel(object? source)
        {
            try
            {
                ((CancellationTokenSource?)source)?.Cancel();
            }
            catch (ObjectDisposedException)
            {
            }
        }

        /// <summary>Whether that is by the token which the download has in place of that of the stream.</summary>
        private bool IsTied(OperationCanceledException exception) =>
            tied != null && exception.CancellationToken == tied.Token;

        /// <summary>The exception with the token that the program knows.</summary>
        private OperationCanceledException Ended(OperationCanceledException exception, CancellationToken ofRead)
        {
            Drop();
            return new OperationCanceledException(
                exception.Message, OssException.Of(exception), ofRead.IsCancellationRequested ? ofRead : token);
        }

        private CallOptions Wanted()
        {
            var more = options == null ? new CallOptions() : options.Clone();
            more.IfMatch = head.ETag ?? more.IfMatch;
            more.Range = wanted > 0 ? ByteRange.From(wanted) : (ByteRange?)null;
            return more;
        }

        private void Check(byte[] buffer, int offset, int count)
        {
            Check();
            Require.Piece(buffer, offset, count);
        }

        private void Check()
        {
            if (disposed)
            {
                throw new ObjectDisposedException(typeof(Stream).FullName);
            }
        }
    }
}
