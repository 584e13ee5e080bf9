use std::path::PathBuf;

use iisle_ops::{CheckSettings, ExtractRequest, Failure, PackageRequest};

use crate::args::{
    PackageDiffArgs, PackageExtractArgs, PackageFileArgs, PackageShowArgs, PackageVerb,
    PackageVerifyArgs, ZipTimes,
};
use crate::env;
use crate::exit::Exit;
use crate::render::check::verdict;
use crate::render::package as render;
use crate::session::{Answer, Session};
use crate::wire;

pub(super) fn run(verb: PackageVerb, session: &Session) -> Result<Answer, Failure> {
    match verb {
        PackageVerb::Show(args) => show(&args, session),
        PackageVerb::Params(args) => params(&args, session),
        PackageVerb::Verify(args) => verify(args, session),
        PackageVerb::Diff(args) => diff(args, session),
        PackageVerb::Extract(args) => extract(args, session),
    }
}

/// Minutes by which the clock that wrote a package is ahead of UTC.
pub(super) fn offset_minutes(times: ZipTimes) -> i32 {
    match times {
        ZipTimes::Local => env::utc_offset_minutes(),
        ZipTimes::Utc => 0,
    }
}

fn request(args: &PackageFileArgs) -> PackageRequest {
    let PackageFileArgs { package, times } = args;
    let offset_minutes = offset_minutes(times.zip_times);
    PackageRequest { package: package.clone(), offset_minutes }
}

fn show(args: &PackageShowArgs, session: &Session) -> Result<Answer, Failure> {
    let PackageShowArgs { file, digests } = args;
    let request = request(file);
    let package = request.open()?;
    let digests = if *digests {
        iisle_ops::package_digests(&session.context(), &request, &package)?
    } else {
        Vec::new()
    };
    Ok(session.answer(
        Exit::Good,
        None,
        || render::show(&file.package, &package, &digests),
        || wire::package_body(&package, &digests),
    ))
}

fn params(args: &PackageFileArgs, session: &Session) -> Result<Answer, Failure> {
    let package = request(args).open()?;
    let parameters = package.parameters();
    Ok(session.answer(
        Exit::Good,
        None,
        || render::parameters(parameters),
        || wire::parameters_body(parameters),
    ))
}

fn verify(args: PackageVerifyArgs, session: &Session) -> Result<Answer, Failure> {
    let PackageVerifyArgs { file, allow, profile } = args;
    let settings = CheckSettings { profile: profile.map(super::check::profile), allow };
    let found = iisle_ops::verify_package(&session.context(), &request(&file), &settings)?;
    let exit = if found.is_good() { Exit::Good } else { Exit::No };
    session.tell(&found.findings);
    Ok(session.answer(exit, None, || verdict(&found), || wire::verify_body(&found)))
}

fn diff(args: PackageDiffArgs, session: &Session) -> Result<Answer, Failure> {
    let PackageDiffArgs { first, second, check } = args;
    let request = |package| PackageRequest { package, offset_minutes: 0 };
    let found = iisle_ops::diff_packages(&session.context(), &request(first), &request(second))?;
    let exit = if check && !found.is_empty() { Exit::No } else { Exit::Good };
    Ok(session.answer(
        exit,
        None,
        || render::differences(&found),
        || wire::package_diff_body(&found),
    ))
}

fn extract(args: PackageExtractArgs, session: &Session) -> Result<Answer, Failure> {
    let PackageExtractArgs { file, output } = args;
    let folder = output.unwrap_or_else(|| {
        file.package.file_stem().map_or_else(|| PathBuf::from("package"), PathBuf::from)
    });
    let request = ExtractRequest { package: request(&file), folder };
    let report = iisle_ops::extract_package(&session.context(), &request)?;
    Ok(session.answer(
        Exit::Good,
        None,
        || render::extracted(&report),
        || wire::extract_body(&report),
    ))
}
