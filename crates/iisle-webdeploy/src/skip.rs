use thiserror::Error;

use crate::{NetRegex, RegexError};

/// What a deployment leaves alone, in the form of msdeploy's `-skip`.
#[derive(Debug, Clone)]
pub struct SkipRule {
    text: String,
    object_name: Option<NetRegex>,
    absolute_path: Option<NetRegex>,
    action: Option<SkipAction>,
}

/// The operation that a rule leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipAction {
    /// Deleting what only the target has.
    Delete,
    /// Adding what the target does not have.
    AddChild,
    /// Updating what differs.
    Update,
}

/// Why a text is no skip rule.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum SkipError {
    #[error("the skip rule `{rule}` has the part `{part}`, expected `name=value`")]
    Part { rule: String, part: String },
    #[error(
        "the skip rule `{rule}` has `{name}`, expected objectName, absolutePath, skipAction, \
         Directory or File"
    )]
    Name { rule: String, name: String },
    #[error(
        "the skip rule `{rule}` has the action `{action}`, expected Delete, AddChild or Update"
    )]
    Action { rule: String, action: String },
    #[error("the skip rule `{rule}` cannot be read")]
    Regex { rule: String, source: RegexError },
    #[error("the skip rule `{rule}` names neither objects nor a path")]
    Empty { rule: String },
}

impl SkipRule {
    /// Reads `objectName=…,absolutePath=…[,skipAction=…]`, or `Directory=…` or `File=…` for short.
    ///
    /// Values are regular expressions of .NET; quotes protect commas. Names compare without case.
    pub fn parse(text: &str) -> Result<Self, SkipError> {
        let rule = || text.to_owned();
        let regex = |value: &str| {
            NetRegex::parse(value).map_err(|source| SkipError::Regex { rule: rule(), source })
        };
        let mut read = Self { text: rule(), object_name: None, absolute_path: None, action: None };
        for part in parts(text) {
            let (name, value) = part
                .split_once('=')
                .ok_or_else(|| SkipError::Part { rule: rule(), part: part.clone() })?;
            let value = unquoted(value.trim());
            match name.trim().to_ascii_lowercase().as_str() {
                "objectname" => read.object_name = Some(regex(value)?),
                "absolutepath" => read.absolute_path = Some(regex(value)?),
                "directory" => {
                    read.object_name = Some(regex("^dirPath$")?);
                    read.absolute_path = Some(regex(value)?);
                }
                "file" => {
                    read.object_name = Some(regex("^filePath$")?);
                    read.absolute_path = Some(regex(value)?);
                }
                "skipaction" => {
                    let action = || SkipError::Action { rule: rule(), action: value.to_owned() };
                    read.action = Some(SkipAction::parse(value).ok_or_else(action)?);
                }
                _ => return Err(SkipError::Name { rule: rule(), name: name.to_owned() }),
            }
        }
        if read.object_name.is_none() && read.absolute_path.is_none() {
            return Err(SkipError::Empty { rule: rule() });
        }
        Ok(read)
    }

    /// The rule as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The operation it leaves out; `None` for all of them.
    pub fn action(&self) -> Option<SkipAction> {
        self.action
    }

    /// Whether it is about an object: the name of its provider, such as `filePath`, and any of its
    /// paths, at the source and at the target, with `\` as separator.
    ///
    /// # Errors
    /// When a match takes too long.
    pub fn hits<P: AsRef<str>>(&self, object: &str, paths: &[P]) -> Result<bool, RegexError> {
        if let Some(names) = &self.object_name
            && !names.is_match(object)?
        {
            return Ok(false);
        }
        let Some(pattern) = &self.absolute_path else { return Ok(true) };
        for path in paths {
            if pattern.is_match(path.as_ref())? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl SkipAction {
    fn parse(text: &str) -> Option<Self> {
        let all =
            [("Delete", Self::Delete), ("AddChild", Self::AddChild), ("Update", Self::Update)];
        all.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, action)| action)
    }
}

/// The parts of a rule between commas that no quotes protect.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, ',') => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().expect("there is a part").push(c);
    }
    parts
}

fn unquoted(value: &str) -> &str {
    let inside = |quote| value.strip_prefix(quote).and_then(|rest: &str| rest.strip_suffix(quote));
    inside('\'').or_else(|| inside('"')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::SkipRule;

    fn hits(rule: &str, object: &str, path: &str) -> bool {
        SkipRule::parse(rule).unwrap().hits(object, &[path]).unwrap()
    }

    // WD-2
    #[test]
    fn expressions_are_searched_without_case() {
        let rule = r"objectName=dirPath,absolutePath=\\App_Data$";
        assert!(hits(rule, "dirPath", r"C:\dst\app_data"));
        assert!(!hits(rule, "filePath", r"C:\dst\app_data"));
        assert!(!hits(rule, "dirPath", r"C:\dst\App_Data2"));
        assert!(hits("objectName=setAcl", "setAcl", "x"));
        assert!(hits("Directory=App_Data", "dirPath", r"C:\App_Data"));
        assert!(hits("absolutePath='a{1,2}b'", "filePath", "aab"));
        assert!(hits("objectName=\"filePath\",skipAction=delete", "filePath", ""));
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        let message = |rule: &str| SkipRule::parse(rule).unwrap_err().to_string();
        let rules = [
            "",
            "App_Data",
            "objectName=(",
            "xpath=a",
            "skipAction=Delete",
            "File=a,skipAction=Move",
        ];
        insta::assert_snapshot!(rules.map(message).join("\n"));
    }
}
