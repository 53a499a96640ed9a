//! `warpdock lint`: Dockerfiles to findings. It needs no daemon and no engine. Which files is
//! [`files`]'s business, how findings are printed [`text`]'s and [`json`]'s.

pub mod arguments;
mod files;
mod json;
mod text;

use std::{
    collections::HashMap,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use lint::{
    context::Context,
    docs,
    finding::{Finding, Level},
    levels::{Levels, Threshold},
    rules,
};

use crate::{
    cli::{
        Ended,
        args::Global,
        failed::Failed,
        lint::arguments::{Format, LintArguments},
        style::Style,
    },
    lint_files::{self, LintFiles},
    project::ThisMachine,
};

/// A file and what is to be said about it.
struct Linted {
    /// As it was named.
    path: String,
    text: String,
    findings: Vec<Finding>,
}

/// Lints files, or explains a rule.
pub fn run(global: &Global, arguments: &LintArguments) -> Ended {
    if let Some(name) = &arguments.explain {
        return explain(name);
    }
    let given = match &arguments.config {
        Some(path) => Some(Arc::new(read_levels(path)?)),
        None => None,
    };
    let mut found = HashMap::new();
    let mut linted = Vec::new();
    let mut failed = false;
    for file in files::find(&arguments.files)? {
        let levels = match (&given, &file.path) {
            (Some(levels), _) => Arc::clone(levels),
            (None, path) => nearest_levels(&mut found, path.as_deref())?,
        };
        let threshold = arguments.threshold.or(levels.threshold);
        let threshold = threshold.unwrap_or(Threshold::Level(Level::Hint));
        let findings = lint_file(&file, levels, arguments);
        failed |= findings.iter().any(|it| threshold.fails(it.level));
        linted.push(Linted {
            path: file.name,
            text: file.text,
            findings,
        });
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    let format = match arguments.format {
        Format::Text if global.json => Format::Json,
        format => format,
    };
    let printed = match format {
        Format::Text => text::print(&mut out, &linted, Style::of_stdout()),
        Format::Json => json::print(&mut out, &linted),
        Format::HadolintJson => json::print_as_hadolint(&mut out, &linted),
        Format::Hadolint => text::print_as_hadolint(&mut out, &linted),
    };
    match printed.and_then(|()| out.flush()) {
        // Whoever reads has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        printed => printed.map_err(|error| environment(error.to_string()))?,
    }
    Ok(match failed {
        true => ExitCode::from(1),
        false => ExitCode::SUCCESS,
    })
}

fn lint_file(file: &files::Found, levels: Arc<Levels>, arguments: &LintArguments) -> Vec<Finding> {
    let path = file.path.as_deref();
    let lint_files = LintFiles {
        levels,
        dockerignore: path
            .and_then(|path| lint_files::dockerignore(path, &ThisMachine, &mut Vec::new())),
    };
    let context = Context {
        workspace_folder: &arguments.workspace_folder,
        target: arguments.target.as_deref(),
        profile: arguments.profile.into(),
        ..lint_files.context()
    };
    lint_files::lint(&file.text, &context)
}

fn explain(name: &str) -> Ended {
    if name == "all" {
        write!(io::stdout(), "{}", docs::index())?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(rule) = rules::find(name) else {
        return Err(Failed::usage(
            format!("there is no rule `{name}`"),
            &["`warpdock lint --explain all` lists them"],
        ));
    };
    write!(io::stdout(), "{}", docs::page(rule))?;
    Ok(ExitCode::SUCCESS)
}

/// A file that was named may also be a pipe.
fn read_levels(path: &Path) -> Result<Levels, Failed> {
    let text = fs::read_to_string(path)
        .map_err(|error| environment(format!("{}: {error}", path.display())))?;
    Levels::parse_hadolint(&text)
        .map_err(|error| environment(format!("{}: {error}", path.display())))
}

/// The `.hadolint.yaml` nearest above a file, up to the repository's root.
fn nearest_levels(
    found: &mut HashMap<PathBuf, Arc<Levels>>,
    path: Option<&Path>,
) -> Result<Arc<Levels>, Failed> {
    let folder = match path.and_then(Path::parent) {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    if let Some(levels) = found.get(&folder) {
        return Ok(Arc::clone(levels));
    }
    let config = fs::canonicalize(&folder)
        .ok()
        .and_then(|folder| lint_files::nearest_config(&folder, &ThisMachine, &mut Vec::new()));
    let levels = match config {
        Some(path) => lint_files::read_levels(&path, &ThisMachine)
            .map_err(|broken| environment(broken.to_string()))?,
        None => Levels::default(),
    };
    let levels = Arc::new(levels);
    found.insert(folder, Arc::clone(&levels));
    Ok(levels)
}

/// Exit code 2, as the contract has it for what is no finding.
fn environment(message: String) -> Failed {
    Failed::usage(message, &[])
}
