//! `warpdock exec`.

use std::{os::unix::ffi::OsStringExt, path::Path};

use session::frame::Keep;

use crate::{
    cli::{
        Ended,
        args::{ExecArguments, Global},
        call::{Call, target},
        open::{self, Wanted},
    },
    terminal::{self, Streams},
};

/// Runs one command; it ends with this process.
pub fn run(global: &Global, arguments: ExecArguments) -> Ended {
    let mut call = Call::begin()?;
    let target = target(global, &arguments.overrides)?;
    let way = match arguments.no_up {
        true => call.session(&target)?,
        false => open::way(&mut call, global, &target, &arguments.fetch)?,
    };
    let terminal = open::wants_terminal(&arguments.stdio);
    let cwd = arguments.workdir.or_else(|| {
        folder_inside(
            Path::new(&way.endpoint.workspace),
            &way.endpoint.workspace_folder,
        )
    });
    let wanted = Wanted {
        argv: arguments
            .command
            .into_iter()
            .map(OsStringExt::into_vec)
            .collect(),
        name: None,
        cwd,
        terminal,
        keep: Keep::WhileAttached,
    };
    let request = open::request(&way, wanted);
    let container = way.endpoint.name.clone();
    drop(call);
    let options = open::options("")?;
    let outcome = terminal::open(way.connection, request, Streams::standard(), &options)
        .map_err(|error| open::terminal_failed(&error))?;
    open::end(outcome, &container)
}

/// The person may stand in a folder below the workspace: there, inside.
fn folder_inside(workspace: &Path, workspace_folder: &str) -> Option<String> {
    // Both without symlinks, as the daemon names the workspace.
    let here = std::fs::canonicalize(std::env::current_dir().ok()?).ok()?;
    let below = here.strip_prefix(workspace).ok()?;
    let below = below.to_str().filter(|below| !below.is_empty())?;
    Some(format!(
        "{}/{below}",
        workspace_folder.trim_end_matches('/')
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_outside_the_workspace_has_no_place_inside() {
        assert_eq!(folder_inside(Path::new("/nowhere/at/all"), "/app"), None);
    }

    #[test]
    fn the_folder_where_the_person_stands_is_found_inside() {
        let here = std::env::current_dir().expect("a folder");
        let here = std::fs::canonicalize(here).expect("a folder");
        let parent = here.parent().expect("not the root");
        let name = here.file_name().expect("a name").to_str().expect("UTF-8");
        assert_eq!(folder_inside(parent, "/app/"), Some(format!("/app/{name}")));
        assert_eq!(folder_inside(&here, "/app"), None);
    }
}
