using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Threading;
using Alioss;
using static Harness;

/// <summary>Settings of buckets, with classes and without.</summary>
internal static class Settings
{
    private static readonly DateTimeOffset NewYear = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>What was put comes back; what is taken off is gone.</summary>
    private static void Roundtrip<T>(Action<T> put, Func<T> get, Action delete, T configuration) where T : Configuration
    {
        put(configuration);
        var back = get();
        Equal(Encoding.UTF8.GetString(configuration.ToXml()), Encoding.UTF8.GetString(back.ToXml()), typeof(T).Name);
        Check(back.Response.HttpStatus == 200 && configuration.Response == null, "response");
        delete();
    }

    /// <summary>Puts a document back as it was read, twice: elements called New with each number are in it still.</summary>
    private static void Keeps<T>(Bucket bucket, string name, string document, Func<T> get, Action<T> put, int count)
    {
        bucket.Invoke("Put" + name, null, Encoding.UTF8.GetBytes(document), null);
        for (int round = 0; round < 2; round++)
        {
            put(get());
            string after = Encoding.UTF8.GetString(bucket.Invoke("Get" + name).Body);
            for (int number = 1; number <= count; number++)
            {
                int times = after.Split(new[] { $"<New>{number}</New>" }, StringSplitOptions.None).Length - 1;
                Check(times == 1, $"{name}: {number} is there {times} times: {after}");
            }
        }
    }

    /// <summary>Elements that no class knows, in each kind of place, go back with what they came in.</summary>
    internal static void UnknownElementsArePutBack()
    {
        Operations.InBucket("unknown", bucket =>
        {
            Keeps(
                bucket,
                "BucketCors",
                "<CORSConfiguration><New>1</New><CORSRule><AllowedOrigin>http://a</AllowedOrigin><AllowedMethod>GET</AllowedMethod>"
                + "<New>2</New><New>3</New><Deep><New>4</New></Deep></CORSRule></CORSConfiguration>",
                () => bucket.GetBucketCors(),
                c => bucket.PutBucketCors(c),
                4);
            Keeps(
                bucket,
                "BucketLifecycle",
                "<LifecycleConfiguration><Rule><ID>a</ID><Prefix>p/</Prefix><Status>Enabled</Status><Tag><Key>k</Key><Value>v</Value>"
                + "<New>1</New></Tag><Expiration><Days>9</Days><New>2</New></Expiration><Filter><ObjectSizeGreaterThan>5"
                + "</ObjectSizeGreaterThan><New>3</New></Filter><New>4</New></Rule><New>5</New></LifecycleConfiguration>",
                () => bucket.GetBucketLifecycle(),
                c => bucket.PutBucketLifecycle(c),
                5);
            Keeps(
                bucket,
                "BucketReferer",
                "<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList><Referer>http://a</Referer><New>1</New>"
                + "</RefererList><RefererBlacklist><New>2</New></RefererBlacklist><New>3</New></RefererConfiguration>",
                () => bucket.GetBucketReferer(),
                c => bucket.PutBucketReferer(c),
                3);
            Keeps(
                bucket,
                "BucketLogging",
                "<BucketLoggingStatus><LoggingEnabled><TargetBucket>" + bucket.Name + "</TargetBucket><TargetPrefix></TargetPrefix>"
                + "<New>1</New></LoggingEnabled><New>2</New></BucketLoggingStatus>",
                () => bucket.GetBucketLogging(),
                c => bucket.PutBucketLogging(c),
                2);
            Keeps(
                bucket,
                "BucketEncryption",
                "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm><New>1</New>"
                + "</ApplyServerSideEncryptionByDefault><New>2</New></ServerSideEncryptionRule>",
                () => bucket.GetBucketEncryption(),
                c => bucket.PutBucketEncryption(c),
                2);
            Keeps(
                bucket,
                "BucketWebsite",
                "<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix><New>1</New></IndexDocument><RoutingRules><RoutingRule>"
                + "<RuleNumber>1</RuleNumber><Condition><KeyPrefixEquals>a</KeyPrefixEquals><IncludeHeader><Key>h</Key><New>2</New>"
                + "</IncludeHeader><New>3</New></Condition><Redirect><RedirectType>Mirror</RedirectType><MirrorURL>http://m/</MirrorURL>"
                + "<MirrorHeaders><PassAll>true</PassAll><New>4</New></MirrorHeaders><New>5</New></Redirect><New>6</New></RoutingRule>"
                + "<New>7</New></RoutingRules><New>8</New></WebsiteConfiguration>",
                () => bucket.GetBucketWebsite(),
                c => bucket.PutBucketWebsite(c),
                8);
        });
    }

    internal static void LifecyclesComeBack()
    {
        Operations.InBucket("lifecycle", bucket =>
        {
            Equal("NoSuchLifecycle", Fails(OssStatus.NotFound, () => bucket.GetBucketLifecycle()).Code);
            var full = new LifecycleRule
            {
                Id = "r1",
                Prefix = "a&b<",
                Status = "Enabled",
                AtimeBase = 1631698332,
                Tags = { new Tag("k", "v"), new Tag("k2", "") },
                Filter = new LifecycleFilter
                {
                    ObjectSizeGreaterThan = 500,
                    ObjectSizeLessThan = 64000,
                    Not = { new LifecycleFilterNot { Prefix = "a&b</x", Tag = new Tag("a", "b") } },
                },
                Expiration = new LifecycleExpiration { CreatedBeforeDate = NewYear },
                AbortMultipartUpload = new LifecycleAbort { CreatedBeforeDate = NewYear },
                NoncurrentVersionExpiration = new NoncurrentVersionExpiration { NoncurrentDays = 9 },
                Transitions = { new LifecycleTransition { CreatedBeforeDate = NewYear, StorageClass = "IA", IsAccessTime = false, AllowSmallFile = true } },
                NoncurrentVersionTransitions = { new NoncurrentVersionTransition { NoncurrentDays = 4, StorageClass = "Archive" } },
            };
            var second = new LifecycleRule { Id = "r2", Prefix = "", Status = "Disabled", Expiration = new LifecycleExpiration { Days = 1 } };
            Roundtrip(
                c => bucket.PutBucketLifecycle(c),
                () => bucket.GetBucketLifecycleAsync().Result,
                () => bucket.DeleteBucketLifecycle(),
                new LifecycleConfiguration { Rules = { full, second } });
            bucket.PutBucketLifecycle(new LifecycleConfiguration { Rules = { full } });
            var rule = bucket.GetBucketLifecycle().Rules.Single();
            Check(rule.Expiration.CreatedBeforeDate == NewYear && rule.Expiration.Days == null, "expiration");
            Check(rule.Tags.Count == 2 && rule.Tags[1].Value == "" && rule.Filter.Not.Single().Tag.Value == "b", "tags");
            Check(rule.Transitions.Single().IsAccessTime == false && rule.Transitions[0].ReturnToStdWhenVisit == null, "flags");
            bucket.DeleteBucketLifecycleAsync().Wait();
            Fails(OssStatus.NotFound, () => bucket.GetBucketLifecycle());
            Equal("MalformedXML", Throws<OssException>(() => bucket.PutBucketLifecycle(new LifecycleConfiguration())).Code);
            full.Id = "\u0001";
            Fails(OssStatus.InvalidArgument, () => bucket.PutBucketLifecycle(new LifecycleConfiguration { Rules = { full } }));
        });
    }

    internal static void OtherSettingsComeBack()
    {
        Operations.InBucket("settings", bucket =>
        {
            var rule = new CorsRule
            {
                AllowedOrigins = { "https://*.example.com", "https://b" },
                AllowedMethods = { "GET", "PUT" },
                AllowedHeaders = { "*" },
                ExposeHeaders = { "x-oss-meta-a" },
                MaxAgeSeconds = 600,
            };
            Roundtrip(c => bucket.PutBucketCors(c), () => bucket.GetBucketCors(), () => bucket.DeleteBucketCors(), new CorsConfiguration { Rules = { rule, rule }, ResponseVary = true });
            Fails(OssStatus.NotFound, () => bucket.GetBucketCors());
            var target = new LoggingEnabled { TargetBucket = bucket.Name, TargetPrefix = "log/" };
            Roundtrip(c => bucket.PutBucketLogging(c), () => bucket.GetBucketLogging(), () => bucket.DeleteBucketLogging(), new LoggingConfiguration { LoggingEnabled = target });
            Equal(null, bucket.GetBucketLogging().LoggingEnabled);
            Roundtrip(
                c => bucket.PutBucketReferer(c),
                () => bucket.GetBucketReferer(),
                () => { },
                new RefererConfiguration { AllowEmptyReferer = false, AllowTruncateQueryString = true, TruncatePath = true, Referers = { "https://*.a" }, Blacklist = { "https://b", "https://c" } });
            Roundtrip(
                c => bucket.PutBucketEncryption(c),
                () => bucket.GetBucketEncryption(),
                () => bucket.DeleteBucketEncryption(),
                new EncryptionConfiguration { Algorithm = "KMS", KmsMasterKeyId = "id", KmsDataEncryption = "SM4" });
            Fails(OssStatus.NotFound, () => bucket.GetBucketEncryption());
            Equal(null, bucket.GetBucketVersioning().Status);
            Roundtrip(c => bucket.PutBucketVersioning(c), () => bucket.GetBucketVersioning(), () => { }, new VersioningConfiguration { Status = "Enabled" });
            Roundtrip(c => bucket.PutBucketTags(c), () => bucket.GetBucketTags(), () => bucket.DeleteBucketTags(), new Tagging { Tags = { new Tag("a", "1"), new Tag("é", "") } });
            Equal(0, bucket.GetBucketTags().Tags.Count);
            const string Policy = "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Deny\",\"Action\":[\"oss:PutObject\"],\"Principal\":[\"123\"],\"Resource\":[\"acs:oss:*:*:*/x/*\"]}]}";
            Fails(OssStatus.NotFound, () => bucket.GetBucketPolicy());
            bucket.PutBucketPolicy(Policy);
            Equal(Policy, bucket.GetBucketPolicyAsync().Result);
            bucket.DeleteBucketPolicy();
            Fails(OssStatus.NotFound, () => bucket.GetBucketPolicy());
        });
    }

    internal static void WebsitesComeBack()
    {
        Operations.InBucket("website", bucket =>
        {
            var redirect = new RoutingRedirect
            {
                RedirectType = "Mirror",
                MirrorUrl = "https://origin.example.com/",
                PassQueryString = false,
                EnableReplacePrefix = false,
                MirrorPassQueryString = false,
                MirrorFollowRedirect = true,
                MirrorCheckMd5 = false,
                MirrorPassOriginalSlashes = false,
                MirrorSni = true,
                HttpRedirectCode = 301,
                MirrorHeaders = new MirrorHeaders { PassAll = false, Pass = { "a", "b" }, Remove = { "c" }, Set = { new Tag("d", "e") } },
                MirrorAuth = new MirrorAuth { AuthType = "S3V4", Region = "x" },
                MirrorTaggings = { new Tag("t", "u") },
                MirrorMultiAlternates = { new MirrorAlternate { Number = 1, Url = "https://two" } },
                MirrorReturnHeaders = { new Tag("r", "s") },
            };
            var rule = new RoutingRule
            {
                RuleNumber = 1,
                Condition = new RoutingCondition { KeyPrefixEquals = "abc/", HttpErrorCodeReturnedEquals = 404, IncludeHeaders = { new HeaderCondition { Key = "h", EqualTo = "v" } } },
                Redirect = redirect,
                LuaScript = "demo",
            };
            var website = new WebsiteConfiguration
            {
                IndexDocument = new IndexDocument { Suffix = "index.html", SupportSubDir = true, Type = 0 },
                ErrorDocument = new ErrorDocument { Key = "error.html", HttpStatus = 404 },
                RoutingRules = { rule },
            };
            Roundtrip(c => bucket.PutBucketWebsite(c), () => bucket.GetBucketWebsite(), () => bucket.DeleteBucketWebsite(), website);
            Equal("NoSuchWebsiteConfiguration", Fails(OssStatus.NotFound, () => bucket.GetBucketWebsite()).Code);
            string xml = Encoding.UTF8.GetString(website.ToXml());
            foreach (string part in new[]
            {
                "<MirrorURL>https://origin.example.com/</MirrorURL>", "<MirrorSNI>true</MirrorSNI>", "<Pass>a</Pass><Pass>b</Pass>",
                "<IncludeHeader><Key>h</Key><Equals>v</Equals></IncludeHeader>", "<LuaConfig><Script>demo</Script></LuaConfig>",
                "<MirrorTaggings><Taggings><Key>t</Key>", "<MirrorMultiAlternates><MirrorMultiAlternate><MirrorMultiAlternateNumber>1<",
                "<MirrorReturnHeaders><ReturnHeader><Key>r</Key>",
            })
            {
                Check(xml.Contains(part), "no " + part + " in " + xml);
            }
            var plain = new WebsiteConfiguration { RoutingRules = { new RoutingRule { RuleNumber = 1 } } };
            Check(!Encoding.UTF8.GetString(plain.ToXml()).Contains("Lua"), "empty elements");
        });
    }

    internal static void SettingsThatAreNoneAreRefused()
    {
        using (var bucket = Bucket())
        using (var missing = new Bucket(Options(), "no-such-bucket-here"))
        {
            Equal("configuration", Throws<ArgumentNullException>(() => bucket.PutBucketCors(null)).ParamName);
            Equal("policy", Throws<ArgumentNullException>(() => bucket.PutBucketPolicy(null)).ParamName);
            Fails(OssStatus.NotFound, () => missing.PutBucketVersioning(new VersioningConfiguration { Status = "Enabled" }));
            Fails(OssStatus.NotFound, () => Failures.Wait(missing.GetBucketRefererAsync()));
            var token = new CancellationToken(true);
            Throws<OperationCanceledException>(() => bucket.GetBucketLifecycle(null, token));
            Throws<OperationCanceledException>(() => bucket.PutBucketCors(new CorsConfiguration(), null, token));
            Check(bucket.GetBucketTagsAsync(null, token).IsCanceled, "not cancelled");
            Equal(0, Requests("cors").Count);
        }
    }

    internal static void BlankTextsComeBack()
    {
        Operations.InBucket("blanks", bucket =>
        {
            foreach (string text in new[] { " ", "\t", "\n", "\r", "\r\n", " a\rb\n\tc ", "\u00a0", "\u0085", "\u2028" })
            {
                var rule = new LifecycleRule { Id = "r", Prefix = text, Status = "Enabled", Expiration = new LifecycleExpiration { Days = 1 } };
                bucket.PutBucketLifecycle(new LifecycleConfiguration { Rules = { rule } });
                Equal(text, bucket.Invoke("GetBucketLifecycle").Text("Rule.Prefix"));
                bucket.PutBucketLifecycle(bucket.GetBucketLifecycle());
                Equal(text, bucket.GetBucketLifecycle().Rules.Single().Prefix);
                var document = Document.Parse(bucket.Invoke("GetBucketLifecycle").Body);
                Equal(text, document.Get("Rule.Prefix"));
                bucket.Invoke("PutBucketLifecycle", null, document.ToBytes());
                bucket.Invoke("PutBucketLifecycle", null, Encoding.UTF8.GetBytes(Document.Parse(document.ToBytes()).ToString()));
                Equal(text, bucket.Invoke("GetBucketLifecycle").Text("Rule.Prefix"));
            }
        });
        // What indents is not a text.
        var indented = Document.Parse(Encoding.UTF8.GetBytes("<a>\n  <b> </b>\n  <c>x <d/> </c>&#13;\n</a>"));
        Equal("", indented.Get(""));
        Equal(" ", indented.Get("b"));
        Equal("x  ", indented.Get("c"));
        // In numbers and times the blanks do not matter.
        Operations.InBucket("indented", bucket =>
        {
            const string Text = "<LifecycleConfiguration>\\n <Rule>\\n <Expiration>\\n <Days>\\n 3 </Days>\\n <Date> </Date>\\n </Expiration>\\n "
                + "<AtimeBase>\\n</AtimeBase>\\n <Prefix> a</Prefix></Rule>\\n</LifecycleConfiguration>";
            Admin("POST", "/_local/rules", "{\"bucket\":\"" + bucket.Name + "\",\"action\":{\"type\":\"status\",\"status\":200,\"raw_body\":\"" + Text + "\"}}");
            var rule = bucket.GetBucketLifecycle().Rules.Single();
            Check(rule.Expiration.Days == 3 && rule.Expiration.Date == null && rule.AtimeBase == null && rule.Prefix == " a", "blanks");
        });
    }

    internal static void TimesAreWhole()
    {
        Operations.InBucket("times", bucket =>
        {
            Func<string, DateTimeOffset?> read = text =>
            {
                string body = "<LifecycleConfiguration><Rule><Expiration><CreatedBeforeDate>" + text
                    + "</CreatedBeforeDate></Expiration></Rule></LifecycleConfiguration>";
                Admin("POST", "/_local/rules", "{\"bucket\":\"" + bucket.Name + "\",\"action\":{\"type\":\"status\",\"status\":200,\"raw_body\":\"" + body + "\"}}");
                return bucket.GetBucketLifecycle().Rules.Single().Expiration.CreatedBeforeDate;
            };
            var day = new DateTimeOffset(2024, 12, 31, 0, 0, 0, TimeSpan.Zero);
            foreach (string good in new[] { "2024-12-31T00:00:00.000Z", "2024-12-31T00:00:00Z", " 2024-12-31 ", "2024-12-31T08:00:00+08:00", "2024-12-31T00:00:00" })
            {
                Equal(day, read(good).Value, good);
            }
            foreach (string bad in new[] { "12:00", "31", "Dec 31", "12/31/2024", "2024-12-32", "Tuesday", "2024-12-31T00:00:00Zx" })
            {
                Fails(OssStatus.BadResponse, () => read(bad));
            }
        });
    }

    internal static void WhatCannotBeWrittenIsNamed()
    {
        using (var bucket = Bucket())
        {
            Action<string, Action> refused = (path, put) =>
            {
                string words = Fails(OssStatus.InvalidArgument, put).Message;
                Check(words.StartsWith("`" + path + "`"), words);
            };
            Func<string, CorsConfiguration> cors = origin =>
                new CorsConfiguration { Rules = { new CorsRule(), new CorsRule { AllowedOrigins = { "*", origin } } } };
            foreach (string bad in new[] { "\u0001", "a\ud800b", "\udc00", "\uffff" })
            {
                refused("CORSRule[1].AllowedOrigin[1]", () => bucket.PutBucketCors(cors(bad)));
                refused("TagSet.Tag.Value", () => bucket.PutBucketTags(new Tagging { Tags = { new Tag("a", bad) } }));
                refused("Rule.Prefix", () => new Document("A").Set("Rule.Prefix", bad));
            }
            refused("policy", () => bucket.PutBucketPolicy("{\"Version\":\"\ud800\"}"));
            refused("text", () => bucket.PutObject("key", "a\ud800b"));
            refused("text", () => Failures.Wait(bucket.PutObjectAsync("key", "\udc00")));
            string key = Key();
            bucket.PutObject(key, "\ud83d\ude00");
            Equal(4L, bucket.HeadObject(key).ContentLength);
            Equal(0, Requests("cors").Count);
        }
    }

    internal static void NullInListsIsNamed()
    {
        using (var bucket = Bucket())
        {
            Action<string, Action> isNull = (name, put) => Equal(name, Throws<ArgumentNullException>(put).ParamName);
            isNull("TagSet.Tag[1]", () => bucket.PutBucketTags(new Tagging { Tags = { new Tag("a", "b"), null } }));
            var origins = new CorsRule { AllowedOrigins = { null, "*" } };
            isNull("CORSRule[1].AllowedOrigin[0]", () => bucket.PutBucketCors(new CorsConfiguration { Rules = { new CorsRule(), origins } }));
            isNull("Rule[0]", () => Failures.Wait(bucket.PutBucketLifecycleAsync(new LifecycleConfiguration { Rules = { null } })));
            isNull("RefererList.Referer[0]", () => bucket.PutBucketReferer(new RefererConfiguration { Referers = { null } }));
            isNull("parts[1]", () => bucket.CompleteMultipartUpload("key", "id", new[] { new UploadedPart(1, "a"), null }));
            isNull("key", () => bucket.DeleteMultipleObjects(new string[] { null }));
        }
    }

    internal static void DocumentsAreEdited()
    {
        var document = new Document("InventoryConfiguration");
        Equal("InventoryConfiguration", document.RootName);
        document.Set("Id", "a<&>é");
        document.Set("OptionalFields.Field", "Size");
        document.Set("OptionalFields.Field[1]", "ETag");
        document.Set("Destination.OSSBucketDestination.Encryption.SSE-OSS", "");
        Equal("a<&>é", document.Get("Id"));
        Equal("", document.Get("OptionalFields"));
        Equal("ETag", document.Get("OptionalFields.Field[1]"));
        Equal(null, document.Get("OptionalFields.Field[2]"));
        Equal(null, document.Get("Nothing.At.All"));
        Equal(2, document.Count("OptionalFields.Field"));
        Equal(1, document.Count("Id"));
        Equal(0, document.Count("Nothing.At.All"));
        Fails(OssStatus.InvalidArgument, () => document.Set("OptionalFields.Field[3]", "x"));
        Fails(OssStatus.InvalidArgument, () => document.Set("New.Field[1]", "x"));
        Equal(null, document.Get("New"));
        Check(document.Remove("OptionalFields.Field") && !document.Remove("OptionalFields.Field[1]"), "removed");
        Equal("ETag", document.Get("OptionalFields.Field[0]"));
        document.Set("Id", "b");
        var copy = Document.Parse(document.ToBytes());
        Equal(document.ToString(), copy.ToString());
        Check(copy.ToString().Contains("<Id>b</Id>") && copy.ToString().Contains("SSE-OSS"), copy.ToString());
        foreach (string bad in new[] { "a b", "a..b", "a[", "a[-1]", "a[x]", "[0]", "<" })
        {
            Fails(OssStatus.InvalidArgument, () => document.Get(bad));
        }
        Fails(OssStatus.InvalidArgument, () => document.Set("Id", "\u0001"));
        Fails(OssStatus.InvalidArgument, () => new Document("1"));
        foreach (string bad in new[] { "", "text", "<a>", "<a/><b/>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>" })
        {
            Fails(OssStatus.BadResponse, () => Document.Parse(Encoding.UTF8.GetBytes(bad)));
        }
        Equal("path", Throws<ArgumentNullException>(() => document.Get(null)).ParamName);
        Equal("xml", Throws<ArgumentNullException>(() => Document.Parse(null)).ParamName);
        Equal("x&y", Document.Parse(Encoding.UTF8.GetBytes("<a xmlns='urn:b'><!-- c --><d><![CDATA[x&]]>y</d></a>")).Get("d"));
    }

    internal static void InvokeTakesDocumentsAndFields()
    {
        Operations.InBucket("invoke", bucket =>
        {
            var document = new Document("InventoryConfiguration");
            document.Set("Id", "report");
            document.Set("IsEnabled", "true");
            document.Set("Schedule.Frequency", "Daily");
            document.Set("IncludedObjectVersions", "All");
            document.Set("Destination.OSSBucketDestination.Format", "CSV");
            document.Set("Destination.OSSBucketDestination.Bucket", "acs:oss:::" + bucket.Name);
            document.Set("Destination.OSSBucketDestination.AccountId", "1");
            document.Set("Destination.OSSBucketDestination.RoleArn", "acs:ram::1:role/AliyunOSSRole");
            var id = new CallOptions { Query = { ["inventoryId"] = "report" } };
            bucket.Invoke("PutBucketInventory", null, document.ToBytes(), id);
            var got = Document.Parse(bucket.InvokeAsync("GetBucketInventory", null, null, id).Result.Body);
            Equal("Daily", got.Get("Schedule.Frequency"));

            bucket.Invoke("PutBucketRequestPayment", null, null, new CallOptions { Fields = { ["Payer"] = "Requester" } });
            Equal("Requester", bucket.Invoke("GetBucketRequestPayment").Text("Payer"));
            var fields = new CallOptions
            {
                Fields =
                {
                    { "Rule[0].ID", "one" },
                    { "Rule[0].Prefix", "x" },
                    { "Rule[0].Status", "Enabled" },
                    { "Rule[0].Expiration.Days", "30" },
                },
            };
            bucket.Invoke("PutBucketLifecycle", null, null, fields);
            Equal(30L, bucket.GetBucketLifecycle().Rules.Single().Expiration.Days.Value);
            // The last answer, changed by a field.
            var answer = bucket.Invoke("GetBucketLifecycle");
            Equal(1, answer.Count("Rule"));
            Equal("30", answer.Text("Rule[0].Expiration.Days"));
            var changes = new CallOptions { Fields = { ["Rule[0].Expiration.Days"] = "31", ["Rule[0].ID"] = null } };
            bucket.Invoke("PutBucketLifecycle", null, answer.Body, changes);
            Equal(31L, bucket.GetBucketLifecycle().Rules.Single().Expiration.Days.Value);
            Fails(OssStatus.InvalidArgument, () => bucket.Invoke("PutBucketLifecycle", null, null, new CallOptions { Fields = { ["a[5]"] = "b" } }));
            Fails(OssStatus.InvalidArgument, () => bucket.Invoke("PutBucketLifecycle", null, null, new CallOptions { Fields = { ["a["] = "b" } }));
            Equal("path", Throws<ArgumentNullException>(() => answer.Text(null)).ParamName);
            Equal("path", Throws<ArgumentNullException>(() => answer.Count(null)).ParamName);
            using (var service = new Service(Options()))
            {
                var block = new CallOptions { Fields = { ["BlockPublicAccess"] = "false" } };
                service.Invoke("PutPublicAccessBlock", null, block);
                Equal("false", service.Invoke("GetPublicAccessBlock").Text("BlockPublicAccess"));
            }
        });
    }
}
