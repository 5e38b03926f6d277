using System;
using System.IO;
using System.Reflection;
using System.Threading.Tasks;
using Alioss;
using static Harness;

/// <summary>Local files that fail do so as people know it from .NET.</summary>
internal static class LocalFiles
{
    private static T Within<T>(Action action) where T : Exception
    {
        var error = Throws<OssException>(action);
        Equal(OssStatus.Io, error.Status, error.Message);
        Equal(typeof(T), error.InnerException == null ? null : error.InnerException.GetType(), error.Message);
        Equal(error.Message, error.InnerException.Message);
        return (T)error.InnerException;
    }

    internal static void WhatTheSystemSaysIsWithin()
    {
        string directory = Path.Combine(Path.GetTempPath(), "alioss-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(directory);
        try
        {
            using (var bucket = Bucket())
            {
                Fail(bucket, Key(), directory);
            }
        }
        finally
        {
            Directory.Delete(directory, true);
        }
    }

    private static void Fail(Bucket bucket, string key, string directory)
    {
        bucket.PutObject(key, Pattern(1000));
        string missing = Path.Combine(directory, "missing");
        string below = Path.Combine(missing, "file");
        string file = Path.Combine(directory, "file");
        File.WriteAllText(file, "text");
        Equal(missing, Within<FileNotFoundException>(() => bucket.PutObjectFile(key, missing)).FileName);
        Equal(missing, Within<FileNotFoundException>(() => bucket.UploadFile(key, missing)).FileName);
        Equal(missing, Within<FileNotFoundException>(() => bucket.UploadPartFile(key, "id", 1, missing, 0, 1)).FileName);
        Within<FileNotFoundException>(() => Failures.Wait(bucket.PutObjectFileAsync(key, missing)));
        Within<DirectoryNotFoundException>(() => bucket.PutObjectFile(key, below));
        Within<DirectoryNotFoundException>(() => bucket.GetObjectToFile(key, below));
        Within<DirectoryNotFoundException>(() => bucket.DownloadFile(key, below));
        Within<DirectoryNotFoundException>(() => bucket.UploadDirectory(key, missing));
        Within<DirectoryNotFoundException>(() => bucket.PutObjectFile(key, Path.Combine(file, "below")));
        Within<PathTooLongException>(() => bucket.PutObjectFile(key, Path.Combine(directory, new string('a', 300))));
        // What the service does not have is not a file.
        var error = Throws<OssException>(() => bucket.GetObjectToFile(Key(), file));
        Equal(OssStatus.NotFound, error.Status);
        Equal(null, error.InnerException);
    }

    /// <summary>What tests that may do everything on their machine do not meet.</summary>
    internal static void RightsAndRoomHaveTheirExceptions()
    {
        var of = typeof(Bucket).Assembly.GetType("Alioss.FileFailure").GetMethod("Of", BindingFlags.Static | BindingFlags.NonPublic);
        Func<int, Exception> made = number => (Exception)of.Invoke(null, new object[] { number, "words", null });
        Equal(null, made(0));
        Equal(typeof(UnauthorizedAccessException), made(13).GetType());
        Equal(typeof(IOException), made(28).GetType());
        Equal(28, made(28).HResult);
        Equal("words", made(28).Message);
    }
}
