//! What the engine refuses when it reads a file, dead branches and targets included.
//!
//! Elements are gone through in document order, so that the first fault is the one reported.
//!
//! Source: dotnet/msbuild, `ProjectParser`.

use crate::escape::unescape;
use crate::items::{ITEM_ATTRIBUTES, is_well_known};
use crate::options::is_property_name;
use crate::source::{Child, NodeId, Source};
use crate::{EvaluateError, Problem};

/// `Choose` elements nested deeper are refused.
const DEEPEST_CHOOSE: usize = 50;
const NAMESPACE: &str = "http://schemas.microsoft.com/developer/msbuild/2003";
const CONDITION_AND_LABEL: &[&str] = &["Condition", "Label"];

/// Checks a whole file.
///
/// # Errors
/// The first fault, placed at the element or the attribute that the engine names.
pub(crate) fn check(source: &Source) -> Result<(), EvaluateError> {
    let root = source.root();
    if source.whole_name(root) == "VisualStudioProject" {
        return Err(source.error(root, Problem::OldProject));
    }
    if source.name(root) != "Project" {
        let found = source.whole_name(root).to_owned();
        return Err(source.error(root, Problem::Root { found }));
    }
    let namespace = source.namespace(root);
    if source.whole_name(root) != "Project"
        || !(namespace.is_empty() || namespace.eq_ignore_ascii_case(NAMESPACE))
    {
        let found = namespace.to_owned();
        return Err(source.error(root, Problem::Namespace { found }));
    }
    let check = Check { source };
    let mut has_extensions = false;
    check.children(root, |child| match source.whole_name(child) {
        "PropertyGroup" => check.properties(child),
        "ItemGroup" => check.items(child, Where::Project),
        "ItemDefinitionGroup" => check.definitions(child),
        "Choose" => check.choose(child, 1),
        "Import" => check.import(child),
        "ImportGroup" => check.import_group(child),
        "Target" => check.target(child),
        "UsingTask" => check.using_task(child),
        "ProjectExtensions" => {
            check.attributes(child, &[])?;
            if std::mem::replace(&mut has_extensions, true) {
                return Err(source.error(child, Problem::SeveralExtensions));
            }
            Ok(())
        }
        "Sdk" if source.attribute(child, "Name").is_none_or(str::is_empty) => {
            Err(source.error(child, Problem::SdkName))
        }
        "Sdk" => Ok(()),
        name @ ("Error" | "Warning" | "Message") => {
            let element = name.to_owned();
            Err(source.error(child, Problem::OutsideTarget { element }))
        }
        _ => Err(check.unknown(child, source.whole_name(child), root)),
    })
}

/// Where items stand: in a target they need no operation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Project,
    Target,
}

/// What metadata belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Item,
    Definition,
}

struct Check<'s> {
    source: &'s Source,
}

impl Check<'_> {
    /// Visits the child elements. Where elements are expected, text is an unknown element.
    fn children(
        &self,
        parent: NodeId,
        mut visit: impl FnMut(NodeId) -> Result<(), EvaluateError>,
    ) -> Result<(), EvaluateError> {
        for child in self.source.children(parent) {
            match child {
                Child::Element(element) => visit(element)?,
                Child::Other(name) => return Err(self.unknown(parent, &name, parent)),
            }
        }
        Ok(())
    }

    /// An element `name` that has no place in `parent`; `at` is what the engine points at.
    fn unknown(&self, at: NodeId, name: &str, parent: NodeId) -> EvaluateError {
        let parent = self.source.whole_name(parent).to_owned();
        self.source.error(at, Problem::UnknownElement { element: name.to_owned(), parent })
    }

    fn no_children(&self, node: NodeId) -> Result<(), EvaluateError> {
        self.children(node, |child| Err(self.unknown(node, self.source.whole_name(child), node)))
    }

    fn attributes(&self, node: NodeId, allowed: &[&str]) -> Result<(), EvaluateError> {
        match self.source.attribute_names(node).find(|name| !allowed.contains(name)) {
            Some(name) => Err(self.unknown_attribute(node, name)),
            None => Ok(()),
        }
    }

    fn unknown_attribute(&self, node: NodeId, name: &str) -> EvaluateError {
        let (element, attribute) = (self.source.whole_name(node).to_owned(), name.to_owned());
        let place = self.source.attribute_place(node, name);
        EvaluateError::new(Problem::UnknownAttribute { attribute, element }, Some(place))
    }

    /// An attribute that must be there and not empty.
    fn need(&self, node: NodeId, attribute: &'static str) -> Result<(), EvaluateError> {
        if self.is_given(node, attribute) {
            return Ok(());
        }
        let element = self.source.whole_name(node).to_owned();
        Err(self.source.error(node, Problem::MissingAttribute { attribute, element }))
    }

    fn is_given(&self, node: NodeId, attribute: &str) -> bool {
        self.source.attribute(node, attribute).is_some_and(|value| !value.is_empty())
    }

    /// An attribute that may be missing, but not empty.
    fn not_empty(&self, node: NodeId, attribute: &'static str) -> Result<(), EvaluateError> {
        if self.source.attribute(node, attribute) != Some("") {
            return Ok(());
        }
        let element = self.source.whole_name(node).to_owned();
        let place = self.source.attribute_place(node, attribute);
        Err(EvaluateError::new(Problem::EmptyAttribute { attribute, element }, Some(place)))
    }

    fn valid_name(&self, node: NodeId) -> Result<(), EvaluateError> {
        let name = self.source.whole_name(node);
        if is_property_name(name) {
            return Ok(());
        }
        Err(self.source.error(node, Problem::BadName { name: name.to_owned() }))
    }

    fn properties(&self, group: NodeId) -> Result<(), EvaluateError> {
        self.attributes(group, CONDITION_AND_LABEL)?;
        self.children(group, |property| {
            self.attributes(property, CONDITION_AND_LABEL)?;
            self.valid_name(property)?;
            let name = self.source.whole_name(property);
            if is_of_elements(name) || is_reserved(name) {
                return Err(self
                    .source
                    .error(property, Problem::Reserved { name: name.to_owned() }));
            }
            Ok(())
        })
    }

    fn items(&self, group: NodeId, stands: Where) -> Result<(), EvaluateError> {
        self.attributes(group, CONDITION_AND_LABEL)?;
        self.children(group, |item| self.item(item, stands))
    }

    fn item(&self, item: NodeId, stands: Where) -> Result<(), EvaluateError> {
        let source = self.source;
        let is_there = |name: &&&str| source.attribute(item, name).is_some();
        let operations = ["Include", "Remove", "Update"];
        match operations.iter().filter(is_there).count() {
            0 if stands == Where::Project => {
                return Err(source.error(item, Problem::NoItemOperation));
            }
            0 | 1 => {}
            _ => {
                let at = if self.is_given(item, "Remove") { "Remove" } else { "Update" };
                let place = source.attribute_place(item, at);
                return Err(EvaluateError::new(Problem::SeveralItemOperations, Some(place)));
            }
        }
        if self.is_given(item, "Exclude") && !self.is_given(item, "Include") {
            return Err(self.unknown_attribute(item, "Exclude"));
        }
        for operation in operations.into_iter().filter(|name| is_there(&name)) {
            self.need(item, operation)?;
        }
        self.valid_name(item)?;
        let name = source.whole_name(item);
        if is_of_elements(name) {
            return Err(source.error(item, Problem::ReservedItem { name: name.to_owned() }));
        }
        for name in source.attribute_names(item) {
            self.metadata_attribute(item, name)?;
        }
        self.children(item, |metadata| {
            self.metadata(metadata, Owner::Item)?;
            if self.is_given(item, "Remove") {
                let name = source.whole_name(metadata).to_owned();
                return Err(source.error(metadata, Problem::MetadataOfRemoved { name }));
            }
            self.metadata_name(metadata)
        })
    }

    /// Attributes that mean something else, in exactly this spelling, are metadata.
    fn metadata_attribute(&self, node: NodeId, name: &str) -> Result<(), EvaluateError> {
        if ITEM_ATTRIBUTES.contains(&name) {
            return Ok(());
        }
        let is_taken = ITEM_ATTRIBUTES.iter().any(|known| known.eq_ignore_ascii_case(name))
            || name.starts_with('_')
            || is_well_known(name)
            || is_of_elements(name);
        if is_taken || !is_property_name(name) {
            return Err(self.unknown_attribute(node, name));
        }
        Ok(())
    }

    fn metadata(&self, metadata: NodeId, owner: Owner) -> Result<(), EvaluateError> {
        self.attributes(metadata, CONDITION_AND_LABEL)?;
        self.valid_name(metadata)?;
        if owner == Owner::Item {
            return Ok(());
        }
        self.metadata_name(metadata)?;
        if crate::items::holds_reference(&self.source.value(metadata)) {
            let name = self.source.whole_name(metadata).to_owned();
            return Err(self.source.error(metadata, Problem::ItemsInDefinition { name }));
        }
        Ok(())
    }

    fn metadata_name(&self, metadata: NodeId) -> Result<(), EvaluateError> {
        let name = self.source.whole_name(metadata).to_owned();
        let problem = if is_well_known(&name) {
            Problem::ReservedMetadata { name }
        } else if is_of_elements(&name) {
            Problem::ElementAsMetadata { name }
        } else {
            return Ok(());
        };
        Err(self.source.error(metadata, problem))
    }

    fn definitions(&self, group: NodeId) -> Result<(), EvaluateError> {
        self.attributes(group, CONDITION_AND_LABEL)?;
        self.children(group, |definition| {
            for name in self.source.attribute_names(definition) {
                self.metadata_attribute(definition, name)?;
                if ITEM_ATTRIBUTES.contains(&name) && !CONDITION_AND_LABEL.contains(&name) {
                    return Err(self.unknown_attribute(definition, name));
                }
            }
            self.children(definition, |metadata| self.metadata(metadata, Owner::Definition))
        })
    }

    fn import_group(&self, group: NodeId) -> Result<(), EvaluateError> {
        self.attributes(group, CONDITION_AND_LABEL)?;
        self.children(group, |import| match self.source.whole_name(import) {
            "Import" => self.import(import),
            name => Err(self.unknown(import, name, group)),
        })
    }

    fn import(&self, node: NodeId) -> Result<(), EvaluateError> {
        let allowed = ["Condition", "Label", "Project", "Sdk", "Version", "MinimumVersion"];
        self.attributes(node, &allowed)?;
        self.need(node, "Project")?;
        self.no_children(node)
    }

    fn choose(&self, choose: NodeId, depth: usize) -> Result<(), EvaluateError> {
        let source = self.source;
        self.attributes(choose, &[])?;
        if depth > DEEPEST_CHOOSE {
            return Err(source.error(choose, Problem::ChooseTooDeep { limit: DEEPEST_CHOOSE }));
        }
        let (mut has_when, mut has_otherwise) = (false, false);
        self.children(choose, |branch| {
            match source.whole_name(branch) {
                "When" if has_otherwise => {
                    return Err(source.error(branch, Problem::OtherwiseNotLast));
                }
                "When" => {
                    has_when = true;
                    self.need(branch, "Condition")?;
                }
                "Otherwise" if has_otherwise => {
                    return Err(source.error(branch, Problem::SeveralOtherwise));
                }
                "Otherwise" => {
                    has_otherwise = true;
                    self.attributes(branch, &[])?;
                }
                name => return Err(self.unknown(choose, name, choose)),
            }
            self.children(branch, |child| match source.whole_name(child) {
                "PropertyGroup" => self.properties(child),
                "ItemGroup" => self.items(child, Where::Project),
                "Choose" => self.choose(child, depth + 1),
                "ItemDefinitionGroup" => self.definitions(child),
                name => Err(self.unknown(branch, name, branch)),
            })
        })?;
        if !has_when {
            return Err(source.error(choose, Problem::NoWhen));
        }
        Ok(())
    }

    fn using_task(&self, node: NodeId) -> Result<(), EvaluateError> {
        let source = self.source;
        let allowed = [
            "Condition",
            "Label",
            "TaskName",
            "AssemblyFile",
            "AssemblyName",
            "TaskFactory",
            "Architecture",
            "Runtime",
            "RequiredPlatform",
            "RequiredRuntime",
            "Override",
        ];
        self.attributes(node, &allowed)?;
        if !self.is_given(node, "TaskName") {
            return Err(source.error(node, Problem::NoTaskName));
        }
        if self.is_given(node, "AssemblyName") == self.is_given(node, "AssemblyFile") {
            return Err(source.error(node, Problem::TaskAssembly));
        }
        self.not_empty(node, "AssemblyName")?;
        self.not_empty(node, "AssemblyFile")?;
        let mut seen: Vec<&str> = Vec::new();
        self.children(node, |child| {
            let name = source.whole_name(child);
            if !matches!(name, "ParameterGroup" | "Task") {
                return Err(self.unknown(node, name, node));
            }
            if seen.contains(&name) {
                return Err(self.duplicate(child, node));
            }
            seen.push(name);
            self.need(node, "TaskFactory")?;
            if name == "Task" {
                self.attributes(child, &["Evaluate"])
            } else {
                self.parameters(child)
            }
        })
    }

    fn parameters(&self, group: NodeId) -> Result<(), EvaluateError> {
        self.attributes(group, &[])?;
        let mut seen: Vec<&str> = Vec::new();
        self.children(group, |parameter| {
            let name = self.source.whole_name(parameter);
            if seen.contains(&name) {
                return Err(self.duplicate(parameter, group));
            }
            seen.push(name);
            self.attributes(parameter, &["ParameterType", "Output", "Required"])?;
            self.valid_name(parameter)
        })
    }

    fn duplicate(&self, node: NodeId, parent: NodeId) -> EvaluateError {
        let element = self.source.whole_name(node).to_owned();
        let parent = self.source.whole_name(parent).to_owned();
        self.source.error(node, Problem::Duplicate { element, parent })
    }

    fn target(&self, target: NodeId) -> Result<(), EvaluateError> {
        let source = self.source;
        let allowed = [
            "Condition",
            "Label",
            "Name",
            "Inputs",
            "Outputs",
            "KeepDuplicateOutputs",
            "DependsOnTargets",
            "BeforeTargets",
            "AfterTargets",
            "Returns",
        ];
        self.attributes(target, &allowed)?;
        self.need(target, "Name")?;
        let name = unescape(source.attribute(target, "Name").unwrap_or_default()).into_owned();
        if name.contains(['$', '@', '(', ')', '%', '*', '?', '.']) {
            let place = source.attribute_place(target, "Name");
            return Err(EvaluateError::new(Problem::TargetName { name }, Some(place)));
        }
        let mut on_error = None;
        self.children(target, |child| {
            let name = source.whole_name(child);
            if name == "ItemDefinitionGroup" {
                return Err(source.error(child, Problem::DefinitionInTarget));
            }
            if name == "OnError" {
                self.attributes(child, &["Condition", "Label", "ExecuteTargets"])?;
                self.need(child, "ExecuteTargets")?;
                on_error = Some(child);
                return self.no_children(child);
            }
            if let Some(on_error) = on_error {
                let found = name.to_owned();
                return Err(source.error(on_error, Problem::OnErrorNotLast { found }));
            }
            match name {
                "PropertyGroup" => self.properties(child),
                "ItemGroup" => self.items(child, Where::Target),
                _ => self.task(child),
            }
        })
    }

    fn task(&self, task: NodeId) -> Result<(), EvaluateError> {
        const SPECIAL: [&str; 5] =
            ["Condition", "ContinueOnError", "MSBuildRuntime", "MSBuildArchitecture", "xmlns"];
        let source = self.source;
        let is_misspelled = |name: &&str| {
            !SPECIAL.contains(name) && SPECIAL.iter().any(|known| known.eq_ignore_ascii_case(name))
        };
        if let Some(name) = source.attribute_names(task).find(is_misspelled) {
            let problem = Problem::TaskAttributeCase { attribute: name.to_owned() };
            return Err(EvaluateError::new(problem, Some(source.attribute_place(task, name))));
        }
        self.children(task, |output| {
            let name = source.whole_name(output);
            if name != "Output" {
                return Err(self.unknown(output, name, task));
            }
            let allowed = ["Condition", "Label", "TaskParameter", "ItemName", "PropertyName"];
            self.attributes(output, &allowed)?;
            self.need(output, "TaskParameter")?;
            self.no_children(output)?;
            let says = |name| source.attribute(output, name).is_some_and(|v| !v.trim().is_empty());
            if says("ItemName") == says("PropertyName") {
                let task = source.whole_name(task).to_owned();
                return Err(source.error(output, Problem::TaskOutput { task }));
            }
            self.not_empty(output, "ItemName")?;
            self.not_empty(output, "PropertyName")?;
            match source.attribute(output, "PropertyName") {
                Some(name) if is_reserved(name) => {
                    Err(source.error(output, Problem::Reserved { name: name.to_owned() }))
                }
                _ => Ok(()),
            }
        })
    }
}

/// Names of elements, which no property, item type or metadata may have.
fn is_of_elements(name: &str) -> bool {
    const ELEMENTS: [&str; 12] = [
        "VisualStudioProject",
        "Target",
        "PropertyGroup",
        "Output",
        "ItemGroup",
        "UsingTask",
        "ProjectExtensions",
        "OnError",
        "ImportGroup",
        "Choose",
        "When",
        "Otherwise",
    ];
    ELEMENTS.contains(&name)
}

/// Names the engine owns.
fn is_reserved(name: &str) -> bool {
    const RESERVED: &[&str] = &[
        "MSBuildAssemblyVersion",
        "MSBuildBinPath",
        "MSBuildDisableFeaturesFromVersion",
        "MSBuildInteractive",
        "MSBuildLastTaskResult",
        "MSBuildNodeCount",
        "MSBuildProgramFiles32",
        "MSBuildProjectDefaultTargets",
        "MSBuildProjectDirectory",
        "MSBuildProjectDirectoryNoRoot",
        "MSBuildProjectExtension",
        "MSBuildProjectFile",
        "MSBuildProjectFullPath",
        "MSBuildProjectName",
        "MSBuildRuntimeType",
        "MSBuildStartupDirectory",
        "MSBuildThisFile",
        "MSBuildThisFileDirectory",
        "MSBuildThisFileDirectoryNoRoot",
        "MSBuildThisFileExtension",
        "MSBuildThisFileFullPath",
        "MSBuildThisFileName",
        "MSBuildToolsPath",
        "MSBuildToolsVersion",
        "MSBuildVersion",
    ];
    RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(name))
}
