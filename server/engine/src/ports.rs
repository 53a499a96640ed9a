//! `--publish`: `[ip:][host:]container[/proto]`, with ranges of equal length. Pure.

/// One published port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Published {
    /// Address on the host; empty: every one.
    pub(crate) host_ip: String,
    /// Port on the host; empty: the engine chooses.
    pub(crate) host: String,
    /// `80/tcp`.
    pub(crate) container: String,
}

/// `None`: not of that form.
pub(crate) fn parse(text: &str) -> Option<Vec<Published>> {
    let (ports, protocol) = match text.split_once('/') {
        Some((ports, protocol @ ("tcp" | "udp" | "sctp"))) => (ports, protocol),
        Some(_) => return None,
        None => (text, "tcp"),
    };
    // From the right, because an IPv6 address has colons of its own.
    let (rest, container) = match ports.rsplit_once(':') {
        Some((rest, container)) => (Some(rest), container),
        None => (None, ports),
    };
    let (host_ip, host) = match rest {
        None => ("", ""),
        Some(rest) => rest.rsplit_once(':').unwrap_or(("", rest)),
    };
    let host_ip = host_ip.trim_start_matches('[').trim_end_matches(']');
    if !host_ip.is_empty() {
        host_ip.parse::<std::net::IpAddr>().ok()?;
    }
    let (first, last) = range(container)?;
    let pair = |index: u16| (first + index, last - first);
    let mut published = Vec::new();
    let host_range = match host {
        "" => None,
        host => Some(range(host)?),
    };
    if let Some((host_first, host_last)) = host_range
        && host_last - host_first != last - first
    {
        return None;
    }
    for index in 0..=(last - first) {
        let (port, _) = pair(index);
        published.push(Published {
            host_ip: host_ip.to_owned(),
            host: match host_range {
                Some((host_first, _)) => (host_first + index).to_string(),
                None => String::new(),
            },
            container: format!("{port}/{protocol}"),
        });
    }
    Some(published)
}

fn range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
    (first >= 1 && first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        match parse(text) {
            None => "invalid".to_owned(),
            Some(ports) => {
                let ports = ports
                    .iter()
                    .map(|port| format!("{}|{}|{}", port.host_ip, port.host, port.container));
                ports.collect::<Vec<_>>().join(" ")
            }
        }
    }

    #[test]
    fn every_form_of_publish() {
        assert_eq!(show("80"), "||80/tcp");
        assert_eq!(show("8080:80"), "|8080|80/tcp");
        assert_eq!(show("127.0.0.1:8080:80/udp"), "127.0.0.1|8080|80/udp");
        assert_eq!(show("127.0.0.1::80"), "127.0.0.1||80/tcp");
        assert_eq!(show("[::1]:8080:80"), "::1|8080|80/tcp");
        assert_eq!(show("8000-8001:80-81"), "|8000|80/tcp |8001|81/tcp");
    }

    #[test]
    fn what_is_no_port_is_refused() {
        for text in [
            "",
            "x",
            "1:2:3",
            "8000-8002:80-81",
            "80/tls",
            "0",
            "70000",
            "2-1",
        ] {
            assert_eq!(show(text), "invalid", "{text}");
        }
    }
}
