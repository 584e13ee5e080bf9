use super::axis::Axis;
use super::expression::{
    Expression, Name, NodeTest, Operator, Path, Predicate, Prefix, Start, Step, Type,
};
use super::functions::{Function, Signature};
use super::token::{Token, TokenKind, shown, tokens};
use super::{Dialect, XPathError, XPathProblem, dot_net};

/// Parentheses, predicates, arguments and operators inside one another. Every level takes a few
/// frames of the stack, here and in the evaluation: unoptimized, all together less than the 2 MiB a
/// thread has.
const MAX_DEPTH: usize = 256;

/// Levels of parentheses, predicates and arguments in .NET.
const MAX_DOT_NET_DEPTH: usize = 200;

/// An expression that was read, and the prefixes in it.
#[derive(Debug, Clone)]
pub(crate) struct Parsed {
    pub(crate) expression: Expression,
    /// Each prefix once, with its first offset.
    pub(crate) prefixes: Vec<(Box<str>, usize)>,
}

/// Reads an expression (production 14).
pub(crate) fn parse(text: &str, dialect: Dialect) -> Result<Parsed, XPathError> {
    let tokens = tokens(text)?;
    if tokens.len() == 1 {
        return Err(XPathError::new(text, 0, XPathProblem::Empty));
    }
    let mut parser = Parser { text, dialect, tokens, at: 0, depth: 0, prefixes: Vec::new() };
    let expression = parser.expression()?.expression;
    match parser.peek() {
        TokenKind::End => Ok(Parsed { expression, prefixes: parser.prefixes }),
        _ => parser.unexpected("an operator or the end"),
    }
}

struct Parser<'a> {
    text: &'a str,
    dialect: Dialect,
    tokens: Vec<Token<'a>>,
    at: usize,
    depth: usize,
    prefixes: Vec<(Box<str>, usize)>,
}

/// An expression, how deep it is, and where it begins.
struct Operand {
    expression: Expression,
    depth: usize,
    offset: usize,
}

/// What waits for its right side.
#[derive(Clone, Copy, PartialEq)]
enum Pending {
    Binary(Operator),
    Negate,
}

impl Pending {
    fn precedence(self) -> u8 {
        match self {
            Self::Binary(operator) => operator.precedence(),
            // Between `*` and `|`.
            Self::Negate => 6,
        }
    }
}

impl<'a> Parser<'a> {
    fn peek(&self) -> TokenKind<'a> {
        self.tokens[self.at].kind
    }

    fn offset(&self) -> usize {
        self.tokens[self.at].offset
    }

    fn next(&mut self) -> TokenKind<'a> {
        let kind = self.peek();
        // The end stays where it is.
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        kind
    }

    fn skip(&mut self, kind: TokenKind<'_>) -> bool {
        let found = self.peek() == kind;
        if found {
            self.next();
        }
        found
    }

    fn expect(&mut self, kind: TokenKind<'_>, expected: &'static str) -> Result<(), XPathError> {
        if self.skip(kind) { Ok(()) } else { self.unexpected(expected) }
    }

    fn fail<T>(&self, offset: usize, problem: XPathProblem) -> Result<T, XPathError> {
        Err(XPathError::new(self.text, offset, problem))
    }

    fn unexpected<T>(&self, expected: &'static str) -> Result<T, XPathError> {
        let found = shown(self.text, &self.tokens[self.at]);
        self.fail(self.offset(), XPathProblem::Unexpected { expected, found })
    }

    fn deeper(&self, depth: usize, offset: usize) -> Result<usize, XPathError> {
        self.within(depth, MAX_DEPTH, offset)
    }

    fn within(&self, depth: usize, limit: usize, offset: usize) -> Result<usize, XPathError> {
        if depth < limit {
            return Ok(depth + 1);
        }
        self.fail(offset, XPathProblem::TooDeep { limit })
    }

    fn need_nodes(
        &self,
        operand: &Operand,
        what: impl FnOnce() -> String,
    ) -> Result<(), XPathError> {
        match operand.expression.kind() {
            Type::Nodes => Ok(()),
            other => {
                let problem = XPathProblem::NoNodeSet { what: what(), found: other.noun() };
                self.fail(operand.offset, problem)
            }
        }
    }

    /// Operands and the operators between them (productions 18 to 27). Precedence is handled with
    /// lists rather than with a function for each level, of which every parenthesis would take
    /// eleven frames.
    fn expression(&mut self) -> Result<Operand, XPathError> {
        let limit = match self.dialect {
            Dialect::Standard => MAX_DEPTH,
            Dialect::DotNet => MAX_DOT_NET_DEPTH,
        };
        self.depth = self.within(self.depth, limit, self.offset())?;
        let mut operands = Vec::new();
        let mut operators: Vec<Pending> = Vec::new();
        loop {
            let minuses = self.minuses();
            if minuses > 0 && operators.last() == Some(&Pending::Binary(Operator::Union)) {
                self.at -= 1;
                return self.unexpected("a path");
            }
            let count = match self.dialect {
                // Two of them still make a number of what follows.
                Dialect::Standard if minuses > 0 => 2 - minuses % 2,
                Dialect::Standard | Dialect::DotNet => minuses % 2,
            };
            operators.extend(std::iter::repeat_n(Pending::Negate, count));
            operands.push(self.operand()?);
            let TokenKind::Operator(operator) = self.peek() else { break };
            self.next();
            self.combine(&mut operands, &mut operators, operator.precedence())?;
            operators.push(Pending::Binary(operator));
        }
        self.combine(&mut operands, &mut operators, 0)?;
        self.depth -= 1;
        Ok(operands.pop().expect("one operand is left when no operator is"))
    }

    fn minuses(&mut self) -> usize {
        let before = self.at;
        while self.skip(TokenKind::Operator(Operator::Subtract)) {}
        self.at - before
    }

    /// Gives the operators that bind no less tightly than `precedence` their operands.
    fn combine(
        &self,
        operands: &mut Vec<Operand>,
        operators: &mut Vec<Pending>,
        precedence: u8,
    ) -> Result<(), XPathError> {
        while let Some(pending) = operators.pop_if(|pending| pending.precedence() >= precedence) {
            let right = operands.pop().expect("an operand follows every operator");
            let combined = match pending {
                Pending::Negate => Operand {
                    depth: self.deeper(right.depth, right.offset)?,
                    offset: right.offset,
                    expression: Expression::Negate(Box::new(right.expression)),
                },
                Pending::Binary(operator) => {
                    let left = operands.pop().expect("an operand precedes every operator");
                    self.binary(left, operator, right)?
                }
            };
            operands.push(combined);
        }
        Ok(())
    }

    fn binary(
        &self,
        left: Operand,
        operator: Operator,
        right: Operand,
    ) -> Result<Operand, XPathError> {
        if operator == Operator::Union {
            self.need_nodes(&left, || "the left side of `|`".to_owned())?;
            self.need_nodes(&right, || "the right side of `|`".to_owned())?;
        }
        let offset = left.offset;
        let under = self.deeper(right.depth, right.offset)?;
        // What continues a chain makes it longer, not deeper.
        let (expression, depth) = match (operator, left.expression) {
            (Operator::Or, Expression::Or(mut list)) => {
                list.push(right.expression);
                (Expression::Or(list), left.depth)
            }
            (Operator::And, Expression::And(mut list)) => {
                list.push(right.expression);
                (Expression::And(list), left.depth)
            }
            (Operator::Union, Expression::Union(mut list)) => {
                list.push(right.expression);
                (Expression::Union(list), left.depth)
            }
            (_, Expression::Chain(first, mut rest))
                if rest.last().is_some_and(|(o, _)| o.precedence() == operator.precedence()) =>
            {
                rest.push((operator, right.expression));
                (Expression::Chain(first, rest), left.depth)
            }
            (_, first) => {
                let depth = self.deeper(left.depth, offset)?;
                let expression = match operator {
                    Operator::Or => Expression::Or(vec![first, right.expression]),
                    Operator::And => Expression::And(vec![first, right.expression]),
                    Operator::Union => Expression::Union(vec![first, right.expression]),
                    _ => Expression::Chain(Box::new(first), vec![(operator, right.expression)]),
                };
                (expression, depth)
            }
        };
        Ok(Operand { expression, depth: depth.max(under), offset })
    }

    /// A path, or an expression that a path may begin with (productions 1 and 19).
    fn operand(&mut self) -> Result<Operand, XPathError> {
        use TokenKind as K;
        let offset = self.offset();
        let mut steps = Vec::new();
        let mut depth = 0;
        let start = match self.peek() {
            K::Open | K::Literal(_) | K::Number(_) | K::Variable(_) | K::Function(_) => {
                let operand = self.filter()?;
                if !matches!(self.peek(), K::Slash | K::DoubleSlash) {
                    return Ok(operand);
                }
                self.need_nodes(&operand, || "what a path begins with".to_owned())?;
                depth = operand.depth;
                if self.next() == K::DoubleSlash {
                    steps.push(Step::anywhere());
                }
                Start::Nodes(Box::new(operand.expression))
            }
            K::Slash => {
                self.next();
                if !starts_step(self.peek()) {
                    let expression = Expression::Path(Path::new(Start::Root, steps));
                    return Ok(Operand { expression, depth: 1, offset });
                }
                Start::Root
            }
            K::DoubleSlash => {
                self.next();
                steps.push(Step::anywhere());
                Start::Root
            }
            _ => Start::Context,
        };
        loop {
            let (step, inner) = self.step()?;
            depth = depth.max(inner);
            steps.push(step);
            match self.peek() {
                K::Slash => {}
                K::DoubleSlash => steps.push(Step::anywhere()),
                _ => break,
            }
            self.next();
        }
        let depth = self.deeper(depth, offset)?;
        Ok(Operand { expression: path(self.dialect, start, steps), depth, offset })
    }

    /// A primary expression with its predicates (productions 15 and 20).
    fn filter(&mut self) -> Result<Operand, XPathError> {
        let is_group = self.peek() == TokenKind::Open;
        let primary = self.primary()?;
        if self.peek() != TokenKind::OpenBracket {
            return Ok(primary);
        }
        self.need_nodes(&primary, || "what has a predicate".to_owned())?;
        let (predicates, inner) = self.predicates()?;
        let depth = self.deeper(primary.depth.max(inner), primary.offset)?;
        let inner = Box::new(primary.expression);
        let is_split = self.dialect == Dialect::DotNet
            && is_group
            && predicates
                .split_last()
                .is_some_and(|(_, most)| most.iter().any(Predicate::needs_size));
        let filter = if is_split { Expression::FilterEach } else { Expression::Filter };
        let expression = filter(inner, predicates);
        Ok(Operand { expression, depth, offset: primary.offset })
    }

    fn primary(&mut self) -> Result<Operand, XPathError> {
        let offset = self.offset();
        let expression = match self.next() {
            TokenKind::Number(number) => Expression::Number(number),
            TokenKind::Literal(literal) => Expression::Literal(literal.into()),
            TokenKind::Variable(name) => {
                return self.fail(offset, XPathProblem::UnboundVariable { name: name.into() });
            }
            TokenKind::Function(name) => return self.call(name, offset),
            _ => {
                let inner = self.expression()?;
                self.expect(TokenKind::Close, "`)`")?;
                return Ok(inner);
            }
        };
        Ok(Operand { expression, depth: 1, offset })
    }

    fn call(&mut self, name: &str, offset: usize) -> Result<Operand, XPathError> {
        let Some(signature) = Function::named(name) else {
            return self.fail(offset, XPathProblem::UnknownFunction { name: name.into() });
        };
        self.expect(TokenKind::Open, "`(`")?;
        let (mut arguments, mut depth) = (Vec::new(), 0);
        if !self.skip(TokenKind::Close) {
            loop {
                let argument = self.expression()?;
                if signature.of_nodes {
                    self.need_nodes(&argument, || format!("the argument of `{name}()`"))?;
                }
                depth = depth.max(argument.depth);
                arguments.push(argument.expression);
                if !self.skip(TokenKind::Comma) {
                    break;
                }
            }
            self.expect(TokenKind::Close, "`,` or `)`")?;
        }
        let Signature { name: function, fewest, most, takes: expected, .. } = *signature;
        let found = arguments.len();
        if found < fewest || found > most {
            let problem = XPathProblem::ArgumentCount { function, expected, found };
            return self.fail(offset, problem);
        }
        let depth = self.deeper(depth, offset)?;
        Ok(Operand { expression: Expression::Call(signature.function, arguments), depth, offset })
    }

    /// One step (production 4), and how deep it is.
    fn step(&mut self) -> Result<(Step, usize), XPathError> {
        use TokenKind as K;
        let offset = self.offset();
        let axis = match self.peek() {
            K::Dot | K::DotDot => {
                let axis = if self.next() == K::Dot { Axis::Itself } else { Axis::Parent };
                return Ok((Step::plain(axis, NodeTest::Any), 0));
            }
            K::At => {
                self.next();
                Axis::Attribute
            }
            K::Axis(name) => {
                self.next();
                match Axis::named(name) {
                    Some(axis) => axis,
                    None => {
                        return self.fail(offset, XPathProblem::UnknownAxis { name: name.into() });
                    }
                }
            }
            _ => Axis::Child,
        };
        let test = match (self.node_test()?, axis, self.dialect) {
            (NodeTest::ProcessingInstruction(Some(local)), Axis::Following, Dialect::DotNet) => {
                NodeTest::Name(Name { prefix: None, local })
            }
            (test, _, _) => test,
        };
        let (predicates, depth) = self.predicates()?;
        Ok((Step::new(axis, test, predicates), depth))
    }

    fn node_test(&mut self) -> Result<NodeTest, XPathError> {
        use TokenKind as K;
        let offset = self.offset();
        let test = match self.peek() {
            K::Star => NodeTest::Principal,
            K::PrefixStar(prefix) => NodeTest::Namespace(self.prefix(prefix, offset)),
            K::Name(prefix, local) => {
                let prefix = prefix.map(|prefix| self.prefix(prefix, offset));
                NodeTest::Name(Name { prefix, local: local.into() })
            }
            K::NodeType(kind) => {
                self.next();
                return self.node_type(kind);
            }
            _ => return self.unexpected("a step"),
        };
        self.next();
        Ok(test)
    }

    fn node_type(&mut self, kind: &str) -> Result<NodeTest, XPathError> {
        self.expect(TokenKind::Open, "`(`")?;
        let test = match kind {
            "node" => NodeTest::Any,
            "text" => NodeTest::Text,
            "comment" => NodeTest::Comment,
            _ => {
                let mut target = None;
                if let TokenKind::Literal(literal) = self.peek() {
                    self.next();
                    target = Some(literal.into());
                }
                NodeTest::ProcessingInstruction(target)
            }
        };
        self.expect(TokenKind::Close, "`)`")?;
        Ok(test)
    }

    /// Predicates, as many as there are, and how deep they are.
    fn predicates(&mut self) -> Result<(Vec<Predicate>, usize), XPathError> {
        let (mut predicates, mut depth) = (Vec::new(), 0);
        while self.skip(TokenKind::OpenBracket) {
            let operand = self.expression()?;
            self.expect(TokenKind::CloseBracket, "`]`")?;
            depth = depth.max(operand.depth);
            predicates.push(Predicate::new(operand.expression));
        }
        Ok((predicates, depth))
    }

    fn prefix(&mut self, prefix: &str, offset: usize) -> Prefix {
        let known = self.prefixes.iter().position(|(known, _)| **known == *prefix);
        Prefix(known.unwrap_or_else(|| {
            self.prefixes.push((prefix.into(), offset));
            self.prefixes.len() - 1
        }))
    }
}

fn path(dialect: Dialect, mut start: Start, mut steps: Vec<Step>) -> Expression {
    if dialect == Dialect::DotNet {
        dot_net::split(&mut start, &mut steps);
    }
    match start {
        Start::Nodes(only) if steps.is_empty() => *only,
        start => Expression::Path(Path::new(start, steps)),
    }
}

fn starts_step(kind: TokenKind<'_>) -> bool {
    use TokenKind as K;
    matches!(
        kind,
        K::Dot
            | K::DotDot
            | K::At
            | K::Axis(_)
            | K::Star
            | K::PrefixStar(_)
            | K::Name(..)
            | K::NodeType(_)
    )
}
