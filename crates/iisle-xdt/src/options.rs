/// What a transform run does, beyond the two documents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Whose behavior: ours, or the reference engine's.
    pub mode: Mode,
    /// What a directive is worth that matches nothing.
    pub unmatched: Unmatched,
    /// What happens when an error is met.
    pub on_error: OnError,
    /// What commenting out does with two hyphens in a row; safe mode only.
    pub hyphens: Hyphens,
    /// Whether the result is kept although errors were reported.
    pub keep: Keep,
}

/// Whose behavior a run shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// The reference engine's results without its faults: bytes that no directive touches stay.
    #[default]
    Safe,
    /// The reference engine's bytes and events, faults included.
    Compatible,
}

/// What a directive is worth that matches nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Unmatched {
    /// A warning, unless the directive says that it is an error.
    #[default]
    Warn,
    /// An error: nothing is written.
    Fail,
}

/// What happens when an error is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// It is reported, and the directives behind it are still tried.
    #[default]
    Report,
    /// The run ends there, without a result and without a single event. The Web SDK does so for
    /// the transforms it makes of environment variables, and takes it for success.
    Abandon,
}

/// What commenting out does with two hyphens in a row, which no comment can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hyphens {
    /// A blank is put between them, and told.
    #[default]
    Spread,
    /// It is an error.
    Refuse,
}

/// Whether the result is kept although errors were reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keep {
    /// A run with errors has no result.
    #[default]
    Good,
    /// Whatever the directives that worked have made of the document; for looking at, not for use.
    Anything,
}
