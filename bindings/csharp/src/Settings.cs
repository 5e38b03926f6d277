using System.Collections.Generic;

namespace Alioss
{
    /// <summary>Who may do what with a bucket or an object, and whose it is.</summary>
    public sealed class AccessControlPolicy : Configuration
    {
        /// <summary>Id of the owner.</summary>
        public string? OwnerId { get; set; }

        /// <summary>Name of the owner.</summary>
        public string? OwnerName { get; set; }

        /// <summary>"private", "public-read", "public-read-write" or, of an object, "default".</summary>
        public string? Grant { get; set; }

        internal override string Root => "AccessControlPolicy";

        internal override void Map(Mapper map)
        {
            var owner = map.Inside("Owner");
            OwnerId = owner.Text("ID", OwnerId);
            OwnerName = owner.Text("DisplayName", OwnerName);
            Grant = map.Inside("AccessControlList").Text("Grant", Grant);
        }
    }

    /// <summary>A name with a value, on an object or a bucket.</summary>
    public sealed class Tag : IMapped
    {
        /// <summary>A tag that is yet to be named.</summary>
        public Tag()
        {
        }

        /// <summary>A tag.</summary>
        public Tag(string key, string value)
        {
            Key = key;
            Value = value;
        }

        /// <summary>Its name.</summary>
        public string? Key { get; set; }

        /// <summary>Its value.</summary>
        public string? Value { get; set; }

        void IMapped.Map(Mapper map)
        {
            Key = map.Text("Key", Key);
            Value = map.Text("Value", Value);
        }
    }

    /// <summary>The tags of an object or a bucket.</summary>
    public sealed class Tagging : Configuration
    {
        /// <summary>The tags.</summary>
        public IList<Tag> Tags { get; } = new List<Tag>();

        internal override string Root => "Tagging";

        internal override void Map(Mapper map) => map.Inside("TagSet").Children("Tag", Tags);
    }

    /// <summary>From where browsers may use a bucket.</summary>
    public sealed class CorsConfiguration : Configuration
    {
        /// <summary>The rules, of which the first that fits counts.</summary>
        public IList<CorsRule> Rules { get; } = new List<CorsRule>();

        /// <summary>Whether answers carry "Vary: Origin".</summary>
        public bool? ResponseVary { get; set; }

        internal override string Root => "CORSConfiguration";

        internal override void Map(Mapper map)
        {
            map.Children("CORSRule", Rules);
            ResponseVary = map.Flag("ResponseVary", ResponseVary);
        }
    }

    /// <summary>From where browsers may do what.</summary>
    public sealed class CorsRule : IMapped
    {
        /// <summary>Origins, with at most one "*".</summary>
        public IList<string> AllowedOrigins { get; } = new List<string>();

        /// <summary>Methods, such as "GET".</summary>
        public IList<string> AllowedMethods { get; } = new List<string>();

        /// <summary>Request headers, with at most one "*".</summary>
        public IList<string> AllowedHeaders { get; } = new List<string>();

        /// <summary>Headers of the answer that scripts may see.</summary>
        public IList<string> ExposeHeaders { get; } = new List<string>();

        /// <summary>How long browsers may remember this.</summary>
        public long? MaxAgeSeconds { get; set; }

        void IMapped.Map(Mapper map)
        {
            map.Texts("AllowedOrigin", AllowedOrigins);
            map.Texts("AllowedMethod", AllowedMethods);
            map.Texts("AllowedHeader", AllowedHeaders);
            map.Texts("ExposeHeader", ExposeHeaders);
            MaxAgeSeconds = map.Number("MaxAgeSeconds", MaxAgeSeconds);
        }
    }

    /// <summary>Where the access log of a bucket goes; nowhere without a target.</summary>
    public sealed class LoggingConfiguration : Configuration
    {
        /// <summary>The target; null for no log.</summary>
        public LoggingEnabled? LoggingEnabled { get; set; }

        internal override string Root => "BucketLoggingStatus";

        internal override void Map(Mapper map)
        {
            LoggingEnabled = map.Child("LoggingEnabled", LoggingEnabled);
            // The service may answer with an element that is empty.
            if (map.IsReading && string.IsNullOrEmpty(LoggingEnabled?.TargetBucket))
            {
                LoggingEnabled = null;
            }
        }
    }

    /// <summary>The target of an access log.</summary>
    public sealed class LoggingEnabled : IMapped
    {
        /// <summary>The bucket that takes the log.</summary>
        public string? TargetBucket { get; set; }

        /// <summary>What the keys of the log begin with.</summary>
        public string? TargetPrefix { get; set; }

        /// <summary>The role that writes it.</summary>
        public string? LoggingRole { get; set; }

        void IMapped.Map(Mapper map)
        {
            TargetBucket = map.Text("TargetBucket", TargetBucket);
            TargetPrefix = map.Text("TargetPrefix", TargetPrefix);
            LoggingRole = map.Text("LoggingRole", LoggingRole);
        }
    }

    /// <summary>From which pages a bucket may be used.</summary>
    public sealed class RefererConfiguration : Configuration
    {
        /// <summary>Whether requests without a Referer are let in.</summary>
        public bool? AllowEmptyReferer { get; set; }

        /// <summary>Whether the query of the Referer is left out of account.</summary>
        public bool? AllowTruncateQueryString { get; set; }

        /// <summary>Whether its path is.</summary>
        public bool? TruncatePath { get; set; }

        /// <summary>Who is let in, with "*" and "?"; empty for everybody.</summary>
        public IList<string> Referers { get; } = new List<string>();

        /// <summary>Who is not.</summary>
        public IList<string> Blacklist { get; } = new List<string>();

        internal override string Root => "RefererConfiguration";

        internal override void Map(Mapper map)
        {
            AllowEmptyReferer = map.Flag("AllowEmptyReferer", AllowEmptyReferer);
            AllowTruncateQueryString = map.Flag("AllowTruncateQueryString", AllowTruncateQueryString);
            TruncatePath = map.Flag("TruncatePath", TruncatePath);
            map.Inside("RefererList").Texts("Referer", Referers);
            map.Inside("RefererBlacklist", Blacklist.Count > 0).Texts("Referer", Blacklist);
        }
    }

    /// <summary>How the service encrypts what a bucket stores.</summary>
    public sealed class EncryptionConfiguration : Configuration
    {
        /// <summary>"AES256", "KMS" or "SM4".</summary>
        public string? Algorithm { get; set; }

        /// <summary>The key of KMS, if it is your own.</summary>
        public string? KmsMasterKeyId { get; set; }

        /// <summary>"SM4", or null for AES-256.</summary>
        public string? KmsDataEncryption { get; set; }

        internal override string Root => "ServerSideEncryptionRule";

        internal override void Map(Mapper map)
        {
            var rule = map.Inside("ApplyServerSideEncryptionByDefault");
            Algorithm = rule.Text("SSEAlgorithm", Algorithm);
            KmsMasterKeyId = rule.Text("KMSMasterKeyID", KmsMasterKeyId);
            KmsDataEncryption = rule.Text("KMSDataEncryption", KmsDataEncryption);
        }
    }

    /// <summary>Whether a bucket keeps versions.</summary>
    public sealed class VersioningConfiguration : Configuration
    {
        /// <summary>"Enabled" or "Suspended"; null if it never was.</summary>
        public string? Status { get; set; }

        internal override string Root => "VersioningConfiguration";

        internal override void Map(Mapper map) => Status = map.Text("Status", Status);
    }
}
