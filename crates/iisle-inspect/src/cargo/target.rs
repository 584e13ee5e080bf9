/// The runtime identifier that a target triple corresponds to; `None` for systems that .NET has no
/// name for, and for WebAssembly.
///
/// Source: the Rust platform support table; the .NET RID catalog.
pub fn rid_of(triple: &str) -> Option<String> {
    let (arch, rest) = triple.split_once('-')?;
    let arch = match arch {
        "x86_64" => "x64",
        "i586" | "i686" => "x86",
        "aarch64" | "arm64ec" => "arm64",
        "thumbv7a" | "thumbv7neon" | "arm" | "armv7" => "arm",
        "riscv64gc" => "riscv64",
        "loongarch64" => "loongarch64",
        _ => return None,
    };
    let system = if rest.contains("windows") {
        "win"
    } else if rest.contains("linux-musl") {
        "linux-musl"
    } else if rest.contains("linux") && !rest.contains("android") {
        "linux"
    } else if rest == "apple-darwin" {
        "osx"
    } else if rest.ends_with("freebsd") {
        "freebsd"
    } else {
        return None;
    };
    Some(format!("{system}-{arch}"))
}

/// What cargo appends to the name of a program for a triple, for the host when there is none.
pub(super) fn program_suffix(triple: Option<&str>) -> &'static str {
    match triple {
        None => std::env::consts::EXE_SUFFIX,
        Some(triple) if triple.contains("windows") => ".exe",
        Some(triple) if triple.starts_with("wasm") => ".wasm",
        Some(_) => "",
    }
}

/// The folder of a triple below the target folder; a custom target is named by its file.
pub(super) fn folder_of(triple: &str) -> &str {
    let name = triple.rsplit(['/', '\\']).next().unwrap_or(triple);
    name.strip_suffix(".json").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::rid_of;

    #[test]
    fn triples_have_runtime_identifiers() {
        for (triple, rid) in [
            ("x86_64-pc-windows-msvc", "win-x64"),
            ("x86_64-pc-windows-gnullvm", "win-x64"),
            ("x86_64-win7-windows-msvc", "win-x64"),
            ("i686-pc-windows-gnu", "win-x86"),
            ("aarch64-pc-windows-msvc", "win-arm64"),
            ("arm64ec-pc-windows-msvc", "win-arm64"),
            ("thumbv7a-pc-windows-msvc", "win-arm"),
            ("x86_64-unknown-linux-gnu", "linux-x64"),
            ("aarch64-unknown-linux-musl", "linux-musl-arm64"),
            ("armv7-unknown-linux-gnueabihf", "linux-arm"),
            ("aarch64-apple-darwin", "osx-arm64"),
        ] {
            assert_eq!(rid_of(triple).as_deref(), Some(rid), "{triple}");
        }
        for triple in
            ["wasm32-unknown-unknown", "x86_64-unknown-none", "avr-none", "aarch64-apple-ios"]
        {
            assert_eq!(rid_of(triple), None, "{triple}");
        }
    }
}
