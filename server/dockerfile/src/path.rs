//! Paths as the builder reads them, by their names alone.

/// Goes along `path` from the folder of these parts, without `.` and with `..` resolved.
pub fn follow<'path>(parts: &mut Vec<&'path str>, path: &'path str) {
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::follow;

    #[test]
    fn nothing_is_above_the_first_part() {
        let mut parts = vec!["a"];
        follow(&mut parts, "./b//c/../../../../d/");
        assert_eq!(parts, ["d"]);
    }
}
