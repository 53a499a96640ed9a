RUN echo early
LABEL x=y
FROM debian
FROM debian AS
FROM debian is x
FROM
