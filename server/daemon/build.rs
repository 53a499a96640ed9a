//! Builds `warpdock-init` as a static program, to be carried inside the daemon.
//!
//! A nested cargo, because only this one program is linked statically: with the flag in
//! RUSTFLAGS the procedural macros would not build, and every binary would be static.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

const PROGRAM: &str = "warpdock-init";
const PROFILE: &str = "release-init";

fn main() -> Result<(), Box<dyn Error>> {
    let out = PathBuf::from(variable("OUT_DIR")?);
    let root = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../..");
    for path in [
        "server/init/src",
        "server/init/Cargo.toml",
        "server/session/src",
        "server/session/Cargo.toml",
        "Cargo.toml",
        "Cargo.lock",
    ] {
        say(&format!("rerun-if-changed={}", root.join(path).display()));
    }
    let built = build(&root, &out.join("init"))?;
    let bytes = fs::read(&built)?;
    if has_interpreter(&bytes)? {
        return Err(format!("{} is not static", built.display()).into());
    }
    fs::write(out.join(PROGRAM), &bytes)?;
    let mut id = String::new();
    for byte in Sha256::digest(&bytes).iter().take(6) {
        id.push_str(&format!("{byte:02x}"));
    }
    say(&format!("rustc-env=WARPDOCK_INIT_ID={id}"));
    Ok(())
}

fn build(root: &Path, target_folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let target = variable("TARGET")?;
    let mut command = Command::new(variable("CARGO")?);
    command
        .arg("rustc")
        .arg("--manifest-path")
        .arg(root.join("Cargo.toml"))
        .args(["--package", "init", "--bin", PROGRAM, "--profile", PROFILE])
        // The outer cargo has written the lock file and fetched everything.
        .args(["--locked", "--offline"])
        .arg("--target-dir")
        .arg(target_folder);
    let mut built = target_folder.to_owned();
    if target != variable("HOST")? {
        command.args(["--target", &target]);
        built.push(&target);
    }
    command.args(["--", "-C", "target-feature=+crt-static"]);
    // What the outer cargo or its user set for other programs; clippy is a wrapper too.
    for name in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_TARGET",
        "CARGO_TARGET_DIR",
        "CARGO_BUILD_TARGET_DIR",
        "RUSTC_WRAPPER",
        "RUSTC_WORKSPACE_WRAPPER",
        "CLIPPY_ARGS",
    ] {
        command.env_remove(name);
    }
    let output = command.output()?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(format!("building {PROGRAM} failed\n{text}").into());
    }
    Ok(built.join(PROFILE).join(PROGRAM))
}

/// Whether a 64-bit little-endian program asks for a loader (PT_INTERP).
fn has_interpreter(bytes: &[u8]) -> Result<bool, Box<dyn Error>> {
    const PT_INTERP: u32 = 3;
    if bytes.get(..6) != Some(&[0x7f, b'E', b'L', b'F', 2, 1]) {
        return Err(format!("{PROGRAM} is not a 64-bit little-endian program").into());
    }
    let number = |at: usize, length: usize| -> Result<usize, Box<dyn Error>> {
        let bytes = bytes.get(at..at + length).ok_or("a program cut short")?;
        Ok(bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | usize::from(*byte)))
    };
    let (table, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    for index in 0..count {
        if number(table + index * size, 4)? == PT_INTERP as usize {
            return Ok(true);
        }
    }
    Ok(false)
}

fn variable(name: &str) -> Result<String, Box<dyn Error>> {
    std::env::var(name).map_err(|error| format!("{name}: {error}").into())
}

/// Speaks to the outer cargo.
fn say(instruction: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stdout(), "cargo::{instruction}");
}
