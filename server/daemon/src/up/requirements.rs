//! What the project asks of the machine besides a GPU. Unmet, the container starts all the same, as
//! with the reference command line; but it is said.

use config::model::Config;

use crate::{project, up::trip::Trip};

/// Says which requirements this machine does not meet.
pub fn say_unmet(trip: &Trip, config: &Config) {
    let facts = &trip.machine.facts;
    let place = |origin| project::place(origin, &trip.workspace);
    let wanted = &config.host_requirements;
    if let Some(cpus) = wanted
        .cpus
        .as_ref()
        .filter(|cpus| u64::from(cpus.value) > facts.cpus)
    {
        trip.say_note(format!(
            "the project asks for {} CPUs ({}), the engine has {}",
            cpus.value,
            place(&cpus.origin),
            facts.cpus
        ));
    }
    let memory = wanted
        .memory_bytes
        .as_ref()
        .filter(|memory| memory.value > facts.memory_bytes);
    if let Some(memory) = memory {
        trip.say_note(format!(
            "the project asks for {} of memory ({}), the engine has {}",
            gpu::size::for_people(memory.value),
            place(&memory.origin),
            gpu::size::for_people(facts.memory_bytes)
        ));
    }
}
