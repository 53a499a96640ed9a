//! LD_LIBRARY_PATH that loses the base image's, or finds the driver's stand-in.

use dockerfile::ast::{Body, Keyword};

use crate::base::Vendor;
use crate::facts::Facts;
use crate::finding::Edit;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// `ENV LD_LIBRARY_PATH` on a CUDA image without the value that it has.
    ///
    /// ## Why
    /// NVIDIA's images look for libraries in folders of their own, such as
    /// `/usr/local/nvidia/lib64`, where some hosts put the driver, and the framework images in more.
    /// A value that does not go on with `$LD_LIBRARY_PATH` takes them away.
    ///
    /// The folder `stubs` has a `libcuda.so` to link against, which does nothing. Found at run time,
    /// it says `CUDA driver is a stub library`.
    ///
    /// ```dockerfile,bad
    /// FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
    /// ENV LD_LIBRARY_PATH=/opt/lib
    /// ```
    /// ```dockerfile,fixed
    /// FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
    /// ENV LD_LIBRARY_PATH=/opt/lib:$LD_LIBRARY_PATH
    /// ```
    /// ```dockerfile,bad
    /// FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
    /// ENV LD_LIBRARY_PATH=/usr/local/cuda/lib64/stubs:$LD_LIBRARY_PATH
    /// ```
    /// ```dockerfile,good
    /// FROM debian:12
    /// ENV LD_LIBRARY_PATH=/opt/lib
    /// ```
    GPU020 "ld-library-path-lost" {
        level: Warning, since: "0.1.0", fix: Safe,
        check: check
    }
}

const NAME: &str = "LD_LIBRARY_PATH";

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for step in &file.steps {
        let (Keyword::Env, Body::Pairs(pairs)) = (step.instruction.keyword, &step.instruction.body) else {
            continue;
        };
        for pair in pairs.pairs.iter().filter(|it| it.name.text == NAME) {
            let Some(value) = &pair.value else { continue };
            let is_cuda = || {
                let base = file.base(step.stage)?;
                let nvidia = base.gpu.as_ref()?.vendor == Vendor::Nvidia;
                (nvidia && base.sets(NAME) == Some(true)).then_some(())
            };
            if is_cuda().is_none() {
                continue;
            }
            let text = value.text.as_str();
            if let Some(offset) = text.find("/stubs") {
                let exact = text.len() == value.range.len();
                let range = match exact {
                    true => {
                        let start = text[..offset].rfind([':', '"']).map_or(0, |it| it + 1);
                        let start = value.range.start + start;
                        dockerfile::range::TextRange::new(start, value.range.start + offset + 6)
                    }
                    false => value.range,
                };
                report.at(range, "the libcuda.so in stubs is to link against: found at run time, it does nothing");
                continue;
            }
            let expanded = file.variable(step.stage, step.index + 1, NAME).unwrap_or_default();
            let keeps = text.contains("$LD_LIBRARY_PATH")
                || text.contains("${LD_LIBRARY_PATH")
                || expanded.contains("/usr/local/nvidia/lib");
            if keeps {
                continue;
            }
            let reported = report.at(pair.name.range, "this takes away where the base image looks for the driver's libraries");
            let plain = !pairs.legacy && !text.contains(['"', '\'']);
            if plain && !text.is_empty() {
                let end = text.trim_end_matches(':').len();
                let exact = text.len() == value.range.len();
                if exact {
                    let range = dockerfile::range::TextRange::new(value.range.start + end, value.range.end);
                    reported.fix("Keep the base image's", vec![Edit::replace(range, ":$LD_LIBRARY_PATH")]);
                }
            }
        }
    }
}
