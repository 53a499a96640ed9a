FROM debian:12
RUN ["apt-get", "update"]
RUN [ "sh", "-c", "curl -fsSL https://example.com/x | sh" ]
CMD ['python', 'app.py']
CMD ["python", "app.py"
CMD [ ]
ENTRYPOINT ["tini", "--", "\u0061pp\"q\""]
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
VOLUME ["/data", "/with space"]
COPY ["a b.txt", "/dst dir/"]
