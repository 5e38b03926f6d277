using System;

namespace Alioss
{
    /// <summary>
    /// Keys in variables of the environment as .NET sees it. C sees another one: what the program was started with, also of
    /// variables that the program has changed or removed since.
    /// </summary>
    internal sealed class EnvironmentKeys
    {
        private readonly string id;
        private readonly string secret;
        private readonly string token;

        private EnvironmentKeys(string id, string secret, string token)
        {
            this.id = id;
            this.secret = secret;
            this.token = token;
        }

        internal static EnvironmentKeys Oss { get; } =
            new EnvironmentKeys("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN");

        private static EnvironmentKeys AlibabaCloud { get; } = new EnvironmentKeys(
            "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN");

        /// <summary>The variables of a provider that reads nothing else; null for others.</summary>
        internal static EnvironmentKeys? Named(string? provider) =>
            provider == "environment" || provider == "environment:oss" ? Oss
            : provider == "environment:alibaba-cloud" ? AlibabaCloud : null;

        /// <summary>The keys, null if they are not there.</summary>
        internal AccessKeys? Read() =>
            Why(id) == null && Why(secret) == null ? new AccessKeys(Get(id)!, Get(secret)!, Given(token)) : null;

        /// <summary>What stands for keys that are not there: it says which variable is missing.</summary>
        internal CredentialsProvider Missing()
        {
            string name = Why(id) == null ? secret : id;
            string words = $"the environment variable {name} {Why(name)}; set it, or give keys or another credentials "
                + "provider in the configuration";
            return new FunctionProvider(() =>
            {
                throw OssException.Complete((int)OssStatus.Credentials, words);
            });
        }

        private static string? Get(string name) => Environment.GetEnvironmentVariable(name);

        private static string? Given(string name) => Why(name) == null ? Get(name) : null;

        /// <summary>Why a variable gives nothing; null if it does.</summary>
        private static string? Why(string name)
        {
            string? value = Get(name);
            return value == null ? "is not set" : value.Length == 0 ? "is empty" : null;
        }
    }
}
