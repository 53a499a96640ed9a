//! What holds for every file: linting does not panic, places and edits are on character boundaries
//! and within the text, edits of a fix do not overlap; also at every prefix and with every line
//! removed. Over our corpus always; over the files of `WARPDOCK_CORPUS` where that is set.

use std::path::{Path, PathBuf};

use dockerfile::parse::parse;
use dockerfile::range::TextRange;
use lint::context::{Context, Profile};

/// So many prefixes of a file of other people's are tried, and so many lines removed, unless
/// `WARPDOCK_EVERY_PREFIX` is set.
const SAMPLE: usize = 5;

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

fn check(text: &str) {
    for profile in [Profile::Recommended, Profile::Strict] {
        let context = Context {
            profile,
            ..Context::default()
        };
        for finding in lint::lint::lint(&parse(text), &context) {
            on_boundaries(text, finding.range);
            assert!(!finding.message.is_empty() && finding.url().is_some());
            for fix in &finding.fixes {
                let mut end = 0;
                for edit in &fix.edits {
                    on_boundaries(text, edit.range);
                    assert!(edit.range.start >= end, "{fix:?} overlaps");
                    end = edit.range.end;
                }
                assert!(fix.apply(text).is_some());
            }
        }
    }
}

#[track_caller]
fn on_boundaries(text: &str, range: TextRange) {
    assert!(
        range.end <= text.len()
            && text.is_char_boundary(range.start)
            && text.is_char_boundary(range.end),
        "{range:?} of {}",
        text.len()
    );
}

/// Names the file when a check fails.
struct Named<'a>(&'a Path);

impl Drop for Named<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::io::Write::write_all(
                &mut std::io::stderr(),
                format!("in {}\n", self.0.display()).as_bytes(),
            )
            .ok();
        }
    }
}

fn sweep(path: &Path, text: &str, step: usize) {
    let _guard = Named(path);
    check(text);
    for offset in (0..text.len()).step_by(step) {
        if text.is_char_boundary(offset) {
            check(&text[..offset]);
        }
    }
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for removed in (0..lines.len()).step_by(step.min(lines.len().div_ceil(SAMPLE).max(1))) {
        let rest = lines.iter().enumerate();
        let rest = rest.filter(|(index, _)| *index != removed);
        check(&rest.map(|(_, line)| *line).collect::<String>());
    }
}

#[test]
fn our_files_at_every_prefix_and_without_every_line() {
    let ours = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dockerfile/tests/corpus");
    for (path, text) in corpus(&ours) {
        sweep(&path, &text, 1);
    }
}

#[test]
fn the_files_of_the_field() {
    let Some(folder) = std::env::var_os("WARPDOCK_CORPUS") else {
        return;
    };
    let every = std::env::var_os("WARPDOCK_EVERY_PREFIX").is_some();
    for (path, text) in corpus(Path::new(&folder)) {
        let step = match every {
            true => 1,
            false => text.len() / SAMPLE + 1,
        };
        sweep(&path, &text, step);
    }
}
