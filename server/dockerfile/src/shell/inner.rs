//! Scripts in a word: `sh -c '…'`.

use crate::logical::Logical;
use crate::shell::ast::Word;

/// Whether a word is `-c`, `-lc` and the like, behind which a shell takes its script.
pub fn is_command_flag(word: &str) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.ends_with('c')
}

/// The word behind the first `-c`, `-lc`, ….
pub fn script_argument(words: &[Word]) -> Option<&Word> {
    let flag = words.iter().position(|word| is_command_flag(&word.raw))?;
    words.get(flag + 1)
}

/// The text inside the quotes of a word that is one quoted string, else the word's own, with the way
/// back to the file. `text` is what the word was read from.
pub fn inner_text(word: &Word, text: &Logical) -> Logical {
    let source = text.range(0..text.text().len());
    let quoted = word.raw.len() >= 2
        && matches!(word.raw.as_bytes(), [first @ (b'\'' | b'"'), .., last] if first == last);
    let raw = match quoted {
        true => &word.raw[1..word.raw.len() - 1],
        false => &word.raw,
    };
    // Find the word again, so that places inside it go back through continuations.
    let start = text.offset_of(word.range.start).unwrap_or(0);
    let start = start + usize::from(quoted);
    match text.slice(start..start + raw.len()) == raw {
        true => text.part(start..start + raw.len()),
        false => Logical::verbatim(raw, source.start),
    }
}
