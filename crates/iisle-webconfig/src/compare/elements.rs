use std::fmt::Write;

use super::meaning::{default, is_entry, is_ordered, is_plain, key, normal};
use super::order::misplaced;
use crate::Position;
use crate::model::{Element, WebConfig};
use crate::secret::{MASK, looks_secret};

/// One thing that two files do not say alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The element or attribute, as a path that selects it in the file that has it.
    pub xpath: String,
    /// How it differs.
    pub kind: DifferenceKind,
    /// What the first file says; `…` in place of what looks like a secret. Of something that moved,
    /// the path it had.
    pub a: Option<String>,
    /// What the second file says.
    pub b: Option<String>,
    /// Where in the first file.
    pub a_position: Option<Position>,
    /// Where in the second file.
    pub b_position: Option<Position>,
}

/// How something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DifferenceKind {
    /// The second file alone has it.
    Added,
    /// The first file alone has it.
    Removed,
    /// Both have it, with other values.
    Changed,
    /// Both have it, in another place.
    Moved,
}

impl DifferenceKind {
    /// The word for it in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Moved => "moved",
        }
    }
}

/// Compares two files by meaning; empty when they mean the same. In the order of the first file,
/// what the second alone has behind its parent's.
///
/// A `location` of the application's root is the root to the application itself: what stands in it
/// is compared with what the other file has at its root, and the `location` for itself.
pub fn compare(a: &WebConfig, b: &WebConfig) -> Vec<Difference> {
    let mut differences = Vec::new();
    attributes(&a.root, &b.root, ROOT, &mut differences);
    text(&a.root, &b.root, ROOT, &mut differences);
    let (inner_a, wrappers_a) = at_root(a);
    let (inner_b, wrappers_b) = at_root(b);
    // Of the locations themselves only what they say counts.
    let (bare_a, bare_b) = (bare(&wrappers_a), bare(&wrappers_b));
    children(&outermost(&bare_a), &outermost(&bare_b), &mut differences);
    children(&inner_a, &inner_b, &mut differences);
    join_moves(differences)
}

/// The path of the root element.
const ROOT: &str = "/configuration";

/// An element and the path of what holds it.
struct Child<'a> {
    parent: String,
    element: &'a Element,
    siblings: &'a [Element],
}

impl Child<'_> {
    fn xpath(&self) -> String {
        format!("{}/{}", self.parent, step(self.element, self.siblings))
    }
}

/// What holds for the root of the application, and the locations that say so.
fn at_root(config: &WebConfig) -> (Vec<Child<'_>>, Vec<&Element>) {
    let mut inner = Vec::new();
    let mut wrappers = Vec::new();
    for element in &config.root.children {
        let siblings = config.root.children.as_slice();
        let child = Child { parent: ROOT.to_owned(), element, siblings };
        if element.name == "location" && key(element).is_some_and(|(_, path)| path.is_empty()) {
            inner.extend(inside(element, &child.xpath()));
            wrappers.push(element);
        } else {
            inner.push(child);
        }
    }
    (inner, wrappers)
}

fn inside<'a>(element: &'a Element, xpath: &str) -> Vec<Child<'a>> {
    let siblings = element.children.as_slice();
    let child = |element| Child { parent: xpath.to_owned(), element, siblings };
    siblings.iter().map(child).collect()
}

fn bare(elements: &[&Element]) -> Vec<Element> {
    let bare = |element: &&Element| Element { children: Vec::new(), ..(*element).clone() };
    elements.iter().map(bare).collect()
}

fn outermost(elements: &[Element]) -> Vec<Child<'_>> {
    let child = |element| Child { parent: ROOT.to_owned(), element, siblings: elements };
    elements.iter().map(child).collect()
}

/// Whether two elements mean the same.
fn same(a: &Element, b: &Element) -> bool {
    let mut differences = Vec::new();
    elements(a, b, "", &mut differences);
    a.name == b.name && differences.is_empty()
}

/// Recursion is bounded by the depth that the reader lets through.
fn elements(a: &Element, b: &Element, xpath: &str, into: &mut Vec<Difference>) {
    attributes(a, b, xpath, into);
    text(a, b, xpath, into);
    let pairs = children(&inside(a, xpath), &inside(b, xpath), into);
    if is_ordered(a) {
        moves(a, b, &pairs, xpath, into);
    }
}

fn text(a: &Element, b: &Element, xpath: &str, into: &mut Vec<Difference>) {
    let (text_a, text_b) = (a.text.trim(), b.text.trim());
    if text_a == text_b {
        return;
    }
    let text = |text: &str| (!text.is_empty()).then(|| masked(&a.name, text));
    into.push(Difference {
        xpath: format!("{xpath}/text()"),
        kind: kind(text_a, text_b),
        a: text(text_a),
        b: text(text_b),
        a_position: Some(a.position),
        b_position: Some(b.position),
    });
}

/// Compares the children of two elements, and gives which belongs to which.
fn children(a: &[Child<'_>], b: &[Child<'_>], into: &mut Vec<Difference>) -> Vec<(usize, usize)> {
    let pairs = pair(a, b);
    for (at, child) in a.iter().enumerate() {
        match pairs.iter().find(|(first, _)| *first == at) {
            Some(&(_, second)) => {
                elements(child.element, b[second].element, &child.xpath(), into);
            }
            None => into.push(Difference {
                xpath: child.xpath(),
                kind: DifferenceKind::Removed,
                a: Some(outline(child.element)),
                b: None,
                a_position: Some(child.element.position),
                b_position: None,
            }),
        }
    }
    for (at, child) in b.iter().enumerate() {
        if !pairs.iter().any(|(_, second)| *second == at) {
            into.push(Difference {
                xpath: child.xpath(),
                kind: DifferenceKind::Added,
                a: None,
                b: Some(outline(child.element)),
                a_position: None,
                b_position: Some(child.element.position),
            });
        }
    }
    pairs
}

/// Entries of a collection that stand in another order.
fn moves(
    a: &Element,
    b: &Element,
    pairs: &[(usize, usize)],
    xpath: &str,
    into: &mut Vec<Difference>,
) {
    let mut entries: Vec<_> =
        pairs.iter().copied().filter(|(first, _)| is_entry(&a.children[*first])).collect();
    entries.sort_unstable();
    let order: Vec<_> = entries.iter().map(|(_, second)| *second).collect();
    let rank = |children: &[Element], at: usize| {
        let before = children[..at].iter().filter(|child| is_entry(child));
        format!("entry {}", before.count() + 1)
    };
    for at in misplaced(&order) {
        let (first, second) = entries[at];
        into.push(Difference {
            xpath: format!("{xpath}/{}", step(&a.children[first], &a.children)),
            kind: DifferenceKind::Moved,
            a: Some(rank(&a.children, first)),
            b: Some(rank(&b.children, second)),
            a_position: Some(a.children[first].position),
            b_position: Some(b.children[second].position),
        });
    }
}

fn attributes(a: &Element, b: &Element, xpath: &str, into: &mut Vec<Difference>) {
    let names = a.attributes.iter().map(|attribute| attribute.name.as_str());
    let more = b.attributes.iter().map(|attribute| attribute.name.as_str());
    let names = names.chain(more.filter(|name| a.attribute(name).is_none()));
    for name in names {
        let (in_a, in_b) = (a.attribute(name), b.attribute(name));
        let value = |element: &Element, found: Option<&crate::Attribute>| {
            let text =
                found.map(|found| found.value.as_str()).or_else(|| default(element, name))?;
            Some(normal(element, name, text).into_owned())
        };
        if value(a, in_a) == value(b, in_b) || is_same_key(a, b, name) {
            continue;
        }
        let text =
            |found: Option<&crate::Attribute>| found.map(|found| masked_in(a, name, &found.value));
        into.push(Difference {
            xpath: format!("{xpath}/@{name}"),
            kind: match (in_a, in_b) {
                (None, _) => DifferenceKind::Added,
                (_, None) => DifferenceKind::Removed,
                _ => DifferenceKind::Changed,
            },
            a: text(in_a),
            b: text(in_b),
            a_position: in_a.map(|found| found.position),
            b_position: in_b.map(|found| found.position),
        });
    }
}

/// The attribute that told the two belong together, when it is the same but for its case.
fn is_same_key(a: &Element, b: &Element, name: &str) -> bool {
    key(a).is_some_and(|own| own.0 == name && key(b).as_ref() == Some(&own))
}

fn kind(a: &str, b: &str) -> DifferenceKind {
    match (a.is_empty(), b.is_empty()) {
        (true, _) => DifferenceKind::Added,
        (_, true) => DifferenceKind::Removed,
        _ => DifferenceKind::Changed,
    }
}

/// Which child of one belongs to which of the other: those that mean the same first, then those of
/// the same name and key, then those of the same name without key.
fn pair(a: &[Child<'_>], b: &[Child<'_>]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let fits: [fn(&Element, &Element) -> bool; 3] = [
        |a, b| a.name == b.name && key(a) == key(b) && same(a, b),
        |a, b| a.name == b.name && key(a) == key(b),
        |a, b| a.name == b.name && key(a).is_none() && key(b).is_none(),
    ];
    for fits in fits {
        for (first, child) in a.iter().enumerate() {
            if pairs.iter().any(|(taken, _)| *taken == first) {
                continue;
            }
            let free = |at: &usize| !pairs.iter().any(|(_, taken)| taken == at);
            let found = (0..b.len()).filter(free).find(|&at| fits(child.element, b[at].element));
            pairs.extend(found.map(|second| (first, second)));
        }
    }
    pairs
}

/// The last step of a path to an element: its name, with its key or its number where it has likes.
fn step(element: &Element, siblings: &[Element]) -> String {
    if let Some((name, _)) = key(element) {
        let value = element.value(name).unwrap_or_default();
        let quote = if value.contains('\'') { '"' } else { '\'' };
        if element.value(name).is_some() {
            return format!("{}[@{name}={quote}{value}{quote}]", element.name);
        }
    }
    let likes: Vec<_> = siblings.iter().filter(|other| other.name == element.name).collect();
    match likes.iter().position(|other| std::ptr::eq(*other, element)) {
        Some(at) if likes.len() > 1 => format!("{}[{}]", element.name, at + 1),
        _ => element.name.clone(),
    }
}

/// An element's start tag, secrets left out.
fn outline(element: &Element) -> String {
    let mut text = format!("<{}", element.name);
    for attribute in &element.attributes {
        let value = masked_in(element, &attribute.name, &attribute.value);
        write!(text, " {}=\"{value}\"", attribute.name).expect("a string takes everything");
    }
    text.push_str(if element.children.is_empty() { " />" } else { ">…" });
    text
}

/// A value that may be shown: judged by its own name, and by the name of the entry it belongs to.
fn masked_in(element: &Element, name: &str, value: &str) -> String {
    let entry = element.value("name").or_else(|| element.value("key")).unwrap_or_default();
    // Names tell nothing secret, and neither do switches and numbers of the module.
    let is_harmless = matches!(name, "name" | "key") || is_plain(element, name);
    if !is_harmless && (looks_secret(entry, value) || looks_secret(name, value)) {
        return MASK.to_owned();
    }
    value.to_owned()
}

fn masked(name: &str, text: &str) -> String {
    if looks_secret(name, text) { MASK.to_owned() } else { text.to_owned() }
}

/// What was removed in one place and added in another, alike, has moved.
fn join_moves(differences: Vec<Difference>) -> Vec<Difference> {
    let mut joined: Vec<Difference> = Vec::new();
    for difference in differences {
        let (kind, own) = (difference.kind, difference.a.as_ref().or(difference.b.as_ref()));
        let counterpart = joined.iter_mut().find(|earlier| {
            let other = earlier.a.as_ref().or(earlier.b.as_ref());
            let opposite = matches!(
                (earlier.kind, kind),
                (DifferenceKind::Removed, DifferenceKind::Added)
                    | (DifferenceKind::Added, DifferenceKind::Removed)
            );
            // What has content may differ in it; what has none is told whole by its outline.
            opposite
                && own == other
                && own.is_some_and(|text| text.starts_with('<') && !text.ends_with('…'))
        });
        match counterpart {
            Some(earlier) => {
                let (from, to) = if kind == DifferenceKind::Added {
                    (earlier.xpath.clone(), difference.xpath)
                } else {
                    (difference.xpath, earlier.xpath.clone())
                };
                earlier.kind = DifferenceKind::Moved;
                earlier.a_position = earlier.a_position.or(difference.a_position);
                earlier.b_position = earlier.b_position.or(difference.b_position);
                earlier.xpath.clone_from(&from);
                (earlier.a, earlier.b) = (Some(from), Some(to));
            }
            None => joined.push(difference),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::compare;
    use crate::read;

    fn check(a: &str, b: &str) -> String {
        let wrap = |inner: &str| format!("<configuration>{inner}</configuration>");
        let (a, b) = (read(wrap(a).as_bytes()).unwrap(), read(wrap(b).as_bytes()).unwrap());
        let lines = compare(&a, &b).into_iter().map(|d| {
            let side = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
            format!("{} {}: {} -> {}", d.kind.word(), d.xpath, side(d.a), side(d.b))
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn layout_order_and_comments_mean_nothing() {
        let a = r#"<system.webServer><handlers/><aspNetCore processPath="dotnet" arguments="x"/></system.webServer><appSettings/>"#;
        let b = "<!-- c --><appSettings>\n</appSettings>\n<system.webServer><aspNetCore\n arguments='x'\n processPath='dotnet'></aspNetCore><?p?><handlers></handlers></system.webServer>";
        assert_eq!(check(a, b), "");
    }

    #[test]
    fn defaults_spelled_out_are_the_same_as_defaults() {
        let a = r#"<location path="."><system.webServer><handlers><add name="aspNetCore" resourceType="Unspecified"/></handlers><aspNetCore processPath="x"/></system.webServer></location>"#;
        let b = r#"<location path="" inheritInChildApplications="true"><system.webServer><handlers><add name="ASPNETCORE"/></handlers><aspNetCore processPath="x" arguments="" hostingModel="OutOfProcess" stdoutLogEnabled="False" requestTimeout="00:02:00" startupTimeLimit="0120"/></system.webServer></location>"#;
        assert_eq!(check(a, b), "");
        let model = |text: &str| {
            format!(r#"<system.webServer><aspNetCore hostingModel="{text}"/></system.webServer>"#)
        };
        assert_eq!(check(&model(""), &model("outofprocess")), "");
        assert_eq!(check(&model("InProcess"), &model("inprocess")), "");
    }

    #[test]
    fn what_differs_is_named_by_its_path() {
        let a = r#"<system.webServer><handlers><add name="aspNetCore" modules="AspNetCoreModule"/></handlers><aspNetCore processPath="dotnet" arguments="x"><environmentVariables><environmentVariable name="A" value="1"/><environmentVariable name="B" value="2"/></environmentVariables></aspNetCore></system.webServer>"#;
        let b = r#"<system.webServer><handlers><add name="aspNetCore" modules="AspNetCoreModuleV2"/></handlers><aspNetCore processPath="dotnet" hostingModel="inprocess"><environmentVariables><environmentVariable name="b" value="3"/><environmentVariable name="C" value="4"/></environmentVariables></aspNetCore></system.webServer>"#;
        insta::assert_snapshot!(check(a, b), @r#"
        changed /configuration/system.webServer/handlers/add[@name='aspNetCore']/@modules: AspNetCoreModule -> AspNetCoreModuleV2
        removed /configuration/system.webServer/aspNetCore/@arguments: x -> -
        added /configuration/system.webServer/aspNetCore/@hostingModel: - -> inprocess
        removed /configuration/system.webServer/aspNetCore/environmentVariables/environmentVariable[@name='A']: <environmentVariable name="A" value="1" /> -> -
        changed /configuration/system.webServer/aspNetCore/environmentVariables/environmentVariable[@name='B']/@value: 2 -> 3
        added /configuration/system.webServer/aspNetCore/environmentVariables/environmentVariable[@name='C']: - -> <environmentVariable name="C" value="4" />
        "#);
    }

    #[test]
    fn the_location_of_the_root_is_compared_for_itself() {
        let inner = |program: &str| {
            format!(r#"<system.webServer><aspNetCore processPath="{program}"/></system.webServer>"#)
        };
        let wrapped = format!(
            r#"<location path="." inheritInChildApplications="false">{}</location>"#,
            inner("x")
        );
        insta::assert_snapshot!(check(&wrapped, &inner("y")), @r#"
        removed /configuration/location[@path='.']: <location path="." inheritInChildApplications="false" /> -> -
        changed /configuration/location[@path='.']/system.webServer/aspNetCore/@processPath: x -> y
        "#);
        let other = wrapped.replace("false", "true").replace("\".\"", "\"\"");
        insta::assert_snapshot!(check(&wrapped, &other), @"changed /configuration/location[@path='.']/@inheritInChildApplications: false -> true");
    }

    #[test]
    fn entries_that_changed_places_have_moved() {
        let handlers = |names: &[&str]| {
            let entries = names.iter().map(|name| format!(r#"<add name="{name}"/>"#));
            format!(
                "<system.webServer><handlers>{}</handlers></system.webServer>",
                entries.collect::<String>()
            )
        };
        insta::assert_snapshot!(check(&handlers(&["a", "b", "c"]), &handlers(&["c", "a", "b"])), @"moved /configuration/system.webServer/handlers/add[@name='c']: entry 3 -> entry 1");
        let variables = |names: &[&str]| {
            let entries = names.iter().map(|name| format!(r#"<add key="{name}" value=""/>"#));
            format!("<appSettings>{}</appSettings>", entries.collect::<String>())
        };
        assert_eq!(check(&variables(&["a", "b"]), &variables(&["b", "a"])), "");
    }

    #[test]
    fn a_section_in_another_location_has_moved() {
        let a = r#"<system.webServer><aspNetCore processPath="x"/></system.webServer><location path="sub"><system.webServer></system.webServer></location>"#;
        let b = r#"<system.webServer></system.webServer><location path="sub"><system.webServer><aspNetCore processPath="x"/></system.webServer></location>"#;
        insta::assert_snapshot!(check(a, b), @"moved /configuration/system.webServer/aspNetCore: /configuration/system.webServer/aspNetCore -> /configuration/location[@path='sub']/system.webServer/aspNetCore");
    }

    #[test]
    fn secrets_are_never_told() {
        let a = r#"<connectionStrings><add name="Main" connectionString="Server=.;Password=one"/></connectionStrings><system.webServer><aspNetCore><environmentVariables><environmentVariable name="ApiKey" value="one"/></environmentVariables></aspNetCore></system.webServer>"#;
        let b = a.replace("one", "two");
        let told = check(a, &b);
        assert!(!told.contains("one") && !told.contains("two"), "{told}");
        assert_eq!(told.lines().count(), 2);
        assert!(!check(a, "").contains("one"));
    }

    #[test]
    fn text_and_elements_without_key_are_compared() {
        insta::assert_snapshot!(check("<a><b x='1'/><b x='2'/>t</a>", "<a><b x='2'/><b x='3'/>u</a><c><d/></c>"), @r"
        changed /configuration/a/text(): t -> u
        changed /configuration/a/b[1]/@x: 1 -> 3
        added /configuration/c: - -> <c>…
        ");
    }

    proptest! {
        #[test]
        fn a_file_means_the_same_as_itself(inner in "(<add name='[ab]'/>|<x>|</x>|<y a='1'/>|t){0,8}") {
            let text = format!("<configuration>{inner}</configuration>");
            if let Ok(config) = read(text.as_bytes()) {
                prop_assert_eq!(compare(&config, &config), vec![]);
            }
        }
    }
}
