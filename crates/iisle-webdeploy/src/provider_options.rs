use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use flate2::{Compression, GzBuilder};
use thiserror::Error;

/// What a package says about one provider besides its attributes: name, path and settings.
///
/// Stored in `MSDeploy.MSDeployProviderOptions` as base64 of gzip of one record of .NET binary
/// serialization. Only that record shape is read; nothing is ever deserialized by name.
///
/// Source: MS-NRBF, and packages of Web Deploy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderOptions {
    /// Name of the provider, `iisApp`.
    pub provider: String,
    /// The path the provider was given.
    pub path: String,
    /// Settings in the order of the record: name and value; `None` where the record says null.
    pub settings: Vec<(String, Option<String>)>,
}

/// Why bytes are no provider options.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum ProviderOptionsError {
    #[error("the provider options are no base64 text")]
    Base64(#[source] base64::DecodeError),
    #[error("the provider options are not compressed as gzip")]
    Gzip(#[source] std::io::Error),
    #[error("the provider options are larger than {limit} bytes")]
    TooLarge { limit: usize },
    #[error("the provider options are cut off at byte {offset}")]
    Truncated { offset: usize },
    #[error("the provider options hold an unexpected record at byte {offset}: {problem}")]
    Record { offset: usize, problem: &'static str },
}

/// A record is a few hundred bytes; a page holds the longest that was ever seen many times.
const LIMIT: usize = 1024 * 1024;
/// Settings of a provider; the engine knows at most seven.
const MAX_SETTINGS: u32 = 4096;
const LIBRARY: &str =
    "Microsoft.web.deployment, Version=7.1.0.0, Culture=neutral, PublicKeyToken=31bf3856ad364e35";
const CLASS: &str = "Microsoft.Web.Deployment.DeploymentProviderOptions";
const MEMBERS: [&str; 4] = ["providerName", "path", "names", "values"];

impl ProviderOptions {
    /// Options without settings.
    pub fn new(provider: &str, path: &str) -> Self {
        Self { provider: provider.to_owned(), path: path.to_owned(), settings: Vec::new() }
    }

    /// The text of the attribute.
    pub fn to_attribute(&self) -> String {
        let gzip = GzBuilder::new().mtime(0).operating_system(0);
        let mut encoder = gzip.write(Vec::new(), Compression::new(6));
        encoder.write_all(&self.to_record()).expect("a vector takes all");
        STANDARD.encode(encoder.finish().expect("a vector takes all"))
    }

    /// Reads the text of the attribute; white space in it is allowed.
    pub fn from_attribute(text: &str) -> Result<Self, ProviderOptionsError> {
        let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let bytes = STANDARD.decode(compact).map_err(ProviderOptionsError::Base64)?;
        let mut record = Vec::new();
        GzDecoder::new(bytes.as_slice())
            .take(LIMIT as u64 + 1)
            .read_to_end(&mut record)
            .map_err(ProviderOptionsError::Gzip)?;
        if record.len() > LIMIT {
            return Err(ProviderOptionsError::TooLarge { limit: LIMIT });
        }
        Self::from_record(&record)
    }

    /// The serialized record.
    pub fn to_record(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(320);
        // Header: root object 1, header -1, version 1.0.
        out.push(0);
        for number in [1, -1, 1, 0] {
            int(&mut out, number);
        }
        out.push(12); // BinaryLibrary
        int(&mut out, 2);
        string(&mut out, LIBRARY);
        out.push(5); // ClassWithMembersAndTypes
        int(&mut out, 1);
        string(&mut out, CLASS);
        int(&mut out, 4);
        for member in MEMBERS {
            string(&mut out, member);
        }
        out.extend([1, 1, 6, 6]); // string, string, string array, string array
        int(&mut out, 2);
        text(&mut out, 3, &self.provider);
        text(&mut out, 4, &self.path);
        out.push(9); // MemberReference
        int(&mut out, 5);
        out.push(9);
        int(&mut out, 6);
        let count = i32::try_from(self.settings.len()).expect("settings are few");
        out.push(17); // ArraySingleString
        int(&mut out, 5);
        int(&mut out, count);
        for (index, (name, _)) in (7..).zip(&self.settings) {
            text(&mut out, index, name);
        }
        out.push(17);
        int(&mut out, 6);
        int(&mut out, count);
        for (index, (_, value)) in (7 + count..).zip(&self.settings) {
            match value {
                Some(value) => text(&mut out, index, value),
                None => out.push(10), // ObjectNull
            }
        }
        out.push(11); // MessageEnd
        out
    }

    /// Reads the serialized record.
    pub fn from_record(bytes: &[u8]) -> Result<Self, ProviderOptionsError> {
        let mut input = Reader { bytes, offset: 0 };
        input.expect(0, "expected the header")?;
        for number in [1, -1, 1, 0] {
            input.number(number, "the header is not that of version 1.0 with root object 1")?;
        }
        input.expect(12, "expected a library")?;
        let library = input.int()?;
        let name = input.string()?;
        let assembly = name.split(',').next().unwrap_or_default().trim();
        if !assembly.eq_ignore_ascii_case("Microsoft.Web.Deployment") {
            return Err(input.wrong("the library is not Microsoft.Web.Deployment"));
        }
        input.expect(5, "expected a class with members and types")?;
        input.number(1, "the class is not the root object")?;
        if input.string()? != CLASS {
            return Err(input.wrong("the class is not DeploymentProviderOptions"));
        }
        input.number(4, "expected four members")?;
        for member in MEMBERS {
            if input.string()? != member {
                return Err(input.wrong("the members are not those of DeploymentProviderOptions"));
            }
        }
        for kind in [1, 1, 6, 6] {
            input.expect(kind, "the members do not have the expected types")?;
        }
        input.number(library, "the class belongs to another library")?;
        let provider = input.text()?.ok_or_else(|| input.wrong("the provider has no name"))?;
        let path = input.text()?.unwrap_or_default();
        input.expect(9, "expected a reference to the names")?;
        let names_id = input.int()?;
        input.expect(9, "expected a reference to the values")?;
        let values_id = input.int()?;
        let names = input.array(names_id)?;
        // Both members may point at one empty array.
        let values = if values_id == names_id { names.clone() } else { input.array(values_id)? };
        if names.len() != values.len() || (values_id == names_id && !names.is_empty()) {
            return Err(input.wrong("names and values are not of one length"));
        }
        input.expect(11, "expected the end")?;
        let named = |(name, value): (Option<String>, Option<String>)| name.map(|n| (n, value));
        let settings: Option<Vec<_>> = names.into_iter().zip(values).map(named).collect();
        let settings = settings.ok_or_else(|| input.wrong("a setting has no name"))?;
        Ok(Self { provider, path, settings })
    }
}

fn int(out: &mut Vec<u8>, value: i32) {
    out.extend(value.to_le_bytes());
}

/// A string with its length in front, seven bits a byte.
fn string(out: &mut Vec<u8>, value: &str) {
    let mut length = value.len();
    while length >= 0x80 {
        out.push(u8::try_from(length & 0x7f).expect("seven bits") | 0x80);
        length >>= 7;
    }
    out.push(u8::try_from(length).expect("seven bits"));
    out.extend(value.as_bytes());
}

/// A `BinaryObjectString` record.
fn text(out: &mut Vec<u8>, id: i32, value: &str) {
    out.push(6);
    int(out, id);
    string(out, value);
}

struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl Reader<'_> {
    fn wrong(&self, problem: &'static str) -> ProviderOptionsError {
        ProviderOptionsError::Record { offset: self.offset, problem }
    }

    fn take(&mut self, length: usize) -> Result<&[u8], ProviderOptionsError> {
        let end = self.offset.checked_add(length).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or(ProviderOptionsError::Truncated { offset: self.bytes.len() })?;
        let taken = &self.bytes[self.offset..end];
        self.offset = end;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, ProviderOptionsError> {
        Ok(self.take(1)?[0])
    }

    fn expect(&mut self, byte: u8, problem: &'static str) -> Result<(), ProviderOptionsError> {
        let offset = self.offset;
        if self.byte()? == byte {
            return Ok(());
        }
        Err(ProviderOptionsError::Record { offset, problem })
    }

    fn int(&mut self) -> Result<i32, ProviderOptionsError> {
        Ok(i32::from_le_bytes(self.take(4)?.try_into().expect("four bytes were taken")))
    }

    fn number(&mut self, value: i32, problem: &'static str) -> Result<(), ProviderOptionsError> {
        let offset = self.offset;
        if self.int()? == value {
            return Ok(());
        }
        Err(ProviderOptionsError::Record { offset, problem })
    }

    fn string(&mut self) -> Result<String, ProviderOptionsError> {
        let mut length = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            length |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                let offset = self.offset;
                let bytes = self.take(length)?.to_vec();
                let problem = "a string is not UTF-8";
                return String::from_utf8(bytes)
                    .map_err(|_| ProviderOptionsError::Record { offset, problem });
            }
        }
        Err(self.wrong("the length of a string is longer than five bytes"))
    }

    /// A string object, or null.
    fn text(&mut self) -> Result<Option<String>, ProviderOptionsError> {
        match self.byte()? {
            6 => {
                self.int()?;
                self.string().map(Some)
            }
            10 => Ok(None),
            _ => Err(self.wrong("expected a string")),
        }
    }

    fn array(&mut self, id: i32) -> Result<Vec<Option<String>>, ProviderOptionsError> {
        self.expect(17, "expected an array of strings")?;
        self.number(id, "the array is not the one referred to")?;
        let count = self.int()?;
        let count = u32::try_from(count).ok().filter(|count| *count <= MAX_SETTINGS);
        let count = count.ok_or_else(|| self.wrong("the array is too long"))?;
        (0..count).map(|_| self.text()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{ProviderOptions, ProviderOptionsError};
    use proptest::prelude::*;

    /// `contentPath`, `C:\app`, in a gzip stream of one stored block.
    const EXAMPLE: &str = "H4sIAAAAAAAA/wEPAfD+AAEAAAD/////AQAAAAAAAAAMAgAAAFtNaWNyb3NvZnQud2ViLmRlcGxv\
        eW1lbnQsIFZlcnNpb249Ny4xLjAuMCwgQ3VsdHVyZT1uZXV0cmFsLCBQdWJsaWNLZXlUb2tlbj0zMWJmMzg1NmFkMzY0ZTM1BQ\
        EAAAAyTWljcm9zb2Z0LldlYi5EZXBsb3ltZW50LkRlcGxveW1lbnRQcm92aWRlck9wdGlvbnMEAAAADHByb3ZpZGVyTmFtZQRw\
        YXRoBW5hbWVzBnZhbHVlcwEBBgYCAAAABgMAAAALY29udGVudFBhdGgGBAAAAAZDOlxhcHAJBQAAAAkGAAAAEQUAAAAAAAAAEQ\
        YAAAAAAAAAC5sbBE4PAQAA";

    #[test]
    fn the_worked_example_is_read_and_written_to_the_same_271_bytes() {
        let options = ProviderOptions::from_attribute(EXAMPLE).unwrap();
        assert_eq!(options, ProviderOptions::new("contentPath", r"C:\app"));
        let record = options.to_record();
        assert_eq!(record.len(), 271);
        assert_eq!(&record[0xd5..0xdf], b"\x06\x03\0\0\0\x0bcont");
        assert_eq!(ProviderOptions::from_record(&record).unwrap(), options);
    }

    #[test]
    fn a_setting_has_the_ids_of_the_engine() {
        let setting = ("skipAppCreation".to_owned(), Some("True".to_owned()));
        let options = ProviderOptions {
            settings: vec![setting],
            ..ProviderOptions::new("iisApp", r"C:\app")
        };
        let tail = b"\x06\x03\0\0\0\x06iisApp\x06\x04\0\0\0\x06C:\\app\x09\x05\0\0\0\x09\x06\0\0\0\
            \x11\x05\0\0\0\x01\0\0\0\x06\x07\0\0\0\x0fskipAppCreation\
            \x11\x06\0\0\0\x01\0\0\0\x06\x08\0\0\0\x04True\x0b";
        assert_eq!(&options.to_record()[0xd5..], tail);
        assert_eq!(ProviderOptions::from_attribute(&options.to_attribute()).unwrap(), options);
    }

    #[test]
    fn both_members_may_point_at_one_empty_array() {
        let mut record = ProviderOptions::new("iisApp", "p").to_record();
        let end = record.len() - 10;
        record.truncate(end);
        record.push(11);
        let at = record.len() - 14;
        record[at] = 5;
        let options = ProviderOptions::from_record(&record).unwrap();
        assert_eq!(options, ProviderOptions::new("iisApp", "p"));
    }

    #[test]
    fn other_shapes_are_refused_with_their_place() {
        let good = ProviderOptions::new("iisApp", r"C:\app").to_record();
        for end in 0..good.len() {
            let error = ProviderOptions::from_record(&good[..end]).unwrap_err();
            assert!(matches!(error, ProviderOptionsError::Truncated { .. }), "{end}: {error}");
        }
        let mut other = good.clone();
        other[0x16 + 1] = b'X';
        let error = ProviderOptions::from_record(&other).unwrap_err().to_string();
        assert!(error.contains("not Microsoft.Web.Deployment"), "{error}");
        for text in ["!", "AAAA", "H4sI"] {
            assert!(ProviderOptions::from_attribute(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_the_reader(bytes: Vec<u8>, at: usize, byte: u8) {
            drop(ProviderOptions::from_record(&bytes));
            let mut record = ProviderOptions::new("iisApp", "p").to_record();
            let at = at % record.len();
            record[at] = byte;
            drop(ProviderOptions::from_record(&record));
        }

        #[test]
        fn what_is_written_is_read_back(
            provider in ".*",
            path in ".*",
            settings in proptest::collection::vec((".*", proptest::option::of(".*")), 0..5),
        ) {
            let options = ProviderOptions { provider, path, settings };
            let read = ProviderOptions::from_attribute(&options.to_attribute()).unwrap();
            prop_assert_eq!(read, options);
        }
    }
}
