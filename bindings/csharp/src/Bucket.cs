using System;
using System.IO;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    /// <summary>A bucket and the way to it. Never changes: use one from any number of threads at once.</summary>
    /// <remarks>
    /// <para>Calls throw <see cref="OssException"/> when they fail; <see cref="OperationCanceledException"/> when their token
    /// is cancelled, within 250 ms, wherever they wait, and 2 s later at most if parts have to be deleted;
    /// <see cref="ArgumentNullException"/> for a null that is not allowed; <see cref="ObjectDisposedException"/> after
    /// <see cref="Dispose()"/>. What a stream or callback of yours throws ends the call and comes back unchanged;
    /// <see cref="OssException.Of"/> then says how the call ended.</para>
    /// <para>The asynchronous forms do the same on a thread that belongs to the library, one for each call that runs. Nor do they
    /// wait for a stream of yours when their token is cancelled or their time over: its read or write goes on if it does not
    /// heed the token that it is given, with a buffer that nobody else uses, and nobody hears of its end. They do wait for what
    /// blocks the thread: a <c>ReadAsync</c> or <c>WriteAsync</c> that does not return, and the callbacks. A synchronous form
    /// runs on your thread and waits for <c>Read</c> and <c>Write</c>.</para>
    /// <para>Keys are 1 to 1023 bytes of UTF-8 and do not begin with "/" or "\\".</para>
    /// </remarks>
    public unsafe partial class Bucket : IDisposable
    {
        private readonly BucketHandle handle;

        /// <summary>For classes of tests that stand in for a bucket and override what they are asked for.</summary>
        protected Bucket()
        {
            handle = new BucketHandle();
            Name = Endpoint = "";
        }

        /// <summary>Opens the bucket <paramref name="name"/> without talking to it yet.</summary>
        /// <exception cref="ArgumentNullException"><paramref name="options"/> or <paramref name="name"/> is null.</exception>
        /// <exception cref="OssException">An option or the name is unusable; the message says which.</exception>
        public Bucket(OssOptions options, string name)
        {
            var nameText = Utf8.Required(name, nameof(name));
            using (var config = new Config(options))
            {
                fixed (byte* pointer = nameText)
                {
                    handle = config.Opened(Native.oss_bucket_new(config.Handle, pointer)).With(options.TotalTimeout);
                }
            }
            Name = Utf8.Text(Native.oss_bucket_name(handle)) ?? "";
            Endpoint = Utf8.Text(Native.oss_bucket_endpoint(handle)) ?? "";
        }

        /// <summary>Its name.</summary>
        public virtual string Name { get; }

        /// <summary>Where the service is, such as <c>https://oss-cn-hangzhou.aliyuncs.com</c>.</summary>
        public virtual string Endpoint { get; }

        /// <summary>Lets go of the bucket; calls in progress finish undisturbed.</summary>
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
        /// PutBucket: creates the bucket. Its ACL comes as header <c>["x-oss-acl"]</c>, its class and redundancy as fields
        /// <c>["StorageClass"]</c> and <c>["DataRedundancyType"]</c>; creating one's own bucket again is a success.
        /// </summary>
        public virtual OssResponse PutBucket(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_put_bucket, options, cancellationToken);

        /// <summary>As <see cref="PutBucket(CallOptions, CancellationToken)"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutBucketAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => PutBucket(options, cancellationToken), cancellationToken);

        /// <summary>
        /// PutBucket with a class, such as "IA"; a redundancy, "LRS" or "ZRS"; and an ACL, such as "private". Each may be
        /// null.
        /// </summary>
        public virtual OssResponse PutBucket(
            string storageClass,
            string? redundancy = null,
            string? acl = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            using (var call = new Call(handle, options, cancellationToken))
            {
                call.OptionalField("StorageClass", storageClass);
                call.OptionalField("DataRedundancyType", redundancy);
                if (acl != null)
                {
                    call.Header("x-oss-acl", acl);
                }
                call.Check(Native.oss_put_bucket(call.Owner, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>
        /// As <see cref="PutBucket(string, string, string, CallOptions, CancellationToken)"/>, on another thread.
        /// </summary>
        public virtual Task<OssResponse> PutBucketAsync(
            string storageClass,
            string? redundancy = null,
            string? acl = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(storageClass, nameof(storageClass));
            Require.OptionalText(redundancy, nameof(redundancy));
            Require.OptionalText(acl, nameof(acl));
            return Run(() => PutBucket(storageClass, redundancy, acl, options, cancellationToken), cancellationToken);
        }

        /// <summary>DeleteBucket: the bucket has to be empty.</summary>
        public virtual OssResponse DeleteBucket(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_delete_bucket, options, cancellationToken);

        /// <summary>As <see cref="DeleteBucket"/>, on another thread.</summary>
        public virtual Task<OssResponse> DeleteBucketAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => DeleteBucket(options, cancellationToken), cancellationToken);

        /// <summary>
        /// Whether the bucket exists, by GetBucketAcl. Only the service's word that it does not is a false; somebody
        /// else's is an exception.
        /// </summary>
        public virtual bool BucketExists(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            using (var call = new Call(handle, options, cancellationToken))
            {
                int exists;
                call.Check(Native.oss_bucket_exists(call.Owner, &exists, call.Pointer));
                return exists != 0;
            }
        }

        /// <summary>As <see cref="BucketExists"/>, on another thread.</summary>
        public virtual Task<bool> BucketExistsAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => BucketExists(options, cancellationToken), cancellationToken);

        /// <summary>
        /// GetBucketInfo: <see cref="OssResponse.Text"/> has "Bucket.StorageClass", "Bucket.Location" and so on.
        /// </summary>
        public virtual OssResponse GetBucketInfo(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_get_bucket_info, options, cancellationToken);

        /// <summary>As <see cref="GetBucketInfo"/>, on another thread.</summary>
        public virtual Task<OssResponse> GetBucketInfoAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => GetBucketInfo(options, cancellationToken), cancellationToken);

        /// <summary>
        /// GetBucketStat: <see cref="OssResponse.Text"/> has "Storage" in bytes, "ObjectCount" and so on.
        /// </summary>
        public virtual OssResponse GetBucketStat(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_get_bucket_stat, options, cancellationToken);

        /// <summary>As <see cref="GetBucketStat"/>, on another thread.</summary>
        public virtual Task<OssResponse> GetBucketStatAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => GetBucketStat(options, cancellationToken), cancellationToken);

        /// <summary>GetBucketLocation: <see cref="OssResponse.Text"/> of "" has it, such as "oss-cn-hangzhou".</summary>
        public virtual OssResponse GetBucketLocation(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_get_bucket_location, options, cancellationToken);

        /// <summary>As <see cref="GetBucketLocation"/>, on another thread.</summary>
        public virtual Task<OssResponse> GetBucketLocationAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => GetBucketLocation(options, cancellationToken), cancellationToken);

        /// <summary>GetBucketAcl: who may do what with the bucket, and whose it is.</summary>
        public virtual AccessControlPolicy GetBucketAcl(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Configuration.Of<AccessControlPolicy>(Send(Native.oss_get_bucket_acl, options, cancellationToken));

        /// <summary>As <see cref="GetBucketAcl"/>, on another thread.</summary>
        public virtual Task<AccessControlPolicy> GetBucketAclAsync(
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Run(() => GetBucketAcl(options, cancellationToken), cancellationToken);

        /// <summary>PutBucketAcl: <paramref name="acl"/> is "private", "public-read" or "public-read-write".</summary>
        public virtual OssResponse PutBucketAcl(
            string acl,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_put_bucket_acl, acl, nameof(acl), options, cancellationToken);

        /// <summary>As <see cref="PutBucketAcl"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutBucketAclAsync(
            string acl,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(acl, nameof(acl));
            return Run(() => PutBucketAcl(acl, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// Sends any operation by its official name, such as "PutBucketLifecycle", and collects the answer, up to 64 MiB:
        /// <see cref="OssResponse.Text"/>. <paramref name="key"/> is null at bucket level. Its document is <paramref
        /// name="body"/>, built by <see cref="CallOptions.Fields"/>, or both: then the fields change it. An operation that
        /// this version does not know is sent by its method: "GET", "PUT" and so on.
        /// </summary>
        public virtual OssResponse Invoke(
            string operation,
            string? key = null,
            byte[]? body = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* operationText = Utf8.Required(operation, nameof(operation)))
            fixed (byte* keyText = Utf8.Optional(key, nameof(key)))
            fixed (byte* bytes = body)
            using (var call = new Call(handle, options, cancellationToken, operation: operation))
            {
                var length = (UIntPtr)(uint)(body == null ? 0 : body.Length);
                call.Check(Native.oss_invoke(call.Owner, operationText, keyText, bytes, length, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="Invoke"/>, on another thread.</summary>
        public virtual Task<OssResponse> InvokeAsync(
            string operation,
            string? key = null,
            byte[]? body = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(operation, nameof(operation));
            Require.OptionalText(key, nameof(key));
            return Run(() => Invoke(operation, key, body, options, cancellationToken), cancellationToken);
        }

        /// <summary>Runs what blocks on another thread, unless this is disposed.</summary>
        private Task<T> Run<T>(Func<T> work, CancellationToken cancellationToken, Action<T>? after = null)
        {
            handle.CheckOpen();
            return Blocking.Run(work, cancellationToken, after);
        }

        private static ArraySegment<byte> Segment(byte[] data) =>
            new ArraySegment<byte>(data ?? throw new ArgumentNullException(nameof(data)));

        private static ArraySegment<byte> Segment(ArraySegment<byte> data) =>
            data.Array == null ? throw new ArgumentNullException(nameof(data)) : data;

        private static Stream Source(Stream source) => source ?? throw new ArgumentNullException(nameof(source));

        /// <summary>What is left of a stream, -1 if it does not know.</summary>
        private static long Rest(Stream source) =>
            source != null && source.CanSeek ? Math.Max(0, source.Length - source.Position) : -1;

        // Functions of C by their parameters, so that calls of the same kind share their code.
        private delegate int BucketFunction(IntPtr bucket, IntPtr call);

        private delegate int TextFunction(IntPtr bucket, byte* text, IntPtr call);

        private delegate int TextsFunction(IntPtr bucket, byte* first, byte* second, IntPtr call);

        private OssResponse Send(
            BucketFunction function,
            CallOptions? options,
            CancellationToken cancellationToken,
            [CallerMemberName] string? operation = null)
        {
            using (var call = new Call(handle, options, cancellationToken, operation: operation))
            {
                call.Check(function(call.Owner, call.Pointer));
                return call.Answer();
            }
        }

        private OssResponse Send(
            TextFunction function,
            string text,
            string name,
            CallOptions? options,
            CancellationToken cancellationToken,
            [CallerMemberName] string? operation = null)
        {
            fixed (byte* pointer = Utf8.Required(text, name))
            using (var call = new Call(handle, options, cancellationToken, operation: operation))
            {
                call.Check(function(call.Owner, pointer, call.Pointer));
                return call.Answer();
            }
        }

        private OssResponse Send(
            TextsFunction function,
            string first,
            string firstName,
            string second,
            string secondName,
            CallOptions? options,
            CancellationToken cancellationToken,
            [CallerMemberName] string? operation = null)
        {
            fixed (byte* firstText = Utf8.Required(first, firstName))
            fixed (byte* secondText = Utf8.Required(second, secondName))
            using (var call = new Call(handle, options, cancellationToken, operation: operation))
            {
                call.Of(secondName == "path" ? second : null);
                call.Check(function(call.Owner, firstText, secondText, call.Pointer));
                return call.Answer();
            }
        }
    }
}
