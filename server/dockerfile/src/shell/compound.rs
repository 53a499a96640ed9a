//! Commands that hold other commands.

use crate::shell::ast::{Compound, CompoundKind, Item, Pipeline, Script, Simple, Word};
use crate::shell::parse::{MAX_DEPTH, Parser, Stop};

/// The words that only count where a command may start.
const CLOSING: [&str; 9] = [
    "then", "do", "done", "fi", "elif", "else", "esac", "}", "in",
];

impl Parser<'_> {
    pub(super) fn compound(&mut self) -> Option<Compound> {
        let start = self.position;
        if self.rest().starts_with("((") && self.skip_arithmetic() {
            return Some(compound(CompoundKind::Arithmetic, Vec::new(), Vec::new()));
        }
        if self.eat("(") {
            let script = self.script(Stop {
                parenthesis: true,
                ..Stop::default()
            });
            self.close(")", start);
            return Some(compound(CompoundKind::Subshell, Vec::new(), vec![script]));
        }
        let word = self.bare_word();
        self.position += word.len();
        match word {
            "{" => {
                let script = self.until(&["}"]);
                self.close_word("}", start);
                Some(compound(CompoundKind::Group, Vec::new(), vec![script]))
            }
            "if" => Some(self.r#if(start)),
            "while" => Some(self.r#loop(CompoundKind::While, start)),
            "until" => Some(self.r#loop(CompoundKind::Until, start)),
            "for" | "select" => Some(self.r#for(start)),
            "case" => Some(self.case(start)),
            "function" => {
                self.skip_blanks();
                let words = self.word().into_iter().collect();
                self.skip_blanks();
                if self.eat("(") {
                    self.skip_blanks();
                    self.eat(")");
                }
                let scripts = self.body_command().into_iter().collect();
                Some(compound(CompoundKind::Function, words, scripts))
            }
            "[[" => Some(self.test(start)),
            _ => {
                if CLOSING.contains(&word) && word != "in" {
                    let message = format!("`{word}` without its beginning");
                    self.problem(&message, start..start + word.len());
                }
                self.position = start;
                None
            }
        }
    }

    fn r#if(&mut self, start: usize) -> Compound {
        let mut scripts = vec![self.until(&["then", "fi"])];
        loop {
            if self.eat_word("then") {
                scripts.push(self.until(&["elif", "else", "fi"]));
            }
            if self.eat_word("elif") {
                scripts.push(self.until(&["then", "fi"]));
                continue;
            }
            if self.eat_word("else") {
                scripts.push(self.until(&["fi"]));
            }
            break;
        }
        self.close_word("fi", start);
        compound(CompoundKind::If, Vec::new(), scripts)
    }

    fn r#loop(&mut self, kind: CompoundKind, start: usize) -> Compound {
        let mut scripts = vec![self.until(&["do", "done"])];
        scripts.push(self.do_group(start));
        compound(kind, Vec::new(), scripts)
    }

    fn do_group(&mut self, start: usize) -> Script {
        self.skip_lines();
        if !self.eat_word("do") {
            self.problem("`do` is missing", start..self.position);
            return Script::default();
        }
        let script = self.until(&["done"]);
        self.close_word("done", start);
        script
    }

    fn r#for(&mut self, start: usize) -> Compound {
        self.skip_blanks();
        let mut words = Vec::new();
        if !(self.rest().starts_with("((") && self.skip_arithmetic()) {
            words.extend(self.word());
            self.skip_lines();
            if self.eat_word("in") {
                self.skip_blanks();
                while let Some(word) = self.word() {
                    words.push(word);
                    self.skip_blanks();
                }
            }
        }
        self.skip_blanks();
        self.eat(";");
        let scripts = vec![self.do_group(start)];
        compound(CompoundKind::For, words, scripts)
    }

    fn case(&mut self, start: usize) -> Compound {
        self.skip_blanks();
        let mut words: Vec<Word> = self.word().into_iter().collect();
        let mut scripts = Vec::new();
        self.skip_lines();
        if !self.eat_word("in") {
            self.problem("`in` is missing", start..self.position);
        }
        loop {
            self.skip_lines();
            if self.rest().is_empty() || self.bare_word() == "esac" {
                break;
            }
            let before = self.position;
            self.eat("(");
            loop {
                self.skip_blanks();
                words.extend(self.word());
                self.skip_blanks();
                if !self.eat("|") {
                    break;
                }
            }
            if !self.eat(")") {
                self.problem("`)` is missing behind the pattern", before..self.position);
            }
            scripts.push(self.script(Stop {
                case: true,
                words: &["esac"],
                ..Stop::default()
            }));
            let _end = self.eat(";;&") || self.eat(";;") || self.eat(";&");
            if self.position == before {
                break;
            }
        }
        self.close_word("esac", start);
        compound(CompoundKind::Case, words, scripts)
    }

    /// `[[ … ]]`: the operators in it are no redirections nor lists.
    fn test(&mut self, start: usize) -> Compound {
        let mut words = Vec::new();
        loop {
            self.skip_lines();
            if self.rest().is_empty() {
                self.problem("`]]` is missing", start..self.position);
                break;
            }
            match self.word() {
                Some(word) if word.raw == "]]" => break,
                Some(word) => words.push(word),
                None => self.position += self.rest().chars().next().map_or(1, char::len_utf8),
            }
        }
        compound(CompoundKind::Test, words, Vec::new())
    }

    /// `()` behind the only word of a command makes it the name of a function.
    pub(super) fn function_body(&mut self, simple: &Simple) -> Option<Script> {
        if simple.words.len() != 1 || !simple.assignments.is_empty() {
            return None;
        }
        let rest = self.rest().trim_start_matches([' ', '\t']);
        let inner = rest.strip_prefix('(')?.trim_start_matches([' ', '\t']);
        let behind = inner.strip_prefix(')')?;
        self.position = self.text.len() - behind.len();
        self.body_command()
    }

    fn body_command(&mut self) -> Option<Script> {
        self.depth += 1;
        let command = match self.depth > MAX_DEPTH {
            true => None,
            false => {
                self.skip_lines();
                self.command()
            }
        };
        self.depth -= 1;
        let pipeline = Pipeline {
            negated: false,
            commands: command.into_iter().collect(),
        };
        Some(Script {
            items: vec![Item {
                pipeline,
                connector: None,
            }],
        })
    }

    fn until(&mut self, words: &'static [&'static str]) -> Script {
        self.script(Stop {
            words,
            ..Stop::default()
        })
    }

    fn close_word(&mut self, end: &str, start: usize) {
        self.skip_lines();
        if !self.eat_word(end) {
            self.problem(&format!("`{end}` is missing"), start..self.position);
        }
    }
}

fn compound(kind: CompoundKind, words: Vec<Word>, scripts: Vec<Script>) -> Compound {
    Compound {
        kind,
        words,
        scripts,
    }
}
