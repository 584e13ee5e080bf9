//! Archives inside of an archive. They are content like any other and are never unpacked; but who
//! unpacks them where they are deployed must not be met by a bomb.

use std::io::{Cursor, Read};

use zip::ZipArchive;

/// How deep archives inside of archives are looked into.
const DEEPEST: usize = 16;
/// Bytes of archives that are held at once: larger ones are not looked into, nor what would be
/// beyond it inside of others.
pub(crate) const LOOKED_INTO: u64 = 32 << 20;

/// Whether a file that begins with these bytes may be an archive.
///
/// Source: APPNOTE.TXT 6.3.10, section 4.3.7.
pub(crate) fn begins_as_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// How many bytes an archive comes to when it is unpacked with all archives inside of it: what
/// their directories say, until it is more than `limit`. 0 for what is none.
pub(crate) fn unfolded(archive: Vec<u8>, limit: u64) -> u64 {
    let mut unfolding = Unfolding { limit, room: LOOKED_INTO, bytes: 0 };
    unfolding.add(archive, 1);
    unfolding.bytes
}

struct Unfolding {
    limit: u64,
    /// Bytes of inner archives that may still be unpacked to look into them.
    room: u64,
    bytes: u64,
}

impl Unfolding {
    fn add(&mut self, archive: Vec<u8>, depth: usize) {
        let Ok(mut zip) = ZipArchive::new(Cursor::new(archive)) else { return };
        for index in 0..zip.len() {
            let Ok(listed) = zip.by_index_data(index) else { continue };
            self.bytes = self.bytes.saturating_add(listed.size());
            if self.bytes > self.limit {
                return;
            }
        }
        for index in 0..zip.len() {
            if depth < DEEPEST && self.bytes <= self.limit && self.room > 0 {
                let room = self.room;
                let Ok(entry) = zip.by_index(index) else { continue };
                if entry.size() > room {
                    continue;
                }
                let mut inner = Vec::new();
                let mut entry = entry.take(room);
                let mut start = [0; 4];
                if entry.read_exact(&mut start).is_err() || !begins_as_archive(&start) {
                    continue;
                }
                inner.extend(start);
                // What breaks off is looked into as far as it goes.
                drop(entry.read_to_end(&mut inner));
                drop(entry);
                self.room = room.saturating_sub(inner.len() as u64);
                self.add(inner, depth + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unfolded;
    use std::io::{Cursor, Write};
    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    fn archive(name: &str, content: &[u8], copies: usize) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for copy in 0..copies {
            zip.start_file(format!("{copy}{name}"), options).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn archives_in_archives_are_counted_at_every_level() {
        let inner = archive("zeros", &vec![0; 1_000_000], 3);
        let length = inner.len() as u64;
        assert_eq!(unfolded(inner.clone(), u64::MAX), 3_000_000);
        let outer = archive(".bin", &inner, 4);
        assert_eq!(unfolded(outer.clone(), u64::MAX), 4 * (length + 3_000_000));
        let outermost = archive(".zip", &outer, 2);
        assert!(unfolded(outermost.clone(), u64::MAX) > 24_000_000);
        // No more is looked at than has to be.
        assert!((2_000_000..4_000_000).contains(&unfolded(outermost, 2_000_000)));
    }

    #[test]
    fn what_is_no_archive_comes_to_nothing() {
        for bytes in [&b""[..], b"PK\x03\x04", b"text"] {
            assert_eq!(unfolded(bytes.to_vec(), 10), 0);
        }
        let mut broken = archive("a", b"text", 1);
        broken[0] = b'x';
        assert_eq!(unfolded(broken, 10), 4, "its directory tells");
    }
}
