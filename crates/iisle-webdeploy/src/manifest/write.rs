use std::fmt::Write as _;

use iisle_xml::escape_attribute;

use crate::{AccessRule, PackOptions, ProviderOptions, Shape, SourcePath};

/// The `archive.xml` of a package.
///
/// An application is one `iisApp` with `createApp` and its content. Both must be there: without
/// `createApp` Web Deploy deletes the application it should create.
pub(crate) fn archive_xml(options: &PackOptions) -> String {
    let root = &options.root;
    let path = escape_attribute(root.as_str());
    let attribute = |provider| ProviderOptions::new(provider, root.as_str()).to_attribute();
    match options.shape {
        Shape::Application => {
            let app = attribute("iisApp");
            let mut xml = format!("{DECLARATION}<sitemanifest{}>\n", resolvers(&RESOLVERS));
            // `isDest` is a typed value: the base64 text of one byte, false.
            let _ = write!(
                xml,
                r#"  <iisApp path="{path}" MSDeploy.path="2" MSDeploy.MSDeployLinkName="Child1" MSDeploy.MSDeployKeyAttributeName="path" MSDeploy.MSDeployProviderOptions="{app}">
    <createApp path="{path}" MSDeploy.path="2" {IS_DEST} managedRuntimeVersion="" MSDeploy.managedRuntimeVersion="2" enable32BitAppOnWin64="" MSDeploy.enable32BitAppOnWin64="2" managedPipelineMode="" MSDeploy.managedPipelineMode="2" applicationPool="" MSDeploy.applicationPool="1" appExists="True" MSDeploy.appExists="1" MSDeploy.MSDeployLinkName="createApp" MSDeploy.MSDeployKeyAttributeName="path" />
{}  </iisApp>
"#,
                content(root, "contentPath", "    ")
            );
            for (rule, number) in options.access.iter().zip(2..) {
                xml.push_str(&access(root, rule, number));
            }
            xml + "</sitemanifest>"
        }
        Shape::Content => {
            let own = attribute("contentPath");
            let head = resolvers(&RESOLVERS[1..]);
            let inside = content(root, "Child1", "  ");
            format!(
                "{DECLARATION}<MSDeploy.contentPath MSDeploy.MSDeployProviderOptions=\"{own}\"{head}>\n{inside}</MSDeploy.contentPath>"
            )
        }
        Shape::Folder => {
            let own = attribute("dirPath");
            let head = resolvers(&RESOLVERS[1..]);
            format!(
                "{DECLARATION}<MSDeploy.dirPath MSDeploy.MSDeployProviderOptions=\"{own}\"{head}>\n  <MSDeploy.dirPath path=\"{path}\" MSDeploy.MSDeployLinkName=\"Child1\" />\n</MSDeploy.dirPath>"
            )
        }
    }
}

/// A `contentPath` and the folder that it stands for.
fn content(root: &SourcePath, link: &str, indent: &str) -> String {
    let path = escape_attribute(root.as_str());
    let own = ProviderOptions::new("contentPath", root.as_str()).to_attribute();
    format!(
        r#"{indent}<contentPath path="{path}" MSDeploy.path="2" MSDeploy.MSDeployLinkName="{link}" MSDeploy.MSDeployKeyAttributeName="path" MSDeploy.MSDeployProviderOptions="{own}">
{indent}  <MSDeploy.dirPath path="{path}" MSDeploy.MSDeployLinkName="contentPath" />
{indent}</contentPath>
"#
    )
}

/// A `setAcl` for the account of the application pool, the `number`-th provider.
fn access(root: &SourcePath, rule: &AccessRule, number: usize) -> String {
    let AccessRule { folder, access } = rule;
    let path = root.below(folder.as_ref());
    let settings = [("setAclAccess", access.as_str()), ("setAclResourceType", "Directory")];
    let settings =
        settings.into_iter().map(|(name, value)| (name.to_owned(), Some(value.to_owned())));
    let own =
        ProviderOptions { settings: settings.collect(), ..ProviderOptions::new("setAcl", &path) };
    let (own, path, access) =
        (own.to_attribute(), escape_attribute(&path), escape_attribute(access));
    format!(
        r#"  <setAcl path="{path}" MSDeploy.path="2" {IS_DEST} setAclUser="" MSDeploy.setAclUser="1" setAclAccess="{access}" MSDeploy.setAclAccess="1" MSDeploy.MSDeployLinkName="Child{number}" MSDeploy.MSDeployKeyAttributeName="path" MSDeploy.MSDeployProviderOptions="{own}" />
"#
    )
}

const IS_DEST: &str = r#"isDest="AA==" MSDeploy.isDest.Type="Microsoft.Web.Deployment.DeploymentObjectBooleanAttributeValue""#;

/// Byte order mark and declaration, as Web Deploy writes them.
pub(crate) const DECLARATION: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

const RESOLVERS: [(&str, &str); 3] = [
    ("createApp", "CreateApplicationObjectResolver"),
    ("dirPath", "DirPathObjectResolver"),
    ("filePath", "FilePathObjectResolver"),
];

fn resolvers(all: &[(&str, &str)]) -> String {
    let one = |(provider, class): &(&str, &str)| {
        format!(" MSDeploy.ObjectResolver.{provider}=\"Microsoft.Web.Deployment.{class}\"")
    };
    all.iter().map(one).collect::<Vec<_>>().concat()
}

/// The `SourceManifest.xml` that such a package would have been made from.
pub(crate) fn source_manifest(options: &PackOptions) -> String {
    let path = escape_attribute(options.root.as_str());
    let provider = match options.shape {
        Shape::Application => "IisApp",
        Shape::Content => "contentPath",
        Shape::Folder => "dirPath",
    };
    let mut xml = format!("{DECLARATION}<sitemanifest>\n  <{provider} path=\"{path}\" />\n");
    for AccessRule { folder, access } in &options.access {
        let path = options.root.below(folder.as_ref());
        let (path, access) = (escape_attribute(&path), escape_attribute(access));
        let _ = writeln!(
            xml,
            "  <setAcl path=\"{path}\" setAclAccess=\"{access}\" setAclResourceType=\"Directory\" />"
        );
    }
    xml + "</sitemanifest>"
}

#[cfg(test)]
mod tests {
    use super::{archive_xml, source_manifest};
    use crate::{AccessRule, PackOptions, Shape, SourcePath};
    use iisle_path::RelPath;

    #[test]
    fn an_application_has_the_tree_of_the_engine() {
        let root = SourcePath::parse(r"C:\a & b").unwrap();
        let xml = archive_xml(&PackOptions { root, ..PackOptions::default() });
        insta::assert_snapshot!(xml);
    }

    #[test]
    fn the_source_manifest_names_the_provider() {
        insta::assert_snapshot!(source_manifest(&PackOptions::default()));
    }

    #[test]
    fn access_rules_follow_the_application() {
        let folder = RelPath::parse("logs/a b").ok();
        let access = vec![
            AccessRule { folder, access: "Modify".to_owned() },
            AccessRule { folder: None, access: "Read".to_owned() },
        ];
        let options = PackOptions { access, ..PackOptions::default() };
        insta::assert_snapshot!(archive_xml(&options));
        insta::assert_snapshot!(source_manifest(&options));
        let declared = options.declared();
        let rule = declared.get("Access to logs/a b").unwrap();
        assert_eq!(rule.default_value.as_deref(), Some("{IIS Web Application Name}/logs/a b"));
        assert_eq!(rule.entries[0].matching, r"^C:\\app\\logs\\a\ b$");
        // The root is an entry of the application path, as in packages of Visual Studio.
        let application = declared.iter().next().unwrap();
        let scopes: Vec<_> = application.entries.iter().map(|e| e.scope.as_str()).collect();
        assert_eq!((scopes, declared.iter().count()), (vec!["IisApp", "setAcl"], 2));
    }

    #[test]
    fn content_and_folders_have_their_own_roots() {
        for shape in [Shape::Content, Shape::Folder] {
            insta::assert_snapshot!(archive_xml(&PackOptions { shape, ..PackOptions::default() }));
        }
    }
}
