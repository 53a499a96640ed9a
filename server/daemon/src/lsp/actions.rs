//! Code actions: a finding's fixes, all safe fixes at once, and a comment that hides a finding.

use std::collections::HashMap;

use dockerfile::range::TextRange;
use lint::{
    finding::{Edit, Finding},
    position::LineIndex,
};
use tower_lsp::ls_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, Range, TextDocumentEdit, TextEdit, Uri, WorkspaceEdit,
};

use crate::lsp::{documents::Document, editor::Editor, from_proto, to_proto};

/// All safe fixes of a file at once, for an editor to do when it saves.
pub const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.warpdock");

/// What the editor asks for.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// Where.
    pub range: Range,
    /// Which kinds; `None`: all.
    pub only: Option<&'a [CodeActionKind]>,
}

impl Wanted<'_> {
    /// `quickfix` asks for `quickfix.x` too.
    fn is(&self, kind: &CodeActionKind) -> bool {
        let Some(only) = self.only else {
            return true;
        };
        only.iter().any(|wanted| {
            let rest = kind.as_str().strip_prefix(wanted.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                || wanted.as_str().is_empty()
        })
    }
}

/// The actions for a place of a document.
pub fn of(
    uri: &Uri,
    document: &Document,
    wanted: &Wanted<'_>,
    editor: &Editor,
) -> Vec<CodeActionOrCommand> {
    let text = &*document.text;
    let index = LineIndex::new(text);
    let change = |edits: &[Edit]| {
        let edits = edits.iter().map(|edit| TextEdit {
            range: to_proto::range(&index, edit.range, editor.encoding),
            new_text: edit.new_text.clone(),
        });
        workspace_edit(uri, document.version, edits.collect(), editor)
    };
    let mut actions = Vec::new();
    if wanted.is(&CodeActionKind::QUICKFIX) {
        let range = from_proto::range(&index, wanted.range, editor.encoding);
        let here = document.findings.iter().zip(&document.lint_diagnostics);
        let here = here.filter(|(finding, _)| touch(finding.range, range));
        let mut hides = Vec::new();
        for (finding, diagnostic) in here {
            let action = |title: String, edits: &[Edit], preferred: bool| CodeAction {
                title,
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![diagnostic.clone()]),
                edit: Some(change(edits)),
                is_preferred: preferred.then_some(true),
                ..CodeAction::default()
            };
            for (number, fix) in finding.fixes.iter().enumerate() {
                let preferred = number == 0 && fix.safe;
                actions.push(action(fix.title.clone(), &fix.edits, preferred));
            }
            if let Some(edit) = hide(text, finding) {
                let title = format!("Ignore {} ({}) here", finding.code, finding.name);
                hides.push(action(title, &[edit], false));
            }
        }
        // Mending before hiding.
        actions.append(&mut hides);
    }
    let all = match wanted.is(&FIX_ALL) {
        true => safe_edits(&document.findings),
        false => Vec::new(),
    };
    if !all.is_empty() {
        actions.push(CodeAction {
            title: "Fix everything that is safe to fix".to_owned(),
            kind: Some(FIX_ALL),
            edit: Some(change(&all)),
            ..CodeAction::default()
        });
    }
    actions.into_iter().map(CodeActionOrCommand::from).collect()
}

fn touch(one: TextRange, other: TextRange) -> bool {
    one.touches(other.start) || one.touches(other.end) || other.touches(one.start)
}

/// The safe fixes of findings that do not get into each other's way, in the order of the text.
fn safe_edits(findings: &[Finding]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for finding in findings {
        let Some(fix) = finding.fixes.iter().find(|fix| fix.safe) else {
            continue;
        };
        let is_free = |edit: &Edit| {
            let mut taken = edits.iter();
            taken.all(|it| it.range.end < edit.range.start || edit.range.end < it.range.start)
        };
        if fix.edits.iter().all(is_free) {
            edits.extend(fix.edits.iter().cloned());
        }
    }
    edits.sort_by_key(|edit| edit.range);
    edits
}

/// A comment above the instruction that hides a finding of it; one that is there gets longer.
fn hide(text: &str, finding: &Finding) -> Option<Edit> {
    let file = dockerfile::parse::parse(text);
    let instruction = file.instruction_at(finding.range.start)?;
    let line = file.lines.iter();
    let line = line.take_while(|line| line.next <= instruction.range.start);
    let line = line.count();
    let start = file.lines.get(line)?.content.start;
    if let Some(above) = line.checked_sub(1).and_then(|line| file.lines.get(line)) {
        let comment = above.content.of(text).trim();
        let names = comment.strip_prefix("# warpdock ignore=");
        if names.is_some_and(|names| !names.is_empty() && !names.contains(char::is_whitespace)) {
            let end = above.content.start + above.content.of(text).trim_end().len();
            return Some(Edit::insert(end, format!(",{}", finding.code)));
        }
    }
    let newline = match text[instruction.range.start..].find('\n') {
        Some(at) if text[..instruction.range.start + at].ends_with('\r') => "\r\n",
        _ => "\n",
    };
    let comment = format!("# warpdock ignore={}{newline}", finding.code);
    Some(Edit::insert(start, comment))
}

fn workspace_edit(uri: &Uri, version: i32, edits: Vec<TextEdit>, editor: &Editor) -> WorkspaceEdit {
    if !editor.versioned_edits {
        return WorkspaceEdit::new(HashMap::from([(uri.clone(), edits)]));
    }
    let edits = TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier {
            uri: uri.clone(),
            version: Some(version),
        },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    };
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(vec![edits])),
        ..WorkspaceEdit::default()
    }
}

#[cfg(test)]
mod tests {
    use lint::finding::{Fix, Level};

    use super::*;

    fn finding(range: [usize; 2], fix: Option<Edit>) -> Finding {
        Finding {
            code: "X1",
            name: "x",
            level: Level::Warning,
            message: "x".to_owned(),
            range: TextRange::new(range[0], range[1]),
            aliases: &[],
            fixes: fix
                .into_iter()
                .map(|edit| Fix {
                    title: "x".to_owned(),
                    safe: true,
                    edits: vec![edit],
                })
                .collect(),
        }
    }

    #[track_caller]
    fn check_hide(text: &str, at: usize, expect: &str) {
        let edit = hide(text, &finding([at, at + 1], None)).expect("it is in an instruction");
        let mut hidden = text.to_owned();
        hidden.replace_range(edit.range.start..edit.range.end, &edit.new_text);
        assert_eq!(hidden, expect);
    }

    #[test]
    fn a_finding_is_hidden_above_its_instruction() {
        check_hide(
            "FROM a\r\nRUN a \\\r\n  b\r\n",
            20,
            "FROM a\r\n# warpdock ignore=X1\r\nRUN a \\\r\n  b\r\n",
        );
        check_hide("FROM a", 0, "# warpdock ignore=X1\nFROM a");
        check_hide(
            "# warpdock ignore=Y2\nFROM a",
            22,
            "# warpdock ignore=Y2,X1\nFROM a",
        );
        check_hide(
            "# warpdock ignore=Y2 because\nFROM a",
            30,
            "# warpdock ignore=Y2 because\n# warpdock ignore=X1\nFROM a",
        );
    }

    #[test]
    fn fixes_that_touch_are_not_done_at_once() {
        let replace = |start, end| Edit::replace(TextRange::new(start, end), "x");
        let findings = [
            finding([8, 9], Some(replace(8, 9))),
            finding([0, 4], Some(replace(0, 4))),
            finding([3, 5], Some(replace(3, 5))),
            finding([9, 9], Some(replace(9, 9))),
        ];
        assert_eq!(safe_edits(&findings), [replace(0, 4), replace(8, 9)]);
    }

    #[test]
    fn a_wish_for_a_kind_is_one_for_those_below_it() {
        let is = |only: &[CodeActionKind]| {
            let wanted = Wanted {
                range: Range::default(),
                only: Some(only),
            };
            wanted.is(&FIX_ALL)
        };
        assert!(is(&[CodeActionKind::SOURCE]));
        assert!(is(&[CodeActionKind::SOURCE_FIX_ALL]));
        assert!(is(&[CodeActionKind::EMPTY]));
        assert!(!is(&[CodeActionKind::QUICKFIX]));
        assert!(!is(&[CodeActionKind::new("source.fix")]));
    }
}
