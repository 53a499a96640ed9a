FROM debian
RUN a \

 \
 b \
\
 c
ENV T trailing\\
ENV U next
