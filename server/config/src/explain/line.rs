//! Finds the `docker run` in a text, and says what each of its words is.

use std::io;
use std::path::{Path, PathBuf};

use super::shell::{self, Word};
use super::{DockerRun, FlagExplanation, Surroundings, explain, json};
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
    let gpu = meaning(&words.used, &mut problems);
    let (errors, warnings): (Vec<Problem>, Vec<Problem>) = problems
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
    let workspace = workspace(&words.used, &surroundings);
    let plan = json::Plan {
        used: &words.used,
        gpu: gpu.or(head.gpu),
        workspace: workspace.as_ref(),
        image: &image,
        command: &command,
    };
    let devcontainer_json = json::write(&plan);

    let mut explanations = head.explanations;
    for used in &words.used {
        explanations.push(explain(used, special(used, workspace.as_ref())));
    }
    explanations.push(image_words(&image));
    if !command.is_empty() {
        explanations.push(command_words(&command));
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
    let found = commands.first().and_then(|command| command.first());
    Err(problem(
        "no-docker-run",
        match found {
            Some(word) => format!("expected a `docker run` line, found `{}`", word.written),
            None => "expected a `docker run` line, found nothing".to_owned(),
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

/// The bind mount that is the project: the current folder, or what commands start in, or what looks like it.
fn workspace(used: &[Used], surroundings: &Surroundings) -> Option<Mount> {
    let here = surroundings
        .cwd
        .as_deref()
        .unwrap_or("${localWorkspaceFolder}");
    let start = used
        .iter()
        .rfind(|used| used.flag.name == "workdir")
        .map(|used| used.value.clone());
    let mounts: Vec<Mount> = used
        .iter()
        .filter_map(mount_of)
        .filter(|mount| mount.kind == MountKind::Bind)
        .collect();
    let source_is = |mount: &&Mount, path: &str| {
        let source = mount.source.as_deref().unwrap_or_default();
        source.trim_end_matches('/') == path.trim_end_matches('/') || matches!(source, "." | "./")
    };
    let below = |mount: &&Mount| {
        let target = mount.target.trim_end_matches('/');
        let start = start.as_deref().unwrap_or_default();
        start == target || start.starts_with(&format!("{target}/"))
    };
    let usual = [
        "/app",
        "/workspace",
        "/workspaces",
        "/work",
        "/code",
        "/src",
        "/project",
        "/repo",
    ];
    let by_name = |mount: &&Mount| {
        let target = mount.target.as_str();
        !mount.read_only
            && usual
                .iter()
                .any(|usual| target == *usual || target.starts_with(&format!("{usual}/")))
    };
    let find =
        |wanted: &dyn Fn(&&Mount) -> bool| mounts.iter().find(|mount| wanted(mount)).cloned();
    find(&|mount| source_is(mount, here))
        .or_else(|| find(&below))
        .or_else(|| find(&by_name))
        .or_else(|| find(&|mount| !mount.read_only && !is_of_the_system(mount)))
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

/// What the table cannot know of a flag.
fn special(used: &Used, workspace: Option<&Mount>) -> Option<String> {
    match used.flag.name {
        "volume" | "mount" => match (mount_of(used), workspace) {
            (Some(mount), Some(workspace)) if mount == *workspace => {
                Some(match mount.target.trim_end_matches('/') {
                    "/app" => format!(
                        "This is the project: `warpdock` in {} mounts it at /app by itself",
                        mount.source.as_deref().unwrap_or("the folder")
                    ),
                    target => format!(
                        "This is the project: `workspaceFolder` says that it is mounted at {target}"
                    ),
                })
            }
            (Some(mount), _) => Some(match mount.kind {
                MountKind::Bind => {
                    "It becomes an entry of `mounts`: the folder is the same inside and outside"
                        .to_owned()
                }
                MountKind::Volume => {
                    "It becomes an entry of `mounts`: the volume outlives the container".to_owned()
                }
                MountKind::Tmpfs => {
                    "It becomes an entry of `mounts`: it is empty at each start".to_owned()
                }
            }),
            (None, _) => None,
        },
        "env" if !used.value.contains('=') => Some(format!(
            "`containerEnv` takes it from your environment: `${{localEnv:{}}}`",
            used.value
        )),
        "runtime" if used.value != "nvidia" => Some("It is passed on as it is".to_owned()),
        "device" if used.value.starts_with("nvidia.com/gpu=") => Some(
            "It becomes a request for GPUs; Warpdock chooses the engine's way to give them"
                .to_owned(),
        ),
        _ => None,
    }
}

fn image_words(image: &str) -> FlagExplanation {
    FlagExplanation {
        written: image.to_owned(),
        does: "Names the image: the file system, programs and defaults that the container starts from".to_owned(),
        instead: "It becomes `image`; an image that is present is used, and nothing is downloaded unasked".to_owned(),
    }
}

fn command_words(command: &[String]) -> FlagExplanation {
    let written = json::shell_text(command);
    match json::is_shell(command) {
        true => FlagExplanation {
            written,
            does: "Runs a shell instead of the image's own command".to_owned(),
            instead:
                "Nothing to write: `warpdock` opens the user's shell, and as many more as you like"
                    .to_owned(),
        },
        false => FlagExplanation {
            written,
            does: "Runs this instead of the image's own command; the container ends with it"
                .to_owned(),
            instead:
                "It becomes `command`: `warpdock run` runs it, and the container stays when it ends"
                    .to_owned(),
        },
    }
}
