//! The buttons that help with an error, in editors.

use protocol::failure::Action;

use crate::error::Error;

impl Error {
    /// What an editor offers to do about it, the likeliest first.
    pub fn actions(&self) -> Vec<Action> {
        match self {
            Error::Engine(error) => of_engine(error),
            Error::Problems(problems) => {
                match problems.iter().any(|problem| problem.code == "no-source") {
                    true => vec![Action::ChooseImage],
                    false => Vec::new(),
                }
            }
            Error::NotRunning { .. } | Error::Paused { .. } => vec![Action::Up],
            Error::ImageMissing { .. } => vec![Action::Pull, Action::Load, Action::ChooseImage],
            Error::Architecture { .. } => vec![Action::ChooseImage],
            Error::BuildOffline { .. } => vec![Action::Load, Action::ChooseImage, Action::Retry],
            Error::Build { .. } | Error::HostHook { .. } | Error::Hook { .. } => {
                vec![Action::Retry]
            }
            Error::GpuRequired { .. } => vec![Action::WithoutGpu, Action::Doctor],
            Error::KnownStart { .. } | Error::EndedAtOnce { .. } => vec![Action::Doctor],
            Error::NotRestarted(error) => {
                let mut actions = vec![Action::Rebuild];
                actions.extend(error.actions());
                actions
            }
            Error::Init { .. } | Error::Session { .. } => vec![Action::Rebuild],
            Error::Io { .. } | Error::AnswerLost => vec![Action::Retry],
            Error::Shared(error) => error.actions(),
            Error::Path(_)
            | Error::Workspace { .. }
            | Error::WorkspaceElsewhere { .. }
            | Error::NotTrusted { .. }
            | Error::Untrusted
            | Error::Cancelled { .. }
            | Error::WindowClosed => Vec::new(),
        }
    }
}

fn of_engine(error: &engine::error::Error) -> Vec<Action> {
    use engine::error::Error;
    match error {
        Error::NeedsSudoPassword { .. } => vec![Action::Authenticate],
        Error::EngineAbsent { .. }
        | Error::AccessDenied { .. }
        | Error::EngineElsewhere { .. }
        | Error::AddressInvalid { .. }
        | Error::DockerConfig { .. }
        | Error::EngineSilent { .. }
        | Error::EngineLost { .. } => vec![Action::Retry, Action::Doctor],
        Error::ImageMissing { .. } | Error::BaseMissing { .. } => {
            vec![Action::Pull, Action::Load, Action::ChooseImage]
        }
        Error::NetworkWait { .. } | Error::PullFailed { .. } => {
            vec![Action::Load, Action::ChooseImage, Action::Retry]
        }
        Error::ContainerGone { .. } => vec![Action::Up],
        Error::StartFailed { .. } | Error::Refused { .. } => vec![Action::Doctor, Action::Retry],
        Error::Conflict { .. }
        | Error::MountMissing { .. }
        | Error::DiskFull { .. }
        | Error::BuildFailed { .. }
        | Error::BuilderLacks { .. } => vec![Action::Retry],
        Error::SpecInvalid { .. }
        | Error::DockerfileInvalid { .. }
        | Error::Unreadable { .. }
        | Error::ArchiveUnreadable { .. }
        | Error::ImageNameInvalid { .. }
        | Error::LoadFailed { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use protocol::failure::Action;

    use crate::error::Error;

    #[test]
    fn an_error_that_several_asked_for_keeps_its_buttons() {
        let missing = Error::ImageMissing {
            name: "a".to_owned(),
            wanted_by: "--image".to_owned(),
            near: Vec::new(),
        };
        let shared = Error::NotRestarted(Box::new(Error::Shared(Arc::new(missing))));
        assert_eq!(
            shared.failure().actions,
            [
                Action::Rebuild,
                Action::Pull,
                Action::Load,
                Action::ChooseImage
            ]
        );
    }
}
