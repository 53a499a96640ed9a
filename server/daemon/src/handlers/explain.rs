//! `docker run` lines, explained and written.

use std::{path::Path, sync::Arc};

use config::explain::{Surroundings, parse_docker_line};
use protocol::{
    config::{ExplainParams, Explanation},
    container::WorkspaceParams,
};

use crate::{
    cli::{explain::write_explanation, style::Style},
    error::Error,
    event::Reply,
    handlers::{answer, config::resolved},
    project,
    window::Window,
};

/// `config/explain`.
pub fn explain(window: &Window, params: ExplainParams, reply: Reply<Explanation>) {
    let hub = Arc::clone(&window.hub);
    let environment = window.client.environment.clone();
    answer(window, reply, async move {
        let Some(line) = params.docker_run else {
            let target = WorkspaceParams {
                workspace: params.workspace,
                ..WorkspaceParams::default()
            };
            let resolved = resolved(hub, environment, target).await?;
            return Ok(Explanation {
                text: resolved.docker_line,
                devcontainer: None,
                folder: None,
            });
        };
        let workspace = Some(params.workspace).filter(|folder| !folder.is_empty());
        let surroundings = Surroundings {
            cwd: workspace.clone(),
            home: environment.get("HOME").cloned(),
            ids: Some((
                rustix::process::getuid().as_raw(),
                rustix::process::getgid().as_raw(),
            )),
        };
        let here = workspace.unwrap_or_default();
        let run = parse_docker_line(&line, &surroundings)
            .map_err(|problem| Error::Problems(project::problems(&[problem], Path::new(&here))))?;
        let mut text = Vec::new();
        write_explanation(&mut text, &run, Style::plain()).map_err(|source| Error::Io {
            doing: "write the explanation down".to_owned(),
            source,
        })?;
        Ok(Explanation {
            text: String::from_utf8_lossy(&text).into_owned(),
            devcontainer: Some(run.devcontainer_json),
            folder: run.workspace,
        })
    });
}
