use std::io;

use iisle_tree::Content;
use memchr::memmem;

use super::source::{Source, Trouble};

/// Which of `texts` stand somewhere in a file, as ASCII or UTF-16, without regard to case.
///
/// The whole file is read once. `size` is its length in bytes.
pub(crate) fn find_texts(
    content: &mut dyn Content,
    size: u64,
    texts: &[&str],
) -> Result<Vec<bool>, io::Error> {
    let narrow: Vec<_> = texts.iter().map(|text| text.to_ascii_lowercase().into_bytes()).collect();
    let wide = |text: &Vec<u8>| text.iter().flat_map(|byte| [*byte, 0]).collect::<Vec<u8>>();
    let wide: Vec<_> = narrow.iter().map(wide).collect();
    let longest = wide.iter().map(Vec::len).max().unwrap_or_default();
    let mut found = vec![false; texts.len()];
    let mut source = Source::new(content, size);
    let visit = |_: u64, window: &[u8]| {
        let window = window.to_ascii_lowercase();
        for (index, found) in found.iter_mut().enumerate().filter(|(_, found)| !**found) {
            let stands = |text: &[u8]| memmem::find(&window, text).is_some();
            *found = stands(&narrow[index]) || stands(&wide[index]);
        }
        found.iter().all(|found| *found).then_some(())
    };
    match source.scan(0, size, longest, visit) {
        Ok(_) | Err(Trouble::Damaged(_)) => Ok(found),
        Err(Trouble::Io(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::find_texts;

    #[test]
    fn texts_are_found_narrow_and_wide_and_in_any_case() {
        let wide: Vec<u8> = "Two".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let bytes = [b"..ONE..".as_slice(), &wide, b"tree"].concat();
        let size = bytes.len() as u64;
        let found = find_texts(&mut Cursor::new(bytes), size, &["one", "TWO", "three"]).unwrap();
        assert_eq!(found, [true, true, false]);
    }
}
