#if NET
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.IO;
using System.Linq;
using System.Runtime.CompilerServices;
using System.Threading;
using Alioss;
using static Harness;

/// <summary>What calls tell those who listen to the source of activities and the meter named "Alioss".</summary>
internal static class Observed
{
    private static List<Activity> Traced(Action action)
    {
        var ended = new List<Activity>();
        using (var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Alioss",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (ended)
                {
                    ended.Add(activity);
                }
            },
        })
        {
            ActivitySource.AddActivityListener(listener);
            action();
        }
        return ended;
    }

    internal static void CallsAreTraced()
    {
        using (var bucket = Bucket())
        using (var own = new ActivitySource("own"))
        {
            string key = Key();
            Activity current = null;
            var traced = Traced(() =>
            {
                bucket.PutObject(key, Pattern(10));
                Equal(null, Activity.Current);
                bucket.GetObjectAsync(key).Result.Dispose();
                Fails(OssStatus.NotFound, () => bucket.HeadObject(key + "-none"));
                bucket.Presign("GET", key, TimeSpan.FromMinutes(1));
                var parent = new Activity("parent").Start();
                foreach (var entry in bucket.ListObjectsV2(key))
                {
                    // What a program does between two entries is its own.
                    current = Activity.Current;
                }
                parent.Stop();
            });
            Equal("PutObject GetObject HeadObject ListObjectsV2", string.Join(" ", traced.Select(one => one.OperationName)));
            Equal("parent", current.OperationName);
            Equal("parent", traced[3].Parent.OperationName);
            Equal("csharp-tests", (string)traced[0].GetTagItem("oss.bucket"));
            Equal("127.0.0.1", (string)traced[0].GetTagItem("server.address"));
            Equal(200, (int)traced[1].GetTagItem("http.response.status_code"));
            Check(((string)traced[1].GetTagItem("oss.request_id")).Length > 0, "no request id");
            Equal(ActivityStatusCode.Error, traced[2].Status);
            Equal("NotFound", (string)traced[2].GetTagItem("error.type"));
            Equal(404, (int)traced[2].GetTagItem("http.response.status_code"));
            Check(traced.All(one => one.Kind == ActivityKind.Client && one.Duration > TimeSpan.Zero), "kind or duration");
        }
    }

    /// <summary>A sum for each instrument with the tags that are asked for.</summary>
    private static Dictionary<string, double> Counted(Action action)
    {
        var sums = new Dictionary<string, double>();
        using (var listener = new MeterListener())
        {
            listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "Alioss")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            };
            void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object>> tags)
            {
                string name = instrument.Name.Replace("alioss.client.", "");
                foreach (var tag in tags)
                {
                    name += tag.Key == "bucket" ? "" : " " + tag.Value;
                }
                lock (sums)
                {
                    sums[name] = sums.GetValueOrDefault(name) + value;
                }
            }
            listener.SetMeasurementEventCallback<long>((instrument, value, tags, state) => Add(instrument, value, tags));
            listener.SetMeasurementEventCallback<double>((instrument, value, tags, state) => Add(instrument, value, tags));
            listener.Start();
            action();
        }
        return sums;
    }

    internal static void CallsAreCounted()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            var sums = Counted(() =>
            {
                Fault(key, "{'type':'status','status':503}", 1);
                bucket.PutObject(key, Pattern(1000));
                bucket.PutObjectAsync(key, new MemoryStream(Pattern(500))).Wait();
                ReadAll(bucket.GetObject(key));
                bucket.GetObjectToStream(key, new MemoryStream());
                Fails(OssStatus.NotFound, () => bucket.GetObject(key + "-none"));
            });
            Func<string, double> sum = name => sums.ContainsKey(name) ? sums[name] : 0;
            string all = string.Join("\n", sums.Keys);
            Check(sum("requests PutObject ok 200") == 2, all);
            Check(sum("retries PutObject") == 1, all);
            Check(sum("bytes PutObject sent") == 1500, all);
            Check(sum("bytes GetObject received") == 500, all);
            Check(sum("bytes GetObjectToStream received") == 500, all);
            Check(sum("requests GetObject ok 200") == 1, all);
            Check(sum("requests GetObject NotFound 404") == 1, all);
            Check(sum("duration PutObject ok 200") > 0 && sum("duration PutObject ok 200") < 600, all);
        }
    }

    internal static void RowsAreCounted()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            bucket.PutObject(key, "a,1\nb,2\n");
            var told = new List<long>();
            var options = new CallOptions { Progress = new Reports(report => told.Add(report.Done)) };
            foreach (var with in new[] { null, options })
            {
                var sums = Counted(() => Equal(4, ReadAll(bucket.SelectObject(key, "select * from ossobject limit 1", with)).Length));
                Equal("SelectObject received 4", string.Join("\n", sums.Where(sum => sum.Key.StartsWith("bytes")).Select(sum => sum.Key.Substring(6) + " " + sum.Value)));
            }
            Equal("4", string.Join(" ", told));
        }
    }

    internal static void WhatIsGivenUpIsNoSuccess()
    {
        using (var bucket = Bucket())
        {
            string key = Key();
            string all = string.Join("\n", Counted(() =>
            {
                using (var writer = bucket.OpenWrite(key))
                {
                    writer.Write(Pattern(10), 0, 10);
                }
                using (var writer = bucket.OpenWrite(key))
                {
                    writer.Write(Pattern(10), 0, 10);
                    writer.Complete();
                }
            }).Select(sum => sum.Key + ": " + sum.Value).Where(sum => sum.StartsWith("requests")).OrderBy(sum => sum));
            Equal("requests OpenWrite Cancelled: 1\nrequests OpenWrite ok 200: 1", all);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference PutAndForget(Bucket bucket)
    {
        var stream = new MemoryStream(Pattern(10));
        Throws<InvalidOperationException>(() => bucket.PutObject(Key(), stream));
        return new WeakReference(stream);
    }

    internal static void ListenersThatThrowKeepNothing()
    {
        using (var bucket = Bucket())
        using (var listener = new MeterListener())
        {
            listener.InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "alioss.client.requests")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            };
            listener.SetMeasurementEventCallback<long>((instrument, value, tags, state) =>
                throw new InvalidOperationException("from a listener"));
            listener.Start();
            LetsGo("streams", () => PutAndForget(bucket));
        }
    }
}
#endif
