use iisle_report::{Location, RuleId, Severity};
use iisle_webdeploy::Provider;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::ContentFacts;
use crate::subject::PackageFacts;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('K', 8),
    name: "package-pool-with-clr",
    severity: Severity::Info,
    help: "leave the provider out, and set the pool to No Managed Code",
    explain: include_str!("managed_pool.md"),
    symptom: "a runtime is loaded that the app does not use",
    source: "Microsoft Learn, Publish an ASP.NET Core app to IIS",
    check: Check::Package(check),
};

fn check(package: &PackageFacts<'_>, findings: &mut Findings<'_>) {
    let Some(parts) = package.parts else { return };
    let uses_module = |content: &ContentFacts| {
        content.output.web_config().is_some_and(|config| config.hosting().is_some())
    };
    if !parts.contents.iter().any(uses_module) {
        return;
    }
    for provider in &parts.manifest.providers {
        let all = provider.descendants();
        let mut pools =
            all.into_iter().filter(|it| it.is("appPoolConfig") || it.is("appPoolNetFx"));
        let Some(pool) = pools.next() else { continue };
        if let Some(version) = runtime(pool) {
            findings.push(
                Location::file(package.file),
                format!(
                    "pool should be No Managed Code: `{} {}` sets CLR {version}",
                    pool.name,
                    pool.original_path()
                ),
            );
        }
    }
}

/// The version of the CLR that a provider of a pool sets.
fn runtime(pool: &Provider) -> Option<&str> {
    let all = pool.descendants();
    let written = all.iter().flat_map(|it| &it.attributes).map(|(_, value)| value.as_str());
    let kept = all.iter().filter_map(|it| it.options.as_ref()).flat_map(|it| &it.settings);
    let kept = kept.filter_map(|(_, value)| value.as_deref());
    // All versions of it are written so, whatever the attribute is called.
    let mut values = written.chain(kept).collect::<Vec<_>>().into_iter();
    values.find(|value| {
        let number = value.strip_prefix(['v', 'V']).and_then(|rest| rest.split_once('.'));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        number.is_some_and(|(major, minor)| digits(major) && digits(minor))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::{APP, app_package, check_package};

    fn pool(provider: &str, config: &str) -> String {
        check_package(
            &RULE,
            &app_package(
                provider,
                &format!(
                    "{APP}
            == Content/C_C/app/web.config
            {config}"
                ),
            ),
        )
    }

    const CORE: &str = r#"<aspNetCore processPath="dotnet" arguments=".\App.dll" />"#;

    #[test]
    fn a_pool_with_a_runtime_is_for_other_apps() {
        insta::assert_snapshot!(pool(r#"<appPoolConfig path="Shop"><appPool path="Shop" managedRuntimeVersion="v4.0" /></appPoolConfig>"#, CORE), @r"
        info App.zip pool should be No Managed Code: `appPoolConfig Shop` sets CLR v4.0
        ");
        insta::assert_snapshot!(pool(r#"<appPoolNetFx path="Shop" netFxVersion="v2.0" />"#, CORE), @r"
        info App.zip pool should be No Managed Code: `appPoolNetFx Shop` sets CLR v2.0
        ");
    }

    #[test]
    fn no_managed_code_and_apps_of_the_framework_are_right() {
        assert_eq!(pool(r#"<appPoolConfig path="Shop" managedRuntimeVersion="" />"#, CORE), "");
        assert_eq!(pool(r#"<appPoolNetFx path="Shop" version="v4.0" />"#, "<configuration />"), "");
        assert_eq!(pool("", CORE), "");
    }
}
