using System;

namespace Alioss
{
    /// <summary>How much a line of the log matters.</summary>
    public enum LogLevel
    {
        /// <summary>Nothing is logged.</summary>
        Off = 0,

        /// <summary>Something failed.</summary>
        Error = 1,

        /// <summary>Something is odd.</summary>
        Warning = 2,

        /// <summary>What happens, in broad strokes.</summary>
        Info = 3,

        /// <summary>What happens, in detail.</summary>
        Debug = 4,

        /// <summary>Everything.</summary>
        Trace = 5,
    }

    /// <summary>What concerns the library as a whole.</summary>
    public static unsafe class Oss
    {
        /// <summary>Whether the end of the domain of this program takes its log off; only .NET Framework and Mono have several.</summary>
        private static bool isWatched;

        /// <summary>Version of the native library, such as "0.1.0".</summary>
        public static string Version => Utf8.Text(Native.oss_version())!;

        /// <summary>The same as a number that can be compared: 10203 is 1.2.3.</summary>
        public static int VersionNumber => Native.oss_version_number();

        /// <summary>Whether the native library has a feature: "tls". False for unknown names.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="feature"/> is null.</exception>
        public static bool Has(string feature)
        {
            fixed (byte* text = Utf8.Required(feature, nameof(feature)))
            {
                return Native.oss_has(text) != 0;
            }
        }

        /// <summary>
        /// How many threads of this library run asynchronous calls at once at most, 1 to 32767, default 256. Further calls
        /// wait in line, where they can be cancelled. Threads are started when they are needed and end after a while without
        /// work. Not counted are those that are in a stream or callback of yours; and what such a one calls does not wait in
        /// that line, but has as many threads of its own.
        /// </summary>
        /// <exception cref="ArgumentOutOfRangeException">It is set to another value.</exception>
        public static int MaxThreads
        {
            get
            {
                return Blocking.MaxThreads;
            }

            set
            {
                if (value < 1 || value > 32767)
                {
                    throw new ArgumentOutOfRangeException(
                        nameof(value), value, $"`MaxThreads`: {value} is out of range; allowed are 1 to 32767");
                }
                Blocking.MaxThreads = value;
            }
        }

        /// <summary>
        /// Sends the log of the whole process to <paramref name="handler"/>, lines up to <paramref name="level"/>; null or
        /// <see cref="LogLevel.Off"/> ends it. Called on the thread the line comes from, by several at once if several work;
        /// what it throws is dropped. Secrets are never logged; until this is called nothing is.
        /// </summary>
        /// <exception cref="ArgumentException"><paramref name="level"/> has no meaning.</exception>
        /// <exception cref="OssException">
        /// <see cref="OssStatus.Busy"/>: it is called by the handler. The log goes where it went.
        /// </exception>
        public static void SetLog(Action<LogLevel, string>? handler, LogLevel level)
        {
            if (handler != null && !isWatched)
            {
                isWatched = true;
                // The log would go on calling what is there no longer.
                AppDomain.CurrentDomain.DomainUnload += TakeOffLog;
            }
            int status = Native.oss_set_log(handler == null ? IntPtr.Zero : Callbacks.Log, IntPtr.Zero, (int)level);
            if (status != (int)OssStatus.Ok)
            {
                throw OssException.Plain(status, Utf8.Text(Native.oss_last_error()) ?? "").ToThrow();
            }
            Callbacks.LogHandler = handler;
        }

        private static void TakeOffLog(object? sender, EventArgs arguments)
        {
            if (Callbacks.LogHandler != null)
            {
                Native.oss_set_log(IntPtr.Zero, IntPtr.Zero, (int)LogLevel.Off);
                Callbacks.LogHandler = null;
            }
        }
    }
}
