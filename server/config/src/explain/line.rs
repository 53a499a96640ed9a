//! Finds the `docker run` in a text, and says what each of its words is.

use std::io;
use std::path::{Path, PathBuf};

use super::shell::{self, Word};
use super::words::{command_words, image_words, special};
use super::{DockerRun, FlagExplanation, Surroundings, explain, json};
use crate::devcontainer::build::normal;
use crate::files::{Files, PathKind, Reader};
use crate::gpu;
use crate::inputs::Inputs;
use crate::layer::{Rank, flag};
use crate::model::{GpuNeed, GpuWish, Mount, MountKind, Origin, Problem, Setting, Severity};
use crate::mount;
use crate::problem::Problems;
use crate::run_args::{self, Used, apply};

/// Where problems of a line are.
const LINE: &str = "the docker run line";

/// What stands before the flags.
struct Head {
    explanations: Vec<FlagExplanation>,
    /// GPUs that the program itself gives.
    gpu: Option<GpuWish>,
    /// The words after `run`.
    words: Vec<Word>,
}

pub(super) fn parse(text: &str, surroundings: &Surroundings) -> Result<DockerRun, Problem> {
    let (head, surroundings) = head(text, surroundings)?;
    let settings: Vec<Setting<String>> = head
        .words
        .iter()
        .map(|word| flag(LINE, word.text.clone()))
        .collect();
    let mut problems = Problems::default();
    let words = run_args::read(&settings, &mut problems);
    let used = from_folder(words.used, &surroundings);
    let gpu = meaning(&used, &mut problems);
    let (errors, mut warnings): (Vec<Problem>, Vec<Problem>) = problems
        .0
        .into_iter()
        .partition(|problem| problem.severity == Severity::Error);
    if let Some(error) = errors.into_iter().next() {
        return Err(error);
    }
    let mut rest = words.rest.into_iter().map(|setting| setting.value);
    let Some(image) = rest.next() else {
        return Err(problem(
            "no-image",
            "no image is named; expected one after the flags",
        ));
    };
    let command: Vec<String> = rest.collect();
    let project = project(&used, &surroundings);
    let workspace = project.as_ref().map(|project| project.mount.clone());
    let plan = json::Plan {
        used: &used,
        gpu: gpu.or(head.gpu),
        workspace: workspace.as_ref(),
        image: &image,
        command: &command,
    };
    let devcontainer_json = json::write(&plan);

    let mut explanations = head.explanations;
    for used in &used {
        explanations.push(explain(used, special(used, project.as_ref())));
    }
    explanations.push(image_words(&image));
    if !command.is_empty() {
        explanations.push(command_words(&command));
    }
    if project.is_none() {
        warnings.extend(maybe_the_project(&used));
    }
    Ok(DockerRun {
        image,
        workspace: workspace.and_then(|mount| mount.source),
        command,
        devcontainer_json,
        explanations,
        warnings: warnings
            .into_iter()
            .filter(|problem| problem.severity == Severity::Warning)
            .collect(),
    })
}

fn problem(code: &str, message: impl Into<String>) -> Problem {
    Problem {
        severity: Severity::Error,
        code: code.to_owned(),
        message: message.into(),
        origin: Origin::Flag {
            flag: LINE.to_owned(),
        },
        remedy: None,
    }
}

/// Finds the command; a `cd` before it sets the folder.
fn head(text: &str, surroundings: &Surroundings) -> Result<(Head, Surroundings), Problem> {
    let mut surroundings = surroundings.clone();
    let commands =
        shell::commands(text, &surroundings).map_err(|message| problem("shell", message))?;
    for command in &commands {
        if let [cd, folder] = command.as_slice()
            && cd.text == "cd"
        {
            let folder = match &surroundings.cwd {
                Some(cwd) => Path::new(cwd).join(&folder.text).display().to_string(),
                None => folder.text.clone(),
            };
            surroundings.cwd = Some(folder).filter(|folder| folder.starts_with('/'));
        }
        if let Some(start) = program(command) {
            // The folder is known now, so the words are read again.
            let again = shell::commands(text, &surroundings)
                .map_err(|message| problem("shell", message))?;
            let command = again
                .into_iter()
                .find(|command| program(command).is_some())
                .unwrap_or_default();
            return Ok((before(command, start), surroundings));
        }
    }
    let words = commands.into_iter().next().unwrap_or_default();
    let found: Vec<String> = words.into_iter().take(2).map(|word| word.written).collect();
    Err(problem(
        "no-docker-run",
        match found.is_empty() {
            false => format!("expected a `docker run` line, found `{}`", found.join(" ")),
            true => "expected a `docker run` line, found nothing".to_owned(),
        },
    ))
}

/// Where the words after `run` begin, if the command is one of ours.
fn program(command: &[Word]) -> Option<usize> {
    let is_program = |word: &Word| {
        let name = word.text.rsplit('/').next().unwrap_or_default();
        matches!(
            name,
            "docker" | "podman" | "nvidia-docker" | "nvidia-docker2" | "nerdctl"
        )
    };
    let at = command.iter().position(is_program)?;
    let mut index = at + 1;
    while let Some(word) = command.get(index) {
        match word.text.as_str() {
            "run" | "create" => return Some(index + 1),
            "container" => index += 1,
            "-H" | "--host" | "-c" | "--context" | "--config" | "-l" | "--log-level" => index += 2,
            text if text.starts_with('-') => index += 1,
            _ => return None,
        }
    }
    None
}

/// Explains everything up to `run`.
fn before(command: Vec<Word>, start: usize) -> Head {
    let mut explanations = Vec::new();
    let mut gpu = None;
    let mut program = Vec::new();
    for word in &command[..start] {
        let text = word.text.as_str();
        let words = |does: &str, instead: &str| FlagExplanation {
            written: word.written.clone(),
            does: does.to_owned(),
            instead: instead.to_owned(),
        };
        match (text, text.split_once('=')) {
            // A prompt that was copied with the line.
            ("$" | "#" | "%" | ">", _) => {}
            ("sudo", _) => explanations.push(words(
                "Runs docker as the administrator, because the engine's socket is closed to your user",
                "Nothing to write: where the socket is closed, Warpdock reaches the engine over `sudo docker` too",
            )),
            (_, Some((name, value))) if program.is_empty() && !text.starts_with('-') => {
                if name == "NV_GPU" {
                    gpu = gpu::from_visible_devices(value);
                }
                explanations.push(words(
                    "Sets a variable for the docker command itself, not for the container",
                    match name {
                        "NV_GPU" => "It chooses GPUs for nvidia-docker, and becomes the `gpu` setting",
                        _ => "Nothing to write: Warpdock reads `DOCKER_HOST` and its like from your environment",
                    },
                ));
            }
            (_, _) if program.is_empty() && (text.starts_with('-') || text == "env" || text == "exec" || text == "time") => {}
            _ => program.push(word),
        }
    }
    let name = program
        .first()
        .map(|word| word.text.rsplit('/').next().unwrap_or_default());
    if name.is_some_and(|name| name.starts_with("nvidia-docker")) {
        gpu = gpu.or_else(|| Some(gpu::wish(GpuNeed::Required)));
    }
    let written: Vec<&str> = program.iter().map(|word| word.written.as_str()).collect();
    explanations.push(FlagExplanation {
        written: written.join(" "),
        does: match name {
            Some("nvidia-docker" | "nvidia-docker2") => {
                "Makes a container from an image and starts it, with every GPU: an older form of `docker run --gpus all`"
            }
            _ => "Makes a container from an image and starts it",
        }
        .to_owned(),
        instead: "`warpdock` in the project folder makes the container once, starts it, and opens a shell in it".to_owned(),
    });
    Head {
        explanations,
        gpu,
        words: command.into_iter().skip(start).collect(),
    }
}

/// A disk on which everything is there: a line is explained without looking.
struct Anything;

impl Files for Anything {
    fn read(&self, _: &Path) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn kind(&self, _: &Path) -> Option<PathKind> {
        Some(PathKind::Folder)
    }

    fn list(&self, _: &Path) -> Vec<String> {
        Vec::new()
    }
}

/// Checks every value, and tells which GPUs the flags ask for.
fn meaning(used: &[Used], problems: &mut Problems) -> Option<GpuWish> {
    let inputs = Inputs {
        workspace: PathBuf::from("/"),
        ..Inputs::default()
    };
    let layer = apply::layer_of(
        Rank::RunArgs,
        used,
        &inputs,
        &Reader::new(&Anything),
        problems,
    );
    layer.gpu.map(|gpu| gpu.value)
}

/// The mount of a flag.
pub(super) fn mount_of(used: &Used) -> Option<Mount> {
    let parsed = match used.flag.name {
        "volume" => mount::parse_volume(&used.value),
        "mount" => mount::parse_mount(&used.value),
        _ => return None,
    };
    parsed.ok().map(|parsed| parsed.mount)
}

/// Paths that are relative to the folder where the line is typed become absolute.
fn from_folder(mut used: Vec<Used>, surroundings: &Surroundings) -> Vec<Used> {
    let Some(cwd) = &surroundings.cwd else {
        return used;
    };
    let absolute = |path: &str| normal(&Path::new(cwd).join(path)).display().to_string();
    for used in &mut used {
        match (used.flag.name, used.value.split_once(':')) {
            ("volume", Some((source, rest))) if source.starts_with('.') => {
                used.value = format!("{}:{rest}", absolute(source));
            }
            ("mount", _) => {
                let mount = mount_of(used).filter(|mount| mount.kind == MountKind::Bind);
                if let Some(mut mount) = mount {
                    mount.source = mount.source.map(|source| match source.starts_with('$') {
                        true => source,
                        false => absolute(&source),
                    });
                    used.value = mount::text(&mount);
                }
            }
            ("env-file", _) if !used.value.starts_with('$') => used.value = absolute(&used.value),
            _ => {}
        }
    }
    used
}

/// The mount that is the project.
pub(super) struct Project {
    pub(super) mount: Mount,
    pub(super) because: Because,
}

/// Why a mount is taken for the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Because {
    /// Its source is the current folder.
    Here,
    /// Commands start in it (`-w`).
    StartsThere,
    /// Projects are usually mounted there.
    UsualPlace,
}

/// The bind mount that is the project: the current folder, or what commands start in, or what is where projects
/// usually are. Any other is a mount beside it.
fn project(used: &[Used], surroundings: &Surroundings) -> Option<Project> {
    let here = surroundings
        .cwd
        .as_deref()
        .unwrap_or("${localWorkspaceFolder}");
    let start = used
        .iter()
        .rfind(|used| used.flag.name == "workdir")
        .map(|used| used.value.trim_end_matches('/').to_owned());
    let mounts: Vec<Mount> = binds(used).collect();
    let is_here = |mount: &&Mount| {
        let source = mount.source.as_deref().unwrap_or_default();
        source.trim_end_matches('/') == here.trim_end_matches('/') || matches!(source, "." | "./")
    };
    let starts_there =
        |mount: &&Mount| start.as_deref() == Some(mount.target.trim_end_matches('/'));
    let starts_below = |mount: &&Mount| {
        let inside = format!("{}/", mount.target.trim_end_matches('/'));
        start
            .as_deref()
            .is_some_and(|start| start.starts_with(&inside))
    };
    let is_usual = |mount: &&Mount| {
        let target = mount.target.trim_end_matches('/');
        let named = target.strip_prefix("/workspaces/");
        !mount.read_only
            && (matches!(target, "/app" | "/workspace" | "/workspaces")
                || named.is_some_and(|name| !name.contains('/')))
    };
    let find = |wanted: &dyn Fn(&&Mount) -> bool, because| {
        let mount = mounts.iter().find(|mount| wanted(mount))?.clone();
        Some(Project { mount, because })
    };
    find(&is_here, Because::Here)
        .or_else(|| find(&starts_there, Because::StartsThere))
        .or_else(|| find(&is_usual, Because::UsualPlace))
        .or_else(|| find(&starts_below, Because::StartsThere))
}

fn binds(used: &[Used]) -> impl Iterator<Item = Mount> {
    used.iter()
        .filter_map(mount_of)
        .filter(|mount| mount.kind == MountKind::Bind)
}

/// Where no mount is the project, the one that may be meant as it.
fn maybe_the_project(used: &[Used]) -> Option<Problem> {
    let mount = binds(used).find(|mount| !mount.read_only && !is_of_the_system(mount))?;
    let source = mount.source.unwrap_or_default();
    Some(Problem {
        severity: Severity::Warning,
        remedy: None,
        ..problem(
            "project-unknown",
            format!(
                "no mount of this line is certainly the project, so that the folder you run `warpdock` in is mounted at /app as well; if {source} is the project, add `-w {}` to the line",
                mount.target
            ),
        )
    })
}

/// Sockets, devices, data and caches are mounted beside a project, not as one.
fn is_of_the_system(mount: &Mount) -> bool {
    let source = mount.source.as_deref().unwrap_or_default();
    let system = [
        "/dev", "/etc", "/proc", "/run", "/sys", "/tmp", "/usr", "/var", "/lib", "/mnt", "/opt",
    ];
    let is_below = |path: &str| source == path || source.starts_with(&format!("{path}/"));
    system.iter().any(|path| is_below(path)) || source.contains("/.") || mount.target.contains("/.")
}
