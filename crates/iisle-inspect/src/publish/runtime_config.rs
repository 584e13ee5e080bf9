use std::collections::BTreeMap;

use serde_json::Value;

use super::{Problem, Severity};
use crate::Position;
use crate::json::{self, Document, Node, Reader};
use crate::resolve::RollForward;

/// The low bytes of the codes the host ends with.
const INVALID_CONFIG: u8 = 147;

/// What a `*.runtimeconfig.json` says.
#[derive(Debug, Clone, PartialEq)]
pub struct RuntimeConfig {
    /// The file: a path below the root, or below the bundle it lies in.
    pub path: String,
    /// Whether it was read from inside the program.
    pub bundled: bool,
    /// `tfm`.
    pub tfm: Option<String>,
    /// `framework` and `frameworks`, in file order.
    pub frameworks: Vec<FrameworkReference>,
    /// `includedFrameworks`, in file order.
    pub included_frameworks: Vec<FrameworkReference>,
    /// `rollForward`, as written.
    pub roll_forward: Option<String>,
    /// `rollForwardOnNoCandidateFx`.
    pub roll_forward_on_no_candidate_fx: Option<i64>,
    /// `applyPatches`.
    pub apply_patches: Option<bool>,
    /// `configProperties`.
    pub config_properties: BTreeMap<String, Value>,
    /// Whether there is an object `runtimeOptions`.
    pub has_options: bool,
    /// Whether it is JSON in the eyes of the host; else `problems` says where not.
    pub is_json: bool,
    /// What the host refuses, in the order of the file.
    pub problems: Vec<Problem>,
    /// The low byte of the exit code of the current host when it refuses the file itself.
    pub exit: Option<u8>,
}

/// One framework that a runtimeconfig names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameworkReference {
    /// Such as `Microsoft.AspNetCore.App`.
    pub name: String,
    /// As written, such as `8.0.0`.
    pub version: String,
    /// `rollForward` of this reference alone, as written.
    pub roll_forward: Option<String>,
}

impl RuntimeConfig {
    /// Reads a file as the host does.
    ///
    /// Bytes that are no JSON are a file without options and with a problem.
    ///
    /// Source: dotnet/runtime, `src/native/corehost/runtime_config.cpp`; answers of the host 10.0.
    pub fn read(path: impl Into<String>, bytes: &[u8]) -> Self {
        let mut config = Self {
            path: path.into(),
            bundled: false,
            tfm: None,
            frameworks: Vec::new(),
            included_frameworks: Vec::new(),
            roll_forward: None,
            roll_forward_on_no_candidate_fx: None,
            apply_patches: None,
            config_properties: BTreeMap::new(),
            has_options: false,
            is_json: true,
            problems: Vec::new(),
            exit: None,
        };
        match json::parse(bytes, Reader::Host) {
            Ok(document) => config.take_document(&document),
            Err(error) => {
                config.is_json = false;
                config.refuse(Some(error.position), error.message);
            }
        }
        config
    }

    /// Whether it asks for frameworks that must be installed.
    pub fn is_framework_dependent(&self) -> bool {
        !self.frameworks.is_empty()
    }

    /// Whether a reference of either kind names this framework.
    pub fn names_framework(&self, name: &str) -> bool {
        self.frameworks.iter().chain(&self.included_frameworks).any(|it| it.name == name)
    }

    fn refuse(&mut self, position: Option<Position>, message: impl Into<String>) {
        let message = message.into();
        self.problems.push(Problem { position, message, severity: Severity::Error });
        self.exit = Some(INVALID_CONFIG);
    }

    fn take_document(&mut self, document: &Document) {
        let root = &document.root;
        if !root.is_object() {
            return self.refuse(Some(document.position(root)), "the root is not an object");
        }
        let Some(options) = root.get("runtimeOptions") else {
            return self.refuse(Some(document.position(root)), "there are no `runtimeOptions`");
        };
        if !options.is_object() {
            let at = document.position(options);
            return self.refuse(Some(at), "`runtimeOptions` is not an object");
        }
        self.has_options = true;
        self.tfm = options.text_of("tfm").map(str::to_owned);
        if let Some(properties) = options.get("configProperties") {
            let values = properties.members().iter();
            self.config_properties =
                values.map(|(name, value)| (name.clone(), value.to_value())).collect();
        }
        self.take_roll_forward(document, options);
        self.take_frameworks(document, options);
    }

    fn take_roll_forward(&mut self, document: &Document, options: &Node) {
        let number = options.get("rollForwardOnNoCandidateFx");
        self.roll_forward_on_no_candidate_fx = number.and_then(|it| it.to_value().as_i64());
        self.apply_patches = options.get("applyPatches").and_then(|it| it.to_value().as_bool());
        if let Some(policy) = options.get("rollForward") {
            self.roll_forward = self.policy(document, policy);
            if let Some(number) = number {
                self.refuse(
                    Some(document.position(number)),
                    "`rollForward` and `rollForwardOnNoCandidateFx` exclude each other",
                );
            }
        }
    }

    /// The word of a policy, which the host must know.
    fn policy(&mut self, document: &Document, node: &Node) -> Option<String> {
        let word = node.text();
        if word.and_then(RollForward::parse).is_none() {
            let written = word.map_or_else(|| node.to_value().to_string(), str::to_owned);
            let message = format!("`{written}` is no value of `rollForward`");
            self.refuse(Some(document.position(node)), message);
        }
        word.map(str::to_owned)
    }

    fn take_frameworks(&mut self, document: &Document, options: &Node) {
        let one = options.get("framework");
        let several = options.get("frameworks");
        let included = options.get("includedFrameworks");
        if let (Some(_), Some(second)) = (one, several) {
            self.refuse(
                Some(document.position(second)),
                "`framework` and `frameworks` exclude each other",
            );
        }
        if let (Some(dependent), Some(included)) = (one.or(several), included) {
            let later = if dependent.at > included.at { dependent } else { included };
            self.refuse(
                Some(document.position(later)),
                "`framework`/`frameworks` and `includedFrameworks` exclude each other",
            );
        }
        for node in one.into_iter().chain(several.into_iter().flat_map(Node::elements)) {
            if let Some(reference) = self.reference(document, node) {
                self.frameworks.push(reference);
            }
        }
        for node in included.into_iter().flat_map(Node::elements) {
            if let Some(reference) = self.reference(document, node) {
                self.included_frameworks.push(reference);
            }
        }
    }

    fn reference(&mut self, document: &Document, node: &Node) -> Option<FrameworkReference> {
        let at = Some(document.position(node));
        let Some(name) = node.text_of("name").filter(|name| !name.is_empty()) else {
            self.refuse(at, "a framework has no name");
            return None;
        };
        let Some(version) = node.text_of("version").filter(|version| !version.is_empty()) else {
            self.refuse(at, format!("the framework `{name}` has no version"));
            return None;
        };
        let roll_forward = node.get("rollForward").and_then(|it| self.policy(document, it));
        let (name, version) = (name.to_owned(), version.to_owned());
        Some(FrameworkReference { name, version, roll_forward })
    }
}

#[cfg(test)]
mod tests {
    use super::RuntimeConfig;

    fn read(text: &str) -> String {
        let config = RuntimeConfig::read("App.runtimeconfig.json", text.as_bytes());
        let names = |list: &[super::FrameworkReference]| {
            let all: Vec<_> = list.iter().map(|it| format!("{} {}", it.name, it.version)).collect();
            all.join(", ")
        };
        let problems: Vec<_> = config.problems.iter().map(ToString::to_string).collect();
        format!(
            "needs [{}] has [{}] {}",
            names(&config.frameworks),
            names(&config.included_frameworks),
            problems.join("; ")
        )
    }

    #[test]
    fn frameworks_keep_their_order() {
        assert_eq!(
            read(
                r#"{"runtimeOptions": {"frameworks": [{"name": "B", "version": "8.0.0"}, {"name": "A", "version": "8.0.1"}]}}"#
            ),
            "needs [B 8.0.0, A 8.0.1] has [] "
        );
        assert_eq!(
            read(
                r#"{"runtimeOptions": {"includedFrameworks": [{"name": "B", "version": "8.0.0"}]}}"#
            ),
            "needs [] has [B 8.0.0] "
        );
    }

    #[test]
    fn what_the_host_refuses_is_a_problem_with_a_place() {
        for (text, expected) in [
            ("[]", "the root is not an object at 1:1"),
            ("{}", "there are no `runtimeOptions` at 1:1"),
            (r#"{"RuntimeOptions": {}}"#, "there are no `runtimeOptions` at 1:1"),
            (r#"{"runtimeOptions": {},}"#, "a name of a member is missing at 1:23"),
            (
                r#"{"runtimeOptions": {"framework": {"version": "1.0.0"}}}"#,
                "a framework has no name at 1:34",
            ),
            (
                r#"{"runtimeOptions": {"framework": {"name": "A"}}}"#,
                "the framework `A` has no version at 1:34",
            ),
            (
                r#"{"runtimeOptions": {"rollForward": "Up"}}"#,
                "`Up` is no value of `rollForward` at 1:36",
            ),
            (
                r#"{"runtimeOptions": {"rollForward": "minor", "rollForwardOnNoCandidateFx": 1}}"#,
                "`rollForward` and `rollForwardOnNoCandidateFx` exclude each other at 1:75",
            ),
        ] {
            let config = RuntimeConfig::read("x", text.as_bytes());
            assert_eq!(config.problems[0].to_string(), expected, "{text}");
            assert_eq!(config.exit, Some(147), "{text}");
        }
    }

    #[test]
    fn both_kinds_of_framework_contradict() {
        let text = r#"{"runtimeOptions": {
            "includedFrameworks": [{"name": "A", "version": "8.0.0"}],
            "framework": {"name": "A", "version": "8.0.0"}}}"#;
        assert_eq!(
            read(text),
            "needs [A 8.0.0] has [A 8.0.0] `framework`/`frameworks` and `includedFrameworks` \
             exclude each other at 3:26"
        );
    }

    #[test]
    fn no_framework_at_all_is_no_problem_of_the_file() {
        assert_eq!(read(r#"{"runtimeOptions": {}}"#), "needs [] has [] ");
    }
}
