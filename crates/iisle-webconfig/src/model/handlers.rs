use crate::model::Element;

/// The module of ASP.NET Core 1.x and 2.x, out-of-process only.
pub const MODULE_V1: &str = "AspNetCoreModule";
/// The module since 2.2.
pub const MODULE_V2: &str = "AspNetCoreModuleV2";
/// The module of `httpPlatform`.
pub const MODULE_HTTP_PLATFORM: &str = "httpPlatformHandler";

/// The collection `system.webServer/handlers`.
#[derive(Debug, Clone, Copy)]
pub struct Handlers<'a> {
    /// The element.
    pub element: &'a Element,
}

/// One child of `handlers`, in document order.
#[derive(Debug, Clone, Copy)]
pub enum HandlerEntry<'a> {
    /// `<add …>`
    Add(Handler<'a>),
    /// `<remove name="…">`
    Remove(&'a Element),
    /// `<clear/>`
    Clear(&'a Element),
    /// Anything else: IIS refuses it.
    Unknown(&'a Element),
}

/// `<add name= path= verb= modules= resourceType=>` of `handlers`.
#[derive(Debug, Clone, Copy)]
pub struct Handler<'a> {
    /// The element.
    pub element: &'a Element,
}

impl<'a> Handlers<'a> {
    /// Every child in document order.
    pub fn entries(&self) -> Vec<HandlerEntry<'a>> {
        let entry = |element: &'a Element| match element.name.as_str() {
            "add" => HandlerEntry::Add(Handler { element }),
            "remove" => HandlerEntry::Remove(element),
            "clear" => HandlerEntry::Clear(element),
            _ => HandlerEntry::Unknown(element),
        };
        self.element.children.iter().map(entry).collect()
    }

    /// Every `add` in document order, also those that a later entry takes away.
    pub fn added(&self) -> Vec<Handler<'a>> {
        self.element.named("add").map(|element| Handler { element }).collect()
    }

    /// What this collection leaves in force: `add` without those that a later `remove` of the same
    /// name (ignoring case) or a `clear` takes away.
    pub fn effective(&self) -> Vec<Handler<'a>> {
        let mut effective: Vec<Handler<'a>> = Vec::new();
        for entry in self.entries() {
            match entry {
                HandlerEntry::Add(handler) => effective.push(handler),
                HandlerEntry::Clear(_) => effective.clear(),
                HandlerEntry::Remove(element) => {
                    let name = element.value("name").unwrap_or_default();
                    effective.retain(|handler| !handler.name().eq_ignore_ascii_case(name));
                }
                HandlerEntry::Unknown(_) => {}
            }
        }
        effective
    }
}

impl<'a> Handler<'a> {
    /// `@name`, empty when absent.
    pub fn name(&self) -> &'a str {
        self.element.value("name").unwrap_or_default()
    }

    /// `@path`.
    pub fn path(&self) -> Option<&'a str> {
        self.element.value("path")
    }

    /// `@verb`.
    pub fn verb(&self) -> Option<&'a str> {
        self.element.value("verb")
    }

    /// `@modules`, which may be a list.
    pub fn modules(&self) -> Option<&'a str> {
        self.element.value("modules")
    }

    /// The names in `@modules`: separated by commas, trimmed, blank ones left out.
    pub fn module_names(&self) -> impl Iterator<Item = &'a str> + 'a {
        let names = self.modules().unwrap_or_default().split(',').map(str::trim);
        names.filter(|name| !name.is_empty())
    }

    /// `@resourceType`.
    pub fn resource_type(&self) -> Option<&'a str> {
        self.element.value("resourceType")
    }

    /// Whether one of its modules is the ASP.NET Core Module, V1 or V2, ignoring case.
    pub fn runs_asp_net_core(&self) -> bool {
        self.module_names().any(|name| {
            name.eq_ignore_ascii_case(MODULE_V1) || name.eq_ignore_ascii_case(MODULE_V2)
        })
    }

    /// Whether one of its modules is `httpPlatformHandler`, ignoring case.
    pub fn runs_http_platform(&self) -> bool {
        self.module_names().any(|name| name.eq_ignore_ascii_case(MODULE_HTTP_PLATFORM))
    }

    /// Whether its name is `aspNetCore`, ignoring case: the handler that the SDK owns.
    pub fn is_named_asp_net_core(&self) -> bool {
        self.name().eq_ignore_ascii_case("aspNetCore")
    }
}
