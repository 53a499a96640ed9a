//! JSON with comments and trailing commas, strict in everything else; every value knows its place.

use std::path::PathBuf;

use jsonc_parser::ast;
use jsonc_parser::errors::{ParseError, ParseErrorKind};
use jsonc_parser::{CollectOptions, ParseOptions};

use crate::model::Origin;
use crate::problem::{Problems, line_text};

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// A JSON value. Numbers are kept as written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    Array(Vec<Node>),
    Object(Vec<Member>),
}

/// A member of an object; no two of an object have the same name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) origin: Origin,
    pub(crate) node: Node,
}

/// What a text is part of, for the origins of its values.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    File(PathBuf),
    ImageLabel(String),
}

impl Node {
    /// The member of that name, if this is an object that has it.
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        match &self.value {
            Value::Object(members) => members
                .iter()
                .find(|member| member.name == name)
                .map(|member| &member.node),
            _ => None,
        }
    }

    /// The kind of the value with its article, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }
}

/// Decodes a file as UTF-8, with or without a byte order mark.
pub(crate) fn decode(
    bytes: &[u8],
    path: &std::path::Path,
    problems: &mut Problems,
) -> Option<String> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
            let (line, column) = position(&good, good.len());
            let origin = Origin::File {
                path: path.to_path_buf(),
                line,
                column,
            };
            problems.error_with(
                "not-utf8",
                &origin,
                "this is not UTF-8 text",
                "save the file with the encoding UTF-8",
            );
            None
        }
    }
}

/// Parses a text; `None` when it is no JSON, with a problem that says where and what was expected.
pub(crate) fn parse(text: &str, place: &Place, problems: &mut Problems) -> Option<Node> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    match jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &options) {
        Ok(result) => match result.value {
            Some(value) => Some(
                Convert {
                    text,
                    place,
                    problems,
                }
                .node(&value),
            ),
            None => {
                let origin = origin_at(place, 1, 1);
                problems.error(
                    "json",
                    &origin,
                    "the file is empty; expected an object, `{ … }`",
                );
                None
            }
        },
        Err(error) => {
            let at = place_of(&error, text);
            let (line, column) = position(text, at);
            let origin = origin_at(place, line, column);
            problems.error("json", &origin, expectation(&error, text));
            None
        }
    }
}

/// A missing comma is best shown where it is missing: after the value before.
fn place_of(error: &ParseError, text: &str) -> usize {
    let start = error.range().start.min(text.len());
    match error.kind() {
        ParseErrorKind::ExpectedComma => end_of_last_value(text, start),
        _ => start,
    }
}

/// The end of what is written before `start`, whitespace and whole comment lines left out.
fn end_of_last_value(text: &str, start: usize) -> usize {
    let mut end = text[..start].trim_end().len();
    loop {
        let line_start = text[..end].rfind('\n').map_or(0, |at| at + 1);
        if !text[line_start..end].trim_start().starts_with("//") {
            return end;
        }
        end = text[..line_start].trim_end().len();
    }
}

fn expectation(error: &ParseError, text: &str) -> String {
    let found = text[error.range().start.min(text.len())..].chars().next();
    let found = match found {
        Some(found) if !found.is_whitespace() => format!(", found `{found}`"),
        _ => String::new(),
    };
    match error.kind() {
        ParseErrorKind::ExpectedComma => {
            "expected `,` or the end of the object or array".to_owned()
        }
        ParseErrorKind::ExpectedColonAfterObjectKey => {
            format!("expected `:` after the name{found}")
        }
        ParseErrorKind::ExpectedObjectValue => format!("expected a value after `:`{found}"),
        ParseErrorKind::ExpectedStringObjectProperty | ParseErrorKind::UnexpectedTokenInObject => {
            format!("expected a name in double quotes{found}")
        }
        ParseErrorKind::SingleQuotedStringsNotAllowed => {
            "expected double quotes, found a single quote".to_owned()
        }
        ParseErrorKind::MultipleRootJsonValues => {
            format!("expected the end of the file after the first value{found}")
        }
        ParseErrorKind::UnexpectedComma => "expected a value, found `,`".to_owned(),
        ParseErrorKind::UnexpectedCloseBrace
        | ParseErrorKind::UnexpectedCloseBracket
        | ParseErrorKind::UnexpectedColon
        | ParseErrorKind::UnexpectedToken => format!("expected a value{found}"),
        ParseErrorKind::UnexpectedWord => {
            format!(
                "expected a value: a string in double quotes, a number, true, false or null{found}"
            )
        }
        ParseErrorKind::UnterminatedObject => "expected `}` for the `{` here".to_owned(),
        ParseErrorKind::UnterminatedArray => "expected `]` for the `[` here".to_owned(),
        ParseErrorKind::UnterminatedCommentBlock => "expected `*/` for the `/*` here".to_owned(),
        ParseErrorKind::NestingDepthExceeded => "this is nested too deeply".to_owned(),
        other => {
            let text = other.to_string();
            let mut letters = text.chars();
            let first = letters.next().map(|letter| letter.to_ascii_lowercase());
            first.into_iter().chain(letters).collect()
        }
    }
}

/// Line and column of a byte, from 1; columns count characters.
pub(crate) fn position(text: &str, at: usize) -> (u32, u32) {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before[line_start..].chars().count() + 1;
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    (narrow(line), narrow(column))
}

fn origin_at(place: &Place, line: u32, column: u32) -> Origin {
    match place {
        Place::File(path) => Origin::File {
            path: path.clone(),
            line,
            column,
        },
        Place::ImageLabel(image) => Origin::ImageLabel {
            image: image.clone(),
        },
    }
}

struct Convert<'a> {
    text: &'a str,
    place: &'a Place,
    problems: &'a mut Problems,
}

impl Convert<'_> {
    fn node(&mut self, value: &ast::Value) -> Node {
        use jsonc_parser::common::Ranged;
        let origin = self.origin(value.start());
        let value = match value {
            ast::Value::NullKeyword(_) => Value::Null,
            ast::Value::BooleanLit(literal) => Value::Bool(literal.value),
            ast::Value::NumberLit(literal) => Value::Number(literal.value.to_owned()),
            ast::Value::StringLit(literal) => Value::String(literal.value.clone().into_owned()),
            ast::Value::Array(array) => Value::Array(
                array
                    .elements
                    .iter()
                    .map(|element| self.node(element))
                    .collect(),
            ),
            ast::Value::Object(object) => Value::Object(self.members(object)),
        };
        Node { value, origin }
    }

    fn members(&mut self, object: &ast::Object) -> Vec<Member> {
        let mut members: Vec<Member> = Vec::new();
        for property in &object.properties {
            let member = Member {
                name: property.name.as_str().to_owned(),
                origin: self.origin(property.range.start),
                node: self.node(&property.value),
            };
            if let Some(known) = members.iter().position(|known| known.name == member.name) {
                let known = members.remove(known);
                let message = format!(
                    "`{}` is named twice; the one in {} is ignored",
                    known.name,
                    line_text(&known.origin)
                );
                self.problems
                    .warning("duplicate-key", &member.origin, message);
            }
            members.push(member);
        }
        members
    }

    fn origin(&self, at: usize) -> Origin {
        let (line, column) = position(self.text, at);
        origin_at(self.place, line, column)
    }
}
