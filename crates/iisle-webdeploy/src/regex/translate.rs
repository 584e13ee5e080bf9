use std::collections::BTreeSet;

use super::case::equal;
use super::class::{ClassText, category, push_escaped, shorthand};
use super::error::{RegexError, RegexProblem};
use super::groups::Groups;
use super::units;

/// Rewrites a regular expression of .NET into one of the engine below that means the same.
///
/// Only groups that are referred to stay groups: what they hold is not asked for, except perhaps
/// that of the first.
///
/// Source: Microsoft Learn, "Regular expression language - quick reference"; .NET's
/// `RegexParser` for what is refused and how ambiguous escapes are read.
pub(super) fn translate(
    pattern: &str,
    ignore_case: bool,
    first: FirstGroup,
) -> Result<String, RegexError> {
    let error = |(offset, problem): At| RegexError { pattern: pattern.to_owned(), offset, problem };
    let chars: Vec<char> = units::split(pattern).chars().collect();
    // Which escapes are references depends on groups that may follow them: look for groups first.
    let mut looking = Translator::new(&chars, ignore_case, None);
    looking.whole().map_err(error)?;
    let groups = looking.found.numbered();
    let mut second = Translator::new(&chars, ignore_case, Some(&groups));
    second.whole().map_err(error)?;
    let mut referred = std::mem::take(&mut second.referred);
    if first == FirstGroup::Kept && groups.declared.contains_key(&1) {
        referred.insert(1);
    }
    let twice = referred.iter().find(|slot| groups.declared[slot] > 1);
    if twice.is_some() {
        let construct = "a reference to one of several groups of one name";
        return Err(error((0, RegexProblem::Untranslatable { construct })));
    }
    let mut last = Translator::new(&chars, ignore_case, Some(&groups));
    last.kept = referred;
    last.whole().map_err(error)
}

/// Whether what the first group holds will be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FirstGroup {
    /// It is the group `g1` of what is made.
    Kept,
    /// It is not.
    Dropped,
}

/// A problem and where it is.
pub(super) type At = (usize, RegexProblem);
pub(super) type Answer<T> = Result<T, At>;

/// The options that can change inside an expression.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    pub(super) ignore_case: bool,
    pub(super) multiline: bool,
    pub(super) single_line: bool,
    pub(super) explicit_capture: bool,
    pub(super) blanks: bool,
}

pub(super) struct Translator<'a> {
    pub(super) chars: &'a [char],
    pub(super) at: usize,
    pub(super) options: Options,
    /// What is known of all groups; not while they are looked for.
    known: Option<&'a Groups>,
    found: Groups,
    /// Groups that were referred to.
    referred: BTreeSet<usize>,
    /// Groups that stay groups.
    kept: BTreeSet<usize>,
    pub(super) depth: usize,
}

/// Groups within groups beyond which nothing sensible lies.
pub(super) const MAX_DEPTH: usize = 100;

impl<'a> Translator<'a> {
    fn new(chars: &'a [char], ignore_case: bool, known: Option<&'a Groups>) -> Self {
        let options = Options {
            ignore_case,
            multiline: false,
            single_line: false,
            explicit_capture: false,
            blanks: false,
        };
        Self {
            chars,
            at: 0,
            options,
            known,
            found: Groups::default(),
            referred: BTreeSet::new(),
            kept: BTreeSet::new(),
            depth: 0,
        }
    }

    fn whole(&mut self) -> Answer<String> {
        let text = self.alternatives()?;
        if self.peek().is_some() {
            return self.fail(RegexProblem::CloseWithoutOpen);
        }
        Ok(text)
    }

    pub(super) fn fail<T>(&self, problem: RegexProblem) -> Answer<T> {
        Err((self.at, problem))
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    pub(super) fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// Everything up to the parenthesis that closes the group, which stays.
    fn alternatives(&mut self) -> Answer<String> {
        let mut text = self.sequence()?;
        while self.eat('|') {
            text.push('|');
            text.push_str(&self.sequence()?);
        }
        Ok(text)
    }

    fn sequence(&mut self) -> Answer<String> {
        let mut text = String::new();
        let mut repeatable = false;
        let mut quantified = false;
        loop {
            self.skip_blanks()?;
            let Some(c) = self.peek() else { return Ok(text) };
            match c {
                '|' | ')' => return Ok(text),
                '*' | '+' | '?' | '{' if c != '{' || self.counts().is_some() => {
                    return self.fail(match (quantified, repeatable) {
                        (true, _) => RegexProblem::NestedQuantifier,
                        _ => RegexProblem::NothingToRepeat,
                    });
                }
                _ => {}
            }
            let Some(atom) = self.atom()? else {
                // Options and comments are nothing that could be repeated.
                (repeatable, quantified) = (false, false);
                continue;
            };
            self.skip_blanks()?;
            match self.quantifier()? {
                None => {
                    text.push_str(&atom);
                    (repeatable, quantified) = (true, false);
                }
                Some(quantifier) => {
                    text.push_str("(?:");
                    text.push_str(&atom);
                    text.push_str(if is_no_target(&atom) { "|(?!))" } else { ")" });
                    text.push_str(&quantifier);
                    (repeatable, quantified) = (false, true);
                }
            }
        }
    }

    /// Comments, and blanks where the options say that they mean nothing.
    fn skip_blanks(&mut self) -> Answer<()> {
        loop {
            match self.peek() {
                Some(c) if self.options.blanks && is_blank(c) => self.at += 1,
                Some('#') if self.options.blanks => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.at += 1;
                    }
                }
                Some('(') if self.peek_at(1) == Some('?') && self.peek_at(2) == Some('#') => {
                    while self.peek().is_some_and(|c| c != ')') {
                        self.at += 1;
                    }
                    if !self.eat(')') {
                        return self.fail(RegexProblem::OpenGroup);
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    /// The counts of `{n}`, `{n,}` or `{n,m}` here; anything else is text.
    fn counts(&self) -> Option<Counts> {
        let digits = |from: usize| {
            let rest = &self.chars[from..];
            rest.iter().take_while(|c| c.is_ascii_digit()).collect::<String>()
        };
        let mut at = self.at + 1;
        let first = digits(at);
        (self.peek() == Some('{') && !first.is_empty()).then_some(())?;
        at += first.len();
        let mut last = None;
        if self.chars.get(at) == Some(&',') {
            let digits = digits(at + 1);
            at += 1 + digits.len();
            last = Some(digits);
        }
        (self.chars.get(at) == Some(&'}')).then_some(())?;
        let number = |digits: &String| digits.parse::<u32>().ok().filter(|n| *n <= MAX_COUNT);
        let length = at + 1 - self.at;
        let first = number(&first);
        let (last, has_last) = match last {
            None => (first, true),
            Some(digits) => (number(&digits), !digits.is_empty()),
        };
        let too_large = first.is_none() || (has_last && last.is_none());
        Some(Counts { first: first.unwrap_or_default(), last, too_large, length })
    }

    fn quantifier(&mut self) -> Answer<Option<String>> {
        let mut text = match self.peek() {
            Some(c @ ('*' | '+' | '?')) => {
                self.at += 1;
                c.to_string()
            }
            Some('{') => match self.counts() {
                None => return Ok(None),
                Some(Counts { too_large: true, .. }) => {
                    return self.fail(RegexProblem::TooLarge);
                }
                Some(Counts { first, last, too_large: false, length }) => {
                    if last.is_some_and(|last| last < first) {
                        return self.fail(RegexProblem::ReversedQuantifier);
                    }
                    self.at += length;
                    let last = last.map(|n| n.to_string()).unwrap_or_default();
                    format!("{{{first},{last}}}")
                }
            },
            _ => return Ok(None),
        };
        self.skip_blanks()?;
        if self.eat('?') {
            text.push('?');
        }
        Ok(Some(text))
    }

    /// One thing that can be repeated; `None` for options.
    fn atom(&mut self) -> Answer<Option<String>> {
        let c = self.next().expect("the caller has seen a character");
        Ok(Some(match c {
            '(' => return self.group(),
            '[' => self.class()?,
            '\\' => self.escape()?,
            '.' if self.options.single_line => "(?s:.)".to_owned(),
            '.' => r"[^\n]".to_owned(),
            '^' if self.options.multiline => "(?m:^)".to_owned(),
            '^' => r"\A".to_owned(),
            '$' if self.options.multiline => "(?m:$)".to_owned(),
            '$' => BEFORE_END.to_owned(),
            c => self.literal(c),
        }))
    }

    fn literal(&self, c: char) -> String {
        let mut class = ClassText::new(self.options.ignore_case);
        class.push(c);
        if self.options.ignore_case && equal(c).count() > 1 {
            return class.finish(false, None);
        }
        let mut text = String::new();
        push_escaped(&mut text, c);
        text
    }

    /// What follows an opening parenthesis.
    fn group(&mut self) -> Answer<Option<String>> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self
                .fail(RegexProblem::TooComplex { reason: "groups within groups".to_owned() });
        }
        let outside = self.options;
        let text = self.group_inside();
        if !matches!(text, Ok(None)) {
            self.options = outside;
        }
        self.depth -= 1;
        text
    }

    fn group_inside(&mut self) -> Answer<Option<String>> {
        // `(?)` is a group whose content begins with a question mark.
        if self.peek() != Some('?') || self.peek_at(1) == Some(')') {
            let number = (!self.options.explicit_capture).then(|| {
                self.found.unnamed += 1;
                self.found.unnamed
            });
            return self.close(number).map(Some);
        }
        self.at += 1;
        let opening = match (self.peek(), self.peek_at(1)) {
            (Some('<'), Some('=')) => "?<=",
            (Some('<'), Some('!')) => "?<!",
            (Some(':'), _) => "?:",
            (Some('='), _) => "?=",
            (Some('!'), _) => "?!",
            (Some('>'), _) => "?>",
            (Some(quote @ ('<' | '\'')), _) => return self.named(quote).map(Some),
            (Some('('), _) => return self.conditional().map(Some),
            _ => return self.options_group(),
        };
        self.at += opening.len() - 1;
        let inside = self.alternatives()?;
        if !self.eat(')') {
            return self.fail(RegexProblem::OpenGroup);
        }
        Ok(Some(format!("({opening}{inside})")))
    }

    /// The rest of a capturing group, which stays one when somebody refers to it.
    fn close(&mut self, number: Option<usize>) -> Answer<String> {
        let inside = self.alternatives()?;
        if !self.eat(')') {
            return self.fail(RegexProblem::OpenGroup);
        }
        Ok(match number.filter(|number| self.kept.contains(number)) {
            Some(number) => format!("(?<g{number}>{inside})"),
            None => format!("(?:{inside})"),
        })
    }

    /// A word in a group's head or a reference.
    pub(super) fn word(&mut self) -> String {
        let start = self.at;
        while self.peek().is_some_and(is_word) {
            self.at += 1;
        }
        self.chars[start..self.at].iter().collect()
    }

    fn named(&mut self, quote: char) -> Answer<String> {
        self.at += 1;
        let closing = if quote == '<' { '>' } else { quote };
        if self.peek().is_none() {
            return self.fail(RegexProblem::Construct);
        }
        let name = self.word();
        if self.peek() == Some('-') {
            let construct = "a balancing group";
            return self.fail(RegexProblem::Untranslatable { construct });
        }
        let starts_with_digit = name.starts_with(|c: char| c.is_ascii_digit());
        let number = name.parse::<usize>().ok().filter(|number| *number > 0);
        if name.is_empty() || (starts_with_digit && number.is_none()) {
            return self.fail(RegexProblem::GroupName);
        }
        if !self.eat(closing) {
            return self.fail(match self.peek() {
                None => RegexProblem::Construct,
                Some(_) => RegexProblem::GroupName,
            });
        }
        let number = if starts_with_digit {
            self.found.explicit.extend(number);
            number
        } else {
            self.found.names.push(name.clone());
            self.known.and_then(|groups| groups.numbers.get(&name).copied())
        };
        self.close(number)
    }

    /// `(?(condition)yes|no)`, behind the question mark.
    fn conditional(&mut self) -> Answer<String> {
        let start = self.at;
        self.at += 1;
        if self.peek() == Some('?') {
            // The condition is a group of its own, such as a look-ahead.
            let condition = self.group()?.unwrap_or_default();
            return self.branches(Some(condition), None);
        }
        let name = self.word();
        let group = self.number_of(&name).filter(|_| self.peek() == Some(')'));
        let is_number = !name.is_empty() && name.chars().all(|c| c.is_ascii_digit());
        let condition = if let Some(number) = group {
            self.at += 1;
            self.referred.insert(number);
            None
        } else if is_number && self.known.is_some() {
            return self.fail(RegexProblem::NoGroup { group: name });
        } else {
            self.at = start + 1;
            let inside = self.alternatives()?;
            if !self.eat(')') {
                return self.fail(RegexProblem::OpenGroup);
            }
            Some(inside)
        };
        self.branches(condition, group)
    }

    fn branches(&mut self, condition: Option<String>, group: Option<usize>) -> Answer<String> {
        let yes = self.sequence()?;
        let no = if self.eat('|') { self.sequence()? } else { String::new() };
        if self.peek() == Some('|') {
            let construct = "a condition with more than two branches";
            return self.fail(RegexProblem::Untranslatable { construct });
        }
        if !self.eat(')') {
            return self.fail(RegexProblem::OpenGroup);
        }
        Ok(match (condition, group) {
            (None, Some(number)) if self.kept.contains(&number) => {
                format!("(?(<g{number}>){yes}|{no})")
            }
            (condition, _) => {
                let condition = condition.unwrap_or_default();
                format!("(?:(?={condition})(?:{yes})|(?!{condition})(?:{no}))")
            }
        })
    }

    /// `(?imnsx-imnsx)` or the same with `:` and content, behind the question mark.
    fn options_group(&mut self) -> Answer<Option<String>> {
        let mut on = true;
        loop {
            match self.next() {
                Some('-') => on = false,
                Some('+') => on = true,
                Some('i' | 'I') => self.options.ignore_case = on,
                Some('m' | 'M') => self.options.multiline = on,
                Some('s' | 'S') => self.options.single_line = on,
                Some('n' | 'N') => self.options.explicit_capture = on,
                Some('x' | 'X') => self.options.blanks = on,
                Some(')') => return Ok(None),
                Some(':') => {
                    let inside = self.alternatives()?;
                    if !self.eat(')') {
                        return self.fail(RegexProblem::OpenGroup);
                    }
                    return Ok(Some(format!("(?:{inside})")));
                }
                _ => {
                    self.at -= usize::from(self.at < self.chars.len());
                    return self.fail(RegexProblem::Construct);
                }
            }
        }
    }

    /// The number of the group that a word names; while groups are looked for, nothing is known.
    fn number_of(&self, word: &str) -> Option<usize> {
        let groups = self.known?;
        let number = match word.parse::<usize>() {
            Ok(number) => number,
            Err(_) => *groups.numbers.get(word)?,
        };
        groups.declared.contains_key(&number).then_some(number)
    }

    fn reference(&mut self, number: usize) -> String {
        self.referred.insert(number);
        if self.kept.contains(&number) {
            let case = if self.options.ignore_case { "i" } else { "-i" };
            format!(r"(?{case}:\k<g{number}>)")
        } else {
            String::new()
        }
    }

    /// What follows a backslash outside of brackets.
    fn escape(&mut self) -> Answer<String> {
        let Some(c) = self.next() else { return self.fail(RegexProblem::FinalBackslash) };
        Ok(match c {
            'b' | 'B' | 'A' | 'z' | 'G' => format!("\\{c}"),
            'Z' => BEFORE_END.to_owned(),
            'p' | 'P' => self.category(c == 'P')?,
            'k' => return self.named_reference(),
            '1'..='9' => return self.numbered_reference(),
            c => {
                if let Some(class) = shorthand(c) {
                    return Ok(class.to_owned());
                }
                self.at -= 1;
                let c = self.character()?;
                self.literal(c)
            }
        })
    }

    fn named_reference(&mut self) -> Answer<String> {
        let closing = match self.next() {
            Some('<') => '>',
            Some('\'') => '\'',
            _ => return self.fail(RegexProblem::GroupName),
        };
        let word = self.word();
        if word.is_empty() || !self.eat(closing) {
            return self.fail(RegexProblem::GroupName);
        }
        if self.known.is_none() {
            return Ok(String::new());
        }
        match self.number_of(&word) {
            Some(number) => Ok(self.reference(number)),
            None => self.fail(RegexProblem::NoGroup { group: word }),
        }
    }

    /// `\1`, or a character by its octal number.
    fn numbered_reference(&mut self) -> Answer<String> {
        self.at -= 1;
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.chars[start..self.at].iter().collect();
        if self.known.is_none() {
            return Ok(String::new());
        }
        if let Some(number) = self.number_of(&digits) {
            return Ok(self.reference(number));
        }
        if digits.len() == 1 {
            return self.fail(RegexProblem::NoGroup { group: digits });
        }
        self.at = start;
        let c = self.character()?;
        Ok(self.literal(c))
    }

    pub(super) fn category(&mut self, negated: bool) -> Answer<String> {
        let start = self.at;
        if !self.eat('{') {
            return self.fail(RegexProblem::Category { name: String::new() });
        }
        let name_at = self.at;
        while self.peek().is_some_and(|c| is_word(c) || c == '-') {
            self.at += 1;
        }
        let name: String = self.chars[name_at..self.at].iter().collect();
        if !self.eat('}') {
            return self.fail(RegexProblem::Category { name });
        }
        category(&name, negated, self.options.ignore_case).map_err(|problem| (start, problem))
    }
}

/// Whether the engine below refuses to repeat this: it takes up no room, at least in the beginning.
fn is_no_target(atom: &str) -> bool {
    let inside = atom.trim_start_matches("(?:");
    [")", "(?=", "(?!", "(?<=", "(?<!", "(?(", "\\G"].iter().any(|start| inside.starts_with(start))
        || inside.is_empty()
}

/// What `{n,m}` says.
struct Counts {
    first: u32,
    /// `None` when there is no end.
    last: Option<u32>,
    too_large: bool,
    /// Characters.
    length: usize,
}

/// `$` and `\Z`: the end, or before a line feed that ends the text.
const BEFORE_END: &str = r"(?=\n?\z)";
/// The largest count of a quantifier.
const MAX_COUNT: u32 = i32::MAX as u32;

/// The blanks that the option `x` leaves out.
fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
