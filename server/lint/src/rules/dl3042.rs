//! pip's cache left in the image.

use crate::context::Profile;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::{Action, Manager};
use crate::facts::{Facts, RunCommand};
use crate::leftovers::{add_option, is_cleaned, is_kept};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `pip install` without `--no-cache-dir`.
    ///
    /// ## Why
    /// pip keeps each wheel that it has downloaded below `~/.cache/pip`, in the layer. With PyTorch
    /// and its CUDA libraries that is several GB that nothing reads again.
    ///
    /// `ENV PIP_NO_CACHE_DIR=1` says it once for all, a cache mount on `~/.cache/pip` keeps the
    /// wheels for the next build. Stages that are only copied from do not matter.
    ///
    /// ```dockerfile,bad
    /// FROM python:3.12
    /// RUN pip install torch==2.5.1
    /// ```
    /// ```dockerfile,fixed
    /// FROM python:3.12
    /// RUN pip install --no-cache-dir torch==2.5.1
    /// ```
    /// ```dockerfile,good
    /// FROM python:3.12
    /// ENV PIP_NO_CACHE_DIR=1
    /// RUN pip install torch==2.5.1
    /// ```
    DL3042 "pip-no-cache" {
        level: Warning, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3042"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::Pip];
const VARIABLE: &str = "PIP_NO_CACHE_DIR";

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let is_hadolint = file.context.profile == Profile::Hadolint;
    for call in file.calls_of(MANAGERS).filter(|it| it.installs()) {
        if is_told(file, call) || is_mounted(file, call) {
            continue;
        }
        if !is_hadolint && (!is_kept(file, call) || is_taken_away(file, call)) {
            continue;
        }
        let edit = add_option(file, call, "--no-cache-dir");
        report
            .at(call.head(), "pip's cache stays in the image: no `--no-cache-dir`")
            .fix("Add `--no-cache-dir`", vec![edit]);
    }
}

/// By its option, or by its variable: in ENV, before the command, or exported before it.
fn is_told(file: &Facts<'_>, call: Call<'_>) -> bool {
    let command = call.command;
    // pip takes the beginning of an option for the option.
    if call.option(&["--no-cache-dir", "--no-cache"]).is_some() {
        return true;
    }
    let own = command.assignments.iter().find(|(name, _)| name == VARIABLE);
    if let Some((_, value)) = own {
        return is_true(value.text());
    }
    let exported = file.commands_beside(command).iter().find_map(exported);
    match exported {
        Some(value) => is_true(value),
        None => {
            let value = file.variable(command.stage, command.instruction, VARIABLE);
            value.is_some_and(|it| is_true(&it))
        }
    }
}

/// `export PIP_NO_CACHE_DIR=1`.
fn exported(command: &RunCommand) -> Option<&str> {
    if command.name() != "export" {
        return None;
    }
    let mut pairs = command.arguments().iter().map(|it| it.text());
    pairs.find_map(|it| it.strip_prefix(VARIABLE)?.strip_prefix('='))
}

fn is_true(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'']);
    ["1", "on", "yes", "true", "t", "y"].iter().any(|it| it.eq_ignore_ascii_case(value))
}

/// A mount where the cache is, whoever's home that is in.
fn is_mounted(file: &Facts<'_>, call: Call<'_>) -> bool {
    let command = call.command;
    let step = &file.steps[command.step];
    let own = || file.variable(command.stage, command.instruction, "PIP_CACHE_DIR");
    step.volatile_mounts().any(|it| {
        it.ends_with("/.cache/pip")
            || it.ends_with("/.cache")
            || own().is_some_and(|folder| folder.trim_end_matches('/') == it)
    })
}

/// `pip cache purge`, `rm -rf ~/.cache`.
fn is_taken_away(file: &Facts<'_>, call: Call<'_>) -> bool {
    debug_assert!(call.call.action == Action::Install, "only these leave a cache");
    is_cleaned(file, call, MANAGERS)
        || ["~/.cache/pip", "/root/.cache/pip"]
            .iter()
            .any(|it| file.removes_after(call.command, it))
}
