using System;
using System.IO;
using System.Runtime.InteropServices;

namespace Alioss
{
    /// <summary>What .NET itself throws for what the system says of a file.</summary>
    internal static class FileFailure
    {
        /// <summary>
        /// The exception for the <paramref name="number"/> that C has as errno, or that Windows has; null for 0.
        /// <paramref name="path"/> is null if it is not known, and ends with a slash if it is that of a directory.
        /// </summary>
        internal static Exception? Of(int number, string words, string? path)
        {
            if (number == 0)
            {
                return null;
            }
            if (RuntimeInformation.IsOSPlatform(OSPlatform.Windows))
            {
                return OfWindows(number, words, path);
            }
            switch (number)
            {
                case 2: // ENOENT
                    return Missing(words, path);
                case 20: // ENOTDIR
                    return new DirectoryNotFoundException(words);
                case 1: // EPERM
                case 13: // EACCES
                    return new UnauthorizedAccessException(words);
                case 36: // ENAMETOOLONG of Linux
                case 63: // and of macOS
                    return new PathTooLongException(words);
                default:
                    return new IOException(words, number);
            }
        }

        private static Exception OfWindows(int number, string words, string? path)
        {
            switch (number)
            {
                case 2: // ERROR_FILE_NOT_FOUND
                    return Missing(words, path);
                case 3: // ERROR_PATH_NOT_FOUND
                    return new DirectoryNotFoundException(words);
                case 5: // ERROR_ACCESS_DENIED
                    return new UnauthorizedAccessException(words);
                case 206: // ERROR_FILENAME_EXCED_RANGE
                    return new PathTooLongException(words);
                default:
                    return new IOException(words, unchecked((int)0x80070000) | number);
            }
        }

        /// <summary>Of a file or of its directory: .NET tells them apart, systems do not.</summary>
        private static Exception Missing(string words, string? path)
        {
            if (path != null && !HasDirectory(path))
            {
                return new DirectoryNotFoundException(words);
            }
            // Of a directory it is one of the files in it.
            return path == null || path.EndsWith("/", StringComparison.Ordinal)
                ? new FileNotFoundException(words)
                : new FileNotFoundException(words, path);
        }

        private static bool HasDirectory(string path)
        {
            try
            {
                string? parent = Path.GetDirectoryName(Path.GetFullPath(path));
                return parent == null || Directory.Exists(parent);
            }
            catch (Exception exception) when (
                exception is ArgumentException || exception is IOException || exception is NotSupportedException)
            {
                return true;
            }
        }
    }
}
