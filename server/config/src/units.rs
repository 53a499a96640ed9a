//! Small texts inside values: sizes, CPU counts, devices, comma-separated fields. As docker reads them.

use crate::model::{Device, Ulimit};

/// `8g`, `512m`, `1.5GiB`, `1024`: bytes; units are powers of 1024.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text
        .find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len());
    let number: f64 = text[..digits].parse().ok()?;
    let unit = text[digits..].trim().to_ascii_lowercase();
    let unit = unit
        .strip_suffix("ib")
        .or(unit.strip_suffix('b'))
        .unwrap_or(&unit);
    let power = match unit {
        "" => 0,
        "k" => 1,
        "m" => 2,
        "g" => 3,
        "t" => 4,
        "p" => 5,
        _ => return None,
    };
    let bytes = number * 1024f64.powi(power);
    // Beyond 2^53 a float is not exact, and no machine has that much.
    match bytes.is_finite() && bytes <= 9.0e15 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        true => Some(bytes as u64),
        false => None,
    }
}

/// The shortest text that [`bytes`] reads as this number.
pub(crate) fn bytes_text(bytes: u64) -> String {
    let units = ["", "k", "m", "g", "t"];
    let mut number = bytes;
    let mut unit = 0;
    while number != 0 && number.is_multiple_of(1024) && unit + 1 < units.len() {
        number /= 1024;
        unit += 1;
    }
    format!("{number}{}", units[unit])
}

/// The text of `--memory-swap`; -1: unlimited.
pub(crate) fn swap_text(bytes: i64) -> String {
    match u64::try_from(bytes) {
        Ok(bytes) => bytes_text(bytes),
        Err(_) => bytes.to_string(),
    }
}

/// The text of `--device`.
pub(crate) fn device_text(device: &Device) -> String {
    match (device.container.as_str(), device.permissions.as_str()) {
        ("", _) => device.host.clone(),
        (container, "rwm") if container == device.host => container.to_owned(),
        (container, permissions) => format!("{}:{container}:{permissions}", device.host),
    }
}

/// The text of `--ulimit`.
pub(crate) fn ulimit_text(ulimit: &Ulimit) -> String {
    match ulimit.soft == ulimit.hard {
        true => format!("{}={}", ulimit.name, ulimit.soft),
        false => format!("{}={}:{}", ulimit.name, ulimit.soft, ulimit.hard),
    }
}

/// `1.5` CPUs, in billionths.
pub(crate) fn nano_cpus(text: &str) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.len() > 9 {
        return None;
    }
    let whole: u64 = match whole {
        "" => 0,
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
        _ => return None,
    };
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u64 = format!("{fraction:0<9}").parse().ok()?;
    whole.checked_mul(1_000_000_000)?.checked_add(fraction)
}

/// The text that [`nano_cpus`] reads as this number.
pub(crate) fn nano_cpus_text(nano_cpus: u64) -> String {
    let fraction = format!("{:09}", nano_cpus % 1_000_000_000);
    let fraction = fraction.trim_end_matches('0');
    match fraction {
        "" => format!("{}", nano_cpus / 1_000_000_000),
        fraction => format!("{}.{fraction}", nano_cpus / 1_000_000_000),
    }
}

/// Fields separated by commas; a field in double quotes may hold commas, and `""` for a quote. A quote in the middle of
/// a field is a letter like others: paths may have one.
pub(crate) fn fields(text: &str) -> Result<Vec<String>, String> {
    let mut fields = Vec::new();
    let mut letters = text.chars().peekable();
    loop {
        let mut field = String::new();
        if letters.peek() == Some(&'"') {
            letters.next();
            loop {
                match letters.next() {
                    Some('"') if letters.peek() == Some(&'"') => {
                        letters.next();
                        field.push('"');
                    }
                    Some('"') => break,
                    Some(letter) => field.push(letter),
                    None => return Err("expected a closing `\"`".to_owned()),
                }
            }
            match letters.next() {
                None => {
                    fields.push(field);
                    return Ok(fields);
                }
                Some(',') => fields.push(field),
                Some(letter) => {
                    return Err(format!(
                        "expected `,` after the closing `\"`, found `{letter}`"
                    ));
                }
            }
            continue;
        }
        loop {
            match letters.next() {
                Some(',') => break fields.push(field),
                Some(letter) => field.push(letter),
                None => {
                    fields.push(field);
                    return Ok(fields);
                }
            }
        }
    }
}

/// A field as [`fields`] reads it, quoted when it must be.
pub(crate) fn field(text: &str) -> String {
    match text.contains([',', '"']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// `[ip:][host:]container[/proto]`, with ranges.
pub(crate) fn is_publish(text: &str) -> bool {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    if !matches!(protocol, "tcp" | "udp" | "sctp") {
        return false;
    }
    let is_port = |text: &str| text.parse::<u16>().is_ok();
    let is_range = |text: &str| match text.split_once('-') {
        Some((first, last)) => is_port(first) && is_port(last),
        None => is_port(text),
    };
    let (rest, container) = match ports.rsplit_once(':') {
        Some((rest, container)) => (rest, container),
        None => ("", ports),
    };
    if !is_range(container) {
        return false;
    }
    let (address, host) = match rest.rsplit_once(':') {
        Some((address, host)) => (address, host),
        None => ("", rest),
    };
    let address = address.trim_start_matches('[').trim_end_matches(']');
    let is_address = address.is_empty() || address.parse::<std::net::IpAddr>().is_ok();
    is_address && (host.is_empty() || is_range(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_docker_reads_them() {
        assert_eq!(bytes("8g"), Some(8 << 30));
        assert_eq!(bytes("8gb"), Some(8 << 30));
        assert_eq!(bytes("1.5GiB"), Some(3 << 29));
        assert_eq!(bytes("64"), Some(64));
        assert_eq!(bytes("8 parrots"), None);
        assert_eq!(bytes("-1"), None);
        assert_eq!(bytes(""), None);
        assert_eq!(bytes_text(8 << 30), "8g");
        assert_eq!(bytes_text(1000), "1000");
        assert_eq!(bytes_text(0), "0");
    }

    #[test]
    fn cpus_are_read_exactly() {
        assert_eq!(nano_cpus("1.5"), Some(1_500_000_000));
        assert_eq!(nano_cpus(".25"), Some(250_000_000));
        assert_eq!(nano_cpus("2"), Some(2_000_000_000));
        assert_eq!(nano_cpus("two"), None);
        assert_eq!(nano_cpus_text(1_500_000_000), "1.5");
        assert_eq!(nano_cpus_text(2_000_000_000), "2");
    }

    #[test]
    fn quoted_fields_hold_commas() {
        assert_eq!(
            fields("a,b").as_deref(),
            Ok(["a".to_owned(), "b".to_owned()].as_slice())
        );
        assert_eq!(
            fields("\"device=0,1\",capabilities=gpu").as_deref(),
            Ok(["device=0,1".to_owned(), "capabilities=gpu".to_owned()].as_slice())
        );
        assert_eq!(
            fields("\"a\"\"b\"").as_deref(),
            Ok(["a\"b".to_owned()].as_slice())
        );
        assert!(fields("\"a").is_err());
        assert_eq!(field("a,b"), "\"a,b\"");
    }
}
