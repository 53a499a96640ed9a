//! GPUs in a build, where there are none.

use dockerfile::ast::Keyword;
use dockerfile::range::TextRange;

use crate::facts::{Facts, RunCommand};
use crate::finding::Level;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// A `RUN` that needs a GPU.
    ///
    /// ## Why
    /// A build has no GPU, whatever the machine has: `docker build` knows no `--gpus`, and BuildKit
    /// gives none. `nvidia-smi` is not even there, as the driver's files come with the start of the
    /// container. So the build fails, or what it finds out, that there is no GPU, stays in the image.
    ///
    /// Do it when the container starts: in `CMD`, or in `postCreateCommand` of devcontainer.json.
    ///
    /// ```dockerfile,bad
    /// FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime
    /// RUN python -c "import torch; assert torch.cuda.is_available()"
    /// ```
    /// ```dockerfile,bad
    /// FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
    /// RUN nvidia-smi
    /// ```
    /// ```dockerfile,good
    /// FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime
    /// RUN python -c "import torch; print(torch.__version__)"
    /// CMD ["python", "-c", "import torch; assert torch.cuda.is_available()"]
    /// ```
    GPU009 "no-gpu-at-build" {
        level: Warning, since: "0.1.0",
        check: check
    }
}

/// Calls that need a GPU, and whether they fail without one.
const CALLS: &[(&str, bool)] = &[
    ("torch.cuda.is_available()", false),
    ("torch.cuda.device_count()", false),
    ("torch.cuda.get_device_name", true),
    ("torch.cuda.get_device_properties", true),
    ("torch.cuda.get_device_capability", true),
    ("torch.cuda.current_device", true),
    ("torch.cuda.init()", true),
    ("torch.cuda.mem_get_info", true),
    ("tf.test.is_gpu_available()", false),
    ("tf.config.list_physical_devices('GPU')", false),
    ("tf.config.list_physical_devices(\"GPU\")", false),
    ("jax.devices('gpu')", true),
    ("jax.devices(\"gpu\")", true),
    (".to('cuda')", true),
    (".to(\"cuda\")", true),
    (".cuda()", true),
    ("device='cuda'", true),
    ("device=\"cuda\"", true),
];

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for command in file.run_commands().filter(|it| !it.wrapped) {
        check_program(file, command, report);
    }
    for step in &file.steps {
        if step.instruction.keyword != Keyword::Run {
            continue;
        }
        let arguments = step.instruction.logical_arguments();
        if is_python(arguments.text()) {
            check_code(arguments.text(), &|range| arguments.range(range), report);
        }
        for heredoc in &step.instruction.heredocs {
            let shebang = heredoc.content.text().starts_with("#!/usr/bin/env python");
            let fed = arguments.text().trim_start().starts_with("python") && arguments.text().contains("<<");
            if shebang || fed {
                let content = &heredoc.content;
                check_code(content.text(), &|range| content.range(range), report);
            }
        }
    }
}

fn check_program(file: &Facts<'_>, command: &RunCommand, report: &mut Report<'_>) {
    let wrapped = command.name() != "nvidia-smi";
    let program = match wrapped {
        false => command.words.first(),
        true if matches!(command.name(), "sudo" | "timeout" | "env") => {
            command.words.iter().find(|it| it.text() == "nvidia-smi")
        }
        true => None,
    };
    let Some(program) = program else { return };
    let (message, level) = match use_of(file.file.text.as_str(), command.range) {
        Use::Must => ("this fails", Level::Warning),
        Use::Asks => ("this always takes the way without", Level::Info),
        Use::Reads => ("what is read from it is empty", Level::Warning),
    };
    report
        .at(
            program.range,
            format!("there is no GPU and no nvidia-smi in a build: {message}"),
        )
        .level(level);
}

/// What is made of a command.
enum Use {
    /// The build goes on only if it succeeds.
    Must,
    /// Whether it succeeds decides what comes next.
    Asks,
    /// What it prints is taken.
    Reads,
}

fn use_of(text: &str, range: TextRange) -> Use {
    let behind = text.get(range.end..).unwrap_or("");
    // Redirections are not part of the range.
    let rest = behind.split(['\n', ';']).next().unwrap_or("");
    let before = text.get(..range.start).unwrap_or("").trim_end();
    let starts = |words: &[&str]| words.iter().any(|word| before.ends_with(word));
    match () {
        () if starts(&["$(", "`"]) => Use::Reads,
        () if rest.contains("||") || starts(&["if", "elif", "!", "while", "until"]) => Use::Asks,
        () => Use::Must,
    }
}

fn is_python(text: &str) -> bool {
    text.contains("python -c") || text.contains("python3 -c")
}

fn check_code(
    text: &str,
    place: &dyn Fn(std::ops::Range<usize>) -> TextRange,
    report: &mut Report<'_>,
) {
    // One call is enough to see it.
    let first = CALLS
        .iter()
        .filter_map(|(call, fails)| Some((text.find(call)?, *call, *fails)))
        .min_by_key(|(offset, ..)| *offset);
    let Some((offset, call, fails)) = first else {
        return;
    };
    let line_start = text[..offset].rfind(['\n', ';', '"', '\'']).map_or(0, |it| it + 1);
    let asserted = text[line_start..offset].trim_start().starts_with("assert");
    let range = place(offset..offset + call.len());
    let shown = call.trim_start_matches('.');
    if fails || asserted {
        report.at(range, format!("a build has no GPU: `{shown}` fails here"));
        return;
    }
    let answer = match call.contains("count") {
        true => "0",
        false if call.contains("list_physical") => "empty",
        false => "False",
    };
    report
        .at(range, format!("a build has no GPU: `{shown}` is {answer} here"))
        .level(Level::Info);
}
