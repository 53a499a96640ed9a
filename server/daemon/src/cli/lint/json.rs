//! Findings for programs: our form, and hadolint's.

use std::io::{self, Write};

use dockerfile::range::TextRange;
use lint::{
    finding::{Finding, Level},
    position::{Encoding, LineIndex},
};
use serde::Serialize;

use crate::cli::lint::Linted;

/// The version of the form.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    files: Vec<FileReport<'a>>,
}

#[derive(Serialize)]
struct FileReport<'a> {
    path: &'a str,
    findings: Vec<FindingReport<'a>>,
}

#[derive(Serialize)]
struct FindingReport<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'a str,
    message: &'a str,
    url: Option<String>,
    range: Range,
    aliases: &'a [&'a str],
    fixes: Vec<FixReport<'a>>,
}

#[derive(Serialize)]
struct FixReport<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<EditReport<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct EditReport<'a> {
    range: Range,
    new_text: &'a str,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    character: usize,
}

#[derive(Serialize)]
struct HadolintReport<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    code: &'a str,
    level: &'a str,
    message: &'a str,
}

/// Prints our form, with UTF-16 columns as in LSP.
pub fn print(out: &mut dyn Write, linted: &[Linted]) -> io::Result<()> {
    let files = linted.iter().map(|file| {
        let index = LineIndex::new(&file.text);
        let findings = file.findings.iter();
        FileReport {
            path: &file.path,
            findings: findings.map(|it| finding(&index, it)).collect(),
        }
    });
    let report = Report {
        version: VERSION,
        files: files.collect(),
    };
    serde_json::to_writer(&mut *out, &report)?;
    writeln!(out)
}

/// Prints hadolint's form: its code for a finding where it has one.
pub fn print_as_hadolint(out: &mut dyn Write, linted: &[Linted]) -> io::Result<()> {
    let mut reports = Vec::new();
    for file in linted {
        let index = LineIndex::new(&file.text);
        for finding in &file.findings {
            let (line, column) = index.position(finding.range.start, Encoding::Utf32);
            reports.push(HadolintReport {
                file: &file.path,
                line: line + 1,
                column: column + 1,
                code: hadolint_code(finding),
                level: hadolint_level(finding.level),
                message: &finding.message,
            });
        }
    }
    serde_json::to_writer(&mut *out, &reports)?;
    writeln!(out)
}

/// hadolint's code for a finding, else ours.
pub fn hadolint_code(finding: &Finding) -> &str {
    finding.alias_of("hadolint").unwrap_or(finding.code)
}

/// hadolint's word for a level.
pub fn hadolint_level(level: Level) -> &'static str {
    match level {
        Level::Hint => "style",
        other => other.name(),
    }
}

fn finding<'a>(index: &LineIndex<'_>, finding: &'a Finding) -> FindingReport<'a> {
    let fixes = finding.fixes.iter().map(|fix| FixReport {
        title: &fix.title,
        safe: fix.safe,
        edits: fix
            .edits
            .iter()
            .map(|edit| EditReport {
                range: range(index, edit.range),
                new_text: &edit.new_text,
            })
            .collect(),
    });
    FindingReport {
        code: finding.code,
        name: finding.name,
        severity: finding.level.name(),
        message: &finding.message,
        url: finding.url(),
        range: range(index, finding.range),
        aliases: finding.aliases,
        fixes: fixes.collect(),
    }
}

fn range(index: &LineIndex<'_>, range: TextRange) -> Range {
    let position = |offset| {
        let (line, character) = index.position(offset, Encoding::Utf16);
        Position { line, character }
    };
    Range {
        start: position(range.start),
        end: position(range.end),
    }
}
