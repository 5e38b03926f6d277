using System;
using System.Collections.Generic;

namespace Alioss
{
    /// <summary>An object of which one version is meant, or the latest.</summary>
    public struct ObjectVersion
    {
        /// <summary>Version <paramref name="versionId"/> of <paramref name="key"/>; null for the latest.</summary>
        public ObjectVersion(string key, string? versionId = null)
        {
            Key = key;
            VersionId = versionId;
        }

        /// <summary>Key of the object.</summary>
        public string Key { get; }

        /// <summary>Version; null for the latest.</summary>
        public string? VersionId { get; }
    }

    /// <summary>What came of DeleteMultipleObjects.</summary>
    public sealed class DeletedObjects
    {
        /// <summary>An answer.</summary>
        public DeletedObjects(IReadOnlyList<DeletedEntry> entries, OssResponse response)
        {
            Entries = entries;
            Response = response;
        }

        /// <summary>What was deleted or, if the call was quiet, could not be.</summary>
        public IReadOnlyList<DeletedEntry> Entries { get; }

        /// <summary>Status and headers of the answer.</summary>
        public OssResponse? Response { get; }
    }

    /// <summary>A part of a multipart upload: what CompleteMultipartUpload has to know of it.</summary>
    public sealed unsafe class UploadedPart
    {
        /// <summary>
        /// A part with its ETag. Size and CRC-64 may be null; if all parts have them, the whole object is compared.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="etag"/> is null.</exception>
        public UploadedPart(int number, string etag, long? size = null, ulong? crc64 = null)
        {
            Number = number;
            ETag = etag ?? throw new ArgumentNullException(nameof(etag));
            Size = size;
            Crc64 = crc64;
        }

        internal UploadedPart(int number, OssResponse response, long? size)
        {
            Number = number;
            ETag = response.ETag ?? response.Text("ETag") ?? "";
            Size = size;
            Crc64 = response.Crc64;
            Response = response;
        }

        internal UploadedPart(Native.Entry* entry)
        {
            Number = entry->PartNumber;
            ETag = Utf8.Text(entry->ETag) ?? "";
            Size = entry->Size;
            Crc64 = entry->Crc64 == 0 ? (ulong?)null : entry->Crc64;
            LastModified = BucketEntry.Time(entry->Time);
        }

        /// <summary>Its number, 1 to 10000.</summary>
        public int Number { get; }

        /// <summary>Its ETag with its quotes.</summary>
        public string ETag { get; }

        /// <summary>Its bytes; null if unknown, as of a copy.</summary>
        public long? Size { get; }

        /// <summary>Its CRC-64; null if unknown.</summary>
        public ulong? Crc64 { get; }

        /// <summary>When it was uploaded, to the second; null unless it was listed.</summary>
        public DateTimeOffset? LastModified { get; }

        /// <summary>Status and headers of the answer to the upload; null for what was listed.</summary>
        public OssResponse? Response { get; }
    }

    /// <summary>What CreateSelectObjectMeta found.</summary>
    public sealed class SelectObjectMeta
    {
        /// <summary>An answer.</summary>
        public SelectObjectMeta(long splits, long rows, long columns, OssResponse response)
        {
            Splits = splits;
            Rows = rows;
            Columns = columns;
            Response = response;
        }

        /// <summary>Pieces that can be selected from on their own.</summary>
        public long Splits { get; }

        /// <summary>Rows of the object.</summary>
        public long Rows { get; }

        /// <summary>Columns of CSV; 0 for JSON.</summary>
        public long Columns { get; }

        /// <summary>Status and headers of the answer.</summary>
        public OssResponse? Response { get; }
    }

    /// <summary>A request that anybody can send until it expires.</summary>
    public sealed class PresignedRequest
    {
        /// <summary>One that was signed before.</summary>
        public PresignedRequest(string url, IReadOnlyDictionary<string, string> headers, DateTimeOffset expiration)
        {
            Url = url;
            Headers = headers;
            Expiration = expiration;
        }

        internal PresignedRequest(CallHandle call)
        {
            var signed = new Signed(call);
            Url = signed.Url;
            Headers = signed.Pairs;
            Expiration = signed.Expiration;
        }

        /// <summary>Where to send it.</summary>
        public string Url { get; }

        /// <summary>
        /// The same as a <see cref="System.Uri"/>. An ordinary one leads elsewhere if the key has segments of dots, as in
        /// <c>a/../b</c>: what sends it takes them out, and the service refuses the signature. For such keys, and only for
        /// them, it is one that keeps its path as it is (<c>DangerousDisablePathAndQueryCanonicalization</c>): it equals no
        /// ordinary one, and its <c>GetComponents</c> throws <see cref="InvalidOperationException"/>. .NET Standard 2.0 has no
        /// such thing and gives the ordinary one. Methods of this library send what was signed.
        /// </summary>
#if NET
        public Uri Uri
        {
            get
            {
                var ordinary = new Uri(Url);
                return ordinary.AbsoluteUri == Url
                    ? ordinary
                    : new Uri(Url, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
            }
        }
#else
        public Uri Uri => new Uri(Url);
#endif

        /// <summary>The headers of the call, to be sent along.</summary>
        public IReadOnlyDictionary<string, string> Headers { get; }

        /// <summary>When it ends, to the second.</summary>
        public DateTimeOffset Expiration { get; }
    }

    /// <summary>A form by which anybody can upload an object until it expires.</summary>
    public sealed class PostForm
    {
        /// <summary>One that was signed before.</summary>
        public PostForm(string url, IReadOnlyDictionary<string, string> fields, DateTimeOffset expiration)
        {
            Url = url;
            Fields = fields;
            Expiration = expiration;
        }

        internal PostForm(CallHandle call)
        {
            var signed = new Signed(call);
            Url = signed.Url;
            Fields = signed.Pairs;
            Expiration = signed.Expiration;
        }

        /// <summary>Where to send it, as multipart/form-data.</summary>
        public string Url { get; }

        /// <summary>The fields that it has to have, besides "key" and, as the last one, "file".</summary>
        public IReadOnlyDictionary<string, string> Fields { get; }

        /// <summary>When it ends, to the second.</summary>
        public DateTimeOffset Expiration { get; }
    }

    /// <summary>What a call that signs has signed.</summary>
    internal unsafe struct Signed
    {
        internal readonly string Url;
        internal readonly DateTimeOffset Expiration;
        internal readonly Dictionary<string, string> Pairs;

        internal Signed(CallHandle call)
        {
            Url = Utf8.Text(Native.oss_call_url(call)) ?? "";
            Expiration = Time(Native.oss_call_expiration(call));
            Pairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            byte* name;
            byte* value;
            for (uint index = 0; (value = Native.oss_call_signed_at(call, (UIntPtr)index, &name)) != null; index++)
            {
                Pairs[Utf8.Text(name)!] = Utf8.Text(value)!;
            }
            GC.KeepAlive(call);
        }

        /// <summary>V1 can sign for longer than .NET can count.</summary>
        private static DateTimeOffset Time(long seconds) =>
            DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, DateTimeOffset.MaxValue.ToUnixTimeSeconds()));
    }
}
