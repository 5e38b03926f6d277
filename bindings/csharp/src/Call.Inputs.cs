using System;
using System.Collections.Generic;

namespace Alioss
{
    // What goes into a call: options, headers, query, fields, parts.
    internal sealed unsafe partial class Call
    {
        private void Apply(CallOptions? options)
        {
            if (options == null)
            {
                return;
            }
            foreach (KeyValuePair<string, string> header in options.Headers)
            {
                Header(header.Key, header.Value);
            }
            foreach (KeyValuePair<string, string?> parameter in options.Query)
            {
                fixed (byte* name = Utf8.Required(parameter.Key, "name"))
                fixed (byte* value = Utf8.Optional(parameter.Value, "value"))
                {
                    Check(Native.oss_call_set_query(Handle, name, value));
                }
            }
            foreach (KeyValuePair<string, string?> field in options.Fields)
            {
                Field(field.Key, field.Value);
            }
            ApplyCallback(options.Callback, options.CallbackVariables);
            if (options.InitialCrc64.HasValue)
            {
                Check(Native.oss_call_set_initial_crc64(Handle, options.InitialCrc64.Value));
            }
            if (options.Range.HasValue)
            {
                Check(Native.oss_call_set_range(Handle, options.Range.Value.First, options.Range.Value.Last));
            }
            ApplyEveryday(options);
            ApplyLimits(options);
            ApplyTransfer(options);
        }

        private void ApplyLimits(CallOptions options)
        {
            if (options.Timeout.HasValue)
            {
                Check(Native.oss_call_set_timeout_ms(Handle, Config.Milliseconds(options.Timeout.Value)));
            }
            if (options.ConnectTimeout.HasValue)
            {
                Check(Native.oss_call_set_connect_timeout_ms(Handle, Config.Milliseconds(options.ConnectTimeout.Value)));
            }
            if (options.ReadTimeout.HasValue)
            {
                Check(Native.oss_call_set_read_timeout_ms(Handle, Config.Milliseconds(options.ReadTimeout.Value)));
            }
            if (options.TrafficLimit.HasValue)
            {
                Check(Native.oss_call_set_traffic_limit(Handle, options.TrafficLimit.Value));
            }
        }

        private void ApplyTransfer(CallOptions options)
        {
            if (options.PartSize.HasValue)
            {
                Check(Native.oss_call_set_part_size(Handle, options.PartSize.Value));
            }
            if (options.Workers.HasValue)
            {
                Check(Native.oss_call_set_workers(Handle, options.Workers.Value));
            }
            if (options.Prefetch.HasValue)
            {
                Handle.HasThreads = true;
                Check(Native.oss_call_set_prefetch(Handle, options.Prefetch.Value));
            }
            Set(options.RecordDirectory, "RecordDirectory", Native.oss_call_set_record_directory);
            if (options.NoRecord)
            {
                Check(Native.oss_call_set_no_record(Handle));
            }
        }

        private delegate int TextSetter(CallHandle call, byte* text);

        private delegate int PairSetter(CallHandle call, byte* first, byte* second);

        private void Set(string? value, string name, TextSetter setter)
        {
            if (value != null)
            {
                fixed (byte* text = Utf8.Required(value, name))
                {
                    Check(setter(Handle, text));
                }
            }
        }

        private void Set(IDictionary<string, string> pairs, PairSetter setter)
        {
            foreach (KeyValuePair<string, string> pair in pairs)
            {
                fixed (byte* name = Utf8.Required(pair.Key, "name"))
                fixed (byte* value = Utf8.Required(pair.Value, "value"))
                {
                    Check(setter(Handle, name, value));
                }
            }
        }

        /// <summary>The headers that have a name of their own.</summary>
        private void ApplyEveryday(CallOptions options)
        {
            Set(options.ContentType, "ContentType", Native.oss_call_set_content_type);
            Set(options.CacheControl, "CacheControl", Native.oss_call_set_cache_control);
            Set(options.ContentDisposition, "ContentDisposition", Native.oss_call_set_content_disposition);
            Set(options.ObjectAcl, "ObjectAcl", Native.oss_call_set_object_acl);
            Set(options.BucketAcl, "BucketAcl", Native.oss_call_set_bucket_acl);
            Set(options.StorageClass, "StorageClass", Native.oss_call_set_storage_class);
            Set(options.Metadata, Native.oss_call_set_metadata);
            Set(options.Tags, Native.oss_call_add_tag);
            Set(options.IfMatch, "IfMatch", Native.oss_call_set_if_match);
            Set(options.IfNoneMatch, "IfNoneMatch", Native.oss_call_set_if_none_match);
            if (options.ServerSideEncryption != null || options.ServerSideEncryptionKeyId != null)
            {
                fixed (byte* algorithm = Utf8.Required(options.ServerSideEncryption, "ServerSideEncryption"))
                fixed (byte* id = Utf8.Optional(options.ServerSideEncryptionKeyId, "ServerSideEncryptionKeyId"))
                {
                    Check(Native.oss_call_set_server_side_encryption(Handle, algorithm, id));
                }
            }
            if (options.Insist)
            {
                Check(Native.oss_call_set_insist(Handle, 1));
            }
            if (options.ForbidOverwrite)
            {
                Check(Native.oss_call_set_forbid_overwrite(Handle, 1));
            }
            if (options.IfModifiedSince.HasValue)
            {
                long time = Seconds(options.IfModifiedSince.Value, nameof(options.IfModifiedSince));
                Check(Native.oss_call_set_if_modified_since(Handle, time));
            }
            if (options.IfUnmodifiedSince.HasValue)
            {
                long time = Seconds(options.IfUnmodifiedSince.Value, nameof(options.IfUnmodifiedSince));
                Check(Native.oss_call_set_if_unmodified_since(Handle, time));
            }
        }

        private static long Seconds(DateTimeOffset time, string name)
        {
            long seconds = time.ToUnixTimeSeconds();
            return seconds >= 0 ? seconds : throw OssException.Invalid($"`{name}`: {time:u} is before 1970; allowed is 1970 and later");
        }

        private void ApplyCallback(string? callback, string? variables)
        {
            if (callback == null && variables == null)
            {
                return;
            }
            fixed (byte* callbackText = Utf8.Required(callback, "Callback"))
            fixed (byte* variablesText = Utf8.Optional(variables, "CallbackVariables"))
            {
                Check(Native.oss_call_set_upload_callback(Handle, callbackText, variablesText));
            }
        }

        /// <summary>Sets a request header.</summary>
        internal void Header(string name, string value)
        {
            fixed (byte* nameText = Utf8.Required(name, nameof(name)))
            fixed (byte* valueText = Utf8.Required(value, nameof(value)))
            {
                Check(Native.oss_call_set_header(Handle, nameText, valueText));
            }
        }

        /// <summary>Sets an element of the document that is sent, or takes it out.</summary>
        internal void Field(string path, string? value)
        {
            fixed (byte* pathText = Utf8.Required(path, nameof(path)))
            fixed (byte* valueText = Utf8.Optional(value, nameof(value)))
            {
                Check(Native.oss_call_set_field(Handle, pathText, valueText));
            }
        }

        /// <summary>The same for a value that is not null.</summary>
        internal void OptionalField(string path, string? value)
        {
            if (value != null)
            {
                Field(path, value);
            }
        }

        /// <summary>Adds a part of the upload that is to be completed.</summary>
        internal void Part(UploadedPart part)
        {
            fixed (byte* etag = Utf8.Required(part.ETag, "etag"))
            {
                bool known = part.Size.HasValue && part.Crc64.HasValue;
                long size = known ? part.Size.GetValueOrDefault() : -1;
                ulong crc = known ? part.Crc64.GetValueOrDefault() : 0;
                Check(Native.oss_call_add_part(Handle, part.Number, etag, size, crc));
            }
        }
    }
}
