using System;
using System.IO;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    /// <summary>Tells ahead-of-time compilers for Mono that C calls a method; they look for an attribute of this name.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class MonoPInvokeCallbackAttribute : Attribute
    {
        public MonoPInvokeCallbackAttribute(Type type)
        {
            Type = type;
        }

        public Type Type { get; }
    }

    /// <summary>What the callbacks of one call need. C knows it by a pointer; no exception crosses, the first is kept.</summary>
    internal sealed class Transfer
    {
        private byte[]? buffer;

        internal Stream? Stream;
        internal IProgress<TransferProgress>? Progress;
        internal IProgress<TransferOutcome>? Outcomes;
        internal Func<string, bool>? Filter;
        internal ExceptionDispatchInfo? Exception;

        /// <summary>Bytes read from the stream so far.</summary>
        internal long Count;

        /// <summary>Use the stream's asynchronous methods, for those that have no other; this is their token.</summary>
        internal bool Async;
        internal CancellationToken Token;

        /// <summary>Until when they are waited for; null is for ever.</summary>
        internal TimeLimit? Limit;

        /// <summary>Whether that is over.</summary>
        internal bool IsLate;

        /// <summary>A buffer for streams, which know only arrays.</summary>
        private byte[] Buffer => buffer ?? (buffer = Buffers.Take());

        /// <summary>Lets the next transfer have the buffer.</summary>
        internal void Release()
        {
            if (buffer != null)
            {
                Buffers.Give(buffer);
                buffer = null;
            }
        }

        /// <summary>Where the stream stood when the call began.</summary>
        internal long Start;

        /// <summary>
        /// Has the stream give the same bytes again. One around another may have that one's position, whatever it reads: so the
        /// position has to have followed what was read, and to be where it is set.
        /// </summary>
        internal void Rewind()
        {
            CheckPosition(Start + Count);
            Stream!.Position = Start;
            CheckPosition(Start);
            Count = 0;
        }

        private void CheckPosition(long expected)
        {
            if (Stream!.Position != expected)
            {
                throw new IOException($"the stream is at {Stream.Position}, not at {expected}");
            }
        }

        /// <summary>Bytes of the body that have moved.</summary>
        internal long Done;

        internal void Report(long done, long total)
        {
            Done = done;
            if (Progress != null)
            {
                using (Blocking.Outside())
                {
                    Progress.Report(new TransferProgress(done, total));
                }
            }
        }

        internal unsafe long Read(byte* target, long capacity)
        {
            int got = ReadOnce(target, capacity);
            Count += got;
            return got;
        }

        private unsafe int ReadOnce(byte* target, long capacity)
        {
#if NET
            if (!Async)
            {
                int size = (int)Math.Min(capacity, int.MaxValue);
                return Checked(Stream!.Read(new Span<byte>(target, size)), size);
            }
#endif
            var bytes = Buffer;
            int count = (int)Math.Min(capacity, bytes.Length);
            int got = Checked(Async ? ReadLater(bytes, count) : Stream!.Read(bytes, 0, count), count);
            Marshal.Copy(bytes, 0, (IntPtr)target, got);
            return got;
        }

        private static int Checked(int got, int count) =>
            got >= 0 && got <= count
                ? got
                : throw new IOException($"the stream returned {got} for a buffer of {count} bytes");

        private int ReadLater(byte[] bytes, int count)
        {
            // A stream that throws, or is not waited for any more, may still use it: so it comes back only from one that is done.
            buffer = null;
            var task = Stream!.ReadAsync(bytes, 0, count, Token);
            Await(task);
            buffer = bytes;
            return task.Result;
        }

        private void WriteLater(byte[] bytes, int count)
        {
            buffer = null; // likewise
            Await(Stream!.WriteAsync(bytes, 0, count, Token));
            buffer = bytes;
        }

        private void Await(Task task)
        {
            if (!Blocking.TryWait(task, Token, Limit))
            {
                IsLate = true;
                throw OssException.Plain((int)OssStatus.Timeout, Limit!.Words);
            }
        }

        internal unsafe void Write(byte* source, long length)
        {
#if NET
            if (!Async)
            {
                Stream!.Write(new ReadOnlySpan<byte>(source, (int)length));
                return;
            }
#endif
            var bytes = Buffer;
            while (length > 0)
            {
                int count = (int)Math.Min(length, bytes.Length);
                Marshal.Copy((IntPtr)source, bytes, 0, count);
                if (Async)
                {
                    WriteLater(bytes, count);
                }
                else
                {
                    Stream!.Write(bytes, 0, count);
                }
                source += count;
                length -= count;
            }
        }
    }

    /// <summary>The functions that C calls. The delegates live as long as the process, so their pointers stay good.</summary>
    internal static unsafe class Callbacks
    {
        private static readonly ReadFunction ReadDelegate = OnRead;
        private static readonly RewindFunction RewindDelegate = OnRewind;
        private static readonly WriteFunction WriteDelegate = OnWrite;
        private static readonly ProgressFunction ProgressDelegate = OnProgress;
        private static readonly OutcomeFunction OutcomeDelegate = OnOutcome;
        private static readonly FilterFunction FilterDelegate = OnFilter;
        private static readonly CredentialsFunction CredentialsDelegate = OnCredentials;
        private static readonly ClockFunction ClockDelegate = OnClock;
        private static readonly LogFunction LogDelegate = OnLog;

        internal static readonly IntPtr Read = Marshal.GetFunctionPointerForDelegate(ReadDelegate);
        internal static readonly IntPtr Rewind = Marshal.GetFunctionPointerForDelegate(RewindDelegate);
        internal static readonly IntPtr Write = Marshal.GetFunctionPointerForDelegate(WriteDelegate);
        internal static readonly IntPtr Progress = Marshal.GetFunctionPointerForDelegate(ProgressDelegate);
        internal static readonly IntPtr Outcome = Marshal.GetFunctionPointerForDelegate(OutcomeDelegate);
        internal static readonly IntPtr Filter = Marshal.GetFunctionPointerForDelegate(FilterDelegate);
        internal static readonly IntPtr Credentials = Marshal.GetFunctionPointerForDelegate(CredentialsDelegate);
        internal static readonly IntPtr Clock = Marshal.GetFunctionPointerForDelegate(ClockDelegate);
        internal static readonly IntPtr Log = Marshal.GetFunctionPointerForDelegate(LogDelegate);

        /// <summary>Where the log goes.</summary>
        internal static volatile Action<LogLevel, string>? LogHandler;

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate long ReadFunction(IntPtr user, byte* buffer, UIntPtr capacity);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int RewindFunction(IntPtr user);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int WriteFunction(IntPtr user, byte* data, UIntPtr length);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int ProgressFunction(IntPtr user, long done, long total);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int OutcomeFunction(IntPtr user, Native.Outcome* outcome);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int FilterFunction(IntPtr user, byte* name);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate int CredentialsFunction(IntPtr user, IntPtr keys);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate long ClockFunction(IntPtr user);

        [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
        private delegate void LogFunction(IntPtr user, int level, byte* line);

        // Nothing may stand outside of the `try` of a callback: no exception may cross into C.
        private static Transfer TransferOf(IntPtr user) => (Transfer)GCHandle.FromIntPtr(user).Target!;

        /// <summary>Whether a writer that was forgotten is given up, which nobody waits to hear of.</summary>
        private static bool IsForgotten(IntPtr user) => GCHandle.FromIntPtr(user).Target == null;

        /// <summary>
        /// Keeps what was thrown first. Without a transfer there is nobody to be told, and that the time is over is the call's
        /// own failure.
        /// </summary>
        private static void Keep(Transfer? transfer, Exception exception)
        {
            if (transfer != null && !transfer.IsLate)
            {
                transfer.Exception = transfer.Exception ?? ExceptionDispatchInfo.Capture(exception);
            }
        }

        [MonoPInvokeCallback(typeof(ReadFunction))]
        private static long OnRead(IntPtr user, byte* buffer, UIntPtr capacity)
        {
            Transfer? transfer = null;
            try
            {
                transfer = TransferOf(user);
                using (Blocking.Outside())
                {
                    return transfer.Read(buffer, checked((long)(ulong)capacity));
                }
            }
            catch (Exception exception)
            {
                Keep(transfer, exception);
                return -1;
            }
        }

        [MonoPInvokeCallback(typeof(RewindFunction))]
        private static int OnRewind(IntPtr user)
        {
            try
            {
                using (Blocking.Outside())
                {
                    TransferOf(user).Rewind();
                }
                return 0;
            }
            catch (Exception)
            {
                // The error that the request is repeated for says more.
                return 1;
            }
        }

        [MonoPInvokeCallback(typeof(WriteFunction))]
        private static int OnWrite(IntPtr user, byte* data, UIntPtr length)
        {
            Transfer? transfer = null;
            try
            {
                transfer = TransferOf(user);
                using (Blocking.Outside())
                {
                    transfer.Write(data, checked((long)(ulong)length));
                }
                return 0;
            }
            catch (Exception exception)
            {
                Keep(transfer, exception);
                return 1;
            }
        }

        [MonoPInvokeCallback(typeof(ProgressFunction))]
        private static int OnProgress(IntPtr user, long done, long total)
        {
            Transfer? transfer = null;
            try
            {
                if (!IsForgotten(user))
                {
                    transfer = TransferOf(user);
                    transfer.Report(done, total);
                }
                return 0;
            }
            catch (Exception exception)
            {
                Keep(transfer, exception);
                return 1;
            }
        }

        [MonoPInvokeCallback(typeof(OutcomeFunction))]
        private static int OnOutcome(IntPtr user, Native.Outcome* outcome)
        {
            Transfer? transfer = null;
            try
            {
                transfer = TransferOf(user);
                using (Blocking.Outside())
                {
                    transfer.Outcomes!.Report(new TransferOutcome(outcome));
                }
                return 0;
            }
            catch (Exception exception)
            {
                Keep(transfer, exception);
                return 1;
            }
        }

        [MonoPInvokeCallback(typeof(FilterFunction))]
        private static int OnFilter(IntPtr user, byte* name)
        {
            Transfer? transfer = null;
            try
            {
                transfer = TransferOf(user);
                using (Blocking.Outside())
                {
                    return transfer.Filter!.Invoke(Utf8.Text(name)!) ? 1 : 0;
                }
            }
            catch (Exception exception)
            {
                Keep(transfer, exception);
                return -1;
            }
        }

        [MonoPInvokeCallback(typeof(CredentialsFunction))]
        private static int OnCredentials(IntPtr user, IntPtr keys)
        {
            try
            {
                var provider = (CredentialsProvider)GCHandle.FromIntPtr(user).Target!;
                AccessKeys? given;
                using (Blocking.Outside())
                {
                    given = provider.GetKeys(keys);
                }
                Give(keys, given ?? throw new InvalidOperationException("the credentials callback returned null"));
                return 0;
            }
            catch (OperationCanceledException) when (Native.oss_keys_timeout_ms(keys) == 0)
            {
                // The request is over, and the library says why.
                return 1;
            }
            catch (Exception exception)
            {
                Thrown.Keep(exception, Thrown.OfKeys);
                return 1;
            }
        }

        /// <summary>Gives keys to the library.</summary>
        private static void Give(IntPtr keys, AccessKeys given)
        {
            if (given.Expiration is DateTimeOffset end && end.ToUnixTimeSeconds() < 1)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(AccessKeys.Expiration), end, "keys cannot end before 1970; null stands for a time that is not known");
            }
            fixed (byte* id = Utf8.Required(given.Id, "id"))
            fixed (byte* secret = Utf8.Required(given.Secret, "secret"))
            fixed (byte* token = Utf8.Optional(given.Token, "token"))
            {
                int status = Native.oss_keys_set(keys, id, secret, token);
                if (status == 0 && given.Expiration is DateTimeOffset expiration)
                {
                    status = Native.oss_keys_set_expiration(keys, expiration.ToUnixTimeSeconds());
                }
                if (status != 0)
                {
                    throw OssException.Plain(status, Utf8.Text(Native.oss_last_error()) ?? "").ToThrow();
                }
            }
        }

        [MonoPInvokeCallback(typeof(ClockFunction))]
        private static long OnClock(IntPtr user)
        {
            try
            {
                using (Blocking.Outside())
                {
                    return ((Func<DateTimeOffset>)GCHandle.FromIntPtr(user).Target!)().ToUnixTimeSeconds();
                }
            }
            catch (Exception exception)
            {
                Thrown.Keep(exception, Thrown.OfClocks);
                return 0;
            }
        }

        [MonoPInvokeCallback(typeof(LogFunction))]
        private static void OnLog(IntPtr user, int level, byte* line)
        {
            try
            {
                var handler = LogHandler;
                if (handler != null)
                {
                    using (Blocking.Outside())
                    {
                        handler((LogLevel)level, Utf8.Text(line)!);
                    }
                }
            }
            catch (Exception)
            {
                // A line of the log is no reason to fail, and an exception must not cross into C.
            }
        }
    }
}
