"""The table: medians, ratios, and whether the aim was reached."""

import datetime
import os
import platform
import re
from dataclasses import dataclass, field

COLUMNS = {
    "warpdock": "Warpdock",
    "raw": "raw Engine API",
    "docker": "docker",
    "devcontainers": "devcontainers CLI",
}
PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/figures.md")


@dataclass
class Aim:
    """At most so much, alone or as a multiple of another's; so many times faster; or more."""

    against: str | None = None
    at_most: float | None = None
    faster: float | None = None
    more: float | None = None

    def judge(self, medians, unit):
        """The aim in words and whether it was reached; nothing where there is no contender."""
        ours = medians["warpdock"]
        if self.against is None:
            return f"≤ {self.at_most:g} {unit}", ours <= self.at_most
        if self.against not in medians:
            return None
        theirs, name = medians[self.against], COLUMNS[self.against]
        if self.at_most:
            return f"≤ {self.at_most:g}x {name}: {ours / theirs:.2f}x", ours <= self.at_most * theirs
        if self.faster:
            return f"≥ {self.faster:g}x faster than {name}: {theirs / ours:.1f}x", theirs >= self.faster * ours
        return f"≥ {self.more:g}x {name}: {ours / theirs:.1f}x", ours >= self.more * theirs


@dataclass
class Row:
    name: str
    unit: str
    samples: dict
    aims: list = field(default_factory=list)
    note: str = ""

    def medians(self):
        return {name: quantile(values, 0.5) for name, values in self.samples.items()}

    def judged(self):
        medians = self.medians()
        return [judged for aim in self.aims if (judged := aim.judge(medians, self.unit))]

    def line(self):
        shown = ", ".join(f"{name} {number(value)}" for name, value in self.medians().items())
        return f"{shown} {self.unit}  " + "; ".join(f"{text} {'ok' if met else 'MISSED'}" for text, met in self.judged())

    def cells(self):
        medians = self.medians()
        values = [number(medians[name]) if name in medians else "" for name in COLUMNS]
        aims = "<br>".join(f"{text} {'✓' if met else '✗'}" for text, met in self.judged())
        note = f"<br>{self.note}" if self.note else ""
        return [f"{self.name}, {self.unit}{note}", *values, aims]


def table(rows):
    lines = [["", *COLUMNS.values(), "aim: reached"], ["---", *["--:"] * len(COLUMNS), "---"]]
    lines += [row.cells() for row in rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def quantile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def page(part, text, rounds):
    """Puts the table between its marks in docs/figures.md; the rest of the page is written by hand."""
    with open(PAGE) as file:
        before = file.read()
    date = datetime.date.today().isoformat()
    load, nice = os.getloadavg()[0], os.nice(0)
    priority = f", all contenders at nice {nice}" if nice else ""
    head = f"{date}, {machine()}, load {load:.1f} at the end{priority}, {rounds} rounds."
    mark = re.compile(rf"(<!-- {part} -->\n).*?(<!-- end -->)", re.DOTALL)
    after = mark.sub(lambda found: f"{found[1]}{head}\n\n{text}\n{found[2]}", before)
    with open(PAGE, "w") as file:
        file.write(after)


def machine():
    with open("/proc/meminfo") as file:
        memory = int(re.search(r"MemTotal:\s+(\d+)", file.read())[1]) / 1e6
    kernel = ".".join(platform.release().split(".")[:2])
    return f"{os.cpu_count()} {platform.machine()} cores, {memory:.0f} GB, Linux {kernel}"
