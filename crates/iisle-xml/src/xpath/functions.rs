use super::expression::Type;

/// The core function library (section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Boolean,
    Ceiling,
    Concat,
    Contains,
    Count,
    False,
    Floor,
    Id,
    Lang,
    Last,
    LocalName,
    Name,
    NamespaceUri,
    NormalizeSpace,
    Not,
    Number,
    Position,
    Round,
    StartsWith,
    String,
    StringLength,
    Substring,
    SubstringAfter,
    SubstringBefore,
    Sum,
    Translate,
    True,
}

/// What a function takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signature {
    pub(crate) name: &'static str,
    pub(crate) function: Function,
    pub(crate) fewest: usize,
    pub(crate) most: usize,
    /// As messages say it.
    pub(crate) takes: &'static str,
    /// Whether its argument must be a node set.
    pub(crate) of_nodes: bool,
    gives: Type,
}

const fn signature(
    name: &'static str,
    function: Function,
    (fewest, most, takes): (usize, usize, &'static str),
    gives: Type,
) -> Signature {
    Signature { name, function, fewest, most, takes, of_nodes: false, gives }
}

const fn of_nodes(signature: Signature) -> Signature {
    Signature { of_nodes: true, ..signature }
}

const NONE: (usize, usize, &str) = (0, 0, "no argument");
const ONE: (usize, usize, &str) = (1, 1, "one argument");
const AT_MOST_ONE: (usize, usize, &str) = (0, 1, "at most one argument");
const TWO: (usize, usize, &str) = (2, 2, "two arguments");
const TWO_OR_THREE: (usize, usize, &str) = (2, 3, "two or three arguments");
const THREE: (usize, usize, &str) = (3, 3, "three arguments");
const FROM_TWO: (usize, usize, &str) = (2, usize::MAX, "two or more arguments");

/// In the order of [`Function`].
pub(crate) const SIGNATURES: [Signature; 27] = [
    signature("boolean", Function::Boolean, ONE, Type::Boolean),
    signature("ceiling", Function::Ceiling, ONE, Type::Number),
    signature("concat", Function::Concat, FROM_TWO, Type::Text),
    signature("contains", Function::Contains, TWO, Type::Boolean),
    of_nodes(signature("count", Function::Count, ONE, Type::Number)),
    signature("false", Function::False, NONE, Type::Boolean),
    signature("floor", Function::Floor, ONE, Type::Number),
    signature("id", Function::Id, ONE, Type::Nodes),
    signature("lang", Function::Lang, ONE, Type::Boolean),
    signature("last", Function::Last, NONE, Type::Number),
    of_nodes(signature("local-name", Function::LocalName, AT_MOST_ONE, Type::Text)),
    of_nodes(signature("name", Function::Name, AT_MOST_ONE, Type::Text)),
    of_nodes(signature("namespace-uri", Function::NamespaceUri, AT_MOST_ONE, Type::Text)),
    signature("normalize-space", Function::NormalizeSpace, AT_MOST_ONE, Type::Text),
    signature("not", Function::Not, ONE, Type::Boolean),
    signature("number", Function::Number, AT_MOST_ONE, Type::Number),
    signature("position", Function::Position, NONE, Type::Number),
    signature("round", Function::Round, ONE, Type::Number),
    signature("starts-with", Function::StartsWith, TWO, Type::Boolean),
    signature("string", Function::String, AT_MOST_ONE, Type::Text),
    signature("string-length", Function::StringLength, AT_MOST_ONE, Type::Number),
    signature("substring", Function::Substring, TWO_OR_THREE, Type::Text),
    signature("substring-after", Function::SubstringAfter, TWO, Type::Text),
    signature("substring-before", Function::SubstringBefore, TWO, Type::Text),
    of_nodes(signature("sum", Function::Sum, ONE, Type::Number)),
    signature("translate", Function::Translate, THREE, Type::Text),
    signature("true", Function::True, NONE, Type::Boolean),
];

impl Function {
    pub(crate) fn gives(self) -> Type {
        SIGNATURES[self as usize].gives
    }

    pub(crate) fn named(name: &str) -> Option<&'static Signature> {
        SIGNATURES.iter().find(|signature| signature.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Function, SIGNATURES};

    #[test]
    fn signatures_are_listed_in_the_order_of_the_functions() {
        for (index, signature) in SIGNATURES.iter().enumerate() {
            assert_eq!(signature.function as usize, index, "{}", signature.name);
            assert_eq!(Function::named(signature.name).unwrap().function, signature.function);
        }
    }
}
