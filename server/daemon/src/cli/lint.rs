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
};

use lint::{
    context::Context,
    docs,
    finding::{Finding, Level},
    levels::{Levels, Threshold},
    rules,
};

use crate::cli::{
    Ended,
    args::Global,
    failed::Failed,
    lint::arguments::{Format, LintArguments},
    style::Style,
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
        Some(path) => Some(read_levels(path)?),
        None => None,
    };
    let mut found = HashMap::new();
    let mut linted = Vec::new();
    let mut failed = false;
    for file in files::find(&arguments.files)? {
        let levels = match (&given, &file.path) {
            (Some(levels), _) => levels,
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

fn lint_file(file: &files::Found, levels: &Levels, arguments: &LintArguments) -> Vec<Finding> {
    let ignored = file.path.as_deref().and_then(files::dockerignore);
    let context = Context {
        workspace_folder: &arguments.workspace_folder,
        target: arguments.target.as_deref(),
        profile: arguments.profile.into(),
        pragmas: !levels.no_pragmas,
        levels: Some(levels),
        dockerignore: ignored.as_deref(),
        ..Context::default()
    };
    let mut findings = lint::lint::lint(&dockerfile::parse::parse(&file.text), &context);
    levels.apply(&mut findings);
    findings
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

fn read_levels(path: &Path) -> Result<Levels, Failed> {
    let text = fs::read_to_string(path)
        .map_err(|error| environment(format!("{}: {error}", path.display())))?;
    Levels::parse_hadolint(&text)
        .map_err(|error| environment(format!("{}: {error}", path.display())))
}

/// The `.hadolint.yaml` nearest above a file, up to the repository's root.
fn nearest_levels<'f>(
    found: &'f mut HashMap<PathBuf, Levels>,
    path: Option<&Path>,
) -> Result<&'f Levels, Failed> {
    let folder = match path.and_then(Path::parent) {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    if !found.contains_key(&folder) {
        let levels = match files::nearest_config(&folder) {
            Some(path) => read_levels(&path)?,
            None => Levels::default(),
        };
        found.insert(folder.clone(), levels);
    }
    Ok(found.entry(folder).or_default())
}

/// Exit code 2, as the contract has it for what is no finding.
fn environment(message: String) -> Failed {
    Failed::usage(message, &[])
}
