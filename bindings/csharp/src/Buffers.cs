using System.Collections.Generic;

namespace Alioss
{
    /// <summary>Buffers of 80 KiB, just too small for the heap of large objects, that are used again and again.</summary>
    internal static class Buffers
    {
        internal const int Size = 80 * 1024;

        private const int Kept = 32;

        private static readonly Stack<byte[]> Spare = new Stack<byte[]>();

        internal static byte[] Take()
        {
            lock (Spare)
            {
                return Spare.Count > 0 ? Spare.Pop() : new byte[Size];
            }
        }

        /// <summary>Takes a buffer back that nobody uses any more; one of another size is left to the collector.</summary>
        internal static void Give(byte[] buffer)
        {
            lock (Spare)
            {
                if (buffer.Length == Size && Spare.Count < Kept)
                {
                    Spare.Push(buffer);
                }
            }
        }
    }
}
