//! Tables: columns as wide as their widest cell, nothing drawn around them.

use std::io::{self, Write};

use crate::cli::style::printable;

/// Writes rows below a heading, two spaces between columns.
pub fn write(out: &mut dyn Write, heading: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    // Names of images, sessions and users may hold anything.
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| printable(cell)).collect())
        .collect();
    let width = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count());
        cells
            .chain(heading.get(column).map(|cell| cell.len()))
            .max()
            .unwrap_or_default()
    };
    let widths: Vec<usize> = (0..heading.len()).map(width).collect();
    let heading: Vec<String> = heading.iter().map(|cell| (*cell).to_owned()).collect();
    for row in std::iter::once(&heading).chain(&rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// How long ago a time in seconds since 1970 was, in words; empty for 0.
pub fn ago(seconds: u32) -> String {
    if seconds == 0 {
        return String::new();
    }
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |now| now.as_secs());
    duration(now.saturating_sub(u64::from(seconds)))
}

/// Seconds in words.
pub fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn no_cell_can_drive_the_terminal() {
        let mut out = Vec::new();
        let rows = [vec!["a\x1b]0;x\x07\nb".to_owned(), "\u{202e}c".to_owned()]];
        write(&mut out, &["NAME", "USER"], &rows).expect("written");
        assert_eq!(String::from_utf8_lossy(&out), "NAME  USER\nab    c\n");
    }
}
