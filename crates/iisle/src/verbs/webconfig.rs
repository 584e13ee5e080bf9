use iisle_ops::{Failure, GenerateRequest, TransformRequest, WebConfigSettings, Writes};

use crate::args::{GenerateArgs, TransformArgs, WebconfigVerb};
use crate::exit::Exit;
use crate::render::webconfig::{generated, transformed};
use crate::session::{Answer, Session};
use crate::wire::{generate_body, transform_body};

pub(super) fn run(verb: WebconfigVerb, session: &Session) -> Result<Answer, Failure> {
    match verb {
        WebconfigVerb::Generate(args) => generate(*args, session),
        WebconfigVerb::Transform(args) => transform(*args, session),
    }
}

fn generate(args: GenerateArgs, session: &Session) -> Result<Answer, Failure> {
    let GenerateArgs {
        dll,
        exe,
        native,
        output,
        arguments,
        hosting_model,
        module,
        environment,
        stdout_log,
        stdout_log_file,
        dry_run,
    } = args;
    let base = match (dll, exe, native) {
        (Some(dll), _, _) => WebConfigSettings::framework_dependent(&dll),
        (None, Some(exe), _) => WebConfigSettings::executable(&exe),
        (None, None, Some(native)) => WebConfigSettings::native(&native),
        (None, None, None) => return Err(Failure::new("nothing says what the app is started by")),
    };
    let arguments = match (base.arguments.clone(), arguments) {
        (Some(dll), Some(more)) => Some(format!("{dll} {more}")),
        (first, second) => first.or(second),
    };
    let settings = WebConfigSettings {
        arguments,
        hosting_model: hosting_model.or(base.hosting_model.clone()),
        module: module.unwrap_or(base.module.clone()),
        environment_variables: environment,
        stdout_log_enabled: stdout_log,
        stdout_log_file: stdout_log_file.unwrap_or(base.stdout_log_file.clone()),
        ..base
    };
    let writes = if dry_run { Writes::No } else { Writes::Yes };
    let report = iisle_ops::generate(&GenerateRequest { settings, path: output, writes })?;
    Ok(session.answer(Exit::Good, None, || generated(&report, writes), || generate_body(&report)))
}

fn transform(args: TransformArgs, session: &Session) -> Result<Answer, Failure> {
    let TransformArgs { publish_dir, project_dir, task, configuration, environment, dry_run } =
        args;
    let writes = if dry_run { Writes::No } else { Writes::Yes };
    let request = TransformRequest {
        publish_dir,
        project_dir,
        tasks: task,
        configuration,
        environment,
        writes,
    };
    let report = iisle_ops::transform(&session.context(), &request)?;
    Ok(session.answer(
        Exit::Good,
        None,
        || transformed(&report, writes),
        || transform_body(&report),
    ))
}
