use std::borrow::Cow;

use super::ConditionError;
use super::operand::{boolean, number, version};
use super::parse::{Condition, Node, Operator};
use crate::escape::{unescape, unescaped};
use crate::expression::{Doubt, Expander};

/// Items and metadata a condition may refer to.
pub(crate) trait References {
    /// Replaces `%(…)`; the result is escaped.
    fn metadata(&self, text: &str) -> String;
    /// Replaces `@(…)`; the result is escaped.
    fn items(&self, text: &str) -> String;
}

/// Where a condition stands.
pub(crate) struct Scope<'s, 'a> {
    pub(crate) expander: &'s Expander<'a>,
    /// The folder that relative paths of `Exists` start from.
    pub(crate) folder: &'s str,
    pub(crate) references: Option<&'s dyn References>,
}

/// The answer; doubtful when something it depends on is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    pub(crate) value: bool,
    pub(crate) doubts: Vec<Doubt>,
}

impl Decision {
    fn certain(value: bool) -> Self {
        Self { value, doubts: Vec::new() }
    }

    fn is(&self, value: bool) -> bool {
        self.value == value && self.doubts.is_empty()
    }
}

/// Decides a condition.
pub(crate) fn decide(
    condition: &Condition,
    scope: &Scope<'_, '_>,
) -> Result<Decision, ConditionError> {
    if let Some(decision) = scope.boolean(&condition.root)? {
        return Ok(decision);
    }
    let operand = scope.text(&condition.root)?;
    if !operand.doubts.is_empty() {
        return Ok(Decision { value: false, doubts: operand.doubts });
    }
    Err(ConditionError::WholeNotBoolean { value: operand.text.unwrap_or_default().into_owned() })
}

/// An operand as text; `None` for what has no text.
struct Operand<'n> {
    text: Option<Cow<'n, str>>,
    doubts: Vec<Doubt>,
}

impl Scope<'_, '_> {
    fn expand(&self, text: &str) -> Result<Operand<'static>, ConditionError> {
        let text = match self.references {
            Some(references) => Cow::Owned(references.metadata(text)),
            None => Cow::Borrowed(text),
        };
        // Doubts of the caller must not be taken for those of this operand.
        let before = self.expander.take_doubts();
        let expanded = self.expander.expand(&text);
        let doubts = self.expander.take_doubts();
        self.expander.restore_doubts(before);
        let expanded = match self.references {
            Some(references) => references.items(&expanded?),
            None => expanded?,
        };
        Ok(Operand { text: Some(Cow::Owned(expanded)), doubts })
    }

    fn text<'n>(&self, node: &'n Node) -> Result<Operand<'n>, ConditionError> {
        match node {
            Node::Text { text, expandable: true } => {
                let mut operand = self.expand(text)?;
                operand.text = operand.text.map(|text| unescaped(text.into_owned()).into());
                Ok(operand)
            }
            Node::Text { text, expandable: false } | Node::Number(text) => {
                Ok(Operand { text: Some(Cow::Borrowed(text)), doubts: Vec::new() })
            }
            Node::Not(inner) => {
                let inner = self.text(inner)?;
                Ok(Operand {
                    text: inner.text.map(|text| format!("!{text}").into()),
                    doubts: inner.doubts,
                })
            }
            Node::Call { .. } | Node::And(_) | Node::Or(_) | Node::Compare(..) => {
                Ok(Operand { text: None, doubts: Vec::new() })
            }
        }
    }

    /// The node as a truth value; `None` when it is no boolean word.
    fn boolean(&self, node: &Node) -> Result<Option<Decision>, ConditionError> {
        Ok(match node {
            Node::Number(_) => None,
            Node::Text { .. } => word(&self.text(node)?),
            Node::Not(inner) => {
                let inner = self.operand(inner)?;
                Some(Decision { value: !inner.value, doubts: inner.doubts })
            }
            Node::And(nodes) => Some(self.chain(nodes, false)?),
            Node::Or(nodes) => Some(self.chain(nodes, true)?),
            Node::Compare(operator, left, right) => Some(match operator {
                Operator::Equal => self.equal(left, right)?,
                Operator::NotEqual => {
                    let equal = self.equal(left, right)?;
                    Decision { value: !equal.value, doubts: equal.doubts }
                }
                _ => self.ordered(*operator, left, right)?,
            }),
            Node::Call { name, arguments } => Some(self.call(name, arguments)?),
        })
    }

    /// A part of `and`, `or` and `!`, which must be a truth value.
    fn operand(&self, node: &Node) -> Result<Decision, ConditionError> {
        match self.boolean(node)? {
            Some(decision) => Ok(decision),
            None => Err(ConditionError::NotBoolean {
                operand: unexpanded(node),
                value: self.text(node)?.text.unwrap_or_default().into_owned(),
            }),
        }
    }

    /// `or` ends at the first part that is true, `and` at the first that is false.
    fn chain(&self, nodes: &[Node], ends_at: bool) -> Result<Decision, ConditionError> {
        let mut doubts = Vec::new();
        let mut best = !ends_at;
        for node in nodes {
            let part = match self.operand(node) {
                Ok(part) => part,
                // The engine may never get here: what stands before is doubtful.
                Err(_) if !doubts.is_empty() => break,
                Err(error) => return Err(error),
            };
            if part.is(ends_at) {
                return Ok(Decision::certain(ends_at));
            }
            if part.value == ends_at {
                best = ends_at;
            }
            doubts.extend(part.doubts);
        }
        Ok(Decision { value: best, doubts })
    }

    fn equal(&self, left: &Node, right: &Node) -> Result<Decision, ConditionError> {
        let (first, second) = (self.text(left)?, self.text(right)?);
        let doubts: Vec<Doubt> = first.doubts.iter().chain(&second.doubts).cloned().collect();
        let answer = |value| Ok(Decision { value, doubts: doubts.clone() });
        let is_empty = |node: &Node, operand: &Operand<'_>| {
            matches!(node, Node::Text { .. }) && operand.text.as_deref() == Some("")
        };
        let (left_empty, right_empty) = (is_empty(left, &first), is_empty(right, &second));
        if left_empty || right_empty {
            return answer(left_empty == right_empty);
        }
        let numeric = |node: &Node, operand: &Operand<'_>| match node {
            Node::Text { .. } | Node::Number(_) => self.number(node, operand),
            _ => None,
        };
        if let (Some(a), Some(b)) = (numeric(left, &first), numeric(right, &second)) {
            #[expect(clippy::float_cmp, reason = "the engine compares doubles exactly")]
            return answer(a == b);
        }
        let truth = |node: &Node, operand: &Operand<'_>| match node {
            Node::Text { .. } => Ok(word(operand)),
            _ => self.boolean(node),
        };
        if let Some(a) = truth(left, &first)?
            && let Some(b) = truth(right, &second)?
        {
            let doubts = a.doubts.into_iter().chain(b.doubts).collect();
            return Ok(Decision { value: a.value == b.value, doubts });
        }
        let (Some(a), Some(b)) = (&first.text, &second.text) else {
            return Err(ConditionError::IllFormed);
        };
        answer(same_text(a, b))
    }

    fn number(&self, node: &Node, operand: &Operand<'_>) -> Option<f64> {
        let text = operand.text.as_deref()?;
        if is_tools_version(node, text) {
            return number(self.expander.lookup.value("VisualStudioVersion").unwrap_or("18.0"));
        }
        number(text)
    }

    fn ordered(
        &self,
        operator: Operator,
        left: &Node,
        right: &Node,
    ) -> Result<Decision, ConditionError> {
        let (first, second) = (self.text(left)?, self.text(right)?);
        let parse = |node: &Node, operand: &Operand<'_>| {
            let plain = matches!(node, Node::Text { .. } | Node::Number(_));
            let text = operand.text.clone().filter(|_| plain)?;
            let found = (self.number(node, operand), version(&text));
            (found.0.is_some() || found.1.is_some()).then_some(found)
        };
        let doubts: Vec<Doubt> = first.doubts.iter().chain(&second.doubts).cloned().collect();
        let (parsed_left, parsed_right) = (parse(left, &first), parse(right, &second));
        let (Some(a), Some(b)) = (parsed_left, parsed_right) else {
            if !doubts.is_empty() {
                return Ok(Decision { value: false, doubts });
            }
            let (node, operand) =
                if parsed_left.is_some() { (right, second) } else { (left, first) };
            return Err(ConditionError::NotNumeric {
                operand: unexpanded(node),
                value: operand.text.unwrap_or_default().into_owned(),
            });
        };
        let order = match (a, b) {
            ((Some(a), _), (Some(b), _)) => a.partial_cmp(&b).unwrap_or(std::cmp::Ordering::Equal),
            ((_, Some(a)), (_, Some(b))) => a.cmp(&b),
            // A version that ties with a number in its first part is the greater one.
            ((Some(a), _), (_, Some(b))) => {
                a.total_cmp(&f64::from(b.major)).then(std::cmp::Ordering::Less)
            }
            ((_, Some(a)), (Some(b), _)) => {
                f64::from(a.major).total_cmp(&b).then(std::cmp::Ordering::Greater)
            }
            _ => return Err(ConditionError::IllFormed),
        };
        let value = match operator {
            Operator::Less => order.is_lt(),
            Operator::LessOrEqual => order.is_le(),
            Operator::Greater => order.is_gt(),
            _ => order.is_ge(),
        };
        Ok(Decision { value, doubts })
    }

    fn call(&self, name: &str, arguments: &[Node]) -> Result<Decision, ConditionError> {
        let exists = name.eq_ignore_ascii_case("exists");
        if !exists && !name.eq_ignore_ascii_case("HasTrailingSlash") {
            return Err(ConditionError::UnknownFunction { name: name.to_owned() });
        }
        let [argument] = arguments else {
            return Err(ConditionError::ArgumentCount { found: arguments.len(), expected: 1 });
        };
        let style = self.expander.world.style();
        let operand = self.expand(&style.fix(&unexpanded(argument)))?;
        let paths: Vec<String> = operand
            .text
            .unwrap_or_default()
            .split(';')
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(|part| style.fix(&unescape(part)))
            .collect();
        let value = if exists {
            let found = |path: &String| {
                let full = style.full(self.folder, path);
                self.expander.world.exists(&full)
            };
            !paths.is_empty() && paths.iter().all(found)
        } else {
            match &paths[..] {
                [] => false,
                [path] => path.ends_with(['/', '\\']),
                _ => return Err(ConditionError::SeveralItems { function: "HasTrailingSlash" }),
            }
        };
        Ok(Decision { value, doubts: operand.doubts })
    }
}

/// A text as a truth value; `None` when it is no boolean word.
fn word(operand: &Operand<'_>) -> Option<Decision> {
    let value = match boolean(operand.text.as_deref().unwrap_or_default()) {
        Some(value) => value,
        // Not knowing the text is no reason to call it wrong.
        None if !operand.doubts.is_empty() => false,
        None => return None,
    };
    Some(Decision { value, doubts: operand.doubts.clone() })
}

/// `Current` stands for the version of Visual Studio where the tools version is compared.
fn is_tools_version(node: &Node, value: &str) -> bool {
    value == "Current"
        && matches!(node, Node::Text { text, .. } if text.eq_ignore_ascii_case("$(MSBuildToolsVersion)"))
}

fn unexpanded(node: &Node) -> String {
    match node {
        Node::Text { text, .. } | Node::Number(text) => text.clone(),
        Node::Not(inner) => format!("!{}", unexpanded(inner)),
        Node::Call { name, .. } => format!("{name}()"),
        Node::And(_) | Node::Or(_) | Node::Compare(..) => String::new(),
    }
}

/// Ordinal comparison, case ignored.
fn same_text(first: &str, second: &str) -> bool {
    if first.is_ascii() && second.is_ascii() {
        return first.eq_ignore_ascii_case(second);
    }
    let fold = |text: &str| -> Vec<char> {
        text.chars().map(|c| c.to_uppercase().next().unwrap_or(c)).collect()
    };
    fold(first) == fold(second)
}
