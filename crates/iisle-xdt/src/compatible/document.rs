use std::cell::OnceCell;

use iisle_xml::Position;

use super::bytes::{SHORTEST, decode};
use super::charset::Charset;
use super::copy::copy;
use super::format::{Died, format};
use super::reader::{Malformed, Space, read};
use super::tree::{Id, Kind, Tree};
use super::writer::{document, outer_xml};
use crate::fault::Fault;
use crate::log::Log;
use crate::options::Hyphens;
use crate::script::{Script, ScriptAttribute, ScriptName};
use crate::target::{Target, Unreadable, Unwritable};
use crate::{Code, Input, Status};

/// A document in the hands of the reference engine.
pub(crate) struct CompatibleTarget {
    pub(super) tree: Tree,
    transform: Tree,
    /// The encoding that the source's mark named.
    marked: Option<Charset>,
    /// The source as it was read, for the case that something is missing.
    text: String,
    original: OnceCell<Box<Self>>,
}

const READ_ONLY: &str = "InvalidOperationException";
const NO_PARENT: &str = "NullReferenceException";

impl CompatibleTarget {
    /// Reads source and transform, in this order.
    pub(crate) fn read(source: &[u8], transform: &[u8]) -> Result<(Self, Script<Id>), Unreadable> {
        let (tree, text, marked) = read_file(source, Input::Source, Space::All)?;
        let (transform, ..) = read_file(transform, Input::Transform, Space::Significant)?;
        let script = script(&transform);
        Ok((Self { tree, transform, marked, text, original: OnceCell::new() }, script))
    }

    /// The encoding to write; `None` for UTF-8 without mark.
    fn charset(&self) -> Result<Option<Charset>, Fault> {
        if self.marked.is_some() {
            return Ok(self.marked);
        }
        let first = self.tree.node(Tree::DOCUMENT).first;
        let declared = first.map(|first| self.tree.node(first));
        match declared.filter(|node| node.kind == Kind::Declaration && !node.name.is_empty()) {
            None => Ok(None),
            Some(node) if node.name.eq_ignore_ascii_case("utf-7") => {
                Err(Fault::exception("NotSupportedException"))
            }
            Some(node) => match Charset::named(&node.name) {
                Some(charset) => Ok(Some(charset)),
                None => Err(Fault::exception("ArgumentException")
                    .with_detail(format!("the encoding `{}` is not known", node.name))),
            },
        }
    }

    /// The parent of a node that is to be changed below it.
    fn parent_to_change(&self, n: Id) -> Result<Id, Fault> {
        let parent = self.tree.node(n).parent.ok_or_else(|| Fault::exception(NO_PARENT))?;
        if self.tree.is_in_entity(parent) {
            return Err(Fault::exception(READ_ONLY));
        }
        Ok(parent)
    }

    /// Whether an element may stand in a place below a node.
    fn check_place(&self, parent: Id, before: Option<Id>) -> Result<(), Fault> {
        let is_allowed = match self.tree.kind(parent) {
            Kind::Element => !self.tree.is_in_entity(parent),
            Kind::Document => {
                let has_root =
                    self.tree.children(parent).any(|child| self.tree.kind(child) == Kind::Element);
                let mut behind = std::iter::successors(before, |child| self.tree.node(*child).next);
                !has_root && !behind.any(|child| self.tree.kind(child) == Kind::DocType)
            }
            _ => false,
        };
        if is_allowed { Ok(()) } else { Err(Fault::exception(READ_ONLY)) }
    }
}

fn read_file(
    bytes: &[u8],
    input: Input,
    space: Space,
) -> Result<(Tree, String, Option<Charset>), Unreadable> {
    if bytes.len() < SHORTEST {
        let fault = Fault::exception("EndOfStreamException")
            .with_detail(format!("the file has fewer than {SHORTEST} bytes"));
        return Err(Unreadable { input, status: Status::Failed, fault, position: None });
    }
    let decoded = decode(bytes);
    match read(&decoded.text, space) {
        Ok(tree) => Ok((tree, decoded.text, decoded.marked)),
        Err(Malformed { position, problem }) => {
            let fault = Fault::new(Code::NotWellFormed, []).with_detail(problem);
            Err(Unreadable { input, status: Status::Malformed, fault, position })
        }
    }
}

/// The elements of a transform document, but those that entities bring.
fn script(tree: &Tree) -> Script<Id> {
    let mut script = Script::new();
    let mut left: Vec<(Id, Option<usize>)> = Vec::new();
    let elements = |parent: Id| {
        let all: Vec<Id> = tree.children(parent).collect();
        all.into_iter().rev().filter(|child| tree.kind(*child) == Kind::Element)
    };
    left.extend(elements(Tree::DOCUMENT).map(|child| (child, None)));
    while let Some((id, parent)) = left.pop() {
        let Some(element) = tree.element(id) else { continue };
        let named = |name: &str, namespace: Option<&str>| ScriptName {
            qualified: name.to_owned(),
            namespace: namespace.map(str::to_owned),
        };
        let attributes = element.attributes.iter().map(|attribute| ScriptAttribute {
            name: named(&attribute.name, attribute.namespace.as_deref()),
            value: attribute.value.to_string(),
            position: attribute.position,
        });
        let name = named(&tree.node(id).name, element.namespace.as_deref());
        let index = script.add(parent, id, name, element.position, attributes.collect());
        left.extend(elements(id).map(|child| (child, Some(index))));
    }
    script
}

impl Target for CompatibleTarget {
    type Origin = Id;

    fn original(&self) -> &Self {
        self.original.get_or_init(|| {
            let tree = read(&self.text, Space::All).expect("it was read before");
            Box::new(Self {
                tree,
                transform: Tree::new(),
                marked: None,
                text: String::new(),
                original: OnceCell::new(),
            })
        })
    }

    fn display_name(&self, n: Id) -> String {
        let node = self.tree.node(n);
        match node.kind {
            Kind::Element | Kind::Instruction | Kind::EntityReference => node.name.to_string(),
            Kind::Document => "#document".to_owned(),
            Kind::Declaration => "xml".to_owned(),
            Kind::DocType => "#doctype".to_owned(),
            Kind::Text => "#text".to_owned(),
            Kind::Whitespace => "#whitespace".to_owned(),
            Kind::SignificantWhitespace => "#significant-whitespace".to_owned(),
            Kind::CData => "#cdata-section".to_owned(),
            Kind::Comment => "#comment".to_owned(),
        }
    }

    fn element_position(&self, n: Id) -> Option<Position> {
        self.tree.element(n).map(|element| element.position)
    }

    fn attribute_position(&self, n: Id, index: usize) -> Option<Position> {
        self.tree.attributes(n).get(index).map(|attribute| attribute.position)
    }

    fn copy(&mut self, origin: Id) -> Result<Id, Fault> {
        copy(&self.transform, origin, &mut self.tree)
    }

    fn append(&mut self, parent: Id, copy: Id) -> Result<(), Fault> {
        self.check_place(parent, None)?;
        self.tree.append(parent, copy);
        Ok(())
    }

    fn insert_before(&mut self, sibling: Id, copy: Id) -> Result<(), Fault> {
        let parent = self.parent_to_change(sibling)?;
        self.check_place(parent, Some(sibling))?;
        self.tree.insert(parent, copy, Some(sibling));
        Ok(())
    }

    fn insert_after(&mut self, sibling: Id, copy: Id) -> Result<(), Fault> {
        let parent = self.parent_to_change(sibling)?;
        let next = self.tree.node(sibling).next;
        self.check_place(parent, next)?;
        self.tree.insert(parent, copy, next);
        Ok(())
    }

    fn replace(&mut self, old: Id, copy: Id) -> Result<(), Fault> {
        let parent = self.parent_to_change(old)?;
        let next = self.tree.node(old).next;
        // The old one is gone even if the new one may not stand there.
        self.tree.detach(old);
        self.check_place(parent, next)?;
        self.tree.insert(parent, copy, next);
        Ok(())
    }

    fn remove(&mut self, n: Id) -> Result<(), Fault> {
        self.parent_to_change(n)?;
        self.tree.detach(n);
        Ok(())
    }

    fn comment_out(&mut self, n: Id, _: Hyphens, _: &mut Log) -> Result<(), Fault> {
        if self.tree.node(n).parent.is_none() {
            return Err(Fault::new(Code::CommentOutDocument, []));
        }
        let markup = outer_xml(&self.tree, n).map_err(|_| Fault::exception("ArgumentException"))?;
        let parent = self.parent_to_change(n)?;
        let comment = self.tree.add(Kind::Comment, "", &format!(" {markup} "));
        let next = self.tree.node(n).next;
        self.tree.insert(parent, comment, next);
        self.tree.detach(n);
        Ok(())
    }

    fn set_attribute(
        &mut self,
        element: Id,
        from: Id,
        index: usize,
        value: &str,
    ) -> Result<(), Fault> {
        let mut attribute = self.tree.attributes(from)[index].clone();
        attribute.value = value.into();
        attribute.pieces.clear();
        // It is made when the source has been read to its end.
        attribute.position = self.tree.end;
        if self.tree.is_in_entity(element) {
            return Err(Fault::exception(READ_ONLY));
        }
        let Some(data) = self.tree.element_mut(element) else {
            return Err(Fault::exception(NO_PARENT));
        };
        let mut all = data.attributes.iter_mut();
        if let Some(known) = all.find(|known| known.name == attribute.name) {
            known.value = attribute.value;
            known.pieces.clear();
            return Ok(());
        }
        data.attributes.retain(|known| {
            known.namespace != attribute.namespace || known.local() != attribute.local()
        });
        data.attributes.push(attribute);
        Ok(())
    }

    fn remove_attributes(&mut self, element: Id, indexes: &[usize]) -> Result<(), Fault> {
        if self.tree.is_in_entity(element) {
            return Err(Fault::exception(READ_ONLY));
        }
        if let Some(element) = self.tree.element_mut(element) {
            for index in indexes.iter().rev() {
                element.attributes.remove(*index);
            }
        }
        Ok(())
    }

    fn into_bytes(mut self) -> Result<Vec<u8>, Unwritable> {
        let failed = |fault, left| Unwritable { fault, left: Some(left) };
        format(&mut self.tree).map_err(|died| {
            let class = match died {
                Died::OfWhiteSpace => NO_PARENT,
                Died::AtTheTop => READ_ONLY,
            };
            failed(Fault::exception(class), Vec::new())
        })?;
        let charset = self.charset().map_err(|fault| failed(fault, Vec::new()))?;
        let (text, written) = document(&self.tree);
        let mut bytes = charset.map(|charset| charset.mark().to_vec()).unwrap_or_default();
        charset.unwrap_or(Charset::Utf8).encode(&text, &mut bytes);
        if written.is_ok() {
            return Ok(bytes);
        }
        let fault = Fault::exception("ArgumentException")
            .with_detail("a comment cannot hold two hyphens in a row");
        Err(failed(fault, bytes))
    }
}
