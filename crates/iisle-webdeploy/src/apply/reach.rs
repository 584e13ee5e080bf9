/// How far the engine comes with the nodes of one part of an expression when it replaces or removes them.
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
        let (step, separator) = last_step(expression.trim());
        if asks_for_position(step) {
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

/// The parts of a union, each of which is walked on its own; an expression that is none is its
/// only part.
pub(super) fn parts(expression: &str) -> Vec<&str> {
    let mut starts = vec![0];
    starts.extend(top_level(expression, '|').map(|at| at + 1));
    let ends = starts.iter().skip(1).map(|at| at - 1).chain([expression.len()]);
    starts.iter().zip(ends).map(|(start, end)| expression[*start..end].trim()).collect()
}

/// The last step of a path and what stands before it, `/` or `//`.
fn last_step(expression: &str) -> (&str, &str) {
    let start = top_level(expression, '/').last().map_or(0, |at| at + 1);
    let separator = if expression[..start].ends_with("//") { "//" } else { "/" };
    (expression[start..].trim(), separator)
}

/// Where a character stands outside of quotes, brackets and parentheses.
fn top_level(expression: &str, wanted: char) -> impl Iterator<Item = usize> {
    let (mut depth, mut quote) = (0_usize, None);
    expression.char_indices().filter_map(move |(at, c)| {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '[' | '(') => depth += 1,
            (None, ']' | ')') => depth = depth.saturating_sub(1),
            (None, c) if depth == 0 && c == wanted => return Some(at),
            _ => {}
        }
        None
    })
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
    use super::{Reach, parts};

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
        ] {
            assert_eq!(Reach::of(expression), reach, "{expression}");
        }
    }

    #[test]
    fn parts_of_a_union_stand_outside_of_everything() {
        assert_eq!(
            parts("//a[b|c] | (//d|//e)[1]|//f[.='|']"),
            ["//a[b|c]", "(//d|//e)[1]", "//f[.='|']"]
        );
        assert_eq!(parts("//a"), ["//a"]);
    }
}
