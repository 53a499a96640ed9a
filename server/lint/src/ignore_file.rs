//! `.dockerignore`: which paths of a build context are left out. Reading the file is the caller's
//! business.

use dockerfile::path::follow;

/// The patterns of a `.dockerignore`, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IgnoreFile<'a> {
    patterns: Vec<Pattern<'a>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern<'a> {
    /// `!`: takes back what an earlier one leaves out.
    takes_back: bool,
    parts: Vec<&'a str>,
}

impl<'a> IgnoreFile<'a> {
    /// Reads the lines.
    pub(crate) fn parse(text: &'a str) -> IgnoreFile<'a> {
        let lines = text.trim_start_matches('\u{feff}').lines();
        let lines = lines.filter(|line| !line.starts_with('#'));
        let patterns = lines.map(str::trim).filter_map(|line| {
            let (takes_back, path) = match line.strip_prefix('!') {
                Some(path) => (true, path.trim_start()),
                None => (false, line),
            };
            let parts = parts(path);
            let is_root = parts.is_empty() && !path.is_empty();
            (!parts.is_empty() || is_root).then_some(Pattern { takes_back, parts })
        });
        IgnoreFile {
            patterns: patterns.collect(),
        }
    }

    /// Whether a path, seen from the context, is left out: the last pattern that speaks of it or of
    /// a folder that it is in counts.
    pub(crate) fn leaves_out(&self, path: &str) -> bool {
        let mut parts = parts(path);
        if parts.is_empty() {
            parts.push(".");
        }
        let speaks = |pattern: &&Pattern<'_>| {
            (1..=parts.len()).any(|length| matches(&pattern.parts, &parts[..length]))
        };
        let last = self.patterns.iter().rfind(speaks);
        last.is_some_and(|pattern| !pattern.takes_back)
    }
}

/// The parts of a path, without `.`, with `..` resolved.
fn parts(path: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    follow(&mut parts, path);
    parts
}

fn matches(pattern: &[&str], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((&"**", rest)), _) => (0..=path.len()).any(|skipped| matches(rest, &path[skipped..])),
        (Some(_), None) => false,
        (Some((first, rest)), Some((part, behind))) => {
            part_matches(first.as_bytes(), part.as_bytes()) && matches(rest, behind)
        }
    }
}

/// `*`, `?`, `[a-z]`, `[^a]` and `\` within a part of a path.
fn part_matches(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', rest @ ..] => (0..=text.len()).any(|skipped| part_matches(rest, &text[skipped..])),
        [b'[', rest @ ..] => {
            let (Some(end), [first, text @ ..]) = (class_end(rest), text) else {
                return false;
            };
            in_class(&rest[..end], *first) && part_matches(&rest[end + 1..], text)
        }
        [first, rest @ ..] => {
            let (wanted, rest) = match (first, rest) {
                (b'\\', [escaped, rest @ ..]) => (Some(*escaped), rest),
                (b'?', rest) => (None, rest),
                (other, rest) => (Some(*other), rest),
            };
            match text {
                [] => false,
                [byte, text @ ..] => {
                    wanted.is_none_or(|it| it == *byte) && part_matches(rest, text)
                }
            }
        }
    }
}

/// Where the `]` of a class stands. One right at its beginning belongs to it.
fn class_end(class: &[u8]) -> Option<usize> {
    let start = usize::from(class.first() == Some(&b'^')) + 1;
    let found = class.get(start..)?.iter().position(|it| *it == b']')?;
    Some(start + found)
}

fn in_class(class: &[u8], byte: u8) -> bool {
    let (negated, class) = match class.split_first() {
        Some((b'^', class)) => (true, class),
        _ => (false, class),
    };
    let mut rest = class;
    let mut found = false;
    while let [first, behind @ ..] = rest {
        let (least, most, behind) = match behind {
            [b'-', last, behind @ ..] => (*first, *last, behind),
            _ => (*first, *first, behind),
        };
        found |= least <= byte && byte <= most;
        rest = behind;
    }
    found != negated
}

#[cfg(test)]
mod tests {
    use super::IgnoreFile;

    #[track_caller]
    fn check(text: &str, out: &[&str], within: &[&str]) {
        let file = IgnoreFile::parse(text);
        for path in out {
            assert!(file.leaves_out(path), "{path} is within");
        }
        for path in within {
            assert!(!file.leaves_out(path), "{path} is out");
        }
    }

    #[test]
    fn a_pattern_covers_what_is_below() {
        check(
            "# a\n/build/\n*.log\n",
            &["build", "./build/a/b", "x.log"],
            &["src", "a/x.log", "."],
        );
    }

    #[test]
    fn the_last_pattern_counts() {
        check(
            "*\n!src\nsrc/*.tmp\n",
            &["a", ".", "src/a.tmp"],
            &["src", "src/a.c"],
        );
    }

    #[test]
    fn any_number_of_folders() {
        check(
            "**/*.pyc\na/**/z\n",
            &["x.pyc", "a/b/x.pyc", "a/z", "a/b/c/z"],
            &["x.py", "a/b"],
        );
    }

    #[test]
    fn characters() {
        check(
            "a?[0-9][^x]\nb\\*\n",
            &["ab1y", "b*"],
            &["ab1x", "abcy", "bc", "ab1"],
        );
    }

    #[test]
    fn what_is_half_typed_matches_nothing() {
        check("[a\n\\\n!\n\n", &[], &["a", "[a", "."]);
    }
}
