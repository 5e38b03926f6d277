using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Threading.Tasks;

namespace Alioss
{
    /// <summary>
    /// A failed call: the reason a program can act on, the reason in words, and all that the service said when it was the
    /// service that refused. If it was a local file that failed, <see cref="Exception.InnerException"/> is what .NET itself
    /// throws then, such as a <see cref="FileNotFoundException"/> or an <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    public sealed class OssException : IOException
    {
        private static readonly ConditionalWeakTable<Exception, OssException> Behind =
            new ConditionalWeakTable<Exception, OssException>();

        /// <summary>Of tasks that are cancelled, which keep no exception.</summary>
        private static readonly ConditionalWeakTable<Task, OssException> OfTasks =
            new ConditionalWeakTable<Task, OssException>();

        private bool isComplete;
        private KeyValuePair<string, string>[] details = new KeyValuePair<string, string>[0];

        private OssException(OssStatus status, string message, Exception? cause = null) : base(message, cause)
        {
            Status = status;
            Code = ServiceMessage = RequestId = HostId = EC = "";
            Body = new byte[0];
        }

        /// <summary>The reason, in terms a program can act on.</summary>
        public OssStatus Status { get; }

        /// <summary>HTTP status of the answer; 0 if there was none.</summary>
        public int HttpStatus { get; private set; }

        /// <summary>The service's error code, such as "NoSuchKey"; "" if there is none.</summary>
        public string Code { get; private set; }

        /// <summary>The service's error message; "" if there is none.</summary>
        public string ServiceMessage { get; private set; }

        /// <summary>Id of the request, to be quoted to the service's support; "" if there was no answer.</summary>
        public string RequestId { get; private set; }

        /// <summary>The host that refused; "" if there is none.</summary>
        public string HostId { get; private set; }

        /// <summary>The service's finer error code, such as "0026-00000001"; "" if there is none.</summary>
        public string EC { get; private set; }

        /// <summary>Whether the same call may succeed later.</summary>
        public bool Retryable { get; private set; }

        /// <summary>How many times the request was sent; 0 if it was not.</summary>
        public int Attempts { get; private set; }

        /// <summary>The first 4 KiB of the body of a bad answer; empty if there is none.</summary>
        public byte[] Body { get; private set; }

        /// <summary>
        /// What became of the files of a directory, or of the objects of a prefix, whose transfer or deletion failed; null for
        /// other calls.
        /// </summary>
        public TransferReport? Report { get; internal set; }

        /// <summary>
        /// Any other element of the service's error document, such as "StringToSign"; null if there is none of that name.
        /// </summary>
        /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
        public string? Detail(string name)
        {
            if (name == null)
            {
                throw new ArgumentNullException(nameof(name));
            }
            foreach (KeyValuePair<string, string> detail in details)
            {
                if (detail.Key == name)
                {
                    return detail.Value;
                }
            }
            return null;
        }

        /// <summary>All other elements of the service's error document, in its order, by their names.</summary>
        public IReadOnlyList<KeyValuePair<string, string>> Details() => details;

        /// <summary>
        /// What the library has to say about the call that threw <paramref name="exception"/>: the exception itself; the
        /// reason of an <see cref="OperationCanceledException"/> or <see cref="ArgumentException"/>; and for an exception of one of your own callbacks or
        /// streams, which comes back as it is, how the call that ran it ended. Null if there is nothing.
        /// </summary>
        public static OssException? Of(Exception? exception)
        {
            if (exception == null)
            {
                return null;
            }
            OssException? found;
            if (Behind.TryGetValue(exception, out found))
            {
                return found;
            }
            var task = (exception as TaskCanceledException)?.Task;
            if (task != null && OfTasks.TryGetValue(task, out found))
            {
                return found;
            }
            // What waits for a task without await throws this around the reason.
            return exception is AggregateException
                ? Of(exception.InnerException)
                : exception as OssException ?? exception.InnerException as OssException;
        }

        /// <summary>Remembers why a call ended whose task is about to be cancelled.</summary>
        internal static void Remember(Task cancelled, OssException? error)
        {
            if (error != null)
            {
                OfTasks.Add(cancelled, error);
            }
        }

        /// <summary>Remembers how the call ended in which <paramref name="thrown"/>, of a user's callback, was thrown.</summary>
        internal static void Remember(Exception thrown, OssException error)
        {
            var own = thrown as OssException;
            if (own != null && own.isComplete)
            {
                return;
            }
            lock (Behind)
            {
                Behind.Remove(thrown);
                Behind.Add(thrown, error);
            }
        }

        /// <summary>A mistake in how the library is used; its details are in <see cref="Of"/> of it.</summary>
        internal static Exception Invalid(string message) =>
            new OssException(OssStatus.InvalidArgument, message).ToThrow();

        /// <summary>The same for a number or time of the parameter <paramref name="name"/>.</summary>
        internal static Exception OutOfRange(string name, object value, string message)
        {
            var thrown = new ArgumentOutOfRangeException(name, value, message);
            Remember(thrown, new OssException(OssStatus.InvalidArgument, message));
            return thrown;
        }

        /// <summary>What to throw for this: itself, or the exception that .NET has for arguments that are wrong.</summary>
        internal Exception ToThrow()
        {
            if (Status != OssStatus.InvalidArgument || HttpStatus != 0)
            {
                return this;
            }
            int end = Message.StartsWith("`", StringComparison.Ordinal) ? Message.IndexOf('`', 1) : -1;
            return new ArgumentException(Message, end < 0 ? null : Message.Substring(1, end - 1), this);
        }

        internal static OssException Plain(int status, string message) =>
            new OssException((OssStatus)status, message);

        /// <summary>The same for what a callback of our own throws, which says more than the call that it ends.</summary>
        internal static OssException Complete(int status, string message) =>
            new OssException((OssStatus)status, message) { isComplete = true };

        /// <summary>
        /// A copy of the failure that <paramref name="call"/> holds, which may be about the file of that path; with
        /// <paramref name="reason"/> in place of the library's words, unless that is null.
        /// </summary>
        internal static unsafe OssException From(
            int status, CallHandle call, string? path = null, string? reason = null)
        {
            string words = reason ?? Utf8.Text(Native.oss_call_error(call)) ?? "";
            if (words.Length == 0)
            {
                // A refused input of a call is filed with the thread, which is still this one.
                words = Utf8.Text(Native.oss_last_error()) ?? "";
            }
            UIntPtr length;
            byte* body = Native.oss_call_body(call, &length);
            var cause = FileFailure.Of(Native.oss_call_os_error(call), words, path);
            var error = new OssException((OssStatus)status, words, cause)
            {
                HttpStatus = Native.oss_call_http_status(call),
                Code = Utf8.Text(Native.oss_call_code(call)) ?? "",
                ServiceMessage = Utf8.Text(Native.oss_call_message(call)) ?? "",
                RequestId = Utf8.Text(Native.oss_call_request_id(call)) ?? "",
                HostId = Utf8.Text(Native.oss_call_host_id(call)) ?? "",
                EC = Utf8.Text(Native.oss_call_ec(call)) ?? "",
                Retryable = Native.oss_call_retryable(call) != 0,
                Attempts = Native.oss_call_attempts(call),
                details = DetailsOf(call),
            };
            if (body != null)
            {
                error.Body = new byte[(int)length];
                Marshal.Copy((IntPtr)body, error.Body, 0, error.Body.Length);
            }
            GC.KeepAlive(call);
            return error;
        }

        private static unsafe KeyValuePair<string, string>[] DetailsOf(CallHandle call)
        {
            var all = new List<KeyValuePair<string, string>>();
            byte* name;
            byte* value;
            for (uint at = 0; (value = Native.oss_call_error_detail_at(call, (UIntPtr)at, &name)) != null; at++)
            {
                all.Add(new KeyValuePair<string, string>(Utf8.Text(name)!, Utf8.Text(value)!));
            }
            return all.ToArray();
        }
    }
}
