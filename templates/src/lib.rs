//! Texts that iisle writes: web.config skeletons, deploy scripts, pages.

/// A new web.config: `{module}` stands for the handler's module, `{aspNetCore}` for the section.
pub const WEB_CONFIG: &str = include_str!("../files/web.config");
