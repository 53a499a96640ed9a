//! What a container of a stage starts: ENTRYPOINT and CMD, from the file or the base image.

use dockerfile::ast::{Body, Command as CommandForm, Instruction};

use crate::facts::programs::Program;
use crate::facts::{Facts, Setting, StageFacts};

/// What a container starts.
#[derive(Debug)]
pub struct Start<'f> {
    /// ENTRYPOINT.
    pub entrypoint: Given<'f>,
    /// CMD.
    pub cmd: Given<'f>,
}

/// A command and who gives it.
#[derive(Debug, Clone, Copy)]
pub enum Given<'f> {
    /// There is none.
    Nothing,
    /// The base image may have one.
    Unknown,
    /// The base image has it.
    Base(&'f [String]),
    /// An instruction of the file.
    File(&'f Instruction),
}

impl<'a> Facts<'a> {
    /// What a container of a stage starts.
    pub fn start_of<'f>(&'f self, image: &'f StageFacts<'a>) -> Start<'f> {
        let given = |setting: Setting, words: Option<&'f [String]>| match setting {
            Setting::Set(index) => Given::File(&self.file.instructions[index]),
            Setting::Cleared(_) => Given::Nothing,
            Setting::Inherited if image.from_scratch => Given::Nothing,
            Setting::Inherited => match words {
                None => Given::Unknown,
                Some([]) => Given::Nothing,
                Some(words) => Given::Base(words),
            },
        };
        let inherited = image.inherited();
        Start {
            entrypoint: given(
                image.entrypoint,
                inherited.map(|it| it.entrypoint.as_slice()),
            ),
            cmd: given(image.cmd, inherited.map(|it| it.cmd.as_slice())),
        }
    }
}

impl<'f> Given<'f> {
    /// The words of an exec form, or what the base image has; `None`: shell form, or nothing.
    pub fn exec_words(&self) -> Option<Vec<&'f str>> {
        match self {
            Given::Base(words) => Some(words.iter().map(String::as_str).collect()),
            Given::File(instruction) => exec_words(instruction),
            Given::Nothing | Given::Unknown => None,
        }
    }

    /// Whether it is an ENTRYPOINT that prepares something and then starts what CMD says.
    pub fn is_wrapper(&self) -> bool {
        match self {
            Given::Nothing => true,
            Given::Unknown => false,
            Given::Base(_) | Given::File(_) => self
                .exec_words()
                .is_some_and(|words| Program::of(&words).wraps()),
        }
    }
}

/// The words of a CMD or ENTRYPOINT in exec form.
pub fn exec_words(instruction: &Instruction) -> Option<Vec<&str>> {
    match &instruction.body {
        Body::Command(CommandForm::Exec(strings)) => {
            Some(strings.iter().map(|it| it.value.text()).collect())
        }
        _ => None,
    }
}
