//! The handler settings of shadow copying.

use iisle_webconfig::{Entry, HostSection, HostingModel};

use crate::subject::Config;

const ENABLING: [&str; 2] = ["enableShadowCopy", "experimentalEnableShadowCopy"];
const OTHERS: [&str; 2] = ["shadowCopyDirectory", "cleanShadowCopyDirectory"];

/// Whether the setting switches shadow copying on, in some version of the module.
pub(super) fn enables(name: &str) -> bool {
    ENABLING.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// Every setting of shadow copying, in document order.
pub(super) fn entries<'a>(section: &HostSection<'a>) -> Vec<Entry<'a>> {
    let lists = section.handler_settings();
    let entries = lists.iter().flat_map(iisle_webconfig::Collection::effective);
    let ours = |entry: &Entry<'_>| {
        enables(entry.name()) || OTHERS.iter().any(|known| known.eq_ignore_ascii_case(entry.name()))
    };
    entries.filter(ours).collect()
}

/// Shadow copying as switched on.
pub(super) struct ShadowCopy<'a> {
    pub(super) enabling: Entry<'a>,
    pub(super) directory: Option<Entry<'a>>,
    model: Option<HostingModel>,
}

impl<'a> ShadowCopy<'a> {
    pub(super) fn of(config: &Config<'a>) -> Option<Self> {
        let hosting = config.hosting?;
        let on = |name: &str| {
            let entry = hosting.section.handler_setting(name)?;
            entry.value()?.eq_ignore_ascii_case("true").then_some(entry)
        };
        let enabling = ENABLING.iter().find_map(|name| on(name))?;
        let directory = hosting.section.handler_setting("shadowCopyDirectory");
        let directory = directory.filter(|entry| !entry.value().unwrap_or_default().is_empty());
        Some(Self { enabling, directory, model: hosting.hosting_model() })
    }

    /// Only in-process apps are copied.
    pub(super) fn is_used(&self) -> bool {
        self.model == Some(HostingModel::InProcess)
    }
}
