//! The pages about the rules, from what each says about itself. The files below `docs/` are these
//! pages; a test writes them anew with `UPDATE_EXPECT=1`.

use crate::finding::Level;
use crate::rule::{FixKind, Rule};
use crate::rules;

/// An example in a rule's documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// What it shows.
    pub kind: ExampleKind,
    /// The Dockerfile.
    pub text: String,
    /// The `.hadolint.yaml` that it runs with.
    pub config: Option<String>,
    /// The `.dockerignore` beside it.
    pub dockerignore: Option<String>,
}

/// What an example shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExampleKind {
    /// What is reported.
    Bad,
    /// The one above it after the fix.
    Fixed,
    /// What is not reported.
    Good,
}

/// The examples of a rule, in order.
pub fn examples(rule: &'static Rule) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut config = None;
    let mut dockerignore = None;
    let mut lines = docs_lines(rule);
    while let Some(line) = lines.next() {
        let kind = ExampleKind::of_fence(line);
        let beside = match line {
            "```yaml" => Some(&mut config),
            "```dockerignore" => Some(&mut dockerignore),
            _ => None,
        };
        if kind.is_none() && beside.is_none() {
            continue;
        }
        let body = lines.by_ref().take_while(|line| *line != "```");
        let text: String = body.map(|line| format!("{line}\n")).collect();
        match (kind, beside) {
            (Some(kind), _) => examples.push(Example {
                kind,
                text,
                config: config.clone(),
                dockerignore: dockerignore.clone(),
            }),
            (None, Some(beside)) => *beside = Some(text),
            (None, None) => {}
        }
    }
    examples
}

/// The page about a rule, Markdown.
pub fn page(rule: &'static Rule) -> String {
    let mut page = format!("# {}: {}\n\n", rule.code, rule.name);
    page.push_str(&format!("{}\n\n", facts(rule)));
    for line in docs_lines(rule) {
        match ExampleKind::of_fence(line) {
            Some(kind) => page.push_str(&format!("{}\n\n```dockerfile\n", kind.heading())),
            None => page.push_str(&format!("{line}\n")),
        }
    }
    let page = page.trim_end();
    format!(
        "{page}\n\n## Silence it\n\n\
         For one instruction, in a comment above it: `# warpdock ignore={code}`. \
         For the whole file: `# warpdock global ignore={code}`.\n",
        code = rule.code
    )
}

/// The list of the rules, Markdown.
pub fn index() -> String {
    let mut index =
        "# Rules\n\n| code | name | level | fix | what it finds |\n|---|---|---|---|---|\n"
            .to_owned();
    let mut rules = rules::ALL.to_vec();
    rules.sort_by_key(|rule| rule.code);
    for rule in rules {
        index.push_str(&format!(
            "| [{code}]({code}.md) | {} | {} | {} | {} |\n",
            rule.name,
            rule.level.name(),
            match rule.fix {
                FixKind::None => "",
                FixKind::Safe => "safe",
                FixKind::Unsafe => "to look at",
            },
            rule.summary().replace('|', "\\|"),
            code = rule.code,
        ));
    }
    index
}

fn facts(rule: &Rule) -> String {
    let mut facts = vec![match rule.level {
        Level::Error => "An error".to_owned(),
        Level::Warning => "A warning".to_owned(),
        Level::Info => "An information".to_owned(),
        Level::Hint => "A hint".to_owned(),
    }];
    facts.push(match rule.fix {
        FixKind::None => "no fix".to_owned(),
        FixKind::Safe => "with a safe fix".to_owned(),
        FixKind::Unsafe => "with a fix to look at first".to_owned(),
    });
    if rule.on_request {
        facts.push("silent until asked for".to_owned());
    }
    facts.push(format!("since {}", rule.since));
    let mut line = format!("{}.", facts.join(", "));
    if !rule.aliases.is_empty() {
        line.push_str(&format!(" Elsewhere: {}.", rule.aliases.join(", ")));
    }
    line
}

impl ExampleKind {
    fn of_fence(line: &str) -> Option<ExampleKind> {
        match line.strip_prefix("```dockerfile,")? {
            "bad" => Some(ExampleKind::Bad),
            "fixed" => Some(ExampleKind::Fixed),
            "good" => Some(ExampleKind::Good),
            _ => None,
        }
    }

    fn heading(self) -> &'static str {
        match self {
            ExampleKind::Bad => "Reported:",
            ExampleKind::Fixed => "After the fix:",
            ExampleKind::Good => "Fine:",
        }
    }
}

/// The lines of the documentation without the blank that `///` leaves before each.
fn docs_lines(rule: &'static Rule) -> impl Iterator<Item = &'static str> {
    rule.docs
        .lines()
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
}
