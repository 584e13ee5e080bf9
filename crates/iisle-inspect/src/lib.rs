//! Gathers facts: project, publish output, PE files, deps.json, Cargo packages
