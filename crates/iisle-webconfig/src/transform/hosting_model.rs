//! Rule H: the hosting model that results, and whether module and output allow it.

use crate::Position;
use crate::hosting::HostingModel;
use crate::model::MODULE_V1;
use crate::transform::outcome::TransformError;
use crate::transform::target::{Launch, ModelProperty};

/// The attribute of the source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    pub(crate) value: &'a str,
    pub(crate) position: Position,
}

/// The value that `hostingModel` is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decision {
    /// `None`: no attribute.
    pub(crate) value: Option<String>,
    /// Out-of-process because the output has no dll, against the SDK's default.
    pub(crate) gave_way: bool,
}

/// Decides the hosting model.
pub(crate) fn decide(
    found: Option<Found<'_>>,
    property: Option<&ModelProperty>,
    module: &str,
    launch: &Launch,
) -> Result<Decision, TransformError> {
    let in_file =
        found.map(|found| (found.value.trim(), true)).filter(|(value, _)| !value.is_empty());
    let position = in_file.and(found).map(|found| found.position);
    let chosen = in_file.or_else(|| {
        let property = property?;
        let value = property.value.trim();
        (!value.is_empty()).then_some((value, property.is_explicit))
    });
    let Some((value, is_explicit)) = chosen else {
        return Ok(Decision { value: None, gave_way: false });
    };
    let Some(model) = HostingModel::parse(value) else {
        return Err(TransformError::BadHostingModel { value: value.to_owned(), position });
    };
    if model == HostingModel::InProcess && !launch.can_be_in_process() {
        if is_explicit {
            let executable = launch.executable().unwrap_or_default().to_owned();
            return Err(TransformError::InProcessNeedsDll { executable, position });
        }
        let value = Some(HostingModel::OutOfProcess.word().to_owned());
        return Ok(Decision { value, gave_way: true });
    }
    let module = module.trim();
    if model == HostingModel::InProcess && module.eq_ignore_ascii_case(MODULE_V1) {
        return Err(TransformError::InProcessNeedsV2 { module: module.to_owned(), position });
    }
    Ok(Decision { value: Some(value.to_owned()), gave_way: false })
}

#[cfg(test)]
mod tests {
    use super::{Found, decide};
    use crate::Position;
    use crate::transform::target::{Launch, ModelProperty};

    const PLACE: Position = Position { line: 3, column: 7 };

    /// `+` before the property's value marks an explicit choice.
    fn check(found: Option<&str>, property: &str, module: &str, launch: &Launch) -> String {
        let found = found.map(|value| Found { value, position: PLACE });
        let is_explicit = property.starts_with('+');
        let value = property.trim_start_matches('+').to_owned();
        let property = ModelProperty { value, is_explicit };
        match decide(found, Some(&property), module, launch) {
            Ok(decision) => {
                let way = if decision.gave_way { " gave way" } else { "" };
                format!("{}{way}", decision.value.as_deref().unwrap_or("(none)"))
            }
            Err(error) => match error.position() {
                Some(position) => format!("{} at {position}", error.code()),
                None => error.code().to_owned(),
            },
        }
    }

    #[test]
    fn the_file_wins_over_the_property_and_blanks_are_cut() {
        let dotnet = Launch::Dotnet { dll: "App.dll".to_owned() };
        let v2 = |found, property| check(found, property, "AspNetCoreModuleV2", &dotnet);
        assert_eq!(v2(Some(" OutOfProcess "), "inprocess"), "OutOfProcess");
        assert_eq!(v2(Some("  "), " InProcess "), "InProcess");
        assert_eq!(v2(None, ""), "(none)");
        assert_eq!(v2(Some(""), "  "), "(none)");
        assert_eq!(v2(Some("in-process"), "inprocess"), "bad-hosting-model at 3:7");
        assert_eq!(v2(Some(""), "sidecar"), "bad-hosting-model");
    }

    #[test]
    fn module_v1_cannot_be_in_process_wherever_the_values_come_from() {
        let dotnet = Launch::Dotnet { dll: "App.dll".to_owned() };
        let v1 = |found, property| check(found, property, " aspnetcoremodule", &dotnet);
        assert_eq!(v1(None, "InProcess"), "inprocess-needs-v2");
        assert_eq!(v1(Some("inprocess"), ""), "inprocess-needs-v2 at 3:7");
        assert_eq!(v1(None, "outofprocess"), "outofprocess");
    }

    #[test]
    fn without_a_dll_the_default_gives_way_and_a_choice_is_refused() {
        let bundle =
            Launch::SingleFile { executable: "App.exe".to_owned(), dll: "App.dll".to_owned() };
        let v2 = |found, property| check(found, property, "AspNetCoreModuleV2", &bundle);
        assert_eq!(v2(None, "inprocess"), "outofprocess gave way");
        assert_eq!(v2(None, "+InProcess"), "inprocess-needs-dll");
        assert_eq!(v2(Some("InProcess"), "outofprocess"), "inprocess-needs-dll at 3:7");
        assert_eq!(check(None, "inprocess", "AspNetCoreModule", &bundle), "outofprocess gave way");
    }
}
