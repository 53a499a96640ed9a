# syntax=docker/dockerfile:1.7
FROM --platform=$BUILDPLATFORM golang:1.22 AS Build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN CGO_ENABLED=0 go build -o /out/server ./cmd/server

FROM build AS test
RUN go test ./...

FROM gcr.io/distroless/static:nonroot AS runtime
COPY --from=build --chmod=0755 /out/server /server
COPY --from=busybox:1.36 /bin/wget /wget
USER 65532
EXPOSE 8080/tcp 9090
ENTRYPOINT ["/server"]
CMD ["--port", "8080"]
