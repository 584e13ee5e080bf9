use cargo_metadata::Message;

/// The program of a bin, as `cargo build --message-format=json` tells; the last one counts.
///
/// Lines that are no messages of cargo are passed over, as programs that cargo runs may print too.
pub fn executable(messages: &[u8], bin: &str) -> Option<String> {
    let messages = Message::parse_stream(messages).filter_map(Result::ok);
    let found = messages.filter_map(|message| match message {
        Message::CompilerArtifact(artifact) if artifact.target.name == bin => artifact.executable,
        _ => None,
    });
    found.last().map(cargo_metadata::camino::Utf8PathBuf::into_string)
}
