mod error;
pub use error::FunctionError;
