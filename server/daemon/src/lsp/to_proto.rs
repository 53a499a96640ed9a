//! Our places, findings and problems as LSP's.

use std::str::FromStr;

use config::model::Severity;
use dockerfile::range::TextRange;
use lint::{
    finding::{Finding, Level},
    position::{Encoding, LineIndex},
};
use tower_lsp::ls_types::{
    CodeDescription, Diagnostic, DiagnosticSeverity, DiagnosticTag, NumberOrString, Position,
    Range, Uri,
};

use crate::lsp::{editor::Editor, projects::Problem};

/// What diagnostics say they are from.
const SOURCE: &str = "warpdock";

/// A range of bytes.
pub fn range(index: &LineIndex<'_>, range: TextRange, encoding: Encoding) -> Range {
    Range {
        start: position(index, range.start, encoding),
        end: position(index, range.end, encoding),
    }
}

/// The position of a byte.
pub fn position(index: &LineIndex<'_>, offset: usize, encoding: Encoding) -> Position {
    let (line, column) = index.position(offset, encoding);
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Position::new(narrow(line), narrow(column))
}

/// A finding of the linter.
pub fn diagnostic(index: &LineIndex<'_>, finding: &Finding, editor: &Editor) -> Diagnostic {
    let page = finding.url().filter(|_| editor.links);
    let page = page.and_then(|page| Uri::from_str(&page).ok());
    let tag = tag(finding).filter(|tag| editor.tags.contains(tag));
    Diagnostic {
        range: range(index, finding.range, editor.encoding),
        severity: Some(severity(finding.level)),
        code: Some(NumberOrString::String(finding.code.to_owned())),
        code_description: page.map(|href| CodeDescription { href }),
        source: Some(SOURCE.to_owned()),
        message: finding.message.clone(),
        tags: tag.map(|tag| vec![tag]),
        ..Diagnostic::default()
    }
}

/// A problem in a file of the project's configuration.
pub fn problem(text: &str, problem: &Problem, encoding: Encoding) -> Diagnostic {
    let severity = match problem.severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Note => DiagnosticSeverity::INFORMATION,
    };
    Diagnostic {
        range: range(&LineIndex::new(text), place(text, problem), encoding),
        severity: Some(severity),
        code: Some(NumberOrString::String(problem.code.clone())),
        source: Some(SOURCE.to_owned()),
        message: problem.message.clone(),
        ..Diagnostic::default()
    }
}

fn severity(level: Level) -> DiagnosticSeverity {
    match level {
        Level::Hint => DiagnosticSeverity::HINT,
        Level::Info => DiagnosticSeverity::INFORMATION,
        Level::Warning => DiagnosticSeverity::WARNING,
        Level::Error => DiagnosticSeverity::ERROR,
    }
}

/// How an editor shows it: struck through, or greyed out.
fn tag(finding: &Finding) -> Option<DiagnosticTag> {
    match finding.alias_of("buildkit") {
        Some("MaintainerDeprecated") => Some(DiagnosticTag::DEPRECATED),
        Some("MultipleInstructionsDisallowed") => Some(DiagnosticTag::UNNECESSARY),
        _ => None,
    }
}

/// The bytes that a problem is about: it names where they begin, and they end with the word.
fn place(text: &str, problem: &Problem) -> TextRange {
    let whole_line = problem.line == 0;
    let line = usize::try_from(problem.line.max(1) - 1).unwrap_or(usize::MAX);
    let mut start = 0;
    let mut lines = text.split_inclusive('\n');
    for before in lines.by_ref().take(line) {
        start += before.len();
    }
    let line = lines.next().unwrap_or_default();
    let line = line.trim_end_matches(['\n', '\r']);
    if whole_line {
        return TextRange::new(start, start + line.len());
    }
    let column = usize::try_from(problem.column.max(1) - 1).unwrap_or(usize::MAX);
    let at = line.char_indices().nth(column);
    let at = at.map_or(line.len(), |(at, _)| at);
    let word = word(&line[at..]);
    TextRange::new(start + at, start + at + word)
}

/// The length of what a line begins with: a text in quotes, a bracket, a word, or a setting of an
/// environment file, which goes on behind `=`.
fn word(rest: &str) -> usize {
    if let Some(inside) = rest.strip_prefix('"') {
        let mut escaped = false;
        for (at, letter) in inside.char_indices() {
            match letter {
                '"' if !escaped => return at + 2,
                _ => escaped = letter == '\\' && !escaped,
            }
        }
        return rest.trim_end().len();
    }
    if rest.starts_with(['{', '[', '}', ']', ',', ':']) {
        return 1;
    }
    let end = rest.find(|letter: char| letter.is_whitespace() || ",]}\"".contains(letter));
    match end {
        Some(0) | None => rest.trim_end().len(),
        Some(end) => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, [line, column]: [u32; 2], expect: &str) {
        let problem = Problem {
            path: "/x".into(),
            line,
            column,
            severity: Severity::Error,
            code: String::new(),
            message: String::new(),
        };
        assert_eq!(place(text, &problem).of(text), expect);
    }

    #[test]
    fn a_problem_covers_the_word_at_its_place() {
        let text = "{\r\n  \"é\\\"x\": [1, true],\r\n}";
        check(text, [1, 1], "{");
        check(text, [2, 3], "\"é\\\"x\"");
        check(text, [2, 11], "[");
        check(text, [2, 12], "1");
        check(text, [2, 15], "true");
        check(text, [3, 1], "}");
    }

    #[test]
    fn a_problem_of_a_file_is_at_its_first_line() {
        check("ab\ncd", [0, 0], "ab");
        check("", [0, 0], "");
    }

    #[test]
    fn a_place_outside_is_the_end() {
        check("ab", [9, 9], "");
        check("ab\n", [1, 9], "");
        check("A=b c\n", [1, 1], "A=b");
        check("\"open\n", [1, 1], "\"open");
    }
}
