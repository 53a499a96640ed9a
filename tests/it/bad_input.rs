//! Bad input: each gets a clear error, and nothing is lost.

mod behind_our_back;
mod disk;
mod engines;
mod files;
mod hostile;
mod images;
mod paths;
mod slow;

use crate::support::{engine::Engine, home::Home, warpdock::Finished, workspace::Workspace};

/// A project that needs no build.
const PROJECT: &str = r#"
//- /.devcontainer/devcontainer.json
{ "image": "warpdock-test/busybox:1" }
"#;

/// `up` of this project must fail with all of these words, and leave no container.
#[track_caller]
fn refused(fixture: &str, words: &[&str]) -> Finished {
    refused_with(&Workspace::new(fixture), &["up"], words)
}

/// The same, with arguments.
#[track_caller]
fn refused_with(workspace: &Workspace, arguments: &[&str], words: &[&str]) -> Finished {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let finished = home.warpdock(workspace.path(), arguments).run();
    let finished = finished.expect_code(1);
    says(&finished, words);
    assert!(
        engine.containers_mounting(workspace.path()).is_empty(),
        "a container was left by {finished}"
    );
    finished
}

/// Standard error has all of these words.
#[track_caller]
fn says(finished: &Finished, words: &[&str]) {
    for word in words {
        assert!(
            finished.stderr().contains(word),
            "{word:?} is missing in {finished}"
        );
    }
}
