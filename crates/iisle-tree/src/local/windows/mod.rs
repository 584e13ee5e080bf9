//! The local disk of Windows.

mod calls;
mod files;
mod holders;
mod names;
mod rights;

pub(crate) use calls::{
    Identity, NamedLock, console_bytes, is_own_volume, named_lock, on_interrupt, windows_code,
};
pub(crate) use files::{
    ATTRIBUTES, allow_execution, boot, changed, create_private, dress, facts, faithful_volume,
    flush_file, flush_tree, flush_volume, free_space, identity, is_endless_link, is_executable,
    is_writable, link, link_folder, mark_folder, may_rename, open_for_attributes, remove,
    remove_folder, remove_link, replace, set_attributes, set_attributes_of, stamp, takes_files,
    tells_case, version, volume_of, volume_size,
};
pub(crate) use holders::{in_use, is_in_use};
pub(crate) use names::{NAMES, check_name, join, root};
pub(crate) use rights::{FOLDERS_GIVE_RIGHTS, copy_rights, copy_rights_of_file, rights_differ};
