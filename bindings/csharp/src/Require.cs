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
        /// <exception cref="ArgumentException">It holds a NUL, or half of a surrogate pair.</exception>
        internal static void Text(string? text, string name)
        {
            NotNull(text, name);
            OptionalText(text, name);
        }

        /// <summary>The same for what may be null.</summary>
        internal static void OptionalText(string? text, string name)
        {
            for (int at = 0; text != null && at < text.Length; at++)
            {
                if (text[at] == '\0')
                {
                    throw OssException.Invalid($"`{name}` holds a NUL, which C strings cannot");
                }
                if (char.IsSurrogate(text[at]) && !char.IsSurrogatePair(text, at++))
                {
                    throw OssException.Invalid($"`{name}` holds half of a surrogate pair, which UTF-8 cannot");
                }
            }
        }

        /// <summary>What is copied: the parameters have these names wherever something is.</summary>
        internal static void CopySource(string sourceKey, string? sourceBucket, string? sourceVersionId)
        {
            Text(sourceKey, nameof(sourceKey));
            OptionalText(sourceBucket, nameof(sourceBucket));
            OptionalText(sourceVersionId, nameof(sourceVersionId));
        }

        /// <summary>How long ago something was, in whole seconds.</summary>
        internal static long Age(TimeSpan age) =>
            age >= TimeSpan.Zero
                ? Config.Seconds(age)
                : throw OssException.OutOfRange(nameof(age), age, $"`age`: {age} is negative; allowed are 0 and more");

        /// <summary>A piece of a buffer, which has to lie in it.</summary>
        internal static void Piece(byte[] buffer, int offset, int count)
        {
            NotNull(buffer, nameof(buffer));
            if (offset < 0 || count < 0 || count > buffer.Length - offset)
            {
                throw new ArgumentOutOfRangeException(nameof(count), "offset and count reach outside of the buffer");
            }
        }
    }
}
