//! Images and stages: the CUDA, Python and torch in them, and what they bring.

use std::fmt::Write as _;

use dockerfile::{
    ast::Keyword,
    image::Reference,
    stages::{Base, Stages, Unresolved},
};
use gpu::cuda::first_driver;

use crate::{
    base::{self, BaseFacts, Flavour, GpuFacts, Known, Vendor},
    context::{Context, ImageFacts},
    hover::markdown,
};

/// What is said of scratch.
pub(super) const SCRATCH: &str =
    "**scratch** is nothing: no shell, no libraries. What runs in it has to be copied into it.";

/// What is known of an image.
pub(super) fn image(reference: &Reference, context: &Context<'_>) -> String {
    let mut text = format!("**{}**\n", reference.familiar());
    match base::known(reference, context) {
        None => text.push_str("\nNothing is known of this image here.\n"),
        Some(facts) => add_facts(&facts, &mut text),
    }
    text.trim_end().to_owned()
}

/// What a stage is built on and sets.
pub(super) fn stage(stages: &Stages<'_>, stage: usize, context: &Context<'_>) -> String {
    let Some(found) = stages.stages.get(stage) else {
        return String::new();
    };
    let line = |index: usize| {
        let instruction = stages.file.instructions.get(index);
        instruction.map_or(1, |it| stages.file.line_at(it.range.start))
    };
    let name = match &found.name {
        Some(name) => format!("**{}**, ", markdown::plain(&name.text)),
        None => String::new(),
    };
    let mut text = format!("{name}stage {stage}, line {}\n", line(found.from));
    match &found.base {
        Base::Scratch => text.push_str("\nBuilt on nothing (scratch).\n"),
        Base::Stage(index) => {
            let below = stages.stages.get(*index);
            let name = below.and_then(|it| it.name.as_ref());
            let name = name.map_or_else(|| index.to_string(), |it| markdown::plain(&it.text));
            let _ = writeln!(text, "\nBuilt on the stage {name}.");
        }
        Base::Image(reference) => {
            let _ = writeln!(text, "\nBuilt on {}.", reference.familiar());
        }
        Base::Unknown(unresolved) => {
            let _ = writeln!(
                text,
                "\nBuilt on {}: {}.",
                markdown::code(&unresolved.text),
                markdown::plain(&unresolved.reason)
            );
        }
    }
    let mut set = Vec::new();
    for (offset, instruction) in stages.instructions(found).iter().enumerate() {
        let shown = matches!(
            instruction.keyword,
            Keyword::Cmd | Keyword::Entrypoint | Keyword::User | Keyword::Workdir
        );
        if shown {
            let keyword = instruction.keyword.name();
            set.retain(|(it, _): &(&str, usize)| *it != keyword);
            set.push((keyword, found.from + 1 + offset));
        }
    }
    for (keyword, index) in set {
        if let Some(instruction) = stages.file.instructions.get(index) {
            let value: String = instruction.arguments.text.chars().take(120).collect();
            let value = markdown::code(&value);
            let _ = writeln!(text, "- {keyword} {value} (line {})", line(index));
        }
    }
    if let Some(facts) = base::of_stage(stages, stage, context) {
        let lines = gpu_lines(&facts);
        text.extend(lines.iter().map(|line| format!("- {line}\n")));
    }
    text.trim_end().to_owned()
}

/// A name that is no image.
pub(super) fn unresolved(unresolved: &Unresolved) -> String {
    let reason = markdown::plain(&unresolved.reason);
    match unresolved.text.is_empty() {
        true => format!("No image: {reason}"),
        false => format!("{} is no image: {reason}", markdown::code(&unresolved.text)),
    }
}

fn add_facts(facts: &BaseFacts, text: &mut String) {
    text.push('\n');
    let mut lines = gpu_lines(facts);
    let system = facts.family.map(|it| it.name().to_owned());
    let python = facts
        .python
        .as_ref()
        .map(|it| format!("Python {}", markdown::plain(it)));
    let parts: Vec<String> = system.into_iter().chain(python).collect();
    if !parts.is_empty() {
        lines.push(parts.join(", "));
    }
    if let Some(image) = &facts.image {
        lines.extend(brings(image));
    }
    text.extend(lines.iter().map(|line| format!("- {line}\n")));
    text.push_str(match facts.known {
        Known::Inspected => "\nSays the engine, which has this image.\n",
        Known::Listed => "\nFrom Warpdock's table of images.\n",
        Known::Tag => "\nGuessed from the tag.\n",
    });
}

fn gpu_lines(facts: &BaseFacts) -> Vec<String> {
    let Some(gpu) = &facts.gpu else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    match gpu.vendor {
        Vendor::Nvidia => lines.extend(cuda_line(gpu)),
        Vendor::Amd => lines.push(match &gpu.rocm {
            Some(rocm) => format!("ROCm {rocm}, for AMD GPUs"),
            None => "For AMD GPUs".to_owned(),
        }),
    }
    if let Some(driver) = gpu.cuda.as_ref().and_then(first_driver) {
        lines.push(format!("NVIDIA driver {driver} or newer"));
    }
    let torch = gpu
        .torch
        .as_ref()
        .map(|it| format!("torch {}", markdown::plain(it)));
    let tensorflow = gpu.tensorflow.as_ref().map(|it| format!("TensorFlow {it}"));
    let frameworks: Vec<String> = torch.into_iter().chain(tensorflow).collect();
    if !frameworks.is_empty() {
        lines.push(frameworks.join(", "));
    }
    lines
}

fn cuda_line(gpu: &GpuFacts) -> Option<String> {
    let mut parts = Vec::new();
    parts.extend(gpu.cuda.as_ref().map(|it| format!("CUDA {it}")));
    parts.extend(gpu.cudnn.as_ref().map(|it| match it.is_empty() {
        true => "cuDNN".to_owned(),
        false => format!("cuDNN {}", markdown::plain(it)),
    }));
    parts.extend(gpu.flavour.map(|flavour| {
        let holds = match flavour {
            Flavour::Base => "the CUDA runtime only, no nvcc",
            Flavour::Runtime => "libraries, no nvcc",
            Flavour::Devel => "with nvcc and headers",
        };
        format!("{} ({holds})", flavour.name())
    }));
    match parts.is_empty() {
        true => Some("For NVIDIA GPUs".to_owned()),
        false => Some(parts.join(", ")),
    }
}

fn brings(image: &ImageFacts) -> Vec<String> {
    let argv = |words: &[String]| {
        let words: Vec<String> = words.iter().map(|it| format!("{it:?}")).collect();
        markdown::code(&format!("[{}]", words.join(", ")))
    };
    let mut parts = Vec::new();
    match (image.entrypoint.as_slice(), image.cmd.as_slice()) {
        ([], []) => parts.push("Brings no CMD and no ENTRYPOINT".to_owned()),
        ([], cmd) => parts.push(format!("CMD {}", argv(cmd))),
        (entrypoint, []) => parts.push(format!("ENTRYPOINT {}, no CMD", argv(entrypoint))),
        (entrypoint, cmd) => {
            parts.push(format!("ENTRYPOINT {}", argv(entrypoint)));
            parts.push(format!("CMD {}", argv(cmd)));
        }
    }
    let user = match image.user.as_str() {
        "" | "0" | "root" => "root",
        user => user,
    };
    let workdir = match image.workdir.as_str() {
        "" => "/",
        workdir => workdir,
    };
    let (user, workdir) = (markdown::plain(user), markdown::plain(workdir));
    parts.push(format!("USER {user}, WORKDIR {workdir}"));
    if !image.shell.is_empty() {
        parts.push(format!("SHELL {}", argv(&image.shell)));
    }
    parts
}
