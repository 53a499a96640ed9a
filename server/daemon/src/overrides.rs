//! What flags decide, against those that the running container was made with.

use engine::container::ContainerFacts;
use protocol::container::Overrides;

use crate::status;

/// As a container's label keeps them: names of variables without their values. Labels are shown by
/// many tools, and travel in events and in images made of the container.
pub fn label(overrides: &Overrides) -> Overrides {
    let name = |word: &String| {
        word.split_once('=')
            .map_or(word.as_str(), |(name, _)| name)
            .to_owned()
    };
    Overrides {
        env: overrides.env.iter().map(name).collect(),
        ..overrides.clone()
    }
}

/// What a label has kept, the values taken from the container itself.
pub fn of_label(label: &str, env: &[(String, String)]) -> Option<Overrides> {
    let mut overrides: Overrides = serde_json::from_str(label).ok()?;
    for word in &mut overrides.env {
        if let Some((_, value)) = env.iter().find(|(name, _)| name == word) {
            *word = format!("{word}={value}");
        }
    }
    Some(overrides)
}

/// The given overrides above those that the container was made with, flag by flag: who asks for
/// another GPU need not repeat the image.
pub fn effective(given: Overrides, container: &ContainerFacts) -> Overrides {
    all_of(given, status::overrides(container))
}

/// What holds for a session: user and variables are its own, the rest is settled since the
/// container was made.
pub fn of_session(given: &Overrides, container: &ContainerFacts) -> Overrides {
    let made_with = status::overrides(container);
    Overrides {
        env: [made_with.env, given.env.clone()].concat(),
        env_file: [made_with.env_file, given.env_file.clone()].concat(),
        user: given.user.clone().or(made_with.user),
        ..made_with
    }
}

/// What the container would be made with if the given overrides counted; `None`: they are of
/// a session, or the container was made with them.
pub fn beyond_session(given: &Overrides, container: &ContainerFacts) -> Option<Overrides> {
    let made_with = status::overrides(container);
    let wanted = merged(given.clone(), made_with.clone());
    (wanted != made_with).then_some(wanted)
}

/// Flag by flag, those of a session included.
fn all_of(given: Overrides, made_with: Overrides) -> Overrides {
    let env = [made_with.env.clone(), given.env.clone()].concat();
    let env_file = [made_with.env_file.clone(), given.env_file.clone()].concat();
    let user = given.user.clone().or(made_with.user.clone());
    Overrides {
        env,
        env_file,
        user,
        ..merged(given, made_with)
    }
}

/// Flag by flag; those of a session are left as they were.
fn merged(given: Overrides, made_with: Overrides) -> Overrides {
    let either = |given: Vec<String>, made_with: Vec<String>| match given.is_empty() {
        true => made_with,
        false => given,
    };
    // An image and a Dockerfile take each other's place.
    let (image, dockerfile) = match (&given.image, &given.dockerfile) {
        (None, None) => (made_with.image, made_with.dockerfile),
        _ => (given.image, given.dockerfile),
    };
    Overrides {
        image,
        dockerfile,
        context: given.context.or(made_with.context),
        target: given.target.or(made_with.target),
        devcontainer: given.devcontainer.or(made_with.devcontainer),
        gpus: given.gpus.or(made_with.gpus),
        shm_size: given.shm_size.or(made_with.shm_size),
        env: made_with.env,
        env_file: made_with.env_file,
        user: made_with.user,
        workspace_folder: given.workspace_folder.or(made_with.workspace_folder),
        volumes: either(given.volumes, made_with.volumes),
        mounts: either(given.mounts, made_with.mounts),
        run_args: either(given.run_args, made_with.run_args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_image(name: &str) -> Overrides {
        Overrides {
            image: Some(name.to_owned()),
            user: Some("made".to_owned()),
            ..Overrides::default()
        }
    }

    #[test]
    fn a_label_has_the_names_of_variables_and_the_container_their_values() {
        let given = Overrides {
            env: vec!["TOKEN=s3=cret".to_owned()],
            ..Overrides::default()
        };
        let label = serde_json::to_string(&label(&given)).expect("JSON");
        assert!(!label.contains("s3"), "{label}");
        let env = [("TOKEN".to_owned(), "s3=cret".to_owned())];
        assert_eq!(of_label(&label, &env), Some(given));
    }

    #[test]
    fn flags_of_a_session_are_not_the_containers() {
        let given = Overrides {
            user: Some("other".to_owned()),
            env: vec!["A=1".to_owned()],
            ..Overrides::default()
        };
        assert_eq!(merged(given, of_image("one")), of_image("one"));
    }

    #[test]
    fn a_flag_that_is_not_given_again_still_counts() {
        let given = Overrides {
            gpus: Some("none".to_owned()),
            ..Overrides::default()
        };
        let all = all_of(given, of_image("one"));
        assert_eq!(
            (all.image.as_deref(), all.gpus.as_deref()),
            (Some("one"), Some("none"))
        );
        let built = Overrides {
            dockerfile: Some("/f".to_owned()),
            ..Overrides::default()
        };
        assert_eq!(all_of(built, of_image("one")).image, None);
    }

    #[test]
    fn a_flag_of_the_container_takes_the_olds_place() {
        let given = Overrides {
            image: Some("two".to_owned()),
            ..Overrides::default()
        };
        assert_eq!(merged(given, of_image("one")), of_image("two"));
    }
}
