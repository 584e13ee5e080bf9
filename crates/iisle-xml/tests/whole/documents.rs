//! Well-formed documents at random: every kind of node, encoding and line end.

use encoding_rs::Encoding;
use proptest::prelude::*;

/// A document, as text and as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    /// Without byte order mark.
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

/// How a document is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Store {
    Utf8,
    Utf8Mark,
    Utf16Le,
    Utf16Be,
    Latin1,
    Ascii,
    CodePage(&'static str),
}

const STORES: [Store; 10] = [
    Store::Utf8,
    Store::Utf8,
    Store::Utf8Mark,
    Store::Utf16Le,
    Store::Utf16Be,
    Store::Latin1,
    Store::Ascii,
    Store::CodePage("windows-1252"),
    Store::CodePage("Shift_JIS"),
    Store::CodePage("windows-1251"),
];

impl Store {
    fn name(self) -> &'static str {
        match self {
            Self::Utf8 | Self::Utf8Mark => "utf-8",
            Self::Utf16Le | Self::Utf16Be => "utf-16",
            Self::Latin1 => "iso-8859-1",
            Self::Ascii => "us-ascii",
            Self::CodePage(name) => name,
        }
    }

    /// Whether the declaration must name it.
    fn must_be_declared(self) -> bool {
        matches!(self, Self::Latin1 | Self::Ascii | Self::CodePage(_))
    }

    fn has(self, c: char) -> bool {
        match self {
            Self::Utf8 | Self::Utf8Mark | Self::Utf16Le | Self::Utf16Be => true,
            Self::Latin1 => u32::from(c) < 256,
            Self::Ascii => c.is_ascii(),
            Self::CodePage(name) => {
                let encoding = Encoding::for_label(name.as_bytes()).unwrap();
                let text = c.to_string();
                let (bytes, _, is_lossy) = encoding.encode(&text);
                // What does not come back as it was is no use for a comparison.
                !is_lossy && encoding.decode_without_bom_handling(&bytes).0 == text
            }
        }
    }

    fn bytes(self, text: &str) -> Vec<u8> {
        let wide = |unit: fn(u16) -> [u8; 2]| {
            format!("\u{feff}{text}").encode_utf16().flat_map(unit).collect()
        };
        match self {
            Self::Utf8 | Self::Ascii => text.as_bytes().to_vec(),
            Self::Utf8Mark => format!("\u{feff}{text}").into_bytes(),
            Self::Utf16Le => wide(u16::to_le_bytes),
            Self::Utf16Be => wide(u16::to_be_bytes),
            Self::Latin1 => text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect(),
            Self::CodePage(name) => {
                Encoding::for_label(name.as_bytes()).unwrap().encode(text).0.into_owned()
            }
        }
    }
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-e]{1,3}",
        2 => "[ a-z0-9.,;:=/-]{0,8}",
        1 => "[äß€жд日本😀\u{85}\u{a0}\u{2028}]{1,3}",
        1 => Just("\r\n".to_owned()),
        1 => Just("\n".to_owned()),
        1 => Just("\r".to_owned()),
        1 => Just("\t".to_owned()),
    ]
}

fn reference() -> impl Strategy<Value = String> {
    const KNOWN: &[&str] =
        &["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#65;", "&#x3c;", "&#xA;", "&#13;"];
    prop_oneof![
        prop::sample::select(KNOWN).prop_map(str::to_owned),
        prop::sample::select(&["&text;", "&nested;"][..]).prop_map(str::to_owned),
    ]
}

/// White space, at least one character of it.
fn gap() -> impl Strategy<Value = String> {
    "([ \t]{0,2}(\r\n|\n|\r)?[ \t]{0,2}){1,2}"
        .prop_map(|gap| if gap.is_empty() { " ".into() } else { gap })
}

fn space() -> impl Strategy<Value = String> {
    "([ \t]{0,2}(\r\n|\n|\r)?[ \t]{0,3}){0,2}"
}

fn pieces(
    piece: impl Strategy<Value = String>,
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = String> {
    proptest::collection::vec(piece, count).prop_map(|pieces| pieces.concat())
}

fn text() -> impl Strategy<Value = String> {
    pieces(prop_oneof![3 => word(), 1 => reference(), 1 => "['\"\\]]"], 1..5)
}

fn value() -> impl Strategy<Value = String> {
    let plain = pieces(prop_oneof![3 => word(), 1 => reference(), 1 => Just(">".into())], 0..4);
    (plain, any::<bool>()).prop_map(|(value, single)| {
        if single { format!("'{value}\"'") } else { format!("\"{value}'\"") }
    })
}

fn comment() -> impl Strategy<Value = String> {
    pieces(word(), 0..3).prop_map(|content| {
        let content = content.replace("--", "- ");
        format!("<!--{content} -->")
    })
}

fn instruction() -> impl Strategy<Value = String> {
    ("[a-c]{1,3}", gap(), pieces(word(), 0..3)).prop_map(|(target, gap, data)| {
        if data.is_empty() { format!("<?{target}?>") } else { format!("<?{target}{gap}{data}?>") }
    })
}

fn cdata() -> impl Strategy<Value = String> {
    pieces(prop_oneof![word(), Just("<&>".into()), Just("]]".into())], 0..4)
        .prop_map(|content| format!("<![CDATA[{content} ]]>"))
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-f]{1,2}",
        1 => "p:[a-c]",
        1 => Just("ü".into()),
        1 => Just("x-1._y".into()),
    ]
}

/// An attribute with the white space before it.
fn attribute() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof![3 => "[a-h]", 1 => "q:[a-c]", 1 => Just("xml:space".to_owned())];
    (name, gap(), space(), space(), value()).prop_map(|(name, gap, before, behind, value)| {
        let value = if name == "xml:space" { "'preserve'".into() } else { value };
        let spelled = format!("{gap}{name}{before}={behind}{value}");
        (name, spelled)
    })
}

fn tag() -> impl Strategy<Value = String> {
    (name(), proptest::collection::vec(attribute(), 0..5)).prop_map(|(name, attributes)| {
        let mut seen = Vec::new();
        let mut tag = name;
        for (name, spelled) in attributes {
            if !seen.contains(&name) {
                tag += &spelled;
                seen.push(name);
            }
        }
        tag
    })
}

fn element() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        (tag(), space()).prop_map(|(tag, space)| format!("<{tag}{space}/>")),
        text(),
        space(),
        comment(),
        instruction(),
        cdata(),
        Just("&markup;".to_owned()),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        (tag(), space(), proptest::collection::vec((space(), inner), 0..6), space()).prop_map(
            |(tag, space, children, tail)| {
                let name = tag.split(['\r', '\n', ' ', '\t']).next().unwrap().to_owned();
                let content: Vec<_> = children.into_iter().map(|(gap, c)| gap + &c).collect();
                format!("<{tag}{space}>{}{tail}</{name}{space}>", content.concat())
            },
        )
    })
}

const DOCTYPE: &str = "<!DOCTYPE root [\r\n <!ENTITY text 'T&#x21;'><!ENTITY nested \"-&text;-\">\n\
    <!ENTITY markup '<m a=\"1\">x<!-- y --></m>&text;'> <!ELEMENT root ANY>\r<!-- ]> --><?pi ]>?>\n]>";

/// Whether there is a document type, and with it the entities.
fn body() -> impl Strategy<Value = String> {
    let around = || pieces(prop_oneof![comment(), instruction(), space()], 0..3);
    let children = pieces(element(), 0..6);
    (around(), around(), children, around(), space()).prop_map(
        |(first, second, children, last, space)| {
            format!(
                "{first}{DOCTYPE}{second}<root xmlns:p='u'{space} xmlns:q=\"v\">{children}</root{space}>{last}"
            )
        },
    )
}

/// A document and how it is stored.
pub(crate) fn sample() -> impl Strategy<Value = Sample> {
    (body(), prop::sample::select(&STORES[..]), any::<bool>(), gap(), any::<bool>()).prop_map(
        |(body, store, declares, gap, standalone)| {
            let more = if standalone { " standalone='yes'" } else { "" };
            let name = store.name();
            let mut text = format!("<?xml version='1.0'{gap}encoding = \"{name}\"{more} ?>");
            if !declares && !store.must_be_declared() {
                text.clear();
            }
            text.extend(body.chars().map(|c| if store.has(c) { c } else { 'x' }));
            Sample { bytes: store.bytes(&text), text }
        },
    )
}
