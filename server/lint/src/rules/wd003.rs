//! What the build puts where the workspace is mounted.

use std::collections::HashSet;

use dockerfile::ast::{Body, Instruction, Keyword};
use dockerfile::range::TextRange;

use crate::facts::products::{self, Product, What};
use crate::facts::{Facts, Step};
use crate::finding::Level;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// Something is built, installed or put in the folder where the workspace is mounted.
    ///
    /// ## Why
    /// In the container the workspace is mounted there (`/app`, unless the configuration says
    /// otherwise), and a mount hides what the image has in that place. What `COPY` takes from the
    /// project is not lost: the mount brings the same files, live. But `node_modules`, virtual
    /// environments, compiled files and checkouts made there by `RUN`, or copied there from another
    /// stage, are gone.
    ///
    /// ## What to do
    /// Make it elsewhere (a virtual environment in `/opt/venv`, a checkout in `/opt`), make it again
    /// in the container, once, as a `postCreateCommand`, or declare the folder itself a `VOLUME`:
    /// Docker then fills a volume with what the image has and puts it over the mount.
    ///
    /// ```dockerfile,bad
    /// FROM node:22
    /// WORKDIR /app
    /// COPY package.json package-lock.json ./
    /// RUN npm ci
    /// COPY . .
    /// CMD ["node", "server.js"]
    /// ```
    /// ```dockerfile,bad
    /// FROM python:3.12
    /// RUN python -m venv /app/.venv
    /// ```
    /// ```dockerfile,good
    /// FROM python:3.12
    /// WORKDIR /app
    /// COPY requirements.txt .
    /// RUN pip install -r requirements.txt
    /// COPY . .
    /// CMD ["python", "main.py"]
    /// ```
    /// ```dockerfile,good
    /// FROM node:22
    /// WORKDIR /app
    /// COPY package.json package-lock.json ./
    /// RUN npm ci
    /// VOLUME /app/node_modules
    /// ```
    WD003 "hidden-by-workspace" {
        level: Warning, since: "0.1.0",
        check: check
    }
}

/// Something below the mount.
struct Hidden {
    range: TextRange,
    /// What makes it, as the beginning of a sentence.
    who: String,
    product: Product,
    /// The number of the command; copies have none.
    command: Option<usize>,
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let Some(target) = file.target() else {
        return;
    };
    let mount = file.context.workspace_folder.trim_end_matches('/');
    if mount.is_empty() {
        return;
    }
    let mut chain = vec![target.index];
    while let Some(parent) = chain.last().and_then(|it| file.images[*it].parent) {
        chain.push(parent);
    }
    let mut hidden = Vec::new();
    for step in file.steps.iter().filter(|it| chain.contains(&it.stage)) {
        copied(file, step, mount, &mut hidden);
    }
    made(file, &chain, mount, &mut hidden);
    let volumes = volumes(file, &chain);
    let start = start_text(file);
    let tidied = tidied(file);
    let mut seen = HashSet::new();
    // What is made within a checkout goes with it.
    let mut checkouts: Vec<String> = Vec::new();
    hidden.sort_by_key(|it| it.range);
    for it in hidden {
        let path = &it.product.path;
        let kept = volumes.iter().any(|volume| is_below(path, volume));
        let told = checkouts.iter().any(|it| is_below(path, it))
            || !seen.insert((path.clone(), it.product.what));
        if kept || told || taken_care_of(file, &it, &tidied) {
            continue;
        }
        if it.product.what == What::Checkout {
            checkouts.push(path.clone());
        }
        let is_started = path.len() > mount.len() && start.contains(path.as_str());
        report
            .at(it.range, message(&it, mount))
            .level(level(it.product.what, is_started));
    }
}

fn message(hidden: &Hidden, mount: &str) -> String {
    let Hidden { who, product, .. } = hidden;
    let path = &product.path;
    let remedy = match product.what {
        What::Dependencies => format!("make it elsewhere or again in the container, or make {path} a VOLUME"),
        What::Build => "build it again in the container".to_owned(),
        What::Editable => {
            return format!(
                "{who} in {path}, which is the mounted workspace: modules are found there, but what was \
                 built beside them is hidden; install it again in the container if it has extensions"
            );
        }
        What::Checkout => "clone it elsewhere, such as below /opt".to_owned(),
        What::Files => "put it elsewhere".to_owned(),
    };
    match path == mount {
        true => format!("{who} in {path}, where the workspace is mounted and hides it: {remedy}"),
        false => format!("{who} in {path}, which the workspace mounted at {mount} hides: {remedy}"),
    }
}

fn level(what: What, is_started: bool) -> Level {
    match what {
        _ if is_started => Level::Warning,
        What::Dependencies | What::Checkout | What::Build => Level::Warning,
        What::Editable | What::Files => Level::Info,
    }
}

/// COPY from another stage or image, and ADD of something that is not of the project.
fn copied(file: &Facts<'_>, step: &Step<'_>, mount: &str, hidden: &mut Vec<Hidden>) {
    let instruction: &Instruction = step.instruction;
    let Body::Files(files) = &instruction.body else {
        return;
    };
    let Some(destination) = &files.destination else {
        return;
    };
    let from = instruction.flag("from").and_then(|it| it.value.as_ref());
    let who = match (instruction.keyword, from) {
        (Keyword::Copy, Some(from)) => match from.text.parse::<usize>() {
            Ok(number) => format!("this comes from stage {number}"),
            Err(_) => format!("this comes from {}", from.text),
        },
        (Keyword::Add, _) => {
            let is_foreign = |text: &str| text.contains("://") || text.starts_with("git@");
            match files.sources.iter().find(|it| is_foreign(&it.text)) {
                Some(source) => format!("this comes from {}", source.text),
                None => return,
            }
        }
        _ => return,
    };
    let expanded = file.expand(step, &destination.text);
    let path = expanded.and_then(|it| file.path_from(step, &it));
    if let Some(path) = path.filter(|path| is_below(path, mount)) {
        hidden.push(Hidden {
            range: destination.range,
            who: format!("{who} and is"),
            product: Product {
                what: What::Files,
                path,
            },
            command: None,
        });
    }
}

/// What commands make.
fn made(file: &Facts<'_>, chain: &[usize], mount: &str, hidden: &mut Vec<Hidden>) {
    for (index, command) in file.commands.iter().enumerate() {
        if !chain.contains(&command.stage) {
            continue;
        }
        for product in products::of(command) {
            if !is_below(&product.path, mount) {
                continue;
            }
            let shown = match (product.what, command.subcommand()) {
                (What::Files, _) | (_, None) => command.name().to_owned(),
                (_, Some(subcommand)) => format!("{} {subcommand}", command.name()),
            };
            let verb = match product.what {
                What::Dependencies | What::Editable => "installs",
                What::Build => "builds",
                What::Checkout => "clones",
                What::Files => "writes",
            };
            hidden.push(Hidden {
                range: command.range,
                who: format!("`{shown}` {verb}"),
                product,
                command: Some(index),
            });
        }
    }
}

/// What commands do to what others have made.
struct Tidied {
    /// The number of the command.
    command: usize,
    stage: usize,
    /// The folders that it deletes.
    deleted: Vec<String>,
    /// The folder from which it installs.
    installed_from: Option<String>,
}

fn tidied(file: &Facts<'_>) -> Vec<Tidied> {
    let mut tidied = Vec::new();
    for (index, command) in file.commands.iter().enumerate() {
        let deleted = products::deletes(command);
        let installed_from = match products::installs_elsewhere(command) {
            true => command.directory.clone(),
            false => None,
        };
        if !deleted.is_empty() || installed_from.is_some() {
            tidied.push(Tidied {
                command: index,
                stage: command.stage,
                deleted,
                installed_from,
            });
        }
    }
    tidied
}

/// Whether what a command makes is installed elsewhere or deleted afterwards.
fn taken_care_of(file: &Facts<'_>, hidden: &Hidden, tidied: &[Tidied]) -> bool {
    let Some(index) = hidden.command else {
        return false;
    };
    let path = hidden.product.path.as_str();
    let command = &file.commands[index];
    let folder = command.directory.as_deref().unwrap_or(path);
    let from = tidied.partition_point(|it| it.command <= index);
    tidied[from..]
        .iter()
        .filter(|it| it.stage == command.stage)
        .any(|it| {
            let installs = |from: &String| match hidden.product.what {
                What::Checkout => is_below(from, path),
                What::Build => is_below(from, path) || is_below(from, folder),
                What::Dependencies | What::Editable | What::Files => false,
            };
            it.deleted.iter().any(|folder| is_below(path, folder))
                || it.installed_from.as_ref().is_some_and(installs)
        })
}

/// The folders that VOLUME keeps over the mount.
fn volumes(file: &Facts<'_>, chain: &[usize]) -> Vec<String> {
    let mut volumes = Vec::new();
    for step in file.steps.iter().filter(|it| chain.contains(&it.stage)) {
        if let (Keyword::Volume, Body::List(list)) = (step.instruction.keyword, &step.instruction.body) {
            let paths = list.words.iter().filter_map(|it| file.expand(step, &it.text));
            volumes.extend(paths.filter_map(|it| file.path_from(step, &it)));
        }
    }
    volumes
}

/// What the container starts, as written.
fn start_text(file: &Facts<'_>) -> String {
    let steps = file.steps.iter().map(|it| it.instruction);
    let starts = steps.filter(|it| matches!(it.keyword, Keyword::Cmd | Keyword::Entrypoint));
    starts.map(|it| it.arguments.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
