use super::ConditionError;
use super::scan::{Allowed, Scanner, Token};

/// Conditions nested deeper are refused.
const DEEPEST: usize = 100;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Text { text: String, expandable: bool },
    Number(String),
    Call { name: String, arguments: Vec<Self> },
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
    Compare(Operator, Box<Self>, Box<Self>),
}

/// A condition that was parsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(super) root: Node,
    /// Whether `and` and `or` stand side by side without parentheses.
    pub(crate) is_ambiguous: bool,
}

/// Parses a condition.
pub(crate) fn parse(text: &str, allowed: Allowed) -> Result<Condition, ConditionError> {
    let mut scanner = Scanner::new(text, allowed);
    let current = scanner.next()?;
    let mut parser = Parser { scanner, current, is_ambiguous: false };
    let root = parser.expression(0)?;
    if parser.current != Token::End {
        return Err(parser.unexpected());
    }
    Ok(Condition { root, is_ambiguous: parser.is_ambiguous })
}

struct Parser<'t> {
    scanner: Scanner<'t>,
    current: Token,
    is_ambiguous: bool,
}

impl Parser<'_> {
    fn unexpected(&self) -> ConditionError {
        let found = match &self.current {
            Token::End => String::new(),
            Token::Text(text, _) | Token::Number(text) | Token::Reference(text) => text.clone(),
            Token::Function(name) => name.clone(),
            Token::Comma => ",".to_owned(),
            Token::Open => "(".to_owned(),
            Token::Close => ")".to_owned(),
            Token::And => "and".to_owned(),
            Token::Or => "or".to_owned(),
            Token::Not => "!".to_owned(),
            Token::Less => "<".to_owned(),
            Token::LessOrEqual => "<=".to_owned(),
            Token::Greater => ">".to_owned(),
            Token::GreaterOrEqual => ">=".to_owned(),
            Token::Equal => "==".to_owned(),
            Token::NotEqual => "!=".to_owned(),
        };
        let position = self.scanner.position(self.scanner.start);
        ConditionError::UnexpectedToken { found, position }
    }

    /// Takes the current token and reads the one behind it.
    fn take(&mut self) -> Result<Token, ConditionError> {
        let next = self.scanner.next()?;
        Ok(std::mem::replace(&mut self.current, next))
    }

    fn takes(&mut self, token: &Token) -> Result<bool, ConditionError> {
        let found = self.current == *token;
        if found {
            self.take()?;
        }
        Ok(found)
    }

    fn expression(&mut self, depth: usize) -> Result<Node, ConditionError> {
        if depth > DEEPEST {
            return Err(ConditionError::TooDeep { limit: DEEPEST });
        }
        let first = self.term(depth)?;
        if self.current != Token::Or {
            return Ok(first.0);
        }
        let mut terms = vec![first];
        while self.takes(&Token::Or)? {
            terms.push(self.term(depth)?);
        }
        self.is_ambiguous |= terms.iter().any(|(_, is_chain)| *is_chain);
        Ok(Node::Or(terms.into_iter().map(|(node, _)| node).collect()))
    }

    /// A chain of `and`; also says whether it is one without parentheses.
    fn term(&mut self, depth: usize) -> Result<(Node, bool), ConditionError> {
        let first = self.relation(depth)?;
        if self.current != Token::And {
            return Ok((first, false));
        }
        let mut factors = vec![first];
        while self.takes(&Token::And)? {
            factors.push(self.relation(depth)?);
        }
        Ok((Node::And(factors), true))
    }

    fn relation(&mut self, depth: usize) -> Result<Node, ConditionError> {
        let left = self.factor(depth)?;
        let operator = match self.current {
            Token::Less => Operator::Less,
            Token::LessOrEqual => Operator::LessOrEqual,
            Token::Greater => Operator::Greater,
            Token::GreaterOrEqual => Operator::GreaterOrEqual,
            Token::Equal => Operator::Equal,
            Token::NotEqual => Operator::NotEqual,
            _ => return Ok(left),
        };
        self.take()?;
        let right = self.factor(depth)?;
        Ok(Node::Compare(operator, Box::new(left), Box::new(right)))
    }

    fn factor(&mut self, depth: usize) -> Result<Node, ConditionError> {
        if depth > DEEPEST {
            return Err(ConditionError::TooDeep { limit: DEEPEST });
        }
        if let Some(argument) = self.argument()? {
            return Ok(argument);
        }
        match &self.current {
            Token::Function(_) => {
                let Token::Function(name) = self.take()? else { return Err(self.unexpected()) };
                if !self.takes(&Token::Open)? {
                    return Err(self.unexpected());
                }
                let mut arguments = Vec::new();
                if self.current != Token::Close {
                    loop {
                        let argument = self.argument()?.ok_or_else(|| self.unexpected())?;
                        arguments.push(argument);
                        if !self.takes(&Token::Comma)? {
                            break;
                        }
                    }
                }
                if !self.takes(&Token::Close)? {
                    return Err(self.unexpected());
                }
                Ok(Node::Call { name, arguments })
            }
            Token::Open => {
                self.take()?;
                let inner = self.expression(depth + 1)?;
                if !self.takes(&Token::Close)? {
                    return Err(self.unexpected());
                }
                Ok(inner)
            }
            Token::Not => {
                self.take()?;
                Ok(Node::Not(Box::new(self.factor(depth + 1)?)))
            }
            _ => Err(self.unexpected()),
        }
    }

    fn argument(&mut self) -> Result<Option<Node>, ConditionError> {
        let known =
            matches!(self.current, Token::Text(..) | Token::Number(_) | Token::Reference(_));
        if !known {
            return Ok(None);
        }
        Ok(match self.take()? {
            Token::Text(text, expandable) => Some(Node::Text { text, expandable }),
            Token::Number(text) => Some(Node::Number(text)),
            Token::Reference(text) => Some(Node::Text { text, expandable: true }),
            _ => None,
        })
    }
}
