//! What a refusal means, and the words for it.

use super::*;

#[track_caller]
fn check_failure(text: &str, engine_words: &str, host_words: &str, expect: Expect) {
    let reason = explain_failure(text, &engine(engine_words), &host(host_words));
    let said = match reason {
        Some(reason) => format!("{}: {}", reason.code, reason.message),
        None => "nobody knows".to_owned(),
    };
    expect.assert_eq(&said);
}

#[test]
fn a_failure_is_explained_by_the_host() {
    let refused = r#"could not select device driver "" with capabilities: [[gpu]]"#;
    check_failure(
        refused,
        "20.10.24",
        "path-unknown",
        expect!["no-gpu: none was found on this machine"],
    );
    check_failure(
        refused,
        "20.10.24",
        "driver path-unknown",
        expect![
            "toolkit-missing: the NVIDIA driver is loaded (535.161.08) but the engine has no NVIDIA Container Toolkit to hand it over"
        ],
    );
    check_failure(
        refused,
        "20.10.24",
        "driver new-hook",
        expect![
            "engine-older-than-toolkit: /usr/bin/nvidia-container-runtime-hook came after the engine was started, and the engine looks for it only at its start"
        ],
    );
    check_failure(
        refused,
        "20.10.24",
        "driver hook",
        expect![
            "no-gpu-driver-registered: when the engine started it did not find the NVIDIA Container Toolkit, so it cannot hand a GPU over"
        ],
    );
    check_failure(
        refused,
        "20.10.24 remote",
        "",
        expect![
            "no-gpu-driver-registered: when the engine started it did not find the NVIDIA Container Toolkit, so it cannot hand a GPU over"
        ],
    );
    check_failure(
        "nvml error: driver not loaded",
        "20.10.24",
        "hook",
        expect!["driver-not-loaded: the NVIDIA kernel module is not loaded on the host"],
    );
    check_failure(
        "no space left on device",
        "20.10.24",
        "hook",
        expect!["nobody knows"],
    );
}

#[test]
fn a_count_that_is_too_great_is_said_with_what_there_is() {
    let refused = "nvidia-container-cli: device error: 2: unknown device: unknown";
    let said = |devices: Devices| {
        let wish = wish(Need::Required, devices);
        let reason = explain_refusal(&wish, refused, &engine("20.10.24"), &host("hook"));
        reason.map(|reason| reason.message).unwrap_or_default()
    };
    expect!["5 GPUs are asked for, this machine has 2"].assert_eq(&said(Devices::Count(5)));
    expect!["GPU 2 is asked for and is not on this machine"]
        .assert_eq(&said(Devices::Ids(vec!["2".to_owned()])));
}

#[test]
fn the_remedy_for_no_gpu_depends_on_the_need() {
    let remedy = |need| {
        let plan = decide(&wish(need, Devices::All), &engine("20.10.24"), &host(""));
        plan.reason.map(|reason| reason.remedy).unwrap_or_default()
    };
    expect!["nothing to do; `--gpus none` silences this"].assert_eq(&remedy(Need::Optional));
    expect!["use a machine that has one"].assert_eq(&remedy(Need::Required));
}

/// Each text stands after `no GPU:` and after `the container cannot have one:`.
#[test]
fn no_reason_repeats_what_stands_before_it() {
    for row in crate::recognise::meanings() {
        assert!(
            !row.starts_with("no GPU") && !row.starts_with("there is no GPU"),
            "{row}"
        );
    }
    expect!["none was found on this machine"].assert_eq(&Cause::NoGpu.to_string());
}
