use super::ConditionError;

/// Which references a condition may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Allowed {
    Properties,
    PropertiesAndItems,
    /// Of the item that is spoken of.
    PropertiesAndMetadata,
    All,
}

impl Allowed {
    fn items(self) -> bool {
        matches!(self, Self::PropertiesAndItems | Self::All)
    }

    fn metadata(self) -> bool {
        matches!(self, Self::PropertiesAndMetadata | Self::All)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    End,
    Comma,
    Open,
    Close,
    And,
    Or,
    Not,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    /// A quoted or bare text; whether it may hold references.
    Text(String, bool),
    Number(String),
    /// `$(…)`, `%(…)` or `@(…)` without quotes.
    Reference(String),
    Function(String),
}

/// References nested deeper are refused.
const DEEPEST: usize = 100;

/// Reads one token after the other; an error shows only when its token is reached.
pub(super) struct Scanner<'t> {
    text: &'t str,
    at: usize,
    allowed: Allowed,
    /// Where the last token began.
    pub(super) start: usize,
}

fn is_word_start(c: char) -> bool {
    c == '_' || c.is_alphabetic()
}

fn is_word(c: char) -> bool {
    is_word_start(c) || c.is_numeric()
}

fn is_number_start(c: char) -> bool {
    matches!(c, '+' | '-' | '.') || c.is_ascii_digit()
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str, allowed: Allowed) -> Self {
        Self { text, at: 0, allowed, start: 0 }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Positions in messages count characters from 1.
    pub(super) fn position(&self, at: usize) -> usize {
        self.text[..at].chars().count() + 1
    }

    fn skip(&mut self, wanted: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !wanted(c)).unwrap_or(rest.len());
    }

    pub(super) fn next(&mut self) -> Result<Token, ConditionError> {
        self.skip(char::is_whitespace);
        self.start = self.at;
        let mut chars = self.rest().chars();
        let Some(first) = chars.next() else { return Ok(Token::End) };
        let second = chars.next();
        let mut take = |length: usize, token: Token| {
            self.at += length;
            Ok(token)
        };
        match (first, second) {
            (',', _) => take(1, Token::Comma),
            ('(', _) => take(1, Token::Open),
            (')', _) => take(1, Token::Close),
            ('!', Some('=')) => take(2, Token::NotEqual),
            ('!', _) => take(1, Token::Not),
            ('<', Some('=')) => take(2, Token::LessOrEqual),
            ('<', _) => take(1, Token::Less),
            ('>', Some('=')) => take(2, Token::GreaterOrEqual),
            ('>', _) => take(1, Token::Greater),
            ('=', Some('=')) => take(2, Token::Equal),
            ('=', _) => {
                Err(ConditionError::SingleEquals { position: self.position(self.start) + 1 })
            }
            ('$', _) => self.reference(),
            ('%', _) => self.metadata(),
            ('@', following) => self.items(following == Some('(')),
            ('\'', _) => self.quoted(),
            (c, _) if is_number_start(c) => Ok(self.number()),
            (c, _) if is_word_start(c) => Ok(self.word()),
            (found, _) => {
                let position = self.position(self.start);
                Err(ConditionError::UnexpectedCharacter { found, position })
            }
        }
    }

    /// `$(…)`, up to the matching parenthesis; quotes do not count.
    fn reference(&mut self) -> Result<Token, ConditionError> {
        let start = self.start;
        let open = |this: &Self| ConditionError::OpenReference { position: this.position(start) };
        match self.text.as_bytes().get(start + 1) {
            Some(b'(') => {}
            Some(_) => {
                return Err(ConditionError::NoParenthesis { position: self.position(start) });
            }
            None => return Err(open(self)),
        }
        match reference_end(self.text, start + 1, 0) {
            End::At(end) if end < self.text.len() => {
                self.at = end + 1;
                Ok(Token::Reference(self.text[start..=end].to_owned()))
            }
            End::At(_) => Err(open(self)),
            End::Space(at) => Err(ConditionError::SpaceInReference { position: self.position(at) }),
            End::TooDeep => Err(ConditionError::TooDeep { limit: DEEPEST }),
        }
    }

    fn metadata(&mut self) -> Result<Token, ConditionError> {
        let (found, position) = ('%', self.position(self.start));
        match self.reference() {
            Ok(Token::Reference(text)) => {
                self.check_metadata(&text[2..text.len() - 1])?;
                Ok(Token::Reference(text))
            }
            // The engine has no message of its own for broken metadata references.
            _ => Err(ConditionError::UnexpectedCharacter { found, position }),
        }
    }

    fn check_metadata(&self, name: &str) -> Result<(), ConditionError> {
        if self.allowed.metadata() {
            return Ok(());
        }
        let name = match name.split_once('.') {
            Some((item, name)) if !item.is_empty() && !name.is_empty() => name,
            _ => name,
        };
        let name = name.to_owned();
        Err(if crate::items::is_well_known(&name) {
            ConditionError::WellKnownMetadata { name }
        } else {
            ConditionError::CustomMetadata { name }
        })
    }

    fn items(&mut self, has_parenthesis: bool) -> Result<Token, ConditionError> {
        if has_parenthesis && !self.allowed.items() {
            return Err(ConditionError::ItemList);
        }
        let start = self.start;
        if !has_parenthesis && start + 1 < self.text.len() {
            return Err(ConditionError::NoItemParenthesis { position: self.position(start) });
        }
        self.skip_items(start)?;
        Ok(Token::Reference(self.text[start..self.at].to_owned()))
    }

    /// Goes behind `@(…)`; quotes in it hide parentheses.
    fn skip_items(&mut self, start: usize) -> Result<(), ConditionError> {
        let mut open = 0usize;
        let mut quoted = false;
        for (offset, c) in self.text[start..].char_indices().skip(1) {
            match c {
                '\'' => quoted = !quoted,
                '(' if !quoted => open += 1,
                ')' if !quoted => {
                    open = open.saturating_sub(1);
                    if open == 0 {
                        self.at = start + offset + 1;
                        return Ok(());
                    }
                }
                _ => {}
            }
        }
        Err(ConditionError::OpenReference { position: self.position(start) })
    }

    fn quoted(&mut self) -> Result<Token, ConditionError> {
        let start = self.start + 1;
        let mut expandable = false;
        self.at = start;
        // What ends the text or means something in it is ASCII.
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            let opens = bytes.get(self.at + 1) == Some(&b'(');
            match byte {
                b'\'' => {
                    let text = self.text[start..self.at].to_owned();
                    self.at += 1;
                    return Ok(Token::Text(text, expandable));
                }
                b'%' if opens => {
                    expandable = true;
                    let rest = &self.rest()[2..];
                    self.check_metadata(&rest[..rest.find(')').unwrap_or(rest.len())])?;
                }
                b'@' if opens => {
                    expandable = true;
                    if !self.allowed.items() {
                        return Err(ConditionError::ItemList);
                    }
                    if self.skip_items(self.at).is_err() {
                        break;
                    }
                    continue;
                }
                b'$' if opens => expandable = true,
                b'%' => expandable = true,
                _ => {}
            }
            self.at += 1;
        }
        Err(ConditionError::OpenQuote { position: self.position(self.start) })
    }

    fn number(&mut self) -> Token {
        let rest = self.rest().as_bytes();
        if rest.len() > 2 && rest[0] == b'0' && matches!(rest[1], b'x' | b'X') {
            self.at += 2;
            self.skip(|c| c.is_ascii_hexdigit());
        } else {
            if matches!(rest[0], b'+' | b'-') {
                self.at += 1;
            }
            self.skip(|c| c.is_ascii_digit() || c == '.');
        }
        Token::Number(self.text[self.start..self.at].to_owned())
    }

    fn word(&mut self) -> Token {
        self.skip(is_word);
        let word = &self.text[self.start..self.at];
        if word.eq_ignore_ascii_case("and") {
            return Token::And;
        }
        if word.eq_ignore_ascii_case("or") {
            return Token::Or;
        }
        let end = self.at;
        self.skip(char::is_whitespace);
        if self.rest().starts_with('(') {
            return Token::Function(word.to_owned());
        }
        self.at = end;
        Token::Text(word.to_owned(), false)
    }
}

enum End {
    /// The closing parenthesis, or the end of the text.
    At(usize),
    /// White space in what is otherwise a plain name.
    Space(usize),
    TooDeep,
}

/// Finds the end of a reference whose `(` stands at `from`.
fn reference_end(text: &str, from: usize, depth: usize) -> End {
    if depth > DEEPEST {
        return End::TooDeep;
    }
    let mut open = 0usize;
    let mut space = None;
    let mut plain = true;
    let mut at = from;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '(' => open += 1,
            ')' => open = open.saturating_sub(1),
            c if c.is_whitespace() => space = Some(at),
            c if !is_name(c) => plain = false,
            _ => {}
        }
        if c == '$' && text[at + 1..].starts_with('(') {
            match reference_end(text, at + 1, depth + 1) {
                End::At(end) if end < text.len() => at = end,
                other => return other,
            }
        }
        if open == 0 {
            return match space {
                Some(space) if plain => End::Space(space),
                _ => End::At(at),
            };
        }
        at += text[at..].chars().next().map_or(1, char::len_utf8);
    }
    End::At(text.len())
}
