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
    names
        .into_iter()
        .map(|name| (distance(wanted, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

/// How many letters must be added, dropped, replaced or swapped with their neighbour, whatever
/// their case.
fn distance(left: &str, right: &str) -> usize {
    let letters = |text: &str| text.to_lowercase().chars().collect::<Vec<char>>();
    let (left, right) = (letters(left), letters(right));
    // What differs by so much is no typing mistake.
    if left.len().abs_diff(right.len()) > 2 || left.len() > 64 {
        return usize::MAX;
    }
    let mut rows = vec![(0..=right.len()).collect::<Vec<usize>>()];
    for (row, left_letter) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, right_letter) in right.iter().enumerate() {
            let replaced = rows[row][column] + usize::from(left_letter != right_letter);
            let mut best = replaced
                .min(rows[row][column + 1] + 1)
                .min(current[column] + 1);
            let swapped = row > 0
                && column > 0
                && left[row - 1] == *right_letter
                && *left_letter == right[column - 1];
            if swapped {
                best = best.min(rows[row - 1][column - 1] + 1);
            }
            current.push(best);
        }
        rows.push(current);
    }
    rows[left.len()][right.len()]
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
