/// Attributes of item elements that are no metadata.
pub(crate) const ITEM_ATTRIBUTES: &[&str] = &[
    "Condition",
    "Label",
    "Include",
    "Exclude",
    "Remove",
    "Update",
    "KeepDuplicates",
    "KeepMetadata",
    "RemoveMetadata",
    "MatchOnMetadata",
    "MatchOnMetadataOptions",
];

/// Metadata the engine computes from the identity.
pub(crate) const WELL_KNOWN: &[&str] = &[
    "FullPath",
    "RootDir",
    "Filename",
    "Extension",
    "RelativeDir",
    "Directory",
    "RecursiveDir",
    "Identity",
    "ModifiedTime",
    "CreatedTime",
    "AccessedTime",
    "DefiningProjectFullPath",
    "DefiningProjectDirectory",
    "DefiningProjectName",
    "DefiningProjectExtension",
];

/// Whether a metadata name is one the engine computes.
pub(crate) fn is_well_known(name: &str) -> bool {
    WELL_KNOWN.iter().any(|known| known.eq_ignore_ascii_case(name))
}
