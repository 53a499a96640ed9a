# syntax=docker/dockerfile:1.10-labs
FROM python:3.12 AS wheels
RUN --mount=type=cache,target=/root/.cache/pip pip wheel -w /wheels torch
FROM python:3.12-slim
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    --mount=type=secret,id=token \
    --network=none \
    pip install --no-index --find-links=/wheels torch
RUN --mount=type=bind,from=ghcr.io/astral-sh/uv:0.4,source=/uv,target=/bin/uv uv pip install numpy
COPY --parents --exclude=*.md --link src/ /app/
ADD --checksum=sha256:0123456789abcdef https://example.com/model.bin /models/
RUN --security=insecure nvidia-smi
