//! COPY of files that .dockerignore leaves out.

use dockerfile::ast::{Body, Keyword};

use crate::facts::Facts;
use crate::ignore_file::IgnoreFile;
use crate::report::Report;
use crate::rule::declare_rule;
use crate::rules::words::unquoted;

declare_rule! {
    /// `COPY` or `ADD` of a path that `.dockerignore` leaves out.
    ///
    /// ## Why
    /// The file is not sent to the builder: the build fails, or copies less than it says.
    ///
    /// With this `.dockerignore`:
    ///
    /// ```dockerignore
    /// *.log
    /// ```
    /// ```dockerfile,bad
    /// FROM debian:12
    /// COPY app.log /srv/
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12 AS build
    /// FROM debian:12
    /// COPY app.py /srv/
    /// COPY --from=build /app.log /srv/
    /// ```
    BK008 "copy-ignored-file" {
        level: Warning, since: "0.1.0",
        aliases: ["buildkit/CopyIgnoredFile", "droast/DF077"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let Some(text) = file.context.dockerignore else {
        return;
    };
    let ignore_file = IgnoreFile::parse(text);
    for step in &file.steps {
        // What ONBUILD copies comes from another context.
        let instruction = step.instruction;
        let (Keyword::Copy | Keyword::Add, Body::Files(files)) = (instruction.keyword, &instruction.body) else {
            continue;
        };
        if instruction.flag("from").is_some() {
            continue;
        }
        for source in &files.sources {
            let path = unquoted(&source.text);
            let elsewhere = path.contains("://") || path.starts_with("git@") || path.starts_with("<<");
            let Some(path) = file.expand(step, path).filter(|_| !elsewhere) else {
                continue;
            };
            if ignore_file.leaves_out(&path) {
                report.at(source.range, format!(".dockerignore leaves `{path}` out of the build"));
            }
        }
    }
}
