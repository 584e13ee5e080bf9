use clap::Args;

#[derive(Debug, Args)]
#[command(
    after_long_help = "Examples:\n  iisle completions bash > /etc/bash_completion.d/iisle\n  iisle completions powershell >> $PROFILE"
)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    pub(crate) shell: clap_complete::Shell,
}
