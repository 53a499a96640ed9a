//! What a session gets to know of the terminal it is shown in, and never more.

/// The variables that describe the terminal and the person's language.
///
/// From `env`, this process's environment: `TERM`, `COLORTERM`, `TERM_PROGRAM`,
/// `TERM_PROGRAM_VERSION`, `NO_COLOR`, `LANG`, `LANGUAGE` and `LC_*`. Nothing else
/// leaves the host: tokens and paths of the host have no business in a container.
///
/// The terminal's are given only to a session that has one (`terminal`). Where this
/// process has none of them, the session keeps what its container says. A `TERM` that is
/// empty or `dumb` is passed on too: it is true.
pub(super) fn local(
    env: impl IntoIterator<Item = (String, String)>,
    terminal: bool,
) -> Vec<(String, Option<String>)> {
    let mut passed: Vec<(String, Option<String>)> = env
        .into_iter()
        .filter(|(name, value)| {
            (is_of_language(name) || terminal && is_of_terminal(name)) && !value.contains('\0')
        })
        .map(|(name, value)| (name, Some(value)))
        .collect();
    passed.sort();
    passed
}

fn is_of_terminal(name: &str) -> bool {
    matches!(
        name,
        "TERM" | "COLORTERM" | "TERM_PROGRAM" | "TERM_PROGRAM_VERSION" | "NO_COLOR"
    )
}

fn is_of_language(name: &str) -> bool {
    matches!(name, "LANG" | "LANGUAGE") || name.starts_with("LC_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(terminal: bool) -> Vec<String> {
        let env = [
            ("TERM", "xterm-256color"),
            ("COLORTERM", "truecolor"),
            ("LANG", "de_DE.UTF-8"),
            ("LC_ALL", "C"),
            ("PATH", "/host/bin"),
            ("HOME", "/home/ada"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("SSH_AUTH_SOCK", "/tmp/agent"),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
        local(env, terminal)
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    }

    #[test]
    fn a_terminal_gives_its_kind_and_the_language() {
        assert_eq!(names(true), ["COLORTERM", "LANG", "LC_ALL", "TERM"]);
    }

    #[test]
    fn pipes_give_the_language_only() {
        assert_eq!(names(false), ["LANG", "LC_ALL"]);
    }
}
