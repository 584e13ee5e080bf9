use crate::chars::{is_char, is_ncname, is_qname, name_length, space_length};

/// A declaration that cannot be read: what, and the byte offset in it.
#[derive(Debug)]
pub(crate) struct DocTypeError {
    pub(crate) problem: String,
    pub(crate) offset: usize,
    pub(crate) is_too_large: bool,
}

/// Walks over the text of a DOCTYPE.
pub(crate) struct Reader<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(crate) fn fail<T>(&self, problem: impl Into<String>) -> Result<T, DocTypeError> {
        Err(DocTypeError { problem: problem.into(), offset: self.at, is_too_large: false })
    }

    /// Steps over `token` if it stands here.
    pub(crate) fn skip(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    /// Steps over `token`, which must stand here.
    pub(crate) fn expect(&mut self, token: &str) -> Result<(), DocTypeError> {
        if self.skip(token) {
            Ok(())
        } else {
            self.fail(format!("expected `{token}` in the declaration"))
        }
    }

    /// Steps over white space if there is any; whether there was.
    pub(crate) fn spaces(&mut self) -> bool {
        let length = space_length(self.rest());
        self.at += length;
        length > 0
    }

    /// Steps over white space, which must stand here.
    pub(crate) fn gap(&mut self) -> Result<(), DocTypeError> {
        if self.spaces() { Ok(()) } else { self.fail("expected white space in the declaration") }
    }

    /// A name with at most one colon.
    pub(crate) fn qname(&mut self) -> Result<&'a str, DocTypeError> {
        self.word(is_qname, "expected a name in the declaration")
    }

    /// A name without colon.
    pub(crate) fn ncname(&mut self) -> Result<&'a str, DocTypeError> {
        self.word(is_ncname, "expected a name in the declaration")
    }

    /// One or more name characters.
    pub(crate) fn token(&mut self) -> Result<&'a str, DocTypeError> {
        self.word(|word| !word.is_empty(), "expected a name or a number in the declaration")
    }

    fn word(&mut self, fits: fn(&str) -> bool, problem: &str) -> Result<&'a str, DocTypeError> {
        let word = &self.rest()[..name_length(self.rest())];
        if !fits(word) {
            return self.fail(problem);
        }
        self.at += word.len();
        Ok(word)
    }

    /// What stands between quotes.
    pub(crate) fn literal(&mut self) -> Result<&'a str, DocTypeError> {
        let rest = self.rest();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
            return self.fail("expected a value in quotes in the declaration");
        };
        let Some(end) = rest[1..].find(quote) else {
            return self.fail("the value in quotes is not closed");
        };
        self.at += end + 2;
        Ok(&rest[1..=end])
    }

    /// What stands before `end`, which is stepped over too.
    pub(crate) fn until(&mut self, end: &str, problem: &str) -> Result<&'a str, DocTypeError> {
        let rest = self.rest();
        let Some(at) = rest.find(end) else { return self.fail(problem) };
        self.at += at + end.len();
        Ok(&rest[..at])
    }

    /// `SYSTEM "…"` or `PUBLIC "…" "…"`; whether there is one.
    pub(crate) fn external_id(&mut self) -> Result<bool, DocTypeError> {
        if self.skip("SYSTEM") {
            self.gap()?;
            self.literal()?;
            return Ok(true);
        }
        if self.skip("PUBLIC") {
            self.gap()?;
            self.public_id()?;
            self.gap()?;
            self.literal()?;
            return Ok(true);
        }
        Ok(false)
    }

    pub(crate) fn public_id(&mut self) -> Result<(), DocTypeError> {
        let allowed = |c: char| {
            c.is_ascii_alphanumeric() || " \r\n-'()+,./:=?;!*#@$_%".contains(c) && is_char(c)
        };
        let at = self.at;
        if self.literal()?.chars().all(allowed) {
            return Ok(());
        }
        self.at = at;
        self.fail("a character that a public identifier may not hold")
    }
}
