using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    /// <summary>The service itself: what is not about one bucket. Never changes; any number of threads may use it.</summary>
    /// <remarks>
    /// Besides <see cref="OssException"/>, calls throw <see cref="OperationCanceledException"/> when their token is
    /// cancelled, within 250 ms, and <see cref="ObjectDisposedException"/> after <see cref="Dispose()"/>.
    /// </remarks>
    public unsafe partial class Service : IDisposable
    {
        private readonly ServiceHandle handle;

        /// <summary>For classes of tests that stand in for a service.</summary>
        protected Service()
        {
            handle = new ServiceHandle();
        }

        /// <summary>Opens the service without talking to it yet.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
        /// <exception cref="OssException">An option is unusable; the message names it.</exception>
        public Service(OssOptions options)
        {
            using (var config = new Config(options))
            {
                handle = config.Opened(Native.oss_service_new(config.Handle));
            }
        }

        /// <summary>Lets go of the service; calls in progress finish undisturbed.</summary>
        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        /// <summary>The same for classes made from this one.</summary>
        protected virtual void Dispose(bool disposing)
        {
            if (disposing)
            {
                handle.Dispose();
            }
        }

        /// <summary>
        /// ListBuckets: the buckets of the account whose names begin with <paramref name="prefix"/>, null for all. Asks the
        /// service when it is enumerated, page by page, and anew each time.
        /// </summary>
        public virtual IEnumerable<BucketEntry> ListBuckets(
            string? prefix = null, CallOptions? options = null, CancellationToken cancellationToken = default(CancellationToken)) =>
            Listing(prefix, options, cancellationToken);

        /// <summary>As <see cref="ListBuckets"/>, fetched on another thread while it is enumerated by <c>await foreach</c>.</summary>
        public virtual AsyncListing<BucketEntry> ListBucketsAsync(
            string? prefix = null, CallOptions? options = null, CancellationToken cancellationToken = default(CancellationToken)) =>
            Listing(prefix, options, cancellationToken).Asynchronous();

        /// <summary>
        /// Sends any operation by its official name, such as "PutPublicAccessBlock", and collects the answer, up to 64 MiB:
        /// <see cref="OssResponse.Text"/>. Its document is <paramref name="body"/>, built by
        /// <see cref="CallOptions.Fields"/>, or both. An operation that this version does not know is sent by its method:
        /// "GET", "PUT" and so on.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="operation"/> is null.</exception>
        /// <exception cref="OssException">It failed.</exception>
        public virtual OssResponse Invoke(
            string operation,
            byte[]? body = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* operationText = Utf8.Required(operation, nameof(operation)))
            fixed (byte* bytes = body)
            using (var call = new Call(handle, options, cancellationToken, operation: operation))
            {
                var length = (UIntPtr)(uint)(body == null ? 0 : body.Length);
                call.Check(Native.oss_service_invoke(call.Owner, operationText, bytes, length, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="Invoke"/>, on another thread.</summary>
        public virtual Task<OssResponse> InvokeAsync(
            string operation,
            byte[]? body = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(operation, nameof(operation));
            return Run(() => Invoke(operation, body, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// DescribeRegions: <see cref="OssResponse.Count"/> of "RegionInfo", <see cref="OssResponse.Text"/> of
        /// "RegionInfo[0].Region" and so on. The query <c>["regions"]</c> names one of them.
        /// </summary>
        /// <exception cref="OssException">It failed.</exception>
        public virtual OssResponse DescribeRegions(
            CallOptions? options = null, CancellationToken cancellationToken = default(CancellationToken))
        {
            using (var call = new Call(handle, options, cancellationToken))
            {
                call.Check(Native.oss_describe_regions(call.Owner, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="DescribeRegions"/>, on another thread.</summary>
        public virtual Task<OssResponse> DescribeRegionsAsync(
            CallOptions? options = null, CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => DescribeRegions(options, cancellationToken), cancellationToken);

        /// <summary>Runs what blocks on another thread, unless this is disposed.</summary>
        private Task<T> Run<T>(Func<T> work, CancellationToken cancellationToken, Action<T>? after = null)
        {
            handle.CheckOpen();
            return Blocking.Run(work, cancellationToken, after);
        }

        private Listing<BucketEntry> Listing(string? prefix, CallOptions? options, CancellationToken cancellationToken)
        {
            var prefixText = Utf8.Optional(prefix, nameof(prefix));
            return new Listing<BucketEntry>(
                cancel =>
                {
                    var call = new Call(handle, options, cancel, operation: nameof(ListBuckets));
                    try
                    {
                        call.Handle.Keep(handle);
                        fixed (byte* pointer = prefixText)
                        {
                            call.Check(Native.oss_list_buckets(call.Owner, pointer, call.Pointer));
                        }
                        call.Observation?.Detach();
                        return call;
                    }
                    catch
                    {
                        call.Dispose();
                        throw;
                    }
                },
                entry => new BucketEntry(entry),
                cancellationToken);
        }
    }
}
