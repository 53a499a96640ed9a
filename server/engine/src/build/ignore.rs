//! `.dockerignore`: which files of a context are left out. Pure.
//!
//! Docker's rules and not git's: every pattern is relative to the root, the last one that matches
//! decides, a pattern that matches a folder matches what is in it, `!` takes back.

/// A parsed ignore file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ignore {
    patterns: Vec<Pattern>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    exception: bool,
    tokens: Vec<Token>,
    /// The text before the first wildcard, up to its last slash: only folders on the way to it or
    /// below it can hold a match.
    fixed: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Char(char),
    /// `?`
    One,
    /// `*`
    Some,
    /// `**/`: any number of folders, none included.
    Folders,
    /// A final `**`.
    Rest,
    /// `[a-z]`, `[^a-z]`
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

/// A line that is no pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadPattern {
    /// Counted from 1.
    pub(crate) line: u32,
    pub(crate) text: String,
    pub(crate) expected: &'static str,
}

impl Ignore {
    pub(crate) fn parse(text: &str) -> Result<Ignore, BadPattern> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut patterns = Vec::new();
        for (line, number) in text.lines().zip(1..) {
            // Only a # in the first column is a comment.
            if line.starts_with('#') {
                continue;
            }
            let (exception, written) = match line.trim().strip_prefix('!') {
                Some(rest) => (true, rest.trim()),
                None => (false, line.trim()),
            };
            let bad = |expected| BadPattern {
                line: number,
                text: line.trim().to_owned(),
                expected,
            };
            if written.is_empty() {
                match exception {
                    true => return Err(bad("expected a pattern after !")),
                    false => continue,
                }
            }
            let cleaned = clean(written);
            // The root itself can be neither ignored nor brought back.
            if cleaned == "." || cleaned.is_empty() {
                continue;
            }
            let tokens = tokens(&cleaned).ok_or_else(|| bad("expected ] after ["))?;
            let wildcard = cleaned.find(['*', '?', '[', '\\']);
            let fixed = match wildcard {
                Some(end) => cleaned[..end]
                    .rsplit_once('/')
                    .map_or("", |(folder, _)| folder),
                None => cleaned.as_str(),
            };
            patterns.push(Pattern {
                exception,
                tokens,
                fixed: fixed.to_owned(),
            });
        }
        Ok(Ignore { patterns })
    }

    /// Whether a path (slashes, relative to the root) is left out.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let mut ignored = false;
        for pattern in &self.patterns {
            // One that would not change the answer need not be tried.
            if pattern.exception == ignored && pattern.matches_or_parent(path) {
                ignored = !pattern.exception;
            }
        }
        ignored
    }

    /// Whether an ignored folder can hold something that an exception brings back.
    pub(crate) fn may_bring_back_within(&self, folder: &str) -> bool {
        let exceptions = self.patterns.iter().filter(|pattern| pattern.exception);
        exceptions.into_iter().any(|pattern| {
            pattern.fixed.is_empty()
                || is_within(&pattern.fixed, folder)
                || is_within(folder, &pattern.fixed)
        })
    }
}

fn is_within(path: &str, folder: &str) -> bool {
    match path.strip_prefix(folder) {
        Some(rest) => rest.is_empty() || rest.starts_with('/'),
        None => false,
    }
}

impl Pattern {
    fn matches_or_parent(&self, path: &str) -> bool {
        let parents = path.match_indices('/').map(|(end, _)| &path[..end]);
        parents
            .chain(std::iter::once(path))
            .any(|path| matches(&self.tokens, path))
    }
}

/// Go's `path.Clean` without the leading slash.
fn clean(pattern: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in pattern.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if !pattern.starts_with('/') && parts.last().is_none_or(|last| *last == "..") {
                    parts.push("..");
                } else {
                    parts.pop();
                }
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn tokens(pattern: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(char) = chars.next() {
        tokens.push(match char {
            '*' if chars.next_if_eq(&'*').is_some() => {
                let _ = chars.next_if_eq(&'/');
                match chars.peek() {
                    Some(_) => Token::Folders,
                    None => Token::Rest,
                }
            }
            '*' => Token::Some,
            '?' => Token::One,
            '\\' => Token::Char(chars.next().unwrap_or('\\')),
            '[' => class(&mut chars)?,
            char => Token::Char(char),
        });
    }
    Some(tokens)
}

fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<Token> {
    let negated = chars.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        let first = match chars.next()? {
            ']' if !ranges.is_empty() => return Some(Token::Class { negated, ranges }),
            '\\' => chars.next()?,
            char => char,
        };
        let mut last = first;
        if chars.peek() == Some(&'-') {
            chars.next();
            match chars.peek() {
                // A final - is itself.
                Some(']') => ranges.push(('-', '-')),
                _ => {
                    last = match chars.next()? {
                        '\\' => chars.next()?,
                        char => char,
                    };
                }
            }
        }
        ranges.push((first, last));
    }
}

/// Whether the tokens match the whole path. The set of positions that are reachable is kept, so
/// that no pattern takes more than its length times the path's.
fn matches(tokens: &[Token], path: &str) -> bool {
    let chars: Vec<char> = path.chars().collect();
    let mut reachable = vec![false; chars.len() + 1];
    reachable[0] = true;
    for token in tokens {
        let mut next = vec![false; chars.len() + 1];
        for start in (0..=chars.len()).filter(|start| reachable[*start]) {
            let one = chars.get(start);
            match token {
                Token::Char(wanted) => mark(&mut next, start, one == Some(wanted)),
                Token::One => mark(&mut next, start, one.is_some_and(|char| *char != '/')),
                Token::Class { negated, ranges } => {
                    let inside = one.is_some_and(|char| {
                        let mut ranges = ranges.iter();
                        ranges.any(|(first, last)| first <= char && char <= last) != *negated
                    });
                    mark(&mut next, start, inside);
                }
                Token::Some => {
                    next[start] = true;
                    for end in start..chars.len() {
                        if chars[end] == '/' {
                            break;
                        }
                        next[end + 1] = true;
                    }
                }
                Token::Folders => {
                    next[start] = true;
                    for end in start..chars.len() {
                        if chars[end] == '/' {
                            next[end + 1] = true;
                        }
                    }
                }
                Token::Rest => next[start..].fill(true),
            }
        }
        reachable = next;
    }
    reachable[chars.len()]
}

fn mark(next: &mut [bool], start: usize, matched: bool) {
    if matched && let Some(place) = next.get_mut(start + 1) {
        *place = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATHS: &[&str] = &[
        "a.py",
        "b.txt",
        "data/x.bin",
        "data/keep/y.py",
        "src/a.py",
        "src/deep/b.txt",
        ".git/config",
    ];

    /// The paths that are kept.
    #[track_caller]
    fn check(text: &str, kept: &[&str]) {
        let ignore = Ignore::parse(text).expect("a good ignore file");
        let paths = PATHS.iter().filter(|path| !ignore.matches(path));
        assert_eq!(paths.copied().collect::<Vec<_>>(), kept, "{text}");
    }

    #[test]
    fn patterns_are_relative_to_the_root() {
        check(
            "*.py\n/.git\n# data\n",
            &[
                "b.txt",
                "data/x.bin",
                "data/keep/y.py",
                "src/a.py",
                "src/deep/b.txt",
            ],
        );
    }

    #[test]
    fn two_stars_are_any_depth() {
        check(
            "**/*.py\n**/deep\n",
            &["b.txt", "data/x.bin", ".git/config"],
        );
        check("**\n", &[]);
        check(
            "data/**\n.git/",
            &["a.py", "b.txt", "src/a.py", "src/deep/b.txt"],
        );
    }

    #[test]
    fn the_last_match_decides() {
        check("*\n!src\nsrc/deep\n", &["src/a.py"]);
        check("*\n!**/*.py", &["a.py", "data/keep/y.py", "src/a.py"]);
        check("!src\n*\n", &[]);
    }

    #[test]
    fn classes_and_escapes() {
        check(
            "[ab].*\nsr[^x]",
            &["data/x.bin", "data/keep/y.py", ".git/config"],
        );
        check(
            "./data/../a\\.py\n.gi?\n dat*",
            &["b.txt", "src/a.py", "src/deep/b.txt"],
        );
    }

    #[test]
    fn what_is_no_pattern_names_its_line() {
        let bad = |text: &str| Ignore::parse(text).expect_err("a bad ignore file").line;
        assert_eq!(bad("a\n!\n"), 2);
        assert_eq!(bad("[a\n"), 1);
    }

    #[test]
    fn folders_are_entered_for_exceptions_only() {
        let ignore = Ignore::parse("*\n!src/deep/*.txt").expect("a good ignore file");
        assert!(ignore.may_bring_back_within("src"));
        assert!(ignore.may_bring_back_within("src/deep"));
        assert!(!ignore.may_bring_back_within("data"));
        let ignore = Ignore::parse("data").expect("a good ignore file");
        assert!(!ignore.may_bring_back_within("data"));
    }

    #[test]
    fn a_hostile_pattern_is_not_slow() {
        let pattern = "*a".repeat(60);
        let ignore = Ignore::parse(&pattern).expect("a good ignore file");
        assert!(!ignore.matches(&format!("{}b", "a".repeat(500))));
    }
}
