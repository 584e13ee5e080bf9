//! web.config as whole files: transformed, compared and checked against vectors.

mod compatible;
mod corpus;
mod properties;
mod transform;
mod vectors;
