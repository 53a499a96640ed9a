//! Full disks, in our own folders.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    bad_input::{PROJECT, says},
    support::{daemon, engine::Engine, home::Home, workspace::Workspace},
};

/// A small file system that is full, mounted on a folder as long as it lives.
struct Full(PathBuf);

impl Full {
    #[track_caller]
    fn on(folder: &Path) -> Full {
        fs::create_dir_all(folder).expect("the home is ours");
        let options = "size=64k,nr_inodes=64,mode=0700";
        let mount = ["-t", "tmpfs", "-o", options, "full"];
        let mounted = Command::new("mount").args(mount).arg(folder).status();
        assert!(mounted.expect("mount is installed").success());
        let full = Full(folder.to_owned());
        full.fill();
        full
    }

    fn fill(&self) {
        let mut filler = fs::File::create(self.filler()).expect("there is room for a name");
        while filler.write(&[0; 4096]).is_ok_and(|length| length > 0) {}
    }

    fn empty(&self) {
        fs::remove_file(self.filler()).expect("it is there");
    }

    fn filler(&self) -> PathBuf {
        self.0.join("filler")
    }
}

impl Drop for Full {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn a_full_state_folder_costs_a_note_and_nothing_else() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    let full = Full::on(&home.state_folder());
    let up = home.warpdock(workspace.path(), &["up"]).run().success();
    says(&up, &["No space left on device", "state"]);
    home.warpdock(workspace.path(), &["exec", "--", "true"])
        .run()
        .success();
    daemon::kill(&home);
    home.warpdock(workspace.path(), &["up"]).run().success();
    let run = ["run", "--detach", "--name", "train", "--", "sleep", "1000"];
    home.warpdock(workspace.path(), &run).run().success();
    home.warpdock(workspace.path(), &["down"]).run().success();
    drop(home);
    drop(full);
}

#[test]
fn a_full_runtime_folder_is_named_and_leaves_nothing_half_made() {
    let engine = Engine::shared();
    let home = Home::new(&engine);
    let workspace = Workspace::new(PROJECT);
    let full = Full::on(&home.runtime_folder());
    let up = home
        .warpdock(workspace.path(), &["up"])
        .run()
        .expect_code(1);
    let place = home.runtime_folder().display().to_string();
    says(&up, &["No space left on device", &place, "free"]);
    assert!(engine.containers_mounting(workspace.path()).is_empty());
    full.empty();
    // The init alone does not fit: half of it must not be taken for the whole.
    let up = home
        .warpdock(workspace.path(), &["up"])
        .run()
        .expect_code(1);
    says(&up, &["No space left on device", &place, "free"]);
    assert!(engine.containers_mounting(workspace.path()).is_empty());
    daemon::kill(&home);
    drop(full);
    home.warpdock(workspace.path(), &["up"]).run().success();
}

#[test]
fn a_state_folder_that_cannot_be_made_costs_a_note() {
    let home = Home::new(&Engine::shared());
    let workspace = Workspace::new(PROJECT);
    fs::write(home.state_folder(), "a file").expect("the home is ours");
    home.warpdock(workspace.path(), &["up"]).run().success();
    home.warpdock(workspace.path(), &["exec", "--", "true"])
        .run()
        .success();
}
