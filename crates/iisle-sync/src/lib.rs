//! Plans and executes differential syncs of trees
