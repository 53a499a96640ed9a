//! Pipes, files and terminals in every mixture.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;

use anyhow::Result;
use session::frame::{Exit, Stdio};
use sha2::{Digest, Sha256};

use super::support::*;
use crate::terminal::Outcome;

const MANY: usize = 64 << 20;

#[test]
fn every_byte_passes_both_ways_through_pipes() -> Result<()> {
    let init = Init::start()?;
    let (input, typed) = pipe()?;
    let (seen, output) = pipe()?;
    let client = Client::on(&init, [input, output, null()?], in_pipes("cat"))?;
    let all: Vec<u8> = (0..=255).collect();
    let mut typed = File::from(typed);
    typed.write_all(&all)?;
    drop(typed);
    let mut found = Vec::new();
    File::from(seen).read_to_end(&mut found)?;
    assert_eq!(found, all);
    assert!(matches!(client.outcome()?, Outcome::Exit(Exit::Code(0))));
    Ok(())
}

#[test]
fn standard_error_stays_apart() -> Result<()> {
    let init = Init::start()?;
    let (seen, output) = pipe()?;
    let (seen_error, error) = pipe()?;
    let script = "echo out; echo err >&2; exit 3";
    let client = Client::on(&init, [null()?, output, error], in_pipes(script))?;
    assert!(matches!(client.outcome()?, Outcome::Exit(Exit::Code(3))));
    let mut texts = [String::new(), String::new()];
    File::from(seen).read_to_string(&mut texts[0])?;
    File::from(seen_error).read_to_string(&mut texts[1])?;
    assert_eq!(texts, ["out\n", "err\n"]);
    Ok(())
}

#[test]
fn output_to_a_file_is_appended_where_the_file_stands() -> Result<()> {
    let init = Init::start()?;
    let mut file = tempfile::tempfile()?;
    file.write_all(b"before\n")?;
    let output: OwnedFd = file.try_clone()?.into();
    Client::on(&init, [null()?, output, null()?], in_pipes("echo after"))?.outcome()?;
    let mut text = String::new();
    std::io::Seek::rewind(&mut file)?;
    file.read_to_string(&mut text)?;
    assert_eq!(text, "before\nafter\n");
    Ok(())
}

#[test]
fn a_terminal_in_front_of_pipes_stays_cooked_and_ends_with_ctrl_d() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let script = "echo ready; cat; echo end";
    let client = Client::open(&init, &window, in_pipes(script))?;
    window.wait_for("ready")?;
    assert!(!window.is_raw()?);
    window.type_in(b"line\n\x04")?;
    window.wait_for("line\r\nline\r\nend")?;
    assert!(matches!(client.outcome()?, Outcome::Exit(Exit::Code(0))));
    Ok(())
}

#[test]
fn a_pipe_in_front_of_a_terminal_is_typed_and_its_end_is_ctrl_d() -> Result<()> {
    let init = Init::start()?;
    let (input, typed) = pipe()?;
    let (seen, output) = pipe()?;
    let client = Client::on(
        &init,
        [input, output, null()?],
        in_terminal("stty -echo; echo ready; cat"),
    )?;
    let mut seen = File::from(seen);
    let mut ready = [0; 7];
    seen.read_exact(&mut ready)?;
    assert_eq!(&ready, b"ready\r\n");
    let mut typed = File::from(typed);
    typed.write_all(b"line\n")?;
    drop(typed);
    let mut text = String::new();
    seen.read_to_string(&mut text)?;
    assert_eq!(text, "line\r\n");
    assert!(matches!(client.outcome()?, Outcome::Exit(Exit::Code(0))));
    Ok(())
}

#[test]
fn output_that_is_no_terminal_still_leaves_the_keyboard_raw() -> Result<()> {
    let init = Init::start()?;
    let window = Window::open(SIZE)?;
    let (seen, output) = pipe()?;
    let script = "stty raw -echo; printf ready; head -c 1 | od -An -tx1";
    let client = Client::on(
        &init,
        [window.terminal()?, output, null()?],
        in_terminal(script),
    )?;
    let mut seen = File::from(seen);
    let mut ready = [0; 5];
    seen.read_exact(&mut ready)?;
    assert!(window.is_raw()?);
    window.type_in(b"\x03")?;
    let mut text = String::new();
    seen.read_to_string(&mut text)?;
    assert!(text.contains("03"), "{text:?}");
    client.outcome()?;
    assert!(!window.is_raw()?);
    Ok(())
}

#[test]
fn a_reader_that_goes_away_ends_the_client_and_the_command() -> Result<()> {
    let init = Init::start()?;
    let (seen, output) = pipe()?;
    let client = Client::on(&init, [null()?, output, null()?], in_pipes("yes"))?;
    let mut first = [0; 2];
    let mut seen = File::from(seen);
    seen.read_exact(&mut first)?;
    drop(seen);
    let outcome = client.outcome()?;
    assert!(matches!(outcome, Outcome::OutputClosed), "{outcome:?}");
    until("the command ends", || {
        init.sessions()
            .ok()?
            .iter()
            .all(|it| it.exit.is_some())
            .then_some(())
    })
}

/// So many bytes from the session to a reader that takes them in small portions.
fn many_bytes_arrive(stdio: Stdio, script: &str) -> Result<()> {
    let init = Init::start()?;
    let (seen, output) = pipe()?;
    let mut request = in_pipes(script);
    request.stdio = stdio;
    let client = Client::on(&init, [null()?, output, null()?], request)?;
    let mut seen = File::from(seen);
    let mut found = Sha256::new();
    let mut length = 0;
    let mut portion = [0; 3000];
    loop {
        match seen.read(&mut portion)? {
            0 => break,
            read => {
                found.update(&portion[..read]);
                length += read;
            }
        }
    }
    assert!(matches!(client.outcome()?, Outcome::Exit(Exit::Code(0))));
    let mut expected = Sha256::new();
    for _ in 0..MANY / 16 {
        expected.update(b"0123456789abcde\n");
    }
    assert_eq!(length, MANY);
    assert_eq!(found.finalize(), expected.finalize());
    Ok(())
}

#[test]
fn sixty_four_mebibytes_arrive_through_pipes() -> Result<()> {
    many_bytes_arrive(
        Stdio::Pipes { stdin: false },
        "yes 0123456789abcde | head -c 67108864",
    )
}

#[test]
fn sixty_four_mebibytes_arrive_through_a_terminal() -> Result<()> {
    many_bytes_arrive(
        Stdio::Terminal(SIZE),
        "stty -onlcr; yes 0123456789abcde | head -c 67108864",
    )
}

#[test]
fn much_in_both_directions_does_not_lock_up() -> Result<()> {
    let init = Init::start()?;
    let (input, typed) = pipe()?;
    let (seen, output) = pipe()?;
    let client = Client::on(&init, [input, output, null()?], in_pipes("cat"))?;
    let block = vec![b'x'; 1 << 16];
    let writer = std::thread::spawn(move || -> std::io::Result<()> {
        let mut typed = File::from(typed);
        for _ in 0..128 {
            typed.write_all(&block)?;
        }
        Ok(())
    });
    let mut found = Vec::new();
    File::from(seen).read_to_end(&mut found)?;
    assert_eq!(found.len(), 128 << 16);
    assert!(matches!(writer.join(), Ok(Ok(()))));
    assert!(matches!(client.outcome()?, Outcome::Exit(Exit::Code(0))));
    Ok(())
}
