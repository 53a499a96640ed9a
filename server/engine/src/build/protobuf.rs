//! Reads BuildKit's `StatusResponse` (`api/services/control/control.proto`): the few fields that
//! progress needs. Pure; what is cut short or unknown is skipped, never a failure.

/// One message of progress.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct StatusResponse {
    pub(crate) vertexes: Vec<Vertex>,
    pub(crate) statuses: Vec<Status>,
    pub(crate) logs: Vec<Log>,
    pub(crate) warnings: Vec<Warning>,
}

/// A step.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Vertex {
    pub(crate) digest: String,
    pub(crate) name: String,
    pub(crate) cached: bool,
    pub(crate) started: Option<Timestamp>,
    pub(crate) completed: Option<Timestamp>,
    pub(crate) error: String,
}

/// Something that a step fetches or unpacks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) id: String,
    pub(crate) vertex: String,
    pub(crate) current: u64,
    pub(crate) total: u64,
}

/// Output of a step.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Log {
    pub(crate) vertex: String,
    pub(crate) bytes: Vec<u8>,
}

/// A remark of the linter.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Warning {
    pub(crate) text: String,
    pub(crate) line: Option<u32>,
}

/// Nanoseconds since 1970.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Timestamp(pub(crate) i128);

impl StatusResponse {
    pub(crate) fn read(bytes: &[u8]) -> StatusResponse {
        let mut response = StatusResponse::default();
        for (number, value) in Fields(bytes) {
            match (number, value) {
                (1, Value::Bytes(bytes)) => response.vertexes.push(vertex(bytes)),
                (2, Value::Bytes(bytes)) => response.statuses.push(status(bytes)),
                (3, Value::Bytes(bytes)) => response.logs.push(log(bytes)),
                (4, Value::Bytes(bytes)) => response.warnings.push(warning(bytes)),
                _ => {}
            }
        }
        response
    }
}

fn vertex(bytes: &[u8]) -> Vertex {
    let mut vertex = Vertex::default();
    for (number, value) in Fields(bytes) {
        match (number, value) {
            (1, Value::Bytes(bytes)) => vertex.digest = text(bytes),
            (3, Value::Bytes(bytes)) => vertex.name = text(bytes),
            (4, Value::Number(number)) => vertex.cached = number != 0,
            (5, Value::Bytes(bytes)) => vertex.started = Some(timestamp(bytes)),
            (6, Value::Bytes(bytes)) => vertex.completed = Some(timestamp(bytes)),
            (7, Value::Bytes(bytes)) => vertex.error = text(bytes),
            _ => {}
        }
    }
    vertex
}

fn status(bytes: &[u8]) -> Status {
    let mut status = Status::default();
    for (number, value) in Fields(bytes) {
        match (number, value) {
            (1, Value::Bytes(bytes)) => status.id = text(bytes),
            (2, Value::Bytes(bytes)) => status.vertex = text(bytes),
            (4, Value::Number(number)) => status.current = number,
            (5, Value::Number(number)) => status.total = number,
            _ => {}
        }
    }
    status
}

fn log(bytes: &[u8]) -> Log {
    let mut log = Log::default();
    for (number, value) in Fields(bytes) {
        match (number, value) {
            (1, Value::Bytes(bytes)) => log.vertex = text(bytes),
            (4, Value::Bytes(bytes)) => log.bytes = bytes.to_vec(),
            _ => {}
        }
    }
    log
}

fn warning(bytes: &[u8]) -> Warning {
    let mut warning = Warning::default();
    for (number, value) in Fields(bytes) {
        match (number, value) {
            (3, Value::Bytes(bytes)) => warning.text = text(bytes),
            (7, Value::Bytes(range)) if warning.line.is_none() => warning.line = line(range),
            _ => {}
        }
    }
    warning
}

/// The first line of a `pb.Range`: start is field 1, its line again field 1.
fn line(range: &[u8]) -> Option<u32> {
    let (_, Value::Bytes(start)) = Fields(range).find(|(number, _)| *number == 1)? else {
        return None;
    };
    match Fields(start).find(|(number, _)| *number == 1)? {
        (_, Value::Number(line)) => u32::try_from(line).ok(),
        _ => None,
    }
}

fn timestamp(bytes: &[u8]) -> Timestamp {
    let mut nanoseconds: i128 = 0;
    for (number, value) in Fields(bytes) {
        match (number, value) {
            // Both are signed and sent as 64 bits.
            (1, Value::Number(seconds)) => {
                nanoseconds += i128::from(seconds.cast_signed()) * 1_000_000_000;
            }
            (2, Value::Number(fraction)) => nanoseconds += i128::from(fraction.cast_signed()),
            _ => {}
        }
    }
    Timestamp(nanoseconds)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The fields of a message; ends at the first that is cut short.
struct Fields<'bytes>(&'bytes [u8]);

enum Value<'bytes> {
    Number(u64),
    Bytes(&'bytes [u8]),
}

impl<'bytes> Iterator for Fields<'bytes> {
    type Item = (u64, Value<'bytes>);

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let key = self.varint()?;
        let value = match key & 7 {
            0 => Value::Number(self.varint()?),
            1 => Value::Bytes(self.take(8)?),
            2 => {
                let length = usize::try_from(self.varint()?).ok()?;
                Value::Bytes(self.take(length)?)
            }
            5 => Value::Bytes(self.take(4)?),
            _ => return None,
        };
        Some((key >> 3, value))
    }
}

impl<'bytes> Fields<'bytes> {
    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }

    fn take(&mut self, length: usize) -> Option<&'bytes [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
        let length = u8::try_from(bytes.len()).expect("short in a test");
        [&[number << 3 | 2, length], bytes].concat()
    }

    #[test]
    fn a_step_and_its_output() {
        let vertex = [
            field(1, b"sha256:1"),
            field(3, b"[2/2] RUN make"),
            vec![4 << 3, 1],
            field(5, &[8, 10, 16, 5]),
            field(9, b"unknown"),
        ]
        .concat();
        let log = [field(1, b"sha256:1"), field(4, b"hello\n")].concat();
        let response = StatusResponse::read(&[field(1, &vertex), field(3, &log)].concat());
        assert_eq!(
            response.vertexes,
            [Vertex {
                digest: "sha256:1".to_owned(),
                name: "[2/2] RUN make".to_owned(),
                cached: true,
                started: Some(Timestamp(10_000_000_005)),
                completed: None,
                error: String::new(),
            }]
        );
        assert_eq!(response.logs[0].bytes, b"hello\n");
    }

    #[test]
    fn a_warning_has_a_line() {
        let range = field(1, &[8, 7, 16, 1]);
        let warning = [field(3, b"legacy"), field(7, &range)].concat();
        let response = StatusResponse::read(&field(4, &warning));
        assert_eq!(response.warnings[0].line, Some(7));
    }

    #[test]
    fn every_prefix_is_read_without_complaint() {
        let vertex = [
            field(1, b"d"),
            field(3, b"n"),
            field(5, &[8, 0xff, 0xff, 1]),
        ]
        .concat();
        let message = field(1, &vertex);
        for end in 0..=message.len() {
            let _ = StatusResponse::read(&message[..end]);
        }
    }
}
