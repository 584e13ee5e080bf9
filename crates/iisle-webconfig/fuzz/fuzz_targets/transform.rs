//! Any bytes as a web.config: it is read, explained and transformed as the SDK does without panic,
//! means the same as itself, and transforming it twice changes nothing the second time.
#![no_main]

use iisle_webconfig::{
    CompatibleContext, CompatibleSource, Launch, Newline, Target, TaskParameters, TransformOptions,
    compare, explain, read, transform, transform_compatible,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(config) = read(bytes) {
        let _explained = explain(&config);
        assert!(compare(&config, &config).is_empty());
    }
    let mut task = TaskParameters::default();
    task.set("TargetPath", "App.dll").expect("the task has this parameter");
    let context = CompatibleContext { newline: Newline::CrLf, project_has_web_config: true };
    let _compatible = transform_compatible(CompatibleSource::File(bytes), &task, context);
    let target = Target::new(Launch::Dotnet { dll: "App.dll".to_owned() });
    let options = TransformOptions::default();
    let Ok(once) = transform(Some(bytes), &target, &options) else { return };
    let first = once.bytes.expect("an app of .NET has a web.config");
    let twice = transform(Some(&first), &target, &options).expect("what we write, we read");
    assert_eq!(twice.bytes.as_deref(), Some(first.as_slice()));
});
