"""What is measured, each against its contenders in one interleaved run."""

import os
import time

from process import children, in_terminal, memory, with_pipes
from stage import IMAGE, until

PROMPT = b"# "
BYTES = 64 << 20
OURS, RAW, DOCKER, DEVCONTAINERS = "warpdock", "raw", "docker", "devcontainers"


def interleave(rounds, contenders):
    """One of each in every round, each round beginning with another; samples by contender."""
    names = list(contenders)
    samples = {name: [] for name in names}
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            samples[name].append(contenders[name]())
    return samples


class Figures:
    """The running containers that everything but `up` is measured in."""

    def __init__(self, stage):
        self.stage = stage
        self.home = stage.workspace("ours")
        self.other = stage.workspace("theirs")
        with open(f"{self.home}/data", "wb") as file:
            line = bytes(range(33, 112)) + b"\n"
            file.write(line * (BYTES // len(line)))
        os.link(f"{self.home}/data", f"{self.other}/data")
        stage.must(stage.ours("up", "--gpus", "none"), self.home)
        self.container = stage.api.create(IMAGE, self.other)["Id"]
        self.prompt_of_docker = ["docker", "exec", "-it", self.container, "bash"]

    def close(self):
        self.stage.must(self.stage.ours("down"), self.home)
        self.stage.api.remove(self.container)

    # Containers.

    def up_cold(self, rounds, gpus=False):
        """The image is present, the container is not. Its removal is not in the time."""
        stage, wish = self.stage, "required" if gpus else "none"
        folder = stage.workspace("cold")

        def ours():
            seconds = stage.must(stage.ours("up", "--gpus", wish), folder)
            stage.must(stage.ours("down"), folder)
            return seconds * 1e3

        def raw():
            start = time.perf_counter()
            made = stage.api.create(IMAGE, folder, gpus)
            seconds = time.perf_counter() - start
            stage.api.remove(made["Id"])
            return seconds * 1e3

        def docker():
            line = ["docker", "run", "-d", "--name", "warpdock-bench-cold", "-v", f"{folder}:/app"]
            line += ["--gpus", "all"] if gpus else []
            seconds = stage.must([*line, IMAGE, "sleep", "infinity"])
            stage.api.remove("warpdock-bench-cold")
            return seconds * 1e3

        contenders = {OURS: ours, RAW: raw, DOCKER: docker}
        if stage.devcontainer and not gpus:
            theirs = stage.workspace("cold-devcontainer")

            def devcontainers():
                seconds = stage.must([stage.devcontainer, "up", "--workspace-folder", theirs])
                for container in stage.api.labelled(f"devcontainer.local_folder={theirs}"):
                    stage.api.remove(container["Id"])
                return seconds * 1e3

            contenders[DEVCONTAINERS] = devcontainers
        return interleave(rounds, contenders)

    def up_first(self, rounds):
        """As `up_cold`, and the daemon does not run yet."""
        stage = self.stage
        folder = stage.workspace("first")

        def ours():
            stage.must(stage.ours("daemon", "stop"))
            seconds = stage.must(stage.ours("up", "--gpus", "none"), folder)
            stage.must(stage.ours("down"), folder)
            return seconds * 1e3

        return interleave(rounds, {OURS: ours})

    def up_warm(self, rounds):
        stage = self.stage
        contenders = {OURS: lambda: stage.must(stage.ours("up"), self.home) * 1e3}
        if stage.devcontainer:
            theirs = stage.workspace("warm-devcontainer")
            line = [stage.devcontainer, "up", "--workspace-folder", theirs]
            stage.must(line)
            contenders[DEVCONTAINERS] = lambda: stage.must(line) * 1e3
        return interleave(rounds, contenders)

    # Commands.

    def exec_true(self, rounds):
        """A whole process, from its start to its exit code."""
        stage = self.stage

        def raw():
            start = time.perf_counter()
            made, stream = stage.api.exec(self.container, ["true"])
            while stream.recv(4096):
                pass
            stage.api.exit_code(made)
            seconds = time.perf_counter() - start
            stream.close()
            return seconds * 1e3

        contenders = {
            OURS: lambda: stage.must(stage.ours("exec", "--", "true"), self.home) * 1e3,
            RAW: raw,
            DOCKER: lambda: stage.must(["docker", "exec", self.container, "true"]) * 1e3,
        }
        return interleave(rounds, contenders)

    def first_prompt(self, rounds):
        stage = self.stage

        def whole(argv, folder):
            start = time.perf_counter()
            process = in_terminal(argv, stage.environment, folder)
            process.read_until(PROMPT)
            seconds = time.perf_counter() - start
            process.type(b"exit\r")
            process.drain()
            process.end()
            return seconds * 1e3

        def raw():
            start = time.perf_counter()
            _, stream = stage.api.exec(self.container, ["bash"], terminal=True)
            seen = b""
            while PROMPT not in seen:
                seen += stream.recv(4096)
            seconds = time.perf_counter() - start
            stream.sendall(b"exit\r")
            while stream.recv(4096):
                pass
            stream.close()
            return seconds * 1e3

        contenders = {
            OURS: lambda: whole(stage.ours("shell"), self.home),
            RAW: raw,
            DOCKER: lambda: whole(self.prompt_of_docker, None),
        }
        return interleave(rounds, contenders)

    def echo(self, keys):
        """A key to its echo: `cat` in a terminal, whose line discipline echoes. Microseconds."""
        stage = self.stage
        ours = in_terminal(stage.ours("exec", "--tty", "--", "cat"), stage.environment, self.home)
        docker = in_terminal(["docker", "exec", "-it", self.container, "cat"], stage.environment)
        _, stream = stage.api.exec(self.container, ["cat"], terminal=True)

        def timed(type_, read):
            def one():
                start = time.perf_counter()
                type_(b"x")
                read()
                return (time.perf_counter() - start) * 1e6

            return one

        # The first echo says that the other side is there.
        for process in (ours, docker):
            process.type(b"x")
            process.read_until(b"x")
        stream.sendall(b"x")
        stream.recv(16)
        contenders = {
            OURS: timed(ours.type, lambda: ours.read_until(b"x")),
            RAW: timed(stream.sendall, lambda: stream.recv(16)),
            DOCKER: timed(docker.type, lambda: docker.read_until(b"x")),
        }

        def line_end():
            # A terminal's line has a limit.
            for type_, read in (
                (ours.type, ours.read),
                (docker.type, docker.read),
                (stream.sendall, lambda: stream.recv(8192)),
            ):
                type_(b"\n")
                seen = b""
                while seen.count(b"\n") < 2:
                    seen += read()

        samples = {name: [] for name in contenders}
        for first in range(0, keys, 500):
            line_end()
            for name, more in interleave(min(500, keys - first), contenders).items():
                samples[name] += more
        ours.end()
        docker.end()
        stream.close()
        return samples

    # Throughput, in MB/s (10^6).

    def pty_rate(self, rounds):
        stage = self.stage

        def whole(argv, folder):
            start = time.perf_counter()
            process = in_terminal(argv, stage.environment, folder)
            total = process.drain()
            seconds = time.perf_counter() - start
            process.end()
            return rate(total, seconds)

        contenders = {
            OURS: lambda: whole(stage.ours("exec", "--tty", "--", "cat", "data"), self.home),
            RAW: lambda: self.raw_rate(True),
            DOCKER: lambda: whole(["docker", "exec", "-it", self.container, "cat", "data"], None),
        }
        return interleave(rounds, contenders)

    def pipe_rate(self, rounds):
        stage = self.stage

        def whole(argv, folder):
            start = time.perf_counter()
            process = with_pipes(argv, stage.environment, folder)
            total = process.drain()
            seconds = time.perf_counter() - start
            process.end()
            return rate(total, seconds)

        contenders = {
            OURS: lambda: whole(stage.ours("exec", "-T", "--", "cat", "data"), self.home),
            RAW: lambda: self.raw_rate(False),
            DOCKER: lambda: whole(["docker", "exec", self.container, "cat", "data"], None),
        }
        return interleave(rounds, contenders)

    def raw_rate(self, terminal):
        start = time.perf_counter()
        _, stream = self.stage.api.exec(self.container, ["cat", "data"], terminal)
        total, buffer = 0, bytearray(1 << 18)
        while count := stream.recv_into(buffer):
            total += count
        seconds = time.perf_counter() - start
        stream.close()
        return rate(total, seconds)

    # Many, and memory.

    def terminals(self, rounds, count=20):
        """So many shells started at once, until the last has its prompt."""
        stage = self.stage

        def whole(argv, folder):
            start = time.perf_counter()
            processes = [in_terminal(argv, stage.environment, folder) for _ in range(count)]
            for process in processes:
                process.read_until(PROMPT)
            seconds = time.perf_counter() - start
            for process in processes:
                process.type(b"exit\r")
            for process in processes:
                process.drain()
                process.end()
            return seconds * 1e3

        contenders = {
            OURS: lambda: whole(stage.ours("shell"), self.home),
            DOCKER: lambda: whole(self.prompt_of_docker, None),
        }
        return interleave(rounds, contenders)

    def memories(self):
        """Resident MB of daemon, init, attach and the docker client; (all, private)."""
        stage, seen = self.stage, {}
        ours = in_terminal(stage.ours("shell"), stage.environment, self.home)
        ours.read_until(PROMPT)
        docker = in_terminal(self.prompt_of_docker, stage.environment)
        docker.read_until(PROMPT)
        seen["attach"] = memory(ours.pid)
        seen["docker exec"] = memory(docker.pid)
        init = stage.init_pid(self.home)
        seen["init"] = memory(init)
        seen["a session's reaper"] = memory(children(init)[0])
        ours.end()
        docker.end()
        stage.must(stage.ours("daemon", "stop"))
        stage.must(stage.ours("up"), self.home)
        seen["daemon"] = memory(stage.daemon())
        folders = [stage.workspace(f"ten-{number}") for number in range(9)]
        for folder in folders:
            stage.must(stage.ours("up", "--gpus", "none"), folder)
        until(lambda: len(stage.json(stage.ours("ps", "--json"))) >= 10, "ten containers are listed")
        seen["daemon with 10 containers"] = memory(stage.daemon())
        for folder in folders:
            stage.must(stage.ours("down"), folder)
        return seen


def rate(total, seconds):
    if total < BYTES - 4096:
        raise SystemExit(f"bench: only {total} bytes of {BYTES} came through")
    return total / seconds / 1e6
