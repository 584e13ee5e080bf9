use std::sync::{Arc, OnceLock};

use crate::paths::Style;
use crate::source::Source;

/// The files of the model by name.
const FILES: &[(&str, &str)] = &[
    ("AfterCommon.targets", include_str!("model/AfterCommon.targets")),
    ("Analysis.targets", include_str!("model/Analysis.targets")),
    ("Artifacts.props", include_str!("model/Artifacts.props")),
    ("AssemblyInfo.targets", include_str!("model/AssemblyInfo.targets")),
    ("BeforeCommon.targets", include_str!("model/BeforeCommon.targets")),
    ("BlazorWebAssembly.props", include_str!("model/BlazorWebAssembly.props")),
    ("BlazorWebAssembly.targets", include_str!("model/BlazorWebAssembly.targets")),
    ("Common.props", include_str!("model/Common.props")),
    ("Common.targets", include_str!("model/Common.targets")),
    ("CurrentVersion.targets", include_str!("model/CurrentVersion.targets")),
    ("Inference.targets", include_str!("model/Inference.targets")),
    ("OuterBuild.targets", include_str!("model/OuterBuild.targets")),
    ("DesktopSdk.props", include_str!("model/DesktopSdk.props")),
    ("DesktopSdk.targets", include_str!("model/DesktopSdk.targets")),
    ("Empty.props", "<Project />"),
    ("OutputPaths.targets", include_str!("model/OutputPaths.targets")),
    ("Publish.targets", include_str!("model/Publish.targets")),
    ("Razor.props", include_str!("model/Razor.props")),
    ("Razor.targets", include_str!("model/Razor.targets")),
    ("Sdk.props", include_str!("model/Sdk.props")),
    ("Sdk.targets", include_str!("model/Sdk.targets")),
    ("StaticWebAssets.props", include_str!("model/StaticWebAssets.props")),
    ("StaticWebAssets.targets", include_str!("model/StaticWebAssets.targets")),
    ("TargetFramework.targets", include_str!("model/TargetFramework.targets")),
    ("ToolingItems.props", include_str!("model/ToolingItems.props")),
    ("Web.props", include_str!("model/Web.props")),
    ("Web.targets", include_str!("model/Web.targets")),
    ("WebAssembly.props", include_str!("model/WebAssembly.props")),
    ("WebAssembly.targets", include_str!("model/WebAssembly.targets")),
    ("WebProject.props", include_str!("model/WebProject.props")),
    ("WebProject.targets", include_str!("model/WebProject.targets")),
    ("WindowsDesktop.props", include_str!("model/WindowsDesktop.props")),
    ("WindowsDesktop.targets", include_str!("model/WindowsDesktop.targets")),
    ("Worker.props", include_str!("model/Worker.props")),
    ("Worker.targets", include_str!("model/Worker.targets")),
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

/// A file of the model, parsed once in a process and when first needed.
pub(crate) fn model_file(name: &str) -> Option<Arc<Source>> {
    static PARSED: [OnceLock<Arc<Source>>; FILES.len()] = [const { OnceLock::new() }; FILES.len()];
    let at = FILES.iter().position(|(known, _)| *known == name)?;
    let (name, text) = FILES.get(at)?;
    let parse = || {
        let source = Source::parse(&format!("sdk:{name}"), text.as_bytes());
        Arc::new(source.expect("the model is well-formed: a test parses every file of it"))
    };
    PARSED.get(at).map(|parsed| parsed.get_or_init(parse).clone())
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
    ("Workflow.VisualBasic.targets", "sdk:Empty.props"),
    ("Workflow.targets", "sdk:Empty.props"),
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
    use super::*;

    #[test]
    fn every_file_of_the_model_is_one_the_engine_accepts() {
        for (name, _) in FILES {
            model_file(name).unwrap().check().unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        for (sdk, _) in SDKS {
            for file in ["Sdk.props", "Sdk.targets"] {
                let path = sdk_file(Style::Unix, sdk, file).unwrap();
                assert!(model_file(path.strip_prefix("sdk:").unwrap()).is_some(), "{path}");
            }
        }
    }
}
