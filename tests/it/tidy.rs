//! What the project's text has to be: imports between crates, sizes, module docs, words
//! that do not belong, versions that agree.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// What each crate may import of the workspace. Anything else is an edge that the design
/// does not have.
const EDGES: &[(&str, &[&str])] = &[
    ("config", &[]),
    (
        "daemon",
        &[
            "config",
            "dockerfile",
            "engine",
            "gpu",
            "lint",
            "protocol",
            "session",
        ],
    ),
    ("dockerfile", &[]),
    ("engine", &[]),
    ("gpu", &[]),
    ("init", &["session"]),
    ("lint", &["dockerfile", "gpu"]),
    ("protocol", &[]),
    ("session", &[]),
    ("warpdock", &["daemon"]),
];

/// The only crates that may use these dependencies.
const KEPT_TO: &[(&str, &[&str])] = &[
    ("bollard", &["engine"]),
    ("tokio", &["engine", "daemon", "session"]),
    ("tower-lsp-server", &["daemon"]),
    ("anyhow", &["daemon"]),
];

/// A file may have so many lines, its tests at the end and tables excepted.
const LINES: usize = 400;

/// Longer files, each with what makes it a table.
const LONGER: &[(&str, &str)] = &[];

/// Words that mean unfinished work, or a habit that we do not have. In halves, so that
/// this file does not find itself.
const WORDS: &[(&str, &str)] = &[
    ("TO", "DO"),
    ("FIX", "ME"),
    ("XX", "X:"),
    ("dbg", "!("),
    (".unwrap", "()"),
    ("#[ign", "ore"),
    ("should_", "panic"),
    ("pub u", "se "),
    ("fn te", "st_"),
];

struct File {
    /// Relative to the project's folder.
    path: String,
    text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// A module of tests beside the file that it tests, or a file below tests/.
    fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name == "tests.rs"
            || name.ends_with("_tests.rs")
            || self.path.starts_with("tests/")
            || self.path.contains("/tests/")
    }
}

#[test]
fn crates_import_what_the_design_allows() {
    let mut wrong = Vec::new();
    for package in packages() {
        let name = text(&package["name"]);
        let Some((_, allowed)) = EDGES.iter().find(|(known, _)| *known == name) else {
            wrong.push(format!("{name} is no crate of the design"));
            continue;
        };
        let dependencies = package["dependencies"].as_array().expect("a list");
        for dependency in dependencies {
            let wanted = text(&dependency["name"]);
            let ours = EDGES.iter().any(|(known, _)| *known == wanted);
            if ours && !allowed.contains(&wanted) {
                wrong.push(format!("{name} → {wanted}"));
            }
            let kept_to = KEPT_TO.iter().find(|(known, _)| *known == wanted);
            let in_tests = dependency["kind"] == "dev";
            match kept_to {
                Some((_, places)) if !in_tests && !places.contains(&name) => {
                    wrong.push(format!("{name} uses {wanted}, which is kept to {places:?}"));
                }
                _ => {}
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn crates_are_named_like_their_folders() {
    let wrong: Vec<_> = packages()
        .iter()
        .filter(|package| {
            let manifest = Path::new(text(&package["manifest_path"]));
            let folder = manifest.parent().expect("a manifest is in a folder");
            folder != root() && !folder.ends_with(Path::new("server").join(text(&package["name"])))
        })
        .map(|package| text(&package["manifest_path"]).to_owned())
        .collect();
    assert_none(&wrong);
}

#[test]
fn every_crate_takes_the_workspace_lints() {
    let wrong: Vec<_> = files()
        .into_iter()
        .filter(|file| file.path.ends_with("Cargo.toml"))
        .filter(|file| !file.text.contains("[lints]\nworkspace = true"))
        .map(|file| file.path)
        .collect();
    assert_none(&wrong);
}

#[test]
fn every_file_says_what_it_owns() {
    let wrong: Vec<_> = files()
        .into_iter()
        .filter(|file| file.is_rust() && !file.text.starts_with("//! "))
        // What it tests says it.
        .filter(|file| !(file.is_test() && file.path.starts_with("server/")))
        .map(|file| file.path)
        .collect();
    assert_none(&wrong);
}

#[test]
fn files_are_short() {
    let wrong: Vec<_> = files()
        .into_iter()
        .filter(|file| file.is_rust() && !file.is_test())
        .filter(|file| LONGER.iter().all(|(known, _)| *known != file.path))
        .map(|file| {
            let code = file.text.split("#[cfg(test)]\nmod tests {").next();
            (code.unwrap_or_default().lines().count(), file.path)
        })
        .filter(|(lines, _)| *lines > LINES)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();
    assert_none(&wrong);
}

#[test]
fn nothing_is_left_unfinished() {
    let mut wrong = Vec::new();
    for file in files().iter().filter(|file| file.is_rust()) {
        for (first, second) in WORDS {
            let word = format!("{first}{second}");
            if let Some(line) = file.text.lines().position(|line| line.contains(&word)) {
                wrong.push(format!("{}:{}: {word}", file.path, line + 1));
            }
        }
    }
    assert_none(&wrong);
}

#[test]
fn tests_wait_for_conditions() {
    let sleep = concat!("thread::", "sleep");
    let wrong: Vec<_> = files()
        .into_iter()
        .filter(|file| file.path.starts_with("tests/it/") && file.text.contains(sleep))
        .filter(|file| file.path != "tests/it/support/wait.rs")
        .map(|file| file.path)
        .collect();
    assert_none(&wrong);
}

#[test]
fn no_file_names_the_machine_it_was_written_on() {
    let here = root().to_string_lossy();
    // A checkout in `/app` or `/src` says nothing.
    let telling = here.matches('/').count() > 1;
    let mut wrong = Vec::new();
    for file in files() {
        if telling && file.text.contains(&*here) {
            wrong.push(format!("{} names {here}", file.path));
        }
        if file.path == "Cargo.lock" {
            let elsewhere = file.text.lines().filter(|line| {
                line.starts_with("source = ")
                    && *line
                        != r#"source = "registry+https://github.com/rust-lang/crates.io-index""#
            });
            wrong.extend(elsewhere.map(str::to_owned));
        }
    }
    assert_none(&wrong);
}

#[test]
fn versions_agree() {
    let packages = packages();
    let version = text(&packages[0]["version"]);
    let node: serde_json::Value =
        serde_json::from_str(&read("package.json")).expect("package.json is JSON");
    assert_eq!(text(&node["version"]), version, "package.json");
    assert!(
        read("CHANGELOG.md").contains(&format!("## {version}")),
        "CHANGELOG.md has no section of {version}"
    );
    for package in &packages {
        assert_eq!(text(&package["version"]), version, "{}", package["name"]);
    }
}

#[test]
fn the_readme_names_the_two_commands() {
    let readme = read("README.md");
    for command in ["npm run demo", "npm test"] {
        assert!(readme.contains(command), "{command}");
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut wrong = Vec::new();
    for file in files() {
        if !file.path.ends_with(".md") {
            continue;
        }
        let folder = root().join(&file.path);
        let folder = folder.parent().expect("a file is in a folder");
        for (_, rest) in file
            .text
            .match_indices("](")
            .map(|(at, _)| file.text.split_at(at + 2))
        {
            let target = rest.split([')', '#', ' ']).next().unwrap_or_default();
            let local = !target.is_empty() && !target.contains(':');
            if local && !folder.join(target).exists() {
                wrong.push(format!("{} → {target}", file.path));
            }
        }
    }
    assert_none(&wrong);
}

#[track_caller]
fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[track_caller]
fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn text(value: &serde_json::Value) -> &str {
    value.as_str().expect("cargo metadata has a string here")
}

/// The workspace's packages as cargo sees them.
fn packages() -> Vec<serde_json::Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs this test");
    let mut metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    match metadata["packages"].take() {
        serde_json::Value::Array(packages) => packages,
        other => panic!("packages is {other}"),
    }
}

/// The project's text files.
fn files() -> Vec<File> {
    let mut files = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)
            .expect("a folder of the project")
            .flatten()
        {
            let path: PathBuf = entry.path();
            let name = entry.file_name();
            let skipped = [
                ".git",
                ".warpdock-test",
                "target",
                "node_modules",
                "output",
                "dist",
                "runs",
            ];
            if skipped.iter().any(|skip| name == *skip) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            // Pictures are not text.
            let Ok(text) = fs::read_to_string(&path) else {
                continue;
            };
            let path = path.strip_prefix(root()).expect("it is below");
            files.push(File {
                path: path.to_string_lossy().into_owned(),
                text,
            });
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}
