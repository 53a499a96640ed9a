ARG CUDA=12.4.1
ARG FLAVOUR=devel
ARG OS=ubuntu22.04

FROM nvidia/cuda:${CUDA}-cudnn-${FLAVOUR}-${OS} AS base
ARG CUDA
ENV CUDA_SHORT=${CUDA%.*} \
    CUDA_MAJOR=${CUDA%%.*} \
    PATH=/opt/venv/bin:$PATH
RUN pip install torch --index-url https://download.pytorch.org/whl/cu${CUDA_MAJOR}4

FROM base
COPY --from=base /opt /opt
