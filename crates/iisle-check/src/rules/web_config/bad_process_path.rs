use iisle_report::{RuleId, Severity};
use iisle_webconfig::HostingModel;

use crate::findings::Findings;
use crate::rule::{Check, Rule};
use crate::subject::{Config, Neighbors};

pub(crate) const RULE: Rule = Rule {
    id: RuleId::new('W', 27),
    name: "bad-process-path",
    severity: Severity::Error,
    help: "write dotnet, or the relative path of the exe",
    explain: include_str!("bad_process_path.md"),
    symptom: "500.0 or 502.5",
    source: "dotnet/aspnetcore, ASP.NET Core Module CommonLib",
    check: Check::ConfigWith(check),
};

fn check(config: &Config<'_>, known: Neighbors<'_>, findings: &mut Findings<'_>) {
    for hosting in config.managers() {
        let text = hosting.section.process_path().trim();
        let Some(problem) = problem(text, hosting.hosting_model(), known.output.is_some()) else {
            continue;
        };
        let at = config.attribute_or(hosting.section.element, "processPath");
        let put = findings.push(at, format!("processPath '{text}' {}", problem.message));
        if let Some(fix) = problem.fix {
            put.fix(fix);
        }
    }
}

struct Problem {
    message: String,
    fix: Option<&'static str>,
}

fn problem(text: &str, model: Option<HostingModel>, output_known: bool) -> Option<Problem> {
    let problem = |message: &str, fix| Some(Problem { message: message.to_owned(), fix });
    if text.contains('"') {
        return problem(
            "contains quotes, which the module does not strip",
            Some("remove the quotes"),
        );
    }
    if text.starts_with('/') {
        return problem("is a path of another system", None);
    }
    if let Some(place) = developer_place(text) {
        return Some(Problem {
            message: format!("is a path of a developer's machine ({place})"),
            fix: None,
        });
    }
    // W014 speaks of tokens that were left.
    if model != Some(HostingModel::InProcess) || text.is_empty() || text.contains('%') {
        return None;
    }
    let name = text.rsplit(['\\', '/']).next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && !extension.eq_ignore_ascii_case("exe") => {
            Some(Problem {
                message: format!("has extension '.{extension}': the module requires .exe"),
                fix: Some("append .exe"),
            })
        }
        // With the output at hand A022 says it.
        _ if !output_known && is_mistaken_for_dotnet(name) => {
            problem("is mistaken for the dotnet host", Some("rename the assembly"))
        }
        _ => None,
    }
}

/// The module takes every path that ends in `dotnet.exe` for the host.
pub(crate) fn is_mistaken_for_dotnet(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let stem = lower.strip_suffix(".exe").unwrap_or(&lower);
    stem.ends_with("dotnet") && stem != "dotnet"
}

/// The part of a path that only a developer's machine has.
pub(super) fn developer_place(text: &str) -> Option<&'static str> {
    let path = text.replace('/', "\\").to_ascii_lowercase();
    let in_build_output = [r"bin\Debug\", r"bin\Release\"].into_iter().find(|place| {
        let place = place.to_ascii_lowercase();
        path.starts_with(&place) || path.contains(&format!("\\{place}"))
    });
    let drive = path.as_bytes().get(1..3) == Some(br":\".as_slice());
    let below = path.get(3..).filter(|_| drive).unwrap_or_default();
    let at_home = [(r"users\", r"\Users\"), (r"src\", r"\src\")]
        .into_iter()
        .find_map(|(start, shown)| below.starts_with(start).then_some(shown));
    in_build_output.or(at_home)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::testing::check;

    fn path(path: &str, model: &str) -> String {
        check(
            &RULE,
            &format!(
                "
            == web.config
            <aspNetCore processPath=\"{path}\" hostingModel=\"{model}\" />"
            ),
        )
    }

    #[test]
    fn in_process_the_extension_must_be_exe() {
        insta::assert_snapshot!(path(r".\Contoso.Web", "inprocess"), @r"error web.config:8:32 processPath '.\Contoso.Web' has extension '.Web': the module requires .exe");
        insta::assert_snapshot!(path(r".\App.dll", "inprocess"), @r"error web.config:8:32 processPath '.\App.dll' has extension '.dll': the module requires .exe");
        assert_eq!(path(r".\run.cmd", "outofprocess"), "");
        assert_eq!(path(r".\Contoso.Web.exe", "inprocess"), "");
        assert_eq!(path(r".\App", "inprocess"), "");
    }

    #[test]
    fn quotes_and_foreign_paths_are_errors() {
        insta::assert_snapshot!(path("&quot;C:\\Program Files\\dotnet\\dotnet.exe&quot;", "inprocess"), @r#"error web.config:8:32 processPath '"C:\Program Files\dotnet\dotnet.exe"' contains quotes, which the module does not strip"#);
        insta::assert_snapshot!(path("/usr/bin/dotnet", "outofprocess"), @"error web.config:8:32 processPath '/usr/bin/dotnet' is a path of another system");
        insta::assert_snapshot!(path(r"C:\Users\ann\App\App.exe", "outofprocess"), @r"error web.config:8:32 processPath 'C:\Users\ann\App\App.exe' is a path of a developer's machine (\Users\)");
        insta::assert_snapshot!(path(r".\bin\Release\net8.0\App.exe", "outofprocess"), @r"error web.config:8:32 processPath '.\bin\Release\net8.0\App.exe' is a path of a developer's machine (bin\Release\)");
    }

    #[test]
    fn a_name_that_ends_in_dotnet_is_mistaken_for_it() {
        insta::assert_snapshot!(path(r".\hello-dotnet.exe", "inprocess"), @r"error web.config:8:32 processPath '.\hello-dotnet.exe' is mistaken for the dotnet host");
        assert_eq!(path(r".\hello-dotnet.exe", "outofprocess"), "");
    }

    #[test]
    fn the_installed_dotnet_is_right_by_any_path() {
        for text in [
            "dotnet",
            "dotnet.exe",
            r"C:\Program Files\dotnet\dotnet.exe",
            r"%ProgramFiles%\dotnet\dotnet.exe",
        ] {
            assert_eq!(path(text, "inprocess"), "", "{text}");
        }
    }
}
