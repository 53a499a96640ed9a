#!/usr/bin/env python3
"""How far `warpdock lint` agrees with another linter on real Dockerfiles, code by code.

  agreement.py hadolint --binary target/debug/warpdock --corpus DIR --oracle FILE
  agreement.py buildkit … --code UndefinedVar --list 20    one code, with disagreements

The oracle is JSON lines: {"file", "findings": [[CODE, LINE, …]]} for hadolint,
{"file", "warnings": [{"rule", "line"}]} for BuildKit's checks.

A finding is a code at an instruction: where the other tool names the first line of the
instruction, we name the word, so our lines are taken back to the instruction they are in.
Several findings of a code in one instruction are one. Files that the other tool cannot read
(hadolint's DL1000) are left out and counted; where it stopped in the middle (BuildKit's errors),
what we say besides does not count.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

BATCH = 400  # files in one call
# The start of `<<EOF`, `<<-"EOF"`; not `<<<`, not `1 << 2`.
HEREDOC = re.compile(r"(?<!<)<<(-?)([\"']?)([A-Za-z_][A-Za-z0-9_]*)\2")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", choices=["hadolint", "buildkit"])
    parser.add_argument("--binary", default="warpdock")
    parser.add_argument("--corpus", type=Path, required=True, help="a folder of Dockerfiles")
    parser.add_argument("--oracle", type=Path, required=True, help="what the other tool found in them")
    parser.add_argument("--code", action="append", default=[], help="these codes only; SC* is a pattern")
    parser.add_argument("--list", type=int, default=0, metavar="N", help="the first N disagreements")
    parser.add_argument("--below", type=float, default=101, metavar="P", help="only codes below P %%")
    return parser.parse_args()


def starts(text):
    """For each line from 1, the line on which its instruction begins."""
    lines = text.split("\n")
    escape = "`" if re.match(r"(?i)(#.*\n)*#\s*escape\s*=\s*`", text) else "\\"
    found, begin, heredocs, continued = [0], 0, [], False
    for number, line in enumerate(lines, 1):
        line = line.rstrip("\r")
        if heredocs and not continued:
            strip, name = heredocs[0]
            if (line.lstrip("\t") if strip else line) == name:
                heredocs.pop(0)
            found.append(begin)
            continue
        blank = not line.strip()
        comment = line.lstrip().startswith("#")
        if not continued:
            begin = number
        found.append(begin)
        if continued and (blank or comment):
            continue
        if comment or blank:
            continue
        if not continued:
            allowed = re.match(r"(?i)\s*(onbuild\s+)?(run|copy|add)\b", line) is not None
        if allowed:
            heredocs += [(strip == "-", name) for strip, _, name in HEREDOC.findall(line)]
        stripped = line.rstrip(" \t")
        continued = stripped.endswith(escape) and not stripped.endswith(escape * 2)
    return found


def oracle(tool, path):
    expected, stopped = {}, set()
    for line in path.read_text().splitlines():
        row = json.loads(line)
        if row.get("error"):
            stopped.add(row["file"])
        if tool == "hadolint":
            expected[row["file"]] = [(it[0], it[1]) for it in row["findings"]]
        else:
            expected[row["file"]] = [(it["rule"], it["line"]) for it in row["warnings"] or []]
    return expected, stopped


def ours(tool, binary, paths):
    found = defaultdict(list)
    for index in range(0, len(paths), BATCH):
        command = [binary, "lint", "--profile", tool, "--format", "json", *paths[index : index + BATCH]]
        done = subprocess.run(command, capture_output=True, check=False)
        if done.returncode not in (0, 1):
            sys.exit(f"exit status {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
        for file in json.loads(done.stdout)["files"]:
            for finding in file["findings"]:
                names = [it.split("/", 1)[1] for it in finding["aliases"] if it.startswith(f"{tool}/")]
                line = finding["range"]["start"]["line"] + 1
                found[Path(file["path"]).name] += [(name, line) for name in names]
    return found


def main():
    options = arguments()
    expected, stopped = oracle(options.tool, options.oracle)
    names = sorted(name for name in expected if (options.corpus / name).exists())
    found = ours(options.tool, options.binary, [str(options.corpus / name) for name in names])
    unread = [name for name in names if any(code == "DL1000" for code, _ in expected[name])]
    names = [name for name in names if name not in unread]
    wanted = [re.compile(it.replace("*", ".*") + "$") for it in options.code]
    both, missing, extra = Counter(), Counter(), Counter()
    shown = []
    for name in names:
        text = (options.corpus / name).read_bytes().decode(errors="replace")
        start = starts(text)

        def at(line, start=start):
            return start[min(line, len(start) - 1)]

        theirs = {(code, at(line)) for code, line in expected[name]}
        mine = {(code, at(line)) for code, line in found[name]}
        for code, line in sorted(theirs | mine, key=lambda it: it[1]):
            if wanted and not any(it.match(code) for it in wanted):
                continue
            where = (code, line)
            if name in stopped and where not in theirs:
                continue
            count = both if where in theirs & mine else missing if where in theirs else extra
            count[code] += 1
            if count is not both:
                lines = text.split("\n")[line - 1 : line + 3]
                kind = "missing" if count is missing else "extra"
                shown.append((code, f"{kind:8} {code} {name}:{line}  " + " ⏎ ".join(lines)[:300]))
    print(f"{len(names)} files, {len(unread)} left out")
    print(f"{'code':34}{'both':>7}{'missing':>9}{'extra':>7}{'%':>8}")
    for code in sorted(both.keys() | missing.keys() | extra.keys()):
        total = both[code] + missing[code] + extra[code]
        share = 100 * both[code] / total
        if share < options.below:
            print(f"{code:34}{both[code]:7}{missing[code]:9}{extra[code]:7}{share:8.2f}")
    for _, line in sorted(shown)[: options.list]:
        print(line)


if __name__ == "__main__":
    main()
