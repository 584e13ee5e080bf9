use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::Holder;

/// The files in question, by inode and device.
type Wanted = BTreeMap<(u64, u64), Vec<usize>>;

/// For each of `paths`, the processes that execute it, have it mapped as code or for shared
/// writing, or hold it open for writing. `None` when there is none (or none that we may see).
///
/// A file that is merely open for reading is not in use in this sense: its reader keeps the old
/// content. One pass over `/proc` serves all paths. Our own process does not count.
///
/// Source: proc(5).
pub(super) fn in_use(paths: &[PathBuf]) -> Vec<Option<Vec<Holder>>> {
    let mut wanted = Wanted::new();
    for (index, path) in paths.iter().enumerate() {
        if let Ok(metadata) = fs::metadata(path) {
            wanted.entry((metadata.ino(), metadata.dev())).or_default().push(index);
        }
    }
    let mut found: Vec<Option<Vec<Holder>>> = vec![None; paths.len()];
    if wanted.is_empty() {
        return found;
    }
    for pid in processes() {
        let process = Path::new("/proc").join(pid.to_string());
        let mut used = BTreeSet::new();
        executable(&process, &wanted, &mut used);
        mappings(&process, &wanted, &mut used);
        descriptors(&process, &wanted, &mut used);
        if used.is_empty() {
            continue;
        }
        let holder = Holder { pid, name: name(&process), user: None, service: None };
        for index in used {
            found[index].get_or_insert_default().push(holder.clone());
        }
    }
    found
}

/// Every process but ours, ascending.
fn processes() -> Vec<u32> {
    let Ok(list) = fs::read_dir("/proc") else { return Vec::new() };
    let mut pids: Vec<u32> = list
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| *pid != std::process::id())
        .collect();
    pids.sort_unstable();
    pids
}

fn name(process: &Path) -> String {
    let executable = fs::read_link(process.join("exe")).ok();
    let file_name = executable.as_deref().and_then(Path::file_name);
    match file_name {
        Some(name) => name.to_string_lossy().trim_end_matches(" (deleted)").to_owned(),
        None => fs::read_to_string(process.join("comm")).unwrap_or_default().trim().to_owned(),
    }
}

fn look_up(path: &Path, wanted: &Wanted, used: &mut BTreeSet<usize>) {
    if let Ok(metadata) = fs::metadata(path) {
        used.extend(wanted.get(&(metadata.ino(), metadata.dev())).into_iter().flatten());
    }
}

fn executable(process: &Path, wanted: &Wanted, used: &mut BTreeSet<usize>) {
    look_up(&process.join("exe"), wanted, used);
}

/// Lines such as `7f00-7f01 r-xp 00000000 fe:00 1234   /srv/lib.so`.
fn mappings(process: &Path, wanted: &Wanted, used: &mut BTreeSet<usize>) {
    let Ok(maps) = fs::read(process.join("maps")) else { return };
    for line in maps.split(|b| *b == b'\n') {
        let mut fields = line.split(|b| *b == b' ').filter(|field| !field.is_empty());
        let (Some(_), Some(rights), Some(_), Some(_), Some(inode)) =
            (fields.next(), fields.next(), fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let code = rights.get(2) == Some(&b'x');
        let shared_writing = rights.get(1) == Some(&b'w') && rights.get(3) == Some(&b's');
        let inode: Option<u64> = std::str::from_utf8(inode).ok().and_then(|text| text.parse().ok());
        let (Some(inode), true) = (inode, code || shared_writing) else { continue };
        // Some file systems show another device here than `stat` does, so the inode alone is
        // looked up first and the mapping itself decides.
        if wanted.range((inode, 0)..=(inode, u64::MAX)).next().is_some() {
            let Some(range) = line.split(|b| *b == b' ').next() else { continue };
            let range = String::from_utf8_lossy(range);
            let mapping = process.join("map_files").join(&*range);
            if fs::metadata(&mapping).is_ok() {
                look_up(&mapping, wanted, used);
            } else if let Some(path) = line.iter().position(|b| *b == b'/') {
                // `map_files` may need a privilege that `maps` does not.
                look_up(Path::new(&*String::from_utf8_lossy(&line[path..])), wanted, used);
            }
        }
    }
}

fn descriptors(process: &Path, wanted: &Wanted, used: &mut BTreeSet<usize>) {
    let Ok(list) = fs::read_dir(process.join("fd")) else { return };
    for entry in list.filter_map(Result::ok) {
        let mut here = BTreeSet::new();
        look_up(&entry.path(), wanted, &mut here);
        if !here.is_empty() && is_writing(&process.join("fdinfo").join(entry.file_name())) {
            used.append(&mut here);
        }
    }
}

/// Whether the flags of an open file (octal, the lowest two bits are the access mode) say writing.
fn is_writing(info: &Path) -> bool {
    let text = fs::read_to_string(info).unwrap_or_default();
    let flags = text.lines().find_map(|line| line.strip_prefix("flags:"));
    flags
        .and_then(|flags| u32::from_str_radix(flags.trim(), 8).ok())
        .is_some_and(|flags| flags & 0o3 != 0)
}
