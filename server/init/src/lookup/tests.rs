use std::os::unix::fs::PermissionsExt;

use expect_test::{Expect, expect};

use super::*;

fn file(folder: &Path, name: &str, contents: &[u8], mode: u32) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, contents).expect("write");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).expect("mode");
    path
}

fn check_find(folder: &Path, name: &str, expect: Expect) {
    let path = format!("/nonexistent:{}", folder.display());
    let text = match find(name.as_bytes(), path.as_bytes()) {
        Ok(file) => format!("found {}", file.display()),
        Err(failure) => format!("{failure:?}"),
    };
    expect.assert_eq(&text.replace(&folder.display().to_string(), "DIR"));
}

fn check_format_of(contents: &[u8], expect: Expect) {
    let folder = tempfile::tempdir().expect("folder");
    let file = file(folder.path(), "x", contents, 0o755);
    let text = match check_format(&file) {
        Ok(()) => "fine".to_owned(),
        Err(Failure::NotExecutable { reason, .. }) => reason,
        Err(failure) => format!("{failure:?}"),
    };
    expect.assert_eq(&text);
}

#[test]
fn a_command_is_found_or_its_absence_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    file(folder.path(), "tool", b"#!/bin/sh\n", 0o755);
    file(folder.path(), "data", b"", 0o644);
    std::fs::create_dir(folder.path().join("folder")).expect("folder");
    let at = folder.path();
    check_find(at, "tool", expect!["found DIR/tool"]);
    check_find(
        at,
        "none",
        expect![[r#"CommandNotFound { command: "none" }"#]],
    );
    check_find(
        at,
        "folder",
        expect![[r#"CommandNotFound { command: "folder" }"#]],
    );
    check_find(
        at,
        "data",
        expect![[r#"NotExecutable { command: "DIR/data", reason: "permission denied" }"#]],
    );
    check_find(at, "", expect![[r#"CommandNotFound { command: "" }"#]]);
    check_find(
        at,
        "/etc",
        expect![[r#"NotExecutable { command: "/etc", reason: "is a directory" }"#]],
    );
    check_find(
        at,
        "/etc/passwd/x",
        expect![[r#"CommandNotFound { command: "/etc/passwd/x" }"#]],
    );
}

#[test]
fn a_program_for_another_machine_is_named() {
    let mut foreign = vec![0; 64];
    foreign[..6].copy_from_slice(&[0x7f, b'E', b'L', b'F', 2, 1]);
    foreign[18] = 22;
    check_format_of(
        &foreign,
        match std::env::consts::ARCH {
            "x86_64" => {
                expect!["exec format error: it is built for s390x, this machine is x86_64"]
            }
            _ => expect!["exec format error: it is built for s390x, this machine is aarch64"],
        },
    );
    check_format_of(b"MZ\0\0\x01\0", expect!["exec format error"]);
    check_format_of(b"\x7fELF", expect!["exec format error"]);
    check_format_of(b"echo hello\n", expect!["fine"]);
    check_format_of(b"", expect!["fine"]);
}

#[test]
fn a_missing_interpreter_or_loader_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    let script = file(folder.path(), "s", b"#! /opt/python -u\nx", 0o755);
    let windows = file(folder.path(), "w", b"#!/bin/sh\r\nx", 0o755);
    let mut reasons = String::new();
    for file in [script, windows] {
        if let Failure::NotExecutable { reason, .. } = explain(&file, &Errno::NOENT.into()) {
            reasons.push_str(&reason);
            reasons.push('\n');
        }
    }
    expect![[r"
        its interpreter /opt/python does not exist in the container
        its interpreter /bin/sh\r does not exist in the container
    "]]
    .assert_eq(&reasons);
    let own = std::env::current_exe().expect("this test is a program");
    let loader = elf_loader(&mut File::open(own).expect("readable"));
    assert!(loader.is_none_or(|it| it.starts_with("/lib")));
}
