use std::fmt::Write as _;

use super::blocks::block;
use super::case::equal;
use super::error::RegexProblem;

/// A set of characters in the notation of the engine below: the inside of brackets.
#[derive(Debug, Default)]
pub(super) struct ClassText {
    text: String,
    ignore_case: bool,
}

impl ClassText {
    pub(super) fn new(ignore_case: bool) -> Self {
        Self { text: String::new(), ignore_case }
    }

    pub(super) fn push(&mut self, c: char) {
        if self.ignore_case {
            equal(c).for_each(|c| push_escaped(&mut self.text, c));
        } else {
            push_escaped(&mut self.text, c);
        }
    }

    pub(super) fn push_range(&mut self, first: char, last: char) -> Result<(), RegexProblem> {
        if first > last {
            return Err(RegexProblem::ReversedRange { first, last });
        }
        push_escaped(&mut self.text, first);
        self.text.push('-');
        push_escaped(&mut self.text, last);
        if self.ignore_case {
            let others = (first..=last).flat_map(equal);
            for other in others.filter(|other| !(first..=last).contains(other)) {
                push_escaped(&mut self.text, other);
            }
        }
        Ok(())
    }

    /// Adds a set that is a class of its own.
    pub(super) fn push_set(&mut self, set: &str) {
        self.text.push_str(set);
    }

    /// The whole class; characters of `without` are taken out again.
    pub(super) fn finish(self, negated: bool, without: Option<&str>) -> String {
        let caret = if negated { "^" } else { "" };
        let own = if self.text.is_empty() {
            // Nothing but a subtraction: .NET never gets here without a member.
            "[^\\x{0}-\\x{10FFFF}]".to_owned()
        } else {
            format!("[{caret}{}]", self.text)
        };
        match without {
            None => own,
            Some(without) => format!("[{own}--{without}]"),
        }
    }
}

/// A character that means itself, inside brackets and outside.
pub(super) fn push_escaped(text: &mut String, c: char) {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => text.push(c),
        c if c.is_ascii() || c.is_control() || c.is_whitespace() => {
            let _ = write!(text, "\\x{{{:X}}}", u32::from(c));
        }
        c => text.push(c),
    }
}

/// The set behind one of `\d \D \s \S \w \W`.
///
/// Source: Microsoft Learn, "Character classes in regular expressions".
pub(super) fn shorthand(letter: char) -> Option<&'static str> {
    Some(match letter {
        'd' => r"[\p{Nd}]",
        'D' => r"[\P{Nd}]",
        's' => r"[\p{White_Space}]",
        'S' => r"[\P{White_Space}]",
        'w' => r"[\p{L}\p{Mn}\p{Nd}\p{Pc}]",
        'W' => r"[^\p{L}\p{Mn}\p{Nd}\p{Pc}]",
        _ => return None,
    })
}

/// Where the halves of surrogate pairs are kept, see `units`.
const HALVES: &str = r"\x{10F000}-\x{10F7FF}";

/// The set behind `\p{name}`, or `\P{name}` when it is negated.
pub(super) fn category(
    name: &str,
    negated: bool,
    ignore_case: bool,
) -> Result<String, RegexProblem> {
    let caret = if negated { "^" } else { "" };
    match name {
        "Lu" | "Ll" | "Lt" if ignore_case => {
            return Ok(format!(r"[{caret}\p{{Lu}}\p{{Ll}}\p{{Lt}}]"));
        }
        "Cs" => return Ok(format!("[{caret}{HALVES}]")),
        "Co" if negated => return Ok(format!(r"[\P{{Co}}{HALVES}]")),
        "Co" => return Ok(format!(r"[\p{{Co}}--[{HALVES}]]")),
        _ => {}
    }
    if CATEGORIES.contains(&name) {
        return Ok(format!(r"[{caret}\p{{{name}}}]"));
    }
    match block(name) {
        Some((first, last)) => {
            let mut class = ClassText::default();
            class.push_range(first, last)?;
            Ok(class.finish(negated, None))
        }
        None => Err(RegexProblem::Category { name: name.to_owned() }),
    }
}

const CATEGORIES: [&str; 35] = [
    "L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No", "P", "Pc",
    "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So", "Z", "Zs", "Zl", "Zp", "C",
    "Cc", "Cf", "Cn",
];
