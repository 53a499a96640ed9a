//! Waiting for a condition with a deadline. Owns the only sleep of the tests.

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

/// Long enough for a loaded machine, short enough for a person.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// Asks `look` until it answers, and returns the answer.
///
/// `Err` is what was seen instead. After `limit` the test fails with `what` and with
/// what was seen last.
#[track_caller]
pub(crate) fn until<T, E: Display>(
    what: &str,
    limit: Duration,
    mut look: impl FnMut() -> Result<T, E>,
) -> T {
    let start = Instant::now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(seen) if start.elapsed() >= limit => {
                panic!("waited {limit:?} for {what}; seen last:\n{seen}")
            }
            Err(_) => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// As [`until`], for a condition that has nothing to show but itself.
#[track_caller]
pub(crate) fn until_true(what: &str, limit: Duration, mut look: impl FnMut() -> bool) {
    until(what, limit, || match look() {
        true => Ok(()),
        false => Err("not yet"),
    });
}
