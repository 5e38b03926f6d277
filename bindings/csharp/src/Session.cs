using System;

namespace Alioss
{
    /// <summary>
    /// A pool of connections with its TLS, proxy and name settings, to be shared by buckets and services. Optional. Any
    /// number of threads may use it.
    /// </summary>
    public sealed class Session : IDisposable
    {
        /// <summary>
        /// Opens a session with the pool size, TLS, proxy and resolve settings of <paramref name="options"/>; connections
        /// are made when they are needed.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
        /// <exception cref="OssException">An option is unusable; the message names it.</exception>
        public Session(OssOptions options)
        {
            using (var config = new Config(options))
            {
                Handle = config.Opened(Native.oss_session_new(config.Handle));
            }
        }

        internal SessionHandle Handle { get; }

        /// <summary>Lets go of the session; buckets and services that share it keep it.</summary>
        public void Dispose() => Handle.Dispose();
    }
}
