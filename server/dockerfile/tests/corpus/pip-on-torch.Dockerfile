FROM pytorch/pytorch:2.1.0-cuda12.1-cudnn8-runtime

ENV DEBIAN_FRONTEND=noninteractive
WORKDIR /app

RUN pip install --no-cache-dir torchdata==0.7.0 && \
    pip install --no-cache-dir dgl -f https://data.dgl.ai/wheels/cu121/repo.html && \
    pip install --no-cache-dir numpy pydantic scipy tqdm

CMD ["/bin/bash"]
