using System;
using System.IO;

namespace Alioss
{
    /// <summary>
    /// The checksum with which the service and this library compare objects (CRC-64, ECMA-182), of bytes that come piece by
    /// piece. Shaped like System.IO.Hashing.NonCryptographicHashAlgorithm. One thread at a time.
    /// </summary>
    public sealed unsafe class Crc64
    {
        private ulong value;

        /// <summary>Bytes of a checksum.</summary>
        public int HashLengthInBytes => sizeof(ulong);

        /// <summary>Takes the next bytes.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
        public void Append(byte[] source) => Append(source, 0, source == null ? 0 : source.Length);

        /// <summary>Takes the next bytes: <paramref name="count"/> from <paramref name="offset"/> on.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
        /// <exception cref="ArgumentOutOfRangeException">There are not so many bytes.</exception>
        public void Append(byte[] source, int offset, int count)
        {
            if (source == null)
            {
                throw new ArgumentNullException(nameof(source));
            }
            if (offset < 0 || count < 0 || offset > source.Length - count)
            {
                throw new ArgumentOutOfRangeException(nameof(count), count, "the array has not so many bytes");
            }
            if (count > 0)
            {
                fixed (byte* bytes = &source[offset])
                {
                    value = Native.oss_crc64(value, bytes, (UIntPtr)(uint)count);
                }
            }
        }

#if NET
        /// <summary>Takes the next bytes.</summary>
        public void Append(ReadOnlySpan<byte> source)
        {
            fixed (byte* bytes = source)
            {
                value = Native.oss_crc64(value, bytes, (UIntPtr)(uint)source.Length);
            }
        }

#endif
        /// <summary>Takes all that is left of a stream.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
        public void Append(Stream source)
        {
            if (source == null)
            {
                throw new ArgumentNullException(nameof(source));
            }
            var buffer = new byte[65536];
            int count;
            while ((count = source.Read(buffer, 0, buffer.Length)) > 0)
            {
                Append(buffer, 0, count);
            }
        }

        /// <summary>The checksum of all bytes up to now.</summary>
        public ulong GetCurrentHashAsUInt64() => value;

        /// <summary>The same as bytes, the most significant first.</summary>
        public byte[] GetCurrentHash()
        {
            var hash = new byte[sizeof(ulong)];
            for (int index = 0; index < hash.Length; index++)
            {
                hash[index] = (byte)(value >> (8 * (hash.Length - 1 - index)));
            }
            return hash;
        }

        /// <summary>As <see cref="GetCurrentHash"/>, and goes back to no bytes.</summary>
        public byte[] GetHashAndReset()
        {
            var hash = GetCurrentHash();
            Reset();
            return hash;
        }

        /// <summary>Goes back to no bytes.</summary>
        public void Reset() => value = 0;

        /// <summary>The checksum of an array as bytes, the most significant first.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
        public static byte[] Hash(byte[] source)
        {
            var crc = new Crc64();
            crc.Append(source);
            return crc.GetCurrentHash();
        }

        /// <summary>The checksum of an array.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="source"/> is null.</exception>
        public static ulong HashToUInt64(byte[] source)
        {
            var crc = new Crc64();
            crc.Append(source);
            return crc.value;
        }

        /// <summary>
        /// The checksum of one block after another, from the checksums of both and the length of the second in bytes.
        /// </summary>
        public static ulong Combine(ulong first, ulong second, ulong secondLength) =>
            Native.oss_crc64_combine(first, second, secondLength);
    }
}
