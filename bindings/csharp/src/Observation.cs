using System;
#if NET
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
#endif

namespace Alioss
{
#if NET
    /// <summary>
    /// What a call tells those who listen to the <see cref="ActivitySource"/> or the <see cref="Meter"/> named "Alioss". While
    /// nobody listens there is none, and calls cost what they cost without.
    /// </summary>
    internal sealed class Observation
    {
        private const string Name = "Alioss";

        private static readonly string Version = typeof(Observation).Assembly.GetName().Version!.ToString(3);
        private static readonly ActivitySource Source = new ActivitySource(Name, Version);
        private static readonly Meter Meter = new Meter(Name, Version);

        private static readonly Counter<long> Requests = Meter.CreateCounter<long>(
            "alioss.client.requests", "{request}", "Calls that are over, each counted once, however often it was sent.");

        private static readonly Counter<long> Retries = Meter.CreateCounter<long>(
            "alioss.client.retries", "{request}", "How many times requests were sent again.");

        private static readonly Counter<long> Bytes = Meter.CreateCounter<long>(
            "alioss.client.bytes", "By", "Bytes of bodies that went up or came down.");

        private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
            "alioss.client.duration", "s", "Time of calls with their retries; of downloads as streams until the headers.");

        private readonly string operation;
        private readonly string bucket;
        private readonly long began = Stopwatch.GetTimestamp();
        private readonly Activity? activity;
        private bool isDetached;
        private bool counted;

        private Observation(string operation, string bucket, string endpoint)
        {
            this.operation = operation;
            this.bucket = bucket;
            activity = Source.StartActivity(operation, ActivityKind.Client);
            if (activity != null)
            {
                activity.SetTag("oss.operation", operation);
                if (bucket.Length > 0)
                {
                    activity.SetTag("oss.bucket", bucket);
                    activity.SetTag("server.address", Host(endpoint));
                }
            }
        }

        /// <summary>Whether somebody wants to know how many bytes move.</summary>
        internal static bool CountsBytes => Bytes.Enabled;

        /// <summary>Of a call that begins; null if nobody listens, or it is none that sends anything.</summary>
        internal static unsafe Observation? Begin(string? operation, Handle owner)
        {
            bool wanted = Source.HasListeners() || Requests.Enabled || Retries.Enabled || Bytes.Enabled || Duration.Enabled;
            if (!wanted || operation == null)
            {
                return null;
            }
            var handle = owner as BucketHandle;
            return handle == null
                ? new Observation(operation, "", "")
                : new Observation(
                    operation,
                    Utf8.Text(Native.oss_bucket_name(handle)) ?? "",
                    Utf8.Text(Native.oss_bucket_endpoint(handle)) ?? "");
        }

        /// <summary>The program goes on meanwhile, and what it does then is not part of the call.</summary>
        internal Observation Detach()
        {
            if (activity != null)
            {
                isDetached = true;
                Activity.Current = activity.Parent;
            }
            return this;
        }

        /// <summary>The call is over, with this status; what it did is with its handle.</summary>
        internal unsafe void End(CallHandle call, int status)
        {
            int attempts = Native.oss_call_attempts(call);
            int httpStatus = Native.oss_call_http_status(call);
            string outcome = status == 0 ? "ok" : ((OssStatus)status).ToString();
            var tags = Tags();
            tags.Add("outcome", outcome);
            if (httpStatus != 0)
            {
                tags.Add("http.response.status_code", httpStatus);
            }
            Requests.Add(1, tags);
            Duration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, tags);
            if (attempts > 1)
            {
                Retries.Add(attempts - 1, Tags());
            }
            if (activity != null)
            {
                activity.SetTag("oss.request_id", Utf8.Text(Native.oss_call_request_id(call)));
                activity.SetTag("http.response.status_code", httpStatus == 0 ? null : httpStatus);
                activity.SetTag("http.request.resend_count", attempts > 1 ? attempts - 1 : null);
                if (status != 0)
                {
                    activity.SetTag("error.type", outcome);
                    activity.SetStatus(ActivityStatusCode.Error, Utf8.Text(Native.oss_call_error(call)));
                }
                Stop(activity);
            }
        }

        /// <summary>How much of a body moved; counted once. What is copied does not come here.</summary>
        internal void AddBytes(long bytes)
        {
            if (bytes > 0 && !counted && !operation.StartsWith("Copy", StringComparison.Ordinal))
            {
                counted = true;
                var tags = Tags();
                tags.Add("direction", IsDownload() ? "received" : "sent");
                Bytes.Add(bytes, tags);
            }
        }

        private void Stop(Activity ended)
        {
            var current = Activity.Current;
            ended.Stop();
            if (isDetached)
            {
                Activity.Current = current;
            }
        }

        private bool IsDownload() =>
            operation.StartsWith("Get", StringComparison.Ordinal) || operation.StartsWith("Download", StringComparison.Ordinal)
            || operation.StartsWith("Select", StringComparison.Ordinal);

        private TagList Tags()
        {
            var tags = new TagList { { "operation", operation } };
            if (bucket.Length > 0)
            {
                tags.Add("bucket", bucket);
            }
            return tags;
        }

        private static string Host(string endpoint)
        {
            Uri? address;
            return Uri.TryCreate(endpoint, UriKind.Absolute, out address) ? address.Host : endpoint;
        }
    }
#else
    /// <summary>Older runtimes have nothing to listen with.</summary>
    internal sealed class Observation
    {
        internal static bool CountsBytes => false;

        internal static Observation? Begin(string? operation, Handle owner) => null;

        internal Observation Detach() => this;

        internal void End(CallHandle call, int status)
        {
        }

        internal void AddBytes(long bytes)
        {
        }
    }
#endif
}
