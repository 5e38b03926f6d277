using System;
using System.Text;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    // Settings of the bucket that have classes of their own; the access control list is with the bucket itself.
    public sealed unsafe partial class Bucket
    {
        /// <summary>PutBucketLifecycle: replaces what becomes of the objects in time.</summary>
        public OssResponse PutBucketLifecycle(
            LifecycleConfiguration configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Put("PutBucketLifecycle", configuration, options, token);

        /// <summary>As <see cref="PutBucketLifecycle"/>, on another thread.</summary>
        public Task<OssResponse> PutBucketLifecycleAsync(
            LifecycleConfiguration configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => PutBucketLifecycle(configuration, options, token), token);

        /// <summary>GetBucketLifecycle: what becomes of the objects in time.</summary>
        public LifecycleConfiguration GetBucketLifecycle(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Get<LifecycleConfiguration>("GetBucketLifecycle", options, token);

        /// <summary>As <see cref="GetBucketLifecycle"/>, on another thread.</summary>
        public Task<LifecycleConfiguration> GetBucketLifecycleAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => GetBucketLifecycle(options, token), token);

        /// <summary>DeleteBucketLifecycle: takes it off.</summary>
        public OssResponse DeleteBucketLifecycle(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Invoke("DeleteBucketLifecycle", null, null, options, token);

        /// <summary>As <see cref="DeleteBucketLifecycle"/>, on another thread.</summary>
        public Task<OssResponse> DeleteBucketLifecycleAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => DeleteBucketLifecycle(options, token), token);

        /// <summary>PutBucketCors: replaces from where browsers may use the bucket.</summary>
        public OssResponse PutBucketCors(
            CorsConfiguration configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Put("PutBucketCors", configuration, options, token);

        /// <summary>As <see cref="PutBucketCors"/>, on another thread.</summary>
        public Task<OssResponse> PutBucketCorsAsync(
            CorsConfiguration configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => PutBucketCors(configuration, options, token), token);

        /// <summary>GetBucketCors: from where browsers may use the bucket.</summary>
        public CorsConfiguration GetBucketCors(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Get<CorsConfiguration>("GetBucketCors", options, token);

        /// <summary>As <see cref="GetBucketCors"/>, on another thread.</summary>
        public Task<CorsConfiguration> GetBucketCorsAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => GetBucketCors(options, token), token);

        /// <summary>DeleteBucketCors: takes it off.</summary>
        public OssResponse DeleteBucketCors(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Invoke("DeleteBucketCors", null, null, options, token);

        /// <summary>As <see cref="DeleteBucketCors"/>, on another thread.</summary>
        public Task<OssResponse> DeleteBucketCorsAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => DeleteBucketCors(options, token), token);

        /// <summary>PutBucketLogging: replaces where the access log goes.</summary>
        public OssResponse PutBucketLogging(
            LoggingConfiguration configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Put("PutBucketLogging", configuration, options, token);

        /// <summary>As <see cref="PutBucketLogging"/>, on another thread.</summary>
        public Task<OssResponse> PutBucketLoggingAsync(
            LoggingConfiguration configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => PutBucketLogging(configuration, options, token), token);

        /// <summary>GetBucketLogging: where the access log goes.</summary>
        public LoggingConfiguration GetBucketLogging(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Get<LoggingConfiguration>("GetBucketLogging", options, token);

        /// <summary>As <see cref="GetBucketLogging"/>, on another thread.</summary>
        public Task<LoggingConfiguration> GetBucketLoggingAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => GetBucketLogging(options, token), token);

        /// <summary>DeleteBucketLogging: takes it off.</summary>
        public OssResponse DeleteBucketLogging(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Invoke("DeleteBucketLogging", null, null, options, token);

        /// <summary>As <see cref="DeleteBucketLogging"/>, on another thread.</summary>
        public Task<OssResponse> DeleteBucketLoggingAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => DeleteBucketLogging(options, token), token);

        /// <summary>PutBucketWebsite: replaces how the bucket serves as a web site.</summary>
        public OssResponse PutBucketWebsite(
            WebsiteConfiguration configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Put("PutBucketWebsite", configuration, options, token);

        /// <summary>As <see cref="PutBucketWebsite"/>, on another thread.</summary>
        public Task<OssResponse> PutBucketWebsiteAsync(
            WebsiteConfiguration configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => PutBucketWebsite(configuration, options, token), token);

        /// <summary>GetBucketWebsite: how the bucket serves as a web site.</summary>
        public WebsiteConfiguration GetBucketWebsite(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Get<WebsiteConfiguration>("GetBucketWebsite", options, token);

        /// <summary>As <see cref="GetBucketWebsite"/>, on another thread.</summary>
        public Task<WebsiteConfiguration> GetBucketWebsiteAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => GetBucketWebsite(options, token), token);

        /// <summary>DeleteBucketWebsite: takes it off.</summary>
        public OssResponse DeleteBucketWebsite(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Invoke("DeleteBucketWebsite", null, null, options, token);

        /// <summary>As <see cref="DeleteBucketWebsite"/>, on another thread.</summary>
        public Task<OssResponse> DeleteBucketWebsiteAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => DeleteBucketWebsite(options, token), token);

        /// <summary>PutBucketReferer: replaces from which pages the bucket may be used.</summary>
        public OssResponse PutBucketReferer(
            RefererConfiguration configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Put("PutBucketReferer", configuration, options, token);

        /// <summary>As <see cref="PutBucketReferer"/>, on another thread.</summary>
        public Task<OssResponse> PutBucketRefererAsync(
            RefererConfiguration configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => PutBucketReferer(configuration, options, token), token);

        /// <summary>GetBucketReferer: from which pages the bucket may be used.</summary>
        public RefererConfiguration GetBucketReferer(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Get<RefererConfiguration>("GetBucketReferer", options, token);

        /// <summary>As <see cref="GetBucketReferer"/>, on another thread.</summary>
        public Task<RefererConfiguration> GetBucketRefererAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => GetBucketReferer(options, token), token);

        /// <summary>PutBucketEncryption: replaces how the service encrypts what the bucket stores.</summary>
        public OssResponse PutBucketEncryption(
            EncryptionConfiguration configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Put("PutBucketEncryption", configuration, options, token);

        /// <summary>As <see cref="PutBucketEncryption"/>, on another thread.</summary>
        public Task<OssResponse> PutBucketEncryptionAsync(
            EncryptionConfiguration configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => PutBucketEncryption(configuration, options, token), token);

        /// <summary>GetBucketEncryption: how the service encrypts what the bucket stores.</summary>
        public EncryptionConfiguration GetBucketEncryption(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Get<EncryptionConfiguration>("GetBucketEncryption", options, token);

        /// <summary>As <see cref="GetBucketEncryption"/>, on another thread.</summary>
        public Task<EncryptionConfiguration> GetBucketEncryptionAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => GetBucketEncryption(options, token), token);

        /// <summary>DeleteBucketEncryption: takes it off.</summary>
        public OssResponse DeleteBucketEncryption(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Invoke("DeleteBucketEncryption", null, null, options, token);

        /// <summary>As <see cref="DeleteBucketEncryption"/>, on another thread.</summary>
        public Task<OssResponse> DeleteBucketEncryptionAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => DeleteBucketEncryption(options, token), token);

        /// <summary>PutBucketVersioning: replaces whether the bucket keeps versions.</summary>
        public OssResponse PutBucketVersioning(
            VersioningConfiguration configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Put("PutBucketVersioning", configuration, options, token);

        /// <summary>As <see cref="PutBucketVersioning"/>, on another thread.</summary>
        public Task<OssResponse> PutBucketVersioningAsync(
            VersioningConfiguration configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => PutBucketVersioning(configuration, options, token), token);

        /// <summary>GetBucketVersioning: whether the bucket keeps versions.</summary>
        public VersioningConfiguration GetBucketVersioning(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Get<VersioningConfiguration>("GetBucketVersioning", options, token);

        /// <summary>As <see cref="GetBucketVersioning"/>, on another thread.</summary>
        public Task<VersioningConfiguration> GetBucketVersioningAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => GetBucketVersioning(options, token), token);

        /// <summary>PutBucketTags: replaces the tags of the bucket.</summary>
        public OssResponse PutBucketTags(
            Tagging configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Put("PutBucketTags", configuration, options, token);

        /// <summary>As <see cref="PutBucketTags"/>, on another thread.</summary>
        public Task<OssResponse> PutBucketTagsAsync(
            Tagging configuration,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => PutBucketTags(configuration, options, token), token);

        /// <summary>GetBucketTags: the tags of the bucket.</summary>
        public Tagging GetBucketTags(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Get<Tagging>("GetBucketTags", options, token);

        /// <summary>As <see cref="GetBucketTags"/>, on another thread.</summary>
        public Task<Tagging> GetBucketTagsAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => GetBucketTags(options, token), token);

        /// <summary>DeleteBucketTags: takes it off.</summary>
        public OssResponse DeleteBucketTags(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Invoke("DeleteBucketTags", null, null, options, token);

        /// <summary>As <see cref="DeleteBucketTags"/>, on another thread.</summary>
        public Task<OssResponse> DeleteBucketTagsAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => DeleteBucketTags(options, token), token);

        /// <summary>PutBucketPolicy: <paramref name="policy"/> is a JSON text.</summary>
        public OssResponse PutBucketPolicy(
            string policy,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            var json = Encoding.UTF8.GetBytes(policy ?? throw new ArgumentNullException(nameof(policy)));
            return Invoke("PutBucketPolicy", null, json, options, token);
        }

        /// <summary>As <see cref="PutBucketPolicy"/>, on another thread.</summary>
        public Task<OssResponse> PutBucketPolicyAsync(
            string policy,
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => PutBucketPolicy(policy, options, token), token);

        /// <summary>GetBucketPolicy: the policy of the bucket, a JSON text.</summary>
        public string GetBucketPolicy(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken))
        {
            using (var response = Invoke("GetBucketPolicy", null, null, options, token))
            {
                return Encoding.UTF8.GetString(response.Body);
            }
        }

        /// <summary>As <see cref="GetBucketPolicy"/>, on another thread.</summary>
        public Task<string> GetBucketPolicyAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => GetBucketPolicy(options, token), token);

        /// <summary>DeleteBucketPolicy: takes it off.</summary>
        public OssResponse DeleteBucketPolicy(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Invoke("DeleteBucketPolicy", null, null, options, token);

        /// <summary>As <see cref="DeleteBucketPolicy"/>, on another thread.</summary>
        public Task<OssResponse> DeleteBucketPolicyAsync(
            CallOptions options = null,
            CancellationToken token = default(CancellationToken)) =>
            Blocking.Run(() => DeleteBucketPolicy(options, token), token);

        private OssResponse Put(
            string operation, Configuration configuration, CallOptions options, CancellationToken token)
        {
            var body = (configuration ?? throw new ArgumentNullException(nameof(configuration))).ToXml();
            return Invoke(operation, null, body, options, token);
        }

        private T Get<T>(string operation, CallOptions options, CancellationToken token)
            where T : Configuration, new() =>
            Configuration.Of<T>(Invoke(operation, null, null, options, token));
    }
}
