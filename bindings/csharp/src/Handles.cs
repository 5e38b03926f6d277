using System;
using System.Runtime.InteropServices;
using System.Threading;
using Microsoft.Win32.SafeHandles;

namespace Alioss
{
    /// <summary>A handle of the library, freed when it is disposed and no call uses it any more.</summary>
    internal abstract class Handle : SafeHandleZeroOrMinusOneIsInvalid
    {
        private static readonly SafeHandle[] None = new SafeHandle[0];

        private SafeHandle[] needed = None;

        /// <summary>The collector disposes of it.</summary>
        private bool forgotten;

        protected Handle() : base(true)
        {
        }

        /// <exception cref="ObjectDisposedException">It is closed.</exception>
        internal void CheckOpen()
        {
            if (IsClosed || IsInvalid)
            {
                throw new ObjectDisposedException(this is BucketHandle ? "Alioss.Bucket" : "Alioss.Service");
            }
        }

        /// <summary>Keeps <paramref name="other"/> from being released before this handle.</summary>
        internal void Keep(SafeHandle? other)
        {
            if (other == null)
            {
                return;
            }
            bool added = false;
            other.DangerousAddRef(ref added);
            var more = new SafeHandle[needed.Length + 1];
            needed.CopyTo(more, 0);
            more[needed.Length] = other;
            needed = more;
        }

        /// <summary>The limit for each of its calls that has none of its own; null if there is none.</summary>
        internal virtual TimeSpan? TotalTimeout => null;

        protected abstract void Free(IntPtr pointer);

        /// <summary>Whether freeing may wait for the network.</summary>
        protected virtual bool MayWait => false;

        protected override void Dispose(bool disposing)
        {
            forgotten = !disposing;
            base.Dispose(disposing);
        }

        protected sealed override bool ReleaseHandle()
        {
            if (forgotten && Environment.HasShutdownStarted)
            {
                // The process ends, and what it holds with it.
                return true;
            }
            // Where the domain ends, no thread can start, and what is not freed now would call into nothing.
            if (forgotten && MayWait && !AppDomain.CurrentDomain.IsFinalizingForUnload())
            {
                // Not here, where all finalizers of the process would wait.
                Blocking.Run(FreeAll, CancellationToken.None);
                return true;
            }
            return FreeAll();
        }

        private bool FreeAll()
        {
            Free(handle);
            foreach (var other in needed)
            {
                other.DangerousRelease();
            }
            return true;
        }
    }

    internal sealed class ConfigHandle : Handle
    {
        protected override void Free(IntPtr pointer) => Native.oss_config_free(pointer);
    }

    internal sealed class CredentialsHandle : Handle
    {
        protected override void Free(IntPtr pointer) => Native.oss_credentials_free(pointer);
    }

    internal sealed class SessionHandle : Handle
    {
        protected override void Free(IntPtr pointer) => Native.oss_session_free(pointer);
    }

    internal sealed class BucketHandle : Handle
    {
        private TimeSpan? totalTimeout;

        internal override TimeSpan? TotalTimeout => totalTimeout;

        internal BucketHandle With(TimeSpan? timeout)
        {
            totalTimeout = timeout;
            return this;
        }

        protected override void Free(IntPtr pointer) => Native.oss_bucket_free(pointer);
    }

    internal sealed class ServiceHandle : Handle
    {
        protected override void Free(IntPtr pointer) => Native.oss_service_free(pointer);
    }

    internal sealed class WriterHandle : Handle
    {
        /// <summary>One that is not finished is aborted.</summary>
        protected override bool MayWait => true;

        protected override void Free(IntPtr pointer) => Native.oss_writer_free(pointer);
    }

    internal sealed class CallHandle : Handle
    {
        private long pressure;

        /// <summary>Threads read ahead for it, which freeing waits for.</summary>
        internal bool HasThreads;

        protected override bool MayWait => HasThreads;

        /// <summary>Tells the collector about memory that this call holds outside of its heap, in bytes.</summary>
        internal void AddPressure(long bytes)
        {
            if (bytes > 0 && pressure == 0)
            {
                // What a call holds besides.
                pressure = bytes + 4096;
                GC.AddMemoryPressure(pressure);
            }
        }

        protected override void Free(IntPtr pointer)
        {
            Thrown.Take(pointer);
            Native.oss_call_free(pointer);
            if (pressure > 0)
            {
                GC.RemoveMemoryPressure(pressure);
            }
        }
    }

    /// <summary>
    /// Keeps a managed object reachable by a pointer for as long as the library may call back; and alive, unless the type is
    /// weak.
    /// </summary>
    internal sealed class PinnedObject : SafeHandleZeroOrMinusOneIsInvalid
    {
        internal PinnedObject(object target, GCHandleType type = GCHandleType.Normal) : base(true)
        {
            SetHandle(GCHandle.ToIntPtr(GCHandle.Alloc(target, type)));
        }

        internal IntPtr Pointer => handle;

        protected override bool ReleaseHandle()
        {
            GCHandle.FromIntPtr(handle).Free();
            return true;
        }
    }
}
