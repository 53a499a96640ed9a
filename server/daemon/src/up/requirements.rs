//! What the project asks of the machine besides a GPU, and what of it we do not do. Unmet, the
//! container starts all the same, as with the reference command line; but it is said.

use config::model::Config;

use crate::up::trip::Trip;

/// Says which requirements this machine does not meet, and which settings have no effect.
pub fn say_unmet(trip: &Trip, config: &Config) {
    let facts = &trip.machine.facts;
    let wanted = &config.host_requirements;
    if let Some(cpus) = wanted
        .cpus
        .as_ref()
        .filter(|cpus| u64::from(cpus.value) > facts.cpus)
    {
        trip.say_note(format!(
            "the project asks for {} CPUs ({}), the engine has {}",
            cpus.value, cpus.origin, facts.cpus
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
            memory.origin,
            gpu::size::for_people(facts.memory_bytes)
        ));
    }
    if let Some(port) = config.forward_ports.first() {
        trip.say_note(format!(
            "forwardPorts ({}) is not done yet: publish ports with \"runArgs\": [\"-p\", \"127.0.0.1:{}:{}\"]",
            port.origin, port.value, port.value
        ));
    }
}
