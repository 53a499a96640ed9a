//! Hover has an answer, or none, for every place of every file: no panic, ranges of the text.

use std::path::{Path, PathBuf};

use dockerfile::parse::parse;
use lint::{context::Context, hover::hover};

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the corpus can be listed");
    let paths = entries.map(|entry| entry.expect("the corpus can be listed").path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|it| it == "Dockerfile"))
        .collect();
    paths.sort();
    assert!(
        !paths.is_empty(),
        "there is no file in {}",
        folder.display()
    );
    paths
}

/// Every `step`th offset of a text, character boundary or not.
fn sweep(text: &str, step: usize) {
    let file = parse(text);
    let context = Context::default();
    for offset in (0..=text.len() + 1).step_by(step) {
        if let Some(hover) = hover(&file, offset, &context) {
            let range = hover.range;
            assert!(
                text.get(range.start..range.end).is_some(),
                "{range:?} of {text}"
            );
            assert!(!hover.markdown.is_empty(), "at {offset} of {text}");
        }
    }
}

#[test]
fn every_place_of_our_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dockerfile/tests/corpus");
    for path in files(&folder) {
        let text = std::fs::read_to_string(&path).expect("the file is text");
        sweep(&text, 1);
        // Half typed: the text up to each line's middle.
        for (offset, _) in text.char_indices().step_by(37) {
            sweep(&text[..offset], 5);
        }
    }
}

/// `WARPDOCK_CORPUS` names a folder of other people's files.
#[test]
fn places_of_other_files() {
    let Some(folder) = std::env::var_os("WARPDOCK_CORPUS") else {
        return;
    };
    for path in files(Path::new(&folder)) {
        if let Ok(text) = std::fs::read_to_string(&path) {
            let step = (text.len() / 400).max(1);
            sweep(&text, step);
        }
    }
}
