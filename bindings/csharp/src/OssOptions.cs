using System;
using System.Collections.Generic;

namespace Alioss
{
    /// <summary>A version of TLS.</summary>
    public enum TlsVersion
    {
        /// <summary>TLS 1.2 (RFC 5246).</summary>
        Tls12 = 12,

        /// <summary>TLS 1.3 (RFC 8446).</summary>
        Tls13 = 13,
    }

    /// <summary>
    /// How to reach the service. Values are checked when a <see cref="Bucket"/>, <see cref="Service"/> or
    /// <see cref="Alioss.Session"/> is made, which copies them: what is changed afterwards has no effect on it. An endpoint
    /// or a region has to be given; all else has a default. Times are rounded up to milliseconds. "Belongs to the session" means that the option must not be given
    /// together with <see cref="Session"/>.
    /// </summary>
    public sealed class OssOptions
    {
        /// <summary>
        /// Host of the service, <c>[http[s]://]host[:port]</c>; https if no scheme is given. Null, the default: the public
        /// endpoint of <see cref="Region"/>.
        /// </summary>
        public string? Endpoint { get; set; }

        /// <summary>
        /// Region id such as <c>cn-hangzhou</c>. V4 signatures need it, unless the endpoint is a host of Alibaba Cloud that
        /// names it.
        /// </summary>
        public string? Region { get; set; }

        /// <summary>4 (default) or 1.</summary>
        public int SignatureVersion { get; set; } = 4;

        /// <summary>
        /// The endpoint is a custom domain bound to the bucket (CNAME): host and URL carry no bucket name. Default false.
        /// </summary>
        public bool Cname { get; set; }

        /// <summary>
        /// The bucket goes into the path instead of the host name. Default false; automatic for IP addresses and
        /// <c>localhost</c>.
        /// </summary>
        public bool PathStyle { get; set; }

        /// <summary>With only a region: its internal endpoint, for Alibaba Cloud's own machines. Default false.</summary>
        public bool InternalEndpoint { get; set; }

        /// <summary>With only a region: the global acceleration endpoint. Default false.</summary>
        public bool AccelerateEndpoint { get; set; }

        /// <summary>With only a region: its endpoint with IPv4 and IPv6 addresses. Default false.</summary>
        public bool DualStack { get; set; }

        /// <summary>Id of a cloud box (<c>cb-...</c>), which stands for the region in V4 signatures. Default none.</summary>
        public string? CloudboxId { get; set; }

        /// <summary>
        /// Headers that V4 also signs wherever a request carries them. A presigned URL carries those that it is given, so
        /// never <c>host</c>.
        /// </summary>
        public IList<string> AdditionalSignedHeaders { get; } = new List<string>();

        /// <summary>
        /// Where credentials come from. Null, the default: the provider that OSS_CREDENTIALS in the environment names, else
        /// <see cref="Alioss.Credentials.Environment"/>.
        /// </summary>
        public Credentials? Credentials { get; set; }

        /// <summary>
        /// Shares the connections of this session, whose pool size, TLS, proxy and resolve settings apply. Null, the
        /// default: one of its own. May be disposed before the buckets that share it.
        /// </summary>
        public Session? Session { get; set; }

        /// <summary>
        /// Idle connections kept per host, 0 to 10000; more threads than that still work. Null: the default, 10. Belongs to
        /// the session.
        /// </summary>
        public int? PoolSize { get; set; }

        /// <summary>
        /// Limit for TCP connect, proxy and TLS handshake, all addresses together; 1 ms to 7 days, <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>
        /// for the longest, default 60 s.
        /// </summary>
        public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(60);

        /// <summary>
        /// Limit for no byte moving in either direction; 1 ms to 7 days, <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>
        /// for the longest, default 60 s. Slow but moving is fine.
        /// </summary>
        public TimeSpan ReadTimeout { get; set; } = TimeSpan.FromSeconds(60);

        /// <summary>Limit for a whole call with its repetitions; 1 ms to 7 days. Null, the
        /// default, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>: none.</summary>
        public TimeSpan? TotalTimeout { get; set; }

        /// <summary>Lowest TLS version. Null: the default, 1.2. Belongs to the session.</summary>
        public TlsVersion? TlsMin { get; set; }

        /// <summary>Highest TLS version. Null: the default, 1.3. Belongs to the session.</summary>
        public TlsVersion? TlsMax { get; set; }

        /// <summary>
        /// Trusts only the roots in this PEM file. Null, the default: Mozilla's and the system's. Belongs to the session.
        /// </summary>
        public string? CaFile { get; set; }

        /// <summary>Trusts only the roots in this PEM text. Default none. Belongs to the session.</summary>
        public string? CaPem { get; set; }

        /// <summary>
        /// Accepts any certificate: whoever sits in between can read and change everything. Default false. Belongs to the
        /// session.
        /// </summary>
        public bool InsecureSkipVerify { get; set; }

        /// <summary>
        /// HTTP proxy, <c>http://[user:password@]host[:port]</c>; https goes through a CONNECT tunnel. Default none. Belongs
        /// to the session.
        /// </summary>
        public string? Proxy { get; set; }

        /// <summary>
        /// Takes the proxy from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, read when the session is made. Default
        /// false. Belongs to the session. Not on Windows, these are the variables that the program was started with:
        /// <see cref="System.Environment.SetEnvironmentVariable(string, string)"/> changes only .NET's copy. A program that
        /// knows its proxy sets <see cref="Proxy"/>.
        /// </summary>
        public bool ProxyFromEnv { get; set; }

        /// <summary>Ends the User-Agent. Up to 128 visible ASCII characters and blanks. Default none.</summary>
        public string? AppName { get; set; }

        /// <summary>Compares CRC-64 of uploads and whole downloads with the service's. Default true.</summary>
        public bool Crc64 { get; set; } = true;

        /// <summary>
        /// Has the content of a downloaded file on the disk (one fsync) before the file gets its name, so that a power
        /// failure leaves the old file or the whole new one. Default on.
        /// </summary>
        public bool FileSync { get; set; } = true;

        /// <summary>
        /// How many times a request is sent at most, 0 to 100, default 3. 1: it is never repeated; 0: until
        /// <see cref="TotalTimeout"/>, which has to be set. Only what may be repeated is. Not counted: one more
        /// when a kept connection has broken, or clock or keys were refused.
        /// </summary>
        public int Attempts { get; set; } = 3;

        /// <summary>
        /// The waits between attempts are random, up to a bound that is this at first, doubles each time and never exceeds
        /// <see cref="BackoffCap"/>; 1 ms or more. Null: the default, 200 ms.
        /// </summary>
        public TimeSpan? BackoffBase { get; set; }

        /// <summary>
        /// The longest wait between attempts, 1 ms to an hour. Null: the default, 20 s. A Retry-After of the service prolongs a
        /// wait, up to 60 s; if it asks for more, the exception is thrown at once.
        /// </summary>
        public TimeSpan? BackoffCap { get; set; }

        /// <summary>
        /// What time it is, for machines whose clock is not set: it dates signatures, and it decides whether certificates are
        /// valid (in the options that a session is made from). Called on several threads at once; must not throw. Null, the
        /// default: the system's clock.
        /// </summary>
        public Func<DateTimeOffset>? Clock { get; set; }

        /// <summary>
        /// Corrects the clock by the service's when a request was refused for it, until the clock is set. Default true.
        /// </summary>
        public bool ClockSkewCorrection { get; set; } = true;

        /// <summary>Headers that go with every request, unless a call brings its own.</summary>
        public IDictionary<string, string> UserHeaders { get; } =
            new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

        /// <summary>
        /// Connects to the value, an IP address with a port or without, wherever the host is the key: a name,
        /// <c>*.suffix</c>, or <c>*</c> for all names but localhost. Belongs to the session.
        /// </summary>
        public IDictionary<string, string> Resolve { get; } = new Dictionary<string, string>();

        /// <summary>
        /// Limits each upload and download, in bit/s, 819200 to 838860800. Null, the default: no limit.
        /// </summary>
        public long? TrafficLimit { get; set; }
    }
}
