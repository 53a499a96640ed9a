//! What holds for every file: nothing is lost, ranges are on character boundaries, nothing panics,
//! also at every prefix and with every line removed. Over our corpus always; over the files of
//! `WARPDOCK_CORPUS` where that is set.

use std::path::{Path, PathBuf};

use dockerfile::ast::{Body, File, Instruction};
use dockerfile::build::{Build, Builder};
use dockerfile::effective::Effective;
use dockerfile::range::TextRange;
use dockerfile::stages::Stages;

/// Files above this are cut at every line instead of at every character when not ours, unless
/// `WARPDOCK_EVERY_PREFIX` is set.
const EVERY_CHARACTER: usize = 600;

fn corpus(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut files: Vec<(PathBuf, String)> = std::fs::read_dir(folder)
        .expect("the corpus is a folder")
        .map(|entry| entry.expect("the corpus can be listed").path())
        .filter(|path| path.extension().is_some_and(|it| it == "Dockerfile"))
        .map(|path| {
            let bytes = std::fs::read(&path).expect("the file can be read");
            (path, String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} has no Dockerfiles", folder.display());
    files
}

fn ours() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")
}

/// Everything that must hold for `text`.
fn check(text: &str) {
    let file = dockerfile::parse::parse(text);
    let mut together = String::new();
    for token in dockerfile::token::tokens(&file) {
        together.push_str(&text[token.range.start..token.range.end]);
    }
    assert_eq!(together, text, "tokens are the text");
    for instruction in &file.instructions {
        check_instruction(&file, instruction);
    }
    for problem in &file.problems {
        on_boundaries(&file, problem.range);
        assert!(!problem.message().is_empty());
    }
    for feature in dockerfile::features::build_features(&file) {
        on_boundaries(&file, feature.range);
    }
    let plain = dockerfile::directive::without_syntax_line(&file);
    assert_eq!(plain.lines().count(), text.lines().count(), "lines stay");
    for builder in [Builder::BuildKit, Builder::Classic] {
        let mut build = Build::with_args(&[]);
        build.builder = builder;
        let stages = Stages::new(&file, build);
        for image in stages.needed_images() {
            on_boundaries(&file, image.range);
        }
        for command in dockerfile::network::network_commands(&stages) {
            on_boundaries(&file, command.range);
        }
        for stage in 0..stages.stages.len() {
            Effective::of_stage(&stages, stage);
        }
        dockerfile::step::instruction_at_step(&stages, "[2/3] RUN x");
        dockerfile::step::instruction_at_step(&stages, "Step 2/3 : RUN x");
    }
}

fn check_instruction(file: &File, instruction: &Instruction) {
    let mut ranges = vec![
        instruction.range,
        instruction.name.range,
        instruction.arguments.range,
    ];
    ranges.extend(instruction.flags.iter().map(|it| it.range));
    ranges.extend(instruction.flags.iter().map(|it| it.name.range));
    ranges.extend(instruction.heredocs.iter().map(|it| it.body));
    ranges.extend(instruction.heredocs.iter().map(|it| it.opener));
    match &instruction.body {
        Body::Pairs(pairs) => {
            for pair in &pairs.pairs {
                ranges.push(pair.name.range);
                ranges.extend(pair.value.iter().map(|it| it.range));
            }
        }
        Body::List(list) => ranges.extend(list.words.iter().map(|it| it.range)),
        Body::Files(files) => ranges.extend(files.sources.iter().map(|it| it.range)),
        Body::Onbuild(Some(inner)) => check_instruction(file, inner),
        _ => {}
    }
    for range in ranges {
        on_boundaries(file, range);
    }
}

#[track_caller]
fn on_boundaries(file: &File, range: TextRange) {
    let text = &file.text;
    assert!(
        range.end <= text.len()
            && text.is_char_boundary(range.start)
            && text.is_char_boundary(range.end),
        "{range:?} of {}",
        text.len()
    );
}

fn sweep(path: &Path, text: &str, every_character: bool) {
    let _guard = Named(path);
    check(text);
    let boundaries = (0..text.len()).filter(|offset| {
        text.is_char_boundary(*offset)
            && (every_character || text.as_bytes()[offset.saturating_sub(1)] == b'\n')
    });
    for offset in boundaries {
        check(&text[..offset]);
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for removed in 0..lines.len() {
        let rest: String = lines
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != removed)
            .map(|(_, line)| *line)
            .collect();
        check(&rest);
    }
}

/// Names the file when a check panics.
struct Named<'a>(&'a Path);

impl Drop for Named<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr(), "in {}", self.0.display());
        }
    }
}

#[test]
fn the_corpus_survives_every_prefix_and_every_missing_line() {
    for (path, text) in corpus(&ours()) {
        sweep(&path, &text, true);
    }
    let every = std::env::var_os("WARPDOCK_EVERY_PREFIX").is_some();
    let theirs = std::env::var_os("WARPDOCK_CORPUS").map(PathBuf::from);
    for (path, text) in theirs.iter().flat_map(|folder| corpus(folder)) {
        sweep(&path, &text, every || text.len() <= EVERY_CHARACTER);
    }
}

#[test]
fn our_corpus_has_the_problems_that_it_was_written_with() {
    use std::fmt::Write as _;
    let mut report = String::new();
    for (path, text) in corpus(&ours()) {
        let file = dockerfile::parse::parse(&text);
        for problem in &file.problems {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let line = file.line_at(problem.range.start);
            let shown: String = problem.range.of(&text).chars().take(30).collect();
            writeln!(report, "{name}:{line}: {} {shown:?}", problem.message())
                .expect("a string takes text");
        }
    }
    expect_test::expect_file!["problems.txt"].assert_eq(&report);
}
