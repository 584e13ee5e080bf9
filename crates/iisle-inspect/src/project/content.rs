use std::path::Path;

use iisle_msbuild::{Evaluated, Item};

use super::Place;
use super::evaluated::{place, relative};

/// A file of the sources that publishing copies as it is: an item `Content` or `None` that is
/// meant for the publish folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Where it goes, below the publish folder, with `/`.
    pub target: String,
    /// The file; relative to the project's folder when it lies inside.
    pub source: String,
    /// Where the project includes it; `None` for what the SDK includes by itself.
    pub place: Option<Place>,
}

impl Content {
    /// The items of an evaluation that are copied; `folder` is that of the project.
    ///
    /// Source: dotnet/sdk, `Microsoft.NET.Publish.targets`, `DefaultCopyToPublishDirectoryMetadata`
    /// and `ComputeResolvedFilesToPublishList`; `Microsoft.Common`, the task `AssignTargetPath`.
    pub(super) fn of(folder: &Path, evaluated: &Evaluated) -> Vec<Self> {
        let items = ["Content", "None"].into_iter().flat_map(|kind| evaluated.items(kind));
        let copied = items.filter(|item| is_copied(item));
        let content = copied.map(|item| {
            let source = relative(folder, Path::new(&item.full_path));
            let by_path = || {
                let outside = Path::new(&source).is_absolute();
                let name = source.rsplit(['/', '\\']).next().filter(|_| outside);
                name.map_or_else(|| source.clone(), str::to_owned)
            };
            let asked = ["TargetPath", "Link"].into_iter().find_map(|name| item.metadata(name));
            let asked = asked.map(|path| path.trim().replace('\\', "/"));
            let target = asked.filter(|path| !path.is_empty()).unwrap_or_else(by_path);
            let place = item.origin.place().map(|found| place(folder, found));
            Self { target, source, place }
        });
        content.collect()
    }
}

/// Whether an item reaches the publish folder. Without a word about publishing the one about
/// building counts.
fn is_copied(item: &Item) -> bool {
    let word = |name: &str| item.metadata(name).map(str::trim).filter(|word| !word.is_empty());
    let word = word("CopyToPublishDirectory").or_else(|| word("CopyToOutputDirectory"));
    word.is_some_and(|word| {
        ["Always", "PreserveNewest", "IfDifferent"].iter().any(|it| word.eq_ignore_ascii_case(it))
    })
}

#[cfg(test)]
mod tests {
    use iisle_msbuild::{MemoryFiles, Request, evaluate};

    use crate::project::Project;

    fn content(items: &str) -> String {
        let text = format!(
            "<Project Sdk=\"Microsoft.NET.Sdk.Web\">\n<PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup>\n\
             <ItemGroup>{items}</ItemGroup></Project>"
        );
        let mut memory = MemoryFiles::new();
        memory.insert("/w/shop/Shop.csproj", text.as_str());
        for file in ["web.config", "wwwroot/css/site.css", "notes.txt"] {
            memory.insert(format!("/w/shop/{file}"), "");
        }
        let request = Request::new("/w/shop/Shop.csproj").global("_IsPublishing", "true");
        let evaluated = evaluate(&memory, &request).unwrap();
        let project = Project::from_evaluated("/w/shop/Shop.csproj", &evaluated);
        let line = |it: &super::Content| {
            let line = it.place.as_ref().and_then(|it| it.position).map(|it| it.line);
            let by = line.map_or_else(String::new, |line| format!(", line {line}"));
            format!("{} from {}{by}", it.target, it.source.replace('\\', "/"))
        };
        project.content.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_web_sdk_takes_its_own_kinds_of_files() {
        insta::assert_snapshot!(content(""), @r"
        wwwroot/css/site.css from wwwroot/css/site.css
        web.config from web.config
        ");
    }

    #[test]
    fn items_go_where_they_say() {
        insta::assert_snapshot!(content(
            r#"<Content Include="/w/other/web.config" Link="web.config" CopyToPublishDirectory="Always" />
            <Content Include="/w/other/a.json" CopyToOutputDirectory="PreserveNewest" />
            <None Update="notes.txt" TargetPath="docs\read.me" CopyToPublishDirectory="PreserveNewest" />
            <Content Update="web.config" CopyToPublishDirectory="Never" />"#
        ), @r"
        wwwroot/css/site.css from wwwroot/css/site.css
        web.config from /w/other/web.config, line 3
        a.json from /w/other/a.json, line 4
        docs/read.me from notes.txt
        ");
    }
}
