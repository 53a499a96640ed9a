//! What the frames cost that every byte of a terminal passes through. `cargo bench -p
//! session`; the fastest of many rounds, because noise only adds.

use std::hint::black_box;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use session::codec::{DATA_CHUNK, Decoder, Kind, encode_data};

/// A terminal hands out this much at once.
const PTY_READ: usize = 4095;
/// Frames a round: one alone is shorter than the clock's step.
const FRAMES: u32 = 100;

fn main() -> io::Result<()> {
    for (name, length) in [
        ("a key", 1),
        ("a read of a terminal", PTY_READ),
        ("a chunk of a pipe", DATA_CHUNK),
    ] {
        let bytes = vec![b'x'; length];
        let mut decoder = Decoder::default();
        let mut encoded = Vec::new();
        let mut fastest = Duration::MAX;
        for _ in 0..2000 {
            let began = Instant::now();
            for _ in 0..FRAMES {
                encoded.clear();
                encode_data(Kind::Stdout, black_box(&bytes), &mut encoded);
                decoder.feed(&encoded);
                while let Ok(Some(frame)) = decoder.next_frame() {
                    black_box(frame);
                }
            }
            fastest = fastest.min(began.elapsed() / FRAMES);
        }
        writeln!(
            io::stdout(),
            "{name}, encoded and decoded: {fastest:?}, {length} bytes"
        )?;
    }
    Ok(())
}
