//! Reads mounts: `--mount` texts, `-v` texts, and checks where they may go.

use std::path::Path;

use crate::files::Reader;
use crate::model::{Mount, MountKind, Origin};
use crate::problem::Problems;
use crate::source;
use crate::units;

/// What a text said, besides the mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parsed {
    pub(crate) mount: Mount,
    /// Options that have no effect here.
    pub(crate) ignored: Vec<String>,
}

/// `type=bind,source=/data,target=/data,readonly`.
pub(crate) fn parse_mount(text: &str) -> Result<Parsed, String> {
    let mut kind = MountKind::Volume;
    let mut source = None;
    let mut target = None;
    let mut read_only = false;
    let mut ignored = Vec::new();
    let mut last_is_source = false;
    for field in units::fields(text)? {
        let (key, value) = match field.split_once('=') {
            Some((key, value)) => (key.trim(), Some(value.trim())),
            None => (field.trim(), None),
        };
        match (key, value) {
            ("type", Some("bind")) => kind = MountKind::Bind,
            ("type", Some("volume")) => kind = MountKind::Volume,
            ("type", Some("tmpfs")) => kind = MountKind::Tmpfs,
            ("type", Some(other)) => {
                return Err(format!(
                    "the mount type `{other}` is not known; expected bind, volume or tmpfs"
                ));
            }
            ("source" | "src", Some(value)) => {
                source = Some(value.to_owned()).filter(|it| !it.is_empty())
            }
            ("target" | "destination" | "dst", Some(value)) => target = Some(value.to_owned()),
            ("readonly" | "ro", None | Some("true" | "1")) => read_only = true,
            ("readonly" | "ro", Some("false" | "0")) | ("rw", None) => read_only = false,
            ("consistency" | "external", _) => {}
            (
                "bind-propagation" | "bind-nonrecursive" | "bind-recursive" | "volume-nocopy"
                | "volume-driver" | "volume-label" | "volume-opt" | "volume-subpath" | "tmpfs-size"
                | "tmpfs-mode" | "relabel" | "z" | "Z" | "U" | "chown",
                _,
            ) => ignored.push(field.clone()),
            // A variable in the text may have been replaced by a path with a comma.
            (_, None) if last_is_source => {
                if let Some(source) = &mut source {
                    source.push(',');
                    source.push_str(&field);
                }
                continue;
            }
            _ => {
                return Err(format!(
                    "`{field}` is not known in a mount; expected type, source, target or readonly"
                ));
            }
        }
        last_is_source = matches!(key, "source" | "src");
    }
    let Some(target) = target.filter(|target| !target.is_empty()) else {
        return Err(format!("the mount `{text}` has no target"));
    };
    if kind == MountKind::Bind && source.is_none() {
        return Err(format!("the bind mount `{text}` has no source"));
    }
    let source = match kind {
        MountKind::Tmpfs => None,
        _ => source,
    };
    let mount = Mount {
        kind,
        source,
        target,
        read_only,
    };
    Ok(Parsed { mount, ignored })
}

/// `/data:/data:ro`, `name:/data`, `/data`.
pub(crate) fn parse_volume(text: &str) -> Result<Parsed, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let (source, target, options) = match parts.as_slice() {
        [target] => (None, *target, ""),
        [source, target] => (Some(*source), *target, ""),
        [source, target, options] => (Some(*source), *target, *options),
        _ => {
            return Err(format!(
                "`{text}` has too many colons; expected `SOURCE:TARGET[:OPTIONS]`, or `--mount` for a path with colons"
            ));
        }
    };
    if target.is_empty() || source == Some("") {
        return Err(format!(
            "`{text}` is no volume; expected `SOURCE:TARGET[:OPTIONS]`"
        ));
    }
    let mut read_only = false;
    let mut ignored = Vec::new();
    for option in options.split(',').filter(|option| !option.is_empty()) {
        match option {
            "ro" | "readonly" => read_only = true,
            "rw" | "cached" | "delegated" | "consistent" => {}
            "z" | "Z" | "nocopy" | "shared" | "rshared" | "slave" | "rslave" | "private"
            | "rprivate" | "U" => {
                ignored.push(option.to_owned());
            }
            _ => {
                return Err(format!(
                    "the option `{option}` of the volume `{text}` is not known"
                ));
            }
        }
    }
    let kind = match source {
        Some(source) if source.starts_with(['/', '.', '~', '$']) => MountKind::Bind,
        _ => MountKind::Volume,
    };
    let mount = Mount {
        kind,
        source: source.map(str::to_owned),
        target: target.to_owned(),
        read_only,
    };
    Ok(Parsed { mount, ignored })
}

/// The `--mount` text of a mount.
pub(crate) fn text(mount: &Mount) -> String {
    let kind = match mount.kind {
        MountKind::Bind => "bind",
        MountKind::Volume => "volume",
        MountKind::Tmpfs => "tmpfs",
    };
    let mut fields = vec![format!("type={kind}")];
    if let Some(source) = &mount.source {
        fields.push(units::field(&format!("source={source}")));
    }
    fields.push(units::field(&format!("target={}", mount.target)));
    if mount.read_only {
        fields.push("readonly".to_owned());
    }
    fields.join(",")
}

/// Checks a mount and makes its source absolute; `None` when nothing can be made of it.
pub(crate) fn check(
    mut mount: Mount,
    origin: &Origin,
    workspace: &Path,
    reader: &Reader,
    problems: &mut Problems,
) -> Option<Mount> {
    mount.target = match container_path(&mount.target) {
        Ok(target) => target,
        Err(reason) => {
            problems.error("mount-target", origin, format!("the mount target {reason}"));
            return None;
        }
    };
    let source = match (mount.kind, &mount.source) {
        (MountKind::Bind, Some(source)) => source,
        _ => return Some(mount),
    };
    if source.starts_with('~') {
        problems.error_with(
            "mount-source",
            origin,
            format!("the mount source `{source}` starts with `~`, which only a shell replaces"),
            "write `${localEnv:HOME}` for your home folder",
        );
        return None;
    }
    let path = workspace.join(source);
    if !reader.exists(&path) {
        // The mount is kept: a line that is written from the configuration would else lose it without a word.
        let name = source::name(workspace, &path);
        problems.error_with(
            "mount-source-missing",
            origin,
            format!("the mount source {name} does not exist"),
            "create it, or correct the path",
        );
    }
    mount.source = Some(path.display().to_string());
    Some(mount)
}

/// An absolute path in the container, without a slash at its end, that is neither the root nor ours.
pub(crate) fn container_path(path: &str) -> Result<String, String> {
    if !path.starts_with('/') {
        return Err(format!(
            "`{path}` is not absolute; expected a path that starts with `/`"
        ));
    }
    if path.split('/').any(|part| part == "..") {
        return Err(format!("`{path}` has `..` in it; expected a plain path"));
    }
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    match parts.first() {
        None => Err("`/` would hide the whole container; expected a folder below it".to_owned()),
        Some(&".warpdock") => Err(format!("`{path}` is below `/.warpdock`, which is ours")),
        Some(_) => Ok(format!("/{}", parts.join("/"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let text_of = |parsed: Result<Parsed, String>| parsed.map(|parsed| text(&parsed.mount));
        assert_eq!(
            text_of(parse_volume("/data/sww_code/hmm:/app")).as_deref(),
            Ok("type=bind,source=/data/sww_code/hmm,target=/app")
        );
        assert_eq!(
            text_of(parse_volume("cache:/root/.cache:ro")).as_deref(),
            Ok("type=volume,source=cache,target=/root/.cache,readonly")
        );
        assert_eq!(
            text_of(parse_mount(
                "type=bind,\"source=/a,b\",dst=/c,consistency=cached"
            ))
            .as_deref(),
            Ok("type=bind,\"source=/a,b\",target=/c")
        );
        assert_eq!(
            text_of(parse_mount("target=/x")).as_deref(),
            Ok("type=volume,target=/x")
        );
        assert!(parse_mount("type=bind,target=/x").is_err());
        assert!(parse_mount("source=/x").is_err());
        assert!(parse_volume("/a:/b:ro:rw").is_err());
    }

    #[test]
    fn targets_that_hide_the_container_are_refused() {
        assert_eq!(container_path("/app//x/"), Ok("/app/x".to_owned()));
        assert!(container_path("/").is_err());
        assert!(container_path("/.").is_err());
        assert!(container_path("/.warpdock/run").is_err());
        assert!(container_path("app").is_err());
        assert!(container_path("/app/..").is_err());
    }
}
