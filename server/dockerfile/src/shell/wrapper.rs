//! Programs that run another: `sudo -E`, `env A=1`, `python -m`.

/// How many words start the real program: `sudo -E`, `env A=1`, `python -m`.
pub fn wrapper_length(words: &[&str]) -> usize {
    let mut length = 0;
    while let Some(word) = words.get(length) {
        // Options of a wrapper that take a word.
        let options: &[&str] = match base_name(word) {
            "sudo" => &["-u", "-g", "-C", "-h", "-p"],
            "env" => &["-u", "-C"],
            "nice" | "ionice" => &["-n", "-c"],
            "time" | "exec" | "command" | "nohup" | "builtin" | "eval" | "retry" => &["-a", "-f"],
            "timeout" => &["-k", "-s"],
            "xargs" => &["-n", "-P", "-I", "-d", "-L", "-a", "-s"],
            "gosu" | "su-exec" => &[],
            word if is_python(word) && words.get(length + 1) == Some(&"-m") => {
                return length + 2;
            }
            _ => return length,
        };
        let takes_argument = matches!(base_name(word), "timeout" | "gosu" | "su-exec");
        length += 1;
        while let Some(option) = words.get(length) {
            match option {
                _ if options.contains(option) => length += 2,
                _ if option.starts_with('-') => length += 1,
                _ if is_assignment(option) => length += 1,
                _ => break,
            }
        }
        length += usize::from(takes_argument);
    }
    length.min(words.len())
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.chars()
            .all(|it| it.is_ascii_alphanumeric() || it == '_')
    })
}

fn is_python(program: &str) -> bool {
    program
        .strip_prefix("python")
        .is_some_and(|rest| rest.chars().all(|it| it.is_ascii_digit() || it == '.'))
}

/// The program without its folder.
pub fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or(program)
}
