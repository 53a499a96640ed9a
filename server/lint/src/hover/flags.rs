//! What each flag does.

use dockerfile::ast::Keyword;

/// The text about a flag of an instruction; `None`: it has none of that name.
pub(super) fn text(keyword: Keyword, name: &str) -> Option<String> {
    let (does, example) = parts(keyword, name)?;
    Some(format!(
        "**--{name}** {does}\n\n```dockerfile\n{example}\n```"
    ))
}

fn parts(keyword: Keyword, name: &str) -> Option<(&'static str, &'static str)> {
    let parts = match (keyword, name) {
        (Keyword::From, "platform") => (
            "is the platform whose image is taken, where there are several: `linux/amd64`, \
             `linux/arm64`. Of another than this machine's only emulation can run it.",
            "FROM --platform=$BUILDPLATFORM golang:1.22 AS build",
        ),
        (Keyword::Copy, "from") => (
            "takes the files from a stage, by name or number, or from an image, not from the build's folder.",
            "COPY --from=build /usr/local/bin/tool /usr/local/bin/",
        ),
        (Keyword::Copy | Keyword::Add, "chown") => (
            "is who owns the files, by name or number; root if nothing is said, whatever USER is.",
            "COPY --chown=1000:1000 . /app",
        ),
        (Keyword::Copy | Keyword::Add, "chmod") => (
            "is the mode of the files.",
            "COPY --chmod=755 entrypoint.sh /usr/local/bin/",
        ),
        (Keyword::Copy | Keyword::Add, "link") => (
            "makes the files a layer of their own that does not depend on those before it, so that it stays \
             in the cache when they change. The destination must not go through a link.",
            "COPY --link requirements.txt /tmp/",
        ),
        (Keyword::Copy, "parents") => (
            "keeps the folders of the sources below the destination.",
            "COPY --parents src/*/pyproject.toml /app/",
        ),
        (Keyword::Copy | Keyword::Add, "exclude") => (
            "leaves out what the pattern names.",
            "COPY --exclude=*.md . /app",
        ),
        (Keyword::Add, "keep-git-dir") => (
            "keeps the `.git` folder of a git repository.",
            "ADD --keep-git-dir=true https://example.com/project.git#v1.0 /src",
        ),
        (Keyword::Add, "checksum") => (
            "is what the fetched file has to be; anything else fails the build.",
            "ADD --checksum=sha256:24454f83… https://example.com/model.tar.gz /models/",
        ),
        (Keyword::Add, "unpack") => (
            "says whether an archive is unpacked.",
            "ADD --unpack=true https://example.com/model.tar.gz /models/",
        ),
        (Keyword::Run, "mount") => (
            "shows something to this command without making it part of the image: `type=bind` files of the \
             build's folder or another stage (`from=`), `type=cache` a folder kept from build to build, \
             `type=secret` a secret, `type=ssh` keys, `type=tmpfs` memory.",
            "RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt",
        ),
        (Keyword::Run, "network") => (
            "is the network of the command: `default`, `none`, or `host` where the builder allows it.",
            "RUN --network=none make test",
        ),
        (Keyword::Run, "security") => (
            "is `sandbox`, or `insecure` where the builder allows it: everything the machine allows.",
            "RUN --security=insecure mount -t tmpfs tmpfs /mnt",
        ),
        (Keyword::Run, "device") => (
            "asks for a device of the builder, such as a GPU by its CDI name. Builders give none unless they \
             are set up for it, and it takes the labs frontend.",
            "RUN --device=nvidia.com/gpu=all nvidia-smi",
        ),
        (Keyword::Healthcheck, "interval") => (
            "is the time between two checks, 30 s if nothing is said.",
            "HEALTHCHECK --interval=1m CMD curl -f http://localhost/",
        ),
        (Keyword::Healthcheck, "timeout") => (
            "is how long a check may take before it counts as failed, 30 s if nothing is said.",
            "HEALTHCHECK --timeout=5s CMD curl -f http://localhost/",
        ),
        (Keyword::Healthcheck, "start-period") => (
            "is how long failures do not count after the start.",
            "HEALTHCHECK --start-period=2m CMD curl -f http://localhost/",
        ),
        (Keyword::Healthcheck, "start-interval") => (
            "is the time between two checks while the start period lasts, 5 s if nothing is said.",
            "HEALTHCHECK --start-period=2m --start-interval=2s CMD curl -f http://localhost/",
        ),
        (Keyword::Healthcheck, "retries") => (
            "is how many checks have to fail in a row before the container is unhealthy, 3 if nothing is said.",
            "HEALTHCHECK --retries=5 CMD curl -f http://localhost/",
        ),
        _ => return None,
    };
    Some(parts)
}
