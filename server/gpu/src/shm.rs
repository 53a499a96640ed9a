//! How large /dev/shm should be. The engine's default of 64 MiB kills PyTorch's data
//! loaders with a bus error (pytorch/pytorch#5040).

/// What the engine gives without being asked, in bytes.
pub const ENGINE_DEFAULT: u64 = 64 << 20;

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

/// The size for a container, in bytes: half of the memory that it may use, as Linux sizes
/// the host's own /dev/shm, and at least 1 GiB where the memory allows. It costs nothing
/// until used. `None` when the machine's memory is unknown (0).
pub fn default_bytes(memory_bytes: u64, container_limit: Option<u64>) -> Option<u64> {
    let usable = match container_limit {
        Some(limit) if limit > 0 && memory_bytes > 0 => limit.min(memory_bytes),
        Some(limit) if limit > 0 => limit,
        Some(_) | None => memory_bytes,
    };
    if usable == 0 {
        return None;
    }
    let bytes = (usable / 2).max(GIB.min(usable));
    Some((bytes / MIB * MIB).max(ENGINE_DEFAULT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_memory() {
        assert_eq!(default_bytes(64 * GIB, None), Some(32 * GIB));
        assert_eq!(default_bytes(64 * GIB, Some(8 * GIB)), Some(4 * GIB));
        assert_eq!(default_bytes(8 * GIB, Some(64 * GIB)), Some(4 * GIB));
    }

    #[test]
    fn small_machines_get_what_they_can() {
        assert_eq!(default_bytes(GIB + GIB / 2, None), Some(GIB));
        assert_eq!(default_bytes(512 * MIB, None), Some(512 * MIB));
        assert_eq!(default_bytes(16 * MIB, None), Some(ENGINE_DEFAULT));
        assert_eq!(default_bytes(0, None), None);
        assert_eq!(default_bytes(0, Some(4 * GIB)), Some(2 * GIB));
        assert_eq!(default_bytes(4 * GIB, Some(0)), Some(2 * GIB));
    }
}
