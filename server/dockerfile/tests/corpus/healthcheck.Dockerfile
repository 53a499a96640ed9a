FROM nginx:1.27
HEALTHCHECK --interval=30s --timeout=3s --retries=3 \
  CMD curl -f http://localhost/ || exit 1
HEALTHCHECK NONE
HEALTHCHECK CMD ["true"]
STOPSIGNAL SIGQUIT
EXPOSE 80 443/tcp 8000-8010/udp ${PORT:-1}
