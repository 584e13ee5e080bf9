//! Expressions as they are kept, in the shape that is evaluated.

use super::axis::Axis;
use super::functions::Function;

/// An expression. Nothing in it can fail: types, counts of arguments and names were checked when
/// it was read. Chains of operators are lists, so that their length is no depth.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    Number(f64),
    Literal(Box<str>),
    Or(Vec<Self>),
    And(Vec<Self>),
    /// Operators of one precedence, applied from the left.
    Chain(Box<Self>, Vec<(Operator, Self)>),
    Negate(Box<Self>),
    Union(Vec<Self>),
    Path(Path),
    /// Predicates on a whole node set.
    Filter(Box<Self>, Vec<Predicate>),
    /// Predicates on each node as if it were the only one: a fault of .NET.
    FilterEach(Box<Self>, Vec<Predicate>),
    Call(Function, Vec<Self>),
}

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Nodes,
    Number,
    Text,
    Boolean,
}

impl Type {
    /// As messages name it.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Nodes => "node set",
            Self::Number => "number",
            Self::Text => "string",
            Self::Boolean => "boolean",
        }
    }
}

/// An operator with two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Union,
}

impl Operator {
    /// How tightly it binds.
    pub(crate) fn precedence(self) -> u8 {
        match self {
            Self::Or => 0,
            Self::And => 1,
            Self::Equal | Self::NotEqual => 2,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 3,
            Self::Add | Self::Subtract => 4,
            Self::Multiply | Self::Divide | Self::Modulo => 5,
            Self::Union => 7,
        }
    }

    /// As it is written.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "div",
            Self::Modulo => "mod",
            Self::Union => "|",
        }
    }
}

/// A location path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path {
    pub(crate) start: Start,
    pub(crate) steps: Vec<Step>,
    pub(crate) flow: Flow,
}

/// Where a path begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Start {
    Context,
    Root,
    Nodes(Box<Expression>),
}

/// What taking the steps of a path one inside the other, without a set between them, gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Every node once, in document order.
    Ordered,
    /// Every node once.
    Unordered,
    /// Maybe nodes twice, so that there must be sets between the steps.
    Repeating,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) axis: Axis,
    pub(crate) test: NodeTest,
    pub(crate) predicates: Vec<Predicate>,
    /// What to look for before anything else.
    pub(crate) key: Option<Key>,
}

impl Step {
    /// Whether a predicate looks at the place among the nodes of one step.
    pub(crate) fn is_positional(&self) -> bool {
        self.predicates.iter().any(Predicate::is_positional)
    }
}

/// `[@attribute = 'value']`: the first predicate says no less.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Key {
    pub(crate) attribute: Name,
    pub(crate) value: Box<str>,
}

/// What a step asks of a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum NodeTest {
    /// `node()`
    Any,
    /// What may have children or attributes: all that matters of `//` before a child or an
    /// attribute.
    Parent,
    Text,
    Comment,
    ProcessingInstruction(Option<Box<str>>),
    /// `*`
    Principal,
    /// `p:*`
    Namespace(Prefix),
    Name(Name),
}

/// A name in an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) prefix: Option<Prefix>,
    pub(crate) local: Box<str>,
}

/// A prefix in an expression, as index into the list of all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Prefix(pub(crate) usize);

/// A predicate, the frequent ones told apart.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Predicate {
    /// `[3]`
    At(usize),
    /// `[last()]`
    Last,
    /// A number that the position must equal.
    Number(Expression, Needs),
    /// Anything else, as a boolean.
    Test(Expression, Needs),
}

/// What an expression asks of its context besides the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Needs {
    pub(crate) position: bool,
    pub(crate) size: bool,
}

impl Needs {
    fn with(self, other: Self) -> Self {
        Self { position: self.position || other.position, size: self.size || other.size }
    }
}

impl Predicate {
    pub(crate) fn new(expression: Expression) -> Self {
        use Expression::{Call, Number};
        let is_position = |e: &Expression| matches!(e, Call(Function::Position, _));
        let is_last = |e: &Expression| matches!(e, Call(Function::Last, _));
        let expression = match expression {
            Expression::Chain(first, rest) if rest.len() == 1 && rest[0].0 == Operator::Equal => {
                let second = &rest[0].1;
                let constant = |e: &Expression| is_last(e) || matches!(e, Number(_));
                if is_position(&first) && constant(second) {
                    second.clone()
                } else if is_position(second) && constant(&first) {
                    *first
                } else {
                    Expression::Chain(first, rest)
                }
            }
            other => other,
        };
        if is_last(&expression) {
            return Self::Last;
        }
        if let Number(number) = expression {
            return Self::At(whole(number).unwrap_or(0));
        }
        let needs = expression.needs();
        match expression.kind() {
            Type::Number => Self::Number(expression, needs),
            _ => Self::Test(expression, needs),
        }
    }

    pub(crate) fn is_positional(&self) -> bool {
        match self {
            Self::At(_) | Self::Last | Self::Number(..) => true,
            Self::Test(_, needs) => needs.position || needs.size,
        }
    }

    /// Whether all nodes must be known before the first can be judged.
    pub(crate) fn needs_size(&self) -> bool {
        match self {
            Self::At(_) => false,
            Self::Last => true,
            Self::Number(_, needs) | Self::Test(_, needs) => needs.size,
        }
    }
}

/// A number as a position.
fn whole(number: f64) -> Option<usize> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the guard lets through what fits"
    )]
    (number.fract() == 0.0 && (1.0..1e15).contains(&number)).then_some(number as usize)
}

impl Expression {
    /// What it comes to. There are no variables, so that it is known.
    pub(crate) fn kind(&self) -> Type {
        match self {
            Self::Number(_) | Self::Negate(_) => Type::Number,
            Self::Literal(_) => Type::Text,
            Self::Or(_) | Self::And(_) => Type::Boolean,
            Self::Chain(_, rest) => match rest.last().map(|(operator, _)| operator.precedence()) {
                Some(2 | 3) => Type::Boolean,
                _ => Type::Number,
            },
            Self::Union(_) | Self::Path(_) | Self::Filter(..) | Self::FilterEach(..) => Type::Nodes,
            Self::Call(function, _) => function.gives(),
        }
    }

    /// What it asks of its context; predicates in it have contexts of their own.
    pub(crate) fn needs(&self) -> Needs {
        let all = |list: &[Self]| list.iter().fold(Needs::default(), |n, e| n.with(e.needs()));
        match self {
            Self::Number(_) | Self::Literal(_) => Needs::default(),
            Self::Or(list) | Self::And(list) | Self::Union(list) => all(list),
            Self::Chain(first, rest) => {
                rest.iter().fold(first.needs(), |needs, (_, e)| needs.with(e.needs()))
            }
            Self::Negate(inner) | Self::Filter(inner, _) | Self::FilterEach(inner, _) => {
                inner.needs()
            }
            Self::Path(path) => match &path.start {
                Start::Nodes(start) => start.needs(),
                Start::Context | Start::Root => Needs::default(),
            },
            Self::Call(Function::Position, _) => Needs { position: true, size: false },
            Self::Call(Function::Last, _) => Needs { position: false, size: true },
            Self::Call(_, arguments) => all(arguments),
        }
    }
}
