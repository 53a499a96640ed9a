FROM continuumio/miniconda3:24.1.2-0
COPY environment.yml /tmp/
RUN conda env create -f /tmp/environment.yml && conda clean -afy
SHELL ["conda", "run", "-n", "env", "/bin/bash", "-c"]
RUN python -c "import torch; print(torch.cuda.is_available())"
ENTRYPOINT ["conda", "run", "--no-capture-output", "-n", "env", "python"]
CMD ["train.py"]
