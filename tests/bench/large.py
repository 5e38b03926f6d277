#!/usr/bin/env python3
"""Transfers of much data on disk: one large file and many small ones, by ossctl, curl and the official Python SDK.

All of them talk to the same local server, which keeps its objects in a directory. Prints a Markdown table: the rate, the most
memory (RSS) and the most descriptors that the program had at once, as seen every 10 ms.

    python3 tests/bench/large.py [--size MiB] [--files N] [--directory DIRECTORY]

Builds the library and the server as releases, and installs the SDK (oss2) with pip into a directory of its own.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUCKET = "large-bench"

# The official SDK as its users call it: several parts at a time, resumable.
SDK = """
import concurrent.futures, os, sys, oss2
auth = oss2.AuthV4(os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"])
bucket = oss2.Bucket(auth, os.environ["OSS_ENDPOINT"], sys.argv[1], region=os.environ["OSS_REGION"], is_path_style=True)
what, here, records = sys.argv[2:5]
store = oss2.ResumableStore(root=records)
kept = oss2.ResumableDownloadStore(root=records)
workers = 3
if what == "up":
    oss2.resumable_upload(bucket, "sdk/large", here, store=store, part_size=8 << 20, num_threads=workers)
elif what == "down":
    oss2.resumable_download(bucket, "sdk/large", here, store=kept, part_size=8 << 20, num_threads=workers)
else:
    names = os.listdir(os.path.join(here, "in"))
    def one(name):
        if what == "tree-up":
            bucket.put_object_from_file("sdk/tree/" + name, os.path.join(here, "in", name))
        else:
            bucket.get_object_to_file("sdk/tree/" + name, os.path.join(here, "out", name))
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, names))
"""


def run(*command, **options):
    subprocess.run(command, check=True, **options)


def status(process, name):
    try:
        with open(f"/proc/{process}/status") as file:
            lines = [line.split() for line in file]
        return next((int(line[1]) for line in lines if line[0] == name + ":"), 0)
    except OSError:
        return 0


def descriptors(process):
    try:
        return len(os.listdir(f"/proc/{process}/fd"))
    except OSError:
        return 0


def measure(command, environment):
    """Seconds, KiB and descriptors that the command needs."""
    began = time.monotonic()
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    most = [0, 0]
    ended = threading.Event()

    def watch():
        while not ended.wait(0.01):
            most[0] = max(most[0], status(child.pid, "VmHWM"))
            most[1] = max(most[1], descriptors(child.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    code = child.wait()
    seconds = time.monotonic() - began
    ended.set()
    watcher.join()
    if code != 0:
        raise SystemExit(f"{command[:3]} ended with {code}")
    return seconds, most[0], most[1]


def build(work):
    """The programs: ossctl with the library in it, the server, and Python with the SDK."""
    run("cargo", "build", "--release", "--quiet", cwd=ROOT)
    run("cargo", "build", "--release", "--quiet", "-p", "oss-local", cwd=ROOT)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
    ossctl = work / "ossctl"
    sources = sorted(str(path) for path in (ROOT / "examples/c/ossctl").glob("*.c"))
    libraries = [str(target / "libalioss.a"), "-lpthread", "-ldl", "-lm"]
    run("cc", "-std=c99", "-O2", "-pthread", "-I", str(ROOT / "include"), *sources, *libraries, "-o", str(ossctl))
    python = work / "venv/bin/python"
    run(sys.executable, "-m", "venv", str(work / "venv"))
    run(str(python), "-m", "pip", "install", "--quiet", "oss2")
    return ossctl, target / "oss-local", python


def start_server(program, work):
    """The server, and the environment that leads to it."""
    port = "9583"
    log = open(work / "server.log", "w")
    server = subprocess.Popen([program, "--dir", work / "store", "--port", port], stdout=log, stderr=log)
    environment = dict(
        os.environ,
        OSS_ENDPOINT=f"http://127.0.0.1:{port}",
        OSS_REGION="cn-hangzhou",
        OSS_ACCESS_KEY_ID="local-access-key-id",
        OSS_ACCESS_KEY_SECRET="local-access-key-secret",
        HOME=str(work),
    )
    return server, environment


def fill(work, size, files):
    """One file of so many MiB, and so many of 4 KiB."""
    block = os.urandom(1 << 20)
    with open(work / "large", "wb") as file:
        for number in range(size):
            file.write(number.to_bytes(8, "little") + block[8:])
    (work / "tree/in").mkdir(parents=True)
    for number in range(files):
        (work / f"tree/in/{number:06}").write_bytes(block[number % 4096 : number % 4096 + 4096])


def signed(ossctl, environment, method, key):
    command = [ossctl, "sign", "-q", "-e", "86400", "-m", method, f"oss://{BUCKET}/{key}"]
    said = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return said.stdout.strip()


def curl_config(ossctl, environment, method, work, files):
    """What has curl move all small files over kept connections, with URLs that were signed before the clock runs."""
    path = work / f"curl-{method}"
    with open(path, "w") as config:
        for name in sorted(os.listdir(work / "tree/in"))[:files]:
            file = work / ("tree/in" if method == "PUT" else "tree/out") / name
            url = signed(ossctl, environment, method, f"curl/tree/{name}")
            config.write(f'url = "{url}"\n{"upload-file" if method == "PUT" else "output"} = "{file}"\n')
    return str(path)


def rows(ossctl, python, environment, work, files):
    """What is measured: name, key of the work, command."""
    here, tree = str(work / "large"), str(work / "tree")
    sdk = [str(python), "-c", SDK, BUCKET]
    records = str(work / "records")
    os.mkdir(records)
    url = lambda method: signed(ossctl, environment, method, "curl/large")
    curl = ["curl", "-sSf"]
    place = f"oss://{BUCKET}/ours"
    few = min(files, 1000)  # each needs a URL that is signed by a program of its own
    lists = {method: curl_config(ossctl, environment, method, work, few) for method in ("PUT", "GET")}
    many = curl + ["--no-progress-meter", "--parallel", "--parallel-max", "3", "-K"]
    return [
        ("ossctl put", "large", [str(ossctl), "put", "-q", here, f"{place}/large"]),
        ("curl -T", "large", curl + ["-T", here, url("PUT")]),
        ("SDK resumable_upload", "large", sdk + ["up", here, records]),
        ("ossctl get", "large", [str(ossctl), "get", "-q", f"{place}/large", here + ".ours"]),
        ("curl -o", "large", curl + ["-o", here + ".curl", url("GET")]),
        ("SDK resumable_download", "large", sdk + ["down", here + ".sdk", records]),
        ("ossctl put -r", files, [str(ossctl), "put", "-rq", tree + "/in", f"{place}/tree"]),
        ("curl, 3 at a time", few, many + [lists["PUT"]]),
        ("SDK, 3 threads", files, sdk + ["tree-up", tree, records]),
        ("ossctl get -r", files, [str(ossctl), "get", "-rq", f"{place}/tree", tree + "/ours"]),
        ("curl, 3 at a time", few, many + [lists["GET"]]),
        ("SDK, 3 threads", files, sdk + ["tree-down", tree, records]),
    ]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=5 * 1024, help="MiB of the large file")
    parser.add_argument("--files", type=int, default=100_000, help="how many small files")
    parser.add_argument("--directory", default=str(ROOT / "target"), help="where there is room for three times that")
    given = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="large-", dir=given.directory))
    server = None
    try:
        ossctl, program, python = build(work)
        fill(work, given.size, given.files)
        (work / "tree/out").mkdir()
        server, environment = start_server(program, work)
        time.sleep(2)
        run(str(ossctl), "mb", "-q", f"oss://{BUCKET}", env=environment)
        print(f"| {given.size} MiB, {given.files} files of 4 KiB | rate | peak RSS | descriptors |")
        print("|---|---|---|---|")
        for name, what, command in rows(ossctl, python, environment, work, given.files):
            seconds, memory, open_files = measure(command, environment)
            rate = f"{given.size / seconds:.0f} MiB/s" if what == "large" else f"{what / seconds:.0f} files/s"
            print(f"| {name} | {rate} | {memory / 1024:.1f} MiB | {open_files} |", flush=True)
        for other in ("ours", "curl", "sdk"):
            run("cmp", str(work / "large"), str(work / f"large.{other}"))
        run("diff", "-rq", str(work / "tree/in"), str(work / "tree/ours"))
    finally:
        if server:
            server.terminate()
            server.wait()
        shutil.rmtree(work)


main()
