use std::collections::BTreeMap;

use super::content;
use super::reader::{DocTypeError, Reader};
use crate::chars::{is_ncname, is_space};
use crate::reference::{MAX_NESTING, Place, Reason, character, resolve};

/// What an entity stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entity {
    /// Its replacement text: character references are resolved, references to entities are not.
    Internal(String),
    /// It lies elsewhere.
    External,
    /// It lies elsewhere and is no XML.
    Unparsed,
}

/// The general entities that a document type declaration declares.
pub(crate) type Entities = BTreeMap<String, Entity>;

/// The attributes of type ID: by the name of the element (as written) that of the attribute.
pub(crate) type Ids = BTreeMap<String, String>;

/// Reads `<!DOCTYPE …>`; gives the entities and the IDs it declares.
///
/// Declarations are checked for their syntax; nothing is validated, and no default values are
/// added to elements. What lies outside the document is never read.
pub(crate) fn read(declaration: &str, budget: &mut usize) -> Result<(Entities, Ids), DocTypeError> {
    let mut reader = Reader { text: declaration, at: 0 };
    reader.expect("<!DOCTYPE")?;
    reader.gap()?;
    reader.qname()?;
    if reader.spaces() && reader.external_id()? {
        reader.spaces();
    }
    let mut subset = Subset {
        entities: Entities::new(),
        ids: Ids::new(),
        parameters: BTreeMap::new(),
        is_complete: true,
        budget,
    };
    if reader.skip("[") {
        subset.read(&mut reader, true, 0)?;
        reader.expect("]")?;
        reader.spaces();
    }
    if reader.rest() == ">" {
        Ok((subset.entities, subset.ids))
    } else {
        reader.fail("expected `>` at the end of DOCTYPE")
    }
}

struct Subset<'b> {
    entities: Entities,
    ids: Ids,
    /// The replacement texts of parameter entities; `None` for those that lie elsewhere.
    parameters: BTreeMap<String, Option<String>>,
    /// A parameter entity that is not read may have declared what comes later otherwise.
    is_complete: bool,
    budget: &'b mut usize,
}

impl Subset<'_> {
    /// Reads declarations up to before `]`, or, in a parameter entity, up to its end.
    fn read(
        &mut self,
        reader: &mut Reader<'_>,
        is_document: bool,
        depth: usize,
    ) -> Result<(), DocTypeError> {
        loop {
            reader.spaces();
            let rest = reader.rest();
            if rest.is_empty() || is_document && rest.starts_with(']') {
                return Ok(());
            }
            if reader.skip("<!--") {
                let comment = reader.until("-->", "the comment in DOCTYPE is not closed")?;
                if comment.contains("--") || comment.ends_with('-') {
                    return reader.fail("`--` is not allowed inside a comment");
                }
            } else if reader.skip("<?") {
                instruction(reader)?;
            } else if reader.skip("%") {
                self.parameter(reader, depth)?;
            } else if reader.skip("<!ENTITY") {
                self.entity(reader)?;
            } else if reader.skip("<!ELEMENT") {
                reader.gap()?;
                reader.qname()?;
                reader.gap()?;
                content::check(reader)?;
                close(reader)?;
            } else if reader.skip("<!ATTLIST") {
                self.attributes(reader)?;
            } else if reader.skip("<!NOTATION") {
                notation(reader)?;
            } else {
                return reader.fail("expected a declaration or `]` in DOCTYPE");
            }
        }
    }

    /// `%name;` between declarations, from behind the `%`.
    fn parameter(&mut self, reader: &mut Reader<'_>, depth: usize) -> Result<(), DocTypeError> {
        let at = reader.at - 1;
        let name = reader.ncname()?;
        reader.expect(";")?;
        let fail = |problem: String, too_large| {
            Err(DocTypeError { problem, offset: at, is_too_large: too_large })
        };
        match self.parameters.get(name).cloned() {
            None if self.is_complete => {
                fail(format!("the parameter entity `%{name};` is not declared"), false)
            }
            None => Ok(()),
            Some(None) => {
                self.is_complete = false;
                Ok(())
            }
            Some(Some(text)) => {
                let left = self.budget.checked_sub(text.len().max(1));
                // One that refers to itself ends here too.
                let (Some(left), true) = (left, depth < MAX_NESTING) else {
                    return fail(String::new(), true);
                };
                *self.budget = left;
                let mut inner = Reader { text: &text, at: 0 };
                self.read(&mut inner, false, depth + 1).map_err(|e| DocTypeError {
                    problem: format!("{} (in the parameter entity `%{name};`)", e.problem),
                    offset: at,
                    is_too_large: e.is_too_large,
                })
            }
        }
    }

    fn entity(&mut self, reader: &mut Reader<'_>) -> Result<(), DocTypeError> {
        reader.gap()?;
        let is_parameter = reader.skip("%");
        if is_parameter {
            reader.gap()?;
        }
        let name = reader.ncname()?;
        reader.gap()?;
        let value = if reader.external_id()? {
            let is_unparsed = !is_parameter && reader.spaces() && reader.skip("NDATA");
            if is_unparsed {
                reader.gap()?;
                reader.ncname()?;
            }
            if is_unparsed { Entity::Unparsed } else { Entity::External }
        } else {
            let at = reader.at;
            let Some(text) = replacement(reader.literal()?) else {
                reader.at = at;
                return reader.fail("the value of the entity has a bad reference");
            };
            Entity::Internal(text)
        };
        close(reader)?;
        // The first declaration of a name is binding.
        if !self.is_complete {
            return Ok(());
        }
        if is_parameter {
            let text = if let Entity::Internal(text) = value { Some(text) } else { None };
            self.parameters.entry(name.to_owned()).or_insert(text);
        } else {
            self.entities.entry(name.to_owned()).or_insert(value);
        }
        Ok(())
    }

    /// `<!ATTLIST …>` from behind its keyword.
    fn attributes(&mut self, reader: &mut Reader<'_>) -> Result<(), DocTypeError> {
        reader.gap()?;
        let element = reader.qname()?;
        loop {
            let has_gap = reader.spaces();
            if reader.skip(">") {
                return Ok(());
            }
            if !has_gap {
                return reader.fail("expected white space in the declaration");
            }
            let attribute = reader.qname()?;
            reader.gap()?;
            // An element has at most one; of two declarations, the first counts.
            if attribute_type(reader)? == AttributeType::Id && !self.ids.contains_key(element) {
                self.ids.insert(element.to_owned(), attribute.to_owned());
            }
            reader.gap()?;
            if reader.skip("#REQUIRED") || reader.skip("#IMPLIED") {
                continue;
            }
            if reader.skip("#FIXED") {
                reader.gap()?;
            }
            self.default_value(reader)?;
        }
    }

    fn default_value(&mut self, reader: &mut Reader<'_>) -> Result<(), DocTypeError> {
        let at = reader.at;
        let value = reader.literal()?;
        let mut is_too_large = false;
        let problem = if value.contains('<') {
            Some("`<` in a default value; write `&lt;`".to_owned())
        } else {
            match resolve(value, Place::Attribute, &self.entities, self.budget)
                .map_err(|e| e.reason)
            {
                Ok(_) => None,
                Err(Reason::Bad(problem)) => Some(problem),
                // What was not read may have declared it.
                Err(Reason::Unknown(_)) if !self.is_complete => None,
                Err(Reason::Unknown(name)) => {
                    Some(format!("the entity `&{name};` is not declared"))
                }
                Err(Reason::External(name) | Reason::Markup(name)) => {
                    Some(format!("the entity `&{name};` may not stand in a default value"))
                }
                Err(Reason::TooLarge) => {
                    is_too_large = true;
                    Some(String::new())
                }
            }
        };
        match problem {
            None => Ok(()),
            Some(problem) => Err(DocTypeError { problem, offset: at, is_too_large }),
        }
    }
}

fn close(reader: &mut Reader<'_>) -> Result<(), DocTypeError> {
    reader.spaces();
    reader.expect(">")
}

/// A processing instruction from behind its `<?`.
fn instruction(reader: &mut Reader<'_>) -> Result<(), DocTypeError> {
    let content = reader.until("?>", "the processing instruction in DOCTYPE is not closed")?;
    let target = content.split(is_space).next().unwrap_or_default();
    if !is_ncname(target) || target.eq_ignore_ascii_case("xml") {
        return reader.fail("expected a name other than `xml` behind `<?`");
    }
    Ok(())
}

/// `<!NOTATION …>` from behind its keyword.
fn notation(reader: &mut Reader<'_>) -> Result<(), DocTypeError> {
    reader.gap()?;
    reader.ncname()?;
    reader.gap()?;
    if reader.skip("PUBLIC") {
        reader.gap()?;
        reader.public_id()?;
        // Unlike that of an entity, it may end here.
        if reader.spaces() && !reader.rest().starts_with('>') {
            reader.literal()?;
        }
    } else if !reader.external_id()? {
        return reader.fail("expected `SYSTEM` or `PUBLIC` in the declaration");
    }
    close(reader)
}

/// What an attribute is declared to hold.
#[derive(PartialEq)]
enum AttributeType {
    Id,
    Other,
}

fn attribute_type(reader: &mut Reader<'_>) -> Result<AttributeType, DocTypeError> {
    // Longer words first: `ID` begins `IDREFS`.
    let words = ["CDATA", "IDREFS", "IDREF", "ID", "ENTITIES", "ENTITY", "NMTOKENS", "NMTOKEN"];
    if let Some(word) = words.iter().find(|word| reader.skip(word)) {
        let is_id = *word == "ID";
        return Ok(if is_id { AttributeType::Id } else { AttributeType::Other });
    }
    let is_notation = reader.skip("NOTATION");
    if is_notation {
        reader.gap()?;
    }
    reader.expect("(")?;
    loop {
        reader.spaces();
        if is_notation {
            reader.ncname()?;
        } else {
            reader.token()?;
        }
        reader.spaces();
        if reader.skip(")") {
            return Ok(AttributeType::Other);
        }
        reader.expect("|")?;
    }
}

/// The value of an entity: line ends normalized and character references resolved, references to
/// entities as they are. `None` when it has a bad reference.
fn replacement(literal: &str) -> Option<String> {
    let literal = literal.replace("\r\n", "\n").replace('\r', "\n");
    let mut text = String::with_capacity(literal.len());
    let mut rest = literal.as_str();
    while let Some(at) = rest.find(['&', '%']) {
        text.push_str(&rest[..at]);
        let reference = &rest[at..];
        let end = reference.find(';')?;
        if let Some(digits) = reference[..end].strip_prefix("&#") {
            text.push(character(digits)?);
        } else if reference.starts_with('&') && is_ncname(&reference[1..end]) {
            text.push_str(&reference[..=end]);
        } else {
            // References to parameter entities may not stand here inside a document.
            return None;
        }
        rest = &reference[end + 1..];
    }
    text.push_str(rest);
    Some(text)
}
