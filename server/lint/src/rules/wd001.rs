//! No CMD and no ENTRYPOINT.

use dockerfile::ast::Instruction;
use dockerfile::range::TextRange;

use crate::facts::programs::Program;
use crate::facts::start::Given;
use crate::facts::{Facts, Setting, StageFacts};
use crate::finding::{Edit, Level};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// The image has no command of its own: no `CMD`, no `ENTRYPOINT`, and none that matters from
    /// its base image.
    ///
    /// ## Why
    /// `docker run IMAGE` ends at once: it has nothing to start, or only the shell of the base image,
    /// which ends where there is no terminal. Warpdock keeps the container all the same: its init is
    /// the first process, and terminals and commands are opened in it. Only *Run Default Command* has
    /// nothing to run.
    ///
    /// Nothing is said where the base image brings a program, where it is not known, and where the
    /// image is built from `scratch`, which often only carries files.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN apt-get update
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN apt-get update
    /// CMD ["sleep", "infinity"]
    /// ```
    /// ```dockerfile,good
    /// FROM nginx:1.27
    /// COPY site /usr/share/nginx/html
    /// ```
    /// ```dockerfile,good
    /// FROM registry.example.com/team/app:1
    /// RUN true
    /// ```
    WD001 "no-command" {
        level: Info, since: "0.1.0", fix: Unsafe,
        aliases: ["droast/DF036"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let Some(image) = file.target() else {
        return;
    };
    let start = file.start_of(image);
    if !start.entrypoint.is_wrapper() || matches!(start.entrypoint, Given::File(_)) {
        return;
    }
    let (level, message) = match start.cmd {
        Given::Unknown | Given::File(_) => return,
        Given::Nothing if image.from_scratch => return,
        // Who takes the base image's away knows that there is none.
        Given::Nothing if image.cmd != Setting::Inherited => return,
        // An image made to be started by its ENTRYPOINT alone.
        Given::Nothing if matches!(start.entrypoint, Given::Base(_)) => return,
        Given::Nothing => (
            Level::Warning,
            "no CMD or ENTRYPOINT, and the base image has none: `docker run` has nothing to start; \
             Warpdock keeps the container running"
                .to_owned(),
        ),
        Given::Base(words) => {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            if !Program::of(&words).is_interactive() {
                return;
            }
            let message = format!(
                "no CMD or ENTRYPOINT: the base image's `{}` ends at once under `docker run` without a \
                 terminal; Warpdock keeps the container running",
                words.join(" ")
            );
            (Level::Info, message)
        }
    };
    let reported = report.at(image.from_range, message).level(level);
    if is_open(file, image) {
        return;
    }
    let edit = |line: &str| vec![append(file, image, line)];
    reported
        .fix(
            "Keep it running: CMD [\"sleep\", \"infinity\"]",
            edit("CMD [\"sleep\", \"infinity\"]"),
        )
        .fix(
            "Start a shell: CMD [\"/bin/bash\"]",
            edit("CMD [\"/bin/bash\"]"),
        );
}

/// Whether the stage's last instruction goes on with whatever is put behind it.
fn is_open(file: &Facts<'_>, image: &StageFacts<'_>) -> bool {
    let last = file.steps_of(image.index).last().map(|it| it.instruction);
    let last = last.unwrap_or(image.from);
    let text = last.range.of(&file.file.text).trim_end();
    text.ends_with(file.file.escape) || last.heredocs.iter().any(|it| it.terminator.is_none())
}

/// Puts a line behind the last instruction of the stage.
fn append(file: &Facts<'_>, image: &StageFacts<'_>, line: &str) -> Edit {
    let last: Option<&Instruction> = file.steps_of(image.index).last().map(|it| it.instruction);
    let end = last.unwrap_or(image.from).range.end;
    let text = &file.file.text;
    let end = text[end..].find('\n').map_or(text.len(), |it| end + it + 1);
    let newline = match text.contains("\r\n") {
        true => "\r\n",
        false => "\n",
    };
    let new_text = match text[..end].ends_with('\n') {
        true => format!("{line}{newline}"),
        false => format!("{newline}{line}{newline}"),
    };
    Edit::replace(TextRange::empty(end), new_text)
}
