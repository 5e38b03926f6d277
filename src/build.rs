//! Link options of the shared library.

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    // Thread-exit handlers of the standard library would run into unmapped code after dlclose().
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
