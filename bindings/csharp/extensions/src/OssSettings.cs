using System;
using System.Collections.Generic;
using System.Globalization;
using System.Reflection;
#if NET
using Microsoft.Extensions.Configuration;
#endif

namespace Alioss
{
    /// <summary>
    /// Sets options from pairs of names and values, as configurations have them. Each name is written down here, so that
    /// trimmed programs keep what they need and a new option is one on purpose.
    /// </summary>
    internal static class OssSettings
    {
        private static readonly char[] Colon = { ':' };

        private static readonly Dictionary<string, Action<OssOptions, Setting>> Known =
            new Dictionary<string, Action<OssOptions, Setting>>(StringComparer.OrdinalIgnoreCase)
            {
                [nameof(OssOptions.Endpoint)] = (options, given) => options.Endpoint = given.Text(),
                [nameof(OssOptions.Region)] = (options, given) => options.Region = given.Text(),
                [nameof(OssOptions.SignatureVersion)] = (options, given) => options.SignatureVersion = given.Number(),
                [nameof(OssOptions.Cname)] = (options, given) => options.Cname = given.Flag(),
                [nameof(OssOptions.PathStyle)] = (options, given) => options.PathStyle = given.Flag(),
                [nameof(OssOptions.InternalEndpoint)] = (options, given) => options.InternalEndpoint = given.Flag(),
                [nameof(OssOptions.AccelerateEndpoint)] = (options, given) => options.AccelerateEndpoint = given.Flag(),
                [nameof(OssOptions.DualStack)] = (options, given) => options.DualStack = given.Flag(),
                [nameof(OssOptions.CloudboxId)] = (options, given) => options.CloudboxId = given.Text(),
                [nameof(OssOptions.Credentials)] =
                    (options, given) => options.Credentials = given.IsEmpty ? null : Credentials.From(given.Value),
                [nameof(OssOptions.PoolSize)] = (options, given) => options.PoolSize = given.OptionalNumber(),
                [nameof(OssOptions.ConnectTimeout)] = (options, given) => options.ConnectTimeout = given.Time(),
                [nameof(OssOptions.ReadTimeout)] = (options, given) => options.ReadTimeout = given.Time(),
                [nameof(OssOptions.TotalTimeout)] = (options, given) => options.TotalTimeout = given.OptionalTime(),
                [nameof(OssOptions.TlsMin)] = (options, given) => options.TlsMin = given.Tls(),
                [nameof(OssOptions.TlsMax)] = (options, given) => options.TlsMax = given.Tls(),
                [nameof(OssOptions.CaFile)] = (options, given) => options.CaFile = given.Text(),
                [nameof(OssOptions.CaPem)] = (options, given) => options.CaPem = given.Text(),
                [nameof(OssOptions.InsecureSkipVerify)] = (options, given) => options.InsecureSkipVerify = given.Flag(),
                [nameof(OssOptions.Proxy)] = (options, given) => options.Proxy = given.Text(),
                [nameof(OssOptions.ProxyFromEnv)] = (options, given) => options.ProxyFromEnv = given.Flag(),
                [nameof(OssOptions.AppName)] = (options, given) => options.AppName = given.Text(),
                [nameof(OssOptions.Crc64)] = (options, given) => options.Crc64 = given.Flag(),
                [nameof(OssOptions.FileSync)] = (options, given) => options.FileSync = given.Flag(),
                [nameof(OssOptions.Attempts)] = (options, given) => options.Attempts = given.Number(),
                [nameof(OssOptions.BackoffBase)] = (options, given) => options.BackoffBase = given.OptionalTime(),
                [nameof(OssOptions.BackoffCap)] = (options, given) => options.BackoffCap = given.OptionalTime(),
                [nameof(OssOptions.ClockSkewCorrection)] =
                    (options, given) => options.ClockSkewCorrection = given.Flag(),
                [nameof(OssOptions.TrafficLimit)] =
                    (options, given) => options.TrafficLimit = given.OptionalLongNumber(),
            };

        /// <summary>Those with something below them: <c>NAME:KEY</c>, or <c>NAME:0</c>.</summary>
        private static readonly Dictionary<string, Action<OssOptions, string, string>> Several =
            new Dictionary<string, Action<OssOptions, string, string>>(StringComparer.OrdinalIgnoreCase)
            {
                [nameof(OssOptions.UserHeaders)] = (options, key, value) => options.UserHeaders[key] = value,
                [nameof(OssOptions.Resolve)] = (options, key, value) => options.Resolve[key] = value,
                [nameof(OssOptions.AdditionalSignedHeaders)] =
                    (options, key, value) => options.AdditionalSignedHeaders.Add(value),
            };

        /// <summary>What belongs to a session, and must not be given together with one.</summary>
        private static readonly HashSet<string> OfSession = new HashSet<string>(StringComparer.Ordinal)
        {
            nameof(OssOptions.PoolSize), nameof(OssOptions.TlsMin), nameof(OssOptions.TlsMax), nameof(OssOptions.CaFile),
            nameof(OssOptions.CaPem), nameof(OssOptions.InsecureSkipVerify), nameof(OssOptions.Proxy),
            nameof(OssOptions.ProxyFromEnv), nameof(OssOptions.Resolve),
        };

        /// <summary>A copy that shares the connections of a session, which has what belongs to it already.</summary>
        internal static OssOptions With(OssOptions options, Session session)
        {
            var copy = new OssOptions();
            // Trimming keeps the properties of a class that is named here.
            foreach (PropertyInfo property in typeof(OssOptions).GetProperties())
            {
                if (property.CanWrite && (options.Session != null || !OfSession.Contains(property.Name)))
                {
                    property.SetValue(copy, property.GetValue(options));
                }
            }
            foreach (KeyValuePair<string, string> header in options.UserHeaders)
            {
                copy.UserHeaders.Add(header);
            }
            foreach (string name in options.AdditionalSignedHeaders)
            {
                copy.AdditionalSignedHeaders.Add(name);
            }
            if (options.Session != null)
            {
                // The session has none of these, and is asked to say so.
                foreach (KeyValuePair<string, string> name in options.Resolve)
                {
                    copy.Resolve.Add(name);
                }
            }
            copy.Session = session;
            return copy;
        }

#if NET
        /// <summary>Sets what a section says; in messages names are as they are in the whole configuration.</summary>
        internal static void Apply(IConfiguration configuration, OssOptions options)
        {
            var section = configuration as IConfigurationSection;
            if (!string.IsNullOrEmpty(section?.Value))
            {
                throw new ArgumentException(
                    $"`{section.Path}`: \"{section.Value}\" is not valid; allowed is a section with the names of OssOptions",
                    section.Path);
            }
            Apply(configuration.AsEnumerable(true), options, section == null ? "" : section.Path + ":");
        }
#endif

        internal static void Apply(
            IEnumerable<KeyValuePair<string, string?>> settings, OssOptions options, string prefix = "")
        {
            string? id = null, secret = null, token = null;
            Setting? provider = null;
            foreach (KeyValuePair<string, string?> setting in settings)
            {
                // What has no value of its own is a section that has others below it.
                if (setting.Value == null)
                {
                    continue;
                }
                var given = new Setting(prefix + setting.Key, setting.Value);
                switch (setting.Key.ToUpperInvariant())
                {
                    case "ACCESSKEYID":
                        id = given.Text();
                        break;
                    case "ACCESSKEYSECRET":
                        secret = given.Text();
                        break;
                    case "SECURITYTOKEN":
                        token = given.Text();
                        break;
                    default:
                        provider = IsCredentials(setting.Key) && !given.IsEmpty ? given : provider;
                        Set(options, setting.Key, given);
                        break;
                }
            }
            if (id != null || secret != null || token != null)
            {
                if (provider != null)
                {
                    throw new ArgumentException(
                        $"`{provider.Value.Name}`: there are also keys; allowed are either Credentials or AccessKeyId, "
                        + "AccessKeySecret and SecurityToken",
                        provider.Value.Name);
                }
                options.Credentials = Credentials.Static(
                    id ?? throw Missing(prefix + "AccessKeyId"), secret ?? throw Missing(prefix + "AccessKeySecret"), token);
            }
        }

        private static bool IsCredentials(string name) =>
            string.Equals(name, nameof(OssOptions.Credentials), StringComparison.OrdinalIgnoreCase);

        private static ArgumentException Missing(string name) =>
            new ArgumentException($"`{name}` is missing; AccessKeyId and AccessKeySecret are given together", name);

        private static void Set(OssOptions options, string name, Setting given)
        {
            Action<OssOptions, Setting>? set;
            Action<OssOptions, string, string>? add;
            if (Known.TryGetValue(name, out set))
            {
                set(options, given);
                return;
            }
            // A list or dictionary with nothing in it: configurations have "" for an empty array.
            if (given.Value.Length == 0 && Several.ContainsKey(name))
            {
                return;
            }
            string[] path = name.Split(Colon, 2);
            if (path.Length < 2 || !Several.TryGetValue(path[0], out add))
            {
                throw new ArgumentException(
                    $"`{given.Name}` is not an option that a text can set; allowed are the names of OssOptions, AccessKeyId, "
                    + "AccessKeySecret and SecurityToken",
                    given.Name);
            }
            add(options, path[1], given.Value);
        }

        /// <summary>
        /// A value with the name that messages have for it. "" stands for null where that is a default: configurations have it
        /// for null, and who overrides a value by a variable of the environment has nothing else.
        /// </summary>
        private readonly struct Setting
        {
            internal Setting(string name, string value)
            {
                Name = name;
                Value = value;
            }

            internal string Name { get; }

            internal string Value { get; }

            internal bool IsEmpty => Value.Length == 0;

            internal string? Text() => IsEmpty ? null : Value;

            internal int? OptionalNumber() => IsEmpty ? (int?)null : Number();

            internal TimeSpan? OptionalTime() => IsEmpty ? (TimeSpan?)null : Time();

            internal int Number()
            {
                int number;
                return int.TryParse(Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out number)
                    ? number
                    : throw NotAllowed("a whole number");
            }

            internal long? OptionalLongNumber()
            {
                long number;
                return IsEmpty ? (long?)null : long.TryParse(Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out number)
                    ? number
                    : throw NotAllowed("a whole number");
            }

            internal bool Flag()
            {
                bool flag;
                return bool.TryParse(Value, out flag) ? flag : throw NotAllowed("true and false");
            }

            internal TimeSpan Time()
            {
                TimeSpan time;
                return TimeSpan.TryParse(Value, CultureInfo.InvariantCulture, out time)
                    ? time
                    : throw NotAllowed("a time such as 00:00:30");
            }

            internal TlsVersion? Tls()
            {
                foreach (TlsVersion version in new[] { TlsVersion.Tls12, TlsVersion.Tls13 })
                {
                    if (string.Equals(Value.Trim(), version.ToString(), StringComparison.OrdinalIgnoreCase))
                    {
                        return version;
                    }
                }
                return IsEmpty ? (TlsVersion?)null : throw NotAllowed("Tls12 and Tls13");
            }

            private ArgumentException NotAllowed(string allowed) =>
                new ArgumentException($"`{Name}`: \"{Value}\" is not valid; allowed is {allowed}", Name);
        }
    }
}
