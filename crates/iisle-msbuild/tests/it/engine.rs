//! What the real engine (MSBuild 17.1 on .NET 10) answered, one behavior each.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::path::{Path, PathBuf};

use iisle_msbuild::{EvaluateError, Evaluated, Host, MemoryFiles, Os, Request, evaluate};

/// Evaluates `/r/p.proj` that holds `body`, with empty files beside it.
fn project(body: &str, beside: &[&str]) -> Result<Evaluated, EvaluateError> {
    let mut files = MemoryFiles::new();
    files.insert("/r/p.proj", format!("<Project>\n{body}\n</Project>"));
    for path in beside {
        files.insert(format!("/r/{path}"), "");
    }
    evaluate(&files, &Request::new("/r/p.proj"))
}

/// Evaluates as on Windows, where no folder is listed.
fn on_windows(body: &str) -> Evaluated {
    let mut files = MemoryFiles::new();
    files.insert("Z:\\r\\p.proj", format!("<Project>{body}</Project>"));
    let mut request = Request::new(PathBuf::from("Z:\\r\\p.proj"));
    request.host = Host { os: Os::Windows, ..Host::default() };
    request.environment = vec![("ProgramFiles(x86)".to_owned(), "D:\\Programs".to_owned())];
    evaluate(&files, &request).unwrap()
}

fn value<'e>(evaluated: &'e Evaluated, name: &str) -> &'e str {
    evaluated.property(name).unwrap_or_default()
}

/// `identity name=value …`, one item a line.
fn items(evaluated: &Evaluated, item_type: &str) -> Vec<String> {
    let shown = |item: &iisle_msbuild::Item| {
        let metadata = item.metadata.iter().map(|(name, value)| format!(" {name}={value}"));
        item.identity.clone() + &metadata.collect::<String>()
    };
    evaluated.items(item_type).iter().map(shown).collect()
}

#[test]
fn errors_stand_where_the_attribute_at_fault_begins() {
    let place = |body: &str| {
        let error = project(body, &[]).unwrap_err();
        let position = error.position().unwrap();
        format!("{} {},{}", error.code().unwrap(), position.line, position.column)
    };
    assert_eq!(place("  <PropertyGroup\n    Condition=\"'a' &lt; 'b'\" />"), "MSB4086 3,5");
    assert_eq!(
        place("<ItemGroup><A Include=\"x\"\n Condition=\"'a' &lt; 'b'\" /></ItemGroup>"),
        "MSB4086 3,2"
    );
    assert_eq!(place("<Import Project=\"$(Undefined)\" />"), "MSB4020 2,1");
    assert_eq!(place("<Import Sdk=\"Nope\" Project=\"a\" />"), "MSB4236 2,9");
    assert_eq!(place("<Import Project=\"nope.props\" />"), "MSB4019 2,1");
    assert_eq!(
        place("<PropertyGroup><A>$([MSBuild]::VersionLessThan('x', '1'))</A></PropertyGroup>"),
        "MSB4184 2,16"
    );
}

/// The code and the place of what the engine refuses in the body of a project.
fn refused(body: &str) -> String {
    let error = project(body, &[]).unwrap_err();
    let position = error.position().unwrap();
    format!("{} {},{}", error.code().unwrap_or("-"), position.line, position.column)
}

#[test]
fn attributes_and_elements_that_have_no_place_are_refused_in_dead_branches_too() {
    let check = |body: &str, expected: &str| assert_eq!(refused(body), expected, "{body}");
    check("<PropertyGroup Condition=\"false\"><A Foo=\"x\"/></PropertyGroup>", "MSB4066 2,37");
    check("<PropertyGroup><A xml:space=\"preserve\">x</A></PropertyGroup>", "MSB4066 2,19");
    check("<PropertyGroup>\n <B Foo=\"1\">2</B>\n text</PropertyGroup>", "MSB4066 3,5");
    check("<PropertyGroup><When>b</When></PropertyGroup>", "MSB4004 2,16");
    check("<ItemGroup><A Include=\"a\" include=\"b\"/></ItemGroup>", "MSB4066 2,27");
    check("<ItemGroup><A Include=\"a\" _x=\"1\"/></ItemGroup>", "MSB4066 2,27");
    check("<ItemGroup><A Include=\"a\" Remove=\"b\"/></ItemGroup>", "MSB4111 2,27");
    check("<ItemGroup><A Include=\"\"/></ItemGroup>", "MSB4035 2,12");
    check("<ItemGroup><A Remove=\"a\" Exclude=\"x\"/></ItemGroup>", "MSB4066 2,26");
    check("<ItemGroup><A Remove=\"a\"><M>1</M></A></ItemGroup>", "MSB4162 2,26");
    check("<ItemGroup><A Include=\"a\"><FullPath>b</FullPath></A></ItemGroup>", "MSB4033 2,27");
    check("<ItemGroup><A Include=\"a\"><Target>b</Target></A></ItemGroup>", "MSB4118 2,27");
    check("<ItemGroup><A Include=\"a\"><B.C>b</B.C></A></ItemGroup>", "MSB5016 2,27");
    check("<ItemGroup><Target Include=\"x\"/></ItemGroup>", "MSB4117 2,12");
    check("<Choose><Otherwise/></Choose>", "MSB4085 2,1");
    check("<Choose><When Condition=\"\"/></Choose>", "MSB4035 2,9");
    check("<Choose><When Condition=\"1\"/><Otherwise/><Otherwise/></Choose>", "MSB4082 2,42");
    check("<Choose><When Condition=\"1\"><Import Project=\"x\"/></When></Choose>", "MSB4067 2,9");
    check("<Choose>text<When Condition=\"true\"/></Choose>", "MSB4067 2,1");
    check("<Import Project=\"x\" Condition=\"false\"><A/></Import>", "MSB4067 2,1");
    check("<ItemDefinitionGroup><K><M>@(I)</M></K></ItemDefinitionGroup>", "MSB4164 2,25");
    check("<ItemDefinitionGroup><K Include=\"a\"/></ItemDefinitionGroup>", "MSB4066 2,25");
    check("<Message Text=\"x\"/>", "- 2,1");
    let definition =
        "<ItemDefinitionGroup><B><M Condition=\"'@(A)' == ''\">1</M></B></ItemDefinitionGroup>";
    check(definition, "MSB4099 2,28");
    check("<ItemGroup><A Include=\"b;@(B).txt\"/></ItemGroup>", "MSB4012 2,15");
    check("<ItemGroup><A Remove=\"x@(B)\"/></ItemGroup>", "MSB4012 2,15");
}

#[test]
fn calls_that_no_member_takes_have_the_codes_of_the_engine() {
    let check = |value: &str, expected: &str| {
        let body = format!("<PropertyGroup><X>a;b</X><A>{value}</A></PropertyGroup>");
        let code = project(&body, &[]).map(|it| value_of(&it, "A")).map_err(|e| e.code());
        assert_eq!(code.unwrap_or_else(|code| code.unwrap_or("-").to_owned()), expected, "{value}");
    };
    check("$(X.Split(';', ','))", "MSB4184");
    check("$(X.Split(';', RemoveEmptyEntries))", "MSB4184");
    check("$(X.Split(';', System.StringSplitOptions.RemoveEmptyEntries))", "a;b");
    check("$(X.Split('ab', 2))", ";b");
    check("$(X.Equals($([MSBuild]::Add(1, 2)), 1, 2, 3))", "MSB4186");
    check("$(X.Equals(1, 2, 3, 4))", "MSB4184");
    check("$([System.Version]::new(7, ';'))", "MSB4184");
    check("$([System.IO.Path]::Combine())", "MSB4186");
    check("$([MSBuild]::GetPathOfFileAbove('p.proj', '$(Nothing)'))", "MSB4184");
    check("$([MSBuild]::NormalizePath())", "MSB4184");
}

fn value_of(evaluated: &Evaluated, name: &str) -> String {
    value(evaluated, name).to_owned()
}

#[test]
fn conditions_of_definitions_speak_of_the_metadata_so_far() {
    let body = "<ItemDefinitionGroup>
      <B Condition=\"'%(M)' == ''\"><M>1</M></B>
      <B Condition=\"'%(M)' == ''\"><M>2</M></B>
    </ItemDefinitionGroup><ItemGroup><B Include='x' /></ItemGroup>";
    assert_eq!(items(&project(body, &[]).unwrap(), "B"), ["x M=1"]);
}

#[test]
fn a_file_in_utf_8_is_read_whatever_its_declaration_says() {
    let mut files = MemoryFiles::new();
    let text = "<?xml version=\"1.0\" encoding=\"utf-16\"?>
        <Project><PropertyGroup><A>\u{e9}</A></PropertyGroup></Project>";
    files.insert("/r/p.proj", text);
    let evaluated = evaluate(&files, &Request::new("/r/p.proj")).unwrap();
    assert_eq!(value(&evaluated, "A"), "\u{e9}");
}

#[test]
fn searches_leave_out_folders_by_name_below_where_they_begin() {
    let mut files = MemoryFiles::new();
    let body = "<Project><ItemGroup>
      <Shared Include='../q/**' Exclude='**/.*/**' />
      <Deep Include='sub/deep/*' Exclude='**/deep/**' />
      <Folder Include='sub/;sub;x/' Exclude='*b*' />
      <Slash Include='sub/;sub;x/' Exclude='*/' />
      <Removed Include='sub/;sub;x' /><Removed Remove='sub' />
    </ItemGroup></Project>";
    files.insert("/r/p/p.proj", body);
    for file in ["/r/q/a", "/r/q/.h/b", "/r/p/sub/deep/c"] {
        files.insert(file, "");
    }
    let evaluated = evaluate(&files, &Request::new("/r/p/p.proj")).unwrap();
    assert_eq!(items(&evaluated, "Shared"), ["../q/a"]);
    assert_eq!(items(&evaluated, "Deep"), ["sub/deep/c"]);
    assert_eq!(items(&evaluated, "Folder"), ["sub/", "x/"]);
    assert_eq!(items(&evaluated, "Slash"), ["sub"]);
    assert_eq!(items(&evaluated, "Removed"), ["x"]);
}

#[test]
fn what_is_wrong_in_a_target_or_a_task_is_refused_though_neither_runs() {
    let check = |body: &str, expected: &str| assert_eq!(refused(body), expected, "{body}");
    check("<UsingTask/>", "- 2,1");
    check("<UsingTask TaskName=\"A\"/>", "MSB4072 2,1");
    check("<UsingTask TaskName=\"A\" AssemblyFile=\"B\" AssemblyName=\"\"/>", "MSB4020 2,42");
    check("<UsingTask TaskName=\"A\" AssemblyFile=\"B\"><Task/></UsingTask>", "MSB4035 2,1");
    check("<Target Name=\"A.B\"/>", "MSB5016 2,9");
    check("<Target Name=\"A\" Foo=\"1\"/>", "MSB4066 2,18");
    check("<Target Name=\"A\"><OnError/></Target>", "MSB4035 2,18");
    check("<Target Name=\"A\"><OnError ExecuteTargets=\"B\"/><X/></Target>", "MSB4038 2,18");
    check("<Target Name=\"A\"><ItemDefinitionGroup/></Target>", "MSB4163 2,18");
    check("<Target Name=\"A\"><X condition=\"1\"/></Target>", "MSB4003 2,21");
    check("<Target Name=\"A\"><X><Y/></X></Target>", "MSB4067 2,21");
    check("<Target Name=\"A\"><X><Output TaskParameter=\"a\"/></X></Target>", "MSB4029 2,21");
    assert!(
        project("<Target Name=\"A\"><ItemGroup><X M=\"1\"/></ItemGroup></Target>", &[]).is_ok()
    );
}

#[test]
fn white_space_between_elements_and_around_cdata_is_dropped() {
    let body = "<PropertyGroup>
      <Xml>\n <a x='1'>t</a> <b/> </Xml>
      <Data>\n  <![CDATA[ d ]]>\n </Data>
      <Plain>\n p <!-- c --> </Plain>
    </PropertyGroup>";
    let evaluated = project(body, &[]).unwrap();
    assert_eq!(value(&evaluated, "Xml"), "<a x=\"1\">t</a><b />");
    assert_eq!(value(&evaluated, "Data"), " d ");
    assert_eq!(value(&evaluated, "Plain"), "\n p ");
}

#[test]
fn text_where_elements_are_expected_is_refused() {
    for body in [
        "<PropertyGroup>text<A>1</A></PropertyGroup>",
        "<ItemGroup><A Include=\"x\" />text</ItemGroup>",
        "<ItemGroup><A Include=\"x\">text</A></ItemGroup>",
        "text",
    ] {
        assert_eq!(project(body, &[]).unwrap_err().code(), Some("MSB4067"), "{body}");
    }
}

#[test]
fn the_first_file_that_names_default_targets_decides() {
    let evaluated = project("", &[]).unwrap();
    assert_eq!(value(&evaluated, "MSBuildProjectDefaultTargets"), "");
    let mut files = MemoryFiles::new();
    let text = "<Project><Import Project='a.props' /><Import Project='b.props' /></Project>";
    files.insert("/r/p.proj", text);
    files.insert("/r/a.props", "<Project DefaultTargets='X;Y' />");
    files.insert("/r/b.props", "<Project DefaultTargets='Z' />");
    let evaluated = evaluate(&files, &Request::new(Path::new("/r/p.proj"))).unwrap();
    assert_eq!(value(&evaluated, "MSBuildProjectDefaultTargets"), "X;Y");
}

#[test]
fn metadata_inside_of_a_reference_belongs_to_the_items_named_there() {
    let body = "<ItemGroup>
      <Out Include='a.txt;b.txt' />
      <In Include='c.md'><All>@(Out->'%(Filename)')|%(Filename)</All></In>
    </ItemGroup>";
    assert_eq!(items(&project(body, &[]).unwrap(), "In"), ["c.md All=a;b|c"]);
}

#[test]
fn metadata_of_an_update_may_refer_to_the_items_it_changes() {
    let body = "<ItemGroup><A Include='a;b' /><A Update='b' All='@(A)' /></ItemGroup>";
    assert_eq!(items(&project(body, &[]).unwrap(), "A"), ["a", "b All=a;b"]);
}

#[test]
fn what_transforms_give_is_counted_joined_and_compared_by_what_it_became() {
    let body = "<ItemGroup>
      <A Include='sub/d.txt;plain' M='1' />
      <Count Include=\"@(A->'%(Undefined)')\" />
      <Count Include=\"@(A->'%(Undefined)'->Count())\" />
      <Joined Include=\"@(A, '|')\" />
      <Kept Include='sub/d.txt' Exclude=\"@(A->'%(Filename)')\" />
    </ItemGroup>
    <ItemGroup>
      <Text Include='x' All=\"@(A->'%(Undefined)')\" />
      <Text Include='y' All=\"@(A->Extension()->'%(M)x')\" />
    </ItemGroup>";
    let evaluated = project(body, &[]).unwrap();
    assert_eq!(items(&evaluated, "Count"), ["2"]);
    assert_eq!(items(&evaluated, "Joined"), ["sub/d.txt|plain"]);
    assert_eq!(items(&evaluated, "Kept"), ["sub/d.txt"]);
    assert_eq!(items(&evaluated, "Text"), ["x All=;", "y All=1x;"]);
}

#[test]
fn items_that_became_others_were_found_by_no_pattern() {
    let body = "<ItemGroup>
      <A Include='**/*.txt' />
      <Same Include='@(A->Distinct())'><D>%(RecursiveDir)</D></Same>
      <Other Include=\"@(A->'%(Filename).md')\"><D>%(RecursiveDir)</D></Other>
    </ItemGroup>";
    let evaluated = project(body, &["sub/a.txt"]).unwrap();
    assert_eq!(items(&evaluated, "Same"), ["sub/a.txt D=sub/"]);
    assert_eq!(items(&evaluated, "Other"), ["a.md D="]);
}

#[test]
fn transforms_may_not_name_a_type_and_functions_must_exist() {
    let code = |include: &str| {
        let body = format!("<ItemGroup><A Include='a' /><B Include=\"{include}\" /></ItemGroup>");
        project(&body, &[]).err().and_then(|error| error.code())
    };
    assert_eq!(code("@(A->'%(A.M)')"), Some("MSB4043"));
    assert_eq!(code("@(A->RecursiveDir())"), Some("MSB4184"));
    assert_eq!(code("@(A->Nope())"), Some("MSB4184"));
    assert_eq!(code("@(None->'%(A.M)')"), None);
}

#[test]
fn duplicates_are_kept_whatever_an_item_says() {
    let body = "<ItemGroup><A Include='a' /><A Include='a;a' KeepDuplicates='false' /></ItemGroup>";
    assert_eq!(items(&project(body, &[]).unwrap(), "A"), ["a", "a", "a"]);
}

#[test]
fn patterns_that_end_with_a_separator_fit_no_file() {
    let body = "<ItemGroup><A Include='sub/**/;*/' /><B Include='v8' Exclude='*/' /></ItemGroup>";
    let evaluated = project(body, &["sub/a.txt"]).unwrap();
    assert_eq!(items(&evaluated, "A"), [""; 0]);
    assert_eq!(items(&evaluated, "B"), ["v8"]);
}

#[test]
fn searches_leave_out_what_is_excluded_as_it_is_written() {
    let body = "<ItemGroup>
      <A Include='**/*.txt' Exclude='./*.txt' />
      <B Include='**/*.txt' Exclude='SUB\\a.txt' />
      <C Include='sub/../*.txt' Exclude='b.txt' />
      <D Include='b.txt' Exclude='./*.txt' />
      <E Include='*.txt' Exclude='b**' />
    </ItemGroup>";
    let evaluated = project(body, &["b.txt", "sub/a.txt"]).unwrap();
    assert_eq!(items(&evaluated, "A"), ["b.txt", "sub/a.txt"]);
    assert_eq!(items(&evaluated, "B"), ["b.txt"]);
    assert_eq!(items(&evaluated, "C"), ["sub/../b.txt"]);
    assert_eq!(items(&evaluated, "D"), [""; 0]);
    assert_eq!(items(&evaluated, "E"), ["b.txt"]);
}

#[test]
fn mixed_conditions_of_items_are_warned_about_once() {
    let body = "<ItemGroup><A Include='a;b'>
      <M Condition=\"'a' == 'b' or 'a' == 'a' and '%(Identity)' == 'a'\">1</M>
    </A></ItemGroup>";
    let evaluated = project(body, &[]).unwrap();
    let codes: Vec<_> = evaluated.warnings().iter().filter_map(|warning| warning.code).collect();
    assert_eq!(codes, ["MSB4130"]);
    assert_eq!(items(&evaluated, "A"), ["a M=1", "b"]);
}

#[test]
fn paths_on_windows_are_those_of_windows() {
    let evaluated = on_windows(
        "<PropertyGroup>
          <Folder>$([System.IO.Path]::GetDirectoryName('/a//b/c.txt'))</Folder>
          <Rooted>$([MSBuild]::NormalizePath('/a/b'))</Rooted>
          <Programs>$(MSBuildProgramFiles32)</Programs>
          <Platform>$([Microsoft.Build.Utilities.ToolLocationHelper]::GetPlatformSDKDisplayName('', ''))</Platform>
        </PropertyGroup>
        <ItemGroup><A Include='sub/d.txt' M='%(RelativeDir)' /></ItemGroup>",
    );
    assert_eq!(value(&evaluated, "Folder"), "\\a\\b");
    assert_eq!(value(&evaluated, "Rooted"), "Z:\\a\\b");
    assert_eq!(value(&evaluated, "Programs"), "D:\\Programs");
    assert_eq!(value(&evaluated, "Platform"), " ");
    assert_eq!(items(&evaluated, "A"), ["sub/d.txt M=sub\\"]);
}

#[test]
fn definitions_may_ask_for_what_was_defined_before() {
    let body = "<ItemDefinitionGroup><A>
      <M Condition=\"'%(M)' == ''\">first</M>
      <M Condition=\"'%(m)' == ''\">second</M>
      <N Condition=\"'%(M)' == 'first'\">%(M)!</N>
    </A></ItemDefinitionGroup>
    <ItemGroup><A Include='x' /></ItemGroup>";
    assert_eq!(items(&project(body, &[]).unwrap(), "A"), ["x M=first N=first!"]);
}

#[test]
fn white_space_is_as_it_is_written() {
    let body = "<PropertyGroup>\r\n<A>a\r\nb&#9;</A><B><![CDATA[x\r\ny]]></B>\
                <C>\r\n<x y='1\r\n2'>t\r\nu</x></C></PropertyGroup>\
                <ItemGroup><I Include='a;\r\n\tb' M='v\r\n\tw&#10;q'/></ItemGroup>\
                <PropertyGroup Condition=\"'a' ==\r\n\t'a'\"><D>1</D></PropertyGroup>\
                <PropertyGroup Condition=\"'a\nb' == 'a b'\"><E>1</E></PropertyGroup>";
    let evaluated = project(body, &[]).unwrap();
    assert_eq!(value(&evaluated, "A"), "a\r\nb\t");
    assert_eq!(value(&evaluated, "B"), "x\r\ny");
    assert_eq!(value(&evaluated, "C"), "<x y=\"1&#xD;&#xA;2\">t\r\nu</x>");
    assert_eq!((value(&evaluated, "D"), value(&evaluated, "E")), ("1", ""));
    assert_eq!(items(&evaluated, "I"), ["a M=v\r\n\tw\nq", "b M=v\r\n\tw\nq"]);
}

#[test]
fn nothing_is_relative_to_an_empty_path() {
    let body = "<PropertyGroup><A>$([MSBuild]::MakeRelative('', 'x'))</A></PropertyGroup>";
    assert_eq!(project(body, &[]).unwrap_err().code(), Some("MSB4184"));
}
