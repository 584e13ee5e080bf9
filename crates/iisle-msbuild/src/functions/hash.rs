//! `[MSBuild]::StableStringHash`: the same number on every machine.

use super::{Arg, Failure, Value};

const PRIME_32: u32 = 16_777_619;
const BASIS_32: u32 = 2_166_136_261;
const PRIME_64: u64 = 1_099_511_628_211;
const BASIS_64: u64 = 14_695_981_039_346_656_037;

/// Source: dotnet/msbuild, `src/Build/Evaluation/IntrinsicFunctions.cs`.
pub(super) fn stable(args: &[Arg]) -> Result<Value, Failure> {
    let (text, algorithm) = match args {
        [text] => (text, "Legacy".to_owned()),
        [text, algorithm] => (text, algorithm.as_text().unwrap_or_default()),
        _ => return Err(Failure::no_member("StableStringHash", true)),
    };
    let Some(text) = text.as_text() else {
        return Err(Failure::no_member("StableStringHash", true));
    };
    let units: Vec<u16> = text.encode_utf16().collect();
    let name = algorithm.rsplit('.').next().unwrap_or_default().trim().to_ascii_lowercase();
    let bytes = || units.iter().flat_map(|unit| unit.to_le_bytes());
    match name.as_str() {
        "legacy" => Ok(Value::Int(legacy(&units))),
        "fnv1a32bit" => Ok(Value::Int(fnv_32(bytes().map(u32::from)))),
        "fnv1a32bitfast" => Ok(Value::Int(fnv_32(units.iter().copied().map(u32::from)))),
        "fnv1a64bit" => Ok(Value::Long(fnv_64(bytes().map(u64::from)))),
        "fnv1a64bitfast" => Ok(Value::Long(fnv_64(units.iter().copied().map(u64::from)))),
        "sha256" => Err(Failure::Unsupported("a stable hash by SHA-256".to_owned())),
        _ => Err(Failure::no_member("StableStringHash", true)),
    }
}

/// Two lanes over pairs of UTF-16 units; what lies behind the end is zero.
///
/// Source: dotnet/msbuild, `CommunicationsUtilities.GetHashCode`.
fn legacy(units: &[u16]) -> i32 {
    const START: i32 = (5381 << 16) + 5381;
    let step = |hash: i32, pair: i32| {
        let turned = (hash << 5).wrapping_add(hash).wrapping_add(hash >> 27);
        turned ^ pair
    };
    let (mut first, mut second) = (START, START);
    for chunk in units.chunks(4) {
        let unit = |at: usize| i32::from(chunk.get(at).copied().unwrap_or(0).cast_signed());
        let low = |at: usize| i32::from(chunk.get(at).copied().unwrap_or(0));
        first = step(first, low(0) | unit(1) << 16);
        if chunk.len() > 2 {
            second = step(second, low(2) | unit(3) << 16);
        }
    }
    first.wrapping_add(second.wrapping_mul(1_566_083_941))
}

fn fnv_32(parts: impl Iterator<Item = u32>) -> i32 {
    parts.fold(BASIS_32, |hash, part| (hash ^ part).wrapping_mul(PRIME_32)).cast_signed()
}

fn fnv_64(parts: impl Iterator<Item = u64>) -> i64 {
    parts.fold(BASIS_64, |hash, part| (hash ^ part).wrapping_mul(PRIME_64)).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_those_of_the_published_algorithms() {
        let hash = |text: &str, how: &str| {
            stable(&[Arg::Text(text.to_owned()), Arg::Text(how.to_owned())]).unwrap()
        };
        // FNV-1a over the bytes `a`, 0: computed from the definition.
        let by_hand = ((BASIS_32 ^ 0x61).wrapping_mul(PRIME_32)).wrapping_mul(PRIME_32);
        assert_eq!(hash("a", "Fnv1a32bit"), Value::Int(by_hand.cast_signed()));
        assert_eq!(hash("", "Legacy"), Value::Int(legacy(&[])));
        let start: i32 = 5381 * 65_537;
        assert_eq!(legacy(&[]), start.wrapping_add(start.wrapping_mul(1_566_083_941)));
        assert_ne!(hash("cat1s", "Legacy"), hash("cat1z", "Legacy"));
        assert!(stable(&[Arg::Text(String::new()), Arg::Text("md5".to_owned())]).is_err());
    }
}
