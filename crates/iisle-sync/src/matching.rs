use std::collections::BTreeMap;

use iisle_path::{NameRules, RelPath};

/// One name on either side or on both; at least one is there.
pub(crate) struct Pair<'a, T> {
    pub(crate) source: Option<(&'a RelPath, T)>,
    pub(crate) destination: Option<(&'a RelPath, T)>,
}

/// Brings together what has one name under the rules of the destination, in the order of the
/// source's names; what only the destination has comes last. Both sides come in order.
///
/// Two names of the source that are one at the destination never share a partner.
pub(crate) fn pairs<'a, T: Copy>(
    source: impl Iterator<Item = (&'a RelPath, T)>,
    destination: impl Iterator<Item = (&'a RelPath, T)>,
    names: NameRules,
) -> Vec<Pair<'a, T>> {
    let mut pairs = Vec::with_capacity(source.size_hint().0);
    let mut extras = Vec::new();
    let mut lonely = Vec::new();
    let mut left = source.peekable();
    let mut right = destination.peekable();
    loop {
        let order = match (left.peek(), right.peek()) {
            (None, None) => break,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some((a, _)), Some((b, _))) => a.cmp(b),
        };
        match order {
            std::cmp::Ordering::Less => {
                lonely.push(pairs.len());
                pairs.push(Pair { source: left.next(), destination: None });
            }
            std::cmp::Ordering::Greater => extras.extend(right.next()),
            std::cmp::Ordering::Equal => {
                pairs.push(Pair { source: left.next(), destination: right.next() });
            }
        }
    }
    if names == NameRules::Windows && !lonely.is_empty() && !extras.is_empty() {
        // Only what has no exact partner needs the slower comparison.
        let mut by_name: BTreeMap<String, (&RelPath, T)> =
            extras.iter().map(|extra| (names.fold(extra.0.as_str()), *extra)).collect();
        for index in lonely {
            let (path, _) = pairs[index].source.expect("a lonely entry is one of the source");
            pairs[index].destination = by_name.remove(&names.fold(path.as_str()));
        }
        let taken = |path: &RelPath| !by_name.contains_key(&names.fold(path.as_str()));
        extras.retain(|(path, _)| !taken(path));
    }
    pairs.extend(extras.into_iter().map(|extra| Pair { source: None, destination: Some(extra) }));
    pairs
}
