//! How long a Dockerfile of a usual length takes to parse: it happens at every key.
//! `cargo bench -p dockerfile`; the fastest of many rounds, because noise only adds.

use std::hint::black_box;
use std::io::{self, Write};
use std::time::{Duration, Instant};

/// Ten of them are about two hundred lines.
const BLOCK: &str = r#"
# The environment.
ARG VERSION=2.1.0
ENV PATH=/opt/conda/bin:$PATH LANG=C.UTF-8
ENV DEBIAN_FRONTEND=noninteractive
WORKDIR /app
COPY --chown=worker:worker requirements.txt ./
RUN --mount=type=cache,target=/root/.cache/pip \
    apt-get update && apt-get install -y --no-install-recommends \
        build-essential \
        git="1:2.39" \
    && rm -rf /var/lib/apt/lists/* && \
    # Comments may stand in between.
    pip install --no-cache-dir torch==${VERSION} -f https://example.org/wheels/index.html
RUN <<END
set -e
echo "a here-document" > /etc/motd
END
LABEL org.opencontainers.image.title="a 'quoted' title" version=1
"#;

fn main() -> io::Result<()> {
    let text = format!(
        "FROM debian:12 AS base\n{}CMD [\"bash\"]\n",
        BLOCK.repeat(10)
    );
    let mut fastest = Duration::MAX;
    for _ in 0..2000 {
        let began = Instant::now();
        black_box(dockerfile::parse::parse(black_box(&text)));
        fastest = fastest.min(began.elapsed());
    }
    let lines = text.lines().count();
    writeln!(io::stdout(), "parse {lines} lines: {fastest:?}")
}
