//! What sessions get on top of PID 1's environment.

use std::collections::BTreeMap;

use config::model::{Config, Origin};
use engine::container::ContainerFacts;
use protocol::container::Overrides;

/// What the engine sets where the image and the configuration say nothing, without telling of it
/// (moby `daemon/oci_linux.go`, `oci/defaults.go`).
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// `remoteEnv`, with `${containerEnv:…}` resolved by the running container.
pub fn of(config: &Config, container: &ContainerFacts) -> BTreeMap<String, Option<String>> {
    let container_env = of_container(container);
    config
        .remote_env
        .iter()
        .map(|(name, value)| {
            let value = value
                .value
                .as_ref()
                .map(|value| config::variables::finish_text(value, &container_env));
            (name.clone(), value)
        })
        .collect()
}

/// The environment of the container's first process, by name.
pub fn of_container(container: &ContainerFacts) -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = container.env.iter().cloned().collect();
    all.entry("PATH".to_owned())
        .or_insert_with(|| DEFAULT_PATH.to_owned());
    all
}

/// What `--env` and `--env-file` give this session: the container's own variables are settled
/// since it was made. `config` is read with these flags.
pub fn given(config: &Config, given: &Overrides) -> BTreeMap<String, Option<String>> {
    let names: Vec<&str> = given
        .env
        .iter()
        .map(|word| word.split_once('=').map_or(word.as_str(), |(name, _)| name))
        .collect();
    config
        .container_env
        .iter()
        .filter(|(name, value)| {
            let of_file = match &value.origin {
                Origin::File { path, .. } => given
                    .env_file
                    .iter()
                    .any(|it| path.as_os_str() == it.as_str()),
                _ => false,
            };
            of_file || names.contains(&name.as_str())
        })
        .map(|(name, value)| (name.clone(), Some(value.value.clone())))
        .collect()
}
