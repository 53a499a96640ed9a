//! Every flag of `docker run`: its names, what it takes, what it does, and what we do in its place.
//!
//! A table; the reading is in [`crate::run_args`]. Source: docker's own help, versions 20.10 to 28, and podman's.

/// A flag.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Flag {
    /// The long name, without dashes.
    pub(crate) name: &'static str,
    /// The one-letter name.
    pub(crate) short: Option<char>,
    /// Whether a value follows.
    pub(crate) takes: Takes,
    /// Whether Warpdock carries it, replaces it, or has nothing for it.
    pub(crate) fate: Fate,
    /// What it does, a sentence for a newcomer.
    pub(crate) does: &'static str,
    /// What Warpdock does in its place.
    pub(crate) instead: &'static str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    Nothing,
    Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The container gets it.
    Carried,
    /// Warpdock does the same in another way; nothing is lost.
    Replaced,
    /// It has no effect with Warpdock.
    Dropped,
}

use Fate::{Carried, Dropped, Replaced};
use Takes::{Nothing, Value};

const fn flag(
    name: &'static str,
    short: Option<char>,
    takes: Takes,
    fate: Fate,
    does: &'static str,
    instead: &'static str,
) -> Flag {
    Flag {
        name,
        short,
        takes,
        fate,
        does,
        instead,
    }
}

const AS_IS: &str = "It is passed on as it is";
const NOT_CARRIED: &str = "Warpdock has nothing for it: the container starts without it";
const WINDOWS: &str = "Nothing: it concerns Windows containers only";
const HEALTH: &str =
    "Nothing: Warpdock's first process watches the container, so health checks are off";
const SESSION: &str =
    "Nothing to write: `warpdock shell`, `exec` and `run` do it when they are used from a terminal";

/// The flag with that long name.
pub(crate) fn long(name: &str) -> Option<&'static Flag> {
    let name = match name {
        "net" => "network",
        "net-alias" => "network-alias",
        "dns-opt" => "dns-option",
        other => other,
    };
    FLAGS.iter().find(|flag| flag.name == name)
}

/// The flag with that letter.
pub(crate) fn short(letter: char) -> Option<&'static Flag> {
    FLAGS.iter().find(|flag| flag.short == Some(letter))
}

#[rustfmt::skip]
pub(crate) const FLAGS: &[Flag] = &[
    flag("add-host", None, Value, Carried, "Adds a line to the container's /etc/hosts, so that a name leads to an address", AS_IS),
    flag("annotation", None, Value, Dropped, "Attaches a note for the low-level runtime", NOT_CARRIED),
    flag("attach", Some('a'), Value, Replaced, "Connects input, output or errors of the process to your terminal", SESSION),
    flag("blkio-weight", None, Value, Dropped, "Gives the container a share of the disk's time", NOT_CARRIED),
    flag("blkio-weight-device", None, Value, Dropped, "Gives the container a share of one disk's time", NOT_CARRIED),
    flag("cap-add", None, Value, Carried, "Gives the container a privilege of the kernel that it does not have by default, such as SYS_PTRACE for debuggers", "It becomes `capAdd`"),
    flag("cap-drop", None, Value, Carried, "Takes a privilege of the kernel from the container", AS_IS),
    flag("cgroup-parent", None, Value, Dropped, "Puts the container below another group for resource accounting", NOT_CARRIED),
    flag("cgroupns", None, Value, Carried, "Chooses whether the container sees the host's resource groups", AS_IS),
    flag("cidfile", None, Value, Replaced, "Writes the container's id into a file", "Nothing to write: `warpdock ps` and `warpdock status --json` name the container"),
    flag("cpu-count", None, Value, Dropped, "Limits the number of CPUs on Windows", WINDOWS),
    flag("cpu-percent", None, Value, Dropped, "Limits the CPU share on Windows", WINDOWS),
    flag("cpu-period", None, Value, Dropped, "Sets the period of the CPU limit; `--cpus` is the easier way", NOT_CARRIED),
    flag("cpu-quota", None, Value, Dropped, "Sets the CPU time a period may use; `--cpus` is the easier way", NOT_CARRIED),
    flag("cpu-rt-period", None, Value, Dropped, "Sets the period of the real-time CPU limit", NOT_CARRIED),
    flag("cpu-rt-runtime", None, Value, Dropped, "Limits real-time CPU use", NOT_CARRIED),
    flag("cpu-shares", Some('c'), Value, Dropped, "Gives the container more or less CPU than others when all are busy", NOT_CARRIED),
    flag("cpus", None, Value, Carried, "Limits how many CPUs the container may use", AS_IS),
    flag("cpuset-cpus", None, Value, Carried, "Pins the container to certain CPUs", AS_IS),
    flag("cpuset-mems", None, Value, Dropped, "Pins the container to certain memory nodes", NOT_CARRIED),
    flag("detach", Some('d'), Nothing, Replaced, "Starts the container in the background", "Nothing to write: the container always runs in the background, and terminals come and go"),
    flag("detach-keys", None, Value, Replaced, "Chooses the keys that leave a terminal without ending it", "Nothing to write: closing the terminal leaves its session alive, and `warpdock attach` returns to it"),
    flag("device", None, Value, Carried, "Lets the container use a device of the host", AS_IS),
    flag("device-cgroup-rule", None, Value, Dropped, "Allows the container a class of devices", NOT_CARRIED),
    flag("device-read-bps", None, Value, Dropped, "Limits the speed of reading from a disk", NOT_CARRIED),
    flag("device-read-iops", None, Value, Dropped, "Limits the number of reads from a disk", NOT_CARRIED),
    flag("device-write-bps", None, Value, Dropped, "Limits the speed of writing to a disk", NOT_CARRIED),
    flag("device-write-iops", None, Value, Dropped, "Limits the number of writes to a disk", NOT_CARRIED),
    flag("disable-content-trust", None, Nothing, Replaced, "Skips the check of the image's signature", "Nothing to write: an image that is present is used"),
    flag("dns", None, Value, Carried, "Chooses the name server that the container asks", AS_IS),
    flag("dns-option", None, Value, Dropped, "Sets an option of name look-ups", NOT_CARRIED),
    flag("dns-search", None, Value, Dropped, "Sets the domain that short names are completed with", NOT_CARRIED),
    flag("domainname", None, Value, Dropped, "Sets the container's domain name", NOT_CARRIED),
    flag("entrypoint", None, Value, Carried, "Starts this program instead of the image's own", "The first process is always Warpdock's; `warpdock run` starts this program as a session"),
    flag("env", Some('e'), Value, Carried, "Sets an environment variable in the container", "It becomes `containerEnv`"),
    flag("env-file", None, Value, Carried, "Sets the environment variables that a file lists", "The file is read at each `up`; a `.env` in the project folder is read without being named"),
    flag("expose", None, Value, Dropped, "Notes that the container listens on a port; it opens nothing", "Nothing: the note has no effect without `--publish-all`"),
    flag("gpus", None, Value, Carried, "Gives the container GPUs of the host", "`hostRequirements.gpu` asks for them; Warpdock chooses the engine's way to give them, and looks from inside whether they are there"),
    flag("group-add", None, Value, Carried, "Adds the container's user to a further group", AS_IS),
    flag("health-cmd", None, Value, Dropped, "Sets the command that checks whether the container is healthy", HEALTH),
    flag("health-interval", None, Value, Dropped, "Sets the time between health checks", HEALTH),
    flag("health-retries", None, Value, Dropped, "Sets how many failed checks make the container unhealthy", HEALTH),
    flag("health-start-interval", None, Value, Dropped, "Sets the time between health checks while starting", HEALTH),
    flag("health-start-period", None, Value, Dropped, "Sets how long health checks may fail at first", HEALTH),
    flag("health-timeout", None, Value, Dropped, "Sets how long a health check may take", HEALTH),
    flag("help", None, Nothing, Replaced, "Prints docker's help instead of starting anything", "Nothing to write: `warpdock help` prints Warpdock's"),
    flag("hostname", Some('h'), Value, Carried, "Sets the name that the container has for itself", AS_IS),
    flag("http-proxy", None, Nothing, Dropped, "Passes the proxy variables of the host on (podman)", NOT_CARRIED),
    flag("init", None, Nothing, Replaced, "Starts a small first process that collects ended ones", "Nothing to write: Warpdock's own first process does that"),
    flag("interactive", Some('i'), Nothing, Replaced, "Keeps the input open, so that you can type", SESSION),
    flag("io-maxbandwidth", None, Value, Dropped, "Limits the disk's speed on Windows", WINDOWS),
    flag("io-maxiops", None, Value, Dropped, "Limits disk operations on Windows", WINDOWS),
    flag("ip", None, Value, Dropped, "Gives the container a fixed address", NOT_CARRIED),
    flag("ip6", None, Value, Dropped, "Gives the container a fixed IPv6 address", NOT_CARRIED),
    flag("ipc", None, Value, Carried, "Chooses whose shared memory the container uses; `host` is often written for data loaders", "It is passed on as it is; for data loaders alone it is not needed, Warpdock sizes /dev/shm by the machine"),
    flag("isolation", None, Value, Dropped, "Chooses the isolation on Windows", WINDOWS),
    flag("kernel-memory", None, Value, Dropped, "Limits the kernel's memory; the engine ignores it today", NOT_CARRIED),
    flag("label", Some('l'), Value, Carried, "Attaches a note to the container", AS_IS),
    flag("label-file", None, Value, Dropped, "Attaches the notes that a file lists", NOT_CARRIED),
    flag("link", None, Value, Dropped, "Connects to another container by name; networks have replaced it", NOT_CARRIED),
    flag("link-local-ip", None, Value, Dropped, "Gives the container a link-local address", NOT_CARRIED),
    flag("log-driver", None, Value, Replaced, "Chooses where the engine stores output", "Nothing to write: each session's output is kept by Warpdock, `warpdock logs` shows it"),
    flag("log-opt", None, Value, Replaced, "Sets an option of the engine's log", "Nothing to write: each session's output is kept by Warpdock, `warpdock logs` shows it"),
    flag("mac-address", None, Value, Dropped, "Sets the container's network hardware address", NOT_CARRIED),
    flag("memory", Some('m'), Value, Carried, "Limits the memory that the container may use", AS_IS),
    flag("memory-reservation", None, Value, Dropped, "Sets the memory that is kept for the container when it is scarce", NOT_CARRIED),
    flag("memory-swap", None, Value, Carried, "Limits memory and swap together", AS_IS),
    flag("memory-swappiness", None, Value, Dropped, "Sets how eagerly memory is swapped out", NOT_CARRIED),
    flag("mount", None, Value, Carried, "Makes a folder of the host, or a volume, visible in the container", "It becomes an entry of `mounts`"),
    flag("name", None, Value, Carried, "Gives the container a name", AS_IS),
    flag("network", None, Value, Carried, "Chooses the network that the container is in; `host` shares the machine's", AS_IS),
    flag("network-alias", None, Value, Dropped, "Gives the container a further name in its network", NOT_CARRIED),
    flag("no-healthcheck", None, Nothing, Replaced, "Turns the image's health check off", HEALTH),
    flag("oom-kill-disable", None, Nothing, Dropped, "Keeps the kernel from ending the container when memory is short", NOT_CARRIED),
    flag("oom-score-adj", None, Value, Carried, "Sets how soon the kernel ends the container when memory is short", AS_IS),
    flag("pid", None, Value, Carried, "Chooses whose processes the container sees", AS_IS),
    flag("pids-limit", None, Value, Carried, "Limits the number of processes in the container", AS_IS),
    flag("platform", None, Value, Carried, "Chooses the image's processor type", AS_IS),
    flag("pod", None, Value, Dropped, "Puts the container into a pod (podman)", NOT_CARRIED),
    flag("privileged", None, Nothing, Carried, "Gives the container every privilege and every device of the host", "It becomes `privileged`; for a GPU alone it is not needed"),
    flag("publish", Some('p'), Value, Carried, "Makes a port of the container reachable on the host", "It becomes an entry of `appPort`"),
    flag("publish-all", Some('P'), Nothing, Dropped, "Makes every port that the image notes reachable on a random port of the host", "Nothing: name the ports with `forwardPorts` or `appPort`"),
    flag("pull", None, Value, Replaced, "Says when the image is downloaded", "Nothing to write: an image that is present is used, and nothing is downloaded unasked"),
    flag("quiet", Some('q'), Nothing, Replaced, "Hides the progress of a download", "Nothing to write: nothing is downloaded unasked"),
    flag("read-only", None, Nothing, Carried, "Makes the container's own files unwritable", AS_IS),
    flag("replace", None, Nothing, Replaced, "Removes a container of the same name first (podman)", "Nothing to write: Warpdock keeps one container a project"),
    flag("restart", None, Value, Carried, "Says whether the engine starts the container again when it ends", AS_IS),
    flag("rm", None, Nothing, Replaced, "Removes the container, and what was changed in it, when it ends", "Nothing to write: the container stays for the next `up` and the next terminal, and `warpdock down` removes it"),
    flag("runtime", None, Value, Carried, "Chooses the low-level runtime; `nvidia` is an older way to ask for GPUs", "`nvidia` becomes `hostRequirements.gpu`; others are passed on"),
    flag("secret", None, Value, Dropped, "Shows the container a secret (podman)", NOT_CARRIED),
    flag("security-opt", None, Value, Carried, "Changes a security rule for the container", "It becomes `securityOpt`"),
    flag("shm-size", None, Value, Carried, "Sets the size of /dev/shm, which data loaders use to pass tensors between processes", "It is passed on as it is; without it Warpdock sizes /dev/shm by the machine, not at docker's 64 MB"),
    flag("sig-proxy", None, Nothing, Replaced, "Passes signals of the terminal on to the process", SESSION),
    flag("stop-signal", None, Value, Replaced, "Chooses the signal that ends the container", "Nothing to write: Warpdock's first process ends each session in order: HUP, TERM, then KILL"),
    flag("stop-timeout", None, Value, Carried, "Sets how long the container may take to end", AS_IS),
    flag("storage-opt", None, Value, Dropped, "Sets an option of the container's disk, such as its size", NOT_CARRIED),
    flag("sysctl", None, Value, Carried, "Sets a parameter of the kernel for the container", AS_IS),
    flag("systemd", None, Value, Dropped, "Prepares the container for systemd (podman)", NOT_CARRIED),
    flag("tmpfs", None, Value, Carried, "Makes a folder in the container that lives in memory", "It becomes an entry of `mounts`"),
    flag("tty", Some('t'), Nothing, Replaced, "Gives the process a terminal, with colours and line editing", SESSION),
    flag("tz", None, Value, Dropped, "Sets the time zone (podman)", "Nothing: set `TZ` in `containerEnv`"),
    flag("ulimit", None, Value, Carried, "Sets a limit of processes, such as the memory they may lock", AS_IS),
    flag("use-api-socket", None, Nothing, Dropped, "Lets the container use the engine itself", NOT_CARRIED),
    flag("user", Some('u'), Value, Carried, "Runs as this user instead of the image's", "It becomes `containerUser`"),
    flag("userns", None, Value, Carried, "Chooses how users of the container are users of the host", AS_IS),
    flag("uts", None, Value, Carried, "Chooses whose host name the container has", AS_IS),
    flag("volume", Some('v'), Value, Carried, "Makes a folder of the host, or a volume, visible in the container", "The project folder needs nothing: Warpdock mounts it, by default at /app; any other becomes an entry of `mounts`"),
    flag("volume-driver", None, Value, Dropped, "Chooses who provides volumes", NOT_CARRIED),
    flag("volumes-from", None, Value, Dropped, "Shows the volumes of another container", NOT_CARRIED),
    flag("workdir", Some('w'), Value, Replaced, "Sets the folder that commands start in", "`workspaceFolder` says it; every terminal and command starts there"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_has_each_name_once() {
        assert!(FLAGS.windows(2).all(|pair| pair[0].name < pair[1].name));
        let mut letters: Vec<char> = FLAGS.iter().filter_map(|flag| flag.short).collect();
        let all = letters.len();
        letters.sort_unstable();
        letters.dedup();
        assert_eq!(letters.len(), all);
    }
}
