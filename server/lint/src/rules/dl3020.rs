//! ADD where COPY does.

use dockerfile::ast::{Body, Files, Instruction, Keyword};

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::unquoted;

declare_rule! {
    /// `ADD` for files and folders, where `COPY` does the same.
    ///
    /// ## Why
    /// `ADD` unpacks archives and fetches addresses. Who reads it has to think about both; `COPY`
    /// copies. A matter of taste: it is not said in the recommended profile.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// ADD app.py /srv/
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// COPY app.py /srv/
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// ADD rootfs.tar.gz /
    /// ADD https://example.com/model.bin /srv/
    /// ```
    DL3020 "copy-not-add" {
        level: Error, since: "0.1.0", fix: Safe,
        aliases: ["hadolint/DL3020", "trivy/DS-0005", "droast/DF006"],
        check: check
    }
}

/// The ends of names of what ADD unpacks, or may.
const ARCHIVES: &[&str] = &[
    ".tar", ".gz", ".tgz", ".bz2", ".tbz2", ".tbz", ".tb2", ".tz2", ".xz", ".txz", ".z", ".tz", ".lz",
    ".tlz", ".lzma", ".lzo", ".zst", ".tzst", ".tpz", ".taz", ".br",
];

/// What is said of ONBUILD.
const OURS: &[&str] = &["trivy/DS-0005", "droast/DF006"];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        let instruction = step.inner();
        let (Keyword::Add, Body::Files(files)) = (instruction.keyword, &instruction.body) else {
            continue;
        };
        let mut plain = files.sources.iter().map(|it| unquoted(&it.text));
        let Some(source) = plain.find(|it| !is_unpacked(it) && !is_fetched(it)) else {
            continue;
        };
        let message = format!("ADD for `{source}`; COPY copies and does nothing else");
        let reported = report.pedantic(instruction.name.range, message);
        // hadolint does not look into ONBUILD here.
        let reported = match step.instruction.keyword {
            Keyword::Onbuild => reported.aliases(OURS),
            _ => reported,
        };
        if is_convertible(instruction, files) {
            let is_lower = instruction.name.text.starts_with(|it: char| it.is_ascii_lowercase());
            let copy = match is_lower {
                true => "copy",
                false => "COPY",
            };
            reported.fix("Change to COPY", vec![Edit::replace(instruction.name.range, copy)]);
        }
    }
}

fn is_unpacked(source: &str) -> bool {
    let lower = source.to_ascii_lowercase();
    ARCHIVES.iter().any(|ending| lower.ends_with(ending))
}

fn is_fetched(source: &str) -> bool {
    source.contains("://") || source.starts_with("git@")
}

/// Whether COPY would do the same: every source is known to be a plain file or folder.
fn is_convertible(instruction: &Instruction, files: &Files) -> bool {
    let plain = |source: &str| !is_unpacked(source) && !is_fetched(source) && !source.contains(['$', '*']);
    let known = ["chown", "chmod", "link", "exclude"];
    files.sources.iter().all(|it| plain(unquoted(&it.text)))
        && instruction.flags.iter().all(|it| known.contains(&it.name.text.as_str()))
}
