use std::fmt::Write as _;

use iisle_xml::escape_attribute;

use super::{Parameter, Parameters};

/// The `parameters.xml` of a package: the attributes of the format that have content, in the
/// order of the engine.
pub(crate) fn parameters_xml(parameters: &Parameters) -> String {
    // The byte order mark is the engine's, and so is the missing declaration.
    let mut out = String::from("\u{feff}<parameters>\n");
    for parameter in parameters {
        write_parameter(&mut out, parameter);
    }
    out.push_str("</parameters>");
    out
}

fn write_parameter(out: &mut String, parameter: &Parameter) {
    out.push_str("  <parameter");
    attribute(out, "name", Some(&parameter.name));
    attribute(out, "friendlyName", parameter.friendly_name.as_deref());
    attribute(out, "description", parameter.description.as_deref());
    // An empty default counts as given: it must not get lost.
    for (name, value) in [("defaultValue", &parameter.default_value), ("value", &parameter.value)] {
        if let Some(value) = value {
            let _ = write!(out, " {name}=\"{}\"", escape_attribute(value));
        }
    }
    attribute(out, "tags", Some(&parameter.tags.join(",")));
    if parameter.entries.is_empty() && parameter.validations.is_empty() {
        out.push_str(" />\n");
        return;
    }
    out.push_str(">\n");
    for entry in &parameter.entries {
        // Scope and match must be there even when they are empty.
        let (scope, matching) = (escape_attribute(&entry.scope), escape_attribute(&entry.matching));
        let _ = write!(
            out,
            "    <parameterEntry kind=\"{}\" scope=\"{scope}\" match=\"{matching}\"",
            entry.kind
        );
        attribute(out, "tags", Some(&entry.tags.join(",")));
        out.push_str(" />\n");
    }
    for validation in &parameter.validations {
        out.push_str("    <parameterValidation");
        attribute(out, "kind", Some(&validation.kind));
        attribute(out, "validationString", validation.text.as_deref());
        out.push_str(" />\n");
    }
    out.push_str("  </parameter>\n");
}

fn attribute(out: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value.filter(|value| !value.is_empty()) {
        let _ = write!(out, " {name}=\"{}\"", escape_attribute(value));
    }
}
