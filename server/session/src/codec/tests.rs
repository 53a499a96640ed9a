use super::*;
use crate::frame::{Keep, Open, Size, Stdio};

fn open() -> Request {
    Request::Open(Open {
        name: Some("train".to_owned()),
        argv: vec![b"python3".to_vec(), vec![0xff, 0xfe]],
        env: vec![
            ("A".to_owned(), Some("1".to_owned())),
            ("B".to_owned(), None),
        ],
        cwd: Some("/app".to_owned()),
        user: None,
        stdio: Stdio::Terminal(Size { rows: 24, cols: 80 }),
        keep: Keep::Grace { seconds: 60 },
    })
}

fn stream() -> (Vec<u8>, Vec<Frame>) {
    let hello = Hello {
        version: 1,
        release: "0.1.0".to_owned(),
    };
    let all: Vec<u8> = (0..=255).collect();
    let mut bytes = Vec::new();
    encode_hello(&hello, &mut bytes).expect("small");
    encode_request(&open(), &mut bytes).expect("small");
    encode_control(&Control::Eof, &mut bytes).expect("small");
    encode_data(Kind::Stdin, &all, &mut bytes);
    encode_data(Kind::Stdout, &all, &mut bytes);
    encode_data(Kind::Stderr, b"e", &mut bytes);
    encode_reply(&Reply::Done, &mut bytes).expect("small");
    let frames = vec![
        Frame::Hello(hello),
        Frame::Request(open()),
        Frame::Control(Control::Eof),
        Frame::Stdin(all.clone()),
        Frame::Stdout(all),
        Frame::Stderr(b"e".to_vec()),
        Frame::Reply(Reply::Done),
    ];
    (bytes, frames)
}

/// All frames, the pieces of data that follow one another joined.
fn drain(decoder: &mut Decoder, frames: &mut Vec<Frame>) {
    while let Some(frame) = decoder.next_frame().expect("these bytes are frames") {
        match (frames.last_mut(), frame) {
            (Some(Frame::Stdin(bytes)), Frame::Stdin(more)) => bytes.extend(more),
            (Some(Frame::Stdout(bytes)), Frame::Stdout(more)) => bytes.extend(more),
            (Some(Frame::Stderr(bytes)), Frame::Stderr(more)) => bytes.extend(more),
            (_, frame) => frames.push(frame),
        }
    }
}

/// A small generator, so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

#[test]
fn every_split_gives_the_same_frames() {
    let (bytes, expected) = stream();
    for split in 0..=bytes.len() {
        let mut decoder = Decoder::default();
        let mut frames = Vec::new();
        decoder.feed(&bytes[..split]);
        drain(&mut decoder, &mut frames);
        decoder.feed(&bytes[split..]);
        drain(&mut decoder, &mut frames);
        assert_eq!(frames, expected, "split at {split}");
        assert!(decoder.at_boundary());
    }
}

#[test]
fn single_bytes_give_the_same_frames() {
    let (bytes, expected) = stream();
    let mut decoder = Decoder::default();
    let mut frames = Vec::new();
    for byte in bytes {
        decoder.feed(&[byte]);
        drain(&mut decoder, &mut frames);
    }
    assert_eq!(frames, expected);
}

#[test]
fn no_prefix_is_an_error_or_a_false_frame() {
    let (bytes, expected) = stream();
    for end in 0..bytes.len() {
        let mut decoder = Decoder::default();
        let mut frames = Vec::new();
        decoder.feed(&bytes[..end]);
        drain(&mut decoder, &mut frames);
        assert!(frames.len() <= expected.len());
        for (index, frame) in frames.iter().enumerate() {
            match (frame, &expected[index]) {
                (Frame::Stdin(part), Frame::Stdin(whole))
                | (Frame::Stdout(part), Frame::Stdout(whole)) => {
                    assert!(whole.starts_with(part));
                }
                (frame, expected) => assert_eq!(frame, expected),
            }
        }
    }
}

#[test]
fn data_is_given_before_its_frame_is_whole_and_not_kept() {
    let mut bytes = vec![Kind::Stdin as u8];
    bytes.extend_from_slice(&(MAX_PAYLOAD as u32).to_le_bytes());
    let mut decoder = Decoder::default();
    decoder.feed(&bytes);
    assert_eq!(decoder.next_frame(), Ok(None));
    for _ in 0..16 {
        decoder.feed(&[7; 1000]);
        assert_eq!(decoder.next_frame(), Ok(Some(Frame::Stdin(vec![7; 1000]))));
        assert_eq!(decoder.next_frame(), Ok(None));
        assert_eq!(decoder.buffered(), 0);
    }
    assert!(!decoder.at_boundary());
}

#[test]
fn an_unknown_kind_is_an_error_that_stays() {
    let mut decoder = Decoder::default();
    decoder.feed(b"GET / HTTP/1.1\r\n");
    assert_eq!(decoder.next_frame(), Err(CodecError::UnknownKind(b'G')));
    decoder.feed(&stream().0);
    assert_eq!(decoder.next_frame(), Err(CodecError::UnknownKind(b'G')));
}

#[test]
fn a_length_above_the_limit_is_refused_before_its_bytes_come() {
    let mut bytes = vec![Kind::Reply as u8];
    bytes.extend_from_slice(&(MAX_PAYLOAD as u32 + 1).to_le_bytes());
    let mut decoder = Decoder::default();
    decoder.feed(&bytes);
    assert_eq!(
        decoder.next_frame(),
        Err(CodecError::TooLong {
            kind: Kind::Reply,
            length: MAX_PAYLOAD + 1
        })
    );
}

#[test]
fn bytes_behind_a_value_are_malformed() {
    let mut bytes = Vec::new();
    encode_control(&Control::Eof, &mut bytes).expect("small");
    bytes[1] += 1;
    bytes.push(0);
    let mut decoder = Decoder::default();
    decoder.feed(&bytes);
    assert_eq!(
        decoder.next_frame(),
        Err(CodecError::Malformed {
            kind: Kind::Control
        })
    );
}

#[test]
fn a_request_above_the_limit_is_not_encoded() {
    let request = Request::HangUp {
        session: "x".repeat(MAX_PAYLOAD),
    };
    let mut bytes = b"before".to_vec();
    let error = encode_request(&request, &mut bytes).expect_err("too long");
    assert!(matches!(error, CodecError::TooLong { .. }));
    assert_eq!(bytes, b"before");
}

#[test]
fn random_bytes_never_panic() {
    let mut random = Random(0x5eed);
    for _ in 0..20_000 {
        let length = random.next() as usize % 64;
        let mut bytes: Vec<u8> = (0..length).map(|_| random.next() as u8).collect();
        if let Some(first) = bytes.first_mut() {
            // Most of them with a known kind and a short length, to reach the payloads.
            *first %= 9;
        }
        for byte in bytes.iter_mut().skip(2).take(3) {
            *byte = 0;
        }
        let mut decoder = Decoder::default();
        decoder.feed(&bytes);
        while let Ok(Some(_)) = decoder.next_frame() {}
    }
}

#[test]
fn a_changed_byte_never_panics() {
    let (bytes, _) = stream();
    for index in 0..bytes.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            let mut changed = bytes.clone();
            changed[index] = value;
            let mut decoder = Decoder::default();
            decoder.feed(&changed);
            while let Ok(Some(_)) = decoder.next_frame() {}
        }
    }
}
