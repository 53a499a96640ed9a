//! What each instruction does, its form, and an example.

use dockerfile::ast::Keyword;

/// The text about an instruction; `None`: it is none.
pub(super) fn text(keyword: Keyword) -> Option<String> {
    let (does, form, example) = parts(keyword)?;
    Some(format!(
        "**{}** {does}\n\n```dockerfile\n{form}\n```\n\nFor example\n\n```dockerfile\n{example}\n```",
        keyword.name()
    ))
}

/// The text about the word behind HEALTHCHECK.
pub(super) fn healthcheck(word: &str) -> Option<&'static str> {
    match word.to_ascii_uppercase().as_str() {
        "CMD" => Some(
            "**CMD** is what tells whether the container is well: exit code 0 says yes, 1 no.\n\n\
             ```dockerfile\nHEALTHCHECK CMD curl -f http://localhost/ || exit 1\n```",
        ),
        "NONE" => Some(
            "**NONE** takes the base image's check away.\n\n```dockerfile\nHEALTHCHECK NONE\n```",
        ),
        _ => None,
    }
}

fn parts(keyword: Keyword) -> Option<(&'static str, &'static str, &'static str)> {
    let parts = match keyword {
        Keyword::From => (
            "starts a stage on an image, on an earlier stage, or on nothing (`scratch`). Only what the \
             last stage, or the one asked for, holds is in the image; the others are for copying from.",
            "FROM [--platform=PLATFORM] IMAGE [AS NAME]",
            "FROM pytorch/pytorch:2.5.1-cuda12.4-cudnn9-devel AS build",
        ),
        Keyword::Run => (
            "runs a command while the image is built and keeps what it changes as a layer. There is no \
             GPU at this time.",
            "RUN [FLAGS] COMMAND\nRUN [FLAGS] [\"PROGRAM\", \"ARGUMENT\"]\nRUN <<EOF\n…\nEOF",
            "RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt",
        ),
        Keyword::Cmd => (
            "is what the container runs when it is started without a command; behind an ENTRYPOINT, the \
             arguments to that. The last one counts.",
            "CMD [\"PROGRAM\", \"ARGUMENT\"]\nCMD COMMAND",
            "CMD [\"python\", \"train.py\"]",
        ),
        Keyword::Entrypoint => (
            "is the program that the container always runs; CMD, or what follows the image on the command \
             line, are its arguments. In shell form it gets no arguments and no signals.",
            "ENTRYPOINT [\"PROGRAM\", \"ARGUMENT\"]\nENTRYPOINT COMMAND",
            "ENTRYPOINT [\"tini\", \"--\"]",
        ),
        Keyword::Copy => (
            "takes files from the build's folder, another stage (`--from=NAME`) or an image into this one. \
             A relative destination is below WORKDIR; one that ends in `/` is a folder.",
            "COPY [FLAGS] SOURCE… DESTINATION\nCOPY [FLAGS] [\"SOURCE\", \"DESTINATION\"]",
            "COPY --chown=1000:1000 requirements.txt /tmp/",
        ),
        Keyword::Add => (
            "is COPY that also fetches addresses and git repositories, and unpacks local tar files. Where \
             none of this is wanted, COPY says what happens.",
            "ADD [FLAGS] SOURCE… DESTINATION\nADD [FLAGS] [\"SOURCE\", \"DESTINATION\"]",
            "ADD --checksum=sha256:24454f83… https://example.com/model.tar.gz /models/",
        ),
        Keyword::Env => (
            "sets variables for the rest of the build and for the container.",
            "ENV NAME=VALUE …",
            "ENV TORCH_CUDA_ARCH_LIST=\"8.0;9.0\" PYTHONUNBUFFERED=1",
        ),
        Keyword::Arg => (
            "declares a variable of the build, which `--build-arg` can set and the container does not see. \
             One before the first FROM is for FROM; a stage gets it with an `ARG NAME` of its own.",
            "ARG NAME[=DEFAULT] …",
            "ARG CUDA=12.4.1",
        ),
        Keyword::Workdir => (
            "is the folder that the instructions behind it, and the container, run in. It is created if it \
             is not there.",
            "WORKDIR PATH",
            "WORKDIR /app",
        ),
        Keyword::User => (
            "is who the instructions behind it, and the container, run as.",
            "USER NAME[:GROUP]\nUSER UID[:GID]",
            "USER 1000:1000",
        ),
        Keyword::Expose => (
            "notes which ports the container listens on. It opens none: that is `docker run -p`.",
            "EXPOSE PORT[/PROTOCOL] …",
            "EXPOSE 8888",
        ),
        Keyword::Volume => (
            "makes folders volumes, whose files live outside the container. What later instructions write \
             there may be lost.",
            "VOLUME [\"PATH\", …]\nVOLUME PATH …",
            "VOLUME [\"/data\"]",
        ),
        Keyword::Label => (
            "notes facts about the image, for `docker inspect` and filters.",
            "LABEL NAME=VALUE …",
            "LABEL org.opencontainers.image.source=\"https://example.com/project\"",
        ),
        Keyword::Shell => (
            "is the shell that runs what is in shell form from here on.",
            "SHELL [\"PROGRAM\", \"ARGUMENT\"]",
            "SHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]",
        ),
        Keyword::Healthcheck => (
            "says how to find out whether the container is well. `NONE` takes the base image's check away.",
            "HEALTHCHECK [FLAGS] CMD COMMAND\nHEALTHCHECK NONE",
            "HEALTHCHECK --interval=30s --timeout=5s CMD curl -f http://localhost:8000/health || exit 1",
        ),
        Keyword::Stopsignal => (
            "is the signal that asks the container to end, SIGTERM if nothing is said.",
            "STOPSIGNAL SIGNAL",
            "STOPSIGNAL SIGINT",
        ),
        Keyword::Onbuild => (
            "keeps an instruction for the images that are built on this one: it runs behind their FROM.",
            "ONBUILD INSTRUCTION",
            "ONBUILD COPY . /app",
        ),
        Keyword::Maintainer => (
            "names who looks after the image. It is deprecated; a label does the same.",
            "MAINTAINER NAME",
            "LABEL org.opencontainers.image.authors=\"me@example.com\"",
        ),
        Keyword::Unknown => return None,
    };
    Some(parts)
}
