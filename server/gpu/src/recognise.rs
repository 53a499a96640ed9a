//! What an engine's or a framework's error text means: the reader of `tables/errors.toml`.
//! The table's order is the order of matching.

use std::sync::OnceLock;

use regex::Regex;
use serde::Deserialize;

use crate::decide::{EngineFacts, Reason};

/// An error text that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// The row's stable name, kebab-case.
    pub id: String,
    /// What it means. Lower case, no full stop.
    pub meaning: String,
    /// What to do.
    pub remedy: String,
    /// Another way of asking for the GPU may work.
    pub retry: bool,
    /// What the pattern took out of the text, by name.
    pub captures: Vec<(String, String)>,
}

impl Recognised {
    /// As a plan's or a protocol's reason.
    pub fn reason(&self) -> Reason {
        Reason {
            code: self.id.clone(),
            message: self.meaning.clone(),
            remedy: self.remedy.clone(),
        }
    }
}

/// Finds the first row whose pattern is in the text. Rows for rootless engines match only
/// when the facts say rootless.
pub fn recognise(text: &str, facts: Option<&EngineFacts>) -> Option<Recognised> {
    let rootless = facts.is_some_and(EngineFacts::is_rootless);
    for (pattern, row) in rows() {
        if row.rootless && !rootless {
            continue;
        }
        let Some(found) = pattern.captures(text) else {
            continue;
        };
        let captures: Vec<(String, String)> = pattern
            .capture_names()
            .flatten()
            .filter_map(|name| {
                let value = found.name(name)?.as_str().trim();
                Some((name.to_owned(), value.to_owned()))
            })
            .collect();
        return Some(Recognised {
            id: row.id.clone(),
            meaning: fill(&row.meaning, &captures),
            remedy: fill(&row.remedy, &captures),
            retry: row.retry,
            captures,
        });
    }
    None
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    error: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    pattern: String,
    #[serde(default)]
    rootless: bool,
    meaning: String,
    remedy: String,
    retry: bool,
    #[allow(dead_code, reason = "provenance, for people and for the test")]
    seen: String,
}

fn rows() -> &'static [(Regex, Row)] {
    static ROWS: OnceLock<Vec<(Regex, Row)>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let table: Table = toml::from_str(include_str!("../tables/errors.toml"))
            .expect("the embedded table is checked by a test");
        table
            .error
            .into_iter()
            .map(|row| {
                let pattern =
                    Regex::new(&row.pattern).expect("the embedded patterns are checked by a test");
                (pattern, row)
            })
            .collect()
    })
}

/// Every meaning of the table, its places unfilled.
#[cfg(test)]
pub(crate) fn meanings() -> impl Iterator<Item = &'static str> {
    rows().iter().map(|(_, row)| row.meaning.as_str())
}

fn fill(template: &str, captures: &[(String, String)]) -> String {
    let mut text = template.to_owned();
    for (name, value) in captures {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

#[cfg(test)]
mod tests;
