# syntax=docker/dockerfile:1
FROM debian:12
RUN <<EOF
set -e
apt-get update
apt-get install -y --no-install-recommends curl
EOF
# a comment behind a heredoc
RUN <<-"SCRIPT"
	echo "$HOME stays"
	SCRIPT
COPY <<nginx.conf <<'index.html' /etc/
server { listen 80; }
nginx.conf
<p>$not_expanded</p>
index.html
RUN python3 <<PY > /tmp/out
print("RUN is not an instruction here")
FROM = 1
PY
RUN cat <<EOF | sh -e && echo done
echo hi
EOF
