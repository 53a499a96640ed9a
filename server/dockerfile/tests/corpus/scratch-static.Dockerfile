FROM rust:1.80 AS b
RUN rustup target add x86_64-unknown-linux-musl && cargo install --path .
FROM scratch
COPY --from=0 /usr/local/cargo/bin/app /app
COPY --from=nothing-here /a /b
ENTRYPOINT ["/app"]
