//! How a running app lets go of its files, as the web.config of the site says.

use std::path::Path;
use std::time::Duration;

use iisle_tree::host;
use iisle_webconfig::{explain, read};

/// More is no web.config.
const LIMIT: u64 = 16 << 20;
/// What is waited beyond the time that the module gives an app to end.
///
/// Source: `sync.md` §4.4, 4.
const MARGIN: Duration = Duration::from_secs(20);
/// Seconds that the module gives an app to end, by default.
const SHUTDOWN_TIME_LIMIT: u64 = 10;
/// Milliseconds before the module tells the app to end, by default.
///
/// Source: `sync.md` §4.2.
const SHUTDOWN_DELAY: u64 = 1000;

/// The folder of copies, by default.
///
/// Source: `sync.md` §4.3.
const COPIES: &str = "ShadowCopyDirectory";

/// What the web.config of a site says about letting go of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shutdown {
    /// How long the app may take.
    pub(crate) limit: Duration,
    /// When the app runs from a copy of its files, and needs not be taken offline.
    pub(crate) shadow_copy: Option<ShadowCopy>,
}

/// How an app comes to have the copy that it runs from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShadowCopy {
    /// The folder of copies, as written.
    pub(crate) folder: String,
    /// Whether files in a copy are replaced by newer ones only.
    pub(crate) keeps_newer: bool,
}

impl Shutdown {
    /// Of the site in `folder`; with the defaults where it says nothing, or cannot be read.
    pub(crate) fn of(folder: &Path) -> Self {
        let text = host::read(&folder.join("web.config"), LIMIT).unwrap_or_default();
        Self::parse(&text)
    }

    fn parse(text: &[u8]) -> Self {
        let mut limit = SHUTDOWN_TIME_LIMIT;
        let (mut delay, mut from_copy, mut cleans) = (SHUTDOWN_DELAY, false, false);
        let mut copies = COPIES.to_owned();
        let explained = read(text).map(|config| explain(&config).settings).unwrap_or_default();
        for setting in explained {
            let name = setting.name.to_ascii_lowercase();
            let value = setting.value.as_deref().unwrap_or_default().trim();
            match name.as_str() {
                "shutdowntimelimit" => limit = value.parse().unwrap_or(limit),
                "handlersettings/shutdowndelay" => delay = value.parse().unwrap_or(delay),
                "handlersettings/enableshadowcopy"
                | "handlersettings/experimentalenableshadowcopy" => {
                    from_copy |= value.eq_ignore_ascii_case("true");
                }
                "handlersettings/cleanshadowcopydirectory" => {
                    cleans = value.eq_ignore_ascii_case("true");
                }
                "handlersettings/shadowcopydirectory" if !value.is_empty() => {
                    value.clone_into(&mut copies);
                }
                _ => {}
            }
        }
        let shadow_copy = from_copy.then_some(ShadowCopy { folder: copies, keeps_newer: !cleans });
        let limit = Duration::from_secs(limit) + Duration::from_millis(delay) + MARGIN;
        Self { limit, shadow_copy }
    }
}

#[cfg(test)]
mod tests {
    use super::Shutdown;
    use std::time::Duration;

    fn parse(attributes: &str, settings: &str) -> Shutdown {
        let text = format!(
            "<configuration><system.webServer><aspNetCore processPath=\"dotnet\" {attributes}>\
             <handlerSettings>{settings}</handlerSettings></aspNetCore></system.webServer></configuration>"
        );
        Shutdown::parse(text.as_bytes())
    }

    #[test]
    fn an_app_has_the_time_that_its_web_config_gives_it() {
        assert_eq!(parse("", "").limit, Duration::from_secs(31));
        assert_eq!(parse("shutdownTimeLimit=\"60\"", "").limit, Duration::from_secs(81));
        let delay = "<handlerSetting name=\"shutdownDelay\" value=\"2500\" />";
        assert_eq!(parse("", delay).limit, Duration::from_millis(32_500));
        assert_eq!(Shutdown::parse(b"no xml").limit, Duration::from_secs(31));
    }

    // AO-5
    #[test]
    fn an_app_that_runs_from_a_copy_is_known() {
        let copy = "<handlerSetting name=\"enableShadowCopy\" value=\"true\" />";
        let of = |more: &str| {
            let found = parse("", &format!("{copy}{more}")).shadow_copy?;
            Some(format!("{} {}", found.folder, found.keeps_newer))
        };
        assert_eq!(of("").as_deref(), Some("ShadowCopyDirectory true"));
        let elsewhere = "<handlerSetting name=\"shadowCopyDirectory\" value=\"../Copies/\" />";
        assert_eq!(of(elsewhere).as_deref(), Some("../Copies/ true"));
        let clean = "<handlerSetting name=\"cleanShadowCopyDirectory\" value=\"true\" />";
        assert_eq!(of(clean).as_deref(), Some("ShadowCopyDirectory false"));
        assert_eq!((parse("", "").shadow_copy, parse("", elsewhere).shadow_copy), (None, None));
    }
}
