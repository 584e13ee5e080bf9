use super::reader::{DocTypeError, Reader};

/// Checks what follows the name in `<!ELEMENT name …>`, up to before its `>`.
pub(crate) fn check(reader: &mut Reader<'_>) -> Result<(), DocTypeError> {
    if reader.skip("EMPTY") || reader.skip("ANY") {
        return Ok(());
    }
    reader.expect("(")?;
    reader.spaces();
    if reader.skip("#PCDATA") { mixed(reader) } else { children(reader) }
}

/// `(#PCDATA)`, `(#PCDATA)*` or `(#PCDATA | a | b)*`, from behind `#PCDATA`.
fn mixed(reader: &mut Reader<'_>) -> Result<(), DocTypeError> {
    let mut has_names = false;
    loop {
        reader.spaces();
        if reader.skip(")") {
            break;
        }
        reader.expect("|")?;
        reader.spaces();
        reader.qname()?;
        has_names = true;
    }
    if !reader.skip("*") && has_names {
        return reader.fail("expected `*` behind mixed content");
    }
    Ok(())
}

/// Groups of names in sequence or in choice, from behind the first `(`. Iterative: groups nest
/// as deep as a document likes.
fn children(reader: &mut Reader<'_>) -> Result<(), DocTypeError> {
    // The separator of each open group, once there was one.
    let mut groups: Vec<Option<&str>> = vec![None];
    while !groups.is_empty() {
        reader.spaces();
        if reader.skip("(") {
            groups.push(None);
            continue;
        }
        reader.qname()?;
        occurrence(reader);
        // Behind a name or a group: its group ends or goes on.
        while let Some(separator) = groups.last_mut() {
            reader.spaces();
            if reader.skip(")") {
                groups.pop();
                occurrence(reader);
                continue;
            }
            let found = match reader.rest().get(..1) {
                Some("," | "|") => &reader.rest()[..1],
                _ => return reader.fail("expected `,`, `|` or `)` in the content model"),
            };
            if separator.is_some_and(|known| known != found) {
                return reader.fail("`,` and `|` in one group of the content model");
            }
            *separator = Some(found);
            reader.at += 1;
            break;
        }
    }
    Ok(())
}

fn occurrence(reader: &mut Reader<'_>) {
    let _found = reader.skip("?") || reader.skip("*") || reader.skip("+");
}
