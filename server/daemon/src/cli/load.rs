//! `warpdock load`.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use protocol::{image::LoadParams, method::ImageLoad};

use crate::cli::{
    Ended,
    args::{Global, LoadArguments},
    call::{Call, absolute},
    progress::Display,
};

/// Loads images from an archive.
pub fn run(global: &Global, arguments: &LoadArguments) -> Ended {
    let params = LoadParams {
        archive: absolute(&arguments.archive)?,
    };
    let mut display = Display::of_stderr(global.quiet || global.json);
    let loaded = Call::begin()?.wait::<ImageLoad>(&params, &mut display)?;
    let mut out = io::stdout().lock();
    match global.json {
        true => writeln!(
            out,
            "{}",
            serde_json::to_string(&loaded).map_err(io::Error::from)?
        )?,
        false => loaded
            .images
            .iter()
            .try_for_each(|image| writeln!(out, "{image}"))?,
    }
    Ok(ExitCode::SUCCESS)
}
