package oss

// How the library is found. By default the shared one is asked of pkg-config (PKG_CONFIG_PATH for unusual places). With
// the tag static it is the archive, which comes first and resolves everything, so that of what pkg-config adds only the
// system's libraries are taken. With the tag bundled it is an archive that came with the module, which the script release
// made. With the tag repo it is what `cargo build --release` left in this repository.

// #cgo !static,!repo,!bundled pkg-config: alioss
// #cgo static,!repo,!darwin LDFLAGS: -l:libalioss.a -Wl,--as-needed
// #cgo static,!repo pkg-config: --static alioss
// #cgo repo CFLAGS: -I${SRCDIR}/../../include
// #cgo repo LDFLAGS: -L${SRCDIR}/../../target/release -lalioss -Wl,-rpath,${SRCDIR}/../../target/release
import "C"
