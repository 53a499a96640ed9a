//! Cuts terminal output into characters and escape sequences, whatever the pieces it
//! arrives in. Gives sequences no meaning; [`super::modes`] does.

/// Sequences longer than this are followed to their end but not kept: none that
/// [`super::modes`] understands comes near it.
const KEPT: usize = 96;

/// What a byte was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A control character, or the last byte of a character.
    Text,
    /// The middle of a character or sequence.
    Inside,
    /// The last byte of a sequence; [`Scanner::sequence`] has it.
    Complete,
}

/// Where in a sequence the output stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ground,
    /// So many bytes of a character are to come.
    Utf8(u8),
    Escape,
    Csi,
    /// OSC, which also BEL ends.
    Osc,
    /// DCS, SOS, PM, APC.
    Text,
    /// ESC within either: `\` ends it, anything else begins a new sequence.
    TextEscape,
}

/// The state machine; one a stream.
#[derive(Debug)]
pub(super) struct Scanner {
    state: State,
    sequence: Vec<u8>,
}

impl Scanner {
    pub(super) fn new() -> Scanner {
        Scanner {
            state: State::Ground,
            sequence: Vec::new(),
        }
    }

    /// Whether the stream stands between two characters or sequences.
    pub(super) fn is_between(&self) -> bool {
        self.state == State::Ground
    }

    /// The bytes after ESC of the sequence that was completed last; of an OSC, DCS and
    /// the like only the introducer, of one too long for [`KEPT`] nothing.
    pub(super) fn sequence(&self) -> &[u8] {
        match self.sequence.len() {
            0..KEPT => &self.sequence,
            _ => &[],
        }
    }

    pub(super) fn step(&mut self, byte: u8) -> Step {
        match (self.state, byte) {
            (State::Osc | State::Text, 0x1b) => self.go(State::TextEscape),
            (State::TextEscape, b'\\') => self.complete(),
            (_, 0x1b) => self.begin(),
            // CAN and SUB cancel whatever was begun.
            (State::Ground, _) | (_, 0x18 | 0x1a) => self.ground(byte),
            (State::Utf8(1), 0x80..=0xbf) => {
                self.state = State::Ground;
                Step::Text
            }
            (State::Utf8(more), 0x80..=0xbf) => self.go(State::Utf8(more - 1)),
            // The character was broken off: this byte is what follows it.
            (State::Utf8(_), _) => self.ground(byte),
            (State::TextEscape, _) => {
                self.begin();
                self.step(byte)
            }
            (State::Escape, _) => self.escape(byte),
            (State::Csi, 0x40..=0x7e) => {
                self.keep(byte);
                self.complete()
            }
            (State::Csi, 0x20..=0x3f) => {
                self.keep(byte);
                Step::Inside
            }
            // Control characters within a sequence act and do not end it.
            (State::Csi, _) => Step::Inside,
            (State::Osc, 0x07) => self.complete(),
            (State::Osc | State::Text, _) => Step::Inside,
        }
    }

    fn ground(&mut self, byte: u8) -> Step {
        let more = match byte {
            0xc2..=0xdf => 1,
            0xe0..=0xef => 2,
            0xf0..=0xf4 => 3,
            _ => {
                self.state = State::Ground;
                return Step::Text;
            }
        };
        self.go(State::Utf8(more))
    }

    fn escape(&mut self, byte: u8) -> Step {
        match byte {
            0x20..=0x2f => {
                self.keep(byte);
                Step::Inside
            }
            0x30..=0x7e => {
                self.keep(byte);
                match (self.sequence.len(), byte) {
                    (1, b'[') => self.go(State::Csi),
                    (1, b']') => self.go(State::Osc),
                    (1, b'P' | b'X' | b'^' | b'_') => self.go(State::Text),
                    _ => self.complete(),
                }
            }
            _ => Step::Inside,
        }
    }

    fn begin(&mut self) -> Step {
        self.sequence.clear();
        self.go(State::Escape)
    }

    fn go(&mut self, state: State) -> Step {
        self.state = state;
        Step::Inside
    }

    fn complete(&mut self) -> Step {
        self.state = State::Ground;
        Step::Complete
    }

    fn keep(&mut self, byte: u8) {
        if self.sequence.len() < KEPT {
            self.sequence.push(byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(output: &[u8], sequences: &[&[u8]], between: bool) {
        let mut scanner = Scanner::new();
        let mut found = Vec::new();
        for byte in output {
            if scanner.step(*byte) == Step::Complete {
                found.push(scanner.sequence().to_vec());
            }
        }
        assert_eq!(found, sequences);
        assert_eq!(scanner.is_between(), between);
    }

    #[test]
    fn sequences_are_found_among_text() {
        check(
            "a\x1b[1;31mé\x1b(0\x1b]0;title\x07\x1bPq#0\x1b\\\x1b7".as_bytes(),
            &[b"[1;31m", b"(0", b"]", b"P", b"7"],
            true,
        );
    }

    #[test]
    fn an_unfinished_character_or_sequence_is_known() {
        check(b"a\xc3", &[], false);
        check(b"a\x1b", &[], false);
        check(b"a\x1b[3", &[], false);
        check(b"a\x1b]0;t", &[], false);
        check(b"a\x1b]0;t\x1b", &[], false);
        check(b"a\xc3x", &[], true);
        check(b"a\x1b[3\x18", &[], true);
    }

    #[test]
    fn a_sequence_that_breaks_off_another_is_found() {
        check(b"\x1b]0;t\x1b[2J", &[b"[2J"], true);
        check(b"\x1b[3\x1b[2J", &[b"[2J"], true);
    }

    #[test]
    fn an_endless_sequence_is_not_kept() {
        let mut output = b"\x1b[".to_vec();
        output.extend([b'1'; 5000]);
        output.push(b'm');
        check(&output, &[b""], true);
    }
}
