//! What sessions get on top of PID 1's environment.

use std::collections::BTreeMap;

use config::model::Config;
use engine::container::ContainerFacts;

/// `remoteEnv`, with `${containerEnv:…}` resolved by the running container.
pub fn of(config: &Config, container: &ContainerFacts) -> BTreeMap<String, Option<String>> {
    let container_env: BTreeMap<String, String> = container.env.iter().cloned().collect();
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
