//! Files taken from a stage or image that is not there.

use dockerfile::stages::Origin;

use crate::base;
use crate::context::Profile;
use crate::facts::Facts;
use crate::finding::{Edit, Level};
use crate::report::Report;
use crate::rule::declare_rule;
use crate::similar::nearest;

declare_rule! {
    /// `COPY --from` or a mount's `from` names no stage of the file.
    ///
    /// ## Why
    /// A name that is no stage is taken for an image, so a misspelt stage ends with a registry that
    /// does not know it, or asks for a password. A number without a stage is refused.
    ///
    /// Known images, and names with a registry, an owner or a tag, are fine. So are the names that
    /// a build gets with `--build-context`, which a linter cannot see: silence this rule there.
    ///
    /// ```dockerfile,bad
    /// FROM golang:1.22 AS builder
    /// FROM debian:12
    /// COPY --from=bulider /out /usr/local/bin
    /// ```
    /// ```dockerfile,fixed
    /// FROM golang:1.22 AS builder
    /// FROM debian:12
    /// COPY --from=builder /out /usr/local/bin
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/uv
    /// COPY --from=nginx /etc/nginx/nginx.conf /etc/nginx/
    /// ```
    DL3022 "unknown-stage" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        aliases: ["hadolint/DL3022"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let stages = &file.stages;
    for stage in 0..stages.stages.len() {
        for (_, range, _, origin) in stages.origins(stage) {
            let name = range.of(&file.file.text);
            match origin {
                Origin::Stage(found) if found > stage => {
                    report.pedantic(range, format!("stage `{name}` comes later in the file"));
                }
                Origin::Stage(_) => {}
                Origin::Unknown(unresolved) => {
                    let message = format!("`{name}` is no stage and no image: {}", unresolved.reason);
                    suggest(file, name, report.at(range, message).level(Level::Error), range);
                }
                Origin::Image(_) if name.parse::<usize>().is_ok() => {
                    let count = stages.stages.len();
                    let message = format!("there is no stage {name}: the file has {count}, from 0");
                    report.at(range, message).level(Level::Error);
                }
                Origin::Image(reference) => {
                    let plain = !name.contains(['/', ':', '@', '.']);
                    if plain && base::facts(&reference).is_none() {
                        let message = format!(
                            "no stage is called `{name}`, so the image {} is looked for",
                            reference.familiar()
                        );
                        suggest(file, name, report.at(range, message), range);
                    } else if !name.contains(':') && report.profile() == Profile::Hadolint {
                        report.at(range, format!("no stage is called `{name}`"));
                    }
                }
            }
        }
    }
    before_from(file, report);
}

/// hadolint reads files without FROM.
fn before_from(file: &Facts<'_>, report: &mut Report<'_>) {
    let stray = file.stages.stages.len();
    for step in file.steps_of(stray) {
        let from = step.instruction.flag("from");
        if let Some(value) = from.and_then(|it| it.value.as_ref())
            && !value.text.contains(':')
        {
            report.pedantic(value.range, format!("no stage is called `{}`", value.text));
        }
    }
}

fn suggest(
    file: &Facts<'_>,
    name: &str,
    reported: crate::report::Reported<'_>,
    range: dockerfile::range::TextRange,
) {
    let names = file.stages.stages.iter();
    let names = names.filter_map(|it| Some(it.name.as_ref()?.text.as_str()));
    if let Some(meant) = nearest(name, names) {
        reported.fix(
            format!("Change to {meant}"),
            vec![Edit::replace(range, meant)],
        );
    }
}
