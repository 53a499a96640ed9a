//! The editor's messages, as far as the bridge understands them.

use std::{
    collections::BTreeMap,
    io::{self, Read},
};

use serde_json::{Value, json};

/// A longer body is no `exit`, in bytes.
const SHORT: usize = 256;

/// The longest header, in bytes.
const MAX_HEADER: usize = 4 << 10;

/// The longest first message, in bytes.
const MAX_FIRST: usize = 64 << 20;

/// What was among the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Passing {
    /// Nothing that concerns the bridge.
    Other,
    /// The request `shutdown`.
    Shutdown,
    /// The notification `exit`, and `shutdown` perhaps before it.
    Exit { after_shutdown: bool },
}

/// Watches messages pass, in pieces as they come.
#[derive(Debug, Default)]
pub struct Watcher {
    /// The header, or a short body, so far.
    kept: Vec<u8>,
    at: At,
    shut_down: bool,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum At {
    #[default]
    Header,
    /// In a body of which so much is left.
    Short(usize),
    /// In a body that is not looked at.
    Long(usize),
    /// What came was no message, and nobody knows where the next begins.
    Lost,
}

/// Reads until the first message is whole, and perhaps somewhat beyond it. `None`: the input ends
/// before that.
pub fn first(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let mut piece = vec![0; 64 << 10];
    loop {
        match frame(&bytes) {
            Some((body, length)) if length > MAX_FIRST => {
                let message = format!("a first message of {} bytes", body + length);
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            Some((body, length)) if bytes.len() >= body + length => return Ok(Some(bytes)),
            None if bytes.len() > MAX_HEADER => {
                let message = "standard input is not what an editor says to a language server";
                return Err(io::Error::new(io::ErrorKind::InvalidData, message));
            }
            Some(_) | None => {}
        }
        match input.read(&mut piece) {
            Ok(0) => return Ok(None),
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The same bytes, with the environment in an `initialize` that they begin with and that has none.
pub fn with_environment(bytes: Vec<u8>, environment: &BTreeMap<String, String>) -> Vec<u8> {
    match initialize(&bytes, environment) {
        Some(with) => with,
        None => bytes,
    }
}

fn initialize(bytes: &[u8], environment: &BTreeMap<String, String>) -> Option<Vec<u8>> {
    let (start, length) = frame(bytes)?;
    let end = start.checked_add(length)?;
    let mut message: Value = serde_json::from_slice(bytes.get(start..end)?).ok()?;
    if message["method"] != "initialize" {
        return None;
    }
    let params = message.get_mut("params")?.as_object_mut()?;
    let options = params.entry("initializationOptions").or_insert(Value::Null);
    if options.is_null() {
        *options = json!({});
    }
    let options = options.as_object_mut()?;
    let named = options.get("environment").and_then(Value::as_object);
    if named.is_some_and(|named| !named.is_empty()) {
        return None;
    }
    options.insert("environment".to_owned(), json!(environment));
    options
        .entry("release")
        .or_insert_with(|| json!(env!("CARGO_PKG_VERSION")));
    let body = message.to_string();
    let mut with = format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
    with.extend_from_slice(bytes.get(end..)?);
    Some(with)
}

impl Watcher {
    /// Sees the next bytes, and says what was completed by them.
    pub fn pass(&mut self, mut bytes: &[u8]) -> Passing {
        let mut passing = Passing::Other;
        while !bytes.is_empty() {
            match self.at {
                At::Lost => break,
                At::Header => bytes = self.header(bytes),
                At::Long(left) => {
                    let count = left.min(bytes.len());
                    bytes = &bytes[count..];
                    self.at = match left - count {
                        0 => At::Header,
                        left => At::Long(left),
                    };
                }
                At::Short(left) => {
                    let count = left.min(bytes.len());
                    self.kept.extend_from_slice(&bytes[..count]);
                    bytes = &bytes[count..];
                    self.at = At::Short(left - count);
                    if left == count {
                        passing = passing.max(self.body());
                    }
                }
            }
        }
        passing
    }

    fn header<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let before = self.kept.len();
        self.kept.extend_from_slice(bytes);
        match frame(&self.kept) {
            Some((body, length)) => {
                self.kept.clear();
                self.at = match length {
                    0 => At::Header,
                    1..=SHORT => At::Short(length),
                    _ => At::Long(length),
                };
                // The end of the header is in the new bytes: it was not in those before.
                &bytes[body - before..]
            }
            None => {
                let whole = self.kept.windows(4).any(|window| window == b"\r\n\r\n");
                if whole || self.kept.len() > MAX_HEADER {
                    self.kept.clear();
                    self.at = At::Lost;
                }
                &[]
            }
        }
    }

    fn body(&mut self) -> Passing {
        let message: Option<Value> = serde_json::from_slice(&self.kept).ok();
        self.kept.clear();
        self.at = At::Header;
        match message
            .as_ref()
            .and_then(|message| message["method"].as_str())
        {
            Some("shutdown") => {
                self.shut_down = true;
                Passing::Shutdown
            }
            Some("exit") => Passing::Exit {
                after_shutdown: self.shut_down,
            },
            _ => Passing::Other,
        }
    }
}

/// Where the body of the first message begins and how long it is, once its header is whole.
fn frame(bytes: &[u8]) -> Option<(usize, usize)> {
    let head = &bytes[..bytes.len().min(MAX_HEADER)];
    let end = head.windows(4).position(|window| window == b"\r\n\r\n")?;
    let header = std::str::from_utf8(&bytes[..end]).ok()?;
    let length = header
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())?;
    Some((end + 4, length))
}

#[cfg(test)]
mod tests {
    use protocol::rpc;

    use super::*;

    fn messages() -> Vec<u8> {
        let text = "x".repeat(1000);
        [
            rpc::request(1, "initialize", &json!({ "capabilities": {} })),
            rpc::notification("exit-ish", &json!({ "text": text })),
            rpc::request(2, "shutdown", &Value::Null),
            rpc::notification("exit", &Value::Null),
        ]
        .concat()
    }

    #[test]
    fn shutdown_and_exit_are_seen_at_every_split() {
        let bytes = messages();
        for split in 0..=bytes.len() {
            let mut watcher = Watcher::default();
            let seen = watcher
                .pass(&bytes[..split])
                .max(watcher.pass(&bytes[split..]));
            let after_shutdown = true;
            assert_eq!(seen, Passing::Exit { after_shutdown }, "at {split}");
        }
    }

    #[test]
    fn what_is_no_message_is_not_waited_for() {
        for garbage in ["\r\n\r\n", "Content-Length: x\r\n\r\n", &"x".repeat(5000)] {
            let mut watcher = Watcher::default();
            assert_eq!(watcher.pass(garbage.as_bytes()), Passing::Other);
            assert_eq!(watcher.at, At::Lost);
            assert_eq!(watcher.pass(&messages()), Passing::Other);
        }
    }

    #[test]
    fn the_environment_is_added_where_there_is_none() {
        let environment = BTreeMap::from([("A".to_owned(), "b".to_owned())]);
        let with = with_environment(messages(), &environment);
        let (start, length) = frame(&with).expect("a message");
        let message: Value = serde_json::from_slice(&with[start..start + length]).expect("JSON");
        let options = &message["params"]["initializationOptions"];
        assert_eq!(options["environment"], json!({ "A": "b" }));
        let rest = with.len() - (start + length);
        assert_eq!(
            with[start + length..],
            messages()[messages().len() - rest..]
        );
        let options = json!({ "trusted": false, "environment": { "C": "d" } });
        let params = json!({ "initializationOptions": options });
        let named = rpc::request(1, "initialize", &params);
        assert_eq!(with_environment(named.clone(), &environment), named);
    }

    #[test]
    fn the_first_message_is_read_whole() {
        let bytes = messages();
        let read = first(&mut bytes.as_slice()).expect("readable");
        assert_eq!(read, Some(bytes.clone()));
        assert_eq!(first(&mut &bytes[..30]).expect("readable"), None);
        assert!(first(&mut "x".repeat(5000).as_bytes()).is_err());
        assert!(first(&mut "Content-Length: 99999999999\r\n\r\n".as_bytes()).is_err());
    }
}
