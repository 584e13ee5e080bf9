use std::sync::{Arc, OnceLock};

use super::fixed::{self, Fixed, Tables};
use crate::paths::Style;
use crate::source::Source;

/// A file of the model.
macro_rules! file {
    ($name:literal) => {{
        const TEXT: &str = include_str!(concat!("model/", $name));
        const COUNT: (usize, usize) = fixed::count(TEXT);
        static TABLES: Tables<{ COUNT.0 }, { COUNT.1 }> = fixed::read(TEXT);
        let Tables { elements, attributes } = &TABLES;
        Fixed { name: $name, text: TEXT, elements, attributes }
    }};
}

/// The files of the model.
static FILES: &[Fixed] = &[
    file!("AfterCommon.targets"),
    file!("Analysis.targets"),
    file!("Artifacts.props"),
    file!("AssemblyInfo.targets"),
    file!("BeforeCommon.targets"),
    file!("BlazorWebAssembly.props"),
    file!("BlazorWebAssembly.targets"),
    file!("Common.props"),
    file!("Common.targets"),
    file!("CurrentVersion.targets"),
    file!("Inference.targets"),
    file!("OuterBuild.targets"),
    file!("DesktopSdk.props"),
    file!("DesktopSdk.targets"),
    file!("Empty.props"),
    file!("OutputPaths.targets"),
    file!("Publish.targets"),
    file!("Razor.props"),
    file!("Razor.targets"),
    file!("Sdk.props"),
    file!("Sdk.targets"),
    file!("StaticWebAssets.props"),
    file!("StaticWebAssets.targets"),
    file!("TargetFramework.targets"),
    file!("ToolingItems.props"),
    file!("Web.props"),
    file!("Web.targets"),
    file!("WebAssembly.props"),
    file!("WebAssembly.targets"),
    file!("WebProject.props"),
    file!("WebProject.targets"),
    file!("WindowsDesktop.props"),
    file!("WindowsDesktop.targets"),
    file!("Worker.props"),
    file!("Worker.targets"),
    file!("Workflow.VisualBasic.targets"),
    file!("Workflow.targets"),
];

/// The SDKs of the model and the stem of their files.
const SDKS: &[(&str, &str)] = &[
    ("Microsoft.NET.Sdk", "Sdk"),
    ("Microsoft.NET.Sdk.Web", "Web"),
    ("Microsoft.NET.Sdk.Razor", "Razor"),
    ("Microsoft.NET.Sdk.Worker", "Worker"),
    ("Microsoft.NET.Sdk.BlazorWebAssembly", "BlazorWebAssembly"),
    ("Microsoft.NET.Sdk.WebAssembly", "WebAssembly"),
    ("Microsoft.NET.Sdk.StaticWebAssets", "StaticWebAssets"),
    ("Microsoft.NET.Sdk.WindowsDesktop", "DesktopSdk"),
    ("Microsoft.NET.Sdk.Publish", "Publish"),
];

/// A file of the model, made once in a process: what is parsed of it serves every project.
pub(crate) fn model_file(name: &str) -> Option<Arc<Source>> {
    static MADE: [OnceLock<Arc<Source>>; FILES.len()] = [const { OnceLock::new() }; FILES.len()];
    let at = FILES.iter().position(|file| file.name == name)?;
    let make = || Arc::new(Source::fixed(&FILES[at]));
    MADE.get(at).map(|made| made.get_or_init(make).clone())
}

/// Files beside the engine that projects without SDK import, below the folder of the tools, and
/// what stands for them.
const TOOLSET: &[(&str, &str)] = &[
    ("Current/Microsoft.Common.props", "sdk:Common.props"),
    ("Microsoft.Common.props", "sdk:Common.props"),
    ("Microsoft.Common.targets", "sdk:Common.targets"),
    ("Microsoft.Common.CurrentVersion.targets", "sdk:Common.targets"),
    ("Microsoft.CSharp.targets", "sdk:Common.targets"),
    ("Microsoft.CSharp.CurrentVersion.targets", "sdk:Common.targets"),
    ("Microsoft.VisualBasic.targets", "sdk:Common.targets"),
    ("Microsoft.VisualBasic.CurrentVersion.targets", "sdk:Common.targets"),
    ("FSharp/Microsoft.FSharp.Targets", "sdk:Common.targets"),
    // They add tasks and targets only.
    ("Microsoft.Data.Entity.targets", "sdk:Empty.props"),
    ("Microsoft.ServiceModel.targets", "sdk:Empty.props"),
    ("Microsoft.WinFx.targets", "sdk:Empty.props"),
    ("Microsoft.WorkflowBuildExtensions.targets", "sdk:Empty.props"),
    ("Microsoft.Xaml.targets", "sdk:Empty.props"),
    ("Workflow.VisualBasic.targets", "sdk:Workflow.VisualBasic.targets"),
    ("Workflow.targets", "sdk:Workflow.targets"),
];

/// What stands for a file beside the engine; `tools_dir` is where the engine would lie.
///
/// Letter case counts where it counts to the file system: `Microsoft.CSharp.Targets` is found on
/// Windows alone.
pub(crate) fn toolset_file(style: Style, tools_dir: &str, path: &str) -> Option<&'static str> {
    let below = path.strip_prefix(tools_dir)?.trim_start_matches(['/', '\\']).replace('\\', "/");
    let found = TOOLSET.iter().find(|(file, _)| style.same(file, &below));
    found.map(|(_, model)| *model)
}

/// The path of a file of an SDK that the model knows.
///
/// The name is that of a folder: its letter case counts where it counts to the file system.
pub(crate) fn sdk_file(style: Style, sdk: &str, file: &str) -> Option<String> {
    if style.same(sdk, "Microsoft.NET.Sdk.Publish") && file == "Sdk.props" {
        return Some("sdk:Empty.props".to_owned());
    }
    let (_, stem) = SDKS.iter().find(|(name, _)| style.same(name, sdk))?;
    match file {
        "Sdk.props" => Some(format!("sdk:{stem}.props")),
        "Sdk.targets" => Some(format!("sdk:{stem}.targets")),
        _ => None,
    }
}

/// The SDK in the box whose name differs from this one in letter case alone.
pub fn spelling_of_sdk(name: &str) -> Option<&'static str> {
    let found = SDKS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(known, _)| *known).filter(|known| *known != name)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use super::*;
    use crate::source::NodeId;

    #[test]
    fn every_file_of_the_model_is_one_the_engine_accepts() {
        for file in FILES {
            let name = file.name;
            crate::structure::check(&model_file(name).unwrap())
                .unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        for (sdk, _) in SDKS {
            for file in ["Sdk.props", "Sdk.targets"] {
                let path = sdk_file(Style::Unix, sdk, file).unwrap();
                assert!(model_file(path.strip_prefix("sdk:").unwrap()).is_some(), "{path}");
            }
        }
    }

    /// Everything that an evaluation may ask, as text.
    fn told(source: &Source, node: NodeId, out: &mut String) {
        let position = source.place(node).position;
        let attributes: Vec<_> = source.attributes(node).collect();
        writeln!(out, "{position} {} {attributes:?}", source.name(node)).unwrap();
        if source.elements(node).next().is_none() {
            writeln!(out, "{}", source.value(node)).unwrap();
        }
        for child in source.elements(node) {
            told(source, child, out);
        }
        out.push_str("end\n");
    }

    #[test]
    fn the_compiler_reads_the_model_as_the_parser_does() {
        for file in FILES {
            let (fixed, parsed) = (Source::fixed(file), Source::parse("p", file.text.as_bytes()));
            let (mut ours, mut theirs) = (String::new(), String::new());
            told(&fixed, fixed.root(), &mut ours);
            let parsed = parsed.unwrap_or_else(|e| panic!("{}: {e}", file.name));
            told(&parsed, parsed.root(), &mut theirs);
            assert_eq!(ours, theirs, "{}", file.name);
        }
    }
}
