//! What is known of images without asking anyone: what they are set to, and the CUDA, Python and
//! torch in them, from a table and from their tags. What the engine says of an image goes first.
//! Which image a stage is built on is `dockerfile::stages`' business.

use dockerfile::{
    image::Reference,
    stages::{Base, Stages},
};
use gpu::version::Version;

use crate::context::{Context, ImageFacts};

mod inspected;
mod table;
pub mod tag;
#[cfg(test)]
mod tests;

/// What is known of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseFacts {
    /// Who says so.
    pub known: Known,
    /// What it is set to; `None`: not known.
    pub image: Option<ImageFacts>,
    /// Variables that it sets besides those in `image`, to values that go with the tag.
    pub variables: Vec<String>,
    /// Which system's tools are in it.
    pub family: Option<Family>,
    /// What it has for GPUs; `None`: nothing is known of that.
    pub gpu: Option<GpuFacts>,
    /// The version of its Python, such as `3.11`.
    pub python: Option<String>,
}

/// Who says what is known of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The engine, which has it.
    Inspected,
    /// The table.
    Listed,
    /// Only its tag, which names a CUDA version: likely, no more.
    Tag,
}

/// The systems, told apart by their package managers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Debian: apt.
    Debian,
    /// Ubuntu: apt.
    Ubuntu,
    /// Alpine: apk.
    Alpine,
    /// Red Hat and its kin: dnf, yum.
    Rhel,
    /// SUSE: zypper.
    Suse,
    /// Arch: pacman.
    Arch,
    /// No package manager, and no shell.
    Distroless,
    /// Windows.
    Windows,
}

/// What an image has for GPUs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GpuFacts {
    /// Whose GPUs it is made for.
    pub vendor: Vendor,
    /// The CUDA version.
    pub cuda: Option<Version>,
    /// The ROCm version.
    pub rocm: Option<String>,
    /// The cuDNN version, `8` or longer; empty: it is there, in a version that goes with CUDA's.
    pub cudnn: Option<String>,
    /// How much of the CUDA toolkit is in it.
    pub flavour: Option<Flavour>,
    /// The version of torch.
    pub torch: Option<String>,
    /// The version of TensorFlow.
    pub tensorflow: Option<String>,
    /// The month of NVIDIA's framework images, such as `24.05`.
    pub ngc: Option<String>,
}

/// The vendors of GPUs that images are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// NVIDIA.
    Nvidia,
    /// AMD.
    Amd,
}

/// How much of the CUDA toolkit is in an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flavour {
    /// The CUDA runtime library only.
    Base,
    /// All libraries.
    Runtime,
    /// The compiler and the headers too.
    Devel,
}

/// What the table and the tag say of an image; `None`: nothing.
pub fn facts(reference: &Reference) -> Option<BaseFacts> {
    let listed = table::facts(reference);
    match listed {
        Some(listed) => Some(listed),
        None => by_tag_alone(reference),
    }
}

/// What is known of an image: the engine's word, and the table's where the engine has none.
pub fn known(reference: &Reference, context: &Context<'_>) -> Option<BaseFacts> {
    let listed = facts(reference);
    match (context.images)(reference) {
        Some(image) => Some(inspected::facts(image, listed)),
        None => listed,
    }
}

/// What is known of the image from outside that a stage is built on in the end.
pub fn of_stage(stages: &Stages<'_>, stage: usize, context: &Context<'_>) -> Option<BaseFacts> {
    match outer_base(stages, stage)? {
        Base::Image(reference) => known(reference, context),
        Base::Scratch | Base::Stage(_) | Base::Unknown(_) => None,
    }
}

/// What the first of the stages below `stage` is built on.
pub fn outer_base<'s>(stages: &'s Stages<'_>, stage: usize) -> Option<&'s Base> {
    let mut current = stages.stages.get(stage)?;
    while let Base::Stage(index) = current.base {
        current = stages.stages.get(index)?;
    }
    Some(&current.base)
}

/// `my/image:cu118`: the tag of an image that nothing else is known of may name a CUDA version.
fn by_tag_alone(reference: &Reference) -> Option<BaseFacts> {
    let words = tag::read(reference.tag.as_deref().unwrap_or(""));
    words.cuda.as_ref()?;
    Some(BaseFacts {
        known: Known::Tag,
        image: None,
        variables: Vec::new(),
        family: words.family,
        python: words.python.clone(),
        gpu: Some(GpuFacts {
            vendor: Vendor::Nvidia,
            cuda: words.cuda,
            rocm: None,
            cudnn: words.cudnn,
            flavour: words.flavour,
            torch: words.torch,
            tensorflow: None,
            ngc: None,
        }),
    })
}

impl BaseFacts {
    /// The CUDA version, where it is more than likely.
    pub fn cuda(&self) -> Option<&Version> {
        match self.known {
            Known::Tag => None,
            Known::Inspected | Known::Listed => self.gpu.as_ref()?.cuda.as_ref(),
        }
    }

    /// Whether it sets a variable: `None` where that is not known.
    pub fn sets(&self, name: &str) -> Option<bool> {
        let image = self.image.as_ref()?;
        let set = image.env.iter().any(|(it, _)| it == name)
            || self.variables.iter().any(|it| it == name);
        match self.known {
            _ if set => Some(true),
            Known::Inspected => Some(false),
            // The table lists what matters, not everything.
            Known::Listed | Known::Tag => None,
        }
    }
}

impl Family {
    /// Its name in the table and in texts.
    pub fn name(self) -> &'static str {
        match self {
            Family::Debian => "Debian",
            Family::Ubuntu => "Ubuntu",
            Family::Alpine => "Alpine",
            Family::Rhel => "Red Hat family",
            Family::Suse => "SUSE",
            Family::Arch => "Arch",
            Family::Distroless => "distroless",
            Family::Windows => "Windows",
        }
    }
}

impl Flavour {
    /// Its name in tags.
    pub fn name(self) -> &'static str {
        match self {
            Flavour::Base => "base",
            Flavour::Runtime => "runtime",
            Flavour::Devel => "devel",
        }
    }
}
