//! What the transformation changes, leaves, reports and refuses.
#![expect(clippy::unwrap_used, reason = "a test that panics fails")]

use iisle_webconfig::{
    Framework, GuidComment, Launch, ModelProperty, OnMalformed, Target, TransformOptions,
    VariableMode, transform, transform_through,
};

fn dotnet() -> Target {
    Target::new(Launch::Dotnet { dll: "App.dll".to_owned() })
}

fn with(change: impl FnOnce(&mut Target)) -> Target {
    let mut target = dotnet();
    change(&mut target);
    target
}

/// The lines of the result that are not in the source, marked `+`, the lines that are gone, marked
/// `-`, and the codes of what was said.
fn check(source: &str, target: &Target) -> String {
    check_with(source, target, &TransformOptions::default())
}

fn check_with(source: &str, target: &Target, options: &TransformOptions) -> String {
    let outcome = match transform(Some(source.as_bytes()), target, options) {
        Ok(outcome) => outcome,
        Err(error) => {
            let position = error.position().map(|position| format!(" at {position}"));
            return format!("{}{}: {error}", error.code(), position.unwrap_or_default());
        }
    };
    let result = String::from_utf8(outcome.bytes.unwrap()).unwrap();
    let (before, after): (Vec<_>, Vec<_>) = (source.lines().collect(), result.lines().collect());
    let mut text: Vec<String> = Vec::new();
    text.extend(before.iter().filter(|l| !after.contains(l)).map(|l| format!("-{l}")));
    text.extend(after.iter().filter(|l| !before.contains(l)).map(|l| format!("+{l}")));
    for notice in outcome.warnings.iter().chain(&outcome.notes) {
        let position = notice.position.map(|position| format!(" {position}"));
        text.push(format!("{}{}", notice.code, position.unwrap_or_default()));
    }
    if outcome.changes.is_empty() {
        assert_eq!(source, result, "without changes the bytes are the same");
    }
    text.join("\n")
}

/// The file a project template of Visual Studio has, with more content of the section.
fn studio(section: &str) -> String {
    format!(
        r#"<configuration>
  <system.webServer>
    <handlers>
      <add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified"/>
    </handlers>
{section}
  </system.webServer>
</configuration>
"#
    )
}

#[test]
fn the_template_of_visual_studio_becomes_what_the_sdk_publishes() {
    let source = studio(
        r#"    <aspNetCore processPath="%LAUNCHER_PATH%" arguments="%LAUNCHER_ARGS%" stdoutLogEnabled="false" forwardWindowsAuthToken="false"/>"#,
    );
    insta::assert_snapshot!(check(&source, &dotnet()), @r#"
    -    <aspNetCore processPath="%LAUNCHER_PATH%" arguments="%LAUNCHER_ARGS%" stdoutLogEnabled="false" forwardWindowsAuthToken="false"/>
    +    <aspNetCore processPath="dotnet" arguments=".\App.dll" stdoutLogEnabled="false" forwardWindowsAuthToken="false" stdoutLogFile=".\logs\stdout" hostingModel="inprocess"/>
    "#);
}

#[test]
fn a_right_file_keeps_its_bytes() {
    let source = studio(
        r#"    <aspNetCore   stdoutLogFile = '.\x\y' hostingModel="OutOfProcess"
       stdoutLogEnabled="true" processPath='dotnet' arguments=".\App.dll" />"#,
    );
    assert_eq!(check(&source, &dotnet()), "");
}

#[test]
fn with_an_app_host_arguments_that_become_empty_go() {
    let source = studio(
        r#"    <aspNetCore processPath="dotnet" arguments=".\App.dll" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" hostingModel="inprocess" />"#,
    );
    let target = with(|target| target.launch = Launch::app_host("App.dll", ".exe"));
    insta::assert_snapshot!(check(&source, &target), @r#"
    -    <aspNetCore processPath="dotnet" arguments=".\App.dll" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" hostingModel="inprocess" />
    +    <aspNetCore processPath=".\App.exe" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" hostingModel="inprocess" />
    process-path-replaced 6:17
    "#);
}

#[test]
fn missing_elements_are_laid_out_like_their_neighbors() {
    let source = "<configuration>\n    <appSettings>\n        <add key=\"a\" value=\"b\"/>\n    </appSettings>\n</configuration>\n";
    insta::assert_snapshot!(check(source, &dotnet()), @r#"
    +    <system.webServer>
    +        <handlers>
    +            <add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified" />
    +        </handlers>
    +        <aspNetCore processPath="dotnet" arguments=".\App.dll" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" hostingModel="inprocess" />
    +    </system.webServer>
    "#);
}

#[test]
fn new_handlers_go_before_an_existing_section_and_nothing_is_moved() {
    let source = "<configuration>\n  <system.webServer>\n    <aspNetCore processPath=\"dotnet\" arguments=\".\\App.dll\" stdoutLogEnabled=\"false\" stdoutLogFile=\"x\" hostingModel=\"inprocess\" />\n    <security />\n  </system.webServer>\n</configuration>";
    let outcome = transform(Some(source.as_bytes()), &dotnet(), &TransformOptions::default());
    let result = String::from_utf8(outcome.unwrap().bytes.unwrap()).unwrap();
    insta::assert_snapshot!(result, @r#"
    <configuration>
      <system.webServer>
        <handlers>
          <add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified" />
        </handlers>
        <aspNetCore processPath="dotnet" arguments=".\App.dll" stdoutLogEnabled="false" stdoutLogFile="x" hostingModel="inprocess" />
        <security />
      </system.webServer>
    </configuration>
    "#);
}

#[test]
fn new_elements_take_the_namespace_of_the_root() {
    let source = r#"<c:configuration xmlns:c="urn:c"><c:system.webServer/></c:configuration>"#;
    let outcome = transform(Some(source.as_bytes()), &dotnet(), &TransformOptions::default());
    let result = String::from_utf8(outcome.unwrap().bytes.unwrap()).unwrap();
    assert!(result.contains("<c:system.webServer><c:handlers><c:add name="), "{result}");
    assert!(result.contains("</c:handlers><c:aspNetCore processPath="), "{result}");
}

#[test]
fn the_section_of_the_application_root_is_edited_wherever_it_stands() {
    let section = r#"<system.webServer><aspNetCore processPath="x"/></system.webServer>"#;
    let file = |content: &str| format!("<configuration>{content}</configuration>");
    let edited = |content: &str| {
        let outcome =
            transform(Some(file(content).as_bytes()), &dotnet(), &TransformOptions::default());
        let outcome = outcome.unwrap();
        let text = String::from_utf8(outcome.bytes.unwrap()).unwrap();
        let at = text.find("processPath=\"dotnet\"").unwrap();
        let codes: Vec<_> = outcome.warnings.iter().map(|warning| warning.code).collect();
        let before = &text[..at];
        let location =
            before.rfind("<location").filter(|&from| !before[from..].contains("</location>"));
        let path = location.map_or("root", |from| before[from..].split('>').next().unwrap());
        format!("{path} {codes:?}")
    };
    let dot =
        format!(r#"<location path="api"><x/></location><location path=".">{section}</location>"#);
    assert_eq!(edited(&dot), r#"<location path="." []"#);
    let sub = format!(
        r#"<location path="api">{section}</location><location path="b">{section}</location>"#
    );
    assert_eq!(edited(&sub), r#"<location path="api" ["aspnetcore-in-sub-path"]"#);
    let both =
        format!(r#"<location path="api">{section}</location><location>{section}</location>"#);
    assert_eq!(edited(&both), "<location []");
    assert_eq!(edited(r#"<location path="api"></location>"#), "root []");
    assert_eq!(
        edited(r#"<location path="api"></location><location path=""/>"#),
        r#"<location path="" []"#
    );
    let handler =
        r#"<system.webServer><handlers><add name="ASPNETCORE"/></handlers></system.webServer>"#;
    assert_eq!(edited(&format!(r#"{handler}<location path="."/>"#)), "root []");
    assert_eq!(edited("<x><aspNetCore/></x>"), r#"root ["misplaced-aspnetcore"]"#);
}

#[test]
fn a_location_can_be_asked_for() {
    let source = r#"<configuration><system.webServer><aspNetCore processPath="x"/></system.webServer><location path="api"/></configuration>"#;
    let options = |path: &str| TransformOptions {
        location: Some(path.to_owned()),
        ..TransformOptions::default()
    };
    let result = check_with(source, &dotnet(), &options("api"));
    assert!(result.contains(r#"<location path="api"><system.webServer><handlers>"#), "{result}");
    let missing = check_with(source, &dotnet(), &options("web"));
    assert_eq!(missing, "no-such-location: no `location` has the path `web`");
}

#[test]
fn duplicates_that_iis_refuses_are_errors_with_both_places() {
    let web = |inner: &str| {
        format!(
            "<configuration>\n<system.webServer>\n{inner}\n</system.webServer>\n</configuration>"
        )
    };
    let error = |inner: &str| check(&web(inner), &dotnet());
    assert_eq!(
        error("<aspNetCore/>\n<aspNetCore/>"),
        "duplicate-element at 4:1: `aspNetCore` stands here a second time; the first is at 3:1"
    );
    assert!(error("<handlers/>\n<handlers/>").starts_with("duplicate-element at 4:1: `handlers`"));
    let lists = "<aspNetCore><environmentVariables/><environmentVariables/></aspNetCore>";
    assert!(error(lists).starts_with("duplicate-element at 3:36: `environmentVariables`"));
    let add = r#"<add name="aspNetCore"/>"#;
    let twice = error(&format!("<handlers>{add}\n{add}</handlers>"));
    assert!(twice.starts_with("duplicate-element at 4:1: `add`"), "{twice}");
    for between in ["<clear/>", r#"<remove name="aspnetcore"/>"#] {
        let separated = error(&format!("<handlers>{add}{between}{add}</handlers>"));
        assert!(!separated.contains("duplicate"), "{separated}");
    }
    let scopes = r#"<configuration><system.webServer><aspNetCore/></system.webServer>
<location path="."><system.webServer><aspNetCore/></system.webServer></location></configuration>"#;
    assert!(check(scopes, &dotnet()).starts_with("duplicate-element at 2:38: `aspNetCore`"));
    let servers = "<configuration><system.webServer/><system.webServer/></configuration>";
    assert!(check(servers, &dotnet()).starts_with("duplicate-element at 1:35: `system.webServer`"));
}

#[test]
fn empty_attributes_count_as_missing_and_are_reported() {
    let source = r#"<configuration>
  <system.webServer>
    <handlers>
      <add name="aspNetCore" path="" verb=" " modules="" resourceType="Unspecified" />
    </handlers>
    <aspNetCore processPath="" arguments="" stdoutLogEnabled="" stdoutLogFile="  " hostingModel="" />
  </system.webServer>
</configuration>"#;
    let target = with(|target| target.hosting_model = None);
    insta::assert_snapshot!(check(source, &target), @r#"
    -      <add name="aspNetCore" path="" verb=" " modules="" resourceType="Unspecified" />
    -    <aspNetCore processPath="" arguments="" stdoutLogEnabled="" stdoutLogFile="  " hostingModel="" />
    +      <add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2" resourceType="Unspecified" />
    +    <aspNetCore processPath="dotnet" arguments=".\App.dll" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" />
    empty-attribute 4:30
    empty-attribute 4:38
    empty-attribute 4:47
    empty-attribute 6:45
    empty-attribute 6:65
    empty-attribute 6:84
    "#);
}

#[test]
fn azure_has_a_log_path_of_its_own() {
    let source = studio(
        r#"    <aspNetCore processPath="dotnet" arguments=".\App.dll" stdoutLogEnabled="false" stdoutLogFile="x" hostingModel="inprocess" />"#,
    );
    let result = check(&source, &with(|target| target.azure = true));
    assert!(result.contains(r#"stdoutLogFile="\\?\%home%\LogFiles\stdout""#), "{result}");
}

#[test]
fn a_bundle_runs_out_of_process_unless_somebody_chose_otherwise() {
    let launch = Launch::SingleFile { executable: "App.exe".to_owned(), dll: "App.dll".to_owned() };
    let default = with(|target| target.launch = launch.clone());
    let empty = "<configuration />";
    let result = check(empty, &default);
    assert!(result.contains(r#"hostingModel="outofprocess""#), "{result}");
    assert!(result.contains("single-file-outofprocess"), "{result}");
    let chosen = with(|target| {
        target.launch = launch;
        target.hosting_model = Some(ModelProperty { value: "InProcess".into(), is_explicit: true });
    });
    assert!(check(empty, &chosen).starts_with("inprocess-needs-dll: "));
    let generated = transform(None, &default, &TransformOptions::default()).unwrap();
    let text = String::from_utf8(generated.bytes.unwrap()).unwrap();
    assert!(text.contains(r#"processPath=".\App.exe" stdoutLogEnabled"#), "{text}");
    assert!(text.contains(r#"hostingModel="outofprocess""#), "{text}");
}

#[test]
fn a_native_program_is_started_as_it_is() {
    let target = Target::new(Launch::Native { executable: "shop.exe".to_owned() });
    let generated = transform(None, &target, &TransformOptions::default()).unwrap();
    let text = String::from_utf8(generated.bytes.unwrap()).unwrap();
    assert!(text.contains(r#"<aspNetCore processPath=".\shop.exe" stdoutLogEnabled="false" stdoutLogFile=".\logs\stdout" hostingModel="outofprocess" forwardWindowsAuthToken="false" startupTimeLimit="30" />"#), "{text}");
    let again = transform(Some(text.as_bytes()), &target, &TransformOptions::default()).unwrap();
    assert!(again.changes.is_empty());
    let wrong = r#"<configuration><system.webServer><aspNetCore hostingModel="inprocess"/></system.webServer></configuration>"#;
    assert!(
        check(wrong, &target).starts_with("inprocess-needs-dll at 1:46"),
        "{}",
        check(wrong, &target)
    );
}

#[test]
fn variables_are_set_once_ignoring_case() {
    let source = studio(
        r#"    <aspNetCore processPath="dotnet" arguments=".\App.dll" stdoutLogEnabled="false" stdoutLogFile="x" hostingModel="inprocess">
      <environmentVariables>
        <environmentVariable name="aspnetcore_environment" value="Development" />
        <environmentVariable name="X" value="1" />
        <environmentVariable name="x" value="2" />
      </environmentVariables>
    </aspNetCore>"#,
    );
    let target = with(|target| {
        target.environment_name = Some("Production".into());
        target.environment_variables = Some("X=a=b;Y".into());
        target.settings = vec![("Z".into(), "c;d=\"e\"".into())];
    });
    insta::assert_snapshot!(check(&source, &target), @r#"
    -        <environmentVariable name="aspnetcore_environment" value="Development" />
    -        <environmentVariable name="X" value="1" />
    -        <environmentVariable name="x" value="2" />
    +        <environmentVariable name="ASPNETCORE_ENVIRONMENT" value="Production" />
    +        <environmentVariable name="X" value="a=b" />
    +        <environmentVariable name="Y" value="" />
    +        <environmentVariable name="Z" value="c;d=&quot;e&quot;" />
    env-without-value
    duplicate-variable 10:9
    "#);
    let keep = TransformOptions { variables: VariableMode::Keep, ..TransformOptions::default() };
    insta::assert_snapshot!(check_with(&source, &target, &keep), @r#"
    +        <environmentVariable name="Y" value="" />
    +        <environmentVariable name="Z" value="c;d=&quot;e&quot;" />
    env-without-value
    development-environment 8:9
    "#);
}

#[test]
fn the_environment_given_twice_is_said_and_the_later_wins() {
    let target = with(|target| {
        target.environment_name = Some("Staging".into());
        target.environment_variables = Some("aspnetcore_environment=Production".into());
    });
    let outcome = transform(None, &target, &TransformOptions::default()).unwrap();
    let text = String::from_utf8(outcome.bytes.unwrap()).unwrap();
    assert!(text.contains(r#"name="ASPNETCORE_ENVIRONMENT" value="Production""#), "{text}");
    assert_eq!(outcome.warnings[0].code, "environment-name-conflict");
}

#[test]
fn variables_of_properties_are_laid_out_in_a_generated_file() {
    let target = with(|target| target.environment_variables = Some("A=1".into()));
    let outcome = transform(None, &target, &TransformOptions::default()).unwrap();
    assert!(outcome.created && outcome.changes.is_empty());
    let text = String::from_utf8(outcome.bytes.unwrap()).unwrap();
    let variables = "hostingModel=\"inprocess\">\r\n        <environmentVariables>\r\n          <environmentVariable name=\"A\" value=\"1\" />\r\n        </environmentVariables>\r\n      </aspNetCore>\r\n";
    assert!(text.contains(variables), "{text}");
}

#[test]
fn a_development_environment_is_reported_unless_the_build_is_for_debugging() {
    let development = |configuration: Option<&str>| {
        let target = with(|target| {
            target.environment_name = Some("development".into());
            target.configuration = configuration.map(str::to_owned);
        });
        let outcome = transform(None, &target, &TransformOptions::default()).unwrap();
        outcome.warnings.iter().map(|warning| warning.code).collect::<Vec<_>>()
    };
    assert_eq!(development(Some("Release")), ["development-environment"]);
    assert_eq!(development(None), ["development-environment"]);
    assert!(development(Some("debug")).is_empty());
}

#[test]
fn secrets_do_not_show_among_the_changes() {
    let source = studio(
        r#"    <aspNetCore><environmentVariables><environmentVariable name="Db__Password" value="old" /></environmentVariables></aspNetCore>"#,
    );
    let target = with(|target| {
        target.settings =
            vec![("Db__Password".into(), "new".into()), ("Api__Token".into(), "abc".into())];
    });
    let outcome = transform(Some(source.as_bytes()), &target, &TransformOptions::default());
    let changes = outcome.unwrap().changes;
    let secrets: Vec<_> = changes
        .iter()
        .filter(|change| change.what.starts_with("environmentVariable "))
        .map(|change| (change.before.as_deref(), change.after.as_deref()))
        .collect();
    assert_eq!(secrets, [(Some("…"), Some("…")), (None, Some("…"))]);
}

#[test]
fn the_comment_with_the_guid_goes_only_when_asked() {
    let source = "<!-- ProjectGuid: A-1 -->\n<!--projectguid: a-1-->\n<configuration />\n<!--ProjectGuid: A-1-->";
    let target = with(|target| {
        target.project_guid = Some("{A-1}".into());
        target.guid_comment = GuidComment::Remove;
    });
    let result = check(source, &target);
    assert!(result.contains("-<!--projectguid: a-1-->\n"), "{result}");
    assert!(result.contains("-<!--ProjectGuid: A-1-->\n"), "{result}");
    assert!(!result.contains("-<!-- ProjectGuid"), "{result}");
    let left = check(source, &with(|target| target.project_guid = Some("A-1".into())));
    assert!(!left.contains("-<!--"), "{left}");
}

#[test]
fn a_net_framework_app_keeps_its_file() {
    let target = with(|target| target.framework = Framework::NetFramework);
    let broken =
        transform(Some(b"<configuration>"), &target, &TransformOptions::default()).unwrap();
    assert_eq!(broken.bytes.as_deref(), Some(b"<configuration>".as_slice()));
    let none = transform(None, &target, &TransformOptions::default()).unwrap();
    assert_eq!((none.bytes, none.created), (None, false));
}

#[test]
fn broken_sources_are_refused_or_on_request_replaced() {
    assert!(
        check("<configuration><a></configuration>", &dotnet())
            .starts_with("malformed-web-config at 1:")
    );
    assert!(check("", &dotnet()).starts_with("malformed-web-config"));
    let wrong = check("<Configuration />", &dotnet());
    assert!(wrong.starts_with("wrong-root at 1:1: "), "{wrong}");
    let options =
        TransformOptions { on_malformed: OnMalformed::Regenerate, ..TransformOptions::default() };
    let outcome = transform(Some(b"<a>"), &dotnet(), &options).unwrap();
    assert!(outcome.created);
    assert_eq!(outcome.warnings[0].code, "malformed-web-config");
    assert_eq!(
        outcome.bytes,
        transform(None, &dotnet(), &TransformOptions::default()).unwrap().bytes
    );
}

#[test]
fn characters_that_xml_cannot_hold_are_refused() {
    let target = with(|target| target.settings = vec![("A".into(), "\u{1}".into())]);
    let error = check("<configuration />", &target);
    assert_eq!(error, "inexpressible-character: a variable holds U+0001, which XML cannot express");
}

#[test]
fn a_chain_stands_between_settings_and_variables() {
    let target = with(|target| target.environment_variables = Some("A=1".into()));
    let options = TransformOptions::default();
    let source = b"<configuration />";
    let chain = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(text.contains("hostingModel") && !text.contains("environmentVariable"));
        Ok::<_, iisle_webconfig::TransformError>(Some(
            text.replace("inprocess", "outofprocess").into_bytes(),
        ))
    };
    let outcome = transform_through(Some(source), &target, &options, chain).unwrap();
    let text = String::from_utf8(outcome.bytes.unwrap()).unwrap();
    assert!(text.contains("outofprocess") && text.contains("environmentVariable"), "{text}");
    // A chain may take the section away; nothing is put back.
    let gone =
        |_: &[u8]| Ok::<_, iisle_webconfig::TransformError>(Some(b"<configuration/>".to_vec()));
    let outcome = transform_through(Some(source), &target, &options, gone).unwrap();
    assert_eq!(outcome.bytes.as_deref(), Some(b"<configuration/>".as_slice()));
}

#[test]
fn the_guid_comment_is_added_on_request_at_the_end_and_once() {
    let add = |guid: &str| {
        with(|target| {
            target.project_guid = Some(guid.to_owned());
            target.guid_comment = GuidComment::Add;
        })
    };
    let result = |source: Option<&str>, guid: &str| {
        let options = TransformOptions::default();
        let outcome = transform(source.map(str::as_bytes), &add(guid), &options).unwrap();
        String::from_utf8(outcome.bytes.unwrap()).unwrap()
    };
    let generated = result(None, "{1-2}");
    assert!(generated.ends_with("</configuration>\r\n<!--ProjectGuid: 1-2-->"), "{generated}");
    let edited = result(Some("<configuration>\n</configuration>\n"), "a--");
    assert!(edited.ends_with("</configuration>\n<!--ProjectGuid: a- - -->\n"), "{edited}");
    assert_eq!(result(Some(&generated), "(1-2)"), generated);
}
