use std::fmt::Write;

use iisle_ops::Failure;

use super::style::{ERROR, HINT};
use super::text::printable;

/// So many causes are shown: nobody reads on, and the event stream and the document have all.
const SHOWN: usize = 100;

/// A failure as people read it: the message, its causes, and what to do.
pub(crate) fn failure(failure: &Failure) -> String {
    let Failure { message, causes, hints, location, code } = failure;
    let mut text = format!("{ERROR}error{ERROR:#}: {}\n", printable(message));
    let mut line = |label: &str, value: &str| {
        writeln!(text, "  {label}: {}", printable(value)).expect("a string takes everything");
    };
    for cause in causes.iter().take(SHOWN) {
        line("caused by", cause);
    }
    if let Some(more @ 1..) = causes.len().checked_sub(SHOWN) {
        line("and", &format!("{more} more, which `--format json` lists"));
    }
    if let Some(location) = location {
        line("at", &location.to_string());
    }
    // The system's number stands in its words already, and words of our own in the message.
    if let Some(code) =
        code.as_ref().filter(|code| code.starts_with(|c: char| c.is_ascii_uppercase()))
    {
        line("code", code);
    }
    if !hints.is_empty() {
        text.push('\n');
    }
    for hint in hints {
        writeln!(text, "{HINT}hint{HINT:#}: {}", printable(hint))
            .expect("a string takes everything");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::failure;
    use iisle_ops::Failure;
    use iisle_report::Location;

    #[test]
    fn a_failure_says_what_why_where_and_what_to_do() {
        let failed = Failure::new("`a\u{1b}b` is broken")
            .context("cannot go on")
            .at(Location::at("web.config", 3, 7))
            .code("MSB4025")
            .hint("mend it");
        let plain = anstream::adapter::strip_str(&failure(&failed)).to_string();
        let causes = (0..102).map(|n| n.to_string()).collect();
        let many = failure(&Failure { causes, ..Failure::new("much") });
        assert_eq!(many.lines().count(), 102, "{many}");
        assert!(many.ends_with("  caused by: 99\n  and: 2 more, which `--format json` lists\n"));
        assert_eq!(
            plain,
            "error: cannot go on\n  caused by: `a\\u{1b}b` is broken\n  at: web.config:3:7\n  code: MSB4025\n\nhint: mend it\n"
        );
    }
}
