using System;
using System.Collections.Generic;
using System.Threading;

namespace Alioss
{
    /// <summary>
    /// Options in the library's terms, for as long as something is made from them. The library itself keeps the first bad
    /// value, so the results of its setters are not looked at.
    /// </summary>
    internal sealed unsafe class Config : IDisposable
    {
        private readonly PinnedObject? callback;
        private readonly SessionHandle? session;
        private PinnedObject? clock;

        internal Config(OssOptions options)
        {
            if (options == null)
            {
                throw new ArgumentNullException(nameof(options));
            }
            Handle = Native.oss_config_new();
            if (Handle.IsInvalid)
            {
                throw new InsufficientMemoryException();
            }
            try
            {
                session = options.Session?.Handle;
                Apply(options);
                // Last, so that nothing is left to fail that would leak it.
                callback = (options.Credentials ?? Credentials.OfEnvironment()).Apply(this);
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        internal ConfigHandle Handle { get; }

        /// <summary>
        /// Whole milliseconds. Without end is the longest time that the library knows.
        /// </summary>
        internal static long Milliseconds(TimeSpan time) =>
            time == Timeout.InfiniteTimeSpan
                ? (long)TimeSpan.FromDays(7).TotalMilliseconds
                : RoundedUp(time, TimeSpan.TicksPerMillisecond);

        /// <summary>Whole seconds.</summary>
        internal static long Seconds(TimeSpan time) => RoundedUp(time, TimeSpan.TicksPerSecond);

        /// <summary>
        /// No shorter than was asked for; what is negative stays that. So neither becomes 0, which may have a meaning of its
        /// own.
        /// </summary>
        private static long RoundedUp(TimeSpan time, long unit) =>
            (time.Ticks / unit) + Math.Sign(time.Ticks % unit);

        /// <summary>Checks that <paramref name="handle"/> was made, and ties what it needs to it.</summary>
        internal T Opened<T>(T handle) where T : Handle
        {
            if (handle.IsInvalid)
            {
                string words = Utf8.Text(Native.oss_config_error(Handle)) ?? "";
                throw OssException.Plain(Native.oss_config_status(Handle), words).ToThrow();
            }
            handle.Keep(callback);
            handle.Keep(clock);
            // It has what its own options need.
            handle.Keep(session);
            return handle;
        }

        public void Dispose()
        {
            Handle.Dispose();
            // Handles that need them have references of their own.
            callback?.Dispose();
            clock?.Dispose();
        }

        private void Apply(OssOptions options)
        {
            Set(options.Endpoint, "endpoint", Native.oss_config_set_endpoint);
            Set(options.Region, "region", Native.oss_config_set_region);
            Native.oss_config_set_signature_version(Handle, options.SignatureVersion);
            Native.oss_config_set_cname(Handle, Flag(options.Cname));
            Native.oss_config_set_path_style(Handle, Flag(options.PathStyle));
            Native.oss_config_set_internal_endpoint(Handle, Flag(options.InternalEndpoint));
            Native.oss_config_set_accelerate_endpoint(Handle, Flag(options.AccelerateEndpoint));
            Native.oss_config_set_dual_stack(Handle, Flag(options.DualStack));
            Set(options.CloudboxId, "cloudbox_id", Native.oss_config_set_cloudbox_id);
            const string Signed = "additional_signed_header";
            foreach (string name in options.AdditionalSignedHeaders)
            {
                Set(name ?? throw new ArgumentException("a name is null", Signed), Signed, Native.oss_config_add_signed_header);
            }
            if (options.Session != null)
            {
                Native.oss_config_set_session(Handle, options.Session.Handle);
            }
            if (options.PoolSize.HasValue)
            {
                Native.oss_config_set_pool_size(Handle, options.PoolSize.Value);
            }
            Native.oss_config_set_connect_timeout_ms(Handle, Milliseconds(options.ConnectTimeout));
            Native.oss_config_set_read_timeout_ms(Handle, Milliseconds(options.ReadTimeout));
            if (options.TotalTimeout.HasValue && options.TotalTimeout != Timeout.InfiniteTimeSpan)
            {
                Native.oss_config_set_total_timeout_ms(Handle, Milliseconds(options.TotalTimeout.Value));
            }
            if (options.TlsMin.HasValue || options.TlsMax.HasValue)
            {
                int min = Version(options.TlsMin), max = Version(options.TlsMax);
                Native.oss_config_set_tls_versions(Handle, min, max);
            }
            Set(options.CaFile, "ca_file", Native.oss_config_set_ca_file);
            if (options.CaPem != null)
            {
                var pem = Utf8.Required(options.CaPem, "ca_pem");
                fixed (byte* pointer = pem)
                {
                    Native.oss_config_set_ca_pem(Handle, pointer, (UIntPtr)(uint)(pem.Length - 1));
                }
            }
            Native.oss_config_set_insecure_skip_verify(Handle, Flag(options.InsecureSkipVerify));
            Set(options.Proxy, "proxy", Native.oss_config_set_proxy);
            Native.oss_config_set_proxy_from_env(Handle, Flag(options.ProxyFromEnv));
            Set(options.AppName, "app_name", Native.oss_config_set_app_name);
            Native.oss_config_set_crc64(Handle, Flag(options.Crc64));
            Native.oss_config_set_file_sync(Handle, Flag(options.FileSync));
            Native.oss_config_set_attempts(Handle, options.Attempts);
            if (options.BackoffBase.HasValue || options.BackoffCap.HasValue)
            {
                long first = Wait(options.BackoffBase, "backoff_base");
                Native.oss_config_set_backoff_ms(Handle, first, Wait(options.BackoffCap, "backoff_cap"));
            }
            if (options.Clock != null)
            {
                clock = new PinnedObject(options.Clock);
                Native.oss_config_set_clock(Handle, Callbacks.Clock, clock.Pointer);
            }
            Native.oss_config_set_clock_skew_correction(Handle, Flag(options.ClockSkewCorrection));
            Set(options.UserHeaders, "user_header", Native.oss_config_add_user_header);
            Set(options.Resolve, "resolve", Native.oss_config_add_resolve);
            if (options.TrafficLimit.HasValue)
            {
                Native.oss_config_set_traffic_limit(Handle, options.TrafficLimit.Value);
            }
        }

        private static int Flag(bool on) => on ? 1 : 0;

        /// <summary>0 is the default for the library. Here that is null.</summary>
        private static long Wait(TimeSpan? time, string name) =>
            time == TimeSpan.Zero
                ? throw OssException.Invalid($"`{name}`: no wait is not possible; allowed are 1 ms to an hour, and null for the default")
                : Milliseconds(time.GetValueOrDefault());

        /// <summary>The same; numbers without a name are not in the library's terms.</summary>
        private static int Version(TlsVersion? version) =>
            version == null || version == TlsVersion.Tls12 || version == TlsVersion.Tls13
                ? (int)version.GetValueOrDefault()
                : throw OssException.Invalid($"`tls_versions`: {(int)version} is not a TLS version; allowed are Tls12 and Tls13");

        private delegate int TextSetter(ConfigHandle config, byte* text);

        private delegate int PairSetter(ConfigHandle config, byte* first, byte* second);

        private void Set(string? value, string name, TextSetter setter)
        {
            if (value != null)
            {
                fixed (byte* text = Utf8.Required(value, name))
                {
                    setter(Handle, text);
                }
            }
        }

        private void Set(IDictionary<string, string> pairs, string name, PairSetter setter)
        {
            foreach (KeyValuePair<string, string> pair in pairs)
            {
                fixed (byte* first = Utf8.Required(pair.Key, name))
                fixed (byte* second = Utf8.Required(pair.Value, name))
                {
                    setter(Handle, first, second);
                }
            }
        }
    }
}
