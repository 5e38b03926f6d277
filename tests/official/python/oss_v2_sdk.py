"""Alibaba Cloud's Python SDK `alibabacloud_oss_v2`, unchanged, against the local server."""

import datetime
import os
import time
import urllib.parse

import alibabacloud_oss_v2 as oss
import requests

from checks import ODD_KEYS, Setting, check, finish, raised

SETTING = Setting()
PART = 100 * 1024
SOON = datetime.timedelta(minutes=10)


def client_of(*key):
    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(*(key or SETTING.key))
    config.endpoint = SETTING.endpoint
    config.region = SETTING.region
    config.signature_version = SETTING.signature
    return oss.Client(config)


class Bucket:
    """The client's operations on one bucket, by the names of methods and without the names of their request types."""

    def __init__(self, name, *key):
        self.name = name
        self.client = client_of(*key)

    def request(self, operation, **fields):
        kind = "".join(word.capitalize() for word in operation.split("_")) + "Request"
        return getattr(oss, kind)(bucket=self.name, **fields)

    def __getattr__(self, operation):
        def call(**fields):
            return getattr(self.client, operation)(self.request(operation, **fields))

        call.__name__ = operation
        return call

    def pages(self, operation, **fields):
        return getattr(self.client, operation + "_paginator")().iter_page(self.request(operation, **fields))

    def presign(self, operation, **fields):
        return self.client.presign(self.request(operation, **fields), expires=SOON)

    def content(self, key, **fields):
        return self.get_object(key=key, **fields).body.content


def refused(call, **fields):
    """The service's answer to a call that has to fail."""
    return raised(oss.exceptions.OperationError, call, **fields).unwrap()


def bytes_of(length):
    return bytes(index % 251 for index in range(length))


def keys(listed):
    return [one.key for one in listed or []]


def tag_set(tags):
    return oss.TagSet(tags=[oss.Tag(key=key, value=value) for key, value in tags.items()])


def tags_in(got):
    return {one.key: one.value or "" for one in (got.tags or [])}


def objects(bucket):
    for key in ODD_KEYS:
        data = key.encode() * 3
        put = bucket.put_object(key=key, body=data)
        check("put %r" % key, (put.status_code, len(put.etag), len(put.request_id)), (200, 34, 24))
        got = bucket.get_object(key=key)
        check("get %r" % key, (got.body.content, got.hash_crc64), (data, put.hash_crc64))
    check("put nothing", bucket.put_object(key="empty", body=b"").status_code, 200)
    check("get nothing", bucket.content("empty"), b"")

    put = bucket.put_object(
        key="described",
        body=bytes_of(1000),
        content_type="text/x-odd",
        cache_control="no-store",
        metadata={"colour": "red"},
        storage_class="IA",
    )
    head = bucket.head_object(key="described")
    check("head: length", head.content_length, 1000)
    check("head: type", head.content_type, "text/x-odd")
    check("head: ETag", head.etag, put.etag)
    check("head: CRC", head.hash_crc64, put.hash_crc64)
    check("head: kind", (head.object_type, head.storage_class), ("Normal", "IA"))
    check("head: metadata", (head.cache_control, dict(head.metadata)), ("no-store", {"colour": "red"}))
    check("head: date", abs(head.last_modified.timestamp() - time.time()) < 100)
    meta = bucket.get_object_meta(key="described")
    check("meta", (meta.content_length, meta.etag, meta.last_modified), (1000, put.etag, head.last_modified))
    check("object exists", bucket.client.is_object_exist(bucket.name, "described"))
    check("object does not exist", bucket.client.is_object_exist(bucket.name, "nothing"), False)
    check("bucket exists", bucket.client.is_bucket_exist(bucket.name))
    check("bucket does not exist", bucket.client.is_bucket_exist("no-such-bucket"), False)

    bucket.put_object(key="page.html", body=b"<p>")
    check("guessed type", bucket.head_object(key="page.html").content_type, "text/html")
    got = bucket.get_object(
        key="described", response_content_type="text/overridden", response_cache_control="max-age=7"
    )
    check("overridden headers", (got.content_type, got.cache_control), ("text/overridden", "max-age=7"))

    data = bytes_of(1000)
    for asked, wanted, header in [
        ("bytes=10-19", data[10:20], "bytes 10-19/1000"),
        ("bytes=990-", data[990:], "bytes 990-999/1000"),
        ("bytes=-7", data[-7:], "bytes 993-999/1000"),
    ]:
        got = bucket.get_object(key="described", range_header=asked)
        check("range " + asked, (got.status_code, got.content_range, got.body.content), (206, header, wanted))
    error = refused(bucket.get_object, key="described", range_header="bytes=5000-", range_behavior="standard")
    check("range that cannot be", (error.status_code, error.code), (416, "InvalidRange"))

    path = os.environ["SCRATCH"] + "/fetched"
    bucket.client.put_object_from_file(bucket.request("put_object", key="file"), __file__)
    bucket.client.get_object_to_file(bucket.request("get_object", key="file"), path)
    with open(path, "rb") as fetched, open(__file__, "rb") as source:
        check("from file to file", fetched.read() == source.read())


def conditions(bucket):
    etag = bucket.put_object(key="conditional", body=b"1").etag
    check("If-None-Match", refused(bucket.get_object, key="conditional", if_none_match=etag).status_code, 304)
    error = refused(bucket.get_object, key="conditional", if_match='"0"')
    check("If-Match", (error.status_code, error.code), (412, "PreconditionFailed"))
    check("If-Match that holds", bucket.content("conditional", if_match=etag), b"1")
    error = refused(bucket.put_object, key="conditional", body=b"2", forbid_overwrite=True)
    check("overwriting forbidden", (error.status_code, error.code), (409, "FileAlreadyExists"))
    check("not overwritten", bucket.content("conditional"), b"1")


def copies(bucket):
    for key in ODD_KEYS:
        put = bucket.put_object(key=key, body=key.encode(), metadata={"colour": "red"})
        copied = bucket.copy_object(key="copy of " + key, source_key=key)
        check("copy %r" % key, bucket.content("copy of " + key), key.encode())
        check("ETag of the copy", copied.etag, put.etag)
    key = "copy of " + ODD_KEYS[0]
    check("metadata is copied", dict(bucket.head_object(key=key).metadata), {"colour": "red"})
    bucket.copy_object(key=key, source_key=ODD_KEYS[0], metadata_directive="REPLACE", metadata={"shape": "round"})
    check("metadata is replaced", dict(bucket.head_object(key=key).metadata), {"shape": "round"})
    check("copy of nothing", refused(bucket.copy_object, key="copy", source_key="nothing").code, "NoSuchKey")


def appends(bucket):
    first = bucket.append_object(key="appended", position=0, body=b"one,")
    check("first append", (first.next_position, first.hash_crc64 != ""), (4, True))
    second = bucket.append_object(key="appended", position=first.next_position, body=b"two")
    check("second append", second.next_position, 7)
    check("appended", bucket.content("appended"), b"one,two")
    check("kind of appended", bucket.head_object(key="appended").next_append_position, 7)
    error = refused(bucket.append_object, key="appended", position=3, body=b"x")
    check("append elsewhere", (error.status_code, error.code), (409, "PositionNotEqualToLength"))
    bucket.seal_append_object(key="appended", position=7)
    check("sealed", refused(bucket.append_object, key="appended", position=7, body=b"x").status_code, 409)


def properties(bucket):
    bucket.put_object(key="target", body=b"aim")
    check("default ACL", bucket.get_object_acl(key="target").acl, "default")
    for acl in ["public-read", "private", "default"]:
        bucket.put_object_acl(key="target", acl=acl)
        check("ACL " + acl, bucket.get_object_acl(key="target").acl, acl)

    for key in ["target", ODD_KEYS[-1]]:
        bucket.put_object(key=key, body=b"aim")
        # This SDK leaves the escaping to its callers.
        bucket.put_symlink(key="link", target=urllib.parse.quote(key))
        check("target of the link", urllib.parse.unquote(bucket.get_symlink(key="link").target), key)
        check("through the link", bucket.content("link"), b"aim")

    tags = {"owner": "me", "a b+c": "/=:"}
    bucket.put_object_tagging(key="target", tagging=oss.Tagging(tag_set=tag_set(tags)))
    check("tags", tags_in(bucket.get_object_tagging(key="target").tag_set), tags)
    bucket.delete_object_tagging(key="target")
    check("no tags", tags_in(bucket.get_object_tagging(key="target").tag_set), {})
    bucket.put_object(key="tagged", body=b"", tagging="owner=me&a%20b=%2F")
    check("tags by header", tags_in(bucket.get_object_tagging(key="tagged").tag_set), {"owner": "me", "a b": "/"})
    check("number of tags", bucket.head_object(key="tagged").tagging_count, 2)

    bucket.put_object(key="frozen", body=b"ice", storage_class="Archive")
    check("frozen", refused(bucket.get_object, key="frozen").code, "InvalidObjectState")
    request = oss.RestoreRequest(days=2)
    check("restore", bucket.restore_object(key="frozen", restore_request=request).status_code, 202)
    check("restore again", refused(bucket.restore_object, key="frozen").code, "RestoreAlreadyInProgress")
    while 'ongoing-request="true"' in bucket.head_object(key="frozen").restore:
        time.sleep(0.1)
    check("thawed", bucket.content("frozen"), b"ice")
    bucket.clean_restored_object(key="frozen")
    check("frozen again", refused(bucket.get_object, key="frozen").code, "InvalidObjectState")
    bucket.put_object(key="cold", body=b"ice", storage_class="ColdArchive")
    request = oss.RestoreRequest(days=2, job_parameters=oss.JobParameters(tier="Expedited"))
    check(
        "restore with a tier", bucket.restore_object(key="cold", restore_request=request).restore_priority, "Expedited"
    )


def complete(bucket, key, upload, parts):
    listed = [oss.UploadPart(part_number=number + 1, etag=part.etag) for number, part in enumerate(parts)]
    whole = oss.CompleteMultipartUpload(parts=listed)
    return bucket.complete_multipart_upload(key=key, upload_id=upload, complete_multipart_upload=whole)


def multipart(bucket):
    data = bytes_of(3 * PART - 77)
    key = "parts/" + ODD_KEYS[2]
    initiated = bucket.initiate_multipart_upload(key=key, metadata={"colour": "red"})
    check("initiated", (initiated.bucket, initiated.key), (bucket.name, key))
    upload = initiated.upload_id
    pieces = [data[start : start + PART] for start in range(0, len(data), PART)]
    parts = [
        bucket.upload_part(key=key, upload_id=upload, part_number=number + 1, body=piece)
        for number, piece in enumerate(pieces)
    ]
    listed = bucket.list_parts(key=key, upload_id=upload).parts
    wanted = [(number + 1, part.etag, len(piece)) for number, (part, piece) in enumerate(zip(parts, pieces))]
    check("list parts", [(part.part_number, part.etag, part.size) for part in listed], wanted)
    paged = bucket.pages("list_parts", key=key, upload_id=upload, max_parts=1)
    check("parts by pages", [[part.part_number for part in page.parts] for page in paged], [[1], [2], [3]])
    done = complete(bucket, key, upload, parts)
    check("completed", (done.key, done.bucket, done.etag.endswith('-3"')), (key, bucket.name, True))
    head = bucket.head_object(key=key)
    described = head.content_length, head.object_type, dict(head.metadata), head.hash_crc64
    check("object of parts", described, (len(data), "Multipart", {"colour": "red"}, done.hash_crc64))
    check("content of parts", bucket.content(key) == data)

    upload = bucket.initiate_multipart_upload(key="parts/copied").upload_id
    copied = [
        bucket.upload_part_copy(
            key="parts/copied",
            upload_id=upload,
            part_number=number + 1,
            source_key=key,
            source_range="bytes=%d-%d" % byte_range,
        )
        for number, byte_range in enumerate([(0, PART - 1), (PART, len(data) - 1)])
    ]
    done = complete(bucket, "parts/copied", upload, copied)
    check("CRC of copied parts", done.hash_crc64, head.hash_crc64)
    check("object of copied parts", bucket.content("parts/copied") == data)

    odd = sorted("up/" + key for key in ODD_KEYS)
    uploads = {name: bucket.initiate_multipart_upload(key=name).upload_id for name in odd}
    listed = bucket.list_multipart_uploads(prefix="up/").uploads
    check("list uploads", {one.key: one.upload_id for one in listed}, uploads)
    paged = bucket.pages("list_multipart_uploads", prefix="up/", max_uploads=3)
    check("uploads by pages", [key for page in paged for key in keys(page.uploads)], odd)
    for name, upload in uploads.items():
        bucket.abort_multipart_upload(key=name, upload_id=upload)
    check("all uploads aborted", bucket.list_multipart_uploads().uploads, None)
    error = refused(bucket.upload_part, key=odd[0], upload_id=uploads[odd[0]], part_number=1, body=b"x")
    check("upload is gone", (error.status_code, error.code), (404, "NoSuchUpload"))


def transfers(bucket):
    data = bytes_of(5 * PART + 1)
    path = os.environ["SCRATCH"] + "/large"
    with open(path, "wb") as file:
        file.write(data)
    uploader = bucket.client.uploader(part_size=PART, parallel_num=2)
    uploader.upload_file(bucket.request("put_object", key="large"), path)
    check("uploader", bucket.head_object(key="large").object_type, "Multipart")
    downloader = bucket.client.downloader(part_size=PART, parallel_num=2)
    downloader.download_file(bucket.request("get_object", key="large"), path + ".fetched")
    with open(path + ".fetched", "rb") as file:
        check("downloader", file.read() == data)
    copier = bucket.client.copier(
        part_size=PART, parallel_num=2, multipart_copy_threshold=PART, disable_shallow_copy=True
    )
    copier.copy(bucket.request("copy_object", key="copied", source_key="large"))
    check("copier", bucket.content("copied") == data)
    with bucket.client.append_file(bucket.name, "log") as log:
        log.write(b"one,")
        log.write(b"two")
    check("append file", bucket.content("log"), b"one,two")
    with bucket.client.open_file(bucket.name, "large") as file:
        file.seek(PART)
        check("open file", file.read(10), data[PART : PART + 10])


def listings(bucket):
    for key in ODD_KEYS:
        bucket.put_object(key="odd/" + key, body=key.encode())
    odd = sorted(("odd/" + key for key in ODD_KEYS), key=str.encode)
    first = bucket.list_objects(prefix="odd/").contents[0]
    described = first.size, first.object_type, first.storage_class, len(first.etag)
    check("what a listing says", described, (len(ODD_KEYS[0]), "Normal", "Standard", 34))
    check("date in a listing", abs(first.last_modified.timestamp() - time.time()) < 100)
    check("owner in a listing", first.owner.id != "")
    with_owner = bucket.list_objects_v2(prefix="odd/", fetch_owner=True).contents[0].owner
    check("owner in a listing, V2", with_owner.id, first.owner.id)
    check("no owner in a listing, V2", bucket.list_objects_v2(prefix="odd/").contents[0].owner, None)
    check("number of keys, V2", bucket.list_objects_v2(prefix="odd/").key_count, len(odd))
    files = [key for key in odd if key.count("/") == 1]
    for operation in ["list_objects", "list_objects_v2"]:
        call = getattr(bucket, operation)
        check(operation, keys(call(prefix="odd/").contents), odd)
        for size in [1, 3, len(odd)]:
            paged = bucket.pages(operation, prefix="odd/", max_keys=size)
            check("%s in pages of %d" % (operation, size), [key for page in paged for key in keys(page.contents)], odd)
        listed = call(prefix="odd/", delimiter="/")
        prefixes = [one.prefix for one in listed.common_prefixes]
        check(operation + ": directories", prefixes, ["odd/a/", "odd/\u00e9\u6587\u4ef6/"])
        check(operation + ": files", keys(listed.contents), files)
        check(operation + ": nothing", keys(call(prefix="no such").contents), [])
    check("start after", keys(bucket.list_objects_v2(prefix="odd/", start_after=odd[4]).contents), odd[5:])
    check("marker", keys(bucket.list_objects(prefix="odd/", marker=odd[4]).contents), odd[5:])

    check("delete", bucket.delete_object(key=odd[0]).status_code, 204)
    check("delete again", bucket.delete_object(key=odd[0]).status_code, 204)
    doomed = [oss.DeleteObject(key=key) for key in odd]
    check("delete many", keys(bucket.delete_multiple_objects(objects=doomed).deleted_objects), odd)
    bucket.put_object(key="quiet", body=b"")
    deleted = bucket.delete_multiple_objects(objects=[oss.DeleteObject(key="quiet")], quiet=True)
    check("delete many quietly", (deleted.status_code, keys(deleted.deleted_objects)), (200, []))
    check("all are gone", keys(bucket.list_objects_v2().contents), [])


def versions(bucket):
    status = lambda status: oss.VersioningConfiguration(status=status)
    check("no versioning", bucket.get_bucket_versioning().version_status, None)
    bucket.put_bucket_versioning(versioning_configuration=status("Enabled"))
    check("versioning", bucket.get_bucket_versioning().version_status, "Enabled")
    old = bucket.put_object(key="many", body=b"old").version_id
    new = bucket.put_object(key="many", body=b"newer").version_id
    marker = bucket.delete_object(key="many")
    check("delete marker", (marker.delete_marker, len({old, new, marker.version_id})), (True, 3))
    error = refused(bucket.get_object, key="many")
    check("hidden by a marker", (error.code, error.headers["x-oss-delete-marker"]), ("NoSuchKey", "true"))
    check("old version", bucket.content("many", version_id=old), b"old")
    check("head of a version", bucket.head_object(key="many", version_id=new).content_length, 5)
    copied = bucket.copy_object(key="restored", source_key="many", source_version_id=old)
    check("copied version", (bucket.content("restored"), copied.source_version_id), (b"old", old))

    listed = bucket.list_object_versions(prefix="many")
    seen = [(one.version_id, one.is_latest, one.size) for one in listed.version]
    check("versions", seen, [(new, False, 5), (old, False, 3)])
    markers = [(one.version_id, one.is_latest) for one in listed.delete_marker]
    check("markers", markers, [(marker.version_id, True)])
    paged = bucket.pages("list_object_versions", max_keys=1)
    seen = [one.version_id for page in paged for one in (page.version or []) + (page.delete_marker or [])]
    check("versions by pages", seen, [marker.version_id, new, old, copied.version_id])

    for key in ODD_KEYS:
        bucket.put_object(key="v/" + key, body=b"")
    listed = bucket.list_object_versions(prefix="v/").version
    check("versions of odd keys", set(keys(listed)), {"v/" + key for key in ODD_KEYS})
    doomed = [oss.DeleteObject(key=one.key, version_id=one.version_id) for one in listed]
    deleted = bucket.delete_multiple_objects(objects=doomed).deleted_objects
    same = [(one.key, one.version_id) for one in listed]
    check("delete versions", [(one.key, one.version_id) for one in deleted], same)
    bucket.delete_object(key="many", version_id=marker.version_id)
    check("without the marker", bucket.content("many"), b"newer")
    bucket.put_bucket_versioning(versioning_configuration=status("Suspended"))
    check("suspended", bucket.put_object(key="null", body=b"").version_id, "null")


def presigned(bucket):
    for key in ODD_KEYS:
        data = key.encode()
        signed = bucket.presign("put_object", key=key)
        put = requests.put(signed.url, data=data)
        check("presigned put of %r" % key, (signed.method, put.status_code), ("PUT", 200))
        got = requests.get(bucket.presign("get_object", key=key).url)
        check("presigned get of %r" % key, (got.status_code, got.content), (200, data))
        head = requests.head(bucket.presign("head_object", key=key).url)
        check("presigned head of %r" % key, (head.status_code, head.headers["Content-Length"]), (200, str(len(data))))
    signed = bucket.presign("put_object", key="signed", content_type="text/x-odd", metadata={"colour": "red"})
    put = requests.put(signed.url, data=b"1", headers=signed.signed_headers)
    check("presigned put with headers", put.status_code, 200)
    check("metadata of presigned put", dict(bucket.head_object(key="signed").metadata), {"colour": "red"})
    wrong = dict(signed.signed_headers)
    wrong["x-oss-meta-colour"] = "blue"
    put = requests.put(signed.url, data=b"1", headers=wrong)
    check("presigned put with another header", (put.status_code, "SignatureDoesNotMatch" in put.text), (403, True))
    signed = bucket.presign("get_object", key="signed", response_content_disposition="attachment; filename=a")
    got = requests.get(signed.url)
    check("presigned parameter", (got.content, got.headers["Content-Disposition"]), (b"1", "attachment; filename=a"))
    check("wrong method", requests.put(signed.url, data=b"2").status_code, 403)

    upload = requests.post(bucket.presign("initiate_multipart_upload", key="parts").url)
    upload_id = upload.text.split("<UploadId>")[1].split("<")[0]
    part = requests.put(
        bucket.presign("upload_part", key="parts", upload_id=upload_id, part_number=1).url, data=b"part"
    )
    check("presigned part", part.status_code, 200)
    aborted = requests.delete(bucket.presign("abort_multipart_upload", key="parts", upload_id=upload_id).url)
    check("presigned abort", aborted.status_code, 204)


def lifecycle(bucket):
    check("no lifecycle", refused(bucket.get_bucket_lifecycle).code, "NoSuchLifecycle")
    rule = oss.LifecycleRule(
        id="days",
        prefix="logs/",
        status="Enabled",
        expiration=oss.LifecycleRuleExpiration(days=30),
        abort_multipart_upload=oss.LifecycleRuleAbortMultipartUpload(days=3),
        transitions=[oss.LifecycleRuleTransition(days=10, storage_class="IA", is_access_time=False)],
        noncurrent_version_expiration=oss.NoncurrentVersionExpiration(noncurrent_days=7),
        tags=[oss.Tag(key="k", value="v")],
    )
    bucket.put_bucket_lifecycle(lifecycle_configuration=oss.LifecycleConfiguration(rules=[rule]))
    got = bucket.get_bucket_lifecycle().lifecycle_configuration.rules
    check("number of rules", len(got), 1)
    check(
        "lifecycle", (got[0].id, got[0].prefix, got[0].status, got[0].expiration.days), ("days", "logs/", "Enabled", 30)
    )
    check("lifecycle: abort", got[0].abort_multipart_upload.days, 3)
    transition = got[0].transitions[0]
    check(
        "lifecycle: transition",
        (transition.days, transition.storage_class, transition.is_access_time),
        (10, "IA", False),
    )
    check("lifecycle: old versions", got[0].noncurrent_version_expiration.noncurrent_days, 7)
    check("lifecycle: tags", [(tag.key, tag.value) for tag in got[0].tags], [("k", "v")])
    bucket.delete_bucket_lifecycle()
    check("lifecycle is gone", refused(bucket.get_bucket_lifecycle).code, "NoSuchLifecycle")


def cors(bucket):
    check("no CORS", refused(bucket.get_bucket_cors).code, "NoSuchCORSConfiguration")
    rule = oss.CORSRule(
        allowed_origins=["https://example.com"],
        allowed_methods=["GET", "PUT"],
        allowed_headers=["*"],
        expose_headers=["x-oss-request-id"],
        max_age_seconds=77,
    )
    bucket.put_bucket_cors(cors_configuration=oss.CORSConfiguration(cors_rules=[rule], response_vary=True))
    got = bucket.get_bucket_cors().cors_configuration
    check("CORS: vary", got.response_vary, True)
    one = got.cors_rules[0]
    check(
        "CORS: asked",
        (one.allowed_origins, one.allowed_methods, one.allowed_headers),
        (["https://example.com"], ["GET", "PUT"], ["*"]),
    )
    check("CORS: answered", (one.expose_headers, one.max_age_seconds), (["x-oss-request-id"], 77))
    asked = bucket.option_object(key="any", origin="https://example.com", access_control_request_method="PUT")
    check("preflight", (asked.access_control_allow_origin, asked.access_control_max_age), ("https://example.com", 77))
    bucket.delete_bucket_cors()
    check("CORS is gone", refused(bucket.get_bucket_cors).code, "NoSuchCORSConfiguration")


def website(bucket):
    check("no website", refused(bucket.get_bucket_website).code, "NoSuchWebsiteConfiguration")
    rule = oss.RoutingRule(
        rule_number=1,
        condition=oss.RoutingRuleCondition(key_prefix_equals="old/"),
        redirect=oss.RoutingRuleRedirect(redirect_type="External", host_name="example.com", http_redirect_code=302),
    )
    wanted = oss.WebsiteConfiguration(
        index_document=oss.IndexDocument(suffix="index.html", support_sub_dir=True, type=1),
        error_document=oss.ErrorDocument(key="error.html", http_status=404),
        routing_rules=oss.RoutingRules(routing_rules=[rule]),
    )
    bucket.put_bucket_website(website_configuration=wanted)
    got = bucket.get_bucket_website().website_configuration
    check(
        "website: index",
        (got.index_document.suffix, got.index_document.support_sub_dir, got.index_document.type),
        ("index.html", True, 1),
    )
    check("website: error", (got.error_document.key, got.error_document.http_status), ("error.html", 404))
    rule = got.routing_rules.routing_rules[0]
    check(
        "website: rule",
        (rule.rule_number, rule.condition.key_prefix_equals, rule.redirect.host_name, rule.redirect.http_redirect_code),
        (1, "old/", "example.com", 302),
    )
    bucket.delete_bucket_website()
    check("website is gone", refused(bucket.get_bucket_website).code, "NoSuchWebsiteConfiguration")


def settings(bucket):
    check("bucket ACL", bucket.get_bucket_acl().acl, "private")
    bucket.put_bucket_acl(acl="public-read")
    check("changed bucket ACL", bucket.get_bucket_acl().acl, "public-read")
    check("location", bucket.get_bucket_location().location, "oss-" + SETTING.region)

    enabled = oss.LoggingEnabled(target_bucket=bucket.name, target_prefix="logs/")
    bucket.put_bucket_logging(bucket_logging_status=oss.BucketLoggingStatus(logging_enabled=enabled))
    got = bucket.get_bucket_logging().bucket_logging_status.logging_enabled
    check("logging", (got.target_bucket, got.target_prefix), (bucket.name, "logs/"))
    bucket.delete_bucket_logging()
    check("no logging", bucket.get_bucket_logging().bucket_logging_status.logging_enabled.target_bucket, None)

    check("referer", bucket.get_bucket_referer().referer_configuration.allow_empty_referer, True)
    wanted = oss.RefererConfiguration(
        allow_empty_referer=False,
        allow_truncate_query_string=True,
        truncate_path=False,
        referer_list=oss.RefererList(referers=["http://example.com", "https://*.example.com"]),
        referer_blacklist=oss.RefererBlacklist(referers=["http://bad.example.com"]),
    )
    bucket.put_bucket_referer(referer_configuration=wanted)
    got = bucket.get_bucket_referer().referer_configuration
    check(
        "changed referer",
        (got.allow_empty_referer, got.allow_truncate_query_string, got.truncate_path),
        (False, True, False),
    )
    check("referers", got.referer_list.referers, ["http://example.com", "https://*.example.com"])
    check("bad referers", got.referer_blacklist.referers, ["http://bad.example.com"])
    bucket.put_bucket_referer(
        referer_configuration=oss.RefererConfiguration(
            allow_empty_referer=True, referer_list=oss.RefererList(referers=[""])
        )
    )

    check("no encryption", refused(bucket.get_bucket_encryption).code, "NoSuchServerSideEncryptionRule")
    rule = oss.ApplyServerSideEncryptionByDefault(
        sse_algorithm="KMS", kms_master_key_id="key-id", kms_data_encryption="SM4"
    )
    rule = oss.ServerSideEncryptionRule(apply_server_side_encryption_by_default=rule)
    bucket.put_bucket_encryption(server_side_encryption_rule=rule)
    got = bucket.get_bucket_encryption().server_side_encryption_rule.apply_server_side_encryption_by_default
    check("encryption", (got.sse_algorithm, got.kms_master_key_id, got.kms_data_encryption), ("KMS", "key-id", "SM4"))
    bucket.put_object(key="encrypted", body=b"")
    check("encrypted object", bucket.head_object(key="encrypted").server_side_encryption, "KMS")
    bucket.delete_bucket_encryption()

    tags = {"team": "storage & more"}
    bucket.put_bucket_tags(tagging=oss.Tagging(tag_set=tag_set(tags)))
    check("bucket tags", tags_in(bucket.get_bucket_tags().tagging.tag_set), tags)
    bucket.delete_bucket_tags()
    check("no bucket tags", tags_in(bucket.get_bucket_tags().tagging.tag_set), {})

    check("no policy", refused(bucket.get_bucket_policy).code, "NoSuchBucketPolicy")
    policy = (
        '{"Version":"1","Statement":[{"Effect":"Allow","Action":["oss:GetObject"],"Principal":["*"],"Resource":["acs:oss:*:*:%s/*"]}]}'
        % bucket.name
    )
    bucket.put_bucket_policy(body=policy)
    check("policy", bucket.get_bucket_policy().body, policy)
    check("policy status", bucket.get_bucket_policy_status().policy_status.is_public, True)
    bucket.delete_bucket_policy()
    check("policy is gone", refused(bucket.get_bucket_policy).code, "NoSuchBucketPolicy")

    check("payer", bucket.get_bucket_request_payment().request_payment_configuration.payer, "BucketOwner")
    bucket.put_bucket_request_payment(request_payment_configuration=oss.RequestPaymentConfiguration(payer="Requester"))
    check("changed payer", bucket.get_bucket_request_payment().request_payment_configuration.payer, "Requester")
    bucket.put_bucket_request_payment(
        request_payment_configuration=oss.RequestPaymentConfiguration(payer="BucketOwner")
    )
    bucket.put_bucket_acl(acl="private")


def more_settings(bucket):
    bucket.put_bucket_transfer_acceleration(
        transfer_acceleration_configuration=oss.TransferAccelerationConfiguration(enabled=True)
    )
    check("acceleration", bucket.get_bucket_transfer_acceleration().transfer_acceleration_configuration.enabled, True)
    bucket.put_bucket_access_monitor(access_monitor_configuration=oss.AccessMonitorConfiguration(status="Enabled"))
    check("access monitor", bucket.get_bucket_access_monitor().access_monitor_configuration.status, "Enabled")
    bucket.put_bucket_resource_group(
        bucket_resource_group_configuration=oss.BucketResourceGroupConfiguration(resource_group_id="rg-aekz")
    )
    check(
        "resource group",
        bucket.get_bucket_resource_group().bucket_resource_group_configuration.resource_group_id,
        "rg-aekz",
    )
    bucket.put_bucket_archive_direct_read(
        archive_direct_read_configuration=oss.ArchiveDirectReadConfiguration(enabled=True)
    )
    check(
        "archive direct read", bucket.get_bucket_archive_direct_read().archive_direct_read_configuration.enabled, True
    )
    versions = oss.HttpsConfiguration(tls=oss.TLS(enable=True, tls_versions=["TLSv1.2", "TLSv1.3"]))
    bucket.put_bucket_https_config(https_configuration=versions)
    got = bucket.get_bucket_https_config().https_configuration.tls
    check("TLS versions", (got.enable, got.tls_versions), (True, ["TLSv1.2", "TLSv1.3"]))
    blocked = oss.PublicAccessBlockConfiguration(block_public_access=True)
    bucket.put_bucket_public_access_block(public_access_block_configuration=blocked)
    check(
        "public access block",
        bucket.get_bucket_public_access_block().public_access_block_configuration.block_public_access,
        True,
    )
    bucket.delete_bucket_public_access_block()
    check(
        "no public access block",
        bucket.get_bucket_public_access_block().public_access_block_configuration.block_public_access,
        False,
    )

    bucket.put_style(style_name="small", style=oss.StyleContent(content="image/resize,w_100"))
    got = bucket.get_style(style_name="small").style
    check("style", (got.name, got.content), ("small", "image/resize,w_100"))
    check("styles", [one.name for one in bucket.list_style().style_list.styles], ["small"])
    bucket.delete_style(style_name="small")
    check("no styles", bucket.list_style().style_list.styles, None)

    domain = oss.BucketCnameConfiguration(cname=oss.Cname(domain="img.example.com"))
    token = bucket.create_cname_token(bucket_cname_configuration=domain).cname_token
    check("CNAME token", bucket.get_cname_token(cname="img.example.com").cname_token.token, token.token)
    bucket.put_cname(bucket_cname_configuration=domain)
    check("CNAMEs", [one.domain for one in bucket.list_cname().cnames], ["img.example.com"])
    bucket.delete_cname(bucket_cname_configuration=domain)
    check("no CNAMEs", bucket.list_cname().cnames, None)

    days = oss.InitiateWormConfiguration(retention_period_in_days=1)
    worm = bucket.initiate_bucket_worm(initiate_worm_configuration=days).worm_id
    got = bucket.get_bucket_worm().worm_configuration
    check("worm", (got.worm_id, got.state, got.retention_period_in_days), (worm, "InProgress", 1))
    bucket.complete_bucket_worm(worm_id=worm)
    bucket.extend_bucket_worm(
        worm_id=worm, extend_worm_configuration=oss.ExtendWormConfiguration(retention_period_in_days=2)
    )
    got = bucket.get_bucket_worm().worm_configuration
    check("extended worm", (got.state, got.retention_period_in_days), ("Locked", 2))


def inventories(bucket):
    destination = oss.InventoryOSSBucketDestination(
        format="CSV",
        account_id="1234567890",
        role_arn="acs:ram::1234567890:role/r",
        bucket="acs:oss:::" + bucket.name,
        prefix="inventory/",
    )
    wanted = oss.InventoryConfiguration(
        id="daily",
        is_enabled=True,
        included_object_versions="All",
        filter=oss.InventoryFilter(prefix="data/"),
        schedule=oss.InventorySchedule(frequency="Daily"),
        destination=oss.InventoryDestination(oss_bucket_destination=destination),
        optional_fields=oss.OptionalFields(fields=["Size", "ETag"]),
    )
    bucket.put_bucket_inventory(inventory_id="daily", inventory_configuration=wanted)
    got = bucket.get_bucket_inventory(inventory_id="daily").inventory_configuration
    check(
        "inventory",
        (got.id, got.is_enabled, got.filter.prefix, got.schedule.frequency),
        ("daily", True, "data/", "Daily"),
    )
    check("inventory: fields", got.optional_fields.fields, ["Size", "ETag"])
    check("inventory: destination", got.destination.oss_bucket_destination.bucket, "acs:oss:::" + bucket.name)
    listed = bucket.list_bucket_inventory().list_inventory_configurations_result
    check("inventories", [one.id for one in listed.inventory_configurations], ["daily"])
    bucket.delete_bucket_inventory(inventory_id="daily")
    check("inventory is gone", refused(bucket.get_bucket_inventory, inventory_id="daily").code, "NoSuchInventory")


def descriptions(bucket):
    bucket.put_object(key="one", body=b"12345")
    bucket.put_object(key="two", body=b"123", storage_class="IA")
    bucket.initiate_multipart_upload(key="three")
    stat = bucket.get_bucket_stat()
    check("stat", (stat.object_count, stat.storage, stat.multi_part_upload_count), (2, 8, 1))
    by_class = stat.standard_object_count, stat.infrequent_access_object_count, stat.infrequent_access_storage
    check("stat by class", by_class, (1, 1, 3))
    info = bucket.get_bucket_info().bucket_info
    check(
        "info",
        (info.name, info.location, info.storage_class, info.acl),
        (bucket.name, "oss-" + SETTING.region, "Standard", "private"),
    )
    check("info: more", (info.data_redundancy_type, info.access_monitor, info.versioning), ("LRS", "Disabled", None))
    check("info: block", info.block_public_access, False)
    check("info: date", abs(info.creation_date.timestamp() - time.time()) < 1000)
    check("info: endpoints", info.extranet_endpoint, "oss-%s.aliyuncs.com" % SETTING.region)


def service(names):
    client = client_of()
    listed = client.list_buckets(oss.ListBucketsRequest())
    check("buckets", [one.name for one in listed.buckets], names)
    first = listed.buckets[0]
    check(
        "what the list of buckets says",
        (first.location, first.storage_class, first.region),
        ("oss-" + SETTING.region, "Standard", SETTING.region),
    )
    paged = client.list_buckets_paginator().iter_page(oss.ListBucketsRequest(max_keys=2))
    check("buckets by pages", [one.name for page in paged for one in page.buckets], names)
    listed = client.list_buckets(oss.ListBucketsRequest(prefix=names[-1]))
    check("buckets by prefix", [one.name for one in listed.buckets], [names[-1]])
    regions = client.describe_regions(oss.DescribeRegionsRequest(regions="oss-" + SETTING.region)).region_info
    check("regions", [one.region for one in regions], ["oss-" + SETTING.region])
    blocked = oss.PublicAccessBlockConfiguration(block_public_access=True)
    client.put_public_access_block(oss.PutPublicAccessBlockRequest(public_access_block_configuration=blocked))
    got = client.get_public_access_block(oss.GetPublicAccessBlockRequest())
    check("public access block of the account", got.public_access_block_configuration.block_public_access, True)
    client.delete_public_access_block(oss.DeletePublicAccessBlockRequest())


def temporary(bucket):
    bucket = Bucket(bucket.name, *SETTING.temporary_key)
    bucket.put_object(key="temporary", body=b"token")
    check("with a token", bucket.content("temporary"), b"token")
    check("presigned with a token", requests.get(bucket.presign("get_object", key="temporary").url).content, b"token")
    wrong = Bucket(bucket.name, *SETTING.temporary_key[:2], "wrong")
    error = refused(wrong.get_object, key="temporary")
    check("wrong token", (error.status_code, error.code), (403, "InvalidSecurityToken"))


def errors(bucket):
    error = refused(bucket.get_object, key="nothing")
    check("missing object", (error.status_code, error.code, error.ec), (404, "NoSuchKey", "0026-00000001"))
    check("request id", (len(error.request_id), error.headers["x-oss-request-id"]), (24, error.request_id))
    check("message", error.message, "The specified key does not exist.")
    check("fields", error.error_fileds["Key"], "nothing")
    error = refused(bucket.head_object, key="nothing")
    check("missing object, HEAD", (error.status_code, error.code, error.ec), (404, "NoSuchKey", "0026-00000001"))
    error = refused(Bucket("no-such-bucket").list_objects_v2)
    check("missing bucket", (error.code, error.ec), ("NoSuchBucket", "0015-00000101"))
    error = refused(Bucket(bucket.name, SETTING.key[0], "wrong").get_object, key="any")
    check("wrong secret", (error.status_code, error.code, error.ec), (403, "SignatureDoesNotMatch", "0002-00000040"))
    error = refused(Bucket(bucket.name, "unknown", "wrong").get_object, key="any")
    check("unknown key", (error.status_code, error.code), (403, "InvalidAccessKeyId"))
    bucket.put_object(key="any", body=b"")
    error = refused(bucket.delete_bucket)
    check("bucket in use", (error.status_code, error.code), (409, "BucketNotEmpty"))
    with SETTING.spoilt_crc("PutObject"):
        error = refused(bucket.put_object, key="spoilt", body=b"x")
    check("a wrong CRC is noticed", type(error), oss.exceptions.InconsistentError)


def remove(bucket):
    for page in bucket.pages("list_multipart_uploads"):
        for upload in page.uploads or []:
            bucket.abort_multipart_upload(key=upload.key, upload_id=upload.upload_id)
    listed = bucket.list_object_versions(max_keys=1000)
    for one in (listed.version or []) + (listed.delete_marker or []):
        bucket.delete_object(key=one.key, version_id=one.version_id)
    check("delete bucket", bucket.delete_bucket().status_code, 204)
    check("bucket is gone", refused(bucket.get_bucket_info).code, "NoSuchBucket")


AREAS = [
    objects,
    conditions,
    copies,
    appends,
    properties,
    multipart,
    transfers,
    listings,
    versions,
    presigned,
    lifecycle,
    cors,
    website,
    settings,
    more_settings,
    inventories,
    descriptions,
    temporary,
    errors,
]


def main():
    buckets = [Bucket("v2-%02d-%s" % (number, area.__name__.replace("_", "-"))) for number, area in enumerate(AREAS)]
    for bucket in buckets:
        described = oss.CreateBucketConfiguration(storage_class="Standard", data_redundancy_type="LRS")
        bucket.put_bucket(acl="private", create_bucket_configuration=described)
    service([bucket.name for bucket in buckets])
    for area, bucket in zip(AREAS, buckets):
        area(bucket)
        remove(bucket)
    finish()


main()
