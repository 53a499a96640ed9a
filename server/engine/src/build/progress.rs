//! From the builders' own messages to our events. Pure: lines in, events out.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;

use super::BuildEvent;
use super::failure::{Failure, classify, looked_for};
use super::names;
use super::protobuf::{StatusResponse, Timestamp, Vertex};
use crate::error::Error;

/// Lines of a failed step that are kept for its error.
const TAIL_LINES: usize = 20;
/// Of a line in it.
const TAIL_LINE_BYTES: usize = 2000;

/// A build that runs.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The Dockerfile's name in errors.
    dockerfile: String,
    /// Its text: images are called as it calls them.
    text: String,
    steps: Vec<Step>,
    by_digest: HashMap<String, u32>,
    /// The classic builder's present step.
    classic: Option<u32>,
    image_id: Option<String>,
    error: Option<String>,
}

#[derive(Debug, Default)]
struct Step {
    name: String,
    /// By the engine's clock.
    started: Option<Timestamp>,
    /// By ours: when we heard of it.
    heard: Option<Instant>,
    running: bool,
    cached: bool,
    error: String,
    tail: Tail,
    fetches: bool,
}

/// The last lines of an output that comes in pieces.
#[derive(Debug, Default)]
struct Tail {
    lines: VecDeque<String>,
    unfinished: Vec<u8>,
    /// A carriage return came: what follows writes over the line, unless it is the line's end.
    returned: bool,
}

#[derive(Deserialize)]
struct Line {
    id: Option<String>,
    stream: Option<String>,
    status: Option<String>,
    aux: Option<Value>,
    error: Option<String>,
    #[serde(rename = "errorDetail")]
    error_detail: Option<ErrorDetail>,
    #[serde(rename = "progressDetail")]
    progress_detail: Option<ProgressDetail>,
}

#[derive(Deserialize)]
struct ErrorDetail {
    message: Option<String>,
}

#[derive(Deserialize)]
struct ProgressDetail {
    current: Option<u64>,
    total: Option<u64>,
}

impl Progress {
    pub(crate) fn new(dockerfile: String, text: String) -> Progress {
        Progress {
            dockerfile,
            text,
            ..Progress::default()
        }
    }

    /// One line of either builder.
    pub(crate) fn line(&mut self, line: &[u8], events: &mut Vec<BuildEvent>) {
        let Ok(line) = serde_json::from_slice::<Line>(line) else {
            return;
        };
        if let Some(message) = line.error_detail.and_then(|detail| detail.message) {
            self.error = Some(message);
            return;
        }
        if let Some(message) = line.error {
            self.error = Some(message);
            return;
        }
        match (line.id.as_deref(), line.aux) {
            (Some("moby.buildkit.trace"), Some(Value::String(text))) => {
                if let Ok(bytes) = STANDARD.decode(text) {
                    self.trace(StatusResponse::read(&bytes), events);
                }
            }
            (_, Some(aux)) => {
                if let Some(id) = aux.get("ID").and_then(Value::as_str) {
                    self.image_id = Some(id.to_owned());
                }
            }
            (id, None) => {
                if let Some(text) = line.stream {
                    self.classic_text(&text, events);
                }
                if let (Some(step), Some(id), Some(detail), Some(_)) =
                    (self.classic, id, line.progress_detail, line.status)
                {
                    self.steps[step as usize].fetches = true;
                    events.push(BuildEvent::Progress {
                        step,
                        id: id.to_owned(),
                        current: detail.current.unwrap_or(0),
                        total: detail.total.unwrap_or(0),
                    });
                }
            }
        }
    }

    /// A step that has been looking for an image in the network since then.
    pub(crate) fn looking(&self) -> Option<(&str, Instant)> {
        let mut steps = self
            .steps
            .iter()
            .filter(|step| step.running && !step.fetches);
        steps.find_map(|step| {
            let classic_base = step.name.strip_prefix("FROM ");
            let name = looked_for(&step.name).or(classic_base)?;
            Some((name, step.heard?))
        })
    }

    /// The end of the stream: the image, or why there is none.
    pub(crate) fn end(mut self, events: &mut Vec<BuildEvent>) -> Result<String, Error> {
        match (self.error.take(), self.image_id.take()) {
            (None, Some(id)) => {
                self.end_classic_step(events);
                Ok(id)
            }
            (Some(message), _) => Err(self.failure(&message)),
            (None, None) => Err(self.failure("the engine ended the build without an image")),
        }
    }

    /// What a refusal before the first step means.
    pub(crate) fn failure(&mut self, message: &str) -> Error {
        // The step that says so itself, else the one that was running: BuildKit cancels the
        // others, which then say `context canceled`.
        let said = |step: &&mut Step| !step.error.is_empty() && !step.error.contains("canceled");
        let classic = self.classic;
        let failed = match self.steps.iter_mut().find(said) {
            Some(step) => Some(step),
            None => classic.and_then(|step| self.steps.get_mut(step as usize)),
        };
        let (step, tail) = match failed {
            Some(step) => (Some(step.name.clone()), step.tail.take()),
            None => (None, Vec::new()),
        };
        classify(Failure {
            message,
            step: step.as_deref(),
            tail,
            dockerfile: &self.dockerfile,
        })
    }

    fn trace(&mut self, response: StatusResponse, events: &mut Vec<BuildEvent>) {
        for vertex in response.vertexes {
            self.vertex(vertex, events);
        }
        for status in response.statuses {
            let Some(step) = self.by_digest.get(&status.vertex).copied() else {
                continue;
            };
            if status.current > 0 && status.total > 0 {
                self.steps[step as usize].fetches = true;
            }
            events.push(BuildEvent::Progress {
                step,
                id: names::images_in(&status.id, &self.text),
                current: status.current,
                total: status.total,
            });
        }
        for log in response.logs {
            if let Some(step) = self.by_digest.get(&log.vertex).copied() {
                self.log(step, log.bytes, events);
            }
        }
        for warning in response.warnings {
            events.push(BuildEvent::Warning {
                text: warning.text,
                line: warning.line,
            });
        }
    }

    fn vertex(&mut self, vertex: Vertex, events: &mut Vec<BuildEvent>) {
        let number = match self.by_digest.get(&vertex.digest) {
            Some(number) => *number,
            None => {
                let number = self.add(&names::step(&vertex.name, &self.text));
                self.by_digest.insert(vertex.digest.clone(), number);
                number
            }
        };
        let step = &mut self.steps[number as usize];
        let name = step.name.clone();
        if !vertex.error.is_empty() {
            step.error = vertex.error.clone();
        }
        if vertex.cached && !step.cached {
            step.cached = true;
            step.running = false;
            events.push(BuildEvent::StepCached { step: number, name });
            return;
        }
        let Some(started) = vertex.started else {
            return;
        };
        // A vertex may run more than once; each time is told.
        if step.started != Some(started) && !step.cached {
            step.started = Some(started);
            step.running = true;
            step.heard = Some(Instant::now());
            events.push(BuildEvent::StepStarted {
                step: number,
                name: name.clone(),
            });
        }
        if let Some(completed) = vertex.completed
            && step.running
        {
            step.running = false;
            if vertex.error.is_empty() {
                let nanoseconds = u64::try_from(completed.0 - started.0).unwrap_or(0);
                events.push(BuildEvent::StepDone {
                    step: number,
                    name,
                    duration: Duration::from_nanos(nanoseconds),
                });
            }
        }
    }

    /// `Step 2/5 : RUN make`, ` ---> Using cache`, ` ---> 1f…`, and whatever a step prints.
    fn classic_text(&mut self, text: &str, events: &mut Vec<BuildEvent>) {
        if let Some((_, name)) = text
            .strip_prefix("Step ")
            .and_then(|rest| rest.split_once(" : "))
        {
            self.end_classic_step(events);
            let name = name.trim_end();
            let step = self.add(name);
            self.classic = Some(step);
            let state = &mut self.steps[step as usize];
            state.running = true;
            state.heard = Some(Instant::now());
            events.push(BuildEvent::StepStarted {
                step,
                name: name.to_owned(),
            });
            return;
        }
        let Some(step) = self.classic else { return };
        let trimmed = text.trim();
        let state = &mut self.steps[step as usize];
        if trimmed == "---> Using cache" {
            state.cached = true;
            state.running = false;
            events.push(BuildEvent::StepCached {
                step,
                name: state.name.clone(),
            });
            return;
        }
        let is_note = trimmed.starts_with("---> ")
            || trimmed.starts_with("Removing intermediate container ")
            || trimmed.starts_with("Successfully built ")
            || trimmed.starts_with("Successfully tagged ");
        // The line feed after `Step 1/2 : …` comes by itself.
        let is_end_of_step_line = text == "\n" && state.tail.is_empty();
        if !is_note && !is_end_of_step_line && !text.is_empty() {
            self.log(step, text.as_bytes().to_vec(), events);
        }
    }

    fn end_classic_step(&mut self, events: &mut Vec<BuildEvent>) {
        let Some(number) = self.classic.take() else {
            return;
        };
        let step = &mut self.steps[number as usize];
        if !step.running {
            return;
        }
        step.running = false;
        events.push(BuildEvent::StepDone {
            step: number,
            name: step.name.clone(),
            duration: step.heard.map(|heard| heard.elapsed()).unwrap_or_default(),
        });
    }

    fn add(&mut self, name: &str) -> u32 {
        self.steps.push(Step {
            name: name.to_owned(),
            ..Step::default()
        });
        u32::try_from(self.steps.len() - 1).unwrap_or(u32::MAX)
    }

    fn log(&mut self, step: u32, bytes: Vec<u8>, events: &mut Vec<BuildEvent>) {
        self.steps[step as usize].tail.push(&bytes);
        events.push(BuildEvent::Log { step, bytes });
    }
}

impl Tail {
    fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.returned && *byte != b'\n' {
                self.unfinished.clear();
            }
            self.returned = *byte == b'\r';
            match byte {
                b'\n' => self.end_line(),
                b'\r' => {}
                byte if self.unfinished.len() < TAIL_LINE_BYTES => self.unfinished.push(*byte),
                _ => {}
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.unfinished.is_empty()
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.unfinished);
        if line.is_empty() {
            return;
        }
        if self.lines.len() == TAIL_LINES {
            self.lines.pop_front();
        }
        let text = String::from_utf8_lossy(&line);
        self.lines.push_back(without_escapes(&text));
    }

    fn take(&mut self) -> Vec<String> {
        self.end_line();
        std::mem::take(&mut self.lines).into()
    }
}

/// Colours and cursor movements do not belong in an error.
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '\u{1b}' => {
                if chars.next() == Some('[') {
                    // Parameters, then one final character.
                    let _ = chars.find(|char| ('\u{40}'..='\u{7e}').contains(char));
                }
            }
            '\t' => plain.push('\t'),
            char if char.is_control() => {}
            char => plain.push(char),
        }
    }
    plain
}

#[cfg(test)]
mod tests;
