//! Packages built for another CUDA than the base image's.

use gpu::cuda::first_driver;
use gpu::version::Version;

use crate::base::tag::short_cuda;
use crate::base::{BaseFacts, Flavour};
use crate::facts::Facts;
use crate::finding::{Edit, Level};
use crate::gpu_claims::{self, Claim, Libraries, TORCH_FAMILY};
use crate::gpu_compile::{chain, compiling};
use crate::gpu_installs::{cuda_word, Install, range_in};
use crate::gpu_tables;
use crate::report::Report;
use crate::rule::declare_rule;

declare_rule! {
    /// A package built for another major version of CUDA than the base image has.
    ///
    /// ## Why
    /// What goes wrong depends on whose libraries the package loads.
    ///
    /// - PyTorch's wheels, `jax[cuda12]` and conda's packages bring a CUDA of their own. They run on
    ///   any base, but the one of the image is not used, and nothing compiled here with its `nvcc`
    ///   fits: PyTorch refuses to build extensions with a CUDA of another major version. A newer CUDA
    ///   also needs a newer driver than the image itself asks for: 450.80.02 for CUDA 11, 525.60.13
    ///   for CUDA 12, 580.65.06 for CUDA 13.
    /// - `cupy-cuda11x`, `onnxruntime-gpu` and `jax[cuda12_local]` load the image's libraries. Those
    ///   of another major version have other names, so that the import fails or the CPU does the work.
    /// - Extensions of PyTorch from a page of wheels (`-f …/torch-2.1.0+cu118.html`) load the
    ///   libraries of PyTorch, and have to be built for the same CUDA as it.
    ///
    /// Minor versions may differ: CUDA 12.1 wheels run on, and build with, CUDA 12.4.
    ///
    /// ```dockerfile,bad
    /// ARG CUDA=12.4.1
    /// FROM nvidia/cuda:${CUDA}-devel-ubuntu22.04
    /// RUN pip install torch==2.1.0 --index-url https://download.pytorch.org/whl/cu118
    /// ```
    /// ```dockerfile,fixed
    /// ARG CUDA=12.4.1
    /// FROM nvidia/cuda:${CUDA}-devel-ubuntu22.04
    /// RUN pip install torch==2.1.0 --index-url https://download.pytorch.org/whl/cu121
    /// ```
    /// ```dockerfile,bad
    /// FROM nvidia/cuda:12.4.1-runtime-ubuntu22.04
    /// RUN pip install cupy-cuda11x
    /// ```
    /// ```dockerfile,good
    /// FROM nvidia/cuda:12.4.1-devel-ubuntu22.04
    /// RUN pip install torch==2.5.1 --index-url https://download.pytorch.org/whl/cu121
    /// ```
    GPU005 "wheel-cuda-mismatch" {
        level: Warning, since: "0.1.0", fix: Unsafe,
        check: check
    }
}

fn check(file: &Facts<'_>, report: &mut Report<'_>) {
    for install in file.installs() {
        let claims = gpu_claims::claims(install);
        if claims.is_empty() {
            continue;
        }
        let base = file.base(install.command.stage);
        for claim in &claims {
            match claim.libraries {
                Libraries::Torch => {
                    let torch = torch_here(file, install, base);
                    if let Some(torch) = torch {
                        check_extension(claim, &torch, report);
                    }
                }
                Libraries::Image | Libraries::Own => {
                    let Some(base) = base else { continue };
                    let Some(cuda) = base.cuda() else { continue };
                    let differs = claim.cuda.major() != cuda.major();
                    if differs && !is_replaced_torch(claim, base) {
                        let compiler = compiling(file, install.command.stage);
                        check_base(install, claim, base, cuda, compiler, report);
                    }
                }
            }
        }
    }
}

/// What replaces the torch of a base image is another rule's business.
fn is_replaced_torch(claim: &Claim, base: &BaseFacts) -> bool {
    let has_torch = base.gpu.as_ref().is_some_and(|it| it.torch.is_some());
    let name = claim.what.split(' ').next().unwrap_or("");
    has_torch && TORCH_FAMILY.contains(&name)
}

fn check_base(
    install: &Install,
    claim: &Claim,
    base: &BaseFacts,
    cuda: &Version,
    compiler: Option<&str>,
    report: &mut Report<'_>,
) {
    let built = format!("{} is built for CUDA {}, the base image has {cuda}", claim.what, claim.cuda);
    if claim.libraries == Libraries::Image {
        report.at(
            claim.range,
            format!("{built}, whose libraries it looks for and does not find"),
        );
        return;
    }
    let is_newer = claim.cuda.major() > cuda.major();
    let is_devel = base.gpu.as_ref().and_then(|it| it.flavour) == Some(Flavour::Devel);
    let (consequence, level) = match (is_newer, compiler, is_devel) {
        (true, _, _) => (newer(&claim.cuda, cuda), Level::Warning),
        (false, Some(compiler), _) => (
            format!("it runs with its own, but what {compiler} compiles here with {cuda} does not fit it"),
            Level::Warning,
        ),
        (false, None, true) => (
            format!("it runs with its own, but nothing compiled with the image's nvcc {cuda} fits it"),
            Level::Warning,
        ),
        (false, None, false) => (
            "it runs with its own, and the image's is there for nothing".to_owned(),
            Level::Info,
        ),
    };
    let reported = report
        .at(claim.range, format!("{built}: {consequence}"))
        .level(level);
    if let Some((index, edits)) = other_index(install, claim, cuda) {
        reported.fix(format!("Take the wheels of {index}"), edits);
    }
}

fn newer(wheel: &Version, base: &Version) -> String {
    match (first_driver(wheel), first_driver(base)) {
        (Some(wheel_driver), Some(base_driver)) => format!(
            "it needs driver {wheel_driver} or newer, where the image starts from {base_driver} on"
        ),
        (Some(driver), None) => format!("it needs driver {driver} or newer"),
        _ => "it needs a newer driver than the image asks for".to_owned(),
    }
}

/// The newest index of PyTorch for the base's major version that is not newer than the base, and
/// the edits that go to it.
fn other_index(install: &Install, claim: &Claim, cuda: &Version) -> Option<(String, Vec<Edit>)> {
    let is_index = cuda_word(&claim.written) == Some(claim.written.as_str());
    if !is_index || claim.what.contains(['-', '[']) {
        return None;
    }
    let pinned = install.package("torch").and_then(|it| it.version.as_deref());
    let index = match pinned {
        Some(version) => best_index(gpu_tables::torch(version)?.indexes, cuda)?,
        // The newest release that has one which is not newer than the base.
        None => {
            let releases = gpu_tables::torches().iter().rev();
            let mut indexes = releases.filter_map(|it| best_index(it.indexes, cuda));
            let newest = indexes.clone().next();
            indexes
                .find(|it| version_of(it).is_some_and(|version| version <= *cuda))
                .or(newest)?
        }
    };
    let mut edits: Vec<Edit> = install
        .command
        .words
        .iter()
        .filter(|it| it.raw.contains(&claim.written))
        .map(|word| Edit::replace(range_in(word, &claim.written), index.clone()))
        .collect();
    // A word that is written otherwise, through a variable or with the name twice, is left alone.
    let exact = install
        .command
        .words
        .iter()
        .filter(|it| it.text().contains(&claim.written))
        .all(|it| it.raw.matches(&claim.written).count() == 1 && it.raw.len() == it.range.len());
    if !exact || edits.is_empty() {
        return None;
    }
    edits.sort_by_key(|it| it.range);
    Some((index, edits))
}

/// The index of the base's major version that is the newest of those not newer than the base, else
/// the oldest.
fn best_index(indexes: &str, cuda: &Version) -> Option<String> {
    let versions = indexes.split(' ').filter_map(|index| {
        let version = version_of(index)?;
        (version.major() == cuda.major()).then_some((version, index))
    });
    let mut fitting: Vec<(Version, &str)> = versions.collect();
    fitting.sort_by(|one, other| one.0.cmp(&other.0));
    let below = fitting.iter().rfind(|(version, _)| version <= cuda);
    let (_, index) = below.or(fitting.first())?;
    Some((*index).to_owned())
}

fn version_of(index: &str) -> Option<Version> {
    short_cuda(index.strip_prefix("cu")?)
}

/// The CUDA of the torch that is there when `install` runs, and who brought it.
fn torch_here(
    file: &Facts<'_>,
    install: &Install,
    base: Option<&BaseFacts>,
) -> Option<(Version, String)> {
    let stages = chain(file, install.command.stage);
    let claim = file
        .installs()
        .iter()
        .filter(|it| stages.contains(&it.command.stage))
        .filter(|it| it.command.range.start <= install.command.range.start)
        .filter_map(gpu_claims::torch)
        .next_back();
    if let Some(claim) = claim {
        return Some((claim.cuda, "torch here".to_owned()));
    }
    let base = base?;
    let has_torch = base.gpu.as_ref().is_some_and(|it| it.torch.is_some());
    has_torch.then_some((base.cuda()?.clone(), "the base image's torch".to_owned()))
}

fn check_extension(claim: &Claim, torch: &(Version, String), report: &mut Report<'_>) {
    let (cuda, whose) = torch;
    if cuda.major() != claim.cuda.major() {
        report.at(
            claim.range,
            format!(
                "{} is built for CUDA {}, {whose} for {cuda}: its import fails for want of the libraries",
                claim.what, claim.cuda
            ),
        );
    }
}
