#!/usr/bin/env python3
"""How long a keystroke takes to become a squiggle, beside dockerfile-language-server-nodejs.

    scripts/bench/lsp.py --warpdock BINARY [--contender docker-langserver] [--rounds N] [--json]

Both servers get the same edits in turn, each the change of one word that makes or mends a mistake,
and are timed from the write of `didChange` to the read of `publishDiagnostics`. Then ten documents
are opened, and the memory of the daemon is read. `npm install dockerfile-language-server-nodejs`
puts the contender at node_modules/.bin/docker-langserver.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from report import quantile

AIMS = {29: 0.3, 203: 1.0, 2000: 8.0}
"""Milliseconds, by lines."""

HEAD = [
    "# syntax=docker/dockerfile:1",
    "ARG CUDA=12.1.0",
    "FROM nvidia/cuda:${CUDA}-devel-ubuntu22.04",
    "ENV DEBIAN_FRONTEND=noninteractive PATH=/opt/conda/bin:$PATH",
    "WORKDIR /app",
]
BODY = [
    "RUN apt-get update && apt-get install -y --no-install-recommends git curl build-essential \\",
    "    && rm -rf /var/lib/apt/lists/*",
    "COPY requirements.txt /tmp/requirements.txt",
    "RUN pip install --no-cache-dir -r /tmp/requirements.txt",
    "ENV OMP_NUM_THREADS=4 \\",
    "    TOKENIZERS_PARALLELISM=false",
    "# What follows is built from source.",
    "RUN git clone --depth 1 https://example.org/project.git /opt/project && \\",
    "    cd /opt/project && \\",
    "    python setup.py install",
    "LABEL org.example.part=\"data\" org.example.version=\"1.2.3\"",
    "RUN if [ -f /tmp/extra.txt ]; then pip install -r /tmp/extra.txt; fi",
]
TAIL = ["USER root", "CMD [\"python\", \"train.py\"]"]


def dockerfile(lines):
    body = [BODY[at % len(BODY)] for at in range(lines - len(HEAD) - len(TAIL))]
    # The last line must not be continued into what is edited.
    while body and body[-1].endswith("\\"):
        body[-1] = "# " + body[-1].rstrip(" \\")
    return HEAD + body + TAIL


class Server:
    """A language server on pipes."""

    def __init__(self, name, command, environment):
        self.name = name
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
        self.last_id = 0
        capabilities = {"textDocument": {"publishDiagnostics": {"versionSupport": True}}}
        self.request("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": capabilities})
        self.notify("initialized", {})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self.process.stdin.flush()

    def notify(self, method, params):
        self.send({"method": method, "params": params})

    def request(self, method, params):
        self.last_id += 1
        self.send({"id": self.last_id, "method": method, "params": params})
        while True:
            message = self.receive()
            if message.get("id") == self.last_id and "method" not in message:
                return message["result"]

    def receive(self):
        length = 0
        while line := self.process.stdout.readline().strip():
            name, value = line.split(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not length:
            sys.exit(f"{self.name} ended")
        message = json.loads(self.process.stdout.read(length))
        if "id" in message and "method" in message:
            self.send({"id": message["id"], "result": None})
        return message

    def diagnostics(self, uri):
        while True:
            message = self.receive()
            params = message.get("params")
            if message.get("method") == "textDocument/publishDiagnostics" and params["uri"] == uri:
                return params["diagnostics"]

    def open(self, uri, text):
        document = {"uri": uri, "languageId": "dockerfile", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def keystroke(self, uri, version, line, old, new):
        """Milliseconds until the diagnostics are there."""
        change = {
            "range": {"start": {"line": line, "character": 0}, "end": {"line": line, "character": len(old)}},
            "text": new,
        }
        document = {"uri": uri, "version": version}
        start = time.perf_counter()
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        while True:
            found = self.diagnostics(uri)
            took = (time.perf_counter() - start) * 1000
            # What is said of the text before this edit does not count.
            here = [one for one in found if one["range"]["start"]["line"] == line and one.get("severity") == 1]
            if bool(here) == (new == "USRE"):
                return took

    def end(self):
        self.request("shutdown", None)
        self.notify("exit", None)
        self.process.wait(10)


def rss(pid):
    """KiB: all of it, and what is its own."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        fields = dict(line.split(":", 1) for line in status)
    return tuple(int(fields[name].split()[0]) for name in ("VmRSS", "RssAnon"))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--warpdock", required=True)
    parser.add_argument("--contender", default=shutil.which("docker-langserver"))
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()

    folder = tempfile.mkdtemp(prefix="wd-lsp-", dir="/tmp")
    environment = dict(
        os.environ, WARPDOCK_RUNTIME_DIR=folder, XDG_STATE_HOME=folder, XDG_CONFIG_HOME=folder,
        DOCKER_HOST=f"unix://{folder}/no-engine.sock")
    servers = [Server("warpdock", [options.warpdock, "stdio"], environment)]
    if options.contender:
        servers.append(Server("contender", [options.contender, "--stdio"], environment))
    figures = {"keystroke": {}}
    for lines, aim in AIMS.items():
        text = dockerfile(lines)
        line = len(text) - 2
        uri = f"untitled:{lines}"
        samples = {server.name: [] for server in servers}
        for server in servers:
            server.open(uri, "\n".join(text) + "\n")
            server.keystroke(uri, 2, line, "USER", "USRE")
        words = ["USRE", "USER"]
        for at in range(options.rounds):
            for server in servers:
                old, new = words[at % 2], words[(at + 1) % 2]
                samples[server.name].append(server.keystroke(uri, at + 3, line, old, new))
        figures["keystroke"][lines] = {
            "aim": aim,
            **{name: {"p50": quantile(of, 0.5), "p99": quantile(of, 0.99)} for name, of in samples.items()},
        }
    ours = servers[0]
    daemon = ours.request("daemon/status", {})["pid"]
    for at in range(10):
        uri = f"untitled:memory-{at}"
        ours.open(uri, "\n".join(dockerfile(203)[:-2] + ["USRE x"]) + "\n")
        ours.diagnostics(uri)
    resident, own = rss(daemon)
    figures["memory"] = {"documents": 10 + len(AIMS), "rssKib": resident, "ownKib": own}
    for server in servers:
        server.end()
    subprocess.run([options.warpdock, "daemon", "stop"], env=environment, stdout=subprocess.DEVNULL, check=False)
    shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(figures, indent=2) if options.json else shown(figures))


def shown(figures):
    rows = []
    for lines, row in figures["keystroke"].items():
        ours = row["warpdock"]
        met = "ok" if ours["p50"] <= row["aim"] else "MISSED"
        text = f"{lines:5} lines  warpdock p50 {ours['p50']:.2f} ms, p99 {ours['p99']:.2f} ms  (aim {row['aim']:g}: {met})"
        if theirs := row.get("contender"):
            ratio = theirs["p50"] / ours["p50"]
            text += f"   contender p50 {theirs['p50']:.2f} ms, p99 {theirs['p99']:.2f} ms  ({ratio:.0f}x)"
        rows.append(text)
    memory = figures["memory"]
    rows.append(
        f"daemon with {memory['documents']} documents: {memory['rssKib'] / 1024:.1f} MiB resident,"
        f" {memory['ownKib'] / 1024:.1f} MiB of its own")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
