"""The raw Engine API: one HTTP connection over its socket, kept open as a good client would."""

import http.client
import json
import socket


class Api:
    def __init__(self, path):
        self.path = path
        self.connection = Connection(path)

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body)
        headers = {"Content-Type": "application/json"} if data else {}
        self.connection.request(method, path, data, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {text.decode(errors='replace')}")
        return json.loads(text) if text.strip() else None

    def create(self, image, workspace, gpus=False, labels=None):
        """Creates and starts a container like ours, with `sleep` for a first process."""
        body = {
            "Image": image,
            "Entrypoint": ["sleep", "infinity"],
            "Cmd": [],
            "WorkingDir": "/app",
            "StopTimeout": 0,
            "Labels": labels or {},
            "HostConfig": {
                "Mounts": [{"Type": "bind", "Source": workspace, "Target": "/app"}],
                "DeviceRequests": [{"Count": -1, "Capabilities": [["gpu"]]}] if gpus else [],
            },
        }
        made = self.call("POST", "/containers/create", body)["Id"]
        self.call("POST", f"/containers/{made}/start")
        return self.call("GET", f"/containers/{made}/json")

    def remove(self, container):
        self.call("DELETE", f"/containers/{container}?force=1&v=1")

    def labelled(self, label):
        filters = json.dumps({"label": [label]}, separators=(",", ":"))
        return self.call("GET", f"/containers/json?all=1&filters={quote(filters)}")

    def exec(self, container, argv, terminal=False):
        """Starts a command; its id and the stream."""
        body = {
            "Cmd": argv,
            "Tty": terminal,
            "AttachStdin": True,
            "AttachStdout": True,
            "AttachStderr": True,
        }
        made = self.call("POST", f"/containers/{container}/exec", body)["Id"]
        return made, hijack(self.path, f"/exec/{made}/start", {"Detach": False, "Tty": terminal})

    def exit_code(self, made):
        return self.call("GET", f"/exec/{made}/json")["ExitCode"]


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine")
        self.socket_path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.socket_path)


def hijack(path, target, body):
    """A raw stream, as the engine gives it after an upgrade."""
    stream = socket.socket(socket.AF_UNIX)
    stream.connect(path)
    data = json.dumps(body).encode()
    head = (
        f"POST {target} HTTP/1.1\r\nHost: engine\r\nContent-Type: application/json\r\n"
        f"Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    stream.sendall(head.encode() + data)
    answer = b""
    while b"\r\n\r\n" not in answer:
        # Byte for byte: what follows the head belongs to the stream.
        part = stream.recv(1)
        if not part:
            raise RuntimeError(f"the engine closed the stream: {answer!r}")
        answer += part
    if b" 101 " not in answer.split(b"\r\n")[0]:
        raise RuntimeError(answer.decode(errors="replace"))
    return stream


def quote(text):
    return "".join(c if c.isalnum() else f"%{ord(c):02X}" for c in text)
