// Settings of the bucket as structs: what is put comes back. Compiled with sanitizers.
//
//     settings BUCKET

#include "check.hpp"

namespace {

void lifecycle(const oss::bucket &bucket) {
    FAILS(OSS_NOT_FOUND, bucket.get_bucket_lifecycle());
    oss::lifecycle_configuration given;
    oss::lifecycle_rule &logs = given.rules.emplace_back();
    logs.id = "logs";
    logs.prefix = "logs/";
    logs.status = "Enabled";
    logs.tags = {{"keep", "no"}, {"empty", ""}};
    logs.expiration.emplace().days = 30;
    oss::lifecycle_transition &cold = logs.transitions.emplace_back();
    cold.days = 10;
    cold.storage_class = "IA";
    cold.is_access_time = false;
    logs.filter.emplace().object_size_greater_than = 500;
    logs.filter->exempt.emplace_back().prefix = "logs/audit/";
    oss::lifecycle_rule &all = given.rules.emplace_back();
    all.status = "Disabled";
    all.abort_multipart_upload.emplace().created_before_date = "2030-01-01T00:00:00.000Z";
    bucket.put_bucket_lifecycle(given).value();

    const oss::lifecycle_configuration got = bucket.get_bucket_lifecycle().value();
    CHECK(got.rules.size() == 2);
    CHECK(got.rules[0].id == "logs" && got.rules[0].expiration->days == 30 && got.rules[0].tags.size() == 2);
    CHECK(got.rules[0].tags[0].value == "no" && got.rules[0].tags[1].key == "empty");
    CHECK(got.rules[0].transitions.at(0).storage_class == "IA" && got.rules[0].transitions[0].is_access_time == false);
    CHECK(!got.rules[0].transitions[0].allow_small_file && !got.rules[0].abort_multipart_upload);
    CHECK(got.rules[0].filter->object_size_greater_than == 500 && got.rules[0].filter->exempt.at(0).prefix == "logs/audit/");
    CHECK(got.rules[1].prefix.empty() && got.rules[1].transitions.empty() && !got.rules[1].expiration);
    CHECK(got.rules[1].abort_multipart_upload->created_before_date == "2030-01-01T00:00:00.000Z");

    bucket.put_bucket_lifecycle(got).value(); // what is read can be written
    CHECK(bucket.get_bucket_lifecycle().value().rules[0].transitions[0].days == 10);
    bucket.delete_bucket_lifecycle().value();
    FAILS(OSS_NOT_FOUND, bucket.get_bucket_lifecycle());
}

// Blanks and line ends are part of a text; what is not UTF-8 is refused.
void texts(const oss::bucket &bucket) {
    oss::lifecycle_configuration given;
    oss::lifecycle_rule &rule = given.rules.emplace_back();
    rule.status = "Enabled";
    rule.expiration.emplace().days = 1;
    for (const char *text : {" ", "\t", "\n", "\r", "\r\n", " a\rb\n\tc "}) {
        rule.prefix = text;
        bucket.put_bucket_lifecycle(given).value();
        bucket.put_bucket_lifecycle(bucket.get_bucket_lifecycle().value()).value();
        CHECK(bucket.get_bucket_lifecycle().value().rules.at(0).prefix == text);
    }
    rule.prefix = "logs\xff/";
    FAILS(OSS_INVALID_ARGUMENT, bucket.put_bucket_lifecycle(given));
    bucket.delete_bucket_lifecycle().value();
}

void cors(const oss::bucket &bucket) {
    oss::cors_configuration given;
    given.response_vary = true;
    oss::cors_rule &rule = given.rules.emplace_back();
    rule.allowed_origins = {"https://a.example", "https://b.example"};
    rule.allowed_methods = {"GET", "PUT"};
    rule.max_age_seconds = 60;
    bucket.put_bucket_cors(given).value();
    const auto got = bucket.get_bucket_cors().value();
    CHECK(got.response_vary == true && got.rules.at(0).allowed_origins.at(1) == "https://b.example");
    CHECK(got.rules[0].allowed_methods.size() == 2 && got.rules[0].max_age_seconds == 60);
    CHECK(got.rules[0].expose_headers.empty());
    bucket.delete_bucket_cors().value();
}

void website(const oss::bucket &bucket) {
    oss::website_configuration given;
    given.index_document.emplace().suffix = "index.html";
    given.error_document.emplace().key = "error.html";
    oss::routing_rule &rule = given.routing_rules.emplace_back();
    rule.rule_number = 1;
    rule.condition.emplace().key_prefix_equals = "old/";
    rule.redirect.emplace().redirect_type = "Mirror";
    rule.redirect->mirror_url = "https://origin.example/";
    rule.redirect->mirror_headers.emplace().set = {{"x-from", "mirror"}};
    bucket.put_bucket_website(given).value();
    const auto got = bucket.get_bucket_website().value();
    CHECK(got.index_document->suffix == "index.html" && got.error_document->key == "error.html");
    CHECK(got.routing_rules.at(0).rule_number == 1 && got.routing_rules[0].condition->key_prefix_equals == "old/");
    CHECK(got.routing_rules[0].redirect->mirror_headers->set.at(0).value == "mirror");
    bucket.delete_bucket_website().value();
}

void access(const oss::bucket &bucket) {
    bucket.put_bucket_acl(OSS_ACL_PUBLIC_READ).value();
    const auto of_bucket = bucket.get_bucket_acl().value();
    CHECK(of_bucket.grant == OSS_ACL_PUBLIC_READ && !of_bucket.owner_id.empty() && !of_bucket.owner_name.empty());
    bucket.put_bucket_acl(OSS_ACL_PRIVATE).value();
    bucket.put_object("object", "content").value();
    CHECK(bucket.get_object_acl("object").value().grant == OSS_ACL_DEFAULT);
    CHECK(FAILS(OSS_NOT_FOUND, bucket.get_object_acl("missing")).http_status == 404);
    bucket.delete_object("object").value();
}

void the_others(const oss::bucket &bucket) {
    oss::referer_configuration referer;
    referer.allow_empty_referer = true;
    bucket.put_bucket_referer(referer).value(); // no list: everybody
    CHECK(bucket.get_bucket_referer().value().referers.empty());
    referer.referers = {"https://*.example"};
    bucket.put_bucket_referer(referer).value();
    CHECK(bucket.get_bucket_referer().value().referers.at(0) == "https://*.example");
    CHECK(bucket.get_bucket_referer().value().allow_empty_referer == true);

    oss::logging_configuration logging;
    logging.logging_enabled.emplace().target_bucket = "examplebucket";
    bucket.put_bucket_logging(logging).value();
    CHECK(bucket.get_bucket_logging().value().logging_enabled->target_bucket == "examplebucket");
    bucket.put_bucket_logging({}).value();
    CHECK(!bucket.get_bucket_logging().value().logging_enabled);
    bucket.delete_bucket_logging().value();

    oss::encryption_configuration encryption;
    encryption.algorithm = "AES256";
    bucket.put_bucket_encryption(encryption).value();
    CHECK(bucket.get_bucket_encryption().value().algorithm == "AES256");
    bucket.delete_bucket_encryption().value();

    CHECK(bucket.get_bucket_versioning().value().status.empty());
    oss::versioning_configuration versioning;
    versioning.status = "Enabled";
    bucket.put_bucket_versioning(versioning).value();
    CHECK(bucket.get_bucket_versioning().value().status == "Enabled");

    const oss::names_and_values tags = {{"project", "tests"}, {"empty", ""}};
    bucket.put_bucket_tags(tags).value();
    CHECK(bucket.get_bucket_tags().value() == tags);
    bucket.delete_bucket_tags().value();

    const std::string policy = R"({"Version":"1","Statement":[{"Effect":"Allow","Principal":["*"],)"
                               R"("Action":["oss:GetObject"],"Resource":["acs:oss:*:*:examplebucket/*"]}]})";
    bucket.put_bucket_policy(policy).value();
    oss::call call;
    CHECK(bucket.get_bucket_policy(call).value() == policy && call.text("Statement[0].Action[0]") == "oss:GetObject");
    bucket.delete_bucket_policy().value();
}

// A document with elements that no struct knows, and with known ones that are empty, in each place: what was read is put back
// whole, also after a change. The order of elements says nothing.
struct settings {
    const char *put, *get, *document;
    std::vector<const char *> pieces; // what has to be in the document still
};

std::string stored(const oss::bucket &bucket, const settings &one) {
    oss::call call;
    bucket.invoke(one.get, nullptr, nullptr, call).value();
    return call.body();
}

[[noreturn]] void lost(const std::string &before, const std::string &after, const char *what) {
    std::fprintf(stderr, "%s is not in both:\n%s\n%s\n", what, before.c_str(), after.c_str());
    std::exit(1);
}

template <class Get, class Put>
void keeps(const oss::bucket &bucket, const settings &one, const Get &get, const Put &put) {
    bucket.invoke(one.put, nullptr, one.document, {}).value();
    const std::string before = stored(bucket, one);
    for (int round = 0; round < 2; round++) {
        put(get());
        const std::string after = stored(bucket, one);
        for (const char *piece : one.pieces)
            if (!contains(before, piece) || !contains(after, piece))
                lost(before, after, piece);
        if (after.size() != before.size())
            lost(before, after, "size");
    }
}

void unknown_elements(const oss::bucket &bucket) {
    keeps(
        bucket,
        {"PutBucketCors", "GetBucketCors",
         "<CORSConfiguration><New/><CORSRule><AllowedOrigin>http://a</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule>"
         "<CORSRule><AllowedOrigin>http://b</AllowedOrigin><AllowedMethod>GET</AllowedMethod><New><Deep>1</Deep><Deep>2</Deep>"
         "</New><New>3</New></CORSRule></CORSConfiguration>",
         {"<New><Deep>1</Deep><Deep>2</Deep></New><New>3</New></CORSRule>"}},
        [&] { return bucket.get_bucket_cors().value(); },
        [&](auto value) {
            CHECK(value.rules.at(0).others.empty() && !value.rules.at(1).others.empty() && !value.others.empty());
            bucket.put_bucket_cors(value).value();
        });
    // What is unknown goes with its rule.
    auto cors = bucket.get_bucket_cors().value();
    cors.rules.erase(cors.rules.begin());
    bucket.put_bucket_cors(cors).value();
    cors = bucket.get_bucket_cors().value();
    CHECK(cors.rules.size() == 1 && !cors.rules[0].others.empty());
    cors.rules[0].others.clear();
    bucket.put_bucket_cors(cors).value();
    CHECK(bucket.get_bucket_cors().value().rules.at(0).others.empty());
    keeps(
        bucket,
        {"PutBucketLifecycle", "GetBucketLifecycle",
         "<LifecycleConfiguration><Rule><ID>a</ID><Prefix>p/</Prefix><Status>Enabled</Status><Tag><Key>k</Key><Value>v</Value><New>"
         "1</New></Tag><Expiration><Days>9</Days><New>2</New></Expiration><Filter><ObjectSizeGreaterThan>5</ObjectSizeGreaterThan>"
         "<New>3</New></Filter><AbortMultipartUpload><Days>3</Days><New>4</New></AbortMultipartUpload><New>5</New></Rule>"
         "<New>6</New></LifecycleConfiguration>",
         {"<New>1</New>", "<New>2</New>", "<New>3</New>", "<New>4</New>", "<New>5</New>", "<New>6</New>"}},
        [&] { return bucket.get_bucket_lifecycle().value(); },
        [&](auto value) { bucket.put_bucket_lifecycle(value).value(); });
    keeps(
        bucket,
        {"PutBucketReferer", "GetBucketReferer",
         "<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList><Referer>http://a</Referer><New>1</New>"
         "</RefererList><RefererBlacklist/><New>2</New></RefererConfiguration>",
         {"<New>1</New>", "<New>2</New>"}},
        [&] { return bucket.get_bucket_referer().value(); },
        [&](auto value) { bucket.put_bucket_referer(value).value(); });
    keeps(
        bucket,
        {"PutBucketLogging", "GetBucketLogging",
         "<BucketLoggingStatus><LoggingEnabled><TargetBucket>examplebucket</TargetBucket><TargetPrefix></TargetPrefix>"
         "<LoggingRole></LoggingRole><New>1</New></LoggingEnabled><New>2</New></BucketLoggingStatus>",
         {"<New>1</New>", "<New>2</New>"}},
        [&] { return bucket.get_bucket_logging().value(); },
        [&](auto value) { bucket.put_bucket_logging(value).value(); });
    keeps(
        bucket,
        {"PutBucketEncryption", "GetBucketEncryption",
         "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>KMS</SSEAlgorithm><KMSMasterKeyID>"
         "</KMSMasterKeyID><New>1</New></ApplyServerSideEncryptionByDefault><New>2</New></ServerSideEncryptionRule>",
         {"<New>1</New>", "<New>2</New>"}},
        [&] { return bucket.get_bucket_encryption().value(); },
        [&](auto value) { bucket.put_bucket_encryption(value).value(); });
}

void unknown_elements_of_websites(const oss::bucket &bucket) {
    const settings website = {
        "PutBucketWebsite", "GetBucketWebsite",
        "<WebsiteConfiguration><IndexDocument><Suffix>i.html</Suffix><New>1</New></IndexDocument><ErrorDocument><Key>e</Key>"
        "<New>2</New></ErrorDocument><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Condition><KeyPrefixEquals>"
        "</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals><IncludeHeader><Key>h</Key><StartsWith>"
        "x</StartsWith></IncludeHeader><IncludeHeader><Key>h2</Key><New>3</New></IncludeHeader><New>4</New></Condition><Redirect>"
        "<RedirectType>Mirror</RedirectType><MirrorURL>http://m/</MirrorURL><MirrorHeaders><PassAll>true</PassAll><Set><Key>k"
        "</Key><Value></Value><New>5</New></Set><New>6</New></MirrorHeaders><ReplaceKeyPrefixWith></ReplaceKeyPrefixWith>"
        "<MirrorMultiAlternates><MirrorMultiAlternate><MirrorMultiAlternateNumber>1</MirrorMultiAlternateNumber><New>7</New>"
        "</MirrorMultiAlternate><New>8</New></MirrorMultiAlternates><New>9</New></Redirect><New>10</New></RoutingRule><New>11</New>"
        "</RoutingRules><New>12</New></WebsiteConfiguration>",
        {"<New>1</New>", "<New>2</New>", "<New>3</New>", "<New>4</New>", "<New>5</New>", "<New>6</New>", "<New>7</New>",
         "<New>8</New>", "<New>9</New>", "<New>10</New>", "<New>11</New>", "<New>12</New>"}};
    keeps(
        bucket, website, [&] { return bucket.get_bucket_website().value(); },
        [&](auto value) {
            CHECK(value.routing_rules.at(0).condition->include_headers.at(0).starts_with == "x");
            bucket.put_bucket_website(value).value();
        });
    // A field that came empty is what it is set to.
    auto changed = bucket.get_bucket_website().value();
    changed.routing_rules[0].condition->key_prefix_equals = "new/";
    bucket.put_bucket_website(changed).value();
    changed = bucket.get_bucket_website().value();
    CHECK(changed.routing_rules[0].condition->key_prefix_equals == "new/");
}

// A value is named by where it goes.
void named(const oss::bucket &bucket) {
    oss::cors_configuration cors;
    oss::cors_rule &rule = cors.rules.emplace_back();
    rule.allowed_origins = {"a", std::string("x\0y", 3)};
    rule.allowed_methods = {"GET"};
    auto why = FAILS(OSS_INVALID_ARGUMENT, bucket.put_bucket_cors(cors));
    CHECK(contains(why.text, "`value` of `CORSRule[0].AllowedOrigin[1]` is not UTF-8: a NUL stands at index 1"));
    why = FAILS(OSS_INVALID_ARGUMENT, bucket.put_object("k", "a\0b"));
    CHECK(contains(why.text, "`data` is NULL, and its length is 4") && contains(why.text, "has a NUL in it"));
    why = FAILS(OSS_INVALID_ARGUMENT, bucket.put_object("k", "v", oss::call().header("x-oss-meta-a", std::string("x\0y", 3))));
    CHECK(contains(why.text, "`value` of `x-oss-meta-a` is not UTF-8: a NUL stands at index 1"));
}

// A number that is not one is said to be so.
void unreadable(const oss::bucket &bucket) {
    const std::string document = "<WebsiteConfiguration><RoutingRules><RoutingRule><RuleNumber>soon</RuleNumber>"
                                 "</RoutingRule></RoutingRules></WebsiteConfiguration>";
    bucket.invoke("PutBucketWebsite", "", document, {}).value();
    const auto why = FAILS(OSS_BAD_RESPONSE, bucket.get_bucket_website());
    CHECK(contains(why.text, "RoutingRules.RoutingRule[0].RuleNumber") && contains(why.text, "soon"));
}

} // namespace

int main(int argc, char **argv) {
    CHECK(argc == 2);
    const auto bucket = create_bucket(argv[1]);
    lifecycle(bucket);
    texts(bucket);
    cors(bucket);
    website(bucket);
    access(bucket);
    the_others(bucket);
    unknown_elements(bucket);
    unknown_elements_of_websites(bucket);
    named(bucket);
    unreadable(bucket);
    return 0;
}
