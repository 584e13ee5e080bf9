//! Parameters: what a package lets its deployer choose.

mod declare;
mod file_value;
mod read;
mod resolve;
mod set_file;
mod settings;
mod write;

pub use declare::{Entry, Kind, Parameter, Parameters, Validation};
pub use file_value::{FileValueError, connection_strings, file_value};
pub use read::ParametersError;
pub use resolve::{Origin, Resolved, Setting, Unresolved};
pub use set_file::SetParameters;

pub(crate) use declare::{access_path, application, folder_pattern};
pub(crate) use settings::set_parameters;
pub(crate) use write::parameters_xml;
