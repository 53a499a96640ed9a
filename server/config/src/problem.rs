//! Makes problems, and finds the known word that somebody meant.

use crate::model::{Origin, Problem, Severity};

/// The list that readers add to.
#[derive(Debug, Default)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl Problems {
    pub(crate) fn error(&mut self, code: &str, origin: &Origin, message: impl Into<String>) {
        self.push(Severity::Error, code, origin, message.into(), None);
    }

    pub(crate) fn error_with(
        &mut self,
        code: &str,
        origin: &Origin,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let remedy = Some(remedy.into());
        self.push(Severity::Error, code, origin, message.into(), remedy);
    }

    pub(crate) fn warning(&mut self, code: &str, origin: &Origin, message: impl Into<String>) {
        self.push(Severity::Warning, code, origin, message.into(), None);
    }

    pub(crate) fn warning_with(
        &mut self,
        code: &str,
        origin: &Origin,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let remedy = Some(remedy.into());
        self.push(Severity::Warning, code, origin, message.into(), remedy);
    }

    pub(crate) fn note(&mut self, code: &str, origin: &Origin, message: impl Into<String>) {
        self.push(Severity::Note, code, origin, message.into(), None);
    }

    fn push(
        &mut self,
        severity: Severity,
        code: &str,
        origin: &Origin,
        message: String,
        remedy: Option<String>,
    ) {
        self.0.push(Problem {
            severity,
            code: code.to_owned(),
            message,
            origin: origin.clone(),
            remedy,
        });
    }
}

/// A sentence about a setting or flag. The place is printed before the message, so that a flag's name is left out
/// where the place is that flag.
pub(crate) fn about(name: &str, origin: &Origin, sentence: &str) -> String {
    match is_place(name, origin) {
        true => sentence.to_owned(),
        false => format!("`{name}`: {sentence}"),
    }
}

/// The sentence for a value of the wrong kind, with the name as in [`about`].
pub(crate) fn not_expected(name: &str, origin: &Origin, value: &str, expected: &str) -> String {
    match is_place(name, origin) {
        true => format!("expected {expected}, found `{value}`"),
        false => format!("`{name}` is `{value}`; expected {expected}"),
    }
}

fn is_place(name: &str, origin: &Origin) -> bool {
    matches!(origin, Origin::Flag { flag } if flag == name)
}

/// The line of a place, for a sentence about the same file.
pub(crate) fn line_text(origin: &Origin) -> String {
    match origin {
        Origin::File { line, .. } => format!("line {line}"),
        other => other.to_string(),
    }
}

/// The known word nearest to what was written, if it is near enough to be meant.
pub(crate) fn nearest<'a>(
    written: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let lower = written.to_lowercase();
    let limit = 1 + written.chars().count() / 4;
    known
        .into_iter()
        .map(|word| (strsim::osa_distance(&lower, &word.to_lowercase()), word))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_finds_its_neighbour() {
        let known = ["containerEnv", "postCreateCommand", "image", "mounts"];
        assert_eq!(nearest("containerENV", known), Some("containerEnv"));
        assert_eq!(
            nearest("postCreateComand", known),
            Some("postCreateCommand")
        );
        assert_eq!(nearest("imgae", known), Some("image"));
        assert_eq!(nearest("banana", known), None);
    }
}
