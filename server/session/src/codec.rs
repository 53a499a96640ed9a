//! Frames to bytes and back. Pure: bytes are fed in as they arrive, frames come out.
//!
//! It does not know sockets, nor which frame may follow which.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::frame::{Control, Hello, MAX_PAYLOAD, Reply, Request};

/// Kind and little-endian payload length.
pub const HEADER: usize = 5;

/// The longest data payload that this build sends in one frame, in bytes. A control
/// frame behind it never waits for more than this.
pub const DATA_CHUNK: usize = 64 << 10;

/// What a frame carries, as its first byte says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// Either side's [`Hello`].
    Hello = 1,
    /// The client's [`Request`].
    Request = 2,
    /// The client's [`Control`].
    Control = 3,
    /// Init's [`Reply`].
    Reply = 4,
    /// Bytes for the session's standard input.
    Stdin = 5,
    /// Bytes from its terminal or its standard output.
    Stdout = 6,
    /// Bytes from its standard error.
    Stderr = 7,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Kind> {
        match byte {
            1 => Some(Kind::Hello),
            2 => Some(Kind::Request),
            3 => Some(Kind::Control),
            4 => Some(Kind::Reply),
            5 => Some(Kind::Stdin),
            6 => Some(Kind::Stdout),
            7 => Some(Kind::Stderr),
            _ => None,
        }
    }

    fn is_data(self) -> bool {
        matches!(self, Kind::Stdin | Kind::Stdout | Kind::Stderr)
    }
}

/// A decoded frame. Data has no boundaries: one frame's payload may come in pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// [`Kind::Hello`].
    Hello(Hello),
    /// [`Kind::Request`].
    Request(Request),
    /// [`Kind::Control`].
    Control(Control),
    /// [`Kind::Reply`].
    Reply(Reply),
    /// [`Kind::Stdin`].
    Stdin(Vec<u8>),
    /// [`Kind::Stdout`].
    Stdout(Vec<u8>),
    /// [`Kind::Stderr`].
    Stderr(Vec<u8>),
}

/// Bytes that are no frame, or a frame that has no bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// The first byte of a frame is no kind that this build knows.
    #[error("a frame of the unknown kind {0}")]
    UnknownKind(u8),
    /// The payload is longer than [`MAX_PAYLOAD`].
    #[error("a {kind:?} frame of {length} bytes, the limit is {MAX_PAYLOAD}")]
    TooLong {
        /// The frame's kind.
        kind: Kind,
        /// The payload's length in bytes.
        length: usize,
    },
    /// The payload does not decode as its kind.
    #[error("a {kind:?} frame that does not decode")]
    Malformed {
        /// The frame's kind.
        kind: Kind,
    },
}

/// Takes bytes in any portions and gives the frames in them.
///
/// After an error it gives the same error for ever: the stream has lost its rhythm.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    start: usize,
    data: Option<(Kind, usize)>,
    failed: Option<CodecError>,
}

impl Decoder {
    /// Adds bytes that have arrived.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next frame; `None` until more bytes are fed.
    ///
    /// # Errors
    /// When the bytes are no frame of this protocol.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, CodecError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        match self.advance() {
            Ok(frame) => {
                if self.start == self.buffer.len() {
                    self.reset();
                }
                Ok(frame)
            }
            Err(error) => {
                self.failed = Some(error.clone());
                self.buffer = Vec::new();
                self.start = 0;
                Err(error)
            }
        }
    }

    /// Bytes that were fed and are not part of a frame given yet.
    pub fn buffered(&self) -> usize {
        self.buffer.len() - self.start
    }

    /// Whether the stream may end here: nothing is half received.
    pub fn at_boundary(&self) -> bool {
        self.buffered() == 0 && self.data.is_none()
    }

    fn advance(&mut self) -> Result<Option<Frame>, CodecError> {
        loop {
            if let Some((kind, left)) = self.data {
                let available = &self.buffer[self.start..];
                let length = available.len().min(left);
                if length == 0 {
                    return Ok(None);
                }
                let piece = available[..length].to_vec();
                self.start += length;
                self.data = match left - length {
                    0 => None,
                    left => Some((kind, left)),
                };
                return Ok(Some(match kind {
                    Kind::Stdin => Frame::Stdin(piece),
                    Kind::Stderr => Frame::Stderr(piece),
                    _ => Frame::Stdout(piece),
                }));
            }
            let Some((kind, length)) = self.header()? else {
                return Ok(None);
            };
            if kind.is_data() {
                self.start += HEADER;
                if length > 0 {
                    self.data = Some((kind, length));
                }
                continue;
            }
            let Some(payload) = self
                .buffer
                .get(self.start + HEADER..self.start + HEADER + length)
            else {
                return Ok(None);
            };
            let frame = match kind {
                Kind::Hello => Frame::Hello(decode(kind, payload)?),
                Kind::Request => Frame::Request(decode(kind, payload)?),
                Kind::Control => Frame::Control(decode(kind, payload)?),
                _ => Frame::Reply(decode(kind, payload)?),
            };
            self.start += HEADER + length;
            return Ok(Some(frame));
        }
    }

    fn header(&self) -> Result<Option<(Kind, usize)>, CodecError> {
        let bytes = &self.buffer[self.start..];
        let Some(&byte) = bytes.first() else {
            return Ok(None);
        };
        let kind = Kind::from_byte(byte).ok_or(CodecError::UnknownKind(byte))?;
        let Some(&[a, b, c, d]) = bytes.get(1..HEADER).and_then(|it| it.first_chunk::<4>()) else {
            return Ok(None);
        };
        let length = u32::from_le_bytes([a, b, c, d]) as usize;
        if length > MAX_PAYLOAD {
            return Err(CodecError::TooLong { kind, length });
        }
        Ok(Some((kind, length)))
    }

    fn reset(&mut self) {
        self.start = 0;
        // A large request must not cost its size for the rest of the connection.
        match self.buffer.capacity() > 2 * DATA_CHUNK {
            true => self.buffer = Vec::new(),
            false => self.buffer.clear(),
        }
    }
}

/// Appends the frame of a [`Hello`].
///
/// # Errors
/// When it is longer than [`MAX_PAYLOAD`]; `out` is then unchanged. So for the other three.
pub fn encode_hello(hello: &Hello, out: &mut Vec<u8>) -> Result<(), CodecError> {
    encode(Kind::Hello, hello, out)
}

/// Appends the frame of a [`Request`].
///
/// # Errors
/// As [`encode_hello`].
pub fn encode_request(request: &Request, out: &mut Vec<u8>) -> Result<(), CodecError> {
    encode(Kind::Request, request, out)
}

/// Appends the frame of a [`Control`].
///
/// # Errors
/// As [`encode_hello`].
pub fn encode_control(control: &Control, out: &mut Vec<u8>) -> Result<(), CodecError> {
    encode(Kind::Control, control, out)
}

/// Appends the frame of a [`Reply`].
///
/// # Errors
/// As [`encode_hello`].
pub fn encode_reply(reply: &Reply, out: &mut Vec<u8>) -> Result<(), CodecError> {
    encode(Kind::Reply, reply, out)
}

/// Appends data frames that carry all of `bytes`; none for no bytes.
pub fn encode_data(kind: Kind, bytes: &[u8], out: &mut Vec<u8>) {
    for chunk in bytes.chunks(DATA_CHUNK) {
        out.push(kind as u8);
        out.extend_from_slice(&(chunk.len() as u32).to_le_bytes());
        out.extend_from_slice(chunk);
    }
}

fn encode<T: Serialize>(kind: Kind, value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let payload = postcard::to_allocvec(value).map_err(|_| CodecError::Malformed { kind })?;
    if payload.len() > MAX_PAYLOAD {
        return Err(CodecError::TooLong {
            kind,
            length: payload.len(),
        });
    }
    out.push(kind as u8);
    out.extend_from_slice(&(payload.len() as u32).to_le_bytes());
    out.extend_from_slice(&payload);
    Ok(())
}

fn decode<T: DeserializeOwned>(kind: Kind, payload: &[u8]) -> Result<T, CodecError> {
    match postcard::take_from_bytes(payload) {
        Ok((value, [])) => Ok(value),
        Ok(_) | Err(_) => Err(CodecError::Malformed { kind }),
    }
}

#[cfg(test)]
mod tests;
