using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using System.Threading;
using Alioss;

internal static partial class Program
{
    /// <summary>One operation with the inputs prepared for it.</summary>
    private sealed partial class Operation : IDisposable
    {
        private readonly string[] words;
        private readonly IList<string[]> inputs;
        private readonly CallOptions call = new CallOptions();
        private readonly CancellationTokenSource cancel = new CancellationTokenSource();
        private readonly Reporter reporter = new Reporter();
        private readonly Fields found = new Fields("");
        private readonly Fields entries = new Fields("");
        private readonly Receiver receiver = new Receiver();
        private OssResponse response;
        private ObjectStream stream;
        private string[] range;

        internal Operation(string[] words, IList<string[]> inputs)
        {
            this.words = words;
            this.inputs = inputs;
        }

        internal OssException Failure { get; private set; }

        internal string Status => StatusName(Failure);

        internal long Bytes => receiver.Count;

        internal static string StatusName(OssException failure) =>
            failure == null ? "OSS_OK" : StatusName(failure.Status);

        private static string StatusName(OssStatus status)
        {
            var name = new StringBuilder("OSS");
            foreach (char letter in status.ToString())
            {
                name.Append(char.IsUpper(letter) ? "_" + letter : char.ToUpperInvariant(letter).ToString());
            }
            return name.ToString();
        }

        internal Operation Run()
        {
            foreach (string[] input in inputs)
            {
                switch (input[0])
                {
                    case "header": call.Headers[Word(input, 1)] = Word(input, 2); break;
                    case "query": call.Query[Word(input, 1)] = input.Length > 2 ? input[2] : null; break;
                    case "range": range = input; break;
                    case "timeout_ms": call.Timeout = Milliseconds(input, 1); break;
                    case "field": call.Fields.Add(Word(input, 1), input.Length > 2 ? input[2] : null); break;
                    case "initial_crc64": call.InitialCrc64 = Unsigned(input, 1); break;
                    case "callback":
                        call.Callback = Word(input, 1);
                        call.CallbackVariables = input.Length > 2 ? input[2] : null;
                        break;
                    case "progress": call.Progress = reporter; break;
                    case "progress_stop":
                        call.Progress = reporter;
                        reporter.StopAt = Number(input, 1);
                        break;
                    default: TakeTransfer(input); break;
                }
            }
            foreach (string[] input in inputs)
            {
                if (input[0] == "cancel_after_ms")
                {
                    if (Integer(input, 1) == 0)
                    {
                        cancel.Cancel();
                    }
                    else
                    {
                        cancel.CancelAfter(Integer(input, 1));
                    }
                }
            }
            try
            {
                if (range != null)
                {
                    call.Range = Range(Number(range, 1), Number(range, 2));
                }
                Perform();
            }
            catch (Exception exception) when (OssException.Of(exception) != null)
            {
                Failure = OssException.Of(exception);
            }
            return this;
        }

        /// <summary>From the numbers of C.</summary>
        private static ByteRange Range(long first, long last) =>
            last != -1 ? ByteRange.Between(first, last) : first < 0 ? ByteRange.Suffix(-first) : ByteRange.From(first);

        private T Handle<T>() where T : class
        {
            IDisposable handle;
            lock (Handles)
            {
                Handles.TryGetValue(Word(words, 1), out handle);
            }
            return handle as T ?? throw new UnsupportedException();
        }

        private void Read(ObjectStream opened, long enough)
        {
            stream = opened;
            var buffer = new byte[64 * 1024];
            int got = 1;
            while (receiver.Count < enough && (got = stream.Read(buffer, 0, buffer.Length)) > 0)
            {
                receiver.Take(buffer, 0, got);
            }
            receiver.Take(new byte[0]);
            response = stream.Response;
        }

        private void Print(ObjectEntry entry)
        {
            entries.Text("entry", Kind(entry) + "," + entry.Size + "," + entry.Key);
            entries.Time("entry.time", entry.LastModified);
            entries.Text("entry.etag", entry.ETag);
            entries.Text("entry.storage_class", entry.StorageClass);
            entries.Text("entry.object_type", entry.Type);
            entries.Text("entry.restore_info", entry.RestoreInfo);
            entries.Text("entry.owner_id", entry.OwnerId);
            entries.Text("entry.owner_name", entry.OwnerName);
            entries.Text("entry.version_id", entry.VersionId);
            entries.Positive("entry.is_latest", entry.IsLatest ? 1 : 0);
        }

        private string Kind(ObjectEntry entry)
        {
            if (entry.IsPrefix)
            {
                return "prefix";
            }
            if (entry.IsDeleteMarker)
            {
                return "delete_marker";
            }
            return entry.VersionId == null ? "object" : "version";
        }

        private void Print(UploadEntry entry)
        {
            entries.Text("entry", (entry.IsPrefix ? "prefix" : "upload") + ",-1," + entry.Key);
            entries.Time("entry.time", entry.Initiated);
            entries.Text("entry.upload_id", entry.UploadId);
        }

        private void Print(UploadedPart entry)
        {
            entries.Text("entry", "part," + entry.Size.GetValueOrDefault(-1) + ",");
            entries.Time("entry.time", entry.LastModified);
            entries.Text("entry.etag", entry.ETag);
            entries.Number("entry.part_number", entry.Number);
            entries.Unsigned("entry.crc64", entry.Crc64);
        }

        private void Print(DeletedEntry entry)
        {
            entries.Text("entry", (entry.IsDeleted ? "deleted,-1," : "not_deleted,-1,") + entry.Key);
            entries.Text("entry.version_id", entry.VersionId);
            entries.Text("entry.delete_marker_version_id", entry.DeleteMarkerVersionId);
            entries.Text("entry.code", entry.Code);
            entries.Text("entry.message", entry.Message);
        }

        private void Print(BucketEntry entry)
        {
            entries.Text("entry", "bucket,-1," + entry.Name);
            entries.Time("entry.time", entry.CreationDate);
            entries.Text("entry.storage_class", entry.StorageClass);
            entries.Text("entry.region", entry.Region);
            entries.Text("entry.location", entry.Location);
            entries.Text("entry.extranet_endpoint", entry.ExtranetEndpoint);
            entries.Text("entry.intranet_endpoint", entry.IntranetEndpoint);
        }

        internal string Print()
        {
            var fields = new Fields("result");
            fields.Text("status", Status);
            if (Failure != null)
            {
                fields.Text("error", Failure.Message);
                fields.Positive("http_status", Failure.HttpStatus);
                fields.Text("request_id", Failure.RequestId);
                fields.Text("code", Failure.Code);
                fields.Text("message", Failure.ServiceMessage);
                fields.Text("host_id", Failure.HostId);
                fields.Text("ec", Failure.EC);
                fields.Number("retryable", Failure.Retryable ? 1 : 0);
                fields.Positive("attempts", Failure.Attempts);
                foreach (string name in Named("error_detail"))
                {
                    fields.Text("error_detail." + name, Failure.Detail(name));
                }
            }
            else if (response != null)
            {
                fields.Positive("http_status", response.HttpStatus);
                fields.Text("request_id", response.RequestId);
                fields.Text("etag", response.ETag);
                fields.Text("version_id", response.VersionId);
                fields.Unsigned("crc64", response.Crc64);
                if (response.ContentLength.HasValue)
                {
                    fields.Number("content_length", response.ContentLength.Value);
                }
                fields.Time("last_modified", response.LastModified);
                foreach (string name in Named("want"))
                {
                    fields.Text("header." + name, response.Header(name));
                }
                PrintDocument(fields);
            }
            receiver.Print(fields);
            reporter.Print(fields);
            Dispose();
            return fields.ToString() + found + entries;
        }

        private void PrintDocument(Fields fields)
        {
            foreach (string path in Named("text"))
            {
                string text = response.Text(path);
                if (!string.IsNullOrEmpty(text))
                {
                    fields.Bytes("text." + path, Utf8.GetBytes(text));
                }
            }
            foreach (string path in Named("count"))
            {
                fields.Number("count." + path, response.Count(path));
            }
            if (response.NextAppendPosition.HasValue)
            {
                fields.Number("next_append_position", response.NextAppendPosition.Value);
            }
            fields.Text("symlink_target", response.SymlinkTarget);
            fields.Text("upload_id", response.UploadId);
        }

        private IEnumerable<string> Named(string what)
        {
            foreach (string[] input in inputs)
            {
                if (input[0] == what)
                {
                    yield return input[1];
                }
            }
        }

        public void Dispose()
        {
            if (stream != null)
            {
                stream.Dispose();
            }
            cancel.Dispose();
        }
    }
}
