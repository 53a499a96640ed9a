//! LSP's places as ours.

use std::path::PathBuf;

use dockerfile::range::TextRange;
use lint::position::{Encoding, LineIndex};
use tower_lsp::ls_types::{Position, Range, Uri};

/// The file that a URI names; `None`: it is none of this machine's.
pub fn path(uri: &Uri) -> Option<PathBuf> {
    if !uri.scheme().as_str().eq_ignore_ascii_case("file") {
        return None;
    }
    let path = uri.to_file_path()?.into_owned();
    path.is_absolute().then_some(path)
}

/// The bytes of a range.
pub fn range(index: &LineIndex<'_>, range: Range, encoding: Encoding) -> TextRange {
    TextRange::new(
        offset(index, range.start, encoding),
        offset(index, range.end, encoding),
    )
}

/// The byte at a position.
pub fn offset(index: &LineIndex<'_>, position: Position, encoding: Encoding) -> usize {
    let wide = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    index.offset(wide(position.line), wide(position.character), encoding)
}
