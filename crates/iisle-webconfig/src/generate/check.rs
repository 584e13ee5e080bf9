//! What the module would refuse or ignore of settings.

use std::time::Duration;

use thiserror::Error;

use super::settings::{Place, Settings};
use super::write::is_xml_char;
use crate::hosting::HostingModel;
use crate::model::{HostKind, MODULE_V1};
use crate::schema::{self, LONGEST_REQUEST, ValueKind};

/// What the module would refuse.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages name the fields")]
pub enum SettingsError {
    #[error("`{name}` must not be empty")]
    Empty { name: &'static str },
    #[error("`{name}` is {value}, and the module takes {min} to {max}")]
    OutOfRange { name: &'static str, value: u64, min: u32, max: u32 },
    #[error("`requestTimeout` is {seconds} seconds, and the module takes at most {most}")]
    RequestTooLong { seconds: u64, most: u64 },
    #[error(
        "`AspNetCoreModule` takes whole minutes as `requestTimeout`, and this is {seconds} seconds"
    )]
    NotInMinutes { seconds: u64 },
    #[error("the hosting model `{value}` is neither `inprocess` nor `outofprocess`")]
    BadHostingModel { value: String },
    #[error("in-process hosting needs the module `AspNetCoreModuleV2`, and this is `{module}`")]
    InProcessNeedsV2 { module: String },
    #[error("`{section}` has no attribute `{name}`")]
    NoSuchAttribute { section: &'static str, name: &'static str },
    #[error("handler settings are unknown to {module}: IIS would refuse the file (500.19)")]
    NoHandlerSettings { module: String },
    #[error("a {what} without a name")]
    NameMissing { what: &'static str },
    #[error("the {what} `{name}` is given twice")]
    GivenTwice { what: &'static str, name: String },
    #[error("the page `{page}` does not begin with `/`")]
    PageNotRooted { page: String },
    #[error("`{name}` holds U+{character:04X}, which XML cannot express")]
    Inexpressible { name: String, character: u32 },
}

/// What the module would ignore.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsNotice {
    /// A stable word.
    pub code: &'static str,
    /// One line.
    pub message: String,
}

impl Settings {
    /// Looks for what the module would refuse, and tells what it would ignore.
    pub fn check(&self) -> Result<Vec<SettingsNotice>, SettingsError> {
        if self.place == Place::NonCore {
            return Ok(Vec::new());
        }
        self.check_characters()?;
        self.check_texts()?;
        self.check_attributes()?;
        let model = self.check_model()?;
        self.check_lists()?;
        Ok(self.ignored(model))
    }

    fn check_texts(&self) -> Result<(), SettingsError> {
        for (name, text) in [
            ("processPath", &self.process_path),
            ("modules", &self.module),
            ("stdoutLogFile", &self.stdout_log_file),
        ] {
            if text.trim().is_empty() {
                return Err(SettingsError::Empty { name });
            }
        }
        Ok(())
    }

    /// Names that the section knows, values within the bounds of the schema.
    fn check_attributes(&self) -> Result<(), SettingsError> {
        for (name, value) in self.attributes() {
            let mut known = schema::attributes(self.host).iter();
            let Some(known) = known.find(|known| known.name == name) else {
                let section = self.host.section();
                return Err(SettingsError::NoSuchAttribute { section, name });
            };
            if let ValueKind::Number { min, max } = known.kind {
                let value = value.parse().unwrap_or(u64::MAX);
                if !(u64::from(min)..=u64::from(max)).contains(&value) {
                    return Err(SettingsError::OutOfRange { name, value, min, max });
                }
            }
        }
        let seconds = self.request_timeout.map_or(0, |timeout| timeout.as_secs());
        if Duration::from_secs(seconds) > LONGEST_REQUEST {
            return Err(SettingsError::RequestTooLong { seconds, most: LONGEST_REQUEST.as_secs() });
        }
        if self.is_v1() && !seconds.is_multiple_of(60) {
            return Err(SettingsError::NotInMinutes { seconds });
        }
        Ok(())
    }

    fn is_v1(&self) -> bool {
        self.module.trim().eq_ignore_ascii_case(MODULE_V1)
    }

    fn check_model(&self) -> Result<HostingModel, SettingsError> {
        let Some(value) = &self.hosting_model else { return Ok(HostingModel::OutOfProcess) };
        let model = HostingModel::parse(value)
            .ok_or_else(|| SettingsError::BadHostingModel { value: value.clone() })?;
        if model == HostingModel::InProcess && self.is_v1() {
            return Err(SettingsError::InProcessNeedsV2 { module: self.module.clone() });
        }
        Ok(model)
    }

    fn check_lists(&self) -> Result<(), SettingsError> {
        let settings = self.all_handler_settings();
        if !settings.is_empty() && (self.is_v1() || self.host == HostKind::HttpPlatform) {
            return Err(SettingsError::NoHandlerSettings { module: self.module.clone() });
        }
        for (what, pairs) in
            [("environment variable", &self.environment_variables), ("handler setting", &settings)]
        {
            for (at, (name, _)) in pairs.iter().enumerate() {
                if name.trim().is_empty() {
                    return Err(SettingsError::NameMissing { what });
                }
                if pairs[..at].iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                    return Err(SettingsError::GivenTwice { what, name: name.clone() });
                }
            }
        }
        let pages = self.application_initialization.iter().flat_map(|init| &init.pages);
        match pages.into_iter().find(|page| !page.starts_with('/')) {
            Some(page) => Err(SettingsError::PageNotRooted { page: page.clone() }),
            None => Ok(()),
        }
    }

    fn check_characters(&self) -> Result<(), SettingsError> {
        let attributes = self.attributes();
        let attributes =
            attributes.iter().map(|(name, value)| ((*name).to_owned(), value.to_string()));
        let pairs = self.environment_variables.iter().cloned().chain(self.all_handler_settings());
        let module = [("modules".to_owned(), self.module.clone())];
        let init = self.application_initialization.iter();
        let pages = init.flat_map(|init| init.pages.iter().chain(&init.loading_page));
        let pages = pages.map(|page| ("initializationPage".to_owned(), page.clone()));
        for (name, value) in attributes.chain(pairs).chain(module).chain(pages) {
            let unfit = name.chars().chain(value.chars()).find(|&c| !is_xml_char(c));
            if let Some(c) = unfit {
                return Err(SettingsError::Inexpressible { name, character: u32::from(c) });
            }
        }
        Ok(())
    }

    fn ignored(&self, model: HostingModel) -> Vec<SettingsNotice> {
        let mut notices = Vec::new();
        let mut tell = |code, message: String| notices.push(SettingsNotice { code, message });
        for (name, _) in self.all_handler_settings() {
            match schema::handler_setting(&name) {
                None => tell(
                    "unknown-handler-setting",
                    format!("no module reads the handler setting `{name}`"),
                ),
                Some((_, meaning)) => {
                    let wanted = match meaning.rsplit("; ").next() {
                        Some("in-process") => HostingModel::InProcess,
                        Some("out-of-process") => HostingModel::OutOfProcess,
                        _ => continue,
                    };
                    if wanted != model {
                        let message = format!("the handler setting `{name}` has no effect {model}");
                        tell("ignored-setting", message);
                    }
                }
            }
        }
        if model == HostingModel::InProcess {
            let in_vain = [
                ("requestTimeout", self.request_timeout.is_some()),
                ("rapidFailsPerMinute", self.rapid_fails_per_minute.is_some()),
                ("processesPerApplication", self.processes_per_application.is_some_and(|n| n != 1)),
                ("forwardWindowsAuthToken", self.forward_windows_auth_token.is_some()),
            ];
            for (name, _) in in_vain.iter().filter(|(_, given)| *given) {
                tell("ignored-setting", format!("`{name}` has no effect {model}"));
            }
        }
        if self.startup_time_limit == Some(Duration::ZERO) {
            let message = "a `startupTimeLimit` of 0 lets no app start".to_owned();
            tell("no-time-to-start", message);
        }
        notices
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::generate::{ApplicationInitialization, Settings, ShadowCopy};

    fn check(settings: Settings, change: impl FnOnce(&mut Settings)) -> String {
        let mut settings = settings;
        change(&mut settings);
        match settings.check() {
            Ok(notices) => {
                let lines = notices.into_iter().map(|n| format!("{}: {}", n.code, n.message));
                lines.collect::<Vec<_>>().join("\n")
            }
            Err(error) => format!("error: {error}"),
        }
    }

    fn dotnet(change: impl FnOnce(&mut Settings)) -> String {
        check(Settings::framework_dependent("App.dll"), change)
    }

    #[test]
    fn what_an_expert_writes_passes() {
        for settings in [
            Settings::framework_dependent("App.dll"),
            Settings::executable("App.exe"),
            Settings::single_file("App.exe"),
            Settings::native("shop.exe"),
            Settings::http_platform("shop.exe"),
            Settings::non_core(),
        ] {
            assert_eq!(check(settings, |_| {}), "");
        }
    }

    #[test]
    fn values_out_of_range_are_refused_with_the_bounds() {
        let limit = dotnet(|s| s.startup_time_limit = Some(Duration::from_secs(3601)));
        assert_eq!(limit, "error: `startupTimeLimit` is 3601, and the module takes 0 to 3600");
        let fails = dotnet(|s| s.rapid_fails_per_minute = Some(101));
        assert_eq!(fails, "error: `rapidFailsPerMinute` is 101, and the module takes 0 to 100");
        let request = dotnet(|s| s.request_timeout = Some(Duration::from_secs(1_296_001)));
        assert_eq!(
            request,
            "error: `requestTimeout` is 1296001 seconds, and the module takes at most 1296000"
        );
        let none = dotnet(|s| s.processes_per_application = Some(0));
        assert_eq!(none, "error: `processesPerApplication` is 0, and the module takes 1 to 100");
    }

    #[test]
    fn module_and_model_must_fit() {
        let v1 = |change: fn(&mut Settings)| {
            dotnet(|s| {
                "AspNetCoreModule".clone_into(&mut s.module);
                change(s);
            })
        };
        assert_eq!(
            v1(|_| {}),
            "error: in-process hosting needs the module `AspNetCoreModuleV2`, and this is `AspNetCoreModule`"
        );
        let out = |s: &mut Settings| s.hosting_model = Some("OutOfProcess".to_owned());
        assert_eq!(v1(out), "");
        let seconds = v1(|s| {
            s.hosting_model = None;
            s.request_timeout = Some(Duration::from_secs(90));
        });
        assert_eq!(
            seconds,
            "error: `AspNetCoreModule` takes whole minutes as `requestTimeout`, and this is 90 seconds"
        );
        let shadow = v1(|s| {
            s.hosting_model = None;
            s.shadow_copy = Some(ShadowCopy::default());
        });
        assert_eq!(
            shadow,
            "error: handler settings are unknown to AspNetCoreModule: IIS would refuse the file (500.19)"
        );
        assert_eq!(
            dotnet(|s| s.hosting_model = Some("sidecar".to_owned())),
            "error: the hosting model `sidecar` is neither `inprocess` nor `outofprocess`"
        );
    }

    #[test]
    fn each_section_has_its_own_attributes() {
        let retry = dotnet(|s| s.startup_retry_count = Some(2));
        assert_eq!(retry, "error: `aspNetCore` has no attribute `startupRetryCount`");
        let platform =
            check(Settings::http_platform("a.exe"), |s| s.disable_start_up_error_page = Some(true));
        assert_eq!(platform, "error: `httpPlatform` has no attribute `disableStartUpErrorPage`");
    }

    #[test]
    fn lists_need_names_once_each() {
        let variables = |names: &[&str]| {
            let pairs = names.iter().map(|name| ((*name).to_owned(), String::new())).collect();
            dotnet(|s| s.environment_variables = pairs)
        };
        assert_eq!(variables(&["A", "B"]), "");
        assert_eq!(variables(&["A", "a"]), "error: the environment variable `a` is given twice");
        assert_eq!(variables(&[" "]), "error: a environment variable without a name");
        let page = dotnet(|s| {
            let pages = vec!["warm".to_owned()];
            s.application_initialization =
                Some(ApplicationInitialization { pages, ..Default::default() });
        });
        assert_eq!(page, "error: the page `warm` does not begin with `/`");
    }

    #[test]
    fn what_has_no_effect_is_told() {
        let told = dotnet(|s| {
            s.request_timeout = Some(Duration::from_mins(1));
            s.handler_settings.push(("stackSise".to_owned(), "1".to_owned()));
            s.handler_settings
                .push(("forwardResponseConnectionHeader".to_owned(), "true".to_owned()));
        });
        insta::assert_snapshot!(told, @r"
        unknown-handler-setting: no module reads the handler setting `stackSise`
        ignored-setting: the handler setting `forwardResponseConnectionHeader` has no effect inprocess
        ignored-setting: `requestTimeout` has no effect inprocess
        ");
        let shadow = check(Settings::single_file("App.exe"), |s| {
            s.shadow_copy = Some(ShadowCopy::default());
        });
        insta::assert_snapshot!(shadow, @"ignored-setting: the handler setting `enableShadowCopy` has no effect outofprocess");
    }

    #[test]
    fn characters_that_xml_cannot_hold_are_refused() {
        let text = dotnet(|s| s.environment_variables.push(("A".to_owned(), "\u{1}".to_owned())));
        assert_eq!(text, "error: `A` holds U+0001, which XML cannot express");
    }
}
