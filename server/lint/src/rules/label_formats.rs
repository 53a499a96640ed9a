//! The forms that the value of a label can be asked to have.

/// Words that only join licences in an SPDX expression.
const JOINING: &[&str] = &["AND", "OR", "WITH"];

/// The identifiers of the SPDX licence list and of its exceptions, from the npm packages
/// spdx-license-ids and spdx-exceptions (CC0-1.0, CC-BY-3.0), sorted.
const SPDX: &str = include_str!("../../tables/spdx.txt");

/// An address with a scheme and something behind it.
pub(super) fn is_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let known = scheme.starts_with(|it: char| it.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|it| it.is_ascii_alphanumeric() || matches!(it, '+' | '-' | '.'));
    let host = rest.strip_prefix("//").unwrap_or_default();
    known && !host.is_empty() && !text.contains(char::is_whitespace)
}

/// `2021-03-10T10:26:33.56+01:00`.
pub(super) fn is_rfc3339(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't', ' ']) else {
        return false;
    };
    let zone = time.find(['Z', 'z', '+', '-']);
    let Some(zone) = zone else { return false };
    let (clock, zone) = time.split_at(zone);
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let zone_is_valid = match zone.get(1..) {
        Some("") => zone.eq_ignore_ascii_case("z"),
        Some(offset) => {
            !zone.starts_with(['Z', 'z']) && is_numbers(offset, ':', &[(0, 23), (0, 59)])
        }
        None => false,
    };
    date.len() == 10
        && is_numbers(date, '-', &[(0, 9999), (1, 12), (1, 31)])
        && is_numbers(clock, ':', &[(0, 23), (0, 59), (0, 60)])
        && !fraction.is_empty()
        && fraction.bytes().all(|it| it.is_ascii_digit())
        && zone_is_valid
}

/// Numbers of two digits or four, joined, each within its limits.
fn is_numbers(text: &str, separator: char, limits: &[(u32, u32)]) -> bool {
    let parts: Vec<&str> = text.split(separator).collect();
    parts.len() == limits.len()
        && parts.iter().zip(limits).all(|(part, (least, most))| {
            let width = if *most > 99 { 4 } else { 2 };
            part.len() == width
                && part.bytes().all(|it| it.is_ascii_digit())
                && part
                    .parse::<u32>()
                    .is_ok_and(|it| *least <= it && it <= *most)
        })
}

/// `1.2.3-rc.1+build.5`.
pub(super) fn is_semver(text: &str) -> bool {
    let (text, build) = match text.split_once('+') {
        Some((text, build)) => (text, Some(build)),
        None => (text, None),
    };
    let (core, before) = match text.split_once('-') {
        Some((core, before)) => (core, Some(before)),
        None => (text, None),
    };
    let is_number = |it: &str| {
        !it.is_empty()
            && it.bytes().all(|it| it.is_ascii_digit())
            && (it == "0" || !it.starts_with('0'))
    };
    let is_word = |it: &str| {
        !it.is_empty()
            && it
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'-')
    };
    let is_before =
        |it: &str| is_word(it) && (is_number(it) || !it.bytes().all(|it| it.is_ascii_digit()));
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && before.is_none_or(|it| it.split('.').all(is_before))
        && build.is_none_or(|it| it.split('.').all(is_word))
}

/// A commit of git, shortened or not.
pub(super) fn is_hash(text: &str) -> bool {
    (text.len() == 7 || text.len() == 40)
        && text
            .bytes()
            .all(|it| it.is_ascii_digit() || (b'a'..=b'f').contains(&it))
}

/// `name@host.domain`, as much of RFC 5322 as people use.
pub(super) fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.rsplit_once('@') else {
        return false;
    };
    let is_name = |it: char| it.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(it);
    let is_part = |it: &str| {
        !it.is_empty()
            && !it.starts_with('-')
            && !it.ends_with('-')
            && it
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || it == b'-')
    };
    !name.is_empty()
        && name.chars().all(is_name)
        && name.split('.').all(|it| !it.is_empty())
        && host.split('.').all(is_part)
}

/// `MIT`, `Apache-2.0 OR (GPL-2.0-only WITH Classpath-exception-2.0)`, `LicenseRef-ours`.
pub(super) fn is_spdx(text: &str) -> bool {
    let words: Vec<&str> = text
        .split(|it: char| it.is_whitespace() || matches!(it, '(' | ')'))
        .filter(|word| !word.is_empty())
        .collect();
    let opened = text.matches('(').count() == text.matches(')').count();
    let alternates = words.len() % 2 == 1
        && words
            .iter()
            .enumerate()
            .all(|(index, word)| match index % 2 {
                0 => is_licence(word),
                _ => JOINING.contains(word),
            });
    opened && alternates
}

fn is_licence(word: &str) -> bool {
    let word = word.strip_suffix('+').unwrap_or(word);
    word.starts_with("LicenseRef-")
        || word.starts_with("DocumentRef-")
        || SPDX.lines().any(|it| it == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(is_valid: fn(&str) -> bool, valid: &[&str], invalid: &[&str]) {
        for text in valid {
            assert!(is_valid(text), "{text}");
        }
        for text in invalid {
            assert!(!is_valid(text), "{text}");
        }
    }

    #[test]
    fn urls() {
        check(
            is_url,
            &["http://example.com", "git+ssh://a/b"],
            &["", "foo", "://a", "http:", "http://a b"],
        );
    }

    #[test]
    fn dates() {
        let valid = [
            "2021-03-10T10:26:33.564595127+01:00",
            "2021-03-10T10:26:33Z",
            "2021-03-10 10:26:33Z",
        ];
        let invalid = [
            "not-date",
            "2021-03-10",
            "2021-13-10T10:26:33Z",
            "2021-03-10T10:26:33",
            "2021-3-10T10:26:33Z",
        ];
        check(is_rfc3339, &valid, &invalid);
    }

    #[test]
    fn versions() {
        let valid = ["1.0.0", "2.0.1-rc1", "1.2.3-a.1+b.2"];
        check(
            is_semver,
            &valid,
            &["", "1", "1.0", "v1.0.0", "01.0.0", "1.0.0-", "1.0.0-01"],
        );
    }

    #[test]
    fn hashes_and_addresses() {
        let long = "43c572f1272b6b3171dd1db9e41b7027128ce080";
        check(
            is_hash,
            &["2dbfae9", long],
            &["", "not-git-hash", "2DBFAE9", "2dbfae91"],
        );
        check(
            is_email,
            &["a.b+c@example.com"],
            &["", "a", "@b", "a@", "a@b..c", "a b@c"],
        );
    }

    #[test]
    fn licences() {
        let valid = [
            "MIT",
            "BSD-3-Clause",
            "MIT OR (Apache-2.0 AND GPL-2.0+)",
            "LicenseRef-ours",
            "GPL-2.0-only WITH Classpath-exception-2.0",
        ];
        check(
            is_spdx,
            &valid,
            &["", "not-spdx", "MIT OR", "MIT Apache-2.0", "(MIT"],
        );
    }
}
