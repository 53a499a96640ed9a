FROM ubuntu:22.04
USRE app
EXP
COPY 
COPY --chow=x a b
ENV
ENV NAME
LABEL a=b c
RUN echo "open
CMD ["a", 
HEALTHCHECK --interval
ARG
WORKDIR
RUN pip install \
