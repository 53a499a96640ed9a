//! FROM with a name that was meant to be a stage.

use dockerfile::stages::Base;

use crate::base;
use crate::facts::Facts;
use crate::finding::{Edit, Level};
use crate::report::Report;
use crate::rule::declare_rule;
use crate::similar::nearest;

declare_rule! {
    /// `FROM` names something that is almost a stage of the file: misspelt, in another case, or
    /// further down.
    ///
    /// ## Why
    /// A name that is no stage above is taken for an image. The build then asks a registry for it.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12 AS builder
    /// FROM bulider
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12 AS builder
    /// FROM builder
    /// ```
    /// ```dockerfile,bad
    /// FROM base AS app
    /// FROM debian:12 AS base
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12 AS builder
    /// FROM team-image
    /// ```
    WD004 "from-unknown-stage" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let stages = &file.stages.stages;
    for image in file.images.iter().filter(|it| it.index < stages.len()) {
        let stage = &stages[image.index];
        let name = image.from_range.of(&file.file.text);
        let names = |range: std::ops::Range<usize>| {
            let named = stages[range].iter();
            named.filter_map(|it| it.name.as_ref().map(|name| name.text.as_str()))
        };
        let range = image.from_range;
        match &stage.base {
            Base::Image(reference) => {
                if name.contains(['/', ':', '@', '.', '$']) || base::facts(reference).is_some() {
                    continue;
                }
                if names(image.index..stages.len()).any(|it| it.eq_ignore_ascii_case(name)) {
                    let message = format!("stage `{name}` comes later in the file; this is the image {}", reference.familiar());
                    report.at(range, message);
                } else if let Some(meant) = nearest(name, names(0..image.index)) {
                    let message = format!("no stage is called `{name}`; did you mean {meant}?");
                    report.at(range, message).fix(
                        format!("Change to {meant}"),
                        vec![Edit::replace(range, meant)],
                    );
                }
            }
            // `FROM Build` does not find `AS Build`: names are kept in lower case.
            Base::Unknown(_) => {
                if let Some(meant) = names(0..image.index).find(|it| it.eq_ignore_ascii_case(name)) {
                    let meant = meant.to_ascii_lowercase();
                    let message = format!("FROM finds stages in lower case only: write `{meant}`");
                    report.at(range, message).level(Level::Error).fix(
                        format!("Change to {meant}"),
                        vec![Edit::replace(range, meant)],
                    );
                }
            }
            Base::Scratch | Base::Stage(_) => {}
        }
    }
}
