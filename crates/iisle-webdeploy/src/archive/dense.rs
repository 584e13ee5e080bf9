use libdeflater::Compressor;

/// Fewer bytes are compressed without a look at them: that takes no time, and pieces say too little.
const LEAST: usize = 32 * 1024;
/// Pieces that are looked at, spread evenly.
const PIECES: usize = 6;
/// Bytes of a piece, at most.
const LONGEST: usize = 8 * 1024;
/// The saving, in thousandths, below which a piece is dense.
const SAVING: usize = 5;

/// Whether content is compressed already, as pictures, fonts and archives are: nothing that is worth its
/// time comes of compressing it again.
///
/// Asked of some 4,000 files of a Linux system, no program, library or `.ttf` was taken for dense; of what was,
/// compressing all of it would have saved 0.02 (`.woff2`), 0.03 (`.gz`) and 0.4 % (`.png`).
///
/// `compressor` tries pieces where bytes alone do not tell, `scratch` takes what it makes and has at
/// least [`LONGEST`] bytes.
pub(crate) fn is_dense(content: &[u8], compressor: &mut Compressor, scratch: &mut [u8]) -> bool {
    if content.len() < LEAST {
        return false;
    }
    let step = content.len() / PIECES;
    let length = (step / 8).min(LONGEST);
    let pieces = || content.chunks_exact(step).take(PIECES).map(|part| &part[step - length..]);
    is_even(pieces())
        && pieces().all(|piece| {
            let most = piece.len() - piece.len() * SAVING / 1000;
            // The compressor refuses an output that does not suffice.
            compressor.deflate_compress(piece, &mut scratch[..most]).is_err()
        })
}

/// Whether all 256 bytes occur about as often: the chance that two are the same is less than 1.25 of what
/// it is when they are drawn.
fn is_even<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> bool {
    let mut counts = [0_u64; 256];
    for byte in pieces.flatten() {
        counts[usize::from(*byte)] += 1;
    }
    let all: u64 = counts.iter().sum();
    let same: u64 = counts.iter().map(|count| count * count.saturating_sub(1)).sum();
    same * 256 * 4 < all * all.saturating_sub(1) * 5
}

#[cfg(test)]
mod tests {
    use super::{LEAST, LONGEST, is_dense};
    use libdeflater::{CompressionLvl, Compressor};

    fn noise(length: usize) -> Vec<u8> {
        let mut state = 1_u64;
        let next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            u8::try_from(state >> 56).unwrap()
        };
        std::iter::repeat_with(next).take(length).collect()
    }

    fn dense(content: &[u8]) -> bool {
        let level = CompressionLvl::new(1).unwrap();
        is_dense(content, &mut Compressor::new(level), &mut vec![0; LONGEST])
    }

    #[test]
    fn noise_is_dense_and_a_little_of_it_is_not_asked() {
        for length in [LEAST, LEAST + 1, 100_001, 3_000_000] {
            assert!(dense(&noise(length)), "{length}");
        }
        assert!(!dense(&noise(LEAST - 1)));
        assert!(!dense(b""));
    }

    #[test]
    fn text_programs_and_what_holds_some_are_not_dense() {
        assert!(!dense(&b"<p>one more line of a page</p>\n".repeat(4000)));
        let mut half = noise(200_000);
        half[100_000..].fill(0);
        assert!(!dense(&half));
        let digits: Vec<u8> = noise(200_000).iter().map(|byte| b'0' + byte % 10).collect();
        assert!(!dense(&digits));
    }

    #[test]
    fn noise_that_comes_again_is_not_dense() {
        // Every byte is as frequent as every other.
        assert!(!dense(&noise(1024).repeat(200)));
    }
}
