using System;
using System.Collections.Generic;

namespace Alioss
{
    /// <summary>
    /// How <see cref="Bucket.UploadDirectory"/> and <see cref="Bucket.DownloadDirectory"/> go about it. By default what is new
    /// or different is transferred, nothing deleted, and links are left out.
    /// </summary>
    public sealed class DirectoryOptions
    {
        /// <summary>
        /// Deletes at the target what the source does not have, after everything else: not if anything failed, and not from a
        /// source that is unreadable or without a file. What <see cref="Filter"/> leaves out, and what was skipped, stays. A
        /// file that was written to since it was listed stays, too, and fails.
        /// </summary>
        public bool Delete { get; set; }

        /// <summary>With <see cref="Delete"/>: also if the source has no file, which then deletes everything.</summary>
        public bool DeleteFromEmpty { get; set; }

        /// <summary>
        /// Transfers everything, also what is the same on both sides. Not together with <see cref="Delete"/>.
        /// </summary>
        public bool Overwrite { get; set; }

        /// <summary>
        /// Compares files of the same size by CRC-64, not by time. Local files are read for it. An upload does that anyway with
        /// files about which anything was changed after their objects were stored.
        /// </summary>
        public bool CompareContent { get; set; }

        /// <summary>
        /// Follows symbolic links. Otherwise an upload skips them, and in a download a file fails that would be written
        /// through one.
        /// </summary>
        public bool FollowLinks { get; set; }

        /// <summary>The first file that fails ends the transfer.</summary>
        public bool StopAtFailure { get; set; }

        /// <summary>
        /// An upload makes an object of 0 bytes, with a slash at the end of its key, for each empty directory.
        /// </summary>
        public bool Markers { get; set; }

        /// <summary>Changes nothing, but reports what would be done.</summary>
        public bool DryRun { get; set; }

        /// <summary>
        /// Says whether a file is to be looked at, also for deleting; null: all are. It gets the name below the directory,
        /// such as "a/b"; that of a directory ends with a slash. Runs on the thread of the call. What it throws ends the call
        /// and comes back unchanged.
        /// </summary>
        public Func<string, bool>? Filter { get; set; }

        /// <summary>
        /// Told of each file when it is done, on the thread of the call. What it throws ends the call and comes back
        /// unchanged. (<see cref="Progress{T}"/> passes reports on to another thread, where they may be late.)
        /// </summary>
        public IProgress<TransferOutcome>? Outcomes { get; set; }

        /// <summary>OSS_DIRECTORY_...</summary>
        internal int Flags =>
            (Delete ? 1 : 0)
            | (DeleteFromEmpty ? 2 : 0)
            | (Overwrite ? 4 : 0)
            | (CompareContent ? 8 : 0)
            | (FollowLinks ? 16 : 0)
            | (StopAtFailure ? 32 : 0)
            | (Markers ? 64 : 0)
            | (DryRun ? 128 : 0);
    }

    /// <summary>
    /// How <see cref="Bucket.DeletePrefix"/> goes about it. By default the latest versions of what a prefix that is not empty
    /// names are deleted.
    /// </summary>
    public sealed class DeletePrefixOptions
    {
        /// <summary>Allows an empty prefix: every object of the bucket.</summary>
        public bool WholeBucket { get; set; }

        /// <summary>Deletes all versions and delete markers for good.</summary>
        public bool Versions { get; set; }

        /// <summary>As <see cref="DirectoryOptions.Outcomes"/>.</summary>
        public IProgress<TransferOutcome>? Outcomes { get; set; }

        /// <summary>OSS_DELETE_...</summary>
        internal int Flags => (WholeBucket ? 1 : 0) | (Versions ? 2 : 0);
    }

    /// <summary>What became of a file or an object. Later versions may know more.</summary>
    public enum OutcomeKind
    {
        /// <summary>It was uploaded or downloaded.</summary>
        Transferred = 1,

        /// <summary>It was the same on both sides already.</summary>
        Unchanged = 2,

        /// <summary>It was left out by a rule: a link, a pipe, a file that vanished.</summary>
        Skipped = 3,

        /// <summary>It was to be transferred or deleted, but could not be.</summary>
        Failed = 4,

        /// <summary>It was deleted.</summary>
        Deleted = 5,
    }

    /// <summary>A file or an object, and what became of it.</summary>
    public sealed class TransferOutcome
    {
        /// <summary>An outcome.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="key"/> is null.</exception>
        public TransferOutcome(
            OutcomeKind kind,
            string key,
            string? path = null,
            long size = 0,
            string? versionId = null,
            OssStatus status = OssStatus.Ok,
            string? reason = null)
        {
            Kind = kind;
            Key = key ?? throw new ArgumentNullException(nameof(key));
            Path = path;
            Size = size;
            VersionId = versionId;
            Status = status;
            Reason = reason;
        }

        internal unsafe TransferOutcome(Native.Outcome* from)
            : this(
                (OutcomeKind)from->Kind,
                Utf8.Text(from->Key) ?? "",
                Utf8.Text(from->Path),
                from->Size,
                Utf8.Text(from->VersionId),
                (OssStatus)from->Status,
                Utf8.Text(from->Reason))
        {
            ETag = Utf8.Text(from->ETag);
            LastModified = BucketEntry.Time(from->LastModified);
            if (from->FileModifiedNs != 0 || from->FileChangedNs != 0)
            {
                FileModified = Time(from->FileModifiedNs);
            }
            if (from->FileChangedNs != 0)
            {
                FileChanged = Time(from->FileChangedNs);
            }
            FileDevice = from->FileDevice;
            FileNumber = from->FileNumber;
        }

        private static DateTimeOffset Time(long nanoseconds) =>
            new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero).AddTicks(nanoseconds / 100);

        /// <summary>What became of it.</summary>
        public OutcomeKind Kind { get; }

        /// <summary>The whole key of the object.</summary>
        public string Key { get; }

        /// <summary>The local file; null if there is none.</summary>
        public string? Path { get; }

        /// <summary>Bytes; 0 if that is not known. Of an upload, what the file had then.</summary>
        public long Size { get; }

        /// <summary>The version that was deleted; null if none was named.</summary>
        public string? VersionId { get; }

        /// <summary>Why it was skipped or failed; <see cref="OssStatus.Ok"/> for the others.</summary>
        public OssStatus Status { get; }

        /// <summary>The same in words; null for the others.</summary>
        public string? Reason { get; }

        /// <summary>
        /// ETag, with its quotes, of the object that was stored, fetched or the same already; null if that is not known.
        /// </summary>
        public string? ETag { get; set; }

        /// <summary>When an object that was fetched or the same already was stored; null if that is not known.</summary>
        public DateTimeOffset? LastModified { get; set; }

        /// <summary>
        /// When a file that was uploaded was last written to, as of just before it was read. Whoever removes it has to compare
        /// this and <see cref="Size"/> with the file as it is then: it may have changed while the answer was awaited, or since.
        /// </summary>
        public DateTimeOffset? FileModified { get; set; }

        /// <summary>When anything about it was changed (ctime), likewise; null on Windows.</summary>
        public DateTimeOffset? FileChanged { get; set; }

        /// <summary>The device that it is on (st_dev); 0 on Windows.</summary>
        public ulong FileDevice { get; set; }

        /// <summary>Its number there (st_ino); 0 on Windows.</summary>
        public ulong FileNumber { get; set; }

        /// <summary>Such as "Failed p/a: ...".</summary>
        public override string ToString() => Kind + " " + Key + (Reason == null ? "" : ": " + Reason);
    }

    /// <summary>So many files, with so many bytes in all.</summary>
    public struct OutcomeCount
    {
        /// <summary>A count.</summary>
        public OutcomeCount(long files, long bytes)
        {
            Files = files;
            Bytes = bytes;
        }

        /// <summary>Files or objects.</summary>
        public long Files { get; }

        /// <summary>Their bytes.</summary>
        public long Bytes { get; }
    }

    /// <summary>What became of many files or objects.</summary>
    public sealed class TransferReport
    {
        private readonly IDictionary<OutcomeKind, OutcomeCount> counts;

        /// <summary>A report, for tests of programs that use this library.</summary>
        public TransferReport(
            IDictionary<OutcomeKind, OutcomeCount>? counts = null, IReadOnlyList<TransferOutcome>? problems = null)
        {
            this.counts = counts ?? new Dictionary<OutcomeKind, OutcomeCount>();
            Problems = problems ?? new TransferOutcome[0];
        }

        internal unsafe TransferReport(CallHandle call)
        {
            counts = new Dictionary<OutcomeKind, OutcomeCount>();
            for (var kind = OutcomeKind.Transferred; kind <= OutcomeKind.Deleted; kind++)
            {
                long files = Native.oss_call_outcome_count(call, (int)kind);
                counts[kind] = new OutcomeCount(files, Native.oss_call_outcome_bytes(call, (int)kind));
            }
            var problems = new List<TransferOutcome>();
            Native.Outcome* outcome;
            while ((outcome = Native.oss_call_outcome_at(call, (UIntPtr)(uint)problems.Count)) != null)
            {
                problems.Add(new TransferOutcome(outcome));
            }
            Problems = problems;
            GC.KeepAlive(call);
        }

        /// <summary>What was uploaded or downloaded.</summary>
        public OutcomeCount Transferred => Count(OutcomeKind.Transferred);

        /// <summary>What was the same on both sides already.</summary>
        public OutcomeCount Unchanged => Count(OutcomeKind.Unchanged);

        /// <summary>What was left out by a rule.</summary>
        public OutcomeCount Skipped => Count(OutcomeKind.Skipped);

        /// <summary>What could not be transferred or deleted.</summary>
        public OutcomeCount Failed => Count(OutcomeKind.Failed);

        /// <summary>What was deleted.</summary>
        public OutcomeCount Deleted => Count(OutcomeKind.Deleted);

        /// <summary>
        /// What was skipped and what failed, in the order in which it did: the first 1000 of each kind.
        /// </summary>
        public IReadOnlyList<TransferOutcome> Problems { get; }

        private OutcomeCount Count(OutcomeKind kind)
        {
            OutcomeCount count;
            return counts.TryGetValue(kind, out count) ? count : default(OutcomeCount);
        }
    }
}
