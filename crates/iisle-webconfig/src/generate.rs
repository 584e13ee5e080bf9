use std::borrow::Cow;
use std::time::Duration;

use iisle_templates::WEB_CONFIG;

use crate::hosting::HostingModel;
use crate::model::MODULE_V2;

/// The log prefix that the SDK writes.
pub(crate) const STDOUT_LOG_FILE: &str = r".\logs\stdout";

/// What a newly generated web.config says.
///
/// The constructors give what an expert would write for each kind of output; every field may be
/// changed afterwards. Attributes whose field is `None` are left out, so that the module's default
/// holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// `processPath`: `dotnet`, or `.\` and the name of an executable.
    pub process_path: String,
    /// `arguments`; `None` leaves the attribute out.
    pub arguments: Option<String>,
    /// `modules` of the handler.
    pub module: String,
    /// `hostingModel` as written; `None` leaves it out, which means out-of-process.
    pub hosting_model: Option<String>,
    /// `stdoutLogEnabled`.
    pub stdout_log_enabled: bool,
    /// `stdoutLogFile`.
    pub stdout_log_file: String,
    /// `forwardWindowsAuthToken`.
    pub forward_windows_auth_token: Option<bool>,
    /// `startupTimeLimit`, written in whole seconds; the module takes 0 to 3600.
    pub startup_time_limit: Option<Duration>,
    /// `shutdownTimeLimit`, written in whole seconds; the module takes 0 to 600.
    pub shutdown_time_limit: Option<Duration>,
    /// `requestTimeout`, written in whole seconds as `[d.]hh:mm:ss`; the module takes up to 15
    /// days.
    pub request_timeout: Option<Duration>,
    /// `rapidFailsPerMinute`, 0 to 100.
    pub rapid_fails_per_minute: Option<u32>,
    /// `disableStartUpErrorPage`.
    pub disable_start_up_error_page: Option<bool>,
    /// Environment variables, in order.
    pub environment_variables: Vec<(String, String)>,
    /// Handler settings, in order.
    pub handler_settings: Vec<(String, String)>,
}

impl Settings {
    /// A framework-dependent app that `dotnet` runs: `dll` is the file name of its assembly, put
    /// in quotes when it holds white space.
    pub fn framework_dependent(dll: &str) -> Self {
        Self {
            arguments: Some(quoted_dll(dll)),
            hosting_model: Some(HostingModel::InProcess.word().to_owned()),
            ..Self::base("dotnet".to_owned())
        }
    }

    /// An app that its own executable starts, self-contained or with an app host: `exe` is its
    /// file name, and its dll lies beside it.
    pub fn executable(exe: &str) -> Self {
        Self {
            hosting_model: Some(HostingModel::InProcess.word().to_owned()),
            ..Self::base(format!(r".\{exe}"))
        }
    }

    /// A single-file bundle, which the module cannot host in-process (HTTP 500.38).
    pub fn single_file(exe: &str) -> Self {
        Self {
            hosting_model: Some(HostingModel::OutOfProcess.word().to_owned()),
            ..Self::base(format!(r".\{exe}"))
        }
    }

    /// A native program, such as one written in Rust: out-of-process, Windows tokens not forwarded
    /// (a program that does not close them leaks a handle a request), and a start-up limit that
    /// fits programs without a runtime.
    pub fn native(exe: &str) -> Self {
        Self {
            forward_windows_auth_token: Some(false),
            startup_time_limit: Some(Duration::from_secs(30)),
            ..Self::single_file(exe)
        }
    }

    fn base(process_path: String) -> Self {
        Self {
            process_path,
            arguments: None,
            module: MODULE_V2.to_owned(),
            hosting_model: None,
            stdout_log_enabled: false,
            stdout_log_file: STDOUT_LOG_FILE.to_owned(),
            forward_windows_auth_token: None,
            startup_time_limit: None,
            shutdown_time_limit: None,
            request_timeout: None,
            rapid_fails_per_minute: None,
            disable_start_up_error_page: None,
            environment_variables: Vec::new(),
            handler_settings: Vec::new(),
        }
    }

    /// The attributes of `aspNetCore` in the order they are written.
    fn attributes(&self) -> Vec<(&'static str, Cow<'_, str>)> {
        let mut written: Vec<(&'static str, Cow<'_, str>)> = Vec::new();
        written.push(("processPath", self.process_path.as_str().into()));
        if let Some(arguments) = &self.arguments {
            written.push(("arguments", arguments.as_str().into()));
        }
        written.push(("stdoutLogEnabled", word(self.stdout_log_enabled).into()));
        written.push(("stdoutLogFile", self.stdout_log_file.as_str().into()));
        if let Some(model) = &self.hosting_model {
            written.push(("hostingModel", model.as_str().into()));
        }
        if let Some(forward) = self.forward_windows_auth_token {
            written.push(("forwardWindowsAuthToken", word(forward).into()));
        }
        if let Some(limit) = self.startup_time_limit {
            written.push(("startupTimeLimit", limit.as_secs().to_string().into()));
        }
        if let Some(limit) = self.shutdown_time_limit {
            written.push(("shutdownTimeLimit", limit.as_secs().to_string().into()));
        }
        if let Some(timeout) = self.request_timeout {
            written.push(("requestTimeout", time_span(timeout).into()));
        }
        if let Some(fails) = self.rapid_fails_per_minute {
            written.push(("rapidFailsPerMinute", fails.to_string().into()));
        }
        if let Some(disable) = self.disable_start_up_error_page {
            written.push(("disableStartUpErrorPage", word(disable).into()));
        }
        written
    }
}

/// Writes a new web.config: the bytes that the SDK writes on Windows (UTF-8 with BOM, CR LF, no
/// line break at the end), on every host.
///
/// Characters that XML 1.0 cannot hold, such as U+0001, become U+FFFD.
///
/// Source: dotnet/sdk, `WebConfigTemplate.cs`, `WebConfigTransform.cs`.
pub fn generate(settings: &Settings) -> Vec<u8> {
    let skeleton = WEB_CONFIG.replace("\r\n", "\n");
    let mut text = String::from("\u{feff}");
    for line in skeleton.trim_end_matches('\n').split('\n') {
        if !text.ends_with('\u{feff}') {
            text.push_str("\r\n");
        }
        match line.find("{aspNetCore}") {
            Some(indent) => text.push_str(&section(settings, indent)),
            None => text.push_str(&line.replace("{module}", &escape(&settings.module))),
        }
    }
    text.into_bytes()
}

/// The `aspNetCore` element, its first line without line break, indented by `indent` blanks.
fn section(settings: &Settings, indent: usize) -> String {
    let mut text = format!("{}<aspNetCore", " ".repeat(indent));
    for (name, value) in settings.attributes() {
        text.extend([" ", name, "=\"", &escape(&value), "\""]);
    }
    let variables = entries(
        "environmentVariables",
        "environmentVariable",
        &settings.environment_variables,
        indent + 2,
    );
    let handler_settings =
        entries("handlerSettings", "handlerSetting", &settings.handler_settings, indent + 2);
    if variables.is_empty() && handler_settings.is_empty() {
        text.push_str(" />");
    } else {
        let end = " ".repeat(indent);
        text.extend([">\r\n", &variables, &handler_settings, &end, "</aspNetCore>"]);
    }
    text
}

fn entries(list: &str, entry: &str, pairs: &[(String, String)], indent: usize) -> String {
    if pairs.is_empty() {
        return String::new();
    }
    let outer = " ".repeat(indent);
    let mut text = format!("{outer}<{list}>\r\n");
    for (name, value) in pairs {
        let (name, value) = (escape(name), escape(value));
        text.extend([&outer, "  <", entry, " name=\"", &name, "\" value=\"", &value, "\" />\r\n"]);
    }
    text.extend([&outer, "</", list, ">\r\n"]);
    text
}

/// An attribute's value as the .NET XML writer writes it.
fn escape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\t' => text.push_str("&#x9;"),
            '\n' => text.push_str("&#xA;"),
            '\r' => text.push_str("&#xD;"),
            c if is_xml_char(c) => text.push(c),
            _ => text.push('\u{fffd}'),
        }
    }
    text
}

/// Whether XML 1.0 can hold the character at all, even as a reference.
pub(crate) fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{fffd}' | '\u{10000}'..)
}

/// `.\` and the dll's name, in double quotes when it holds white space.
pub(crate) fn quoted_dll(dll: &str) -> String {
    if dll.contains(char::is_whitespace) { format!("\".\\{dll}\"") } else { format!(".\\{dll}") }
}

fn word(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// `[d.]hh:mm:ss`, the syntax of time spans in IIS configuration.
fn time_span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
    let days = if days == 0 { String::new() } else { format!("{days}.") };
    format!("{days}{hours:02}:{:02}:{:02}", seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Settings, generate};

    fn check(settings: &Settings) -> String {
        let bytes = generate(settings);
        let text = String::from_utf8(bytes).unwrap();
        let text = text.strip_prefix('\u{feff}').expect("a byte order mark stands in front");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        text.replace("\r\n", "\n")
    }

    #[test]
    fn a_framework_dependent_app_is_run_by_dotnet() {
        insta::assert_snapshot!(check(&Settings::framework_dependent("App.dll")), @r#"
        <?xml version="1.0" encoding="utf-8"?>
        <configuration>
          <location path="." inheritInChildApplications="false">
            <system.webServer>
              <handlers>
                <add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified" />
              </handlers>
              <aspNetCore processPath="dotnet" arguments=".\App.dll" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" hostingModel="inprocess" />
            </system.webServer>
          </location>
        </configuration>
        "#);
    }

    #[test]
    fn the_file_ends_without_a_line_break() {
        assert!(generate(&Settings::executable("App.exe")).ends_with(b"</configuration>"));
    }

    #[test]
    fn variables_and_settings_stand_below_the_section() {
        let mut settings = Settings::framework_dependent("App.dll");
        settings.environment_variables.push(("ASPNETCORE_ENVIRONMENT".into(), "Staging".into()));
        settings.handler_settings.push(("enableShadowCopy".into(), "true".into()));
        let text = check(&settings);
        let from = text.find("      <aspNetCore").unwrap();
        let to = text.find("    </system.webServer>").unwrap();
        insta::assert_snapshot!(&text[from..to], @r#"
        <aspNetCore processPath="dotnet" arguments=".\App.dll" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" hostingModel="inprocess">
          <environmentVariables>
            <environmentVariable name="ASPNETCORE_ENVIRONMENT" value="Staging" />
          </environmentVariables>
          <handlerSettings>
            <handlerSetting name="enableShadowCopy" value="true" />
          </handlerSettings>
        </aspNetCore>
        "#);
    }

    #[test]
    fn single_file_and_native_programs_run_out_of_process() {
        for settings in [Settings::single_file("App.exe"), Settings::native("App.exe")] {
            let text = check(&settings);
            assert!(text.contains(r#"processPath=".\App.exe" stdoutLogEnabled"#), "{text}");
            assert!(text.contains(r#"hostingModel="outofprocess""#), "{text}");
        }
        let native = check(&Settings::native("shop.exe"));
        assert!(native.contains(r#"forwardWindowsAuthToken="false" startupTimeLimit="30" />"#));
    }

    #[test]
    fn names_are_escaped_and_quoted_only_where_they_must_be() {
        let dll = |name: &str| Settings::framework_dependent(name).arguments.unwrap();
        assert_eq!(dll("My App.dll"), "\".\\My App.dll\"");
        assert_eq!(dll("App(1).dll"), ".\\App(1).dll");
        let text = check(&Settings::framework_dependent("R&D 'App'.dll"));
        assert!(text.contains(r#"arguments="&quot;.\R&amp;D 'App'.dll&quot;""#), "{text}");
        let text = check(&Settings::executable("a\u{1}\t.exe"));
        assert!(text.contains("processPath=\".\\a\u{fffd}&#x9;.exe\""), "{text}");
    }

    #[test]
    fn typed_options_are_written_in_the_units_of_the_schema() {
        let mut settings = Settings::executable("App.exe");
        settings.request_timeout = Some(Duration::from_secs(86_400 + 3_600 * 2 + 65));
        settings.shutdown_time_limit = Some(Duration::from_mins(1));
        settings.rapid_fails_per_minute = Some(3);
        settings.disable_start_up_error_page = Some(true);
        let text = check(&settings);
        let typed = r#"shutdownTimeLimit="60" requestTimeout="1.02:01:05" rapidFailsPerMinute="3" disableStartUpErrorPage="true""#;
        assert!(text.contains(typed), "{text}");
    }
}
