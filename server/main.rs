//! The `warpdock` binary. Everything it does is in the `daemon` crate.

fn main() -> std::process::ExitCode {
    daemon::cli::main()
}
