//! JSON-RPC 2.0 messages in LSP's framing, as a client writes and reads them.

use serde_json::{Value, json};

/// The longest body that is accepted, in bytes.
pub const MAX_BODY: usize = 64 << 20;

/// The longest header block that is accepted, in bytes.
const MAX_HEADER: usize = 4 << 10;

/// A message from the daemon.
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// The answer to the request with this id.
    Answer {
        id: i64,
        result: Result<Value, RpcError>,
    },
    /// A notification.
    Notification { method: String, params: Value },
    /// A request to the client.
    Request { id: Value, method: String },
}

/// A JSON-RPC error.
#[derive(Debug, Clone, PartialEq)]
pub struct RpcError {
    /// The code.
    pub code: i64,
    /// The message.
    pub message: String,
    /// Our [`crate::failure::Failure`], where it is ours.
    pub data: Value,
}

/// What is wrong with bytes that should be a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(pub String);

/// A request in its frame.
pub fn request(id: i64, method: &str, params: &Value) -> Vec<u8> {
    frame(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }))
}

/// A notification in its frame.
pub fn notification(method: &str, params: &Value) -> Vec<u8> {
    frame(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
}

/// Takes the first whole message off `buffer`; `None`: more bytes are needed.
pub fn take(buffer: &mut Vec<u8>) -> Result<Option<Message>, Malformed> {
    let Some(header_end) = find(buffer, b"\r\n\r\n") else {
        return match buffer.len() > MAX_HEADER {
            true => Err(Malformed("no end of the header within 4 KiB".to_owned())),
            false => Ok(None),
        };
    };
    let header = std::str::from_utf8(&buffer[..header_end])
        .map_err(|_| Malformed("the header is not UTF-8".to_owned()))?;
    let length = header
        .split("\r\n")
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .ok_or_else(|| Malformed(format!("no Content-Length in `{header}`")))?;
    if length > MAX_BODY {
        return Err(Malformed(format!("a body of {length} bytes")));
    }
    let body_start = header_end + 4;
    if buffer.len() < body_start + length {
        return Ok(None);
    }
    let body: Value = serde_json::from_slice(&buffer[body_start..body_start + length])
        .map_err(|error| Malformed(format!("the body is not JSON: {error}")))?;
    buffer.drain(..body_start + length);
    message(body).map(Some)
}

fn message(mut body: Value) -> Result<Message, Malformed> {
    let method = body["method"].as_str().map(str::to_owned);
    let id = body["id"].take();
    match (method, id) {
        (Some(method), Value::Null) => Ok(Message::Notification {
            method,
            params: body["params"].take(),
        }),
        (Some(method), id) => Ok(Message::Request { id, method }),
        (None, id) => {
            let id = id
                .as_i64()
                .ok_or_else(|| Malformed(format!("an answer without an id of ours: {id}")))?;
            let result = match body.get("error").is_some() {
                true => Err(RpcError {
                    code: body["error"]["code"].as_i64().unwrap_or_default(),
                    message: body["error"]["message"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned(),
                    data: body["error"]["data"].take(),
                }),
                false => Ok(body["result"].take()),
            };
            Ok(Message::Answer { id, result })
        }
    }
}

fn frame(body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_taken_whole_at_every_split() {
        let bytes = [
            notification("a/b", &json!({"x": "é"})),
            notification("c", &Value::Null),
        ]
        .concat();
        for split in 0..bytes.len() {
            let mut buffer = bytes[..split].to_vec();
            let mut taken = Vec::new();
            while let Some(message) = take(&mut buffer).expect("well formed") {
                taken.push(message);
            }
            buffer.extend_from_slice(&bytes[split..]);
            while let Some(message) = take(&mut buffer).expect("well formed") {
                taken.push(message);
            }
            assert_eq!(taken.len(), 2, "split at {split}");
        }
    }

    #[test]
    fn an_error_keeps_code_message_and_data() {
        let mut buffer =
            frame(&json!({"id": 7, "error": {"code": -32001, "message": "m", "data": {"k": 1}}}));
        let Ok(Some(Message::Answer {
            id: 7,
            result: Err(error),
        })) = take(&mut buffer)
        else {
            panic!("not an error answer");
        };
        assert_eq!((error.code, error.message.as_str()), (-32001, "m"));
        assert_eq!(error.data, json!({"k": 1}));
    }

    #[test]
    fn garbage_is_named_and_not_waited_for() {
        assert!(take(&mut vec![b'x'; 5000]).is_err());
        assert!(take(&mut b"Content-Length: no\r\n\r\n".to_vec()).is_err());
        assert!(take(&mut b"Content-Length: 99999999999\r\n\r\n".to_vec()).is_err());
        assert!(take(&mut b"Content-Length: 3\r\n\r\n{x}".to_vec()).is_err());
        assert_eq!(take(&mut b"Content-Length: 30\r\n\r\n{".to_vec()), Ok(None));
    }
}
