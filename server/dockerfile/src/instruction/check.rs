//! What an instruction must have and may have: flags, arguments, and the name that was meant.

use strsim::osa_distance;

use crate::ast::{Body, Command, Flag, Keyword, Word};
use crate::instruction::Reader;
use crate::problem::ProblemKind;

impl Reader<'_> {
    pub(super) fn check_flags(&mut self, flags: &[Flag]) {
        let instruction = self.keyword.name();
        if self.keyword == Keyword::Unknown {
            return;
        }
        for (index, flag) in flags.iter().enumerate() {
            let name = flag.name.text.as_str();
            let Some(kind) = flag_kind(self.keyword, name) else {
                let flag_name = name.to_owned();
                self.problem(
                    ProblemKind::UnknownFlag {
                        instruction,
                        flag: flag_name,
                    },
                    flag.range,
                );
                continue;
            };
            if name == "mount" {
                self.check_mount(flag);
            }
            let flag_name = name.to_owned();
            if kind != FlagKind::Switch && flag.value.is_none() {
                self.problem(
                    ProblemKind::FlagWithoutValue { flag: flag_name },
                    flag.range,
                );
            } else if kind != FlagKind::Many && flags[..index].iter().any(|it| it.name.text == name)
            {
                self.problem(ProblemKind::DuplicateFlag { flag: flag_name }, flag.range);
            }
        }
    }

    fn check_mount(&mut self, flag: &Flag) {
        let Some(value) = &flag.value else {
            return;
        };
        let lone = ["readonly", "ro", "readwrite", "rw", "required"];
        for option in value.text.split(',') {
            if !option.contains('=') && !lone.contains(&option.to_ascii_lowercase().as_str()) {
                let kind = ProblemKind::InvalidMountOption {
                    option: option.to_owned(),
                };
                self.problem(kind, value.range);
            }
        }
    }

    pub(super) fn check_arguments(&mut self, body: &Body, name: &Word) {
        let instruction = self.keyword.name();
        let expected = expected(self.keyword);
        let missing = match body {
            Body::From(from) => from.image.is_none(),
            // `CMD []` and `RUN []` are something; SHELL wants JSON with a program in it.
            Body::Command(Command::Empty) => self.keyword != Keyword::Cmd,
            Body::Command(Command::Exec(strings)) => {
                self.keyword == Keyword::Shell && strings.is_empty()
            }
            Body::Command(Command::Shell(_)) => self.keyword == Keyword::Shell,
            Body::Files(files) => files.destination.is_none(),
            Body::Pairs(pairs) => pairs.pairs.is_empty(),
            Body::List(list) => list.words.is_empty(),
            Body::Value | Body::Onbuild(_) => self.arguments.is_empty(),
            Body::Healthcheck(healthcheck) => healthcheck.kind.is_none(),
            Body::Unknown => false,
        };
        if missing {
            let kind = ProblemKind::MissingArguments {
                instruction,
                expected,
            };
            self.problem(kind, name.range);
            return;
        }
        let arguments = self.logical.range(self.arguments.clone());
        let wrong = match body {
            Body::From(from) => match (&from.r#as, &from.alias) {
                (None, _) => false,
                (Some(r#as), Some(_)) => {
                    !r#as.text.eq_ignore_ascii_case("as") || self.plain_words().len() > 3
                }
                (Some(_), None) => true,
            },
            Body::Healthcheck(healthcheck) => match &healthcheck.kind {
                Some(kind) if kind.text.eq_ignore_ascii_case("none") => {
                    healthcheck.command != Command::Empty
                }
                Some(kind) if kind.text.eq_ignore_ascii_case("cmd") => {
                    healthcheck.command == Command::Empty
                }
                _ => true,
            },
            _ => false,
        };
        if wrong {
            let kind = ProblemKind::WrongArguments {
                instruction,
                expected,
            };
            self.problem(kind, arguments);
        }
        if let Body::From(from) = body
            && let Some(alias) = &from.alias
            && !is_stage_name(&alias.text)
            && !wrong
        {
            let kind = ProblemKind::InvalidStageName {
                name: alias.text.clone(),
            };
            self.problem(kind, alias.range);
        }
        if let Body::Onbuild(Some(inner)) = body
            && matches!(
                inner.keyword,
                Keyword::Onbuild | Keyword::From | Keyword::Maintainer
            )
        {
            let kind = ProblemKind::OnbuildForbidden {
                instruction: inner.keyword.name(),
            };
            self.problem(kind, inner.name.range);
        }
    }
}

fn is_stage_name(name: &str) -> bool {
    name.starts_with(|it: char| it.is_ascii_alphabetic())
        && name
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, '-' | '_' | '.'))
}

/// How a flag is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FlagKind {
    /// `--name`, `--name=true`.
    Switch,
    /// `--name=value`.
    One,
    /// `--name=value`, as often as one likes.
    Many,
}

/// The flags of BuildKit's instructions, those of its labs channel included.
fn flag_kind(keyword: Keyword, flag: &str) -> Option<FlagKind> {
    match (keyword, flag) {
        (Keyword::From, "platform") => Some(FlagKind::One),
        (Keyword::Run, "mount" | "device") => Some(FlagKind::Many),
        (Keyword::Run, "network" | "security") => Some(FlagKind::One),
        (Keyword::Copy | Keyword::Add, "chown" | "chmod") => Some(FlagKind::One),
        (Keyword::Copy | Keyword::Add, "link") => Some(FlagKind::Switch),
        (Keyword::Copy | Keyword::Add, "exclude") => Some(FlagKind::Many),
        (Keyword::Copy, "from") => Some(FlagKind::One),
        (Keyword::Copy, "parents") => Some(FlagKind::Switch),
        (Keyword::Add, "checksum") => Some(FlagKind::One),
        (Keyword::Add, "keep-git-dir" | "unpack") => Some(FlagKind::Switch),
        (
            Keyword::Healthcheck,
            "interval" | "timeout" | "start-period" | "start-interval" | "retries",
        ) => Some(FlagKind::One),
        _ => None,
    }
}

/// What an instruction takes, as a phrase behind "needs".
fn expected(keyword: Keyword) -> &'static str {
    match keyword {
        Keyword::Add | Keyword::Copy => "at least one source and a destination",
        Keyword::Arg => "at least one NAME or NAME=VALUE",
        Keyword::Cmd | Keyword::Entrypoint | Keyword::Run => "a command",
        Keyword::Env | Keyword::Label => "at least one NAME=VALUE",
        Keyword::Expose => "at least one port",
        Keyword::From => "an image or a stage, and optionally AS and a name",
        Keyword::Healthcheck => "NONE, or CMD and a command",
        Keyword::Maintainer => "a name",
        Keyword::Onbuild => "an instruction",
        Keyword::Shell => "a JSON array with the shell and its arguments",
        Keyword::Stopsignal => "a signal",
        Keyword::User => "a user",
        Keyword::Volume => "at least one path",
        Keyword::Workdir => "a path",
        Keyword::Unknown => "",
    }
}

/// The instruction that a misspelt name was probably meant to be.
pub(super) fn meant(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_uppercase();
    let half_typed = Keyword::ALL
        .into_iter()
        .map(Keyword::name)
        .find(|keyword| name.len() > 1 && keyword.starts_with(&name));
    if half_typed.is_some() {
        return half_typed;
    }
    // Names much longer than any instruction are not typing mistakes.
    if name.chars().count() > 16 {
        return None;
    }
    Keyword::ALL
        .into_iter()
        .map(|keyword| (osa_distance(&name, keyword.name()), keyword.name()))
        .filter(|(distance, keyword)| *distance <= 2 && *distance < keyword.len().min(name.len()))
        .min()
        .map(|(_, keyword)| keyword)
}
