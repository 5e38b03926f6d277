using System;
using System.Runtime.CompilerServices;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    // Whole directories, and all objects whose keys begin alike.
    public partial class Bucket
    {
        /// <summary>
        /// Stores all regular files below <paramref name="directory"/> as objects below <paramref name="prefix"/>; a slash is
        /// added to that unless it is "" or ends with one. A file is unchanged if its object has its size and was stored after
        /// the file was last written to. After a failure or a kill the same call goes on where it stopped. Headers, timeout,
        /// progress and cancelling are of the whole; the progress has no total before all files are known.
        /// </summary>
        /// <exception cref="OssException">
        /// Something failed: the reason is that of the first, and <see cref="OssException.Report"/> has each. One file that
        /// fails does not stop the others.
        /// </exception>
        public virtual unsafe TransferReport UploadDirectory(
            string prefix,
            string directory,
            DirectoryOptions? how = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            TransferDirectory(Native.oss_upload_directory, prefix, directory, how, options, cancellationToken);

        /// <summary>As <see cref="UploadDirectory"/>, on another thread.</summary>
        public virtual Task<TransferReport> UploadDirectoryAsync(
            string prefix,
            string directory,
            DirectoryOptions? how = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(prefix, nameof(prefix));
            Require.Text(directory, nameof(directory));
            return Run(() => UploadDirectory(prefix, directory, how, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// Fetches all objects below <paramref name="prefix"/> into <paramref name="directory"/>, which is made if there is
        /// none. Files get the times of their objects, and are unchanged if they have size and time, or size and CRC-64, of
        /// them. What cannot be a file there fails and is written nowhere: keys with "..", a NUL, nothing between two slashes
        /// and the like, and what symbolic links are in the way of. All else as for <see cref="UploadDirectory"/>.
        /// </summary>
        /// <exception cref="OssException">As for <see cref="UploadDirectory"/>.</exception>
        public virtual unsafe TransferReport DownloadDirectory(
            string prefix,
            string directory,
            DirectoryOptions? how = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken)) =>
            TransferDirectory(Native.oss_download_directory, prefix, directory, how, options, cancellationToken);

        /// <summary>As <see cref="DownloadDirectory"/>, on another thread.</summary>
        public virtual Task<TransferReport> DownloadDirectoryAsync(
            string prefix,
            string directory,
            DirectoryOptions? how = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(prefix, nameof(prefix));
            Require.Text(directory, nameof(directory));
            return Run(() => DownloadDirectory(prefix, directory, how, options, cancellationToken), cancellationToken);
        }

        /// <summary>
        /// Deletes every object whose key begins with <paramref name="prefix"/>, 1000 in a request. The prefix is a piece of
        /// text: "log" is also "logs/a" and "log2". What cannot be deleted does not stop the rest. Timeout and cancelling are
        /// of the whole.
        /// </summary>
        /// <exception cref="OssException">As for <see cref="UploadDirectory"/>.</exception>
        public virtual unsafe TransferReport DeletePrefix(
            string prefix,
            DeletePrefixOptions? how = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            how = how ?? new DeletePrefixOptions();
            fixed (byte* prefixText = Utf8.Required(prefix, nameof(prefix)))
            using (var call = new Call(handle, options, cancellationToken))
            {
                call.Watch(how.Outcomes, null);
                return call.Report(Native.oss_delete_prefix(call.Owner, prefixText, how.Flags, call.Pointer));
            }
        }

        /// <summary>As <see cref="DeletePrefix"/>, on another thread.</summary>
        public virtual Task<TransferReport> DeletePrefixAsync(
            string prefix,
            DeletePrefixOptions? how = null,
            CallOptions? options = null,
            CancellationToken cancellationToken = default(CancellationToken))
        {
            Require.Text(prefix, nameof(prefix));
            return Run(() => DeletePrefix(prefix, how, options, cancellationToken), cancellationToken);
        }

        private unsafe delegate int DirectoryFunction(
            IntPtr bucket, byte* prefix, byte* directory, int flags, IntPtr call);

        private unsafe TransferReport TransferDirectory(
            DirectoryFunction function,
            string prefix,
            string directory,
            DirectoryOptions? how,
            CallOptions? options,
            CancellationToken cancellationToken,
            [CallerMemberName] string? operation = null)
        {
            how = how ?? new DirectoryOptions();
            fixed (byte* prefixText = Utf8.Required(prefix, nameof(prefix)))
            fixed (byte* directoryText = Utf8.Required(directory, nameof(directory)))
            using (var call = new Call(handle, options, cancellationToken, operation: operation))
            {
                call.Of(directory + "/").Watch(how.Outcomes, how.Filter);
                return call.Report(function(call.Owner, prefixText, directoryText, how.Flags, call.Pointer));
            }
        }
    }
}
