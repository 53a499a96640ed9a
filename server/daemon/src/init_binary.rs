//! The `warpdock-init` that this build carries. Where it is put for containers to mount
//! is not its business.

/// The static program.
pub(crate) static BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/warpdock-init"));

/// The first twelve hexadecimal digits of its SHA-256: another build, another id.
pub(crate) fn id() -> &'static str {
    env!("WARPDOCK_INIT_ID")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_carried_init_runs() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(id());
        std::fs::write(&path, BYTES).expect("write");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&path, mode).expect("mode");
        let output = std::process::Command::new(&path)
            .arg("--version")
            .output()
            .expect("it starts");
        assert!(String::from_utf8_lossy(&output.stdout).starts_with("warpdock-init "));
    }
}
