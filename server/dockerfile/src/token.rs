//! The tokens of a file, for colouring and for the proof that nothing is lost: put together they
//! are the text.

use crate::ast::File;
use crate::lines::{self, LineKind};
use crate::range::TextRange;

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands; the next token starts where this one ends.
    pub range: TextRange,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// The byte order mark.
    ByteOrderMark,
    /// Blanks within a line.
    Space,
    /// The end of a line.
    Newline,
    /// A comment, from `#` to the end of the line.
    Comment,
    /// A parser directive, from `#` to the end of the line.
    Directive,
    /// The name of an instruction.
    Keyword,
    /// A part of a flag without blanks.
    Flag,
    /// A part of the arguments without blanks.
    Argument,
    /// The escape character that continues a line, with the blanks behind it.
    Continuation,
    /// A line of a heredoc.
    HeredocBody,
    /// The line that ends a heredoc.
    HeredocEnd,
}

/// The tokens of `file`, in order.
pub fn tokens(file: &File) -> Vec<Token> {
    let mut tokens = Tokens {
        file,
        tokens: Vec::new(),
        offset: 0,
        instruction: 0,
    };
    tokens.push(TokenKind::ByteOrderMark, lines::byte_order_mark(&file.text));
    for line in &file.lines {
        let content = line.content.of(&file.text);
        let blanks = content.len() - content.trim_start().len();
        match line.kind {
            LineKind::Blank => tokens.push(TokenKind::Space, line.content.end),
            LineKind::Comment | LineKind::Directive => {
                tokens.push(TokenKind::Space, line.content.start + blanks);
                let kind = match line.kind {
                    LineKind::Directive => TokenKind::Directive,
                    _ => TokenKind::Comment,
                };
                tokens.push(kind, line.content.end);
            }
            LineKind::Instruction => tokens.instruction_line(line.content),
            LineKind::HeredocBody => tokens.push(TokenKind::HeredocBody, line.content.end),
            LineKind::HeredocEnd => tokens.push(TokenKind::HeredocEnd, line.content.end),
        }
        tokens.push(TokenKind::Newline, line.next);
    }
    tokens.tokens
}

struct Tokens<'a> {
    file: &'a File,
    tokens: Vec<Token>,
    offset: usize,
    instruction: usize,
}

impl Tokens<'_> {
    fn push(&mut self, kind: TokenKind, end: usize) {
        if end > self.offset {
            let range = TextRange::new(self.offset, end);
            self.tokens.push(Token { kind, range });
            self.offset = end;
        }
    }

    fn instruction_line(&mut self, line: TextRange) {
        let text = line.of(&self.file.text);
        let length = lines::continued(text, self.file.escape).unwrap_or(text.len());
        let mut rest = &text[..length];
        while let Some(first) = rest.chars().next() {
            let space = first.is_whitespace();
            let end = rest
                .find(|character: char| character.is_whitespace() != space)
                .unwrap_or(rest.len());
            let kind = match space {
                true => TokenKind::Space,
                false => self.kind_at(self.offset),
            };
            self.push(kind, self.offset + end);
            rest = &rest[end..];
        }
        self.push(TokenKind::Continuation, line.end);
    }

    fn kind_at(&mut self, offset: usize) -> TokenKind {
        while let Some(instruction) = self.file.instructions.get(self.instruction) {
            if instruction.range.end <= offset {
                self.instruction += 1;
                continue;
            }
            let in_flag = |range: TextRange| range.start <= offset && offset < range.end;
            return match offset < instruction.name.range.end {
                true => TokenKind::Keyword,
                false if instruction.flags.iter().any(|it| in_flag(it.range)) => TokenKind::Flag,
                false => TokenKind::Argument,
            };
        }
        TokenKind::Argument
    }
}
