using System.Collections.Generic;

namespace Alioss
{
    /// <summary>Buffers that are used again and again.</summary>
    internal static class Buffers
    {
        /// <summary>For one piece: just too small for the heap of large objects.</summary>
        internal const int Size = 80 * 1024;

        /// <summary>For what is read ahead.</summary>
        internal const int ReadAheadSize = 256 * 1024;

        private const int Kept = 32;

        private static readonly List<byte[]> Spare = new List<byte[]>();
        private static readonly List<byte[]> SpareReadAhead = new List<byte[]>();

        internal static byte[] Take() => Take(Spare, Size);

        /// <summary>Takes a buffer back that nobody uses any more.</summary>
        internal static void Give(byte[] buffer) => Give(Spare, Size, buffer);

        internal static byte[] TakeReadAhead() => Take(SpareReadAhead, ReadAheadSize);

        /// <summary>Takes one back that nobody uses any more; one of another size is left to the collector.</summary>
        internal static void GiveReadAhead(byte[] buffer) => Give(SpareReadAhead, ReadAheadSize, buffer);

        private static byte[] Take(List<byte[]> spare, int size)
        {
            lock (spare)
            {
                // Not a Stack, which .NET Core 3.1 does not find where Mono's compiler says it is.
                int last = spare.Count - 1;
                if (last < 0)
                {
                    return new byte[size];
                }
                byte[] buffer = spare[last];
                spare.RemoveAt(last);
                return buffer;
            }
        }

        private static void Give(List<byte[]> spare, int size, byte[] buffer)
        {
            lock (spare)
            {
                if (buffer.Length == size && spare.Count < Kept)
                {
                    spare.Add(buffer);
                }
            }
        }
    }
}
