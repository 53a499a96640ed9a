//! Comments that take findings away: `# warpdock ignore=CODE`, hadolint's `# hadolint ignore=CODE`,
//! both also with `stage` and `global`, and BuildKit's `# check=skip=NAME`. Each names a rule by its code, its
//! name or another tool's name for it.

use dockerfile::ast::{File, Instruction, Keyword};
use dockerfile::directive::DirectiveName;
use dockerfile::lines::LineKind;
use dockerfile::range::TextRange;

use crate::finding::Finding;

/// What the comments of a file ask for.
pub(crate) struct Suppressions<'a> {
    ignored: Vec<Ignored<'a>>,
}

struct Ignored<'a> {
    names: Vec<&'a str>,
    /// `None`: everywhere.
    range: Option<TextRange>,
    /// `# check=`: `all` means BuildKit's.
    is_check: bool,
}

impl<'a> Suppressions<'a> {
    pub(crate) fn new(file: &'a File) -> Suppressions<'a> {
        let mut ignored = Vec::new();
        for directive in &file.directives {
            if directive.name == DirectiveName::Check {
                ignored.push(Ignored {
                    names: skipped(directive.value_range.of(&file.text)),
                    range: None,
                    is_check: true,
                });
            }
        }
        for line in &file.lines {
            if line.kind != LineKind::Comment {
                continue;
            }
            let comment = line.content.of(&file.text).trim_start();
            let Some(pragma) = Pragma::parse(comment) else {
                continue;
            };
            ignored.push(Ignored {
                names: pragma.names,
                range: match pragma.reach {
                    Reach::File => None,
                    Reach::Instruction | Reach::Stage => {
                        match covered(file, line.content.start, pragma.reach) {
                            Some(range) => Some(range),
                            None => continue,
                        }
                    }
                },
                is_check: pragma.is_check,
            });
        }
        Suppressions { ignored }
    }

    /// Takes away what is not wanted.
    pub(crate) fn apply(&self, findings: &mut Vec<Finding>) {
        if self.ignored.is_empty() {
            return;
        }
        findings.retain(|finding| !self.ignored.iter().any(|it| it.covers(finding)));
    }
}

impl Ignored<'_> {
    fn covers(&self, finding: &Finding) -> bool {
        let here = match self.range {
            None => true,
            Some(range) => range.start <= finding.range.start && finding.range.start <= range.end,
        };
        here && self.names.iter().any(|name| match self.is_check {
            true if name.eq_ignore_ascii_case("all") => finding.alias_of("buildkit").is_some(),
            _ => finding.is_called(name),
        })
    }
}

/// Whether a line is a comment that silences something.
pub(crate) fn is_pragma(line: &str) -> bool {
    Pragma::parse(line.trim_start()).is_some_and(|pragma| !pragma.names.is_empty())
}

struct Pragma<'a> {
    names: Vec<&'a str>,
    reach: Reach,
    is_check: bool,
}

/// How far a comment reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Instruction,
    Stage,
    File,
}

impl<'a> Pragma<'a> {
    fn parse(comment: &'a str) -> Option<Pragma<'a>> {
        let text = comment.strip_prefix('#')?.trim();
        if let Some(options) = text.strip_prefix("check=") {
            return Some(Pragma {
                names: skipped(options),
                reach: Reach::Instruction,
                is_check: true,
            });
        }
        let rest = ["hadolint", "warpdock"]
            .iter()
            .find_map(|tool| text.strip_prefix(tool))?;
        let rest = rest.strip_prefix([' ', '\t'])?.trim_start();
        let reaches = [("global", Reach::File), ("stage", Reach::Stage)];
        let wider = reaches
            .iter()
            .find_map(|(word, reach)| Some((*reach, rest.strip_prefix(word)?.trim_start())));
        let (reach, rest) = wider.unwrap_or((Reach::Instruction, rest));
        let names = rest.strip_prefix("ignore")?.trim_start();
        let names = names.strip_prefix('=')?;
        Some(Pragma {
            names: list(names),
            reach,
            is_check: false,
        })
    }
}

/// The names behind `skip=` in the value of `# check=`.
fn skipped(options: &str) -> Vec<&str> {
    let skip = options
        .split(';')
        .find_map(|option| option.trim().strip_prefix("skip="));
    skip.map(list).unwrap_or_default()
}

/// Names separated by commas; what follows a name behind a blank is a remark.
fn list(names: &str) -> Vec<&str> {
    names
        .split(',')
        .filter_map(|name| name.split_whitespace().next())
        .collect()
}

/// What a comment speaks of: the instruction it stands in, else the next; or the stage of that.
fn covered(file: &File, offset: usize, reach: Reach) -> Option<TextRange> {
    let instructions = &file.instructions;
    let next = instructions.partition_point(|instruction| instruction.range.end <= offset);
    let range = instructions.get(next)?.range;
    if reach != Reach::Stage {
        return Some(range);
    }
    let is_from = |instruction: &&Instruction| instruction.keyword == Keyword::From;
    let first = instructions[..=next].iter().rfind(is_from);
    let behind = instructions[next + 1..].iter().find(is_from);
    Some(TextRange::new(
        first.map_or(0, |it| it.range.start),
        behind.map_or(file.text.len(), |it| it.range.start.saturating_sub(1)),
    ))
}

#[cfg(test)]
mod tests {
    use dockerfile::parse::parse;

    use crate::context::Context;
    use crate::lint::lint;

    #[track_caller]
    fn check(text: &str, codes: &[&str]) {
        let findings = lint(&parse(text), &Context::default());
        let found: Vec<&str> = findings.iter().map(|it| it.code).collect();
        assert_eq!(found, codes, "{text}");
    }

    #[test]
    fn a_comment_speaks_of_the_next_instruction() {
        for comment in [
            "# hadolint ignore=DL3000",
            "#hadolint ignore=DL3008, dl3000",
            "# warpdock ignore=absolute-workdir because of that",
            "# warpdock ignore=buildkit/WorkdirRelativePath",
            "# check=skip=WorkdirRelativePath;error=true",
            "# hadolint ignore=DL3000\n\n# and a remark",
        ] {
            let text = "FROM unheard-of:1\nWORKDIR here\n";
            check(
                &text.replace("WORKDIR", &format!("{comment}\nWORKDIR")),
                &[],
            );
            let after = format!("{text}{comment}\nUSER a\n");
            check(&after, &["DL3000"]);
        }
    }

    #[test]
    fn a_stage_comment_speaks_of_the_stage() {
        let stage = "FROM unheard-of:1\nUSER a\nWORKDIR here\n";
        let comment = "# hadolint stage ignore=DL3000\n";
        check(&format!("{comment}{stage}"), &[]);
        check(&format!("{comment}{stage}{stage}"), &["DL3000"]);
        check(&format!("{stage}{comment}{stage}"), &["DL3000"]);
    }

    #[test]
    fn a_global_comment_speaks_of_the_file() {
        for comment in [
            "# hadolint global ignore=DL3000",
            "# warpdock global ignore=absolute-workdir",
            "# check=skip=all",
            "# check=error=true;skip=A,WorkdirRelativePath",
        ] {
            check(
                &format!("{comment}\nFROM unheard-of:1\nWORKDIR here\n"),
                &[],
            );
        }
        check(
            "# check=skip=A\nFROM unheard-of:1\nWORKDIR here\n",
            &["DL3000"],
        );
    }
}
