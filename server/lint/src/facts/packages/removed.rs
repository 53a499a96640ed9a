//! What a RUN leaves behind of caches: folders that it mounts, and folders that it removes.

use dockerfile::stages::mount_option;

use crate::facts::{Facts, RunCommand, Step};

impl Step<'_> {
    /// Where RUN mounts a cache or memory: what is written there is not in the image.
    pub fn volatile_mounts(&self) -> impl Iterator<Item = String> {
        let flags = self.inner().flags.iter();
        flags.filter(|it| it.name.text == "mount").filter_map(|it| {
            let kind = mount_option(it, "type")?.text;
            if !matches!(kind.as_str(), "cache" | "tmpfs") {
                return None;
            }
            let names = ["target", "dst", "destination"];
            let target = names.iter().find_map(|name| mount_option(it, name))?.text;
            Some(target.trim_end_matches('/').to_owned())
        })
    }

    /// Whether a folder is in such a mount.
    pub fn mounts_over(&self, folder: &str) -> bool {
        self.volatile_mounts().any(|mount| {
            let below = folder.strip_prefix(mount.as_str());
            below.is_some_and(|it| it.is_empty() || it.starts_with('/'))
        })
    }
}

impl Facts<'_> {
    /// The commands of the same instruction.
    pub fn commands_beside(&self, command: &RunCommand) -> &[RunCommand] {
        let before = |it: &RunCommand| it.step < command.step;
        let start = self.commands.partition_point(before);
        let rest = &self.commands[start..];
        let end = rest.partition_point(|it| it.step == command.step);
        &rest[..end]
    }

    /// Whether an `rm` of the same instruction, behind the command, takes a folder away, or what is
    /// in it.
    pub fn removes_after(&self, command: &RunCommand, folder: &str) -> bool {
        let commands = self.commands_beside(command).iter();
        let mut later = commands.filter(|it| it.range.start > command.range.start);
        later.any(|it| it.removes(folder))
    }
}

impl RunCommand {
    /// Whether the program is written other than by its name: with a folder or a variable.
    pub fn is_disguised(&self) -> bool {
        self.words
            .first()
            .is_some_and(|it| it.raw.contains(['/', '$']))
    }

    /// Whether this is an `rm -rf`, of whatever.
    pub fn removes_folders(&self) -> bool {
        let mut options = self.arguments().iter().map(|it| it.text());
        let is_both = |it: &str| it.starts_with('-') && it.contains('r') && it.contains('f');
        self.name() == "rm" && options.any(is_both)
    }

    /// Whether this is an `rm` of a folder, of one that it is in, or of something in it.
    pub fn removes(&self, folder: &str) -> bool {
        self.name() == "rm" && self.arguments().iter().any(|it| reaches(it.text(), folder))
    }
}

/// Whether a pattern of the shell names a folder, one that it is in, or something in it.
fn reaches(pattern: &str, folder: &str) -> bool {
    let pattern = pattern.trim_matches(['"', '\'']);
    if !pattern.starts_with(['/', '~', '$']) || pattern.len() < 2 {
        return false;
    }
    let mut parts = parts(pattern);
    let mut folders = folder.split('/').filter(|it| !it.is_empty());
    loop {
        match (parts.next(), folders.next()) {
            (None, _) | (_, None) => return true,
            (Some(part), Some(name)) if part == name || is_match(part, name) => {}
            _ => return false,
        }
    }
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|it| !it.is_empty())
}

/// `*`, `{apt,dpkg}`, `~` and variables, as far as rm of caches needs them.
fn is_match(part: &str, name: &str) -> bool {
    if part == "~" || part.starts_with('$') {
        return true;
    }
    if let Some((before, after)) = part.split_once('*') {
        return name.starts_with(before) && name.ends_with(after);
    }
    let Some((before, rest)) = part.split_once('{') else {
        return false;
    };
    let Some((list, after)) = rest.split_once('}') else {
        return false;
    };
    let Some(middle) = name
        .strip_prefix(before)
        .and_then(|it| it.strip_suffix(after))
    else {
        return false;
    };
    list.split(',').any(|it| it == middle)
}

#[cfg(test)]
mod tests {
    use super::reaches;

    #[test]
    fn patterns_reach_folders() {
        let lists = "/var/lib/apt/lists";
        for pattern in [
            "/var/lib/apt/lists/*",
            "/var/lib/apt/lists",
            "/var/lib/apt/",
            "/var/lib/{apt,dpkg}/lists/*",
            "\"/var/lib/apt/lists/*\"",
            "/var/lib/apt/*",
        ] {
            assert!(reaches(pattern, lists), "{pattern}");
        }
        for pattern in ["/var/lib/dpkg", "-rf", "/", "lists/*", "/var/cache/apt"] {
            assert!(!reaches(pattern, lists), "{pattern}");
        }
        assert!(reaches("~/.cache", "~/.cache/pip"));
    }
}
