ARG A
ARG B=${A:-b} C
