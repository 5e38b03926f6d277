using System;
using System.Collections.Generic;
using Alioss;
#if NET
using Microsoft.Extensions.Configuration;
#endif
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

// Where applications look for what can be added to their services.
namespace Microsoft.Extensions.DependencyInjection
{
    /// <summary>Adds buckets and what belongs to them to the services of an application.</summary>
    public static class AliossServiceCollectionExtensions
    {
        /// <summary>
        /// Adds <see cref="BucketFactory"/> and <see cref="Service"/>, both singletons, whose options are the application's
        /// <c>IOptions&lt;OssOptions&gt;</c>.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
        public static IServiceCollection AddAlioss(this IServiceCollection services)
        {
            if (services == null)
            {
                throw new ArgumentNullException(nameof(services));
            }
            services.AddOptions();
            services.TryAddSingleton(provider => new BucketFactory(
                provider.GetRequiredService<IOptions<OssOptions>>().Value, provider.GetService<ILoggerFactory>()));
            services.TryAddSingleton(provider => provider.GetRequiredService<BucketFactory>().NewService());
            return services;
        }

        /// <summary>The same with options that <paramref name="configure"/> sets.</summary>
        /// <exception cref="ArgumentNullException">An argument is null.</exception>
        public static IServiceCollection AddAlioss(this IServiceCollection services, Action<OssOptions> configure)
        {
            services.AddAlioss();
            services.Configure(configure ?? throw new ArgumentNullException(nameof(configure)));
            return services;
        }

#if NET
        /// <summary>
        /// The same with options from a section of the configuration, such as
        /// <c>builder.Configuration.GetSection("Alioss")</c>. Names are as for
        /// <see cref="AddAlioss(IServiceCollection, IEnumerable{KeyValuePair{string, string}})"/>. They are checked now, and
        /// read again when the options are first needed; what changes afterwards has no effect.
        /// </summary>
        /// <exception cref="ArgumentNullException">An argument is null.</exception>
        /// <exception cref="ArgumentException">There is no such option, or the value is none for it; the message names it.</exception>
        public static IServiceCollection AddAlioss(this IServiceCollection services, IConfiguration configuration)
        {
            services.AddAlioss();
            // What is wrong shows where it is given.
            OssSettings.Apply(configuration ?? throw new ArgumentNullException(nameof(configuration)), new OssOptions());
            return services.Configure<OssOptions>(options => OssSettings.Apply(configuration, options));
        }
#endif

        /// <summary>
        /// The same with options from pairs of names and values. Names are those of <see cref="OssOptions"/>, whatever their case; <c>Credentials</c> is a text of
        /// <see cref="Credentials.From"/>, or <c>AccessKeyId</c>, <c>AccessKeySecret</c> and <c>SecurityToken</c> are keys;
        /// lists are <c>AdditionalSignedHeaders:0</c>, dictionaries <c>UserHeaders:NAME</c>. A text with nothing in it stands
        /// for null, where that is the default.
        /// </summary>
        /// <exception cref="ArgumentNullException">An argument is null.</exception>
        /// <exception cref="ArgumentException">There is no such option, or the value is none for it.</exception>
        public static IServiceCollection AddAlioss(
            this IServiceCollection services, IEnumerable<KeyValuePair<string, string?>> settings)
        {
            services.AddAlioss();
            var given = new List<KeyValuePair<string, string?>>(
                settings ?? throw new ArgumentNullException(nameof(settings)));
            // What is wrong shows where it is given.
            OssSettings.Apply(given, new OssOptions());
            return services.Configure<OssOptions>(options => OssSettings.Apply(given, options));
        }

        /// <summary>
        /// Adds the bucket <paramref name="name"/> as a singleton, and as a keyed one with its name as key. Of several, the
        /// first is the <see cref="Bucket"/> that is got without a key.
        /// </summary>
        /// <exception cref="ArgumentNullException">An argument is null.</exception>
        public static IServiceCollection AddAliossBucket(this IServiceCollection services, string name)
        {
            services.AddAlioss();
            if (name == null)
            {
                throw new ArgumentNullException(nameof(name));
            }
            services.TryAddKeyedSingleton(name, (provider, key) => provider.GetRequiredService<BucketFactory>().GetBucket(name));
            services.TryAddSingleton(provider => provider.GetRequiredService<BucketFactory>().GetBucket(name));
            return services;
        }
    }
}
