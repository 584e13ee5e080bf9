use std::collections::BTreeSet;

use iisle_path::{NameRules, RelPath, collisions, windows_problem};

use crate::guard::Guard;

/// What speaks against having `paths` on Windows: names it forbids, and names it takes for one.
///
/// `paths` holds the directories as well; a name at fault is reported for the entry that bears it
/// and not for everything below.
pub(crate) fn problems(paths: &[&RelPath]) -> Vec<Guard> {
    let mut guards = Vec::new();
    for path in paths {
        let name = path.file_name();
        if is_harmless(name) {
            continue;
        }
        let name = RelPath::parse(name).expect("a segment is a path");
        if let Some(problem) = windows_problem(&name) {
            guards.push(Guard::Name((*path).clone(), problem));
        }
    }
    let pairs = collisions(suspects(paths));
    guards.extend(pairs.into_iter().map(|(first, second)| Guard::Collision(first, second)));
    guards
}

/// Whether a name is obviously fine, so that nobody has to look at it closely: nearly all are.
fn is_harmless(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let stem = name.find('.').unwrap_or(name.len());
    // Device names have stems of three to seven characters (`CON`, `COM1`, `CONOUT$`).
    let (is_plain, is_device_like) = (name.bytes().all(plain), (3..=7).contains(&stem));
    let starts_like_one =
        matches!(name.as_bytes()[0].to_ascii_lowercase(), b'c' | b'p' | b'a' | b'n' | b'l');
    is_plain && !name.ends_with('.') && name.len() <= 255 && !(is_device_like && starts_like_one)
}

/// The paths that may be one with another: hashes of their folded forms meet.
///
/// Comparing numbers is far cheaper than a map of folded texts, and usually nothing is left.
fn suspects<'a>(paths: &[&'a RelPath]) -> Vec<&'a RelPath> {
    let mut hashes: Vec<u64> = paths.iter().map(|path| folded_hash(path.as_str())).collect();
    hashes.sort_unstable();
    let twice: BTreeSet<u64> =
        hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    if twice.is_empty() {
        return Vec::new();
    }
    paths.iter().copied().filter(|path| twice.contains(&folded_hash(path.as_str()))).collect()
}

/// FNV-1a of the folded text.
///
/// Source: Fowler, Noll, Vo, "The FNV Non-Cryptographic Hash Algorithm", 64 bits.
fn folded_hash(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let start = 0xcbf2_9ce4_8422_2325;
    if text.is_ascii() {
        return text.bytes().map(|byte| byte.to_ascii_uppercase()).fold(start, step);
    }
    NameRules::Windows.fold(text).bytes().fold(start, step)
}

#[cfg(test)]
mod tests {
    use super::{folded_hash, is_harmless};
    use iisle_path::{NameRules, RelPath, windows_problem};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_harmless_name_is_one_that_windows_holds(
            name in "[cCpPaAnNlLxX][oOrRuUmMpP]?[nNxXlLtTmM]?[0-9a$¹. ]{0,3}(\\.[a. ]{0,2})?"
        ) {
            if let Ok(path) = RelPath::parse(&name) {
                prop_assert!(!is_harmless(&name) || windows_problem(&path).is_none());
            }
        }

        #[test]
        fn names_that_are_one_have_one_hash(name in "[a-cA-CéÉßσΣς/]{1,6}") {
            let folded = NameRules::Windows.fold(&name);
            prop_assert_eq!(folded_hash(&name), folded_hash(&folded));
        }
    }
}
