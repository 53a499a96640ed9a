//! The order of things: find the files, read each into layers, merge, check.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::Resolved;
use crate::danger;
use crate::devcontainer::{self, Context};
use crate::discover;
use crate::env_file::{self, Dialect, Wanted};
use crate::files::{Files, Reader};
use crate::gpu;
use crate::inputs::Inputs;
use crate::jsonc::{self, Node, Place, Value};
use crate::layer::{Layer, Rank, flag};
use crate::merge;
use crate::model::{Config, Origin, Setting, Severity, Source};
use crate::mount;
use crate::problem::Problems;
use crate::run_args;
use crate::settings;
use crate::source;
use crate::units;
use crate::variables::{self, Known};

/// The documents, as written.
struct Documents {
    devcontainer: Option<(PathBuf, Node)>,
    /// The entries of the image's label, the weakest first.
    metadata: Vec<Node>,
    user_settings: Option<(PathBuf, Node)>,
}

pub(crate) fn resolve(inputs: &Inputs, files: &dyn Files) -> Resolved {
    let reader = Reader::new(files);
    let mut problems = Problems::default();
    let workspace: &Path = &inputs.workspace;
    let path = find_devcontainer(inputs, &reader, &mut problems);
    let documents = Documents {
        devcontainer: path.clone().and_then(|path| {
            let node = document(&path, &reader, &mut problems)?;
            Some((path, node))
        }),
        metadata: metadata(inputs, &mut problems),
        user_settings: user_settings(inputs, &reader, &mut problems),
    };
    let devcontainer_id = variables::devcontainer_id(&id_labels(workspace, path.as_deref()));

    // The folder in the container is a variable for everything else, so it is found first; what is wrong is said
    // by the second reading.
    let mut unsaid = Problems::default();
    let layers = read(
        &documents,
        None,
        &devcontainer_id,
        inputs,
        &reader,
        &mut unsaid,
    );
    let folder = merge::workspace_folder(&layers).value;
    let layers = read(
        &documents,
        Some(&folder),
        &devcontainer_id,
        inputs,
        &reader,
        &mut problems,
    );

    let is_broken = problems
        .0
        .iter()
        .any(|problem| problem.severity == Severity::Error);
    let source = source::source(workspace, &layers, &reader, &mut problems);
    // Where a file could not be read, its image is missing for that reason, and only that is worth saying.
    if is_broken {
        problems.0.retain(|problem| problem.code != "no-source");
    }
    let mut config = merge::merge(workspace, path.as_deref(), devcontainer_id, source, &layers);
    one_mount_a_target(&mut config, &mut problems);
    let home = inputs.local_env.get("HOME").map(Path::new);
    danger::refuse_the_images(&config, home, &mut problems);
    Resolved {
        config,
        problems: problems.0,
        files: reader.into_seen(),
    }
}

/// The labels that other tools find the container by, and that its id is made of.
fn id_labels(workspace: &Path, devcontainer: Option<&Path>) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::new();
    labels.insert(
        "devcontainer.local_folder".to_owned(),
        workspace.display().to_string(),
    );
    if let Some(path) = devcontainer {
        labels.insert(
            "devcontainer.config_file".to_owned(),
            path.display().to_string(),
        );
    }
    labels
}

fn find_devcontainer(inputs: &Inputs, reader: &Reader, problems: &mut Problems) -> Option<PathBuf> {
    let workspace: &Path = &inputs.workspace;
    if let Some(chosen) = &inputs.overrides.devcontainer {
        return Some(workspace.join(chosen));
    }
    let found = discover::devcontainers(workspace, reader);
    let first = found.first()?.clone();
    if found.len() > 1 {
        problems.warning_with(
            "several-devcontainers",
            &source::start_of(&first),
            format!(
                "several configurations are here: {}; {} is taken",
                source::names(workspace, &found),
                source::name(workspace, &first)
            ),
            "choose with `--config PATH`",
        );
    }
    Some(first)
}

fn document(path: &Path, reader: &Reader, problems: &mut Problems) -> Option<Node> {
    let bytes = match reader.read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            problems.error("unreadable", &source::whole(path), "there is no such file");
            return None;
        }
        Err(error) => {
            let message = format!("it cannot be read: {error}");
            problems.error("unreadable", &source::whole(path), message);
            return None;
        }
    };
    let text = jsonc::decode(&bytes, path, problems)?;
    jsonc::parse(&text, &Place::File(path.to_path_buf()), problems)
}

fn user_settings(
    inputs: &Inputs,
    reader: &Reader,
    problems: &mut Problems,
) -> Option<(PathBuf, Node)> {
    let path = inputs.user_settings.as_ref()?;
    reader.kind(path)?;
    let node = document(path, reader, problems)?;
    Some((path.clone(), node))
}

/// The label holds an array of entries, or one entry. What cannot be read is said and left out.
fn metadata(inputs: &Inputs, problems: &mut Problems) -> Vec<Node> {
    let Some(metadata) = &inputs.image_metadata else {
        return Vec::new();
    };
    let place = Place::ImageLabel(metadata.image.clone());
    let mut broken = Problems::default();
    let node = jsonc::parse(&metadata.label, &place, &mut broken);
    match node {
        Some(Node {
            value: Value::Array(entries),
            ..
        }) => entries,
        Some(
            node @ Node {
                value: Value::Object(_),
                ..
            },
        ) => vec![node],
        _ => {
            let origin = Origin::ImageLabel {
                image: metadata.image.clone(),
            };
            let reason = broken.0.first().map(|problem| problem.message.as_str());
            let message = format!(
                "the label `devcontainer.metadata` of the image is ignored: {}",
                reason.unwrap_or("expected an array or an object")
            );
            problems.warning("metadata", &origin, message);
            Vec::new()
        }
    }
}

/// Reads every source into its layers, the weakest first.
fn read(
    documents: &Documents,
    container_workspace_folder: Option<&str>,
    devcontainer_id: &str,
    inputs: &Inputs,
    reader: &Reader,
    problems: &mut Problems,
) -> Vec<Layer> {
    let known = Known {
        local_env: &inputs.local_env,
        workspace: &inputs.workspace,
        container_workspace_folder,
        devcontainer_id,
    };
    let context = |folder: &Path| Context {
        inputs,
        reader,
        folder: folder.to_path_buf(),
    };
    let mut layers = Vec::new();
    if let Some((_, node)) = &documents.user_settings {
        let node = variables::substitute(node, &known, problems);
        let context = context(&inputs.workspace);
        layers.push(settings::read(
            "settings",
            &node,
            Rank::UserSettings,
            &context,
            problems,
        ));
    }
    for entry in &documents.metadata {
        // Mistakes in an image's label are not the reader's to mend.
        let mut unsaid = Problems::default();
        let entry = variables::substitute(entry, &known, &mut unsaid);
        let context = context(&inputs.workspace);
        layers.extend(devcontainer::read(
            &entry,
            Rank::ImageLabel,
            &context,
            &mut unsaid,
        ));
    }
    if let Some((path, node)) = &documents.devcontainer {
        let node = variables::substitute(node, &known, problems);
        let context = context(path.parent().unwrap_or(&inputs.workspace));
        layers.extend(devcontainer::read(
            &node,
            Rank::Devcontainer,
            &context,
            problems,
        ));
    }
    layers.push(command_line(inputs, problems));

    let mut flags = Vec::new();
    for layer in &mut layers {
        let rank = match layer.rank {
            Rank::Devcontainer => Rank::RunArgs,
            other => other,
        };
        let words = std::mem::take(&mut layer.run_args);
        if !words.is_empty() {
            flags.push(run_args::layer(rank, &words, inputs, reader, problems));
        }
    }
    layers.extend(flags);
    layers.sort_by_key(|layer| layer.rank);
    layers.push(env_files(&layers, inputs, reader, problems));
    layers.sort_by_key(|layer| layer.rank);
    layers
}

/// The files that the strongest source names, or the workspace's `.env`.
fn env_files(layers: &[Layer], inputs: &Inputs, reader: &Reader, problems: &mut Problems) -> Layer {
    let mut layer = Layer::new(Rank::EnvFile);
    match layers
        .iter()
        .rev()
        .find_map(|layer| layer.env_files.as_ref())
    {
        Some(files) => {
            for Setting { value, origin } in files {
                let wanted = Wanted::Named(origin);
                layer.container_env.extend(env_file::load(
                    value,
                    Dialect::Dotenv,
                    wanted,
                    &inputs.workspace,
                    reader,
                    problems,
                ));
            }
        }
        None => {
            let path = inputs.workspace.join(".env");
            // A folder of that name is a virtual environment.
            if reader.kind(&path) != Some(crate::files::PathKind::Folder) {
                layer.container_env = env_file::load(
                    &path,
                    Dialect::Dotenv,
                    Wanted::IfThere,
                    &inputs.workspace,
                    reader,
                    problems,
                );
            }
        }
    }
    layer
}

/// What the command line says.
fn command_line(inputs: &Inputs, problems: &mut Problems) -> Layer {
    let overrides = inputs.overrides.clone();
    let mut layer = Layer::new(Rank::CommandLine);
    layer.source = overrides
        .image
        .map(|name| flag("--image", Source::Image { name }));
    layer.dockerfile = overrides.dockerfile.map(|path| flag("--dockerfile", path));
    layer.context = overrides.context.map(|path| flag("--context", path));
    layer.target = overrides.target.map(|target| flag("--target", target));
    layer.remote_user = overrides.user.map(|user| flag("--user", user));
    if let Some(folder) = overrides.workspace_folder {
        let setting = flag("--workspace-folder", folder);
        match mount::container_path(&setting.value) {
            Ok(path) => layer.workspace_folder = Some(flag("--workspace-folder", path)),
            Err(reason) => problems.error("workspace-folder", &setting.origin, reason),
        }
    }
    if let Some(text) = overrides.gpus {
        let setting = flag("--gpus", text);
        match gpu::parse(&setting.value) {
            Ok(wish) => layer.gpu = Some(flag("--gpus", wish)),
            Err(reason) => problems.error("gpus", &setting.origin, reason),
        }
    }
    if let Some(text) = overrides.shm_size {
        let setting = flag("--shm-size", text);
        match units::bytes(&setting.value) {
            Some(bytes) => layer.shm_bytes = Some(flag("--shm-size", bytes)),
            None => problems.error(
                "size",
                &setting.origin,
                format!("expected a size such as 8g, found `{}`", setting.value),
            ),
        }
    }
    let mut words = Vec::new();
    let env_files = overrides
        .env_file
        .iter()
        .map(|path| path.display().to_string());
    let values = env_files.map(|path| ("--env-file", path));
    let values = values.chain(overrides.env.into_iter().map(|text| ("--env", text)));
    let values = values.chain(overrides.volumes.into_iter().map(|text| ("--volume", text)));
    let values = values.chain(overrides.mounts.into_iter().map(|text| ("--mount", text)));
    for (name, value) in values {
        words.push(flag(name, format!("{name}={value}")));
    }
    words.extend(
        overrides
            .run_args
            .into_iter()
            .map(|word| flag("--run-arg", word)),
    );
    layer.run_args = words;
    layer
}

/// A mount at the workspace's place is either the workspace again, or a mistake.
fn one_mount_a_target(config: &mut Config, problems: &mut Problems) {
    let Some(workspace) = config.workspace_mount.value.clone() else {
        return;
    };
    config.mounts.retain(|mount| {
        if mount.value.target != workspace.target {
            return true;
        }
        match mount.value.source == workspace.source {
            true => problems.note(
                "workspace-mount",
                &mount.origin,
                "this mounts the workspace where it is mounted anyway",
            ),
            false => problems.error_with(
                "mount-target",
                &mount.origin,
                format!(
                    "two mounts have the target {}: this one, and the workspace",
                    workspace.target
                ),
                "give one of them another target; the workspace's is `workspaceFolder`",
            ),
        }
        false
    });
}
