using System;
using System.Threading;

namespace Alioss
{
    // What comes out of a call: its answer, its entries, or the exception for its failure.
    internal sealed unsafe partial class Call
    {
        /// <summary>The next entry of a listing, lent until the call is used again; null after the last one.</summary>
        internal Native.Entry* Next()
        {
            Native.Entry* entry;
            Check(Native.oss_call_next(Pointer, &entry));
            return entry;
        }

        /// <summary>Throws what a callback threw, else what the library says; nothing if all is well.</summary>
        internal void Check(int status)
        {
            // For the library it was a callback that gave up.
            bool isLate = transfer != null && transfer.IsLate && status == (int)OssStatus.Cancelled;
            lastStatus = isLate ? (int)OssStatus.Timeout : status;
            var error = status == (int)OssStatus.Ok
                ? null
                : OssException.From(lastStatus, Handle, path, isLate ? transfer!.Limit!.Words : null);
            ThrowThrown(error);
            if (error != null)
            {
                throw Failure(error, token);
            }
        }

        /// <summary>
        /// The same for a writer, which has what the service said; of a defect it knows nothing, and the words are with the
        /// thread.
        /// </summary>
        internal void CheckWriter(int status, WriterHandle writer)
        {
            if (status != (int)OssStatus.Ok)
            {
                lastStatus = status;
                string words = Utf8.Text(Native.oss_last_error()) ?? "";
                bool known = Native.oss_writer_failure(writer, Pointer) == status;
                var error = known ? OssException.From(status, Handle, path) : OssException.Plain(status, words);
                ThrowThrown(error);
                throw Failure(error, token);
            }
        }

        /// <summary>The same for what is about many files: what became of them, which is also in the exception.</summary>
        internal TransferReport Report(int status)
        {
            lastStatus = status;
            var report = new TransferReport(Handle);
            var error = status == (int)OssStatus.Ok ? null : OssException.From(status, Handle, path);
            if (error != null)
            {
                error.Report = report;
            }
            ThrowThrown(error);
            if (error == null)
            {
                return report;
            }
            // Of a file that failed the reason is no mistake in how the library is used.
            throw report.Failed.Files > 0 && error.Status != OssStatus.Cancelled ? error : Failure(error, token);
        }

        /// <summary>
        /// Throws what a callback threw, with how the call ended behind it. What is done stays done: what the call's own functions
        /// threw when they were told so came too late.
        /// </summary>
        private void ThrowThrown(OssException? error)
        {
            var thrown = (error == null ? null : transfer?.Exception) ?? Thrown.TakeFor(Pointer, error);
            if (thrown == null)
            {
                return;
            }
            if (error != null)
            {
                OssException.Remember(thrown.SourceException, error);
            }
            else
            {
                GiveUp();
            }
            thrown.Throw();
        }

        /// <summary>The exception for <paramref name="error"/>: itself, or the one that stands for cancellation.</summary>
        internal static Exception Failure(OssException error, CancellationToken token)
        {
            if (error.Status != OssStatus.Cancelled)
            {
                return error.ToThrow();
            }
            return new OperationCanceledException(
                error.Message, error, token.IsCancellationRequested ? token : CancellationToken.None);
        }

        /// <summary>The answer, which owns the handle if it has a document.</summary>
        internal OssResponse Answer()
        {
            var response = new OssResponse(Handle);
            released = response.HasDocument;
            return response;
        }

        /// <summary>Hands the handle over to who goes on reading.</summary>
        internal CallHandle Release()
        {
            released = true;
            return Handle;
        }

        /// <summary>For observers the call is cancelled, unless it failed already.</summary>
        internal void GiveUp()
        {
            if (lastStatus == (int)OssStatus.Ok)
            {
                lastStatus = (int)OssStatus.Cancelled;
            }
        }
    }
}
