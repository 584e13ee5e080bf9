use std::time::Duration;

use iisle_ops::{
    ApplicationInitialization, Failure, Form, GenerateRequest, GuidComment, LogsFolder, Newline,
    OnMalformed, Place, Process, ShadowCopy, SourceChoice, TransformOptions, TransformRequest,
    VariableMode, WebConfigSettings, Writes,
};

use crate::args::{
    DiffArgs, EnvModeArg, GenerateArgs, InheritedArg, LogsFolderArg, NewlineArg, OnMalformedArg,
    ProcessArg, ShowArgs, TransformArgs, WebConfigArg, WebconfigVerb,
};
use crate::exit::Exit;
use crate::render::style::warning;
use crate::render::webconfig::{compared, generated, shown, transformed};
use crate::session::{Answer, Session};
use crate::wire::{diff_body, generate_body, show_body, transform_body};

pub(super) fn run(verb: WebconfigVerb, session: &Session) -> Result<Answer, Failure> {
    match verb {
        WebconfigVerb::Generate(args) => generate(*args, session),
        WebconfigVerb::Transform(args) => transform(*args, session),
        WebconfigVerb::Show(args) => show(&args, session),
        WebconfigVerb::Diff(args) => diff(&args, session),
    }
}

fn show(args: &ShowArgs, session: &Session) -> Result<Answer, Failure> {
    let ShowArgs { path } = args;
    let report = iisle_ops::show_web_config(path)?;
    Ok(session.answer(Exit::Good, None, || shown(&report), || show_body(&report)))
}

fn diff(args: &DiffArgs, session: &Session) -> Result<Answer, Failure> {
    let DiffArgs { a, b } = args;
    let report = iisle_ops::diff_web_configs(a, b)?;
    let exit = if report.differences.is_empty() { Exit::Good } else { Exit::No };
    Ok(session.answer(exit, None, || compared(&report), || diff_body(&report)))
}

fn generate(args: GenerateArgs, session: &Session) -> Result<Answer, Failure> {
    let request = GenerateRequest::from(args);
    let report = iisle_ops::generate(&request)?;
    if session.is_for_people() {
        // The text may go to stdout, where nothing else belongs.
        let told: String = report.warnings.iter().map(|told| warning(told, "")).collect();
        anstream::eprint!("{told}");
    }
    Ok(session.answer(
        Exit::Good,
        None,
        || generated(&report, request.writes),
        || generate_body(&report),
    ))
}

impl From<GenerateArgs> for GenerateRequest {
    fn from(args: GenerateArgs) -> Self {
        let GenerateArgs {
            dll,
            exe,
            native,
            http_platform,
            // Whoever names no program has chosen this.
            non_core: _,
            output,
            sub_application,
            arguments,
            hosting_model,
            module,
            environment,
            handler_setting,
            shadow_copy,
            clean_shadow_copy,
            stack_size,
            startup_time_limit,
            shutdown_time_limit,
            request_timeout,
            rapid_fails_per_minute,
            processes_per_application,
            startup_retry_count,
            forward_windows_auth_token,
            disable_startup_error_page,
            stdout_log,
            stdout_log_file,
            warm_up,
            init_after_restart,
            loading_page,
            dry_run,
        } = args;
        let base = match (dll, exe, native, http_platform) {
            (Some(dll), ..) => WebConfigSettings::framework_dependent(&dll),
            (_, Some(exe), ..) => WebConfigSettings::executable(&exe),
            (_, _, Some(native), _) => WebConfigSettings::native(&native),
            (_, _, _, Some(program)) => WebConfigSettings::http_platform(&program),
            (None, None, None, None) => WebConfigSettings::non_core(),
        };
        let seconds = |seconds: Option<u32>| seconds.map(|s| Duration::from_secs(s.into()));
        let initializes = init_after_restart || !warm_up.is_empty() || loading_page.is_some();
        let settings = WebConfigSettings {
            arguments: match (base.arguments.clone(), arguments) {
                (Some(dll), Some(more)) => Some(format!("{dll} {more}")),
                (first, second) => first.or(second),
            },
            hosting_model: hosting_model.or(base.hosting_model.clone()),
            module: module.unwrap_or(base.module.clone()),
            environment_variables: environment,
            handler_settings: handler_setting,
            shadow_copy: shadow_copy.map(|directory| ShadowCopy {
                directory: Some(directory).filter(|directory| !directory.is_empty()),
                clean: clean_shadow_copy,
            }),
            stack_size,
            startup_time_limit: seconds(startup_time_limit).or(base.startup_time_limit),
            shutdown_time_limit: seconds(shutdown_time_limit),
            request_timeout,
            rapid_fails_per_minute,
            processes_per_application,
            startup_retry_count,
            forward_windows_auth_token: forward_windows_auth_token
                .or(base.forward_windows_auth_token),
            disable_start_up_error_page: disable_startup_error_page,
            stdout_log_enabled: stdout_log,
            stdout_log_file: stdout_log_file.unwrap_or(base.stdout_log_file.clone()),
            application_initialization: initializes.then_some(ApplicationInitialization {
                after_restart: init_after_restart,
                pages: warm_up,
                loading_page,
            }),
            place: match sub_application {
                Some(InheritedArg::Remove) => Place::SubApplication,
                Some(InheritedArg::Keep) => Place::SubApplicationInheriting,
                None => base.place,
            },
            ..base
        };
        Self { settings, path: output, writes: if dry_run { Writes::No } else { Writes::Yes } }
    }
}

fn transform(args: TransformArgs, session: &Session) -> Result<Answer, Failure> {
    let request = TransformRequest::from(args);
    let report = iisle_ops::transform(&session.context(), &request)?;
    Ok(session.answer(
        Exit::Good,
        None,
        || transformed(&report, request.writes),
        || transform_body(&report),
    ))
}

impl From<TransformArgs> for TransformRequest {
    fn from(args: TransformArgs) -> Self {
        let TransformArgs {
            publish_dir,
            project_dir,
            task,
            configuration,
            publish_profile,
            environment,
            custom_transform,
            variables,
            env_mode,
            web_config,
            process,
            location,
            on_malformed,
            project_guid,
            logs_folder,
            compatible,
            newline,
            dry_run,
        } = args;
        let newline = match newline {
            NewlineArg::Lf => Newline::Lf,
            NewlineArg::Crlf => Newline::CrLf,
        };
        Self {
            publish_dir,
            project_dir,
            tasks: task,
            configuration,
            publish_profile,
            environment,
            custom_transform,
            form: if compatible { Form::Compatible(newline) } else { Form::Lossless },
            variables,
            source: match web_config {
                WebConfigArg::Auto => SourceChoice::Auto,
                WebConfigArg::Generate => SourceChoice::Generate,
                WebConfigArg::Project => SourceChoice::Project,
                WebConfigArg::KeepTarget => SourceChoice::KeepTarget,
                WebConfigArg::None => SourceChoice::None,
            },
            process: match process {
                ProcessArg::Auto => Process::Auto,
                ProcessArg::Dotnet => Process::Dotnet,
                ProcessArg::Exe => Process::Executable,
            },
            guid_comment: if project_guid { GuidComment::Add } else { GuidComment::Leave },
            logs: match logs_folder {
                LogsFolderArg::True => LogsFolder::Create,
                LogsFolderArg::Placeholder => LogsFolder::Placeholder,
                LogsFolderArg::False => LogsFolder::Leave,
            },
            options: TransformOptions {
                location,
                on_malformed: match on_malformed {
                    OnMalformedArg::Fail => OnMalformed::Fail,
                    OnMalformedArg::Regenerate => OnMalformed::Regenerate,
                },
                variables: match env_mode {
                    EnvModeArg::Set => VariableMode::Set,
                    EnvModeArg::Keep => VariableMode::Keep,
                },
            },
            writes: if dry_run { Writes::No } else { Writes::Yes },
        }
    }
}
