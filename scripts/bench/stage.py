"""Where everything is measured: a private home, workspaces, one container for each contender."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time

from api import Api
from process import TooLong, run, with_pipes

IMAGE = "my_gpu_env:1229"


class Stage:
    def __init__(self, warpdock, devcontainer, engine):
        self.warpdock, self.devcontainer = warpdock, devcontainer
        self.folder = tempfile.mkdtemp(prefix="warpdock-bench-")
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": self.folder,
            "WARPDOCK_RUNTIME_DIR": f"{self.folder}/run",
            "DOCKER_HOST": f"unix://{engine}",
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
        }
        self.api = Api(engine)
        self.log = f"{self.folder}/log"

    def workspace(self, name):
        """A project folder that names the ready image, for us and for the devcontainers CLI."""
        path = f"{self.folder}/{name}"
        os.makedirs(f"{path}/.devcontainer", exist_ok=True)
        with open(f"{path}/.devcontainer/devcontainer.json", "w") as file:
            json.dump({"image": IMAGE, "workspaceFolder": "/app", "hostRequirements": {}}, file)
        return path

    def ours(self, *arguments):
        return [self.warpdock, *arguments]

    def must(self, argv, folder=None, code=0):
        """Runs a whole process that has to end with `code`; seconds."""
        start = time.perf_counter()
        ended = run(argv, self.environment, folder, self.log)
        seconds = time.perf_counter() - start
        if ended != code:
            with open(self.log, errors="replace") as file:
                raise SystemExit(f"bench: {' '.join(argv)} ended with {ended}:\n{file.read()}")
        return seconds

    def json(self, argv, folder=None):
        done = subprocess.run(argv, env=self.environment, cwd=folder, capture_output=True, text=True)
        if not done.stdout.strip():
            raise SystemExit(f"bench: {' '.join(argv)} said nothing: {done.stderr}")
        return json.loads(done.stdout)

    def status(self, folder):
        return self.json(self.ours("status", "--json"), folder)

    def daemon(self):
        """The daemon's process id, if it runs."""
        status = self.json(self.ours("daemon", "status", "--json"))
        return status.get("pid")

    def kill_daemon(self):
        pid = self.daemon()
        if pid:
            os.kill(pid, signal.SIGKILL)
            until(lambda: not os.path.exists(f"/proc/{pid}"), "the killed daemon is gone")
        return pid

    def init_pid(self, folder):
        """The container's first process, as the host numbers it."""
        return self.api.call("GET", f"/containers/{self.status(folder)['id']}/json")["State"]["Pid"]

    def containers_of(self, folder):
        return self.api.labelled(f"warpdock.workspace={os.path.realpath(folder)}")

    def start(self, argv, folder=None):
        return with_pipes(argv, self.environment, folder, self.log)

    def close(self):
        for container in self.api.call("GET", "/containers/json?all=1"):
            if any(self.folder in mount.get("Source", "") for mount in container["Mounts"]):
                self.api.remove(container["Id"])
        run(self.ours("daemon", "stop"), self.environment, "/")
        shutil.rmtree(self.folder, ignore_errors=True)


def until(condition, what, seconds=30):
    """Polls until `condition` gives something; the last thing seen is told."""
    end = time.monotonic() + seconds
    while not (seen := condition()):
        if time.monotonic() > end:
            raise TooLong(f"not so after {seconds} s: {what} (seen last: {seen!r})")
        time.sleep(0.005)
    return seen
