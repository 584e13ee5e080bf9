use std::io::Read;
use std::path::{Path, PathBuf};

use iisle_ops::{
    Failure, Writes, XdtDiff, XdtHyphens, XdtInput, XdtKeep, XdtMode, XdtOptions, XdtRequest,
    XdtStatus, XdtUnmatched, apply_xdt,
};

use crate::args::XdtArgs;
use crate::exit::Exit;
use crate::render::xdt::{messages, summary};
use crate::session::{Answer, Data, Session};
use crate::wire::xdt_body;

pub(super) fn run(args: XdtArgs, session: &Session) -> Result<Answer, Failure> {
    let request = request(args)?;
    let report = apply_xdt(&request)?;
    let exit = match report.status {
        XdtStatus::Applied => Exit::Good,
        XdtStatus::Errors => Exit::No,
        XdtStatus::Malformed | XdtStatus::Failed => Exit::CouldNotRun,
    };
    if !session.is_for_people() {
        return Ok(session.answer(exit, report.failure.clone(), String::new, || xdt_body(&report)));
    }
    let data = match (&report.diff, &report.path, &report.bytes) {
        (Some(diff), _, _) => Data::Bytes(diff.clone().into_bytes()),
        (None, None, Some(bytes)) => Data::Bytes(bytes.clone()),
        (None, Some(_), Some(_)) if !session.is_quiet() => Data::Text(summary(&report)),
        (None, ..) => Data::Text(String::new()),
    };
    Ok(Session::data(exit, report.failure.clone(), messages(&report), data))
}

fn request(args: XdtArgs) -> Result<XdtRequest, Failure> {
    let XdtArgs { source, transform, output, compatible, strict, diff, refuse_hyphens, force_save } =
        args;
    if is_stdin(&source) && is_stdin(&transform) {
        return Err(Failure::new("only one of the documents can come from stdin"));
    }
    let options = XdtOptions {
        mode: if compatible { XdtMode::Compatible } else { XdtMode::Safe },
        unmatched: if strict { XdtUnmatched::Fail } else { XdtUnmatched::Warn },
        hyphens: if refuse_hyphens { XdtHyphens::Refuse } else { XdtHyphens::Spread },
        keep: if force_save { XdtKeep::Anything } else { XdtKeep::Good },
        ..XdtOptions::default()
    };
    Ok(XdtRequest {
        source: input(source)?,
        transform: input(transform)?,
        output: output.filter(|path| !is_stdin(path)),
        options,
        diff: if diff { XdtDiff::Yes } else { XdtDiff::No },
        writes: if diff { Writes::No } else { Writes::Yes },
    })
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn input(path: PathBuf) -> Result<XdtInput, Failure> {
    if !is_stdin(&path) {
        return Ok(XdtInput::File(path));
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::of(&error).context("cannot read stdin"))?;
    Ok(XdtInput::Given { name: "<stdin>".to_owned(), bytes })
}
