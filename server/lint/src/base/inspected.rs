//! What the variables of an image say about the CUDA, Python and torch in it: NVIDIA's images and
//! those built on them carry their versions in ENV, whatever they are called.

use gpu::version::Version;

use crate::{
    base::{BaseFacts, Flavour, GpuFacts, Known, Vendor},
    context::ImageFacts,
};

/// The engine's word, and what the table adds to it.
pub(super) fn facts(image: ImageFacts, listed: Option<BaseFacts>) -> BaseFacts {
    let gpu = gpu_facts(&image, listed.as_ref().and_then(|it| it.gpu.as_ref()));
    let python = value(&image, "PYTHON_VERSION").map(str::to_owned);
    let (family, listed_python) = match listed {
        Some(listed) => (listed.family, listed.python),
        None => (None, None),
    };
    BaseFacts {
        known: Known::Inspected,
        image: Some(image),
        variables: Vec::new(),
        family,
        gpu,
        python: python.or(listed_python),
    }
}

fn gpu_facts(image: &ImageFacts, listed: Option<&GpuFacts>) -> Option<GpuFacts> {
    let cuda = value(image, "CUDA_VERSION").and_then(Version::parse);
    let torch = value(image, "PYTORCH_VERSION").or_else(|| value(image, "PYTORCH_BUILD_VERSION"));
    let cudnn = ["NV_CUDNN_VERSION", "CUDNN_VERSION"]
        .into_iter()
        .find_map(|it| value(image, it));
    if cuda.is_none() && torch.is_none() && listed.is_none() {
        return None;
    }
    let mut facts = listed.cloned().unwrap_or(GpuFacts {
        vendor: Vendor::Nvidia,
        cuda: None,
        rocm: None,
        cudnn: None,
        flavour: None,
        torch: None,
        tensorflow: None,
        ngc: None,
    });
    facts.cuda = cuda.or(facts.cuda);
    facts.torch = torch.map(str::to_owned).or(facts.torch);
    facts.cudnn = cudnn.map(str::to_owned).or(facts.cudnn);
    facts.flavour = flavour(image).or(facts.flavour);
    Some(facts)
}

/// The flavours differ in the versions that they note, and devel adds the stubs to LIBRARY_PATH.
fn flavour(image: &ImageFacts) -> Option<Flavour> {
    if value(image, "LIBRARY_PATH").is_some_and(|it| it.contains("/cuda/lib64/stubs")) {
        return Some(Flavour::Devel);
    }
    match (
        value(image, "NV_CUDA_LIB_VERSION"),
        value(image, "NV_CUDA_CUDART_VERSION"),
    ) {
        (Some(_), _) => Some(Flavour::Runtime),
        (None, Some(_)) => Some(Flavour::Base),
        (None, None) => None,
    }
}

fn value<'i>(image: &'i ImageFacts, name: &str) -> Option<&'i str> {
    let (_, value) = image.env.iter().find(|(it, _)| it == name)?;
    (!value.is_empty()).then_some(value.as_str())
}
