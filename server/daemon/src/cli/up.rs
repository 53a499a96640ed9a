//! `warpdock up` and `warpdock rebuild`.

use std::{
    fs,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
};

use protocol::{
    container::{Change, Done, Gpu, Up, UpParams},
    failure::Tier,
    method::ContainerUp,
};

use crate::cli::{
    Ended,
    args::{FetchArguments, Global, RebuildArguments, UpArguments},
    call::{Call, target},
    failed::Failed,
    progress::Display,
    style::{Style, printable},
    trust::Trust,
};

/// `warpdock up`.
pub fn run(global: &Global, arguments: UpArguments) -> Ended {
    let params = UpParams {
        target: target(global, &arguments.overrides)?,
        pull: arguments.fetch.pull,
        ..UpParams::default()
    };
    finish(global, params, &arguments.fetch)
}

/// `warpdock rebuild`.
pub fn rebuild(global: &Global, arguments: RebuildArguments) -> Ended {
    let params = UpParams {
        target: target(global, &arguments.overrides)?,
        pull: arguments.fetch.pull,
        rebuild: true,
        no_cache: arguments.no_cache,
        ..UpParams::default()
    };
    finish(global, params, &arguments.fetch)
}

/// Brings the container up, asking what has to be asked.
pub fn bring_up(
    call: &mut Call,
    global: &Global,
    params: UpParams,
    fetch: &FetchArguments,
) -> Result<Up, Failed> {
    let mut params = params;
    let workspace = PathBuf::from(&params.target.workspace);
    let workspace = fs::canonicalize(&workspace).unwrap_or(workspace);
    let mut trust = Trust::read(call.paths());
    params.trusted_initialize = trust.of(&workspace);
    let mut display = Display::of_stderr(global.quiet || global.json);
    loop {
        let failed = match call.wait::<ContainerUp>(&params, &mut display) {
            Ok(up) => return Ok(up),
            Err(failed) => failed,
        };
        let Failed::Failure(mut failure) = failed else {
            return Err(failed);
        };
        if display.has_shown_output() && failure.kind.starts_with("build-") {
            // But for the engine's own words, which come last and are no step's.
            failure.detail = failure
                .detail
                .as_deref()
                .and_then(|all| all.lines().last())
                .map(str::to_owned);
        }
        let failed = Failed::Failure(failure.clone());
        let Some(command) = &failure.command else {
            return Err(failed);
        };
        if params.trusted_initialize.as_ref() == Some(command) {
            return Err(failed);
        }
        if !fetch.trust && !Trust::ask(&workspace, &failure.message, command)? {
            return Err(failed);
        }
        trust.remember(&workspace, command);
        params.trusted_initialize = Some(command.clone());
    }
}

/// Says what the person should know of a container that is up, and was not asked for in JSON.
pub fn say_warnings(up: &Up, global: &Global) -> io::Result<()> {
    if global.json {
        return Ok(());
    }
    let style = Style::of_stderr();
    let mut out = io::stderr().lock();
    for warning in &up.warnings {
        writeln!(
            out,
            "{} {}: {}",
            style.warn("warning:"),
            printable(&warning.place),
            printable(&warning.message)
        )?;
        if let Some(remedy) = &warning.remedy {
            writeln!(out, "  {} {}", style.dim("->"), printable(remedy))?;
        }
    }
    write_changes(&mut out, &up.changes, style)
}

/// Writes what a running container does not have yet.
pub fn write_changes(out: &mut dyn Write, changes: &[Change], style: Style) -> io::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "{} the configuration has changed since the container was made:",
        style.warn("note:")
    )?;
    let mut costs: Vec<&str> = changes.iter().map(|change| change.cost.as_str()).collect();
    costs.dedup();
    for cost in costs {
        for change in changes.iter().filter(|change| change.cost == cost) {
            let [what, from, to] = [&change.what, &change.from, &change.to].map(|it| printable(it));
            writeln!(out, "  {what}: {from} -> {to}")?;
        }
        writeln!(out, "  {} {}", style.dim("->"), printable(cost))?;
    }
    Ok(())
}

/// A GPU in a sentence.
pub fn gpu_line(gpu: &Gpu, style: Style) -> String {
    // Words of the container's own nvidia-smi, which may be anything.
    let text = printable(&gpu.text);
    match (gpu.visible, gpu.wish.as_str()) {
        (true, _) => format!("{} {text}", style.good("GPU:")),
        (false, "none") => "GPU: not asked for".to_owned(),
        (false, _) => format!("{} {text}", style.warn("no GPU:")),
    }
}

fn finish(global: &Global, params: UpParams, fetch: &FetchArguments) -> Ended {
    let mut call = Call::begin()?;
    let up = bring_up(&mut call, global, params, fetch)?;
    let mut out = io::stdout().lock();
    if global.json {
        let text = serde_json::to_string(&up).map_err(io::Error::from)?;
        writeln!(out, "{text}")?;
        return Ok(ExitCode::SUCCESS);
    }
    say_warnings(&up, global)?;
    if global.quiet {
        return Ok(ExitCode::SUCCESS);
    }
    let style = Style::of_stdout();
    let status = &up.status;
    let (Some(name), Some(image)) = (&status.name, &status.image) else {
        return Err(Failed::ours(
            "gone",
            Tier::Environment,
            "the container was removed by somebody the moment it was up".to_owned(),
            &["try again"],
        ));
    };
    let done = match up.done {
        Done::Nothing => "is up",
        Done::Started => "was started again",
        Done::Created => "is up",
    };
    let (name, image) = (printable(name), printable(image));
    writeln!(out, "{} {done}, from {image}", style.strong(&name))?;
    if let Some(folder) = &status.workspace_folder {
        let (workspace, folder) = (printable(&status.workspace), printable(folder));
        writeln!(out, "  {workspace} is {folder}")?;
    }
    if let Some(gpu) = &status.gpu {
        writeln!(out, "  {}", gpu_line(gpu, style))?;
        if let (Some(remedy), false) = (&gpu.remedy, gpu.visible) {
            writeln!(out, "  {} {}", style.dim("->"), printable(remedy))?;
        }
    }
    if up.done == Done::Created {
        writeln!(
            out,
            "  next: warpdock shell, warpdock run, warpdock exec -- COMMAND"
        )?;
    }
    Ok(ExitCode::SUCCESS)
}
