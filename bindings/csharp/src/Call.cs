using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace Alioss
{
    /// <summary>One request from its options to its answer, on one thread.</summary>
    internal sealed unsafe partial class Call : IDisposable
    {
        private static readonly Action<object?> CancelAction = Cancel;

        private readonly Handle owner;
        private readonly CancellationToken token;
        private Transfer? transfer;
        private PinnedObject? user;
        private string? path;
        private int lastStatus;
        private CancellationTokenRegistration registration;
        private bool ownerHeld;
        private bool callHeld;
        private bool released;
        private bool observed;

        /// <summary>How many functions use it now, of a call that several use; these belong to the lock of the handle.</summary>
        private int uses;
        private bool ended;

        /// <summary>
        /// Prepares a call of <paramref name="owner"/>, a bucket or service. <paramref name="stream"/> is what
        /// <see cref="User"/> lets the callbacks read or write, null if there is nothing of the kind.
        /// <paramref name="operation"/> is what observers are told, null for what they are not told of.
        /// </summary>
        /// <exception cref="ObjectDisposedException"><paramref name="owner"/> is disposed.</exception>
        internal Call(
            Handle owner,
            CallOptions? options,
            CancellationToken token,
            Stream? stream = null,
            bool async = false,
            [CallerMemberName] string? operation = null)
        {
            this.owner = owner;
            this.token = token;
            owner.CheckOpen();
            Handle = Native.oss_call_new();
            if (Handle.IsInvalid)
            {
                throw new InsufficientMemoryException();
            }
            try
            {
                Hold();
                Thrown.Take(Pointer); // of a call that was at the same place
                Apply(options);
                var progress = options == null ? null : options.Progress;
                Observation = Observation.Begin(operation, owner);
                bool reports = progress != null || (Observation != null && Observation.CountsBytes);
                if (stream != null || reports)
                {
                    var limit = stream == null ? null : TimeLimit.Start(options, owner);
                    Give(new Transfer { Stream = stream, Progress = progress, Async = async, Token = token, Limit = limit });
                }
                if (reports)
                {
                    Check(Native.oss_call_set_progress(Handle, Callbacks.Progress, User));
                }
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        internal CallHandle Handle { get; }

        /// <summary>Null if nobody listens.</summary>
        internal Observation? Observation { get; }

        /// <summary>The owner for C, which stays good until <see cref="LetGo"/>.</summary>
        internal IntPtr Owner => owner.DangerousGetHandle();

        /// <summary>The call for C, likewise.</summary>
        internal IntPtr Pointer => Handle.DangerousGetHandle();

        /// <summary>What the read and write callbacks get.</summary>
        internal IntPtr User => user!.Pointer;

        /// <summary>The same as something that other handles can keep; null if there are no callbacks.</summary>
        internal PinnedObject? UserHandle => user;

        /// <summary>Says which file it is about, if any, for the exception when that fails.</summary>
        internal Call Of(string? file)
        {
            path = file;
            return this;
        }

        /// <summary>
        /// Makes <paramref name="given"/> what callbacks get. C's pointer does not keep it: a call that is used does, and what
        /// a forgotten one was to report to may refer to that call itself.
        /// </summary>
        private void Give(Transfer given)
        {
            transfer = given;
            user = new PinnedObject(given, GCHandleType.Weak);
        }

        /// <summary>Has an upload repeated from where its stream stands now, if the stream says that it can go back there.</summary>
        internal Call Rewindable()
        {
            try
            {
                if (transfer!.Stream!.CanSeek)
                {
                    transfer.Start = transfer.Stream.Position;
                    Check(Native.oss_call_set_rewind(Handle, Callbacks.Rewind, User));
                }
                return this;
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        /// <summary>Bytes that the read callback has taken from the stream.</summary>
        internal long Count => transfer!.Count;

        /// <summary>The callbacks' own report of progress, for bodies that are read without them; null if nobody asks.</summary>
        internal IProgress<TransferProgress>? TakeProgress()
        {
            if (transfer == null)
            {
                return null;
            }
            Native.oss_call_set_progress(Handle, IntPtr.Zero, IntPtr.Zero);
            return transfer.Progress;
        }

        /// <summary>
        /// Keeps owner and call from being released, and lets the token cancel the call; done already for a call that is new.
        /// </summary>
        internal void Hold()
        {
            if (!ownerHeld)
            {
                owner.DangerousAddRef(ref ownerHeld);
            }
            if (!callHeld)
            {
                Handle.DangerousAddRef(ref callHeld);
                if (token.CanBeCanceled)
                {
                    // A token that is cancelled already cancels at once; the call then sends nothing.
                    registration = token.Register(CancelAction, Handle);
                }
            }
        }

        /// <summary>
        /// Ends that, so that the collector can release what is forgotten between two uses, however long the token lives.
        /// </summary>
        internal void LetGo()
        {
            registration.Dispose();
            registration = default(CancellationTokenRegistration);
            if (callHeld)
            {
                Handle.DangerousRelease();
                callHeld = false;
            }
            if (ownerHeld)
            {
                owner.DangerousRelease();
                ownerHeld = false;
            }
        }

        /// <summary>
        /// As <see cref="Hold"/>, until <see cref="EndUse"/>: for a call that several functions use one after the other. A
        /// disposal meanwhile, by one of its callbacks or another thread, ends what runs, and takes place when that is over.
        /// </summary>
        /// <exception cref="ObjectDisposedException">It is disposed.</exception>
        internal void BeginUse()
        {
            lock (Handle)
            {
                if (ended)
                {
                    throw new ObjectDisposedException(typeof(Call).FullName);
                }
                // It is used only if that can be held.
                Hold();
                uses++;
            }
        }

        internal void EndUse()
        {
            bool last;
            lock (Handle)
            {
                if (--uses > 0)
                {
                    return;
                }
                LetGo();
                last = ended;
            }
            if (last)
            {
                End();
            }
        }

        private static void Cancel(object? call)
        {
            try
            {
                Native.oss_call_cancel((CallHandle)call!);
            }
            catch (ObjectDisposedException)
            {
                // It has just ended.
            }
        }

        /// <summary>Has callbacks told of each file, and asked about each name; null is nobody.</summary>
        internal void Watch(IProgress<TransferOutcome>? outcomes, Func<string, bool>? filter)
        {
            if (outcomes == null && filter == null)
            {
                return;
            }
            if (transfer == null)
            {
                Give(new Transfer { Token = token });
            }
            transfer!.Outcomes = outcomes;
            transfer.Filter = filter;
            if (outcomes != null)
            {
                Check(Native.oss_call_set_outcome(Handle, Callbacks.Outcome, User));
            }
            if (filter != null)
            {
                Check(Native.oss_call_set_filter(Handle, Callbacks.Filter, User));
            }
        }

        /// <summary>Ends the call: first nobody can cancel it any more, then what it was given goes.</summary>
        public void Dispose()
        {
            lock (Handle)
            {
                ended = true;
                if (uses > 0)
                {
                    Cancel(Handle);
                    return;
                }
            }
            End();
        }

        private void End()
        {
            try
            {
                if (Observation != null && !observed)
                {
                    observed = true;
                    Observation.AddBytes(transfer == null ? 0 : transfer.Done);
                    Observation.End(Handle, lastStatus);
                }
            }
            finally
            {
                // Whatever those who listen throw.
                Free();
            }
        }

        private void Free()
        {
            LetGo();
            user?.Dispose();
            transfer?.Release();
            if (!released)
            {
                Handle.Dispose();
            }
        }
    }
}
