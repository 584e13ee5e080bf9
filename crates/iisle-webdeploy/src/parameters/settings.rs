use std::fmt::Write as _;

use iisle_xml::escape_attribute;

use super::{Parameter, Parameters};
use crate::manifest::DECLARATION;

/// The `SetParameters.xml` that lists every parameter for the deployer to edit.
///
/// A parameter whose listing would change the deployment is listed in a comment: a default that
/// refers to other parameters (what is set is literal), an empty default (an empty value is
/// refused), and a secret (it would lie in a second file).
pub(crate) fn set_parameters(parameters: &Parameters) -> String {
    let mut out = format!("{DECLARATION}<parameters>\n");
    for parameter in parameters {
        let name = escape_attribute(&parameter.name);
        let value = escape_attribute(parameter.own_value().unwrap_or_default());
        let _ = match withheld(parameter, parameters) {
            None => writeln!(out, "  <setParameter name=\"{name}\" value=\"{value}\" />"),
            Some((reason, value)) => {
                let example =
                    comment_text(&format!("<setParameter name=\"{name}\" value=\"{value}\" />"));
                writeln!(out, "  <!-- {reason}: {example} -->")
            }
        };
    }
    out.push_str("</parameters>");
    out
}

/// Why a parameter is not set to its own default, and the value to show.
fn withheld(parameter: &Parameter, all: &Parameters) -> Option<(&'static str, String)> {
    let own = parameter.own_value()?;
    if parameter.is_secret() {
        return Some(("secret, the package has a default", String::new()));
    }
    if own.is_empty() && !parameter.allows_empty() {
        return Some(("empty unless it is set", String::new()));
    }
    let refers = parameter.value.is_none()
        && all.iter().any(|other| {
            own.to_lowercase().contains(&format!("{{{}}}", other.name.to_lowercase()))
        });
    let shown = escape_attribute(own).into_owned();
    refers.then_some(("made from other parameters unless it is set", shown))
}

/// A comment must not hold two hyphens in a row.
fn comment_text(text: &str) -> String {
    text.replace("--", "-&#x2D;")
}

#[cfg(test)]
mod tests {
    use super::set_parameters;
    use crate::Parameters;

    #[test]
    fn what_must_not_be_repeated_is_listed_in_a_comment() {
        let parameters = Parameters::parse(
            br#"<parameters>
              <parameter name="Application" defaultValue="Default Web Site/Shop" tags="IisApp" />
              <parameter name="Server" defaultValue="db &amp; more" />
              <parameter name="Connection" defaultValue="Server={server};--" />
              <parameter name="Literal" value="{Server}" />
              <parameter name="Unknown" defaultValue="{other}" />
              <parameter name="Required" />
              <parameter name="Empty" defaultValue="" />
              <parameter name="May be empty" defaultValue=""><parameterValidation kind="AllowEmpty" /></parameter>
              <parameter name="Login" defaultValue="p" tags="Password" />
              <parameter name="Token" tags="DBUserPassword" />
            </parameters>"#,
        );
        insta::assert_snapshot!(set_parameters(&parameters.unwrap()));
    }
}
