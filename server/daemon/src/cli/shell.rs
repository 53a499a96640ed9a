//! `warpdock` alone, and `warpdock shell`.

use session::frame::Keep;

use crate::{
    cli::{
        Ended,
        args::{DetachArguments, FetchArguments, Global, OverrideArguments, ShellArguments},
        call::{Call, target},
        open::{self, Wanted},
    },
    terminal::{self, Streams},
};

/// How long a terminal waits for somebody to come back, in seconds: a broken connection is mended
/// or a laptop opened again in that time.
pub const GRACE_SECONDS: u32 = 600;

impl ShellArguments {
    /// `warpdock` without a command.
    pub fn of_bare_command(overrides: OverrideArguments) -> ShellArguments {
        ShellArguments {
            overrides,
            fetch: FetchArguments::default(),
            detach: DetachArguments {
                detach_keys: "ctrl-p,ctrl-q".to_owned(),
            },
            name: None,
        }
    }
}

/// Opens a shell as the container's user has it.
pub fn run(global: &Global, arguments: ShellArguments) -> Ended {
    let options = open::options(&arguments.detach.detach_keys)?;
    let mut call = Call::begin()?;
    let target = target(global, &arguments.overrides)?;
    let way = open::way(&mut call, global, &target, &arguments.fetch)?;
    let streams = Streams::standard();
    let request = open::request(
        &way,
        Wanted {
            argv: Vec::new(),
            name: arguments.name,
            cwd: None,
            // A script piped into `warpdock shell` is read by the shell as any shell reads one.
            terminal: streams.input_is_terminal() && streams.output_is_terminal(),
            keep: match streams.input_is_terminal() {
                true => Keep::Grace {
                    seconds: GRACE_SECONDS,
                },
                false => Keep::WhileAttached,
            },
        },
    );
    let container = way.endpoint.name.clone();
    drop(call);
    let outcome = terminal::open(way.connection, request, streams, &options)
        .map_err(|error| open::terminal_failed(&error))?;
    open::end(outcome, &container)
}
