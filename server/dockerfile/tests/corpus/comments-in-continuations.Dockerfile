FROM ubuntu:22.04
RUN apt-get update && \
    # build tools
    apt-get install -y \
      build-essential \
      # python
      python3 \

      python3-pip \
    && rm -rf /var/lib/apt/lists/*
ENV A=1 \
# in between
    B="two words" \
    C='$A stays'
