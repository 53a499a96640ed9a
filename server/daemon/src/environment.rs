//! What a client's environment decides: how the engine is reached, where its settings are.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use engine::{access::Access, handed::Handed};

/// The variables that travel from the client to the daemon whatever the project says.
/// `${localEnv:…}` may name any other, so that all of them are sent; they are never logged.
pub fn of_this_process() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// How the client reaches the engine.
pub fn access(environment: &BTreeMap<String, String>, handed: Arc<Handed>) -> Access {
    let variable = |name: &str| {
        environment
            .get(name)
            .filter(|value| !value.is_empty())
            .cloned()
    };
    Access {
        docker_host: variable("DOCKER_HOST"),
        docker_context: variable("DOCKER_CONTEXT"),
        docker_config: variable("DOCKER_CONFIG").map(PathBuf::from),
        home: variable("HOME").map(PathBuf::from),
        path: variable("PATH").map(Into::into),
        // Clients share a connection, and each `up` heeds its own client's wish (`up/image.rs`).
        docker_buildkit: None,
        handed,
    }
}

/// The user's settings file: `$XDG_CONFIG_HOME/warpdock/settings.json`, as the client sees it.
pub fn user_settings(environment: &BTreeMap<String, String>) -> Option<PathBuf> {
    let configured = environment.get("XDG_CONFIG_HOME").map(PathBuf::from);
    let folder = configured
        .filter(|folder| folder.is_absolute())
        .or_else(|| Some(PathBuf::from(environment.get("HOME")?).join(".config")))?;
    Some(folder.join("warpdock").join("settings.json"))
}
