#!/usr/bin/env python3
"""npm run bench: Warpdock beside the raw Engine API, docker and the devcontainers CLI.

Started by scripts/bench.sh, which builds and prepares; see there.
"""

import argparse
import sys

from figures import DEVCONTAINERS, DOCKER, OURS, RAW, Figures
from report import Aim, Row, page, quantile, table
from stage import Stage


def measure(figures, rounds, wanted, say):
    """The rows of the table, one after the other."""

    def row(name, unit, take, aims, note=""):
        if wanted and not any(word in name for word in wanted):
            return
        say(f"{name} …")
        rows.append(Row(name, unit, take(), aims, note))
        say("  " + rows[-1].line())

    def of(samples, share):
        return {name: [quantile(values, share)] for name, values in samples.items()}

    rows = []
    few, many = max(3, rounds // 2), rounds * 3
    row("`up` cold", "ms", lambda: figures.up_cold(rounds),
        [Aim(RAW, at_most=1.1), Aim(DEVCONTAINERS, faster=3)])
    row("`up` cold, GPU proven", "ms", lambda: figures.up_cold(few, gpus=True), [],
        "with `--gpus`; ours also runs `nvidia-smi -L` inside")
    row("`up` cold, daemon not running", "ms", lambda: figures.up_first(few), [])
    row("`up` warm", "ms", lambda: figures.up_warm(rounds), [Aim(at_most=10), Aim(DEVCONTAINERS, faster=50)])
    row("`exec -- true`, whole process", "ms", lambda: figures.exec_true(many), [Aim(DOCKER, faster=10)])
    row("first prompt", "ms", lambda: figures.first_prompt(many), [Aim(DOCKER, faster=10)])
    echo = []

    def echoed():
        echo[:] = [figures.echo(rounds * 100)]
        return of(echo[0], 0.5)

    row("key to echo, p50", "µs", echoed, [Aim(DOCKER, faster=2)])
    if echo:
        row("key to echo, p99", "µs", lambda: of(echo[0], 0.99), [Aim(DOCKER, faster=2)])
    row("output of a terminal", "MB/s", lambda: figures.pty_rate(few), [Aim(DOCKER, more=2)])
    row("output through pipes", "MB/s", lambda: figures.pipe_rate(few), [Aim(DOCKER, more=2.5)])
    row("20 terminals at once", "ms", lambda: figures.terminals(few), [Aim(at_most=100)])
    if not wanted or any("memory" in word for word in wanted):
        say("memory …")
        seen = figures.memories()
        for name, against, limit in [
            ("daemon", None, 10), ("daemon with 10 containers", None, 15),
            ("init", None, 1.5), ("a session's reaper", None, None), ("attach", "docker exec", 3),
        ]:
            values = {OURS: [seen[name][0]]}
            if against:
                values[DOCKER] = [seen[against][0]]
            rows.append(Row(f"memory: {name}", "MB", values, [Aim(at_most=limit)] if limit else [],
                            f"{seen[name][1]:.1f} of it private"))
            say("  " + rows[-1].line())
    return rows


def main():
    parser = argparse.ArgumentParser(prog="npm run bench --", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20, help="more is steadier (%(default)s)")
    parser.add_argument("--only", action="append", default=[], metavar="TEXT", help="the rows or faults with this text in their name")
    parser.add_argument("--faults", action="store_true", help="break things instead, 100 times each")
    parser.add_argument("--write", action="store_true", help="write docs/figures.md")
    parser.add_argument("--warpdock", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--devcontainer", help=argparse.SUPPRESS)
    parser.add_argument("--engine", required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()

    def say(text):
        print(text, file=sys.stderr, flush=True)

    stage = Stage(arguments.warpdock, arguments.devcontainer, arguments.engine)
    try:
        if arguments.faults:
            import faults

            rows = faults.all_of(stage, arguments.rounds if arguments.rounds != 20 else 100, arguments.only, say)
            text = faults.table(rows)
        else:
            figures = Figures(stage)
            rows = measure(figures, arguments.rounds, arguments.only, say)
            figures.close()
            text = table(rows)
        print(text)
        if arguments.write:
            page("faults" if arguments.faults else "figures", text, arguments.rounds)
    finally:
        stage.close()
    if arguments.faults and any(row.broken for row in rows):
        raise SystemExit("bench: a fault did harm, above")


if __name__ == "__main__":
    main()
