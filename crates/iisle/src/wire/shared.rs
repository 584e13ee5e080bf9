use iisle_ops::{Failure, Holder};
use iisle_report::{Finding, HeldBy, Location, Warning};
use serde::Serialize;
use serde_json::Value;

use crate::exit::Exit;

/// The members that every document has.
#[derive(Serialize)]
pub(crate) struct Head {
    schema: u32,
    tool: &'static str,
    verb: &'static str,
    exit: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Error>,
}

impl Head {
    pub(crate) const TOOL: &str = concat!("iisle ", env!("CARGO_PKG_VERSION"));

    pub(crate) fn new(verb: &'static str, exit: Exit, failure: Option<&Failure>) -> Self {
        let error = failure.filter(|_| exit.is_error()).map(Error::of);
        Self { schema: 1, tool: Self::TOOL, verb, exit: exit.code(), error }
    }

    /// The head and the members of `body` as one object; `error` of a body that has more to say
    /// about it is merged.
    pub(crate) fn document(self, body: Value) -> Value {
        let mut document = serde_json::to_value(self).expect("a head is plain data");
        if let (Value::Object(all), Value::Object(body)) = (&mut document, body) {
            all.extend(body);
        }
        document
    }
}

#[derive(Serialize)]
pub(crate) struct Error {
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<WireLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

impl Error {
    pub(crate) fn of(failure: &Failure) -> Self {
        let Failure { message, causes, hints, location, code } = failure.clone();
        Self { message, causes, hints, location: location.as_deref().map(WireLocation::of), code }
    }
}

#[derive(Serialize)]
pub(crate) struct WireLocation {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    xpath: Option<String>,
}

impl WireLocation {
    pub(crate) fn of(location: &Location) -> Self {
        let Location { file, line, column, pointer, xpath } = location.clone();
        Self { file, line, column, pointer, xpath }
    }
}

#[derive(Serialize)]
pub(crate) struct WireWarning {
    code: String,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<WireLocation>,
}

impl WireWarning {
    pub(crate) fn of(warning: &Warning) -> Self {
        let Warning { code, message, location } = warning.clone();
        Self { code, message, location: location.as_ref().map(WireLocation::of) }
    }
}

#[derive(Serialize)]
pub(crate) struct WireFinding {
    id: String,
    name: &'static str,
    severity: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<WireLocation>,
    evidence: Vec<String>,
    fix: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    symptom: Option<String>,
    allowed: bool,
}

impl WireFinding {
    pub(crate) fn of(finding: &Finding) -> Self {
        let Finding { id, name, severity, message, location, evidence, fix, symptom, allowed } =
            finding.clone();
        let (id, severity) = (id.to_string(), severity.word());
        let location = location.as_ref().map(WireLocation::of);
        Self { id, name, severity, message, location, evidence, fix, symptom, allowed }
    }
}

#[derive(Serialize)]
pub(crate) struct WireHolder {
    pid: u32,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
}

impl WireHolder {
    pub(crate) fn of(holder: &Holder) -> Self {
        let Holder { pid, name, user, service } = holder.clone();
        Self { pid, name, user, service }
    }

    /// One that is told of while work goes on.
    pub(crate) fn held_by(holder: &HeldBy) -> Self {
        let HeldBy { pid, name, user, service } = holder.clone();
        Self { pid, name, user, service }
    }
}
