//! Agreement with the tree that BuildKit's own parser builds, over cases in its dump format: those of
//! this file, and `buildkit-parser-testfiles.jsonl` in the folder of `WARPDOCK_ACCEPTANCE`.

use std::path::PathBuf;

use dockerfile::ast::{Body, Command, Instruction, Keyword, Pairs};
use dockerfile::parse::parse;
use dockerfile::problem::Verdict;

/// The dump of BuildKit's parser; `None`: it refuses the file.
fn dump(text: &str) -> Option<String> {
    let file = parse(text);
    let refused = file
        .problems
        .iter()
        .any(|problem| problem.verdict() == Verdict::RefusedByParser);
    let lines = file
        .instructions
        .iter()
        .map(|it| format!("({})\n", node(it)));
    (!refused).then(|| lines.collect())
}

fn node(instruction: &Instruction) -> String {
    let mut text = instruction.name.text.to_lowercase();
    if !instruction.flags.is_empty() {
        let flags: Vec<String> = instruction
            .flags
            .iter()
            .map(|flag| match &flag.value {
                Some(value) => quote(&format!("--{}={}", flag.name.text, value.text)),
                None => quote(&format!("--{}", flag.name.text)),
            })
            .collect();
        text.push_str(&format!(" [{}]", flags.join(" ")));
    }
    let words: Vec<String> = match &instruction.body {
        Body::From(_) => instruction
            .arguments
            .text
            .split_ascii_whitespace()
            .map(str::to_owned)
            .collect(),
        Body::Command(command) => command_words(command),
        Body::Files(files) => files
            .sources
            .iter()
            .chain(&files.destination)
            .map(|word| word.text.clone())
            .collect(),
        Body::Pairs(pairs) if instruction.keyword == Keyword::Arg => argument_words(pairs),
        Body::Pairs(pairs) => pair_words(pairs),
        Body::List(list) => list.words.iter().map(|word| word.text.clone()).collect(),
        Body::Value => vec![instruction.arguments.text.clone()],
        Body::Healthcheck(healthcheck) => healthcheck
            .kind
            .iter()
            .map(|kind| kind.text.clone())
            .chain(command_words(&healthcheck.command))
            .collect(),
        Body::Onbuild(Some(inner)) => return format!("{text} ({})", node(inner)),
        Body::Onbuild(None) => Vec::new(),
        Body::Unknown => vec![String::new()],
    };
    for word in words {
        text.push(' ');
        text.push_str(&quote(&word));
    }
    text
}

fn command_words(command: &Command) -> Vec<String> {
    match command {
        Command::Empty => Vec::new(),
        Command::Shell(word) => vec![word.text.clone()],
        Command::Exec(strings) => strings
            .iter()
            .map(|it| it.value.text().to_owned())
            .collect(),
    }
}

fn argument_words(pairs: &Pairs) -> Vec<String> {
    pairs
        .pairs
        .iter()
        .map(|pair| match &pair.value {
            Some(value) => format!("{}={}", pair.name.text, value.text),
            None => pair.name.text.clone(),
        })
        .collect()
}

fn pair_words(pairs: &Pairs) -> Vec<String> {
    let separator = match pairs.legacy {
        true => "",
        false => "=",
    };
    pairs
        .pairs
        .iter()
        .flat_map(|pair| {
            let value = pair.value.as_ref().map_or("", |value| value.text.as_str());
            [
                pair.name.text.clone(),
                value.to_owned(),
                separator.to_owned(),
            ]
        })
        .collect()
}

/// Go's `strconv.Quote`, for the characters that occur.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\u{b}' => quoted.push_str("\\v"),
            '\0'..='\u{1f}' => quoted.push_str(&format!("\\x{:02x}", u32::from(character))),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

#[track_caller]
fn check(text: &str, expect: Option<&str>) {
    assert_eq!(dump(text).as_deref(), expect);
}

#[test]
fn continuations_are_joined_without_a_blank() {
    check(
        "FROM a\nRUN one \\\n two\\\nthree\n",
        Some("(from \"a\")\n(run \"one  twothree\")\n"),
    );
    check(
        "FROM a\nENV A b\\\\\nENV C d\n",
        Some("(from \"a\")\n(env \"A\" \"b\\\\\\\\\" \"\")\n(env \"C\" \"d\" \"\")\n"),
    );
}

#[test]
fn what_the_parser_refuses() {
    for text in [
        "",
        "# only a comment\n",
        "FROM a\nENV NAME\n",
        "FROM a\nENV A=1 B\n",
        "FROM a\nCMD [1]\n",
        "# escape=x\nFROM a\n",
        "# escape=\\\n# escape=`\nFROM a\n",
        "FROM a\nRUN <<EOF\n",
    ] {
        check(text, None);
    }
}

#[test]
fn the_cases_of_the_environment_agree() {
    let mut cases =
        r#"{"dockerfile": "FROM a\nCMD [ ]\n", "result": "(from \"a\")\n(cmd)\n"}"#.to_owned();
    if let Some(folder) = std::env::var_os("WARPDOCK_ACCEPTANCE").map(PathBuf::from) {
        cases = std::fs::read_to_string(folder.join("buildkit-parser-testfiles.jsonl"))
            .expect("the cases can be read");
    }
    let mut wrong = Vec::new();
    for line in cases.lines() {
        let case: serde_json::Value = serde_json::from_str(line).expect("a case is JSON");
        let text = case["dockerfile"].as_str().expect("a case has a text");
        let dumped = dump(text);
        let agrees = match (case["kind"].as_str(), case["result"].as_str()) {
            (Some("testfiles-negative"), _) => dumped.is_none(),
            (_, Some(result)) => dumped.as_deref().map(str::trim) == Some(result.trim()),
            (_, None) => dumped.is_some(),
        };
        if !agrees {
            wrong.push(format!("{}:\n{}", case["name"], dumped.unwrap_or_default()));
        }
    }
    let count = cases.lines().count();
    assert!(
        wrong.is_empty(),
        "{} of {count} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
