//! The SDK's own steps over a publish folder, faults included.

use std::collections::BTreeMap;
use std::path::Path;

use iisle_tree::{LocalTree, host};
use iisle_webconfig::{
    CompatibleContext, CompatibleOutcome, CompatibleSource, Newline, TaskParameters,
    environment_transforms, transform_compatible,
};

use super::places::names;
use super::transform::told;
use super::{Chain, MAX_WEB_CONFIG, TransformReport, WEB_CONFIG};
use crate::{Failure, Writes};

/// Does what the SDK does with the web.config of a folder. When a step fails, the results of those
/// before it stay, and what the failed one left.
pub(super) fn transform(
    tree: &LocalTree,
    project_dir: Option<&Path>,
    task: &TaskParameters,
    newline: Newline,
    writes: Writes,
) -> Result<TransformReport, Failure> {
    let mut run = Run {
        tree,
        project_dir,
        task,
        newline,
        published: names(tree.root())?,
        files: BTreeMap::new(),
        report: TransformReport::default(),
    };
    let result = run.steps();
    let Run { files, mut report, .. } = run;
    for (name, bytes) in files {
        let path = tree.root().join(&name);
        let there = host::is_file(&path);
        let current = there.then(|| host::read(&path, MAX_WEB_CONFIG)).transpose()?;
        let differs = current.as_ref() != Some(&bytes);
        if differs && writes == Writes::Yes {
            host::write_atomic(&path, &bytes)?;
            report.written = true;
        }
        report.created |= current.is_none();
        report.differs |= differs;
        report.path = Some(path);
        report.bytes = Some(bytes);
    }
    result.map(|()| report)
}

struct Run<'a> {
    tree: &'a LocalTree,
    project_dir: Option<&'a Path>,
    task: &'a TaskParameters,
    newline: Newline,
    published: Vec<String>,
    /// Name and content of the files that were worked on: one, unless a project on Unix has a
    /// `Web.config` and publishes a `web.config` too.
    files: BTreeMap<String, Vec<u8>>,
    report: TransformReport,
}

impl Run<'_> {
    fn steps(&mut self) -> Result<(), Failure> {
        if !self.task.skip {
            self.web_config()?;
        }
        let runs = self.task.runs_chain();
        if let Some(folder) = self.project_dir.filter(|_| runs) {
            self.transforms(folder)?;
        }
        // The transforms are generated, and may fail, even when nothing runs them.
        let property = self.task.environment_variables.as_deref().unwrap_or_default();
        let generated = environment_transforms(property).map_err(|e| Failure::of(&e))?;
        if !runs || generated.is_empty() {
            return Ok(());
        }
        let mut chain = Chain::default();
        if let Some((name, mut bytes)) = self.chain_target()? {
            for transform in &generated {
                bytes = chain.apply_generated(bytes, transform.name, &transform.bytes);
            }
            self.files.insert(name, bytes);
        }
        self.report.xdt.extend(chain.steps);
        Ok(())
    }

    /// The task itself.
    fn web_config(&mut self) -> Result<(), Failure> {
        let (newline, tree) = (self.newline, self.tree);
        let project = self.project_dir.map(names).transpose()?.unwrap_or_default();
        let own = project.iter().find(|name| name.eq_ignore_ascii_case(WEB_CONFIG));
        let wanted = own.map_or(WEB_CONFIG, String::as_str);
        let published = self.published.iter().find(|name| newline.same_name(name, wanted));
        let content = match (own, self.project_dir, published) {
            (Some(own), Some(folder), Some(_)) => {
                Some(host::read(&folder.join(own), MAX_WEB_CONFIG)?)
            }
            // Without a project what was published is all there is.
            (None, None, Some(name)) => Some(host::read(&tree.root().join(name), MAX_WEB_CONFIG)?),
            _ => None,
        };
        let source = match (&content, published) {
            (Some(bytes), _) => CompatibleSource::File(bytes),
            (None, Some(_)) => CompatibleSource::Template,
            (None, None) => CompatibleSource::Missing,
        };
        let name = published.map_or(wanted, String::as_str).to_owned();
        let project_has_web_config = project.iter().any(|name| newline.same_name(name, WEB_CONFIG));
        let context = CompatibleContext { newline, project_has_web_config };
        match transform_compatible(source, self.task, context) {
            Ok(CompatibleOutcome { bytes, warnings }) => {
                self.report.warnings.extend(told(warnings, own.map(String::as_str)));
                self.report.source = own.cloned();
                self.files.insert(name, bytes);
                Ok(())
            }
            Err(error) => {
                self.files.extend(error.left(source).map(|bytes| (name, bytes)));
                Err(Failure::of(&error))
            }
        }
    }

    /// The project's own transforms.
    fn transforms(&mut self, folder: &Path) -> Result<(), Failure> {
        let mut chain = Chain::load(folder, &self.task.chain(), self.newline)?;
        let Some((name, bytes)) = self.chain_target()? else { return Ok(()) };
        let (bytes, failure) = chain.apply_compatible(bytes);
        self.report.xdt = std::mem::take(&mut chain.steps);
        self.report.warnings.append(&mut chain.warnings);
        self.files.insert(name, bytes);
        failure.map_or(Ok(()), Err)
    }

    /// The file that the chain works on, which is called `web.config` to the host.
    fn chain_target(&mut self) -> Result<Option<(String, Vec<u8>)>, Failure> {
        let newline = self.newline;
        let is_wanted = |name: &&String| newline.same_name(name, WEB_CONFIG);
        if let Some(name) = self.files.keys().find(is_wanted).cloned() {
            return Ok(self.files.remove_entry(&name));
        }
        let found = self.published.iter().find(is_wanted);
        let Some(name) = found else { return Ok(None) };
        Ok(Some((name.clone(), host::read(&self.tree.root().join(name), MAX_WEB_CONFIG)?)))
    }
}
