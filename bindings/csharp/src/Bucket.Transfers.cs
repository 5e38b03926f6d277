using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    // Large files in parts, several of them under way at the same time, that can be resumed.
    public partial class Bucket
    {
        /// <summary>
        /// Stores the file at <paramref name="path"/>, up to 48.8 TB, in parts of <see cref="CallOptions.PartSize"/>. After a
        /// failure or a kill the same call goes on where it stopped; a record beside the file says how far it is. Headers,
        /// timeout, progress and cancelling are of the whole. <see cref="OssStatus.Busy"/> if another transfer is using the
        /// record.
        /// </summary>
        public virtual unsafe OssResponse UploadFile(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_upload_file, key, nameof(key), path, nameof(path), options, cancellationToken);

        /// <summary>As <see cref="UploadFile"/>, on another thread.</summary>
        public virtual Task<OssResponse> UploadFileAsync(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(path, nameof(path));
            return Blocking.Run(() => UploadFile(key, path, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// Gives up what <see cref="UploadFile"/> with the same arguments did not finish: deletes the parts that were sent,
        /// and the record. Nothing to give up is a success.
        /// </summary>
        public virtual unsafe void AbortUploadFile(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_abort_upload_file, key, nameof(key), path, nameof(path), options, cancellationToken);

        /// <summary>As <see cref="AbortUploadFile"/>, on another thread.</summary>
        public virtual Task AbortUploadFileAsync(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(path, nameof(path));
            return Blocking.Run(() => Done(() => AbortUploadFile(key, path, options, cancellationToken)), cancellationToken);
        }

        /// <summary>
        /// GetObject into the file at <paramref name="path"/> in parts; the file appears whole or not at all. After a failure
        /// or a kill the same call goes on where it stopped. <see cref="OssStatus.Conflict"/> if the object changes
        /// meanwhile, <see cref="OssStatus.Busy"/> if another transfer is using the record.
        /// </summary>
        public virtual unsafe OssResponse DownloadFile(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_download_file, key, nameof(key), path, nameof(path), options, cancellationToken);

        /// <summary>As <see cref="DownloadFile"/>, on another thread.</summary>
        public virtual Task<OssResponse> DownloadFileAsync(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(path, nameof(path));
            return Blocking.Run(() => DownloadFile(key, path, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// Removes what <see cref="DownloadFile"/> with the same arguments did not finish. Sends nothing. Nothing to remove
        /// is a success.
        /// </summary>
        public virtual unsafe void AbortDownloadFile(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            Send(Native.oss_abort_download_file, key, nameof(key), path, nameof(path), options, cancellationToken);

        /// <summary>As <see cref="AbortDownloadFile"/>, on another thread.</summary>
        public virtual Task AbortDownloadFileAsync(
            string key,
            string path,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(key, nameof(key));
            Require.Text(path, nameof(path));
            return Blocking.Run(() => Done(() => AbortDownloadFile(key, path, options, cancellationToken)), cancellationToken);
        }

        private static bool Done(System.Action action)
        {
            action();
            return true;
        }
    }
}
