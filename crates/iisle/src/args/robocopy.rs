use std::ffi::OsString;

use clap::Args;

#[derive(Debug, Args)]
#[command(
    override_usage = "iisle robocopy SRC DST [FILE...] [/SWITCH...]",
    disable_help_flag = true,
    after_long_help = "\
Also when the program itself is called `robocopy`. `iisle robocopy /?` lists the switches.

Exit codes are robocopy's, a mask: 1 copied, 2 extras, 4 mismatches, 8 failures, 16 could not run;
below 8 is good. With --exit-code=posix: 0, 1, 2 as usual.

Examples:
  iisle robocopy publish //web01/sites/shop /MIR /R:2 /W:5 /NP
  iisle robocopy publish /srv/shop *.dll *.exe /S /XD logs --exit-code=posix"
)]
pub(crate) struct RobocopyArgs {
    /// Source, destination, names and switches, as robocopy takes them
    #[arg(value_name = "WORD", trailing_var_arg = true, allow_hyphen_values = true)]
    pub(crate) words: Vec<OsString>,
}
