//! From text to tree: lines, directives, instructions, heredocs. Never fails; what is wrong is in
//! [`File::problems`], and a broken line costs only itself.

use crate::ast::{Body, File, Heredoc, Instruction, Keyword};
use crate::directive::{self, Directive, DirectiveName};
use crate::heredoc::{self, Opener};
use crate::instruction;
use crate::lines::{self, Line, LineKind};
use crate::logical::Logical;
use crate::problem::{Problem, ProblemKind};
use crate::range::TextRange;

/// Reads a Dockerfile.
pub fn parse(text: &str) -> File {
    let mut parser = Parser {
        text,
        lines: lines::split(text),
        next: 0,
        escape: '\\',
        directives: Vec::new(),
        problems: Vec::new(),
    };
    parser.directives();
    let mut instructions = Vec::new();
    while parser.next < parser.lines.len() {
        instructions.extend(parser.line());
    }
    parser.order(&instructions);
    parser
        .problems
        .sort_by_key(|problem| (problem.range.start, problem.range.end));
    File {
        text: text.to_owned(),
        lines: parser.lines,
        directives: parser.directives,
        escape: parser.escape,
        instructions,
        problems: parser.problems,
    }
}

struct Parser<'a> {
    text: &'a str,
    lines: Vec<Line>,
    next: usize,
    escape: char,
    directives: Vec<Directive>,
    problems: Vec<Problem>,
}

impl<'a> Parser<'a> {
    /// The directives at the start. BuildKit looks for the syntax behind a `#!` line as well.
    fn directives(&mut self) {
        let shebang = self
            .lines
            .first()
            .is_some_and(|line| line.content.of(self.text).starts_with("#!"));
        if shebang {
            self.lines[0].kind = LineKind::Comment;
            self.next = 1;
        }
        while let Some(line) = self.lines.get_mut(self.next) {
            let content = line.content.of(self.text);
            let blanks = content.len() - content.trim_start().len();
            let directive =
                directive::parse_line(content.trim_start(), line.content.start + blanks);
            let Some(directive) = directive else {
                break;
            };
            if shebang && directive.name != DirectiveName::Syntax {
                break;
            }
            line.kind = LineKind::Directive;
            self.next += 1;
            self.directive(directive);
        }
    }

    fn directive(&mut self, directive: Directive) {
        if self.directives.iter().any(|it| it.name == directive.name) {
            self.problem(
                ProblemKind::DuplicateDirective {
                    name: directive.name.text().to_owned(),
                },
                directive.range,
            );
        } else if directive.name == DirectiveName::Escape {
            match directive.value.as_str() {
                "\\" => self.escape = '\\',
                "`" => self.escape = '`',
                value => self.problem(
                    ProblemKind::InvalidEscape {
                        value: value.to_owned(),
                    },
                    directive.value_range,
                ),
            }
        }
        self.directives.push(directive);
    }

    /// The next line, and those that belong to it.
    fn line(&mut self) -> Option<Instruction> {
        let line = self.lines[self.next];
        let content = line.content.of(self.text);
        self.lines[self.next].kind = match content.trim_start() {
            "" => LineKind::Blank,
            it if it.starts_with('#') => LineKind::Comment,
            _ => LineKind::Instruction,
        };
        self.next += 1;
        if self.lines[self.next - 1].kind != LineKind::Instruction {
            return None;
        }
        let (logical, end) = self.logical_line(line);
        let mut instruction = instruction::parse(
            &logical,
            0..logical.text().len(),
            self.escape,
            &mut self.problems,
        );
        instruction.range.end = instruction.range.end.max(end);
        if let Some(range) = heredoc_arguments(&instruction) {
            self.heredocs(&mut instruction, range);
        }
        Some(instruction)
    }

    /// Joins a line with those that continue it; also the end of the last line with content.
    fn logical_line(&mut self, first: Line) -> (Logical, usize) {
        let content = first.content.of(self.text);
        let mut logical = Logical::default();
        let blanks = content.len() - content.trim_start().len();
        let mut line = TextRange::new(first.content.start + blanks, first.content.end);
        let mut blank_lines = Vec::new();
        loop {
            let part = line.of(self.text);
            let Some(length) = lines::continued(part, self.escape) else {
                logical.push(part, line.start);
                break;
            };
            logical.push(&part[..length], line.start);
            let Some(next) = self.continuation(&mut blank_lines) else {
                break;
            };
            line = next;
        }
        for blank in blank_lines {
            self.problem(ProblemKind::EmptyContinuation, blank);
        }
        let visible = line.of(self.text).trim_end().len();
        (logical, line.start + visible)
    }

    /// The next line that has a part of the instruction.
    fn continuation(&mut self, blank_lines: &mut Vec<TextRange>) -> Option<TextRange> {
        while let Some(line) = self.lines.get_mut(self.next) {
            let content = line.content.of(self.text);
            self.next += 1;
            if lines::is_comment(content) {
                line.kind = LineKind::Comment;
                continue;
            }
            if content.trim().is_empty() {
                line.kind = LineKind::Blank;
                blank_lines.push(line.content);
                continue;
            }
            line.kind = LineKind::Instruction;
            return Some(line.content);
        }
        None
    }

    fn heredocs(&mut self, instruction: &mut Instruction, range: std::ops::Range<usize>) {
        let openers = match heredoc::openers(instruction.logical.text(), range) {
            Ok(openers) => openers,
            Err(unclosed) => {
                let position = unclosed.position;
                let range = instruction.logical.range(position..position + 1);
                self.problem(ProblemKind::UnclosedQuote, range);
                return;
            }
        };
        for opener in openers {
            let heredoc = self.heredoc(&instruction.logical, opener);
            let end = match heredoc.terminator {
                Some(terminator) => terminator.end,
                None => heredoc.body.end,
            };
            instruction.range.end = instruction.range.end.max(end);
            let holder = match &mut instruction.body {
                Body::Onbuild(Some(inner)) => inner.as_mut(),
                _ => &mut *instruction,
            };
            holder.heredocs.push(heredoc);
        }
    }

    fn heredoc(&mut self, logical: &Logical, opener: Opener) -> Heredoc {
        let body_start = match self.lines.get(self.next) {
            Some(line) => line.content.start,
            None => self.text.len(),
        };
        let opener_range = logical.range(opener.range);
        let mut content = Logical::verbatim("", body_start);
        let mut terminator = None;
        let end = match self.terminator(&opener.name, opener.strip_tabs) {
            Some(index) => {
                self.lines[index].kind = LineKind::HeredocEnd;
                terminator = Some(self.lines[index].content);
                index
            }
            None => {
                self.problem(
                    ProblemKind::UnterminatedHeredoc {
                        name: opener.name.clone(),
                    },
                    opener_range,
                );
                self.recovery()
            }
        };
        let mut body_end = body_start;
        for line in &mut self.lines[self.next..end] {
            line.kind = LineKind::HeredocBody;
            body_end = line.next;
            let text = &self.text[line.content.start..line.next];
            let tabs = match opener.strip_tabs {
                true => text.len() - text.trim_start_matches('\t').len(),
                false => 0,
            };
            content.push(&text[tabs..], line.content.start + tabs);
        }
        self.next = match terminator {
            Some(_) => end + 1,
            None => end,
        };
        Heredoc {
            opener: opener_range,
            name: opener.name,
            strip_tabs: opener.strip_tabs,
            expand: opener.expand,
            body: TextRange::new(body_start, body_end),
            terminator,
            content,
        }
    }

    fn terminator(&self, name: &str, strip_tabs: bool) -> Option<usize> {
        (self.next..self.lines.len()).find(|index| {
            let line = self.lines[*index].content.of(self.text);
            match strip_tabs {
                true => line.trim_start_matches('\t') == name,
                false => line == name,
            }
        })
    }

    /// Where a heredoc that is not ended yet probably ends: before a line that starts with an
    /// instruction in capitals. While its last line is being typed, the rest of the file stays.
    fn recovery(&self) -> usize {
        (self.next..self.lines.len())
            .find(|index| {
                let line = self.lines[*index].content.of(self.text);
                let word = line.split([' ', '\t']).next().unwrap_or("");
                word.len() < line.len()
                    && Keyword::ALL
                        .into_iter()
                        .any(|keyword| keyword.name() == word)
            })
            .unwrap_or(self.lines.len())
    }

    /// What must come before what.
    fn order(&mut self, instructions: &[Instruction]) {
        let Some(first) = instructions.first() else {
            let range = TextRange::new(lines::byte_order_mark(self.text), self.text.len());
            self.problem(ProblemKind::NoInstructions, range);
            return;
        };
        let is_from = |instruction: &Instruction| instruction.keyword == Keyword::From;
        if !instructions.iter().any(is_from) {
            self.problem(ProblemKind::NoFrom, first.name.range);
            return;
        }
        for instruction in instructions.iter().take_while(|it| !is_from(it)) {
            if !matches!(instruction.keyword, Keyword::Arg | Keyword::Unknown) {
                self.problem(
                    ProblemKind::BeforeFrom {
                        instruction: instruction.keyword.name(),
                    },
                    instruction.name.range,
                );
            }
        }
    }

    fn problem(&mut self, kind: ProblemKind, range: TextRange) {
        self.problems.push(Problem { kind, range });
    }
}

/// Where in the logical line heredocs may be opened: in RUN, COPY and ADD without JSON, also behind
/// ONBUILD.
fn heredoc_arguments(instruction: &Instruction) -> Option<std::ops::Range<usize>> {
    let holder = match &instruction.body {
        Body::Onbuild(Some(inner)) => inner.as_ref(),
        _ => instruction,
    };
    let json = match &holder.body {
        Body::Command(crate::ast::Command::Exec(_)) => true,
        Body::Files(files) => files.json,
        _ => false,
    };
    let takes_heredocs = matches!(holder.keyword, Keyword::Run | Keyword::Copy | Keyword::Add);
    let range = 0..instruction.logical.text().len();
    (takes_heredocs && !json && instruction.logical.text().contains("<<")).then_some(range)
}
