using System.Collections.Generic;

namespace Alioss
{
    /// <summary>How a bucket serves as a web site.</summary>
    public sealed class WebsiteConfiguration : Configuration
    {
        /// <summary>The page for what ends with a slash.</summary>
        public IndexDocument? IndexDocument { get; set; }

        /// <summary>The page for what is not there.</summary>
        public ErrorDocument? ErrorDocument { get; set; }

        /// <summary>Redirects and mirrors.</summary>
        public IList<RoutingRule> RoutingRules { get; } = new List<RoutingRule>();

        internal override string Root => "WebsiteConfiguration";

        internal override void Map(Mapper map)
        {
            IndexDocument = map.Child("IndexDocument", IndexDocument);
            ErrorDocument = map.Child("ErrorDocument", ErrorDocument);
            map.Inside("RoutingRules", RoutingRules.Count > 0).Children("RoutingRule", RoutingRules);
        }
    }

    /// <summary>The page for what ends with a slash.</summary>
    public sealed class IndexDocument : IMapped
    {
        /// <summary>Its name, such as "index.html".</summary>
        public string? Suffix { get; set; }

        /// <summary>Whether directories have one as well.</summary>
        public bool? SupportSubDir { get; set; }

        /// <summary>What happens for a directory without a slash: 0 redirects, 1 is an error, 2 serves the page.</summary>
        public long? Type { get; set; }

        void IMapped.Map(Mapper map)
        {
            Suffix = map.Text("Suffix", Suffix);
            SupportSubDir = map.Flag("SupportSubDir", SupportSubDir);
            Type = map.Number("Type", Type);
        }
    }

    /// <summary>The page for what is not there.</summary>
    public sealed class ErrorDocument : IMapped
    {
        /// <summary>Its key.</summary>
        public string? Key { get; set; }

        /// <summary>Its status, 404 or 200.</summary>
        public long? HttpStatus { get; set; }

        void IMapped.Map(Mapper map)
        {
            Key = map.Text("Key", Key);
            HttpStatus = map.Number("HttpStatus", HttpStatus);
        }
    }

    /// <summary>When and where a request is sent on.</summary>
    public sealed class RoutingRule : IMapped
    {
        /// <summary>The order in which rules are tried.</summary>
        public long? RuleNumber { get; set; }

        /// <summary>When.</summary>
        public RoutingCondition? Condition { get; set; }

        /// <summary>Where to.</summary>
        public RoutingRedirect? Redirect { get; set; }

        /// <summary>A script that decides.</summary>
        public string? LuaScript { get; set; }

        void IMapped.Map(Mapper map)
        {
            RuleNumber = map.Number("RuleNumber", RuleNumber);
            Condition = map.Child("Condition", Condition);
            Redirect = map.Child("Redirect", Redirect);
            LuaScript = map.Inside("LuaConfig", LuaScript != null).Text("Script", LuaScript);
        }
    }

    /// <summary>When a request is sent on.</summary>
    public sealed class RoutingCondition : IMapped
    {
        /// <summary>The key begins with this.</summary>
        public string? KeyPrefixEquals { get; set; }

        /// <summary>The key ends with this.</summary>
        public string? KeySuffixEquals { get; set; }

        /// <summary>The answer has this status.</summary>
        public long? HttpErrorCodeReturnedEquals { get; set; }

        /// <summary>The request has these headers.</summary>
        public IList<HeaderCondition> IncludeHeaders { get; } = new List<HeaderCondition>();

        void IMapped.Map(Mapper map)
        {
            KeyPrefixEquals = map.Text("KeyPrefixEquals", KeyPrefixEquals);
            KeySuffixEquals = map.Text("KeySuffixEquals", KeySuffixEquals);
            HttpErrorCodeReturnedEquals = map.Number("HttpErrorCodeReturnedEquals", HttpErrorCodeReturnedEquals);
            map.Children("IncludeHeader", IncludeHeaders);
        }
    }

    /// <summary>A header that a request has to have.</summary>
    public sealed class HeaderCondition : IMapped
    {
        /// <summary>Its name.</summary>
        public string? Key { get; set; }

        /// <summary>Its value.</summary>
        public string? EqualTo { get; set; }

        void IMapped.Map(Mapper map)
        {
            Key = map.Text("Key", Key);
            EqualTo = map.Text("Equals", EqualTo);
        }
    }
}
