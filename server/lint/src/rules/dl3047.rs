//! wget with a line of progress for every 50 kB.

use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `wget` without a word about its progress.
    ///
    /// ## Why
    /// Without a terminal, `wget` writes a line for each 50 kB, which hides the rest of the build's
    /// log. `--progress=dot:giga` writes one for each 32 MB, `-nv` one for each file. It is not said
    /// in the recommended profile. BusyBox' `wget` does not know `--progress`.
    ///
    /// ```dockerfile,bad
    /// FROM debian:12
    /// RUN wget https://example.com/model.bin
    /// ```
    /// ```dockerfile,fixed
    /// FROM debian:12
    /// RUN wget --progress=dot:giga https://example.com/model.bin
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// RUN wget -nv https://example.com/model.bin
    /// ```
    DL3047 "wget-progress" {
        level: Info, since: "0.1.0", fix: Unsafe,
        aliases: ["hadolint/DL3047", "droast/DF056"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for command in file.run_commands().filter(|it| it.name() == "wget") {
        if command.arguments().iter().any(|word| is_about_output(word.text())) {
            continue;
        }
        let edit = Edit::insert(command.name_range().end, " --progress=dot:giga");
        report
            .pedantic(command.name_range(), "wget writes its whole progress into the build's log")
            .fix("Add --progress=dot:giga", vec![edit]);
    }
}

/// Whether an option changes how much is written, or where to.
fn is_about_output(word: &str) -> bool {
    let long = ["--progress", "--quiet", "--no-verbose", "--output-file", "--append-output"];
    if word.starts_with("--") {
        let name = word.split('=').next().unwrap_or(word);
        return long.contains(&name);
    }
    let Some(letters) = word.strip_prefix('-') else {
        return false;
    };
    // `-O name` has a value, in which letters mean nothing.
    let letters = letters.split('O').next().unwrap_or_default();
    letters.contains(['q', 'o', 'a']) || letters.contains("nv")
}
