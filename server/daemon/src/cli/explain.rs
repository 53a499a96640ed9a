//! `warpdock explain`.

use std::{
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use config::explain::{DockerRun, Surroundings, parse_docker_line};
use protocol::{failure::Tier, method::ConfigResolve};
use serde_json::json;

use crate::{
    cli::{
        Ended,
        args::{ExplainArguments, Global},
        call::{Call, target, workspace},
        config::say_problems,
        failed::Failed,
        style::Style,
    },
    project,
};

/// Explains a docker run line; without one, prints the line equal to the present configuration.
pub fn run(global: &Global, arguments: &ExplainArguments) -> Ended {
    match arguments.line.as_slice() {
        [] => present(global, arguments),
        [dash] if dash == "-" => {
            let mut text = String::new();
            io::stdin().lock().read_to_string(&mut text)?;
            line(global, arguments, &text)
        }
        [whole] => line(global, arguments, whole),
        // Typed without quotes: the shell has taken it apart, so that it is put together again.
        words => {
            let text = shlex::try_join(words.iter().map(String::as_str))
                .map_err(|error| Failed::usage(format!("the line cannot be read: {error}"), &[]))?;
            line(global, arguments, &text)
        }
    }
}

fn present(global: &Global, arguments: &ExplainArguments) -> Ended {
    let target = target(global, &arguments.overrides)?;
    let resolved = Call::begin()?.ask::<ConfigResolve>(&target)?;
    let mut out = io::stdout().lock();
    match global.json {
        true => writeln!(out, "{}", json!({ "dockerLine": resolved.docker_line }))?,
        false => writeln!(out, "{}", resolved.docker_line)?,
    }
    drop(out);
    say_problems(global, &resolved)
}

fn line(global: &Global, arguments: &ExplainArguments, text: &str) -> Ended {
    let here = workspace(global)?;
    let surroundings = Surroundings {
        cwd: here.to_str().map(str::to_owned),
        home: std::env::var("HOME").ok(),
        ids: Some((
            rustix::process::getuid().as_raw(),
            rustix::process::getgid().as_raw(),
        )),
    };
    let run = parse_docker_line(text, &surroundings).map_err(|problem| {
        let remedy: Vec<&str> = problem.remedy.as_deref().into_iter().collect();
        Failed::ours("docker-line", Tier::Input, problem.message.clone(), &remedy)
    })?;
    let path = arguments.write.then(|| place(&run, here.clone()));
    if let Some(path) = path.as_ref().filter(|path| path.exists()) {
        return Err(Failed::ours(
            "exists",
            Tier::Input,
            format!("{} is there already; nothing was written", path.display()),
            &["without --write the configuration is only printed: take what you need by hand"],
        ));
    }
    let mut out = io::stdout().lock();
    if global.json {
        let value = json!({
            "image": run.image,
            "command": run.command,
            "workspace": run.workspace,
            "devcontainer": run.devcontainer_json,
            "explanations": run.explanations,
            "warnings": project::problems(&run.warnings, &here),
        });
        writeln!(out, "{value}")?;
    } else {
        write_explanation(&mut out, &run, Style::of_stdout())?;
    }
    if let Some(path) = path {
        write(&run, &path)?;
        if !global.json {
            writeln!(out, "written to {}", path.display())?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes what a line does and how it is said here, for a person.
pub fn write_explanation(out: &mut dyn Write, run: &DockerRun, style: Style) -> io::Result<()> {
    for explanation in &run.explanations {
        writeln!(out, "{}", style.strong(&explanation.written))?;
        writeln!(out, "    {}", explanation.does)?;
        writeln!(
            out,
            "    {} {}",
            style.good("Warpdock:"),
            explanation.instead
        )?;
    }
    for warning in &run.warnings {
        writeln!(out, "{} {}", style.warn("warning:"), warning.message)?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "{}",
        style.strong("The same as .devcontainer/devcontainer.json:")
    )?;
    writeln!(out)?;
    writeln!(out, "{}", run.devcontainer_json.trim_end())?;
    writeln!(out)?;
    match &run.workspace {
        Some(folder) => writeln!(out, "Then, in {folder}: warpdock"),
        None => writeln!(out, "Then, in the project's folder: warpdock"),
    }
}

/// Where the configuration belongs: where the line says that the project is.
fn place(run: &DockerRun, here: PathBuf) -> PathBuf {
    let folder = match &run.workspace {
        Some(folder) if folder.starts_with('/') => PathBuf::from(folder),
        Some(_) | None => here,
    };
    folder.join(".devcontainer").join("devcontainer.json")
}

/// Writes the configuration; it replaces nothing.
fn write(run: &DockerRun, path: &Path) -> Result<(), Failed> {
    let failed = |error: io::Error| {
        Failed::ours(
            "io",
            Tier::Input,
            format!("cannot write {}: {error}", path.display()),
            &["take what you need from above by hand"],
        )
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = File::options()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(failed)?;
    file.write_all(run.devcontainer_json.as_bytes())
        .map_err(failed)
}
