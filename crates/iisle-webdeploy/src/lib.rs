//! The Web Deploy package format: archive.xml, parameters, zip, companions
