//! An index of PyTorch beside PyPI, which wins.

use crate::facts::Facts;
use crate::finding::Edit;
use crate::gpu_claims::TORCH_FAMILY;
use crate::gpu_installs::{Origin, SourceKind, Tool, cuda_word, range_in};
use crate::gpu_tables;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// torch without a version, and an index for its CUDA that is only an extra one.
    ///
    /// ## Why
    /// `--extra-index-url` is looked at beside PyPI, and the newest version of both is taken. PyPI has
    /// newer ones than an index whose CUDA is not built for any more: `cu118` ended with torch 2.7.1.
    /// So torch comes from PyPI, for another CUDA.
    ///
    /// With `--index-url` there is nothing but the index.
    ///
    /// ```dockerfile,bad
    /// FROM python:3.11
    /// RUN pip install torch torchvision --extra-index-url https://download.pytorch.org/whl/cu118
    /// ```
    /// ```dockerfile,fixed
    /// FROM python:3.11
    /// RUN pip install torch torchvision --index-url https://download.pytorch.org/whl/cu118
    /// ```
    /// ```dockerfile,good
    /// FROM python:3.11
    /// RUN pip install torch==2.1.0 --extra-index-url https://download.pytorch.org/whl/cu118
    /// ```
    GPU007 "extra-index-loses" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for install in file.installs() {
        // uv takes the first index that has the package.
        let is_pip = install.tool == Tool::Pip && install.command.name() != "uv";
        let torch = install.package("torch").filter(|_| is_pip);
        let Some(torch) = torch else { continue };
        if torch.version.is_some() || torch.bounded || torch.from != Origin::Index {
            continue;
        }
        let only = install.sources.iter().any(|it| it.kind == SourceKind::Index);
        for source in &install.sources {
            let Some(word) = source.word.as_ref().filter(|_| source.kind == SourceKind::Extra && !only) else {
                continue;
            };
            let Some(index) = cuda_word(&source.url) else {
                continue;
            };
            let Some(last) = last_release(index) else {
                continue;
            };
            let reported = report.at(
                range_in(word, index),
                format!("torch comes from PyPI, not from {index}, which ended with {last}: the newest of both is taken"),
            );
            let only_family = install
                .packages
                .iter()
                .all(|it| TORCH_FAMILY.contains(&it.name.as_str()));
            let option = install
                .command
                .words
                .iter()
                .find(|it| it.raw.starts_with("--extra-index-url"));
            if let (true, Some(option)) = (only_family && !install.from_file, option) {
                let range = range_in(option, "--extra-index-url");
                reported.fix("Take nothing but this index", vec![Edit::replace(range, "--index-url")]);
            }
        }
    }
}

/// The last release of torch on an index that ended; `None`: it goes on, or is not known.
fn last_release(index: &str) -> Option<&'static str> {
    let releases = gpu_tables::torches();
    let has = |indexes: &str| indexes.split(' ').any(|it| it == index);
    let last = releases.iter().rfind(|it| has(it.indexes))?;
    let newest = releases.iter().rfind(|it| !it.indexes.is_empty())?;
    (last.version != newest.version).then_some(last.version)
}
