//! Parser directives (`# syntax=`, `# escape=`, `# check=`), and the file without its syntax line.

use crate::ast::File;
use crate::range::TextRange;

/// A parser directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Which.
    pub name: DirectiveName,
    /// The value, without white space around it.
    pub value: String,
    /// The line from `#` to its end.
    pub range: TextRange,
    /// Where the value stands.
    pub value_range: TextRange,
}

/// The directives that BuildKit knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DirectiveName {
    /// The frontend image.
    Syntax,
    /// The escape character.
    Escape,
    /// Options of the build checks.
    Check,
}

impl DirectiveName {
    /// The name, lower case.
    pub fn text(self) -> &'static str {
        match self {
            DirectiveName::Syntax => "syntax",
            DirectiveName::Escape => "escape",
            DirectiveName::Check => "check",
        }
    }

    fn parse(name: &str) -> Option<DirectiveName> {
        [
            DirectiveName::Syntax,
            DirectiveName::Escape,
            DirectiveName::Check,
        ]
        .into_iter()
        .find(|it| it.text().eq_ignore_ascii_case(name))
    }
}

/// Reads a comment line as a directive. `start` is the offset of `line`, which begins with `#`.
pub(crate) fn parse_line(line: &str, start: usize) -> Option<Directive> {
    let after_hash = line.strip_prefix('#')?.trim_start();
    let (name, value) = after_hash.split_once('=')?;
    let name = DirectiveName::parse(name.trim_end())?;
    let value_start = start + line.len() - value.trim_start().len();
    let value = value.trim();
    if value.is_empty() {
        return None;
    }
    Some(Directive {
        name,
        value: value.to_owned(),
        range: TextRange::new(start, start + line.trim_end().len()),
        value_range: TextRange::new(value_start, value_start + value.len()),
    })
}

/// The text of `file` with its syntax line turned into an ordinary comment, line for line the same
/// otherwise, so that BuildKit's built-in frontend builds it and nothing is fetched.
///
/// A comment ends the directives, so the others come before it.
pub fn without_syntax_line(file: &File) -> String {
    let is_syntax = |directive: &&Directive| directive.name == DirectiveName::Syntax;
    let index_of = |directive: &Directive| file.line_at(directive.range.start) - 1;
    let (Some(first), Some(last)) = (file.directives.first(), file.directives.last()) else {
        return file.text.clone();
    };
    let (first, last) = (index_of(first), index_of(last));
    let mut text = file.text[..file.lines[first].content.start].to_owned();
    let mut newlines = file.lines[first..=last]
        .iter()
        .map(|line| &file.text[line.content.end..line.next]);
    let mut push_line = |line: &str| {
        text.push_str(line);
        text.push_str(newlines.next().unwrap_or("\n"));
    };
    for directive in file.directives.iter().filter(|it| !is_syntax(it)) {
        push_line(directive.range.of(&file.text));
    }
    for directive in file.directives.iter().filter(is_syntax) {
        push_line(&format!("# syntax line taken out: {}", directive.value));
    }
    text.push_str(&file.text[file.lines[last].next..]);
    text
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use crate::parse::parse;

    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Expect) {
        let changed = without_syntax_line(&parse(text));
        assert_eq!(changed.lines().count(), text.lines().count());
        assert_eq!(parse(&changed).directive(DirectiveName::Syntax), None);
        assert_eq!(parse(&changed).escape, parse(text).escape);
        expect.assert_eq(&changed);
    }

    #[test]
    fn the_syntax_line_becomes_a_comment() {
        check(
            "# syntax=docker/dockerfile:1\nFROM scratch\n",
            expect![[r#"
                # syntax line taken out: docker/dockerfile:1
                FROM scratch
            "#]],
        );
    }

    #[test]
    fn the_escape_line_stays_a_directive() {
        check(
            "#syntax=docker/dockerfile:1\n# escape=`\n# check=skip=all\nFROM scratch\n",
            expect![[r#"
                # escape=`
                # check=skip=all
                # syntax line taken out: docker/dockerfile:1
                FROM scratch
            "#]],
        );
    }

    #[test]
    fn a_syntax_line_behind_a_shebang_counts_too() {
        check(
            "#!/usr/bin/env docker-build\n# syntax=docker/dockerfile:1\nFROM scratch",
            expect![[r#"
                #!/usr/bin/env docker-build
                # syntax line taken out: docker/dockerfile:1
                FROM scratch"#]],
        );
    }

    #[test]
    fn a_file_without_one_stays_as_it_is() {
        check("FROM scratch", expect!["FROM scratch"]);
    }
}
