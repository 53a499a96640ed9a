//! A terminal's screen, rebuilt from what a session has written: the ring goes through
//! a screen model, and the model is written to the terminal. Does no I/O.
//!
//! Played back raw, old output would answer queries a second time, draw with the wrong
//! size and leave half a sequence at both ends.

mod kept;

use std::num::NonZeroU16;

use session::frame::Size;

use self::kept::Kept;
use super::modes::{self, Modes};
use super::scan::Step;

/// Lines above the screen that the model has: as many as a window that grows takes from
/// there. [`Kept`] has the others.
const SCROLLBACK_LINES: usize = 100;

/// A truncated ring begins anywhere; so many bytes at most are dropped to find a beginning.
const SYNC_WITHIN: usize = 4096;

/// Lines and columns that are modelled at most: anyone in the container can set a size, and a
/// model of the largest would take all memory.
const LARGEST: u16 = 1000;

/// Switches everything off that might be on, and moves no cursor.
const ALL_OFF: &str = concat!(
    "\x1b[?47l",
    "\x1b[m\x1b(B\x1b)B\x0f\x1b[4l\x1b[?7h\x1b>\x1b[?1l",
    "\x1b[?9l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1005l\x1b[?1006l\x1b[?1015l",
    "\x1b[?1004l\x1b[?2004l\x1b[?2026l\x1b[?25h",
);

/// Takes a session's replay and gives the terminal's screen.
pub(super) struct Replay {
    parser: vt100::Parser<Kept>,
    modes: Modes,
    /// The beginning of a character or sequence that is not complete.
    unfinished: Vec<u8>,
    /// The ring began in the middle: look for a beginning among so many bytes.
    sync: usize,
}

impl Replay {
    /// Begins a replay at this size.
    pub(super) fn new(size: Size) -> Replay {
        let (rows, cols) = model_size(size);
        Replay {
            parser: vt100::Parser::new_with_callbacks(
                rows,
                cols,
                SCROLLBACK_LINES,
                Kept::default(),
            ),
            modes: Modes::new(),
            unfinished: Vec::new(),
            sync: 0,
        }
    }

    /// The bytes that follow do not begin at the beginning.
    pub(super) fn begin_truncated(&mut self) {
        self.sync = SYNC_WITHIN;
    }

    /// The terminal had this size from here on.
    pub(super) fn resize(&mut self, size: Size) {
        let (rows, cols) = model_size(size);
        if self.parser.screen().size() != (rows, cols) {
            self.modes.resize();
            self.parser.set_size(rows, cols);
        }
    }

    /// What was written.
    pub(super) fn feed(&mut self, output: &[u8]) {
        let output = self.synchronise(output);
        // What the model gets: whole sequences, with line graphics as characters.
        let mut plain = Vec::with_capacity(output.len());
        for byte in output {
            self.unfinished.push(*byte);
            match self.modes.step(*byte) {
                Step::Inside => continue,
                Step::Text => match self.unfinished.as_slice() {
                    [graphic @ 0x5f..=0x7e] if self.modes.is_graphic() => {
                        push_graphic(*graphic, &mut plain);
                    }
                    _ => plain.extend_from_slice(&self.unfinished),
                },
                Step::Complete => match self.modes.sequence() {
                    // The model knows the alternate screen by its two other numbers only.
                    b"[?1047h" => plain.extend_from_slice(b"\x1b[?47h"),
                    b"[?1047l" => plain.extend_from_slice(b"\x1b[?47l"),
                    // Scrollback that is cleared is reported as scrolled away: clear ours after.
                    b"[3J" => {
                        plain.extend_from_slice(&self.unfinished);
                        self.parser.process(&plain);
                        plain.clear();
                        self.parser.callbacks_mut().forget_lines();
                    }
                    // The model would repeat a character 65535 times for nine bytes.
                    [b'[', count @ .., b'b'] if modes::first(count) > LARGEST => {}
                    _ => plain.extend_from_slice(&self.unfinished),
                },
            }
            self.unfinished.clear();
        }
        self.parser.process(&plain);
    }

    /// The program has the alternate screen: it draws all of it, and will again when asked.
    pub(super) fn is_alternate(&self) -> bool {
        self.parser.screen().alternate_screen()
    }

    /// What brings a terminal of the model's present size to the same state, whatever was
    /// on it before; what was on it is moved into its scrollback.
    ///
    /// Gives the modes back too: what follows live continues them.
    pub(super) fn into_screen(mut self) -> (Vec<u8>, Modes) {
        let mut text = String::from(ALL_OFF);
        let (rows, _) = self.parser.screen().size();
        let alternate = self.parser.screen().alternate_screen();
        if alternate {
            self.parser.process(b"\x1b[?47l");
        }
        push_up(rows, &mut text);
        if self.write_scrollback(&mut text) {
            push_up(rows, &mut text);
        }
        text.push_str(&self.parser.screen().contents_formatted());
        if alternate {
            let mode = self.modes.alternate().unwrap_or(47);
            text.push_str(&format!("\x1b[m\x1b[?{mode}h"));
            self.parser.process(b"\x1b[?47h");
            text.push_str(&self.parser.screen().contents_formatted());
        }
        text.push_str(&self.parser.screen().input_mode_formatted());
        self.write_region(&mut text);
        text.push_str(&self.modes.beyond_model());

        let mut screen = text.into_bytes();
        if let Some(title) = &self.parser.callbacks().title {
            screen.extend_from_slice(b"\x1b]2;");
            screen.extend_from_slice(title);
            screen.push(0x07);
        }
        screen.extend_from_slice(&self.unfinished);
        (screen, self.modes)
    }

    /// Drops the rest of a character, sequence or line at the front of a truncated ring.
    fn synchronise<'a>(&mut self, output: &'a [u8]) -> &'a [u8] {
        if self.sync == 0 {
            return output;
        }
        let looked_at = &output[..output.len().min(self.sync)];
        let found = looked_at
            .iter()
            .position(|byte| matches!(byte, b'\n' | 0x07 | 0x1b));
        match found {
            Some(place) => {
                self.sync = 0;
                // ESC begins a sequence, unless its `\` ends a string.
                match &output[place..] {
                    [0x1b, b'\\', rest @ ..] => rest,
                    rest @ [0x1b, ..] => rest,
                    rest => &rest[1..],
                }
            }
            None => {
                self.sync -= looked_at.len();
                &output[looked_at.len()..]
            }
        }
    }

    fn write_scrollback(&mut self, text: &mut String) -> bool {
        let above = self.parser.callbacks_mut().take_lines();
        text.push_str("\x1b[m");
        text.push_str(&above);
        let screen = self.parser.screen_mut();
        let (rows, cols) = screen.size();
        // Without an offset the model does not tell how many lines it has for us.
        let lines = screen.scrollback_len();
        let page = usize::from(rows.get());
        let mut left = lines;
        while left > 0 {
            screen.set_scrollback(left);
            let shown = page.min(left);
            let mut wrapped: Vec<bool> = Vec::with_capacity(shown);
            for row in 0..shown {
                wrapped.push(screen.row_wrapped(u16::try_from(row).unwrap_or(u16::MAX)));
            }
            let formatted = screen.rows_formatted(0, cols.get());
            for (line, wraps) in formatted.take(shown).zip(wrapped) {
                text.push_str("\x1b[m");
                text.push_str(&line);
                if !wraps {
                    text.push_str("\x1b[m\r\n");
                }
            }
            left -= shown;
        }
        screen.set_scrollback(0);
        lines > 0 || !above.is_empty()
    }

    fn write_region(&self, text: &mut String) {
        let (rows, _) = self.parser.screen().size();
        let (row, col) = self.parser.screen().cursor_position();
        let region = self
            .modes
            .region()
            .map(|(top, bottom)| (top, bottom.min(rows.get())))
            .filter(|(top, bottom)| top < bottom);
        match region {
            // Setting the region moves the cursor.
            Some((top, bottom)) => text.push_str(&format!("\x1b7\x1b[{top};{bottom}r\x1b8")),
            None if self.modes.has_origin() => {}
            None => return,
        }
        if self.modes.has_origin() {
            let top = region.map_or(1, |(top, _)| top);
            let line = (row + 1).saturating_sub(top - 1).max(1);
            text.push_str(&format!("\x1b[?6h\x1b[{line};{}H", col + 1));
        }
    }
}

/// Scrolls away exactly what stands above the cursor, wherever that is: newlines first move
/// it to the last line and only the rest of them scroll. Then the screen is empty, and the
/// cursor at its top.
fn push_up(rows: NonZeroU16, text: &mut String) {
    text.push_str("\x1b[m\r");
    for _ in 1..rows.get() {
        text.push('\n');
    }
    text.push_str("\x1b[?6l\x1b[r\x1b[H");
}

/// The model computes with at least two columns, so that a wide character has a place.
fn model_size(size: Size) -> (NonZeroU16, NonZeroU16) {
    let within = |value: u16, least: u16| {
        NonZeroU16::new(value.clamp(least, LARGEST)).unwrap_or(NonZeroU16::MIN)
    };
    (within(size.rows, 1), within(size.cols, 2))
}

/// The DEC special graphics set, from `_` to `~`.
fn push_graphic(byte: u8, plain: &mut Vec<u8>) {
    const GRAPHICS: [char; 32] = [
        ' ', '◆', '▒', '␉', '␌', '␍', '␊', '°', '±', '␤', '␋', '┘', '┐', '┌', '└', '┼', '⎺', '⎻',
        '─', '⎼', '⎽', '├', '┤', '┴', '┬', '│', '≤', '≥', 'π', '≠', '£', '·',
    ];
    let graphic = GRAPHICS[usize::from(byte.saturating_sub(0x5f).min(31))];
    plain.extend_from_slice(graphic.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests;
