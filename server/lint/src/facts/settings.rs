//! The settings of an image while its stage is gone through.

use dockerfile::ast::{Body, Command, Instruction, Keyword};
use dockerfile::expand::Expanded;
use dockerfile::path::follow;
use dockerfile::scope::Scope;
use dockerfile::shell::kind::ShellKind;

use crate::context::ImageFacts;
use crate::facts::Setting;

/// The settings at one place of a stage.
#[derive(Debug, Clone)]
pub(super) struct Settings<'a> {
    pub(super) scope: Scope,
    pub(super) workdir: Option<String>,
    pub(super) user: Option<String>,
    pub(super) shell: ShellKind,
    pub(super) own_shell: bool,
    pub(super) pipefail: bool,
    pub(super) cmd: Setting,
    pub(super) entrypoint: Setting,
    /// ONBUILD: the index of each and what it holds, for the stages built on this one.
    pub(super) triggers: Vec<(usize, &'a Instruction)>,
    /// CMD is set in this stage, so that ENTRYPOINT does not take it away.
    cmd_is_ours: bool,
}

impl<'a> Settings<'a> {
    /// The settings behind the FROM of an image.
    pub(super) fn new(scope: Scope, image: Option<&ImageFacts>) -> Settings<'a> {
        let workdir = image.map(|image| match image.workdir.as_str() {
            "" => "/".to_owned(),
            workdir => workdir.to_owned(),
        });
        let shell = match image {
            Some(image) if !image.shell.is_empty() => {
                ShellKind::of_words(image.shell.iter().map(String::as_str))
            }
            _ => ShellKind::Posix,
        };
        Settings {
            scope,
            workdir,
            user: image.map(|image| image.user.clone()),
            shell,
            own_shell: false,
            pipefail: image
                .is_some_and(|image| fails_in_pipes(image.shell.iter().map(String::as_str))),
            cmd: Setting::Inherited,
            entrypoint: Setting::Inherited,
            triggers: Vec::new(),
            cmd_is_ours: false,
        }
    }

    /// A stage begins that is built on this.
    pub(super) fn enter_stage(&mut self) {
        self.cmd_is_ours = false;
    }

    /// What an instruction changes, variables left out.
    pub(super) fn take_in(&mut self, index: usize, instruction: &Instruction, escape: char) {
        match instruction.keyword {
            Keyword::Cmd => {
                self.cmd_is_ours = true;
                self.cmd = setting(index, instruction);
            }
            Keyword::Entrypoint => {
                self.entrypoint = setting(index, instruction);
                if !self.cmd_is_ours {
                    self.cmd = Setting::Cleared(index);
                }
            }
            Keyword::User => self.user = self.expanded(instruction, escape),
            Keyword::Workdir => {
                let path = self.expanded(instruction, escape);
                self.workdir = path.and_then(|path| join(self.workdir.as_deref(), &path));
            }
            Keyword::Shell => {
                if let Body::Command(Command::Exec(words)) = &instruction.body {
                    self.own_shell = true;
                    self.pipefail = fails_in_pipes(words.iter().map(|it| it.value.text()));
                    self.shell = ShellKind::of_words(words.iter().map(|it| it.value.text()));
                }
            }
            _ => {}
        }
    }

    /// The value of an instruction; `None`: a variable in it is not known.
    fn expanded(&self, instruction: &Instruction, escape: char) -> Option<String> {
        known(&self.scope, &instruction.arguments.text, escape)
    }
}

/// What a word means; `None`: a variable in it is not known.
pub(super) fn known(scope: &Scope, word: &str, escape: char) -> Option<String> {
    if_known(scope.expand(word, escape).ok()?)
}

/// The text, if every variable in it is known.
pub(super) fn if_known(expanded: Expanded) -> Option<String> {
    let all_set = expanded
        .uses
        .iter()
        .all(|it| it.set || it.modifier.contains(['-', '+']));
    all_set.then_some(expanded.text)
}

/// Whether the words of SHELL start a shell that fails where any command of a pipe does. What is
/// called `sh` may be one that refuses the option.
fn fails_in_pipes<'w>(words: impl IntoIterator<Item = &'w str>) -> bool {
    let mut knows = false;
    let mut asked = false;
    for word in words {
        let program = word.rsplit('/').next().unwrap_or(word);
        knows |= matches!(program, "bash" | "zsh" | "ash" | "ksh");
        asked |= word.contains("pipefail");
    }
    knows && asked
}

/// `path` seen from `folder`, without `.` and `..`; `None`: `folder` is not known and needed.
pub(crate) fn join(folder: Option<&str>, path: &str) -> Option<String> {
    let start = match path.starts_with('/') {
        true => "",
        false => folder?,
    };
    let mut parts: Vec<&str> = start.split('/').filter(|part| !part.is_empty()).collect();
    follow(&mut parts, path);
    Some(format!("/{}", parts.join("/")))
}

fn setting(index: usize, instruction: &Instruction) -> Setting {
    match &instruction.body {
        Body::Command(Command::Exec(words)) if words.is_empty() => Setting::Cleared(index),
        Body::Command(Command::Empty) => Setting::Cleared(index),
        _ => Setting::Set(index),
    }
}
