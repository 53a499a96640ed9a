//! What a stage compiles for CUDA, and whether it has nvcc for that.

use dockerfile::ast::{Body, Keyword};

use crate::{
    base::{self, BaseFacts, Flavour},
    facts::{Facts, RunCommand},
    gpu_installs::{Install, Origin, Package, SourceKind, Tool},
    gpu_tables::{self, NeedsNvcc},
};

/// The stage and those of the file that it is built on.
pub fn chain(file: &Facts<'_>, stage: usize) -> Vec<usize> {
    let mut chain = vec![stage];
    let mut current = stage;
    while let Some(parent) = file.images.get(current).and_then(|it| it.parent) {
        chain.push(parent);
        current = parent;
    }
    chain
}

/// The row of a package that this command compiles.
pub fn compiled(
    file: &Facts<'_>,
    install: &Install,
    package: &Package,
) -> Option<&'static NeedsNvcc> {
    if install.tool != Tool::Pip || package.from == Origin::Wheel {
        return None;
    }
    let row = gpu_tables::needs_nvcc(&package.name)?;
    let from_sources = package.from == Origin::Sources;
    let variable = |name: &str| variable(file, &install.command, name).unwrap_or_default();
    // Pages of links and private indexes are where wheels come from.
    let has_wheels = install.sources.iter().any(|source| match source.kind {
        SourceKind::Links | SourceKind::Backend => true,
        SourceKind::Index | SourceKind::Extra => {
            !source.url.contains("download.pytorch.org") && !source.url.ends_with("/simple")
        }
    });
    let binary_only = install.command.arguments().iter().any(|it| {
        let text = it.text();
        text.starts_with("--only-binary") || text == "--prefer-binary"
    });
    let compiles = match row.when {
        "sources" => from_sources,
        "ops" => from_sources || variable("DS_BUILD_OPS") == "1",
        "cmake" => ["CUDA", "CUBLAS"]
            .iter()
            .any(|it| variable("CMAKE_ARGS").to_ascii_uppercase().contains(it)),
        _ => from_sources || !(has_wheels || binary_only),
    };
    let skipped = row.package == "flash-attn"
        && variable("FLASH_ATTENTION_SKIP_CUDA_BUILD").eq_ignore_ascii_case("true");
    // Without its extensions it is Python alone.
    let plain_apex = row.package == "apex"
        && !file.file.text.contains("cuda_ext")
        && variable("APEX_CUDA_EXT") != "1";
    (compiles && !skipped && !plain_apex).then_some(row)
}

/// A variable as a command sees it: set before the program, exported, or by ARG and ENV.
pub fn variable(file: &Facts<'_>, command: &RunCommand, name: &str) -> Option<String> {
    if let Some((_, value)) = command.assignments.iter().find(|(it, _)| it == name) {
        return Some(value.text().to_owned());
    }
    let prefix = format!("{name}=");
    let exported = file
        .commands
        .iter()
        .filter(|it| it.instruction == command.instruction && it.range.start <= command.range.start)
        .filter(|it| matches!(it.name(), "export" | "env"))
        .flat_map(RunCommand::arguments)
        .filter_map(|argument| argument.text().strip_prefix(&prefix))
        .next_back();
    match exported {
        Some(value) => Some(value.to_owned()),
        None => file.variable(command.stage, command.instruction, name),
    }
}

/// Whether a command finds nvcc: `None` where that cannot be told.
pub fn has_nvcc(file: &Facts<'_>, base: &BaseFacts, command: &RunCommand) -> Option<bool> {
    let stages = chain(file, command.stage);
    let installed = file
        .commands
        .iter()
        .filter(|it| stages.contains(&it.stage) && it.range.start < command.range.start)
        .any(brings_nvcc);
    if installed || copies_toolkit(file, &stages) {
        return Some(true);
    }
    let gpu = base.gpu.as_ref();
    match gpu.and_then(|it| it.flavour) {
        Some(Flavour::Devel) => Some(true),
        Some(Flavour::Base | Flavour::Runtime) => Some(false),
        None => match (gpu, base.known) {
            // An image with nothing for GPUs: the table would say.
            (None, base::Known::Listed) => Some(false),
            _ => None,
        },
    }
}

/// Whether a command installs the CUDA compiler.
fn brings_nvcc(command: &RunCommand) -> bool {
    let texts = || command.arguments().iter().map(|it| it.text());
    let runfile = |it: &str| it.contains("cuda_") && it.contains(".run");
    if runfile(command.words.first().map_or("", |it| it.text())) || texts().any(runfile) {
        return true;
    }
    let installs = texts().any(|it| matches!(it, "install" | "create" | "add" | "update"));
    installs
        && texts().any(|it| {
            let name = it.rsplit("::").next().unwrap_or(it);
            let name = name.trim_matches(['"', '\'']);
            let name = name.split(['=', '<', '>']).next().unwrap_or(name);
            let numbered = |prefix: &str| {
                name.strip_prefix(prefix)
                    .is_some_and(|it| it.starts_with(|it: char| it.is_ascii_digit() || it == '$'))
            };
            name == "cuda"
                || name == "nvidia-cuda-toolkit"
                || name == "cudatoolkit-dev"
                || name.starts_with("cuda-nvcc")
                || name.starts_with("cuda-toolkit")
                || name.starts_with("cuda-compiler")
                || name.starts_with("cuda-minimal-build")
                || name.starts_with("cuda-command-line-tools")
                || name.starts_with("nvidia-cuda-nvcc")
                || numbered("cuda-")
        })
}

/// `COPY --from=devel /usr/local/cuda …`
fn copies_toolkit(file: &Facts<'_>, stages: &[usize]) -> bool {
    file.steps.iter().any(|step| {
        let Body::Files(files) = &step.instruction.body else {
            return false;
        };
        stages.contains(&step.stage)
            && step.instruction.keyword == Keyword::Copy
            && files.sources.iter().any(|it| it.text.contains("cuda"))
    })
}

/// What shows that a stage compiles against CUDA: the first such command.
pub fn compiling<'f>(file: &'f Facts<'_>, stage: usize) -> Option<&'f str> {
    let package = file
        .installs()
        .iter()
        .filter(|install| install.command.stage == stage)
        .flat_map(|install| install.packages.iter().map(move |it| (install, it)))
        .find_map(|(install, package)| compiled(file, install, package));
    if let Some(row) = package {
        return Some(row.package);
    }
    file.commands
        .iter()
        .filter(|command| command.stage == stage)
        .find(|command| is_build(command))
        .map(|command| command.name())
}

fn is_build(command: &RunCommand) -> bool {
    let name = command.name();
    let setup = name.starts_with("python")
        && command.has("setup.py")
        && ["install", "develop", "build", "build_ext", "bdist_wheel"]
            .iter()
            .any(|it| command.has(it));
    setup || name == "nvcc" || name == "cmake" && !command.has("--version")
}
