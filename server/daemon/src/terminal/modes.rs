//! What a program has switched on in the terminal: enough to switch it off when we
//! leave in its middle, and to switch on again what the screen model does not know.
//! Looks at output only, keeps no text.

use std::collections::BTreeSet;

use super::scan::{Scanner, Step};

/// Private modes (`CSI ? N h`) that are on in a terminal nobody has touched: autowrap, cursor.
const ON_BY_DEFAULT: [u16; 2] = [7, 25];

/// The alternate screen's three private modes.
const ALTERNATE: [u16; 3] = [47, 1047, 1049];

/// Synchronised output: lasts for a frame, so it is switched off but never on.
const SYNCHRONISED: u16 = 2026;

/// Private modes that the screen model dumps by itself, or that need more than a switch.
const OF_THE_MODEL: [u16; 11] = [
    1,
    6,
    9,
    25,
    1000,
    1002,
    1003,
    1005,
    1006,
    2004,
    SYNCHRONISED,
];

/// The terminal's modes, as the output has set them.
#[derive(Debug)]
pub(super) struct Modes {
    scanner: Scanner,
    /// Private modes that are not as by default.
    changed: BTreeSet<u16>,
    /// `CSI 4 h`.
    insert: bool,
    /// `ESC =`.
    keypad: bool,
    /// Top and bottom line, from 1.
    region: Option<(u16, u16)>,
    /// G0 and G1 hold line graphics.
    graphics: [bool; 2],
    /// G1 is in use (SO).
    shifted: bool,
    /// `CSI N SP q`.
    cursor_style: u16,
    /// Something was coloured or made bold and not reset.
    styled: bool,
    /// xterm's modifyOtherKeys.
    modify_other_keys: u16,
    /// Depth of the kitty keyboard protocol's stack, and the flags on top.
    keyboard: Vec<u16>,
}

impl Modes {
    pub(super) fn new() -> Modes {
        Modes {
            scanner: Scanner::new(),
            changed: BTreeSet::new(),
            insert: false,
            keypad: false,
            region: None,
            graphics: [false; 2],
            shifted: false,
            cursor_style: 0,
            styled: false,
            modify_other_keys: 0,
            keyboard: Vec::new(),
        }
    }

    /// Follows output.
    pub(super) fn feed(&mut self, output: &[u8]) {
        // Bulk output has no sequences, and is not looked at byte by byte.
        if self.scanner.is_between()
            && output.is_ascii()
            && !output.contains(&0x1b)
            && !output.contains(&0x0e)
            && !output.contains(&0x0f)
        {
            return;
        }
        for byte in output {
            self.step(*byte);
        }
    }

    /// Follows one byte.
    pub(super) fn step(&mut self, byte: u8) -> Step {
        let step = self.scanner.step(byte);
        match (step, byte) {
            (Step::Text, 0x0e) => self.shifted = true,
            (Step::Text, 0x0f) => self.shifted = false,
            (Step::Complete, _) => self.apply(),
            _ => {}
        }
        step
    }

    /// Whether the output stands between two characters or sequences.
    pub(super) fn is_between(&self) -> bool {
        self.scanner.is_between()
    }

    /// The sequence that was completed last, without ESC.
    pub(super) fn sequence(&self) -> &[u8] {
        self.scanner.sequence()
    }

    /// Whether letters are shown as line graphics now.
    pub(super) fn is_graphic(&self) -> bool {
        self.graphics[usize::from(self.shifted)]
    }

    /// The private mode by which the alternate screen was entered.
    pub(super) fn alternate(&self) -> Option<u16> {
        ALTERNATE
            .into_iter()
            .find(|mode| self.changed.contains(mode))
    }

    /// The scrolling region; the screen model does not tell it.
    pub(super) fn region(&self) -> Option<(u16, u16)> {
        self.region
    }

    /// Whether lines count from the region's top.
    pub(super) fn has_origin(&self) -> bool {
        self.changed.contains(&6)
    }

    /// The terminal has another size: terminals drop the region then.
    pub(super) fn resize(&mut self) {
        self.region = None;
    }

    /// Switches off what the program has left on; empty when there is nothing.
    pub(super) fn leave(&self) -> Vec<u8> {
        let mut text = String::new();
        // An unfinished sequence would swallow what follows.
        if !self.is_between() {
            text.push('\x18');
        }
        // The alternate screen first: it brings the cursor back.
        if let Some(mode) = self.alternate() {
            text.push_str(&format!("\x1b[?{mode}l"));
        }
        if self.region.is_some() || self.has_origin() {
            // Setting the region moves the cursor.
            text.push_str("\x1b7\x1b[?6l\x1b[r\x1b8\x1b[?6l");
            if self.has_origin() {
                text.push_str("\r\n");
            }
        }
        for mode in &self.changed {
            let letter = match ON_BY_DEFAULT.contains(mode) {
                true => 'h',
                false => 'l',
            };
            if !ALTERNATE.contains(mode) && *mode != 6 {
                text.push_str(&format!("\x1b[?{mode}{letter}"));
            }
        }
        for (on, off) in [
            (self.insert, "\x1b[4l"),
            (self.keypad, "\x1b>"),
            (self.shifted, "\x0f"),
            (self.graphics[0], "\x1b(B"),
            (self.graphics[1], "\x1b)B"),
            (self.cursor_style != 0, "\x1b[0 q"),
            (self.modify_other_keys != 0, "\x1b[>4m"),
            (self.styled, "\x1b[m"),
        ] {
            if on {
                text.push_str(off);
            }
        }
        if !self.keyboard.is_empty() {
            text.push_str(&format!("\x1b[<{}u", self.keyboard.len()));
        }
        text.into_bytes()
    }

    /// Switches on what the screen model does not know, the region excepted.
    pub(super) fn beyond_model(&self) -> String {
        let mut text = String::new();
        for mode in &self.changed {
            let letter = match ON_BY_DEFAULT.contains(mode) {
                true => 'l',
                false => 'h',
            };
            if !OF_THE_MODEL.contains(mode) && !ALTERNATE.contains(mode) {
                text.push_str(&format!("\x1b[?{mode}{letter}"));
            }
        }
        for (on, sequence) in [
            (self.insert, "\x1b[4h"),
            (self.graphics[0], "\x1b(0"),
            (self.graphics[1], "\x1b)0"),
            (self.shifted, "\x0e"),
        ] {
            if on {
                text.push_str(sequence);
            }
        }
        if self.modify_other_keys != 0 {
            text.push_str(&format!("\x1b[>4;{}m", self.modify_other_keys));
        }
        for flags in &self.keyboard {
            text.push_str(&format!("\x1b[>{flags}u"));
        }
        text
    }

    fn apply(&mut self) {
        let sequence = self.scanner.sequence().to_vec();
        match sequence.as_slice() {
            b"c" => {
                *self = Modes::new();
            }
            b"=" => self.keypad = true,
            b">" => self.keypad = false,
            [b'(', set] => self.graphics[0] = *set == b'0',
            [b')', set] => self.graphics[1] = *set == b'0',
            [b'[', b'?', params @ .., b'h'] => self.set_private(params, true),
            [b'[', b'?', params @ .., b'l'] => self.set_private(params, false),
            b"[4h" => self.insert = true,
            b"[4l" => self.insert = false,
            b"[!p" => self.soft_reset(),
            [b'[', params @ .., b' ', b'q'] => self.cursor_style = first(params),
            [b'[', b'>', params @ .., b'm'] => {
                let mut numbers = numbers(params);
                if numbers.next() == Some(4) {
                    self.modify_other_keys = numbers.next().unwrap_or(0);
                }
            }
            // A program that pushes without end is not followed for ever.
            [b'[', b'>', params @ .., b'u'] if self.keyboard.len() < 32 => {
                self.keyboard.push(first(params));
            }
            [b'[', b'<', params @ .., b'u'] => {
                let popped = usize::from(first(params).max(1));
                self.keyboard
                    .truncate(self.keyboard.len().saturating_sub(popped));
            }
            [b'[', params @ .., b'r'] if is_plain(params) => {
                let mut numbers = numbers(params);
                let top = numbers.next().unwrap_or(0).max(1);
                let bottom = numbers.next().unwrap_or(0);
                self.region = match (top, bottom) {
                    (1, 0) => None,
                    (_, 0) => Some((top, u16::MAX)),
                    (_, _) if top < bottom => Some((top, bottom)),
                    (_, _) => None,
                };
            }
            [b'[', params @ .., b'm'] if is_plain(params) => {
                self.styled = !matches!(params, b"" | b"0" | b"00");
            }
            _ => {}
        }
    }

    fn set_private(&mut self, params: &[u8], on: bool) {
        for mode in numbers(params) {
            match on != ON_BY_DEFAULT.contains(&mode) {
                // Numbers nobody uses are not collected without end.
                true if self.changed.len() < 64 => self.changed.insert(mode),
                true => false,
                false => self.changed.remove(&mode),
            };
        }
    }

    fn soft_reset(&mut self) {
        for mode in [1, 6, 7, 25] {
            self.changed.remove(&mode);
        }
        self.insert = false;
        self.keypad = false;
        self.region = None;
        self.graphics = [false; 2];
        self.shifted = false;
        self.styled = false;
    }
}

fn is_plain(params: &[u8]) -> bool {
    params
        .iter()
        .all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':'))
}

/// The first number, 0 where there is none.
pub(super) fn first(params: &[u8]) -> u16 {
    numbers(params).next().unwrap_or(0)
}

fn numbers(params: &[u8]) -> impl Iterator<Item = u16> {
    params
        .split(|byte| *byte == b';')
        .map(|part| match str::from_utf8(part) {
            Ok(digits) => digits.parse().unwrap_or(0),
            Err(_) => 0,
        })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(output: &[u8], leave: Expect, beyond_model: Expect) {
        for split in 0..output.len() {
            let mut modes = Modes::new();
            modes.feed(&output[..split]);
            modes.feed(&output[split..]);
            leave.assert_eq(
                &String::from_utf8_lossy(&modes.leave())
                    .escape_debug()
                    .to_string(),
            );
            beyond_model.assert_eq(&modes.beyond_model().escape_debug().to_string());
        }
    }

    #[test]
    fn plain_output_leaves_nothing_to_do() {
        check(
            "hello\r\né\x1b[31mred\x1b[0m\x1b[2K".as_bytes(),
            expect![""],
            expect![""],
        );
    }

    #[test]
    fn what_a_full_screen_program_switches_on_is_switched_off() {
        check(
            b"\x1b[?1049h\x1b[?1h\x1b=\x1b[?25l\x1b[1;23r\x1b[?1000;1006h\x1b[?2004h\x1b[1m",
            expect![[
                r#"\u{1b}[?1049l\u{1b}7\u{1b}[?6l\u{1b}[r\u{1b}8\u{1b}[?6l\u{1b}[?1l\u{1b}[?25h\u{1b}[?1000l\u{1b}[?1006l\u{1b}[?2004l\u{1b}>\u{1b}[m"#
            ]],
            expect![""],
        );
    }

    #[test]
    fn what_it_switched_off_itself_is_left_alone() {
        check(
            b"\x1b[?1049h\x1b[?1h\x1b=\x1b[?25l\x1b[1;23r\x1b[r\x1b[?25h\x1b[?1l\x1b>\x1b[?1049l",
            expect![""],
            expect![""],
        );
    }

    #[test]
    fn what_the_model_does_not_know_is_known() {
        check(
            b"\x1b[?7l\x1b[?1004h\x1b(0\x1b[4h\x1b[>4;2m\x1b[>1u\x1b[?2026h",
            expect![[
                r#"\u{1b}[?7h\u{1b}[?1004l\u{1b}[?2026l\u{1b}[4l\u{1b}(B\u{1b}[>4m\u{1b}[<1u"#
            ]],
            expect![[r#"\u{1b}[?7l\u{1b}[?1004h\u{1b}[4h\u{1b}(0\u{1b}[>4;2m\u{1b}[>1u"#]],
        );
    }

    #[test]
    fn an_unfinished_sequence_is_cancelled() {
        let mut modes = Modes::new();
        modes.feed(b"\x1b[?1049");
        assert_eq!(modes.leave(), b"\x18");
    }

    #[test]
    fn a_reset_resets() {
        check(b"\x1b[?1049h\x1b[1m\x1b(0\x1bc", expect![""], expect![""]);
    }
}
