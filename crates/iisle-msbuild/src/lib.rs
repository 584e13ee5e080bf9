//! Evaluates MSBuild projects without MSBuild: properties, conditions, imports
