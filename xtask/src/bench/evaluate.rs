//! `iisle evaluate` on many projects and on one, `iisle inspect` on a large output.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::bar::{Bar, Findings};
use super::data::Folder;
use super::measure::{Job, instant, race};

/// Web projects of the solution.
const PROJECTS: usize = 300;
/// The most for all of them, in seconds.
const SOLUTION: f64 = 0.3;
/// The most for one, the whole process, in milliseconds.
const ONE: f64 = 5.0;
/// The most for inspecting the output, in milliseconds.
const INSPECT: f64 = 50.0;
/// What a solution twice as large may take of memory beyond the process itself.
const GROWTH: f64 = 2.3;
/// Runs for each of the asked-for ones: a single one is mostly noise.
const STARTS: usize = 20;

const ABOUT: &str = "\
`iisle evaluate All.sln` on 300 web projects with `Directory.Build.props`, `Directory.Packages.props` and publish \
profiles; `iisle evaluate` of one of them, the whole process; `iisle inspect` on a self-contained publish output. \
Bars: 0.3 s, 5 ms, 50 ms, and memory that grows with the projects and no faster.";

/// Makes the solutions below `scratch` and measures.
pub(super) fn measure(
    iisle: &Path,
    output: &Folder,
    origin: &str,
    scratch: &Path,
    runs: usize,
) -> Result<Findings> {
    let folder = scratch.join("evaluate");
    let one = make(&folder.join("one"), 1)?;
    let all = make(&folder.join("all"), PROJECTS)?;
    let twice = make(&folder.join("twice"), 2 * PROJECTS)?;
    let list = |solution: &Path| Job::new(iisle).args(["evaluate", "--quiet"]).arg(solution);
    let samples = race(&[list(&one), list(&all), list(&twice)], runs)?;
    let project = folder.join("all/Web001/Web001.csproj");
    let names = "TargetFramework,RuntimeIdentifier,PublishDir,EnvironmentName";
    let single = Job::new(iisle).arg("evaluate").arg(&project).arg("--get-property").arg(names);
    let inspect = Job::new(iisle).args(["inspect", "--quiet"]).arg(&output.path);
    let [single, inspect] = instant([&single, &inspect], runs * STARTS)?;
    let megabytes = |sample: usize| {
        let kilobytes = u32::try_from(samples[sample].peak_bytes / 1000).unwrap_or(u32::MAX);
        f64::from(kilobytes) / 1e3
    };
    let wall = samples[1].wall.as_secs_f64();
    let (single, inspect) = (single.as_secs_f64() * 1e3, inspect.as_secs_f64() * 1e3);
    let (least, once, double) = (megabytes(0), megabytes(1), megabytes(2));
    let growth = (double - least) / (once - least).max(0.1);
    Ok(Findings {
        name: "evaluate",
        about: ABOUT,
        columns: vec![
            ("300 projects", format!("{wall:.3} s, {once:.0} MB")),
            ("600 projects", format!("{:.3} s, {double:.0} MB", samples[2].wall.as_secs_f64())),
            ("One project", format!("{single:.2} ms")),
            (
                "Output",
                format!("{origin}: {} files, {} MB", output.files, output.bytes / 1_000_000),
            ),
            ("Inspect", format!("{inspect:.1} ms")),
        ],
        bars: vec![
            Bar::new("300 projects", wall, SOLUTION, " s"),
            Bar::new("one project", single, ONE, " ms"),
            Bar::new("inspect", inspect, INSPECT, " ms"),
            Bar::new("memory, 600 projects / 300", growth, GROWTH, ""),
        ],
    })
}

const PROPS: &str = "\
<Project>
  <PropertyGroup>
    <TargetFramework>net8.0</TargetFramework>
    <ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally>
    <Company>Contoso</Company>
    <VersionPrefix>2.4.$([MSBuild]::Add(3, 4))</VersionPrefix>
    <IsWeb Condition=\"$(MSBuildProjectName.StartsWith('Web'))\">true</IsWeb>
    <Nullable Condition=\"'$(IsWeb)' == 'true' and '$(Nullable)' == ''\">enable</Nullable>
  </PropertyGroup>
</Project>
";
const PROFILE: &str = "\
<Project>
  <PropertyGroup>
    <WebPublishMethod>FileSystem</WebPublishMethod>
    <RuntimeIdentifier>win-x64</RuntimeIdentifier>
    <SelfContained>false</SelfContained>
    <EnvironmentName>Staging</EnvironmentName>
  </PropertyGroup>
</Project>
";

/// A solution of so many web projects; its path.
fn make(folder: &Path, projects: usize) -> Result<PathBuf> {
    let solution = folder.join("All.sln");
    if solution.is_file() {
        return Ok(solution);
    }
    let write = |path: &str, text: &str| -> Result<()> {
        let file = folder.join(path);
        if let Some(parent) = file.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))
    };
    write("Directory.Build.props", PROPS)?;
    let mut versions = String::from("<Project>\n  <ItemGroup>\n");
    for package in 0..40 {
        writeln!(
            versions,
            "    <PackageVersion Include=\"Contoso.Part{package}\" Version=\"1.{package}.0\" />"
        )?;
    }
    versions.push_str("  </ItemGroup>\n</Project>\n");
    write("Directory.Packages.props", &versions)?;
    let mut text = String::from("Microsoft Visual Studio Solution File, Format Version 12.00\n");
    for number in 1..=projects {
        let name = format!("Web{number:03}");
        writeln!(
            text,
            "Project(\"{{9A19103F-16F7-4668-BE54-9A1E7A4F7556}}\") = \"{name}\", \"{name}\\{name}.csproj\", \"{{{number:032}}}\"\nEndProject"
        )?;
        write(
            &format!("{name}/{name}.csproj"),
            &format!(
                "<Project Sdk=\"Microsoft.NET.Sdk.Web\">\n  <PropertyGroup>\n    <PublishProfile>Folder</PublishProfile>\n    <UserSecretsId>{name}</UserSecretsId>\n  </PropertyGroup>\n  <ItemGroup>\n    <PackageReference Include=\"Contoso.Part{}\" />\n  </ItemGroup>\n</Project>\n",
                number % 40
            ),
        )?;
        write(&format!("{name}/Properties/PublishProfiles/Folder.pubxml"), PROFILE)?;
        write(&format!("{name}/appsettings.json"), "{}\n")?;
        write(&format!("{name}/wwwroot/site.css"), "body {}\n")?;
    }
    if projects == 0 {
        bail!("a solution needs a project");
    }
    // Last, so that a folder half made is made again.
    write("All.sln", &text)?;
    Ok(solution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_solution_is_made_once_with_all_its_projects() {
        let folder = tempfile::tempdir().unwrap();
        let solution = make(folder.path(), 3).unwrap();
        let text = std::fs::read_to_string(&solution).unwrap();
        assert_eq!(text.matches(".csproj").count(), 3);
        assert!(folder.path().join("Web003/Properties/PublishProfiles/Folder.pubxml").is_file());
        std::fs::remove_file(folder.path().join("Web001/Web001.csproj")).unwrap();
        make(folder.path(), 3).unwrap();
        assert!(!folder.path().join("Web001/Web001.csproj").exists());
        assert!(make(&folder.path().join("none"), 0).is_err());
    }
}
