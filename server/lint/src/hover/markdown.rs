//! Text of Dockerfiles and images in Markdown. They are other people's: nothing of them becomes a
//! link, a picture or HTML.

/// As code.
pub(super) fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    let runs = text.split(|it| it != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or_default() + 1);
    match text.starts_with('`') || text.ends_with('`') {
        true => format!("{fence} {text} {fence}"),
        false => format!("{fence}{text}{fence}"),
    }
}

/// In a sentence.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '[' | ']' | '<' => plain.extend(['\\', character]),
            '\n' | '\r' => plain.push(' '),
            _ => plain.push(character),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_cannot_be_left() {
        assert_eq!(code("a:1"), "`a:1`");
        assert_eq!(code("a`![x](https://x)"), "``a`![x](https://x)``");
        assert_eq!(code("`a\n\n[x](y)`"), "`` `a  [x](y)` ``");
    }

    #[test]
    fn a_sentence_has_no_links() {
        assert_eq!(plain("![x](https://x) <img>"), r"!\[x\](https://x) \<img>");
        assert_eq!(plain(r"\[x](y)"), r"\\\[x\](y)");
    }
}
