//! What a changed configuration costs, and what a label tells.

use expect_test::expect;

use super::support::{devcontainer, inputs, resolved};
use crate::drift::{self, Cost, Fingerprint};

fn changes(from: &str, to: &str) -> String {
    drift::compare(&devcontainer(from).config, &devcontainer(to).config)
        .iter()
        .map(|change| {
            let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "nothing".to_owned());
            format!(
                "{:?} {}: {} -> {}\n",
                change.cost,
                change.what,
                text(&change.from),
                text(&change.to)
            )
        })
        .collect()
}

#[test]
fn each_change_is_named_with_what_it_costs() {
    let from = r#"{ "image": "a", "name": "x", "containerEnv": { "TOKEN": "one" }, "remoteEnv": { "P": "1" }, "mounts": ["source=v,target=/v"], "runArgs": ["--ipc=host"], "postCreateCommand": "a" }"#;
    let to = r#"{ "image": "b", "name": "y", "containerEnv": { "TOKEN": "two", "NEW": "1" }, "remoteEnv": { "P": null }, "runArgs": ["--ipc=private", "--gpus=all"], "postCreateCommand": "b", "remoteUser": "me" }"#;
    expect![[r#"
        Recreate GPU: optional, all -> required, all
        Recreate container variable NEW: not set -> a value
        Recreate container variable TOKEN: one value -> another value
        Recreate image: a -> b
        Recreate mount /v: type=volume,source=v,target=/v -> not mounted
        Recreate option ipc: host -> private
        Recreate postCreateCommand: one value -> another value
        NextSession session user: the image's own -> me
        NextSession session variable P: one value -> removed
    "#]]
    .assert_eq(&changes(from, to));
}

#[test]
fn comments_order_and_origin_change_nothing() {
    let one = r#"{ "image": "a", "containerEnv": { "A": "1", "B": "2" } }"#;
    let other =
        "{ // moved\n \"containerEnv\": { \"B\": \"2\", \"A\": \"1\" },\n \"image\": \"a\" }";
    assert_eq!(changes(one, other), "");
}

#[test]
fn a_changed_dockerfile_costs_a_build() {
    let config =
        |text: &str| resolved(&inputs(), &format!("//- /work/hmm/Dockerfile\n{text}\n")).config;
    let changes = drift::compare(&config("FROM a"), &config("FROM b"));
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (changes[0].what.as_str(), changes[0].cost),
        ("Dockerfile", Cost::Rebuild)
    );
    let shown = |change: &drift::Change| {
        let words = |text: &Option<String>| text.clone().unwrap_or_default();
        format!(
            "{}: {} -> {}",
            change.what,
            words(&change.from),
            words(&change.to)
        )
    };
    expect!["Dockerfile: as it was built -> edited since"].assert_eq(&shown(&changes[0]));
    let to_image = drift::compare(
        &config("FROM a"),
        &devcontainer("{ \"image\": \"a\" }").config,
    );
    assert_eq!(to_image.len(), 1, "{to_image:?}");
    assert_eq!(to_image[0].cost, Cost::Recreate);
    expect!["image: built from Dockerfile -> a"].assert_eq(&shown(&to_image[0]));
    let to_dockerfile = drift::compare(
        &devcontainer("{ \"image\": \"a\" }").config,
        &config("FROM a"),
    );
    assert_eq!(to_dockerfile[0].cost, Cost::Rebuild);
    expect!["image: a -> built from Dockerfile"].assert_eq(&shown(&to_dockerfile[0]));
}

#[test]
fn a_label_is_read_back_and_holds_no_secret() {
    let config = resolved(
        &inputs(),
        "//- /work/hmm/.devcontainer.json\n{ \"build\": { \"dockerfile\": \"Dockerfile\", \"args\": { \"A\": \"s3cret\" } }, \"remoteEnv\": { \"T\": \"s3cret\" }, \"postStartCommand\": \"echo s3cret\" }\n//- /work/hmm/Dockerfile\nFROM a\n//- /work/hmm/.env\nPASSWORD=s3cret\n",
    )
    .config;
    let fingerprint = drift::fingerprint(&config);
    let label = fingerprint.to_label();
    assert!(!label.contains("s3cret"), "{label}");
    assert!(label.contains("PASSWORD"), "{label}");
    assert_eq!(Fingerprint::from_label(&label), Some(fingerprint));
    assert_eq!(
        Fingerprint::from_label("{\"version\":99,\"entries\":{}}"),
        None
    );
    assert_eq!(Fingerprint::from_label("nonsense"), None);
}
