//! Texts that iisle writes: web.config skeletons, deploy scripts, pages.

/// A new web.config: `{content}` stands for the lines inside `system.webServer`.
pub const WEB_CONFIG: &str = include_str!("../files/web.config");

/// The same for an application below another one, whose configuration it inherits.
pub const WEB_CONFIG_INHERITED: &str = include_str!("../files/web.inherited.config");

/// The script that deploys a package; finds its files by its own name. Lines end in LF here and
/// must end in CR LF on disk.
pub const DEPLOY_CMD: &str = include_str!("../files/deploy.cmd");

/// Its help: `{name}` stands for the name of the package without `.zip`. Lines as above.
pub const DEPLOY_README: &str = include_str!("../files/deploy-readme.txt");

/// The page that a site shows while its files change.
pub const APP_OFFLINE: &str = include_str!("../files/app_offline.htm");
