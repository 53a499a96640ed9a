//! Version numbers of drivers, CUDA and engines. Comparison only: no ranges.

use std::cmp::Ordering;
use std::fmt;

/// Numbers separated by dots. Trailing zeros do not matter: 12.1 equals 12.1.0.
#[derive(Debug, Clone)]
pub struct Version {
    numbers: Vec<u32>,
    /// As it was written: drivers are 535.161.08, with the zero.
    text: String,
}

impl Version {
    /// Reads the numbers at the start of a text: `20.10.24+dfsg1` is 20.10.24.
    pub fn parse(text: &str) -> Option<Version> {
        let numeric_end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let text = text[..numeric_end].trim_end_matches('.');
        let numbers: Option<Vec<u32>> = text.split('.').map(|number| number.parse().ok()).collect();
        Some(Version {
            numbers: numbers?,
            text: text.to_owned(),
        })
    }

    /// Reads a text that is a version of two or more numbers and nothing else.
    pub fn parse_whole(text: &str) -> Option<Version> {
        Version::parse_whole_or_number(text).filter(|version| version.numbers.len() >= 2)
    }

    /// Reads a text that is a version or a single number and nothing else.
    pub fn parse_whole_or_number(text: &str) -> Option<Version> {
        let only_numbers = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        if !only_numbers || text.ends_with('.') {
            return None;
        }
        Version::parse(text)
    }

    /// The first number.
    pub fn major(&self) -> u32 {
        self.numbers.first().copied().unwrap_or(0)
    }

    /// At least `major.minor`.
    pub fn is_at_least(&self, major: u32, minor: u32) -> bool {
        let minor_here = self.numbers.get(1).copied().unwrap_or(0);
        (self.major(), minor_here) >= (major, minor)
    }

    fn significant(&self) -> &[u32] {
        let length = self.numbers.iter().rposition(|number| *number != 0);
        &self.numbers[..length.map_or(0, |last| last + 1)]
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Version) -> bool {
        self.significant() == other.significant()
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Version) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Version) -> Ordering {
        self.significant().cmp(other.significant())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).expect("the test gives a version")
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(version("535.161.08") > version("535.54.03"));
        assert!(version("5.10.0") > version("5.4"));
        assert_eq!(version("12.1"), version("12.1.0"));
        assert_eq!(version("535.161.08").to_string(), "535.161.08");
        assert_eq!(version("20.10.24+dfsg1").to_string(), "20.10.24");
        assert!(version("29.3.0-rc1").is_at_least(29, 3));
    }

    #[test]
    fn other_texts_are_no_versions() {
        for text in ["", "x86_64", ".", "..", "1..2", "99999999999.1"] {
            assert!(Version::parse(text).is_none(), "{text}");
        }
        for text in ["535", "535.1x", "535.1."] {
            assert!(Version::parse_whole(text).is_none(), "{text}");
        }
    }
}
