using System;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    // Settings of the bucket that have classes of their own; the access control list is with the bucket itself.
    public unsafe partial class Bucket
    {
        /// <summary>PutBucketLifecycle: replaces what becomes of the objects in time.</summary>
        public virtual OssResponse PutBucketLifecycle(
            LifecycleConfiguration configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Put("PutBucketLifecycle", configuration, options, cancellationToken);

        /// <summary>As <see cref="PutBucketLifecycle"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutBucketLifecycleAsync(
            LifecycleConfiguration configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.NotNull(configuration, nameof(configuration));
            return Run(() => PutBucketLifecycle(configuration, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetBucketLifecycle: what becomes of the objects in time.</summary>
        public virtual LifecycleConfiguration GetBucketLifecycle(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Get<LifecycleConfiguration>("GetBucketLifecycle", options, cancellationToken);

        /// <summary>As <see cref="GetBucketLifecycle"/>, on another thread.</summary>
        public virtual Task<LifecycleConfiguration> GetBucketLifecycleAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => GetBucketLifecycle(options, cancellationToken), cancellationToken);

        /// <summary>DeleteBucketLifecycle: takes it off.</summary>
        public virtual OssResponse DeleteBucketLifecycle(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Invoke("DeleteBucketLifecycle", null, null, options, cancellationToken);

        /// <summary>As <see cref="DeleteBucketLifecycle"/>, on another thread.</summary>
        public virtual Task<OssResponse> DeleteBucketLifecycleAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => DeleteBucketLifecycle(options, cancellationToken), cancellationToken);

        /// <summary>PutBucketCors: replaces from where browsers may use the bucket.</summary>
        public virtual OssResponse PutBucketCors(
            CorsConfiguration configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Put("PutBucketCors", configuration, options, cancellationToken);

        /// <summary>As <see cref="PutBucketCors"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutBucketCorsAsync(
            CorsConfiguration configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.NotNull(configuration, nameof(configuration));
            return Run(() => PutBucketCors(configuration, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetBucketCors: from where browsers may use the bucket.</summary>
        public virtual CorsConfiguration GetBucketCors(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Get<CorsConfiguration>("GetBucketCors", options, cancellationToken);

        /// <summary>As <see cref="GetBucketCors"/>, on another thread.</summary>
        public virtual Task<CorsConfiguration> GetBucketCorsAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => GetBucketCors(options, cancellationToken), cancellationToken);

        /// <summary>DeleteBucketCors: takes it off.</summary>
        public virtual OssResponse DeleteBucketCors(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Invoke("DeleteBucketCors", null, null, options, cancellationToken);

        /// <summary>As <see cref="DeleteBucketCors"/>, on another thread.</summary>
        public virtual Task<OssResponse> DeleteBucketCorsAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => DeleteBucketCors(options, cancellationToken), cancellationToken);

        /// <summary>PutBucketLogging: replaces where the access log goes.</summary>
        public virtual OssResponse PutBucketLogging(
            LoggingConfiguration configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Put("PutBucketLogging", configuration, options, cancellationToken);

        /// <summary>As <see cref="PutBucketLogging"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutBucketLoggingAsync(
            LoggingConfiguration configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.NotNull(configuration, nameof(configuration));
            return Run(() => PutBucketLogging(configuration, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetBucketLogging: where the access log goes.</summary>
        public virtual LoggingConfiguration GetBucketLogging(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Get<LoggingConfiguration>("GetBucketLogging", options, cancellationToken);

        /// <summary>As <see cref="GetBucketLogging"/>, on another thread.</summary>
        public virtual Task<LoggingConfiguration> GetBucketLoggingAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => GetBucketLogging(options, cancellationToken), cancellationToken);

        /// <summary>DeleteBucketLogging: takes it off.</summary>
        public virtual OssResponse DeleteBucketLogging(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Invoke("DeleteBucketLogging", null, null, options, cancellationToken);

        /// <summary>As <see cref="DeleteBucketLogging"/>, on another thread.</summary>
        public virtual Task<OssResponse> DeleteBucketLoggingAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => DeleteBucketLogging(options, cancellationToken), cancellationToken);

        /// <summary>PutBucketWebsite: replaces how the bucket serves as a web site.</summary>
        public virtual OssResponse PutBucketWebsite(
            WebsiteConfiguration configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Put("PutBucketWebsite", configuration, options, cancellationToken);

        /// <summary>As <see cref="PutBucketWebsite"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutBucketWebsiteAsync(
            WebsiteConfiguration configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.NotNull(configuration, nameof(configuration));
            return Run(() => PutBucketWebsite(configuration, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetBucketWebsite: how the bucket serves as a web site.</summary>
        public virtual WebsiteConfiguration GetBucketWebsite(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Get<WebsiteConfiguration>("GetBucketWebsite", options, cancellationToken);

        /// <summary>As <see cref="GetBucketWebsite"/>, on another thread.</summary>
        public virtual Task<WebsiteConfiguration> GetBucketWebsiteAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => GetBucketWebsite(options, cancellationToken), cancellationToken);

        /// <summary>DeleteBucketWebsite: takes it off.</summary>
        public virtual OssResponse DeleteBucketWebsite(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Invoke("DeleteBucketWebsite", null, null, options, cancellationToken);

        /// <summary>As <see cref="DeleteBucketWebsite"/>, on another thread.</summary>
        public virtual Task<OssResponse> DeleteBucketWebsiteAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => DeleteBucketWebsite(options, cancellationToken), cancellationToken);

        /// <summary>PutBucketReferer: replaces from which pages the bucket may be used.</summary>
        public virtual OssResponse PutBucketReferer(
            RefererConfiguration configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Put("PutBucketReferer", configuration, options, cancellationToken);

        /// <summary>As <see cref="PutBucketReferer"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutBucketRefererAsync(
            RefererConfiguration configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.NotNull(configuration, nameof(configuration));
            return Run(() => PutBucketReferer(configuration, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetBucketReferer: from which pages the bucket may be used.</summary>
        public virtual RefererConfiguration GetBucketReferer(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Get<RefererConfiguration>("GetBucketReferer", options, cancellationToken);

        /// <summary>As <see cref="GetBucketReferer"/>, on another thread.</summary>
        public virtual Task<RefererConfiguration> GetBucketRefererAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => GetBucketReferer(options, cancellationToken), cancellationToken);

        /// <summary>PutBucketEncryption: replaces how the service encrypts what the bucket stores.</summary>
        public virtual OssResponse PutBucketEncryption(
            EncryptionConfiguration configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Put("PutBucketEncryption", configuration, options, cancellationToken);

        /// <summary>As <see cref="PutBucketEncryption"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutBucketEncryptionAsync(
            EncryptionConfiguration configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.NotNull(configuration, nameof(configuration));
            return Run(() => PutBucketEncryption(configuration, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetBucketEncryption: how the service encrypts what the bucket stores.</summary>
        public virtual EncryptionConfiguration GetBucketEncryption(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Get<EncryptionConfiguration>("GetBucketEncryption", options, cancellationToken);

        /// <summary>As <see cref="GetBucketEncryption"/>, on another thread.</summary>
        public virtual Task<EncryptionConfiguration> GetBucketEncryptionAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => GetBucketEncryption(options, cancellationToken), cancellationToken);

        /// <summary>DeleteBucketEncryption: takes it off.</summary>
        public virtual OssResponse DeleteBucketEncryption(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Invoke("DeleteBucketEncryption", null, null, options, cancellationToken);

        /// <summary>As <see cref="DeleteBucketEncryption"/>, on another thread.</summary>
        public virtual Task<OssResponse> DeleteBucketEncryptionAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => DeleteBucketEncryption(options, cancellationToken), cancellationToken);

        /// <summary>PutBucketVersioning: replaces whether the bucket keeps versions.</summary>
        public virtual OssResponse PutBucketVersioning(
            VersioningConfiguration configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Put("PutBucketVersioning", configuration, options, cancellationToken);

        /// <summary>As <see cref="PutBucketVersioning"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutBucketVersioningAsync(
            VersioningConfiguration configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.NotNull(configuration, nameof(configuration));
            return Run(() => PutBucketVersioning(configuration, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetBucketVersioning: whether the bucket keeps versions.</summary>
        public virtual VersioningConfiguration GetBucketVersioning(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Get<VersioningConfiguration>("GetBucketVersioning", options, cancellationToken);

        /// <summary>As <see cref="GetBucketVersioning"/>, on another thread.</summary>
        public virtual Task<VersioningConfiguration> GetBucketVersioningAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => GetBucketVersioning(options, cancellationToken), cancellationToken);

        /// <summary>PutBucketTags: replaces the tags of the bucket.</summary>
        public virtual OssResponse PutBucketTags(
            Tagging configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Put("PutBucketTags", configuration, options, cancellationToken);

        /// <summary>As <see cref="PutBucketTags"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutBucketTagsAsync(
            Tagging configuration,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.NotNull(configuration, nameof(configuration));
            return Run(() => PutBucketTags(configuration, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetBucketTags: the tags of the bucket.</summary>
        public virtual Tagging GetBucketTags(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Get<Tagging>("GetBucketTags", options, cancellationToken);

        /// <summary>As <see cref="GetBucketTags"/>, on another thread.</summary>
        public virtual Task<Tagging> GetBucketTagsAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => GetBucketTags(options, cancellationToken), cancellationToken);

        /// <summary>DeleteBucketTags: takes it off.</summary>
        public virtual OssResponse DeleteBucketTags(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Invoke("DeleteBucketTags", null, null, options, cancellationToken);

        /// <summary>As <see cref="DeleteBucketTags"/>, on another thread.</summary>
        public virtual Task<OssResponse> DeleteBucketTagsAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => DeleteBucketTags(options, cancellationToken), cancellationToken);

        /// <summary>PutBucketPolicy: <paramref name="policy"/> is a JSON text.</summary>
        public virtual OssResponse PutBucketPolicy(
            string policy,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var json = Utf8.Bytes(policy ?? throw new ArgumentNullException(nameof(policy)), nameof(policy));
            return Invoke("PutBucketPolicy", null, json, options, cancellationToken);
        }

        /// <summary>As <see cref="PutBucketPolicy"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutBucketPolicyAsync(
            string policy,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(policy, nameof(policy));
            return Run(() => PutBucketPolicy(policy, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetBucketPolicy: the policy of the bucket, a JSON text.</summary>
        public virtual string GetBucketPolicy(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            return Utf8.Document(Invoke("GetBucketPolicy", null, null, options, cancellationToken).Body);
        }

        /// <summary>As <see cref="GetBucketPolicy"/>, on another thread.</summary>
        public virtual Task<string> GetBucketPolicyAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => GetBucketPolicy(options, cancellationToken), cancellationToken);

        /// <summary>DeleteBucketPolicy: takes it off.</summary>
        public virtual OssResponse DeleteBucketPolicy(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Invoke("DeleteBucketPolicy", null, null, options, cancellationToken);

        /// <summary>As <see cref="DeleteBucketPolicy"/>, on another thread.</summary>
        public virtual Task<OssResponse> DeleteBucketPolicyAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => DeleteBucketPolicy(options, cancellationToken), cancellationToken);

        private OssResponse Put(
            string operation, Configuration configuration, CallOptions? options, CancellationToken cancellationToken)
        {
            var body = (configuration ?? throw new ArgumentNullException(nameof(configuration))).ToXml();
            return Invoke(operation, null, body, options, cancellationToken);
        }

        private T Get<T>(string operation, CallOptions? options, CancellationToken cancellationToken)
            where T : Configuration, new() =>
            Configuration.Of<T>(Invoke(operation, null, null, options, cancellationToken));
    }
}
