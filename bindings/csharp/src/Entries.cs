using System;

namespace Alioss
{
    /// <summary>
    /// What a listing of a bucket lists: an object, a version of one, a delete marker, or a prefix that several keys share.
    /// </summary>
    public sealed unsafe class ObjectEntry
    {
        /// <summary>An empty one, to be filled by tests.</summary>
        public ObjectEntry()
        {
        }

        internal ObjectEntry(Native.Entry* entry)
        {
            IsPrefix = entry->Kind == Native.EntryPrefix;
            IsDeleteMarker = entry->Kind == Native.EntryDeleteMarker;
            VersionId = Utf8.Text(entry->VersionId);
            IsLatest = entry->IsLatest != 0;
            Key = Utf8.Text(entry->Name) ?? "";
            Size = entry->Size;
            LastModified = BucketEntry.Time(entry->Time);
            ETag = Utf8.Text(entry->ETag);
            StorageClass = Utf8.Text(entry->StorageClass);
            Type = Utf8.Text(entry->ObjectType);
            RestoreInfo = Utf8.Text(entry->RestoreInfo);
            OwnerId = Utf8.Text(entry->OwnerId);
            OwnerName = Utf8.Text(entry->OwnerName);
        }

        /// <summary>
        /// Whether <see cref="Key"/> is a common prefix: what the keys below it share up to the delimiter. It has nothing
        /// else.
        /// </summary>
        public bool IsPrefix { get; set; }

        /// <summary>Key of the object, or the prefix.</summary>
        public string Key { get; set; } = "";

        /// <summary>Whether it is a delete marker, which only ListObjectVersions gives; it has no size.</summary>
        public bool IsDeleteMarker { get; set; }

        /// <summary>Version of the object or delete marker; null in listings of objects.</summary>
        public string? VersionId { get; set; }

        /// <summary>Whether the version is the latest; false in listings of objects.</summary>
        public bool IsLatest { get; set; }

        /// <summary>Bytes; -1 for a prefix or a delete marker.</summary>
        public long Size { get; set; }

        /// <summary>When the object was last modified, to the second; null if unknown.</summary>
        public DateTimeOffset? LastModified { get; set; }

        /// <summary>ETag with its quotes; null if unknown, as all below.</summary>
        public string? ETag { get; set; }

        /// <summary>Storage class, such as "Standard".</summary>
        public string? StorageClass { get; set; }

        /// <summary>Type of the object: "Normal", "Appendable", "Multipart", "Symlink".</summary>
        public string? Type { get; set; }

        /// <summary>Restore state of an archived object, as the service words it.</summary>
        public string? RestoreInfo { get; set; }

        /// <summary>Id of the owner, if asked for with the query <c>["fetch-owner"] = "true"</c>.</summary>
        public string? OwnerId { get; set; }

        /// <summary>Name of the owner, likewise.</summary>
        public string? OwnerName { get; set; }

        /// <summary>The key.</summary>
        public override string ToString() => Key;
    }

    /// <summary>A multipart upload that was neither completed nor aborted, or a prefix that the keys of several share.</summary>
    public sealed unsafe class UploadEntry
    {
        /// <summary>An empty one, to be filled by tests.</summary>
        public UploadEntry()
        {
        }

        internal UploadEntry(Native.Entry* entry)
        {
            IsPrefix = entry->Kind == Native.EntryPrefix;
            Key = Utf8.Text(entry->Name) ?? "";
            UploadId = Utf8.Text(entry->UploadId);
            Initiated = BucketEntry.Time(entry->Time);
        }

        /// <summary>Whether <see cref="Key"/> is a common prefix; it has nothing else.</summary>
        public bool IsPrefix { get; set; }

        /// <summary>Key of the object to be, or the prefix.</summary>
        public string Key { get; set; } = "";

        /// <summary>Id of the upload; null for a prefix.</summary>
        public string? UploadId { get; set; }

        /// <summary>When it was begun, to the second; null if unknown.</summary>
        public DateTimeOffset? Initiated { get; set; }

        /// <summary>The key.</summary>
        public override string ToString() => Key;
    }

    /// <summary>What DeleteMultipleObjects deleted or could not delete.</summary>
    public sealed unsafe class DeletedEntry
    {
        /// <summary>An empty one, to be filled by tests.</summary>
        public DeletedEntry()
        {
        }

        internal DeletedEntry(Native.Entry* entry)
        {
            Key = Utf8.Text(entry->Name) ?? "";
            VersionId = Utf8.Text(entry->VersionId);
            DeleteMarkerVersionId = Utf8.Text(entry->DeleteMarkerVersionId);
            Code = Utf8.Text(entry->Code);
            Message = Utf8.Text(entry->Message);
            IsDeleted = entry->Kind == Native.EntryDeleted;
        }

        /// <summary>Whether it is gone; false for what could not be deleted.</summary>
        public bool IsDeleted { get; set; }

        /// <summary>Key of the object.</summary>
        public string Key { get; set; } = "";

        /// <summary>Version that was asked to be deleted; null if none was named.</summary>
        public string? VersionId { get; set; }

        /// <summary>Version of the delete marker that was made or removed; null if there is none.</summary>
        public string? DeleteMarkerVersionId { get; set; }

        /// <summary>Why it could not be deleted, as the service's error code such as "AccessDenied"; null if it is not told.</summary>
        public string? Code { get; set; }

        /// <summary>The same in words.</summary>
        public string? Message { get; set; }

        /// <summary>The key.</summary>
        public override string ToString() => Key;
    }

    /// <summary>What a listing of the service lists. Texts that the service does not give are null.</summary>
    public sealed unsafe class BucketEntry
    {
        /// <summary>An empty one, to be filled by tests.</summary>
        public BucketEntry()
        {
        }

        internal BucketEntry(Native.Entry* entry)
        {
            Name = Utf8.Text(entry->Name) ?? "";
            CreationDate = Time(entry->Time);
            StorageClass = Utf8.Text(entry->StorageClass);
            Region = Utf8.Text(entry->Region);
            Location = Utf8.Text(entry->Location);
            ExtranetEndpoint = Utf8.Text(entry->ExtranetEndpoint);
            IntranetEndpoint = Utf8.Text(entry->IntranetEndpoint);
        }

        /// <summary>Name of the bucket.</summary>
        public string Name { get; set; } = "";

        /// <summary>When it was created, to the second; null if unknown.</summary>
        public DateTimeOffset? CreationDate { get; set; }

        /// <summary>Storage class, such as "Standard".</summary>
        public string? StorageClass { get; set; }

        /// <summary>Region, such as "cn-hangzhou".</summary>
        public string? Region { get; set; }

        /// <summary>Location, such as "oss-cn-hangzhou".</summary>
        public string? Location { get; set; }

        /// <summary>Public endpoint.</summary>
        public string? ExtranetEndpoint { get; set; }

        /// <summary>Internal endpoint.</summary>
        public string? IntranetEndpoint { get; set; }

        /// <summary>The name.</summary>
        public override string ToString() => Name;

        internal static DateTimeOffset? Time(long seconds) =>
            seconds < 0 ? (DateTimeOffset?)null : DateTimeOffset.FromUnixTimeSeconds(seconds);
    }
}
