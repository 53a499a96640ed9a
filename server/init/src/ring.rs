//! What a session has written lately: bounded bytes, with the places where the stream or
//! the terminal's size changed. Pure.
//!
//! Every reader of a session is a [`Cursor`] into its ring, so the ring is the only
//! buffer between a session and its clients. It does not know who reads, nor whether
//! somebody must be waited for.

use std::collections::VecDeque;

use session::frame::Size;

/// Alternating single bytes of two streams must not cost a mark each for ever.
const MAX_MARKS: usize = 4096;

/// Which stream bytes came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// The terminal, or standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// Bounded output.
#[derive(Debug)]
pub(crate) struct Ring {
    bytes: VecDeque<u8>,
    limit: usize,
    start: u64,
    marks: VecDeque<Mark>,
    first_mark: u64,
    stream_at_start: Stream,
    size_at_start: Option<Size>,
    stream: Stream,
}

#[derive(Debug, Clone, Copy)]
struct Mark {
    offset: u64,
    change: Change,
}

#[derive(Debug, Clone, Copy)]
enum Change {
    Stream(Stream),
    Size(Size),
}

/// How far one reader has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// Bytes since the session's start.
    pub(crate) offset: u64,
    mark: u64,
    stream: Stream,
}

/// What a reader gets next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// Bytes of one stream, in two parts because the ring wraps.
    Bytes(Stream, &'a [u8], &'a [u8]),
    /// The terminal has this size from here on.
    Size(Size),
    /// So many bytes were overwritten before this reader came to them.
    Dropped(u64),
}

impl Ring {
    /// An empty ring of at most `limit` bytes.
    pub(crate) fn new(limit: usize) -> Ring {
        Ring {
            bytes: VecDeque::new(),
            limit,
            start: 0,
            marks: VecDeque::new(),
            first_mark: 0,
            stream_at_start: Stream::Stdout,
            size_at_start: None,
            stream: Stream::Stdout,
        }
    }

    /// Bytes that were written since the session's start.
    pub(crate) fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// How many bytes can be added without overwriting what this reader has not read.
    pub(crate) fn room(&self, reader: &Cursor) -> usize {
        let held = self.end().saturating_sub(reader.offset.max(self.start));
        let marks = self.marks.len() as u64 - reader.mark.saturating_sub(self.first_mark);
        // Two: a portion of each stream may follow.
        match marks + 2 >= MAX_MARKS as u64 {
            true => 0,
            false => self
                .limit
                .saturating_sub(usize::try_from(held).unwrap_or(usize::MAX)),
        }
    }

    /// The most bytes that it holds.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// Adds output; the oldest bytes make room.
    pub(crate) fn push(&mut self, stream: Stream, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if stream != self.stream {
            self.stream = stream;
            self.mark(Change::Stream(stream));
        }
        let skipped = bytes.len().saturating_sub(self.limit);
        let excess = (self.bytes.len() + bytes.len()).saturating_sub(self.limit);
        self.drop_front(excess - skipped);
        self.bytes.extend(&bytes[skipped..]);
        self.start += skipped as u64;
        self.collapse();
    }

    /// Notes that the terminal has another size from here on.
    pub(crate) fn resize(&mut self, size: Size) {
        let end = self.end();
        match self.marks.back_mut() {
            // Dragging a window's edge is one change, not hundreds.
            Some(Mark {
                offset,
                change: Change::Size(last),
            }) if *offset == end => *last = size,
            Some(_) | None => self.mark(Change::Size(size)),
        }
    }

    /// Gives back memory that a session which has ended will not need.
    pub(crate) fn shrink(&mut self) {
        self.bytes.shrink_to_fit();
        self.marks.shrink_to_fit();
    }

    /// A reader of everything that is still there. Its first pieces say what was dropped
    /// and which size the terminal had.
    pub(crate) fn beginning(&self) -> (Cursor, Option<Size>) {
        let cursor = Cursor {
            offset: self.start,
            mark: self.first_mark,
            stream: self.stream_at_start,
        };
        (cursor, self.size_at_start)
    }

    /// How many bytes were overwritten since the session's start.
    pub(crate) fn dropped(&self) -> u64 {
        self.start
    }

    /// The next piece of at most `most` bytes, and the cursor behind it; `None` at the end.
    pub(crate) fn read(&self, cursor: &mut Cursor, most: usize) -> Option<Piece<'_>> {
        if cursor.mark < self.first_mark {
            cursor.mark = self.first_mark;
            cursor.stream = self.stream_at_start;
        }
        if cursor.offset < self.start {
            let dropped = self.start - cursor.offset;
            cursor.offset = self.start;
            return Some(Piece::Dropped(dropped));
        }
        let mut until = self.end();
        while let Some(mark) = self
            .marks
            .get(usize::try_from(cursor.mark - self.first_mark).ok()?)
        {
            if mark.offset > cursor.offset {
                until = mark.offset;
                break;
            }
            cursor.mark += 1;
            match mark.change {
                Change::Stream(stream) => cursor.stream = stream,
                Change::Size(size) => return Some(Piece::Size(size)),
            }
        }
        let from = usize::try_from(cursor.offset - self.start).ok()?;
        let length = usize::try_from(until - cursor.offset).ok()?.min(most);
        if length == 0 {
            return None;
        }
        cursor.offset += length as u64;
        let (front, back) = self.bytes.as_slices();
        let (first, second) = match from < front.len() {
            true => {
                let first = &front[from..front.len().min(from + length)];
                (first, &back[..length - first.len()])
            }
            false => (&[][..], &back[from - front.len()..][..length]),
        };
        Some(Piece::Bytes(cursor.stream, first, second))
    }

    fn mark(&mut self, change: Change) {
        if self.marks.len() == MAX_MARKS {
            let keep_from = self.marks[1].offset;
            let excess = usize::try_from(keep_from.saturating_sub(self.start)).unwrap_or(0);
            self.drop_front(excess);
            if self.marks.len() == MAX_MARKS {
                self.take_mark();
            }
        }
        self.marks.push_back(Mark {
            offset: self.end(),
            change,
        });
        self.collapse();
    }

    fn drop_front(&mut self, count: usize) {
        let count = count.min(self.bytes.len());
        self.bytes.drain(..count);
        self.start += count as u64;
        self.collapse();
    }

    /// Turns marks before the first byte into the state at the first byte.
    fn collapse(&mut self) {
        while self
            .marks
            .front()
            .is_some_and(|mark| mark.offset < self.start)
        {
            self.take_mark();
        }
    }

    fn take_mark(&mut self) {
        if let Some(mark) = self.marks.pop_front() {
            self.first_mark += 1;
            match mark.change {
                Change::Stream(stream) => self.stream_at_start = stream,
                Change::Size(size) => self.size_at_start = Some(size),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(rows: u16) -> Size {
        Size { rows, cols: 80 }
    }

    /// Everything that a reader at the beginning gets, as text.
    fn replay(ring: &Ring) -> String {
        let (mut cursor, size) = ring.beginning();
        let mut text = match size {
            Some(size) => format!("[{}]", size.rows),
            None => String::new(),
        };
        while let Some(piece) = ring.read(&mut cursor, 3) {
            match piece {
                Piece::Bytes(stream, first, second) => {
                    text.push_str(match stream {
                        Stream::Stdout => "o:",
                        Stream::Stderr => "e:",
                    });
                    text.push_str(&String::from_utf8_lossy(first));
                    text.push_str(&String::from_utf8_lossy(second));
                    text.push(' ');
                }
                Piece::Size(size) => text.push_str(&format!("[{}]", size.rows)),
                Piece::Dropped(dropped) => text.push_str(&format!("-{dropped} ")),
            }
        }
        text
    }

    #[test]
    fn streams_and_sizes_come_back_in_their_places() {
        let mut ring = Ring::new(64);
        ring.resize(size(24));
        ring.push(Stream::Stdout, b"abcd");
        ring.push(Stream::Stderr, b"xy");
        ring.resize(size(30));
        ring.push(Stream::Stderr, b"z");
        ring.push(Stream::Stdout, b"e");
        assert_eq!(replay(&ring), "[24]o:abc o:d e:xy [30]e:z o:e ");
    }

    #[test]
    fn the_oldest_bytes_make_room_and_their_size_is_kept() {
        let mut ring = Ring::new(8);
        ring.resize(size(24));
        ring.push(Stream::Stderr, b"12345");
        ring.resize(size(30));
        ring.push(Stream::Stdout, b"67890");
        assert_eq!(ring.dropped(), 2);
        assert_eq!(replay(&ring), "[24]e:345 [30]o:678 o:90 ");
        ring.push(Stream::Stdout, &[b'x'; 100]);
        assert_eq!(ring.end(), 110);
        assert_eq!(replay(&ring), "[30]o:xxx o:xxx o:xx ");
    }

    #[test]
    fn room_ends_where_a_reader_must_be_waited_for() {
        let mut ring = Ring::new(8);
        let (mut reader, _) = ring.beginning();
        ring.push(Stream::Stdout, b"123456");
        assert_eq!(ring.room(&reader), 2);
        ring.push(Stream::Stdout, b"78");
        assert_eq!(ring.room(&reader), 0);
        while ring.read(&mut reader, 5).is_some() {}
        assert_eq!(ring.room(&reader), 8);
    }

    #[test]
    fn a_reader_is_waited_for_when_the_streams_alternate() {
        let mut ring = Ring::new(1 << 20);
        let (reader, _) = ring.beginning();
        let mut written = 0;
        while ring.room(&reader) > 0 {
            ring.push(Stream::Stdout, b"o");
            ring.push(Stream::Stderr, b"e");
            written += 2;
        }
        assert_eq!(ring.dropped(), 0);
        assert!(written > MAX_MARKS as u64 / 2, "{written}");
    }

    #[test]
    fn an_overtaken_reader_learns_how_much_it_missed() {
        let mut ring = Ring::new(4);
        let (mut cursor, _) = ring.beginning();
        ring.push(Stream::Stderr, b"1234");
        ring.push(Stream::Stdout, b"567");
        assert_eq!(ring.read(&mut cursor, 9), Some(Piece::Dropped(3)));
        assert_eq!(
            ring.read(&mut cursor, 9),
            Some(Piece::Bytes(Stream::Stderr, b"4", b""))
        );
        match ring.read(&mut cursor, 9) {
            Some(Piece::Bytes(Stream::Stdout, first, second)) => {
                assert_eq!([first, second].concat(), b"567");
            }
            piece => panic!("{piece:?}"),
        }
        assert_eq!(ring.read(&mut cursor, 9), None);
    }

    #[test]
    fn any_portions_replay_as_the_tail_of_what_was_written() {
        for limit in [1, 7, 16] {
            for portion in 1..20 {
                let mut ring = Ring::new(limit);
                let mut written: Vec<u8> = Vec::new();
                for round in 0..20u8 {
                    let bytes: Vec<u8> = (0..portion)
                        .map(|it| round.wrapping_mul(31).wrapping_add(it))
                        .collect();
                    ring.push(Stream::Stdout, &bytes);
                    written.extend(&bytes);
                    let (mut cursor, _) = ring.beginning();
                    let mut read: Vec<u8> = Vec::new();
                    while let Some(Piece::Bytes(_, first, second)) = ring.read(&mut cursor, 5) {
                        read.extend(first);
                        read.extend(second);
                    }
                    assert_eq!(read, written[written.len() - written.len().min(limit)..]);
                    assert_eq!(cursor.offset, written.len() as u64);
                }
            }
        }
    }

    #[test]
    fn marks_are_bounded() {
        let mut ring = Ring::new(1 << 20);
        for index in 0..100_000u32 {
            ring.push(Stream::Stdout, b"o");
            ring.push(Stream::Stderr, b"e");
            if index % 7 == 0 {
                ring.resize(size(index as u16));
            }
        }
        assert!(ring.marks.len() <= MAX_MARKS);
        for index in 0..100_000u32 {
            ring.resize(size(index as u16));
        }
        assert!(ring.marks.len() <= MAX_MARKS);
    }
}
