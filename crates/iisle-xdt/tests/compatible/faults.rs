//! Faults of the reference engine that the corpus does not show. What is expected was found out by
//! running it.

use super::{log, run};
use iisle_xdt::{Mode, OnError, Options, Status, transform};

/// The document that a transform of these children makes of a source, or the log.
fn check(source: &str, directives: &str) -> String {
    let directives = format!(
        "<r xmlns:xdt=\"http://schemas.microsoft.com/XML-Document-Transform\">{directives}</r>"
    );
    let outcome = run(source.as_bytes(), directives.as_bytes());
    match (outcome.status, outcome.bytes.as_deref()) {
        (Status::Applied, Some(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        _ => log(&outcome),
    }
}

#[test]
fn what_two_removals_leave_between_two_line_ends_kills_the_engine() {
    let removals = "<a xdt:Transform=\"Remove\"/><b xdt:Transform=\"Remove\"/>";
    let log = check("<r>\n  <a/> <b/> <c/>\n</r>", removals);
    assert!(log.ends_with("fatal - exception | NullReferenceException\n"), "{log}");
    assert_eq!(check("<r>\n  <a/>\n  <b/>\n  <c/>\n</r>", removals), "<r>\n  <c/>\n</r>");
}

#[test]
fn a_new_document_element_must_stand_behind_white_space() {
    let replacement = format!(
        "<r xmlns:xdt=\"{}\" xdt:Transform=\"Replace\"/>",
        "http://schemas.microsoft.com/XML-Document-Transform"
    );
    let status = |source: &str| run(source.as_bytes(), replacement.as_bytes()).status;
    assert_eq!(status("<r a=\"1\"/>"), Status::Failed);
    assert_eq!(status("<!--c--><r a=\"1\"/>"), Status::Failed);
    assert_eq!(status("<?xml version=\"1.0\"?>\n<r a=\"1\"/>"), Status::Applied);
}

#[test]
fn blanks_at_the_end_and_before_the_end_of_what_looks_like_a_tag_are_lost() {
    assert_eq!(check("<r>x </r>\n  ", ""), "<r>x </r>\n");
    assert_eq!(
        check("<r><![CDATA[x />y]]><?p a /> b?></r>", ""),
        "<r><![CDATA[x/>y]]><?p a/> b?></r>"
    );
}

#[test]
fn prefixes_are_those_bound_last() {
    let source = "<p:r xmlns:p=\"u\" xmlns:q=\"u\" p:a=\"1\"><p:b/></p:r>";
    assert_eq!(check(source, ""), "<p:r xmlns:p=\"u\" xmlns:q=\"u\" q:a=\"1\"><q:b/></p:r>");
    assert_eq!(
        check("<r><a/></r>", "<a><n:b xmlns:n=\"u\" n:c=\"1\" xdt:Transform=\"Insert\"/></a>"),
        "<r><a>\t\t<n:b n:c=\"1\" xmlns:n=\"u\"/>\t</a></r>"
    );
}

#[test]
fn a_decimal_reference_to_white_space_is_text_a_hexadecimal_one_is_not() {
    // Text keeps new elements from being indented.
    let insertion = "<b xdt:Transform=\"Insert\"/>";
    assert_eq!(check("<r>&#32;</r>", insertion), "<r> <b/></r>");
    assert_eq!(check("<r>&#x20;</r>", insertion), "<r>\t<b/> </r>");
}

#[test]
fn a_lone_carriage_return_loses_the_gaps_behind_it() {
    assert_eq!(check("<r x=\"1\"\r y=\"2\"/>", ""), "<r x=\"1\" y=\"2\"/>");
    assert!(check("<r b='>'/>", "").starts_with("status 2\nfatal - not-well-formed"));
}

#[test]
fn names_in_a_declared_code_page_are_decoded_wrongly_and_refused() {
    let declared = "<?xml version='1.0' encoding='iso-8859-1'?>";
    let source = |inner: &[u8]| [declared.as_bytes(), b"<r>", inner, b"</r>"].concat();
    assert_eq!(run(&source(b"<\xE9/>"), b"<r/>").status, Status::Malformed);
    let text = run(&source(b"\xE9"), b"<r/>");
    assert!(text.bytes.is_some_and(|bytes| bytes.ends_with(b"<r>?</r>")));
}

#[test]
fn names_of_the_engines_own_types_are_of_the_wrong_kind() {
    let log = check("<r/>", "<a xdt:Transform=\"XmlFormatter\"/>");
    let expected = "error transform.xml(1,71) wrong-kind | Microsoft.Web.XmlTransform.XmlFormatter | Transform";
    assert!(log.contains(expected), "{log}");
}

#[test]
fn what_an_entity_brought_cannot_be_changed() {
    let source = "<!DOCTYPE r [<!ENTITY e \"<b/>\">]><r>&e;</r>";
    let log = check(source, "<b xdt:Transform=\"Remove\"/>");
    assert!(log.contains("exception | InvalidOperationException"), "{log}");
    assert_eq!(check(source, ""), "<!DOCTYPE r[<!ENTITY e \"<b/>\">]><r>&e;</r>");
}

#[test]
fn with_the_switch_the_first_error_ends_the_run_in_silence() {
    let directives = "<r xmlns:xdt=\"http://schemas.microsoft.com/XML-Document-Transform\"><a xdt:Transform=\"Nope\"/></r>";
    for mode in [Mode::Compatible, Mode::Safe] {
        let options = Options { mode, on_error: OnError::Abandon, ..Options::default() };
        let outcome = transform(b"<r><a/></r>", directives.as_bytes(), &options);
        assert_eq!((outcome.bytes, outcome.events.len()), (None, 0));
        assert_eq!(outcome.status, Status::Errors);
    }
}
