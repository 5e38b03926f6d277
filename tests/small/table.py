"""Writes what tests/sizes has measured into bindings/c/README.md, and draws tests/small/sizes.svg."""

import pathlib
import re
import sys

RESULTS = pathlib.Path(sys.argv[1])
ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "bindings/c/README.md"
CHART = ROOT / "tests/small/sizes.svg"

PARTS = ["builtin-roots", "credentials", "documents", "proxy", "select", "tls", "transfers", "v1"]
ALSO = {"documents": " (with `credentials`, `select`)", "tls": " (with `builtin-roots`)"}
BUILDS = {
    "default": "everything",
    "small": "`small`: `tls`, `builtin-roots`",
    "small-without-tls": "`small` without TLS",
    "smallest": "`smallest`: `tls`, `builtin-roots`",
    "smallest-without-tls": "`smallest` without TLS",
}
MACHINES = {
    "so": "x86-64 `.so`",
    "static": "x86-64 static program (musl)",
    "aarch64-unknown-linux-gnu": "aarch64 `.so`",
    "armv7-unknown-linux-gnueabihf": "armv7 `.so`",
}


def read(name, kind):
    file = RESULTS / f"{name}.{kind}"
    text = file.read_text().split() if file.exists() else []
    return [int(word) for word in text] or None


def grouped(number):
    return f"{number:,}"


def kib(number):
    return f"{(number + 1023) // 1024} KiB"


def sizes():
    kinds = [kind for kind in MACHINES if any(read(name, kind) for name in BUILDS)]
    lines = ["| bytes of flash | " + " | ".join(MACHINES[kind] for kind in kinds) + " |", "|---|" + "---|" * len(kinds)]
    for name, title in BUILDS.items():
        cells = [read(name, kind) for kind in kinds]
        lines.append(f"| {title} | " + " | ".join(grouped(cell[0]) if cell else "" for cell in cells) + " |")
    return lines


def parts():
    whole = read("default", "so")[0]
    lines = ["| left out | x86-64 `.so` | less |", "|---|---|---|"]
    for part in PARTS:
        without = read(f"-{part}", "so")
        if without:
            lines.append(f"| `{part}`{ALSO.get(part, '')} | {grouped(without[0])} | {grouped(whole - without[0])} |")
    return lines


def contributors():
    """What the libraries are made of, the largest first; less than 10 KB are among the others."""
    builds = {name: title for name, title in BUILDS.items() if (RESULTS / f"{name}.contributors").exists()}
    bytes_of = {}
    for name in builds:
        for line in (RESULTS / f"{name}.contributors").read_text().splitlines():
            size, contributor = line.split(" ", 1)
            bytes_of.setdefault(contributor, {})[name] = int(size)
    if not builds:
        return []
    lines = ["| bytes of x86-64 code and tables | " + " | ".join(builds.values()) + " |", "|---|" + "---|" * len(builds)]
    for contributor, sizes in sorted(bytes_of.items(), key=lambda item: (item[0] == "others", -max(item[1].values()))):
        cells = [grouped(sizes[name]) if name in sizes else "" for name in builds]
        lines.append(f"| {contributor} | " + " | ".join(cells) + " |")
    return lines


def memory():
    lines = [
        "| RAM and stack | heap at rest | of each idle connection | most during a request of 100 KiB | own pages of the `.so` | stack |",
        "|---|---|---|---|---|---|",
    ]
    for name, title in BUILDS.items():
        for scheme in ["http", "https"]:
            numbers = read(name, scheme)
            if numbers:
                lines.append(f"| {title}, {scheme} | " + " | ".join(map(kib, numbers)) + " |")
    return lines


def chart():
    bars = [("everything", read("default", "so"))]
    bars += [(f"without {part}", read(f"-{part}", "so")) for part in PARTS]
    bars += [("small", read("small", "so")), ("small, armv7", read("small", "armv7-unknown-linux-gnueabihf"))]
    bars += [("small without TLS", read("small-without-tls", "so"))]
    bars += [("smallest", read("smallest", "so")), ("smallest, armv7", read("smallest", "armv7-unknown-linux-gnueabihf"))]
    bars += [("smallest without TLS", read("smallest-without-tls", "so"))]
    bars = [(label, size[0]) for label, size in bars if size]
    most = max(size for _, size in bars)
    height = 30 + 20 * len(bars)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="620" height="{height}" font-family="sans-serif" font-size="12">',
        f'<rect width="620" height="{height}" fill="#ffffff"/>',
        '<text x="10" y="18" font-weight="bold">Bytes of libalioss.so, less is better</text>',
    ]
    for row, (label, size) in enumerate(bars):
        y = 30 + 20 * row
        color = "#16a34a" if label.startswith("small") else "#2563eb"
        out.append(f'<text x="180" y="{y + 11}" text-anchor="end">{label}</text>')
        out.append(f'<rect x="186" y="{y + 1}" width="{340 * size / most:.1f}" height="13" fill="{color}"/>')
        out.append(f'<text x="{190 + 340 * size / most:.1f}" y="{y + 12}">{grouped(size)}</text>')
    CHART.write_text("\n".join(out + ["</svg>"]) + "\n")


page = PAGE.read_text()
for name, lines in {"sizes": sizes(), "contributors": contributors(), "parts": parts(), "memory": memory()}.items():
    if not lines:
        continue
    begin, end = f"<!-- {name}: tests/sizes -->\n", f"<!-- {name} end -->"
    pattern = re.escape(begin) + ".*?" + re.escape(end)
    page, count = re.subn(pattern, lambda _: begin + "\n".join(lines) + "\n" + end, page, flags=re.DOTALL)
    assert count == 1, f"{PAGE}: no {begin!r}"
PAGE.write_text(page)
chart()
