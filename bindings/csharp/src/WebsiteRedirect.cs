using System.Collections.Generic;

namespace Alioss
{
    /// <summary>Where a request is sent on, or what it is mirrored from.</summary>
    public sealed class RoutingRedirect : IMapped
    {
        /// <summary>"Mirror", "External", "AliCDN" or "Internal".</summary>
        public string? RedirectType { get; set; }

        /// <summary>"http" or "https".</summary>
        public string? Protocol { get; set; }

        /// <summary>The host that is redirected to.</summary>
        public string? HostName { get; set; }

        /// <summary>The status of a redirect.</summary>
        public long? HttpRedirectCode { get; set; }

        /// <summary>Whether the query is kept.</summary>
        public bool? PassQueryString { get; set; }

        /// <summary>The key, in which ${key} stands for the old one.</summary>
        public string? ReplaceKeyWith { get; set; }

        /// <summary>Whether the prefix of the condition is replaced.</summary>
        public bool? EnableReplacePrefix { get; set; }

        /// <summary>What replaces it.</summary>
        public string? ReplaceKeyPrefixWith { get; set; }

        /// <summary>The origin of a mirror.</summary>
        public string? MirrorUrl { get; set; }

        /// <summary>The origin that stands in for it.</summary>
        public string? MirrorUrlSlave { get; set; }

        /// <summary>What is asked to see whether the origin is well.</summary>
        public string? MirrorUrlProbe { get; set; }

        /// <summary>Whether the origin gets the query.</summary>
        public bool? MirrorPassQueryString { get; set; }

        /// <summary>Whether its redirects are followed.</summary>
        public bool? MirrorFollowRedirect { get; set; }

        /// <summary>Whether its Content-MD5 is checked.</summary>
        public bool? MirrorCheckMd5 { get; set; }

        /// <summary>Whether it is told its name in TLS.</summary>
        public bool? MirrorSni { get; set; }

        /// <summary>Which headers it gets.</summary>
        public MirrorHeaders? MirrorHeaders { get; set; }

        /// <summary>How requests to it are signed.</summary>
        public MirrorAuth? MirrorAuth { get; set; }

        /// <summary>Whether it gets slashes as they came.</summary>
        public bool? MirrorPassOriginalSlashes { get; set; }

        /// <summary>The status while it is fetched from.</summary>
        public long? MirrorAsyncStatus { get; set; }

        /// <summary>Whether video snapshots are mirrored.</summary>
        public bool? MirrorAllowVideoSnapshot { get; set; }

        /// <summary>Whether image information is.</summary>
        public bool? MirrorAllowGetImageInfo { get; set; }

        /// <summary>Whether HEAD is.</summary>
        public bool? MirrorAllowHeadObject { get; set; }

        /// <summary>Whether its x-oss-meta-* are stored.</summary>
        public bool? MirrorSaveOssMeta { get; set; }

        /// <summary>Whether its Last-Modified is stored.</summary>
        public bool? MirrorUserLastModified { get; set; }

        /// <summary>Whether any error of it makes the next one be asked.</summary>
        public bool? MirrorSwitchAllErrors { get; set; }

        /// <summary>Whether nothing is stored.</summary>
        public bool? MirrorProxyPass { get; set; }

        /// <summary>Whether a role is used.</summary>
        public bool? MirrorUsingRole { get; set; }

        /// <summary>The role.</summary>
        public string? MirrorRole { get; set; }

        /// <summary>Whether it is reached by an express tunnel.</summary>
        public bool? MirrorIsExpressTunnel { get; set; }

        /// <summary>The tunnel.</summary>
        public string? MirrorTunnelId { get; set; }

        /// <summary>Its region.</summary>
        public string? MirrorDstRegion { get; set; }

        /// <summary>Its VPC.</summary>
        public string? MirrorDstVpcId { get; set; }

        /// <summary>The VPC of the one that stands in.</summary>
        public string? MirrorDstSlaveVpcId { get; set; }

        /// <summary>Statuses of it that are passed on.</summary>
        public string? TransparentMirrorResponseCodes { get; set; }

        /// <summary>Headers of it that become tags.</summary>
        public IList<Tag> MirrorTaggings { get; } = new List<Tag>();

        /// <summary>Further origins.</summary>
        public IList<MirrorAlternate> MirrorMultiAlternates { get; } = new List<MirrorAlternate>();

        /// <summary>Headers of the answer.</summary>
        public IList<Tag> MirrorReturnHeaders { get; } = new List<Tag>();

        void IMapped.Map(Mapper map)
        {
            RedirectType = map.Text("RedirectType", RedirectType);
            Protocol = map.Text("Protocol", Protocol);
            HostName = map.Text("HostName", HostName);
            HttpRedirectCode = map.Number("HttpRedirectCode", HttpRedirectCode);
            PassQueryString = map.Flag("PassQueryString", PassQueryString);
            ReplaceKeyWith = map.Text("ReplaceKeyWith", ReplaceKeyWith);
            EnableReplacePrefix = map.Flag("EnableReplacePrefix", EnableReplacePrefix);
            ReplaceKeyPrefixWith = map.Text("ReplaceKeyPrefixWith", ReplaceKeyPrefixWith);
            MirrorUrl = map.Text("MirrorURL", MirrorUrl);
            MirrorUrlSlave = map.Text("MirrorURLSlave", MirrorUrlSlave);
            MirrorUrlProbe = map.Text("MirrorURLProbe", MirrorUrlProbe);
            MirrorPassQueryString = map.Flag("MirrorPassQueryString", MirrorPassQueryString);
            MirrorFollowRedirect = map.Flag("MirrorFollowRedirect", MirrorFollowRedirect);
            MirrorCheckMd5 = map.Flag("MirrorCheckMd5", MirrorCheckMd5);
            MirrorSni = map.Flag("MirrorSNI", MirrorSni);
            MirrorHeaders = map.Child("MirrorHeaders", MirrorHeaders);
            MirrorAuth = map.Child("MirrorAuth", MirrorAuth);
            MirrorPassOriginalSlashes = map.Flag("MirrorPassOriginalSlashes", MirrorPassOriginalSlashes);
            MirrorAsyncStatus = map.Number("MirrorAsyncStatus", MirrorAsyncStatus);
            MirrorAllowVideoSnapshot = map.Flag("MirrorAllowVideoSnapshot", MirrorAllowVideoSnapshot);
            MirrorAllowGetImageInfo = map.Flag("MirrorAllowGetImageInfo", MirrorAllowGetImageInfo);
            MirrorAllowHeadObject = map.Flag("MirrorAllowHeadObject", MirrorAllowHeadObject);
            MirrorSaveOssMeta = map.Flag("MirrorSaveOssMeta", MirrorSaveOssMeta);
            MirrorUserLastModified = map.Flag("MirrorUserLastModified", MirrorUserLastModified);
            MirrorSwitchAllErrors = map.Flag("MirrorSwitchAllErrors", MirrorSwitchAllErrors);
            MirrorProxyPass = map.Flag("MirrorProxyPass", MirrorProxyPass);
            MirrorUsingRole = map.Flag("MirrorUsingRole", MirrorUsingRole);
            MirrorRole = map.Text("MirrorRole", MirrorRole);
            MirrorIsExpressTunnel = map.Flag("MirrorIsExpressTunnel", MirrorIsExpressTunnel);
            MirrorTunnelId = map.Text("MirrorTunnelId", MirrorTunnelId);
            MirrorDstRegion = map.Text("MirrorDstRegion", MirrorDstRegion);
            MirrorDstVpcId = map.Text("MirrorDstVpcId", MirrorDstVpcId);
            MirrorDstSlaveVpcId = map.Text("MirrorDstSlaveVpcId", MirrorDstSlaveVpcId);
            TransparentMirrorResponseCodes =
                map.Text("TransparentMirrorResponseCodes", TransparentMirrorResponseCodes);
            map.Inside("MirrorTaggings", MirrorTaggings.Count > 0).Children("Taggings", MirrorTaggings);
            map.Inside("MirrorMultiAlternates", MirrorMultiAlternates.Count > 0).Children("MirrorMultiAlternate", MirrorMultiAlternates);
            map.Inside("MirrorReturnHeaders", MirrorReturnHeaders.Count > 0).Children("ReturnHeader", MirrorReturnHeaders);
        }
    }

    /// <summary>Which headers an origin gets.</summary>
    public sealed class MirrorHeaders : IMapped
    {
        /// <summary>All.</summary>
        public bool? PassAll { get; set; }

        /// <summary>These.</summary>
        public IList<string> Pass { get; } = new List<string>();

        /// <summary>Not these.</summary>
        public IList<string> Remove { get; } = new List<string>();

        /// <summary>These with these values.</summary>
        public IList<Tag> Set { get; } = new List<Tag>();

        void IMapped.Map(Mapper map)
        {
            PassAll = map.Flag("PassAll", PassAll);
            map.Texts("Pass", Pass);
            map.Texts("Remove", Remove);
            map.Children("Set", Set);
        }
    }

    /// <summary>How requests to an origin are signed.</summary>
    public sealed class MirrorAuth : IMapped
    {
        /// <summary>The method, such as "S3V4".</summary>
        public string? AuthType { get; set; }

        /// <summary>The region.</summary>
        public string? Region { get; set; }

        /// <summary>Id of the key.</summary>
        public string? AccessKeyId { get; set; }

        /// <summary>The secret, which does not come back.</summary>
        public string? AccessKeySecret { get; set; }

        void IMapped.Map(Mapper map)
        {
            AuthType = map.Text("AuthType", AuthType);
            Region = map.Text("Region", Region);
            AccessKeyId = map.Text("AccessKeyId", AccessKeyId);
            AccessKeySecret = map.Text("AccessKeySecret", AccessKeySecret);
        }
    }

    /// <summary>One more origin of a mirror.</summary>
    public sealed class MirrorAlternate : IMapped
    {
        /// <summary>The order in which it is asked.</summary>
        public long? Number { get; set; }

        /// <summary>Where it is.</summary>
        public string? Url { get; set; }

        /// <summary>Its VPC.</summary>
        public string? VpcId { get; set; }

        /// <summary>Its region.</summary>
        public string? DstRegion { get; set; }

        void IMapped.Map(Mapper map)
        {
            Number = map.Number("MirrorMultiAlternateNumber", Number);
            Url = map.Text("MirrorMultiAlternateURL", Url);
            VpcId = map.Text("MirrorMultiAlternateVpcId", VpcId);
            DstRegion = map.Text("MirrorMultiAlternateDstRegion", DstRegion);
        }
    }
}
