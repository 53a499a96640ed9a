FROM ubuntu:24.04
SHELL ["/bin/bash", "-euxo", "pipefail", "-c"]
RUN if [ "$(uname -m)" = "x86_64" ]; then \
      arch=amd64; \
    else \
      arch=arm64; \
    fi; \
    url="https://example.com/dl/tool-${arch}.tgz"; \
    for i in 1 2 3; do curl -fsSL "$url" -o /tmp/t && break || sleep 1; done; \
    case "$arch" in amd64|x86) echo a ;; *) echo b ;; esac; \
    (cd /tmp && tar xf t) && { rm t; }
RUN set -ex; \
    fetch() { wget -q "$1"; }; \
    fetch https://example.com/a; \
    diff <(sort a) <(sort b) || true
