//! What the screen model reports and does not keep: the window's title, and the lines that
//! have left the little scrollback that the model has.

use std::num::NonZeroU16;

use vt100::Screen;
use vt100::capture::{BasicFormattedCaptureRange, BasicFormattedCaptureState, RowContents};

/// Text that is kept at most, in bytes, and how much goes at once when it is more.
const MOST: usize = 256 << 10;
const CUT: usize = 64 << 10;

/// A title that is longer is cut, in bytes.
const TITLE: usize = 256;

/// Kept beside the model. As text a line takes some hundred bytes, in the model some thousand.
#[derive(Default)]
pub(super) struct Kept {
    /// The window's title, printable bytes only.
    pub(super) title: Option<Vec<u8>>,
    text: String,
    state: BasicFormattedCaptureState,
}

impl Kept {
    /// The lines above the model's scrollback, each ended, with colours and nothing else
    /// that acts on a terminal but line ends.
    pub(super) fn take_lines(&mut self) -> String {
        let mut text = std::mem::take(&mut self.text);
        // Whether the last line has ended only the next one tells: here, an empty one.
        let mut end = String::new();
        let line = vt100::Parser::new(NonZeroU16::MIN, NonZeroU16::MIN, 0);
        let range = BasicFormattedCaptureRange::Full(&mut self.state);
        // Writing to a string does not fail.
        let _ = line
            .screen()
            .write_contents_formatted_basic(&mut end, range);
        text.push_str(&end);
        text.replace('\n', "\r\n")
    }

    /// The program wants them gone.
    pub(super) fn forget_lines(&mut self) {
        self.text = String::new();
        self.state = BasicFormattedCaptureState::new();
    }
}

impl vt100::Callbacks for Kept {
    fn set_window_title(&mut self, _: &mut Screen, title: &[u8]) {
        let printable = title
            .iter()
            .copied()
            .filter(|byte| *byte >= 0x20 && *byte != 0x7f);
        self.title = Some(printable.take(TITLE).collect());
    }

    fn on_scroll(&mut self, line: RowContents<'_>, alternate_screen: bool) {
        if alternate_screen {
            return;
        }
        // Writing to a string does not fail.
        let _ = line.write_formatted_basic(&mut self.text, &mut self.state);
        if self.text.len() > MOST {
            let end = self.text.as_bytes()[CUT..]
                .iter()
                .position(|byte| *byte == b'\n');
            self.text
                .drain(..end.map_or(self.text.len(), |place| CUT + place + 1));
        }
    }
}
