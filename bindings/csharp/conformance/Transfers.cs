using System;
using System.Threading;
using Alioss;

internal static partial class Program
{
    // Large files, copies, objects of unknown length, and whole directories.
    private sealed partial class Operation
    {
        private readonly DirectoryOptions directory = new DirectoryOptions();

        private void TakeTransfer(string[] input)
        {
            switch (input[0])
            {
                case "part_size": call.PartSize = Number(input, 1); break;
                case "workers": call.Workers = Integer(input, 1); break;
                case "prefetch": call.Prefetch = Integer(input, 1); break;
                case "record_directory": call.RecordDirectory = Word(input, 1); break;
                case "no_record": call.NoRecord = true; break;
                case "outcome_stop": directory.Outcomes = new Stopper(); break;
                case "filter_out": directory.Filter = name => name != input[1]; break;
            }
        }

        private bool Parallel(Bucket bucket, CancellationToken token)
        {
            switch (words[0])
            {
                case "upload_file":
                    response = bucket.UploadFile(Key, Word(words, 3), call, token);
                    break;
                case "abort_upload_file":
                    bucket.AbortUploadFile(Key, Word(words, 3), call, token);
                    break;
                case "download_file":
                    response = bucket.DownloadFile(Key, Word(words, 3), call, token);
                    break;
                case "abort_download_file":
                    bucket.AbortDownloadFile(Key, Word(words, 3), call, token);
                    break;
                case "copy_large_object":
                    response = bucket.CopyLargeObject(
                        Key, Word(words, 4), WordOrNull(words, 3), WordOrNull(words, 5), call, token);
                    break;
                case "abort_copy_large_object":
                    bucket.AbortCopyLargeObject(
                        Key, Word(words, 4), WordOrNull(words, 3), WordOrNull(words, 5), call, token);
                    break;
                case "write_object":
                    Write(bucket, token);
                    break;
                case "list_uploads_before":
                    PrintAll(bucket.ListUploadsBefore(Prefix, Seconds(words, 3), call, token), Print);
                    break;
                case "abort_uploads_before":
                    found.Number("aborted", bucket.AbortUploadsBefore(Prefix, Seconds(words, 3), call, token));
                    break;
                default:
                    return Many(bucket, token);
            }
            return true;
        }

        private bool Many(Bucket bucket, CancellationToken token)
        {
            switch (words[0])
            {
                case "upload_directory":
                    Report(() => bucket.UploadDirectory(Word(words, 2), Word(words, 3), Flags(4), call, token));
                    break;
                case "download_directory":
                    Report(() => bucket.DownloadDirectory(Word(words, 2), Word(words, 3), Flags(4), call, token));
                    break;
                case "delete_prefix":
                    int flags = Integer(words, 3);
                    var how = new DeletePrefixOptions
                    {
                        WholeBucket = (flags & 1) != 0,
                        Versions = (flags & 2) != 0,
                        Outcomes = directory.Outcomes,
                    };
                    Report(() => bucket.DeletePrefix(Word(words, 2), how, call, token));
                    break;
                default:
                    return false;
            }
            return true;
        }

        /// <summary>What the flags of the C API say.</summary>
        private DirectoryOptions Flags(int index)
        {
            int flags = Integer(words, index);
            directory.Delete = (flags & 1) != 0;
            directory.DeleteFromEmpty = (flags & 2) != 0;
            directory.Overwrite = (flags & 4) != 0;
            directory.CompareContent = (flags & 8) != 0;
            directory.FollowLinks = (flags & 16) != 0;
            directory.StopAtFailure = (flags & 32) != 0;
            directory.Markers = (flags & 64) != 0;
            directory.DryRun = (flags & 128) != 0;
            return directory;
        }

        /// <summary>What became of many files, also if not all went well.</summary>
        private void Report(Func<TransferReport> transfer)
        {
            try
            {
                Print(transfer());
            }
            catch (Exception exception) when (OssException.Of(exception)?.Report != null)
            {
                Print(OssException.Of(exception).Report);
                throw;
            }
        }

        private void Print(TransferReport report)
        {
            entries.Text(
                "outcomes",
                report.Transferred.Files + "," + report.Unchanged.Files + "," + report.Skipped.Files + ","
                + report.Failed.Files + "," + report.Deleted.Files);
            foreach (TransferOutcome one in report.Problems)
            {
                entries.Text("entry", one.Kind.ToString().ToLowerInvariant() + "," + one.Size + "," + one.Key);
                entries.Text("entry.path", one.Path);
                entries.Text("entry.status", StatusName(one.Status));
                entries.Text("entry.reason", one.Reason);
            }
        }

        /// <summary>Writes a body in pieces, whatever becomes of them; one that gives up at its end is given up.</summary>
        private void Write(Bucket bucket, CancellationToken token)
        {
            using (var writer = bucket.OpenWrite(Key, call, token))
            {
                byte[] body = Body(words, 4);
                int piece = Integer(words, 3);
                for (int at = 0; at < body.Length; at += piece)
                {
                    try
                    {
                        writer.Write(body, at, Math.Min(piece, body.Length - at));
                    }
                    catch (OssException)
                    {
                        // Completing says it again.
                    }
                }
                if (!words[4].StartsWith("stop:", StringComparison.Ordinal))
                {
                    response = writer.Complete();
                }
            }
        }

        private sealed class Stopper : IProgress<TransferOutcome>
        {
            public void Report(TransferOutcome value)
            {
                throw new StopException();
            }
        }
    }
}
