use std::io::Read;

use iisle_ops::{
    DeployFailure, DeployMode, DeployRequest, DeployRules, ExtraSettings, Failure, Origin,
    PackageRequest, PositionMode, Protection, Setting, SettingSource, SyncSettings,
};

use super::package::offset_minutes;
use crate::args::{DeployArgs, PositionsArg, SettingArg};
use crate::exit::Exit;
use crate::render::deploy::deploy;
use crate::session::{Answer, Session};
use crate::wire::{deploy_body, refused_settings_body};

pub(super) fn run(args: DeployArgs, session: &Session) -> Answer {
    let codes = super::sync::codes(&args.staged);
    let request = match request(args, session) {
        Ok(request) => request,
        Err(failure) => return session.could_not_run(failure),
    };
    match iisle_ops::deploy(&session.context(), &request) {
        Ok(report) => {
            let exit = Exit::of(report.outcome, codes);
            session.answer(
                exit,
                report.failure.clone(),
                || deploy(&report),
                || deploy_body(&report),
            )
        }
        Err(DeployFailure { failure, unresolved: None }) => session.not_begun(codes, failure),
        Err(DeployFailure { failure, unresolved: Some(settings) }) => {
            let (unresolved, declared) = *settings;
            session.answer(Exit::CouldNotRun, Some(failure), String::new, || {
                refused_settings_body(&unresolved, &declared)
            })
        }
    }
}

fn request(args: DeployArgs, session: &Session) -> Result<DeployRequest, Failure> {
    let DeployArgs {
        package,
        to,
        map,
        settings,
        ignore_extra,
        skip,
        policy,
        staged,
        no_protect,
        enable_rule,
        disable_rule,
        positions,
        times,
        dry_run,
    } = args;
    let settings = settings.0.into_iter().map(|setting| source(setting, session));
    let mut rules = DeployRules::default();
    for (names, on) in [(enable_rule, true), (disable_rule, false)] {
        for name in names {
            // A rule about IIS has nothing to do here, whichever way it is switched.
            let _means_something = rules.switch(&name, on)?;
        }
    }
    let SyncSettings {
        extras,
        compare,
        protect,
        unprotect,
        include: _,
        exclude: _,
        max_delete,
        threads,
        bandwidth,
        bound: _,
    } = super::sync::settings(policy, Vec::new(), Vec::new());
    Ok(DeployRequest {
        package: PackageRequest { package, offset_minutes: offset_minutes(times.zip_times) },
        to,
        map: map.into_iter().map(|(from, to)| (from, to.into())).collect(),
        settings: settings.collect::<Result<_, _>>()?,
        extra_settings: if ignore_extra { ExtraSettings::Ignore } else { ExtraSettings::Refuse },
        skip,
        rules,
        extras,
        compare,
        protect,
        unprotect,
        protection: if no_protect { Protection::Off } else { Protection::On },
        max_delete,
        threads,
        bandwidth,
        positions: match positions {
            PositionsArg::Replace => PositionMode::Replace,
            PositionsArg::Insert => PositionMode::Insert,
        },
        staged: super::sync::staged_options(staged)?,
        mode: if dry_run { DeployMode::DryRun } else { DeployMode::Execute },
    })
}

/// Where a value comes from, with the world's part of it.
fn source(setting: SettingArg, session: &Session) -> Result<SettingSource, Failure> {
    let (name, value, origin) = match setting {
        SettingArg::File(path) => return Ok(SettingSource::File(path)),
        SettingArg::Value(name, value) => (name, value, Origin::Set),
        SettingArg::Environment(name, variable) => {
            let value = session.variable(&variable).ok_or_else(|| {
                Failure::new(format!("the environment variable `{variable}` is not set"))
                    .hint(format!("it was named for the parameter `{name}`"))
            })?;
            (name, value, Origin::Environment)
        }
        SettingArg::Stdin(name) => {
            let mut value = String::new();
            std::io::stdin().read_to_string(&mut value).map_err(|error| {
                Failure::of(&error).context(format!("cannot read the value of `{name}` from stdin"))
            })?;
            let value = value.strip_suffix('\n').unwrap_or(&value);
            (name, value.strip_suffix('\r').unwrap_or(value).to_owned(), Origin::Stdin)
        }
    };
    Ok(SettingSource::Value(Setting { name, value, origin }))
}
