using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    // What else is done with objects.
    public unsafe partial class Bucket
    {
        /// <summary>DeleteObject. Deleting what is not there is a success, as with the service.</summary>
        public virtual OssResponse DeleteObject(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_delete_object, key, nameof(key), options, cancellationToken);

        /// <summary>As <see cref="DeleteObject"/>, on another thread.</summary>
        public virtual Task<OssResponse> DeleteObjectAsync(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => DeleteObject(key, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// DeleteMultipleObjects: 1 to 1000 objects. If <paramref name="quiet"/>, only those that could not be deleted
        /// come back.
        /// </summary>
        public virtual DeletedObjects DeleteMultipleObjects(
            IEnumerable<string> keys,
            bool quiet = false,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            DeleteMultipleObjects(Named(keys), quiet, options, cancellationToken);

        /// <summary>
        /// As <see cref="DeleteMultipleObjects(IEnumerable{string}, bool, CallOptions, CancellationToken)"/>, on another
        /// thread.
        /// </summary>
        public virtual Task<DeletedObjects> DeleteMultipleObjectsAsync(
            IEnumerable<string> keys,
            bool quiet = false,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.NotNull(keys, nameof(keys));
            return Run(() => DeleteMultipleObjects(keys, quiet, options, cancellationToken), cancellationToken);
        }

        /// <summary>DeleteMultipleObjects of 1 to 1000 objects, each of them by key and version.</summary>
        public virtual DeletedObjects DeleteMultipleObjects(
            IEnumerable<ObjectVersion> objects,
            bool quiet = false,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var all = Blocking.ListOf(objects ?? throw new ArgumentNullException(nameof(objects)));
            using (var keys = new TextArray(all.ConvertAll(one => Utf8.Required(one.Key, "key"))))
            using (var versions = new TextArray(all.ConvertAll(one => Utf8.Optional(one.VersionId, "version_id"))))
            using (var call = new Call(handle, options, cancellationToken))
            {
                call.Check(Native.oss_delete_multiple_objects(
                    call.Owner, keys.Pointer, versions.Pointer, (UIntPtr)(uint)all.Count, quiet ? 1 : 0, call.Pointer));
                var deleted = new List<DeletedEntry>();
                for (Native.Entry* entry = call.Next(); entry != null; entry = call.Next())
                {
                    deleted.Add(new DeletedEntry(entry));
                }
                return new DeletedObjects(deleted, call.Answer());
            }
        }

        /// <summary>
        /// As <see cref="DeleteMultipleObjects(IEnumerable{ObjectVersion}, bool, CallOptions, CancellationToken)"/>, on
        /// another thread.
        /// </summary>
        public virtual Task<DeletedObjects> DeleteMultipleObjectsAsync(
            IEnumerable<ObjectVersion> objects,
            bool quiet = false,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.NotNull(objects, nameof(objects));
            return Run(() => DeleteMultipleObjects(objects, quiet, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// CopyObject: makes <paramref name="key"/> a copy of <paramref name="sourceKey"/>, up to 5 GB. Null for the
        /// bucket of the source is this one, null for its version the latest. New metadata comes as headers, with
        /// <c>["x-oss-metadata-directive"] = "REPLACE"</c>.
        /// </summary>
        public virtual OssResponse CopyObject(
            string key,
            string sourceKey,
            string? sourceBucket = null,
            string? sourceVersionId = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* bucketText = Utf8.Optional(sourceBucket, nameof(sourceBucket)))
            fixed (byte* sourceText = Utf8.Required(sourceKey, nameof(sourceKey)))
            fixed (byte* versionText = Utf8.Optional(sourceVersionId, nameof(sourceVersionId)))
            using (var call = new Call(handle, options, cancellationToken))
            {
                call.Check(Native.oss_copy_object(call.Owner, keyText, bucketText, sourceText, versionText, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="CopyObject"/>, on another thread.</summary>
        public virtual Task<OssResponse> CopyObjectAsync(
            string key,
            string sourceKey,
            string? sourceBucket = null,
            string? sourceVersionId = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.CopySource(sourceKey, sourceBucket, sourceVersionId);
            return Run(() => CopyObject(key, sourceKey, sourceBucket, sourceVersionId, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// PutObjectAcl: <paramref name="acl"/> is "default", "private", "public-read" or "public-read-write".
        /// </summary>
        public virtual OssResponse PutObjectAcl(
            string key,
            string acl,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_put_object_acl, key, nameof(key), acl, nameof(acl), options, cancellationToken);

        /// <summary>As <see cref="PutObjectAcl"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutObjectAclAsync(
            string key,
            string acl,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(acl, nameof(acl));
            return Run(() => PutObjectAcl(key, acl, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetObjectAcl: who may do what with the object, and whose it is.</summary>
        public virtual AccessControlPolicy GetObjectAcl(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Configuration.Of<AccessControlPolicy>(
                Send(Native.oss_get_object_acl, key, nameof(key), options, cancellationToken));

        /// <summary>As <see cref="GetObjectAcl"/>, on another thread.</summary>
        public virtual Task<AccessControlPolicy> GetObjectAclAsync(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => GetObjectAcl(key, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// PutSymlink: makes <paramref name="key"/> a link to <paramref name="target"/>, a key of the same bucket.
        /// </summary>
        public virtual OssResponse PutSymlink(
            string key,
            string target,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_put_symlink, key, nameof(key), target, nameof(target), options, cancellationToken);

        /// <summary>As <see cref="PutSymlink"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutSymlinkAsync(
            string key,
            string target,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(target, nameof(target));
            return Run(() => PutSymlink(key, target, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetSymlink: <see cref="OssResponse.SymlinkTarget"/> tells where the link leads.</summary>
        public virtual OssResponse GetSymlink(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_get_symlink, key, nameof(key), options, cancellationToken);

        /// <summary>As <see cref="GetSymlink"/>, on another thread.</summary>
        public virtual Task<OssResponse> GetSymlinkAsync(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => GetSymlink(key, options, cancellationToken), cancellationToken);
        }

        /// <summary>PutObjectTagging: replaces all tags of the object by these, up to 10.</summary>
        public virtual OssResponse PutObjectTagging(
            string key,
            IEnumerable<KeyValuePair<string, string>> tags,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            var all = new List<KeyValuePair<string, string>>(tags ?? throw new ArgumentNullException(nameof(tags)));
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            using (var names = new TextArray(all.ConvertAll(tag => Utf8.Required(tag.Key, "name"))))
            using (var values = new TextArray(all.ConvertAll(tag => Utf8.Required(tag.Value, "value"))))
            using (var call = new Call(handle, options, cancellationToken))
            {
                call.Check(Native.oss_put_object_tagging(
                    call.Owner, keyText, names.Pointer, values.Pointer, (UIntPtr)(uint)all.Count, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="PutObjectTagging"/>, on another thread.</summary>
        public virtual Task<OssResponse> PutObjectTaggingAsync(
            string key,
            IEnumerable<KeyValuePair<string, string>> tags,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.NotNull(tags, nameof(tags));
            return Run(() => PutObjectTagging(key, tags, options, cancellationToken), cancellationToken);
        }

        /// <summary>GetObjectTagging: the tags of the object.</summary>
        public virtual Tagging GetObjectTagging(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Configuration.Of<Tagging>(
                Send(Native.oss_get_object_tagging, key, nameof(key), options, cancellationToken));

        /// <summary>As <see cref="GetObjectTagging"/>, on another thread.</summary>
        public virtual Task<Tagging> GetObjectTaggingAsync(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => GetObjectTagging(key, options, cancellationToken), cancellationToken);
        }

        /// <summary>DeleteObjectTagging: takes off all tags.</summary>
        public virtual OssResponse DeleteObjectTagging(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_delete_object_tagging, key, nameof(key), options, cancellationToken);

        /// <summary>As <see cref="DeleteObjectTagging"/>, on another thread.</summary>
        public virtual Task<OssResponse> DeleteObjectTaggingAsync(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => DeleteObjectTagging(key, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// RestoreObject: has an archived object made readable, for <paramref name="days"/> days, or 0 for the service's
        /// choice, at the speed <paramref name="tier"/>, "Expedited", "Standard" or "Bulk", or null. HTTP status 202:
        /// begun; 200: it is readable already.
        /// </summary>
        public virtual OssResponse RestoreObject(
            string key,
            int days = 0,
            string? tier = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            fixed (byte* keyText = Utf8.Required(key, nameof(key)))
            fixed (byte* tierText = Utf8.Optional(tier, nameof(tier)))
            using (var call = new Call(handle, options, cancellationToken))
            {
                call.Check(Native.oss_restore_object(call.Owner, keyText, days, tierText, call.Pointer));
                return call.Answer();
            }
        }

        /// <summary>As <see cref="RestoreObject"/>, on another thread.</summary>
        public virtual Task<OssResponse> RestoreObjectAsync(
            string key,
            int days = 0,
            string? tier = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.OptionalText(tier, nameof(tier));
            return Run(() => RestoreObject(key, days, tier, options, cancellationToken), cancellationToken);
        }

        /// <summary>CleanRestoredObject: ends the time in which a restored object is readable.</summary>
        public virtual OssResponse CleanRestoredObject(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_clean_restored_object, key, nameof(key), options, cancellationToken);

        /// <summary>As <see cref="CleanRestoredObject"/>, on another thread.</summary>
        public virtual Task<OssResponse> CleanRestoredObjectAsync(
            string key,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            return Run(() => CleanRestoredObject(key, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// ProcessObject: does <paramref name="process"/>, such as "image/resize,w_100|sys/saveas,o_...". <see
        /// cref="OssResponse.Body"/> is a JSON text.
        /// </summary>
        public virtual OssResponse ProcessObject(
            string key,
            string process,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_process_object, key, nameof(key), process, nameof(process), options, cancellationToken);

        /// <summary>As <see cref="ProcessObject"/>, on another thread.</summary>
        public virtual Task<OssResponse> ProcessObjectAsync(
            string key,
            string process,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(process, nameof(process));
            return Run(() => ProcessObject(key, process, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// AsyncProcessObject: as <see cref="ProcessObject"/>, but only begins it; <see cref="OssResponse.Body"/> has the
        /// id of the task.
        /// </summary>
        public virtual OssResponse AsyncProcessObject(
            string key,
            string process,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_async_process_object, key, nameof(key), process, nameof(process), options, cancellationToken);

        /// <summary>As <see cref="AsyncProcessObject"/>, on another thread.</summary>
        public virtual Task<OssResponse> AsyncProcessObjectAsync(
            string key,
            string process,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(process, nameof(process));
            return Run(() => AsyncProcessObject(key, process, options, cancellationToken), cancellationToken);
        }

        private static List<ObjectVersion> Named(IEnumerable<string> keys)
        {
            var named = new List<ObjectVersion>();
            foreach (string key in Blocking.ListOf(keys ?? throw new ArgumentNullException(nameof(keys))))
            {
                named.Add(new ObjectVersion(key));
            }
            return named;
        }
    }
}
