"""Processes as a person starts them: whole, with pipes or in a terminal of their own.

posix_spawn, because forking this interpreter would cost as much as what is measured.
"""

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import termios
import time

DEADLINE = 30


class TooLong(Exception):
    """What was waited for did not come."""


class Process:
    """A started process. `out` reads what it writes; in a terminal, `out` also types."""

    def __init__(self, pid, out, feed=None):
        self.pid, self.out, self.feed = pid, out, feed
        self.code = None
        self.seen = b""

    def type(self, data):
        os.write(self.out if self.feed is None else self.feed, data)

    def read(self, seconds=DEADLINE):
        """Some bytes; none at the end."""
        if not select.select([self.out], [], [], seconds)[0]:
            raise TooLong(f"nothing to read for {seconds} s; seen last: {self.seen[-300:]!r}")
        try:
            data = os.read(self.out, 1 << 18)
        except OSError:  # a terminal without a process on its other side
            return b""
        self.seen = (self.seen + data)[-4096:]
        return data

    def read_until(self, text, seconds=DEADLINE):
        end = time.monotonic() + seconds
        seen = b""
        while text not in seen:
            data = self.read(max(0.0, end - time.monotonic()))
            if not data:
                raise TooLong(f"it ended before {text!r}; seen: {seen[-300:]!r}")
            seen += data
        return seen

    def drain(self):
        """Reads to the end; how many bytes."""
        total = 0
        while data := self.read():
            total += len(data)
        return total

    def wait(self):
        """The exit code, 128 + N for a signal."""
        if self.code is None:
            self.code = code_of(os.waitpid(self.pid, 0)[1])
        return self.code

    def kill(self, number=signal.SIGKILL):
        if self.code is None:
            os.kill(self.pid, number)

    def end(self):
        """Kills it if it lives, and closes what we hold of it."""
        self.kill()
        self.wait()
        for descriptor in {self.out, self.feed} - {None}:
            os.close(descriptor)
        self.out = self.feed = None


def code_of(status):
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def run(argv, environment, folder=None, log=os.devnull):
    """Runs a whole process without looking at its output; its exit code."""
    with working_folder(folder):
        pid = os.posix_spawn(
            program(argv, environment),
            argv,
            environment,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
        )
    return code_of(os.waitpid(pid, 0)[1])


def in_terminal(argv, environment, folder=None, size=(24, 80)):
    """Starts a process in a new terminal."""
    mine, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    os.set_inheritable(mine, False)
    name = os.ttyname(theirs)
    with working_folder(folder):
        pid = os.posix_spawn(
            program(argv, environment),
            argv,
            environment,
            # A session leader's first terminal becomes its controlling one.
            setsid=True,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, name, os.O_RDWR, 0),
                (os.POSIX_SPAWN_DUP2, 0, 1),
                (os.POSIX_SPAWN_DUP2, 0, 2),
            ],
        )
    os.close(theirs)
    return Process(pid, mine)


def with_pipes(argv, environment, folder=None, log=os.devnull):
    """Starts a process with pipes for standard input and output; errors go to `log`."""
    out, their_out = os.pipe()
    their_in, feed = os.pipe()
    with working_folder(folder):
        pid = os.posix_spawn(
            program(argv, environment),
            argv,
            environment,
            file_actions=[
                (os.POSIX_SPAWN_DUP2, their_in, 0),
                (os.POSIX_SPAWN_DUP2, their_out, 1),
                (os.POSIX_SPAWN_OPEN, 2, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
            ],
        )
    os.close(their_in)
    os.close(their_out)
    return Process(pid, out, feed)


def memory(pid):
    """Resident memory in MB (10^6), and the part of it that is nobody else's."""
    fields = {}
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            name, _, value = line.partition(":")
            if value.endswith("kB\n"):
                fields[name] = int(value.split()[0]) * 1024 / 1e6
    return fields["Rss"], fields["Private_Clean"] + fields["Private_Dirty"]


def children(pid):
    """Live children of a process."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(word) for word in file.read().split()]


def program(argv, environment):
    path = shutil.which(argv[0], path=environment.get("PATH"))
    if path is None:
        raise SystemExit(f"bench: {argv[0]} is not installed")
    return path


class working_folder:
    """posix_spawn has no way to name one: ours changes for a moment."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.before = os.open(".", os.O_RDONLY)
        if self.folder is not None:
            os.chdir(self.folder)

    def __exit__(self, *_):
        os.fchdir(self.before)
        os.close(self.before)
