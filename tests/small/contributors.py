"""What a library with its symbols is made of: its largest contributors and the bytes of each, one a line."""

import collections
import re
import subprocess
import sys

GROUPS = {
    "alioss": "alioss",
    "rustls": "rustls",
    "webpki": "rustls",
    "rustls_pki_types": "rustls",
    "rustls_native_certs": "rustls",
    "ureq": "ureq, http",
    "ureq_proto": "ureq, http",
    "http": "ureq, http",
    "bytes": "ureq, http",
    "core": "Rust's standard library",
    "alloc": "Rust's standard library",
    "std": "Rust's standard library",
    "hashbrown": "Rust's standard library",
    "memchr": "Rust's standard library",
    "str": "Rust's standard library",
    "gimli": "backtraces of Rust's standard library",
    "addr2line": "backtraces of Rust's standard library",
    "rustc_demangle": "backtraces of Rust's standard library",
    "miniz_oxide": "backtraces of Rust's standard library",
    "sha1": "hashes and CRC-64",
    "sha2": "hashes and CRC-64",
    "md5": "hashes and CRC-64",
    "hmac": "hashes and CRC-64",
    "crc64fast": "hashes and CRC-64",
    "quick_xml": "quick-xml, httparse, base64",
    "httparse": "quick-xml, httparse, base64",
    "base64": "quick-xml, httparse, base64",
}

# Code of C and assembly, and its tables, is ring's; its names have no crate.
RING = re.compile(r"ring|ecp_nistz256|fiat_|aes|gcm|bn_|chacha|poly1305|sha(256|512)_|x25519|k25519|mulx?4x|vpaes|p(256|384)_")

TABLES = {".eh_frame": "tables for unwinding", ".eh_frame_hdr": "tables for unwinding", ".gcc_except_table": "tables for unwinding"}
RELOCATED = {".rela.dyn": "relocations", ".rel.dyn": "relocations"}


def output(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def group(name):
    if "::" not in name and not name.startswith("oss_"):
        return "ring" if RING.search(name) else None
    crate = re.match(r"[<&(\[]*(?:(?:mut|dyn|const|\*const|\*mut) )*([a-z_0-9]+)", name)
    crate = "alioss" if name.startswith("oss_") else crate and crate.group(1)
    return "ring" if crate == "ring" else GROUPS.get(crate)


def contributors(library):
    bytes_of = collections.Counter()
    symbols = output("c++filt", text=output("nm", "-S", "--defined-only", library))
    seen = set()
    for line in symbols.splitlines():
        address, size, kind, *name = line.split(" ", 3)
        # Several names may stand for one place.
        if not name or kind.lower() not in "trdw" or not re.fullmatch("[0-9a-f]+", size) or address in seen:
            continue
        seen.add(address)
        bytes_of[group(name[0]) or "others"] += int(size, 16)
    for line in output("size", "-A", "-d", library).splitlines():
        section, *rest = line.split() or [""]
        table = TABLES.get(section) or RELOCATED.get(section)
        if table:
            bytes_of[table] += int(rest[0])
    return bytes_of


for name, size in contributors(sys.argv[1]).most_common():
    print(size, name)
