use iisle_templates::{WEB_CONFIG, WEB_CONFIG_INHERITED};

use super::settings::{ApplicationInitialization, Place, Settings, word};
use crate::model::HostKind;

/// Writes a new web.config: the bytes that the SDK writes on Windows (UTF-8 with BOM, CR LF, no
/// line break at the end), on every host.
///
/// Characters that XML 1.0 cannot hold, such as U+0001, become U+FFFD; [`Settings::check`] finds
/// what the module would refuse.
///
/// Source: dotnet/sdk, `WebConfigTemplate.cs`, `WebConfigTransform.cs`.
pub fn generate(settings: &Settings) -> Vec<u8> {
    let skeleton = match settings.place {
        Place::Root => WEB_CONFIG,
        Place::SubApplication | Place::SubApplicationInheriting | Place::NonCore => {
            WEB_CONFIG_INHERITED
        }
    };
    let mut lines: Vec<String> = Vec::new();
    for line in skeleton.trim_end().lines() {
        if let Some(indent) = line.find("{content}") {
            let indent = " ".repeat(indent);
            lines.extend(content(settings).into_iter().map(|line| format!("{indent}{line}")));
        } else {
            lines.push(line.to_owned());
        }
    }
    let text = format!("\u{feff}{}", lines.join("\r\n"));
    text.into_bytes()
}

/// The lines inside `system.webServer`, indented among themselves.
fn content(settings: &Settings) -> Vec<String> {
    let name = match settings.host {
        HostKind::AspNetCore => "aspNetCore",
        HostKind::HttpPlatform => "httpPlatformHandler",
    };
    let remove = tag("remove", &[("name", name)]);
    let add = tag(
        "add",
        &[
            ("name", name),
            ("path", "*"),
            ("verb", "*"),
            ("modules", &settings.module),
            ("resourceType", "Unspecified"),
        ],
    );
    let handlers = match settings.place {
        Place::Root => vec![add],
        Place::SubApplication => vec![remove, add],
        Place::SubApplicationInheriting => Vec::new(),
        Place::NonCore => return list("handlers", &[], vec![remove]),
    };
    let mut lines = if handlers.is_empty() { handlers } else { list("handlers", &[], handlers) };
    lines.extend(section(settings));
    lines.extend(settings.application_initialization.iter().flat_map(initialization));
    lines
}

/// The process manager's section.
fn section(settings: &Settings) -> Vec<String> {
    let attributes = settings.attributes();
    let attributes: Vec<_> = attributes.iter().map(|(name, value)| (*name, &**value)).collect();
    let pairs = |list_name, entry, pairs: &[(String, String)]| {
        let entries =
            pairs.iter().map(|(name, value)| tag(entry, &[("name", name), ("value", value)]));
        if pairs.is_empty() { Vec::new() } else { list(list_name, &[], entries.collect()) }
    };
    let variables =
        pairs("environmentVariables", "environmentVariable", &settings.environment_variables);
    let handler_settings =
        pairs("handlerSettings", "handlerSetting", &settings.all_handler_settings());
    list(settings.host.section(), &attributes, [variables, handler_settings].concat())
}

fn initialization(initialization: &ApplicationInitialization) -> Vec<String> {
    let ApplicationInitialization { after_restart, pages, loading_page } = initialization;
    let mut attributes = vec![("doAppInitAfterRestart", word(*after_restart))];
    attributes.extend(loading_page.iter().map(|page| ("remapManagedRequestsTo", page.as_str())));
    let pages = pages.iter().map(|page| tag("add", &[("initializationPage", page)]));
    list("applicationInitialization", &attributes, pages.collect())
}

/// An element without content.
fn tag(name: &str, attributes: &[(&str, &str)]) -> String {
    format!("<{name}{} />", written(attributes))
}

/// An element with these lines inside; without content when there are none.
fn list(name: &str, attributes: &[(&str, &str)], inside: Vec<String>) -> Vec<String> {
    if inside.is_empty() {
        return vec![tag(name, attributes)];
    }
    let mut lines = vec![format!("<{name}{}>", written(attributes))];
    lines.extend(inside.into_iter().map(|line| format!("  {line}")));
    lines.push(format!("</{name}>"));
    lines
}

fn written(attributes: &[(&str, &str)]) -> String {
    let attribute = |(name, value): &(&str, &str)| format!(" {name}=\"{}\"", escape(value));
    attributes.iter().map(attribute).collect()
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::generate;
    use crate::generate::{ApplicationInitialization, Place, Settings, ShadowCopy};

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

    #[test]
    fn shadow_copy_and_stack_size_are_handler_settings() {
        let mut settings = Settings::framework_dependent("App.dll");
        let directory = Some(r"..\copies".to_owned());
        settings.shadow_copy = Some(ShadowCopy { directory, clean: true });
        settings.stack_size = Some(2 << 20);
        settings.handler_settings.push(("debugLevel".into(), "ERROR".into()));
        let text = check(&settings);
        let from = text.find("        <handlerSettings>").unwrap();
        let to = text.find("      </aspNetCore>").unwrap();
        insta::assert_snapshot!(&text[from..to], @r#"
        <handlerSettings>
          <handlerSetting name="enableShadowCopy" value="true" />
          <handlerSetting name="shadowCopyDirectory" value="..\copies" />
          <handlerSetting name="cleanShadowCopyDirectory" value="true" />
          <handlerSetting name="stackSize" value="0x200000" />
          <handlerSetting name="debugLevel" value="ERROR" />
        </handlerSettings>
        "#);
    }

    #[test]
    fn initialization_stands_behind_the_section() {
        let mut settings = Settings::executable("App.exe");
        settings.application_initialization = Some(ApplicationInitialization {
            after_restart: true,
            pages: vec!["/warm?a=1&b=2".to_owned(), "/health".to_owned()],
            loading_page: Some("loading.htm".to_owned()),
        });
        let text = check(&settings);
        let from = text.find("      <aspNetCore").unwrap();
        let to = text.find("    </system.webServer>").unwrap();
        insta::assert_snapshot!(&text[from..to], @r#"
        <aspNetCore processPath=".\App.exe" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" hostingModel="inprocess" />
        <applicationInitialization doAppInitAfterRestart="true" remapManagedRequestsTo="loading.htm">
          <add initializationPage="/warm?a=1&amp;b=2" />
          <add initializationPage="/health" />
        </applicationInitialization>
        "#);
    }

    #[test]
    fn a_sub_application_takes_the_inherited_handler_away_first() {
        let at = |place| check(&Settings { place, ..Settings::executable("App.exe") });
        insta::assert_snapshot!(at(Place::SubApplication), @r#"
        <?xml version="1.0" encoding="utf-8"?>
        <configuration>
          <system.webServer>
            <handlers>
              <remove name="aspNetCore" />
              <add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified" />
            </handlers>
            <aspNetCore processPath=".\App.exe" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" hostingModel="inprocess" />
          </system.webServer>
        </configuration>
        "#);
        insta::assert_snapshot!(at(Place::SubApplicationInheriting), @r#"
        <?xml version="1.0" encoding="utf-8"?>
        <configuration>
          <system.webServer>
            <aspNetCore processPath=".\App.exe" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" hostingModel="inprocess" />
          </system.webServer>
        </configuration>
        "#);
        insta::assert_snapshot!(check(&Settings::non_core()), @r#"
        <?xml version="1.0" encoding="utf-8"?>
        <configuration>
          <system.webServer>
            <handlers>
              <remove name="aspNetCore" />
            </handlers>
          </system.webServer>
        </configuration>
        "#);
    }

    #[test]
    fn http_platform_has_a_section_of_its_own() {
        let mut settings = Settings::http_platform("shop.exe");
        settings.arguments = Some("--listen 127.0.0.1:%HTTP_PLATFORM_PORT%".to_owned());
        settings.startup_retry_count = Some(3);
        insta::assert_snapshot!(check(&settings), @r#"
        <?xml version="1.0" encoding="utf-8"?>
        <configuration>
          <location path="." inheritInChildApplications="false">
            <system.webServer>
              <handlers>
                <add name="httpPlatformHandler" path="*" verb="*" modules="httpPlatformHandler" resourceType="Unspecified" />
              </handlers>
              <httpPlatform processPath=".\shop.exe" arguments="--listen 127.0.0.1:%HTTP_PLATFORM_PORT%" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" startupTimeLimit="20" startupRetryCount="3" />
            </system.webServer>
          </location>
        </configuration>
        "#);
    }
}
