using System;
using System.Collections.Generic;
using Microsoft.Extensions.Logging;

namespace Alioss
{
    /// <summary>
    /// Buckets by their names, each made when it is first asked for. They share their connections, and are disposed with
    /// this. Any number of threads may use it.
    /// </summary>
    public class BucketFactory : IDisposable
    {
        private readonly object gate = new object();
        private readonly Dictionary<string, Bucket> buckets = new Dictionary<string, Bucket>(StringComparer.Ordinal);
        private readonly OssOptions options;
        private OssOptions? sharing;
        private Session? session;
        private readonly IDisposable? log;
        private bool disposed;

        /// <summary>
        /// Buckets with these options; the log of the library goes to <paramref name="logging"/>, unless that is null.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
        public BucketFactory(OssOptions options, ILoggerFactory? logging = null)
        {
            this.options = options ?? throw new ArgumentNullException(nameof(options));
            log = logging == null ? null : OssLogging.Forward(logging);
        }

        /// <summary>The bucket of this name, always the same one; not to be disposed by who asks for it.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
        /// <exception cref="ArgumentException">An option or the name is unusable; the message says which.</exception>
        /// <exception cref="ObjectDisposedException">This is disposed.</exception>
        public virtual Bucket GetBucket(string name)
        {
            if (name == null)
            {
                throw new ArgumentNullException(nameof(name));
            }
            lock (gate)
            {
                Bucket? found;
                if (!buckets.TryGetValue(name, out found))
                {
                    found = new Bucket(Sharing(), name);
                    buckets.Add(name, found);
                }
                return found;
            }
        }

        /// <summary>Disposes all buckets; calls in progress finish undisturbed.</summary>
        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        /// <summary>The same for classes made from this one.</summary>
        protected virtual void Dispose(bool disposing)
        {
            if (!disposing)
            {
                return;
            }
            lock (gate)
            {
                disposed = true;
                foreach (Bucket bucket in buckets.Values)
                {
                    bucket.Dispose();
                }
                buckets.Clear();
                session?.Dispose();
            }
            log?.Dispose();
        }

        internal Service NewService()
        {
            lock (gate)
            {
                return new Service(Sharing());
            }
        }

        /// <summary>The options with one session for all that is made from them. Within the gate.</summary>
        private OssOptions Sharing()
        {
            if (disposed)
            {
                throw new ObjectDisposedException(typeof(BucketFactory).FullName);
            }
            if (sharing == null)
            {
                session = options.Session == null ? new Session(options) : null;
                sharing = OssSettings.With(options, options.Session ?? session!);
            }
            return sharing;
        }
    }
}
