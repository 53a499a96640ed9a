"""What is broken on purpose, a hundred times each, and what must be true afterwards."""

import hashlib
import os
import random
import signal
import threading
import time
from dataclasses import dataclass, field
from typing import Callable

from figures import PROMPT
from process import TooLong, code_of, in_terminal, memory
from stage import until

GIB = 1 << 30


@dataclass
class Fault:
    name: str
    rounds: int
    promise: str
    say: Callable[[str], None]
    broken: list = field(default_factory=list)
    note: str = ""

    def breaks(self, words):
        self.broken.append(words)
        self.say(f"  {words}")


def all_of(stage, rounds, wanted, say):
    random.seed(4)
    done = []
    for name, promise, inflict in [
        ("`kill -9` of the daemon during `up`", "`up` ends well, one container", daemon_in_up),
        ("`kill -9` of the daemon during `exec`", "all output, the exit code", daemon_in_exec),
        ("`kill -9` of the daemon during `attach`", "the terminal goes on", daemon_in_attach),
        ("`kill -9` of an `exec` client", "its processes end", client_of_exec),
        ("`kill -9` of a `shell` client", "the session is listed, and attached again", client_of_shell),
        ("two `up` at once", "one container, both succeed", two_at_once),
        ("1 GB to a slow reader", "hash equal, memory bounded", slow_reader),
    ]:
        if wanted and not any(word in name for word in wanted):
            continue
        fault = Fault(name, 1 if inflict is slow_reader else rounds, promise, say)
        say(f"{name} …")
        start = time.monotonic()
        inflict(stage, fault)
        say(f"  {len(fault.broken)} of {fault.rounds} did harm, {time.monotonic() - start:.0f} s {fault.note}")
        done.append(fault)
    return done


def table(faults):
    lines = ["| | promise | rounds | broken |", "| --- | --- | --: | --: |"]
    for fault in faults:
        note = f"<br>{fault.note}" if fault.note else ""
        lines.append(f"| {fault.name}{note} | {fault.promise} | {fault.rounds} | {len(fault.broken)} |")
    return "\n".join(lines)


def rounds_of(fault):
    """Runs each round's body; what it raises breaks the promise."""

    def decorate(body):
        for number in range(fault.rounds):
            try:
                body(number)
            except (AssertionError, TooLong, SystemExit) as broken:
                fault.breaks(f"round {number}: {broken}")

    return decorate


def daemon_in_up(stage, fault):
    folder = stage.workspace("fault-up")
    usual = stage.must(stage.ours("up", "--gpus", "none"), folder)
    stage.must(stage.ours("down"), folder)

    @rounds_of(fault)
    def _(_number):
        process = stage.start(stage.ours("up", "--gpus", "none"), folder)
        time.sleep(random.random() * usual)
        stage.kill_daemon()
        process.drain()
        code = process.wait()
        process.end()
        said = tail(stage)
        found = len(stage.containers_of(folder))
        stage.must(stage.ours("up", "--gpus", "none"), folder)
        after = len(stage.containers_of(folder))
        stage.must(stage.ours("down"), folder)
        left = stage.containers_of(folder)
        assert code == 0, f"up ended with {code}: {said}"
        assert found == after == 1 and not left, f"{found} containers, then {after}, then {len(left)}"


def daemon_in_exec(stage, fault):
    folder = running(stage, "fault-exec")
    line = ["exec", "-T", "--", "sh", "-c", "for i in 1 2 3 4 5; do echo $i; sleep 0.01; done; exit 42"]

    @rounds_of(fault)
    def _(_number):
        process = stage.start(stage.ours(*line), folder)
        time.sleep(random.random() * 0.05)
        stage.kill_daemon()
        output = b""
        while data := process.read():
            output += data
        code = process.wait()
        process.end()
        assert (output, code) == (b"1\n2\n3\n4\n5\n", 42), f"{output!r}, {code}: {tail(stage)}"

    nothing_left(stage, fault, folder)
    stage.must(stage.ours("down"), folder)


def daemon_in_attach(stage, fault):
    folder = running(stage, "fault-attach")
    process = in_terminal(stage.ours("shell", "--name", "kept"), stage.environment, folder)
    process.read_until(PROMPT)
    pid = stage.init_pid(folder)

    @rounds_of(fault)
    def _(number):
        stage.kill_daemon()
        # The answer is not in the question, which the terminal echoes.
        process.type(f"echo $((2 * {5000 + number}))\r".encode())
        process.read_until(f"{2 * (5000 + number)}".encode())
        assert stage.init_pid(folder) == pid, "the container was started again"
        names = [session["name"] for session in stage.status(folder)["sessions"]]
        assert names == ["kept"], f"sessions are {names}"

    process.end()
    stage.must(stage.ours("down"), folder)


def client_of_exec(stage, fault):
    folder = running(stage, "fault-client")

    @rounds_of(fault)
    def _(number):
        process = stage.start(stage.ours("exec", "-T", "--", "sh", "-c", "echo on; sleep 1000 & wait"), folder)
        if number % 2:
            process.read_until(b"on")
        else:
            time.sleep(random.random() * 0.02)
        process.end()

    nothing_left(stage, fault, folder)
    stage.must(stage.ours("down"), folder)


def client_of_shell(stage, fault):
    folder = running(stage, "fault-shell")

    @rounds_of(fault)
    def _(number):
        name = f"shell-{number}"
        process = in_terminal(stage.ours("shell", "--name", name), stage.environment, folder)
        process.read_until(PROMPT)
        process.type(b"word=" + name.encode() + b"\r")
        process.read_until(PROMPT)
        process.end()
        again = in_terminal(stage.ours("attach", name), stage.environment, folder)
        again.type(b"echo =$word=\r")
        again.read_until(b"=" + name.encode() + b"=")
        again.type(b"exit 3\r")
        again.drain()
        code = again.wait()
        again.end()
        assert code == 3, f"attach ended with {code}"

    nothing_left(stage, fault, folder)
    stage.must(stage.ours("down"), folder)


def two_at_once(stage, fault):
    folder = stage.workspace("fault-two")

    @rounds_of(fault)
    def _(_number):
        processes = [stage.start(stage.ours("up", "--gpus", "none"), folder) for _ in range(2)]
        for process in processes:
            process.drain()
        codes = [process.wait() for process in processes]
        for process in processes:
            process.end()
        found, said = len(stage.containers_of(folder)), tail(stage)
        stage.must(stage.ours("down"), folder)
        assert codes == [0, 0] and found == 1, f"exit codes {codes}, {found} containers: {said}"


def slow_reader(stage, fault):
    """A reader of 1 MiB at a time with rests: nothing may pile up on the way."""
    folder = running(stage, "fault-slow")
    hashed = hashlib.sha256()
    with open(f"{folder}/big", "wb") as file:
        block = random.randbytes(1 << 20)
        for number in range(GIB >> 20):
            part = number.to_bytes(8, "little") + block[8:]
            file.write(part)
            hashed.update(part)
    init = stage.init_pid(folder)
    process = stage.start(stage.ours("exec", "-T", "--", "cat", "big"), folder)
    peak = {"init": 0.0, "client": 0.0, "daemon": 0.0}
    pids = {"init": init, "client": process.pid, "daemon": stage.daemon()}
    seen, total, ended = hashlib.sha256(), 0, threading.Event()

    def watch():
        while not ended.wait(0.05):
            for name, pid in pids.items():
                try:
                    peak[name] = max(peak[name], memory(pid)[0])
                except (OSError, KeyError, ProcessLookupError):
                    pass  # it has ended meanwhile

    watcher = threading.Thread(target=watch)
    watcher.start()
    time.sleep(2)
    rest = 0
    while data := process.read():
        seen.update(data)
        total += len(data)
        if total >> 20 > rest:
            rest = total >> 20
            time.sleep(0.002 if rest % 256 else 1)
    ended.set()
    watcher.join()
    code = process.wait()
    process.end()
    os.unlink(f"{folder}/big")
    fault.note = ", ".join(f"{name} at most {mb:.1f} MB" for name, mb in peak.items())
    if (seen.digest(), code) != (hashed.digest(), 0):
        fault.breaks(f"{total} bytes of {GIB}, exit code {code}, hash {'equal' if seen.digest() == hashed.digest() else 'differs'}")
    if peak["init"] > 8 or peak["client"] > 16:
        fault.breaks(f"memory grew: {fault.note}")
    stage.must(stage.ours("down"), folder)


def running(stage, name):
    folder = stage.workspace(name)
    stage.must(stage.ours("up", "--gpus", "none"), folder)
    return folder


def nothing_left(stage, fault, folder):
    """No session runs, and no process is in the container but init."""
    status = stage.status(folder)
    try:
        until(lambda: not [it for it in stage.status(folder)["sessions"] if it["state"] != "exited"], "no session runs", 10)
        until(lambda: len(stage.api.call("GET", f"/containers/{status['id']}/top")["Processes"]) == 1, "init is alone", 10)
    except TooLong as broken:
        fault.breaks(str(broken))


def tail(stage):
    with open(stage.log, errors="replace") as file:
        return file.read()[-500:].strip()
