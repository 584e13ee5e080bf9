use crate::hosting::Hosting;
use crate::model::{Element, HostKind, Scope};

/// How the bytes of the file are encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoding {
    /// The encoding the text was decoded with, such as `utf-8` or `utf-16le`.
    pub actual: String,
    /// The name in the XML declaration, as written.
    pub declared: Option<String>,
    /// Whether a byte order mark stands in front.
    pub has_bom: bool,
}

/// A web.config that was read.
///
/// Sections match by local name in the namespace of the root element, which is usually none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebConfig {
    /// The root element, `configuration`, with everything below it.
    pub root: Element,
    /// How the file is encoded.
    pub encoding: Encoding,
}

impl WebConfig {
    /// The root and every `location` child of it, in document order, the root first.
    pub fn scopes(&self) -> Vec<Scope<'_>> {
        let root = Scope { element: &self.root, is_root: true };
        let locations = self.root.named("location");
        let locations = locations.map(|element| Scope { element, is_root: false });
        std::iter::once(root).chain(locations).collect()
    }

    /// All sections at a path of local names in any scope, such as `system.webServer/rewrite`.
    pub fn sections(&self, path: &str) -> Vec<&Element> {
        self.scopes().iter().flat_map(|scope| scope.sections(path)).collect()
    }

    /// `aspNetCore` elements that stand where the module does not look.
    pub fn misplaced_asp_net_core(&self) -> Vec<&Element> {
        let proper: Vec<_> = self.scopes().iter().flat_map(Scope::asp_net_core).collect();
        let mut found = self.root.descendants();
        found.retain(|element| {
            element.name == "aspNetCore"
                && !proper.iter().any(|section| std::ptr::eq(section.element, *element))
        });
        found
    }

    /// The ASP.NET Core Module's section that is in force for the application: the first in the
    /// application root, else the first in another `location`.
    pub fn hosting(&self) -> Option<Hosting<'_>> {
        Hosting::find(self, HostKind::AspNetCore)
    }

    /// The same for `httpPlatform`.
    pub fn http_platform(&self) -> Option<Hosting<'_>> {
        Hosting::find(self, HostKind::HttpPlatform)
    }
}
