//! apt's lists left in the image.

use crate::context::Profile;
use crate::facts::packages::Call;
use crate::facts::packages::grammar::{Action, Manager};
use crate::facts::{Facts, RunCommand};
use crate::leftovers::{append, is_kept, last_of_each_run};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// The lists of `apt-get update` stay in the image.
    ///
    /// ## Why
    /// They are 20 to 50 MB that nobody reads again: they are old when the container starts. Only
    /// the same `RUN` can take them away; a later one hides them, but the layer keeps them.
    ///
    /// A cache mount on `/var/lib/apt` keeps them out of the image as well. Stages that are only
    /// copied from do not matter.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y curl
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN --mount=type=cache,target=/var/lib/apt,sharing=locked \
    ///     apt-get update && apt-get install -y curl
    /// ```
    DL3009 "delete-apt-lists" {
        level: Info, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3009"],
        check: check
    }
}

const MANAGERS: &[Manager] = &[Manager::AptGet, Manager::Apt, Manager::Aptitude];
const LISTS: &str = "/var/lib/apt/lists";
const ARCHIVES: &str = "/var/cache/apt";
/// What is named where somebody wants the packages kept.
const KEEPERS: &[&str] = &["docker-clean", "Keep-Downloaded-Packages"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for call in last_of_each_run(file, MANAGERS, |it| it.call.action == Action::Refresh) {
        if !is_kept(file, call) || is_clean(file, call) {
            continue;
        }
        let message = "the package lists stay in the image: this RUN does not remove them";
        let reported = report.at(call.head(), message);
        if is_needed_later(file, call) {
            continue;
        }
        if let Some(edit) = append(file, call, "rm -rf /var/lib/apt/lists/*") {
            reported.fix("Remove the lists at the end of this RUN", vec![edit]);
        }
    }
}

fn is_clean(file: &Facts<'_>, call: Call<'_>) -> bool {
    let step = &file.steps[call.command.step];
    if step.mounts_over(LISTS) {
        // Debian's images delete the packages themselves, unless they are told not to.
        return step.mounts_over(ARCHIVES) || !keeps_archives(file, call.command);
    }
    match file.context.profile {
        // hadolint asks neither for the order nor, of `rm -rf`, for the folder.
        Profile::Hadolint => {
            let beside = file.commands_beside(call.command);
            beside.iter().any(|it| !it.wrapped && (it.removes_folders() || it.removes(LISTS)))
        }
        _ => file.removes_after(call.command, LISTS) || deletes_after(file, call.command),
    }
}

/// `apt-get distclean`, `find /var/lib/apt/lists -delete`.
fn deletes_after(file: &Facts<'_>, command: &RunCommand) -> bool {
    let commands = file.commands_beside(command).iter();
    let mut later = commands.filter(|it| it.range.start > command.range.start);
    later.any(|it| match it.name() {
        "apt-get" | "apt" => it.has("distclean") || it.has("dist-clean"),
        "find" => it.has("-delete") && it.arguments().iter().any(|it| it.text().starts_with(LISTS)),
        _ => false,
    })
}

/// Whether the stage has been told to keep what it downloads, so far.
fn keeps_archives(file: &Facts<'_>, command: &RunCommand) -> bool {
    let mut stages = vec![command.stage];
    while let Some(parent) = stages.last().and_then(|it| file.images.get(*it)?.parent) {
        stages.push(parent);
    }
    let so_far = file.run_commands().take_while(|it| it.step <= command.step);
    so_far.filter(|it| stages.contains(&it.stage)).any(|it| {
        let mut words = it.words.iter().chain(&it.outputs);
        words.any(|it| KEEPERS.iter().any(|keeper| it.raw.contains(keeper)))
    })
}

/// Whether a later RUN installs without getting lists of its own.
fn is_needed_later(file: &Facts<'_>, call: Call<'_>) -> bool {
    let installs = file.calls_of(MANAGERS).filter(|it| it.installs());
    let mut later = installs.filter(|it| it.command.step > call.command.step);
    later.any(|install| {
        let mut beside = file.calls_beside(install, MANAGERS);
        !beside.any(|it| it.call.action == Action::Refresh)
    })
}
