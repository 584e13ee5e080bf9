/// What stands in reports in place of a secret.
pub(crate) const MASK: &str = "…";

/// Whether a setting looks like a secret, by its name or by its value: an environment variable, a
/// parameter of a package. A guess: it decides what reports leave out, never what is written.
pub fn looks_secret(name: &str, value: &str) -> bool {
    if value.is_empty() {
        return false;
    }
    let name = name.to_ascii_lowercase();
    let value = value.to_ascii_lowercase();
    let marks = ["password", "pwd", "secret", "token", "apikey"];
    let connection = ["connectionstring_", "connectionstrings_"];
    let key = value.contains("-----begin ") && value.contains("private key");
    let secrets = ["password", "pwd", "accountkey", "sharedaccesskey"];
    let assigned = value.match_indices('=').any(|(at, _)| {
        let (name, rest) = (value[..at].trim_end(), value[at + 1..].trim_start());
        let given = !rest.is_empty() && !rest.starts_with(';');
        given && secrets.iter().any(|secret| name.ends_with(secret))
    });
    marks.iter().chain(&connection).any(|mark| name.contains(mark)) || key || assigned
}

#[cfg(test)]
mod tests {
    use super::looks_secret;

    #[test]
    fn secrets_show_in_names_and_in_values() {
        assert!(looks_secret("Mail__Password", "x"));
        assert!(looks_secret("ConnectionStrings__Main", "Server=."));
        assert!(looks_secret("Db", "Server=.;Pwd=abc;"));
        assert!(looks_secret("Db", "Server=.; Password = abc"));
        assert!(looks_secret("Files", "AccountName=a;AccountKey=YWJj"));
        assert!(looks_secret("Key", "-----BEGIN RSA PRIVATE KEY-----"));
        assert!(!looks_secret("Mail__Password", ""));
        assert!(!looks_secret("Db", "Server=.;Password=;"));
        assert!(!looks_secret("ASPNETCORE_ENVIRONMENT", "Production"));
    }
}
