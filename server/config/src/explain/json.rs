//! Writes the devcontainer.json that says the same as a `docker run` line.

use serde_json::{Map, Value, json};

use super::is_carried;
use super::line::mount_of;
use crate::gpu;
use crate::model::{GpuDevices, GpuNeed, GpuWish, Mount, MountKind};
use crate::mount;
use crate::run_args::Used;

/// What a line says.
pub(super) struct Plan<'a> {
    pub(super) used: &'a [Used],
    pub(super) gpu: Option<GpuWish>,
    pub(super) workspace: Option<&'a Mount>,
    pub(super) image: &'a str,
    pub(super) command: &'a [String],
}

/// The names of a devcontainer.json, in the order in which people write them.
#[derive(Default)]
struct Document {
    entries: Vec<(&'static str, Value)>,
    mounts: Vec<Value>,
    container_env: Map<String, Value>,
    cap_add: Vec<Value>,
    security_opt: Vec<Value>,
    ports: Vec<Value>,
    run_args: Vec<Value>,
    warpdock: Map<String, Value>,
}

pub(super) fn write(plan: &Plan) -> String {
    let mut document = Document::default();
    document.entries.push(("image", json!(plan.image)));
    workspace(plan, &mut document);
    gpus(plan.gpu.as_ref(), &mut document);
    for used in plan.used {
        flag(used, plan, &mut document);
    }
    if !plan.command.is_empty() && !is_shell(plan.command) {
        document
            .warpdock
            .insert("command".to_owned(), json!(plan.command));
    }
    let mut entries = document.entries;
    let lists = [
        ("mounts", document.mounts),
        ("capAdd", document.cap_add),
        ("securityOpt", document.security_opt),
        ("appPort", document.ports),
        ("runArgs", document.run_args),
    ];
    if !document.container_env.is_empty() {
        entries.push(("containerEnv", Value::Object(document.container_env)));
    }
    for (name, list) in lists {
        if !list.is_empty() {
            entries.push((name, Value::Array(list)));
        }
    }
    if !document.warpdock.is_empty() {
        entries.push(("customizations", json!({ "warpdock": document.warpdock })));
    }
    let lines: Vec<String> = entries
        .iter()
        .map(|(name, value)| format!("  \"{name}\": {}", pretty(value, 2)))
        .collect();
    format!("{{\n{}\n}}\n", lines.join(",\n"))
}

/// The project at /app needs no word; elsewhere both names are written, for other tools want both.
fn workspace(plan: &Plan, document: &mut Document) {
    let start = plan.used.iter().rfind(|used| used.flag.name == "workdir");
    let start = start.map(|used| used.value.trim_end_matches('/'));
    let mount = match plan.workspace {
        Some(workspace) => Mount {
            source: Some("${localWorkspaceFolder}".to_owned()),
            target: workspace.target.trim_end_matches('/').to_owned(),
            ..workspace.clone()
        },
        None => Mount {
            kind: MountKind::Bind,
            source: Some("${localWorkspaceFolder}".to_owned()),
            target: "/app".to_owned(),
            read_only: false,
        },
    };
    let folder = start.unwrap_or(&mount.target);
    if mount.target == "/app" && folder == "/app" && !mount.read_only {
        return;
    }
    document
        .entries
        .push(("workspaceMount", json!(mount::text(&mount))));
    document.entries.push(("workspaceFolder", json!(folder)));
}

/// Every GPU is a word of the specification; which ones is our own.
fn gpus(wish: Option<&GpuWish>, document: &mut Document) {
    let Some(wish) = wish else {
        return;
    };
    match (wish.need, &wish.devices, wish.capabilities.is_empty()) {
        (GpuNeed::None, _, _) => document
            .entries
            .push(("hostRequirements", json!({ "gpu": false }))),
        (_, GpuDevices::All, true) => document
            .entries
            .push(("hostRequirements", json!({ "gpu": true }))),
        (_, GpuDevices::Count { count }, true) => {
            document
                .entries
                .push(("hostRequirements", json!({ "gpu": true })));
            document.warpdock.insert("gpu".to_owned(), json!(count));
        }
        _ => {
            document
                .entries
                .push(("hostRequirements", json!({ "gpu": true })));
            let text = gpu::docker_text(wish).unwrap_or_default();
            document.warpdock.insert("gpu".to_owned(), json!(text));
        }
    }
}

fn flag(used: &Used, plan: &Plan, document: &mut Document) {
    let value = used.value.as_str();
    match used.flag.name {
        _ if !is_carried(used.flag) => {}
        "gpus" => {}
        "runtime" if value == "nvidia" => {}
        "device" if value.starts_with("nvidia.com/gpu=") => {}
        "volume" | "mount" => {
            let mount = mount_of(used).filter(|mount| Some(mount) != plan.workspace);
            document.mounts.extend(
                mount.map(|mount| json!(mount::text(&below_workspace(mount, plan.workspace)))),
            );
        }
        "tmpfs" => {
            let target = value.split(':').next().unwrap_or_default();
            document
                .mounts
                .push(json!(format!("type=tmpfs,target={target}")));
        }
        // The value stays where it is: in the environment of whoever runs `up`.
        "env" if !value.contains('=') => document.run_args.push(json!(format!("--env={value}"))),
        "env" => {
            let (name, value) = value.split_once('=').unwrap_or((value, ""));
            document.container_env.insert(name.to_owned(), json!(value));
        }
        "env-file" => {
            let path = below(value, plan.workspace);
            document.run_args.push(json!(format!("--env-file={path}")));
        }
        "user" => {
            document
                .entries
                .retain(|(name, _)| *name != "containerUser");
            document.entries.push(("containerUser", json!(value)));
        }
        "privileged" if value == "true" => document.entries.push(("privileged", json!(true))),
        "cap-add" => document.cap_add.push(json!(value)),
        "security-opt" => document.security_opt.push(json!(value)),
        "publish" => document.ports.push(json!(value)),
        name if value == "true" && used.flag.takes == crate::flags::Takes::Nothing => {
            document.run_args.push(json!(format!("--{name}")));
        }
        name => document.run_args.push(json!(format!("--{name}={value}"))),
    }
}

/// A folder inside the project is written so that the project can move.
fn below_workspace(mut mount: Mount, workspace: Option<&Mount>) -> Mount {
    if mount.kind == MountKind::Bind {
        mount.source = mount.source.map(|source| below(&source, workspace));
    }
    mount
}

fn below(path: &str, workspace: Option<&Mount>) -> String {
    let root = workspace
        .and_then(|workspace| workspace.source.as_deref())
        .unwrap_or_default();
    let rest = path
        .strip_prefix(root.trim_end_matches('/'))
        .filter(|rest| rest.starts_with('/'));
    match rest {
        Some(rest) if root.starts_with('/') && root != "/" => {
            format!("${{localWorkspaceFolder}}{rest}")
        }
        _ => path.to_owned(),
    }
}

/// A command that is a shell and nothing else.
pub(super) fn is_shell(command: &[String]) -> bool {
    let is_shell = |name: &str| {
        matches!(
            name,
            "sh" | "bash" | "zsh" | "fish" | "ash" | "dash" | "ksh"
        )
    };
    match command {
        [program] => is_shell(program.rsplit('/').next().unwrap_or_default()),
        [program, flag] => {
            is_shell(program.rsplit('/').next().unwrap_or_default())
                && matches!(flag.as_str(), "-l" | "-i" | "-il" | "-li" | "--login")
        }
        _ => false,
    }
}

/// Words as a shell reads them back.
pub(super) fn shell_text(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
    quoted.join(" ")
}

/// One word as a shell reads it back; a text with a zero byte cannot be one, and loses it.
pub(super) fn quote(word: &str) -> String {
    match shlex::try_quote(word) {
        Ok(quoted) => quoted.into_owned(),
        Err(_) => quote(&word.replace('\0', "")),
    }
}

/// JSON as people write it: short lists in one line, long ones an entry a line.
fn pretty(value: &Value, indent: usize) -> String {
    let one_line = flat(value);
    if one_line.len() + indent <= 88 {
        return one_line;
    }
    let pad = " ".repeat(indent + 2);
    let end = " ".repeat(indent);
    match value {
        Value::Array(elements) => {
            let lines: Vec<String> = elements
                .iter()
                .map(|it| format!("{pad}{}", pretty(it, indent + 2)))
                .collect();
            format!("[\n{}\n{end}]", lines.join(",\n"))
        }
        Value::Object(members) => {
            let lines: Vec<String> = members
                .iter()
                .map(|(name, it)| {
                    format!(
                        "{pad}{}: {}",
                        Value::from(name.as_str()),
                        pretty(it, indent + 2)
                    )
                })
                .collect();
            format!("{{\n{}\n{end}}}", lines.join(",\n"))
        }
        _ => one_line,
    }
}

fn flat(value: &Value) -> String {
    match value {
        Value::Array(elements) => {
            let elements: Vec<String> = elements.iter().map(flat).collect();
            format!("[{}]", elements.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(name, it)| format!("{}: {}", Value::from(name.as_str()), flat(it)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}
