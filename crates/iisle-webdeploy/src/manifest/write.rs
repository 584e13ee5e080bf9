use iisle_xml::escape_attribute;

use crate::{ProviderOptions, SourcePath};

/// The `archive.xml` of an application: one `iisApp` with `createApp` and its content.
///
/// Both must be there: without `createApp` Web Deploy deletes the application it should create.
pub(crate) fn archive_xml(root: &SourcePath) -> String {
    let path = escape_attribute(root.as_str());
    let options = |provider| ProviderOptions::new(provider, root.as_str()).to_attribute();
    let (app, content) = (options("iisApp"), options("contentPath"));
    let resolvers: String = RESOLVERS
        .map(|(provider, class)| {
            format!(" MSDeploy.ObjectResolver.{provider}=\"Microsoft.Web.Deployment.{class}\"")
        })
        .concat();
    // `isDest` is a typed value: the base64 text of one byte, false.
    format!(
        r#"{DECLARATION}<sitemanifest{resolvers}>
  <iisApp path="{path}" MSDeploy.path="2" MSDeploy.MSDeployLinkName="Child1" MSDeploy.MSDeployKeyAttributeName="path" MSDeploy.MSDeployProviderOptions="{app}">
    <createApp path="{path}" MSDeploy.path="2" isDest="AA==" MSDeploy.isDest.Type="Microsoft.Web.Deployment.DeploymentObjectBooleanAttributeValue" managedRuntimeVersion="" MSDeploy.managedRuntimeVersion="2" enable32BitAppOnWin64="" MSDeploy.enable32BitAppOnWin64="2" managedPipelineMode="" MSDeploy.managedPipelineMode="2" applicationPool="" MSDeploy.applicationPool="1" appExists="True" MSDeploy.appExists="1" MSDeploy.MSDeployLinkName="createApp" MSDeploy.MSDeployKeyAttributeName="path" />
    <contentPath path="{path}" MSDeploy.path="2" MSDeploy.MSDeployLinkName="contentPath" MSDeploy.MSDeployKeyAttributeName="path" MSDeploy.MSDeployProviderOptions="{content}">
      <MSDeploy.dirPath path="{path}" MSDeploy.MSDeployLinkName="contentPath" />
    </contentPath>
  </iisApp>
</sitemanifest>"#
    )
}

/// Byte order mark and declaration, as Web Deploy writes them.
pub(crate) const DECLARATION: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n";

const RESOLVERS: [(&str, &str); 3] = [
    ("createApp", "CreateApplicationObjectResolver"),
    ("dirPath", "DirPathObjectResolver"),
    ("filePath", "FilePathObjectResolver"),
];

/// The `SourceManifest.xml` that such a package would have been made from.
pub(crate) fn source_manifest(root: &SourcePath) -> String {
    let path = escape_attribute(root.as_str());
    format!("{DECLARATION}<sitemanifest>\n  <IisApp path=\"{path}\" />\n</sitemanifest>")
}

#[cfg(test)]
mod tests {
    use super::{archive_xml, source_manifest};
    use crate::SourcePath;

    #[test]
    fn an_application_has_the_tree_of_the_engine() {
        let xml = archive_xml(&SourcePath::parse(r"C:\a & b").unwrap());
        insta::assert_snapshot!(xml);
    }

    #[test]
    fn the_source_manifest_names_the_provider() {
        insta::assert_snapshot!(source_manifest(&SourcePath::default()));
    }
}
