//! Writes the manual pages of `iisle` and its verbs to a folder: `cargo xtask dist` calls it.

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).expect("the folder to write to is named");
    clap_mangen::generate_to(iisle::command(), folder)
}
