//! The texts that the editor has open: the truth about them while they are.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use lint::{
    finding::Finding,
    position::{Encoding, LineIndex},
};
use tower_lsp::ls_types::{
    Diagnostic, DidChangeTextDocumentParams, TextDocumentContentChangeEvent, TextDocumentItem, Uri,
};

use crate::lsp::from_proto;

/// The open documents.
pub type Documents = HashMap<Uri, Document>;

/// An open document.
#[derive(Debug)]
pub struct Document {
    /// The file, if it is one.
    pub path: Option<PathBuf>,
    /// What it is to us.
    pub kind: Kind,
    /// The editor's count.
    pub version: i32,
    /// The text as it is in the editor.
    pub text: Arc<str>,
    /// What the linter says of the text at [`Document::linted`].
    pub findings: Vec<Finding>,
    /// The version that was linted last.
    pub linted: Option<i32>,
    /// A version of it is being linted off the loop.
    pub under_way: bool,
    /// `findings`, as they are published.
    pub lint_diagnostics: Vec<Diagnostic>,
    /// What is wrong in it as a file of the project's configuration.
    pub config_diagnostics: Vec<Diagnostic>,
    /// What the editor was told last.
    pub published: Vec<Diagnostic>,
}

/// What a document is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A Dockerfile: it is linted.
    Dockerfile,
    /// A devcontainer.json.
    Devcontainer,
    /// Perhaps an environment file, or whatever else the configuration reads.
    Other,
}

impl Document {
    /// What the editor has opened.
    pub fn new(item: TextDocumentItem) -> Document {
        let path = from_proto::path(&item.uri);
        Document {
            kind: kind(&item.language_id, path.as_deref()),
            path,
            version: item.version,
            text: item.text.into(),
            findings: Vec::new(),
            linted: None,
            under_way: false,
            lint_diagnostics: Vec::new(),
            config_diagnostics: Vec::new(),
            published: Vec::new(),
        }
    }

    /// Takes the editor's changes, each on top of the one before.
    pub fn change(&mut self, params: DidChangeTextDocumentParams, encoding: Encoding) {
        for change in params.content_changes {
            self.text = changed(&self.text, change, encoding);
        }
        self.version = params.text_document.version;
    }
}

fn changed(text: &str, change: TextDocumentContentChangeEvent, encoding: Encoding) -> Arc<str> {
    let Some(range) = change.range else {
        return change.text.into();
    };
    let index = LineIndex::new(text);
    let range = from_proto::range(&index, range, encoding);
    let mut new = String::with_capacity(text.len() - range.len() + change.text.len());
    new.push_str(&text[..range.start]);
    new.push_str(&change.text);
    new.push_str(&text[range.end..]);
    new.into()
}

/// The editor's word counts first, because a person may have chosen it; then the name.
fn kind(language: &str, path: Option<&Path>) -> Kind {
    // `Dockerfile.dockerignore` is a Dockerfile to editors that go by how a name begins.
    let ending = path.and_then(Path::extension);
    if ending.is_some_and(|ending| ending == "dockerignore") {
        return Kind::Other;
    }
    if language.eq_ignore_ascii_case("dockerfile") {
        return Kind::Dockerfile;
    }
    let name = path.and_then(Path::file_name).unwrap_or_default();
    let name = name.to_string_lossy();
    if name == "devcontainer.json" || name == ".devcontainer.json" {
        return Kind::Devcontainer;
    }
    match is_dockerfile(&name) {
        true => Kind::Dockerfile,
        false => Kind::Other,
    }
}

/// `Dockerfile`, `Containerfile`, `Dockerfile.gpu`, `gpu.Dockerfile`; not `Dockerfile.dockerignore`.
fn is_dockerfile(name: &str) -> bool {
    let lower = name.to_lowercase();
    let other = [
        ".dockerignore",
        ".md",
        ".sh",
        ".py",
        ".yml",
        ".yaml",
        ".json",
    ];
    if other.iter().any(|ending| lower.ends_with(ending)) {
        return false;
    }
    ["dockerfile", "containerfile"].iter().any(|word| {
        lower
            .strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            || lower
                .strip_suffix(word)
                .is_some_and(|rest| rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use tower_lsp::ls_types::{Position, Range};

    use super::*;

    #[track_caller]
    fn check(text: &str, range: [u32; 4], new: &str, encoding: Encoding, expect: &str) {
        let [line, column, end_line, end_column] = range;
        let change = TextDocumentContentChangeEvent {
            range: Some(Range::new(
                Position::new(line, column),
                Position::new(end_line, end_column),
            )),
            range_length: None,
            text: new.to_owned(),
        };
        assert_eq!(&*changed(text, change, encoding), expect);
    }

    #[test]
    fn a_change_counts_as_the_client_does() {
        check("a😀b", [0, 3, 0, 4], "c", Encoding::Utf16, "a😀c");
        check("a😀b", [0, 5, 0, 6], "c", Encoding::Utf8, "a😀c");
        check("é\r\nb\r\n", [1, 0, 2, 0], "", Encoding::Utf16, "é\r\n");
        check("é\r\nb", [0, 1, 1, 0], " ", Encoding::Utf16, "é b");
    }

    #[test]
    fn a_change_that_lies_outside_is_clamped() {
        check("ab", [7, 7, 9, 9], "c", Encoding::Utf16, "abc");
        check("ab", [0, 2, 0, 0], "c", Encoding::Utf16, "abc");
        check("a😀", [0, 2, 0, 2], "c", Encoding::Utf16, "ac😀");
        check("", [0, 0, 0, 0], "", Encoding::Utf8, "");
    }

    #[test]
    fn kinds() {
        let of = |language: &str, name: &str| kind(language, Some(Path::new(name)));
        for name in [
            "Dockerfile",
            "a/Containerfile",
            "Dockerfile.gpu",
            "gpu.dockerfile",
        ] {
            assert_eq!(of("plaintext", name), Kind::Dockerfile, "{name}");
        }
        for name in ["Dockerfile.md", ".dockerignore", "dockerfiles", ".env", "a"] {
            assert_eq!(of("plaintext", name), Kind::Other, "{name}");
        }
        assert_eq!(of("dockerfile", "a"), Kind::Dockerfile);
        assert_eq!(of("dockerfile", "Dockerfile.dockerignore"), Kind::Other);
        assert_eq!(of("jsonc", "a/devcontainer.json"), Kind::Devcontainer);
    }
}
