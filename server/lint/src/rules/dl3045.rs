//! COPY to a relative path without WORKDIR.

use dockerfile::ast::{Body, Keyword};

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::{is_absolute, unquoted};

declare_rule! {
    /// `COPY` to a relative path where no `WORKDIR` comes before.
    ///
    /// ## Why
    /// The files land below the folder that the base image happens to have, which another version of
    /// it may change. Where that folder is known, the recommended profile says nothing.
    ///
    /// ```dockerfile,bad
    /// FROM registry.example.com/base:1
    /// COPY app.py app/
    /// ```
    /// ```dockerfile,good
    /// FROM registry.example.com/base:1
    /// WORKDIR /srv
    /// COPY app.py app/
    /// ```
    DL3045 "copy-needs-workdir" {
        level: Warning, since: "0.1.0",
        aliases: ["hadolint/DL3045", "droast/DF063"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    // Whether a stage has a WORKDIR so far, its own or one that it inherits.
    let mut has_workdir = vec![false; file.images.len()];
    let mut current = None;
    for step in &file.steps {
        let stage = step.stage;
        if current.replace(stage) != Some(stage) {
            inherit(file, &mut has_workdir);
        }
        let instruction = step.inner();
        match (instruction.keyword, &instruction.body) {
            (Keyword::Workdir, _) => has_workdir[stage] = true,
            (Keyword::Copy, Body::Files(files)) if !has_workdir[stage] => {
                let Some(destination) = &files.destination else {
                    continue;
                };
                let path = unquoted(&destination.text);
                let is_open = path.trim_start_matches(['"', '\'']).starts_with('$');
                if path.is_empty() || is_open || is_absolute(path) {
                    continue;
                }
                let message = match &step.workdir {
                    Some(folder) => format!("`{path}` is below {folder}, the base image's folder"),
                    None => format!("`{path}` is below whatever folder the base image has"),
                };
                report.at_if(step.workdir.is_none(), destination.range, message);
            }
            _ => {}
        }
    }
}

/// Stages come behind those that they are built on.
fn inherit(file: &Facts<'_>, has_workdir: &mut [bool]) {
    for image in &file.images {
        if image.parent.is_some_and(|parent| has_workdir[parent]) {
            has_workdir[image.index] = true;
        }
    }
}
