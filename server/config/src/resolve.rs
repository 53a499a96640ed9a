//! The order of things: find the files, read each into a layer, merge, check.

use std::path::Path;

use crate::Resolved;
use crate::files::{Files, Reader};
use crate::inputs::Inputs;
use crate::layer::{Layer, Rank, flag};
use crate::merge;
use crate::model::Source;
use crate::problem::Problems;
use crate::source;

pub(crate) fn resolve(inputs: &Inputs, files: &dyn Files) -> Resolved {
    let reader = Reader::new(files);
    let mut problems = Problems::default();
    let workspace: &Path = &inputs.workspace;
    let mut layers = vec![command_line(inputs)];
    layers.sort_by_key(|layer| layer.rank);
    let source = source::source(workspace, &layers, &reader, &mut problems);
    let config = merge::merge(workspace, None, String::new(), source, &layers);
    Resolved {
        config,
        problems: problems.0,
        files: reader.into_seen(),
    }
}

/// What the command line says.
fn command_line(inputs: &Inputs) -> Layer {
    let overrides = inputs.overrides.clone();
    let mut layer = Layer::new(Rank::CommandLine);
    layer.source = overrides
        .image
        .map(|name| flag("--image", Source::Image { name }));
    layer.dockerfile = overrides.dockerfile.map(|path| flag("--dockerfile", path));
    layer.context = overrides.context.map(|path| flag("--context", path));
    layer.target = overrides.target.map(|target| flag("--target", target));
    layer.remote_user = overrides.user.map(|user| flag("--user", user));
    layer.workspace_folder = overrides
        .workspace_folder
        .map(|folder| flag("--workspace-folder", folder));
    layer
}
