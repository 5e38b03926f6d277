using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;

namespace Alioss
{
    /// <summary>Strings for C and back.</summary>
    internal static unsafe class Utf8
    {
        private static readonly UTF8Encoding Strict = new UTF8Encoding(false, true);

        /// <summary>NUL-terminated UTF-8; <c>null</c> stays <c>null</c>, which C sees as NULL.</summary>
        /// <exception cref="OssException">The text holds a NUL, or half of a surrogate pair.</exception>
        internal static byte[]? Optional(string? text, string name)
        {
            if (text == null)
            {
                return null;
            }
            if (text.IndexOf('\0') >= 0)
            {
                throw OssException.Invalid($"`{name}` holds a NUL, which C strings cannot");
            }
            return Encoded(text, name, 1);
        }

        /// <summary>The bytes of a text.</summary>
        /// <exception cref="OssException">The text holds half of a surrogate pair.</exception>
        internal static byte[] Bytes(string text, string name) => Encoded(text, name, 0);

        /// <summary>The text of an answer.</summary>
        /// <exception cref="OssException">It is not UTF-8: <see cref="OssStatus.BadResponse"/>.</exception>
        internal static string Document(byte[] body)
        {
            try
            {
                return Strict.GetString(body);
            }
            catch (DecoderFallbackException)
            {
                throw OssException.Plain((int)OssStatus.BadResponse, "the answer is not UTF-8");
            }
        }

        /// <summary>The bytes of a text, and so many zeros.</summary>
        private static byte[] Encoded(string text, string name, int zeros)
        {
            try
            {
                var bytes = new byte[Strict.GetByteCount(text) + zeros];
                Strict.GetBytes(text, 0, text.Length, bytes, 0);
                return bytes;
            }
            catch (EncoderFallbackException)
            {
                throw OssException.Invalid($"`{name}` holds half of a surrogate pair, which UTF-8 cannot");
            }
        }

        /// <summary>As <see cref="Optional"/>, for what has to be there.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="text"/> is null.</exception>
        internal static byte[] Required(string? text, string name)
        {
            if (text == null)
            {
                throw new ArgumentNullException(name);
            }
            return Optional(text, name)!;
        }

        /// <summary>A copy of what C lends; NULL is <c>null</c>.</summary>
        internal static string? Text(byte* text)
        {
            if (text == null)
            {
                return null;
            }
            int length = Length(text);
            return length == 0 ? "" : Encoding.UTF8.GetString(text, length);
        }

        /// <summary>Bytes before the NUL.</summary>
        internal static int Length(byte* text)
        {
#if NET
            return MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text).Length;
#else
            int length = 0;
            while (text[length] != 0)
            {
                length++;
            }
            return length;
#endif
        }
    }

    /// <summary>
    /// Texts for C as an array of pointers, in one piece of memory with what they point to. It has no finalizer, which could
    /// run too early: see <see cref="Native"/>.
    /// </summary>
    internal sealed unsafe class TextArray : IDisposable
    {
        /// <summary>Copies <paramref name="texts"/>, which end with a NUL; null is NULL.</summary>
        internal TextArray(IReadOnlyList<byte[]?> texts)
        {
            int at = sizeof(byte*) * (texts.Count + 1);
            int size = at;
            foreach (byte[]? text in texts)
            {
                size = checked(size + (text == null ? 0 : text.Length));
            }
            var memory = Marshal.AllocHGlobal(size);
            Pointer = (byte**)memory;
            for (int index = 0; index < texts.Count; index++)
            {
                byte[]? text = texts[index];
                Pointer[index] = text == null ? null : (byte*)memory + at;
                if (text != null)
                {
                    Marshal.Copy(text, 0, memory + at, text.Length);
                    at += text.Length;
                }
            }
        }

        internal byte** Pointer { get; }

        public void Dispose() => Marshal.FreeHGlobal((IntPtr)Pointer);
    }
}
