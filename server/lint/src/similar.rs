//! Names that were probably meant.

/// The name nearest to `wanted`, if it is near enough to be a typing mistake.
pub(crate) fn nearest<'n>(
    wanted: &str,
    names: impl IntoIterator<Item = &'n str>,
) -> Option<&'n str> {
    let allowed = match wanted.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        _ => 2,
    };
    let wanted = wanted.to_lowercase();
    let length = wanted.chars().count();
    names
        .into_iter()
        .map(|name| (name.to_lowercase(), name))
        // What differs by so much is no typing mistake.
        .filter(|(lower, _)| length <= 64 && length.abs_diff(lower.chars().count()) <= 2)
        .map(|(lower, name)| (strsim::osa_distance(&wanted, &lower), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn typing_mistakes_are_near() {
        assert_eq!(nearest("bulider", ["base", "builder"]), Some("builder"));
        assert_eq!(nearest("Build", ["build"]), Some("build"));
        assert_eq!(nearest("bae", ["base"]), Some("base"));
        assert_eq!(nearest("b", ["a"]), None);
        assert_eq!(nearest("nginx", ["node", "builder"]), None);
    }
}
