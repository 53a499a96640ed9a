//! Tags of nvidia/cuda that Docker Hub no longer has.

use dockerfile::stages::Base;
use gpu::version::Version;

use crate::base::tag;
use crate::facts::Facts;
use crate::finding::Edit;
use crate::gpu_tables;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// A tag of `nvidia/cuda` that is not on Docker Hub any more.
    ///
    /// ## Why
    /// NVIDIA has taken down the tags without a patch level (`12.1-devel-…`), those without a system,
    /// `latest`, and releases before CUDA 11. The build works where the image was fetched long ago
    /// and fails everywhere else: `manifest unknown`.
    ///
    /// Nothing is said where the engine has the image, or where a mirror of yours is named.
    ///
    /// ```dockerfile,bad
    /// FROM nvidia/cuda:11.8-cudnn8-devel-ubuntu22.04
    /// ```
    /// ```dockerfile,fixed
    /// FROM nvidia/cuda:11.8.0-cudnn8-devel-ubuntu22.04
    /// ```
    /// ```dockerfile,bad
    /// FROM nvidia/cuda
    /// ```
    /// ```dockerfile,good
    /// FROM nvidia/cuda:12.4.1-base-ubuntu22.04
    /// FROM mirror.example/nvidia/cuda:11.8-devel
    /// ```
    GPU012 "cuda-tag-gone" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for (stage, image) in file.stages.stages.iter().zip(&file.images) {
        let Base::Image(reference) = &stage.base else {
            continue;
        };
        let is_cuda = reference.is_docker_hub() && reference.repository == "nvidia/cuda";
        if !is_cuda || reference.digest.is_some() || (file.context.images)(reference).is_some() {
            continue;
        }
        let tag = reference.tag.as_deref().unwrap_or("latest");
        let Some(why) = why(tag) else { continue };
        let reported = report.at(image.from_range, format!("nvidia/cuda:{tag} is not on Docker Hub any more: {why}"));
        let written = image.from_range.of(&file.file.text);
        if let (Some(now), Some(_)) = (now(tag), written.strip_suffix(tag)) {
            let start = image.from_range.end - tag.len();
            let range = dockerfile::range::TextRange::new(start, image.from_range.end);
            reported.fix(format!("Take {now}"), vec![Edit::replace(range, now)]);
        }
    }
}

/// Why a tag is gone; `None`: it is not, as far as can be told.
fn why(tag: &str) -> Option<String> {
    if tag == "latest" {
        return Some("a tag names CUDA, flavour and system, such as 12.4.1-base-ubuntu22.04".to_owned());
    }
    let words = tag::read(tag);
    let cuda = Version::parse_whole_or_number(words.leading.as_deref()?)?;
    let numbers = words.leading.as_deref()?.split('.').count();
    if !cuda.is_at_least(11, 0) {
        return Some("releases before CUDA 11 were taken down".to_owned());
    }
    if numbers < 3 {
        return Some("the patch level is missing".to_owned());
    }
    // Some systems have names that we do not know.
    let bare = words.family.is_none() && tag.split('-').count() <= 3 && words.flavour.is_some()
        && tag.ends_with(words.flavour?.name());
    bare.then(|| "the system is missing".to_owned())
}

/// The tag that is there for the same.
fn now(tag: &str) -> Option<String> {
    let words = tag::read(tag);
    let leading = words.leading.as_deref()?;
    let (release, ubuntus) = gpu_tables::cuda_image(&Version::parse_whole(leading)?)?;
    let rest = tag.strip_prefix(leading)?;
    let system = match words.family {
        Some(_) => String::new(),
        None => format!("-ubuntu{}", ubuntus.split(' ').next_back()?),
    };
    if let Some((_, ubuntu)) = rest.split_once("-ubuntu")
        && !ubuntus.split(' ').any(|it| it == ubuntu)
    {
        return None;
    }
    words.flavour?;
    Some(format!("{release}{rest}{system}"))
}
