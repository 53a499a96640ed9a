//! Progress: a line that moves in a terminal, plain lines in a log, always on standard error.

use std::{
    collections::BTreeMap,
    io::{self, IsTerminal, Write},
    time::{Duration, Instant},
};

use protocol::container::Progress;

use crate::cli::style::{Style, printable};

/// A moving line is drawn at most so often.
const REDRAW: Duration = Duration::from_millis(50);

/// How many lines of a failed step are repeated in a terminal; a log has all of them already.
const TAIL: usize = 20;

/// Shows progress.
#[derive(Debug)]
pub struct Display {
    mode: Mode,
    style: Style,
    /// A moving line is on the screen.
    drawn: bool,
    last_draw: Option<Instant>,
    steps: BTreeMap<u32, Step>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Silent,
    Lines,
    Terminal,
}

#[derive(Debug)]
struct Step {
    name: String,
    began: Instant,
    tail: Vec<String>,
}

impl Display {
    /// Shows nothing.
    pub fn silent() -> Display {
        Display::new(Mode::Silent)
    }

    /// Shows what fits standard error; nothing when `quiet`.
    pub fn of_stderr(quiet: bool) -> Display {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Display::new(match (quiet, io::stderr().is_terminal() && !dumb) {
            (true, _) => Mode::Silent,
            (false, true) => Mode::Terminal,
            (false, false) => Mode::Lines,
        })
    }

    /// Shows one piece of progress.
    pub fn show(&mut self, progress: Progress) {
        if self.mode == Mode::Silent {
            return;
        }
        match progress {
            Progress::Phase { text, .. } => {
                self.steps.clear();
                let line = format!("{} {}", self.style.strong("=>"), printable(&text));
                self.line(&line);
            }
            Progress::StepStarted { step, name } => {
                if self.mode == Mode::Lines {
                    // Who reads a log wants to know what takes so long, and whose output follows.
                    let name = shorten(&printable(&name), 100);
                    self.line(&format!("   {name}"));
                }
                self.steps.insert(
                    step,
                    Step {
                        name,
                        began: Instant::now(),
                        tail: Vec::new(),
                    },
                );
                self.draw_step(step, "");
            }
            Progress::StepDone {
                step,
                name,
                milliseconds,
                cached,
                failed,
            } => {
                self.step_done(step, &name, milliseconds, cached, failed);
            }
            Progress::Output { step, text } => {
                text.lines()
                    .for_each(|line| self.output(step, &printable(line)));
            }
            Progress::Bytes {
                text,
                current,
                total,
            } => {
                let amount = match total > 0.0 {
                    true => format!("{} of {}", size(current), size(total)),
                    false => size(current),
                };
                self.draw(&format!("   {} {amount}", printable(&text)));
            }
            Progress::Note { text } => self.note(&printable(&text)),
        }
    }

    /// Says something that the person should know.
    pub fn note(&mut self, text: &str) {
        if self.mode != Mode::Silent {
            let line = format!("{} {text}", self.style.warn("note:"));
            self.line(&line);
        }
    }

    /// What steps print is in the log already, and need not be repeated with a failure.
    pub fn has_shown_output(&self) -> bool {
        self.mode == Mode::Lines
    }

    /// Takes a moving line off the screen.
    pub fn finish(&mut self) {
        if self.drawn {
            let _closed = write!(io::stderr(), "\r\x1b[K");
            self.drawn = false;
        }
    }

    fn new(mode: Mode) -> Display {
        Display {
            mode,
            style: Style::of_stderr(),
            drawn: false,
            last_draw: None,
            steps: BTreeMap::new(),
        }
    }

    fn step_done(&mut self, step: u32, name: &str, milliseconds: u32, cached: bool, failed: bool) {
        let known = self.steps.remove(&step);
        let time = match cached {
            true => "cached".to_owned(),
            false => format!("{:.1} s", f64::from(milliseconds) / 1000.0),
        };
        let name = shorten(&printable(name), 100);
        let line = match failed {
            true => format!(
                "   {} {name} {}",
                self.style.bad("failed"),
                self.style.dim(&time)
            ),
            false => format!("   {name} {}", self.style.dim(&time)),
        };
        if let (true, Mode::Terminal, Some(known)) = (failed, self.mode, known) {
            for line in known.tail {
                let line = format!("     {}", self.style.dim(&line));
                self.line(&line);
            }
        }
        self.line(&line);
    }

    fn output(&mut self, step: u32, line: &str) {
        if self.mode == Mode::Lines {
            return self.line(&format!("     {line}"));
        }
        if let Some(known) = self.steps.get_mut(&step) {
            known.tail.push(line.to_owned());
            if known.tail.len() > TAIL {
                known.tail.remove(0);
            }
        }
        self.draw_step(step, line);
    }

    fn draw_step(&mut self, step: u32, output: &str) {
        let text = match self.steps.get(&step) {
            Some(known) => format!(
                "   {} {:.1} s  {output}",
                shorten(&printable(&known.name), 60),
                known.began.elapsed().as_secs_f64()
            ),
            None => format!("   {output}"),
        };
        self.draw(&text);
    }

    fn draw(&mut self, text: &str) {
        let recent = self.last_draw.is_some_and(|drawn| drawn.elapsed() < REDRAW);
        if self.mode != Mode::Terminal || recent {
            return;
        }
        self.last_draw = Some(Instant::now());
        let columns = rustix::termios::tcgetwinsize(rustix::stdio::stderr())
            .map_or(80, |size| usize::from(size.ws_col.max(20)));
        let text = shorten(text, columns - 1);
        let _closed = write!(io::stderr(), "\r\x1b[K{}", self.style.dim(&text));
        self.drawn = true;
    }

    fn line(&mut self, line: &str) {
        self.finish();
        let _closed = writeln!(io::stderr(), "{line}");
    }
}

/// Bytes as people read them.
pub fn size(bytes: f64) -> String {
    match bytes {
        bytes if bytes < 1e3 => format!("{bytes:.0} B"),
        bytes if bytes < 1e6 => format!("{:.0} kB", bytes / 1e3),
        bytes if bytes < 1e9 => format!("{:.1} MB", bytes / 1e6),
        bytes => format!("{:.2} GB", bytes / 1e9),
    }
}

fn shorten(text: &str, most: usize) -> String {
    match text.chars().count() <= most {
        true => text.to_owned(),
        false => text
            .chars()
            .take(most.saturating_sub(1))
            .chain(['…'])
            .collect(),
    }
}
