"""What was measured as a table: for each row and direction the best peer, ours, and the floor."""

import math
import statistics
from dataclasses import dataclass

from .children import OURS

EXPANDED = "expanded"
"""In the name of a way that expands a square of a difference, which loses digits where the two are near: a row of its own."""


@dataclass
class Line:
    row: str
    direction: str
    peer: str | None
    best: float | None
    call: float | None
    kept: float | None
    floor: float | None

    @property
    def ahead(self):
        """How many times as fast as the best peer the allocating call is."""
        return self.best / self.call if self.best and self.call else None

    @property
    def floors(self):
        """How many floors the call over kept memory takes."""
        return self.kept / self.floor if self.kept and self.floor else None


def lines(entries, floors, threads):
    """One line a row and direction, and one more where peers expand a square."""
    made = []
    places = dict.fromkeys((e.row, e.direction) for e in entries)
    for row, direction in places:
        here = [e for e in entries if (e.row, e.direction) == (row, direction) and e.counts]
        ours = {e.way: e.median for e in here if e.peer == OURS}
        peers = [e for e in here if e.peer != OURS]
        floor = floors[row].get(direction)
        for expanded in [False, True]:
            these = [e for e in peers if (EXPANDED in e.way) == expanded]
            if expanded and not these:
                continue
            best = min(these, key=lambda e: e.median, default=None)
            made.append(
                Line(
                    row + (f" ({EXPANDED})" if expanded else ""),
                    direction,
                    best and name(best),
                    best and best.median,
                    ours.get("call"),
                    ours.get("kept"),
                    floor and floor / threads,
                )
            )
    return made


def name(entry):
    ordinary = entry.way in ("plain", "hand")
    return entry.peer if ordinary else f"{entry.peer}, {entry.way}"


def number(value):
    """Four digits, or more before the point."""
    if value is None:
        return ""
    if value == 0:
        return "0"
    return f"{value:,.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def markdown(lines):
    head = ["row", "direction", "best peer", "µs", "allocating µs", "ahead", "kept µs", "floor µs", "floors"]
    texts = [head, ["---"] * 3 + ["---:"] * 6]
    for line in lines:
        texts.append(
            [line.row, line.direction, line.peer or "none"]
            + [number(line.best), number(line.call), number(line.ahead)]
            + [number(line.kept), number(line.floor), number(line.floors)]
        )
    return "\n".join("| " + " | ".join(cells) + " |" for cells in texts)


def summary(tables):
    """The table of a front page, `{threads: lines}`: for each number of threads the best peer, ours, and how far ahead."""
    head = ["row", "direction"]
    for threads in tables:
        head += [f"{threads}: best peer", "µs", "ours µs", "ahead"]
    texts = [head, ["---"] * 2 + (["---"] + ["---:"] * 3) * len(tables)]
    found = {t: {(l.row, l.direction): l for l in lines} for t, lines in tables.items()}
    for place in dict.fromkeys(place for lines in found.values() for place in lines):
        cells = list(place)
        for lines in found.values():
            cells += short(lines.get(place))
        texts.append(cells)
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in texts)
    means = [
        f"{direction} on {threads}: {mean(lines, direction):.2f}"
        for threads, lines in tables.items()
        for direction in ["forward", "both"]
    ]
    return f"{table}\n\nGeometric means of *ahead*: {', '.join(means)}.\n"


def short(line):
    if line is None:
        return [""] * 4
    return [line.peer or "none", number(line.best), number(line.call), number(line.ahead)]


def mean(lines, direction):
    """The geometric mean of `ahead`, of what is computed as it is written."""
    here = [l for l in lines if l.direction == direction and EXPANDED not in l.row]
    ahead = [l.ahead for l in here if l.ahead]
    return statistics.geometric_mean(ahead) if ahead else math.nan
