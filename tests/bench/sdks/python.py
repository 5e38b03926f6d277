"""The official SDKs for Python as clients of the benchmark: performs an operation so many times, and prints what one cost.

Python does not count what it allocates; the second number is the most that one operation had at once.
"""

import os
import resource
import sys
import tracemalloc

REGION = "cn-hangzhou"
SIZES = {"put 1 KiB": 1 << 10, "get 1 KiB": 1 << 10, "head": 1, "put 1 MiB": 1 << 20, "get 1 MiB": 1 << 20}


class V2:
    def __init__(self, bucket):
        import alibabacloud_oss_v2 as oss

        config = oss.config.load_default()
        config.credentials_provider = oss.credentials.EnvironmentVariableCredentialsProvider()
        config.endpoint = os.environ["OSS_ENDPOINT"]
        config.region = REGION
        self.oss, self.client, self.bucket = oss, oss.Client(config), bucket
        self.client.put_bucket(oss.PutBucketRequest(bucket=bucket))

    def put(self, key, data):
        self.client.put_object(self.oss.PutObjectRequest(bucket=self.bucket, key=key, body=data))

    def get(self, key):
        with self.client.get_object(self.oss.GetObjectRequest(bucket=self.bucket, key=key)).body as body:
            return sum(len(piece) for piece in body.iter_bytes())

    def head(self, key):
        self.client.head_object(self.oss.HeadObjectRequest(bucket=self.bucket, key=key))

    def list(self):
        pages = self.client.list_objects_v2_paginator()
        request = self.oss.ListObjectsV2Request(bucket=self.bucket, prefix="list/", max_keys=1000)
        return sum(len(page.contents) for page in pages.iter_page(request))


class Oss2:
    def __init__(self, bucket):
        import oss2

        key = os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"]
        auth = oss2.AuthV4(*key)
        self.oss2 = oss2
        self.bucket = oss2.Bucket(auth, os.environ["OSS_ENDPOINT"], bucket, region=REGION)
        self.bucket.create_bucket()

    def put(self, key, data):
        self.bucket.put_object(key, data)

    def get(self, key):
        return sum(len(piece) for piece in self.bucket.get_object(key))

    def head(self, key):
        self.bucket.head_object(key)

    def list(self):
        return sum(1 for _ in self.oss2.ObjectIteratorV2(self.bucket, prefix="list/", max_keys=1000))


def prepare(client, operation):
    data = b"x" * SIZES.get(operation, 0)
    if operation.startswith("put"):
        return lambda: client.put("key", data)
    if operation == "list 1000":
        for index in range(1000):
            client.put("list/%04d" % index, b"")

        def run():
            assert client.list() == 1000

        return run
    client.put("key", data)
    if operation == "head":
        return lambda: client.head("key")

    def run():
        assert client.get("key") == len(data)

    return run


def main():
    name, operation, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    count = max(1, count // 10)
    client = {"v2": V2, "oss2": Oss2}[name]("sdks-python-%s-%d" % (name, os.getpid()))
    run = prepare(client, operation)
    for _ in range(1 + count // 10):
        run()
    before = resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(count):
        run()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    tracemalloc.start()
    run()
    start = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    run()
    print(cpu * 1e6 / count, tracemalloc.get_traced_memory()[1] - start)


main()
