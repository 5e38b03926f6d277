using System;
using Microsoft.Extensions.Logging;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace Alioss
{
    /// <summary>Brings the log of the library to the log of an application.</summary>
    public static class OssLogging
    {
        /// <summary>The category of its lines.</summary>
        public const string Category = "Alioss";

        private static readonly Level[] Levels =
        {
            Level.Trace, Level.Debug, Level.Information, Level.Warning, Level.Error,
        };

        private static readonly object Gate = new object();
        private static Forwarding? current;

        /// <summary>
        /// Sends the log of the whole process to <paramref name="logging"/>, from the level that is enabled there now for
        /// <see cref="Category"/>, until what is returned is disposed or this is called again.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="logging"/> is null.</exception>
        public static IDisposable Forward(ILoggerFactory logging)
        {
            var logger = (logging ?? throw new ArgumentNullException(nameof(logging))).CreateLogger(Category);
            var forwarding = new Forwarding();
            lock (Gate)
            {
                Oss.SetLog((level, line) => Write(logger, level, line), Lowest(logger));
                // Only now: if that fails, the one before goes on.
                current = forwarding;
            }
            return forwarding;
        }

        private static LogLevel Lowest(ILogger logger)
        {
            for (int at = 0; at < Levels.Length; at++)
            {
                if (logger.IsEnabled(Levels[at]))
                {
                    return (LogLevel)(Levels.Length - at);
                }
            }
            return LogLevel.Off;
        }

        private static void Write(ILogger logger, LogLevel level, string line)
        {
            int at = Levels.Length - (int)level;
            if (at >= 0 && at < Levels.Length)
            {
                logger.Log(Levels[at], default(EventId), line, null, (text, exception) => text);
            }
        }

        private sealed class Forwarding : IDisposable
        {
            public void Dispose()
            {
                lock (Gate)
                {
                    if (current == this)
                    {
                        Oss.SetLog(null, LogLevel.Off);
                        current = null;
                    }
                }
            }
        }
    }
}
