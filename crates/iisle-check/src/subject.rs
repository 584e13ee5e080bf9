use iisle_inspect::project::Project;
use iisle_inspect::publish::{self, PublishOutput};
use iisle_path::RelPath;
use iisle_report::Location;
use iisle_webconfig::{
    Attribute, Element, Encoding, Handler, Handlers, Hosting, MODULE_V1, Position, ReadError,
    Scope, WebConfig,
};
use iisle_webdeploy::{Fault, FaultKind, Manifest, PackageContent, Parameters};

use crate::findings::Findings;

/// What is judged: the facts that could be gathered. What is `None` is unknown, and rules that
/// need it are skipped.
#[derive(Debug, Clone, Copy, Default)]
pub struct Subject<'a> {
    /// The evaluated project.
    pub project: Option<&'a Project>,
    /// The publish output.
    pub output: Option<&'a PublishOutput>,
    /// The web.config of the output, or of the target.
    pub web_config: Option<WebConfigFile<'a>>,
    /// A Web Deploy package.
    pub package: Option<PackageFacts<'a>>,
}

/// A Web Deploy package that was found, whole or not.
#[derive(Debug, Clone, Copy)]
pub struct PackageFacts<'a> {
    /// The name that locations show.
    pub file: &'a str,
    /// What is wrong with it.
    pub faults: &'a [Fault],
    /// What it holds, when it could be opened.
    pub parts: Option<PackageParts<'a>>,
}

/// What a package that could be opened holds.
#[derive(Debug, Clone, Copy)]
pub struct PackageParts<'a> {
    /// Its providers.
    pub manifest: &'a Manifest,
    /// What it declares.
    pub parameters: &'a Parameters,
    /// Names of declared parameters that find nothing to change and that no other one refers to.
    pub idle: &'a [String],
    /// Its folders of files, in the order of the package.
    pub contents: &'a [ContentFacts],
}

/// One folder of files in a package, seen as a publish output.
#[derive(Debug)]
pub struct ContentFacts {
    /// Where its files lie.
    pub content: PackageContent,
    /// What they are.
    pub output: PublishOutput,
    /// Connection strings that its settings hold, by file.
    pub connection_strings: Vec<(RelPath, String)>,
    /// The web.config and the entry, as far as the publish folder of the same application has
    /// them with other bytes.
    pub differing: Vec<RelPath>,
}

impl<'a> PackageFacts<'a> {
    /// Its folders of files; none when it could not be opened.
    pub(crate) fn contents(&self) -> &'a [ContentFacts] {
        self.parts.map_or(&[], |parts| parts.contents)
    }

    /// The place of a file of a content, by the path inside the package.
    pub(crate) fn inside(&self, content: &ContentFacts, path: &str) -> String {
        format!("{}/{}/{path}", self.file, content.content.folder)
    }

    /// Whether rules about packages judge this output: those about outputs need not repeat it.
    pub(crate) fn holds(&self, output: &PublishOutput) -> bool {
        self.contents().iter().any(|content| std::ptr::eq(&raw const content.output, output))
    }

    /// Every fault of a kind that `counts` becomes a finding at its place.
    pub(crate) fn report(&self, findings: &mut Findings<'_>, counts: fn(&FaultKind) -> bool) {
        for fault in self.faults.iter().filter(|fault| counts(&fault.kind)) {
            findings.push(self.place(fault), fault.to_string());
        }
    }

    /// Where a fault lies: in an entry when it has one, else in the package.
    fn place(&self, fault: &Fault) -> Location {
        let file = if fault.subject.is_empty() {
            self.file.to_owned()
        } else {
            format!("{}/{}", self.file, fault.subject)
        };
        match fault.position {
            Some(at) => Location::at(file, at.line, at.column),
            None => Location::file(file),
        }
    }
}

/// A web.config that was found, read or not.
#[derive(Debug, Clone, Copy)]
pub struct WebConfigFile<'a> {
    /// The name that locations show, usually `web.config`.
    pub file: &'a str,
    /// What it says, or why it says nothing.
    pub content: Result<&'a WebConfig, &'a ReadError>,
}

impl<'a> From<&'a publish::WebConfigFile> for WebConfigFile<'a> {
    fn from(file: &'a publish::WebConfigFile) -> Self {
        Self { file: file.path.as_str(), content: file.content.as_ref() }
    }
}

impl<'a> Subject<'a> {
    /// A publish output with its own web.config.
    pub fn of_output(output: &'a PublishOutput) -> Self {
        let web_config = output.web_config.as_ref().map(WebConfigFile::from);
        Self { output: Some(output), web_config, ..Self::default() }
    }
}

/// Facts beside those that a rule demands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Neighbors<'a> {
    pub(crate) project: Option<&'a Project>,
    pub(crate) output: Option<&'a PublishOutput>,
    pub(crate) config: Option<&'a Config<'a>>,
    pub(crate) package: Option<PackageFacts<'a>>,
}

impl Neighbors<'_> {
    /// Whether the output is the content of the package, which the rules of group K judge.
    pub(crate) fn packed(&self, output: &PublishOutput) -> bool {
        self.package.is_some_and(|package| package.holds(output))
    }
}

/// A web.config that was read, as rules look at it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Config<'a> {
    pub(crate) file: &'a str,
    pub(crate) xml: &'a WebConfig,
    /// The `aspNetCore` section in force.
    pub(crate) hosting: Option<Hosting<'a>>,
    /// The `httpPlatform` section in force.
    pub(crate) http_platform: Option<Hosting<'a>>,
}

impl<'a> Config<'a> {
    /// `None` when the file cannot be what IIS would read: W003 says why.
    pub(crate) fn read(file: WebConfigFile<'a>) -> Option<Self> {
        let xml = file.content.ok()?;
        contradicted_declaration(&xml.encoding).is_none().then(|| Self {
            file: file.file,
            xml,
            hosting: xml.hosting(),
            http_platform: xml.http_platform(),
        })
    }

    pub(crate) fn at(&self, position: Position) -> Location {
        Location::at(self.file, position.line, position.column)
    }

    pub(crate) fn element(&self, element: &Element) -> Location {
        self.at(element.position)
    }

    pub(crate) fn value(&self, attribute: &Attribute) -> Location {
        self.at(attribute.value_position)
    }

    /// The value of an attribute of a section, else the section itself.
    pub(crate) fn attribute_or(&self, element: &Element, name: &str) -> Location {
        element.attribute(name).map_or_else(|| self.element(element), |found| self.value(found))
    }

    /// The sections that start a process: `aspNetCore`, then `httpPlatform`.
    pub(crate) fn managers(&self) -> impl Iterator<Item = Hosting<'a>> {
        [self.hosting, self.http_platform].into_iter().flatten()
    }

    /// The scopes that configure the application itself: one place to IIS.
    pub(crate) fn application_root(&self) -> Vec<Scope<'a>> {
        let mut scopes = self.xml.scopes();
        scopes.retain(Scope::is_application_root);
        scopes
    }

    /// The handlers that the file leaves in force for the application, in document order.
    pub(crate) fn effective_handlers(&self) -> Vec<Handler<'a>> {
        let lists = self.application_root();
        let lists = lists.iter().flat_map(Scope::handlers);
        lists.flat_map(|list| Handlers::effective(&list)).collect()
    }

    /// Whether requests go to module V1.
    pub(crate) fn runs_v1(&self) -> bool {
        let handler = self.hosting.and_then(|hosting| hosting.handler);
        handler.is_some_and(|handler| {
            handler.module_names().any(|name| name.eq_ignore_ascii_case(MODULE_V1))
        })
    }
}

/// The declared encoding, when the bytes cannot be in it: two-byte characters under a one-byte
/// name, or the other way round.
pub(crate) fn contradicted_declaration(encoding: &Encoding) -> Option<&str> {
    let wide = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["utf-16", "unicode", "ucs-2", "iso-10646-ucs-2"].iter().any(|it| name.starts_with(it))
    };
    let declared = encoding.declared.as_deref()?;
    (wide(declared) != wide(&encoding.actual)).then_some(declared)
}
