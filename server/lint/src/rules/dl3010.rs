//! Archives that are copied to be extracted.

use dockerfile::ast::{Body, Files, Keyword, Word};

use crate::context::Profile;
use crate::facts::{Facts, RunCommand, Step};
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `COPY` of an archive that a `RUN` extracts.
    ///
    /// ## Why
    /// The layer of the `COPY` keeps the archive for ever, also when a later `RUN` deletes it.
    /// `ADD` extracts a local tar archive, compressed with gzip, bzip2 or xz, in one step.
    ///
    /// `ADD` leaves other archives as they are, a `.zip` or a single `.gz`; for these a
    /// `RUN --mount=type=bind` does the same.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// COPY app.tar.gz /tmp/
    /// RUN tar -xzf /tmp/app.tar.gz -C /opt
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// ADD app.tar.gz /opt/
    /// ```
    DL3010 "add-extracts" {
        level: Info, since: "0.1.0",
        aliases: ["hadolint/DL3010"],
        check: check
    }
}

/// What ADD extracts.
const TAR: &[&str] = &[
    ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz", ".tbz2", ".tb2", ".tar.xz", ".txz", ".tpxz",
];

/// What else hadolint takes for an archive.
const OTHERS: &[&str] = &[
    ".gz", ".bz2", ".xz", ".lz", ".lzma", ".tlz", ".Z", ".tZ", ".tar.Z", ".tar.lz", ".tar.lzma",
];

const EXTRACTORS: &[&str] = &[
    "bunzip2", "gunzip", "gzcat", "uncompress", "unlzma", "unxz", "unzip", "zcat", "zgz",
];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for (number, step) in file.steps.iter().enumerate() {
        let (Keyword::Copy, Body::Files(files)) = (step.instruction.keyword, &step.instruction.body)
        else {
            continue;
        };
        if step.instruction.flag("from").is_some() {
            continue;
        }
        let Some((source, command)) = extracted(file, number, step, files) else {
            continue;
        };
        let by = command.name();
        let name = base_name(&source.text);
        match ends_with(name, TAR) && by == "tar" {
            true => report.at(
                source.range,
                format!("`{name}` stays in this layer, and `{by}` extracts it: ADD does both"),
            ),
            false => report.pedantic(
                source.range,
                format!("`{name}` stays in this layer, and `{by}` extracts it"),
            ),
        };
    }
}

/// The first source that a later command of the stage extracts.
fn extracted<'f>(
    file: &'f Facts<'_>,
    number: usize,
    step: &Step<'_>,
    files: &'f Files,
) -> Option<(&'f Word, &'f RunCommand)> {
    let destination = files.destination.as_ref().map(|it| base_name(&it.text));
    let renamed = destination.filter(|it| is_archive(it));
    for source in &files.sources {
        let name = base_name(&source.text);
        if !is_archive(name) {
            continue;
        }
        let name = renamed.unwrap_or(name);
        let commands = file.run_commands();
        let mut later = commands.filter(|it| it.step > number && it.stage == step.stage);
        if let Some(command) = later.find(|it| extracts(it, name, file.context.profile)) {
            return Some((source, command));
        }
    }
    None
}

fn extracts(command: &RunCommand, archive: &str, profile: Profile) -> bool {
    let name = command.name();
    let extracts = match name {
        "tar" => command.arguments().iter().enumerate().any(|(index, it)| {
            let text = it.text();
            match text {
                "--extract" | "--get" => true,
                _ if text.starts_with("--") => false,
                _ if text.starts_with('-') => text.contains('x'),
                _ => index == 0 && text.contains('x') && profile != Profile::Hadolint,
            }
        }),
        _ => EXTRACTORS.contains(&name),
    };
    extracts && command.arguments().iter().any(|it| base_name(it.text()) == archive)
}

fn is_archive(name: &str) -> bool {
    ends_with(name, TAR) || ends_with(name, OTHERS)
}

fn ends_with(name: &str, endings: &[&str]) -> bool {
    endings.iter().any(|it| name.ends_with(it))
}

/// The name without folders, of Linux or Windows.
fn base_name(path: &str) -> &str {
    let path = path.trim_matches(['"', '\'']);
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}
