//! How paths are made ready for their evaluation.

use super::axis::Axis;
use super::expression::{
    Expression, Flow, Key, Name, NodeTest, Operator, Path, Predicate, Start, Step,
};

/// Steps taken inside one another; longer paths go by sets, so that their length is no depth.
const MAX_NESTED_STEPS: usize = 24;

impl Path {
    pub(crate) fn new(start: Start, steps: Vec<Step>) -> Self {
        let steps = joined(steps);
        let flow = match start {
            Start::Nodes(_) => Flow::Repeating,
            Start::Context | Start::Root => flow(&steps),
        };
        Self { start, steps, flow }
    }
}

impl Step {
    pub(crate) fn new(axis: Axis, test: NodeTest, predicates: Vec<Predicate>) -> Self {
        let key = match predicates.first() {
            Some(Predicate::Test(expression, needs)) if !needs.position && !needs.size => {
                key(expression)
            }
            _ => None,
        };
        Self { axis, test, predicates, key }
    }

    pub(crate) fn plain(axis: Axis, test: NodeTest) -> Self {
        Self::new(axis, test, Vec::new())
    }

    /// What `//` stands for.
    pub(crate) fn anywhere() -> Self {
        Self::plain(Axis::DescendantOrSelf, NodeTest::Any)
    }
}

/// The attribute that `[@name = 'value']`, maybe with more conditions, asks for.
fn key(expression: &Expression) -> Option<Key> {
    match expression {
        Expression::And(list) => list.iter().find_map(key),
        Expression::Chain(first, rest) => match (&**first, &rest[..]) {
            (Expression::Literal(value), [(Operator::Equal, other)])
            | (other, [(Operator::Equal, Expression::Literal(value))]) => {
                Some(Key { attribute: attribute(other)?.clone(), value: value.clone() })
            }
            _ => None,
        },
        _ => None,
    }
}

/// The name in `@name`.
fn attribute(expression: &Expression) -> Option<&Name> {
    let Expression::Path(Path { start: Start::Context, steps, flow: _ }) = expression else {
        return None;
    };
    match &steps[..] {
        [Step { axis: Axis::Attribute, test: NodeTest::Name(name), predicates, key: _ }] => {
            predicates.is_empty().then_some(name)
        }
        _ => None,
    }
}

/// The steps with every `//` joined to what follows it, where that selects the same: one walk
/// instead of one for every node.
fn joined(steps: Vec<Step>) -> Vec<Step> {
    let mut joined: Vec<Step> = Vec::with_capacity(steps.len());
    for mut step in steps {
        if let Some(before) = joined.last_mut()
            && *before == Step::anywhere()
        {
            match step.axis {
                Axis::Child | Axis::Descendant if !step.is_positional() => {
                    step.axis = Axis::Descendant;
                    joined.pop();
                }
                Axis::Itself | Axis::DescendantOrSelf if !step.is_positional() => {
                    step.axis = Axis::DescendantOrSelf;
                    joined.pop();
                }
                Axis::Child | Axis::Attribute => before.test = NodeTest::Parent,
                _ => {}
            }
        }
        joined.push(step);
    }
    joined
}

/// What the steps give when they are taken from one node.
fn flow(steps: &[Step]) -> Flow {
    // The nodes so far: one; several of which none is above another; any, each once.
    #[derive(PartialEq)]
    enum Nodes {
        One,
        Flat,
        Any,
    }
    let (mut nodes, mut flow) = (Nodes::One, Flow::Ordered);
    if steps.len() > MAX_NESTED_STEPS {
        return Flow::Repeating;
    }
    for step in steps {
        match step.axis {
            Axis::Itself => {}
            Axis::Parent if nodes == Nodes::One => {}
            Axis::Attribute | Axis::Namespace if nodes == Nodes::Any => {}
            Axis::Child | Axis::Attribute | Axis::Namespace if nodes != Nodes::Any => {
                nodes = Nodes::Flat;
            }
            Axis::Child => flow = Flow::Unordered,
            Axis::Descendant | Axis::DescendantOrSelf if nodes != Nodes::Any => {
                nodes = Nodes::Any;
            }
            Axis::Following | Axis::FollowingSibling if nodes == Nodes::One => {
                nodes = Nodes::Any;
            }
            Axis::Ancestor | Axis::AncestorOrSelf | Axis::Preceding | Axis::PrecedingSibling
                if nodes == Nodes::One =>
            {
                nodes = Nodes::Any;
                flow = Flow::Unordered;
            }
            _ => return Flow::Repeating,
        }
    }
    flow
}

#[cfg(test)]
mod tests {
    use super::super::Dialect;
    use super::super::expression::Expression;
    use super::super::parse::parse;

    #[track_caller]
    fn shape(text: &str) -> String {
        let Expression::Path(path) = parse(text, Dialect::Standard).unwrap().expression else {
            panic!("`{text}` is no path")
        };
        let axes: Vec<_> = path.steps.iter().map(|step| format!("{:?}", step.axis)).collect();
        format!("{} {:?}", axes.join(" "), path.flow)
    }

    #[test]
    fn two_slashes_and_a_child_are_one_walk_unless_positions_count() {
        assert_eq!(shape("//a"), "Descendant Ordered");
        assert_eq!(shape("//a[@b]/c"), "Descendant Child Unordered");
        assert_eq!(shape("//a[1]"), "DescendantOrSelf Child Unordered");
        assert_eq!(shape("//a[position() > 1]"), "DescendantOrSelf Child Unordered");
        assert_eq!(shape("//a[b[1]]"), "Descendant Ordered");
        assert_eq!(shape("//@a"), "DescendantOrSelf Attribute Ordered");
        assert_eq!(shape(".//."), "Itself DescendantOrSelf Ordered");
    }

    #[test]
    fn paths_that_may_meet_a_node_twice_go_by_sets() {
        assert_eq!(shape("../../a/@b"), "Parent Parent Child Attribute Ordered");
        assert_eq!(shape("a/.."), "Child Parent Repeating");
        assert_eq!(shape("//a//b"), "Descendant Descendant Repeating");
        assert_eq!(shape("ancestor::a/b"), "Ancestor Child Unordered");
        assert_eq!(shape("(a)/b"), "Child Repeating");
    }
}
