FROM python:3.11
LABEL описание="данные" 作者=張
# комментарий
ENV GREETING=привет\ мир \
    EMOJI="😀"
RUN echo "naïve — ${GREETING}" && curl https://example.com/ñ
WORKDIR /données
