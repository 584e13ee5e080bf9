use crate::start_tag::{self, TagError};

/// Checks an XML declaration: version, then encoding, then standalone, each at most once.
pub(crate) fn check(declaration: &str) -> Result<(), TagError> {
    let fail = |problem: String, offset| Err(TagError { problem, offset });
    // Its pseudo-attributes are spelled like attributes.
    let as_tag = declaration.replacen("<?", "<", 1).replace("?>", "/>");
    let mut pairs = Vec::new();
    start_tag::read(&as_tag, &mut pairs)
        .map_err(|e| TagError { offset: e.offset + 1, problem: e.problem })?;
    let mut expected = ["version", "encoding", "standalone"].iter();
    for (index, pair) in pairs.iter().enumerate() {
        let (name, value) =
            (&as_tag[pair.name..pair.name_end], &as_tag[pair.value..pair.value_end]);
        if (index == 0 && name != "version") || !expected.any(|e| *e == name) {
            let problem = format!("`{name}` is out of place in the XML declaration");
            return fail(problem, pair.name + 1);
        }
        let fits = match name {
            "version" => value == "1.0",
            "encoding" => is_encoding_name(value),
            _ => matches!(value, "yes" | "no"),
        };
        if !fits {
            let problem =
                format!("the XML declaration says `{name}=\"{value}\"`, which is not supported");
            return fail(problem, pair.name + 1);
        }
    }
    if pairs.is_empty() { fail("the XML declaration has no version".into(), 0) } else { Ok(()) }
}

fn is_encoding_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
}
