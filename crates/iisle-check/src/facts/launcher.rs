/// Tokens that the publish transform replaces.
const TOKENS: [&str; 4] =
    ["%LAUNCHER_PATH%", "%LAUNCHER_ARGS%", "%ANCM_LAUNCHER_PATH%", "%ANCM_LAUNCHER_ARGS%"];

/// The token in a value that the publish transform would have replaced.
pub(crate) fn launcher_token(value: &str) -> Option<&'static str> {
    let upper = value.to_ascii_uppercase();
    TOKENS.into_iter().find(|token| upper.contains(token))
}
