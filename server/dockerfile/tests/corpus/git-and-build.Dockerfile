FROM nvcr.io/nvidia/pytorch:24.01-py3
ARG REPO=https://github.com/example/project.git
ARG COMMIT=main
ENV TORCH_CUDA_ARCH_LIST="7.0 7.5 8.0 8.6 9.0+PTX"
RUN git clone --depth 1 --branch ${COMMIT} ${REPO} /opt/project \
 && cd /opt/project && MAX_JOBS=4 pip install -v --no-build-isolation .
RUN wget -qO- https://example.org/install.sh | bash -s -- --yes
