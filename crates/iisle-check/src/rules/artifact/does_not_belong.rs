use iisle_inspect::publish::PublishOutput;
use iisle_path::RelPath;
use iisle_report::{Location, RuleId, Severity};

use crate::facts::OutputFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 16),
    name: "file-does-not-belong",
    severity: Severity::Warning,
    help: "exclude it from publishing (CopyToPublishDirectory=\"Never\")",
    explain: include_str!("does_not_belong.md"),
    symptom: "secrets reach the server, and visitors when IIS serves the folder",
    source: "Microsoft Learn, ASP.NET Core Module",
    check: Check::Output(check),
};

/// Files that have no business on a server.
const UNWANTED: [&str; 14] = [
    "appsettings.Development.json",
    "secrets.json",
    "*.pubxml",
    "*.publishsettings",
    "*.pfx",
    "*.p12",
    "*.pem",
    "*.key",
    ".env",
    ".env.*",
    "*.bak",
    "*.sql",
    "*.user",
    "Dockerfile",
];

/// Files that leak when static file middleware serves them.
const LEAKING: [&str; 14] = [
    "*.pfx",
    "*.p12",
    "*.pem",
    "*.key",
    "*.db",
    "*.sqlite",
    "*.sqlite3",
    "*.mdf",
    "*.ldf",
    "*.bak",
    "secrets.json",
    "appsettings.json",
    "appsettings.*.json",
    ".env",
];

fn check(output: &PublishOutput, findings: &mut Findings<'_>) {
    // A client in the browser reads its settings from there.
    let has_client = output.has_web_assembly_client();
    for file in &output.files {
        let name = file.path.file_name();
        let top = file.path.segments().next().unwrap_or_default();
        let served = !file.path.is_top_level() && top.eq_ignore_ascii_case("wwwroot");
        let settings = name.to_ascii_lowercase().starts_with("appsettings.");
        if served && LEAKING.iter().any(|pattern| matches(pattern, name)) {
            if !(settings && has_client) {
                findings
                    .push(
                        Location::file(file.path.as_str()),
                        format!(
                            "sensitive file '{}' is below wwwroot: visitors can download it",
                            file.path
                        ),
                    )
                    .severity(Severity::Error)
                    .symptom("the file is served to visitors");
            }
        } else if in_repository(&file.path) || UNWANTED.iter().any(|pattern| matches(pattern, name))
        {
            findings.push(
                Location::file(file.path.as_str()),
                format!("sensitive file '{}' is in the output", file.path),
            );
        }
    }
}

/// Only the first file of a `.git` folder is named: there are thousands.
fn in_repository(path: &RelPath) -> bool {
    path.segments().any(|segment| segment == ".git") && path.file_name() == "HEAD"
}

/// Whether a name is that of a pattern with at most one `*`, without regard to case.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_ascii_lowercase(), name.to_ascii_lowercase());
    match pattern.split_once('*') {
        None => name == pattern,
        Some((start, end)) => {
            name.len() > start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn files(names: &[&str]) -> String {
        let text = names
            .iter()
            .map(|name| format!("\n            == {name}\n            x"))
            .collect::<Vec<_>>()
            .concat();
        check(&RULE, &text)
    }

    #[test]
    fn what_belongs_to_development_is_named() {
        insta::assert_snapshot!(files(&[
            "appsettings.development.json", "secrets.json", "certs/site.pfx", ".env", ".env.local",
            "Properties/PublishProfiles/Prod.pubxml.user", "Dockerfile", ".git/HEAD", ".git/config",
        ]), @"
        warning .env sensitive file '.env' is in the output
        warning .env.local sensitive file '.env.local' is in the output
        warning .git/HEAD sensitive file '.git/HEAD' is in the output
        warning Dockerfile sensitive file 'Dockerfile' is in the output
        warning Properties/PublishProfiles/Prod.pubxml.user sensitive file 'Properties/PublishProfiles/Prod.pubxml.user' is in the output
        warning appsettings.development.json sensitive file 'appsettings.development.json' is in the output
        warning certs/site.pfx sensitive file 'certs/site.pfx' is in the output
        warning secrets.json sensitive file 'secrets.json' is in the output
        ");
    }

    #[test]
    fn what_is_served_leaks() {
        insta::assert_snapshot!(files(&["wwwroot/keys/site.key", "wwwroot/shop.db", "wwwroot/appsettings.json"]), @"
        error wwwroot/appsettings.json sensitive file 'wwwroot/appsettings.json' is below wwwroot: visitors can download it
        error wwwroot/keys/site.key sensitive file 'wwwroot/keys/site.key' is below wwwroot: visitors can download it
        error wwwroot/shop.db sensitive file 'wwwroot/shop.db' is below wwwroot: visitors can download it
        ");
    }

    #[test]
    fn settings_of_a_client_in_the_browser_are_meant_to_be_served() {
        assert_eq!(
            files(&["wwwroot/appsettings.json", "wwwroot/_framework/blazor.webassembly.js"]),
            ""
        );
    }

    #[test]
    fn the_usual_files_are_right() {
        assert_eq!(
            files(&[
                "App.dll",
                "appsettings.json",
                "appsettings.Production.json",
                "wwwroot/app.js",
                "keyboard.txt"
            ]),
            ""
        );
    }
}
