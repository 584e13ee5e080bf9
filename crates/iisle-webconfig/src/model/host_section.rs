use crate::model::{Attribute, Element};

/// Which process manager a section configures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HostKind {
    /// `system.webServer/aspNetCore`, the ASP.NET Core Module.
    AspNetCore,
    /// `system.webServer/httpPlatform`, `HttpPlatformHandler`.
    HttpPlatform,
}

impl HostKind {
    /// The name of the section's element.
    pub fn section(self) -> &'static str {
        match self {
            Self::AspNetCore => "aspNetCore",
            Self::HttpPlatform => "httpPlatform",
        }
    }
}

/// A section `aspNetCore` or `httpPlatform`: its attributes as written and its collections.
#[derive(Debug, Clone, Copy)]
pub struct HostSection<'a> {
    /// Which of the two.
    pub kind: HostKind,
    /// The element, with every attribute and child, known or not.
    pub element: &'a Element,
}

/// An `environmentVariables`, `handlerSettings` or `recycleOnFileChange` element.
#[derive(Debug, Clone, Copy)]
pub struct Collection<'a> {
    /// The element; children of an unexpected name are found here.
    pub element: &'a Element,
    /// The name of a proper entry.
    entry: &'static str,
}

/// One entry of a collection: a variable, a setting.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The element.
    pub element: &'a Element,
}

impl<'a> HostSection<'a> {
    /// An attribute by its exact name.
    pub fn attribute(&self, name: &str) -> Option<&'a Attribute> {
        self.element.attribute(name)
    }

    /// `@processPath` as written, empty when absent.
    pub fn process_path(&self) -> &'a str {
        self.element.value("processPath").unwrap_or_default()
    }

    /// `@arguments` as written, empty when absent.
    pub fn arguments(&self) -> &'a str {
        self.element.value("arguments").unwrap_or_default()
    }

    /// Every `environmentVariables` child; more than one is an error of the file.
    pub fn environment_variables(&self) -> Vec<Collection<'a>> {
        self.collections("environmentVariables", "environmentVariable")
    }

    /// Every `handlerSettings` child.
    pub fn handler_settings(&self) -> Vec<Collection<'a>> {
        self.collections("handlerSettings", "handlerSetting")
    }

    /// Every `recycleOnFileChange` child.
    pub fn recycle_on_file_change(&self) -> Vec<Collection<'a>> {
        self.collections("recycleOnFileChange", "file")
    }

    /// What the module ends up with for a variable: the last entry of that name, ignoring case,
    /// that no later `clear` takes away. Not expanded.
    ///
    /// Source: dotnet/aspnetcore, `ConfigurationSection::GetMap` (insert or assign, since 3.0).
    pub fn variable(&self, name: &str) -> Option<Entry<'a>> {
        let lists = self.environment_variables();
        let mut entries = lists.iter().flat_map(Collection::effective).collect::<Vec<_>>();
        entries.retain(|entry| entry.name().eq_ignore_ascii_case(name));
        entries.pop()
    }

    /// What the module ends up with for a handler setting: the first entry of that name, ignoring
    /// case.
    ///
    /// Source: dotnet/aspnetcore, `ConfigurationSection::GetKeyValuePairs` and its search from the
    /// front.
    pub fn handler_setting(&self, name: &str) -> Option<Entry<'a>> {
        let lists = self.handler_settings();
        let mut entries = lists.iter().flat_map(Collection::effective);
        entries.find(|entry| entry.name().eq_ignore_ascii_case(name))
    }

    fn collections(&self, name: &'static str, entry: &'static str) -> Vec<Collection<'a>> {
        let found = self.element.at(name);
        found.into_iter().map(|element| Collection { element, entry }).collect()
    }
}

impl<'a> Collection<'a> {
    /// The proper entries in document order, duplicates kept.
    pub fn entries(&self) -> Vec<Entry<'a>> {
        let entry = self.entry;
        let children = self.element.children.iter().filter(|child| child.name == entry);
        children.map(|element| Entry { element }).collect()
    }

    /// The proper entries behind the last `clear`.
    pub fn effective(&self) -> Vec<Entry<'a>> {
        let children = &self.element.children;
        let cleared = children.iter().rposition(|child| child.name == "clear");
        let rest = children.iter().skip(cleared.map_or(0, |at| at + 1));
        rest.filter(|child| child.name == self.entry).map(|element| Entry { element }).collect()
    }

    /// Children that are neither a proper entry nor `clear`: IIS refuses them (500.19).
    pub fn strangers(&self) -> Vec<&'a Element> {
        let children = self.element.children.iter();
        children.filter(|child| child.name != self.entry && child.name != "clear").collect()
    }
}

impl<'a> Entry<'a> {
    /// `@name` (of a `file` entry: `@path`), empty when absent.
    pub fn name(&self) -> &'a str {
        let name = self.element.value("name").or_else(|| self.element.value("path"));
        name.unwrap_or_default()
    }

    /// `@value`, `None` when absent.
    pub fn value(&self) -> Option<&'a str> {
        self.element.value("value")
    }
}
