#!/usr/bin/env python3
"""Records the picture of the README: a real terminal in tmux, its screen as an SVG.

Started by scripts/picture.sh, which builds and prepares; see there. What is typed is in
STEPS; what is seen is what the programs wrote.
"""

import html
import os
import re
import subprocess
import sys
import time
import unicodedata

COLUMNS, ROWS = 92, 30
# What is typed, and what has to be on the screen before the next.
HOST, INSIDE = r"hmm\$$", r"root@\w+:/app#$"
STEPS = [
    ("cd hmm", HOST),
    ("warpdock", INSIDE),
    ("nvidia-smi -L", INSIDE),
    ("HMM_ITERATIONS=3 python train.py", INSIDE),
    ("exit", HOST),
    ("warpdock run --detach --name night -- python train.py", HOST),
    ("warpdock sessions", HOST),
]

PS1 = r"PS1=\[\e[32m\]you@server\[\e[0m\]:\[\e[34m\]\w\[\e[0m\]$ "
CELL, LINE, SIZE = 8.43, 19, 14
LEFT, TOP = 18, 52
INK, PAPER, BAR = "#d7dae0", "#1b1d23", "#2a2d35"
COLOURS = ["#3b4048", "#e5707c", "#8ccf7e", "#e5c76b", "#67b0e8", "#c47fd5", "#6cbfbf", "#d7dae0"]
BRIGHT = ["#6b7280", "#ef7e8a", "#9fdb93", "#f0d68a", "#7fc0f2", "#d29ae0", "#84d1d1", "#ffffff"]


def main():
    binary, project, picture = sys.argv[1:]
    screen = record(os.path.dirname(os.path.abspath(binary)), os.path.dirname(project))
    with open(picture, "w") as file:
        file.write(svg(screen))


def record(binaries, folder):
    environment = {
        **os.environ,
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "HOME": folder,
        "LANG": "C.UTF-8",
    }

    def tmux(*arguments):
        line = ["tmux", "-S", f"{folder}/tmux", "-f", "/dev/null", *arguments]
        return subprocess.run(line, env=environment, check=True, capture_output=True, text=True).stdout

    def wait_for(pattern):
        end = time.monotonic() + 60
        while not re.search(pattern, tmux("capture-pane", "-p").rstrip("\n")):
            if time.monotonic() > end:
                sys.exit(f"picture: no {pattern} on the screen:\n{tmux('capture-pane', '-p')}")
            time.sleep(0.05)

    size = ["-x", str(COLUMNS), "-y", str(ROWS)]
    tmux("new-session", "-d", *size, "-c", folder, "env", PS1, "bash", "--norc", "--noprofile")
    try:
        wait_for(r"\$$")
        for typed, expected in STEPS:
            tmux("send-keys", "-l", typed)
            # The screen must change before its last line can be believed.
            wait_for(re.escape(typed.split()[-1]))
            tmux("send-keys", "Enter")
            wait_for(rf"{re.escape(typed)}\n(.*\n)*.*{expected}")
        return tmux("capture-pane", "-e", "-p")
    finally:
        tmux("kill-server")


def svg(screen):
    lines = screen.rstrip().split("\n")
    width = LEFT * 2 + COLUMNS * CELL
    height = TOP + len(lines) * LINE + 10
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}">',
        "<title>warpdock in a terminal</title>",
        f'<rect width="100%" height="100%" rx="10" fill="{PAPER}"/>',
        f'<path d="M0 34V10A10 10 0 0 1 10 0H{width - 10:.0f}A10 10 0 0 1 {width:.0f} 10V34Z" fill="{BAR}"/>',
        *(f'<circle cx="{20 + 20 * number}" cy="17" r="6" fill="{colour}"/>' for number, colour in enumerate(["#e5707c", "#e5c76b", "#8ccf7e"])),
        f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="{SIZE}" fill="{INK}">',
    ]
    style = Style()
    for row, line in enumerate(lines):
        for column, text, drawn in style.runs(line):
            # The length is given, so that every font keeps the columns.
            length = columns(text) * CELL
            words = html.escape(text, quote=False).replace(" ", "\u00a0")
            out.append(f'<text x="{LEFT + column * CELL:.1f}" y="{TOP + row * LINE + 10}" textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"{drawn}>{words}</text>')
    return "\n".join([*out, "</g>", "</svg>", ""])


class Style:
    """What the escape sequences so far have switched on."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.bold = self.dim = False
        self.colour = None

    def runs(self, line):
        """Column, text and attributes of each stretch of one look."""
        column = 0
        for part in re.split(r"(\x1b\[[0-9;:]*m)", line):
            if part.startswith("\x1b"):
                self.take([int(number or 0) for number in re.split("[;:]", part[2:-1])])
            elif part:
                # A stretch begins and ends with something to see.
                start = column + columns(part) - columns(part.lstrip())
                if part.strip():
                    yield start, part.strip(), self.drawn()
                column += columns(part)

    def take(self, numbers):
        while numbers:
            number = numbers.pop(0)
            if number == 0:
                self.reset()
            elif number in (1, 2, 22):
                self.bold, self.dim = number == 1, number == 2
            elif 30 <= number <= 37:
                self.colour = COLOURS[number - 30]
            elif 90 <= number <= 97:
                self.colour = BRIGHT[number - 90]
            elif number == 39:
                self.colour = None
            elif number == 38 and numbers[:1] == [2]:
                self.colour = "#%02x%02x%02x" % tuple(numbers[1:4])
                del numbers[:4]
            elif number in (38, 48):
                del numbers[: 2 if numbers[:1] == [5] else 4]

    def drawn(self):
        return (
            (f' fill="{self.colour}"' if self.colour else "")
            + (' font-weight="bold"' if self.bold else "")
            + (' opacity="0.6"' if self.dim else "")
        )


def columns(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


if __name__ == "__main__":
    main()
