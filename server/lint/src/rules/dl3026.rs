//! Images from registries that are not allowed.

use dockerfile::range::TextRange;
use dockerfile::stages::{Base, How, Origin};

use crate::facts::Facts;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// An image from a registry that the project's configuration does not list.
    ///
    /// ## Why
    /// `trustedRegistries` names where images may come from. `docker.io` is Docker Hub, also where no
    /// registry is written; `*` stands for any text at the beginning or the end.
    ///
    /// ```yaml
    /// trustedRegistries: [docker.io, "*.example.com"]
    /// ```
    /// ```dockerfile,bad
    /// FROM quay.io/app/base:1
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12 AS build
    /// FROM images.example.com/base:1
    /// COPY --from=build /etc/hosts /srv/
    /// ```
    DL3026 "trusted-registries" {
        level: Error, since: "0.1.0",
        aliases: ["hadolint/DL3026", "droast/DF065"],
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    let Some(levels) = file.context.levels else {
        return;
    };
    let trusted = &levels.trusted_registries;
    if trusted.is_empty() {
        return;
    }
    let mut judge = |registry: &str, range: TextRange| {
        if !trusted.iter().any(|it| is_covered(registry, it)) {
            report.at(range, format!("registry {registry} is not among the trusted ones"));
        }
    };
    let stages = &file.stages;
    for stage in &stages.stages {
        if let Base::Image(reference) = &stage.base {
            judge(registry_of(reference), file.images[stage.index].from_range);
        }
        for (_, range, how, origin) in stages.origins(stage.index) {
            if let (How::CopyFrom | How::MountFrom, Origin::Image(reference)) = (how, &origin) {
                judge(registry_of(reference), range);
            }
        }
    }
    // What stands before the first FROM, while that is missing.
    for step in file.steps_of(stages.stages.len()) {
        for flag in &step.instruction.flags {
            let image = match flag.name.text.as_str() {
                "from" => flag.value.clone(),
                "mount" => dockerfile::stages::mount_option(flag, "from"),
                _ => None,
            };
            let Some(image) = image else { continue };
            if let Ok(reference) = dockerfile::image::Reference::parse(&image.text) {
                judge(registry_of(&reference), image.range);
            }
        }
    }
}

fn registry_of(reference: &dockerfile::image::Reference) -> &str {
    match reference.is_docker_hub() {
        true => "docker.io",
        false => reference.registry.as_deref().unwrap_or_default(),
    }
}

fn is_covered(registry: &str, pattern: &str) -> bool {
    let is_hub = |name: &str| matches!(name, "docker.io" | "hub.docker.io" | "index.docker.io");
    if is_hub(registry) && is_hub(pattern) {
        return true;
    }
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(""), _) => true,
        (Some(end), _) => registry.ends_with(end),
        (None, Some(start)) => registry.starts_with(start),
        (None, None) => registry == pattern,
    }
}
