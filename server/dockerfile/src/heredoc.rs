//! Heredocs: the words that open them. Their lines are read by `parse`.

use std::ops::Range;

/// A word that opens a heredoc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opener {
    /// The word in the logical line.
    pub(crate) range: Range<usize>,
    /// The line that ends the heredoc.
    pub(crate) name: String,
    /// `<<-`.
    pub(crate) strip_tabs: bool,
    /// The name is not quoted.
    pub(crate) expand: bool,
}

/// A quote that is not closed, which BuildKit refuses in a line with `<<`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnclosedQuote {
    /// Where it opens.
    pub(crate) position: usize,
}

/// The words of `text[range]` that open heredocs, in order.
pub(crate) fn openers(text: &str, range: Range<usize>) -> Result<Vec<Opener>, UnclosedQuote> {
    let words = shell_words(text, range)?;
    let openers = words.into_iter().filter_map(|range| {
        let (name, strip_tabs, expand) = opener(&text[range.clone()])?;
        Some(Opener {
            range,
            name,
            strip_tabs,
            expand,
        })
    });
    Ok(openers.collect())
}

/// Words as a shell cuts them. The escape character is always the backslash here.
fn shell_words(text: &str, range: Range<usize>) -> Result<Vec<Range<usize>>, UnclosedQuote> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote: Option<(char, usize)> = None;
    let mut characters = text[range.clone()].char_indices();
    while let Some((offset, character)) = characters.next() {
        let position = range.start + offset;
        match quote {
            None if character.is_whitespace() => {
                if let Some(from) = start.take() {
                    words.push(from..position);
                }
                continue;
            }
            None if character == '\'' || character == '"' => quote = Some((character, position)),
            None | Some(('"', _)) if character == '\\' => {
                characters.next();
            }
            Some((open, _)) if open == character => quote = None,
            _ => {}
        }
        start.get_or_insert(position);
    }
    if let Some((_, position)) = quote {
        return Err(UnclosedQuote { position });
    }
    if let Some(from) = start {
        words.push(from..range.end);
    }
    Ok(words)
}

/// Name, `<<-` and whether to expand, if `word` is `[fd]<<[-]name` and nothing else.
fn opener(word: &str) -> Option<(String, bool, bool)> {
    let rest = word
        .trim_start_matches(|character: char| character.is_ascii_digit())
        .strip_prefix("<<")?;
    let (rest, strip_tabs) = match rest.strip_prefix('-') {
        Some(rest) => (rest, true),
        None => (rest, false),
    };
    if rest.contains('<') {
        return None;
    }
    let name = unquoted(rest);
    if name.is_empty() || name.contains(char::is_whitespace) {
        return None;
    }
    let expand = name == rest;
    Some((name, strip_tabs, expand))
}

fn unquoted(word: &str) -> String {
    let mut name = String::new();
    let mut quote = None;
    let mut characters = word.chars();
    while let Some(character) = characters.next() {
        match quote {
            None if character == '\'' || character == '"' => quote = Some(character),
            Some(open) if open == character => quote = None,
            None | Some('"') if character == '\\' => name.extend(characters.next()),
            _ => name.push(character),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expect: &[(&str, bool, bool)]) {
        let found = openers(line, 0..line.len()).expect("quotes are closed");
        let found: Vec<(&str, bool, bool)> = found
            .iter()
            .map(|it| (it.name.as_str(), it.strip_tabs, it.expand))
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn openers_are_whole_words() {
        check("<<EOF", &[("EOF", false, true)]);
        check(
            "cat <<-'EOF' >/x <<\"A\"",
            &[("EOF", true, false), ("A", false, false)],
        );
        check("3<<EOF", &[("EOF", false, true)]);
        check("cat <<<word && echo $((1<<2)) << x", &[]);
        check("echo '<<EOF' \"a <<B\"", &[]);
    }
}
