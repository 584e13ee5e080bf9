/// What an event is: a word that stays the same whatever the message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the words and sentences below name them")]
pub enum Code {
    ApplyTo,
    ArgNoAttribute,
    ArgsIgnored,
    BadDirective,
    Begin,
    CommentOutDocument,
    CommentedOut,
    DocumentElement,
    End,
    EndWithError,
    Exception,
    FirstOnly,
    HyphensRefused,
    HyphensSpread,
    ImportConflict,
    ImportNoNamespace,
    ImportNoTarget,
    ImportUnknownAttribute,
    ImportUnsupported,
    InsertNeedsXpath,
    InsertTooManyArgs,
    Inserted,
    LocatorUnused,
    MatchAttributeMissing,
    MatchRemoved,
    NamespaceMisspelled,
    NoMatch,
    NoParent,
    NoXdtNamespace,
    NotAnElement,
    NotBoolean,
    NotExecuted,
    NotWellFormed,
    RemoveNothing,
    Removed,
    RemovedAttribute,
    RemovedAttributes,
    Replaced,
    SetAttribute,
    SetAttributes,
    SetNothing,
    SiblingNotElement,
    TokenUnknown,
    TooFewArgs,
    Unencodable,
    UnknownType,
    UnknownXdtAttribute,
    UnknownXdtTag,
    Unreadable,
    WrongArgCount,
    WrongKind,
    Xpath,
}

impl Code {
    /// The word, as scripts see it.
    pub fn word(self) -> &'static str {
        match self {
            Self::ApplyTo => "apply-to",
            Self::ArgNoAttribute => "arg-no-attribute",
            Self::ArgsIgnored => "args-ignored",
            Self::BadDirective => "bad-directive",
            Self::Begin => "begin",
            Self::CommentOutDocument => "comment-out-document",
            Self::CommentedOut => "commented-out",
            Self::DocumentElement => "document-element",
            Self::End => "end",
            Self::EndWithError => "end-with-error",
            Self::Exception => "exception",
            Self::FirstOnly => "first-only",
            Self::HyphensRefused => "hyphens-refused",
            Self::HyphensSpread => "hyphens-spread",
            Self::ImportConflict => "import-conflict",
            Self::ImportNoNamespace => "import-no-namespace",
            Self::ImportNoTarget => "import-no-target",
            Self::ImportUnknownAttribute => "import-unknown-attribute",
            Self::ImportUnsupported => "import-unsupported",
            Self::InsertNeedsXpath => "insert-needs-xpath",
            Self::InsertTooManyArgs => "insert-too-many-args",
            Self::Inserted => "inserted",
            Self::LocatorUnused => "locator-unused",
            Self::MatchAttributeMissing => "match-attribute-missing",
            Self::MatchRemoved => "match-removed",
            Self::NamespaceMisspelled => "namespace-misspelled",
            Self::NoMatch => "no-match",
            Self::NoParent => "no-parent",
            Self::NoXdtNamespace => "no-xdt-namespace",
            Self::NotAnElement => "not-an-element",
            Self::NotBoolean => "not-boolean",
            Self::NotExecuted => "not-executed",
            Self::NotWellFormed => "not-well-formed",
            Self::RemoveNothing => "remove-nothing",
            Self::Removed => "removed",
            Self::RemovedAttribute => "removed-attribute",
            Self::RemovedAttributes => "removed-attributes",
            Self::Replaced => "replaced",
            Self::SetAttribute => "set-attribute",
            Self::SetAttributes => "set-attributes",
            Self::SetNothing => "set-nothing",
            Self::SiblingNotElement => "sibling-not-element",
            Self::TokenUnknown => "token-unknown",
            Self::TooFewArgs => "too-few-args",
            Self::Unencodable => "unencodable",
            Self::UnknownType => "unknown-type",
            Self::UnknownXdtAttribute => "unknown-xdt-attribute",
            Self::UnknownXdtTag => "unknown-xdt-tag",
            Self::Unreadable => "unreadable",
            Self::WrongArgCount => "wrong-arg-count",
            Self::WrongKind => "wrong-kind",
            Self::Xpath => "xpath",
        }
    }

    /// What an event of this kind says, given its arguments.
    pub(crate) fn sentence(self, arguments: &[String]) -> String {
        let argument = |index: usize| arguments.get(index).map_or("", String::as_str);
        let first = argument(0);
        let count = |what: &str| {
            if first == "1" { format!("1 {what}") } else { format!("{first} {what}s") }
        };
        match self {
            Self::ApplyTo => match arguments {
                [name, line, column] => format!("applying to `{name}` ({line},{column})"),
                _ => format!("applying to `{first}`"),
            },
            Self::ArgNoAttribute => format!("no attribute `{first}`"),
            Self::ArgsIgnored => format!("`{first}` takes no arguments; they are ignored"),
            Self::BadDirective => {
                "expected a name, or a name and arguments in parentheses".to_owned()
            }
            Self::Begin => format!("begin {first}"),
            Self::CommentOutDocument => "the document itself cannot be commented out".to_owned(),
            Self::CommentedOut => format!("commented out `{first}`"),
            Self::DocumentElement => {
                format!("`{first}` would leave the document without its element")
            }
            Self::End => format!("end {first}"),
            Self::EndWithError => format!("end {first}, with errors"),
            Self::Exception => match first {
                "XPathException" => "not a path that can be evaluated".to_owned(),
                class => format!("the reference engine fails with `{class}`"),
            },
            Self::FirstOnly => {
                format!("more than one element matches, `{first}` works on the first only")
            }
            Self::HyphensRefused => {
                "the markup has `--`, and no comment can hold two hyphens in a row".to_owned()
            }
            Self::HyphensSpread => {
                "`--` became `- -`, for no comment can hold two hyphens in a row".to_owned()
            }
            Self::ImportConflict => "`Import` takes `assembly` or `path`, not both".to_owned(),
            Self::ImportNoNamespace => "`Import` needs `namespace`".to_owned(),
            Self::ImportNoTarget => "`Import` needs `assembly` or `path`".to_owned(),
            Self::ImportUnknownAttribute => format!("`Import` takes no attribute `{first}`"),
            Self::ImportUnsupported => {
                ".NET code cannot be loaded, so `Import` is not possible".to_owned()
            }
            Self::InsertNeedsXpath => {
                format!("`{first}` needs a path to the element it inserts at")
            }
            Self::InsertTooManyArgs => format!("`{first}` takes one argument"),
            Self::Inserted => format!("inserted `{first}`"),
            Self::LocatorUnused => "nothing uses this locator".to_owned(),
            Self::MatchAttributeMissing => {
                format!("`Match` names the attribute `{first}`, which this element lacks")
            }
            Self::MatchRemoved => {
                format!("`{first}` matches nothing any more: a directive before took it away")
            }
            Self::NamespaceMisspelled => {
                format!("the namespace `{first}` is not the one of transforms")
            }
            Self::NoMatch => format!("`{first}` matches nothing"),
            Self::NoParent => format!("`{first}` needs a parent to insert into"),
            Self::NoXdtNamespace => {
                "the transform does not declare the namespace of transforms".to_owned()
            }
            Self::NotAnElement => format!("the path leads to {first}, not to an element"),
            Self::NotBoolean => format!("`{first}` is neither `true` nor `false`"),
            Self::NotExecuted => format!("not executed: {first}"),
            Self::NotWellFormed => "not well-formed".to_owned(),
            Self::RemoveNothing => "there are no attributes to remove".to_owned(),
            Self::Removed => format!("removed `{first}`"),
            Self::RemovedAttribute => format!("removed attribute `{first}`"),
            Self::RemovedAttributes => format!("removed {}", count("attribute")),
            Self::Replaced => format!("replaced `{first}`"),
            Self::SetAttribute => format!("set attribute `{first}`"),
            Self::SetAttributes => format!("set {}", count("attribute")),
            Self::SetNothing => "there are no attributes to set".to_owned(),
            Self::SiblingNotElement => format!("`{first}` does not lead to an element"),
            Self::TokenUnknown => format!("no attribute `{first}` for `$({first})`; it stays"),
            Self::TooFewArgs => format!("`{first}` needs arguments: {} or more", argument(1)),
            Self::Unencodable => format!("the document's encoding lacks `{first}`"),
            Self::UnknownType => format!("there is no {} `{first}`", argument(1).to_lowercase()),
            Self::UnknownXdtAttribute => format!("`{first}` means nothing in transforms"),
            Self::UnknownXdtTag => format!("there is no element `{first}` in transforms"),
            Self::Unreadable => "cannot be read".to_owned(),
            Self::WrongArgCount => format!("`{first}` takes exactly {}", argument(1)),
            Self::WrongKind => {
                let name = first.rsplit('.').next().unwrap_or(first);
                format!("`{name}` is no {}", argument(1).to_lowercase())
            }
            Self::Xpath => format!("on {first}"),
        }
    }
}
