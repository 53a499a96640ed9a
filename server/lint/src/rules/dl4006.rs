//! Pipes whose first commands may fail unseen.

use dockerfile::ast::Instruction;
use dockerfile::shell::kind::ShellKind;

use crate::base::Family;
use crate::facts::Facts;
use crate::facts::pipe::Pipe;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// A pipe in a `RUN` whose shell is not told about `pipefail`.
    ///
    /// ## Why
    /// The shell looks at the last command of a pipe only. A download that fails before `| tar` or
    /// `| sh` leaves a layer without the files, and the build goes on. With `pipefail` it stops.
    ///
    /// `sh` of Debian before 13 and of Ubuntu before 25.10 does not know the option: tell `SHELL` to
    /// take bash. The recommended profile speaks of downloads only.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN curl -fsSL https://example.com/app.tar.gz | tar -xz -C /opt
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// SHELL ["/bin/bash", "-o", "pipefail", "-c"]
    /// RUN curl -fsSL https://example.com/app.tar.gz | tar -xz -C /opt
    /// ```
    /// ```dockerfile,good
    /// FROM alpine:3.20
    /// RUN set -o pipefail && wget -qO- https://example.com/app.tar.gz | tar -xz -C /opt
    /// ```
    DL4006 "pipefail" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        aliases: ["hadolint/DL4006", "droast/DF057"],
        check: check
    }
}

/// Programs that get something from elsewhere, and so fail now and then.
const DOWNLOADS: &[&str] = &["curl", "wget", "aws", "gsutil", "gcloud", "git", "ssh", "scp", "nc", "http"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let mut pipes = file.pipes.iter().filter(|it| is_unguarded(file, it)).peekable();
    while let Some(first) = pipes.next() {
        let mut fails = fails(file, first);
        let mut range = first.range;
        // Once for a RUN is enough, at the download if there is one.
        while let Some(pipe) = pipes.next_if(|it| it.step == first.step) {
            if fails.is_none() {
                fails = self::fails(file, pipe);
                range = fails.map_or(range, |_| pipe.range);
            }
        }
        let message = match fails {
            Some(program) => format!("the build goes on when {program} fails: pipefail is not set"),
            None => "only the last command of the pipe can fail: pipefail is not set".to_owned(),
        };
        let step = &file.steps[first.step];
        let reported = report.at_if(fails.is_some(), range, message);
        if let Some(edit) = set_shell(file, step.instruction, step.stage) {
            reported.fix("Set SHELL with pipefail before it", vec![edit]);
        }
    }
}

fn is_unguarded(file: &Facts<'_>, pipe: &Pipe) -> bool {
    let step = &file.steps[pipe.step];
    !pipe.guarded && !step.pipefail && step.shell == ShellKind::Posix
}

/// The program that may well fail before a pipe.
fn fails<'f>(file: &'f Facts<'_>, pipe: &Pipe) -> Option<&'f str> {
    let feeding = file.commands.get(pipe.feeding.clone())?;
    let mut names = feeding.iter().map(|it| it.name());
    names.find(|name| DOWNLOADS.contains(name))
}

fn set_shell(file: &Facts<'_>, instruction: &Instruction, stage: usize) -> Option<Edit> {
    let base = file.images.get(stage)?.base.as_ref();
    let shell = match base.and_then(|it| it.family) {
        Some(Family::Alpine) => "/bin/ash",
        _ => "/bin/bash",
    };
    let line = format!("SHELL [\"{shell}\", \"-o\", \"pipefail\", \"-c\"]\n");
    let start = instruction.range.start;
    let begins_line = file.file.text[..start].ends_with('\n') || start == 0;
    begins_line.then(|| Edit::insert(start, line))
}
