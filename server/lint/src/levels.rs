//! What a project says about rules in a file of its own, `.hadolint.yaml`: which it does not want,
//! how much others matter, what fails. Finding the file is the caller's business.

use thiserror::Error;
use yaml_rust2::{Event, Yaml, YamlLoader, parser::Parser, scanner::ScanError};

use crate::finding::{Finding, Level};

/// What a `.hadolint.yaml` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Levels {
    /// Rules whose findings are not wanted, by any of their names.
    pub ignored: Vec<String>,
    /// Other levels for rules, by any of their names; `None`: not wanted.
    pub overrides: Vec<(String, Option<Level>)>,
    /// Findings at this level or above fail; `None`: the file does not say.
    pub threshold: Option<Threshold>,
    /// Comments in Dockerfiles do not silence anything.
    pub no_pragmas: bool,
    /// Registries from which images may come; empty: any.
    pub trusted_registries: Vec<String>,
    /// Labels that every image must have, and what their values must be.
    pub labels: Vec<(String, LabelKind)>,
    /// No other labels are allowed.
    pub strict_labels: bool,
}

/// What the value of a label must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LabelKind {
    /// Any text that is not empty.
    Text,
    /// Any text.
    RawText,
    /// An address with a scheme.
    Url,
    /// A date and time as in RFC 3339.
    Rfc3339,
    /// A version as in semver.org.
    Semver,
    /// An SPDX licence expression.
    Spdx,
    /// A git commit.
    Hash,
    /// An address for mail.
    Email,
}

/// What makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// A finding of this level or above.
    Level(Level),
    /// Nothing.
    Never,
}

/// Why a `.hadolint.yaml` is not understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LevelsError {
    /// It is no YAML.
    #[error("line {line}: {message}")]
    NotYaml {
        /// The line, from 1.
        line: usize,
        /// What the reader says.
        message: String,
    },
    /// It is larger or more entangled than a list of settings has reason to be.
    #[error("{what}, which a list of settings has no use for")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
    },
    /// It is something other than a list of settings.
    #[error("expected `name: value` lines")]
    NoSettings,
    /// A setting has a value that it cannot have.
    #[error("`{setting}` is `{value}`; expected {expected}")]
    Value {
        /// The setting.
        setting: String,
        /// Its value.
        value: String,
        /// What it may be.
        expected: &'static str,
    },
}

/// A longer file, in bytes, is not read.
const LARGEST: usize = 256 << 10;
/// The reader calls itself for each level, and a stack has an end.
const DEEPEST: usize = 32;
/// The reader copies what an alias stands for: some dozens of them make more than there is memory.
const MOST_ALIASES: usize = 8;

const LABEL_KINDS: &str = "text, rawtext, url, rfc3339, semver, spdx, hash or email";
const LEVELS: &str = "error, warning, info, style, ignore or none";

impl Levels {
    /// Reads a `.hadolint.yaml`. Settings that are not about rules are passed over.
    pub fn parse_hadolint(text: &str) -> Result<Levels, LevelsError> {
        bounded(text)?;
        let documents = YamlLoader::load_from_str(text).map_err(not_yaml)?;
        let mut levels = Levels::default();
        let settings = match documents.first() {
            None | Some(Yaml::Null | Yaml::BadValue) => return Ok(levels),
            Some(Yaml::Hash(settings)) => settings,
            Some(_) => return Err(LevelsError::NoSettings),
        };
        for (name, value) in settings {
            match name.as_str().unwrap_or_default() {
                "ignored" => levels.ignored = strings(value),
                "override" => levels.overrides = overrides(value)?,
                "failure-threshold" if levels.threshold != Some(Threshold::Never) => {
                    levels.threshold = Some(threshold("failure-threshold", value)?);
                }
                "no-fail" if value.as_bool() == Some(true) => {
                    levels.threshold = Some(Threshold::Never);
                }
                "disable-ignore-pragma" => levels.no_pragmas = value.as_bool() == Some(true),
                "trustedRegistries" => levels.trusted_registries = strings(value),
                "label-schema" => levels.labels = labels(value)?,
                "strict-labels" => levels.strict_labels = value.as_bool() == Some(true),
                _ => {}
            }
        }
        Ok(levels)
    }

    /// Takes away what is not wanted and sets the levels.
    pub fn apply(&self, findings: &mut Vec<Finding>) {
        if self.ignored.is_empty() && self.overrides.is_empty() {
            return;
        }
        findings.retain_mut(|finding| {
            if self.ignored.iter().any(|name| finding.is_called(name)) {
                return false;
            }
            let last = self.overrides.iter().rev();
            let level = last
                .filter(|(name, _)| finding.is_called(name))
                .map(|(_, level)| *level)
                .next();
            match level {
                None => true,
                Some(None) => false,
                Some(Some(level)) => {
                    finding.level = level;
                    true
                }
            }
        });
    }
}

impl LabelKind {
    fn parse(name: &str) -> Option<LabelKind> {
        Some(match name.to_ascii_lowercase().as_str() {
            "text" => LabelKind::Text,
            "rawtext" => LabelKind::RawText,
            "url" => LabelKind::Url,
            "rfc3339" => LabelKind::Rfc3339,
            "semver" => LabelKind::Semver,
            "spdx" => LabelKind::Spdx,
            "hash" => LabelKind::Hash,
            "email" => LabelKind::Email,
            _ => return None,
        })
    }
}

impl Threshold {
    /// Reads a threshold in our words or in hadolint's.
    pub fn parse(text: &str) -> Option<Threshold> {
        match text.to_ascii_lowercase().as_str() {
            "error" => Some(Threshold::Level(Level::Error)),
            "warning" => Some(Threshold::Level(Level::Warning)),
            "info" => Some(Threshold::Level(Level::Info)),
            "hint" | "style" | "ignore" => Some(Threshold::Level(Level::Hint)),
            "none" | "never" => Some(Threshold::Never),
            _ => None,
        }
    }

    /// Whether a finding of this level fails.
    pub fn fails(self, level: Level) -> bool {
        match self {
            Threshold::Level(least) => level >= least,
            Threshold::Never => false,
        }
    }
}

/// Whether a text may be loaded. Anybody's file may be read, in a program that others go on needing.
fn bounded(text: &str) -> Result<(), LevelsError> {
    let too_much = |what| Err(LevelsError::TooMuch { what });
    if text.len() > LARGEST {
        return too_much("more than 256 KiB");
    }
    let mut parser = Parser::new_from_str(text);
    let (mut depth, mut aliases) = (0_usize, 0);
    loop {
        match parser.next_token().map_err(not_yaml)?.0 {
            Event::StreamEnd => return Ok(()),
            Event::SequenceStart(..) | Event::MappingStart(..) => depth += 1,
            Event::SequenceEnd | Event::MappingEnd => depth = depth.saturating_sub(1),
            Event::Alias(_) => aliases += 1,
            _ => {}
        }
        if depth > DEEPEST {
            return too_much("more than 32 levels of lists");
        }
        if aliases > MOST_ALIASES {
            return too_much("more than 8 aliases");
        }
    }
}

fn not_yaml(error: ScanError) -> LevelsError {
    LevelsError::NotYaml {
        line: error.marker().line(),
        message: error.info().to_owned(),
    }
}

fn overrides(value: &Yaml) -> Result<Vec<(String, Option<Level>)>, LevelsError> {
    let mut overrides = Vec::new();
    let Yaml::Hash(by_level) = value else {
        return Ok(overrides);
    };
    for (level, names) in by_level {
        let level = match threshold("override", level)? {
            Threshold::Level(_) if level.as_str() == Some("ignore") => None,
            Threshold::Level(level) => Some(level),
            Threshold::Never => None,
        };
        overrides.extend(strings(names).into_iter().map(|name| (name, level)));
    }
    Ok(overrides)
}

fn labels(value: &Yaml) -> Result<Vec<(String, LabelKind)>, LevelsError> {
    let mut labels = Vec::new();
    let Yaml::Hash(by_name) = value else {
        return Ok(labels);
    };
    for (name, kind) in by_name {
        let kind = text(kind);
        let known = LabelKind::parse(&kind).ok_or(LevelsError::Value {
            setting: format!("label-schema: {}", text(name)),
            value: kind,
            expected: LABEL_KINDS,
        })?;
        labels.push((text(name), known));
    }
    Ok(labels)
}

fn threshold(setting: &str, value: &Yaml) -> Result<Threshold, LevelsError> {
    let text = text(value);
    Threshold::parse(&text).ok_or_else(|| LevelsError::Value {
        setting: setting.to_owned(),
        value: text,
        expected: LEVELS,
    })
}

/// A list of strings, or one.
fn strings(value: &Yaml) -> Vec<String> {
    match value {
        Yaml::Array(values) => values.iter().map(text).collect(),
        Yaml::Null | Yaml::BadValue => Vec::new(),
        value => vec![text(value)],
    }
}

fn text(value: &Yaml) -> String {
    match value {
        Yaml::String(text) | Yaml::Real(text) => text.clone(),
        Yaml::Integer(number) => number.to_string(),
        Yaml::Boolean(value) => value.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hadolint_file_is_understood() {
        let text = "\
# Ours
failure-threshold: warning
ignored:
  - DL3008 # versions
  - \"SC2086\"
override:
  error: [DL3000]
  style:
    - DL3025
  ignore: DL3059
label-schema: {author: text, version: semver}
strict-labels: true
trustedRegistries:
  - docker.io
";
        let levels = Levels::parse_hadolint(text).expect("it is understood");
        assert_eq!(levels.ignored, ["DL3008", "SC2086"]);
        let overrides = [
            ("DL3000".to_owned(), Some(Level::Error)),
            ("DL3025".to_owned(), Some(Level::Hint)),
            ("DL3059".to_owned(), None),
        ];
        assert_eq!(levels.overrides, overrides);
        assert_eq!(levels.threshold, Some(Threshold::Level(Level::Warning)));
        assert_eq!(levels.trusted_registries, ["docker.io"]);
        let labels = [
            ("author".to_owned(), LabelKind::Text),
            ("version".to_owned(), LabelKind::Semver),
        ];
        assert_eq!(levels.labels, labels);
        assert!(levels.strict_labels);
        assert_eq!(Levels::parse_hadolint(""), Ok(Levels::default()));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        let error = |text| Levels::parse_hadolint(text).map_err(|it| it.to_string());
        assert_eq!(
            error("failure-threshold: loud"),
            Err(
                "`failure-threshold` is `loud`; expected error, warning, info, style, ignore or none"
                    .to_owned()
            )
        );
        assert_eq!(
            error("label-schema: {a: colour}"),
            Err(
                "`label-schema: a` is `colour`; expected text, rawtext, url, rfc3339, semver, spdx, hash or email"
                    .to_owned()
            )
        );
        assert_eq!(error("- a"), Err("expected `name: value` lines".to_owned()));
        let broken = error("a: [1").expect_err("it is no YAML");
        assert!(broken.starts_with("line "), "{broken}");
    }

    #[test]
    fn a_file_that_is_made_to_hurt_is_refused() {
        let error = |text: &str| Levels::parse_hadolint(text).map_err(|it| it.to_string());
        let refused = |what: &str| {
            let text = format!("{what}, which a list of settings has no use for");
            Err(text)
        };
        for deep in ["[".repeat(40), "- ".repeat(50_000)] {
            assert_eq!(error(&deep), refused("more than 32 levels of lists"));
        }
        assert!(error(&"[".repeat(200_000)).is_err());
        let mut laughs = String::from("a: &a [x, x]\n");
        for (one, other) in ('a'..'y').zip('b'..='y') {
            laughs.push_str(&format!(
                "{other}: &{other} [*{one}, *{one}, *{one}, *{one}]\n"
            ));
        }
        assert_eq!(error(&laughs), refused("more than 8 aliases"));
        assert_eq!(error(&"#".repeat(300_000)), refused("more than 256 KiB"));
        assert_eq!(
            error("ignored: &a [DL3008]\nx: *a\n"),
            Ok(Levels {
                ignored: vec!["DL3008".to_owned()],
                ..Levels::default()
            })
        );
    }
}
