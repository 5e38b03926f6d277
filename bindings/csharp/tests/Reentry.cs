using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Threading;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>Callbacks that use what they are called by.</summary>
internal static class Reentry
{
    internal static void TheLogIsNotSetByItsHandler()
    {
        OssException refused = null;
        int heard = 0;
        Oss.SetLog(
            (level, line) =>
            {
                Interlocked.Increment(ref heard);
                refused = refused ?? OssException.Of(Throws<OssException>(() => Oss.SetLog((l, t) => { }, LogLevel.Info)));
            },
            LogLevel.Trace);
        try
        {
            using (var bucket = Bucket())
            {
                bucket.BucketExists();
                Equal(OssStatus.Busy, refused.Status, refused.Message);
                // It goes where it went.
                int before = heard;
                bucket.BucketExists();
                Check(heard > before, "the log is lost");
            }
        }
        finally
        {
            Oss.SetLog(null, LogLevel.Off);
        }
    }
}
