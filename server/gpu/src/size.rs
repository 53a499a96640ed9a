//! Numbers of bytes for people.

/// Bytes for people, in binary units.
pub fn for_people(bytes: u64) -> String {
    const UNITS: [(&str, u32); 3] = [("TiB", 40), ("GiB", 30), ("MiB", 20)];
    for (unit, shift) in UNITS {
        let whole = bytes >> shift;
        if whole == 0 {
            continue;
        }
        let tenths = ((bytes >> (shift - 10)) & 1023) * 10 / 1024;
        return match whole < 10 && tenths > 0 {
            true => format!("{whole}.{tenths} {unit}"),
            false => format!("{whole} {unit}"),
        };
    }
    format!("{} KiB", bytes >> 10)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn sizes_are_short() {
        let said: Vec<String> = [0, 5 << 10, 64 << 20, 3 << 29, 100 << 30, 5 << 39, u64::MAX]
            .into_iter()
            .map(for_people)
            .collect();
        expect!["0 KiB, 5 KiB, 64 MiB, 1.5 GiB, 100 GiB, 2.5 TiB, 16777215 TiB"]
            .assert_eq(&said.join(", "));
    }
}
