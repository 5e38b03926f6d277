using System;
using System.Collections.Generic;

namespace Alioss
{
    /// <summary>What becomes of the objects of a bucket in time.</summary>
    public sealed class LifecycleConfiguration : Configuration
    {
        /// <summary>The rules, up to 1000.</summary>
        public IList<LifecycleRule> Rules { get; } = new List<LifecycleRule>();

        internal override string Root => "LifecycleConfiguration";

        internal override void Map(Mapper map) => map.Children("Rule", Rules);
    }

    /// <summary>What becomes of some of the objects.</summary>
    public sealed class LifecycleRule : IMapped
    {
        /// <summary>Its name; the service gives it one if it is null.</summary>
        public string? Id { get; set; }

        /// <summary>What the keys begin with; null or "" for all.</summary>
        public string? Prefix { get; set; }

        /// <summary>"Enabled" or "Disabled".</summary>
        public string? Status { get; set; }

        /// <summary>Tags that the objects have to have.</summary>
        public IList<Tag> Tags { get; } = new List<Tag>();

        /// <summary>Objects that are left alone.</summary>
        public LifecycleFilter? Filter { get; set; }

        /// <summary>When they are deleted.</summary>
        public LifecycleExpiration? Expiration { get; set; }

        /// <summary>When they change their class.</summary>
        public IList<LifecycleTransition> Transitions { get; } = new List<LifecycleTransition>();

        /// <summary>When uploads are aborted.</summary>
        public LifecycleAbort? AbortMultipartUpload { get; set; }

        /// <summary>When old versions are deleted.</summary>
        public NoncurrentVersionExpiration? NoncurrentVersionExpiration { get; set; }

        /// <summary>When old versions change their class.</summary>
        public IList<NoncurrentVersionTransition> NoncurrentVersionTransitions { get; } =
            new List<NoncurrentVersionTransition>();

        /// <summary>Since when accesses are known, in seconds since 1970; the service sets it.</summary>
        public long? AtimeBase { get; set; }

        void IMapped.Map(Mapper map)
        {
            Id = map.Text("ID", Id);
            Prefix = map.Text("Prefix", Prefix);
            Status = map.Text("Status", Status);
            map.Children("Tag", Tags);
            Filter = map.Child("Filter", Filter);
            Expiration = map.Child("Expiration", Expiration);
            map.Children("Transition", Transitions);
            AbortMultipartUpload = map.Child("AbortMultipartUpload", AbortMultipartUpload);
            NoncurrentVersionExpiration = map.Child("NoncurrentVersionExpiration", NoncurrentVersionExpiration);
            map.Children("NoncurrentVersionTransition", NoncurrentVersionTransitions);
            AtimeBase = map.Number("AtimeBase", AtimeBase);
        }
    }

    /// <summary>Which objects a rule leaves alone.</summary>
    public sealed class LifecycleFilter : IMapped
    {
        /// <summary>Those that are not larger than this, in bytes.</summary>
        public long? ObjectSizeGreaterThan { get; set; }

        /// <summary>Those that are not smaller than this, in bytes.</summary>
        public long? ObjectSizeLessThan { get; set; }

        /// <summary>Those with a prefix or tag.</summary>
        public IList<LifecycleFilterNot> Not { get; } = new List<LifecycleFilterNot>();

        void IMapped.Map(Mapper map)
        {
            ObjectSizeGreaterThan = map.Number("ObjectSizeGreaterThan", ObjectSizeGreaterThan);
            ObjectSizeLessThan = map.Number("ObjectSizeLessThan", ObjectSizeLessThan);
            map.Children("Not", Not);
        }
    }

    /// <summary>Objects that a rule leaves alone.</summary>
    public sealed class LifecycleFilterNot : IMapped
    {
        /// <summary>What their keys begin with.</summary>
        public string? Prefix { get; set; }

        /// <summary>The tag that they have.</summary>
        public Tag? Tag { get; set; }

        void IMapped.Map(Mapper map)
        {
            Prefix = map.Text("Prefix", Prefix);
            Tag = map.Child("Tag", Tag);
        }
    }

    /// <summary>When objects are deleted.</summary>
    public sealed class LifecycleExpiration : IMapped
    {
        /// <summary>So many days after they were last modified.</summary>
        public long? Days { get; set; }

        /// <summary>If they were last modified before.</summary>
        public DateTimeOffset? CreatedBeforeDate { get; set; }

        /// <summary>Whether delete markers go of which no version is left.</summary>
        public bool? ExpiredObjectDeleteMarker { get; set; }

        /// <summary>As <see cref="CreatedBeforeDate"/>, in old rules.</summary>
        public DateTimeOffset? Date { get; set; }

        void IMapped.Map(Mapper map)
        {
            Days = map.Number("Days", Days);
            CreatedBeforeDate = map.Time("CreatedBeforeDate", CreatedBeforeDate);
            ExpiredObjectDeleteMarker = map.Flag("ExpiredObjectDeleteMarker", ExpiredObjectDeleteMarker);
            Date = map.Time("Date", Date);
        }
    }

    /// <summary>When objects change their class.</summary>
    public sealed class LifecycleTransition : IMapped
    {
        /// <summary>So many days after they were last modified or accessed.</summary>
        public long? Days { get; set; }

        /// <summary>If they were last modified before.</summary>
        public DateTimeOffset? CreatedBeforeDate { get; set; }

        /// <summary>The class they then have.</summary>
        public string? StorageClass { get; set; }

        /// <summary>Whether days count from the last access.</summary>
        public bool? IsAccessTime { get; set; }

        /// <summary>Whether an access makes them Standard again.</summary>
        public bool? ReturnToStdWhenVisit { get; set; }

        /// <summary>Whether objects below 64 KB do too.</summary>
        public bool? AllowSmallFile { get; set; }

        void IMapped.Map(Mapper map)
        {
            Days = map.Number("Days", Days);
            CreatedBeforeDate = map.Time("CreatedBeforeDate", CreatedBeforeDate);
            StorageClass = map.Text("StorageClass", StorageClass);
            IsAccessTime = map.Flag("IsAccessTime", IsAccessTime);
            ReturnToStdWhenVisit = map.Flag("ReturnToStdWhenVisit", ReturnToStdWhenVisit);
            AllowSmallFile = map.Flag("AllowSmallFile", AllowSmallFile);
        }
    }

    /// <summary>When uploads are aborted that nobody completed.</summary>
    public sealed class LifecycleAbort : IMapped
    {
        /// <summary>So many days after they began.</summary>
        public long? Days { get; set; }

        /// <summary>If they began before.</summary>
        public DateTimeOffset? CreatedBeforeDate { get; set; }

        /// <summary>As <see cref="CreatedBeforeDate"/>, in old rules.</summary>
        public DateTimeOffset? Date { get; set; }

        void IMapped.Map(Mapper map)
        {
            Days = map.Number("Days", Days);
            CreatedBeforeDate = map.Time("CreatedBeforeDate", CreatedBeforeDate);
            Date = map.Time("Date", Date);
        }
    }

    /// <summary>When old versions are deleted.</summary>
    public sealed class NoncurrentVersionExpiration : IMapped
    {
        /// <summary>So many days after they became old.</summary>
        public long? NoncurrentDays { get; set; }

        void IMapped.Map(Mapper map) => NoncurrentDays = map.Number("NoncurrentDays", NoncurrentDays);
    }

    /// <summary>When old versions change their class.</summary>
    public sealed class NoncurrentVersionTransition : IMapped
    {
        /// <summary>So many days after they became old.</summary>
        public long? NoncurrentDays { get; set; }

        /// <summary>The class they then have.</summary>
        public string? StorageClass { get; set; }

        /// <summary>Whether days count from the last access.</summary>
        public bool? IsAccessTime { get; set; }

        /// <summary>Whether an access makes them Standard again.</summary>
        public bool? ReturnToStdWhenVisit { get; set; }

        /// <summary>Whether objects below 64 KB do too.</summary>
        public bool? AllowSmallFile { get; set; }

        void IMapped.Map(Mapper map)
        {
            NoncurrentDays = map.Number("NoncurrentDays", NoncurrentDays);
            StorageClass = map.Text("StorageClass", StorageClass);
            IsAccessTime = map.Flag("IsAccessTime", IsAccessTime);
            ReturnToStdWhenVisit = map.Flag("ReturnToStdWhenVisit", ReturnToStdWhenVisit);
            AllowSmallFile = map.Flag("AllowSmallFile", AllowSmallFile);
        }
    }
}
