#!/bin/sh
# Builds oss-local as one static binary for Linux and prints where it is. Needs the target
# (rustup target add x86_64-unknown-linux-musl) and a C compiler: musl-gcc of musl-tools, or gcc.
set -eu
cd "$(dirname "$0")/../.."
target=${1:-$(uname -m)-unknown-linux-musl}
variable=CC_$(echo "$target" | tr - _)
if [ -z "$(printenv "$variable" || true)" ] && ! command -v musl-gcc >/dev/null; then
    export "$variable=gcc"
fi
cargo build --quiet --release --locked -p oss-local --target "$target"
binary=${CARGO_TARGET_DIR:-target}/$target/release/oss-local
"$binary" --version >&2
echo "$binary"
