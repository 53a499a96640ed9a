//! The keys that leave a session without ending it: how they are written, and how
//! they are found in what is typed. Reads no terminal and knows no clock.

use super::TerminalError;

/// Docker's keys, the default of `attach`: Ctrl-P Ctrl-Q.
pub(super) const DEFAULT_KEYS: &[u8] = &[0x10, 0x11];

/// Reads `--detach-keys` as Docker writes it: `ctrl-p,ctrl-q`, `ctrl-@`, `a,b`.
///
/// An empty text means that no keys detach.
///
/// # Errors
/// [`TerminalError::DetachKeys`] names the part that is not a key.
pub(super) fn parse_keys(text: &str) -> Result<Vec<u8>, TerminalError> {
    if text.is_empty() {
        return Ok(Vec::new());
    }
    text.split(',')
        .map(|part| {
            parse_key(part).ok_or_else(|| TerminalError::DetachKeys {
                keys: text.to_owned(),
                part: part.to_owned(),
            })
        })
        .collect()
}

fn parse_key(part: &str) -> Option<u8> {
    match part.as_bytes() {
        [byte] if byte.is_ascii_graphic() => Some(*byte),
        [prefix @ .., byte] if prefix.eq_ignore_ascii_case(b"ctrl-") => match byte {
            b'a'..=b'z' => Some(byte - b'a' + 1),
            b'A'..=b'Z' => Some(byte - b'A' + 1),
            b'@' | b'['..=b'_' => Some(byte - b'@'),
            _ => None,
        },
        _ => None,
    }
}

/// Finds the keys in what is typed.
///
/// The beginning of a match is held back, so that the program never sees half of it. The
/// caller gives it up with [`Matcher::release`] when nothing follows for a moment:
/// Docker's client waits for the next key instead, which makes Ctrl-P seem dead.
#[derive(Debug)]
pub(super) struct Matcher {
    keys: Vec<u8>,
    held: usize,
}

/// What became of typed bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// They go on; the buffer has what is to be sent.
    Pass,
    /// The keys were complete; the buffer has what was typed before them.
    Detach,
}

impl Matcher {
    pub(super) fn new(keys: Vec<u8>) -> Matcher {
        Matcher { keys, held: 0 }
    }

    /// Whether the beginning of a match is held back.
    pub(super) fn is_holding(&self) -> bool {
        self.held > 0
    }

    /// Takes typed bytes and appends to `pass` what the session gets.
    pub(super) fn feed(&mut self, typed: &[u8], pass: &mut Vec<u8>) -> Typed {
        if self.keys.is_empty() {
            pass.extend_from_slice(typed);
            return Typed::Pass;
        }
        for byte in typed {
            // What was held is a proper prefix of the keys. When the next byte does not
            // continue it, a shorter prefix may still end here (keys `a,a,b`, typed `aaab`).
            loop {
                if self.keys[self.held] == *byte {
                    self.held += 1;
                    break;
                }
                if self.held == 0 {
                    pass.push(*byte);
                    break;
                }
                let shorter = self.longest_border();
                pass.extend_from_slice(&self.keys[..self.held - shorter]);
                self.held = shorter;
            }
            if self.held == self.keys.len() {
                self.held = 0;
                return Typed::Detach;
            }
        }
        Typed::Pass
    }

    /// Gives up what was held: it was typed for the program.
    pub(super) fn release(&mut self, pass: &mut Vec<u8>) {
        pass.extend_from_slice(&self.keys[..self.held]);
        self.held = 0;
    }

    fn longest_border(&self) -> usize {
        let held = &self.keys[..self.held];
        (1..held.len())
            .rev()
            .find(|length| held.ends_with(&held[..*length]))
            .unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(keys: &[u8], typed: &[&[u8]], passed: &[u8], detached: bool) {
        let mut matcher = Matcher::new(keys.to_vec());
        let mut pass = Vec::new();
        let found = typed
            .iter()
            .any(|piece| matcher.feed(piece, &mut pass) == Typed::Detach);
        assert_eq!((pass.as_slice(), found), (passed, detached));
    }

    #[test]
    fn keys_are_written_as_docker_writes_them() {
        assert_eq!(
            parse_keys("ctrl-p,ctrl-q").expect("docker's default"),
            DEFAULT_KEYS
        );
        assert_eq!(
            parse_keys("ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_,x").expect("docker's others"),
            [0, 27, 28, 29, 30, 31, b'x']
        );
        assert_eq!(parse_keys("").expect("none"), Vec::<u8>::new());
        assert!(parse_keys("ctrl-1").is_err());
        assert!(parse_keys("ctrl-p,").is_err());
        assert!(parse_keys("é").is_err());
    }

    #[test]
    fn the_keys_detach_in_one_read_or_in_two() {
        check(DEFAULT_KEYS, &[b"ab\x10\x11cd"], b"ab", true);
        check(DEFAULT_KEYS, &[b"ab\x10", b"\x11cd"], b"ab", true);
    }

    #[test]
    fn a_lone_first_key_reaches_the_program_with_what_follows() {
        check(DEFAULT_KEYS, &[b"\x10", b"x"], b"\x10x", false);
        check(DEFAULT_KEYS, &[b"\x10\x10", b"x"], b"\x10\x10x", false);
        check(DEFAULT_KEYS, &[b"\x10\x10\x11"], b"\x10", true);
    }

    #[test]
    fn a_lone_first_key_can_be_released() {
        let mut matcher = Matcher::new(DEFAULT_KEYS.to_vec());
        let mut pass = Vec::new();
        matcher.feed(b"\x10", &mut pass);
        assert!(matcher.is_holding() && pass.is_empty());
        matcher.release(&mut pass);
        assert_eq!(pass, b"\x10");
        assert_eq!(matcher.feed(b"\x11", &mut pass), Typed::Pass);
    }

    #[test]
    fn keys_that_repeat_are_found_after_a_false_start() {
        check(b"aab", &[b"aaab"], b"a", true);
        check(b"abac", &[b"ababac"], b"ab", true);
    }

    #[test]
    fn without_keys_everything_passes() {
        check(b"", &[b"\x10\x11"], b"\x10\x11", false);
    }
}
