//! What an image requires of the driver: the NVIDIA_REQUIRE_* conditions and CUDA_VERSION.
//! Only the toolkit's older mode checks them at the start, so that a container may start
//! and fail at its first CUDA call; here they are checked before.
//!
//! The language was read in NVIDIA/libnvidia-container `src/cli/dsl.c`: groups separated
//! by spaces, one of which must hold; in a group conditions separated by commas, all of
//! which must hold; a condition is `cuda|driver|arch|brand`, an operator, a value.

use std::cmp::Ordering;

use crate::cause::Cause;
use crate::cuda;
use crate::decide::Reason;
use crate::facts::HostFacts;
use crate::version::Version;

/// Why this image may not work with this machine's driver, from the image's environment.
/// `None` when it can, when the image says to ignore its requirements, or when nobody can tell.
///
/// Of code `driver-too-old`: CUDA cannot run. Of code `image-requirement`: the toolkit's
/// older mode refuses to start it, newer ones start it, and within one major version of
/// CUDA it mostly runs; so it is a warning, and the explanation if the start fails.
pub fn check_image(env: &[(String, String)], host: &HostFacts) -> Option<Reason> {
    let driver = host.driver_version()?;
    let value = |name: &str| {
        env.iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    if value("NVIDIA_DISABLE_REQUIRE").is_some_and(is_true) {
        return None;
    }
    let facts = DriverFacts::new(&driver);
    // An image that lists older driver branches brings NVIDIA's forward compatibility, which
    // data center cards have and GeForce has not.
    let may_be_compatible = match value("NVIDIA_REQUIRE_CUDA") {
        Some(requirement) => {
            !matches!(evaluate(requirement, &facts), Verdict::Fails(_))
                && !host.gpus.iter().any(|gpu| gpu.model.contains("GeForce"))
        }
        None => false,
    };
    // CUDA's own version is the plainer sentence, so it comes first.
    if !may_be_compatible
        && let Some(reason) = value("CUDA_VERSION").and_then(|it| check_cuda(it, host))
    {
        return Some(reason);
    }

    for (name, requirement) in env {
        // Jetson's variable has its own language.
        let is_requirement =
            name.starts_with("NVIDIA_REQUIRE_") && name != "NVIDIA_REQUIRE_JETPACK";
        if !is_requirement {
            continue;
        }
        if let Verdict::Fails(condition) = evaluate(requirement, &facts) {
            let cause = Cause::Requirement {
                name: name.clone(),
                condition,
                driver: driver.to_string(),
                cuda: match &facts.cuda {
                    Some(cuda) => cuda.to_string(),
                    None => "of an unknown version".to_owned(),
                },
            };
            return Some(cause.reason());
        }
    }
    None
}

/// Why programs of this CUDA version cannot run with this machine's driver: the driver is
/// older than the first of CUDA's major version. A newer minor version alone is no reason.
pub fn check_cuda(cuda_version: &str, host: &HostFacts) -> Option<Reason> {
    let driver = host.driver_version()?;
    let needed = cuda::first_driver(&Version::parse(cuda_version)?)?;
    if driver >= needed {
        return None;
    }
    let cause = Cause::DriverTooOld {
        cuda: cuda_version.to_owned(),
        needed: needed.to_string(),
        have: driver.to_string(),
    };
    Some(cause.reason())
}

/// What conditions are compared with. Brand and architecture would need NVML: unknown.
struct DriverFacts {
    driver: Version,
    cuda: Option<Version>,
    cuda_is_lower_bound: bool,
}

impl DriverFacts {
    fn new(driver: &Version) -> DriverFacts {
        DriverFacts {
            driver: driver.clone(),
            cuda: cuda::newest_cuda(driver),
            cuda_is_lower_bound: cuda::is_beyond_table(driver),
        }
    }
}

enum Verdict {
    Holds,
    /// It depends on what is not known here.
    Unknown,
    /// With the condition that fails.
    Fails(String),
}

fn evaluate(requirement: &str, facts: &DriverFacts) -> Verdict {
    let mut first_failure = None;
    for group in requirement.split_whitespace() {
        match evaluate_group(group, facts) {
            Verdict::Holds => return Verdict::Holds,
            Verdict::Unknown => return Verdict::Unknown,
            Verdict::Fails(condition) => {
                first_failure.get_or_insert(condition);
            }
        }
    }
    match first_failure {
        Some(condition) => Verdict::Fails(condition),
        None => Verdict::Holds,
    }
}

fn evaluate_group(group: &str, facts: &DriverFacts) -> Verdict {
    let mut unknown = false;
    for condition in group.split(',').filter(|it| !it.is_empty()) {
        match holds(condition, facts) {
            Some(true) => {}
            None => unknown = true,
            Some(false) => return Verdict::Fails(condition.to_owned()),
        }
    }
    match unknown {
        true => Verdict::Unknown,
        false => Verdict::Holds,
    }
}

/// `None`: not known here, or not understood.
fn holds(condition: &str, facts: &DriverFacts) -> Option<bool> {
    let name_end = condition.find(['<', '>', '=', '!'])?;
    let (name, rest) = condition.split_at(name_end);
    let value_start = rest.find(|c| !matches!(c, '<' | '>' | '=' | '!'))?;
    let (operator, value) = rest.split_at(value_start);
    let wanted = Version::parse_whole_or_number(value)?;
    let (have, is_lower_bound) = match name {
        "cuda" => (facts.cuda.as_ref()?, facts.cuda_is_lower_bound),
        "driver" => (&facts.driver, false),
        _ => return None,
    };
    let ordering = have.cmp(&wanted);
    // A newer driver than the table's may serve a newer CUDA than it says.
    if is_lower_bound && ordering != Ordering::Greater {
        return None;
    }
    match operator {
        ">=" => Some(ordering.is_ge()),
        ">" => Some(ordering.is_gt()),
        "<=" => Some(ordering.is_le()),
        "<" => Some(ordering.is_lt()),
        "=" | "==" => Some(ordering.is_eq()),
        "!=" => Some(ordering.is_ne()),
        _ => None,
    }
}

/// What Go's strconv.ParseBool takes for true, as the toolkit does.
fn is_true(value: &str) -> bool {
    matches!(value, "1" | "t" | "T" | "true" | "TRUE" | "True")
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(driver: &str, env: &[(&str, &str)], expect: Expect) {
        let host = HostFacts {
            driver: (!driver.is_empty()).then(|| driver.to_owned()),
            ..HostFacts::default()
        };
        let env: Vec<(String, String)> = env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let said = match check_image(&env, &host) {
            Some(reason) => format!("{}: {}", reason.code, reason.message),
            None => "fine".to_owned(),
        };
        expect.assert_eq(&said);
    }

    const CUDA_12_1: &str = "cuda>=12.1 brand=tesla,driver>=450,driver<451 brand=tesla,driver>=470,driver<471 brand=geforce,driver>=510,driver<511";

    #[test]
    fn cuda_of_the_image_against_the_driver() {
        check("535.161.08", &[("CUDA_VERSION", "12.1.0")], expect!["fine"]);
        check("525.60.13", &[("CUDA_VERSION", "12.8.0")], expect!["fine"]);
        check(
            "470.57.02",
            &[("CUDA_VERSION", "12.1.0")],
            expect![
                "driver-too-old: the image's CUDA 12.1.0 needs driver 525.60.13 or newer but 470.57.02 is loaded"
            ],
        );
        check(
            "535.161.08",
            &[("CUDA_VERSION", "13.0.0")],
            expect![
                "driver-too-old: the image's CUDA 13.0.0 needs driver 580.65.06 or newer but 535.161.08 is loaded"
            ],
        );
        check("", &[("CUDA_VERSION", "13.0.0")], expect!["fine"]);
        check(
            "535.161.08",
            &[("CUDA_VERSION", "unknown")],
            expect!["fine"],
        );
    }

    #[test]
    fn requirements() {
        check(
            "535.161.08",
            &[("NVIDIA_REQUIRE_CUDA", CUDA_12_1)],
            expect!["fine"],
        );
        // Depends on the brand, which the kernel module does not tell.
        check(
            "470.57.02",
            &[("NVIDIA_REQUIRE_CUDA", CUDA_12_1)],
            expect!["fine"],
        );
        check(
            "525.60.13",
            &[("NVIDIA_REQUIRE_CUDA", CUDA_12_1)],
            expect![
                "image-requirement: the image requires `cuda>=12.1` (NVIDIA_REQUIRE_CUDA) but driver 525.60.13 is loaded, which offers CUDA 12.0"
            ],
        );
        check(
            "525.60.13",
            &[
                ("NVIDIA_REQUIRE_CUDA", CUDA_12_1),
                ("NVIDIA_DISABLE_REQUIRE", "true"),
            ],
            expect!["fine"],
        );
        check(
            "535.161.08",
            &[("NVIDIA_REQUIRE_X", "driver>=535.54 cuda>99")],
            expect!["fine"],
        );
        check(
            "535.161.08",
            &[("NVIDIA_REQUIRE_X", "driver!=535.161.8,cuda=12.2.0")],
            expect![
                "image-requirement: the image requires `driver!=535.161.8` (NVIDIA_REQUIRE_X) but driver 535.161.08 is loaded, which offers CUDA 12.2"
            ],
        );
        check(
            "535.161.08",
            &[
                ("NVIDIA_REQUIRE_X", "cuda>=12.1"),
                ("NVIDIA_REQUIRE_Y", "cuda<12"),
            ],
            expect![
                "image-requirement: the image requires `cuda<12` (NVIDIA_REQUIRE_Y) but driver 535.161.08 is loaded, which offers CUDA 12.2"
            ],
        );
        check(
            "535.161.08",
            &[("NVIDIA_REQUIRE_JETPACK", "cuda<1")],
            expect!["fine"],
        );
        // Newer than the table.
        check(
            "999.1",
            &[("NVIDIA_REQUIRE_CUDA", "cuda>=20.0")],
            expect!["fine"],
        );
    }

    #[test]
    fn forward_compatibility_is_given_the_benefit_of_the_doubt_but_not_on_geforce() {
        let env = [
            ("CUDA_VERSION", "12.1.0"),
            ("NVIDIA_REQUIRE_CUDA", CUDA_12_1),
        ];
        check("470.57.02", &env, expect!["fine"]);
        let mut host = HostFacts {
            driver: Some("470.57.02".into()),
            ..HostFacts::default()
        };
        host.gpus.push(crate::facts::Gpu {
            address: "0000:01:00.0".into(),
            model: "NVIDIA GeForce RTX 3090".into(),
            uuid: String::new(),
            minor: Some(0),
        });
        let env = env.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let code = check_image(&env, &host).map(|reason| reason.code);
        assert_eq!(code.as_deref(), Some("driver-too-old"));
    }

    #[test]
    fn what_is_not_understood_is_no_reason() {
        for requirement in [
            "",
            " ",
            ",",
            "cuda",
            "cuda>=",
            ">=12",
            "cuda~12",
            "cuda>=x",
            "speed>=3",
            "cuda>=<12",
        ] {
            let host = HostFacts {
                driver: Some("535.161.08".into()),
                ..HostFacts::default()
            };
            let env = [("NVIDIA_REQUIRE_CUDA".to_owned(), requirement.to_owned())];
            assert_eq!(check_image(&env, &host), None, "{requirement}");
        }
    }
}
