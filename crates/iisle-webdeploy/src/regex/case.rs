use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Characters by the lower case they share, where that is more than one.
static EQUAL: LazyLock<BTreeMap<char, Vec<char>>> = LazyLock::new(|| {
    let mut all: BTreeMap<char, Vec<char>> = BTreeMap::new();
    for c in (0..0x1_0000).filter_map(char::from_u32) {
        all.entry(lower(c)).or_default().push(c);
    }
    all.retain(|_, equal| equal.len() > 1);
    all
});

/// The characters that equal `c` when case is ignored, `c` among them.
///
/// Two are equal when they have one simple lower case: K and the Kelvin sign are, s and the long
/// s are not.
///
/// Source: .NET, `RegexCaseEquivalences`, invariant culture.
pub(super) fn equal(c: char) -> impl Iterator<Item = char> {
    let others = EQUAL.get(&lower(c)).map_or(&[][..], Vec::as_slice);
    others.iter().copied().filter(move |other| *other != c).chain([c])
}

fn lower(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}
