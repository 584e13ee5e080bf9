use crate::model::{Attribute, Element, Handlers, HostKind, HostSection};

/// Where configuration may stand in the file: the root, or one of its `location` children.
#[derive(Debug, Clone, Copy)]
pub struct Scope<'a> {
    /// The root element, or the `location`.
    pub element: &'a Element,
    pub(crate) is_root: bool,
}

impl<'a> Scope<'a> {
    /// Whether this is the root element itself, outside any `location`.
    pub fn is_root(&self) -> bool {
        self.is_root
    }

    /// `location/@path`; `None` for the root and for a `location` without it.
    pub fn path(&self) -> Option<&'a Attribute> {
        if self.is_root { None } else { self.element.attribute("path") }
    }

    /// Whether it configures the application root: the root element, or a `location` whose path is
    /// absent, empty or `.`.
    pub fn is_application_root(&self) -> bool {
        self.path().is_none_or(|path| matches!(path.value.as_str(), "" | "."))
    }

    /// `location/@inheritInChildApplications`.
    pub fn inherit_in_child_applications(&self) -> Option<&'a Attribute> {
        if self.is_root { None } else { self.element.attribute("inheritInChildApplications") }
    }

    /// Whether child applications of IIS inherit what stands here: yes unless the `location` says
    /// `inheritInChildApplications="false"`.
    pub fn flows_to_child_applications(&self) -> bool {
        self.inherit_in_child_applications()
            .is_none_or(|attribute| !attribute.value.trim().eq_ignore_ascii_case("false"))
    }

    /// All sections at a path of local names, such as `system.webServer/modules`.
    pub fn sections(&self, path: &str) -> Vec<&'a Element> {
        self.element.at(path)
    }

    /// Every `system.webServer`; more than one is an error of the file.
    pub fn web_servers(&self) -> Vec<&'a Element> {
        self.sections("system.webServer")
    }

    /// Every `handlers` collection, in order.
    pub fn handlers(&self) -> Vec<Handlers<'a>> {
        let found = self.sections("system.webServer/handlers");
        found.into_iter().map(|element| Handlers { element }).collect()
    }

    /// Every `aspNetCore` section, in order; more than one is an error of the file.
    pub fn asp_net_core(&self) -> Vec<HostSection<'a>> {
        self.hosts(HostKind::AspNetCore)
    }

    /// Every `httpPlatform` section, in order.
    pub fn http_platform(&self) -> Vec<HostSection<'a>> {
        self.hosts(HostKind::HttpPlatform)
    }

    fn hosts(&self, kind: HostKind) -> Vec<HostSection<'a>> {
        let found = self.element.at("system.webServer");
        let sections = found.into_iter().flat_map(|parent| parent.at(kind.section()));
        sections.map(|element| HostSection { kind, element }).collect()
    }
}
