use std::os::unix::fs::symlink;

use super::*;
use crate::build::BuildSpec;

/// Packs a folder and lists what is in the archive: kind, mode, path, link target, bytes.
fn pack(spec: &BuildSpec, keep_ignore_file: bool) -> anyhow::Result<String> {
    let context = Context::new(spec, keep_ignore_file)?;
    let (chunks, mut receiver) = mpsc::channel(4);
    let (reports, _counts) = mpsc::unbounded_channel();
    let packing = std::thread::spawn(move || context.pack(chunks, reports));
    let mut bytes = Vec::new();
    while let Some(chunk) = receiver.blocking_recv() {
        match chunk {
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            // The typed error is what counts.
            Err(_) => break,
        }
    }
    packing.join().expect("packing does not panic")?;
    let mut list = String::new();
    for entry in tar::Archive::new(bytes.as_slice()).entries()? {
        let mut entry = entry?;
        let header = entry.header().clone();
        assert_eq!((header.uid()?, header.gid()?), (0, 0));
        let target = entry.link_name()?.map(|target| target.into_owned());
        let path = entry.path()?.into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text)?;
        let kind = match header.entry_type() {
            EntryType::Directory => 'd',
            EntryType::Symlink => 'l',
            _ => '-',
        };
        list += &format!("{kind}{:o} {}", header.mode()?, path.display());
        if let Some(target) = target {
            list += &format!(" -> {}", target.display());
        }
        if !text.is_empty() {
            list += &format!(" {text:?}");
        }
        list.push('\n');
    }
    Ok(list)
}

fn project() -> anyhow::Result<(tempfile::TempDir, BuildSpec)> {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    for name in ["src/deep", "data/keep", "docker"] {
        fs::create_dir_all(root.join(name))?;
    }
    for (name, text) in [
        ("Dockerfile", "on disk"),
        ("a b.txt", "a"),
        ("src/main.py", "m"),
        ("src/deep/x.pyc", "x"),
        ("data/big.bin", "b"),
        ("data/keep/small", "s"),
        ("docker/Other", "o"),
    ] {
        fs::write(root.join(name), text)?;
    }
    for (name, mode) in [
        ("Dockerfile", 0o644),
        ("a b.txt", 0o644),
        ("src/main.py", 0o755),
        ("src/deep/x.pyc", 0o644),
        ("data/big.bin", 0o644),
        ("data/keep/small", 0o600),
        ("docker/Other", 0o644),
        ("src", 0o755),
        ("src/deep", 0o755),
        ("data", 0o755),
        ("data/keep", 0o700),
        ("docker", 0o755),
    ] {
        fs::set_permissions(root.join(name), fs::Permissions::from_mode(mode))?;
    }
    symlink("../a b.txt", root.join("src/link"))?;
    let spec = BuildSpec {
        dockerfile: "FROM scratch\n".to_owned(),
        dockerfile_path: root.join("Dockerfile"),
        context: root.to_owned(),
        ..BuildSpec::default()
    };
    Ok((folder, spec))
}

#[test]
fn everything_without_an_ignore_file() -> anyhow::Result<()> {
    let (_folder, spec) = project()?;
    expect_test::expect![[r#"
        -644 Dockerfile "FROM scratch\n"
        -644 a b.txt "a"
        d755 data
        -644 data/big.bin "b"
        d700 data/keep
        -600 data/keep/small "s"
        d755 docker
        -644 docker/Other "o"
        d755 src
        d755 src/deep
        -644 src/deep/x.pyc "x"
        l777 src/link -> ../a b.txt
        -755 src/main.py "m"
    "#]]
    .assert_eq(&pack(&spec, false)?);
    Ok(())
}

#[test]
fn exceptions_bring_their_folders_with_them() -> anyhow::Result<()> {
    let (folder, spec) = project()?;
    fs::write(
        folder.path().join(".dockerignore"),
        "*\n!data/keep\n!**/*.py\n",
    )?;
    expect_test::expect![[r#"
        -644 Dockerfile "FROM scratch\n"
        d755 data
        d700 data/keep
        -600 data/keep/small "s"
        d755 src
        -755 src/main.py "m"
    "#]]
    .assert_eq(&pack(&spec, false)?);
    Ok(())
}

#[test]
fn the_dockerfiles_own_ignore_file_comes_first() -> anyhow::Result<()> {
    let (folder, mut spec) = project()?;
    let root = folder.path();
    fs::write(root.join(".dockerignore"), "src")?;
    fs::write(root.join("docker/Other.dockerignore"), "data\n*.txt\n.d*")?;
    spec.dockerfile_path = root.join("docker/Other");
    expect_test::expect![[r#"
        -644 docker/Other "FROM scratch\n"
        -644 Dockerfile "on disk"
        d755 docker
        -644 docker/Other.dockerignore "data\n*.txt\n.d*"
        d755 src
        d755 src/deep
        -644 src/deep/x.pyc "x"
        l777 src/link -> ../a b.txt
        -755 src/main.py "m"
    "#]]
    .assert_eq(&pack(&spec, false)?);
    Ok(())
}

#[test]
fn the_classic_builder_gets_its_ignore_file() -> anyhow::Result<()> {
    let (folder, spec) = project()?;
    fs::write(folder.path().join(".dockerignore"), "**")?;
    expect_test::expect![[r#"
        -644 Dockerfile "FROM scratch\n"
        -644 .dockerignore "**"
    "#]]
    .assert_eq(&pack(&spec, true)?);
    Ok(())
}

#[test]
fn a_foreign_dockerfile_has_a_name_of_its_own() -> anyhow::Result<()> {
    let (folder, mut spec) = project()?;
    let elsewhere = tempfile::tempdir()?;
    fs::write(folder.path().join(".dockerignore"), "**")?;
    spec.dockerfile_path = elsewhere.path().join("Dockerfile");
    expect_test::expect![[r#"
        -644 .warpdock.Dockerfile "FROM scratch\n"
    "#]]
    .assert_eq(&pack(&spec, false)?);
    Ok(())
}

#[test]
fn sockets_are_left_out_and_long_names_are_kept() -> anyhow::Result<()> {
    let (folder, spec) = project()?;
    let root = folder.path();
    fs::write(
        root.join(".dockerignore"),
        "src\ndata\ndocker\n*.txt\n.d*\n",
    )?;
    let _socket = std::os::unix::net::UnixListener::bind(root.join("s.sock"))?;
    let long = "n".repeat(200);
    fs::write(root.join(&long), "")?;
    let list = pack(&spec, false)?;
    assert!(list.contains(&long), "{list}");
    assert!(!list.contains("s.sock"), "{list}");
    Ok(())
}

#[test]
fn a_broken_ignore_file_names_its_line() -> anyhow::Result<()> {
    let (folder, spec) = project()?;
    fs::write(folder.path().join(".dockerignore"), "a\n!\n")?;
    let error = pack(&spec, false).expect_err("! alone is no pattern");
    let text = error.to_string();
    let text = text.replace(&folder.path().display().to_string(), "ROOT");
    expect_test::expect!["ROOT/.dockerignore:2 is `!`: expected a pattern after !"]
        .assert_eq(&text);
    Ok(())
}

#[test]
fn a_context_that_is_not_there_is_named() -> anyhow::Result<()> {
    let (folder, mut spec) = project()?;
    spec.context = folder.path().join("absent");
    let error = pack(&spec, false).expect_err("there is no such folder");
    let text = error.to_string();
    let text = text.replace(&folder.path().display().to_string(), "ROOT");
    expect_test::expect!["cannot read ROOT/absent: No such file or directory (os error 2)"]
        .assert_eq(&text);
    Ok(())
}

#[test]
fn nobody_reading_ends_the_packing() -> anyhow::Result<()> {
    let (_folder, spec) = project()?;
    let context = Context::new(&spec, false)?;
    let (chunks, receiver) = mpsc::channel(1);
    drop(receiver);
    let (reports, _counts) = mpsc::unbounded_channel();
    context.pack(chunks, reports)?;
    Ok(())
}
