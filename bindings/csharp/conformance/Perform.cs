using System;
using System.Collections.Generic;
using System.Threading;
using Alioss;

internal static partial class Program
{
    // Which method of the library each command is.
    private sealed partial class Operation
    {
        private string Key => Word(words, 2);

        private string Prefix => WordOrNull(words, 2);

        private string Delimiter => WordOrNull(words, 3);

        private void Perform()
        {
            CancellationToken token = cancel.Token;
            if (OfService(token))
            {
                return;
            }
            var bucket = Handle<Bucket>();
            if (!(Parallel(bucket, token) || Transfers(bucket, token) || Objects(bucket, token) || Multipart(bucket, token)
                || Presigned(bucket, token) || Buckets(bucket, token)))
            {
                throw new UnsupportedException();
            }
            if (response != null && receiver.IsEmpty && response.Body.Length > 0)
            {
                receiver.Take(response.Body);
            }
        }

        private bool OfService(CancellationToken token)
        {
            switch (words[0])
            {
                case "list_buckets":
                    PrintAll(Handle<Service>().ListBuckets(WordOrNull(words, 2), call, token), Print);
                    return true;
                case "service_invoke":
                    response = Handle<Service>().Invoke(Word(words, 2), Body(words, 3), call, token);
                    receiver.Take(response.Body);
                    return true;
                case "describe_regions":
                    response = Handle<Service>().DescribeRegions(call, token);
                    receiver.Take(response.Body);
                    return true;
                default:
                    return false;
            }
        }

        private bool Transfers(Bucket bucket, CancellationToken token)
        {
            switch (words[0])
            {
                case "put_object":
                    response = bucket.PutObject(Key, Body(words, 3), call, token);
                    break;
                case "put_object_file":
                    response = bucket.PutObjectFile(Key, Word(words, 3), call, token);
                    break;
                case "put_object_stream":
                    response = bucket.PutObject(Key, Stream(4), Number(words, 3), call, token);
                    break;
                case "get_object":
                    Read(bucket.GetObject(Key, call, token), long.MaxValue);
                    break;
                case "get_object_part":
                    Read(bucket.GetObject(Key, call, token), Number(words, 3));
                    break;
                case "get_object_to_buffer":
                    var buffer = new byte[Integer(words, 3)];
                    int length = bucket.GetObjectToBuffer(Key, new ArraySegment<byte>(buffer), out response, call, token);
                    receiver.Take(buffer, 0, length);
                    break;
                case "get_object_to_file":
                    response = bucket.GetObjectToFile(Key, Word(words, 3), call, token);
                    break;
                case "get_object_to_stream":
                    receiver.StopAt = words.Length > 3 ? Number(words, 3) : long.MaxValue;
                    response = bucket.GetObjectToStream(Key, receiver, call, token);
                    receiver.Take(new byte[0]);
                    break;
                case "head_object":
                    response = bucket.HeadObject(Key, call, token);
                    break;
                case "get_object_meta":
                    response = bucket.GetObjectMeta(Key, call, token);
                    break;
                default:
                    return false;
            }
            return true;
        }

        private bool Objects(Bucket bucket, CancellationToken token)
        {
            switch (words[0])
            {
                case "delete_object":
                    response = bucket.DeleteObject(Key, call, token);
                    break;
                case "object_exists":
                    found.Number("exists", bucket.ObjectExists(Key, call, token) ? 1 : 0);
                    break;
                case "copy_object":
                    response = bucket.CopyObject(Key, Word(words, 4), WordOrNull(words, 3), WordOrNull(words, 5), call, token);
                    break;
                case "append_object":
                    response = bucket.AppendObject(Key, Number(words, 3), Body(words, 4), call, token);
                    break;
                case "append_object_stream":
                    response = bucket.AppendObject(Key, Number(words, 3), Stream(5), Number(words, 4), call, token);
                    break;
                case "seal_append_object":
                    response = bucket.SealAppendObject(Key, Number(words, 3), call, token);
                    break;
                case "delete_multiple_objects":
                    Delete(bucket, token);
                    break;
                case "put_object_acl":
                    response = bucket.PutObjectAcl(Key, Word(words, 3), call, token);
                    break;
                case "get_object_acl":
                    response = bucket.GetObjectAcl(Key, call, token).Response;
                    break;
                case "put_symlink":
                    response = bucket.PutSymlink(Key, Word(words, 3), call, token);
                    break;
                case "get_symlink":
                    response = bucket.GetSymlink(Key, call, token);
                    break;
                case "put_object_tagging":
                    response = bucket.PutObjectTagging(Key, Tags(), call, token);
                    break;
                case "get_object_tagging":
                    response = bucket.GetObjectTagging(Key, call, token).Response;
                    break;
                case "delete_object_tagging":
                    response = bucket.DeleteObjectTagging(Key, call, token);
                    break;
                case "restore_object":
                    response = bucket.RestoreObject(Key, Integer(words, 3), WordOrNull(words, 4), call, token);
                    break;
                case "clean_restored_object":
                    response = bucket.CleanRestoredObject(Key, call, token);
                    break;
                case "process_object":
                    response = bucket.ProcessObject(Key, Word(words, 3), call, token);
                    break;
                case "async_process_object":
                    response = bucket.AsyncProcessObject(Key, Word(words, 3), call, token);
                    break;
                case "select_object":
                    Read(bucket.SelectObject(Key, Word(words, 3), call, token), long.MaxValue);
                    break;
                case "create_select_object_meta":
                    var meta = bucket.CreateSelectObjectMeta(Key, call, token);
                    response = meta.Response;
                    found.Number("splits", meta.Splits);
                    found.Number("rows", meta.Rows);
                    found.Positive("columns", meta.Columns);
                    break;
                default:
                    return false;
            }
            return true;
        }

        private bool Multipart(Bucket bucket, CancellationToken token)
        {
            switch (words[0])
            {
                case "initiate_multipart_upload":
                    response = bucket.InitiateMultipartUpload(Key, call, token);
                    break;
                case "upload_part":
                    response = bucket.UploadPart(Key, Word(words, 3), Integer(words, 4), Body(words, 5), call, token).Response;
                    break;
                case "upload_part_stream":
                    response = bucket.UploadPart(Key, Word(words, 3), Integer(words, 4), Stream(6), Number(words, 5), call, token).Response;
                    break;
                case "upload_part_file":
                    response = bucket.UploadPartFile(
                        Key, Word(words, 3), Integer(words, 4), Word(words, 5), Number(words, 6), Number(words, 7), call, token).Response;
                    break;
                case "upload_part_copy":
                    response = bucket.UploadPartCopy(
                        Key, Word(words, 3), Integer(words, 4), Word(words, 6), WordOrNull(words, 5), WordOrNull(words, 7), call, token).Response;
                    break;
                case "complete_multipart_upload":
                    response = bucket.CompleteMultipartUpload(Key, Word(words, 3), Parts(), call, token);
                    break;
                case "abort_multipart_upload":
                    response = bucket.AbortMultipartUpload(Key, Word(words, 3), call, token);
                    break;
                default:
                    return false;
            }
            return true;
        }

        private bool Presigned(Bucket bucket, CancellationToken token)
        {
            switch (words[0])
            {
                case "presign":
                    var signed = bucket.Presign(Word(words, 2), WordOrNull(words, 3), Seconds(words, 4), call, token);
                    Print(signed.Url, signed.Headers, signed.Expiration);
                    break;
                case "post_policy":
                    var form = bucket.PostPolicy(Seconds(words, 2), WordOrNull(words, 3), call, token);
                    Print(form.Url, form.Fields, form.Expiration);
                    break;
                case "put_object_by_url":
                    response = bucket.PutObjectByUrl(Word(words, 2), Body(words, 3), call, token);
                    break;
                case "get_object_by_url":
                    Read(bucket.GetObjectByUrl(Word(words, 2), call, token), long.MaxValue);
                    break;
                case "get_object_by_url_to_file":
                    response = bucket.GetObjectByUrlToFile(Word(words, 2), Word(words, 3), call, token);
                    break;
                case "head_object_by_url":
                    response = bucket.HeadObjectByUrl(Word(words, 2), call, token);
                    break;
                default:
                    return false;
            }
            return true;
        }

        private bool Buckets(Bucket bucket, CancellationToken token)
        {
            switch (words[0])
            {
                case "put_bucket":
                    response = bucket.PutBucket(call, token);
                    break;
                case "delete_bucket":
                    response = bucket.DeleteBucket(call, token);
                    break;
                case "bucket_exists":
                    found.Number("exists", bucket.BucketExists(call, token) ? 1 : 0);
                    break;
                case "get_bucket_info":
                    response = bucket.GetBucketInfo(call, token);
                    break;
                case "get_bucket_stat":
                    response = bucket.GetBucketStat(call, token);
                    break;
                case "get_bucket_location":
                    response = bucket.GetBucketLocation(call, token);
                    break;
                case "get_bucket_acl":
                    response = bucket.GetBucketAcl(call, token).Response;
                    break;
                case "put_bucket_acl":
                    response = bucket.PutBucketAcl(Word(words, 2), call, token);
                    break;
                case "list_objects_v2":
                    PrintAll(bucket.ListObjectsV2(Prefix, Delimiter, call, token), Print);
                    break;
                case "list_objects":
                    PrintAll(bucket.ListObjects(Prefix, Delimiter, call, token), Print);
                    break;
                case "list_object_versions":
                    PrintAll(bucket.ListObjectVersions(Prefix, Delimiter, call, token), Print);
                    break;
                case "list_multipart_uploads":
                    PrintAll(bucket.ListMultipartUploads(Prefix, Delimiter, call, token), Print);
                    break;
                case "list_parts":
                    PrintAll(bucket.ListParts(Key, Word(words, 3), call, token), Print);
                    break;
                case "invoke":
                    response = bucket.Invoke(Word(words, 2), WordOrNull(words, 3), Body(words, 4), call, token);
                    receiver.Take(response.Body);
                    break;
                default:
                    return false;
            }
            return true;
        }

        /// <summary>A body to send as a stream, which may give up at its end.</summary>
        private Source Stream(int index) =>
            new Source(Body(words, index), words[index].StartsWith("stop:", StringComparison.Ordinal));

        private IEnumerable<KeyValuePair<string, string>> Tags()
        {
            for (int index = 3; index < words.Length; index += 2)
            {
                yield return new KeyValuePair<string, string>(words[index], Word(words, index + 1));
            }
        }

        private List<UploadedPart> Parts()
        {
            var parts = new List<UploadedPart>();
            foreach (string[] input in inputs)
            {
                if (input[0] == "part")
                {
                    bool known = Number(input, 3) >= 0;
                    parts.Add(new UploadedPart(
                        Integer(input, 1),
                        Word(input, 2),
                        known ? Number(input, 3) : (long?)null,
                        known ? Unsigned(input, 4) : (ulong?)null));
                }
            }
            return parts;
        }

        private void Delete(Bucket bucket, CancellationToken token)
        {
            var keys = new List<string>(words).GetRange(3, words.Length - 3);
            var deleted = bucket.DeleteMultipleObjects(keys, Word(words, 2) != "0", call, token);
            response = deleted.Response;
            PrintAll(deleted.Entries, Print);
        }

        private void Print(string url, IReadOnlyDictionary<string, string> signed, DateTimeOffset expiration)
        {
            found.Text("url", url);
            foreach (KeyValuePair<string, string> pair in signed)
            {
                found.Text("signed." + pair.Key, pair.Value);
            }
            found.Time("expiration", expiration);
        }

        private static void PrintAll<T>(IEnumerable<T> entries, Action<T> print)
        {
            foreach (T entry in entries)
            {
                print(entry);
            }
        }
    }
}
