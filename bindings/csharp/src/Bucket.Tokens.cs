using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;
using System.Threading.Tasks;

namespace Alioss
{
    // A token right after what has to be given: all that is optional lies between them in the other forms.
    public partial class Bucket
    {
        /// <summary>GetObjectAsync with nothing but a token.</summary>
        public Task<ObjectStream> GetObjectAsync(string key, CancellationToken cancellationToken) =>
            GetObjectAsync(key, options: null, cancellationToken: cancellationToken);

        /// <summary>GetObjectToBufferAsync with nothing but a token.</summary>
        public Task<int> GetObjectToBufferAsync(
            string key, ArraySegment<byte> buffer, CancellationToken cancellationToken) =>
            GetObjectToBufferAsync(key, buffer, options: null, cancellationToken: cancellationToken);

        /// <summary>GetObjectToFileAsync with nothing but a token.</summary>
        public Task<OssResponse> GetObjectToFileAsync(string key, string path, CancellationToken cancellationToken) =>
            GetObjectToFileAsync(key, path, options: null, cancellationToken: cancellationToken);

        /// <summary>GetObjectToStreamAsync with nothing but a token.</summary>
        public Task<OssResponse> GetObjectToStreamAsync(
            string key, Stream target, CancellationToken cancellationToken) =>
            GetObjectToStreamAsync(key, target, options: null, cancellationToken: cancellationToken);

        /// <summary>HeadObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> HeadObjectAsync(string key, CancellationToken cancellationToken) =>
            HeadObjectAsync(key, options: null, cancellationToken: cancellationToken);

        /// <summary>GetObjectMetaAsync with nothing but a token.</summary>
        public Task<OssResponse> GetObjectMetaAsync(string key, CancellationToken cancellationToken) =>
            GetObjectMetaAsync(key, options: null, cancellationToken: cancellationToken);

        /// <summary>ObjectExistsAsync with nothing but a token.</summary>
        public Task<bool> ObjectExistsAsync(string key, CancellationToken cancellationToken) =>
            ObjectExistsAsync(key, options: null, cancellationToken: cancellationToken);

        /// <summary>SelectObjectAsync with nothing but a token.</summary>
        public Task<ObjectStream> SelectObjectAsync(
            string key, string expression, CancellationToken cancellationToken) =>
            SelectObjectAsync(key, expression, options: null, cancellationToken: cancellationToken);

        /// <summary>CreateSelectObjectMetaAsync with nothing but a token.</summary>
        public Task<SelectObjectMeta> CreateSelectObjectMetaAsync(string key, CancellationToken cancellationToken) =>
            CreateSelectObjectMetaAsync(key, options: null, cancellationToken: cancellationToken);

        /// <summary>InitiateMultipartUploadAsync with nothing but a token.</summary>
        public Task<OssResponse> InitiateMultipartUploadAsync(string key, CancellationToken cancellationToken) =>
            InitiateMultipartUploadAsync(key, options: null, cancellationToken: cancellationToken);

        /// <summary>UploadPartAsync with nothing but a token.</summary>
        public Task<UploadedPart> UploadPartAsync(
            string key, string uploadId, int number, byte[] data, CancellationToken cancellationToken) =>
            UploadPartAsync(key, uploadId, number, data, options: null, cancellationToken: cancellationToken);

        /// <summary>UploadPartAsync with nothing but a token.</summary>
        public Task<UploadedPart> UploadPartAsync(
            string key, string uploadId, int number, ArraySegment<byte> data, CancellationToken cancellationToken) =>
            UploadPartAsync(key, uploadId, number, data, options: null, cancellationToken: cancellationToken);

        /// <summary>UploadPartAsync with nothing but a token.</summary>
        public Task<UploadedPart> UploadPartAsync(
            string key, string uploadId, int number, Stream source, CancellationToken cancellationToken) =>
            UploadPartAsync(key, uploadId, number, source, options: null, cancellationToken: cancellationToken);

        /// <summary>UploadPartAsync with nothing but a token.</summary>
        public Task<UploadedPart> UploadPartAsync(
            string key, string uploadId, int number, Stream source, long length, CancellationToken cancellationToken) =>
            UploadPartAsync(key, uploadId, number, source, length, options: null, cancellationToken: cancellationToken);

        /// <summary>UploadPartFileAsync with nothing but a token.</summary>
        public Task<UploadedPart> UploadPartFileAsync(
            string key, string uploadId, int number, string path, long offset, long length, CancellationToken cancellationToken) =>
            UploadPartFileAsync(key, uploadId, number, path, offset, length, options: null, cancellationToken: cancellationToken);

        /// <summary>UploadPartCopyAsync with nothing but a token.</summary>
        public Task<UploadedPart> UploadPartCopyAsync(
            string key, string uploadId, int number, string sourceKey, CancellationToken cancellationToken) =>
            UploadPartCopyAsync(key, uploadId, number, sourceKey, options: null, cancellationToken: cancellationToken);

        /// <summary>CompleteMultipartUploadAsync with nothing but a token.</summary>
        public Task<OssResponse> CompleteMultipartUploadAsync(
            string key, string uploadId, CancellationToken cancellationToken) =>
            CompleteMultipartUploadAsync(key, uploadId, options: null, cancellationToken: cancellationToken);

        /// <summary>AbortMultipartUploadAsync with nothing but a token.</summary>
        public Task<OssResponse> AbortMultipartUploadAsync(
            string key, string uploadId, CancellationToken cancellationToken) =>
            AbortMultipartUploadAsync(key, uploadId, options: null, cancellationToken: cancellationToken);

        /// <summary>DeleteObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> DeleteObjectAsync(string key, CancellationToken cancellationToken) =>
            DeleteObjectAsync(key, options: null, cancellationToken: cancellationToken);

        /// <summary>DeleteMultipleObjectsAsync with nothing but a token.</summary>
        public Task<DeletedObjects> DeleteMultipleObjectsAsync(
            IEnumerable<string> keys, CancellationToken cancellationToken) =>
            DeleteMultipleObjectsAsync(keys, options: null, cancellationToken: cancellationToken);

        /// <summary>DeleteMultipleObjectsAsync with nothing but a token.</summary>
        public Task<DeletedObjects> DeleteMultipleObjectsAsync(
            IEnumerable<ObjectVersion> objects, CancellationToken cancellationToken) =>
            DeleteMultipleObjectsAsync(objects, options: null, cancellationToken: cancellationToken);

        /// <summary>CopyObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> CopyObjectAsync(string key, string sourceKey, CancellationToken cancellationToken) =>
            CopyObjectAsync(key, sourceKey, options: null, cancellationToken: cancellationToken);

        /// <summary>PutObjectAclAsync with nothing but a token.</summary>
        public Task<OssResponse> PutObjectAclAsync(string key, string acl, CancellationToken cancellationToken) =>
            PutObjectAclAsync(key, acl, options: null, cancellationToken: cancellationToken);

        /// <summary>GetObjectAclAsync with nothing but a token.</summary>
        public Task<AccessControlPolicy> GetObjectAclAsync(string key, CancellationToken cancellationToken) =>
            GetObjectAclAsync(key, options: null, cancellationToken: cancellationToken);

        /// <summary>PutSymlinkAsync with nothing but a token.</summary>
        public Task<OssResponse> PutSymlinkAsync(string key, string target, CancellationToken cancellationToken) =>
            PutSymlinkAsync(key, target, options: null, cancellationToken: cancellationToken);

        /// <summary>GetSymlinkAsync with nothing but a token.</summary>
        public Task<OssResponse> GetSymlinkAsync(string key, CancellationToken cancellationToken) =>
            GetSymlinkAsync(key, options: null, cancellationToken: cancellationToken);

        /// <summary>PutObjectTaggingAsync with nothing but a token.</summary>
        public Task<OssResponse> PutObjectTaggingAsync(
            string key, IEnumerable<KeyValuePair<string, string>> tags, CancellationToken cancellationToken) =>
            PutObjectTaggingAsync(key, tags, options: null, cancellationToken: cancellationToken);

        /// <summary>GetObjectTaggingAsync with nothing but a token.</summary>
        public Task<Tagging> GetObjectTaggingAsync(string key, CancellationToken cancellationToken) =>
            GetObjectTaggingAsync(key, options: null, cancellationToken: cancellationToken);

        /// <summary>DeleteObjectTaggingAsync with nothing but a token.</summary>
        public Task<OssResponse> DeleteObjectTaggingAsync(string key, CancellationToken cancellationToken) =>
            DeleteObjectTaggingAsync(key, options: null, cancellationToken: cancellationToken);

        /// <summary>RestoreObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> RestoreObjectAsync(string key, CancellationToken cancellationToken) =>
            RestoreObjectAsync(key, options: null, cancellationToken: cancellationToken);

        /// <summary>CleanRestoredObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> CleanRestoredObjectAsync(string key, CancellationToken cancellationToken) =>
            CleanRestoredObjectAsync(key, options: null, cancellationToken: cancellationToken);

        /// <summary>ProcessObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> ProcessObjectAsync(string key, string process, CancellationToken cancellationToken) =>
            ProcessObjectAsync(key, process, options: null, cancellationToken: cancellationToken);

        /// <summary>AsyncProcessObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> AsyncProcessObjectAsync(
            string key, string process, CancellationToken cancellationToken) =>
            AsyncProcessObjectAsync(key, process, options: null, cancellationToken: cancellationToken);

        /// <summary>UploadDirectoryAsync with nothing but a token.</summary>
        public Task<TransferReport> UploadDirectoryAsync(
            string prefix, string directory, CancellationToken cancellationToken) =>
            UploadDirectoryAsync(prefix, directory, how: null, options: null, cancellationToken: cancellationToken);

        /// <summary>DownloadDirectoryAsync with nothing but a token.</summary>
        public Task<TransferReport> DownloadDirectoryAsync(
            string prefix, string directory, CancellationToken cancellationToken) =>
            DownloadDirectoryAsync(prefix, directory, how: null, options: null, cancellationToken: cancellationToken);

        /// <summary>DeletePrefixAsync with nothing but a token.</summary>
        public Task<TransferReport> DeletePrefixAsync(string prefix, CancellationToken cancellationToken) =>
            DeletePrefixAsync(prefix, how: null, options: null, cancellationToken: cancellationToken);

        /// <summary>PresignAsync with nothing but a token.</summary>
        public Task<PresignedRequest> PresignAsync(
            string method, string? key, TimeSpan expires, CancellationToken cancellationToken) =>
            PresignAsync(method, key, expires, options: null, cancellationToken: cancellationToken);

        /// <summary>PostPolicyAsync with nothing but a token.</summary>
        public Task<PostForm> PostPolicyAsync(TimeSpan expires, CancellationToken cancellationToken) =>
            PostPolicyAsync(expires, options: null, cancellationToken: cancellationToken);

        /// <summary>PutObjectByUrlAsync with nothing but a token.</summary>
        public Task<OssResponse> PutObjectByUrlAsync(string url, byte[] data, CancellationToken cancellationToken) =>
            PutObjectByUrlAsync(url, data, options: null, cancellationToken: cancellationToken);

        /// <summary>PutObjectByUrlAsync with nothing but a token.</summary>
        public Task<OssResponse> PutObjectByUrlAsync(
            string url, ArraySegment<byte> data, CancellationToken cancellationToken) =>
            PutObjectByUrlAsync(url, data, options: null, cancellationToken: cancellationToken);

        /// <summary>GetObjectByUrlAsync with nothing but a token.</summary>
        public Task<ObjectStream> GetObjectByUrlAsync(string url, CancellationToken cancellationToken) =>
            GetObjectByUrlAsync(url, options: null, cancellationToken: cancellationToken);

        /// <summary>GetObjectByUrlToFileAsync with nothing but a token.</summary>
        public Task<OssResponse> GetObjectByUrlToFileAsync(
            string url, string path, CancellationToken cancellationToken) =>
            GetObjectByUrlToFileAsync(url, path, options: null, cancellationToken: cancellationToken);

        /// <summary>HeadObjectByUrlAsync with nothing but a token.</summary>
        public Task<OssResponse> HeadObjectByUrlAsync(string url, CancellationToken cancellationToken) =>
            HeadObjectByUrlAsync(url, options: null, cancellationToken: cancellationToken);

        /// <summary>PutObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> PutObjectAsync(string key, byte[] data, CancellationToken cancellationToken) =>
            PutObjectAsync(key, data, options: null, cancellationToken: cancellationToken);

        /// <summary>PutObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> PutObjectAsync(
            string key, ArraySegment<byte> data, CancellationToken cancellationToken) =>
            PutObjectAsync(key, data, options: null, cancellationToken: cancellationToken);

        /// <summary>PutObjectFileAsync with nothing but a token.</summary>
        public Task<OssResponse> PutObjectFileAsync(string key, string path, CancellationToken cancellationToken) =>
            PutObjectFileAsync(key, path, options: null, cancellationToken: cancellationToken);

        /// <summary>PutObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> PutObjectAsync(string key, Stream source, CancellationToken cancellationToken) =>
            PutObjectAsync(key, source, options: null, cancellationToken: cancellationToken);

        /// <summary>PutObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> PutObjectAsync(
            string key, Stream source, long length, CancellationToken cancellationToken) =>
            PutObjectAsync(key, source, length, options: null, cancellationToken: cancellationToken);

        /// <summary>AppendObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> AppendObjectAsync(
            string key, long position, byte[] data, CancellationToken cancellationToken) =>
            AppendObjectAsync(key, position, data, options: null, cancellationToken: cancellationToken);

        /// <summary>AppendObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> AppendObjectAsync(
            string key, long position, ArraySegment<byte> data, CancellationToken cancellationToken) =>
            AppendObjectAsync(key, position, data, options: null, cancellationToken: cancellationToken);

        /// <summary>AppendObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> AppendObjectAsync(
            string key, long position, Stream source, CancellationToken cancellationToken) =>
            AppendObjectAsync(key, position, source, options: null, cancellationToken: cancellationToken);

        /// <summary>AppendObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> AppendObjectAsync(
            string key, long position, Stream source, long length, CancellationToken cancellationToken) =>
            AppendObjectAsync(key, position, source, length, options: null, cancellationToken: cancellationToken);

        /// <summary>SealAppendObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> SealAppendObjectAsync(
            string key, long position, CancellationToken cancellationToken) =>
            SealAppendObjectAsync(key, position, options: null, cancellationToken: cancellationToken);

        /// <summary>PutBucketLifecycleAsync with nothing but a token.</summary>
        public Task<OssResponse> PutBucketLifecycleAsync(
            LifecycleConfiguration configuration, CancellationToken cancellationToken) =>
            PutBucketLifecycleAsync(configuration, options: null, cancellationToken: cancellationToken);

        /// <summary>GetBucketLifecycleAsync with nothing but a token.</summary>
        public Task<LifecycleConfiguration> GetBucketLifecycleAsync(CancellationToken cancellationToken) =>
            GetBucketLifecycleAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>DeleteBucketLifecycleAsync with nothing but a token.</summary>
        public Task<OssResponse> DeleteBucketLifecycleAsync(CancellationToken cancellationToken) =>
            DeleteBucketLifecycleAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>PutBucketCorsAsync with nothing but a token.</summary>
        public Task<OssResponse> PutBucketCorsAsync(
            CorsConfiguration configuration, CancellationToken cancellationToken) =>
            PutBucketCorsAsync(configuration, options: null, cancellationToken: cancellationToken);

        /// <summary>GetBucketCorsAsync with nothing but a token.</summary>
        public Task<CorsConfiguration> GetBucketCorsAsync(CancellationToken cancellationToken) =>
            GetBucketCorsAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>DeleteBucketCorsAsync with nothing but a token.</summary>
        public Task<OssResponse> DeleteBucketCorsAsync(CancellationToken cancellationToken) =>
            DeleteBucketCorsAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>PutBucketLoggingAsync with nothing but a token.</summary>
        public Task<OssResponse> PutBucketLoggingAsync(
            LoggingConfiguration configuration, CancellationToken cancellationToken) =>
            PutBucketLoggingAsync(configuration, options: null, cancellationToken: cancellationToken);

        /// <summary>GetBucketLoggingAsync with nothing but a token.</summary>
        public Task<LoggingConfiguration> GetBucketLoggingAsync(CancellationToken cancellationToken) =>
            GetBucketLoggingAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>DeleteBucketLoggingAsync with nothing but a token.</summary>
        public Task<OssResponse> DeleteBucketLoggingAsync(CancellationToken cancellationToken) =>
            DeleteBucketLoggingAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>PutBucketWebsiteAsync with nothing but a token.</summary>
        public Task<OssResponse> PutBucketWebsiteAsync(
            WebsiteConfiguration configuration, CancellationToken cancellationToken) =>
            PutBucketWebsiteAsync(configuration, options: null, cancellationToken: cancellationToken);

        /// <summary>GetBucketWebsiteAsync with nothing but a token.</summary>
        public Task<WebsiteConfiguration> GetBucketWebsiteAsync(CancellationToken cancellationToken) =>
            GetBucketWebsiteAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>DeleteBucketWebsiteAsync with nothing but a token.</summary>
        public Task<OssResponse> DeleteBucketWebsiteAsync(CancellationToken cancellationToken) =>
            DeleteBucketWebsiteAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>PutBucketRefererAsync with nothing but a token.</summary>
        public Task<OssResponse> PutBucketRefererAsync(
            RefererConfiguration configuration, CancellationToken cancellationToken) =>
            PutBucketRefererAsync(configuration, options: null, cancellationToken: cancellationToken);

        /// <summary>GetBucketRefererAsync with nothing but a token.</summary>
        public Task<RefererConfiguration> GetBucketRefererAsync(CancellationToken cancellationToken) =>
            GetBucketRefererAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>PutBucketEncryptionAsync with nothing but a token.</summary>
        public Task<OssResponse> PutBucketEncryptionAsync(
            EncryptionConfiguration configuration, CancellationToken cancellationToken) =>
            PutBucketEncryptionAsync(configuration, options: null, cancellationToken: cancellationToken);

        /// <summary>GetBucketEncryptionAsync with nothing but a token.</summary>
        public Task<EncryptionConfiguration> GetBucketEncryptionAsync(CancellationToken cancellationToken) =>
            GetBucketEncryptionAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>DeleteBucketEncryptionAsync with nothing but a token.</summary>
        public Task<OssResponse> DeleteBucketEncryptionAsync(CancellationToken cancellationToken) =>
            DeleteBucketEncryptionAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>PutBucketVersioningAsync with nothing but a token.</summary>
        public Task<OssResponse> PutBucketVersioningAsync(
            VersioningConfiguration configuration, CancellationToken cancellationToken) =>
            PutBucketVersioningAsync(configuration, options: null, cancellationToken: cancellationToken);

        /// <summary>GetBucketVersioningAsync with nothing but a token.</summary>
        public Task<VersioningConfiguration> GetBucketVersioningAsync(CancellationToken cancellationToken) =>
            GetBucketVersioningAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>PutBucketTagsAsync with nothing but a token.</summary>
        public Task<OssResponse> PutBucketTagsAsync(Tagging configuration, CancellationToken cancellationToken) =>
            PutBucketTagsAsync(configuration, options: null, cancellationToken: cancellationToken);

        /// <summary>GetBucketTagsAsync with nothing but a token.</summary>
        public Task<Tagging> GetBucketTagsAsync(CancellationToken cancellationToken) =>
            GetBucketTagsAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>DeleteBucketTagsAsync with nothing but a token.</summary>
        public Task<OssResponse> DeleteBucketTagsAsync(CancellationToken cancellationToken) =>
            DeleteBucketTagsAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>PutBucketPolicyAsync with nothing but a token.</summary>
        public Task<OssResponse> PutBucketPolicyAsync(string policy, CancellationToken cancellationToken) =>
            PutBucketPolicyAsync(policy, options: null, cancellationToken: cancellationToken);

        /// <summary>GetBucketPolicyAsync with nothing but a token.</summary>
        public Task<string> GetBucketPolicyAsync(CancellationToken cancellationToken) =>
            GetBucketPolicyAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>DeleteBucketPolicyAsync with nothing but a token.</summary>
        public Task<OssResponse> DeleteBucketPolicyAsync(CancellationToken cancellationToken) =>
            DeleteBucketPolicyAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>UploadFileAsync with nothing but a token.</summary>
        public Task<OssResponse> UploadFileAsync(string key, string path, CancellationToken cancellationToken) =>
            UploadFileAsync(key, path, options: null, cancellationToken: cancellationToken);

        /// <summary>AbortUploadFileAsync with nothing but a token.</summary>
        public Task AbortUploadFileAsync(string key, string path, CancellationToken cancellationToken) =>
            AbortUploadFileAsync(key, path, options: null, cancellationToken: cancellationToken);

        /// <summary>DownloadFileAsync with nothing but a token.</summary>
        public Task<OssResponse> DownloadFileAsync(string key, string path, CancellationToken cancellationToken) =>
            DownloadFileAsync(key, path, options: null, cancellationToken: cancellationToken);

        /// <summary>AbortDownloadFileAsync with nothing but a token.</summary>
        public Task AbortDownloadFileAsync(string key, string path, CancellationToken cancellationToken) =>
            AbortDownloadFileAsync(key, path, options: null, cancellationToken: cancellationToken);

        /// <summary>PutBucketAsync with nothing but a token.</summary>
        public Task<OssResponse> PutBucketAsync(CancellationToken cancellationToken) =>
            PutBucketAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>PutBucketAsync with nothing but a token.</summary>
        public Task<OssResponse> PutBucketAsync(string storageClass, CancellationToken cancellationToken) =>
            PutBucketAsync(storageClass, options: null, cancellationToken: cancellationToken);

        /// <summary>DeleteBucketAsync with nothing but a token.</summary>
        public Task<OssResponse> DeleteBucketAsync(CancellationToken cancellationToken) =>
            DeleteBucketAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>BucketExistsAsync with nothing but a token.</summary>
        public Task<bool> BucketExistsAsync(CancellationToken cancellationToken) =>
            BucketExistsAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>GetBucketInfoAsync with nothing but a token.</summary>
        public Task<OssResponse> GetBucketInfoAsync(CancellationToken cancellationToken) =>
            GetBucketInfoAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>GetBucketStatAsync with nothing but a token.</summary>
        public Task<OssResponse> GetBucketStatAsync(CancellationToken cancellationToken) =>
            GetBucketStatAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>GetBucketLocationAsync with nothing but a token.</summary>
        public Task<OssResponse> GetBucketLocationAsync(CancellationToken cancellationToken) =>
            GetBucketLocationAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>GetBucketAclAsync with nothing but a token.</summary>
        public Task<AccessControlPolicy> GetBucketAclAsync(CancellationToken cancellationToken) =>
            GetBucketAclAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>PutBucketAclAsync with nothing but a token.</summary>
        public Task<OssResponse> PutBucketAclAsync(string acl, CancellationToken cancellationToken) =>
            PutBucketAclAsync(acl, options: null, cancellationToken: cancellationToken);

        /// <summary>InvokeAsync with nothing but a token.</summary>
        public Task<OssResponse> InvokeAsync(string operation, CancellationToken cancellationToken) =>
            InvokeAsync(operation, options: null, cancellationToken: cancellationToken);

        /// <summary>ListObjectsV2Async with nothing but a token.</summary>
        public AsyncListing<ObjectEntry> ListObjectsV2Async(CancellationToken cancellationToken) =>
            ListObjectsV2Async(options: null, cancellationToken: cancellationToken);

        /// <summary>ListObjectsV2Async with nothing but a token.</summary>
        public AsyncListing<ObjectEntry> ListObjectsV2Async(string? prefix, CancellationToken cancellationToken) =>
            ListObjectsV2Async(prefix, options: null, cancellationToken: cancellationToken);

        /// <summary>ListObjectsAsync with nothing but a token.</summary>
        public AsyncListing<ObjectEntry> ListObjectsAsync(CancellationToken cancellationToken) =>
            ListObjectsAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>ListObjectVersionsAsync with nothing but a token.</summary>
        public AsyncListing<ObjectEntry> ListObjectVersionsAsync(CancellationToken cancellationToken) =>
            ListObjectVersionsAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>ListMultipartUploadsAsync with nothing but a token.</summary>
        public AsyncListing<UploadEntry> ListMultipartUploadsAsync(CancellationToken cancellationToken) =>
            ListMultipartUploadsAsync(options: null, cancellationToken: cancellationToken);

        /// <summary>ListPartsAsync with nothing but a token.</summary>
        public AsyncListing<UploadedPart> ListPartsAsync(
            string key, string uploadId, CancellationToken cancellationToken) =>
            ListPartsAsync(key, uploadId, options: null, cancellationToken: cancellationToken);

        /// <summary>CopyLargeObjectAsync with nothing but a token.</summary>
        public Task<OssResponse> CopyLargeObjectAsync(
            string key, string sourceKey, CancellationToken cancellationToken) =>
            CopyLargeObjectAsync(key, sourceKey, options: null, cancellationToken: cancellationToken);

        /// <summary>AbortUploadsBeforeAsync with nothing but a token.</summary>
        public Task<long> AbortUploadsBeforeAsync(string? prefix, TimeSpan age, CancellationToken cancellationToken) =>
            AbortUploadsBeforeAsync(prefix, age, options: null, cancellationToken: cancellationToken);

        /// <summary>AbortCopyLargeObjectAsync with nothing but a token.</summary>
        public Task AbortCopyLargeObjectAsync(string key, string sourceKey, CancellationToken cancellationToken) =>
            AbortCopyLargeObjectAsync(key, sourceKey, options: null, cancellationToken: cancellationToken);

        /// <summary>ListUploadsBeforeAsync with nothing but a token.</summary>
        public AsyncListing<UploadEntry> ListUploadsBeforeAsync(
            string? prefix, TimeSpan age, CancellationToken cancellationToken) =>
            ListUploadsBeforeAsync(prefix, age, options: null, cancellationToken: cancellationToken);
    }
}
