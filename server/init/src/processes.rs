//! Which processes belong to whom, from /proc.
//!
//! It does not remember anything: a tree is looked at when somebody asks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use rustix::process::{Pid, Signal};

const COMMAND_LENGTH: usize = 200;

/// A process as /proc/PID/stat has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process {
    /// Process id.
    pub(crate) pid: u32,
    /// Its parent.
    pub(crate) parent: u32,
    /// The leader of its session (setsid).
    pub(crate) session: u32,
    /// Ended and not waited for.
    pub(crate) zombie: bool,
}

/// All processes at one moment.
#[derive(Debug, Default)]
pub(crate) struct Processes {
    all: BTreeMap<u32, Process>,
    children: BTreeMap<u32, Vec<u32>>,
}

impl Processes {
    /// Looks at /proc; empty where it cannot be read.
    pub(crate) fn now() -> Processes {
        let mut processes = Vec::new();
        let Ok(entries) = fs::read_dir("/proc") else {
            return Processes::default();
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(pid) = name.to_str().and_then(|it| it.parse::<u32>().ok()) else {
                continue;
            };
            // A process that ends meanwhile is no error.
            if let Ok(stat) = fs::read(format!("/proc/{pid}/stat")) {
                processes.extend(parse_stat(&stat));
            }
        }
        Processes::from(processes)
    }

    fn from(processes: Vec<Process>) -> Processes {
        let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for process in &processes {
            children
                .entry(process.parent)
                .or_default()
                .push(process.pid);
        }
        Processes {
            all: processes.into_iter().map(|it| (it.pid, it)).collect(),
            children,
        }
    }

    /// The direct children of `pid`, zombies included.
    pub(crate) fn children(&self, pid: u32) -> &[u32] {
        self.children.get(&pid).map_or(&[], Vec::as_slice)
    }

    /// The live descendants of `roots`, without the roots themselves.
    pub(crate) fn below(&self, roots: &[u32]) -> Vec<u32> {
        let mut seen: BTreeSet<u32> = roots.iter().copied().collect();
        let mut queue: Vec<u32> = roots.to_vec();
        let mut found = BTreeSet::new();
        while let Some(pid) = queue.pop() {
            for &child in self.children(pid) {
                if seen.insert(child) {
                    queue.push(child);
                    if self.all.get(&child).is_some_and(|it| !it.zombie) {
                        found.insert(child);
                    }
                }
            }
        }
        found.into_iter().collect()
    }

    /// The live processes among `pids`.
    pub(crate) fn alive(&self, pids: impl IntoIterator<Item = u32>) -> Vec<u32> {
        pids.into_iter()
            .filter(|pid| self.all.get(pid).is_some_and(|it| !it.zombie))
            .collect()
    }

    /// The setsid sessions of `pids`.
    pub(crate) fn sessions_of(&self, pids: &[u32]) -> impl Iterator<Item = u32> {
        pids.iter()
            .filter_map(|pid| self.all.get(pid))
            .map(|it| it.session)
    }

    /// The processes whose setsid session is `session`.
    pub(crate) fn in_session(&self, session: u32) -> impl Iterator<Item = u32> {
        self.all
            .values()
            .filter(move |it| it.session == session)
            .map(|it| it.pid)
    }
}

/// The live descendants of `root`, found without looking at every process of the machine;
/// `None` where the kernel does not say who a process's children are. One that is born or
/// orphaned meanwhile may be missed: for showing, not for killing.
pub(crate) fn descendants(root: u32) -> Option<Vec<u32>> {
    let mut queue = children_of(root)?;
    let mut found = BTreeSet::new();
    while let Some(pid) = queue.pop() {
        // A process that ends meanwhile is no error.
        let Ok(stat) = fs::read(format!("/proc/{pid}/stat")) else {
            continue;
        };
        if parse_stat(&stat).is_some_and(|it| !it.zombie) && found.insert(pid) {
            queue.extend(children_of(pid).unwrap_or_default());
        }
    }
    Some(found.into_iter().collect())
}

/// The children of all threads of a process.
fn children_of(pid: u32) -> Option<Vec<u32>> {
    let mut children = Vec::new();
    for thread in fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten() {
        let text = fs::read_to_string(thread.path().join("children")).ok()?;
        children.extend(
            text.split_ascii_whitespace()
                .filter_map(|it| it.parse::<u32>().ok()),
        );
    }
    Some(children)
}

/// The command line for people; the short name in brackets where there is none.
pub(crate) fn command(pid: u32) -> String {
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let words: Vec<_> = line
        .split(|&byte| byte == 0)
        .filter(|it| !it.is_empty())
        .map(String::from_utf8_lossy)
        .collect();
    let text = match words.is_empty() {
        true => format!(
            "[{}]",
            fs::read_to_string(format!("/proc/{pid}/comm"))
                .unwrap_or_default()
                .trim()
        ),
        false => words.join(" "),
    };
    text.chars().take(COMMAND_LENGTH).collect()
}

/// Sends a signal to each; who has ended meanwhile is no error.
pub(crate) fn signal_all(pids: &[u32], signal: Signal) {
    for &pid in pids {
        if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, signal);
        }
    }
}

fn parse_stat(stat: &[u8]) -> Option<Process> {
    let text = String::from_utf8_lossy(stat);
    // The name is in parentheses and may contain anything, parentheses too.
    let (front, back) = text.rsplit_once(')')?;
    let pid = front.split_once(' ')?.0.parse().ok()?;
    let mut fields = back.split_ascii_whitespace();
    let state = fields.next()?;
    let parent = fields.next()?.parse().ok()?;
    let session = fields.nth(1)?.parse().ok()?;
    Some(Process {
        pid,
        parent,
        session,
        zombie: matches!(state, "Z" | "X" | "x"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, parent: u32) -> Process {
        Process {
            pid,
            parent,
            session: 1,
            zombie: false,
        }
    }

    #[test]
    fn a_name_with_parentheses_and_spaces_is_read() {
        let stat = b"42 (a) S 1) (b) S 7 42 40 0 -1 4194560 100";
        assert_eq!(
            parse_stat(stat),
            Some(Process {
                pid: 42,
                parent: 7,
                session: 40,
                zombie: false
            })
        );
        assert_eq!(parse_stat(b"42 (a"), None);
        assert_eq!(parse_stat(b""), None);
        assert_eq!(
            parse_stat(b"42 (a) Z 7 42 40").map(|it| it.zombie),
            Some(true)
        );
    }

    #[test]
    fn both_ways_find_the_same_children() {
        let mut child = std::process::Command::new("sleep")
            .arg("1000")
            .spawn()
            .expect("sleep");
        let own = std::process::id();
        assert!(Processes::now().below(&[own]).contains(&child.id()));
        if let Some(found) = descendants(own) {
            assert!(found.contains(&child.id()));
        }
        child.kill().expect("kill");
        child.wait().expect("wait");
    }

    #[test]
    fn the_tree_below_leaves_others_and_zombies_out() {
        let mut dead = process(12, 11);
        dead.zombie = true;
        let processes = Processes::from(vec![
            process(1, 0),
            process(10, 1),
            process(11, 10),
            dead,
            process(13, 12),
            process(20, 1),
            process(5, 5),
        ]);
        assert_eq!(processes.below(&[10]), [11, 13]);
        assert_eq!(processes.below(&[20]), [0; 0]);
        assert_eq!(processes.below(&[5]), [0; 0]);
        assert_eq!(processes.alive([11, 12, 99]), [11]);
    }
}
