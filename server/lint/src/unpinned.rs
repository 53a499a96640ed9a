//! What the rules about packages without a version share: which words of a call name one, and how
//! that is said. What a version looks like is each rule's business.

use std::borrow::Cow;

use crate::context::Profile;
use crate::facts::Argument;
use crate::facts::packages::Call;
use crate::report::Report;

/// Reports the packages of a call that have no version, at the first of them. `pattern` is how to
/// write one: `NAME=VERSION`. It matters to some, so it is said to those who ask for it.
pub fn report_unpinned(
    report: &mut Report<'_>,
    call: Call<'_>,
    pattern: &str,
    is_fine: impl Fn(&str) -> bool,
) {
    report_among(report, call.operands(), pattern, is_fine);
}

/// Like [`report_unpinned`], for calls whose first operand alone is a package.
pub fn report_first_unpinned(
    report: &mut Report<'_>,
    call: Call<'_>,
    pattern: &str,
    is_fine: impl Fn(&str) -> bool,
) {
    report_among(report, call.operands().take(1), pattern, is_fine);
}

fn report_among<'f>(
    report: &mut Report<'_>,
    words: impl Iterator<Item = &'f Argument>,
    pattern: &str,
    is_fine: impl Fn(&str) -> bool,
) {
    let profile = report.profile();
    let mut first: Option<(&Argument, Cow<'_, str>)> = None;
    let mut others = 0;
    for word in words {
        let Some(text) = text_of(word, profile).filter(|it| !it.is_empty() && !is_fine(it)) else {
            continue;
        };
        match first {
            None => first = Some((word, text)),
            Some(_) => others += 1,
        }
    }
    let Some((word, name)) = first else {
        return;
    };
    let message = match others {
        0 => format!("`{name}` is installed without a version; {pattern} names one"),
        1 => format!("`{name}` and one more are installed without a version; {pattern} names one"),
        _ => format!(
            "`{name}` and {others} more are installed without a version; {pattern} names one"
        ),
    };
    report.pedantic(word.range, message);
}

/// What a word says: its value, else what is written without quotes; `None`: nothing of it is
/// known. hadolint knows no values and takes a variable for a name.
fn text_of(word: &Argument, profile: Profile) -> Option<Cow<'_, str>> {
    match (&word.value, profile) {
        (None, Profile::Hadolint) if word.raw.starts_with("$(") => Some(Cow::Borrowed("$(…)")),
        (_, Profile::Hadolint) => Some(bare(&word.raw)),
        (Some(value), _) => Some(Cow::Borrowed(value)),
        (None, _) => {
            let text = bare(&word.raw);
            (!text.starts_with(['$', '`'])).then_some(text)
        }
    }
}

fn bare(raw: &str) -> Cow<'_, str> {
    match raw.contains(['"', '\'']) {
        true => Cow::Owned(raw.replace(['"', '\''], "")),
        false => Cow::Borrowed(raw),
    }
}

/// Whether a package is named as rpm's tools name a version: `NAME-1.2`, `NAME-1:1.2`. Files and
/// groups have none to name, which hadolint does not know of all.
pub fn has_rpm_version(package: &str, profile: Profile) -> bool {
    let mut dashes = package.match_indices('-');
    let digit_follows = |at: usize| {
        let next = package.as_bytes().get(at + 1);
        next.is_some_and(u8::is_ascii_digit)
    };
    let is_file = package.ends_with(".rpm");
    match profile {
        Profile::Hadolint if is_file && package.contains('-') => true,
        Profile::Hadolint => dashes.any(|(at, _)| digit_follows(at)),
        _ if is_file || package.starts_with(['@', '/', '.']) || package.contains("://") => true,
        _ => dashes.any(|(at, _)| digit_follows(at)),
    }
}
