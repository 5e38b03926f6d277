"""Alibaba Cloud's Python SDK `oss2`, unchanged, against the local server."""

import datetime
import os
import time

import oss2
import requests
from oss2 import models
from oss2.credentials import StaticCredentialsProvider

from checks import ODD_KEYS, Setting, check, finish, raised

SETTING = Setting()
PART = 100 * 1024
SOON = 600


def auth(*key):
    provider = StaticCredentialsProvider(*key)
    return {"v1": oss2.ProviderAuth, "v4": oss2.ProviderAuthV4}[SETTING.signature](provider)


def bucket_of(name, *key):
    return oss2.Bucket(auth(*(key or SETTING.key)), SETTING.endpoint, name, region=SETTING.region)


def bytes_of(length):
    return bytes(index % 251 for index in range(length))


def objects(bucket):
    for key in ODD_KEYS:
        data = key.encode() * 3
        put = bucket.put_object(key, data)
        check("put %r" % key, (put.status, len(put.etag), put.crc is not None), (200, 32, True))
        got = bucket.get_object(key)
        check("get %r" % key, got.read(), data)
        check("CRC of %r" % key, got.client_crc, got.server_crc)
    check("put nothing", bucket.put_object("empty", b"").status, 200)
    check("get nothing", bucket.get_object("empty").read(), b"")
    long = "k" * 1023
    bucket.put_object(long, "text as it comes")
    check("the longest key", bucket.get_object(long).read(), b"text as it comes")

    headers = {
        "Content-Type": "text/x-odd",
        "Cache-Control": "no-store",
        "x-oss-meta-colour": "red",
        "x-oss-storage-class": "IA",
    }
    put = bucket.put_object("described", bytes_of(1000), headers=headers)
    head = bucket.head_object("described")
    check("head: length", head.content_length, 1000)
    check("head: type", head.content_type, "text/x-odd")
    check("head: ETag", head.etag, put.etag)
    check("head: CRC", head.server_crc, put.crc)
    check("head: kind", head.object_type, "Normal")
    check("head: date", abs(head.last_modified - time.time()) < 100)
    for name in ["Cache-Control", "x-oss-meta-colour", "x-oss-storage-class"]:
        check("head: " + name, head.headers[name], headers[name])
    meta = bucket.get_object_meta("described")
    check("meta", (meta.content_length, meta.etag, meta.last_modified), (1000, put.etag, head.last_modified))
    bucket.update_object_meta("described", {"x-oss-meta-colour": "blue"})
    check("changed metadata", bucket.head_object("described").headers["x-oss-meta-colour"], "blue")
    check("exists", bucket.object_exists("described"))
    check("does not exist", bucket.object_exists("nothing"), False)

    check(
        "guessed type",
        bucket.put_object("page.html", b"<p>").status == 200 and bucket.head_object("page.html").content_type,
        "text/html",
    )
    overridden = bucket.get_object(
        "described", params={"response-content-type": "text/overridden", "response-cache-control": "max-age=7"}
    )
    check(
        "overridden headers",
        (overridden.content_type, overridden.headers["Cache-Control"]),
        ("text/overridden", "max-age=7"),
    )
    overridden.read()


def ranges(bucket):
    data = bytes_of(1000)
    bucket.put_object("ranges", data)
    for what, byte_range, wanted, header in [
        ("from to", (10, 19), data[10:20], "bytes 10-19/1000"),
        ("from", (990, None), data[990:], "bytes 990-999/1000"),
        ("last", (None, 7), data[-7:], "bytes 993-999/1000"),
    ]:
        got = bucket.get_object("ranges", byte_range=byte_range)
        check("range, " + what, (got.status, got.content_range, got.read()), (206, header, wanted))
    got = bucket.get_object("ranges", byte_range=(5, 5000))
    check("range beyond the end is ignored", (got.status, got.read()), (200, data))
    error = raised(
        oss2.exceptions.ServerError,
        bucket.get_object,
        "ranges",
        (5000, 6000),
        headers={"x-oss-range-behavior": "standard"},
    )
    check("range that cannot be", (error.status, error.code), (416, "InvalidRange"))

    bucket.put_object_from_file("file", __file__)
    path = os.environ["SCRATCH"] + "/fetched"
    bucket.get_object_to_file("file", path)
    with open(path, "rb") as fetched, open(__file__, "rb") as source:
        check("from file to file", fetched.read() == source.read())


def conditions(bucket):
    etag = bucket.put_object("conditional", b"1").etag
    raised(oss2.exceptions.NotModified, bucket.get_object, "conditional", headers={"If-None-Match": '"%s"' % etag})
    error = raised(oss2.exceptions.PreconditionFailed, bucket.get_object, "conditional", headers={"If-Match": '"0"'})
    check("If-Match", (error.status, error.details["Condition"]), (412, "If-Match"))
    past = oss2.http_date(time.time() - 86400)
    raised(oss2.exceptions.PreconditionFailed, bucket.get_object, "conditional", headers={"If-Unmodified-Since": past})
    check("If-Modified-Since", bucket.get_object("conditional", headers={"If-Modified-Since": past}).read(), b"1")
    error = raised(
        oss2.exceptions.ServerError, bucket.put_object, "conditional", b"2", headers={"x-oss-forbid-overwrite": "true"}
    )
    check("overwriting forbidden", (error.status, error.code), (409, "FileAlreadyExists"))
    check("not overwritten", bucket.get_object("conditional").read(), b"1")


def copies(bucket):
    for key in ODD_KEYS:
        bucket.put_object(key, key.encode(), headers={"x-oss-meta-colour": "red"})
        copied = bucket.copy_object(bucket.bucket_name, key, "copy of " + key)
        check("copy %r" % key, bucket.get_object("copy of " + key).read(), key.encode())
        check("ETag of the copy", copied.etag, bucket.head_object(key).etag)
    key = "copy of " + ODD_KEYS[0]
    check("metadata is copied", bucket.head_object(key).headers["x-oss-meta-colour"], "red")
    replaced = {"x-oss-metadata-directive": "REPLACE", "x-oss-meta-colour": "green"}
    bucket.copy_object(bucket.bucket_name, ODD_KEYS[0], key, headers=replaced)
    check("metadata is replaced", bucket.head_object(key).headers["x-oss-meta-colour"], "green")
    raised(oss2.exceptions.NoSuchKey, bucket.copy_object, bucket.bucket_name, "nothing", "copy")


def appends(bucket):
    first = bucket.append_object("appended", 0, b"one,", init_crc=0)
    check("first append", (first.next_position, first.crc is not None), (4, True))
    second = bucket.append_object("appended", first.next_position, b"two", init_crc=first.crc)
    check("second append", second.next_position, 7)
    check("appended", bucket.get_object("appended").read(), b"one,two")
    check("kind of appended", bucket.head_object("appended").object_type, "Appendable")
    error = raised(oss2.exceptions.PositionNotEqualToLength, bucket.append_object, "appended", 3, b"x")
    check("append elsewhere", (error.status, error.next_position), (409, 7))
    bucket.put_object("plain", b"x")
    raised(oss2.exceptions.ObjectNotAppendable, bucket.append_object, "plain", 1, b"x")


def properties(bucket):
    bucket.put_object("target", b"aim")
    check("default ACL", bucket.get_object_acl("target").acl, "default")
    for acl in [oss2.OBJECT_ACL_PUBLIC_READ, oss2.OBJECT_ACL_PRIVATE, oss2.OBJECT_ACL_DEFAULT]:
        bucket.put_object_acl("target", acl)
        check("ACL " + acl, bucket.get_object_acl("target").acl, acl)

    for key in ["target", ODD_KEYS[-1]]:
        bucket.put_object(key, b"aim")
        bucket.put_symlink(key, "link")
        check("target of the link", bucket.get_symlink("link").target_key, key)
        check("through the link", bucket.get_object("link").read(), b"aim")

    rule = oss2.models.TaggingRule()
    rule.add("owner", "me")
    rule.add("a b+c", "\u6587/=:")
    bucket.put_object_tagging("target", oss2.models.Tagging(rule))
    check("tags", bucket.get_object_tagging("target").tag_set.tagging_rule, rule.tagging_rule)
    bucket.delete_object_tagging("target")
    check("no tags", bucket.get_object_tagging("target").tag_set.tagging_rule, {})
    bucket.put_object("tagged", b"", headers={"x-oss-tagging": rule.to_query_string()})
    check("tags by header", bucket.get_object_tagging("tagged").tag_set.tagging_rule, rule.tagging_rule)
    check("number of tags", bucket.head_object("tagged").headers["x-oss-tagging-count"], "2")

    bucket.put_object("frozen", b"ice", headers={"x-oss-storage-class": "Archive"})
    error = raised(oss2.exceptions.ServerError, bucket.get_object, "frozen")
    check("frozen", (error.status, error.code), (403, "InvalidObjectState"))
    check("restore", bucket.restore_object("frozen").status, 202)
    raised(oss2.exceptions.RestoreAlreadyInProgress, bucket.restore_object, "frozen")
    while 'ongoing-request="true"' in bucket.head_object("frozen").headers["x-oss-restore"]:
        time.sleep(0.1)
    check("thawed", bucket.get_object("frozen").read(), b"ice")
    bucket.put_object("cold", b"ice", headers={"x-oss-storage-class": "ColdArchive"})
    config = models.RestoreConfiguration(2, models.RestoreJobParameters("Expedited"))
    check("restore with a tier", bucket.restore_object("cold", input=config).status, 202)


def multipart(bucket):
    data = bytes_of(3 * PART - 77)
    key = "parts/" + ODD_KEYS[2]
    upload = bucket.init_multipart_upload(key, headers={"x-oss-meta-colour": "red"}).upload_id
    parts = []
    for number in [1, 2, 3]:
        piece = data[(number - 1) * PART : number * PART]
        sent = bucket.upload_part(key, upload, number, piece)
        parts.append(models.PartInfo(number, sent.etag, size=len(piece), part_crc=sent.crc))
    listed = bucket.list_parts(key, upload)
    check(
        "list parts",
        [(part.part_number, part.etag, part.size) for part in listed.parts],
        [(part.part_number, part.etag, part.size) for part in parts],
    )
    check(
        "parts by pages", [part.part_number for part in oss2.PartIterator(bucket, key, upload, max_parts=1)], [1, 2, 3]
    )
    done = bucket.complete_multipart_upload(key, upload, parts)
    check("ETag of parts", done.etag.endswith("-3"))
    head = bucket.head_object(key)
    check(
        "object of parts",
        (head.content_length, head.object_type, head.headers["x-oss-meta-colour"]),
        (len(data), "Multipart", "red"),
    )
    check("content of parts", bucket.get_object(key).read() == data)

    target = "parts/copied"
    upload = bucket.init_multipart_upload(target).upload_id
    ranges = [(0, PART - 1), (PART, len(data) - 1)]
    copied = [
        bucket.upload_part_copy(bucket.bucket_name, key, byte_range, target, upload, number + 1)
        for number, byte_range in enumerate(ranges)
    ]
    check("copied parts", [part.size for part in bucket.list_parts(target, upload).parts], [PART, len(data) - PART])
    bucket.complete_multipart_upload(
        target,
        upload,
        [
            models.PartInfo(number + 1, part.etag, part_crc=part.crc, size=last - first + 1)
            for number, (part, (first, last)) in enumerate(zip(copied, ranges))
        ],
    )
    check("object of copied parts", bucket.get_object(target).read() == data)
    check("CRC of copied parts", bucket.head_object(target).server_crc, head.server_crc)

    odd = sorted("up/" + key for key in ODD_KEYS)
    uploads = {name: bucket.init_multipart_upload(name).upload_id for name in odd}
    listed = bucket.list_multipart_uploads(prefix="up/")
    check("list uploads", {one.key: one.upload_id for one in listed.upload_list}, uploads)
    paged = oss2.MultipartUploadIterator(bucket, prefix="up/", max_uploads=3)
    check("uploads by pages", [one.key for one in paged], odd)
    listed = bucket.list_multipart_uploads(prefix="up/a", delimiter="/")
    check(
        "uploads by delimiter", (listed.prefix_list, [one.key for one in listed.upload_list]), (["up/a/"], ["up/a+b c"])
    )
    for name, upload in uploads.items():
        bucket.abort_multipart_upload(name, upload)
    check("all uploads aborted", bucket.list_multipart_uploads().upload_list, [])
    error = raised(oss2.exceptions.NoSuchUpload, bucket.upload_part, odd[0], uploads[odd[0]], 1, b"x")
    check("upload is gone", error.details["UploadId"], uploads[odd[0]])

    path = os.environ["SCRATCH"] + "/large"
    with open(path, "wb") as file:
        file.write(data)
    store = oss2.ResumableStore(root=os.environ["SCRATCH"])
    oss2.resumable_upload(
        bucket, "resumable", path, store=store, multipart_threshold=PART, part_size=PART, num_threads=2
    )
    check("resumable upload", bucket.head_object("resumable").object_type, "Multipart")
    fetched = path + ".fetched"
    store = oss2.ResumableDownloadStore(root=os.environ["SCRATCH"])
    oss2.resumable_download(
        bucket, "resumable", fetched, store=store, multiget_threshold=PART, part_size=PART, num_threads=2
    )
    with open(fetched, "rb") as file:
        check("resumable download", file.read() == data)


def listings(bucket):
    for key in ODD_KEYS:
        bucket.put_object("odd/" + key, key.encode())
    odd = sorted(("odd/" + key for key in ODD_KEYS), key=str.encode)
    listed = bucket.list_objects(prefix="odd/")
    check("list", [one.key for one in listed.object_list], odd)
    check("list V2", [one.key for one in bucket.list_objects_v2(prefix="odd/").object_list], odd)
    first = listed.object_list[0]
    check(
        "what a listing says",
        (first.size, first.type, first.storage_class, len(first.etag)),
        (len(ODD_KEYS[0]), "Normal", "Standard", 32),
    )
    check("date in a listing", abs(first.last_modified - time.time()) < 100)
    check("owner in a listing", first.owner.id != "")
    with_owner = bucket.list_objects_v2(prefix="odd/", fetch_owner=True).object_list[0].owner
    check("owner in a listing, V2", with_owner.id, first.owner.id)
    check("no owner in a listing, V2", bucket.list_objects_v2(prefix="odd/").object_list[0].owner, None)
    for size in [1, 3, len(odd)]:
        check("pages of %d" % size, [one.key for one in oss2.ObjectIterator(bucket, prefix="odd/", max_keys=size)], odd)
        check(
            "pages of %d, V2" % size,
            [one.key for one in oss2.ObjectIteratorV2(bucket, prefix="odd/", max_keys=size)],
            odd,
        )
    prefixes = ["odd/a//b/", "odd/\u00e9\u6587\u4ef6/\U0001f600"]
    files = [key for key in odd if key not in prefixes]
    for version, call in [("", bucket.list_objects), (", V2", bucket.list_objects_v2)]:
        listed = call(prefix="odd/", delimiter="/")
        check("directories" + version, listed.prefix_list, ["odd/a/", "odd/\u00e9\u6587\u4ef6/"])
        check("files" + version, [one.key for one in listed.object_list], files)
        check("nothing" + version, call(prefix="no such").object_list, [])
    check(
        "start after",
        [one.key for one in bucket.list_objects_v2(prefix="odd/", start_after=odd[4]).object_list],
        odd[5:],
    )
    check("marker", [one.key for one in bucket.list_objects(prefix="odd/", marker=odd[4]).object_list], odd[5:])
    iterator = oss2.ObjectIterator(bucket, prefix="odd/", delimiter="/", max_keys=1)
    check(
        "directories by pages", [one.key for one in iterator if one.is_prefix()], ["odd/a/", "odd/\u00e9\u6587\u4ef6/"]
    )

    bucket.delete_object(odd[0])
    check("deleted", bucket.object_exists(odd[0]), False)
    check("deleted again", bucket.delete_object(odd[0]).status, 204)
    deleted = bucket.batch_delete_objects(odd)
    check("delete many", deleted.deleted_keys, odd)
    check("all are gone", bucket.list_objects(prefix="odd/").object_list, [])


def versions(bucket):
    bucket.put_bucket_versioning(models.BucketVersioningConfig("Enabled"))
    check("versioning", bucket.get_bucket_versioning().status, "Enabled")
    old = bucket.put_object("many", b"old").versionid
    new = bucket.put_object("many", b"newer").versionid
    marker = bucket.delete_object("many")
    check("delete marker", (marker.delete_marker, len({old, new, marker.versionid})), (True, 3))
    error = raised(oss2.exceptions.NoSuchKey, bucket.get_object, "many")
    check("hidden by a marker", error.headers["x-oss-delete-marker"], "true")
    check("old version", bucket.get_object("many", params={"versionId": old}).read(), b"old")
    check("head of a version", bucket.head_object("many", params={"versionId": new}).content_length, 5)
    bucket.put_object_acl("many", "private", params={"versionId": old})
    check("ACL of a version", bucket.get_object_acl("many", params={"versionId": old}).acl, "private")
    copied = bucket.copy_object(bucket.bucket_name, "many", "restored", params={"versionId": old})
    check(
        "copied version",
        (bucket.get_object("restored").read(), copied.headers["x-oss-copy-source-version-id"]),
        (b"old", old),
    )

    listed = bucket.list_object_versions(prefix="many")
    check(
        "versions",
        [(one.versionid, one.is_latest, one.size) for one in listed.versions],
        [(new, False, 5), (old, False, 3)],
    )
    check("markers", [(one.versionid, one.is_latest) for one in listed.delete_marker], [(marker.versionid, True)])
    page = bucket.list_object_versions(max_keys=2)
    check(
        "page of versions", (page.is_truncated, page.next_key_marker, page.next_versionid_marker), (True, "many", new)
    )
    page = bucket.list_object_versions(key_marker=page.next_key_marker, versionid_marker=page.next_versionid_marker)
    check(
        "next page of versions",
        [(one.key, one.versionid) for one in page.versions],
        [("many", old), ("restored", copied.versionid)],
    )

    for key in ODD_KEYS:
        bucket.put_object("v/" + key, b"")
    listed = bucket.list_object_versions(prefix="v/")
    check("versions of odd keys", {one.key for one in listed.versions}, {"v/" + key for key in ODD_KEYS})
    check("directories of versions", bucket.list_object_versions(prefix="v/a", delimiter="/").common_prefix, ["v/a/"])
    doomed = models.BatchDeleteObjectVersionList(
        [models.BatchDeleteObjectVersion(one.key, one.versionid) for one in listed.versions]
    )
    deleted = bucket.delete_object_versions(doomed).delete_versions
    check(
        "delete versions",
        {(one.key, one.versionid) for one in deleted},
        {(one.key, one.versionid) for one in listed.versions},
    )
    bucket.delete_object("many", params={"versionId": marker.versionid})
    check("without the marker", bucket.get_object("many").read(), b"newer")
    made = bucket.batch_delete_objects(["many"]).delete_versions[0]
    check("marker made by deleting many", (made.delete_marker, made.delete_marker_versionid != ""), (True, True))
    bucket.put_bucket_versioning(models.BucketVersioningConfig("Suspended"))
    check("suspended", bucket.put_object("null", b"").versionid, "null")


def presigned(bucket):
    for key in ODD_KEYS:
        for slash_safe in [False, True]:
            data = ("%r %s" % (key, slash_safe)).encode()
            put = requests.put(bucket.sign_url("PUT", key, SOON, slash_safe=slash_safe), data=data)
            check("presigned put of %r" % key, (put.status_code, "x-oss-hash-crc64ecma" in put.headers), (200, True))
            got = requests.get(bucket.sign_url("GET", key, SOON, slash_safe=slash_safe))
            check("presigned get of %r" % key, (got.status_code, got.content), (200, data))
    head = requests.head(bucket.sign_url("HEAD", ODD_KEYS[0], SOON))
    check("presigned head", (head.status_code, head.headers["x-oss-object-type"]), (200, "Normal"))
    headers = {"Content-Type": "text/x-odd", "x-oss-meta-colour": "red"}
    put = requests.put(bucket.sign_url("PUT", "signed", SOON, headers=headers), data=b"1", headers=headers)
    check("presigned put with headers", put.status_code, 200)
    put = requests.put(
        bucket.sign_url("PUT", "signed", SOON, headers=headers),
        data=b"1",
        headers={**headers, "x-oss-meta-colour": "blue"},
    )
    check(
        "presigned put with another header",
        (put.status_code, "<Code>SignatureDoesNotMatch</Code>" in put.text),
        (403, True),
    )
    got = requests.get(
        bucket.sign_url("GET", "signed", SOON, params={"response-content-disposition": "attachment; filename=a"})
    )
    check(
        "presigned get with a parameter",
        (got.content, got.headers["Content-Disposition"]),
        (b"1", "attachment; filename=a"),
    )
    check("metadata of presigned put", bucket.head_object("signed").headers["x-oss-meta-colour"], "red")
    check("wrong method", requests.put(bucket.sign_url("GET", "signed", SOON), data=b"2").status_code, 403)
    late = requests.get(
        bucket.sign_url("GET", "signed", -1 if SETTING.signature == "v1" else 1).replace(
            "x-oss-expires=1", "x-oss-expires=0"
        )
    )
    check("presigned too long ago", late.status_code, 403 if SETTING.signature == "v1" else 400)
    check("put with URL", bucket.put_object_with_url(bucket.sign_url("PUT", "by-url", SOON), b"url").status, 200)
    check("get with URL", bucket.get_object_with_url(bucket.sign_url("GET", "by-url", SOON)).read(), b"url")


def lifecycle(bucket):
    raised(oss2.exceptions.NoSuchLifecycle, bucket.get_bucket_lifecycle)
    tags = models.TaggingRule()
    tags.add("k", "v")
    rules = [
        models.LifecycleRule(
            "days",
            "logs/",
            expiration=models.LifecycleExpiration(days=30),
            abort_multipart_upload=models.AbortMultipartUpload(days=3),
            storage_transitions=[models.StorageTransition(days=10, storage_class="IA")],
            tagging=models.Tagging(tags),
        ),
        models.LifecycleRule(
            "date", "old/", status="Disabled", expiration=models.LifecycleExpiration(date=datetime.date(2030, 1, 2))
        ),
    ]
    bucket.put_bucket_lifecycle(models.BucketLifecycle(rules))
    first, second = bucket.get_bucket_lifecycle().rules
    check("lifecycle", (first.id, first.prefix, first.status, first.expiration.days), ("days", "logs/", "Enabled", 30))
    check("lifecycle: abort", first.abort_multipart_upload.days, 3)
    check("lifecycle: transition", [(one.days, one.storage_class) for one in first.storage_transitions], [(10, "IA")])
    check("lifecycle: tags", first.tagging.tag_set.tagging_rule, {"k": "v"})
    check("lifecycle: date", (second.status, second.expiration.date), ("Disabled", datetime.date(2030, 1, 2)))
    bucket.delete_bucket_lifecycle()
    raised(oss2.exceptions.NoSuchLifecycle, bucket.get_bucket_lifecycle)


def cors(bucket):
    raised(oss2.exceptions.NoSuchCors, bucket.get_bucket_cors)
    rule = models.CorsRule(["https://example.com"], ["GET", "PUT"], ["*"], ["x-oss-request-id"], 77)
    bucket.put_bucket_cors(models.BucketCors([rule]))
    got = bucket.get_bucket_cors().rules
    check("CORS", [vars(one) for one in got], [vars(rule)])
    asked = {"Origin": "https://example.com", "Access-Control-Request-Method": "PUT"}
    answer = requests.options(bucket.sign_url("GET", "any", SOON).split("?")[0], headers=asked)
    check("preflight", (answer.status_code, answer.headers["Access-Control-Max-Age"]), (200, "77"))
    bucket.delete_bucket_cors()
    raised(oss2.exceptions.NoSuchCors, bucket.get_bucket_cors)


def settings(bucket):
    check("bucket ACL", bucket.get_bucket_acl().acl, "private")
    bucket.put_bucket_acl("public-read")
    check("changed bucket ACL", bucket.get_bucket_acl().acl, "public-read")
    check("location", bucket.get_bucket_location().location, "oss-" + SETTING.region)

    bucket.put_bucket_logging(models.BucketLogging(bucket.bucket_name, "logs/"))
    got = bucket.get_bucket_logging()
    check("logging", (got.target_bucket, got.target_prefix), (bucket.bucket_name, "logs/"))
    bucket.delete_bucket_logging()
    check("no logging", bucket.get_bucket_logging().target_bucket, "")

    raised(oss2.exceptions.NoSuchWebsite, bucket.get_bucket_website)
    rule = models.RoutingRule(
        1,
        models.Condition("old/", 404),
        models.Redirect(redirect_type="External", host_name="example.com", http_redirect_code=302),
    )
    bucket.put_bucket_website(models.BucketWebsite("index.html", "error.html", [rule]))
    got = bucket.get_bucket_website()
    check("website", (got.index_file, got.error_file), ("index.html", "error.html"))
    check(
        "website: rule",
        (
            got.rules[0].rule_num,
            got.rules[0].condition.key_prefix_equals,
            got.rules[0].redirect.host_name,
            got.rules[0].redirect.http_redirect_code,
        ),
        (1, "old/", "example.com", 302),
    )
    bucket.delete_bucket_website()
    raised(oss2.exceptions.NoSuchWebsite, bucket.get_bucket_website)

    check(
        "referer", (bucket.get_bucket_referer().allow_empty_referer, bucket.get_bucket_referer().referers), (True, [])
    )
    bucket.put_bucket_referer(
        models.BucketReferer(False, ["http://example.com", "https://*.example.com"], True, ["http://bad.example.com"])
    )
    got = bucket.get_bucket_referer()
    check(
        "changed referer",
        (got.allow_empty_referer, got.referers, got.allow_truncate_query_string, got.black_referers),
        (False, ["http://example.com", "https://*.example.com"], True, ["http://bad.example.com"]),
    )
    bucket.put_bucket_referer(models.BucketReferer(True, []))

    raised(oss2.exceptions.NoSuchServerSideEncryptionRule, bucket.get_bucket_encryption)
    bucket.put_bucket_encryption(models.ServerSideEncryptionRule("KMS", "key-id", "SM4"))
    got = bucket.get_bucket_encryption()
    check("encryption", (got.sse_algorithm, got.kms_master_keyid, got.kms_data_encryption), ("KMS", "key-id", "SM4"))
    bucket.put_object("encrypted", b"")
    check("encrypted object", bucket.head_object("encrypted").headers["x-oss-server-side-encryption"], "KMS")
    bucket.delete_bucket_encryption()

    tags = models.TaggingRule()
    tags.add("team", "storage & more")
    bucket.put_bucket_tagging(models.Tagging(tags))
    check("bucket tags", bucket.get_bucket_tagging().tag_set.tagging_rule, {"team": "storage & more"})
    found = oss2.Service(bucket.auth, SETTING.endpoint, region=SETTING.region).list_buckets(
        params={"tag-key": "team", "tag-value": "storage & more"}
    )
    check("buckets by tag", [one.name for one in found.buckets], [bucket.bucket_name])
    bucket.delete_bucket_tagging()
    check("no bucket tags", bucket.get_bucket_tagging().tag_set.tagging_rule, {})

    raised(oss2.exceptions.NoSuchBucketPolicy, bucket.get_bucket_policy)
    policy = (
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject"],"Principal":["1234567890"],"Resource":["acs:oss:*:*:%s/*"]}]}'
        % bucket.bucket_name
    )
    bucket.put_bucket_policy(policy)
    check("policy", bucket.get_bucket_policy().policy, policy)
    bucket.delete_bucket_policy()
    raised(oss2.exceptions.NoSuchBucketPolicy, bucket.get_bucket_policy)

    check("payer", bucket.get_bucket_request_payment().payer, "BucketOwner")
    bucket.put_bucket_request_payment("Requester")
    check("changed payer", bucket.get_bucket_request_payment().payer, "Requester")
    bucket.put_bucket_request_payment("BucketOwner")
    bucket.put_bucket_acl("private")


def more_settings(bucket):
    bucket.put_bucket_transfer_acceleration("true")
    check("acceleration", bucket.get_bucket_transfer_acceleration().enabled, "true")
    bucket.put_bucket_access_monitor("Enabled")
    check("access monitor", bucket.get_bucket_access_monitor().access_monitor.status, "Enabled")
    bucket.put_bucket_resource_group("rg-aekz")
    check("resource group", bucket.get_bucket_resource_group().resource_group_id, "rg-aekz")
    bucket.put_bucket_archive_direct_read(True)
    check("archive direct read", bucket.get_bucket_archive_direct_read().enabled, True)
    bucket.put_bucket_https_config(models.BucketTlsVersion(True, ["TLSv1.2", "TLSv1.3"]))
    got = bucket.get_bucket_https_config()
    check("TLS versions", (got.tls_enabled, got.tls_version), (True, ["TLSv1.2", "TLSv1.3"]))
    bucket.put_bucket_public_access_block(True)
    check("public access block", bucket.get_bucket_public_access_block().block_public_access, True)
    bucket.delete_bucket_public_access_block()
    check("no public access block", bucket.get_bucket_public_access_block().block_public_access, False)

    bucket.put_bucket_style("small", "image/resize,w_100")
    got = bucket.get_bucket_style("small")
    check("style", (got.name, got.content), ("small", "image/resize,w_100"))
    check("styles", [one.name for one in bucket.list_bucket_style().styles], ["small"])
    bucket.delete_bucket_style("small")
    check("no styles", bucket.list_bucket_style().styles, [])

    token = bucket.create_bucket_cname_token("img.example.com")
    check("CNAME token", bucket.get_bucket_cname_token("img.example.com").token, token.token)
    bucket.put_bucket_cname(models.PutBucketCnameRequest("img.example.com"))
    check("CNAMEs", [one.domain for one in bucket.list_bucket_cname().cname], ["img.example.com"])
    bucket.delete_bucket_cname("img.example.com")
    check("no CNAMEs", bucket.list_bucket_cname().cname, [])

    worm = bucket.init_bucket_worm(1).worm_id
    got = bucket.get_bucket_worm()
    check("worm", (got.worm_id, got.state, got.retention_period_days), (worm, "InProgress", 1))
    bucket.complete_bucket_worm(worm)
    bucket.extend_bucket_worm(worm, 2)
    got = bucket.get_bucket_worm()
    check("extended worm", (got.state, got.retention_period_days), ("Locked", 2))


def inventories(bucket):
    destination = models.InventoryDestination(
        models.InventoryBucketDestination(
            account_id="1234567890",
            role_arn="acs:ram::1234567890:role/r",
            bucket=bucket.bucket_name,
            inventory_format="CSV",
            prefix="inventory/",
        )
    )
    wanted = models.InventoryConfiguration(
        inventory_id="daily",
        is_enabled=True,
        included_object_versions="All",
        inventory_filter=models.InventoryFilter("data/"),
        inventory_destination=destination,
        inventory_schedule=models.InventorySchedule("Daily"),
        optional_fields=["Size", "ETag"],
    )
    bucket.put_bucket_inventory_configuration(wanted)
    got = bucket.get_bucket_inventory_configuration("daily")
    check(
        "inventory",
        (
            got.inventory_id,
            got.is_enabled,
            got.inventory_filter.prefix,
            got.inventory_schedule.frequency,
            got.optional_fields,
        ),
        ("daily", True, "data/", "Daily", ["Size", "ETag"]),
    )
    check("inventory: destination", got.inventory_destination.bucket_destination.bucket, bucket.bucket_name)
    check(
        "inventories",
        [one.inventory_id for one in bucket.list_bucket_inventory_configurations().inventory_configurations],
        ["daily"],
    )
    bucket.delete_bucket_inventory_configuration("daily")
    raised(oss2.exceptions.NoSuchInventory, bucket.get_bucket_inventory_configuration, "daily")


def descriptions(bucket):
    bucket.put_object("one", b"12345")
    bucket.put_object("two", b"123", headers={"x-oss-storage-class": "IA"})
    bucket.init_multipart_upload("three")
    stat = bucket.get_bucket_stat()
    check("stat", (stat.object_count, stat.storage_size_in_bytes, stat.multi_part_upload_count), (2, 8, 1))
    check(
        "stat by class",
        (stat.standard_object_count, stat.infrequent_access_object_count, stat.infrequent_access_storage),
        (1, 1, 3),
    )
    info = bucket.get_bucket_info()
    check(
        "info",
        (info.name, info.location, info.storage_class, info.acl.grant),
        (bucket.bucket_name, "oss-" + SETTING.region, "Standard", "private"),
    )
    check(
        "info: more",
        (info.data_redundancy_type, info.access_monitor, info.versioning_status),
        ("LRS", "Disabled", None),
    )
    check(
        "info: endpoints",
        (info.extranet_endpoint, info.intranet_endpoint),
        ("oss-%s.aliyuncs.com" % SETTING.region, "oss-%s-internal.aliyuncs.com" % SETTING.region),
    )


def service(names):
    service = oss2.Service(auth(*SETTING.key), SETTING.endpoint, region=SETTING.region)
    listed = service.list_buckets()
    check("buckets", [one.name for one in listed.buckets], names)
    first = listed.buckets[0]
    check(
        "what the list of buckets says",
        (first.location, first.storage_class, first.region),
        ("oss-" + SETTING.region, "Standard", SETTING.region),
    )
    check("buckets by pages", [one.name for one in oss2.BucketIterator(service, max_keys=2)], names)
    check("buckets by prefix", [one.name for one in service.list_buckets(prefix=names[-1]).buckets], [names[-1]])
    regions = service.describe_regions("oss-" + SETTING.region).regions
    check(
        "regions",
        [(one.region, one.internet_endpoint) for one in regions],
        [("oss-" + SETTING.region, "oss-%s.aliyuncs.com" % SETTING.region)],
    )


def temporary(bucket):
    bucket = bucket_of(bucket.bucket_name, *SETTING.temporary_key)
    bucket.put_object("temporary", b"token")
    check("with a token", bucket.get_object("temporary").read(), b"token")
    check("presigned with a token", requests.get(bucket.sign_url("GET", "temporary", SOON)).content, b"token")
    wrong = bucket_of(bucket.bucket_name, *SETTING.temporary_key[:2], "wrong")
    error = raised(oss2.exceptions.ServerError, wrong.get_object, "temporary")
    check("wrong token", (error.status, error.code), (403, "InvalidSecurityToken"))


def errors(bucket):
    for call in [bucket.get_object, bucket.get_object_acl]:
        error = raised(oss2.exceptions.NoSuchKey, call, "nothing")
        check(
            "missing object",
            (error.status, error.code, error.ec, error.details["Key"]),
            (404, "NoSuchKey", "0026-00000001", "nothing"),
        )
        check("request id", (len(error.request_id), error.details["RequestId"]), (24, error.request_id))
        check("host", error.details["HostId"] != "" and error.message, "The specified key does not exist.")
    error = raised(oss2.exceptions.NotFound, bucket.head_object, "nothing")
    check(
        "missing object, HEAD",
        (error.status, error.code, error.ec, len(error.request_id)),
        (404, "NoSuchKey", "0026-00000001", 24),
    )
    error = raised(oss2.exceptions.NoSuchBucket, bucket_of("no-such-bucket").list_objects)
    check(
        "missing bucket",
        (error.status, error.ec, error.details["BucketName"]),
        (404, "0015-00000101", "no-such-bucket"),
    )
    error = raised(
        oss2.exceptions.ServerError, bucket_of(bucket.bucket_name, SETTING.key[0], "wrong").get_object, "any"
    )
    check("wrong secret", (error.status, error.code, error.ec), (403, "SignatureDoesNotMatch", "0002-00000040"))
    error = raised(
        oss2.exceptions.AccessDenied,
        oss2.Bucket(oss2.AnonymousAuth(), SETTING.endpoint, bucket.bucket_name).put_object,
        "any",
        b"",
    )
    check("anonymous", (error.status, error.code), (403, "AccessDenied"))
    error = raised(oss2.exceptions.ServerError, bucket_of(bucket.bucket_name, "unknown", "wrong").get_object, "any")
    check("unknown key", (error.status, error.code), (403, "InvalidAccessKeyId"))
    bucket.put_object("any", b"")
    error = raised(oss2.exceptions.ServerError, bucket.delete_bucket)
    check("bucket in use", (error.status, error.code), (409, "BucketNotEmpty"))
    with SETTING.spoilt_crc("PutObject"):
        raised(oss2.exceptions.InconsistentError, bucket.put_object, "spoilt", b"x")


def remove(bucket):
    for upload in oss2.MultipartUploadIterator(bucket):
        bucket.abort_multipart_upload(upload.key, upload.upload_id)
    listed = bucket.list_object_versions(max_keys=1000)
    for one in listed.versions + listed.delete_marker:
        bucket.delete_object(one.key, params={"versionId": one.versionid})
    check("delete bucket", bucket.delete_bucket().status, 204)
    error = raised(oss2.exceptions.NoSuchBucket, bucket.get_bucket_info)
    check("bucket is gone", error.status, 404)


AREAS = [
    objects,
    ranges,
    conditions,
    copies,
    appends,
    properties,
    multipart,
    listings,
    versions,
    presigned,
    lifecycle,
    cors,
    settings,
    more_settings,
    inventories,
    descriptions,
    temporary,
    errors,
]


def main():
    buckets = [
        bucket_of("oss2-%02d-%s" % (number, area.__name__.replace("_", "-"))) for number, area in enumerate(AREAS)
    ]
    for bucket in buckets:
        bucket.create_bucket(oss2.BUCKET_ACL_PRIVATE, models.BucketCreateConfig("Standard", "LRS"))
    service([bucket.bucket_name for bucket in buckets])
    for area, bucket in zip(AREAS, buckets):
        area(bucket)
        remove(bucket)
    finish()


main()
