use iisle_path::NameRules;
use iisle_report::{Location, RuleId, Severity};
use iisle_webconfig::LogFile;
use iisle_webdeploy::{PackageContent, Provider};

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 4),
    name: "package-log-folder-not-writable",
    severity: Severity::Warning,
    help: "pack with --set-acl logs=Modify, or give the pool's account Modify on the folder",
    explain: include_str!("log_folder_not_writable.md"),
    symptom: "the stdout log is lost",
    source: "Microsoft Learn, Log creation and redirection",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    let Some(parts) = package.parts else { return };
    let tops = parts.manifest.providers.iter();
    let all: Vec<_> = tops.flat_map(Provider::without_listed).collect();
    for content in parts.contents {
        let output = &content.output;
        let (Some(file), Some(config)) = (&output.web_config, output.web_config()) else {
            continue;
        };
        let hosting = config.hosting().filter(|it| it.stdout_log_enabled() == Some(true));
        let Some(hosting) = hosting else { continue };
        // What lies outside of the application is not for the package to open.
        let LogFile::Inside { folder, .. } = hosting.stdout_log_file() else { continue };
        if all.iter().any(|provider| opens(provider, &content.content, &folder)) {
            continue;
        }
        let element = hosting.section.element;
        let position = element
            .attribute("stdoutLogEnabled")
            .map_or(element.position, |attribute| attribute.value_position);
        let place = package.inside(content, file.path.as_str());
        let named = if folder.is_empty() { "." } else { &folder };
        findings
            .push(
                Location::at(place, position.line, position.column),
                "log folder will not be writable: stdoutLogEnabled is true and no setAcl gives write access",
            )
            .evidence(format!("log folder: {}\\", named.replace('/', "\\")));
    }
}

/// Whether a provider gives write access to a folder of a content, or to one above it.
///
/// Access to a path outside of the content is that of something that cannot be seen here.
fn opens(provider: &Provider, content: &PackageContent, folder: &str) -> bool {
    if !provider.is("setAcl") || !writes(provider) {
        return false;
    }
    let root = steps(&content.source);
    let own = steps(provider.original_path());
    match own.strip_prefix(root.as_slice()) {
        None => true,
        Some(below) => steps(folder).starts_with(below),
    }
}

/// A Windows path in steps, as paths compare.
fn steps(path: &str) -> Vec<String> {
    let steps = path.split(['\\', '/']).filter(|step| !step.is_empty());
    steps.map(|step| NameRules::Windows.fold(step)).collect()
}

/// Whether the rights of a `setAcl` are some to write with; what it does not say is to read.
fn writes(provider: &Provider) -> bool {
    let is_access = |name: &str| name.eq_ignore_ascii_case("setAclAccess");
    let written = provider.attributes.iter().filter(|(name, _)| is_access(name));
    let kept = provider.options.iter().flat_map(|options| &options.settings);
    let kept = kept.filter(|(name, _)| is_access(name)).filter_map(|(_, value)| value.as_ref());
    let mut rights = written.map(|(_, value)| value).chain(kept).flat_map(|text| text.split(','));
    rights.any(|right| {
        let right = right.trim().to_ascii_lowercase();
        ["modify", "fullcontrol"].contains(&right.as_str())
            || right.starts_with("write")
            || right.starts_with("create")
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{APP, app_package, check_package};

    fn log(file: &str, enabled: &str, acl: &str) -> String {
        check_package(
            &RULE,
            &app_package(
                acl,
                &format!(
                    r#"{APP}
            == Content/C_C/app/web.config
            <aspNetCore processPath="dotnet" arguments=".\App.dll" stdoutLogEnabled="{enabled}" stdoutLogFile="{file}" />"#
                ),
            ),
        )
    }

    #[test]
    fn a_log_that_nobody_may_write_is_lost() {
        insta::assert_snapshot!(log(r".\logs\stdout", "true", ""), @r"
        warning App.zip/Content/C_C/app/web.config:8:80 log folder will not be writable: stdoutLogEnabled is true and no setAcl gives write access
          log folder: logs\
        ");
        insta::assert_snapshot!(log(r".\stdout", "TRUE", r#"<setAcl path="C:\app\App_Data" setAclAccess="Modify" />"#), @r"
        warning App.zip/Content/C_C/app/web.config:8:80 log folder will not be writable: stdoutLogEnabled is true and no setAcl gives write access
          log folder: .\
        ");
        insta::assert_snapshot!(log(r".\logs\stdout", "true", r#"<setAcl path="C:\app" setAclResourceType="Directory" />"#), @r"
        warning App.zip/Content/C_C/app/web.config:8:80 log folder will not be writable: stdoutLogEnabled is true and no setAcl gives write access
          log folder: logs\
        ");
    }

    #[test]
    fn access_to_the_folder_or_above_is_right() {
        let good = |path: &str, access: &str| {
            let acl = format!(r#"<setAcl path="{path}" setAclAccess="{access}" />"#);
            assert_eq!(log(r".\logs\app\stdout", "true", &acl), "", "{acl}");
        };
        good(r"C:\app\logs", "Modify");
        good(r"c:\APP\Logs\app\\", "Read, Write");
        good(r"C:\app", "FullControl");
        good("Default Web Site/Shop/logs", "Modify");
    }

    #[test]
    fn no_log_and_one_elsewhere_need_none() {
        assert_eq!(log(r".\logs\stdout", "false", ""), "");
        assert_eq!(log(r"\\?\%home%\LogFiles\stdout", "true", ""), "");
    }
}
