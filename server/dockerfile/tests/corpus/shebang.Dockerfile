#!/usr/bin/env -S docker build . --file
# syntax=docker/dockerfile:1
FROM alpine
RUN <<EOF
#!/usr/bin/env python3
import urllib.request
EOF
