// A tour of what OSS can do besides storing and fetching: parts, tags, copies, SQL, presigned URLs, settings of the bucket.
//
//     c++ -std=c++17 operations.cpp -lalioss -o operations && ./operations
//
// Reads OSS_ENDPOINT, OSS_REGION, OSS_BUCKET and, for test servers, OSS_CA_FILE from the environment; the library itself reads
// OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.

#include <oss.hpp>

#include <cstdlib>
#include <iostream>

using namespace std::chrono_literals;

// An object in parts, which may be sent by several threads, and again one by one if something fails.
static void upload_in_parts(const oss::bucket &bucket, const std::string &key) {
    const std::string content(150'000, 'x');
    const std::string id = bucket.initiate_multipart_upload(key).value();
    oss::call complete;
    for (int number = 1; number <= 3; number++) {
        oss::call part;
        bucket.upload_part(key, id, number, content, part).value();
        complete.part(number, part.etag(), static_cast<std::int64_t>(content.size()), part.crc64());
    }
    bucket.complete_multipart_upload(key, id, complete).value();
    std::cout << key << " has " << content.size() * 3 << " bytes in 3 parts\n";
}

static void tag_and_copy(const oss::bucket &bucket) {
    bucket.put_object_tagging("tour/big", {{"project", "tour"}, {"keep", "no"}}).value();
    bucket.copy_object("tour/copy", {"tour/big"}).value();
    for (const auto &[name, value] : bucket.get_object_tagging("tour/copy").value())
        std::cout << "tag " << name << " = " << value << '\n';
    bucket.put_object_acl("tour/copy", "private").value();
    std::cout << "ACL " << bucket.get_object_acl("tour/copy").value().grant << '\n';
    bucket.put_symlink("tour/link", "tour/big").value();
    std::cout << "the link leads to " << bucket.get_symlink("tour/link").value() << '\n';
}

static void ask_in_sql(const oss::bucket &bucket) {
    bucket.put_object("tour/people.csv", "name,age\nann,31\nbob,29\n").value();
    const auto header = [] { return oss::call().field("InputSerialization.CSV.FileHeaderInfo", "Use"); };
    const auto meta = bucket.create_select_object_meta("tour/people.csv", header()).value();
    std::cout << meta.rows << " rows, older than 30: "
              << bucket.select_object_to_string("tour/people.csv", "select name from ossobject where age > 30", header()).value();
}

// For somebody without keys.
static void hand_out(const oss::bucket &bucket) {
    const oss::presigned get = bucket.presign("GET", "tour/people.csv", 10min).value();
    std::cout << bucket.get_object_by_url_to_string(get.url).value().size() << " bytes by a presigned URL\n";
    const oss::post_form form = bucket.post_policy(10min, R"([["starts-with","$key","tour/"]])").value();
    std::cout << "a form of " << form.fields.size() << " fields and more\n";
}

// Any setting of the bucket: by its official name, and field by field.
static void expire(const oss::bucket &bucket) {
    oss::call put;
    put.field("Rule[0].ID", "tour").field("Rule[0].Prefix", "tour/").field("Rule[0].Status", "Enabled");
    put.field("Rule[0].Expiration.Days", "1");
    bucket.invoke("PutBucketLifecycle", "", "", put).value();
    oss::call get;
    bucket.invoke("GetBucketLifecycle", "", "", get).value();
    std::cout << get.count("Rule") << " rule, expires after " << get.text("Rule[0].Expiration.Days") << " day\n";
}

static void clean_up(const oss::bucket &bucket) {
    std::vector<oss::object_identifier> all;
    for (const oss::entry &entry : bucket.list_objects_v2("tour/").value())
        all.emplace_back(entry.name);
    for (const oss::entry &entry : bucket.delete_multiple_objects(all).value())
        std::cout << "deleted " << entry.name << '\n';
    std::cout << std::boolalpha << "is there: " << bucket.object_exists("tour/big").value() << '\n';
}

int main() try {
    oss::config config;
    if (const char *endpoint = std::getenv("OSS_ENDPOINT"))
        config.endpoint(endpoint);
    if (const char *region = std::getenv("OSS_REGION"))
        config.region(region);
    if (const char *ca_file = std::getenv("OSS_CA_FILE"))
        config.ca_file(ca_file);
    auto bucket = oss::bucket::open(config, std::getenv("OSS_BUCKET")).value();

    std::cout << "in " << bucket.get_bucket_location().value() << ", " << bucket.get_bucket_acl().value().grant << '\n';
    upload_in_parts(bucket, "tour/big");
    tag_and_copy(bucket);
    ask_in_sql(bucket);
    hand_out(bucket);
    expire(bucket);
    clean_up(bucket);
    return 0;
} catch (const oss::error &error) {
    std::cerr << error.what() << '\n';
    return 1;
}
