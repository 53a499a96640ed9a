//! What sessions get on top of PID 1's environment.

use std::collections::BTreeMap;

use config::model::Config;
use engine::container::ContainerFacts;

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
