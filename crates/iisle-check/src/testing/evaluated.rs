//! A project as text, read without evaluating it: the last plain value of a name counts.

use std::collections::BTreeMap;

use iisle_inspect::project::{Content, Place, Project, Property, PropertyName};
use iisle_webconfig::{Element, WebConfig};

use super::files::File;

/// Files below `project/`: one project file, and the publish profile that it names.
pub(super) fn read(files: &[File]) -> Option<Project> {
    let name = |file: &File| file.path.strip_prefix("project/").map(str::to_owned);
    let (path, file) = files.iter().find_map(|file| {
        let path = name(file).filter(|path| path.ends_with("proj") && !path.contains('/'))?;
        Some((path, file))
    })?;
    let document = parse(&file.bytes);
    let root = document.root.children.first().expect("a project has a root");
    let mut properties = Properties::default();
    properties.by_sdk("AssemblyName", path.split('.').next().unwrap_or_default());
    properties.of(root, &path);
    if let Some(profile) = properties.value("PublishProfile") {
        let wanted = format!("Properties/PublishProfiles/{profile}.pubxml");
        let found = files.iter().find(|file| name(file).as_deref() == Some(&wanted));
        if let Some(file) = found {
            properties.of(parse(&file.bytes).root.children.first().expect("a root"), &wanted);
        }
    }
    // What the SDK adds, as far as rules look at it.
    let framework = properties.value("TargetFramework").unwrap_or_default();
    if framework.strip_prefix("net").is_some_and(|rest| rest.contains('.')) {
        properties.by_sdk("AspNetCoreHostingModel", "inprocess");
    }
    properties.by_sdk("Platform", "AnyCPU");
    properties.by_sdk("PublishDir", "bin/Release/publish/");
    let value = |name: &str| properties.value(name);
    let items = |name: &str| -> Vec<Element> {
        let groups = root.children.iter().filter(|it| it.name == "ItemGroup");
        groups.flat_map(|it| &it.children).filter(|it| it.name == name).cloned().collect()
    };
    let include = |item: &Element| item.value("Include").unwrap_or_default().to_owned();
    Some(Project {
        sdks: root.value("Sdk").unwrap_or_default().split(';').map(str::to_owned).collect(),
        target_frameworks: value("TargetFramework").into_iter().collect(),
        rid: value("RuntimeIdentifier"),
        self_contained: value("SelfContained").map(|text| text == "true"),
        use_app_host: value("UseAppHost").map(|text| text == "true"),
        platform_target: value("PlatformTarget"),
        output_type: value("OutputType"),
        assembly_name: value("AssemblyName"),
        publish_dir: value("PublishDir"),
        hosting_model: value("AspNetCoreHostingModel"),
        module: value("AspNetCoreModuleName"),
        publishable: None,
        packages: items("PackageReference")
            .iter()
            .map(|item| (include(item), item.value("Version").map(str::to_owned)))
            .collect(),
        framework_references: items("FrameworkReference").iter().map(include).collect(),
        content: items("Content")
            .iter()
            .map(|item| {
                let source = include(item);
                let target = item.value("Link").map_or_else(|| source.clone(), str::to_owned);
                let place = Place { file: path.clone(), position: Some(item.position) };
                Content { target, source, place: Some(place) }
            })
            .collect(),
        has_razor_views: items("Content").iter().any(|item| include(item).ends_with(".cshtml")),
        own_web_config: files
            .iter()
            .filter_map(name)
            .find(|name| name.eq_ignore_ascii_case("web.config")),
        warnings: Vec::new(),
        path,
        properties: properties.0,
    })
}

#[derive(Default)]
struct Properties(BTreeMap<PropertyName, Property>);

impl Properties {
    fn value(&self, name: &str) -> Option<String> {
        self.0.get(&PropertyName::new(name)).map(|property| property.value.clone())
    }

    fn of(&mut self, root: &Element, file: &str) {
        let groups = root.children.iter().filter(|it| it.name == "PropertyGroup");
        for element in groups.flat_map(|it| &it.children) {
            // Conditions of the tests are those that do not hold in Release.
            if element.attribute("Condition").is_none() {
                let origin = Place { file: file.to_owned(), position: Some(element.position) };
                let value = element.text.trim().to_owned();
                let property = Property { value, origin: Some(origin), is_set: true, doubt: None };
                self.0.insert(PropertyName::new(&*element.name), property);
            }
        }
    }

    fn by_sdk(&mut self, name: &str, value: &str) {
        let property =
            Property { value: value.to_owned(), origin: None, is_set: false, doubt: None };
        self.0.entry(PropertyName::new(name)).or_insert(property);
    }
}

fn parse(bytes: &[u8]) -> WebConfig {
    let text = std::str::from_utf8(bytes).expect("tests write UTF-8");
    // The reader takes any elements below its own root.
    iisle_webconfig::read(format!("<configuration>{text}</configuration>").as_bytes())
        .expect("the project of a test is well-formed")
}
