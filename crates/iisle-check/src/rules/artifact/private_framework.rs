use iisle_inspect::publish::{File, PublishOutput};
use iisle_report::{Location, RuleId, Severity};

use crate::facts::{FileFacts, framework_provides};
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 26),
    name: "private-framework-assemblies",
    severity: Severity::Warning,
    help: "remove references to packages that the framework replaced, and publish again into an empty folder",
    explain: include_str!("private_framework.md"),
    symptom: "FileLoadException or MissingMethodException",
    source: "Microsoft Learn, Common errors: incoherent packages",
    check: Check::Output(check),
};

/// How many of them are named.
const NAMED: usize = 5;

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    if !output.kind.is_framework_dependent() {
        return;
    }
    let frameworks = output.frameworks.iter().filter_map(|framework| {
        let major: u32 = framework.version.split('.').next()?.parse().ok()?;
        // Assemblies follow the version of their framework since 5.0.
        (major >= 5).then_some((framework.name.as_str(), major))
    });
    let mut frameworks: Vec<_> = frameworks.collect();
    // Every other framework stands on this one.
    if let Some(&(_, major)) = frameworks.first() {
        frameworks.push(("Microsoft.NETCore.App", major));
    }
    let older = |file: &&File| {
        let assembly = file.image.as_ref().and_then(|image| image.assembly.as_ref());
        let found = assembly.filter(|_| file.path.is_top_level()).and_then(|assembly| {
            let major: u32 = assembly.version.split('.').next()?.parse().ok()?;
            frameworks.iter().find(|(framework, newest)| {
                major < *newest && framework_provides(framework, file.stem_path())
            })
        });
        found.is_some()
    };
    let copies: Vec<_> = output.files.iter().filter(older).collect();
    let Some(first) = copies.first() else {
        return;
    };
    let message = match copies.len() {
        1 => "a private copy of a framework assembly is ignored or in conflict".to_owned(),
        some => format!("{some} private copies of framework assemblies are ignored or in conflict"),
    };
    let mut put = findings.push(Location::file(first.path.as_str()), message);
    for file in copies.iter().take(NAMED) {
        let assembly = file.image.as_ref().and_then(|image| image.assembly.as_ref());
        let version = assembly.map_or("", |assembly| assembly.version.as_str());
        put = put.evidence(format!("{} {version}", file.path));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn beside(framework: &str, file: &str, version: &str) -> String {
        check(
            &RULE,
            &format!(
                r#"
                == App.dll
                managed anycpu
                == {file}
                managed anycpu {version}
                == App.runtimeconfig.json
                {{"runtimeOptions": {{{framework}}}}}"#
            ),
        )
    }

    const WEB: &str = r#""framework": {"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}"#;

    #[test]
    fn an_older_copy_of_what_the_framework_brings_is_a_warning() {
        insta::assert_snapshot!(beside(WEB, "Microsoft.AspNetCore.Http.dll", "2.2.0.0"), @"
        warning Microsoft.AspNetCore.Http.dll a private copy of a framework assembly is ignored or in conflict
          Microsoft.AspNetCore.Http.dll 2.2.0.0
        ");
        insta::assert_snapshot!(beside(WEB, "System.Text.Json.dll", "4.0.1.2"), @"
        warning System.Text.Json.dll a private copy of a framework assembly is ignored or in conflict
          System.Text.Json.dll 4.0.1.2
        ");
    }

    #[test]
    fn newer_copies_packages_and_other_folders_are_right() {
        assert_eq!(beside(WEB, "System.Text.Json.dll", "9.0.0.0"), "");
        assert_eq!(beside(WEB, "Microsoft.AspNetCore.Mvc.Versioning.dll", "5.1.0.0"), "");
        assert_eq!(beside(WEB, "plugins/System.Text.Json.dll", "4.0.1.2"), "");
    }

    #[test]
    fn a_framework_that_is_not_asked_for_and_a_self_contained_output_are_right() {
        let base = r#""framework": {"name": "Microsoft.NETCore.App", "version": "8.0.0"}"#;
        assert_eq!(beside(base, "Microsoft.AspNetCore.Http.dll", "2.2.0.0"), "");
        let own =
            r#""includedFrameworks": [{"name": "Microsoft.AspNetCore.App", "version": "8.0.0"}]"#;
        assert_eq!(beside(own, "System.Text.Json.dll", "4.0.1.2"), "");
    }
}
