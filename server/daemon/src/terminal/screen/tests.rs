use expect_test::{Expect, expect};

use super::*;

const SIZE: Size = Size { rows: 6, cols: 20 };

/// A terminal that a session is shown on, with something of the user's own on it.
fn terminal(size: Size) -> vt100::Parser<Kept> {
    let (rows, cols) = model_size(size);
    let mut terminal = vt100::Parser::new_with_callbacks(rows, cols, 1000, Kept::default());
    terminal.process(b"own $ warpdock attach\r\n");
    terminal
}

fn replayed(size: Size, output: &[u8]) -> Replay {
    let mut replay = Replay::new(size);
    replay.feed(output);
    replay
}

/// Everything about a screen that can be seen or felt.
fn state(screen: &vt100::Screen) -> String {
    format!(
        "{}{}{}at {:?}",
        screen.contents_formatted().escape_debug(),
        screen.input_mode_formatted().escape_debug(),
        screen.attributes_formatted().escape_debug(),
        screen.cursor_position(),
    )
}

/// However the output is cut into replay and live, the terminal ends as if it had seen all.
#[track_caller]
fn check_every_cut(size: Size, output: &[u8]) {
    let (rows, cols) = model_size(size);
    let mut direct = vt100::Parser::new(rows, cols, 1000);
    direct.process(output);
    for cut in 0..=output.len() {
        let mut shown = terminal(size);
        let (screen, _) = replayed(size, &output[..cut]).into_screen();
        shown.process(&screen);
        shown.process(&output[cut..]);
        assert_eq!(
            state(shown.screen()),
            state(direct.screen()),
            "cut at {cut}"
        );
    }
}

#[track_caller]
fn check_contents(replay: Replay, size: Size, contents: Expect) {
    let mut shown = terminal(size);
    let (screen, _) = replay.into_screen();
    shown.process(&screen);
    contents.assert_eq(&shown.screen().contents());
}

#[test]
fn a_shell_is_shown_again() {
    check_every_cut(
        SIZE,
        "$ ls\r\n\x1b[1;34mdata\x1b[0m  naïve 漢字 e\u{301}\r\n\x1b[?2004h$ ".as_bytes(),
    );
}

#[test]
fn lines_that_wrap_and_scroll_are_shown_again() {
    let mut output = Vec::new();
    for line in 0..9 {
        output.extend(format!("{line}: {}\r\n", "x".repeat(line * 4)).bytes());
    }
    check_every_cut(SIZE, &output);
}

#[test]
fn a_full_screen_program_is_shown_again() {
    check_every_cut(
        SIZE,
        concat!(
            "$ vi\r\n\x1b[?1049h\x1b[?1h\x1b=\x1b[2J\x1b[1;1Hhello\x1b[2;1H\x1b[34m~\x1b[3;1H~\x1b[0m",
            "\x1b[?1000h\x1b[?1006h\x1b[?25l\x1b[6;1H\x1b[7mstatus\x1b[27m\x1b[?25h\x1b[1;3H\x1b[2 q",
        )
        .as_bytes(),
    );
}

#[test]
fn after_a_full_screen_program_the_shell_is_back() {
    check_every_cut(
        SIZE,
        b"$ vi\r\n\x1b[?1049h\x1b[2J\x1b[1;1Hhello\x1b[?1049l\x1b[?1l$ \x1b]2;title\x07done",
    );
}

#[test]
fn a_scrolling_region_goes_on_scrolling() {
    let output = "\x1b[2J\x1b[1;1Htop\x1b[6;1Hbottom\x1b[2;5r\x1b[2;1Ha\r\nb\r\nc\r\nd\r\ne\r\nf";
    check_every_cut(SIZE, output.as_bytes());
}

#[test]
fn origin_mode_goes_on_counting() {
    check_every_cut(
        SIZE,
        b"\x1b[2;5r\x1b[?6h\x1b[1;1Ha\x1b[2;2Hb\x1b[4;1Hc\n\nd",
    );
}

#[test]
fn line_graphics_are_lines() {
    check_contents(
        replayed(SIZE, b"\x1b(0lqk\x1b(B\r\n\x1b)0\x0ex\x0f q \x1b(0mqj"),
        SIZE,
        expect![[r#"
            ┌─┐
            │ q └─┘"#]],
    );
}

#[test]
fn a_truncated_ring_begins_at_a_beginning() {
    for (output, contents) in [
        ("1;31mlost\r\nline", "line"),
        ("\u{301}8;5;3m\x1b[2Kline", "line"),
        ("itle\x07line", "line"),
        ("itle\x1b\\line", "line"),
    ] {
        let mut replay = Replay::new(SIZE);
        replay.begin_truncated();
        replay.feed(output.as_bytes());
        let mut shown = terminal(SIZE);
        shown.process(&replay.into_screen().0);
        assert_eq!(shown.screen().contents(), contents);
    }
}

#[test]
fn scrollback_comes_back_and_the_users_own_lines_stay_above_it() {
    let mut output = Vec::new();
    for line in 0..400 {
        output.extend(format!("line {line}\r\n").bytes());
    }
    let mut shown = terminal(SIZE);
    shown.process(&replayed(SIZE, &output).into_screen().0);
    shown.screen_mut().set_scrollback(usize::MAX);
    let mut lines = Vec::new();
    for above in (0..=shown.screen().scrollback_len()).rev() {
        shown.screen_mut().set_scrollback(above);
        lines.extend(shown.screen().rows(0, SIZE.cols).next());
    }
    // Wider than the terminal, so two lines.
    let own = ["own $ warpdock attac", "h"].map(str::to_owned);
    let session = (0..396).map(|line| format!("line {line}"));
    assert_eq!(lines, own.into_iter().chain(session).collect::<Vec<_>>());
}

#[test]
fn scrollback_that_was_cleared_stays_so() {
    let mut output = Vec::new();
    for line in 0..400 {
        output.extend(format!("line {line}\r\n").bytes());
    }
    output.extend(b"\x1b[H\x1b[2J\x1b[3Jafter");
    let (screen, _) = replayed(SIZE, &output).into_screen();
    let screen = String::from_utf8(screen).expect("text");
    assert!(!screen.contains("line"), "{screen:?}");
}

#[test]
fn a_window_that_has_grown_shows_lines_from_above() {
    let mut replay = Replay::new(SIZE);
    for line in 0..400 {
        replay.feed(format!("line {line}\r\n").as_bytes());
    }
    let size = Size { rows: 9, ..SIZE };
    replay.resize(size);
    check_contents(
        replay,
        size,
        expect![[r#"
            line 392
            line 393
            line 394
            line 395
            line 396
            line 397
            line 398
            line 399"#]],
    );
}

#[test]
fn old_sizes_are_drawn_at_their_sizes() {
    let mut replay = Replay::new(Size { rows: 4, cols: 10 });
    replay.feed(b"0123456789ab\r\n\x1b[?1049h\x1b[4;1Hlast");
    replay.resize(SIZE);
    replay.feed(b"\x1b[6;1Hnew");
    check_contents(
        replay,
        SIZE,
        expect![[r#"



            last

            new"#]],
    );
}

#[test]
fn questions_are_not_asked_again() {
    let (screen, _) = replayed(SIZE, b"\x1b[6n\x1b[c\x1b]52;c;?\x07\x1b]11;?\x07x").into_screen();
    let screen = String::from_utf8(screen).expect("text");
    for question in ["\x1b[6n", "\x1b[c", "]52", "]11"] {
        assert!(!screen.contains(question), "{screen:?}");
    }
}

#[test]
fn a_title_comes_back_without_control_characters() {
    let (screen, _) = replayed(SIZE, b"\x1b]0;my\x01 title\x07").into_screen();
    let screen = String::from_utf8(screen).expect("text");
    assert!(screen.ends_with("\x1b]2;my title\x07"), "{screen:?}");
}

/// A small generator, always the same.
struct Noise(u64);

impl Noise {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).expect("below a usize")
    }
}

#[test]
fn no_output_breaks_a_replay() {
    const PIECES: [&str; 34] = [
        "\x1b",
        "[",
        "?",
        ";",
        "1",
        "6",
        "25",
        "1049",
        "47",
        "1047",
        "999",
        "h",
        "l",
        "r",
        "H",
        "J",
        "K",
        "m",
        "L",
        "M",
        "P",
        "@",
        "S",
        "T",
        "\x1b[?1049h",
        "\x1b[?1049l",
        "\x1b7",
        "\x1b8",
        "\r\n",
        "漢",
        "e\u{301}",
        "\x1b]0;x",
        "\x07",
        "\x1b(0",
    ];
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3000 {
        let mut replay = Replay::new(Size {
            rows: noise.below(8) as u16,
            cols: noise.below(12) as u16,
        });
        if noise.below(3) == 0 {
            replay.begin_truncated();
        }
        for _ in 0..noise.below(80) {
            match noise.below(12) {
                0 => replay.feed(&[noise.below(256) as u8]),
                1 => replay.resize(Size {
                    rows: noise.below(8) as u16,
                    cols: noise.below(12) as u16,
                }),
                _ => replay.feed(PIECES[noise.below(PIECES.len())].as_bytes()),
            }
        }
        let (screen, modes) = replay.into_screen();
        let mut shown = terminal(SIZE);
        shown.process(&screen);
        shown.process(&modes.leave());
        assert!(!shown.screen().alternate_screen());
    }
}
