//! The query of `POST /build`. Pure.

use std::collections::BTreeMap;

use super::{BuildSpec, Builder};

/// What is decided about a build before it is sent.
pub(crate) struct Request<'spec> {
    pub(crate) spec: &'spec BuildSpec,
    pub(crate) builder: Builder,
    /// The Dockerfile's name in the context.
    pub(crate) dockerfile: &'spec str,
    pub(crate) network: Option<&'spec str>,
    /// Images to take cache from that are there.
    pub(crate) cache_from: &'spec [String],
}

pub(crate) fn path(request: &Request<'_>) -> String {
    let spec = request.spec;
    // pull is never sent: it would go to the network even for what is here.
    let mut query = Query::default();
    if request.builder == Builder::BuildKit {
        query.add("version", "2");
    }
    query.add("dockerfile", request.dockerfile);
    query.add("rm", "1");
    // Without it a failed step of the classic builder leaves its container.
    query.add("forcerm", "1");
    if let Some(tag) = &spec.tag {
        query.add("t", tag);
    }
    if let Some(target) = &spec.target {
        query.add("target", target);
    }
    if let Some(network) = request.network {
        query.add("networkmode", network);
    }
    if let Some(platform) = &spec.platform {
        query.add("platform", platform);
    }
    if spec.no_cache {
        query.add("nocache", "1");
    }
    query.add_json("buildargs", &map(&spec.args));
    query.add_json("labels", &map(&spec.labels));
    if !request.cache_from.is_empty() {
        query.add("cachefrom", &json(&request.cache_from));
    }
    format!("/build?{}", query.0)
}

#[derive(Default)]
struct Query(String);

impl Query {
    fn add(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(name);
        self.0.push('=');
        for byte in value.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    self.0.push(char::from(byte));
                }
                byte => self.0.push_str(&format!("%{byte:02X}")),
            }
        }
    }

    fn add_json(&mut self, name: &str, map: &BTreeMap<&str, &str>) {
        if !map.is_empty() {
            self.add(name, &json(map));
        }
    }
}

/// In order, so that equal specifications are equal requests.
fn map(pairs: &[(String, String)]) -> BTreeMap<&str, &str> {
    let pairs = pairs.iter();
    pairs
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("text and lists of text are always JSON")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn everything_is_encoded() {
        let spec = BuildSpec {
            args: vec![("B".to_owned(), "a b&\"c\"".to_owned())],
            labels: vec![("l".to_owned(), "é".to_owned())],
            target: Some("dev".to_owned()),
            tag: Some("warpdock/hmm:1".to_owned()),
            ..BuildSpec::default()
        };
        let request = Request {
            spec: &spec,
            builder: Builder::BuildKit,
            dockerfile: "docker/Dockerfile",
            network: Some("none"),
            cache_from: &["x:1".to_owned()],
        };
        expect![[r#"
            /build?version=2
            dockerfile=docker%2FDockerfile
            rm=1
            forcerm=1
            t=warpdock%2Fhmm%3A1
            target=dev
            networkmode=none
            buildargs=%7B%22B%22%3A%22a%20b%26%5C%22c%5C%22%22%7D
            labels=%7B%22l%22%3A%22%C3%A9%22%7D
            cachefrom=%5B%22x%3A1%22%5D"#]]
        .assert_eq(&path(&request).replace('&', "\n"));
    }

    #[test]
    fn nothing_asked_is_a_short_request() {
        let request = Request {
            spec: &BuildSpec::default(),
            builder: Builder::Classic,
            dockerfile: "Dockerfile",
            network: None,
            cache_from: &[],
        };
        expect!["/build?dockerfile=Dockerfile&rm=1&forcerm=1"].assert_eq(&path(&request));
    }
}
