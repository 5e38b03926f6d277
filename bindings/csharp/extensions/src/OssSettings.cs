using System;
using System.Collections.Generic;
using System.Globalization;
using System.Reflection;

namespace Alioss
{
    /// <summary>Sets options from pairs of names and values, as configurations have them.</summary>
    internal static class OssSettings
    {
        private static readonly char[] Colon = { ':' };

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
            foreach (PropertyInfo property in typeof(OssOptions).GetProperties())
            {
                if (property.CanWrite && (options.Session != null || !OfSession.Contains(property.Name)))
                {
                    property.SetValue(copy, property.GetValue(options));
                }
            }
            foreach (KeyValuePair<string, string> header in options.UserHeaders)
            {
                copy.UserHeaders.Add(header.Key, header.Value);
            }
            foreach (string header in options.AdditionalSignedHeaders)
            {
                copy.AdditionalSignedHeaders.Add(header);
            }
            copy.Session = session;
            return copy;
        }

        internal static void Apply(IEnumerable<KeyValuePair<string, string?>> settings, OssOptions options)
        {
            string? id = null, secret = null, token = null;
            foreach (KeyValuePair<string, string?> setting in settings)
            {
                // What has no value of its own is a section that has others below it.
                if (setting.Value == null)
                {
                    continue;
                }
                switch (setting.Key.ToUpperInvariant())
                {
                    case "ACCESSKEYID":
                        id = setting.Value;
                        break;
                    case "ACCESSKEYSECRET":
                        secret = setting.Value;
                        break;
                    case "SECURITYTOKEN":
                        token = setting.Value;
                        break;
                    case "CREDENTIALS":
                        options.Credentials = Credentials.From(setting.Value);
                        break;
                    default:
                        Set(options, setting.Key, setting.Value);
                        break;
                }
            }
            if (id != null || secret != null || token != null)
            {
                options.Credentials = Credentials.Static(
                    id ?? throw Missing("AccessKeyId"), secret ?? throw Missing("AccessKeySecret"), token);
            }
        }

        private static ArgumentException Missing(string name) =>
            new ArgumentException($"`{name}` is missing; AccessKeyId and AccessKeySecret are given together", name);

        private static void Set(OssOptions options, string name, string value)
        {
            string[] path = name.Split(Colon, 2);
            var property = typeof(OssOptions).GetProperty(
                path[0], BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase);
            object? all = property?.GetValue(options);
            if (path.Length == 2 && all is IDictionary<string, string> pairs)
            {
                pairs[path[1]] = value;
            }
            else if (path.Length == 2 && all is IList<string> list)
            {
                list.Add(value);
            }
            else if (path.Length == 1 && property != null && property.CanWrite)
            {
                property.SetValue(options, Parsed(property, value));
            }
            else
            {
                throw new ArgumentException(
                    $"`{name}` is not an option that a text can set; allowed are the names of OssOptions, AccessKeyId, "
                    + "AccessKeySecret and SecurityToken",
                    name);
            }
        }

        private static object Parsed(PropertyInfo property, string value)
        {
            var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            try
            {
                return type == typeof(string) ? value
                    : type == typeof(TimeSpan) ? TimeSpan.Parse(value, CultureInfo.InvariantCulture)
                    : type == typeof(TlsVersion) ? Enum.Parse(typeof(TlsVersion), value, true)
                    : type == typeof(bool) || type == typeof(int) || type == typeof(long)
                        ? Convert.ChangeType(value, type, CultureInfo.InvariantCulture)
                        : throw new FormatException();
            }
            catch (Exception exception) when (
                exception is FormatException || exception is OverflowException || exception is ArgumentException)
            {
                string allowed = type == typeof(TimeSpan) ? "a time such as 00:00:30"
                    : type == typeof(TlsVersion) ? "Tls12 and Tls13"
                    : type == typeof(bool) ? "true and false"
                    : type == typeof(int) || type == typeof(long) ? "a whole number" : "nothing that is a text";
                throw new ArgumentException(
                    $"`{property.Name}`: \"{value}\" is not valid; allowed is {allowed}", property.Name, exception);
            }
        }
    }
}
