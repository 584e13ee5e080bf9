use std::num::NonZeroUsize;

use iisle_ops::{
    ConnectionStrings, EntryLimit, Environment, Failure, FileValue, PackForm, PackRequest,
    PackSettings, Sbom, SetAcl, Shape,
};

use super::package::offset_minutes;
use crate::args::{PackArgs, ShapeArg};
use crate::exit::Exit;
use crate::render::pack::pack;
use crate::session::{Answer, Session};
use crate::wire::pack_body;

pub(super) fn run(args: PackArgs, session: &Session) -> Result<Answer, Failure> {
    let PackArgs {
        folder,
        output,
        app_path,
        skip,
        parameters,
        parameter,
        connection_strings,
        archive_dir,
        provider,
        set_acl,
        environment,
        cache,
        sbom,
        zip_times,
        many_entries,
        threads,
    } = args;
    let settings = PackSettings {
        application: app_path,
        skip,
        parameters,
        values: parameter.into_iter().map(file_value).collect::<Result<_, _>>()?,
        connection_strings: if connection_strings {
            ConnectionStrings::Parameters
        } else {
            ConnectionStrings::Fixed
        },
        threads: threads.and_then(NonZeroUsize::new),
        form: if archive_dir { PackForm::Folder } else { PackForm::Zip },
        shape: match provider {
            ShapeArg::IisApp => Shape::Application,
            ShapeArg::ContentPath => Shape::Content,
            ShapeArg::DirPath => Shape::Folder,
        },
        access: set_acl.iter().map(|text| access(text)).collect(),
        environments: environment.iter().map(|text| self::environment(text)).collect(),
        cache,
        sbom: if sbom { Sbom::Beside } else { Sbom::No },
        offset_minutes: offset_minutes(zip_times),
        entries: if many_entries { EntryLimit::Lifted } else { EntryLimit::Documented },
    };
    let request = PackRequest { folder, package: output, settings };
    let report = iisle_ops::pack(&session.context(), &request)?;
    Ok(session.answer(Exit::Good, None, || pack(&report), || pack_body(&report)))
}

fn file_value((name, rest): (String, String)) -> Result<FileValue, Failure> {
    match rest.split_once('#') {
        Some((file, place)) => {
            Ok(FileValue { name, file: file.to_owned(), place: place.to_owned() })
        }
        None => Err(Failure::new(format!("`{rest}` names no place in a file"))
            .hint("for example --parameter 'Port=appsettings.json#/Smtp/Port'")),
    }
}

fn access(text: &str) -> SetAcl {
    let (folder, access) = text.split_once('=').unwrap_or((text, "Modify"));
    SetAcl { folder: folder.to_owned(), access: access.to_owned() }
}

fn environment(text: &str) -> Environment {
    match text.split_once('=') {
        Some((name, file)) => Environment { name: name.to_owned(), values: Some(file.into()) },
        None => Environment { name: text.to_owned(), values: None },
    }
}
