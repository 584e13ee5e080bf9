use super::error::{RegexError, RegexProblem};
use super::translate::{FirstGroup, translate};
use super::units;

/// A regular expression of .NET that ignores case, as Web Deploy uses all of its own.
///
/// Translated to another engine where the two mean the same; what cannot be translated is
/// refused. Text is matched by UTF-16 units.
#[derive(Debug, Clone)]
pub struct NetRegex {
    pattern: String,
    regex: fancy_regex::Regex,
    /// What goes on behind an empty match, one character further than where that ended.
    further: Option<Box<fancy_regex::Regex>>,
}

/// Steps back that a match may take; what needs more is taken for an attack.
const BACKTRACK_LIMIT: usize = 5_000_000;
/// Bytes that a compiled part may have.
const SIZE_LIMIT: usize = 16 * 1024 * 1024;

/// The end of the match before, in a translated expression.
const LAST_END: &str = "\\G";

impl NetRegex {
    /// Reads an expression with the option `IgnoreCase`.
    ///
    /// # Errors
    /// [`RegexError`] for what .NET refuses, and for constructs that have no counterpart here:
    /// balancing groups, groups of one name that are referred to.
    pub fn parse(pattern: &str) -> Result<Self, RegexError> {
        Self::parse_with(pattern, true, FirstGroup::Dropped)
    }

    /// As [`parse`](Self::parse), without the option.
    pub fn parse_case_sensitive(pattern: &str) -> Result<Self, RegexError> {
        Self::parse_with(pattern, false, FirstGroup::Dropped)
    }

    /// As [`parse_case_sensitive`](Self::parse_case_sensitive), for [`first_group`](Self::first_group).
    pub(crate) fn parse_with_first_group(pattern: &str) -> Result<Self, RegexError> {
        Self::parse_with(pattern, false, FirstGroup::Kept)
    }

    fn parse_with(pattern: &str, ignore_case: bool, first: FirstGroup) -> Result<Self, RegexError> {
        let build = |translated: &str| {
            fancy_regex::RegexBuilder::new(translated)
                .backtrack_limit(BACKTRACK_LIMIT)
                .delegate_size_limit(SIZE_LIMIT)
                .build()
                .map_err(|error| {
                    let reason = error.to_string();
                    let problem = RegexProblem::TooComplex { reason };
                    RegexError { pattern: pattern.to_owned(), offset: 0, problem }
                })
        };
        let translated = translate(pattern, ignore_case, first)?;
        let regex = build(&translated)?;
        // `\G` is where the match before ended, and there is nothing else that begins so: a
        // backslash itself is written by its number.
        let further = translated
            .contains(LAST_END)
            .then(|| build(&translated.replace(LAST_END, "(?!)")).map(Box::new));
        Ok(Self { pattern: pattern.to_owned(), regex, further: further.transpose()? })
    }

    /// The expression as written.
    pub fn as_str(&self) -> &str {
        &self.pattern
    }

    /// Whether it matches anywhere in `text`.
    ///
    /// # Errors
    /// When the match takes too long.
    pub fn is_match(&self, text: &str) -> Result<bool, RegexError> {
        self.regex.is_match(&*units::split(text)).map_err(|error| self.failed(&error))
    }

    /// `text` with every match replaced by `value`, literally, and the number of matches.
    ///
    /// # Errors
    /// When a match takes too long.
    pub fn replace_all(&self, text: &str, value: &str) -> Result<(String, u64), RegexError> {
        let text = units::split(text);
        let value = units::split(value);
        let (mut replaced, mut places, mut behind) = (String::with_capacity(text.len()), 0, 0);
        for found in Found::new(self, &text) {
            let found = found.map_err(|error| self.failed(&error))?;
            replaced.push_str(&text[behind..found.start]);
            replaced.push_str(&value);
            behind = found.end;
            places += 1;
        }
        replaced.push_str(&text[behind..]);
        Ok((units::join(replaced), places))
    }

    /// What its first group holds where it matches first; empty when the group holds nothing.
    pub(crate) fn first_group(&self, text: &str) -> Result<Option<String>, RegexError> {
        let text = units::split(text);
        let found = self.regex.captures(&*text).map_err(|error| self.failed(&error))?;
        Ok(found.map(|found| {
            let held = found.name("g1").map_or("", |group| group.as_str());
            units::join(held.to_owned())
        }))
    }

    /// What it matches first, when it matches at all.
    pub(crate) fn first_match(&self, text: &str) -> Result<Option<String>, RegexError> {
        let mut all = self.all_matches(text)?;
        Ok((!all.is_empty()).then(|| all.swap_remove(0)))
    }

    /// What it matches, from left to right.
    pub(crate) fn all_matches(&self, text: &str) -> Result<Vec<String>, RegexError> {
        let text = units::split(text);
        let found = Found::new(self, &text);
        let texts = found.map(|found| found.map(|at| units::join(text[at].to_owned())));
        texts.collect::<Result<_, _>>().map_err(|error| self.failed(&error))
    }

    /// Where it matches, in UTF-16 units: start and length.
    #[cfg(test)]
    fn matches(&self, text: &str) -> Result<Vec<(usize, usize)>, RegexError> {
        let text = units::split(text);
        let at = |byte: usize| text[..byte].chars().count();
        let mut all = Vec::new();
        for found in Found::new(self, &text) {
            let found = found.map_err(|error| self.failed(&error))?;
            all.push((at(found.start), at(found.end) - at(found.start)));
        }
        Ok(all)
    }

    fn failed(&self, error: &fancy_regex::Error) -> RegexError {
        let problem = RegexProblem::TooComplex { reason: error.to_string() };
        RegexError { pattern: self.pattern.clone(), offset: 0, problem }
    }
}

/// All matches from left to right: behind an empty one the search goes on a character further.
struct Found<'a> {
    regex: &'a NetRegex,
    text: &'a str,
    next: Option<usize>,
    is_behind_empty: bool,
}

impl<'a> Found<'a> {
    fn new(regex: &'a NetRegex, text: &'a str) -> Self {
        Self { regex, text, next: Some(0), is_behind_empty: false }
    }
}

impl Iterator for Found<'_> {
    type Item = Result<std::ops::Range<usize>, fancy_regex::Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let NetRegex { pattern: _, regex, further } = self.regex;
        let further = further.as_deref().filter(|_| self.is_behind_empty);
        let found = match further.unwrap_or(regex).find_from_pos(self.text, self.next.take()?) {
            Ok(found) => found?.range(),
            Err(error) => return Some(Err(error)),
        };
        self.is_behind_empty = found.is_empty();
        self.next = if found.is_empty() {
            self.text[found.end..].chars().next().map(|c| found.end + c.len_utf8())
        } else {
            Some(found.end)
        };
        Some(Ok(found))
    }
}

#[cfg(test)]
mod tests;
