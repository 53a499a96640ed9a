//! Decides what the container is made from: an image that somebody names, or a Dockerfile, named or found.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::discover;
use crate::files::{PathKind, Reader};
use crate::layer::{Layer, Rank, with};
use crate::merge::strongest;
use crate::model::{Build, Origin, Setting, Source};
use crate::problem::Problems;

/// The image or build of the strongest source that names one; else the Dockerfile that is there; else the image
/// of the user's settings.
pub(crate) fn source(
    workspace: &Path,
    layers: &[Layer],
    reader: &Reader,
    problems: &mut Problems,
) -> Option<Setting<Source>> {
    let mut chosen = match named(workspace, layers, reader, problems) {
        Some(chosen) => chosen,
        None => found(workspace, layers, reader, problems)?,
    };
    if let Source::Build(build) = &mut chosen.value {
        if let Some(context) = strongest(layers, |layer| &layer.context) {
            build.context = workspace.join(&context.value);
        }
        if let Some(target) = strongest(layers, |layer| &layer.target) {
            build.target = Some(target.value);
        }
        if build.platform.is_none() {
            let platform = strongest(layers, |layer| &layer.run.platform);
            build.platform = platform.map(|platform| platform.value);
        }
        read(build, &chosen.origin, workspace, reader, problems);
    }
    Some(chosen)
}

/// What the project or the command line names.
fn named(
    workspace: &Path,
    layers: &[Layer],
    reader: &Reader,
    problems: &mut Problems,
) -> Option<Setting<Source>> {
    let mut layers_that_name = layers
        .iter()
        .rev()
        .filter(|layer| layer.rank > Rank::ImageLabel)
        .filter(|layer| layer.source.is_some() || layer.dockerfile.is_some());
    let layer = layers_that_name.next()?;
    match (&layer.source, &layer.dockerfile) {
        (Some(source), Some(dockerfile)) => {
            problems.error_with(
                "two-sources",
                &dockerfile.origin,
                "both an image and a Dockerfile are named; exactly one was expected",
                "remove one of them",
            );
            Some(source.clone())
        }
        (None, Some(dockerfile)) => {
            let weaker = layers_that_name.find_map(|layer| layer.source.clone());
            let path = chosen_dockerfile(workspace, dockerfile, reader);
            let mut build = plain_build(workspace, path);
            if let Some(Setting {
                value: Source::Build(weaker),
                ..
            }) = weaker
            {
                build = Build {
                    dockerfile: build.dockerfile,
                    context: build.context,
                    ..weaker
                };
            }
            Some(with(&dockerfile.origin, Source::Build(build)))
        }
        (source, None) => source.clone(),
    }
}

/// A name like `gpu.Dockerfile` is also looked for in the folders where Dockerfiles are found.
fn chosen_dockerfile(workspace: &Path, dockerfile: &Setting<PathBuf>, reader: &Reader) -> PathBuf {
    let path = workspace.join(&dockerfile.value);
    match reader.kind(&path) {
        Some(PathKind::Folder) => discover::dockerfiles(&path, reader)
            .into_iter()
            .next()
            .unwrap_or(path),
        _ => path,
    }
}

fn found(
    workspace: &Path,
    layers: &[Layer],
    reader: &Reader,
    problems: &mut Problems,
) -> Option<Setting<Source>> {
    let settings = layers.iter().find(|layer| layer.rank == Rank::UserSettings);
    let preferred = settings.and_then(|layer| layer.dockerfile.clone());
    if let Some(dockerfile) = preferred {
        let path = chosen_dockerfile(workspace, &dockerfile, reader);
        if reader.kind(&path) == Some(PathKind::File) {
            let build = plain_build(workspace, path);
            return Some(with(&dockerfile.origin, Source::Build(build)));
        }
    }

    let dockerfiles = discover::dockerfiles(workspace, reader);
    if let Some(first) = dockerfiles.first() {
        let origin = start_of(first);
        if dockerfiles.len() > 1 {
            problems.warning_with(
                "several-dockerfiles",
                &origin,
                format!(
                    "several Dockerfiles are here: {}; {} is taken",
                    names(workspace, &dockerfiles),
                    name(workspace, first)
                ),
                "choose with `--dockerfile PATH`, or with `build.dockerfile` in devcontainer.json",
            );
        }
        return Some(with(
            &origin,
            Source::Build(plain_build(workspace, first.clone())),
        ));
    }

    let image = settings.and_then(|layer| layer.source.clone());
    if image.is_none() {
        problems.error_with(
            "no-source",
            &start_of(workspace),
            format!(
                "nothing says what the container is made from: no image, and no Dockerfile in {}",
                workspace.display()
            ),
            "name an image with `--image NAME`, or put a Dockerfile into the folder",
        );
    }
    image
}

/// Without a devcontainer.json the context is the workspace, as in `docker build -f docker/Dockerfile .`.
fn plain_build(workspace: &Path, dockerfile: PathBuf) -> Build {
    let context = match dockerfile.starts_with(workspace) {
        true => workspace.to_path_buf(),
        false => dockerfile.parent().unwrap_or(workspace).to_path_buf(),
    };
    Build {
        dockerfile,
        dockerfile_sha256: None,
        context,
        args: Vec::new(),
        target: None,
        cache_from: Vec::new(),
        labels: Vec::new(),
        network: None,
        platform: None,
    }
}

/// Reads the Dockerfile, to know that it is there and when it changes.
fn read(
    build: &mut Build,
    origin: &Origin,
    workspace: &Path,
    reader: &Reader,
    problems: &mut Problems,
) {
    match reader.read(&build.dockerfile) {
        Ok(bytes) => build.dockerfile_sha256 = Some(hex(&Sha256::digest(&bytes))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let others = discover::dockerfiles(workspace, reader);
            let path = name(workspace, &build.dockerfile);
            let message = format!("there is no Dockerfile at {path}");
            match others.is_empty() {
                true => problems.error("dockerfile-missing", origin, message),
                false => problems.error_with(
                    "dockerfile-missing",
                    origin,
                    message,
                    format!("these are here: {}", names(workspace, &others)),
                ),
            }
        }
        Err(error) => problems.error(
            "dockerfile-unreadable",
            origin,
            format!(
                "cannot read {}: {error}",
                name(workspace, &build.dockerfile)
            ),
        ),
    }
    if reader.kind(&build.context) != Some(PathKind::Folder) {
        problems.error(
            "context-missing",
            origin,
            format!(
                "the build context {} is not a folder",
                name(workspace, &build.context)
            ),
        );
    }
}

pub(crate) fn start_of(path: &Path) -> Origin {
    Origin::File {
        path: path.to_path_buf(),
        line: 1,
        column: 1,
    }
}

/// A file as a whole: it could not be read, so that no line of it is the place.
pub(crate) fn whole(path: &Path) -> Origin {
    Origin::File {
        path: path.to_path_buf(),
        line: 0,
        column: 0,
    }
}

/// A path as it is said: relative to the workspace where it is in it.
pub(crate) fn name(workspace: &Path, path: &Path) -> String {
    match path.strip_prefix(workspace) {
        Ok(inside) if inside.as_os_str().is_empty() => ".".to_owned(),
        Ok(inside) => inside.display().to_string(),
        Err(_) => path.display().to_string(),
    }
}

pub(crate) fn names(workspace: &Path, paths: &[PathBuf]) -> String {
    let names: Vec<String> = paths.iter().map(|path| name(workspace, path)).collect();
    names.join(", ")
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
