//! Builds the release and what goes with it.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use cargo_metadata::{Package, TargetKind};
use sha2::{Digest, Sha256};

use super::archive::{Entry, sorted};
use super::{tar::tar_gz, zip::zip};
use crate::process;
use crate::workspace::Workspace;

/// Shells, and what their completion files are called.
const SHELLS: [(&str, &str); 4] = [
    ("bash", "iisle.bash"),
    ("zsh", "_iisle"),
    ("fish", "iisle.fish"),
    ("powershell", "_iisle.ps1"),
];
/// Texts of the top level that every archive has.
const TEXTS: [&str; 4] = ["README.md", "CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// Writes the archives of a target and `SHA256SUMS` to `dist/`.
pub(crate) fn run(workspace: &Workspace, options: &[String]) -> Result<bool> {
    let host = host()?;
    let target = match options {
        [] => host.clone(),
        [name, target] if name == "--target" => target.clone(),
        _ => bail!("expected nothing or `--target TRIPLE`, found `{}`", options.join(" ")),
    };
    let package = workspace.members().into_iter().find(|package| package.name == "iisle");
    let package = package.context("there is no package iisle")?;

    let programs = build(workspace, package, &target)?;
    // Completions and manual pages come from a program that runs here.
    let speaker = if target == host { programs.clone() } else { build(workspace, package, &host)? };
    let mut entries =
        programs.iter().map(|path| file(path, "", true)).collect::<Result<Vec<_>>>()?;
    for text in TEXTS {
        entries.push(file(&workspace.root().join(text), "", false)?);
    }
    entries.extend(completions(&speaker)?);
    entries.extend(manual(workspace, package)?);

    let name = format!("iisle-{}-{target}", package.version);
    for entry in &mut entries {
        entry.name = format!("{name}/{}", entry.name);
    }
    let entries = sorted(entries);
    let modified = modified(workspace)?;
    let folder = workspace.root().join("dist");
    std::fs::create_dir_all(&folder).context("cannot create dist")?;
    write(&folder.join(format!("{name}.tar.gz")), &tar_gz(&entries, modified)?)?;
    write(&folder.join(format!("{name}.zip")), &zip(&entries, modified)?)?;
    let sums = sums(&folder, &format!("iisle-{}-", package.version))?;
    write(&folder.join("SHA256SUMS"), sums.as_bytes())?;
    print!("{sums}");
    Ok(true)
}

fn host() -> Result<String> {
    let version = process::capture(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not name its host")?.to_owned())
}

/// The executables of a release build that does not know where it was built.
fn build(workspace: &Workspace, package: &Package, target: &str) -> Result<Vec<PathBuf>> {
    let folder = workspace.target().join("dist");
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home
        .or_else(|| Some(std::env::home_dir()?.join(".cargo")))
        .context("there is no home folder")?;
    let renamed = [(home.as_path(), "cargo"), (workspace.root(), "iisle")];
    let flags = renamed.map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()));
    let mut cargo = workspace.cargo();
    cargo.args([
        "build",
        "--release",
        "--locked",
        "--package",
        "iisle",
        "--bins",
        "--target",
        target,
    ]);
    cargo.arg("--target-dir").arg(&folder);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    process::run(&mut cargo)?;
    let suffix = if target.contains("windows") { ".exe" } else { "" };
    let programs = package.targets.iter().filter(|program| program.kind.contains(&TargetKind::Bin));
    let built = folder.join(target).join("release");
    Ok(programs.map(|program| built.join(format!("{}{suffix}", program.name))).collect())
}

fn completions(programs: &[PathBuf]) -> Result<Vec<Entry>> {
    let iisle = programs.iter().find(|path| path.file_stem().is_some_and(|stem| stem == "iisle"));
    let iisle = iisle.context("the package iisle has no program iisle")?;
    let of_shell = |(shell, name): (&str, &str)| {
        let text = process::capture(Command::new(iisle).args(["completions", shell]))?;
        if !text.contains("iisle") {
            bail!("the completions for {shell} do not name the program");
        }
        Ok(Entry {
            name: format!("completions/{name}"),
            content: text.into_bytes(),
            is_program: false,
        })
    };
    SHELLS.into_iter().map(of_shell).collect()
}

/// Manual pages, written by the example `man` of the package: only it sees the arguments' types.
fn manual(workspace: &Workspace, package: &Package) -> Result<Vec<Entry>> {
    let is_man = |target: &cargo_metadata::Target| {
        target.name == "man" && target.kind.contains(&TargetKind::Example)
    };
    if !package.targets.iter().any(is_man) {
        println!("no manual pages: the package iisle has no example `man` that writes them");
        return Ok(Vec::new());
    }
    let folder = tempfile::tempdir().context("cannot create a folder for the manual pages")?;
    let mut cargo = workspace.cargo();
    cargo.args(["run", "--locked", "--quiet", "--package", "iisle", "--example", "man", "--"]);
    process::run(cargo.arg(folder.path()))?;
    let mut pages = Vec::new();
    for page in folder.path().read_dir().context("the manual pages cannot be listed")? {
        pages.push(file(&page?.path(), "man/", false)?);
    }
    if pages.is_empty() {
        bail!("the example `man` wrote no page");
    }
    Ok(pages)
}

fn file(path: &Path, folder: &str, is_program: bool) -> Result<Entry> {
    let content = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(Entry { name: format!("{folder}{name}"), content, is_program })
}

/// The time of everything in an archive: that of the commit, or what `SOURCE_DATE_EPOCH` says.
fn modified(workspace: &Workspace) -> Result<u64> {
    let text = match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text,
        Err(_) => process::capture(Command::new("git").current_dir(workspace.root()).args([
            "log",
            "-1",
            "--format=%ct",
        ]))?,
    };
    text.trim().parse().with_context(|| format!("`{}` is no number of seconds", text.trim()))
}

/// Lines for `sha256sum --check`, sorted by name, of the archives that start with `prefix`: those of
/// other versions are somebody's earlier work.
fn sums(folder: &Path, prefix: &str) -> Result<String> {
    let mut archives = Vec::new();
    for entry in folder.read_dir().context("dist cannot be listed")? {
        let path = entry?.path();
        let is_archive =
            path.extension().is_some_and(|extension| extension == "gz" || extension == "zip");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if is_archive && name.starts_with(prefix) {
            archives.push(path);
        }
    }
    archives.sort();
    let mut text = String::new();
    for path in archives {
        let bytes =
            std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        for byte in Sha256::digest(&bytes) {
            write!(text, "{byte:02x}")?;
        }
        writeln!(text, "  {}", path.file_name().unwrap_or_default().to_string_lossy())?;
    }
    Ok(text)
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_are_those_of_sha256sum_in_the_order_of_names() {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in
            [("x-b.zip", "abc"), ("x-a.tar.gz", ""), ("x.txt", "y"), ("w-1.zip", "z")]
        {
            std::fs::write(folder.path().join(name), content).unwrap();
        }
        assert_eq!(
            sums(folder.path(), "x-").unwrap(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  x-a.tar.gz\n\
             ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  x-b.zip\n"
        );
    }
}
