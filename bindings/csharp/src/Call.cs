using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Threading;

namespace Alioss
{
    /// <summary>One request from its options to its answer, on one thread.</summary>
    internal sealed unsafe class Call : IDisposable
    {
        private static readonly Action<object?> CancelAction = Cancel;

        private readonly Handle owner;
        private readonly CancellationToken token;
        private Transfer? transfer;
        private ExceptionDispatchInfo? thrown;
        private OssStatus thrownWith;
        private int lastStatus;
        private CancellationTokenRegistration registration;
        private GCHandle transferHandle;
        private bool ownerHeld;
        private bool callHeld;
        private bool released;
        private bool observed;

        /// <summary>How many functions use it now, of a call that several use; these belong to the lock of the handle.</summary>
        private int uses;
        private bool ended;

        /// <summary>
        /// Prepares a call of <paramref name="owner"/>, a bucket or service. <paramref name="stream"/> is what
        /// <see cref="User"/> lets the callbacks read or write, null if there is nothing of the kind.
        /// <paramref name="operation"/> is what observers are told, null for what they are not told of.
        /// </summary>
        /// <exception cref="ObjectDisposedException"><paramref name="owner"/> is disposed.</exception>
        internal Call(
            Handle owner,
            CallOptions? options,
            CancellationToken token,
            Stream? stream = null,
            bool async = false,
            [CallerMemberName] string? operation = null)
        {
            this.owner = owner;
            this.token = token;
            owner.CheckOpen();
            Handle = Native.oss_call_new();
            if (Handle.IsInvalid)
            {
                throw new InsufficientMemoryException();
            }
            try
            {
                Hold();
                Thrown.Take(Pointer); // of a call that was at the same place
                Apply(options);
                var progress = options == null ? null : options.Progress;
                Observation = Observation.Begin(operation, owner);
                bool reports = progress != null || (Observation != null && Observation.CountsBytes);
                if (stream != null || reports)
                {
                    transfer = new Transfer { Stream = stream, Progress = progress, Async = async, Token = token };
                    transferHandle = GCHandle.Alloc(transfer);
                }
                if (reports)
                {
                    Check(Native.oss_call_set_progress(Handle, Callbacks.Progress, User));
                }
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        internal CallHandle Handle { get; }

        /// <summary>Null if nobody listens.</summary>
        internal Observation? Observation { get; }

        /// <summary>The owner for C, which stays good until <see cref="LetGo"/>.</summary>
        internal IntPtr Owner => owner.DangerousGetHandle();

        /// <summary>The call for C, likewise.</summary>
        internal IntPtr Pointer => Handle.DangerousGetHandle();

        /// <summary>What the read and write callbacks get.</summary>
        internal IntPtr User => GCHandle.ToIntPtr(transferHandle);

        /// <summary>Has an upload repeated from where its stream stands now, if the stream can go back there.</summary>
        internal Call Rewindable()
        {
            try
            {
                if (transfer!.Stream!.CanSeek)
                {
                    transfer.Start = transfer.Stream.Position;
                    Check(Native.oss_call_set_rewind(Handle, Callbacks.Rewind, User));
                }
                return this;
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        /// <summary>Bytes that the read callback has taken from the stream.</summary>
        internal long Count => transfer!.Count;

        /// <summary>The callbacks' own report of progress, for bodies that are read without them; null if nobody asks.</summary>
        internal IProgress<TransferProgress>? TakeProgress()
        {
            if (transfer == null)
            {
                return null;
            }
            Native.oss_call_set_progress(Handle, IntPtr.Zero, IntPtr.Zero);
            return transfer.Progress;
        }

        /// <summary>
        /// Keeps owner and call from being released, and lets the token cancel the call; done already for a call that is new.
        /// </summary>
        internal void Hold()
        {
            if (!ownerHeld)
            {
                owner.DangerousAddRef(ref ownerHeld);
            }
            if (!callHeld)
            {
                Handle.DangerousAddRef(ref callHeld);
                if (token.CanBeCanceled)
                {
                    // A token that is cancelled already cancels at once; the call then sends nothing.
                    registration = token.Register(CancelAction, Handle);
                }
            }
        }

        /// <summary>
        /// Ends that, so that the collector can release what is forgotten between two uses, however long the token lives.
        /// </summary>
        internal void LetGo()
        {
            registration.Dispose();
            registration = default(CancellationTokenRegistration);
            if (callHeld)
            {
                Handle.DangerousRelease();
                callHeld = false;
            }
            if (ownerHeld)
            {
                owner.DangerousRelease();
                ownerHeld = false;
            }
        }

        /// <summary>
        /// As <see cref="Hold"/>, until <see cref="EndUse"/>: for a call that several functions use one after the other. A
        /// disposal meanwhile, by one of its callbacks or another thread, ends what runs, and takes place when that is over.
        /// </summary>
        /// <exception cref="ObjectDisposedException">It is disposed.</exception>
        internal void BeginUse()
        {
            lock (Handle)
            {
                if (ended)
                {
                    throw new ObjectDisposedException(typeof(Call).FullName);
                }
                // It is used only if that can be held.
                Hold();
                uses++;
            }
        }

        internal void EndUse()
        {
            bool last;
            lock (Handle)
            {
                if (--uses > 0)
                {
                    return;
                }
                LetGo();
                last = ended;
            }
            if (last)
            {
                End();
            }
        }

        private static void Cancel(object? call)
        {
            try
            {
                Native.oss_call_cancel((CallHandle)call!);
            }
            catch (ObjectDisposedException)
            {
                // It has just ended.
            }
        }

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
                long time = options.IfModifiedSince.Value.ToUnixTimeSeconds();
                Check(Native.oss_call_set_if_modified_since(Handle, time));
            }
            if (options.IfUnmodifiedSince.HasValue)
            {
                long time = options.IfUnmodifiedSince.Value.ToUnixTimeSeconds();
                Check(Native.oss_call_set_if_unmodified_since(Handle, time));
            }
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

        /// <summary>The next entry of a listing, lent until the call is used again; null after the last one.</summary>
        internal Native.Entry* Next()
        {
            Native.Entry* entry;
            Check(Native.oss_call_next(Pointer, &entry));
            return entry;
        }

        /// <summary>Has callbacks told of each file, and asked about each name; null is nobody.</summary>
        internal void Watch(IProgress<TransferOutcome>? outcomes, Func<string, bool>? filter)
        {
            if (outcomes == null && filter == null)
            {
                return;
            }
            if (transfer == null)
            {
                transfer = new Transfer { Token = token };
                transferHandle = GCHandle.Alloc(transfer);
            }
            transfer.Outcomes = outcomes;
            transfer.Filter = filter;
            if (outcomes != null)
            {
                Check(Native.oss_call_set_outcome(Handle, Callbacks.Outcome, User));
            }
            if (filter != null)
            {
                Check(Native.oss_call_set_filter(Handle, Callbacks.Filter, User));
            }
        }

        /// <summary>Throws what a callback threw, else what the library says; nothing if all is well.</summary>
        internal void Check(int status)
        {
            lastStatus = status;
            var error = status == (int)OssStatus.Ok ? null : OssException.From(status, Handle);
            ThrowThrown(error);
            if (error != null)
            {
                throw Failure(error, token);
            }
        }

        /// <summary>
        /// The same for a writer, which has what the service said; of a defect it knows nothing, and the words are with the
        /// thread.
        /// </summary>
        internal void CheckWriter(int status, WriterHandle writer)
        {
            if (status != (int)OssStatus.Ok)
            {
                lastStatus = status;
                string words = Utf8.Text(Native.oss_last_error()) ?? "";
                bool known = Native.oss_writer_failure(writer, Pointer) == status;
                var error = known ? OssException.From(status, Handle) : OssException.Plain(status, words);
                ThrowThrown(error);
                throw Failure(error, token);
            }
        }

        /// <summary>The same for what is about many files: what became of them, which is also in the exception.</summary>
        internal TransferReport Report(int status)
        {
            lastStatus = status;
            var report = new TransferReport(Handle);
            var error = status == (int)OssStatus.Ok ? null : OssException.From(status, Handle);
            if (error != null)
            {
                error.Report = report;
            }
            ThrowThrown(error);
            if (error == null)
            {
                return report;
            }
            // Of a file that failed the reason is no mistake in how the library is used.
            throw report.Failed.Files > 0 && error.Status != OssStatus.Cancelled ? error : Failure(error, token);
        }

        /// <summary>
        /// Throws what a callback threw, with how the call ended behind it. What ends a writer is thrown again, as long as it
        /// fails for the same reason.
        /// </summary>
        private void ThrowThrown(OssException? error)
        {
            var before = error != null && error.Status == thrownWith ? thrown : null;
            thrown = transfer?.Exception ?? Thrown.TakeFor(Pointer, error) ?? before;
            thrownWith = error == null ? OssStatus.Ok : error.Status;
            if (thrown == null)
            {
                return;
            }
            if (error != null)
            {
                OssException.Remember(thrown.SourceException, error);
            }
            else
            {
                GiveUp();
            }
            thrown.Throw();
        }

        /// <summary>The exception for <paramref name="error"/>: itself, or the one that stands for cancellation.</summary>
        internal static Exception Failure(OssException error, CancellationToken token)
        {
            if (error.Status != OssStatus.Cancelled)
            {
                return error.ToThrow();
            }
            return new OperationCanceledException(
                error.Message, error, token.IsCancellationRequested ? token : CancellationToken.None);
        }

        /// <summary>The answer, which owns the handle if it has a document.</summary>
        internal OssResponse Answer()
        {
            var response = new OssResponse(Handle);
            released = response.HasDocument;
            return response;
        }

        /// <summary>Hands the handle over to who goes on reading.</summary>
        internal CallHandle Release()
        {
            released = true;
            return Handle;
        }

        /// <summary>For observers the call is cancelled, unless it failed already.</summary>
        internal void GiveUp()
        {
            if (lastStatus == (int)OssStatus.Ok)
            {
                lastStatus = (int)OssStatus.Cancelled;
            }
        }

        /// <summary>Ends the call: first nobody can cancel it any more, then what it was given goes.</summary>
        public void Dispose()
        {
            lock (Handle)
            {
                ended = true;
                if (uses > 0)
                {
                    Cancel(Handle);
                    return;
                }
            }
            End();
        }

        private void End()
        {
            try
            {
                if (Observation != null && !observed)
                {
                    observed = true;
                    Observation.AddBytes(transfer == null ? 0 : transfer.Done);
                    Observation.End(Handle, lastStatus);
                }
            }
            finally
            {
                // Whatever those who listen throw.
                Free();
            }
        }

        private void Free()
        {
            LetGo();
            if (transferHandle.IsAllocated)
            {
                transferHandle.Free();
                transfer!.Release();
            }
            if (!released)
            {
                Handle.Dispose();
            }
        }
    }
}
