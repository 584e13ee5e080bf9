//! Random documents and expressions, made of the choices that a string of bytes tells.

use std::fmt::Write;

/// Choices yet to be made. When they run out, the first of what there is to choose is taken,
/// which is always the simplest.
pub(crate) struct Choices<'a> {
    bytes: &'a [u8],
    /// How many predicates are around: without one there are no positions.
    predicates: usize,
    /// Whether to leave out what libxml2 gets wrong.
    tame: bool,
}

impl<'a> Choices<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, predicates: 0, tame: true }
    }

    /// Choices that reach what libxml2 gets wrong, too.
    pub(crate) fn wild(bytes: &'a [u8]) -> Self {
        Self { bytes, predicates: 0, tame: false }
    }

    /// A number below `count`.
    fn below(&mut self, count: usize) -> usize {
        let Some((byte, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        usize::from(*byte) % count
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// Namespaces bound when expressions are evaluated.
pub(crate) const NAMESPACES: [(&str, &str); 3] = [("p", "urn:p"), ("q", "urn:q"), ("d", "urn:d")];

const ELEMENTS: [&str; 6] = ["a", "b", "c", "p:a", "q:b", "a-b"];
const ATTRIBUTES: [&str; 6] = ["x", "y", "p:x", "xml:lang", "div", "q:y"];
const VALUES: [&str; 11] = ["", "1", "2", "a", "en", "-3.5", " 2 ", "en-US", "a b", "€x", "0"];
const TEXTS: [&str; 12] =
    ["1", "2", "a", " ", "b", "2.50", " 1 ", "a  b", "€", "-0", ".5", "abcabc"];

/// A well-formed document on one line.
pub(crate) fn document(choices: &mut Choices<'_>) -> String {
    let mut text = String::new();
    if choices.below(4) == 1 {
        text += "<?xml version=\"1.0\"?>";
    }
    text += "<!DOCTYPE a [<!ENTITY e \"1<b x='1'>2</b>a\"><!ENTITY t \"ab\">]>";
    for _ in 0..choices.below(3) {
        text += choices.one(&["<!--a-->", "<?t 1?>", " "]);
    }
    element(choices, "a", " xmlns:p='urn:p' xmlns:q='urn:q'", 0, &mut text);
    text
}

/// Writes an element; whether it has children.
fn element(
    choices: &mut Choices<'_>,
    name: &str,
    more: &str,
    depth: usize,
    text: &mut String,
) -> bool {
    let _ = write!(text, "<{name}{more}");
    match choices.below(12) {
        1 => *text += " xmlns='urn:d'",
        2 if depth > 0 => *text += " xmlns:q='urn:p'",
        3 => *text += " xmlns=''",
        _ => {}
    }
    let first = choices.below(ATTRIBUTES.len());
    for index in 0..choices.below(4) {
        let name = ATTRIBUTES[(first + index) % ATTRIBUTES.len()];
        // Where `q` means what `p` means, the names stay apart.
        let _ = write!(text, " {name}='{}'", choices.one(&VALUES));
    }
    let children = if depth < 6 { choices.below(6) } else { 0 };
    if children == 0 {
        *text += "/>";
        return false;
    }
    text.push('>');
    // libxml2 sorts texts, comments and instructions wrongly when the element before them has
    // children: it takes them for older than those.
    let mut only_elements = false;
    for _ in 0..children {
        match choices.below(12) {
            kind if kind < 5 || only_elements => {
                let name = choices.one(&ELEMENTS);
                let is_full = element(choices, name, "", depth + 1, text);
                only_elements = is_full && choices.tame;
            }
            5..8 => *text += choices.one(&TEXTS),
            8 => {
                let _ = write!(text, "<![CDATA[{}]]>", choices.one(&TEXTS));
            }
            9 => *text += choices.one(&["<!--1-->", "<!--a b-->", "<!---->"]),
            10 => *text += choices.one(&["<?t?>", "<?t 1 ?>", "<?u a?>"]),
            // What comes from entities is met twice by libxml2's `preceding`.
            _ if choices.tame => *text += choices.one(&["&#65;", "&lt;"]),
            _ => *text += choices.one(&["&e;", "&t;", "&#65;", "&lt;"]),
        }
    }
    let _ = write!(text, "</{name}>");
    true
}

/// Without `namespace`: in which order its nodes are is up to the implementation.
const AXES: [&str; 12] = [
    "child",
    "descendant",
    "parent",
    "ancestor",
    "following-sibling",
    "preceding-sibling",
    "following",
    "preceding",
    "attribute",
    "self",
    "descendant-or-self",
    "ancestor-or-self",
];

/// A well-formed expression.
pub(crate) fn expression(choices: &mut Choices<'_>) -> String {
    match choices.below(8) {
        0..5 => nodes(choices, 3),
        5 => number(choices, 3),
        6 => text(choices, 3),
        _ => boolean(choices, 3),
    }
}

/// An expression of any type.
fn any(choices: &mut Choices<'_>, depth: usize) -> String {
    match choices.below(4) {
        0 => nodes(choices, depth),
        1 => number(choices, depth),
        2 => text(choices, depth),
        _ => boolean(choices, depth),
    }
}

fn nodes(choices: &mut Choices<'_>, depth: usize) -> String {
    if depth == 0 {
        return choices.one(&["*", ".", "@x", "//b", "..", "a", "text()", "@*"]).to_owned();
    }
    match choices.below(10) {
        7 => format!("{} | {}", nodes(choices, depth - 1), nodes(choices, depth - 1)),
        8 => format!("({}){}", nodes(choices, depth - 1), predicates(choices, depth)),
        9 => {
            let start = nodes(choices, depth - 1);
            let slash = choices.one(&["/", "//"]);
            format!("({start}){}{slash}{}", predicates(choices, depth), steps(choices, depth))
        }
        _ => {
            let start = choices.one(&["", "/", "//", "", "//"]);
            format!("{start}{}", steps(choices, depth))
        }
    }
}

fn steps(choices: &mut Choices<'_>, depth: usize) -> String {
    let mut path = step(choices, depth);
    for _ in 0..choices.below(4) {
        path += choices.one(&["/", "/", "//"]);
        path += &step(choices, depth);
    }
    path
}

fn step(choices: &mut Choices<'_>, depth: usize) -> String {
    let start = match choices.below(12) {
        0..4 => String::new(),
        4 => return ".".to_owned(),
        5 => return "..".to_owned(),
        6 => "@".to_owned(),
        7 if choices.below(3) == 1 => {
            let step = choices.one(&["namespace::p", "namespace::q[. = 'urn:p']"]);
            // libxml2 does not sort namespaces among other nodes.
            let more = if choices.tame { "/.." } else { "" };
            let predicates = predicates(choices, depth);
            // For libxml2, a namespace node has no language, not even that of its element.
            let predicates =
                if choices.tame && predicates.contains("lang(") { "" } else { &predicates };
            return format!("{step}{predicates}{more}");
        }
        _ => match choices.one(&AXES) {
            // Of an attribute, libxml2 leaves out what is in its element.
            "following" if choices.tame => {
                format!("{}/following::", choices.one(&["self::*", "node()"]))
            }
            axis => format!("{axis}::"),
        },
    };
    let test = choices.one(&[
        "*",
        "a",
        "b",
        "node()",
        "text()",
        "c",
        "p:a",
        "q:*",
        "d:a",
        "x",
        "comment()",
        "processing-instruction()",
        "processing-instruction('t')",
        "p:x",
        "a-b",
        "div",
        "p:*",
        "d:*",
    ]);
    format!("{start}{test}{}", predicates(choices, depth))
}

fn predicates(choices: &mut Choices<'_>, depth: usize) -> String {
    let mut all = String::new();
    choices.predicates += 1;
    while depth > 0 && choices.below(5) > 2 && all.len() < 200 {
        let inner = match choices.below(8) {
            0 => choices.one(&["1", "2", "3", "0", "1.5"]).to_owned(),
            1 => "last()".to_owned(),
            2 => format!("position() {} {}", operator(choices), number(choices, depth - 1)),
            3 => format!("@{} = '{}'", choices.one(&["x", "y", "p:x"]), choices.one(&VALUES)),
            4 => number(choices, depth - 1),
            5 => format!("last() - {}", choices.one(&["1", "0", "position()"])),
            _ => any(choices, depth - 1),
        };
        let _ = write!(all, "[{inner}]");
    }
    choices.predicates -= 1;
    all
}

fn operator(choices: &mut Choices<'_>) -> &'static str {
    choices.one(&["=", "!=", "<", "<=", ">", ">="])
}

fn number(choices: &mut Choices<'_>, depth: usize) -> String {
    if depth == 0 {
        if choices.predicates > 0 && choices.below(3) == 1 {
            return choices.one(&["position()", "last()"]).to_owned();
        }
        return choices.one(&["1", "2", "0", "0.5", "3.", ".25", "-1", "10"]).to_owned();
    }
    let d = depth - 1;
    match choices.below(12) {
        0 => {
            // For libxml2, `xmlns=''` is a namespace node.
            let more = choices.one(&["", "", "", "/namespace::*[. != '']"]);
            format!("count(({}){more})", nodes(choices, d))
        }
        1 => format!("string-length({})", text(choices, d)),
        2 => format!("number({})", any(choices, d)),
        3 => format!("sum({})", nodes(choices, d)),
        4 => {
            let function = choices.one(&["floor", "ceiling", "round"]);
            format!("{function}({})", number(choices, d))
        }
        5 => format!("-{}", number(choices, d)),
        6 => format!("({})", number(choices, d)),
        7..10 => {
            let operator = choices.one(&["+", "-", "*", "mod"]);
            format!("{} {operator} {}", number(choices, d), any(choices, d))
        }
        // Quotients that have few digits.
        10 => format!("{} div {}", number(choices, d), choices.one(&["2", "-4", "0"])),
        _ => number(choices, 0),
    }
}

fn text(choices: &mut Choices<'_>, depth: usize) -> String {
    if depth == 0 {
        return format!("'{}'", choices.one(&VALUES));
    }
    let d = depth - 1;
    let kind = choices.below(12);
    let text = match kind {
        0 => format!("string({})", any(choices, d)),
        1 => format!("concat({}, {})", text(choices, d), any(choices, d)),
        2 => format!("substring({}, {})", any(choices, d), number(choices, d)),
        3 => {
            let (of, from) = (text(choices, d), number(choices, d));
            format!("substring({of}, {from}, {})", number(choices, d))
        }
        4 => {
            let side = choices.one(&["before", "after"]);
            format!("substring-{side}({}, {})", any(choices, d), text(choices, d))
        }
        5 => format!("normalize-space({})", any(choices, d)),
        6 => {
            let (of, from) = (any(choices, d), text(choices, d));
            format!("translate({of}, {from}, {})", text(choices, d))
        }
        7 => {
            let function = choices.one(&["name", "local-name", "namespace-uri"]);
            format!("{function}({})", nodes(choices, d))
        }
        8 => choices.one(&["string()", "name()", "local-name()", "normalize-space()"]).to_owned(),
        _ => text(choices, 0),
    };
    // For libxml2, `-` and `.` are numbers; only parts of texts can be so short.
    if choices.tame && (2..7).contains(&kind) { format!("concat('s', {text})") } else { text }
}

fn boolean(choices: &mut Choices<'_>, depth: usize) -> String {
    if depth == 0 {
        return choices.one(&["true()", "false()", "@x", "lang('en')"]).to_owned();
    }
    let d = depth - 1;
    match choices.below(10) {
        0..4 => format!("{} {} {}", any(choices, d), operator(choices), any(choices, d)),
        4 => format!("({}) and {}", boolean(choices, d), any(choices, d)),
        5 => format!("{} or ({})", any(choices, d), boolean(choices, d)),
        6 => format!("not({})", any(choices, d)),
        7 => format!("boolean({})", any(choices, d)),
        8 => {
            let function = choices.one(&["contains", "starts-with"]);
            format!("{function}({}, {})", any(choices, d), text(choices, d))
        }
        _ => format!("lang({})", text(choices, d)),
    }
}

/// Tokens in any order: seldom an expression.
pub(crate) fn tokens(choices: &mut Choices<'_>) -> String {
    const TOKENS: [&str; 50] = [
        "a",
        "*",
        "/",
        "//",
        ".",
        "..",
        "@",
        "(",
        ")",
        "[",
        "]",
        ",",
        "1",
        "2.",
        ".5",
        "'x'",
        "\"y\"",
        "and",
        "or",
        "div",
        "mod",
        "=",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "+",
        "-",
        "|",
        "text()",
        "node()",
        "comment()",
        "processing-instruction('t')",
        "child::",
        "ancestor::",
        "self::",
        "p:a",
        "p:*",
        "last()",
        "position()",
        "count(",
        "not(",
        "string(",
        "concat(",
        "contains(",
        "true()",
        "id(",
        "p:",
        "$v",
    ];
    let mut text = String::new();
    for _ in 0..=choices.below(7) {
        text += choices.one(&TOKENS);
        text += choices.one(&["", " ", ""]);
    }
    text
}
