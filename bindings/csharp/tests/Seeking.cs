using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>Streams that can seek, as <see cref="Bucket.OpenRead"/> gives them: how their reads end.</summary>
internal static class Seeking
{
    private static int Read(Stream stream, CancellationToken token) =>
        stream.ReadAsync(new byte[10], 0, 10, token).GetAwaiter().GetResult();

    internal static void ReadsEndByTheirOwnTokens()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(1000));
            // The token of the read, that of the stream, or both where only one is cancelled.
            using (var never = new CancellationTokenSource())
            {
                foreach (CancellationToken of in new[] { CancellationToken.None, never.Token })
                {
                    using (var stream = bucket.OpenRead(key, null, of))
                    {
                        Fault(key, "{'type':'delay','ms':20000}", 99);
                        EndsInTime(token => Read(stream, token));
                        Admin("DELETE", "/_local/rules");
                        // Nothing of that is left, and the token of a read that is over ends no other.
                        using (var source = new CancellationTokenSource())
                        {
                            Equal(10, Read(stream, source.Token));
                            source.Cancel();
                        }
                        Equal(10, Read(stream, of));
                        Equal(20L, stream.Position);
                        Equal(10, stream.Read(new byte[10], 0, 10));
                    }
                    Fault(key, "{'type':'delay','ms':20000}", 99);
                    EndsInTime(token =>
                    {
                        using (var stream = Opened(bucket, key, token))
                        {
                            Read(stream, of);
                        }
                    });
                    Admin("DELETE", "/_local/rules");
                }
            }
        }
    }

    internal static void DisposalEndsWhatOpens()
    {
        using (var bucket = Bucket())
        using (var source = new CancellationTokenSource())
        {
            string key = Key();
            bucket.PutObject(key, Pattern(1000));
            foreach (CancellationToken ofRead in new[] { CancellationToken.None, source.Token })
            {
                foreach (bool async in new[] { true, false })
                {
                    var stream = Opened(bucket, key, CancellationToken.None);
                    Admin("DELETE", "/_local/requests");
                    var read = Task.Run(() => async ? stream.ReadAsync(new byte[10], 0, 10, ofRead) : Task.FromResult(stream.Read(new byte[10], 0, 10)));
                    Thread.Sleep(300);
                    stream.Dispose();
                    Check(Task.WaitAny(new Task[] { read }, 10000) == 0, "a read waits for an answer though the stream is disposed");
                    Throws<ObjectDisposedException>(() => read.GetAwaiter().GetResult());
                    Admin("DELETE", "/_local/rules");
                }
            }
        }
    }

    /// <summary>Only the download is slow.</summary>
    private static Stream Opened(Bucket bucket, string key, CancellationToken token)
    {
        Admin("DELETE", "/_local/rules");
        var stream = bucket.OpenRead(key, null, token);
        Fault(key, "{'type':'delay','ms':20000}", 99);
        return stream;
    }

    internal static void ReadsGoOnAfterAFailure()
    {
        var options = Options();
        options.Attempts = 1;
        using (var bucket = Bucket(options))
        {
            string key = Key();
            bucket.PutObject(key, Pattern(300000));
            using (var stream = bucket.OpenRead(key))
            {
                foreach (Func<byte[], int> read in new Func<byte[], int>[] { b => stream.Read(b, 0, b.Length), b => stream.ReadAsync(b, 0, b.Length).GetAwaiter().GetResult() })
                {
                    long at = stream.Position;
                    Fault(key, "{'type':'status','status':503,'code':'ServiceUnavailable'}");
                    Fails(OssStatus.Throttled, () => read(new byte[10]));
                    var bytes = new byte[10];
                    Equal(10, read(bytes));
                    SameBytes(Pattern(300000).Skip((int)at).Take(10).ToArray(), bytes);
                    stream.Position += 100000; // another download
                    Fault(key, "{'type':'cut_body','after_bytes':3}");
                    Throws<IOException>(() => { while (read(new byte[10]) > 0) { } });
                    stream.Position = at + 10;
                }
                Throws<ArgumentNullException>(() => stream.Read(null, 0, 0));
                Throws<ArgumentOutOfRangeException>(() => stream.Read(new byte[1], 0, 2));
                Throws<ArgumentException>(() => stream.Seek(0, (SeekOrigin)3));
                Throws<ArgumentOutOfRangeException>(() => stream.Seek(long.MaxValue, SeekOrigin.End));
                Throws<IOException>(() => stream.Seek(-300001, SeekOrigin.End));
            }
        }
    }
}
