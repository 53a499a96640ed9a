//! What the container is made from: `image`, `build`, and the older `dockerFile` and `context`.

use std::path::Path;

use crate::jsonc::{Member, Node};
use crate::layer::{Layer, with};
use crate::model::{Build, Origin, Source};
use crate::problem::Problems;
use crate::shape;

const KNOWN: [&str; 6] = [
    "dockerfile",
    "context",
    "args",
    "target",
    "cacheFrom",
    "options",
];

/// Reads the source. `folder` is the devcontainer.json's: paths are relative to it.
pub(super) fn read(object: &Node, folder: &Path, layer: &mut Layer, problems: &mut Problems) {
    let image = object.get("image");
    let dockerfile = object.get("dockerFile");
    let build = object.get("build");
    let named = build.and_then(|build| build.get("dockerfile"));
    if let Some(compose) = object.get("dockerComposeFile") {
        problems.error_with(
            "compose",
            &compose.origin,
            "`dockerComposeFile` is not supported: Warpdock starts one container, not a set of services",
            "name the image or the Dockerfile of the service with `image` or `build`",
        );
    }
    let sources: Vec<(&str, &Node)> = [
        ("image", image),
        ("dockerFile", dockerfile),
        ("build.dockerfile", named),
    ]
    .into_iter()
    .filter_map(|(name, node)| Some((name, node?)))
    .collect();
    if let [(first, _), (second, node), ..] = sources.as_slice() {
        problems.error_with(
            "two-sources",
            &node.origin,
            format!("both `{first}` and `{second}` are set; exactly one was expected"),
            "remove one of them",
        );
    }
    match (image, dockerfile.or(named)) {
        (Some(image), _) => {
            let image = shape::text_of("image", "an image's name", image, problems);
            layer.source = image.map(|image| {
                with(
                    &image.origin,
                    Source::Image {
                        name: image.value.trim().to_owned(),
                    },
                )
            });
        }
        (None, Some(node)) => {
            let Some(path) = shape::text_of("dockerfile", "a path", node, problems) else {
                return;
            };
            let dockerfile = normal(&folder.join(&path.value));
            let context = object
                .get("context")
                .or_else(|| build.and_then(|build| build.get("context")))
                .and_then(|context| shape::string_of("context", "a path", context, problems));
            let context = match context {
                Some(context) => normal(&folder.join(&context.value)),
                None => dockerfile.parent().unwrap_or(folder).to_path_buf(),
            };
            let mut spec = empty(dockerfile, context);
            if let Some(build) = build {
                details(build, &mut spec, problems);
            }
            layer.source = Some(with(&path.origin, Source::Build(spec)));
        }
        (None, None) => {
            // Without a Dockerfile's name, `build` refines the one that is found.
            if let Some(build) = build {
                let mut spec = empty(folder.join("Dockerfile"), folder.to_path_buf());
                details(build, &mut spec, problems);
                problems.error_with(
                    "build-without-dockerfile",
                    &build.origin,
                    "`build` names no Dockerfile; expected `build.dockerfile`",
                    "write \"build\": { \"dockerfile\": \"Dockerfile\" }, relative to devcontainer.json",
                );
            }
        }
    }
}

fn empty(dockerfile: std::path::PathBuf, context: std::path::PathBuf) -> Build {
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

fn details(node: &Node, build: &mut Build, problems: &mut Problems) {
    for member in shape::members("build", node, problems) {
        let Member { name, node, .. } = member;
        match name.as_str() {
            "dockerfile" | "context" => {}
            "args" => {
                let args = shape::env("build.args", node, problems);
                build
                    .args
                    .extend(args.into_iter().map(|(name, value)| (name, value.value)));
            }
            "target" => {
                build.target = shape::text("build.target", node, problems).map(|it| it.value)
            }
            "cacheFrom" => {
                let images = shape::string_or_strings("build.cacheFrom", node, problems);
                build
                    .cache_from
                    .extend(images.into_iter().map(|image| image.value));
            }
            "options" => options(node, build, problems),
            _ => shape::unknown_key("build", member, KNOWN, problems),
        }
    }
}

/// `build.options`: flags of `docker build`. What is not known is refused by name.
fn options(node: &Node, build: &mut Build, problems: &mut Problems) {
    let words = shape::strings("build.options", node, problems);
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        let (name, value) = match word.value.split_once('=') {
            Some((name, value)) if name.starts_with("--") => {
                (name.to_owned(), Some(value.to_owned()))
            }
            _ => match word.value.split_once(' ') {
                Some((name, value)) => (name.to_owned(), Some(value.trim().to_owned())),
                None => (word.value.clone(), None),
            },
        };
        let mut value = || {
            value
                .clone()
                .or_else(|| words.next().map(|next| next.value))
        };
        match name.as_str() {
            "--label" => build.labels.extend(value().map(|it| pair(&it))),
            "--build-arg" => build.args.extend(value().map(|it| pair(&it))),
            "--network" => build.network = value(),
            "--platform" => build.platform = value(),
            "--target" => build.target = value(),
            "--cache-from" => build.cache_from.extend(value()),
            "--progress" => {
                value();
            }
            "--rm" | "--force-rm" | "-q" | "--quiet" => {}
            _ => refused(&name, &word.origin, problems),
        }
    }
}

fn refused(name: &str, origin: &Origin, problems: &mut Problems) {
    problems.error(
        "build-option",
        origin,
        format!(
            "`build.options`: `{name}` is not supported; expected --label, --build-arg, --network, --platform, --target or --cache-from"
        ),
    );
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.to_owned(), value.to_owned())
}

/// Without `.` and `..`, by text alone: what a person would write.
pub(crate) fn normal(path: &Path) -> std::path::PathBuf {
    use std::path::Component;
    let mut normal = std::path::PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
