use std::collections::{BTreeMap, BTreeSet};

use iisle_inspect::publish::PublishOutput;
use iisle_path::RelPath;
use iisle_report::{Location, RuleId, Severity};

use crate::facts::OutputFacts;
use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::Neighbors;

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('A', 16),
    name: "file-does-not-belong",
    severity: Severity::Warning,
    help: "exclude it from publishing (CopyToPublishDirectory=\"Never\")",
    explain: include_str!("does_not_belong.md"),
    symptom: "secrets reach the server, and visitors when IIS serves the folder",
    source: "Microsoft Learn, ASP.NET Core Module",
    check: Check::OutputWith(check),
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

fn check(output: &PublishOutput, neighbors: Neighbors<'_>, findings: &mut Findings<'_>) {
    // K002 says it about the content of a package.
    if neighbors.packed(output) {
        return;
    }
    for (path, harm) in harmful(output) {
        let at = Location::file(path.as_str());
        match harm {
            Harm::Served => {
                findings
                    .push(
                        at,
                        format!(
                            "sensitive file '{path}' is below wwwroot: visitors can download it"
                        ),
                    )
                    .severity(Severity::Error)
                    .symptom("the file is served to visitors");
            }
            Harm::Present => {
                findings.push(at, format!("sensitive file '{path}' is in the output"));
            }
        }
    }
}

/// What a file that does not belong does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Harm {
    /// It is served to visitors.
    Served,
    /// It is there.
    Present,
}

/// The files that do not belong into a deployment, in the order of the output.
pub(in crate::rules) fn harmful(output: &PublishOutput) -> Vec<(&RelPath, Harm)> {
    // A client in the browser reads its settings from there.
    let has_client = output.has_web_assembly_client();
    let repositories = repositories(output);
    let harm = |path: &RelPath| {
        let name = path.file_name();
        let top = path.segments().next().unwrap_or_default();
        let served = !path.is_top_level() && top.eq_ignore_ascii_case("wwwroot");
        let settings = name.to_ascii_lowercase().starts_with("appsettings.");
        if served && LEAKING.iter().any(|pattern| matches(pattern, name)) {
            (!(settings && has_client)).then_some(Harm::Served)
        } else {
            let unwanted = UNWANTED.iter().any(|pattern| matches(pattern, name));
            (repositories.contains(path) || unwanted).then_some(Harm::Present)
        }
    };
    let files = output.files.iter().map(|file| &file.path);
    files.filter_map(|path| Some((path, harm(path)?))).collect()
}

/// One file of every `.git` folder, for there are thousands: `HEAD`, or the first.
fn repositories(output: &PublishOutput) -> BTreeSet<&RelPath> {
    let mut named: BTreeMap<String, &RelPath> = BTreeMap::new();
    for file in &output.files {
        let folders: Vec<&str> =
            file.path.segments().take_while(|segment| *segment != ".git").collect();
        if folders.len() == file.path.segments().count() {
            continue;
        }
        let named = named.entry(folders.join("/")).or_insert(&file.path);
        if file.path.file_name() == "HEAD" && named.file_name() != "HEAD" {
            *named = &file.path;
        }
    }
    named.into_values().collect()
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
    fn a_repository_is_named_once_even_without_its_head() {
        insta::assert_snapshot!(files(&[".git/config", ".git/objects/ab", "lib/.git/HEAD"]), @"
        warning .git/config sensitive file '.git/config' is in the output
        warning lib/.git/HEAD sensitive file 'lib/.git/HEAD' is in the output
        ");
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
