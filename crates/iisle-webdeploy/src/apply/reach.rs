/// How far the engine comes with the nodes of an expression when it replaces or removes them.
///
/// It walks and changes at the same time: a node that is gone ends the step that found it, unless
/// the step had to collect its nodes first, because it asks for positions.
///
/// Source: Web Deploy 7.1, seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// All nodes.
    All,
    /// The first one below each parent.
    FirstOfParent,
    /// The first one.
    First,
}

impl Reach {
    /// What the last step of an expression reaches.
    pub(super) fn of(expression: &str) -> Self {
        let (step, separator, is_union) = last_step(expression.trim());
        // Each part of a union is walked on its own.
        if is_union || asks_for_position(step) {
            return Self::All;
        }
        let walks_far = ["descendant", "following::", "preceding", "ancestor"];
        if separator == "//"
            || step.starts_with('(')
            || walks_far.iter().any(|a| step.starts_with(a))
        {
            return Self::First;
        }
        Self::FirstOfParent
    }
}

/// The last step of a path, what stands before it, `/` or `//`, and whether it is a union of paths.
fn last_step(expression: &str) -> (&str, &str, bool) {
    let (mut depth, mut quote) = (0_usize, None);
    let (mut start, mut is_union) = (0, false);
    for (at, c) in expression.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth = depth.saturating_sub(1),
            (None, '/' | '|') if depth == 0 => {
                is_union |= c == '|';
                start = at + 1;
            }
            _ => {}
        }
    }
    let before = &expression[..start];
    let separator = if before.ends_with("//") { "//" } else { "/" };
    (expression[start..].trim(), separator, is_union)
}

/// Whether a step has a predicate that asks for a position.
fn asks_for_position(step: &str) -> bool {
    let predicates = step.split_once('[').map_or("", |(_, predicates)| predicates);
    let is_number = |part: &str| part.trim().trim_end_matches(']').trim().parse::<u32>().is_ok();
    !step.starts_with('(')
        && (predicates.contains("position(")
            || predicates.contains("last(")
            || predicates.split('[').any(is_number))
}

#[cfg(test)]
mod tests {
    use super::Reach;

    #[test]
    fn the_last_step_decides() {
        for (expression, reach) in [
            ("//x", Reach::First),
            ("/a/x", Reach::FirstOfParent),
            ("//*[x]/x", Reach::FirstOfParent),
            ("//x[1]", Reach::All),
            ("//x[last()]", Reach::All),
            ("/a/x[position()<3]", Reach::All),
            ("//x[@k='a/b'][1]", Reach::All),
            ("//x[@k='1']", Reach::First),
            ("(//x)[position()>1]", Reach::First),
            ("/a/x/following::x", Reach::First),
            ("//x[@k]", Reach::First),
            ("//a[1]/x", Reach::FirstOfParent),
            ("//a[b|c]/x", Reach::FirstOfParent),
            ("//a|//b", Reach::All),
        ] {
            assert_eq!(Reach::of(expression), reach, "{expression}");
        }
    }
}
