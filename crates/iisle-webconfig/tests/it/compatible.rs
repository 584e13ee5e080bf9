//! How the SDK's writer lays a document out, beyond what the recorded cases show.
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use iisle_webconfig::{
    CompatibleContext, CompatibleSource, Newline, TaskParameters, transform_compatible,
};

fn task(parameters: &[(&str, &str)]) -> TaskParameters {
    let mut task = TaskParameters::default();
    for (name, value) in parameters {
        task.set(name, value).unwrap();
    }
    task
}

/// A .NET Framework app: parsed and written, not transformed.
fn rewritten(source: &[u8], newline: Newline) -> Vec<u8> {
    let task = task(&[("TargetFrameworkIdentifier", ".NETFramework")]);
    let context = CompatibleContext { newline, project_has_web_config: true };
    transform_compatible(CompatibleSource::File(source), &task, context).unwrap().bytes
}

fn check(source: &str) -> String {
    let bytes = rewritten(source.as_bytes(), Newline::Lf);
    let text = String::from_utf8(bytes).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap();
    text.strip_prefix("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n").unwrap().to_owned()
}

#[test]
fn layout_is_the_writers_own() {
    let source = "<configuration>\n\n<a   x = '1'\n y=\"&quot;'\"/><b> </b><c></c>\n<!-- x\n y --><?p   q?></configuration>";
    insta::assert_snapshot!(check(source), @r#"
    <configuration>
      <a x="1" y="&quot;'" />
      <b></b>
      <c></c>
      <!-- x
     y -->
      <?p q?>
    </configuration>
    "#);
}

#[test]
fn text_switches_indentation_off_from_there_on() {
    assert_eq!(check("<a><b/>t<c><d/></c></a>"), "<a>\n  <b />t<c><d /></c></a>");
    assert_eq!(check("<a><![CDATA[x]]><b/></a>"), "<a><![CDATA[x]]><b /></a>");
    let preserved = "<a xml:space=\"preserve\"> <b/> <c xml:space=\"default\"> <d/></c></a>";
    assert_eq!(
        check(preserved),
        "<a xml:space=\"preserve\"> <b /> <c xml:space=\"default\"><d /></c></a>"
    );
}

#[test]
fn line_breaks_become_the_hosts_and_references_are_expanded() {
    let source = "<a x=\"1&#xA;2&#9;3\n4\">x\ny&#xD;z&lt;&#65;</a>";
    let unix = check(source);
    assert_eq!(unix, "<a x=\"1&#xA;2&#x9;3 4\">x\ny\nz&lt;A</a>");
    let windows = String::from_utf8(rewritten(source.as_bytes(), Newline::CrLf)).unwrap();
    assert!(windows.ends_with("?>\r\n<a x=\"1&#xA;2&#x9;3 4\">x\r\ny\r\nz&lt;A</a>"), "{windows}");
}

#[test]
fn a_document_type_is_kept_and_gets_brackets() {
    let subset = "<!DOCTYPE a  [ <!ENTITY e \"v\"> ] ><a>&e;</a>";
    assert_eq!(check(subset), "<!DOCTYPE a [ <!ENTITY e \"v\"> ]>\n<a>v</a>");
    assert_eq!(check("<!DOCTYPE a><a/>"), "<!DOCTYPE a []>\n<a />");
}

#[test]
fn the_declared_encoding_is_written_lower_case_with_its_mark() {
    let latin = rewritten(
        b"<?xml version='1.0' encoding='ISO-8859-1' standalone='no'?><a x='\xe4'>&#x20ac;</a>",
        Newline::Lf,
    );
    let expected = b"<?xml version=\"1.0\" encoding=\"iso-8859-1\" standalone=\"no\"?>\n<a x=\"\xe4\">&#x20AC;</a>";
    assert_eq!(latin, expected);
    let text = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>";
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let written = rewritten(&big, Newline::Lf);
    assert!(written.starts_with(b"\xff\xfe<\0"), "{written:?}");
}

#[test]
fn failures_are_those_of_the_task() {
    let fails = |source: CompatibleSource<'_>, parameters: &[(&str, &str)]| {
        let context = CompatibleContext { newline: Newline::Lf, project_has_web_config: false };
        transform_compatible(source, &task(parameters), context).unwrap_err().to_string()
    };
    let framework = [("TargetFrameworkIdentifier", ".NETFramework")];
    let nothing = "a .NET Framework app has no web.config to write";
    assert_eq!(fails(CompatibleSource::Missing, &framework), nothing);
    assert_eq!(fails(CompatibleSource::File(b"<a"), &framework), nothing);
    let model = [("TargetPath", "App.dll"), ("AspNetCoreHostingModel", "x")];
    assert!(fails(CompatibleSource::Missing, &model).starts_with("the hosting model `x`"));
    let two = b"<configuration><system.webServer><aspNetCore/><aspNetCore/><handlers/></system.webServer></configuration>";
    let message = fails(CompatibleSource::File(two), &[("TargetPath", "App.dll")]);
    assert_eq!(message, "two `aspNetCore` elements stand before `handlers`");
}
