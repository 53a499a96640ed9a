//! The patterns of `${X#p}`, `${X%p}` and `${X/p/r}`: `*`, `?` and literals. Brackets are literal, as
//! in BuildKit.

/// A pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Item>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Any,
    One,
    Literal(char),
}

/// Which of several matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    Shortest,
    Longest,
}

impl Pattern {
    /// Reads a pattern; `None` where a backslash stands before a character that needs none.
    pub(crate) fn parse(text: &str) -> Option<Pattern> {
        let mut items = Vec::new();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            items.push(match character {
                '*' => Item::Any,
                '?' => Item::One,
                '\\' => match characters.peek() {
                    // These end the pattern unless escaped; the escape is no part of it.
                    Some('}' | '/') => continue,
                    Some(escaped @ ('*' | '?' | '\\')) => {
                        let item = Item::Literal(*escaped);
                        characters.next();
                        item
                    }
                    _ => return None,
                },
                _ => Item::Literal(character),
            });
        }
        Some(Pattern(items))
    }

    /// `value` without the start that matches.
    pub(crate) fn trim_start(&self, value: &str, length: Length) -> String {
        match self.prefix(value, length) {
            Some(end) => value[end..].to_owned(),
            None => value.to_owned(),
        }
    }

    /// `value` without the end that matches.
    pub(crate) fn trim_end(&self, value: &str, length: Length) -> String {
        let reversed = Pattern(self.0.iter().rev().copied().collect());
        let backwards: String = value.chars().rev().collect();
        match reversed.prefix(&backwards, length) {
            Some(end) => value[..value.len() - end].to_owned(),
            None => value.to_owned(),
        }
    }

    /// `value` with the first match, or every match, replaced.
    pub(crate) fn replace(&self, value: &str, replacement: &str, all: bool) -> String {
        let mut replaced = String::new();
        let mut position = 0;
        let mut matched_until = None;
        while position <= value.len() {
            let rest = &value[position..];
            match self.prefix(rest, Length::Longest) {
                Some(0) if matched_until == Some(position) => {}
                Some(length) => {
                    replaced.push_str(replacement);
                    position += length;
                    matched_until = Some(position);
                    if !all {
                        replaced.push_str(&value[position..]);
                        return replaced;
                    }
                    if length > 0 {
                        continue;
                    }
                }
                None => {}
            }
            let Some(character) = value[position..].chars().next() else {
                break;
            };
            replaced.push(character);
            position += character.len_utf8();
        }
        replaced
    }

    /// The length of the start of `value` that matches.
    fn prefix(&self, value: &str, length: Length) -> Option<usize> {
        // `reached[i]`: the first i characters can be matched by the items so far.
        let characters: Vec<char> = value.chars().collect();
        let mut reached = vec![false; characters.len() + 1];
        reached[0] = true;
        for item in &self.0 {
            match item {
                Item::Any => {
                    if let Some(first) = reached.iter().position(|it| *it) {
                        reached[first..].fill(true);
                    }
                }
                Item::One | Item::Literal(_) => {
                    for index in (0..characters.len()).rev() {
                        reached[index + 1] = reached[index]
                            && match item {
                                Item::Literal(literal) => characters[index] == *literal,
                                _ => true,
                            };
                    }
                    reached[0] = false;
                }
            }
        }
        let count = match length {
            Length::Shortest => reached.iter().position(|it| *it),
            Length::Longest => reached.iter().rposition(|it| *it),
        };
        count.map(|count| characters[..count].iter().map(|it| it.len_utf8()).sum())
    }
}
