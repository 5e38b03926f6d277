using System;

namespace Alioss
{
    /// <summary>Keys to sign with.</summary>
    public sealed class AccessKeys
    {
        /// <summary>Long-lived keys, or temporary ones with their STS <paramref name="token"/>.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="id"/> or <paramref name="secret"/> is null.</exception>
        public AccessKeys(string id, string secret, string? token = null)
        {
            Id = id ?? throw new ArgumentNullException(nameof(id));
            Secret = secret ?? throw new ArgumentNullException(nameof(secret));
            Token = token;
        }

        /// <summary>
        /// When temporary keys end; null, the default, if that is not known. Keys of <see cref="Credentials.Callback"/>
        /// and <see cref="Credentials.Provider"/> that have it are kept until shortly before.
        /// </summary>
        public DateTimeOffset? Expiration { get; set; }

        internal string Id { get; }

        internal string Secret { get; }

        internal string? Token { get; }

        /// <summary>The id only; the secret never shows.</summary>
        public override string ToString() => $"AccessKeys {Id}";
    }

    /// <summary>Where credentials come from. Never changes; may be used for any number of buckets.</summary>
    public sealed class Credentials
    {
        private readonly AccessKeys? keys;
        private readonly CredentialsProvider? own;
        private readonly string? provider;
        private readonly Lazy<CredentialsHandle>? named;

        private Credentials(string provider)
        {
            this.provider = provider;
            named = new Lazy<CredentialsHandle>(Open);
        }

        private Credentials(AccessKeys? keys, CredentialsProvider? own)
        {
            this.keys = keys;
            this.own = own;
        }

        /// <summary>
        /// The environment, read once, when a bucket or a service is made: OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and, for
        /// temporary keys, OSS_SESSION_TOKEN. The default, unless OSS_CREDENTIALS names another provider. What
        /// <see cref="System.Environment.SetEnvironmentVariable(string, string)"/> has set or removed counts. What is missing
        /// is the error of the first call.
        /// </summary>
        public static Credentials Environment { get; } = new Credentials(null, null);

        /// <summary>None: requests go unsigned, for what is public.</summary>
        public static Credentials Anonymous { get; } = new Credentials(null, null);

        /// <summary>
        /// Always the same keys; <paramref name="token"/> is null for long-lived ones. Whether they are well-formed is
        /// checked when a bucket is made.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="id"/> or <paramref name="secret"/> is null.</exception>
        public static Credentials Static(string id, string secret, string? token = null) =>
            new Credentials(new AccessKeys(id, secret, token), null);

        /// <summary>
        /// A provider by its text: "ecs-ram-role", "oidc-role", "assume-role:ROLE-ARN;duration=900", "process:COMMAND",
        /// "uri:URL", "profile:NAME", "chain" and others; oss_credentials_from() in oss.h describes them all. Temporary keys
        /// are renewed before they expire, and shared by all buckets made with the same object. "environment" is
        /// <see cref="Environment"/>, and "environment:alibaba-cloud" likewise. What others need of the environment is read
        /// when they are first used, and is, not on Windows, what the program was started with:
        /// <see cref="System.Environment.SetEnvironmentVariable(string, string)"/> changes only .NET's copy. What is wrong
        /// with the text is the error of making a bucket.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="provider"/> is null.</exception>
        public static Credentials From(string provider) =>
            new Credentials(provider ?? throw new ArgumentNullException(nameof(provider)));

        /// <summary>
        /// Asks <paramref name="callback"/> before every attempt to send a request, or, for keys with an
        /// <see cref="AccessKeys.Expiration"/>, shortly before they end; on the thread of the call, from several threads at
        /// once if several work. What it throws fails the call and comes back
        /// unchanged. It is kept until the last bucket and service made with it is disposed.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="callback"/> is null.</exception>
        public static Credentials Callback(Func<AccessKeys> callback) =>
            Provider(new FunctionProvider(callback ?? throw new ArgumentNullException(nameof(callback))));

        /// <summary>
        /// Asks a <paramref name="provider"/> of the program's own, which may be asynchronous, knows the timeout of the
        /// request, and is told when the service has refused its keys. It is kept until the last bucket and service made
        /// with it is disposed.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="provider"/> is null.</exception>
        public static Credentials Provider(CredentialsProvider provider) =>
            new Credentials(null, provider ?? throw new ArgumentNullException(nameof(provider)));

        /// <summary>
        /// For those of <see cref="From"/>: what the provider is called, for a chain also which provider it has found,
        /// "chain: uri". Null for others, and if the text names no provider.
        /// </summary>
        public unsafe string? Name
        {
            get
            {
                if (named == null || named.Value.IsInvalid)
                {
                    return null;
                }
                var name = new byte[(int)Native.oss_credentials_name(named.Value, null, UIntPtr.Zero) + 1];
                fixed (byte* buffer = name)
                {
                    Native.oss_credentials_name(named.Value, buffer, (UIntPtr)name.Length);
                    return Utf8.Text(buffer);
                }
            }
        }

        private unsafe CredentialsHandle Open()
        {
            fixed (byte* text = Utf8.Required(provider, "provider"))
            {
                return Native.oss_credentials_from(text);
            }
        }

        /// <summary>The provider that OSS_CREDENTIALS names, else the keys in the environment.</summary>
        internal static Credentials OfEnvironment()
        {
            string? named = System.Environment.GetEnvironmentVariable("OSS_CREDENTIALS");
            return string.IsNullOrEmpty(named) ? Environment : From(named!);
        }

        /// <summary>Gives them to <paramref name="config"/>; what has to live as long as the handles made from it.</summary>
        internal unsafe PinnedObject? Apply(Config config)
        {
            var variables = this == Environment ? EnvironmentKeys.Oss : EnvironmentKeys.Named(provider);
            var given = variables == null ? keys : variables.Read();
            if (given != null)
            {
                fixed (byte* id = Utf8.Required(given.Id, "id"))
                fixed (byte* secret = Utf8.Required(given.Secret, "secret"))
                fixed (byte* token = Utf8.Optional(given.Token, "token"))
                {
                    Native.oss_config_set_keys(config.Handle, id, secret, token);
                }
                return null;
            }
            if (variables != null)
            {
                // They are missed when they are needed, and not looked for in C's environment, which may still have them.
                return Ask(variables.Missing(), config);
            }
            if (named != null && !named.Value.IsInvalid)
            {
                Native.oss_config_set_credentials(config.Handle, named.Value);
                return null;
            }
            if (provider != null)
            {
                // This says what is wrong with the text.
                fixed (byte* text = Utf8.Required(provider, "provider"))
                {
                    Native.oss_config_set_credentials_from(config.Handle, text);
                }
                return null;
            }
            if (own != null)
            {
                return Ask(own, config);
            }
            using (var handle = Native.oss_credentials_anonymous())
            {
                Native.oss_config_set_credentials(config.Handle, handle);
            }
            return null;
        }

        private static PinnedObject Ask(CredentialsProvider provider, Config config)
        {
            var pinned = new PinnedObject(provider);
            Native.oss_config_set_credentials_callback(config.Handle, Callbacks.Credentials, pinned.Pointer);
            return pinned;
        }
    }
}
