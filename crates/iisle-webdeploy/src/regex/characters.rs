use super::class::{ClassText, shorthand};
use super::error::RegexProblem;
use super::translate::{Answer, MAX_DEPTH, Translator, is_word};
use super::units;

impl Translator<'_> {
    /// The character that an escape stands for, behind the backslash.
    pub(super) fn character(&mut self) -> Answer<char> {
        let Some(c) = self.next() else { return self.fail(RegexProblem::FinalBackslash) };
        Ok(match c {
            '0'..='7' => {
                self.at -= 1;
                self.octal()
            }
            'x' => self.hexadecimal(2)?,
            'u' => self.hexadecimal(4)?,
            'a' => '\u{7}',
            'b' => '\u{8}',
            'e' => '\u{1b}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            'c' => {
                let Some(c @ '@'..='_') = self.next().map(|c| c.to_ascii_uppercase()) else {
                    let construct = "a control character";
                    return self.fail(RegexProblem::Untranslatable { construct });
                };
                char::from(u8::try_from(c).expect("it is ASCII") - b'@')
            }
            c if is_word(c) => {
                self.at -= 1;
                return self.fail(RegexProblem::Escape { escape: c });
            }
            c => c,
        })
    }

    /// Up to three octal digits.
    fn octal(&mut self) -> char {
        let mut value = 0_u32;
        for _ in 0..3 {
            match self.peek().and_then(|c| c.to_digit(8)) {
                Some(digit) => value = value * 8 + digit,
                None => break,
            }
            self.at += 1;
        }
        char::from(u8::try_from(value & 0xff).expect("it was masked"))
    }

    fn hexadecimal(&mut self, digits: usize) -> Answer<char> {
        let mut value = 0;
        for _ in 0..digits {
            match self.peek().and_then(|c| c.to_digit(16)) {
                Some(digit) => value = value * 16 + digit,
                None => return self.fail(RegexProblem::HexDigits),
            }
            self.at += 1;
        }
        Ok(units::unit(u16::try_from(value).expect("four digits fit")))
    }

    /// A class, behind its opening bracket.
    pub(super) fn class(&mut self) -> Answer<String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fail(RegexProblem::TooComplex { reason: "classes in classes".to_owned() });
        }
        let negated = self.eat('^');
        let mut class = ClassText::new(self.options.ignore_case);
        let mut without = None;
        let mut is_first = true;
        loop {
            let Some(c) = self.next() else { return self.fail(RegexProblem::OpenClass) };
            if c == ']' && !is_first {
                break;
            }
            if c == '[' {
                self.skip_posix();
            }
            let member = if c == '\\' { self.member()? } else { Member::Plain(c) };
            match member {
                Member::Set(set) => class.push_set(&set),
                Member::Plain('-') if !is_first && self.peek() == Some('[') => {
                    self.at += 1;
                    without = Some(self.class()?);
                }
                Member::Plain(c) | Member::Escaped(c) => {
                    without = self.character_or_range(c, &mut class)?;
                }
            }
            is_first = false;
            if without.is_some() {
                if !self.eat(']') {
                    let construct = "a class that goes on after a subtraction";
                    return self.fail(RegexProblem::Untranslatable { construct });
                }
                break;
            }
        }
        self.depth -= 1;
        Ok(class.finish(negated, without.as_deref()))
    }

    /// `[:name:]` in a class is no set to .NET: its bracket is a member, and the rest is left out.
    fn skip_posix(&mut self) {
        let start = self.at;
        if !self.eat(':') {
            return;
        }
        self.word();
        if !(self.eat(':') && self.eat(']')) {
            self.at = start;
        }
    }

    /// Adds `first`, or the range it begins; gives what is subtracted when that follows.
    fn character_or_range(&mut self, first: char, class: &mut ClassText) -> Answer<Option<String>> {
        if self.peek() != Some('-') || self.peek_at(1).is_none_or(|c| c == ']') {
            class.push(first);
            return Ok(None);
        }
        self.at += 1;
        let start = self.at;
        let last = match self.next() {
            Some('[') => {
                class.push(first);
                return self.class().map(Some);
            }
            Some('\\') => match self.member()? {
                Member::Plain(c) | Member::Escaped(c) => c,
                Member::Set(_) => {
                    let construct = "a range that ends in a class";
                    return self.fail(RegexProblem::Untranslatable { construct });
                }
            },
            Some(c) => c,
            None => return self.fail(RegexProblem::OpenClass),
        };
        class.push_range(first, last).map_err(|problem| (start, problem))?;
        Ok(None)
    }

    /// What follows a backslash inside brackets.
    fn member(&mut self) -> Answer<Member> {
        let Some(c) = self.peek() else { return self.fail(RegexProblem::FinalBackslash) };
        if let Some(set) = shorthand(c) {
            self.at += 1;
            return Ok(Member::Set(set.to_owned()));
        }
        if let 'p' | 'P' = c {
            self.at += 1;
            return self.category(c == 'P').map(Member::Set);
        }
        self.character().map(Member::Escaped)
    }
}

/// A member of a class.
enum Member {
    Plain(char),
    Escaped(char),
    Set(String),
}
