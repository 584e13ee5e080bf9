//! Gives the programs a stack on Windows that is as large as the one they have elsewhere.
#![expect(clippy::disallowed_methods, reason = "cargo speaks through the environment")]

/// Bytes. Expressions and documents may be nested as deep as their limits allow, and the stack of
/// the main thread is 1 MiB on Windows: that much is taken by 256 levels of XPath alone. A second
/// thread would do too, at some tenths of a millisecond for every run.
const STACK: usize = 8 << 20;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    if !is("CARGO_CFG_TARGET_OS", "windows") {
        return;
    }
    let option = if is("CARGO_CFG_TARGET_ENV", "msvc") { "/STACK:" } else { "-Wl,--stack," };
    println!("cargo::rustc-link-arg-bins={option}{STACK}");
}
