using System;

namespace Alioss
{
    /// <summary>Looks at what an asynchronous call is given, so that a mistake shows where the call is, not in its task.</summary>
    internal static class Require
    {
        /// <exception cref="ArgumentNullException"><paramref name="value"/> is null.</exception>
        internal static void NotNull(object? value, string name)
        {
            if (value == null)
            {
                throw new ArgumentNullException(name);
            }
        }

        /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
        /// <exception cref="ArgumentException">It holds a NUL.</exception>
        internal static void Text(string? text, string name)
        {
            NotNull(text, name);
            if (text!.IndexOf('\0') >= 0)
            {
                throw OssException.Invalid($"`{name}` holds a NUL, which C strings cannot");
            }
        }
    }
}
