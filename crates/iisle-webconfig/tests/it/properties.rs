//! What holds for every input.

use iisle_webconfig::{
    CompatibleContext, CompatibleSource, Launch, Newline, Target, TaskParameters, TransformOptions,
    compare, read, transform, transform_compatible,
};
use proptest::prelude::*;

/// Attributes of the section as somebody may have written them.
fn attributes() -> impl Strategy<Value = String> {
    let attribute = prop_oneof![
        Just(r#" processPath="%LAUNCHER_PATH%""#),
        Just(" processPath = 'dotnet'"),
        Just("\n  arguments=\".\\App.dll --x\""),
        Just(r#" arguments="%LAUNCHER_ARGS%""#),
        Just(" stdoutLogEnabled='true'"),
        Just("\r\n\tstdoutLogFile=\"\""),
        Just(r#" hostingModel=" OutOfProcess ""#),
        Just(r#" requestTimeout="00:05:00""#),
    ];
    proptest::collection::vec(attribute, 0..5).prop_map(|mut attributes| {
        let name = |text: &str| text.trim().split(['=', ' ']).next().unwrap_or_default().to_owned();
        attributes.sort_by_key(|text| name(text));
        attributes.dedup_by_key(|text| name(text));
        attributes.concat()
    })
}

fn gap() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just(""),
        Just("\n"),
        Just("\r\n    "),
        Just("\n\t\t"),
        Just("<!-- ä -->"),
        Just("\n  <?p x?>\n")
    ]
}

/// A whole file: root or location, with or without handlers and variables, in many layouts.
fn file() -> impl Strategy<Value = String> {
    let variables = prop_oneof![
        Just(String::new()),
        Just("<environmentVariables/>".to_owned()),
        Just("<environmentVariables>\n<environmentVariable name='A' value='1'/>\n<environmentVariable name='a' value='2'/></environmentVariables>".to_owned()),
    ];
    let handlers = prop_oneof![
        Just(""),
        Just("<handlers/>"),
        Just(
            "<handlers>\n  <remove name=\"aspNetCore\"/>\n  <add name='ASPNETCORE' path='' />\n</handlers>"
        ),
    ];
    let section =
        (attributes(), variables, any::<bool>()).prop_map(|(attributes, variables, there)| {
            if there {
                format!("<aspNetCore{attributes}>{variables}</aspNetCore>")
            } else {
                String::new()
            }
        });
    (gap(), gap(), handlers, section, any::<bool>(), any::<bool>()).prop_map(
        |(one, two, handlers, section, location, bom)| {
            let inner = format!("{one}<system.webServer>{two}{handlers}{one}{section}{two}<x y='1'>a<b/></x></system.webServer>{one}");
            let inner = if location { format!("{two}<location path='.'>{inner}</location>") } else { inner };
            let bom = if bom { "\u{feff}" } else { "" };
            format!("{bom}<?xml version='1.0'?>\n<configuration>{inner}</configuration>{two}")
        },
    )
}

fn target(exe: bool) -> Target {
    let launch = if exe {
        Launch::app_host("App.dll", ".exe")
    } else {
        Launch::Dotnet { dll: "App.dll".to_owned() }
    };
    let mut target = Target::new(launch);
    target.environment_name = Some("Production".to_owned());
    target.environment_variables = Some("A=x".to_owned());
    target
}

/// Tags, comments and instructions as written, in order.
fn tags(text: &str) -> Vec<&str> {
    let pieces = text.split('<').skip(1);
    pieces.map(|piece| piece.split_inclusive('>').next().unwrap_or_default()).collect()
}

/// Whether a tag is of an element that the transformation may edit, remove, or open for children.
fn is_ours(tag: &str) -> bool {
    let name = tag.trim_start_matches('/').split(['>', '/', ' ', '\n', '\r']).next();
    let ours = ["aspNetCore", "add", "environmentVariable", "environmentVariables", "handlers"];
    ours.contains(&name.unwrap_or_default())
}

proptest! {
    #[test]
    fn any_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let options = TransformOptions::default();
        prop_assert_eq!(read(&bytes).is_ok(), transform(Some(&bytes), &target(true), &options).is_ok());
    }

    #[test]
    fn a_damaged_file_gives_an_answer(file in file(), at in any::<proptest::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = file.into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let result = transform(Some(&bytes), &target(true), &TransformOptions::default());
        prop_assert!(read(&bytes).is_ok() || result.is_err());
    }

    #[test]
    fn transforming_twice_is_transforming_once(file in file(), exe in any::<bool>()) {
        let options = TransformOptions::default();
        let target = target(exe);
        let once = transform(Some(file.as_bytes()), &target, &options).unwrap().bytes.unwrap();
        let twice = transform(Some(&once), &target, &options).unwrap();
        prop_assert_eq!(String::from_utf8(twice.bytes.unwrap()).unwrap(), String::from_utf8(once).unwrap());
        prop_assert!(twice.changes.is_empty(), "{:?}", twice.changes);
    }

    #[test]
    fn what_is_not_ours_keeps_its_bytes(file in file(), exe in any::<bool>()) {
        let result = transform(Some(file.as_bytes()), &target(exe), &TransformOptions::default());
        let result = String::from_utf8(result.unwrap().bytes.unwrap()).unwrap();
        let mut kept = tags(&result).into_iter();
        for tag in tags(&file).into_iter().filter(|tag| !is_ours(tag)) {
            prop_assert!(kept.any(|other| other == tag), "{tag} is lost in {result}");
        }
        prop_assert_eq!(result.starts_with('\u{feff}'), file.starts_with('\u{feff}'));
        let end = |text: &str| text.rsplit("</configuration>").next().unwrap().to_owned();
        prop_assert_eq!(end(&result), end(&file));
    }

    #[test]
    fn compatible_mode_writes_what_can_be_read(file in file(), exe in any::<bool>(), crlf in any::<bool>()) {
        let mut task = TaskParameters::default();
        task.set("TargetPath", "App.dll").unwrap();
        task.set("UseAppHost", if exe { "true" } else { "false" }).unwrap();
        let newline = if crlf { Newline::CrLf } else { Newline::Lf };
        let context = CompatibleContext { newline, project_has_web_config: true };
        let once = transform_compatible(CompatibleSource::File(file.as_bytes()), &task, context);
        let bytes = once.unwrap().bytes;
        prop_assert!(read(&bytes).is_ok());
        let text = String::from_utf8(bytes).unwrap();
        let breaks = text.matches('\n').count();
        prop_assert_eq!(text.matches("\r\n").count(), if crlf { breaks } else { 0 });
    }

    #[test]
    fn any_bytes_give_an_answer_in_compatible_mode(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let task = TaskParameters { target_path: Some("App.dll".to_owned()), ..TaskParameters::default() };
        let context = CompatibleContext { newline: Newline::Lf, project_has_web_config: true };
        prop_assert!(transform_compatible(CompatibleSource::File(&bytes), &task, context).is_ok());
    }

    #[test]
    fn a_file_means_the_same_however_it_is_laid_out(file in file()) {
        let config = read(file.as_bytes()).unwrap();
        let other = read(file.replace("\r\n", " ").replace('\n', "  ").as_bytes()).unwrap();
        prop_assert_eq!(compare(&config, &other), vec![]);
    }
}
