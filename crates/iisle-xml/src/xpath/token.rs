use super::expression::Operator;
use super::{XPathError, XPathProblem};
use crate::chars::{is_ncname, name_length, space_length};

/// A token and where it begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Token<'a> {
    pub(crate) offset: usize,
    pub(crate) kind: TokenKind<'a>,
}

/// What a token is; names are told apart by what stands around them (section 3.7).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum TokenKind<'a> {
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Dot,
    DotDot,
    At,
    Comma,
    Slash,
    DoubleSlash,
    Operator(Operator),
    Number(f64),
    Literal(&'a str),
    Variable(&'a str),
    /// With the `::` behind it.
    Axis(&'a str),
    /// Before `(`.
    Function(&'a str),
    /// `node`, `text`, `comment`, `processing-instruction` before `(`.
    NodeType(&'a str),
    /// `*`
    Star,
    /// `p:*`
    PrefixStar(&'a str),
    Name(Option<&'a str>, &'a str),
    End,
}

/// Takes an expression apart. The last token is [`TokenKind::End`].
pub(crate) fn tokens(text: &str) -> Result<Vec<Token<'_>>, XPathError> {
    let mut reader = Reader { text, at: 0, tokens: Vec::new() };
    while reader.next()? {}
    reader.push(text.len(), TokenKind::End);
    Ok(reader.tokens)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token<'a>>,
}

impl<'a> Reader<'a> {
    fn push(&mut self, offset: usize, kind: TokenKind<'a>) {
        self.tokens.push(Token { offset, kind });
    }

    fn fail<T>(&self, offset: usize, problem: XPathProblem) -> Result<T, XPathError> {
        Err(XPathError::new(self.text, offset, problem))
    }

    fn skip(&mut self, text: &str) -> bool {
        let found = self.text[self.at..].starts_with(text);
        self.at += if found { text.len() } else { 0 };
        found
    }

    fn skip_space(&mut self) {
        self.at += space_length(&self.text[self.at..]);
    }

    /// Whether an operator may stand here: something that has a value came before.
    fn is_behind_operand(&self) -> bool {
        use TokenKind as K;
        !matches!(
            self.tokens.last().map(|token| token.kind),
            None | Some(
                K::At
                    | K::Axis(_)
                    | K::Open
                    | K::OpenBracket
                    | K::Comma
                    | K::Operator(_)
                    | K::Slash
                    | K::DoubleSlash
                    | K::Function(_)
                    | K::NodeType(_)
            )
        )
    }

    /// Reads one token; whether there was one.
    fn next(&mut self) -> Result<bool, XPathError> {
        use TokenKind as K;
        self.skip_space();
        let start = self.at;
        let rest = &self.text[start..];
        let Some(c) = rest.chars().next() else { return Ok(false) };
        let digit_follows = rest.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
        let (length, kind) = match c {
            '(' => (1, K::Open),
            ')' => (1, K::Close),
            '[' => (1, K::OpenBracket),
            ']' => (1, K::CloseBracket),
            '@' => (1, K::At),
            ',' => (1, K::Comma),
            '|' => (1, K::Operator(Operator::Union)),
            '+' => (1, K::Operator(Operator::Add)),
            '-' => (1, K::Operator(Operator::Subtract)),
            '=' => (1, K::Operator(Operator::Equal)),
            '!' if rest.starts_with("!=") => (2, K::Operator(Operator::NotEqual)),
            '<' if rest.starts_with("<=") => (2, K::Operator(Operator::LessOrEqual)),
            '<' => (1, K::Operator(Operator::Less)),
            '>' if rest.starts_with(">=") => (2, K::Operator(Operator::GreaterOrEqual)),
            '>' => (1, K::Operator(Operator::Greater)),
            '/' if rest.starts_with("//") => (2, K::DoubleSlash),
            '/' => (1, K::Slash),
            '.' if rest.starts_with("..") => (2, K::DotDot),
            '.' if !digit_follows => (1, K::Dot),
            '*' if self.is_behind_operand() => (1, K::Operator(Operator::Multiply)),
            '*' => (1, K::Star),
            '0'..='9' | '.' => {
                let length = number_length(rest);
                (length, K::Number(super::number::from_text(&rest[..length])))
            }
            '"' | '\'' => match rest[1..].find(c) {
                Some(length) => (length + 2, K::Literal(&rest[1..=length])),
                None => return self.fail(start, XPathProblem::OpenLiteral { quote: c }),
            },
            '$' => {
                self.at += 1;
                self.skip_space();
                let (prefix, local) = self.qname(start)?;
                let from = self.at - local.len() - prefix.map_or(0, |prefix| prefix.len() + 1);
                self.push(start, K::Variable(&self.text[from..self.at]));
                return Ok(true);
            }
            _ => {
                self.name(start)?;
                return Ok(true);
            }
        };
        self.at += length;
        self.push(start, kind);
        Ok(true)
    }

    /// A name without colon.
    fn ncname(&mut self, start: usize) -> Result<&'a str, XPathError> {
        let rest = &self.text[self.at..];
        let name = &rest[..name_length(rest)];
        let name = name.split(':').next().unwrap_or(name);
        if !is_ncname(name) {
            let text: String = self.text[start..].chars().take(1).collect();
            let problem = if text.is_empty() {
                XPathProblem::Unexpected { expected: "a name", found: "the end".to_owned() }
            } else {
                XPathProblem::BadCharacter { text }
            };
            return self.fail(start, problem);
        }
        self.at += name.len();
        Ok(name)
    }

    fn qname(&mut self, start: usize) -> Result<(Option<&'a str>, &'a str), XPathError> {
        let first = self.ncname(start)?;
        if self.text[self.at..].starts_with(':') && !self.text[self.at..].starts_with("::") {
            self.at += 1;
            return Ok((Some(first), self.ncname(self.at)?));
        }
        Ok((None, first))
    }

    fn name(&mut self, start: usize) -> Result<(), XPathError> {
        use TokenKind as K;
        let first = self.ncname(start)?;
        if self.is_behind_operand()
            && let Some(operator) = match first {
                "or" => Some(Operator::Or),
                "and" => Some(Operator::And),
                "div" => Some(Operator::Divide),
                "mod" => Some(Operator::Modulo),
                _ => None,
            }
        {
            self.push(start, K::Operator(operator));
            return Ok(());
        }
        let end = self.at;
        let one_colon = self.text[end..].starts_with(':') && !self.text[end..].starts_with("::");
        let kind = if one_colon {
            self.at += 1;
            if self.skip("*") {
                self.push(start, K::PrefixStar(first));
                return Ok(());
            }
            K::Name(Some(first), self.ncname(self.at)?)
        } else {
            self.skip_space();
            if self.skip("::") {
                self.push(start, K::Axis(first));
                return Ok(());
            }
            self.at = end;
            K::Name(None, first)
        };
        let end = self.at;
        self.skip_space();
        let kind = match kind {
            _ if !self.text[self.at..].starts_with('(') => kind,
            K::Name(None, name) if is_node_type(name) => K::NodeType(name),
            _ => K::Function(&self.text[start..end]),
        };
        self.push(start, kind);
        Ok(())
    }
}

fn is_node_type(name: &str) -> bool {
    matches!(name, "node" | "text" | "comment" | "processing-instruction")
}

/// The length of the number that `text` begins with (production 30).
fn number_length(text: &str) -> usize {
    let digits = |from: usize| {
        text[from..].bytes().position(|b| !b.is_ascii_digit()).map_or(text.len(), |n| from + n)
    };
    let whole = digits(0);
    if text[whole..].starts_with('.') { digits(whole + 1) } else { whole }
}

/// A token as messages show it.
pub(crate) fn shown(text: &str, token: &Token<'_>) -> String {
    if token.kind == TokenKind::End {
        return "the end".to_owned();
    }
    let rest = &text[token.offset..];
    let end = match token.kind {
        TokenKind::Name(..)
        | TokenKind::Function(_)
        | TokenKind::NodeType(_)
        | TokenKind::Axis(_) => name_length(rest),
        TokenKind::Number(_) => number_length(rest),
        TokenKind::Literal(literal) => literal.len() + 2,
        TokenKind::Operator(operator) => operator.text().len(),
        TokenKind::DoubleSlash | TokenKind::DotDot => 2,
        TokenKind::Variable(name) => name.len() + 1,
        TokenKind::PrefixStar(prefix) => prefix.len() + 2,
        _ => 1,
    };
    let end = rest.floor_char_boundary(end.clamp(1, 40).min(rest.len()));
    format!("`{}`", &rest[..end])
}
