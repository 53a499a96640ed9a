//! Which of the local images somebody may have meant by a name that is not there. Pure.

use strsim::levenshtein;

use crate::image::split_reference;

/// At most this many.
const SHOWN: usize = 5;

/// Local images (names with tags) near a missing one, best first: the same repository with another
/// tag, the same last part of the path, a name that differs by a typing mistake.
pub fn nearest(missing: &str, local: &[String]) -> Vec<String> {
    let wanted = Name::of(missing);
    let mut ranked: Vec<(usize, &String)> = local
        .iter()
        .filter_map(|name| Some((rank(&wanted, &Name::of(name))?, name)))
        .collect();
    ranked.sort();
    ranked.dedup();
    let best = ranked.into_iter().take(SHOWN);
    best.map(|(_, name)| name.clone()).collect()
}

struct Name<'name> {
    repository: &'name str,
    last: &'name str,
    tag: &'name str,
}

impl Name<'_> {
    fn of(name: &str) -> Name<'_> {
        let (repository, tag) = split_reference(name);
        // What Docker Hub's short names stand for.
        let repository = repository.strip_prefix("docker.io/").unwrap_or(repository);
        let repository = repository.strip_prefix("library/").unwrap_or(repository);
        Name {
            repository,
            last: repository.rsplit('/').next().unwrap_or(repository),
            tag: tag.unwrap_or("latest"),
        }
    }
}

/// Small is near; `None`: not near at all.
fn rank(wanted: &Name<'_>, other: &Name<'_>) -> Option<usize> {
    let tags = levenshtein(wanted.tag, other.tag).min(99);
    if wanted.repository == other.repository {
        return Some(tags);
    }
    if wanted.last == other.last {
        return Some(100 + tags);
    }
    let names = levenshtein(wanted.last, other.last);
    // A third of the name may be wrong: `pytorhc` is, `python` is not.
    let allowed = wanted.last.chars().count().max(3) / 3;
    (names <= allowed).then_some(200 + names * 100 + tags)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(missing: &str, local: &[&str], expect: Expect) {
        let local: Vec<String> = local.iter().map(|name| (*name).to_owned()).collect();
        expect.assert_eq(&nearest(missing, &local).join(" "));
    }

    const LOCAL: &[&str] = &[
        "my_gpu_env:1229",
        "my_gpu_env:1130",
        "pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime",
        "lab/pytorch:2.1",
        "debian:12",
        "busybox:latest",
    ];

    #[test]
    fn another_tag_comes_first() {
        check(
            "my_gpu_env:1228",
            LOCAL,
            expect![[r#"my_gpu_env:1229 my_gpu_env:1130"#]],
        );
    }

    #[test]
    fn the_same_last_part_is_near() {
        check(
            "pytorch/pytorch:2.1.1-cuda12.1-cudnn8-runtime",
            LOCAL,
            expect![[r#"pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime lab/pytorch:2.1"#]],
        );
    }

    #[test]
    fn a_typing_mistake_is_near() {
        check(
            "my_gpu_evn:1229",
            LOCAL,
            expect![[r#"my_gpu_env:1229 my_gpu_env:1130"#]],
        );
        check("docker.io/library/debain", LOCAL, expect![[r#"debian:12"#]]);
    }

    #[test]
    fn nothing_near_is_nothing() {
        check("tensorflow/tensorflow:2.15", LOCAL, expect![[r#""#]]);
    }
}
