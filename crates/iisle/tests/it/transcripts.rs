//! What a user types and sees: proves wiring, not logic. Recorded on one system; Windows differs in
//! the name of the program alone.

#[cfg(unix)]
#[test]
fn transcripts_are_as_recorded() {
    trycmd::TestCases::new().case("tests/cmd/*.trycmd");
}
