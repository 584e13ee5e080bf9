//! Input that is wrong, endless or enormous: always an error with a place, never a hang.
#![expect(clippy::unwrap_used, reason = "a test may")]

use iisle_msbuild::{Evaluated, MemoryFiles, Request, evaluate};
use proptest::prelude::*;

fn project(text: &str) -> MemoryFiles {
    let mut files = MemoryFiles::new();
    files.insert("/r/p.proj", text);
    files
}

fn refused(files: &MemoryFiles) -> (Option<&'static str>, String) {
    let error = evaluate(files, &Request::new("/r/p.proj")).unwrap_err();
    assert!(error.file().is_some(), "{error} names no file");
    (error.code(), error.to_string())
}

fn accepted(files: &MemoryFiles) -> Evaluated {
    evaluate(files, &Request::new("/r/p.proj")).unwrap()
}

#[test]
fn imports_in_a_circle_are_read_once_and_warned_about() {
    let mut files = project("<Project><Import Project=\"a.props\"/></Project>");
    files.insert("/r/a.props", "<Project><Import Project=\"b.props\"/></Project>");
    files.insert(
        "/r/b.props",
        "<Project><Import Project=\"a.props\"/><Import Project=\"p.proj\"/></Project>",
    );
    let codes: Vec<_> = accepted(&files).warnings().iter().filter_map(|w| w.code).collect();
    assert_eq!(codes, ["MSB4011", "MSB4210"]);
}

#[test]
fn ten_thousand_imports_are_refused_side_by_side_and_nested() {
    let many: Vec<String> =
        (0..10_000).map(|n| format!("<Import Project=\"{n}.props\"/>")).collect();
    let mut files = project(&format!("<Project>{}</Project>", many.concat()));
    for n in 0..10_000 {
        files.insert(format!("/r/{n}.props"), "<Project/>");
    }
    assert_eq!(refused(&files).1, "more than 4096 files are imported");

    let mut files = project("<Project><Import Project=\"0.props\"/></Project>");
    for n in 0..200 {
        let next = n + 1;
        let text = format!("<Project><Import Project=\"{next}.props\"/></Project>");
        files.insert(format!("/r/{n}.props"), text);
    }
    assert_eq!(refused(&files).1, "imports are nested deeper than 64");
}

#[test]
fn deep_nesting_is_refused() {
    let parentheses = format!("{}true{}", "(".repeat(100_000), ")".repeat(100_000));
    let condition = |condition: &str| {
        project(&format!("<Project><PropertyGroup Condition=\"{condition}\"/></Project>"))
    };
    assert!(refused(&condition(&parentheses)).1.contains("nested deeper"));
    assert!(
        refused(&condition(&format!("{}true", "!".repeat(100_000)))).1.contains("nested deeper")
    );
    let references = "$(".repeat(100_000);
    assert!(refused(&condition(&references)).1.contains("nested deeper"));

    let calls = format!("{}a{}", "$([MSBuild]::Escape(".repeat(1000), "))".repeat(1000));
    let value =
        project(&format!("<Project><PropertyGroup><A>{calls}</A></PropertyGroup></Project>"));
    assert_eq!(refused(&value).0, Some("MSB4184"));

    let choose = format!(
        "<Project>{}{}</Project>",
        "<Choose><When Condition=\"true\">".repeat(51),
        "</When></Choose>".repeat(51)
    );
    assert_eq!(refused(&project(&choose)).0, Some("MSB4114"));

    let elements = format!("<Project>{}{}</Project>", "<a>".repeat(5000), "</a>".repeat(5000));
    assert_eq!(refused(&project(&elements)).0, Some("MSB4025"));
}

#[test]
fn long_chains_of_and_are_decided() {
    let chain = vec!["'a' == 'a'"; 20_000].join(" and ");
    let files = project(&format!(
        "<Project><PropertyGroup><A Condition=\"{chain}\">yes</A></PropertyGroup></Project>"
    ));
    assert_eq!(accepted(&files).property("A"), Some("yes"));
}

#[test]
fn values_that_double_again_and_again_are_refused() {
    let doubling = "<A>$(A)$(A)</A>".repeat(60);
    let files = project(&format!(
        "<Project><PropertyGroup><A>0123456789abcdef</A>{doubling}</PropertyGroup></Project>"
    ));
    assert!(refused(&files).1.contains("longer than"));
}

#[test]
fn broken_xml_is_reported_where_it_breaks() {
    let error = evaluate(&project("<Project>\n  <A"), &Request::new("/r/p.proj")).unwrap_err();
    assert_eq!(error.code(), Some("MSB4025"));
    assert_eq!(error.position().unwrap().line, 2);
    let mut files = project("<Project><Import Project=\"x.props\"/></Project>");
    files.insert("/r/x.props", "<Project>\n\n</Projekt>");
    let error = evaluate(&files, &Request::new("/r/p.proj")).unwrap_err();
    assert_eq!(error.code(), Some("MSB4024"));
    assert_eq!(error.file().unwrap().to_str(), Some("/r/x.props"));
    assert_eq!(error.position().unwrap().line, 3);
}

#[test]
fn what_we_cannot_evaluate_is_named_and_what_depends_on_it() {
    let files = project(
        "<Project><PropertyGroup>
           <Now>$([System.DateTime]::Now.Year)</Now>
           <Copy>by $(Now)</Copy>
           <Known>1</Known>
           <Known Condition=\"'$(Now)' == '2000'\">2</Known>
           <Safe Condition=\"'$(Now)' == '2000' and 'a' == 'b'\">2</Safe>
           <Now2>$(Now)</Now2><Now2>3</Now2>
         </PropertyGroup></Project>",
    );
    let evaluated = accepted(&files);
    let names: Vec<_> = evaluated.unknown().iter().map(|u| u.name.as_str()).collect();
    assert_eq!(names, ["Now", "Copy", "Known"]);
    let cause = evaluated.doubt("Copy").unwrap();
    assert_eq!(cause.place.as_ref().unwrap().position.line, 2);
    assert!(cause.reason.contains("datetime"), "{}", cause.reason);
}

/// Pieces that mean something to the engine, in any order.
fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "$(",
        ")",
        "'",
        "`",
        "\"",
        "[",
        "]",
        "::",
        ".",
        "A",
        "MSBuild",
        "Add",
        "Substring",
        "1",
        ",",
        "==",
        "!=",
        "<",
        ">=",
        " and ",
        " or ",
        "!",
        "(",
        "@(",
        "%(",
        "->",
        "%",
        "%3b",
        ";",
        "\\",
        "Exists",
        "true",
        "0x",
        "-",
        " ",
        "é",
        "日",
        "System.String",
        "Length",
        "Split",
        "null",
        "$",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

proptest! {
    #[test]
    fn any_value_and_any_condition_is_evaluated_or_refused(value in soup(), condition in soup()) {
        let (value, condition) = (xml(&value), xml(&condition));
        let text = format!(
            "<Project><PropertyGroup><A>x;y</A><B>{value}</B></PropertyGroup>\
             <PropertyGroup Condition=\"{condition}\"/>\
             <ItemGroup><I Include=\"{value}\" M=\"{condition}\"/></ItemGroup></Project>"
        );
        if let Err(error) = evaluate(&project(&text), &Request::new("/r/p.proj")) {
            prop_assert!(error.code().is_some(), "{}", error);
            prop_assert!(error.position().is_some(), "{}", error);
        }
    }

    #[test]
    fn any_bytes_are_a_project_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut files = MemoryFiles::new();
        files.insert("/r/p.proj", bytes);
        let result = evaluate(&files, &Request::new("/r/p.proj"));
        prop_assert!(result.is_ok() || result.is_err_and(|error| error.code().is_some()));
    }
}

/// A project that uses about everything.
const RICH: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>
<Project Sdk=\"Microsoft.NET.Sdk.Web\" TreatAsLocalProperty=\"A\">
  <PropertyGroup Condition=\"'$(Configuration)' == 'Debug' or $([MSBuild]::VersionGreaterThan('8.0', '7.0'))\">
    <TargetFramework>net8.0</TargetFramework><A>$([System.IO.Path]::Combine('a', `b`))%3b</A>
    <B Condition=\"!Exists('x') and HasTrailingSlash('$(A)')\"><![CDATA[<x>]]></B>
  </PropertyGroup>
  <Import Project=\"*.props\" Condition=\"'$(B)' != ''\" />
  <Choose><When Condition=\"$(A.Contains('a'))\"><PropertyGroup><C>&amp;</C></PropertyGroup></When><Otherwise /></Choose>
  <ItemDefinitionGroup><Content><Kind>$(A)</Kind></Content></ItemDefinitionGroup>
  <ItemGroup><Content Include=\"**/*.x;@(None->'%(Filename)')\" Exclude=\"a/**\" Link=\"l\" /><Content Update=\"*.json\" Kind=\"k\" /><Content Remove=\"@(None)\" MatchOnMetadata=\"Kind\" /></ItemGroup>
  <Target Name=\"T\"><Exec Command=\"no\" /></Target>
</Project>";

fn survives(bytes: Vec<u8>) {
    let mut files = MemoryFiles::new();
    files.insert("/r/p.csproj", bytes);
    files.insert("/r/a.x", "");
    // Whether it is one or not: it ends, and an error says where.
    if let Err(error) = evaluate(&files, &Request::new("/r/p.csproj")) {
        assert!(!error.to_string().is_empty());
    }
}

#[test]
fn a_project_may_end_anywhere_and_have_any_bit_wrong() {
    accepted_rich();
    for end in (0..RICH.len()).step_by(2) {
        survives(RICH.as_bytes()[..end].to_vec());
    }
    for at in (0..RICH.len()).step_by(2) {
        let mut bytes = RICH.as_bytes().to_vec();
        bytes[at] ^= 1 << (at % 8);
        survives(bytes);
    }
}

fn accepted_rich() {
    let mut files = MemoryFiles::new();
    files.insert("/r/p.csproj", RICH);
    let evaluated = evaluate(&files, &Request::new("/r/p.csproj")).unwrap();
    assert_eq!(evaluated.property("C"), Some("&"));
}

#[test]
fn a_hundred_megabytes_of_nested_elements_are_refused_at_once() {
    let mut files = MemoryFiles::new();
    let text = format!("<Project><ItemGroup>{}", "<a>".repeat(100_000_000 / 3));
    files.insert("/r/p.proj", text);
    let started = std::time::Instant::now();
    let error = evaluate(&files, &Request::new("/r/p.proj")).unwrap_err();
    assert_eq!(error.code(), Some("MSB4025"));
    assert!(started.elapsed().as_secs() < 20);
}
