mod error;
pub use error::ConditionError;
